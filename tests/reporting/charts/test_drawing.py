"""Charts: classes of a map, labels on boundaries, lines that break, drawings by size, and colours told apart."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.charts import pictures
from pulsometro.reporting.charts.drawing import boundaries, cards, time_series
from pulsometro.reporting.charts.drawing.canvas import PHONE, SCREEN, width_of
from pulsometro.reporting.charts.drawing.shades import shades_for
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language.traced_text import text
from pulsometro.style.color_vision import KINDS, closest, distance
from pulsometro.style.theme import Theme, contrast, text_on

pytestmark = pytest.mark.slow

THEME = Theme()


def estimate(value: float, wave: str = "2013T2", half: float = 0.02) -> Estimate:
    return Estimate(
        wave, "i", "c", "proportion", "total", "total", value, half / 2, value - half, value + half, 0.95, 0.1, 1.0,
        500.0, 500, "high", True, "",
    )  # fmt: skip


def texts(svg: str) -> list[tuple[float, str]]:
    """Size in pixels and words of every text of a drawing."""
    found = re.findall(r"<text[^>]*font(?:-size)?: ?[^;\"]*?(\d+(?:\.\d+)?)px[^>]*>([^<]+)</text>", svg)
    assert found
    return [(float(size), words) for size, words in found]


# --- a map's shades ------------------------------------------------------------------------------


def test_a_place_is_shaded_as_the_figure_that_is_printed() -> None:
    shades = shades_for([estimate(v) for v in (0.324, 0.799, 0.7949, 0.82)], THEME)
    assert shades.scale.ticks == (20, 40, 60, 80, 100)
    # 79.9 prints 80 and belongs with 82; 79.49 prints 79.
    assert shades.of(estimate(0.799)) == shades.of(estimate(0.82)) == shades.colours[-1]
    assert shades.of(estimate(0.7949)) == shades.colours[-2]
    assert shades.of(None) == THEME.rule


@pytest.mark.parametrize("values", [(0.5,), (0.53, 0.93), (0.001, 0.004), (0.1, 0.99)])
def test_at_most_five_classes_hold_every_value(values: tuple[float, ...]) -> None:
    shades = shades_for([estimate(v, half=0.0) for v in values], THEME)
    assert 1 <= len(shades.colours) <= 5
    assert shades.scale.low <= round(min(values) * 100) and round(max(values) * 100) <= shades.scale.high


@pytest.mark.parametrize("accent", [Theme.accent, "#8c1d40", "#0b5d3b", "#7a1f5c"])
def test_words_can_be_read_on_every_shade_and_shades_differ(accent: str) -> None:
    theme = Theme(accent=accent)
    for some in range(2, 6):
        colours = theme.shades(some)
        assert all(contrast(text_on(colour, theme), colour) >= 4.5 for colour in colours)
        assert closest(colours) > 8


# --- colours ------------------------------------------------------------------------------------


def test_answers_are_told_apart_by_every_kind_of_sight() -> None:
    assert closest(THEME.levels) > 25
    for kind in ("", *KINDS):
        assert distance(THEME.better, THEME.worse, kind) > 25, kind
    # A verdict's tone is not taken for that of no change, nor for plain words; and it is read as words are.
    assert closest((THEME.better, THEME.worse, THEME.same)) > 12
    assert closest((THEME.better, THEME.ink)) > 12 and closest((THEME.same, THEME.ink)) > 12
    assert min(contrast(tone, THEME.paper) for tone in (THEME.better, THEME.worse, THEME.same)) >= 4.5


def test_the_simulation_confuses_what_deuteranopes_confuse() -> None:
    assert distance("#808080", "#808080") == 0
    # Red and green of one lightness, far apart in full sight.
    assert distance("#c05a3c", "#7a8a2e") > 40 > 3 * distance("#c05a3c", "#7a8a2e", "deuteranopia")
    assert distance("#000000", "#ffffff", "protanopia") == pytest.approx(100, abs=0.5)


def test_a_brand_whose_accent_looks_like_the_contrary_answer_keeps_the_neutral_scale() -> None:
    red, wine = Theme(accent="#c8102e"), Theme(accent="#8c1d40")
    assert red.levels == THEME.levels and closest(red.levels) > 12
    assert wine.levels[0] == "#8c1d40" and wine.levels[2:] == THEME.levels[2:]


# --- series -------------------------------------------------------------------------------------

WAVES = ["2012T3", "2012T4", "2013T1", "2013T2"]


def test_a_line_is_broken_where_the_question_changed_and_says_why() -> None:
    points = [estimate(0.7, wave) for wave in WAVES]
    runs = time_series.parts(points, WAVES, {"2013T1": "cambió la pregunta"})
    assert [[index for index, _ in run] for run in runs] == [[0, 1], [2, 3]]
    assert [[i for i, _ in run] for run in time_series.parts([points[0], None, *points[2:]], WAVES, {})] == [
        [0],
        [2, 3],
    ]
    line = [time_series.Line("Todo", points)]
    broken = time_series.draw(line, WAVES, {"2013T1": "cambió la pregunta"}, THEME, "alt", png=False).svg
    assert "cambió la pregunta" in broken
    # A break before the first wave that is drawn is none.
    assert "antes" not in time_series.draw(line, WAVES, {"2012T3": "antes"}, THEME, "alt", png=False).svg


def test_an_axis_that_does_not_start_at_zero_says_so() -> None:
    high = [time_series.Line("Todo", [estimate(0.7 + k / 100, wave) for k, wave in enumerate(WAVES)])]
    low = [time_series.Line("Todo", [estimate(0.05 + k / 100, wave) for k, wave in enumerate(WAVES)])]
    said = "El eje no empieza en cero."
    assert said in time_series.draw(high, WAVES, {}, THEME, "alt", png=False).svg
    assert said not in time_series.draw(low, WAVES, {}, THEME, "alt", png=False).svg


def test_a_telephone_s_chart_has_no_text_under_twelve_pixels_and_none_outside(edition: Edition, tmp_path: Path) -> None:
    measure = edition.settings.headline
    pictures.draw_places(edition, measure, tmp_path)
    pictures.draw_map(edition, measure, tmp_path)
    pictures.draw_series(edition, measure, tmp_path, pictures.extreme_place(edition, measure))
    pictures.draw_battery(edition, edition.batteries[0], tmp_path)
    for name in ("lugares", "mapa", "serie", "confianza"):
        narrow = (tmp_path / f"{name}-narrow.svg").read_text(encoding="utf-8")
        assert f'width="{PHONE.wide(500)}"' in narrow
        assert min(size for size, _ in texts(narrow)) >= 12, name
        assert max(width_of(edition.theme, words, size) for size, words in texts(narrow)) <= 360, name


def test_every_picture_names_its_source_and_that_data_are_simulated(edition: Edition, tmp_path: Path) -> None:
    pictures.draw_places(edition, edition.settings.headline, tmp_path, sizes=pictures.with_paper(468))
    for ending in ("", "-narrow", "-print"):
        words = " ".join(w for _, w in texts((tmp_path / f"lugares{ending}.svg").read_text(encoding="utf-8")))
        assert edition.producer in words and "Datos simulados." in words, ending
    assert (tmp_path / "lugares.png").is_file()


# --- boundaries ---------------------------------------------------------------------------------


def square(left: float, bottom: float, side: float = 0.1) -> list[list[float]]:
    return [[left, bottom], [left + side, bottom], [left + side, bottom + side], [left, bottom + side], [left, bottom]]


def geojson(path: Path, edition: Edition, **geometry: Any) -> Path:
    features = []
    for k, place in enumerate(edition.places):
        own = {"type": "Polygon", "coordinates": [square(-100.5 + k % 3 * 0.1, 25.6 + k // 3 * 0.1)]}
        features.append({"properties": {"cve_geo": place.code}, "geometry": geometry or own})
    path.write_text(json.dumps({"features": features}), encoding="utf-8")
    return path


def test_places_are_drawn_on_their_boundaries_with_names_inside_or_beside(edition: Edition, tmp_path: Path) -> None:
    drawn = replace(edition, boundaries=geojson(tmp_path / "b.geojson", edition))
    chart = pictures.draw_map(drawn, edition.settings.headline, tmp_path)
    svg = (tmp_path / "mapa.inline.svg").read_text(encoding="utf-8")
    assert svg.count('data-field="estimate"') == len(edition.places)
    assert svg.count('class="hot"') == len(edition.places)
    assert all(place.short in svg for place in edition.places) and "Juárez" in chart.alt
    assert f'aria-label="{chart.alt}"' in svg
    # A telephone gets the tiles.
    assert (tmp_path / "mapa-narrow.svg").read_text(encoding="utf-8").count(">Juárez<") == 1


def test_a_label_stands_where_the_shape_has_most_room() -> None:
    # A bent shape: its centroid lies outside, the label must not.
    bent = [(0, 0), (100, 0), (100, 20), (20, 20), (20, 100), (0, 100), (0, 0)]
    x, y = boundaries.roomiest([(float(a), float(b)) for a, b in bent])
    assert 0 < x < 100 and 0 < y < 100 and (y < 20 or x < 20)


def test_a_hole_stays_empty_whichever_way_it_is_written(edition: Edition, tmp_path: Path) -> None:
    outer, hole = square(-100, 25, 1), square(-99.7, 25.3, 0.4)
    for inner in (hole, hole[::-1]):
        path = geojson(tmp_path / "h.geojson", edition, type="Polygon", coordinates=[outer, inner])
        shape = boundaries.read_shapes(path)[edition.places[0].code]
        first, second = (boundaries._area(ring) for ring in shape.polygons[0])
        assert first > 0 > second


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "not a GeoJSON"),
        ("no json", "not a GeoJSON"),
        ('{"features": [{"properties": {}, "geometry": null}]}', "not a GeoJSON"),
        ('{"features": [{"properties": {"cve_geo": "1"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
         "not a GeoJSON"),
    ],
)  # fmt: skip
def test_what_is_no_map_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "b.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PulsoError, match=said):
        boundaries.read_shapes(path)


def test_metres_and_missing_places_are_refused(edition: Edition, tmp_path: Path) -> None:
    metres = [[x * 1000, y * 1000] for x, y in square(-100, 25)]
    path = geojson(tmp_path / "b.geojson", edition, type="Polygon", coordinates=[metres])
    with pytest.raises(PulsoError, match="not degrees"):
        boundaries.read_shapes(path)
    path = geojson(tmp_path / "b.geojson", edition)
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"features": content["features"][1:]}), encoding="utf-8")
    with pytest.raises(PulsoError, match="no boundary for Apodaca"):
        pictures.draw_map(replace(edition, boundaries=path), edition.settings.headline, tmp_path)


# --- cards --------------------------------------------------------------------------------------


def test_a_card_draws_its_series_when_there_is_one() -> None:
    card = cards.Card(
        text("75.4 %"), text("± 1.6 puntos"), "se siente insegura", "◆", text("sin cambio"), "#000000", "K", "F", False
    )
    several = replace(card, points=[(w, estimate(0.7, w)) for w in WAVES], since="julio de 2012")
    alone = replace(card, points=[("2013T2", estimate(0.7))], since="mayo de 2013")
    assert several.alt.plain.count("La serie empieza en julio de 2012 con 70.0\u00a0%.") == 1
    assert "serie" not in alone.alt.plain
    for shape in cards.SIZES:
        plain = cards.draw(card, shape, THEME)
        assert cards.draw(several, shape, THEME).png != plain.png == cards.draw(alone, shape, THEME).png


def test_widths_are_measured_without_hinting() -> None:
    # Source Serif's % says 24 px of 147 when hinted, and what stands beside it would be written over it.
    serif = Theme(sans="Source Serif Pro")
    assert width_of(serif, "%", 168, 700) == pytest.approx(146.8, abs=1)
    assert SCREEN.wide(560) == 560


def test_a_break_of_the_whole_does_not_cut_a_place_that_is_compared_and_a_missing_edition_cuts_every_line() -> None:
    points = [estimate(0.4 + k / 100, wave) for k, wave in enumerate(WAVES)]

    def drawn(whole: tuple[str, ...], gaps: tuple[str, ...] = ()) -> str:
        line = time_series.Line("Norte", points, whole=frozenset(whole))
        return time_series.draw([line], WAVES, {"2013T1": "entra Sur"}, THEME, "alt", png=False, gaps=gaps).svg

    assert drawn(()) == drawn(("2013T1",), ("2013T1",)) != drawn(("2013T1",))
