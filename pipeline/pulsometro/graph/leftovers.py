"""What earlier runs made of waves that params.yaml no longer names, or left under another version's layout."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from pulsometro.study import Study
from pulsometro.study.layout import BESIDE, MADE_BY, STAGES
from pulsometro.study.withheld import RECORD

# Of the site, what is about every wave.
_WHOLE = ("index.html", "recursos", "secciones")

# What the chain writes into a wave's folder of the site, and into a stage's folder.
_PAGES = ("brief.html",)
_OF_STAGE = (*MADE_BY, RECORD, "published.json", "risk.json")


def remove_leftovers(study: Study) -> tuple[str, ...]:
    """Remove them; their paths below the study, for the screen. Nothing delivered or written by hand is touched."""
    removed = []
    for path in sorted(_leftovers(study)):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        removed.append(path.relative_to(study.root).as_posix())
    for folder in (study.root / "processed").glob("*"):
        if folder.is_dir() and folder.name not in study.waves and not any(folder.iterdir()):
            folder.rmdir()
    return tuple(removed)


def _leftovers(study: Study) -> Iterator[Path]:
    publish, waves, processed = study.params.publish, set(study.waves), study.root / "processed"
    shown = waves if publish.reports else set()
    yield from (path for path in _inside(study.site) if path.name not in shown and _has(path, _PAGES))
    if not publish.reports:
        yield from (study.site / name for name in _WHOLE if (study.site / name).exists())
    given = waves if study.params.releases else set()
    yield from (
        path for path in _inside(processed / "release") if path.name not in given and _has(path, ("README.md",))
    )
    for folder in (path for path in _inside(processed) if path.is_dir() and _of_wave(path)):
        gone = {*STAGES, *BESIDE} if folder.name not in waves else {*([] if publish.reports else ["report"])}
        gone |= set() if study.params.releases else {"release"}
        yield from (path for path in _inside(folder) if path.name in gone and _has(path, _OF_STAGE))
        # Of the layout before, where they lay beside one another.
        yield from (path for path in _inside(folder) if path.name in MADE_BY and path.is_file())


def _has(folder: Path, names: tuple[str, ...]) -> bool:
    return folder.is_dir() and any((folder / name).is_file() for name in names)


def _of_wave(folder: Path) -> bool:
    """Whether a folder of ``processed/`` is a wave's: the series has files of the same names as a wave has."""
    return folder.name not in {
        "series",
        "settings",
        "checks",
        "release",
        "program",
        "inputs",
        "deliveries",
        "suppressed",
    }


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
