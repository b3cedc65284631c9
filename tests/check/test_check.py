"""The verdict: what stops, what warns, what is signed off, and that every rule ran."""

import os
import sys
from pathlib import Path

import pandas as pd
import pytest

from pulsometro.check import stage
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.report.terminal import print_verdict
from pulsometro.check.rule import Evidence, Rule
from pulsometro.check.verdict import RuleResult, Verdict, load_verdict, refuse_if_stopped
from pulsometro.common.bound import MANIFEST
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_json, read_record, write_record, write_table
from pulsometro.ingest.delivery_record import Counts
from pulsometro.ingest.stage import run
from pulsometro.settings.check_settings import CheckSettings
from pulsometro.study import Study
from pulsometro.study.withheld import WaveWithheld
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

WAVE = "2020T1"


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine()


def _checked(study: Study, engine: Engine):
    run(study, WAVE)
    return stage.check_wave(study, WAVE, engine)


def _failed(study: Study, engine: Engine) -> dict[str, int]:
    return {rule.id: rule.count for rule in _checked(study, engine).failed if rule.severity != "info"}


def test_a_good_delivery_passes_every_rule(tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path)
    verdict = _checked(study, engine)
    assert verdict.verdict == "pass"
    assert not [rule.id for rule in verdict.failed if rule.severity != "info"]
    assert not [rule.id for rule in verdict.rules if rule.error]
    refuse_if_stopped(study, WAVE)


def test_the_suite_is_written_for_review(tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path)
    verdict = _checked(study, engine)
    suite = read_json(tmp_path / "processed/checks/suites" / f"{WAVE}.json")
    assert {rule.id for rule in verdict.rules} <= set(suite) <= {rule.id for rule in (*verdict.rules, *verdict.unseen)}
    assert suite["codes.sexo"]["value_set"] == [1, 2]


def test_a_swapped_scale_stops_the_wave_and_an_accepted_one_does_not(tmp_path: Path, engine: Engine) -> None:
    study = d.write_study(tmp_path, "a.sav")
    labels = {name: dict(codes) for name, codes in d.LABELS.items()}
    labels["P2"][1], labels["P2"][2] = "Algo", "Mucha"
    d.write_sav(d.good(), study.raw(WAVE), labels)
    assert _checked(study, engine).verdict == "stop"
    with pytest.raises(PulsoError, match=r"metadata\.label_swapped failed"):
        refuse_if_stopped(study, WAVE)
    with pytest.raises(PulsoError, match="say in a few words why"):
        stage.accept(study, WAVE, "metadata.label_swapped", "sí")
    stage.accept(study, WAVE, "metadata.label_swapped", "la firma confirmó por escrito que sólo la etiqueta está mal")
    verdict = load_verdict(study, WAVE)
    assert verdict.verdict == "warn"
    assert next(r for r in verdict.rules if r.id == "metadata.label_swapped").accepted.startswith("la firma")
    refuse_if_stopped(study, WAVE)
    with pytest.raises(PulsoError, match="there is no rule"):
        stage.accept(study, WAVE, "metadata.swapped", "porque lo digo yo")


def test_a_wave_that_ingest_refuses_stops_itself_and_no_other(tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    params = (tmp_path / "params.yaml").read_text(encoding="utf-8")
    second = params[params.index('  "2020T1":') : params.index("municipalities:")]
    second = second.replace("2020T1", "2020T2").replace("edition: 1", "edition: 2").replace("2020-01", "2020-05")
    (tmp_path / "params.yaml").write_text(
        params.replace("municipalities:", second + "municipalities:", 1), encoding="utf-8"
    )
    (tmp_path / "questionnaires/2020T2.yaml").write_text(
        d.QUESTIONNAIRE.replace('"2020T1"', '"2020T2"'), encoding="utf-8"
    )
    (tmp_path / "raw/2020T2").mkdir()
    d.write_csv(d.good().assign(P1=6), tmp_path / "raw/2020T2/datos.csv")
    study = d.load_study(tmp_path)
    run(study, WAVE)
    with pytest.raises(WaveWithheld):
        run(study, "2020T2")
    said = stage.run_all(study)
    assert said.splitlines()[0].startswith("2020T1: passes")
    assert "2020T2: STOPS" in said
    assert load_verdict(study, "2020T1").verdict != "stop"
    with pytest.raises(PulsoError, match=r"raw/2020T2/datos\.csv, column P1"):
        refuse_if_stopped(study, "2020T2")


def test_a_severity_for_no_rule_is_named() -> None:
    rule = RuleResult("range.edad", "warning", True, 9, 0, (), "", "", "", "")
    verdicts = [Verdict("2020T1", "pass", {}, (rule,))]
    refuse = stage.refuse_unknown_rules
    for named in ("range", "range.edad"):
        refuse(CheckSettings(severity={named: "info"}), verdicts)
    with pytest.raises(PulsoError, match=r"check\.severity names rnge, .* did you mean 'range'"):
        refuse(CheckSettings(severity={"rnge": "info"}), verdicts)
    refuse(CheckSettings(severity={"rnge": "info"}), [*verdicts, Verdict("2020T2", "stop", {}, (), refused="x")])


@pytest.mark.parametrize(
    ("rule", "damage"),
    [
        ("codes.conf_a", lambda r: r.assign(conf_a=6)),
        ("range.edad", lambda r: r.assign(edad=r["edad"].mask(r.index < 3, 12))),
        ("folio.unique", lambda r: r.assign(folio=r["folio"].mask(r.index < 3, "F00009"))),
        ("folio.present", lambda r: r.assign(folio=r["folio"].mask(r.index < 3, None))),
        ("required.sexo", lambda r: r.assign(sexo=r["sexo"].mask(r.index < 3))),
        ("skip_answered.denuncia", lambda r: r.assign(denuncia=1)),
        ("skip_unasked.denuncia", lambda r: r.assign(denuncia=7)),
        ("dates", lambda r: r.assign(fecha=r["fecha"].mask(r.index < 3, "2020-03-01"))),
        ("sample.present", lambda r: r[r["municipio"] == "01001"]),
        ("sample.minimum", lambda r: r.iloc[:20]),
        ("sample.target", lambda r: r.iloc[:50]),
        ("columns", lambda r: r.drop(columns="conf_a")),
        ("types", lambda r: r.assign(conf_a=r["conf_a"].astype("string"))),
        ("nonresponse", lambda r: r.assign(conf_a=r["conf_a"].mask(r.index < 40, 9))),
    ],
)  # fmt: skip
def test_each_rule_finds_its_fault(rule: str, damage, tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path)
    run(study, WAVE)
    path = study.processed(WAVE, "responses.parquet")
    # As an ingest with that fault would have left it.
    (path.parent / MANIFEST).unlink()
    write_table(damage(pd.read_parquet(path)).reset_index(drop=True), path)
    results = {r.id: r for r in stage.check_wave(study, WAVE, engine).rules}
    assert not results[rule].passed
    assert not results[rule].error
    assert results[rule].count >= 1
    assert results[rule].keys


@pytest.mark.parametrize(
    ("rule", "counts"),
    [("quarantine", (60, 50, 10)), ("arithmetic", (60, 58, 1))],
)
def test_the_arithmetic_of_the_delivery_is_checked(rule: str, counts: tuple, tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path)
    run(study, WAVE)
    path = study.processed(WAVE, "delivery.json")
    record = read_record(path)
    (path.parent / MANIFEST).unlink()
    record["counts"] |= dict(zip(("delivered", "accepted", "quarantined"), counts, strict=True))
    write_record(record, path)
    verdict = stage.check_wave(study, WAVE, engine)
    assert verdict.verdict == "stop"
    assert rule in {r.id for r in verdict.failed}


def test_severity_follows_params(tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path)
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("  area: municipio\n", "  area: municipio\n  severity: {metadata.not_asked: critical}\n", 1)
    )
    study = d.load_study(tmp_path)
    assert _checked(study, engine).verdict == "stop"


def _rule(id_: str, column: str = "x", **more: object) -> Rule:
    return Rule(id_, "t", column, "in_set", "critical", "t", "r", {"value_set": [1]}, **more)  # type: ignore[arg-type]


def test_rules_merged_as_duplicates_are_an_error(engine: Engine) -> None:
    table = pd.DataFrame({"key": ["a"], "x": [1]})
    with pytest.raises(PulsoError, match="dropped as duplicates"):
        engine.run("dup", Evidence({"t": table}, (_rule("one"), _rule("two"))))
    with pytest.raises(PulsoError, match="same id"):
        engine.run("ids", Evidence({"t": table}, (_rule("one"), _rule("one", "y"))))


def test_an_exception_inside_a_rule_is_an_error_not_a_data_failure(engine: Engine) -> None:
    table = pd.DataFrame({"key": ["a"], "x": [1]})
    outcome = engine.run("err", Evidence({"t": table}, (_rule("gone", "nowhere"),)))[0]
    assert outcome.error and not outcome.passed and outcome.count == 0


def test_telemetry_is_off(engine: Engine) -> None:
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert engine._context.config.analytics_enabled is False
    assert "posthog" not in sys.modules


def test_verdicts_hold_no_answers_and_are_the_same_bytes_twice(tmp_path: Path, engine: Engine) -> None:
    frame = d.good()
    frame.loc[0, "FECHA"] = "2020-02-29"
    study = d.prepared(tmp_path, frame)
    seen = []
    for _ in range(2):
        _checked(study, engine)
        seen.append(study.checks(WAVE).read_text(encoding="utf-8"))
    assert seen[0] == seen[1]
    for private in (frame.loc[0, "TEL"], "2020-02-29", '"E0"'):
        assert private not in seen[0]


def test_printing_says_whether_it_stops(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    study = d.prepared(tmp_path)
    print_verdict(study, _checked(study, engine))
    said = capsys.readouterr().out
    assert "60 delivered = 60 accepted + 0 quarantined" in said
    assert "metadata.not_asked" in said
    assert f"processed/checks/{WAVE}.html" in said


def test_a_rules_name_is_never_cut_on_the_screen(tmp_path: Path, capsys) -> None:
    rule = RuleResult("metadata.label_without_code", "warning", False, 1, 1, ("P5[SQ001]/x",), "t", "r")
    counts = Counts(1, 1, 0, {}, {})
    print_verdict(d.prepared(tmp_path), Verdict(WAVE, "warn", counts, (rule,)))
    said = capsys.readouterr().out
    assert "metadata.label_without_code" in said
    assert "P5[SQ001]/x" in said


def test_the_prompt_checks_anew_after_a_new_ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old verdict must not be printed for a delivery that was read again since."""
    from click.testing import CliRunner

    from pulsometro.cli import main

    study = d.prepared(tmp_path)
    monkeypatch.chdir(tmp_path)
    run(study, WAVE)
    assert CliRunner().invoke(main, ["check", WAVE]).exit_code == 0
    d.write_csv(d.good().iloc[:20], study.raw(WAVE))
    run(study, WAVE)
    again = CliRunner().invoke(main, ["check", WAVE])
    assert again.exit_code == 1
    assert "20 delivered" in again.output
    assert load_verdict(study, WAVE).verdict == "stop"
