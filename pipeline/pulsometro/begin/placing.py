"""A study's files put into their folder all at once, or none of them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pulsometro.common.ending import unbroken
from pulsometro.common.errors import PulsoError
from pulsometro.common.whole import PREFIX, atomic_folder

STUDY_FILES = ("params.yaml", "questionnaires", "dvc.yaml")


def refuse_study(folder: Path) -> None:
    """Raise PulsoError when the folder has a study, or is no folder."""
    if folder.exists() and not folder.is_dir():
        raise PulsoError(f"{folder}: there is a file of this name; name a folder for the study.")
    found = next((name for name in STUDY_FILES if (folder / name).exists()), None)
    if found is not None:
        raise PulsoError(f"{folder}: a study is begun there already (it has {found}); name another folder.")


def placed(folder: Path, build: Callable[[Path], None]) -> None:
    """Have ``build`` fill a folder beside, or inside, and bring what it made into ``folder``.

    A folder that is there keeps what it has; PulsoError when a file of the study would take another's place.
    """
    if not folder.exists():
        with atomic_folder(folder) as temporary:
            build(temporary)
        return
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    try:
        build(made)
        _bring(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _bring(made: Path, folder: Path) -> None:
    pieces = list(_pieces(made, folder, Path()))
    taken = next((piece for piece in pieces if (folder / piece).exists()), None)
    if taken is not None:
        raise PulsoError(f"{folder / taken}: it is there already, and is kept; move it away, or name another folder.")
    moved: list[Path] = []
    with unbroken():
        try:
            for piece in pieces:
                (folder / piece).parent.mkdir(parents=True, exist_ok=True)
                (made / piece).rename(folder / piece)
                moved.append(piece)
        except OSError:
            for piece in reversed(moved):
                (folder / piece).rename(made / piece)
            raise


def _pieces(made: Path, folder: Path, below: Path) -> Iterator[Path]:
    """What to move: whole folders that are not there yet, the files of those that are."""
    for entry in sorted(each.name for each in (made / below).iterdir()):
        piece = below / entry
        if (made / piece).is_dir() and (folder / piece).is_dir() and entry not in (".git", ".dvc"):
            yield from _pieces(made, folder, piece)
        else:
            yield piece
