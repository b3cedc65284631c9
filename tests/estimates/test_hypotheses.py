"""One hypothesis has one test and one verdict: keys, complements, families, themes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common.errors import PulsoError
from pulsometro.estimates.hypotheses import hypotheses_of, identified, shown_by
from pulsometro.estimates.series import FAMILY, TEST
from pulsometro.estimation import CHANGE_COLUMNS, ChangeRule, EstimationError, adjust_in_families, adjust_p, judge
from pulsometro.questionnaire import Indicator
from pulsometro.settings.report_settings import Topic
from pulsometro.study import load_study
from pulsometro.study.themes import themes_of

STUDY = load_study(Path(__file__).resolve().parents[2])
QUESTIONNAIRE = STUDY.questionnaire("2013T2")
INDICATORS = STUDY.indicators.by_name
KNOWN = hypotheses_of(INDICATORS, QUESTIONNAIRE)


def share(*codes: int, item: str = "seg_municipio", **more: object) -> Indicator:
    made = Indicator("a", "share", "neutral", item=item, categories=codes, category="a")
    return replace(made, **more)  # type: ignore[arg-type]


def key(indicator: Indicator, category: str = "a", statistic: str = "proportion") -> str:
    return hypotheses_of({"x": indicator}, QUESTIONNAIRE)["x", category, statistic]


def test_a_share_its_place_in_the_distribution_and_its_complement_are_one_hypothesis() -> None:
    same = [
        ("seguro_municipio", "seguro"), ("inseguridad_amplia", "poco o nada seguro"), ("seg_municipio", "seguro"),
    ]  # fmt: skip
    assert len({KNOWN[name, category, "proportion"] for name, category in same}) == 1
    assert KNOWN["conf_fuerza_civil_mucha", "mucha", "proportion"] == KNOWN["conf_fuerza_civil", "mucha", "proportion"]
    assert KNOWN["conf_marina", "mucha", "proportion"] != KNOWN["conf_ejercito", "mucha", "proportion"]


def test_what_makes_a_hypothesis_another_one() -> None:
    codes = sorted(QUESTIONNAIRE["seg_municipio"].codes)
    first = key(share(codes[0]))
    assert first == key(share(*codes[1:])) == key(share(codes[0], base=""))
    others = [
        key(share(codes[1])),
        key(share(codes[0], item="seg_estado")),
        key(share(codes[0], base="sexo == 1")),
        key(share(codes[0], no_answer="in_base")),
        key(share(codes[0], statistics=("total",)), statistic="total"),
    ]
    assert len({first, *others}) == 6
    # As totals a share and all the others are two figures that move apart.
    totals = [key(share(*own, statistics=("total",)), statistic="total") for own in ([codes[0]], codes[1:])]
    assert totals[0] != totals[1]
    same = ("sexo == 1", "sexo==1", "(sexo == 1)", "sexo in [1]", "sexo in [1, 1]")
    assert len({key(share(codes[0], base=base)) for base in same}) == 1
    assert key(share(codes[0], base="sexo in [1, 2]")) == key(share(codes[0], base="sexo in [2, 1]")) != first
    assert key(share(codes[0], base="not sexo == 1")) != key(share(codes[0], base="sexo == 1"))
    # Persons are counted whatever base a share would have.
    rules = ("exclude", "in_base")
    counts = {key(share(codes[0], statistics=("total",), no_answer=own), statistic="total") for own in rules}
    assert len(counts) == 1


def test_every_published_row_has_a_hypothesis() -> None:
    rows = {(name, category) for name, category, _ in KNOWN}
    assert {name for name, _ in rows} == set(STUDY.indicators.available(QUESTIONNAIRE))
    for name, indicator in STUDY.indicators.available(QUESTIONNAIRE).items():
        if indicator.kind == "distribution":
            assert {c for n, c in rows if n == name} >= set(QUESTIONNAIRE[indicator.item or ""].codes.values())


@settings(deadline=None)
@given(
    p=st.lists(st.one_of(st.just(float("nan")), st.floats(0, 1)), min_size=1, max_size=12), data=st.data()
)  # fmt: skip
def test_a_test_counts_once_however_many_rows_show_it(p: list[float], data: st.DataObject) -> None:
    test = np.arange(len(p))
    times = data.draw(st.lists(st.integers(1, 3), min_size=len(p), max_size=len(p)))
    shown = data.draw(st.permutations(np.repeat(test, times).tolist()))
    values = np.array(p)
    once = adjust_p(values, "BH")
    many = adjust_in_families(values[shown], np.array(["f"] * len(shown)), np.array(shown), "BH")
    np.testing.assert_allclose(many, once[shown])


def changes(rows: list[tuple[str, str, str, float, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["theme", "domain_kind", "hypothesis", "difference", "p"])
    blank = dict.fromkeys([name for name in CHANGE_COLUMNS if name not in table], "")
    return table.assign(**{**blank, "wave": "w", "comparison": "previous", "domain": "d", "verdict": "?"})


def test_a_kind_of_domain_or_a_theme_more_moves_no_verdict_and_a_copy_gets_the_first_s() -> None:
    own = [("t", "k", "h1", 0.1, 0.02), ("t", "k", "h1", -0.1, 0.02), ("t", "k", "h2", 0.2, 0.03)]
    rule = ChangeRule(family=FAMILY)
    alone = judge(changes(own), rule, TEST)
    assert alone["p_adjusted"].tolist() == pytest.approx([0.03] * 3)
    assert alone["verdict"].tolist() == ["up", "down", "up"]
    noise = [("t", "other", f"h{n}", 0.0, 0.9) for n in range(50)] + [("u", "k", f"h{n}", 0.0, 0.9) for n in range(50)]
    beside = judge(changes(own + noise), rule, TEST)
    pd.testing.assert_frame_equal(beside.iloc[:3], alone)
    with pytest.raises(EstimationError, match="The family names columns that the changes do not have: theme"):
        judge(changes(own).drop(columns="theme"), rule, TEST)
    with pytest.raises(EstimationError, match="test names columns that the changes do not have: hypotesis"):
        judge(changes(own), rule, "hypotesis")


def test_labels_that_do_not_tell_tests_apart_are_refused() -> None:
    rows = changes([("t", "k", "h1", 0.1, 0.001), ("t", "k", "h1", 0.1, 0.9)]).assign(domain=["1", "2"])
    with pytest.raises(
        EstimationError, match=r"'h1' in the family .* from 0\.001 to 0\.9: .* test=\('hypothesis', 'domain'\)"
    ):
        judge(rows, ChangeRule(family=FAMILY), "hypothesis")
    assert judge(rows, ChangeRule(family=FAMILY), ("hypothesis", "domain"))["verdict"].tolist() == [
        "up",
        "none",
    ]


def test_themes_are_whole_questions_of_known_indicators() -> None:
    known = themes_of(INDICATORS, STUDY.params.change.themes)
    assert set(known) == set(INDICATORS) and len(set(known.values())) == 4
    alone = themes_of(INDICATORS, ())
    assert alone["conf_marina"] == alone["conf_marina_mucha"] == "=conf_marina" != alone["conf_ejercito"]
    by_half = themes_of(INDICATORS, (Topic("Mar", ("conf_marina",)),))
    assert by_half["conf_marina_mucha"] == "Mar"


@pytest.mark.parametrize(
    ("themes", "message"),
    [
        ((Topic("Mar", ("marina",)),), r"'Mar' names the indicator 'marina'.*correct the name"),
        (
            (Topic("Mar", ("conf_marina",)), Topic("Tierra", ("conf_marina",))),
            "'conf_marina' is in 'Mar' and in 'Tierra'; leave it in one",
        ),
        (
            (Topic("Mar", ("conf_marina",)), Topic("Tierra", ("conf_marina_mucha",))),
            "'conf_marina_mucha' and 'conf_marina' are of the same question and lie in 'Tierra' and 'Mar'; put both",
        ),
    ],
)
def test_themes_that_do_not_fit(themes: tuple[Topic, ...], message: str) -> None:
    with pytest.raises(PulsoError, match=message):
        themes_of(INDICATORS, themes)


def test_indices_that_a_wave_makes_of_the_same_items_are_one_hypothesis_in_one_theme() -> None:
    asked = [name for name in QUESTIONNAIRE.items if name.startswith("conf_")][:2]
    index = Indicator("i", "index", "neutral", items=tuple(asked), rescale={1: 100.0, 2: 0.0})
    indicators = {
        "long": replace(index, items=("gone", *asked)), "short": index,
        "turned": replace(index, items=tuple(asked[::-1])), "other": replace(index, items=tuple(asked[:1])),
    }  # fmt: skip
    known = hypotheses_of(indicators, QUESTIONNAIRE)
    assert len({known[name, "", "mean"] for name in ("long", "short", "turned")}) == 1
    themes = themes_of(indicators, (), shown_by({"w": known}))
    assert themes["long"] == themes["short"] == themes["turned"] != themes["other"]
    with pytest.raises(PulsoError, match="'long' and 'short' are of the same question and lie in 'L' and 'S'"):
        themes_of(indicators, (Topic("L", ("long",)), Topic("S", ("short",))), shown_by({"w": known}))
    # An item that is called as somebody's theme.
    named = themes_of({"p": share(1, item="a"), "r": share(1, item="b")}, (Topic("a", ("r",)),))
    assert named["p"] != named["r"]


def test_rows_of_what_the_wave_does_not_ask_keep_to_themselves() -> None:
    table = pd.DataFrame({"wave": ["w"], "indicator": ["gone"], "category": ["a"], "statistic": ["proportion"]})
    named = identified(table, {"w": KNOWN}, {})
    assert named[["hypothesis", "theme"]].iloc[0].tolist() == ["proportion|gone|a", "gone"]
