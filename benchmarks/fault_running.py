"""A small project whose stages are run in forks, killed and compared: what the faults are tried on.

A stage's command runs in a fork of the calling process, which has imported everything: the kills then fall on its
work, not on seconds of imports that write nothing.
"""

import hashlib
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "CI": "1"}
Hashes = dict[str, str]
# Signals that the faults send besides the one that nobody can keep back.
SENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Tally:
    """Faults tried and what went wrong in them; ``seconds`` by the clock."""

    name: str
    tried: int = 0
    half_written: int = 0
    different: int = 0
    unclear: int = 0
    seconds: float = 0.0
    note: str = ""
    begun: float = field(default_factory=time.monotonic)

    @property
    def failed(self) -> bool:
        """Whether anything was wrong; a fault that could not be tried is no success either."""
        return bool(self.half_written or self.different or self.unclear or not self.tried)

    def done(self) -> "Tally":
        """The tally with its line printed."""
        self.seconds = time.monotonic() - self.begun
        print(
            f"{self.name:<34} {self.tried:>3} tried, {self.half_written} half-written, {self.different} different "
            f"after the rerun, {self.unclear} unclear: {'FAILED' if self.failed else 'ok'} "
            f"({self.seconds:.0f} s{f'; {self.note}' if self.note else ''})", flush=True,
        )  # fmt: skip
        return self


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code (negative: the signal) and what it said."""

    code: int
    said: str

    @property
    def unclear(self) -> bool:
        """Whether it failed with anything else than one sentence."""
        lines = [line for line in self.said.splitlines() if line.strip()]
        return "Traceback" in self.said or (self.code > 0 and not (len(lines) == 1 and lines[0].startswith("Error: ")))


@dataclass(frozen=True)
class Project:
    """A small project whose whole chain was run once; ``expected``: every output and its digest."""

    folder: Path
    wave: str
    expected: Hashes

    @property
    def stages(self) -> dict[str, tuple[str, ...]]:
        """Stage → the words of its command, in the order of the chain."""
        wave = self.wave
        return {
            "program": ("program",), "settings": ("settings",), "deliveries": ("deliveries",),
            "ingest": ("ingest", wave), "check": ("check", "--all"),
            "weight": ("weight", wave), "estimate": ("estimate", wave),
            "protect": ("protect", wave), "series": ("series",), "audit": ("audit", wave),
            "recompute": ("recompute",), "report": ("report", wave), "site": ("site",), "release": ("release", wave),
        }  # fmt: skip

    @property
    def whole(self) -> tuple[Path, ...]:
        """Folders that are there with all their files or not at all."""
        site, processed = self.folder / "reports/site", self.folder / "processed"
        return (processed / "settings", processed / "release" / self.wave, processed / "series/waves",
                site / self.wave, site / "recursos", site / "secciones")  # fmt: skip

    def outputs(self) -> Hashes:
        """Every finished file under processed/ and the site; temporary names are no finished files."""
        places = (self.folder / "processed", self.folder / "reports/site")
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for place in places
            for path in sorted(place.rglob("*"))
            if path.is_file() and not any(part.startswith((".tmp", ".gitignore")) for part in path.parts)
        }

    def half_written(self) -> bool:
        """Whether a file differs from the expected one under its name, or a whole folder lacks one."""
        # A delivery that was refused leaves the record of why, whole, in place of what it would have made.
        found = {name: digest for name, digest in self.outputs().items() if not name.endswith("/withheld.json")}
        if any(self.expected.get(name) != digest for name, digest in found.items()):
            return True
        for folder in self.whole:
            inside = f"{folder.relative_to(self.folder)}/"
            names = {name for name in self.expected if name.startswith(inside)}
            if folder.exists() and names - set(found):
                return True
        return False


def start(folder: Path, words: tuple[str, ...], said: Path) -> int:
    """Fork, run ``pulso`` with these words in a process group of its own; the child's id."""
    # A signal that comes while this is not yet the program is kept for it: it must not end the copy of this process.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SENT)
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return child
    code = 1
    try:
        for number in SENT:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.setsid()
        os.chdir(folder)
        os.environ.update(ENVIRONMENT)
        sink = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        from pulsometro.__main__ import main

        sys.argv = ["pulso", *words]
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        else:
            code = 0
        # The program is at its end: what comes from here on finds this harness, not a stage at work.
    except SystemExit:
        pass
    except BaseException:
        import traceback

        os.write(2, traceback.format_exc().encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run(folder: Path, words: tuple[str, ...], after: float | None = None) -> Done:
    """Run to the end, or kill the whole process group after some seconds."""
    with tempfile.TemporaryDirectory(prefix="said-") as name:
        said = Path(name) / "said"
        child, begin = start(folder, words, said), time.monotonic()
        while after is not None and time.monotonic() - begin < after:
            if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            time.sleep(0.002)
        else:
            if after is not None:
                kill_group(child)
        return ended(child, said)


def ended(child: int, said: Path) -> Done:
    """Wait for a child; how it ended and what it said."""
    _, status = os.waitpid(child, 0)
    text = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
    return Done(os.waitstatus_to_exitcode(status), text)


def kill_group(leader: int) -> None:
    """Kill a child that leads a process group, and everything in it; it may not lead yet."""
    for kill in (os.killpg, os.kill):
        try:
            kill(leader, signal.SIGKILL)
            return
        except ProcessLookupError:
            continue


def again(project: Project, words: tuple[str, ...], tally: Tally) -> None:
    """Look at what a fault left, run the command once more, and compare with a run without faults."""
    tally.tried += 1
    tally.half_written += project.half_written()
    run(project.folder, words)
    tally.different += project.outputs() != project.expected
