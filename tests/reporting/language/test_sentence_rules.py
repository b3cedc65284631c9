"""What must hold of every sentence, whatever the estimates: made ones by the hundred."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Rows
from pulsometro.reporting.edition.tested_differences import differences_in
from pulsometro.reporting.language import battery_sentences, comparisons, sentences
from pulsometro.reporting.language.traced_text import Text
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from tests.reporting.conftest import LAST
from tests.reporting.made import differences

pytestmark = pytest.mark.slow

INDEX = Measure("indice_confianza_policial", "", "mean")
REFERENCES = {"previous": "2013T1", "year_ago": "2012T2"}
# Shares where printing is hard: beside a half, beside each other, beside the ends.
SHARE = st.one_of(
    st.floats(0.001, 0.999), st.sampled_from((0.4996, 0.5, 0.5004, 0.5049, 0.0004, 0.9996, 0.7449, 0.7451, 0.3333))
)
STEP = st.one_of(st.floats(-0.4, 0.4), st.sampled_from((0.0, 0.0004, -0.0004, 0.00049, 0.01, -0.01, 0.0104)))
HALF = st.sampled_from((0.0002, 0.004, 0.015, 0.05, 0.2))
VERDICT = st.sampled_from(("up", "down", "none", "not_comparable"))


IDS = ["indicator", "category", "statistic", "domain_kind", "domain"]
ESTIMATE = ["wave", *IDS, "estimate", "se", "ci_low", "ci_high", "ci_level", "cv", "deff", "n_eff", "n", "precision",
            "publishable", "reason", "precision_rule"]  # fmt: skip
CHANGE = ["wave", "reference_wave", "comparison", *IDS, "reference_estimate", "difference", "ci_low", "ci_high",
          "p_adjusted", "verdict", "minimum_detectable", "publishable", "reason", "broken_by", "link"]  # fmt: skip


@st.composite
def drawn(draw: st.DrawFn, edition: Edition, feminine: bool = False) -> Edition:
    """An edition whose headline, places, battery and index are invented."""
    headline = edition.settings.headline
    assert headline is not None
    measures = [headline, INDEX, *(m for item in edition.batteries[0].items for m in item.measures)]
    rows, changes = [], []
    for measure in measures:
        places = [("municipio", place.code) for place in edition.places] if measure == headline else []
        for where in [("total", "total"), *places]:
            ids = (measure.indicator, measure.category, measure.statistic, *where)
            share, half, factor = draw(SHARE), draw(HALF), 1 if measure.statistic == "proportion" else 100
            ends = (max(share - half, 0.0) * factor, min(share + half, 1.0) * factor)
            shown = draw(st.integers(0, 9)) > 0
            rows.append(
                (
                    LAST,
                    *ids,
                    share * factor,
                    half,
                    *ends,
                    0.95,
                    0.1,
                    1.2,
                    450.0,
                    540,
                    "high",
                    shown,
                    "" if shown else "imprecise",
                    "",
                )
            )
            for comparison, reference in REFERENCES.items():
                step, verdict = draw(STEP) * factor, draw(VERDICT)
                if verdict in ("up", "down"):
                    verdict = "up" if step > 0 else "down" if step else "none"
                told = (
                    share * factor - step,
                    step,
                    0.0,
                    0.0,
                    0.01,
                    verdict,
                    0.1,
                    verdict != "not_comparable",
                    "",
                    "",
                    "",
                )
                changes.append((LAST, reference, comparison, *ids, *told))
    tables = pd.DataFrame(rows, columns=ESTIMATE), pd.DataFrame(changes, columns=CHANGE)
    cities = {"places_feminine": True, "place_word": "ciudad", "places_word": "ciudades"} if feminine else {}
    return replace(
        edition, settings=replace(edition.settings, **cities), rows=Rows(*tables, None),
        differences=differences_in(differences(tables[0])),
    )  # fmt: skip


def said_of(edition: Edition) -> Iterator[Text]:
    """Every sentence that an edition's headline, index and battery give."""
    measure = edition.settings.headline
    yield sentences.headline(edition)
    yield comparisons.deck(edition)
    yield comparisons.places_heading(edition, measure)
    yield comparisons.majority_heading(edition, measure)
    yield battery_sentences.heading(edition, edition.batteries[0])
    for one in (measure, INDEX):
        yield sentences.finding(edition, one)
        yield sentences.slide_title(edition, one)
        yield sentences.series_heading(edition, one)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_rules_of_every_sentence(edition: Edition, data: st.DataObject) -> None:
    made = data.draw(drawn(edition))
    assert sentences.headline(made).plain
    for sentence in said_of(made):
        words = sentence.plain
        # A sentence whose condition does not hold is none.
        assert not words or re.match(r"[A-ZÁÉÍÓÚ]", words), words
        assert not re.search(r"  | ,|\(\)|\bde el\b|\ba el\b|\.\.|nan|None", words), words
        # One is singular, everything else plural; a point is never a percentage.
        assert not re.search(r"(?<![\d.,])1\.0\s(?:puntos|puntos porcentuales)\b", words), words
        assert not re.search(r"(?<!\b1\.0)(?<![+−]1\.0)\spunto\b", words), words
        assert not re.search(r"%\s*puntos", words), words
        for number in sentence.numbers:
            if number.field == "estimate":
                share = "|proportion|" in number.key
                assert ("%" in number.text) == share, words
            elif number.field != "fraction":
                assert "%" not in number.text, words


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_shares_that_print_equal_are_not_said_to_differ(edition: Edition, data: st.DataObject) -> None:
    made = data.draw(drawn(edition))
    measure = made.settings.headline
    whole = made.whole(measure)
    changes = made.rows.changes.set_index(["comparison", *IDS])
    if whole is not None:
        row = changes.loc[("previous", *whole.row[1:])]
        alike = spanish.prints_equal(whole.estimate, row["reference_estimate"])
        for words in (sentences.headline(made).plain, sentences.finding(made, measure).plain):
            assert not (alike and re.search(r"\b(?:sube|baja)\b|(?:más|menos) que en", words)), words
    heading = comparisons.places_heading(made, measure)
    ends = [n.text for n in heading.numbers]
    assert len(set(ends)) == len(ends), heading.plain
    trust = [n.text for n in battery_sentences.heading(made, edition.batteries[0]).numbers]
    assert not battery_sentences.heading(made, edition.batteries[0]).plain.startswith("Mucha") or len(set(trust)) == 2
    for place in made.places:
        estimate = made.in_place(measure, place.code)
        if whole is not None and estimate is not None and spanish.prints_equal(whole.estimate, estimate.estimate):
            assert "no se distingue" in comparisons.said_against_rest(made, estimate)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_half_is_no_majority_and_withheld_places_are_not_named(edition: Edition, data: st.DataObject) -> None:
    made = data.draw(drawn(edition))
    measure = made.settings.headline
    shown = {p.short: e for p in made.places if (e := made.in_place(measure, p.code))}
    words = comparisons.majority_heading(made, measure).plain
    printed = [int(spanish.rounded(e.estimate * 100, 0)) for e in shown.values()]
    if found := re.match(r"En (?:(\w+) de )?los (\w+) municipios(?: con cifra)?, (más|menos) de la mitad", words):
        several = {spanish.word(k): k for k in range(13)} | {"uno": 1}
        count = several[found[1] or found[2]]
        assert several[found[2]] == len(shown)
        assert count <= sum(p > 50 if found[3] == "más" else p < 50 for p in printed), words
        assert ("con cifra" in words) == (len(shown) < len(made.places))
    said = " ".join([comparisons.places_heading(made, measure).plain, comparisons.deck(made).plain])
    for place in made.places:
        if place.short not in shown:
            # "San Pedro" is no part of another name here.
            assert not re.search(rf"\b{place.short}\b", said), said


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_places_agree_in_gender(edition: Edition, data: st.DataObject) -> None:
    made = data.draw(drawn(edition, feminine=True))
    for sentence in (comparisons.deck(made), comparisons.places_heading(made, made.settings.headline),
                     comparisons.majority_heading(made, made.settings.headline)):  # fmt: skip
        assert not re.search(r"\b(?:los|ningún|uno|Los|Ningún) (?:\w+ )?ciudad", sentence.plain), sentence.plain
        assert not re.search(r"\b(?:En uno de|un ciudad)", sentence.plain)


@pytest.mark.parametrize(
    ("difference", "reference", "said"),
    [
        (0.0003, 0.7466, "sin cambio apreciable"),
        (0.0008, 0.74651, "sin cambio apreciable"),
        (0.0003, 0.74649, "sube menos de 0.1\u00a0puntos"),
        (0.01, 0.737, "sube 1.0\u00a0punto desde"),
        (0.0096, 0.737, "sube 1.0\u00a0punto desde"),
        (0.0104, 0.737, "sube 1.0\u00a0punto desde"),
        (0.021, 0.726, "sube 2.1\u00a0puntos desde"),
    ],
)
def test_what_a_significant_change_is_called(edition: Edition, difference: float, reference: float, said: str) -> None:
    measure = edition.settings.headline
    estimates, changes = edition.rows.estimates.copy(), edition.rows.changes.copy()
    mine = (estimates["indicator"] == measure.indicator) & (estimates["domain_kind"] == "total")
    estimates.loc[mine & (estimates["wave"] == LAST), "estimate"] = reference + difference
    moved = (
        (changes["wave"] == LAST) & (changes["indicator"] == measure.indicator) & (changes["domain_kind"] == "total")
    )
    moved &= changes["comparison"] == "previous"
    values = {"difference": difference, "reference_estimate": reference, "verdict": "up", "publishable": True}
    for name, value in values.items():
        changes.loc[moved, name] = value
    made = replace(edition, rows=Rows(estimates, changes, None))
    assert said in sentences.finding(made, measure).plain
