"""Faults: kill, starve and confuse the pipeline; the outputs must be those of a run without faults.

    python benchmarks/faults.py [--kills 50] [--repro-kills 20] [--wave WAVE] [--write]

Works in temporary copies of the project with one wave of 200 interviews. Prints one line per fault
with its counts and exits 1 when an output differed, a half-written file or folder lay under its
final name, or an error was told in anything but one sentence. ``--write`` writes the lines to benchmarks/FAULTS.md.

A stage's command runs in a fork of this process, which has imported everything: the kills then
fall on its work, not on seconds of imports that write nothing. ``dvc repro`` runs as it is typed.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pulsometro.common.determinism import agree

agree()
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.fault_project import few_interviews, small_waves  # noqa: E402
from tools.env import mend_lock  # noqa: E402

BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "CI": "1"}
PRELOADED = (
    "great_expectations", "great_expectations.expectations", "pandas", "pyarrow.parquet", "pyreadstat", "scipy.stats",
    "statsmodels.stats.multitest", "jinja2", "matplotlib.figure", "docx", "pptx", "xlsxwriter", "openpyxl", "typst",
    "fontTools.subset", "pydantic", "ruamel.yaml", "rich.table",
)  # fmt: skip
Hashes = dict[str, str]


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
            "weight": ("weight", wave), "estimate": ("estimate", wave), "series": ("series",),
            "report": ("report", wave), "site": ("site",), "release": ("release", wave),
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
        found = self.outputs()
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
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.environ.update(ENVIRONMENT)
        sink = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        from pulsometro.cli import main

        main(list(words))
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
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


def kill_stage(project: Project, stage: str, kills: int, rng: random.Random) -> Tally:
    """Kill one stage's command at random moments of its usual time, with and without earlier outputs."""
    tally, words = Tally(f"kill pulso {stage}"), project.stages[stage]
    begin = time.monotonic()
    run(project.folder, words)
    usual = time.monotonic() - begin
    # The usual time varies with the machine's load: a command that ended before its kill does not count.
    for _ in range(4 * kills):
        if tally.tried >= kills:
            break
        begin = time.monotonic()
        if run(project.folder, words, rng.uniform(0.0, usual)).code == -signal.SIGKILL:
            again(project, words, tally)
        else:
            usual = min(usual, time.monotonic() - begin)
    tally.note = f"in {usual:.1f} s of work"
    return tally.done()


def kill_simulation(wave: str, kills: int, rng: random.Random) -> Tally:
    """Kill the simulation of every edition; its outputs are the delivered files."""
    tally, words = Tally("kill pulso simulate"), ("simulate",)
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        few_interviews(folder)

        def found() -> Hashes:
            made = [p for p in sorted((folder / "raw").glob("*/*_*")) if not p.name.startswith(".tmp")]
            return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in made}

        begin = time.monotonic()
        first = run(folder, words)
        usual, expected = time.monotonic() - begin, found()
        if first.code or wave not in str(expected):
            tally.note = first.said.strip()[-200:]
            return tally.done()
        for _ in range(4 * kills):
            if tally.tried >= kills:
                break
            if run(folder, words, rng.uniform(0.0, usual)).code == -signal.SIGKILL:
                tally.tried += 1
                left = found()
                tally.half_written += any(expected.get(name) != digest for name, digest in left.items())
                # The whole simulation again after every fifth kill: each writes all of its files anew.
                if tally.tried % 5 == 0:
                    run(folder, words)
                    tally.different += found() != expected
    tally.note = f"in {usual:.1f} s of work, run again after every fifth kill"
    return tally.done()


@contextmanager
def small_disk(place: Path, room: Callable[[], int]) -> Iterator[bool]:
    """``place`` on a file system of its own, its content kept, with ``room()`` bytes left; False where mounting
    is not allowed."""
    kept = place.with_name(f"{place.name}-kept")
    shutil.copytree(place, kept)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(place)], capture_output=True
    ).returncode == 0  # fmt: skip
    try:
        if mounted:
            shutil.copytree(kept, place, dirs_exist_ok=True)
            free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
            with (place / ".tmp-filler").open("wb") as stream:
                os.posix_fallocate(stream.fileno(), 0, max(free - room(), 1))
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)
        shutil.rmtree(kept)


def _places(project: Project, stage: str) -> tuple[Path, list[str]]:
    """Where a stage writes, and its outputs: those that change when only they are removed."""
    site = stage in {"report", "site"}
    place = project.folder / ("reports/site" if site else "processed")
    marks = {
        "program": "processed/program/", "settings": "processed/settings/", "deliveries": "processed/deliveries/",
        "ingest": f"processed/{project.wave}/ingest/", "check": "processed/checks/",
        "weight": f"processed/{project.wave}/weight/", "estimate": f"processed/{project.wave}/estimate/",
        "series": "processed/series/", "report": f"reports/site/{project.wave}/", "site": "reports/site/",
        "release": f"processed/release/{project.wave}/",
    }  # fmt: skip
    own = [name for name in project.expected if name.startswith(marks[stage])]
    if stage == "site":
        own = [name for name in own if f"/{project.wave}/" not in name]
    return place, own


def starve(project: Project) -> Tally:
    """A full disk at three points of each stage's writing: one sentence, then the same with room again."""
    tally, refused = Tally("full disk, every stage"), 0
    for stage, words in project.stages.items():
        place, own = _places(project, stage)
        size = sum((project.folder / name).stat().st_size for name in own)
        for share in (0.0, 0.4, 0.8):
            with small_disk(place, lambda size=size, share=share: int(size * share)) as mounted:
                if not mounted:
                    tally.note = "not tried: needs the right to mount"
                    return tally.done()
                done = run(project.folder, words)
                refused += done.code != 0
                tally.unclear += done.unclear
                tally.half_written += project.half_written()
                (place / ".tmp-filler").unlink()
                run(project.folder, words)
                tally.different += project.outputs() != project.expected
                tally.tried += 1
    tally.note = f"{refused} refused in one sentence, the others had room enough"
    return tally.done()


def unwritable(project: Project) -> Tally:
    """processed/ and the site mounted read-only: every stage refuses in one sentence."""
    tally = Tally("read-only processed/ and site")
    for words in project.stages.values():
        for place in (project.folder / "processed", project.folder / "reports/site"):
            subprocess.run(["mount", "--bind", str(place), str(place)], check=False, capture_output=True)
            remount = ["mount", "-o", "remount,ro,bind", str(place)]
            if subprocess.run(remount, check=False, capture_output=True).returncode:
                tally.note = "not tried: needs the right to mount"
                return tally.done()
        done = run(project.folder, words)
        for place in (project.folder / "processed", project.folder / "reports/site"):
            subprocess.run(["umount", str(place)], check=True)
        tally.unclear += done.unclear or done.code == 0
        again(project, words, tally)
    return tally.done()


def replaced(project: Project, times: int, rng: random.Random) -> Tally:
    """The delivery is replaced by a cut one, or rewritten, while it is read, then put back."""
    tally, refused = Tally("delivery replaced while read"), 0
    delivery = next(p for p in (project.folder / "raw" / project.wave).iterdir() if p.suffix == ".sav")
    good, words = delivery.read_bytes(), project.stages["ingest"]
    begin = time.monotonic()
    run(project.folder, words)
    usual = time.monotonic() - begin
    for turn in range(times):
        with tempfile.TemporaryDirectory(prefix="said-") as name:
            said = Path(name) / "said"
            child = start(project.folder, words, said)
            time.sleep(rng.uniform(0.0, usual))
            if turn % 2:
                delivery.write_bytes(good[: len(good) // 2])
            else:
                # Another delivery under the same name, as a copy over the network would put it.
                (delivery.with_suffix(".new")).write_bytes(good[: len(good) - 4096])
                delivery.with_suffix(".new").replace(delivery)
            done = ended(child, said)
        refused += done.code != 0
        tally.unclear += done.unclear
        tally.half_written += project.half_written()
        delivery.write_bytes(good)
        again(project, words, tally)
    tally.note = f"{refused} refused in one sentence, the others were read before"
    return tally.done()


def repro(project: Project, kills: int, rng: random.Random) -> list[Tally]:
    """Kills of a whole ``dvc repro``, and two of them at once, three times."""
    tally, twice = Tally("kill dvc repro"), Tally("two dvc repro at once")
    folder, dvc = project.folder, str(BIN / "dvc")
    typed = {"cwd": folder, "env": ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    subprocess.run([dvc, "init", "--no-scm", "-q"], check=True, **typed)
    plain = [dvc, "repro", "-q"]
    forced = [*plain, "--force", "--no-run-cache"]

    def rerun() -> bool:
        # As ``make repro`` begins.
        mend_lock(folder)
        done = subprocess.run(plain, **typed)
        if done.returncode:
            print(done.stderr.strip()[-300:], file=sys.stderr)
        return done.returncode == 0 and project.outputs() == project.expected

    if not rerun():
        tally.note = "not tried: dvc repro fails without a fault"
        return [tally.done()]
    usual = float("inf")
    for _ in range(2):
        begin = time.monotonic()
        subprocess.run(forced, **typed)
        usual = min(usual, time.monotonic() - begin)
    for _ in range(3 * kills):
        if tally.tried >= kills:
            break
        process = subprocess.Popen(forced, start_new_session=True, **typed)
        try:
            process.communicate(timeout=rng.uniform(0.5, usual))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            tally.tried += 1
            tally.half_written += project.half_written()
            tally.different += not rerun()
    tally.note = f"a whole run takes {usual:.0f} s"
    tally.done()
    twice.begun = time.monotonic()
    for _ in range(3):
        both = [subprocess.Popen(forced, **typed) for _ in range(2)]
        for process in both:
            process.communicate()
        twice.tried += 1
        twice.half_written += project.half_written()
        twice.different += not rerun()
    return [tally, twice.done()]


def prepared(folder: Path, wave: str) -> Project:
    """The small project with its whole chain run twice: a chain that differs by itself proves nothing."""
    small_waves(folder, wave)
    project = Project(folder, wave, {})
    seen = []
    for _ in range(2):
        for stage, words in project.stages.items():
            done = run(folder, words)
            if done.code:
                raise SystemExit(f"pulso {stage} fails without a fault: {done.said.strip()[-300:]}")
        seen.append(project.outputs())
    if seen[0] != seen[1]:
        raise SystemExit("two runs without faults differ: nothing can be compared")
    return Project(folder, wave, seen[0])


def document(tallies: list[Tally], seconds: float) -> str:
    """The Markdown table of what was tried and found."""
    lines = [
        "# Faults", "",
        "Made by `make faults` (`python benchmarks/faults.py --write`): one wave of 200 interviews in a temporary copy",
        "of the project. A stage's command is killed (`SIGKILL`, its whole process group) at a random moment of its",
        "work; then what lies under final names is compared with a run without faults (half-written: a file with other",
        "bytes, or a folder without one of its files), the command is run again, and every output is compared again.",
        "", "| fault | tried | half-written | different after the rerun | not one sentence | |",
        "|---|--:|--:|--:|--:|---|",
    ]  # fmt: skip
    lines += [f"| {t.name} | {t.tried} | {t.half_written} | {t.different} | {t.unclear} | {t.note} |" for t in tallies]
    lines += ["", f"{sum(t.tried for t in tallies)} faults in {seconds / 60:.0f} minutes on two shared cores."]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Every fault in turn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--repro-kills", type=int, default=20)
    parser.add_argument("--wave", default="2011T3")
    parser.add_argument("--write", action="store_true", help="write benchmarks/FAULTS.md")
    options = parser.parse_args()
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    for name in PRELOADED:
        __import__(name)
    rng, begin, tallies = random.Random(7), time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        project = prepared(Path(name), options.wave)
        tallies += [kill_stage(project, stage, options.kills, rng) for stage in project.stages]
        tallies += [starve(project), unwritable(project), replaced(project, max(options.kills // 2, 2), rng)]
        tallies += repro(project, options.repro_kills, rng)
    tallies.insert(0, kill_simulation(options.wave, options.kills, rng))
    if options.write:
        (ROOT / "benchmarks/FAULTS.md").write_text(document(tallies, time.monotonic() - begin), encoding="utf-8")
    return int(any(tally.failed for tally in tallies))


if __name__ == "__main__":
    raise SystemExit(main())
