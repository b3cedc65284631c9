"""What earlier runs made of waves that params.yaml no longer names, or left under another version's layout."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from pulsometro.study import Study
from pulsometro.study.layout import MADE_BY, STAGES

_SITE = {"index.html", "recursos", "secciones", ".gitignore"}


def remove_leftovers(study: Study) -> tuple[str, ...]:
    """Remove them; their paths below the study, for the screen. Nothing delivered or written by hand is there."""
    removed = []
    for path in sorted(_leftovers(study)):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        removed.append(path.relative_to(study.root).as_posix())
    for folder in (study.root / "processed").glob("*"):
        if folder.is_dir() and folder.name not in study.waves and not any(folder.iterdir()):
            folder.rmdir()
    return tuple(removed)


def _leftovers(study: Study) -> Iterator[Path]:
    waves, processed = set(study.waves), study.root / "processed"
    yield from (path for path in _inside(study.site) if path.name not in _SITE | waves and not _temporary(path))
    yield from (path for path in _inside(processed / "release") if path.name not in waves and not _temporary(path))
    for folder in (path for path in _inside(processed) if path.is_dir()):
        gone = set(STAGES) if folder.name not in waves else set()
        yield from (path for path in _inside(folder) if path.name in gone | set(MADE_BY) and _of_wave(folder))


def _of_wave(folder: Path) -> bool:
    """Whether a folder of ``processed/`` is a wave's: the series has files of the same names as a wave has."""
    return folder.name not in {"series", "settings", "checks", "release", "program", "inputs", "deliveries"}


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _temporary(path: Path) -> bool:
    return path.name.startswith(".tmp-")
