"""A drawn edition is what a telephone survey would bring back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pulsometro.simulate.answers import Edition
from pulsometro.simulate.dialling import call_attempts
from pulsometro.simulate.sample import Draw, draw, draw_edition
from pulsometro.weighting.nonresponse.outcome_rates import final_dispositions, group_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def edition(editions: dict[str, Edition]) -> Edition:
    return editions["2013T2"]


@pytest.fixture(scope="module")
def drawn(edition: Edition) -> Draw:
    return draw(edition, edition.seed)


@pytest.fixture(scope="module")
def calls(edition: Edition, drawn: Draw) -> pd.DataFrame:
    return call_attempts(edition, drawn, edition.seed)


def test_interviews_per_municipality(edition: Edition, drawn: Draw) -> None:
    counts = drawn.responses["municipio"].value_counts().sort_index()
    assert counts.sum() == 4951
    assert counts.tolist() == edition.targets.tolist()
    assert counts.between(540, 551).all()


def test_columns_are_the_questionnaire_in_order(edition: Edition, drawn: Draw) -> None:
    assert list(drawn.responses.columns) == list(edition.questionnaire.items)
    assert drawn.responses["folio"].is_unique
    assert drawn.responses["telefono"].is_unique


def test_answers_are_codes_of_the_item(edition: Edition, drawn: Draw) -> None:
    for name, item in edition.questionnaire.items.items():
        if item.codes:
            assert set(drawn.responses[name].unique()) <= set(item.valid_codes), name
        if item.range:
            known = drawn.responses[name][~drawn.responses[name].isin(list(item.missing))]
            assert known.between(*item.range).all(), name


def test_skip_is_kept(drawn: Draw) -> None:
    responses = drawn.responses
    assert (responses["denuncia"] != 7).eq(responses["victima"] == 1).all()


def test_item_nonresponse_is_there_and_small(edition: Edition, drawn: Draw) -> None:
    shares = {name: drawn.responses[name].isin([8, 9]).mean() for name in edition.questions}
    assert 0.05 < shares["conf_fuerza_civil"] < 0.12
    assert 0.001 < shares["victima"] < 0.03
    assert drawn.responses["lineas"].isin([98, 99]).any()


def test_large_households_are_under_and_second_lines_over_represented(edition: Edition, drawn: Draw) -> None:
    facts = edition.persons.facts
    population = np.average(facts["adultos_hogar"], weights=edition.weights)
    known = drawn.responses["adultos_hogar"][drawn.responses["adultos_hogar"] < 98]
    assert known.mean() < population - 0.2
    lines = drawn.responses["lineas"][drawn.responses["lineas"] < 98]
    assert (lines > 1).mean() > np.average(facts["lineas"] > 1, weights=edition.weights)


def test_same_seed_same_survey_other_seed_another(edition: Edition, drawn: Draw) -> None:
    pd.testing.assert_frame_equal(draw_edition(edition, edition.seed), drawn.responses)
    other = draw_edition(edition, edition.seed + 1)
    assert (other["telefono"] != drawn.responses["telefono"]).all()


def test_nonignorable_nonresponse_biases_and_the_default_does_not(edition: Edition) -> None:
    def safe(nonignorable: bool) -> float:
        samples = [draw_edition(edition, seed, nonignorable=nonignorable) for seed in range(4)]
        return float(np.mean([(s["seg_municipio"] == 1).mean() for s in samples]))

    everybody = edition.questions["seg_municipio"].answers(np.arange(len(edition.persons)), edition.persons.area)
    # Each municipality has the same number of interviews, so it counts the same here.
    truth = float(pd.Series(everybody == 1).groupby(edition.persons.area).mean().mean())
    assert abs(safe(False) - truth) < 0.02
    assert safe(True) - truth > 0.03


def intraclass(responses: pd.DataFrame, item: str) -> float:
    """One-way ANOVA estimator of the intra-interviewer correlation (Kish, 1962)."""
    known = responses[responses[item] < 8]
    value, group = (known[item] == 1).astype(float), known["entrevistador"].astype(str)
    means, counts = value.groupby(group).mean(), value.groupby(group).size()
    k, n = len(counts), len(value)
    between = float((counts * (means - value.mean()) ** 2).sum()) / (k - 1)
    within = float(((value - group.map(means)) ** 2).sum()) / (n - k)
    size = (n - float((counts**2).sum()) / n) / (k - 1)
    return (between - within) / (between + (size - 1) * within)


def test_interviewers_leave_the_trace_that_is_assumed(edition: Edition) -> None:
    def mean_of(share: float) -> float:
        telephone = replace(edition.assumptions.telephone, interviewer_share=share)
        changed = replace(edition, assumptions=replace(edition.assumptions, telephone=telephone))
        responses = draw_edition(changed, 3)
        return float(np.mean([intraclass(responses, name) for name in edition.questions if name != "denuncia"]))

    none, shipped, strong = (mean_of(share) for share in (0.0, 0.01, 0.2))
    assert abs(none) < 0.002
    assert 0.002 < shipped < 0.012
    assert strong > 0.08


def test_fixed_team_cancels_and_a_new_one_need_not(edition: Edition) -> None:
    first = draw_edition(edition, 1)
    again = draw_edition(edition, 1, random_interviewers=True)
    assert (first["telefono"] == again["telefono"]).all()
    assert (first["conf_marina"] != again["conf_marina"]).any()


def test_one_interview_per_completed_number(drawn: Draw, calls: pd.DataFrame) -> None:
    complete = calls[calls["disposicion"] == "1.1"]
    assert complete["telefono_id"].is_unique
    by_area = complete["municipio"].value_counts().sort_index()
    assert by_area.to_dict() == drawn.responses["municipio"].astype(object).value_counts().sort_index().to_dict()
    per_day = complete.groupby(["fecha", "entrevistador"]).size()
    interviews = drawn.responses.astype(object).groupby(["fecha", "entrevistador"]).size()
    pd.testing.assert_series_equal(per_day, interviews, check_index_type=False)


def test_calls_of_a_number_are_numbered_and_end_with_its_outcome(edition: Edition, calls: pd.DataFrame) -> None:
    grouped = calls.groupby("telefono_id")
    assert (grouped["intento"].max() == grouped.size()).all()
    assert (grouped["intento"].min() == 1).all()
    assert calls["intento"].max() <= edition.assumptions.telephone.calls
    last = calls["intento"] == grouped["intento"].transform("max")
    decisive = calls["disposicion"].isin(["1.1", "2.11", "4.32", "4.51"])
    assert not (decisive & ~last).any()
    assert (calls["disposicion"] == "2.21").sum() > 100
    when = pd.to_datetime(calls["fecha"] + " " + calls["hora"])
    assert (when.groupby(calls["telefono_id"]).diff().dropna() > pd.Timedelta(0)).all()
    assert calls["fecha"].between(edition.start.isoformat(), edition.end.isoformat()).all()


def test_dispositions_are_aapor_codes(calls: pd.DataFrame) -> None:
    groups = {group_of(code) for code in calls["disposicion"].unique()}
    assert groups == {"I", "R", "NC", "UH", "NE"}
    final = final_dispositions(calls, "telefono_id", "intento", "disposicion")["group"]
    response = (final == "I").sum() / final.isin(["I", "R", "NC", "UH"]).sum()
    assert 0.3 < response < 0.6


def test_calls_hold_no_identifier_of_a_person(drawn: Draw, calls: pd.DataFrame) -> None:
    text = set(calls.drop(columns=["fecha", "hora"]).astype(str).to_numpy().ravel())
    assert not text & set(drawn.responses["telefono"])
    assert not text & set(drawn.responses["folio"])
    assert calls["telefono_id"].str.fullmatch(r"N\d{6}").all()
