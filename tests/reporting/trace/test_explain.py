"""From a printed number back to its row."""

import re
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_table
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.trace.explain import explain_number, printed_numbers
from pulsometro.study import Study
from tests.reporting.conftest import LAST

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def traced(study: Study, built: Path) -> Study:
    assert built.is_dir()
    raw = study.raw(LAST)
    raw.parent.mkdir(parents=True, exist_ok=True)
    raw.write_bytes(b"delivered")
    return study


def test_a_printed_number_leads_to_its_row(traced: Study, edition: Edition) -> None:
    estimate = edition.whole(edition.settings.headline)
    assert estimate is not None
    said = explain_number(traced, "74.7 %")
    assert estimate.key in said and f"n            {estimate.n}" in said
    assert "sum of weights where seg_municipio in [2, 3], over sum of weights of the base" in said
    assert "left out of the base" in said and "calibration: raking; replicates: 32" in said
    # The hash of b"delivered".
    assert "sha256 373e0712c83cffe15ff427b60e788b549f82496fe5fd5391f7921832b04c6b20" in said
    assert "estimate@2013T2" in said


@pytest.mark.parametrize("unit", ["", " puntos", "\u00a0puntos porcentuales"])
def test_a_margin_is_found_as_it_is_printed(traced: Study, unit: str) -> None:
    printed = next(row.text for row in printed_numbers(traced) if row.field == "margin")
    told = explain_number(traced, f"± {printed}{unit}")
    assert "(margin, printed in" in told and "half the width of the interval" in told and "(estimate, " not in told


@pytest.mark.parametrize("what", ["lugares", "2013T2/lugares", "2013T2/brief/lugares"])
def test_a_figure_leads_to_every_row_that_it_shows(traced: Study, edition: Edition, what: str) -> None:
    said = explain_number(traced, what)
    measure = edition.settings.headline
    rows = [edition.whole(measure), *(edition.in_place(measure, place.code) for place in edition.places)]
    assert all(row is not None and row.key in said for row in rows)
    assert f"{len(rows)} rows" in said and "sum of weights where seg_municipio in [2, 3]" in said
    assert "sha256 373e0712" in said and "estimate@2013T2" in said


def test_every_chart_of_every_page_has_an_id(site: Path) -> None:
    for path in site.rglob("*.html"):
        words = path.read_text(encoding="utf-8")
        names = re.findall(r'class="chart" data-figure="([^"]+)"', words)
        assert len(names) == words.count('class="chart"') == len(set(names)), path


def test_a_number_of_the_weighting_leads_to_its_entry(traced: Study) -> None:
    said = explain_number(traced, "27.8 %")
    assert (
        "value        0.2779881462" in said
        and "2013T2/weighting.json#outcome_rates/total/rates/RR3" in said
        and "weighting.json (sha256" in said
    )
    assert "weight@2013T2" in said
    with pytest.raises(PulsoError, match=r"nothing at 'nada/x'"):
        explain_number(traced, "2013T2/weighting.json#nada/x")


@pytest.mark.parametrize(("field", "said"), [("margin", "half the width"), ("rank_low", "the best place")])
def test_a_field_is_said_in_words(traced: Study, edition: Edition, field: str, said: str) -> None:
    estimate = edition.in_place(edition.settings.headline, "19031")
    assert estimate is not None
    assert said in explain_number(traced, f"{estimate.key}#{field}")


def test_a_key_with_a_field_explains_the_change(traced: Study, edition: Edition) -> None:
    estimate = edition.whole(edition.settings.headline)
    assert estimate is not None
    said = explain_number(traced, f"{estimate.key}#change:previous")
    assert "against 2013T1 (previous)" in said and "verdict" in said


@pytest.mark.parametrize("what", ["3.14159 %", "", "%", "2013T2|nada|x|proportion|total|total"])
def test_what_is_printed_nowhere_is_refused(traced: Study, what: str) -> None:
    with pytest.raises(PulsoError):
        explain_number(traced, what)


def test_the_wave_s_own_table_is_preferred(traced: Study, edition: Edition) -> None:
    estimate = edition.whole(edition.settings.headline)
    assert estimate is not None
    rows = edition.rows.estimates
    own = rows[rows["wave"] == LAST].assign(deff=7.25)
    write_table(own, traced.processed(LAST, "estimates.parquet"))
    try:
        assert "deff         7.25" in explain_number(traced, estimate.key)
    finally:
        traced.processed(LAST, "estimates.parquet").unlink()
