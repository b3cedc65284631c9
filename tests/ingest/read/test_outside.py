"""A delivery is read in a process of its own, whose end is one sentence and leaves nothing behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pytest
from pyarrow import parquet

from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.ingest.read import limits, outside, readers
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.ingest.read.limits import Bounds, bounds_of
from pulsometro.ingest.read.outside import read_outside
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Delivery
from tests.conftest import ROOT
from tests.ingest import deliveries as d
from tests.ingest.read.bombs import one_wrong_byte
from tests.ingest.read.formats import WRITERS

ANY = Delivery(respondent=(), columns={})
PATH = Path("raw/2020T1/datos.sav")
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork: the reader runs otherwise")


@pytest.fixture(autouse=True)
def _nobody_is_left():
    yield
    assert not multiprocessing.active_children()


def every(columns: tuple[str, ...]) -> tuple[str, ...]:
    """All columns: a callback that can be pickled."""
    return columns


def _unlike_picklable() -> Delivered:
    class Strange(Exception):
        pass

    raise Strange("nobody knows it elsewhere")


def _raise(error: BaseException) -> Callable[[], Delivered]:
    def read() -> Delivered:
        raise error

    return read


def _die(number: int) -> Callable[[], Delivered]:
    return lambda: os.kill(os.getpid(), number)  # type: ignore[return-value]


def _swell() -> Delivered:
    held = []
    while True:
        held.append(bytes(b"x" * 2**24))
        time.sleep(0.01)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are met at once; a clock that is not."""
    monkeypatch.setattr(limits, "MEMORY", 2**28)


@pytest.mark.parametrize("kind", WRITERS)
def test_what_comes_back_is_what_was_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    WRITERS[kind](d.good(), path)
    here, there = readers._whole(path, ANY, every), read_delivery(path, ANY, lambda columns: columns)
    pd.testing.assert_frame_equal(there.frame, here.frame, check_exact=True, check_index_type="exact")
    for part in ("columns", "metadata", "detected", "notes", "system", "size"):
        assert getattr(there, part) == getattr(here, part)


@forks
def test_one_wrong_byte_ends_the_reader_and_a_sound_file_is_read_after_it(tmp_path: Path) -> None:
    path = tmp_path / "datos.sav"
    one_wrong_byte(path)
    with pytest.raises(PulsoError, match=r"datos\.sav: the reader was ended by the system \(SIGSEGV\): the file is"):
        read_delivery(path, ANY, lambda columns: columns)
    d.write_sav(d.good(), path)
    assert len(read_delivery(path, ANY, lambda columns: columns).frame) == 60


@forks
@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGFPE", "SIGBUS", "SIGILL"])
def test_a_reader_that_the_system_ends(name: str) -> None:
    with pytest.raises(PulsoError, match=rf"datos\.sav: the reader was ended by the system \({name}\): .* again\.$"):
        read_outside(_die(signal.Signals[name]), PATH)


@forks
def test_a_reader_that_leaves_without_a_word() -> None:
    with pytest.raises(PulsoError, match=r"datos\.sav: the reader was ended by the system \(exit code 3\)"):
        read_outside(lambda: os._exit(3), PATH)


@forks
def test_a_reader_that_ends_in_the_middle_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(_: Delivered) -> Iterator[bytes]:
        os.write(writer[0], b"\x00\x00\x10\x00half of it")
        os.kill(os.getpid(), signal.SIGSEGV)
        yield b""

    writer: list[int] = []
    real = outside._alone

    def noted(ends: outside._Ends) -> None:
        writer.append(ends.there.fileno())
        real(ends)

    monkeypatch.setattr(outside, "_messages", torn)
    monkeypatch.setattr(outside, "_alone", noted)
    with pytest.raises(PulsoError, match="SIGSEGV"):
        read_outside(lambda: Delivered(pd.DataFrame(), (), {}, {}), PATH)


@forks
def test_a_reader_that_is_killed_is_the_machines_trouble_and_the_next_run_reads(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"ended from outside \(SIGKILL\).*run it again\.$"):
        read_outside(_die(signal.SIGKILL), PATH)
    d.write_csv(d.good(), tmp_path / "a.csv")
    assert len(read_delivery(tmp_path / "a.csv", ANY, every).frame) == 60


@forks
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("read", [_swell, _raise(MemoryError()), _raise(OSError(12, "Cannot allocate memory"))])
def test_too_much_memory(read: Callable[[], Delivered]) -> None:
    begun = time.monotonic()
    with pytest.raises(PulsoError, match=r"datos\.sav: reading it asks for more than 0\.2 GB of memory: .*as \.csv"):
        read_outside(read, PATH)
    assert time.monotonic() - begun < 20


@forks
@pytest.mark.usefixtures("small")
def test_where_the_kernel_does_not_hold_it_the_parent_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ENFORCED", False)
    with pytest.raises(PulsoError, match=r"asks for more than 0\.2 GB of memory"):
        read_outside(_swell, PATH)


@forks
def test_what_is_too_much_can_be_had_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remedy that the sentence names: text with the survey's columns only."""
    # Ten million whole numbers and a blank: pandas makes 80 MB of them at once.
    much = pa.array(np.zeros(10_000_000, dtype="int64"), mask=np.arange(10_000_000) == 0)
    parquet.write_table(pa.table({"FOLIO": much}), tmp_path / "a.parquet")
    d.write_csv(d.good(400), tmp_path / "a.csv")
    monkeypatch.setattr(limits, "MEMORY", 0)
    monkeypatch.setattr(limits, "MEMORY_PER_BYTE", 0)
    with pytest.raises(PulsoError, match=r"a\.parquet: reading it asks for more than .* the survey's columns only\.$"):
        read_delivery(tmp_path / "a.parquet", ANY, every)
    assert len(read_delivery(tmp_path / "a.csv", ANY, every).frame) == 400


@forks
def test_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.3)
    with pytest.raises(PulsoError, match=r"datos\.sav: reading it took longer than 0 s and was stopped: .*as \.csv"):
        read_outside(lambda: time.sleep(60), PATH)  # type: ignore[arg-type, return-value]


@forks
def test_too_long_for_the_processor() -> None:
    with pytest.raises(PulsoError, match="took longer than 120 s"):
        read_outside(_die(signal.SIGXCPU), PATH)


@forks
def test_a_reader_writes_nothing_on_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    def read() -> Delivered:
        os.write(1, b"out")
        os.write(2, b"terminate called after throwing an instance of std::bad_alloc")
        print("loud")
        os.abort()

    with pytest.raises(PulsoError, match="SIGABRT"):
        read_outside(read, PATH)
    assert capfd.readouterr() == ("", "")


@forks
def test_what_a_callback_raises_comes_back_in_its_class(tmp_path: Path) -> None:
    path, told = tmp_path / "a.csv", "raw/a.csv: the column 'X' is not in the file; correct delivery."
    d.write_csv(d.good(), path)

    def wanted(_: tuple[str, ...]) -> tuple[str, ...]:
        raise MachineError(told)

    with pytest.raises(MachineError) as caught:
        read_delivery(path, ANY, wanted)
    assert str(caught.value) == told


@forks
def test_a_defect_of_the_program_is_no_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    d.write_csv(d.good(), path)
    with pytest.raises(KeyError, match="nothing") as caught:
        read_delivery(path, ANY, lambda _: ({}["nothing"],))
    assert "in _whole" in "".join(caught.value.__notes__)
    with pytest.raises(RuntimeError, match="nobody knows it elsewhere"):
        read_outside(_unlike_picklable, PATH)


def test_names_out_of_a_file_do_not_break_the_sentence() -> None:
    names = "a\nb\x1b[2Jc" + "x" * 5_000
    with pytest.raises(PulsoError) as caught:
        read_outside(
            _raise(PulsoError(f"{PATH}: two columns are called '{names}'; ask which one is the item's.")), PATH
        )
    said = str(caught.value)
    assert said.startswith(f"{PATH}: two columns are called 'a b\\x1b[2Jc")
    assert said.endswith("; ask which one is the item's.") and len(said) < 1_000


@forks
def test_a_table_too_large_for_the_program_itself_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    program = os.getpid()

    def full(delivered: Delivered, frame: pd.DataFrame) -> Delivered:
        if os.getpid() == program:
            raise MemoryError
        return replace(delivered, frame=frame)

    monkeypatch.setattr(outside, "replace", full)
    with pytest.raises(MemoryError):
        read_outside(lambda: Delivered(pd.DataFrame({"A": [1]}), ("A",), {}, {}), PATH)


@forks
def test_no_process_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    d.write_csv(d.good(), tmp_path / "a.csv")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fork", refuse)
        with pytest.raises(MachineError, match=r"no process can be started to read it \(Resource .*run it again\.$"):
            read_delivery(tmp_path / "a.csv", ANY, every)
    assert len(read_delivery(tmp_path / "a.csv", ANY, every).frame) == 60


@forks
def test_a_fork_among_threads_is_no_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.12 and later warn in the parent; the child takes none of the threads' locks."""
    real = os.fork

    def warned() -> int:
        words = "This process (pid=1) is multi-threaded, use of fork() may lead to deadlocks in the child."
        pid = real()
        if pid:
            warnings.warn(words, DeprecationWarning, stacklevel=2)
        return pid

    monkeypatch.setattr(os, "fork", warned)
    d.write_csv(d.good(), tmp_path / "a.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_delivery(tmp_path / "a.csv", ANY, every).frame) == 60


def test_without_fork_a_new_process_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    d.write_csv(d.good(), tmp_path / "a.csv")
    assert outside._kind_of_process(lambda: None) is None  # type: ignore[arg-type, return-value]
    assert len(read_delivery(tmp_path / "a.csv", ANY, every).frame) == 60


def test_without_fork_a_closure_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    d.write_csv(d.good(), tmp_path / "a.csv")
    seen = []
    read_delivery(tmp_path / "a.csv", ANY, lambda columns: (seen.append(os.getpid()), columns)[1])
    assert seen == [os.getpid()]
    with pytest.raises(PulsoError, match=r"asks for more than"):
        read_outside(_raise(MemoryError()), PATH)


def test_the_bounds_grow_with_the_file_and_end_with_the_machine(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(limits, "_machine", lambda: 64 * 2**30)
    (tmp_path / "a").write_bytes(b"x" * 2**20)
    assert bounds_of(tmp_path / "a") == Bounds(4 * 2**30 + 32 * 2**20, 126.0)
    assert bounds_of(tmp_path / "none") == Bounds(4 * 2**30, 120.0)
    monkeypatch.setattr(limits, "_machine", lambda: 2 * 2**30)
    assert bounds_of(tmp_path / "a").memory == 1.5 * 2**30


SLOW = """
import sys, time
from pathlib import Path
from pulsometro.ingest.read.outside import read_outside
def read():
    print("never seen")
    Path(sys.argv[1]).write_text(str(__import__("os").getpid()))
    time.sleep(600)
read_outside(read, Path("raw/datos.sav"))
"""


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@forks
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ctrl_c_or_a_kill_leaves_no_reader(number: int, tmp_path: Path) -> None:
    """As a terminal sends Ctrl-C: to the program and to its reader at once."""
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent is gone: its processor time ends it elsewhere")
    pid = tmp_path / "pid"
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT / "pipeline")}
    program = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(pid)], start_new_session=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    while not (pid.exists() and pid.read_text()):
        time.sleep(0.05)
    reader = psutil.Process(int(pid.read_text()))
    # A kill is sent to the program alone.
    (os.killpg if number == signal.SIGINT else os.kill)(program.pid, number)
    out, err = program.communicate(timeout=30)
    # Ended, it may stay as a name until whoever adopted it takes notice.
    end = time.monotonic() + 10
    while _runs(reader) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(reader)
    assert out == "" and err.count("Traceback") == (number == signal.SIGINT)
    if number == signal.SIGINT:
        assert not list(tmp_path.glob("ingest-*"))


def test_what_a_killed_run_unpacked_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery must not stay in the folder for temporary files; what a living run unpacks does."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    folders = {pid: tmp_path / f"ingest-{pid}-abc" for pid in (gone.pid, os.getpid())}
    for folder in folders.values():
        folder.mkdir()
        (folder / "member.csv").write_text("FOLIO,TEL\n1,8112345678\n", encoding="utf-8")
    path = tmp_path / "datos.csv"
    d.write_csv(d.good(), path)
    read_delivery(path, Delivery(respondent=(), columns={}), lambda columns: columns)
    assert not folders[gone.pid].exists() and folders[os.getpid()].exists()
