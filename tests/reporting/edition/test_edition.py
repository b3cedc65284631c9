"""Brands, drafts, signed exceptions, maps, and settings that name what is not there."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from pulsometro.check.verdict import RuleResult
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_record, write_record
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.reporting.pages import brief
from pulsometro.study import Study, load_study
from pulsometro.style.fonts import FACES, READY, ready_name, subset
from pulsometro.style.theme import Theme, contrast, font_file, load_theme, text_on
from tests.reporting.conftest import LAST
from tests.reporting.made import project

pytestmark = pytest.mark.slow

BRAND = """
meta: {name: "Cámara"}
color: {palette: {verde: "#0b5d3b"}, primary: verde}
typography: {base: {family: "Source Serif Pro"}}
"""


def brand(folder: Path, words: str) -> Path:
    path = folder / "camara" / "_brand.yml"
    path.parent.mkdir(parents=True)
    path.write_text(words, encoding="utf-8")
    return folder


def test_a_brand_replaces_accent_and_fonts_but_no_meaning(tmp_path: Path) -> None:
    theme = load_theme(brand(tmp_path, BRAND), "camara")
    assert (theme.accent, theme.sans, theme.serif) == ("#0b5d3b", "Source Serif Pro", "Source Serif Pro")
    assert (theme.worse, theme.better, theme.same) == (Theme.worse, Theme.better, Theme.same)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('color: {primary: "#ffee00"}', "too light"),
        ("color: {primary: green}", "#rrggbb"),
        ("logo: no.png", "which is not in"),
    ],
)
def test_wrong_brands_are_refused(tmp_path: Path, words: str, said: str) -> None:
    with pytest.raises(PulsoError, match=said):
        load_theme(brand(tmp_path, words), "camara")


def test_an_unknown_font_is_refused(tmp_path: Path) -> None:
    theme = load_theme(brand(tmp_path, 'typography: {base: {family: "Nada Sans"}}'), "camara")
    with pytest.raises(PulsoError, match="Nada Sans"):
        font_file(theme.sans, 400, theme.folder)


def test_text_passes_contrast_on_every_colour_that_carries_it() -> None:
    theme = Theme()
    for colour in (*(shade for some in range(1, 6) for shade in theme.shades(some)), *theme.levels):
        assert contrast(text_on(colour, theme), colour) >= 4.5, colour
    for colour in (theme.worse, theme.better, theme.same, theme.soft, theme.accent):
        assert contrast(colour, theme.paper) >= 4.5, colour


def test_the_subsets_in_the_package_are_what_the_fonts_give() -> None:
    for kind, weight in FACES:
        source = font_file(Theme.sans if kind == "sans" else Theme.serif, weight)
        assert (READY / ready_name(source)).read_bytes() == subset(source)


def test_signed_exceptions_are_on_the_first_page(study: Study, edition: Edition) -> None:
    path = study.checks(LAST)
    before = read_record(path)
    signed = "La casa confirmó por escrito que es una recaptura."
    rule = RuleResult("ids.unique", "critical", False, 60, 1, (), "Folios únicos.", "", signed)
    rules = [asdict(rule), asdict(replace(rule, title="Otra", accepted=""))]
    try:
        write_record({**before, "rules": rules}, path)
        said = brief.notice(load_edition(study, LAST))
    finally:
        write_record(before, path)
    assert "una excepción firmada:" in said and "Folios únicos (La casa confirmó" in said and "Otra" not in said
    assert brief.notice(edition) == ""


def test_a_report_that_names_an_unknown_indicator_is_refused(tmp_path: Path) -> None:
    study = project(tmp_path, {"    - {indicator: soborno, category": "    - {indicator: sobornos, category"})
    with pytest.raises(PulsoError, match="sobornos"):
        load_edition(study, LAST)


def test_an_old_wave_s_report_does_not_know_later_waves(study: Study) -> None:
    old = load_edition(load_study(study.root), "2012T4")
    assert old.waves[-1].key == "2012T4"
    assert set(old.rows.estimates["wave"]) <= {info.key for info in old.waves}
