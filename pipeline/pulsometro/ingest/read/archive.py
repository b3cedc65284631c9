"""Zip files: one member by its pattern, taken out within limits of size and path."""

import errno
import fnmatch
import lzma
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pulsometro.common.discretion import plain, simple
from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.ingest.read.damage import reason

MAXIMUM_BYTES = 8 * 2**30
MAXIMUM_RATIO = 200
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, ValueError,
    OverflowError,
)  # fmt: skip
_RUNS = re.compile(r"[^\W\d_]+|\d+")
READABLE = (
    ".sav", ".zsav", ".por", ".dta", ".sas7bdat", ".csv", ".txt", ".tsv", ".xlsx", ".xls", ".parquet", ".dbf",
)  # fmt: skip


@contextmanager
def extracted(path: Path, pattern: str | None) -> Iterator[tuple[Path, str]]:
    """Yield the one member that matches ``pattern`` as a file in a folder of its own, and its name.

    Raises PulsoError when the zip is damaged, no or several members match, a member's name
    leaves its folder, or it grows beyond what a survey file can be.
    """
    with tempfile.TemporaryDirectory(prefix="ingest-") as folder:
        yield _taken_out(path, pattern, Path(folder))


def _taken_out(path: Path, pattern: str | None, folder: Path) -> tuple[Path, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            member = _chosen(path, archive.infolist(), pattern)
            # Not under its own name, which may be longer than a name can be.
            target = folder / f"member{PurePosixPath(member.filename).suffix}"
            _copy(path, archive, member, target)
            return target, _said(path, archive.infolist(), member, pattern)
    except _DAMAGED as error:
        raise PulsoError(f"{path}: the zip is damaged ({reason(error)}); download or ask for it again.") from error
    except RuntimeError as error:
        if "password" not in str(error):
            raise
        raise PulsoError(f"{path}: the zip is encrypted; unpack it and deliver the file inside.") from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise MachineError(
                f"{path}: there is no room on the disk to unpack it; make some and run it again."
            ) from error
        # A place outside the file, as damaged numbers name it.
        raise PulsoError(f"{path}: the zip is damaged ({reason(error)}); download or ask for it again.") from error


def _chosen(path: Path, infos: list[zipfile.ZipInfo], pattern: str | None) -> zipfile.ZipInfo:
    for number, info in enumerate(infos, 1):
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in info.filename:
            raise PulsoError(
                f"{path}: member no. {number} points outside the zip; do not use this file, ask for another."
            )
    usable = [i for i in infos if not i.is_dir() and i.filename.lower().endswith(READABLE) and not _litter(i)]
    found = [i for i in usable if pattern is None or fnmatch.fnmatchcase(i.filename, pattern)]
    # Producers put the same table as .dbf beside another format of it, and did before it was read.
    found = [i for i in found if not i.filename.lower().endswith(".dbf")] or found
    if len(found) == 1:
        return found[0]
    asked = f" '{pattern}'" if pattern else ""
    held = ", ".join(_said(path, infos, i, pattern) for i in (found or usable)[:5]) or "no table at all"
    if found:
        raise PulsoError(f"{path}: more than one member matches{asked} (it holds {held}); say delivery.member.")
    raise PulsoError(f"{path}: no member matches{asked} (it holds {held}); correct or say delivery.member.")


def _litter(member: zipfile.ZipInfo) -> bool:
    """What a system or an office program puts beside a file, under the file's own suffix: no table."""
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    return "__MACOSX" in parts or parts[-1].startswith(("._", "~$", ".~lock"))


def _said(path: Path, infos: list[zipfile.ZipInfo], member: zipfile.ZipInfo, pattern: str | None) -> str:
    """A member's name where it is made of known words, else its place: a file may be called by a person."""
    # The zip's own name and what the questionnaire declares say nothing new, the year that they hold neither.
    known = set(_RUNS.findall(simple(f"{path.name} {pattern or ''}")))
    name = simple(PurePosixPath(member.filename).with_suffix("").as_posix())
    rest = " ".join(run for run in dict.fromkeys(_RUNS.findall(name)) if run not in known)
    return member.filename if plain(f"archivo {rest}") else f"no. {infos.index(member) + 1}"


def _copy(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    compressed = max(member.compress_size, 1)
    if member.file_size > MAXIMUM_BYTES or (member.file_size > 2**26 and member.file_size / compressed > MAXIMUM_RATIO):
        raise PulsoError(
            f"{path}: a member would grow to {member.file_size / 2**20:,.0f} MB; "
            "no survey file does: ask what it is before unpacking it."
        )
    written = 0
    with archive.open(member) as source, target.open("wb") as sink:
        while chunk := source.read(1 << 20):
            written += len(chunk)
            if written > member.file_size:
                raise zipfile.BadZipFile("a member is larger than it says")
            sink.write(chunk)
        if written < member.file_size:
            raise zipfile.BadZipFile("a member is cut short")
    shutil.copystat(path, target)
