"""Faults planted in INEGI's ENSU, and what finds each: ingest's refusal, the quarantine or a check rule.

    python benchmarks/ensu_faults.py [--every N]

Takes both quarters' zips from examples/ensu/raw or ../shared/ensu, spoils the second one fault at a
time, and runs ingest and the checks on it with the first as its past. ``--every N`` keeps one row
in N of every city (the tests use that). Writes benchmarks/ENSU_FAULTS.md; exits 1 when one is missed.
"""

import argparse
import csv
import io
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.check import stage as check
from pulsometro.common.errors import PulsoError
from pulsometro.ingest import stage as ingest
from pulsometro.ingest.delivery_record import load_delivery
from pulsometro.study import Study, load_study

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "ensu"
PAST, WAVE = "2024T1", "2024T2"
CITY = "64"
ROWS = 40
Table = Callable[[pd.DataFrame], pd.DataFrame]
Content = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Fault:
    """``what`` was done to the table, or to the text (``bytes``) or zip that holds it; ``found``: a
    pattern of the sentence or the name of the rule that must find it. ``past``: on the earlier table."""

    what: str
    found: str
    table: Table = field(default=lambda frame: frame)
    text: Content = field(default=lambda data: data)
    zipped: Content = field(default=lambda data: data)
    past: bool = False


def _set(column: str, value: object, where: Callable[[pd.DataFrame], Any] | None = None) -> Table:
    """The first ``ROWS`` rows that satisfy ``where`` get another value in a column."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame.index[where(frame)] if where else frame.index
        spoiled = frame.copy()
        spoiled.loc[rows[:ROWS], column] = value
        return spoiled

    return change


def _turned(frame: pd.DataFrame) -> pd.DataFrame:
    turned = {"1": "4", "2": "3", "3": "2", "4": "1"}
    return frame.assign(BP1_9_4=frame["BP1_9_4"].map(lambda code: turned.get(code.lstrip("0"), code)))


def _shifted(frame: pd.DataFrame) -> pd.DataFrame:
    spoiled, first = frame.copy(), list(frame.columns).index("BP1_1")
    spoiled.iloc[:ROWS, first:] = frame.iloc[:ROWS, first:].shift(1, axis=1).fillna("").to_numpy()
    return spoiled


def _silent(frame: pd.DataFrame) -> pd.DataFrame:
    lost = frame.index[frame.index % 4 == 0]
    return frame.assign(BP1_1=frame["BP1_1"].mask(frame.index.isin(lost), "9"))


def _city(frame: pd.DataFrame) -> pd.Series:
    return frame["CD"].str.lstrip("0") == CITY


def _two_strata(frame: pd.DataFrame) -> pd.DataFrame:
    unit = frame["UPM"].value_counts().index[0]
    rows = frame.index[frame["UPM"] == unit]
    other = frame.loc[frame["EST_DIS"] != frame.loc[rows[0], "EST_DIS"], "EST_DIS"].iloc[0]
    spoiled = frame.copy()
    spoiled.loc[rows[:1], "EST_DIS"] = other
    return spoiled


FAULTS = (
    Fault("an unknown answer (5 in BP1_1)", r"column BP1_1 .*'5' is a code that the crosswalk does not know",
          _set("BP1_1", "5")),
    Fault("an unknown city (99)", r"column CD .*'99' is a code that the crosswalk does not know", _set("CD", "99")),
    Fault("labels in place of codes", r"column BP1_1 ", _set("BP1_1", "muy seguro")),
    Fault("a respondent twice", r"the folio \S+ is in rows", lambda f: pd.concat([f, f.iloc[[10]]])),
    Fault("a respondent without identifier", "required_missing", _set("ID_PER", "")),
    Fault("a column gone (BP1_7_1)", r"column 'BP1_7_1' \(item identifica_policia_municipal\) is not in the file",
          lambda f: f.drop(columns="BP1_7_1")),
    Fault("a column renamed (FAC_SEL → FAC_SEL_)", r"'FAC_SEL' .*did it become 'FAC_SEL_'\?",
          lambda f: f.rename(columns={"FAC_SEL": "FAC_SEL_"})),
    Fault("a column twice", r"two columns are called 'BP1_1'",
          lambda f: pd.concat([f, f[["BP1_1"]]], axis=1)),
    Fault("an answer where the questionnaire skips", "skip_violation",
          _set("BP1_8_1", "1", lambda f: f["BP1_7_1"] == "2")),
    Fault("a blank where the question was asked", "skip_unasked.confianza_policia_municipal",
          _set("BP1_9_1", "", lambda f: f["BP1_7_1"] == "1")),
    Fault("a city without interviews", "sample.present", lambda f: f[~_city(f)]),
    Fault("half of a city's interviews gone", "past.sample",
          lambda f: f[~_city(f) | (_city(f).cumsum() % 2 == 0)]),
    Fault("weights of zero", "weight.positive", _set("FAC_SEL", "0")),
    Fault("negative weights", "weight.positive", _set("FAC_SEL", "-120")),
    Fault("a weight a thousand times too large", "weight.size",
          lambda f: f.assign(FAC_SEL=f["FAC_SEL"].where(f.index != f.index[7], f["FAC_SEL"] + "000"))),
    Fault("an infinite weight", r"column FAC_SEL .*is not a finite number", _set("FAC_SEL", "inf")),
    Fault("blank weights", "required_missing", _set("FAC_SEL", "")),
    Fault("thousands separated by commas in some weights and decimals in others",
          r"column FAC_SEL: some numbers have a decimal comma and some a point",
          lambda f: _set("FAC_SEL", "1,234")(_set("FAC_SEL", "10.5", lambda g: g.index > 100)(f))),
    Fault("interviews without their sampling unit", "required_missing", _set("UPM", "")),
    Fault("a sampling unit in two strata", "design.nested", _two_strata),
    Fault("ages in words", r"column EDAD .*'treinta' is not a whole number", _set("EDAD", "treinta")),
    Fault("ages out of range", "out_of_range", _set("EDAD", "150")),
    Fault("values one column to the right in some rows", r"is a code that the crosswalk does not know", _shifted),
    Fault("a scale turned round (BP1_9_4)", "past.reversed", _turned),
    Fault("one city answers all alike", "past.moved_in_area",
          lambda f: f.assign(BP1_3=f["BP1_3"].mask(_city(f), "1"))),
    Fault("a quarter of the answers to BP1_1 lost", "past.nonresponse_moved", _silent),
    Fault("the quarter before under this quarter's name", "past.same_delivery", past=True),
    Fault("the file cut in its middle", r"values for \d+ columns|not a readable record",
          text=lambda data: data[: len(data) // 2]),
    Fault("the zip cut in its middle", r"the zip is damaged", zipped=lambda data: data[: len(data) // 2]),
    Fault("an open quote", r"a quote is open|values for \d+ columns",
          text=lambda data: data[: len(data) // 3] + b'"' + data[len(data) // 3 :]),
    Fault("NUL bytes", r"NUL bytes", text=lambda data: data[:5000] + bytes(3) + data[5000:]),
    Fault("two files pasted together", r"byte-order mark in the middle",
          text=lambda data: data + b"\xef\xbb\xbf" + data),
    Fault("the table of the household's members in place of the selected persons'", r"no member matches",
          zipped=lambda data: _renamed(data, "ensu_cb_", "ensu_cs_")),
)  # fmt: skip
QUIRKS = {
    "CR-only line ends": "line_ends CR",
    "every value in quotes, numbers too": "quoted",
    "codes padded with zeros": "padded_codes",
    "blanks where a question is skipped": "blank_skips",
    "columns that come with this quarter": "past.columns_new",
    "columns that went with the last one": "past.columns_gone",
    "strata numbered anew (EST_DIS)": "past.strata_renumbered",
    "a city code that does not tell Torreón apart": "known Torreón",
}


def _renamed(data: bytes, old: str, new: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as sink:
        for name in source.namelist():
            sink.writestr(name.replace(old, new), source.read(name))
    return target.getvalue()


@dataclass(frozen=True)
class Quarter:
    """A quarter's table as INEGI wrote it (text), thinned, and the name of its member in the zip."""

    table: pd.DataFrame
    member: str


def read_quarter(path: Path, every: int) -> Quarter:
    """The CB table of a zip: the city that faults are planted in whole, of the others one row in ``every``."""
    with zipfile.ZipFile(path) as archive:
        member = next(n for n in archive.namelist() if re.search(r"/conjunto_de_datos/\w+_ensu_cb_\d+\.csv$", n))
        with archive.open(member) as stream:
            table = pd.read_csv(stream, dtype=str, keep_default_na=False, lineterminator="\r")
    kept = (table.groupby("CD").cumcount() % every == 0) | _city(table)
    return Quarter(table[kept].reset_index(drop=True), member)


def write_quarter(quarter: Quarter, path: Path, fault: Fault) -> None:
    """The zip as INEGI would have written it, with a fault in it."""
    table = fault.table(quarter.table)
    text = fault.text(table.to_csv(index=False, quoting=csv.QUOTE_ALL, lineterminator="\r").encode())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(quarter.member, text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(fault.zipped(target.getvalue()))


def example(folder: Path, zips: dict[str, Path], every: int) -> tuple[Study, dict[str, Quarter]]:
    """A copy of the example with the first quarter ingested, and both quarters as tables."""
    shutil.copy(EXAMPLE / "params.yaml", folder)
    shutil.copytree(EXAMPLE / "questionnaires", folder / "questionnaires")
    study = load_study(folder)
    quarters = {wave: read_quarter(zips[wave], every) for wave in (PAST, WAVE)}
    write_quarter(quarters[PAST], study.raw(PAST), Fault("none", ""))
    ingest.run(study, PAST)
    return study, quarters


def found_by(study: Study, quarters: dict[str, Quarter], fault: Fault, engine: Any) -> tuple[str, bool]:
    """What ingest or the checks say of the second quarter with the fault, and whether that finds it."""
    write_quarter(quarters[PAST if fault.past else WAVE], study.raw(WAVE), fault)
    try:
        ingest.run(study, WAVE)
    except PulsoError as refusal:
        said = str(refusal).replace(str(study.raw(WAVE)), "the zip")
        said = re.sub(r"member [\w/]+\.csv", "member …cb_0624.csv", said)
        return f"ingest refuses: {said}", bool(re.search(fault.found, said))
    verdict = check.check_wave(study, WAVE, engine)
    failed = {rule.id: rule for rule in verdict.failed}
    if fault.found in failed:
        rule = failed[fault.found]
        return f"{rule.severity} rule `{rule.id}`, {rule.count:,} cases", True
    if verdict.counts is not None and verdict.counts.by_reason.get(fault.found):
        return f"quarantine: {verdict.counts.by_reason[fault.found]:,} rows, {fault.found.replace('_', ' ')}", True
    return "nothing", False


def quirks(study: Study, quarter: Quarter, engine: Any) -> dict[str, bool]:
    """Quirk of INEGI's files → whether the delivery's record, its checks or its report say so."""
    write_quarter(quarter, study.raw(WAVE), Fault("none", ""))
    ingest.run(study, WAVE)
    verdict = check.check_wave(study, WAVE, engine)
    record = load_delivery(study, WAVE)
    told = {rule.id for rule in verdict.failed} | {note.kind for note in record.notes}
    told |= {f"{key} {value}" for key, value in record.read.items()}
    page = study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")
    told |= {f"known {word}" for word in ("Torreón",) if word in page}
    return {quirk: mark in told for quirk, mark in QUIRKS.items()}


def zips_beside(study: Study) -> dict[str, Path]:
    """The quarters' zips in the example or beside the project; PulsoError naming the one that is nowhere."""
    found = {}
    for wave in (PAST, WAVE):
        name = study.raw(wave).name
        places = (EXAMPLE / "raw" / wave / name, ROOT.parent / "shared" / "ensu" / wave / name)
        there = next((place for place in places if place.is_file()), None)
        if there is None:
            raise PulsoError(f"{places[0]}: the file is missing; download it from INEGI as README.md says.")
        found[wave] = there
    return found


def main() -> int:
    """Every fault in turn, and the table of what found it."""
    from pulsometro.check.great_expectations.engine import Engine

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    engine, lines, missed = Engine(), [], 0
    with tempfile.TemporaryDirectory(prefix="ensu-") as name:
        study, quarters = example(Path(name), zips_beside(load_study(EXAMPLE)), options.every)
        told = quirks(study, quarters[WAVE], engine)
        for fault in FAULTS:
            said, hit = found_by(study, quarters, fault, engine)
            missed += not hit
            lines.append(f"| {fault.what} | {'found' if hit else '**missed**'} | {said.replace('|', '∣')} |")
            print(lines[-1], flush=True)
    rows = sum(len(quarter.table) for quarter in quarters.values())
    head = [
        "# Faults planted in INEGI's ENSU", "",
        f"Made by `python benchmarks/ensu_faults.py` with the first two quarters of 2024 ({rows:,} rows): the second",
        f"is spoiled, one fault at a time ({ROWS} rows where a fault is of rows), ingested and checked with the first",
        "as its past.",
        "", f"{len(FAULTS)} faults, {len(FAULTS) - missed} found.", "", "| fault | | by what |", "|---|---|---|",
    ]  # fmt: skip
    tail = ["", "The files' own quirks, reported and not hidden:", "", "| quirk | reported |", "|---|---|"]
    tail += [f"| {quirk} | {'yes' if yes else '**no**'} |" for quirk, yes in told.items()]
    text = "\n".join([*head, *lines, *tail]) + "\n"
    (ROOT / "benchmarks/ENSU_FAULTS.md").write_text(text, encoding="utf-8")
    return int(bool(missed) or not all(told.values()))


if __name__ == "__main__":
    sys.exit(main())
