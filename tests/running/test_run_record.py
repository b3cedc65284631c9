"""What a run's screen says of DVC's lines, and how long is left."""

from pathlib import Path

import pytest

from pulsometro.running.chain_plan import Step, planned, targets
from pulsometro.running.dvc_words import heard
from pulsometro.running.run_record import RunRecord
from pulsometro.running.stage_durations import about, kept_in, read_durations, spoken, time_left, write_durations
from pulsometro.study import load_study
from tests.tiny_study import write_study

STEPS = (
    Step("program", "program", "", (), True),
    Step("ingest@a", "ingest", "a", ("program",), False),
    Step("ingest@b", "ingest", "b", ("program",), False),
    Step("check", "check", "", ("ingest@a", "ingest@b", "program"), False),
    Step("verdict", "verdict", "", ("check",), False),
)


def told(record: RunRecord, *lines: tuple[float, str]) -> list[str]:
    return [text for clock, line in lines for text in record.hear(heard(line), clock)]


def test_a_line_for_each_stage_with_its_place_time_and_words() -> None:
    record = RunRecord(STEPS, {})
    lines = told(
        record, (0, "Running stage 'ingest@a':\n"), (0, "> pulso ingest a --withhold\n"), (1, "a: datos.csv (csv)\n"),
        (1, "  480 rows = 480 accepted + 0 quarantined\n"), (1, "  note: more\n"),
        (2.5, "Updating lock file 'dvc.lock'\n"), (2.5, "\n"),
        (3, "Stage 'ingest@b' didn't change, skipping\n"), (3, "Running stage 'check':\n"),
        (9, "a: passes\n"), (9, "b: STOPS\n"), (80, "Updating lock file 'dvc.lock'\n"),
    )  # fmt: skip
    assert lines == [
        "1 of 5  ingest a  2.5 s  datos.csv (csv); 480 rows = 480 accepted + 0 quarantined",
        "3 of 5  check  1 min 17 s", "    a: passes", "    b: STOPS",
    ]  # fmt: skip
    assert record.took == {"ingest@a": 2.5, "check": 77.0} and list(record.done) == ["ingest@a", "ingest@b", "check"]


def test_a_stage_that_fails_is_told_and_not_kept_as_a_duration() -> None:
    record = RunRecord(STEPS, {"check": 5.0})
    told(record, (0, "Running stage 'check':"), (2, "WARNING: failed to run: pulso check --all, exited with 1"))
    told(record, (2, "WARNING: Stages 'verdict', 'site' will be skipped due to this failure"))
    assert record.end(3) == ["1 of 5  check  failed after 3.0 s"]
    assert record.skipped == 2 and record.took == {"check": 5.0}


def test_time_left_counts_what_waits_for_what_ran() -> None:
    took = {"ingest@a": 2.0, "check": 30.0, "verdict": 1.0}
    assert time_left(STEPS, {"program"}, {"program"}, took) == 0.0  # nobody knows yet that anything changed
    assert time_left(STEPS, {"program", "ingest@a"}, {"ingest@a"}, took) == 31.0
    assert time_left(STEPS, {"program", "ingest@a", "ingest@b", "check"}, {"check"}, took) == 1.0
    assert time_left(STEPS, {"ingest@a"}, {"ingest@a"}, {"ingest@a": 2.0}) is None
    record = RunRecord(STEPS, dict(took))
    told(record, (0, "Running stage 'check':"))
    assert record.under_way(12) == "1 of 5  check  12.0 s, about 20 s left"
    assert RunRecord(STEPS, {}, now="check").under_way(12) == "1 of 5  check  12.0 s"


def test_durations_are_kept_and_what_is_damaged_costs_nothing(tmp_path: Path) -> None:
    assert read_durations(tmp_path) == {}
    write_durations(tmp_path, {"check": 2.345})
    assert read_durations(tmp_path) == {"check": 2.3}
    for text in ("{", "[1]", '{"check": "long", "a": -1}'):
        kept_in(tmp_path).write_text(text, encoding="utf-8")
        assert read_durations(tmp_path) == {}
    assert (about(1), about(3600)) == ("5 s", "1 h 0 min") and spoken(59.96) == "1 min 0 s"


@pytest.mark.parametrize(
    ("changed", "last"),
    [({}, ("report@2021T1", "release@2021T1")),
     ({"publish": {"reports": False, "release": False}}, ("audit@2021T1",))],
)  # fmt: skip
def test_the_plan_of_a_study_and_of_one_wave(changed: dict, last: tuple[str, ...], tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path, changed))
    steps = planned(study)
    places = {step.address: place for place, step in enumerate(steps)}
    assert all(places[before] < places[step.address] for step in steps for before in step.after)
    assert not [step for step in steps if not step.after and step.address != "program"]
    assert targets(study) == () and targets(study, "2021T1") == last
    one = {step.address for step in planned(study, "2021T1")}
    assert {*last, "check", "series", "ingest@2021T2", "estimate@2021T2"} <= one
    assert not one & {"report@2021T2", "release@2021T2", "site", "verdict"}
