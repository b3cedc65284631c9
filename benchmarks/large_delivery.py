"""A delivery of a million rows, ingested and checked: seconds and the most memory that each took.

    python benchmarks/large_delivery.py [ROWS] [--formats csv,sav,parquet]

Draws the rows of the current edition again, in new order and with some answers drawn anew, so
that no two are alike; writes them as the firm would; runs ``pulso ingest`` and ``pulso check`` in
a study of that one wave. Writes benchmarks/LARGE_DELIVERY.md.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from pulsometro.study import load_study

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.fault_project import given_waves  # noqa: E402

DRAWN_ANEW = 0.25
LIMIT_MB = 4096
COLUMNS = 32


@dataclass(frozen=True)
class Run:
    """One command on one format: seconds by the clock, CPU seconds, the most memory in MB."""

    kind: str
    verb: str
    size_mb: float
    seconds: float
    cpu: float
    peak_mb: float
    code: int
    said: str


def made(rows: int, seed: int) -> pd.DataFrame:
    """Rows like the current edition's in the firm's columns: drawn again, a quarter of the answers anew."""
    study = load_study(ROOT)
    wave = study.params.current_wave
    frame, _ = pyreadstat.read_sav(str(study.raw(wave)), user_missing=True)
    rng = np.random.default_rng(seed)
    drawn = frame.iloc[rng.integers(0, len(frame), rows)].reset_index(drop=True)
    questionnaire = study.questionnaire(wave)
    skips = {questionnaire.delivery.columns[name].name for name in questionnaire.skips}
    fixed = {"FOLIO", "TELEFONO", "MUN", "FECHA", "ORIGEN", *skips}
    gates = {questionnaire.delivery.columns[i].name for c in questionnaire.skips.values() for i in c.items}
    for name in drawn.columns.difference([*fixed, *gates]):
        anew = rng.random(rows) < DRAWN_ANEW
        other = frame[name].to_numpy()[rng.integers(0, len(frame), rows)]
        drawn[name] = np.where(anew, other, drawn[name].to_numpy())
    drawn["FOLIO"] = [f"G{number:07d}" for number in range(rows)]
    drawn["TELEFONO"] = [f"81{number:08d}" for number in rng.permutation(rows)]
    return drawn


def write(frame: pd.DataFrame, kind: str, path: Path) -> None:
    """The frame as that kind of file."""
    if kind == "sav":
        pyreadstat.write_sav(frame, str(path))
    elif kind == "parquet":
        frame.to_parquet(path, index=False)
    else:
        floats = frame.select_dtypes("float").columns.difference(["DURACION"])
        frame.astype(dict.fromkeys(floats, "Int64")).to_csv(path, index=False)


def measured(folder: Path, kind: str, verb: str, words: list[str], size_mb: float) -> Run:
    """Run one command to its end."""
    begin = time.monotonic()
    environment = {**os.environ, "CI": "1"}
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "pulso"), *words], cwd=folder, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds, code = time.monotonic() - begin, os.waitstatus_to_exitcode(status)
    return Run(kind, verb, size_mb, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code, said)


USUAL = """
import sys, time
from pulsometro.common.determinism import agree
agree()
import pandas, scipy.stats
from pulsometro.check import stage
from pulsometro.ingest.stage import run
from pulsometro.study import load_study
study, wave = load_study(), sys.argv[1]
begin = time.process_time(); run(study, wave); read = time.process_time() - begin
begin = time.process_time()
from pulsometro.check.great_expectations.engine import Engine
engine = Engine(); loaded = time.process_time() - begin
begin = time.process_time(); verdict = stage.check_wave(study, wave, engine)
print(read, loaded, time.process_time() - begin, len(verdict.rules), verdict.counts["delivered"])
"""


def usual(wave: str) -> str:
    """One edition as it is: CPU seconds of ingest, of loading Great Expectations, and of the checks."""
    with tempfile.TemporaryDirectory(prefix="usual-") as name:
        folder = Path(name)
        given_waves(folder, wave)
        done = subprocess.run(
            [sys.executable, "-c", USUAL, wave], cwd=folder, env={**os.environ, "CI": "1"}, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
    read, loaded, checked, rules, rows = map(float, done.stdout.split())
    return (
        f"An edition as it is ({rows:,.0f} interviews with its calls): ingest {read:.1f} s, loading Great Expectations "
        f"{loaded:.1f} s once a run, its {rules:.0f} rules {checked:.1f} s (CPU seconds; the aim is 3 s beyond the "
        "loading)."
    )


def document(rows: int, runs: list[Run], text: str) -> str:
    """The Markdown table."""
    lines = [
        "# A delivery of a million rows", "",
        "Made by `python benchmarks/large_delivery.py`: the current edition's interviews drawn again with a quarter of",
        f"the answers anew, {rows:,} rows of {COLUMNS} columns. The aim is 4 GB.", "",
        "| file | MB | command | seconds | CPU seconds | most memory, MB |", "|---|--:|---|--:|--:|--:|",
    ]  # fmt: skip
    lines += [
        f"| {r.kind} | {r.size_mb:,.0f} | `pulso {r.verb}` | {r.seconds:,.0f} | {r.cpu:,.0f} | {r.peak_mb:,.0f} |"
        for r in runs
    ]
    return "\n".join([*lines, "", text]) + "\n"


def main() -> int:
    """Every format in turn; exits 1 when one needed more than 4 GB."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--formats", default="csv,sav,parquet")
    options = parser.parse_args()
    frame, runs = made(options.rows, 7), []
    wave = load_study(ROOT).params.current_wave
    for kind in options.formats.split(","):
        with tempfile.TemporaryDirectory(prefix="large-") as name:
            folder = Path(name)
            given_waves(folder, wave)
            params = folder / "params.yaml"
            text = params.read_text(encoding="utf-8")
            params.write_text(text.replace(f"pulso_{wave}.sav", f"entrega.{kind}"), encoding="utf-8")
            path = folder / "raw" / wave / f"entrega.{kind}"
            write(frame, kind, path)
            size = path.stat().st_size / 2**20
            for verb in ("ingest", "check"):
                runs.append(measured(folder, kind, verb, [verb, wave], size))
                print(runs[-1], flush=True)
    text = usual(wave)
    print(text)
    (ROOT / "benchmarks/LARGE_DELIVERY.md").write_text(document(options.rows, runs, text), encoding="utf-8")
    return int(any(run.peak_mb > LIMIT_MB or run.code not in {0, 1} for run in runs))


if __name__ == "__main__":
    raise SystemExit(main())
