"""Differences inside a wave: each a test of the kernel, judged once in its family, and no other rule anywhere."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimates.hypotheses import hypotheses_of
from pulsometro.estimates.stage import Prepared, estimation_settings
from pulsometro.estimates.within_wave import COLUMNS, Judging, differences_of, none
from pulsometro.estimation import (
    Categorical,
    ChangeRule,
    Domain,
    Share,
    SurveyDesign,
    adjust_p,
    domain_differences,
    estimate,
    linear_estimates,
)
from pulsometro.study import Study, load_study
from pulsometro.study.themes import themes_of

ROOT = Path(__file__).resolve().parents[2]
WAVE = "2013T2"
PLACES = ("19019", "19026", "19039")


@pytest.fixture(scope="module")
def study() -> Study:
    own = load_study(ROOT)
    return replace(own, params=replace(own.params, estimation=replace(own.params.estimation, se="taylor")))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    rng = np.random.default_rng(20)
    rows = 900
    place = rng.choice(PLACES, rows)
    data = pd.DataFrame({"municipio": place, "sexo": rng.integers(1, 3, rows), "weight": rng.uniform(0.5, 2, rows)})
    for name, first in (("conf_marina", 0.6), ("conf_ejercito", 0.5), ("conf_transito", 0.1)):
        level = first + 0.2 * (place == PLACES[0])
        data[name] = np.where(rng.random(rows) < level, 1, rng.integers(2, 5, rows))
    levels = ("mucha", "algo", "poca", "nada")
    variables: list[Categorical | Share] = [
        Categorical(name, (1, 2, 3, 4), levels) for name in ("conf_marina", "conf_ejercito", "conf_transito")
    ]
    both = ("proportion", "total")
    variables.append(Share("conf_marina_mucha", "conf_marina", (1,), category="mucha", statistics=both))
    design = SurveyDesign(data, "weight", strata="municipio")
    domains = (Domain(), Domain(("municipio",), (PLACES,)), Domain(("sexo",), ((1, 2),)))
    return Prepared(design, tuple(variables), domains)


@pytest.fixture(scope="module")
def table(study: Study, prepared: Prepared) -> pd.DataFrame:
    estimates = estimate(
        prepared.design, prepared.variables, prepared.domains, wave=WAVE, settings=estimation_settings(study)
    )
    withheld = (estimates["domain"] == PLACES[1]) & (estimates["category"] == "nada")
    estimates.loc[withheld, "publishable"] = False
    estimates.loc[withheld, "reason"] = "a small cell"
    indicators = study.indicators.by_name
    known = {WAVE: hypotheses_of(indicators, study.questionnaire(WAVE))}
    themes = themes_of(indicators, study.params.change.themes)
    return differences_of(study, WAVE, prepared, estimates, Judging(ChangeRule(), known, themes), {})


def test_every_kind_of_comparison_is_there_once(table: pd.DataFrame) -> None:
    rows = 3 * 4 + 1
    assert table.groupby("contrast").size().to_dict() == {
        "half": 3 * rows,
        "item": 3,
        "pair": 3 * rows + rows,
        "rest": 3 * rows,
    }
    assert tuple(table.columns) == COLUMNS == tuple(none().columns)
    assert not table.duplicated(["contrast", "indicator", "category", "domain_kind", "domain", "against"]).any()
    assert set(table["statistic"]) == {"proportion"}


def test_they_are_the_kernel_s_tests(table: pd.DataFrame, prepared: Prepared) -> None:
    marina = prepared.variables[:1]
    own = domain_differences(prepared.design, marina, "municipio", against="rest", adjust="none")
    mine = table[(table["contrast"] == "rest") & (table["indicator"] == "conf_marina")]
    for name in ("difference", "se", "p", "df"):
        np.testing.assert_allclose(mine[name], own[name], rtol=1e-12)
    both = linear_estimates(prepared.design, prepared.variables[:2])
    weights = np.zeros((1, 8))
    weights[0, [0, 4]] = 1, -1
    by_hand = both.contrasts(weights, ["d"]).iloc[0]
    row = table[(table["contrast"] == "item") & (table["indicator"] == "conf_marina")].iloc[0]
    assert row["against"] == "conf_ejercito"
    assert [row["difference"], row["se"], row["p"]] == pytest.approx(by_hand[["estimate", "se", "p"]].tolist())
    half = table[(table["contrast"] == "half")].iloc[0]
    assert half["difference"] == pytest.approx(half["estimate"] - 0.5)


def test_a_hypothesis_counts_once_in_its_family_and_its_rows_agree(table: pd.DataFrame) -> None:
    rest = table[table["contrast"] == "rest"]
    once = rest[rest["indicator"] != "conf_marina_mucha"]
    np.testing.assert_allclose(once["p_adjusted"], adjust_p(once["p"].to_numpy(), "BH"), rtol=1e-12)
    twice = rest[rest["indicator"] == "conf_marina_mucha"].set_index("domain")
    first = once[(once["indicator"] == "conf_marina") & (once["category"] == "mucha")].set_index("domain")
    assert (twice["verdict"] == first["verdict"]).all() and (twice["hypothesis"] == first["hypothesis"]).all()
    assert rest["family"].unique().tolist() == [f"{WAVE}|rest|Confianza|municipio"]
    assert twice.loc[PLACES[0], "verdict"] == "higher"


def test_a_difference_is_told_only_where_both_its_ends_are(table: pd.DataFrame) -> None:
    touched = (table["category"] == "nada") & (
        (table["domain"] == PLACES[1]) | ((table["contrast"] == "pair") & (table["against"] == PLACES[1]))
    )
    assert touched.sum() == 3 * (1 + 2 + 1)
    assert (table["publishable"] == ~touched).all()
    assert set(table.loc[touched, "reason"]) == {"a small cell"} and set(table.loc[~touched, "reason"]) == {""}


def judged(study: Study, data: pd.DataFrame, rule: ChangeRule) -> pd.DataFrame:
    """The differences of one share of some places."""
    places = tuple(sorted(data["municipio"].unique()))
    variables = (Share("conf_marina_mucha", "conf_marina", (1,), category="mucha", declared=(1, 2)),)
    own = Prepared(SurveyDesign(data.assign(w=1.0), "w"), variables, (Domain(("municipio",), (places,)),))
    estimates = estimate(own.design, variables, own.domains, wave=WAVE, settings=estimation_settings(study))
    indicators = study.indicators.by_name
    known = {WAVE: hypotheses_of(indicators, study.questionnaire(WAVE))}
    return differences_of(study, WAVE, own, estimates, Judging(rule, known, themes_of(indicators, ())), {})


def shares(*answers: tuple[int, int]) -> pd.DataFrame:
    """A place for each (ones, others)."""
    parts = [
        pd.DataFrame({"municipio": PLACES[k], "conf_marina": [1] * ones + [2] * others})
        for k, (ones, others) in enumerate(answers)
    ]
    return pd.concat(parts, ignore_index=True)


def test_a_share_of_everybody_is_more_than_half_and_of_few_is_not(study: Study) -> None:
    made = judged(study, shares((300, 0), (240, 60), (3, 0)), ChangeRule(adjust="none"))
    half = made[made["contrast"] == "half"].set_index("domain")
    assert half["verdict"].tolist() == ["higher", "higher", "none"]
    # Near twice the chance of three heads, and of three hundred.
    assert 0.1 < half.loc[PLACES[2], "p"] < 0.4 and half.loc[PLACES[0], "p"] < 1e-50


def test_what_could_not_be_tested_is_told_by_nobody(study: Study) -> None:
    made = judged(study, shares((300, 0), (0, 200)), ChangeRule())
    pair = made[made["contrast"].isin(["pair", "rest"])]
    assert set(pair["verdict"]) == {"not_comparable"} and not pair["publishable"].any()
    assert set(pair["reason"]) == {"no_variation"}
    alone = judged(study, shares((200, 100)), ChangeRule())
    rest = alone[alone["contrast"] == "rest"]
    assert rest["verdict"].tolist() == ["not_comparable"] and not rest["publishable"].any()
    assert rest["reason"].tolist() == ["no_cases"]


@pytest.mark.parametrize("adjust", ["none", "BH", "holm"])
def test_of_two_places_each_against_the_rest_and_both_are_one_test(study: Study, adjust: str) -> None:
    made = judged(study, shares((150, 150), (177, 123)), ChangeRule(adjust=adjust))  # type: ignore[arg-type]
    both = made[made["contrast"].isin(["pair", "rest"])]
    assert len(both) == 3 and len(set(both["family"])) == 1
    np.testing.assert_allclose(both["p_adjusted"], both["p"], rtol=1e-9)
    assert both["verdict"].value_counts().to_dict() == {"lower": 2, "higher": 1}


def test_the_rule_s_level_and_test_are_those_of_every_difference(study: Study) -> None:
    made = judged(study, shares((30, 30), (36, 24), (20, 40)), ChangeRule(alpha=0.10, adjust="none", test="normal"))
    assert set(made["ci_level"]) == {0.9} and np.isposinf(made["df"]).all()
    np.testing.assert_allclose(made["ci_high"] - made["difference"], 1.6448536269514722 * made["se"])
    outside = (made["ci_low"] > 0) | (made["ci_high"] < 0)
    assert (outside == (made["p"] < 0.10)).all()
    assert (outside == (made["verdict"] != "none")).all() and outside.any()


def test_no_two_intervals_are_held_against_each_other_anywhere() -> None:
    """Which of two figures is greater is for the tables ``changes`` and ``differences`` alone to say."""
    found = []
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        if "estimation" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                names = [each.attr for side in sides for each in ast.walk(side) if isinstance(each, ast.Attribute)]
                texts = [each.value for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)]
                if {"ci_low", "ci_high"} & {*names, *(text for text in texts if isinstance(text, str))}:
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []
