"""A record between two stages has one form and one loader; nobody else opens its file or touches its keys."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest

from pulsometro.check.verdict import Verdict, load_verdict
from pulsometro.common.errors import MachineError
from pulsometro.common.files import write_record
from pulsometro.ingest.delivery_record import Counts, DeliveryRecord, load_delivery
from pulsometro.recompute.opinion_record import TOLERANCE, SecondOpinion, load_opinion
from pulsometro.study import Study, load_study
from pulsometro.weighting.record import BaseRecord, WeightingRecord, load_weighting

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pipeline" / "pulsometro"
WAVE = "2013T2"
# What opens a record or another JSON file, and the modules that may.
OPENERS = {
    "read_record": {"settings/configuration.py"},
    "read_json": set(),
    "read_made": {"study/wave_record.py", "study/withheld.py"},
    "load_of_wave": {
        "check/verdict.py", "ingest/delivery_record.py", "recompute/opinion_record.py", "weighting/record.py",
    },
    # A folder's manifest, the mark on simulated files, a map that somebody drew, a cell that holds details, the opener;
    # and what a page's filter and charts leave of the printed numbers while they are made.
    "json.loads": {
        "common/bound.py", "common/files.py", "reporting/charts/chart_numbers.py",
        "reporting/charts/drawing/boundaries.py", "reporting/edition/rows.py", "reporting/formats/page.py",
        "study/simulated_files.py",
    },
}  # fmt: skip
BASE = BaseRecord("telephone_completes", 8, 3, {"all": 1.5}, {}, {}, ())
RECORDS: dict[str, tuple[Any, Callable[[Study, str], Any], Callable[[Study], Path]]] = {
    "weighting": (
        WeightingRecord(
            WAVE, 9, ("all",), None, None, None, BASE, None, None, (), None, None, None, None, (), (), (), (), ()
        ),
        load_weighting, lambda study: study.processed(WAVE, "weighting.json"),
    ),
    "verdict": (Verdict(WAVE, "pass", None, ()), load_verdict, lambda study: study.checks(WAVE)),
    "delivery": (
        DeliveryRecord("d.csv", 9, {"format": "csv"}, (), {}, None, None, WAVE, ("A",), Counts(9, 9, 0, {}, {}), ()),
        load_delivery, lambda study: study.processed(WAVE, "delivery.json"),
    ),
    "opinion": (
        SecondOpinion(WAVE, "samplics 1", 0, (), (), TOLERANCE, None, None, (), "no_figure"),
        load_opinion, lambda study: study.processed(WAVE, "second_opinion.json"),
    ),
}  # fmt: skip


def opened(source: str) -> Iterator[str]:
    """The openers that a module's text calls or hands on."""
    for node in ast.walk(ast.parse(source)):
        name = node.id if isinstance(node, ast.Name) else ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        name = name if name == "json.loads" else name.rpartition(".")[2]
        if name in OPENERS:
            yield name


def test_only_the_module_of_a_record_opens_it() -> None:
    found: dict[str, set[str]] = {name: set() for name in OPENERS}
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in opened(path.read_text(encoding="utf-8")):
            found[name].add(path.relative_to(PACKAGE).as_posix())
    assert found == OPENERS


def test_a_raw_reader_would_be_found() -> None:
    planted = "from pulsometro.common import files\nsaid = files.read_record(study.processed(wave, 'weighting.json'))"
    assert list(opened(planted)) == ["read_record"]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path, load_study(ROOT).params)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_comes_back_as_it_was_kept(name: str, study: Study) -> None:
    record, load, path = RECORDS[name]
    write_record(asdict(record), path(study))
    assert load(study, WAVE) == record


@pytest.mark.parametrize("name", RECORDS)
def test_a_damaged_old_or_misplaced_record_is_refused_in_one_sentence(name: str, study: Study) -> None:
    record, load, path = RECORDS[name]
    content, place = asdict(record), path(study)
    needed = [each.name for each in fields(record) if each.default is MISSING]

    def refused(match: str) -> None:
        with pytest.raises(MachineError, match=match) as stop:
            load(study, WAVE)
        assert str(place) in str(stop.value) and "pulso" in str(stop.value) and "\n" not in str(stop.value)

    refused("the file is missing")
    write_record(asdict(replace(record, wave="2013T1")), place)
    refused("damaged or was not written by this program")
    for key in needed:
        write_record({k: v for k, v in content.items() if k != key}, place)
        refused("another version of this program wrote it")
    write_record({**content, "new_key": 1}, place)
    refused("another version of this program wrote it")
    write_record(content, place)
    place.write_bytes(place.read_bytes()[:-9])
    refused("damaged or was not written by this program")
