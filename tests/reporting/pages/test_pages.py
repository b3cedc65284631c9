"""How pages are built: what a municipality's page holds, how pages lead to each other, disclosure point by point."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from pulsometro.check.verdict import load_verdict
from pulsometro.reporting.edition.content import Edition, Exceptions
from pulsometro.reporting.edition.tested_differences import Differences
from pulsometro.reporting.formats.build_folder import engine_files
from pulsometro.reporting.formats.page import render_page
from pulsometro.reporting.formats.render import Engine
from pulsometro.reporting.language import battery_sentences
from pulsometro.reporting.pages import municipality, panels
from pulsometro.reporting.pages.methodology.disclosure_points import Sources
from pulsometro.reporting.pages.methodology.elements import every_element
from pulsometro.reporting.pages.methodology.methodology_page import summary, wording
from pulsometro.reporting.pages.navigation import SECTIONS
from pulsometro.reporting.pages.wave_pages import brief_page
from pulsometro.reporting.tables import markdown
from pulsometro.study import Study
from pulsometro.style.vocabulary import Side
from pulsometro.weighting.record import load_weighting
from tests.reporting.conftest import LAST
from tests.reporting.made import ROOT, TOO_RARE

pytestmark = pytest.mark.slow

# AAPOR's Code of Professional Ethics and Practices (April 2021), III.A, and what an Spanish reader finds it under.
AAPOR = ("estrategia", "quien", "instrumento", "poblacion", "muestra", "modo", "fechas", "precision", "ponderacion",
         "proceso", "limitaciones")  # fmt: skip
# INE's general criteria (Reglamento de Elecciones, anexo 3): each must have its point.
INE = ("Objetivo", "Marco de muestreo", "A quién representa", "Cómo se elige a quién entrevistar", "Entrevistas",
       "Precisión", "No sabe y no contesta", "Tasas de resultado (AAPOR)", "Modo", "Levantamiento", "Preguntas",
       "Paso por paso", "Procesamiento", "Software", "Base de datos", "Resultados", "Patrocina",
       "De dónde viene el dinero", "Costo", "Levanta las entrevistas", "Publica y responde por ella",
       "Formación y experiencia de quien la dirige")  # fmt: skip


def page_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# --- the site -----------------------------------------------------------------------------------


def test_every_page_leads_to_every_section_and_says_where_it_is(site: Path) -> None:
    for path in site.rglob("*.html"):
        words = page_of(path)
        bar = re.search(r'<header class="bar">.*?</header>', words, re.S)
        assert bar, path
        hrefs = re.findall(r'href="([^"]+)"', bar[0])
        for key, _ in SECTIONS:
            assert any(href.endswith(f"secciones/{key}.html") for href in hrefs), (path, key)
        assert bar[0].count("aria-current") == (0 if path.name == "brief.html" else 1), path


def test_pages_hold_everything_they_show(site: Path) -> None:
    for path in (*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.js")):
        words = page_of(path).replace("http://www.w3.org/", "")
        assert not re.search(r"(?:src|href)=\"?(?:https?:)?//|url\((?!data:)|@import|fetch\(|XMLHttp", words), path


def test_pages_stay_small_enough_for_a_telephone(site: Path) -> None:
    style = (site / "recursos/estilo.css").stat().st_size
    sizes = {path.relative_to(site).as_posix(): path.stat().st_size // 1000 for path in site.rglob("*.html")}
    assert style < 120_000
    # The series are thirty charts, drawn once; a brief carries its fonts.
    assert sizes["secciones/series.html"] < 450 and sizes["2013T2/brief.html"] < 300
    assert all(size < 180 for name, size in sizes.items() if "municipios" in name or name == "index.html")


def test_a_gallery_draws_each_chart_once(site: Path) -> None:
    words = page_of(site / "secciones/series.html")
    names = re.findall(r'data-figure="([^"]+)"', words)
    assert len(names) == len(set(names)) == words.count("<svg ") > 25
    listed = re.findall(r'<a\s+href="#([^"]+)"', words)
    assert sorted(set(listed) - {"contenido", "lista"}) == sorted(re.findall(r'<section\s+id="([^"]+)"', words))


def test_the_first_edition_has_no_line_of_one_point(site: Path) -> None:
    words = page_of(site / "2011T3/brief.html")
    assert 'data-figure="serie"' not in words and panels.BEGINS in words
    assert len(PdfReader(site / "2011T3/brief.pdf").pages) == 2


def test_downloads_name_their_edition_and_cards_are_described(site: Path, edition: Edition) -> None:
    words = page_of(site / "secciones/datos.html")
    labels = re.findall(r'aria-label="([^"]+ de [^"]+, \w+)"', words)
    assert len(labels) == len(set(labels)) == 6 * len(edition.waves)
    images = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', words)
    assert len(images) == len(edition.settings.findings)
    for source, alt in images:
        file = (site / "secciones" / source).resolve()
        beside = next(file.parent.glob(f"{file.name[0]}-texto*")).read_text(encoding="utf-8").strip()
        assert file.is_file() and alt == beside


def test_the_site_has_the_same_bytes_twice(study: Study, site: Path) -> None:
    from pulsometro.reporting.site import run

    def files() -> dict[Path, bytes]:
        found = [site / "index.html", *site.glob("secciones/**/*"), *site.glob("recursos/*")]
        return {path: path.read_bytes() for path in found if path.is_file()}

    before = files()
    run(study)
    assert len(before) == 18 and files() == before


# --- a municipality -----------------------------------------------------------------------------


def test_a_place_is_compared_with_the_whole_a_quarter_and_a_year_ago_and_ranked(edition: Edition) -> None:
    place = next(p for p in edition.places if p.short == "San Pedro")
    measure = edition.settings.findings[1]
    words = municipality.facts(edition, place, measure)
    estimate = edition.in_place(measure, place.code)
    rank, whole = edition.rank(estimate), edition.whole(measure)
    assert estimate is not None and rank is not None and whole is not None
    for name in (edition.area_name, "Frente a enero de 2013", "Frente a mayo de 2012", "Lugar entre los nueve"):
        assert f"\n{name}\n" in words
    for field in ("estimate", "margin", "n", "rank", "change:previous"):
        assert f'data-field="{field}"' in words, field
    assert f"{rank.rank}.º" in words


def test_a_place_differs_where_its_test_against_the_rest_says_so_and_not_by_its_interval(edition: Edition) -> None:
    measure = edition.settings.headline
    whole, here = edition.whole(measure), edition.in_place(measure, "19019")
    assert whole is not None and here is not None and here.ci_high < whole.ci_low
    assert municipality.against(edition, here, whole).plain.endswith("aquí es menor")
    said = municipality.deck(edition, here).plain
    assert "es menor que en el resto del área metropolitana (en conjunto, " in said
    verdicts = dict(edition.differences.verdicts)
    verdicts["rest", here.row, "rest"] = Side.NONE
    alike = replace(edition, differences=Differences(verdicts))
    assert municipality.against(alike, here, whole).plain.endswith("no se distingue")
    said = municipality.deck(alike, here).plain
    assert "no se distingue estadísticamente de la del resto del área metropolitana (en conjunto, " in said
    # Nothing is said of what was not tested: the only place of a wave has no rest.
    del verdicts["rest", here.row, "rest"]
    untold = replace(edition, differences=Differences(verdicts))
    assert municipality.against(untold, here, whole).plain.endswith("%")
    said = municipality.deck(untold, here).plain
    assert "resto" not in said and "distingue" not in said and "(en conjunto, " in said


def test_a_place_s_withheld_figure_says_so_and_nothing_else(edition: Edition) -> None:
    indicator, code = TOO_RARE
    place = next(p for p in edition.places if p.code == code)
    measure = next(m for m in edition.settings.findings if m.indicator == indicator)
    words = municipality.facts(edition, place, measure)
    assert "no se publica por su poca precisión" in words.lower() and not re.search(r"\d", words.split("###")[1])


def test_a_place_s_page_shows_every_key_measure_s_series(site: Path, edition: Edition) -> None:
    words = page_of(site / "secciones/municipios/juarez.html")
    assert words.count('class="facts"') == len(edition.settings.findings)
    assert len(re.findall(r'data-figure="serie-juarez', words)) == len(edition.settings.findings)
    others = re.findall(r'href="(\w[\w-]*\.html)"', words)
    assert len(others) == len(edition.places) - 1


def test_the_glance_marks_only_what_moved(edition: Edition) -> None:
    table = markdown.glance(edition, edition.settings.findings)
    signs = sum(table.count(sign) for sign in "▲▼")
    cells = [edition.in_place(m, p.code) for m in edition.settings.findings for p in edition.places]
    cells += [edition.whole(m) for m in edition.settings.findings]
    moved = [change for cell in cells if (change := edition.change(cell)) and change.significant]
    assert signs == len(moved) > 0 and "◆" not in table


def test_the_columns_of_a_table_are_as_wide_as_what_is_in_them() -> None:
    table = markdown.pipe(["Nombre", "%"], [["Un nombre bastante largo", "1.0"], ["Otro", "2.0"]], "T")
    rule = table.splitlines()[1].split("|")[1:3]
    assert len(rule[0].strip()) > 3 * len(rule[1].strip())
    assert rule[0].strip().startswith(":-") and rule[1].strip().endswith("-:")


# --- trust --------------------------------------------------------------------------------------


def test_bold_in_the_places_of_trust_is_beyond_the_intervals(site: Path, edition: Edition) -> None:
    words = page_of(site / "secciones/confianza.html")
    bold = set(re.findall(r'<strong><span[^>]*data-id="([^"]+)"', words))
    battery = edition.batteries[0]
    level = battery.items[0].first.category
    from pulsometro.settings.report_settings import Measure

    expected = set()
    for name in (item.indicator for item in battery.items):
        whole = edition.whole(Measure(name, level))
        for place in edition.places:
            here = edition.in_place(Measure(name, level), place.code)
            if here and whole and (here.ci_low > whole.ci_high or here.ci_high < whole.ci_low):
                expected.add(here.key)
    assert bold == expected
    moved = battery_sentences.moved(edition, battery).plain
    assert moved.startswith(("Frente a enero de 2013", "Responder «mucha»"))


# --- methodology --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sources(study: Study, edition: Edition) -> Sources:
    weights, checks = load_weighting(study, LAST), load_verdict(study, LAST)
    return Sources(study, edition, study.questionnaire(LAST), weights, checks, "prueba 1.0")


def test_every_element_of_aapor_and_every_criterion_of_ine_has_its_point(sources: Sources) -> None:
    told = every_element(sources)
    assert tuple(element.key for element in told) == AAPOR
    assert [element.number for element in told] == list(range(1, 12))
    by_ine = {point.name for element in told for point in element.points if "INE" in point.others}
    assert set(INE) <= by_ine | {"Preguntas"}, set(INE) - by_ine


def test_what_is_not_declared_is_said_and_counted(sources: Sources) -> None:
    told = every_element(sources)
    points = [point for element in told for point in element.points]
    silent = [point.name for point in points if not point.body]
    assert "Costo" in silent and len(silent) < 8
    said = summary(told)
    assert f"De los {len(points)} puntos de esta lista se declaran {len(points) - len(silent)}." in said
    assert all(f"«{name}»" in said for name in silent)
    full = tuple(replace(e, points=tuple(replace(p, body=p.body or "x") for p in e.points)) for e in told)
    assert summary(full) == f"Se declaran los {len(points)} puntos de esta lista."


def test_the_methodology_page_can_be_scanned(site: Path) -> None:
    words = page_of(site / "2013T2/metodologia.html")
    heads = re.findall(r'<h2 class="numbered" id="([^"]+)"|<h2 id="([^"]+)" class="numbered"', words)
    assert tuple(a or b for a, b in heads) == AAPOR
    toc = re.search(r'<div class="toc web">.*?</div>', words, re.S)
    assert toc and [*AAPOR, "preguntas"] == re.findall(r'href="#([^"]+)"', toc[0])
    assert words.count("<dt>") == words.count("<dd>") > 30


def test_questions_stand_as_asked_in_their_order_with_who_is_asked(study: Study) -> None:
    questionnaire = study.questionnaire(LAST)
    words = wording(questionnaire)
    asked = [questionnaire[n].text for n in questionnaire.asked
             if not questionnaire[n].private and questionnaire[n].kind != "text"]  # fmt: skip
    found = re.findall(r"^\d+\.  (.+)$", words, re.M)
    assert [f.replace("\\", "") for f in found] == asked
    assert "Solo a quien respondió «sí» en «Hogar víctima de un delito»" in words
    assert "entrevistador" not in words.lower() and "Folio" not in words


# --- paper --------------------------------------------------------------------------------------


def test_two_sheets_hold_the_brief_with_a_signed_exception_too(edition: Edition, tmp_path: Path) -> None:
    reason = "Folios únicos (la casa encuestadora confirmó por escrito que se trata de una recaptura)"
    noted = replace(edition, exceptions=Exceptions((reason, reason)))
    with engine_files(ROOT / "reports", noted.theme, Engine("prueba"), office=True) as parts:
        render_page(brief_page(noted, tmp_path / "figuras", "prueba"), parts, "pdf", tmp_path / "b.pdf")
    pages = [page.extract_text() for page in PdfReader(tmp_path / "b.pdf").pages]
    assert len(pages) == 2
    assert "excepciones firmadas" in pages[0] and "Cómo se hizo" in pages[1] and "1 de 2" in pages[0]
