"""What is withheld is in no output: every page, paper, slide and workbook of a made study is read."""

import html
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pulsometro.common.files import read_table, write_table
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.reporting.language import not_printed, sentences
from pulsometro.reporting.language.traced_text import slug
from pulsometro.reporting.row_key import BAR, RowKey
from pulsometro.study import Study
from pulsometro.suppression.linear_attack import structure_of
from tests.reporting import checking_files as files
from tests.reporting import reading
from tests.reporting.checking import without_exempt
from tests.reporting.checking_pages import check_page
from tests.reporting.conftest import LAST
from tests.reporting.made import project, withhold
from tests.suppression.checking_subtraction import is_determined

pytestmark = pytest.mark.slow

Domain = tuple[str, str]
FEW, RARE, IMPRECISE = "19018", ("conf_marina", "nada", "19046"), "19039"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with four interviews in one municipality, as many to one question in another, an imprecise headline."""
    from pulsometro.reporting.site import run as run_site
    from pulsometro.reporting.stage import run

    # The counts of the made tables add to nothing, so that no interval can be asked for.
    rule = {'  licence: "CC BY 4.0"\n': '  licence: "CC BY 4.0"\n  confidentiality: {min_base: 10, min_count: 0}\n'}
    study = project(tmp_path_factory.mktemp("small"), rule)
    path = study.series(f"waves/{LAST}/estimates.parquet")
    rows = read_table(path)
    now = rows["wave"] == LAST
    rows.loc[now & (rows["domain"] == FEW), "n"] = 4
    rare = now & (rows["indicator"] == RARE[0]) & (rows["category"] == RARE[1]) & (rows["domain"] == RARE[2])
    rows.loc[rare, "n"] = 4
    headline = now & (rows["indicator"] == "inseguridad_amplia") & (rows["domain"] == IMPRECISE)
    rows.loc[headline, ["precision", "publishable", "reason"]] = ["low", False, "imprecise"]
    assert rare.sum() == headline.sum() == 1
    write_table(rows, path)
    withhold(study, LAST)
    run(study, LAST)
    run_site(study)
    return study


@pytest.fixture(scope="module")
def careful(small: Study) -> Edition:
    return load_edition(small, LAST)


def pages_of(study: Study) -> list[Path]:
    return sorted(study.site.rglob("*.html"))


def test_withheld_cells_are_in_no_page(small: Study, careful: Edition) -> None:
    gone = careful.rows.withheld
    assert {key.domain for key in gone} >= {FEW, RARE[2]}
    for path in pages_of(small):
        page = path.read_text(encoding="utf-8")
        assert {p.key for p in reading.read_page(page)}.isdisjoint(map(str, gone)), path
        # Every number left, in words, hover and alternative texts, is the row's that it says.
        assert check_page(small, careful, page).complaints == [], path


def test_withheld_cells_are_in_no_other_file(small: Study, careful: Edition) -> None:
    folder = small.site / LAST
    pieces = reading.read_page((folder / "brief.html").read_text(encoding="utf-8"))

    def figures(words: str) -> list[str]:
        return reading.numbers_in(without_exempt(careful, words))

    paper = files.on_paper(pieces)
    assert Counter(figures(reading.pdf_text(folder / "brief.pdf"))) == Counter(figures(paper))
    assert figures(reading.docx_text(folder / "brief.docx")) == figures(files.in_word(pieces))
    assert files.check_slides(careful, reading.pptx_texts(folder / "brief.pptx")).complaints == []
    book = files.workbook(folder / "tabulados.xlsx")
    assert files.check_workbook(careful, book).complaints == []
    theme = next(rows for name, rows in book.items() if name.startswith("Percepción"))
    head = next(row for row in theme if row[0] == "Indicador")
    column = next(i for i, name in enumerate(head) if str(name).startswith("García"))
    assert {row[column] for row in theme if row[1] and row[0] != "Indicador"} == {"[c]"}


def in_workbook(path: Path) -> set[tuple[str, str, Domain]]:
    """Indicator, category and domain of every share that the workbook shows."""
    rows = files.workbook(path)["Detalle"]
    at = next(row.index("Identificador") for row in rows if "Identificador" in row)
    keys = [RowKey.parse(str(row[at])) for row in rows if BAR in str(row[at])]
    return {(*key.measured, (key.domain_kind, key.domain)) for key in keys if key.statistic == "proportion"}


def test_nothing_published_gives_a_withheld_cell_back(small: Study) -> None:
    shown = in_workbook(small.site / LAST / "tabulados.xlsx")
    for path in pages_of(small):
        for piece in reading.read_page(path.read_text(encoding="utf-8")):
            key = RowKey.parse(piece.key) if BAR in piece.key else None
            if key and key.wave == LAST and key.statistic == "proportion":
                shown.add((*key.measured, (key.domain_kind, key.domain)))
    structure = structure_of(small.indicators.by_name, small.questionnaire(LAST))
    secrets = [(name, category, ("municipio", FEW)) for name, category in structure.counted]
    secrets.append((RARE[0], RARE[1], ("municipio", RARE[2])))
    rows = read_table(small.series(f"waves/{LAST}/estimates.parquet"))
    domains = set(rows[["domain_kind", "domain"]].itertuples(index=False, name=None))
    for name, category, domain in secrets:
        answers = structure.counted[name, category]
        counted = [(structure.counted[n, c], d) for n, c, d in shown]
        same = {(other.codes, d) for other, d in counted if other.universe == answers.universe}
        assert not is_determined((answers.codes, domain), same, structure.complete[answers.universe], domains), name


def test_what_is_withheld_is_said_to_be(careful: Edition) -> None:
    assert sentences.silence(careful, careful.settings.headline, IMPRECISE) == not_printed.IMPRECISE.sentence
    key = RowKey(LAST, "inseguridad_amplia", "poco o nada seguro", "proportion", "total", "total")
    hidden = replace(careful, rows=type(careful.rows)(
        careful.rows.estimates[careful.rows.estimates["domain_kind"] != "total"], careful.rows.changes, None,
        frozenset({key}),
    ))  # fmt: skip
    assert sentences.silence(hidden, hidden.settings.headline) == not_printed.CONFIDENTIAL.sentence
    assert not_printed.CONFIDENTIAL.sentence in sentences.headline(hidden).plain


def test_a_confidential_figure_is_not_called_imprecise_nor_the_other_way_round(small: Study, careful: Edition) -> None:
    from docx import Document

    assert not_printed.why(careful, careful.settings.headline, FEW) == not_printed.CONFIDENTIAL
    assert not_printed.why(careful, careful.settings.headline, IMPRECISE) == not_printed.IMPRECISE
    folder = small.site / "secciones" / "municipios"
    short = {place.code: slug(place.short) for place in careful.places}
    few = (folder / f"{short[FEW]}.html").read_text(encoding="utf-8")
    rough = (folder / f"{short[IMPRECISE]}.html").read_text(encoding="utf-8")
    assert not_printed.CONFIDENTIAL.sentence in few.lower() and not_printed.IMPRECISE.sentence not in few.lower()
    assert not_printed.IMPRECISE.sentence in rough.lower() and not_printed.CONFIDENTIAL.sentence not in rough.lower()
    # Words and symbol of each in the tables, and what they stand for; pages, Word and the workbook alike.
    brief = (small.site / LAST / "brief.html").read_text(encoding="utf-8")
    document = Document(str(small.site / LAST / "brief.docx"))
    cells = {reading.settled(cell.text) for table in document.tables for row in table.rows for cell in row.cells}
    captions = reading.settled(" ".join(paragraph.text for paragraph in document.paragraphs))
    for reason in (not_printed.CONFIDENTIAL, not_printed.IMPRECISE):
        assert reason.cell in html.unescape(brief).replace("\u00a0", not_printed.NBSP), reason
        assert reading.settled(reason.cell) in cells
        assert reading.settled(f"{reason.mark} {reason.note}") in captions
    alternatives = re.findall(r'data-figure="lugares"[^>]*aria-label="([^"]*)"|aria-label="(Del [^"]*)"', brief)
    said = " ".join(map(" ".join, alternatives)) or brief
    assert "(confidencial)" in said and "(poco precisa)" in said
    theme = next(
        rows for name, rows in files.workbook(small.site / LAST / "tabulados.xlsx").items() if name.startswith("Perc")
    )
    assert {"[c]", "**"} <= {cell for row in theme for cell in row}


def test_a_table_without_missing_figures_explains_no_symbols() -> None:
    assert not_printed.legend("75.4 no se preguntó") == ""
    assert not_printed.legend(not_printed.CONFIDENTIAL.cell).startswith(f"[c]{not_printed.NBSP}confidencial")
