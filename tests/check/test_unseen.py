"""What could not be looked at is counted, named and told why; it is never among the rules that passed."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.check import stage
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.report.terminal import print_verdict
from pulsometro.check.verdict import Verdict, load_verdict
from pulsometro.ingest.stage import run
from pulsometro.study import Study, load_study
from pulsometro.study.withheld import WaveWithheld
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow
WAVE = "2020T1"
LABELS = {f"metadata.{kind}" for kind in ("label_swapped", "label_differs", "label_without_code", "code_without_label")}
TEXTS = {"metadata.text_swapped", "metadata.text_other"}
PAST = {"past.same_delivery", "past.reversed", "past.columns_gone", "past.sample", "phone.seen_before"}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def checked(study: Study, engine: Engine) -> Verdict:
    run(study, WAVE)
    return stage.check_wave(study, WAVE, engine)


def two_waves(folder: Path, lacking: list[str]) -> Study:
    """Two ingested waves, of which the last one was delivered without some items, and says so."""
    d.write_study(folder)
    params, now = folder / "params.yaml", folder / f"questionnaires/{WAVE}.yaml"
    text = params.read_text(encoding="utf-8")
    before = """  "2019T4":
    edition: 1
    period: "octubre de 2019"
    fieldwork: {start: "2019-10-07", end: "2019-10-31"}
    file: "datos.csv"
"""
    text = text.replace("edition: 1", "edition: 2").replace("waves:\n", "waves:\n" + before, 1)
    params.write_text(text, encoding="utf-8")
    asked = now.read_text(encoding="utf-8")
    (folder / "questionnaires/2019T4.yaml").write_text(asked.replace(WAVE, "2019T4"), encoding="utf-8")
    crosswalk = asked.partition("  columns:\n")[2].splitlines()
    columns = [line.split()[1] for line in crosswalk if line.strip().split(":")[0] in lacking]
    asked = asked.replace("  respondent:", f"  not_delivered: [{', '.join(lacking)}]\n  respondent:")
    now.write_text(asked, encoding="utf-8")
    study = load_study(folder)
    for wave, seed in (("2019T4", 1), (WAVE, 2)):
        frame = d.good(500, seed)
        dates = [f"{study.wave(wave).fieldwork.start:%Y-%m}-{8 + k % 20:02d}" for k in range(500)]
        frame = frame.assign(FECHA=dates, ENC=[f"E{k % 12}" for k in range(500)]).drop(columns=["OTRA"])
        study.raw(wave).parent.mkdir(parents=True, exist_ok=True)
        d.write_csv(frame.drop(columns=columns if wave == WAVE else []), study.raw(wave))
        run(study, wave)
    return study


def why(verdict: Verdict) -> dict[str, str]:
    return {each.id: each.why for each in verdict.unseen}


def test_a_file_without_labels_and_a_first_wave_say_so(tmp_path: Path, engine: Engine, capsys) -> None:
    study = d.prepared(tmp_path)
    verdict = checked(study, engine)
    unseen = why(verdict)
    assert set(unseen) >= LABELS | TEXTS | PAST
    assert unseen["metadata.label_swapped"] == "el archivo no trae etiquetas de sus códigos"
    assert unseen["past.reversed"] == "no hay edición anterior con que comparar"
    assert not {rule.id for rule in verdict.rules} & set(unseen)
    assert verdict.asked == len(verdict.rules) + len(unseen)
    assert load_verdict(study, WAVE).unseen == verdict.unseen
    print_verdict(study, verdict)
    said = " ".join(capsys.readouterr().out.split())
    assert f"{len(verdict.rules)} of {verdict.asked} rules could be looked at" in said
    assert "el archivo no trae el texto de sus columnas" in said
    page = study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")
    assert f"<b>{len(verdict.rules)} de {verdict.asked}</b> reglas se pudieron mirar" in page
    assert "<code>metadata.text_swapped</code>: el archivo no trae el texto de sus columnas" in page


def test_a_file_with_labels_is_looked_at(tmp_path: Path, engine: Engine) -> None:
    study = d.write_study(tmp_path, "a.sav")
    d.write_sav(d.good(), study.raw(WAVE), column_labels={"P1": "A", "P2": "B"})
    assert not (LABELS | TEXTS) & set(why(checked(study, engine)))


@pytest.mark.parametrize(
    ("column", "unseen", "role"),
    [
        ("TEL", {"phone.repeated"}, "role.phone"),
        ("FECHA", {"dates", "interviewer.per_day"}, "role.date"),
        ("MINUTOS", {"speeders", "interviewer.duration"}, "role.duration"),
        ("ENC", {"interviewer.nonresponse", "interviewer.answers", "interviewer.per_day", "interviewer.duration"},
         "role.interviewer"),
    ],
)  # fmt: skip
def test_what_a_blank_role_would_feed_has_not_passed(
    column: str, unseen: set[str], role: str, tmp_path: Path, engine: Engine
) -> None:
    sound = d.good(300).assign(ENC=[f"E{k % 12}" for k in range(300)])
    verdict = checked(d.prepared(tmp_path, sound.assign(**{column: ""})), engine)
    assert unseen <= set(why(verdict))
    assert role in {rule.id for rule in verdict.failed}
    assert verdict.verdict == "stop"
    good = why(checked(d.prepared(tmp_path, sound), engine))
    assert not unseen & set(good)
    # A list of findings that is empty was looked at, and nothing was found.
    assert "no hay nada que mirar" not in good.values()


def test_people_of_few_interviews_are_compared_with_nobody(tmp_path: Path, engine: Engine) -> None:
    frame = d.good().assign(ENC=[f"E{k // 6}" for k in range(60)])
    assert {"interviewer.nonresponse", "interviewer.answers"} <= set(why(checked(d.prepared(tmp_path, frame), engine)))


def test_a_blank_item_of_the_questionnaire_has_no_codes_that_passed(tmp_path: Path, engine: Engine) -> None:
    verdict = checked(d.prepared(tmp_path, d.good().assign(P4="")), engine)
    assert why(verdict)["codes.conf_d"] == "no llega el dato, o está vacío"
    assert "nonresponse" in {rule.id for rule in verdict.failed}


def test_a_severity_of_a_rule_that_was_not_looked_at_is_no_misspelling(tmp_path: Path) -> None:
    d.prepared(tmp_path)
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8").replace("check:\n", "check:\n  severity: {past.reversed: warning}\n")
    path.write_text(text, encoding="utf-8")
    study = load_study(tmp_path)
    run(study, WAVE)
    assert "rules looked at" in stage.run_all(study)


def test_declared_calls_that_are_not_there_are_a_refusal(tmp_path: Path) -> None:
    d.prepared(tmp_path)
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8").replace('file: "datos.csv"', 'file: "datos.csv"\n    attempts: "ll.csv"')
    path.write_text(text, encoding="utf-8")
    study = load_study(tmp_path)
    with pytest.raises(WaveWithheld, match=r"ll\.csv"):
        run(study, WAVE)
    # The remedy: the file.
    pd.DataFrame({"numero": ["N1"], "intento": [1]}).to_csv(tmp_path / "raw" / WAVE / "ll.csv", index=False)
    assert "60 accepted" in run(study, WAVE)


def test_what_lists_findings_was_looked_at_where_it_found_nothing(tmp_path: Path, engine: Engine) -> None:
    verdict = checked(d.prepared(tmp_path, d.good(500)), engine)
    passed, unseen = {rule.id for rule in verdict.rules if rule.passed}, why(verdict)
    assert {"relations.battery", "relations.in_part", "shapes.constant", "shapes.heaped"} <= passed
    past = {"relations.turned", "relations.lost", "relations.exchanged", "relations.other_form", "shapes.piled"}
    assert {unseen[each] for each in past} == {"no hay edición anterior con que comparar"}


def test_too_few_interviews_to_tell_how_answers_hang_together(tmp_path: Path, engine: Engine) -> None:
    unseen = why(checked(d.prepared(tmp_path), engine))
    assert unseen["relations.battery"] == "hay muy pocas entrevistas o preguntas que comparar"


def test_what_is_knowingly_not_delivered_is_one_warning(tmp_path: Path, engine: Engine) -> None:
    """Its blanks are no answers: neither lost, nor turned or exchanged, nor the same in two interviews."""
    study = two_waves(tmp_path, lacking=["conf_b", "conf_d"])
    stage.check_wave(study, "2019T4", engine)
    verdict = stage.check_wave(study, WAVE, engine)
    told = {rule.id: rule.keys for rule in verdict.failed}
    assert told["metadata.not_delivered"] == ("conf_b", "conf_d")
    named = [key for id_, keys in told.items() if id_ != "metadata.not_delivered" for key in keys]
    assert not [key for key in named if "conf_b" in key or "conf_d" in key]
    assert not {"nonresponse", "past.nonresponse_moved", "answers.opinions", "answers.opinions_nearly"} & set(told)
    assert not {id_ for id_ in told if id_.startswith("relations.")}
