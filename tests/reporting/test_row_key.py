"""A row's key reads back as the row that it was printed of, whatever an answer is called."""

import re
from html import unescape
from itertools import permutations
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table, write_table
from pulsometro.reporting.language.traced_text import Number, attributes
from pulsometro.reporting.row_key import COLUMNS, RowKey
from pulsometro.reporting.trace.explain import explain_number
from pulsometro.study import Study
from tests.reporting.conftest import LAST

WORDS = (
    "",
    "poco o nada seguro",
    "a|b",
    "a|",
    "|b",
    "%7C",
    "100 %",
    "a#b",
    "\\|",
    "<b>&amp;'\"`{}",
    "línea\notra",
    "ñ*ñ",
)


def key(category: str, indicator: str = "icc", domain: str = "19039*1") -> RowKey:
    return RowKey(LAST, indicator, category, "proportion", "municipio*sexo", domain)


def test_plain_words_print_as_they_are() -> None:
    assert str(key("sí, mucho (1)")) == f"{LAST}|icc|sí, mucho (1)|proportion|municipio*sexo|19039*1"


def test_every_key_reads_back_and_no_two_print_alike() -> None:
    keys = [key(category, indicator, domain) for category, indicator, domain in permutations(WORDS, 3)]
    assert [RowKey.parse(str(each)) for each in keys] == keys
    assert len({str(each) for each in keys}) == len(keys)
    assert all(str(each).count("|") == len(COLUMNS) - 1 and "#" not in str(each) for each in keys)


@pytest.mark.parametrize("words", WORDS)
def test_a_page_holds_the_key_as_it_is(words: str) -> None:
    tied = attributes(Number("9", str(key(words)), "n"))
    found = re.fullmatch(r'data-id="([^"]*)" data-field="n"', tied)
    assert found is not None and RowKey.parse(unescape(found[1])) == key(words)


@pytest.mark.parametrize("printed", ["", "a|b", "2013T2|icc|a|b|proportion|total|total"])
def test_what_is_no_key_is_said(printed: str) -> None:
    with pytest.raises(PulsoError, match=r"is no row's key .*; copy the data-id"):
        RowKey.parse(printed)


@pytest.mark.slow
def test_a_row_whose_answer_has_a_bar_is_explained(study: Study, tmp_path: Path) -> None:
    rows = read_table(study.series("estimates.parquet"))
    rows = rows[(rows["wave"] == LAST) & (rows["indicator"] == "inseguridad_amplia") & (rows["domain_kind"] == "total")]
    other = Study(tmp_path, study.params)
    (tmp_path / "questionnaires").symlink_to(study.questionnaires)
    write_table(rows.assign(category="poco|nada #1"), other.series("estimates.parquet"))
    named = RowKey(LAST, "inseguridad_amplia", "poco|nada #1", "proportion", "total", "total")
    said = explain_number(other, f"{named}#n")
    assert said.startswith(str(named)) and "weights where seg_municipio in [2, 3]" in said
