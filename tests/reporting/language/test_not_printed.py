"""The reason that a figure carries is the one that every sentence, table, chart and workbook gives."""

import io
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from pulsometro.reporting.charts import alt_text, pictures
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Rows
from pulsometro.reporting.language import not_printed, sentences
from pulsometro.reporting.pages import municipality
from pulsometro.reporting.row_key import COLUMNS, RowKey
from pulsometro.reporting.tables import markdown, tabulados
from pulsometro.style.vocabulary import Reason

REASONS = [Reason.NO_CASES, Reason.NOT_ASKED, Reason.NOT_DELIVERED, Reason.CONFIDENTIAL, Reason.IMPRECISE]


def without(edition: Edition, reason: Reason) -> Edition:
    """The edition whose headline has no figure anywhere in its wave, for this reason."""
    table, name = edition.rows.estimates.copy(), edition.settings.headline.indicator
    rows = (table["indicator"] == name) & (table["wave"] == edition.wave.key)
    assert rows.any()
    if reason in (Reason.NO_CASES, Reason.IMPRECISE):
        table.loc[rows, ["publishable", "reason"]] = [False, str(reason)]
        return replace(edition, rows=Rows(table, edition.rows.changes, None))
    if reason == Reason.CONFIDENTIAL:
        keys = frozenset(RowKey(*map(str, key)) for key in table.loc[rows, list(COLUMNS)].itertuples(index=False))
        return replace(edition, rows=Rows(table[~rows], edition.rows.changes, None, keys))
    lost = {edition.wave.key: frozenset({name})} if reason == Reason.NOT_DELIVERED else {}
    return replace(edition, rows=Rows(table[~rows], edition.rows.changes, None), undelivered=lost)


def said_everywhere(edition: Edition) -> dict[str, str]:
    """What is said of the headline, by who says it."""
    measure, place = edition.settings.headline, edition.places[0]
    dots = pictures.dot_rows(edition, measure)
    return {
        "headline": sentences.headline(edition).plain,
        "finding": sentences.finding(edition, measure).plain,
        "slide": sentences.slide_title(edition, measure).plain,
        "series": sentences.series_heading(edition, measure).plain,
        "table of places": markdown.places(edition, measure),
        "series in a table": markdown.series(edition, measure),
        "alternative text": alt_text.dots(edition, measure, dots, None),
        "municipality": municipality.title(edition, place, None).plain,
    }


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_that_is_carried_is_the_one_that_is_printed(edition: Edition, reason: Reason) -> None:
    hidden = without(edition, reason)
    assert hidden.reason(hidden.settings.headline) is reason
    own, others = not_printed.MISSING[reason], [m for r, m in not_printed.MISSING.items() if r != reason]
    for where, words in said_everywhere(hidden).items():
        plain = words.replace("\\", "").lower()
        assert own.sentence.lower() in plain or own.word.lower() in plain, (where, words)
        for other in others:
            assert other.sentence.lower() not in plain, (where, words)
            # In a table of all waves another wave may lack its figure for another reason.
            assert where == "series in a table" or other.word.lower() not in plain, (where, words)


def test_a_place_without_a_row_had_nobody_to_ask(edition: Edition) -> None:
    """A wave that asked the question, in a place of which the table has no row."""
    table, measure, code = edition.rows.estimates, edition.settings.headline, edition.places[0].code
    gone = (table["indicator"] == measure.indicator) & (table["domain"] == code)
    assert gone.any()
    empty = replace(edition, rows=Rows(table[~gone], edition.rows.changes, None))
    assert empty.reason(measure, code=code) is Reason.NO_CASES
    assert not_printed.NO_CASES.word in markdown.places(empty, measure)


def test_what_the_delivery_lacks_is_no_lack_of_answers(edition: Edition) -> None:
    """An item that was asked and not delivered is an empty column: its rows are there, with nobody in them."""
    hidden, name = without(edition, Reason.NO_CASES), edition.settings.headline.indicator
    lost = replace(hidden, undelivered={edition.wave.key: frozenset({name})})
    assert lost.reason(lost.settings.headline) is Reason.NOT_DELIVERED
    assert lost.reason(lost.settings.headline, code=edition.places[0].code) is Reason.NOT_DELIVERED
    # What was delivered of it keeps its own reason.
    assert replace(edition, undelivered=lost.undelivered).reason(lost.settings.headline) is Reason.PUBLISHABLE


def test_no_answers_is_not_said_as_nobody_asked() -> None:
    """Where all who were asked said that they did not know there are no cases either."""
    for words in (not_printed.NO_CASES.word, not_printed.NO_CASES.sentence):
        assert "respuestas" in words and "pregunt" not in words


def test_every_reason_of_an_estimate_is_one_that_can_be_printed() -> None:
    assert set(not_printed.MISSING) == set(REASONS)
    for attribute in ("word", "sentence"):
        assert len({getattr(missing, attribute) for missing in not_printed.MISSING.values()}) == len(REASONS)


@pytest.mark.parametrize(
    ("reason", "mark"), [(Reason.NO_CASES, tabulados.NOT_THERE), (Reason.IMPRECISE, tabulados.LOW)]
)
def test_a_workbook_marks_nobody_asked_otherwise_than_too_imprecise(
    edition: Edition, reason: Reason, mark: str
) -> None:
    from pulsometro.reporting.tables.workbook import Book

    hidden = without(edition, reason)
    estimate = hidden.rows.need(hidden.wave.key, hidden.settings.headline, hidden.settings.whole_domain_kind, "total")
    buffer = io.BytesIO()
    book = Book(buffer, hidden)
    tabulados._figure(book, book.sheet("Cifra", ["Cifra"]), 5, 1, estimate, "")
    book.book.close()
    sheet = openpyxl.load_workbook(io.BytesIO(buffer.getvalue()))["Cifra"]
    assert sheet.cell(6, 2).value == mark


def test_what_the_rule_of_precision_leaves_out_is_counted_without_those_of_nobody() -> None:
    from pulsometro.reporting.pages.sections import counted_imprecise

    table = pd.DataFrame({
        "wave": ["a"] * 4 + ["b"],
        "publishable": [True, False, False, False, True],
        "reason": ["", "imprecise", "imprecise", "no_cases", ""],
    })  # fmt: skip
    assert counted_imprecise(table) == {"a": (2, 3), "b": (0, 1)}
