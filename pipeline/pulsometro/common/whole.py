"""Whole files and folders or none: made under a temporary name, given their rights, renamed into place.

A temporary name says whose it is, ``.tmp-<machine>-<process>-<random>``, so that the next run can tell
what a killed one left from what is being written now.
"""

import errno
import hashlib
import os
import platform
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from pulsometro.common.ending import unbroken
from pulsometro.common.errors import PulsoError

PREFIX = ".tmp-"
# Of another machine nobody can see whether it still runs; no stage takes a day.
LONGEST_RUN = 24 * 3600.0
# A folder that was moved aside for its successor carries the name to which it may have to go back.
_NAME = re.compile(
    r"\.tmp-(?P<machine>[0-9a-f]{8})-(?P<process>\d+)-(?P<begun>[0-9a-f]+)x[0-9a-f]{8}(?:-(?P<final>.+)-old|\..*)?"
)
_TRIES = 20
# What a full disk and a used-up quota are called, and the room below which nothing worth the name can be written.
_FULL, _LITTLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG), 16 * 1024


@contextmanager
def atomic(path: Path, *, public: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and rename it into place on success.

    The temporary name keeps the suffix, because many writers choose the format by it.
    On failure nothing is left under either name that was not there before. What killed runs left beside
    it is removed. ``public``: everybody may read it (0644), whatever the umask; otherwise those whom the
    umask and the folder allow.
    """
    _make(path.parent, public)
    _clean(path.parent)
    temporary = path.with_name(f"{_temporary_name()}{path.suffix}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield temporary
        temporary.chmod(_rights(temporary.parent, public))
        temporary.replace(path)
    except BaseException as error:
        with unbroken():
            full = _is_full(error, path.parent)
            temporary.unlink(missing_ok=True)
        _name_final(error, temporary, path)
        if full:
            raise _no_space(path) from error
        raise


@contextmanager
def atomic_folder(path: Path, *, public: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside ``path`` that replaces it whole on success.

    ``public``: everybody may read all that is in it (0644, folders 0755), whatever the umask.
    """
    _make(path.parent, public)
    _clean(path.parent)
    temporary = path.with_name(_temporary_name())
    old = path.with_name(f"{temporary.name}-{path.name}-old")
    try:
        temporary.mkdir(0o700)
        # Rights first: what is made in it is no more readable than it is.
        _grant(temporary, _rights(temporary.parent, public, folder=True))
        yield temporary
        _grant_inside(temporary, public)
        with unbroken():
            _swap(temporary, path, old)
    except BaseException as error:
        with unbroken():
            full = _is_full(error, path.parent)
            shutil.rmtree(temporary, ignore_errors=True)
            if old.exists():
                _put_back(old, path)
        _name_final(error, temporary, path)
        if full:
            raise _no_space(path) from error
        raise


def sweep(folder: Path) -> None:
    """Remove what killed runs left anywhere below a folder; what a living process writes stays.

    A folder whose successor never came into its place is put back there.
    """
    for place, inside, _ in os.walk(folder):
        _clean(Path(place))
        inside[:] = [name for name in inside if not name.startswith(PREFIX)]


def _swap(temporary: Path, path: Path, old: Path) -> None:
    """Put a finished folder into its place."""
    for turn in range(_TRIES):
        # Renamed before it is emptied: killed half-way, no folder of this name lacks a part.
        with suppress(FileNotFoundError):
            path.replace(old)
        try:
            temporary.replace(path)
            break
        except OSError:
            # A folder that another run put there meanwhile has to make room as the first one did.
            if not path.exists() or turn == _TRIES - 1:
                raise
            _remove(old)
    _remove(old)


# --- a full disk ----------------------------------------------------------------------------------


def _is_full(error: BaseException, folder: Path) -> bool:
    """Whether an error in a library's own words is that of a full disk."""
    if not isinstance(error, Exception) or isinstance(error, OSError | PulsoError | MemoryError):
        return False
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.errno in _FULL:
            return True
        link = link.__cause__ or link.__context__
    try:
        return shutil.disk_usage(folder).free < _LITTLE
    except OSError:
        return False


def _no_space(path: Path) -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


def _name_final(error: BaseException, temporary: Path, path: Path) -> None:
    """An error of the disk names the file that was to be, not the one that is gone."""
    if isinstance(error, OSError):
        named = error.filename or (str(temporary) if error.errno in _FULL else None)
        if isinstance(named, str) and named.startswith(str(temporary)):
            error.filename = f"{path}{named[len(str(temporary)) :]}"


# --- what killed runs left ------------------------------------------------------------------------


def _temporary_name() -> str:
    process = os.getpid()
    return f"{PREFIX}{_machine()}-{process}-{_begun(process) or 0:x}x{secrets.token_hex(4)}"


@cache
def _machine() -> str:
    """A mark of where the numbers of processes mean the same: machine, its last start, container."""
    marks = [platform.node()]
    with suppress(OSError):
        marks.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
    with suppress(OSError):
        marks.append(os.readlink("/proc/self/ns/pid"))  # noqa: PTH115 (no file lies where it leads)
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:8]


def _begun(process: int) -> int | None:
    """When a process began, in ticks of the machine's clock; 0 where that cannot be seen, None when it has ended."""
    try:
        # The second field is the program's name, which may hold blanks and brackets.
        fields = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
        return None if fields[0] in b"ZX" else int(fields[19])
    except (OSError, IndexError, ValueError):
        pass
    if os.name == "nt":
        return 0  # signal 0 would end it there
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return None
    except OSError:
        return 0  # somebody else's
    return 0


def _is_left_over(path: Path) -> bool:
    """Whether nobody will finish what lies under this temporary name."""
    made = _NAME.fullmatch(path.name)
    if made and made["machine"] == _machine() and os.name != "nt":
        begun = _begun(int(made["process"]))
        # Numbers of processes come round: in a container within minutes.
        return begun is None or (begun > 0 and begun != int(made["begun"], 16))
    try:
        return time.time() - path.lstat().st_mtime > LONGEST_RUN
    except OSError:
        return False


def _clean(folder: Path) -> None:
    """Remove what killed runs left directly in a folder; what cannot be removed is no reason to stop."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(PREFIX)]
    except OSError:
        return
    for name in names:
        path = folder / name
        if _is_left_over(path):
            made = _NAME.fullmatch(name)
            if made and made["final"]:
                _put_back(path, path.with_name(made["final"]))
            else:
                _remove(path)


def _put_back(old: Path, path: Path) -> None:
    """The folder that was moved aside returns where nothing took its place, and goes where something did."""
    if path.exists():
        _remove(old)
    else:
        with suppress(OSError):
            old.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


# --- who may read ---------------------------------------------------------------------------------


def _umask() -> int:
    """The rights that this process's user takes from new files."""
    try:
        for line in Path("/proc/self/status").read_bytes().splitlines():
            if line.startswith(b"Umask:"):
                return int(line.split()[1], 8)
    except (OSError, ValueError):
        pass
    # Elsewhere it is read by setting it: what another thread makes meanwhile is narrower, never wider.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _rights(above: Path, public: bool, *, folder: bool = False, mask: int | None = None) -> int:
    """The rights of something that lies in ``above``; ``mask``: the umask where the caller has read it."""
    if public:
        return 0o755 if folder else 0o644
    rights = (0o777 if folder else 0o666) & ~(_umask() if mask is None else mask)
    allowed = above.stat().st_mode
    for reads, every in ((stat.S_IRGRP, stat.S_IRWXG), (stat.S_IROTH, stat.S_IRWXO)):
        if not allowed & reads:
            rights &= ~every
    return rights


def _grant(folder: Path, rights: int) -> None:
    """Give a folder its rights; that its files belong to its group (setgid) stays."""
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) & 0o7000 | rights)


def _grant_inside(folder: Path, public: bool) -> None:
    """Give everything below a folder its rights, from the top down: libraries and copies have their own ideas."""
    mask = _umask()
    for place, folders, files in os.walk(folder):
        above = Path(place)
        for name in folders:
            if not (above / name).is_symlink():
                _grant(above / name, _rights(above, public, folder=True, mask=mask))
        rights = _rights(above, public, mask=mask)
        for name in files:
            if not (above / name).is_symlink():
                (above / name).chmod(rights)


def _make(folder: Path, public: bool) -> None:
    """Make a folder and those above it that are not there."""
    if folder.is_dir():
        return
    _make(folder.parent, public)
    rights = _rights(folder.parent, public, folder=True)
    try:
        # With its rights from the first moment: another lane may already put something there.
        folder.mkdir(rights)
        _grant(folder, rights)
    except FileExistsError:
        if not folder.is_dir():
            raise
