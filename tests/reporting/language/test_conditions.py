"""Sentences, legends, panels and lines stand only where their condition holds: editions with something taken away."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pulsometro.reporting.charts import alt_text, pictures
from pulsometro.reporting.charts.drawing import rank_strips, time_series
from pulsometro.reporting.charts.drawing.canvas import PHONE, SCREEN, Canvas
from pulsometro.reporting.edition.content import Edition, Place, WaveInfo
from pulsometro.reporting.edition.rows import Rank, Rows
from pulsometro.reporting.edition.timeline import missing_before, times
from pulsometro.reporting.language import battery_sentences, comparisons, conditions, sentences
from pulsometro.reporting.pages import brief, municipality, panels, start
from pulsometro.reporting.pages.navigation import places_named
from pulsometro.reporting.tables.tabulados import columns_of, letter
from pulsometro.reporting.tables.workbook import sheet_names
from pulsometro.settings.report_settings import Measure
from pulsometro.style.theme import Theme
from tests.reporting.made import rankings

LONG = "Heroica Ciudad de San Juan Bautista de los Remedios del"


def without(edition: Edition, gone: Any = None, **values: Any) -> Edition:
    """The edition with rows of its last wave dropped, or with other values in them."""
    table = edition.rows.estimates
    mine = (table["wave"] == edition.wave.key) & (gone(table) if gone else True)
    table = table.assign(**{k: table[k].mask(mine, v) for k, v in values.items()}) if values else table[~mine]
    return replace(edition, rows=Rows(table, edition.rows.changes))


def alone(edition: Edition, number: int = 8) -> Edition:
    """The last wave without any other."""
    wave = replace(edition.wave, number=number)
    table = edition.rows.estimates[edition.rows.estimates["wave"] == wave.key]
    return replace(edition, wave=wave, waves=(wave,), rows=Rows(table, edition.rows.changes.iloc[:0]))


def fragments(edition: Edition, folder: Path) -> str:
    return "\n".join(brief.brief_fragments(edition, brief.draw(edition, folder), "motor").values())


def wave(key: str, number: int, simulated: bool = False) -> WaveInfo:
    day = date(int(key[:4]), int(key[-1]) * 3 - 1, 1)
    return WaveInfo(key, number, key, day, day, simulated)


# --- time ------------------------------------------------------------------------------------------


def test_the_axis_is_time_and_a_missing_edition_cuts_the_line(edition: Edition) -> None:
    waves = [wave("2012T1", 1), wave("2012T2", 2), wave("2013T1", 3), wave("2013T2", 5)]
    assert [time - times(waves)[0] for time in times(waves)] == [0, 1, 4, 5]
    assert time_series.places(times(waves), 0, 100) == pytest.approx([0, 20, 80, 100])
    # Three quarters without an edition, and a number that is skipped.
    assert missing_before(waves, "trimestre") == {"2013T1", "2013T2"}
    yearly = [wave("2011T1", 1), wave("2012T1", 2), wave("2013T1", 3)]
    assert missing_before(yearly, "año") == frozenset() and missing_before(edition.waves, "trimestre") == frozenset()
    some = replace(edition, waves=tuple(w for w in edition.waves if w.key != "2012T4"))
    measure = Measure("victimizacion", "sí")
    points = [some.whole(measure, info.key) for info in some.waves]
    runs = time_series.parts(points, [w.key for w in some.waves], missing_before(some.waves, "trimestre"))
    assert [len(run) for run in runs] == [5, 2]
    lines = [time_series.Line("Todo", points)]
    assert "Falta una edición antes de enero de 2013" in alt_text.series(some, measure, lines, {})


@pytest.mark.parametrize("size", [SCREEN, PHONE])
@pytest.mark.parametrize("named", [False, True])
def test_an_item_that_was_not_asked_now_keeps_its_old_value_over_its_own_wave(
    edition: Edition, size: Any, named: bool
) -> None:
    measure, waves = edition.settings.headline, [info.key for info in edition.waves]
    points = [edition.whole(measure, key) for key in waves]
    lines = [time_series.Line("Todo", [*points[:-2], None, None])]
    lines += [time_series.Line("Lugar", [*points[:3], *[None] * 5], strong=False)] if named else []
    svg = time_series.draw(lines, waves, {}, Theme(), "alt", size, png=False).svg
    assert "(4T12)" in svg and ("(1T12)" in svg) == named
    # Nothing printed at all draws an empty axis.
    assert time_series.draw([time_series.Line("Todo", [None] * 8)], waves, {}, Theme(), "alt", size, png=False).svg


# --- superlatives ----------------------------------------------------------------------------------


def test_an_item_of_which_nobody_chose_a_level_is_still_the_first(edition: Edition) -> None:
    nobody = without(edition, lambda t: (t["indicator"] == "conf_marina") & (t["category"] == "nada"))
    assert "La Marina" in str(battery_sentences.leaders(nobody, edition.batteries[0]).plain)  # type: ignore[union-attr]
    assert battery_sentences.heading(nobody, edition.batteries[0]).plain.startswith("La Marina va adelante: ")
    name, levels = battery_sentences.complete_rows(nobody, edition.batteries[0])[0]
    assert name == "Marina" and levels[3] is None
    assert battery_sentences.undrawn(nobody, edition.batteries[0]) == []


def test_a_superlative_says_how_many_have_no_figure(edition: Edition) -> None:
    first = without(
        edition, lambda t: (t["indicator"] == "conf_marina") & (t["category"] == "mucha"), publishable=False
    )
    said = battery_sentences.heading(first, edition.batteries[0]).plain
    assert said.startswith("El Ejército va adelante, entre las seis de siete con cif")
    assert "entre las seis de siete con cifra" in battery_sentences.leaders(first, edition.batteries[0]).plain  # type: ignore[union-attr]
    # Another level is withheld: the order of the first one is whole, and the bars say what they leave out.
    other = without(edition, lambda t: (t["indicator"] == "conf_marina") & (t["category"] == "poca"), publishable=False)
    assert battery_sentences.heading(other, edition.batteries[0]).plain.startswith("La Marina va adelante: ")
    assert battery_sentences.undrawn(other, edition.batteries[0]) == ["Marina"]
    measure = edition.settings.headline
    gone = without(
        edition, lambda t: (t["indicator"] == measure.indicator) & (t["domain"] == "19031"), publishable=False
    )
    assert comparisons.places_heading(gone, measure).plain.endswith(", entre los ocho municipios con cifra")


def test_nothing_is_said_of_what_was_not_tested(edition: Edition) -> None:
    measure = edition.settings.headline
    untested = replace(edition, differences=replace(edition.differences, verdicts={}))
    assert comparisons.places_heading(untested, measure).plain == edition.label(measure).name
    assert comparisons.majority_heading(untested, measure).plain == edition.label(measure).name
    assert battery_sentences.heading(untested, edition.batteries[0]).plain == edition.batteries[0].title
    assert battery_sentences.leaders(untested, edition.batteries[0]) is None


# --- changes ---------------------------------------------------------------------------------------


def test_nothing_about_changes_where_nothing_was_compared(edition: Edition, tmp_path: Path) -> None:
    for number in (1, 8):
        said = fragments(alone(edition, number), tmp_path / str(number))
        assert not re.search(r"▲|▼|◆|solo los cambios|lo que cambió|Los cambios se|Veredicto|Cambio, pp", said)
        assert ("primera edición" in said) == ("primera medición" in said) == (number == 1)
        assert (panels.BEGINS in said) == (number == 1)
    # An edition that is not here may have asked it.
    later = replace(edition, waves=edition.waves[3:])
    assert conditions.since_the_first(edition) and not conditions.since_the_first(later)


def test_simulated_is_said_of_the_editions_that_are(edition: Edition, tmp_path: Path) -> None:
    waves = tuple(replace(info, simulated=info.number in (1, 7)) for info in edition.waves)
    mixed = replace(edition, waves=waves, wave=waves[-1])
    assert not mixed.simulated
    assert conditions.simulated_here(mixed) == ""
    assert conditions.simulated_series(mixed) == "datos simulados: agosto de 2011 y enero de 2013"
    assert conditions.simulated_changes(mixed) == "datos simulados: enero de 2013"
    said = brief.kicker(mixed) + brief.foot(mixed, "motor") + brief.simulation(mixed)
    assert "Los datos de agosto de 2011 y enero de 2013 son simulados" in said and "(datos simulados)" not in said
    real = replace(edition, waves=tuple(replace(w, simulated=False) for w in waves), wave=waves[-1])
    assert "imulad" not in fragments(real, tmp_path)


# --- ends and emptiness ----------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_margin_of_nothing(edition: Edition, share: float, tmp_path: Path) -> None:
    every = without(edition, estimate=share, ci_low=max(share - 0.003, 0.0), ci_high=min(share + 0.003, 1.0))
    exact = without(edition, estimate=share, ci_low=share, ci_high=share)
    for made in (every, exact):
        drawn = brief.draw(made, tmp_path) if made is exact and share else brief.Charts(batteries=(None,))
        said = "\n".join(brief.brief_fragments(made, drawn, "motor").values())
        assert not re.search(r"±\s*(?:\[)?0\.0", said) and "intervalo de" in said
    whole = exact.whole(edition.settings.headline)
    assert whole is not None
    assert sentences.margin_said(whole).plain.startswith("El intervalo va de ")


def test_everything_withheld(edition: Edition, tmp_path: Path) -> None:
    said = fragments(without(edition, publishable=False, reason="imprecise"), tmp_path)
    assert panels.NOTHING in said
    assert not re.search(r"Más oscuro|Punto: estimación|no se rotulan|▲ sube|con su margen|El margen", said)


# --- places ----------------------------------------------------------------------------------------


def test_one_place_is_compared_with_nothing(edition: Edition, tmp_path: Path) -> None:
    one = replace(edition, places=edition.places[:1], made=replace(edition.made, weighting=""))
    said = fragments(one, tmp_path)
    assert not re.search(r"municipios|uno de los|Más oscuro|van? adelante, entre|por municipio|mapa", said)
    assert comparisons.places_moved(one, one.settings.headline) is None
    assert one.all_places == one.places[0].name
    assert start.pages_heading(one) == f"La página de {one.places[0].name}"
    assert start.pages_heading(edition) == "Una página para cada municipio"
    assert [places_named(each) for each in (one, edition)] == ["Municipio", "Municipios"]


@pytest.mark.slow
def test_fifty_one_places_of_long_names(edition: Edition, tmp_path: Path) -> None:
    places = tuple(
        Place(p.code, f"{LONG} {i}", f"{LONG} {i}", i % 8, i // 8) for i, p in enumerate((edition.places * 6)[:51])
    )
    many = replace(edition, places=places)
    measure = edition.settings.headline
    for name, draw in (("lugares", pictures.draw_places), ("mapa", pictures.draw_map)):
        draw(many, measure, tmp_path, name, pictures.GALLERY)
        assert_inside((tmp_path / f"{name}-narrow.inline.svg").read_text(encoding="utf-8"))
    ranks = [rank_strips.RankRow(p.short, Rank(i + 1, max(1, i - 4), min(51, i + 6), 51)) for i, p in enumerate(places)]
    for size in (SCREEN, PHONE):
        assert_inside(rank_strips.draw(ranks, Theme(), "alt", size, png=False).svg)
    assert columns_of(many)[-1].letter == letter(50) == "AY"
    assert many.all_places == "los 51 municipios"


def assert_inside(svg: str) -> None:
    """Every word that is anchored at its start begins inside of the picture."""
    xs = [float(x) for x in re.findall(r'<text[^>]* x="(-?[\d.]+)"', svg)]
    assert min(xs, default=0.0) >= 0


def test_names_are_broken_shrunk_and_cut_last() -> None:
    canvas = Canvas(400, 100, Theme())
    for room in (60, 120, 200, 400):
        size, lines = canvas.fitted(LONG, 15, 600, room)
        assert len(lines) <= 2 and all(canvas.width_of(line, size, 600) <= room for line in lines)
    assert canvas.fitted(LONG, 15, 600, 400)[1] == [LONG] or canvas.fitted(LONG, 15, 600, 500)[1] == [LONG]
    assert canvas.fitted("Centro", 15, 600, 200) == (15, ["Centro"])


def test_sheets_of_long_names_are_told_apart() -> None:
    names = sheet_names([f"{LONG} A", f"{LONG} B", f"{LONG} C", "Notas", ""])
    assert len({name.lower() for name in names} | {"contenido", "detalle", "notas"}) == 8
    assert all(0 < len(name) <= 31 for name in names)


def test_tables_of_changes_have_no_empty_columns(edition: Edition) -> None:
    from pulsometro.reporting.tables import markdown
    from pulsometro.reporting.tables.tabulados import _detail_columns

    measure = edition.settings.headline
    for made, told in ((edition, True), (alone(edition), False)):
        table = markdown.places(made, measure) + markdown.series(made, measure)
        assert ("Veredicto" in table) == told
        names = [name for name, _ in _detail_columns(made)]
        assert ("Diferencia con la edición anterior" in names) == ("Veredicto en un año" in names) == told
    assert isinstance(edition.rows.estimates, pd.DataFrame)


def test_a_place_without_a_figure_counts_among_those_that_are_ranked(edition: Edition, tmp_path: Path) -> None:
    """Its rank is unknown, and so the others' intervals reach to the last: "entre el 1.º y el 9.º de 8" is none."""
    measure, last = edition.settings.headline, edition.places[-1]
    table = edition.rows.estimates.copy()
    gone = (table["indicator"] == measure.indicator) & (table["domain"] == last.code)
    table.loc[gone, ["publishable", "reason"]] = [False, "no_cases"]
    ranked = rankings(edition.rows.estimates)
    hidden = replace(edition, rows=Rows(table, edition.rows.changes, ranked))
    for place in edition.places[:-1]:
        estimate = hidden.in_place(measure, place.code)
        rank = hidden.rank(estimate)
        assert rank is not None and rank.of == len(edition.places) >= rank.high
        assert municipality.rank_heading(hidden, estimate).plain.endswith(f" de {rank.of}")
        assert "sin cifra" in municipality.facts(hidden, place, measure)
    # And who has no figure has no panel of its place.
    assert "Lugar" not in municipality.page(hidden, last, tmp_path, "")["paneles"]
