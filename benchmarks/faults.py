"""Faults: kill, starve and confuse the pipeline; the outputs must be those of a run without faults.

    python benchmarks/faults.py [--kills 50] [--repro-kills 20] [--wave WAVE] [--only FAULT …] [--write]

Works in temporary copies of the project with one wave of 540 interviews. Prints one line per fault
with its counts and exits 1 when an output differed, a half-written file or folder lay under its
final name, or an error was told in anything but one sentence. ``--write`` writes the lines to benchmarks/FAULTS.md;
with ``--only`` the other rows there stay as they were.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pulsometro.common.determinism import agree

agree()
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import damages, fault_page  # noqa: E402
from benchmarks.fault_project import few_interviews, small_waves  # noqa: E402
from benchmarks.fault_running import BIN, ENVIRONMENT, Hashes, Project, Tally, again, ended, run, start  # noqa: E402
from pulsometro.common.ending import STOPPED  # noqa: E402
from tests.ingest.read.formats import WRITERS  # noqa: E402
from tools.env import mend_lock  # noqa: E402

PRELOADED = (
    "great_expectations", "great_expectations.expectations", "pandas", "pyarrow.parquet", "pyreadstat", "scipy.stats",
    "statsmodels.stats.multitest", "jinja2", "matplotlib.figure", "docx", "pptx", "xlsxwriter", "openpyxl", "typst",
    "fontTools.subset", "pydantic", "ruamel.yaml", "rich.table",
)  # fmt: skip
ENDS = (signal.SIGTERM, signal.SIGINT)
# What can be asked for alone; 'simulation' and 'deliveries' need no chain of stages before them.
FAULTS = ("simulation", "kills", "disk", "replaced", "signals", "at-rest", "repro", "deliveries")


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
        "protect": f"processed/{project.wave}/protect/", "audit": f"processed/{project.wave}/audit/",
        "series": "processed/series/", "recompute": f"processed/{project.wave}/recompute/",
        "report": f"reports/site/{project.wave}/", "site": "reports/site/",
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


def stop_stage(project: Project, number: signal.Signals, times: int, rng: random.Random) -> Tally:
    """Ask each stage to end at random moments of its work: one sentence, the signal's code, nothing left behind."""
    tally, ended_before = Tally(f"{number.name} to every stage"), 0
    for words in project.stages.values():
        begin = time.monotonic()
        run(project.folder, words)
        usual = time.monotonic() - begin
        for _ in range(times):
            with tempfile.TemporaryDirectory(prefix="said-") as name:
                said = Path(name) / "said"
                child = start(project.folder, words, said)
                time.sleep(rng.uniform(0.0, usual))
                os.kill(child, number)
                done = ended(child, said)
            if done.code == 0:
                ended_before += 1
                continue
            lines = [line for line in done.said.splitlines() if line.strip()]
            # Before the program has begun to listen, the system ends it without a word.
            silent = done.code == -number and not lines
            tally.unclear += not (silent or (done.code == 128 + number and lines[-1:] == [STOPPED]))
            left = [p for place in ("processed", "reports/site") for p in (project.folder / place).rglob(".tmp-*")]
            tally.half_written += bool(left) and not silent
            again(project, words, tally)
    tally.note = f"{ended_before} had ended before"
    return tally.done()


def at_rest(project: Project, rng: random.Random) -> Tally:
    """Every intermediate file empty, cut, a bit flipped, foreign: no later stage takes it, all say what to do."""
    tally, refused = Tally("damaged intermediate files"), 0
    names = [name for name in project.expected if name.startswith("processed/") and _is_read(name)]
    for name in names:
        path = project.folder / name
        good = path.read_bytes()
        bit = rng.randrange(8 * len(good))
        flipped = bytearray(good)
        flipped[bit // 8] ^= 1 << bit % 8
        for damage in (b"", good[: len(good) * 2 // 3], bytes(flipped), b'{"a": 1}\n'):
            path.write_bytes(damage)
            for stage, words in project.stages.items():
                if stage in {"program", "settings", "deliveries", "ingest"} or name in _made_by(project, stage):
                    continue
                done = run(project.folder, words)
                refused += done.code != 0
                tally.unclear += done.unclear or (done.code != 0 and "make it again with" not in done.said)
                path.write_bytes(damage)
            path.write_bytes(good)
            tally.tried += 1
            tally.different += project.outputs() != project.expected
    tally.note = f"{len(names)} files; {refused} refusals, each with the command that makes the file again"
    return tally.done()


def _is_read(name: str) -> bool:
    """Whether a later stage reads the file; settings, fingerprints and pages are DVC's and people's."""
    apart = ("processed/settings/", "processed/program/", "processed/inputs/", "processed/deliveries/",
             "processed/release/", "processed/checks/suites/")  # fmt: skip
    return not name.startswith(apart) and Path(name).suffix in {".parquet", ".json"} and "published" not in name


def _made_by(project: Project, stage: str) -> list[str]:
    return _places(project, stage)[1]


def damaged_deliveries(times: int) -> Tally:
    """Random damages of a delivery in every format: read, or refused in one sentence, and no crash of this process."""
    tally, told = Tally("damaged deliveries, nine formats"), []
    for kind in WRITERS:
        found = damages.tried(kind, range(times))
        tally.tried += times
        tally.unclear += len(found.wrong)
        told.append(f"{kind} {found.read}")
    tally.note = f"read all the same: {', '.join(told)}"
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


def _with_project(options: argparse.Namespace, only: Sequence[str], rng: random.Random) -> Iterator[Tally]:
    """The faults that need a small project whose chain was run."""
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        project = prepared(Path(name), options.wave)
        if "kills" in only:
            yield from (kill_stage(project, stage, options.kills, rng) for stage in project.stages)
        if "disk" in only:
            yield from (starve(project), unwritable(project))
        if "replaced" in only:
            yield replaced(project, max(options.kills // 2, 2), rng)
        if "signals" in only:
            yield from (stop_stage(project, number, max(options.kills // 5, 2), rng) for number in ENDS)
        if "at-rest" in only:
            yield at_rest(project, rng)
        if "repro" in only:
            yield from repro(project, options.repro_kills, rng)


def tallies_of(options: argparse.Namespace, only: Sequence[str]) -> Iterator[Tally]:
    """The faults that were asked for, one after the other."""
    rng = random.Random(7)
    if "simulation" in only:
        yield kill_simulation(options.wave, options.kills, rng)
    if set(only) - {"simulation", "deliveries"}:
        yield from _with_project(options, only, rng)
    if "deliveries" in only:
        yield damaged_deliveries(options.damages)


def main() -> int:
    """Every fault in turn, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--repro-kills", type=int, default=20)
    parser.add_argument("--damages", type=int, default=250, help="of a delivery, in each format")
    parser.add_argument("--wave", default="2011T4")
    parser.add_argument("--only", nargs="+", choices=FAULTS, default=FAULTS, help="these alone, not all")
    parser.add_argument("--write", action="store_true", help="write the rows into benchmarks/FAULTS.md")
    options = parser.parse_args()
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    for name in PRELOADED:
        __import__(name)
    begin, page, whole = time.monotonic(), ROOT / "benchmarks/FAULTS.md", set(options.only) == set(FAULTS)
    tallies = list(tallies_of(options, options.only))
    if options.write:
        rows = fault_page.with_new([] if whole else fault_page.rows_of(page), tallies)
        told = fault_page.whole_run(tallies, time.monotonic() - begin) if whole else fault_page.last_whole_run(page)
        page.write_text(fault_page.document(rows, told), encoding="utf-8")
    return int(any(tally.failed for tally in tallies))


if __name__ == "__main__":
    raise SystemExit(main())
