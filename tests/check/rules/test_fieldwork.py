"""Planted fraud is found, honest interviews are left alone; moves against the past; the page."""

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pulsometro.check import stage
from pulsometro.check.report.check_page import write_report
from pulsometro.check.rules.fieldwork import fieldwork_rules
from pulsometro.check.rules.interviewer_scores import batteries, discoveries, measures, scores
from pulsometro.check.rules.near_duplicates import _parts, similar_pairs
from pulsometro.check.rules.previous_wave import Past, against
from pulsometro.check.verdict import load_verdict
from pulsometro.common.files import read_record
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

WAVE, PEOPLE, COLLEAGUES = "2020T1", 1200, 20


def _answers(seed: int, items: int = 20) -> pd.DataFrame:
    """Answers with a common leaning: honest people agree more than chance alone would have it."""
    rng = np.random.default_rng(seed)
    leaning = rng.normal(size=PEOPLE)
    cut = leaning[:, None] * 0.7 + rng.normal(size=(PEOPLE, items))
    return pd.DataFrame(np.digitize(cut, [-1, 0, 1]) + 1, columns=[f"q{k}" for k in range(items)])


def test_honest_interviews_are_not_near_duplicates() -> None:
    flagged, customary = [], []
    for seed in range(6):
        answers = _answers(seed)
        found = similar_pairs(answers, list(answers), None, 0.1)
        assert found is not None
        flagged.append(int(found.suspect.sum()))
        some = answers.to_numpy()[:150]
        same = np.array([(answers.to_numpy() == row).mean(axis=1) for row in some])
        same[np.arange(150), np.arange(150)] = 0
        customary.append((same.max(axis=1) >= 0.85).mean())
    assert np.mean(flagged) / PEOPLE < 0.003
    # The customary 85 % calls several times as many honest people.
    assert np.mean(customary) > 4 * np.mean(flagged) / PEOPLE


def test_copied_interviews_are_near_duplicates() -> None:
    answers = _answers(3)
    answers.iloc[-15:] = answers.iloc[:15].to_numpy()
    found = similar_pairs(answers, list(answers), None, 0.1)
    assert found is not None
    assert found.suspect[-15:].sum() >= 14
    assert found.suspect[:15].sum() >= 14


def test_in_a_large_delivery_every_row_is_compared_with_its_neighbours() -> None:
    areas = pd.Series(np.repeat(["a", "b"], [130_000, 20_001]))
    parts = _parts(len(areas), areas)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(areas)))
    assert all(set(areas.iloc[part]) in ({"a"}, {"b"}) and 2 <= len(part) <= 10_000 for part in parts)
    assert [len(part) for part in _parts(9_000, None)] == [9_000]


def test_too_few_items_say_nothing() -> None:
    answers = _answers(1, items=5)
    assert similar_pairs(answers, list(answers), None, 0.1) is None


def _wave(seed: int):
    """A study's responses with enough interviewers to compare."""
    frame = d.good(PEOPLE, seed)
    rng = np.random.default_rng(seed)
    frame["ENC"] = [f"E{k}" for k in rng.integers(0, COLLEAGUES, PEOPLE)]
    return frame


def _flagged(study) -> dict[str, list[str]]:
    responses = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    tables, _, _ = fieldwork_rules(study, study.questionnaire(WAVE), responses, None)
    suspects = tables["interviewers"]
    return {test: rows["key"].tolist() for test, rows in suspects.groupby("test")} if len(suspects) else {}


@pytest.mark.parametrize(
    ("test", "column", "value"),
    [("straightlining", ["P1", "P2", "P3", "P4"], 2), ("item:victima", ["P5"], 9), ("duration", ["MINUTOS"], 4.0)],
)
def test_one_odd_interviewer_is_found_and_nobody_else(test: str, column: list[str], value, tmp_path: Path) -> None:
    frame = _wave(4)
    theirs = frame.index[frame["ENC"] == "E7"]
    odd = theirs[: int(len(theirs) * 0.7)]
    frame.loc[odd, column] = value
    if test == "straightlining":
        # The third item is delivered with its scale turned round.
        frame.loc[odd, "P3"] = 3
    if test == "item:victima":
        frame.loc[odd, "P5A"] = np.nan
    study = d.prepared(tmp_path, frame)
    run(study, WAVE)
    flagged = _flagged(study)
    assert test in flagged
    assert len(flagged[test]) == 1
    assert flagged[test][0].startswith(f"folios {frame.loc[theirs[0], 'FOLIO']}")


@pytest.mark.parametrize("seed", range(4))
def test_honest_interviewers_are_not_called(seed: int, tmp_path: Path) -> None:
    study = d.prepared(tmp_path, _wave(seed))
    run(study, WAVE)
    assert sum(map(len, _flagged(study).values())) <= 1


def test_batteries_come_from_the_questionnaire(tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    run(study, WAVE)
    responses = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    assert batteries(study.questionnaire(WAVE), responses) == [["conf_a", "conf_b", "conf_c", "conf_d"]]
    assert "straightlining" in measures(study.questionnaire(WAVE), responses, "duracion")


def test_the_discovery_rule_is_benjamini_hochberg() -> None:
    from statsmodels.stats.multitest import multipletests

    rng = np.random.default_rng(5)
    who, area = rng.integers(0, 30, 3000), np.zeros(3000, dtype=np.int64)
    value = rng.normal(size=3000) + (who == 3) * 1.0 + (who == 4) * 0.6
    found = scores({"nonresponse": value}, who, area, 15)
    expected = multipletests([s.p for s in found], alpha=0.05, method="fdr_bh")[0]
    assert [s in discoveries(found, 0.05) for s in found] == expected.tolist()
    assert {s.interviewer for s in discoveries(found, 0.05)} >= {3}


def _two_waves(tmp_path: Path, change):
    study = d.prepared(tmp_path, d.good(800, 1))
    run(study, WAVE)
    old = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    questionnaire = study.questionnaire(WAVE)
    now = change(pd.read_parquet(study.processed(WAVE, "responses.parquet")).sample(frac=1, random_state=1))
    return against(questionnaire, now, Past(WAVE, questionnaire, old), study.params.check)[0]


def test_a_scale_turned_round_is_found_without_labels(tmp_path: Path) -> None:
    skewed = {1: 4, 2: 4, 3: 3, 4: 4}
    frame = d.good(800, 1).assign(P1=lambda f: f["P1"].replace(skewed))
    study = d.prepared(tmp_path, frame)
    run(study, WAVE)
    old = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    turned = old.assign(conf_a=old["conf_a"].replace({1: 4, 4: 1, 2: 3, 3: 2}))
    questionnaire = study.questionnaire(WAVE)
    moves = against(questionnaire, turned, Past(WAVE, questionnaire, old), study.params.check)[0]
    assert moves.loc[moves["reversed"], "key"].tolist() == ["conf_a"]


def test_the_same_people_do_not_move(tmp_path: Path) -> None:
    assert len(_two_waves(tmp_path, lambda now: now)) == 0


def test_a_move_in_one_place_and_in_nonresponse_is_found(tmp_path: Path) -> None:
    def change(now: pd.DataFrame) -> pd.DataFrame:
        here = now["municipio"] == "01001"
        return now.assign(conf_b=now["conf_b"].mask(here, 4), conf_d=now["conf_d"].mask(now["edad"] > 50, 9))

    moves = _two_waves(tmp_path, change)
    assert "conf_b/01001" in moves.loc[moves["moved_in_area"], "key"].tolist()
    assert "conf_b/01002" not in moves["key"].tolist()
    assert "conf_d" in moves.loc[moves["nonresponse_moved"], "key"].tolist()


def test_the_quality_page_is_self_contained_and_private(tmp_path: Path) -> None:
    frame = _wave(4)
    frame.loc[frame["ENC"] == "E7", ["P1", "P2", "P4"]] = 2
    frame.loc[frame["ENC"] == "E7", "P3"] = 3
    study = d.prepared(tmp_path, frame)
    run(study, WAVE)
    stage.run_one(study, WAVE)
    page = study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")
    assert '<html lang="es-MX">' in page
    assert "una sola respuesta en una batería" in page
    assert "http" not in page
    for private in [*frame["TEL"], *frame["ENC"].unique()]:
        assert f">{private}<" not in page and f" {private} " not in page
    write_report(study, load_verdict(study, WAVE))
    assert study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8") == page
    assert read_record(study.checks(WAVE))["tables"]["facts"]["near_duplicates"] if len(frame.columns) > 20 else True


def test_the_quality_page_is_accessible(tmp_path: Path, browser: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    study = d.prepared(tmp_path, d.good().assign(P1=[9] * 40 + [1] * 20))
    run(study, WAVE)
    stage.run_one(study, WAVE)
    with closing(browser.new_page(viewport={"width": 400, "height": 900})) as page:
        page.goto(f"file://{study.checks(WAVE).with_suffix('.html')}")
        result = Axe().run(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert result.violations_count == 0, result.generate_report()


def _calls(study, refusing: str) -> pd.DataFrame:
    """Six calls an interview; one interviewer is refused in half of them, the others in one of five."""
    responses = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    who = responses["entrevistador"].repeat(6).to_numpy()
    rng = np.random.default_rng(3)
    refused = rng.random(len(who)) < np.where(who == refusing, 0.5, 0.2)
    place = responses["municipio"].repeat(6).to_numpy()
    return pd.DataFrame({"entrevistador": who, "municipio": place, "disposicion": np.where(refused, "2.11", "1.1")})


def test_who_is_refused_far_more_than_the_others_is_found(tmp_path: Path) -> None:
    study = d.prepared(tmp_path, _wave(4))
    path = tmp_path / "params.yaml"
    given = "weighting:\n  attempts: {number: x, attempt: y, disposition: disposicion}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("weighting:\n", given), encoding="utf-8")
    study = d.load_study(tmp_path)
    run(study, WAVE)
    responses = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    questionnaire = study.questionnaire(WAVE)
    for refusing, expected in (("E7", 1), ("nobody", 0)):
        tables, rules, facts = fieldwork_rules(study, questionnaire, responses, _calls(study, refusing))
        suspects = tables["interviewers"]
        found = suspects[suspects["refusals"]] if len(suspects) else suspects
        assert len(found) == expected
        assert facts["calls_per_complete"] == 6.0
        assert "interviewer.refusals" in {rule.id for rule in rules}
    _, rules, _ = fieldwork_rules(study, questionnaire, responses, None)
    assert "interviewer.refusals" not in {rule.id for rule in rules}


def test_an_area_that_takes_three_times_the_calls_is_asked_about() -> None:
    from pulsometro.check.rules.calls import calls_by_area
    from pulsometro.settings.check_settings import CheckSettings

    made = pd.DataFrame({"mun": ["a"] * 10 + ["b"] * 10 + ["c"] * 10})
    calls = pd.DataFrame({"mun": ["a"] * 50 + ["b"] * 60 + ["c"] * 180})
    found = calls_by_area(made, calls, CheckSettings(area="mun"))
    assert found is not None
    assert found[0]["each"].tolist() == [5.0, 6.0, 18.0]
    assert found[0]["ratio"].tolist() == pytest.approx([5 / 6, 1.0, 3.0])
    assert found[1].limits["max_value"] == 2.0
    assert calls_by_area(made[made["mun"] != "c"], calls, CheckSettings(area="mun")) is None
