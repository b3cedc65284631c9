"""Sentences by rule: agreement, verdicts, rounding without contradictions, ties, suppressed cells, no past."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import broken, load_edition
from pulsometro.reporting.edition.rows import Rows
from pulsometro.reporting.edition.tested_differences import differences_in
from pulsometro.reporting.language import battery_sentences, comparisons, not_printed, sentences
from pulsometro.reporting.language.traced_text import text
from pulsometro.reporting.tables.markdown import verdict_word
from pulsometro.study import Study
from tests.reporting.made import differences

LINK = '[{"entering": ["Marina"], "leaving": [], "wave": "2013T2"}]'

Edit = Callable[[pd.DataFrame], pd.DataFrame]


def with_rows(edition: Edition, estimates: Edit | None = None, changes: Edit | None = None) -> Edition:
    """The edition with edited tables."""
    first = estimates(edition.rows.estimates.copy()) if estimates else edition.rows.estimates
    second = changes(edition.rows.changes.copy()) if changes else edition.rows.changes
    now = first[first["wave"] == edition.wave.key]
    return replace(edition, rows=Rows(first, second, None), differences=differences_in(differences(now)))


def set_values(edition: Edition, mask: Callable[[pd.DataFrame], Any], **values: Any) -> Edit:
    """An edit that sets columns where ``mask`` holds in the edition's wave."""

    def edit(table: pd.DataFrame) -> pd.DataFrame:
        rows = mask(table) & (table["wave"] == edition.wave.key)
        assert rows.any()
        for name, value in values.items():
            table.loc[rows, name] = value
        return table

    return edit


def headline_rows(kind: str, edition: Edition) -> Callable[[pd.DataFrame], Any]:
    """Rows of the headline in a kind of domain."""
    name = edition.settings.headline.indicator
    return lambda t: (t["indicator"] == name) & (t["domain_kind"] == kind)


def test_headline_says_a_fraction_in_the_plural(edition: Edition) -> None:
    said = sentences.headline(edition).plain
    assert said.startswith("Tres de cada cuatro personas se sienten poco o nada seguras")
    assert said.endswith("sin cambio significativo desde enero de 2013")


def test_headline_of_one_in_four_is_singular(edition: Edition) -> None:
    edit = set_values(edition, headline_rows("total", edition), estimate=0.251, ci_low=0.23, ci_high=0.27)
    said = sentences.headline(with_rows(edition, edit)).plain
    assert said.startswith("Una de cada cuatro personas se siente poco o nada segura")


@pytest.mark.parametrize(
    ("verdict", "end"), [("up", "más que en enero de 2013"), ("down", "menos que en enero de 2013")]
)
def test_headline_takes_the_verdict_and_not_the_sign(edition: Edition, verdict: str, end: str) -> None:
    edit = set_values(edition, headline_rows("total", edition), verdict=verdict)
    assert sentences.headline(with_rows(edition, changes=edit)).plain.endswith(end)


def test_a_change_that_rounds_to_nothing_is_not_called_zero(edition: Edition) -> None:
    edit = set_values(edition, headline_rows("total", edition), verdict="up", difference=0.0003)
    changed = with_rows(edition, changes=edit)
    change = changed.change(changed.whole(changed.settings.headline))
    assert sentences.verdict(changed, change, False).plain == "sube menos de 0.1\u00a0puntos desde enero de 2013"


def test_first_wave_has_no_past(study: Study) -> None:
    first = load_edition(study, next(iter(study.waves)))
    assert "primera edición" in comparisons.deck(first).plain
    assert sentences.finding(first, first.settings.headline).plain.endswith("primera medición.")
    assert sentences.series_heading(first, first.settings.headline).plain == "Todavía no hay un año con que comparar"
    # A force that did not exist yet is not given a number.
    trust = first.settings.findings[2]
    assert not_printed.NOT_ASKED.sentence in sentences.finding(first, trust).plain
    assert not any(char.isdigit() for char in sentences.finding(first, trust).plain)


def test_a_measure_whose_question_changed_is_not_compared(edition: Edition) -> None:
    gone = {"difference": float("nan"), "publishable": False, "reason": "broken",
            "broken_by": "ahora cuatro meses, antes tres"}  # fmt: skip
    edit = set_values(edition, headline_rows("total", edition), verdict="not_comparable", **gone)
    changed = with_rows(edition, changes=edit)
    assert "cambio" not in sentences.headline(changed).plain
    assert (
        "no comparable con enero de 2013 (ahora cuatro meses, antes tres)"
        in sentences.finding(changed, changed.settings.headline).plain
    )


def test_an_index_linked_over_fewer_items_says_so(edition: Edition) -> None:
    """Its change is given, with what enters; its line is broken there, as the levels are of other items."""
    name = edition.settings.headline.indicator
    edit = set_values(
        edition,
        headline_rows("total", edition),
        verdict="up",
        difference=0.021,
        link=LINK,
    )
    changed = with_rows(edition, changes=edit)
    change = changed.change(changed.whole(changed.settings.headline))
    said = sentences.verdict(changed, change, False).plain
    assert said == "sube 2.1\u00a0puntos desde enero de 2013 (entra Marina, comparado en lo común)"
    assert text(verdict_word(change)).plain == "sube (entra Marina, comparado en lo común)"
    assert broken(changed.rows.changes, "total")[name][edition.wave.key] == "entra Marina"


def test_withheld_cells_are_said_without_their_number(edition: Edition) -> None:
    estimate = edition.whole(edition.settings.headline)
    assert estimate is not None
    edit = set_values(edition, headline_rows("total", edition), publishable=False, reason="imprecise")
    hidden = with_rows(edition, edit)
    for said in (sentences.headline(hidden), sentences.finding(hidden, hidden.settings.headline)):
        assert not_printed.IMPRECISE.sentence in said.plain
        assert sentences.value(estimate).text not in said.plain


def test_places_that_print_alike_share_the_end_of_the_range(edition: Edition) -> None:
    codes = {place.short: place.code for place in edition.places}
    name = edition.settings.headline.indicator
    mask = lambda t: (t["indicator"] == name) & (t["domain"].isin([codes["Juárez"], codes["Guadalupe"]]))  # noqa: E731
    edit = set_values(edition, mask, estimate=0.878)
    said = comparisons.places_heading(with_rows(edition, edit), edition.settings.headline).plain
    assert said.endswith("en Guadalupe y Juárez")


def test_places_within_the_margin_are_not_ordered(edition: Edition) -> None:
    edit = set_values(edition, headline_rows("municipio", edition), se=0.5)
    said = comparisons.places_heading(with_rows(edition, edit), edition.settings.headline).plain
    assert said == "Los municipios no se distinguen entre sí más allá del margen"


def test_only_forces_that_stand_apart_lead(edition: Edition) -> None:
    trust = edition.batteries[0]
    said = battery_sentences.leaders(edition, trust)
    assert said is not None and said.plain == "La Marina es la corporación en la que más se confía"
    names = [item.indicator for item in edition.batteries[0].items]
    tie = set_values(edition, lambda t: t["indicator"].isin(names[:2]) & (t["category"] == "mucha"), estimate=0.55)
    both = with_rows(edition, tie)
    said = battery_sentences.leaders(both, trust)
    assert said is not None and said.plain.startswith("El Ejército y la Marina son las corporaciones")
    wide = set_values(edition, lambda t: t["indicator"].isin(names) & (t["category"] == "mucha"), se=0.5)
    assert battery_sentences.leaders(with_rows(edition, wide), edition.batteries[0]) is None


def test_places_moved_counts_verdicts_only(edition: Edition) -> None:
    edit = set_values(edition, headline_rows("municipio", edition), verdict="none")
    said = comparisons.places_moved(with_rows(edition, changes=edit), edition.settings.headline).plain
    assert said == "Frente a enero de 2013, la cifra no cambia de forma significativa en ningún municipio"


def test_percent_and_points_are_never_mixed(edition: Edition) -> None:
    for measure in edition.settings.findings:
        said = sentences.finding(edition, measure)
        for number in said.numbers:
            assert ("%" in number.text) == (number.field == "estimate"), said.plain
