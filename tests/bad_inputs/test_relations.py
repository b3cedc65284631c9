"""Answers that contradict each other are set aside or reported, as the questionnaire says."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pulsometro.check import stage as check
from pulsometro.cli import main
from pulsometro.ingest.delivery_record import load_delivery
from pulsometro.study import load_study
from tests.bad_inputs import relations

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", relations.CASES)
def test_contradictions(case: str, tmp_path: Path, monkeypatch) -> None:
    wanted = relations.CASES[case]
    frame = relations.prepare(tmp_path, wanted)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["ingest", "2020T1"])
    assert result.exit_code == 0, result.output
    study = load_study(tmp_path)
    counts = load_delivery(study, "2020T1").counts
    quarantined = wanted.quarantined
    if quarantined < 0:
        quarantined = int(((frame["ANIOS"] > frame["EDAD"]) & (frame["SEXO"] != 1)).sum())
    assert counts.quarantined == quarantined and counts.accepted + counts.quarantined == 60
    assert counts.by_reason == ({"inconsistent": quarantined} if quarantined else {})
    verdict = check.run_one(study, "2020T1")
    told = {rule.id: rule.severity for rule in verdict.failed if rule.id.startswith("consistency")}
    assert told == dict(wanted.failed)
    assert "consistency.of.anios_y_edad" in {rule.id for rule in verdict.rules}


def test_what_was_not_delivered_has_not_passed(tmp_path: Path, monkeypatch) -> None:
    frame = relations.prepare(tmp_path, relations.CASES["nobody contradicts"])
    path = tmp_path / "questionnaires/2020T1.yaml"
    text = path.read_text(encoding="utf-8").replace("  respondent:", "  not_delivered: [anios]\n  respondent:")
    path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["ingest", "2020T1"]).exit_code == 0
    failed = {rule.id: rule for rule in check.run_one(load_study(tmp_path), "2020T1").failed}
    assert failed["consistency.fed"].keys == ("anios_y_edad",) and len(frame) == 60
    # Its remedy, without the condition: nothing more is said.
    path.write_text(text.partition("consistency:")[0], encoding="utf-8")
    assert CliRunner().invoke(main, ["ingest", "2020T1"]).exit_code == 0
    assert not [rule for rule in check.run_one(load_study(tmp_path), "2020T1").failed if "consistency" in rule.id]
