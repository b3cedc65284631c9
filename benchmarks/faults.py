"""Faults: kill, starve and confuse the pipeline; the outputs must be those of a run without faults.

    python benchmarks/faults.py [--kills 50] [--repro-kills 20] [--wave WAVE]

Works in a temporary copy of the project that has one wave. Prints one line per fault with its
counts and exits 1 when an output differed or a half-written file lay under its final name.
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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("ingest", "check", "weight", "estimate")
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "CI": "1"}
Hashes = dict[str, str]


@dataclass
class Tally:
    """Faults tried, and what went wrong in them."""

    name: str
    tried: int = 0
    half_written: int = 0
    different: int = 0
    note: str = ""

    def line(self) -> str:
        """One line for the screen."""
        state = "ok" if not self.half_written + self.different else "FAILED"
        return (
            f"{self.name:<34} {self.tried:>3} tried, {self.half_written} half-written, "
            f"{self.different} different after the rerun: {state}{f' ({self.note})' if self.note else ''}"
        )


def small_project(folder: Path, wave: str) -> None:
    """The project's files with one wave, its delivery as a fixed input."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, names):
        if name.split("/")[0] in {"params.yaml", "dvc.yaml", "questionnaires", "raw", "reports", ".dvcignore"}:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "pipeline").symlink_to(ROOT / "pipeline")
    shutil.copytree(ROOT / "raw" / wave, folder / "raw" / wave)
    yaml = YAML()
    params = yaml.load((folder / "params.yaml").read_text(encoding="utf-8"))
    others = [key for key in params["waves"] if key != wave]
    for key in others:
        del params["waves"][key]
    params["current_wave"] = wave
    with (folder / "params.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(params, stream)
    lines = (folder / "dvc.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "dvc.yaml").write_text("".join(x for x in lines if not any(key in x for key in others)), encoding="utf-8")
    stages = yaml.load((folder / "dvc.yaml").read_text(encoding="utf-8"))
    # One wave without the simulation that makes it: the folder of deliveries is given.
    for name in list(stages["stages"]):
        if name not in STAGES:
            del stages["stages"][name]
    with (folder / "dvc.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(stages, stream)


def hashes(folder: Path) -> Hashes:
    """Every finished file under processed/ and its digest; temporary names are no finished files."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "processed").rglob("*"))
        if path.is_file() and not path.name.startswith((".tmp", ".gitignore"))
    }


def pulso(*words: str) -> list[str]:
    """The command line of one stage."""
    return [str(Path(sys.executable).parent / "pulso"), *words]


def run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run to the end."""
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)


def killed(folder: Path, command: list[str], after: float) -> bool:
    """Start, kill the whole process group after some seconds; False when it had finished before."""
    process = subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(after)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True


def compare(folder: Path, expected: Hashes, tally: Tally, command: list[str]) -> None:
    """Half-written now, or different after a rerun."""
    tally.tried += 1
    tally.half_written += any(expected.get(name) != digest for name, digest in hashes(folder).items())
    rwlock = folder / ".dvc/tmp/rwlock"
    if rwlock.is_file() and rwlock.stat().st_size == 0:
        rwlock.unlink()
    run(folder, command)
    tally.different += hashes(folder) != expected


def kill_stage(folder: Path, stage: str, words: tuple[str, ...], kills: int, rng: random.Random) -> Tally:
    """Kill one stage's command at random moments of its usual time."""
    tally, command = Tally(f"kill pulso {stage}"), pulso(*words)
    first = run(folder, command)
    if first.returncode:
        tally.note = "not tried: " + first.stderr.strip().splitlines()[-1][:120]
        return tally
    expected = hashes(folder)
    begin = time.monotonic()
    run(folder, command)
    usual = time.monotonic() - begin
    # The usual time varies with the machine's load: moments after the end do not count.
    for _ in range(3 * kills):
        if tally.tried < kills and killed(folder, command, rng.uniform(0.05, usual)):
            compare(folder, expected, tally, command)
    return tally


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """processed/ on a file system of a few megabytes; False where mounting is not allowed."""
    target = folder / "processed"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    size = f"size={megabytes * 1024}k"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(target)], capture_output=True).returncode
    try:
        yield done == 0
    finally:
        if done == 0:
            subprocess.run(["umount", str(target)], check=False)


def starved(folder: Path, wave: str, expected: Hashes) -> Tally:
    """A full disk: one sentence, nothing half-written, and the same outputs with room again."""
    tally = Tally("full disk")
    with small_disk(folder, 1) as mounted:
        if not mounted:
            tally.note = "not tried: needs the right to mount"
            return tally
        filler = folder / "processed" / "filler"
        with filler.open("wb") as stream, suppress_full():
            stream.write(bytes(990 * 1024))
        done = run(folder, pulso("ingest", wave))
        tally.note = (done.stderr.strip().splitlines() or ["no message"])[-1][:100]
        found = {n: h for n, h in hashes(folder).items() if not n.endswith("filler")}
        tally.half_written += any(expected.get(name) != digest for name, digest in found.items())
        tally.half_written += "Traceback" in done.stderr or done.returncode == 0
    run(folder, pulso("ingest", wave))
    tally.tried, tally.different = 1, int(hashes(folder) != expected)
    return tally


@contextmanager
def suppress_full() -> Iterator[None]:
    """Filling a disk ends in an error, which is the aim."""
    try:
        yield
    except OSError:
        return


def unwritable(folder: Path, wave: str, expected: Hashes) -> Tally:
    """processed/ cannot be made: something else has its name (also true for root)."""
    tally = Tally("processed/ cannot be written")
    shutil.rmtree(folder / "processed", ignore_errors=True)
    (folder / "processed").write_text("in the way", encoding="utf-8")
    done = run(folder, pulso("ingest", wave))
    tally.half_written = int("Traceback" in done.stderr or done.returncode == 0)
    (folder / "processed").unlink()
    run(folder, pulso("ingest", wave))
    tally.tried, tally.different = 1, int(hashes(folder) != expected)
    return tally


def replaced(folder: Path, wave: str, expected: Hashes, rng: random.Random, times: int) -> Tally:
    """The delivery is replaced by a cut one while it is read, then put back."""
    tally = Tally("delivery replaced while read")
    delivery = max((folder / "raw" / wave).iterdir(), key=lambda p: (p.suffix != ".csv", p.name))
    good = delivery.read_bytes()
    for _ in range(times):
        process = subprocess.Popen(
            pulso("ingest", wave), cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(rng.uniform(0.1, 2.0))
        delivery.write_bytes(good[: len(good) // 2])
        _, said = process.communicate()
        tally.half_written += "Traceback" in said
        delivery.write_bytes(good)
        compare(folder, expected, tally, pulso("ingest", wave))
    return tally


def repro(folder: Path, kills: int, rng: random.Random) -> list[Tally]:
    """Kills of a whole ``dvc repro``, and two of them at once."""
    dvc = [str(Path(sys.executable).parent / "dvc")]
    subprocess.run([*dvc, "init", "--no-scm", "-q"], cwd=folder, env=ENVIRONMENT, check=True)
    shutil.rmtree(folder / "processed", ignore_errors=True)
    command = [*dvc, "repro", "-q"]
    begin = time.monotonic()
    first = run(folder, command)
    usual = time.monotonic() - begin
    tally, twice = Tally("kill dvc repro"), Tally("two dvc repro at once")
    if first.returncode:
        tally.note = "not tried: " + (first.stderr.strip().splitlines() or ["?"])[-1][:120]
        return [tally, twice]
    expected = hashes(folder)
    forced = [*command, "--force", "--no-run-cache"]
    for _ in range(kills):
        if killed(folder, forced, rng.uniform(0.5, usual)):
            compare(folder, expected, tally, command)
    both = [subprocess.Popen(forced, cwd=folder, env=ENVIRONMENT, stderr=subprocess.DEVNULL) for _ in range(2)]
    for process in both:
        process.wait()
    compare(folder, expected, twice, command)
    return [tally, twice]


def main() -> int:
    """Every fault in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--repro-kills", type=int, default=20)
    parser.add_argument("--wave", default="2011T3")
    options = parser.parse_args()
    rng, tallies = random.Random(7), []
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        small_project(folder, options.wave)
        for stage in STAGES:
            words = ("check", "--all") if stage == "check" else (stage, options.wave)
            tallies.append(kill_stage(folder, stage, words, options.kills, rng))
            print(tallies[-1].line(), flush=True)
        shutil.rmtree(folder / "processed")
        run(folder, pulso("ingest", options.wave))
        expected = hashes(folder)
        for tally in (
            starved(folder, options.wave, expected),
            unwritable(folder, options.wave, expected),
            replaced(folder, options.wave, expected, rng, max(options.kills // 10, 1)),
            *repro(folder, options.repro_kills, rng),
        ):
            tallies.append(tally)
            print(tally.line(), flush=True)
    return int(any(tally.half_written or tally.different for tally in tallies))


if __name__ == "__main__":
    raise SystemExit(main())
