"""Rights under any umask, and what killed runs left behind: the next run puts it right, a living one is left alone."""

import errno
import os
import signal
import stat
import subprocess
import sys
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pulsometro.common import whole
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import (
    atomic,
    atomic_folder,
    sweep,
    write_json,
    write_record,
    write_table,
    write_text,
)

POSIX = pytest.mark.skipif(os.name == "nt", reason="this system has no rights for groups and others")
UMASKS = (0o000, 0o002, 0o022, 0o027, 0o077)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def inside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- who may read ---------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("mask", UMASKS)
def test_private_files_follow_the_umask_and_public_ones_do_not(tmp_path: Path, mask: int) -> None:
    tmp_path.chmod(0o777)
    with umask(mask):
        for name, public in (("private", False), ("public", True)):
            top = tmp_path / name
            write_text("a", top / "deep" / "a.txt", public=public)
            write_json({}, top / "a.json", public=public)
            write_record({}, top / "b.json", public=public)
            write_table(pd.DataFrame({"a": [1]}), top / "a.parquet", public=public)
            with atomic(top / "b.txt", public=public) as temporary:
                # Whatever a library does to the file.
                temporary.unlink()
                temporary.write_text("b")
                temporary.chmod(0o700)
            with atomic_folder(top / "folder", public=public) as made:
                (made / "own").mkdir(0o700)
                write_text("a", made / "own" / "a.txt")
                (made / "b.txt").write_text("b")
                (made / "b.txt").chmod(0o711)
            found = {rights(path) for path in top.rglob("*") if path.is_file()}
            folders = {rights(path) for path in (top, *top.rglob("*")) if path.is_dir()}
            assert found == {0o644 if public else 0o666 & ~mask}
            assert folders == {0o755 if public else 0o777 & ~mask}


@POSIX
@pytest.mark.parametrize("mask", UMASKS)
@pytest.mark.parametrize("above", [0o700, 0o750, 0o711, 0o755])
def test_a_private_file_is_no_more_readable_than_its_folder(tmp_path: Path, mask: int, above: int) -> None:
    folder = tmp_path / "processed"
    folder.mkdir()
    folder.chmod(above)
    with umask(mask):
        write_text("a", folder / "a.txt")
        write_text("b", folder / "new" / "b.txt")
        with atomic_folder(folder / "whole") as made:
            write_text("c", made / "c.txt")
            (made / "d.txt").write_text("d")
        write_text("e", folder / "e.txt", public=True)
    for path in folder.rglob("*"):
        if path.name != "e.txt":
            reads = rights(path) & 0o044
            assert reads == 0o044 & ~mask & above, path
    assert rights(folder) == above and rights(folder / "e.txt") == 0o644


@POSIX
def test_a_folder_keeps_its_group_and_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    target.chmod(0o600)
    (tmp_path / "top").mkdir()
    (tmp_path / "top").chmod(0o2755)
    with atomic_folder(tmp_path / "top" / "out", public=True) as made:
        (made / "link").symlink_to(target)
        (made / "dangling").symlink_to(tmp_path / "nowhere")
    assert rights(target) == 0o600
    if sys.platform == "linux":
        assert rights(tmp_path / "top" / "out") == 0o2755


@POSIX
def test_the_umask_is_read_without_changing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with umask(0o027):
        assert whole._umask() == 0o027
        monkeypatch.setattr(Path, "read_bytes", lambda _: b"Name: x\n")
        assert whole._umask() == 0o027
        assert whole._umask() == 0o027


# --- what killed runs left ------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from pulsometro.common.whole import atomic, atomic_folder
place = Path(sys.argv[1])
with atomic(place / "a.txt") as file, atomic_folder(place / "b") as folder:
    file.write_text("half")
    (folder / "c").write_text("half")
    print("ready", flush=True)
    sys.stdin.read()
"""


def holding(folder: Path) -> subprocess.Popen[str]:
    """A run that is writing a file and a folder there until it is ended."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], **pipes)
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


@POSIX
@pytest.mark.parametrize("reaped", [True, False])
def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path, reaped: bool) -> None:
    process = holding(tmp_path)
    assert len(inside(tmp_path)) == 2 and all(name.startswith(".tmp-") for name in inside(tmp_path))
    process.kill()
    if reaped:
        process.wait()
    else:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    write_text("whole", tmp_path / "d.txt")
    assert inside(tmp_path) == ["d.txt"]
    process.communicate()


@POSIX
@pytest.mark.parametrize("clean", [sweep, lambda folder: write_text("x", folder / "d.txt")])
def test_two_living_runs_leave_each_other_alone(tmp_path: Path, clean: Any) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "old").write_text("old")
    first, second = holding(tmp_path), holding(tmp_path)
    before = inside(tmp_path)
    for path in tmp_path.iterdir():
        # Not even when it has been at it for days.
        os.utime(path, (1, 1))
    clean(tmp_path)
    assert set(before) <= set(inside(tmp_path)) and len(before) == 5
    for process in (first, second):
        process.communicate(timeout=20)
        assert process.returncode == 0
    assert [name for name in inside(tmp_path) if name != "d.txt"] == ["a.txt", "b"]
    assert inside(tmp_path / "b") == ["c"]


@POSIX
def test_lanes_that_write_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    """Forks in one folder, each entering and leaving while the other writes."""
    children = []
    for lane in range(2):
        child = os.fork()
        if not child:
            code = 1
            try:
                for turn in range(60):
                    write_text(f"{lane} {turn}", tmp_path / f"{lane}-{turn}.txt")
                    with atomic_folder(tmp_path / "shared"):
                        pass
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert len(inside(tmp_path)) == 121


def made_name(folder: Path, process: int, machine: str | None = None, begun: int = 1, rest: str = "") -> Path:
    return folder / f".tmp-{machine or whole._machine()}-{process}-{begun:x}x0123abcd{rest}"


@pytest.mark.parametrize("name", [".tmp-k3j2_x9a", ".tmp-abc12345.json", ".tmp-ab12cd34-old", "other", "parent"])
def test_of_others_only_what_is_older_than_a_day_is_removed(tmp_path: Path, name: str) -> None:
    if name in {"other", "parent"}:
        process = os.getppid() if name == "parent" else 1
        name = made_name(tmp_path, process, machine="00000000").name
    files = tmp_path / "f" / name, tmp_path / "g" / name
    for age, path in zip((23, 25), files, strict=True):
        path.parent.mkdir()
        path.mkdir()
        (path / "half").write_text("half")
        os.utime(path, (time.time() - age * 3600,) * 2)
        write_text("x", path.parent / "x.txt")
    assert [path.exists() for path in files] == [True, False]


@POSIX
def test_the_number_of_a_process_that_came_round_again_saves_nothing(tmp_path: Path) -> None:
    begun = whole._begun(os.getpid())
    if not begun:
        pytest.skip("no /proc to see when a process began")
    ours, before_us = (made_name(tmp_path, os.getpid(), begun=begun + late) for late in (0, -7))
    for path in (ours, before_us):
        path.write_text("half")
    sweep(tmp_path)
    assert (ours.exists(), before_us.exists()) == (True, False)


@POSIX
def test_a_process_that_cannot_be_looked_into_is_taken_to_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """As another user's is on some systems."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    monkeypatch.setattr(Path, "read_bytes", lambda _: (_ for _ in ()).throw(FileNotFoundError))
    assert whole._begun(os.getpid()) == whole._begun(1) == 0
    assert whole._begun(dead.pid) is None
    assert whole._begun(10**30) is None


SWAP = """
import os, sys
from pathlib import Path
from pulsometro.common import whole
from pulsometro.common.errors import PulsoError
place, moment = Path(sys.argv[1]), int(sys.argv[2])
real, turns = Path.replace, iter(range(9))
def replace(self, target):
    if next(turns) == moment:
        os.kill(os.getpid(), 9)
    return real(self, target)
Path.replace = replace
whole._remove = lambda path: os.kill(os.getpid(), 9)
with whole.atomic_folder(place / "out") as folder:
    (folder / "new").write_text("new")
"""


@POSIX
@pytest.mark.parametrize("moment", [0, 1, 2])
@pytest.mark.parametrize("follows", ["sweep", "folder", "file"])
def test_a_folder_whose_successor_never_came_is_put_back(tmp_path: Path, moment: int, follows: str) -> None:
    place = tmp_path / "deep"
    (place / "out").mkdir(parents=True)
    (place / "out" / "old").write_text("old")
    done = subprocess.run([sys.executable, "-c", SWAP, str(place), str(moment)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (place / "out").exists() is (moment != 1)
    if follows == "sweep":
        sweep(tmp_path)
    elif follows == "file":
        write_text("x", place / "x.txt")
    else:
        with atomic_folder(place / "other"):
            assert inside(place / "out") == ["new" if moment == 2 else "old"]
    assert [name for name in inside(place) if name not in {"x.txt", "other"}] == ["out"]
    assert inside(place / "out") == ["new" if moment == 2 else "old"]


class Stop(BaseException):
    """As a signal raises it, between any two lines."""


@pytest.mark.parametrize("moment", [0, 1, 2])
def test_stopped_in_the_middle_of_the_exchange_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    folder, turns, real = tmp_path / "out", iter(range(9)), Path.replace
    folder.mkdir()
    (folder / "old").write_text("old")

    def replace(self: Path, target: Path) -> Path:
        if next(turns) == moment:
            raise Stop
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    try:
        with atomic_folder(folder) as made:
            (made / "new").write_text("new")
    except Stop:
        assert moment < 2
    assert inside(tmp_path) == ["out"]
    assert inside(folder) == ["new" if moment == 2 else "old"]


BROKEN_OFF = """
import os, shutil, signal, sys
from pathlib import Path
from pulsometro.common import ending, whole
ending.install()
remove, replace = shutil.rmtree, Path.replace
def told(work):
    def then(*words, **named):
        os.kill(os.getpid(), signal.SIGTERM)
        return work(*words, **named)
    return then
shutil.rmtree = told(remove)
if sys.argv[2] == "exchange":
    Path.replace = told(replace)
with whole.atomic_folder(Path(sys.argv[1]) / "out") as folder:
    (folder / "a").write_text("new")
    if sys.argv[2] == "error":
        raise ValueError("a part of the stage was ended first")
"""


@pytest.mark.skipif(os.name == "nt", reason="no signals to send")
@pytest.mark.parametrize(("when", "stays"), [("error", "old"), ("exchange", "new")])
def test_a_signal_while_things_are_put_in_order_comes_after_that(tmp_path: Path, when: str, stays: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", BROKEN_OFF, str(tmp_path), when], capture_output=True, text=True, check=False
    )
    assert done.returncode == 128 + signal.SIGTERM, done.stderr
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["out", "out/a"]
    assert (tmp_path / "out" / "a").read_text() == stays


def test_a_folder_that_another_run_put_there_meanwhile_is_replaced(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "out") as ours:
        (ours / "ours").write_text("x")
        with atomic_folder(tmp_path / "out") as theirs:
            (theirs / "theirs").write_text("x")
    assert inside(tmp_path) == ["out"] and inside(tmp_path / "out") == ["ours"]


def test_sweeping_goes_everywhere_but_into_what_is_being_written(tmp_path: Path) -> None:
    sweep(tmp_path / "nowhere")
    gone = [made_name(folder, 2**22 + 5, rest=".json") for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")]
    for path in gone:
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    (tmp_path / "a" / "kept.json").write_text("whole")
    (tmp_path / "a" / ".gitignore").write_text("/b")
    with atomic_folder(tmp_path / "a" / "c") as ours:
        within = made_name(ours, 2**22 + 5)
        within.write_text("a lane's")
        sweep(tmp_path)
        assert within.exists()
        within.unlink()
    assert not any(path.exists() for path in gone)
    assert inside(tmp_path / "a") == [".gitignore", "b", "c", "kept.json"]


# --- a full disk ----------------------------------------------------------------------------------


class LibraryError(Exception):
    """As some writers say it, who keep the system's word to themselves."""


def full(wrapped: bool) -> None:
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError:
        if wrapped:
            raise LibraryError("could not be written") from None
        raise


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_full_disk_is_told_as_one_and_names_the_file_that_was_to_be(tmp_path: Path, wrapped: bool) -> None:
    with pytest.raises(OSError, match="No space left") as told, atomic(tmp_path / "a.xlsx"):
        full(wrapped)
    assert (told.value.errno, told.value.filename) == (errno.ENOSPC, str(tmp_path / "a.xlsx"))
    with (
        pytest.raises(OSError, match="No space left") as told,
        atomic_folder(tmp_path / "out") as made,
        atomic(made / "deep" / "a.xlsx"),
    ):
        full(wrapped)
    assert told.value.filename == str(tmp_path / "out" / "deep" / "a.xlsx")
    assert inside(tmp_path) == []


def test_a_library_that_says_nothing_of_the_disk_is_asked_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(error: Exception) -> None:
        with atomic_folder(tmp_path / "out"):
            raise error

    with pytest.raises(LibraryError):
        fail(LibraryError("a fault of its own"))
    with pytest.raises(FileNotFoundError) as told:
        fail(FileNotFoundError(errno.ENOENT, "No such file", "raw/a.sav"))
    assert told.value.filename == "raw/a.sav"
    monkeypatch.setattr("shutil.disk_usage", lambda _: types.SimpleNamespace(free=4096))
    with pytest.raises(OSError, match="No space left"):
        fail(LibraryError("Unable to write data"))
    with pytest.raises(PulsoError, match="a sentence"):
        fail(PulsoError("a sentence"))
