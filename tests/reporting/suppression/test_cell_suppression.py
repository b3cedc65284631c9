"""Recognisable cells are in no output, and cannot be rebuilt by subtraction."""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common.files import read_table, write_table
from pulsometro.questionnaire.crossings import cell_parts
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.reporting.language import not_printed, sentences
from pulsometro.reporting.language.traced_text import slug
from pulsometro.reporting.row_key import BAR, RowKey
from pulsometro.reporting.suppression.cell_suppression import without_recognisable
from pulsometro.reporting.suppression.linear_attack import Answers, Structure, Universe, parted, structure_of
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.study import Study
from tests.reporting import checking_files as files
from tests.reporting import reading
from tests.reporting.checking import without_exempt
from tests.reporting.checking_pages import check_page
from tests.reporting.conftest import LAST
from tests.reporting.made import project

pytestmark = pytest.mark.slow

IDS = ["wave", "indicator", "category", "statistic", "domain_kind", "domain"]
UNKNOWN = Structure({}, {})
NO_CHANGES = pd.DataFrame(columns=[*IDS, "reference_wave"])
Domain = tuple[str, str]


def table(rows: list[tuple[str, str, str, int, int]]) -> pd.DataFrame:
    """Rows of (category, domain kind, domain, n, n_category)."""
    made = pd.DataFrame(rows, columns=["category", "domain_kind", "domain", "n", "n_category"])
    return made.assign(wave="w", indicator="i", statistic="proportion")


def left(rows: list[tuple[str, str, str, int, int]], rules: Confidentiality) -> set[tuple[str, str]]:
    kept = without_recognisable(table(rows), NO_CHANGES, rules, lambda _: UNKNOWN).estimates
    return set(zip(kept["category"], kept["domain"], strict=True))


def test_a_small_base_goes_and_another_domain_with_it() -> None:
    rows = [("a", "total", "total", 300, 90), ("a", "m", "1", 5, 2), ("a", "m", "2", 140, 40), ("a", "m", "3", 155, 48)]
    assert left(rows, Confidentiality(min_base=10)) == {("a", "total"), ("a", "3")}


def test_a_small_count_takes_a_second_category_with_it() -> None:
    rows = [(c, "total", "total", 200, k) for c, k in (("a", 120), ("b", 58), ("c", 20), ("d", 2))]
    assert left(rows, Confidentiality(min_base=0, min_count=3)) == {("a", "total"), ("b", "total")}


def test_an_empty_answer_hides_nothing() -> None:
    rows = [(c, "total", "total", 200, k) for c, k in (("a", 140), ("b", 58), ("c", 0), ("d", 2))]
    assert left(rows, Confidentiality(min_base=0, min_count=3)) == {("a", "total"), ("c", "total")}


def test_everybody_else_counts_too() -> None:
    rows = [("a", "total", "total", 200, 199)]
    assert left(rows, Confidentiality(min_base=0, min_count=3)) == set()


def test_zero_is_no_person_and_nothing_goes_when_nothing_is_small() -> None:
    rows = [("a", "total", "total", 200, 0), ("b", "total", "total", 200, 200)]
    assert len(left(rows, Confidentiality(min_base=10, min_count=3))) == 2
    assert len(left([("a", "m", "1", 0, 0)], Confidentiality(min_base=10))) == 1


def test_changes_from_or_to_a_withheld_cell_go_too() -> None:
    now = table([("a", "total", "total", 5, 2)])
    changes = pd.DataFrame(
        [("w", "v"), ("x", "w"), ("y", "x")], columns=["wave", "reference_wave"]
    ).assign(indicator="i", category="a", statistic="proportion", domain_kind="total", domain="total")  # fmt: skip
    kept = without_recognisable(now, changes, Confidentiality(min_base=10), lambda _: UNKNOWN)
    assert list(kept.changes["wave"]) == ["y"]
    assert kept.withheld == {RowKey("w", "i", "a", "proportion", "total", "total")}


def test_the_rule_can_be_turned_off() -> None:
    rows = table([("a", "total", "total", 1, 1)])
    kept = without_recognisable(rows, NO_CHANGES, replace(Confidentiality(), min_base=0), lambda _: UNKNOWN)
    assert len(kept.estimates) == 1


# --- subtraction, by another road ---------------------------------------------------------------


def is_determined(
    secret: tuple[frozenset[int], Domain],
    published: Iterable[tuple[frozenset[int], Domain]],
    codes: Iterable[int],
    domains: Iterable[Domain],
) -> bool:
    """Whether published sums of answers give another: by the rank of the whole matrix (numpy), answers adding to
    a known base and domains to what they part."""
    hierarchy = parted(domains)
    every = sorted({*domains, *(parent for parent, _ in hierarchy)})
    at = {unknown: i for i, unknown in enumerate(product(sorted(codes), every))}

    def row(parts: Iterable[tuple[tuple[int, Domain], int]]) -> np.ndarray:
        made = np.zeros(len(at))
        for unknown, sign in parts:
            made[at[unknown]] += sign
        return made

    known = [row(((c, domain), 1) for c in some) for some, domain in published]
    known += [row(((c, domain), 1) for c in codes) for domain in every]
    for (parent, _), parts in hierarchy.items():
        known += [row([((c, parent), 1), *(((c, part), -1) for part in parts)]) for c in codes]
    wanted = row(((c, secret[1]), 1) for c in secret[0])
    matrix = np.array(known)
    return bool(np.linalg.matrix_rank(np.vstack([matrix, wanted])) == np.linalg.matrix_rank(matrix))


CODES = (1, 2, 3)
SHARES = {"one": frozenset({1}), "some": frozenset({2, 3}), **{f"d{code}": frozenset({code}) for code in CODES}}
DOMAINS: tuple[Domain, ...] = (
    ("total", "total"), *(("m", m) for m in "abc"), *(("s", s) for s in "12"),
    *(("m*s", f"{m}*{s}") for m in "abc" for s in "12"),
)  # fmt: skip
UNIVERSE = Universe("item", "u")
STRUCTURE = Structure(
    {(name.rstrip("123") if name[0] == "d" else name, name): Answers(UNIVERSE, SHARES[name]) for name in SHARES},
    {UNIVERSE: frozenset(CODES)},
)


def survey(counts: list[int]) -> pd.DataFrame:
    """Every indicator of one item in every domain, from the counts of (place, sex, answer)."""
    cells = dict(zip(product("abc", "12", CODES), counts, strict=True))
    rows = []
    for (indicator, category), answers in STRUCTURE.counted.items():
        for kind, domain in DOMAINS:
            wanted = dict(cell_parts(kind, domain))
            inside = {k: n for k, n in cells.items() if wanted.get("m", k[0]) == k[0] and wanted.get("s", k[1]) == k[1]}
            n, part = sum(inside.values()), sum(n for k, n in inside.items() if k[2] in answers.codes)
            rows.append(("w", indicator, category, "proportion", kind, domain, n, part))
    return pd.DataFrame(rows, columns=[*IDS, "n", "n_category"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from((1, 2, 4, 6, 9, 40, 80)), min_size=18, max_size=18))
def test_no_small_cell_is_determined_by_what_is_left(counts: list[int]) -> None:
    rows = survey(counts)
    rules = Confidentiality(min_base=15, min_count=3)
    small = rows[
        rows["n"].between(1, 14) | rows["n_category"].between(1, 2) | (rows["n"] - rows["n_category"]).between(1, 2)
    ]
    kept = without_recognisable(rows, NO_CHANGES, rules, lambda _: STRUCTURE).estimates
    shown = {(SHARES[c], (k, d)) for c, k, d in kept[["category", "domain_kind", "domain"]].itertuples(index=False)}
    for category, kind, domain in small[["category", "domain_kind", "domain"]].itertuples(index=False):
        secret = (SHARES[category], (kind, domain))
        assert secret not in shown
        assert not is_determined(secret, shown, CODES, DOMAINS), (secret, sorted(map(str, shown)))
    # Nor the number of interviews of a domain that has too few.
    bases = {(frozenset({0}), domain) for _, domain in shown}
    for kind, domain in set(small[small["n"] < 15][["domain_kind", "domain"]].itertuples(index=False, name=None)):
        codes_of_base = (0, 9)
        assert not is_determined((frozenset({0}), (kind, domain)), bases, codes_of_base, DOMAINS)


def test_little_is_withheld_where_little_is_small() -> None:
    counts = [40] * 18
    # Two women of place a gave the third answer.
    counts[list(product("abc", "12", CODES)).index(("a", "2", 3))] = 2
    kept = without_recognisable(survey(counts), NO_CHANGES, Confidentiality(min_count=3), lambda _: STRUCTURE)
    gone = kept.withheld
    assert {(g.category, g.domain) for g in gone if g[4:] == ("m*s", "a*2")} >= {("d3", "a*2")}
    assert all(g.domain_kind == "m*s" for g in gone)
    # The answer and one other, in two places and both sexes: a rectangle of eight cells, as rows of two indicators.
    assert len({(g.category, g.domain) for g in gone if g.indicator == "d"}) == 8


def test_two_indicators_of_one_item_count_the_same_answers(study: Study) -> None:
    found = structure_of(study.indicators.by_name, study.questionnaire(LAST))
    wide, one = found.counted["inseguridad_amplia", "poco o nada seguro"], found.counted["seg_municipio", "seguro"]
    assert wide.universe == one.universe and found.complete[wide.universe] == wide.codes | one.codes
    assert found.counted["no_denuncia", "no"].universe != found.counted["victimizacion", "sí"].universe


# --- every output -------------------------------------------------------------------------------

FEW, RARE, IMPRECISE = "19018", ("conf_marina", "nada", "19046"), "19039"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with four interviews in one municipality, two people in one answer, and an imprecise headline."""
    from pulsometro.reporting.site import run as run_site
    from pulsometro.reporting.stage import run

    rule = {'  licence: "CC BY 4.0"\n': '  licence: "CC BY 4.0"\n  confidentiality: {min_base: 10, min_count: 3}\n'}
    study = project(tmp_path_factory.mktemp("small"), rule)
    path = study.series(f"waves/{LAST}/estimates.parquet")
    rows = read_table(path)
    now = rows["wave"] == LAST
    rows.loc[now & (rows["domain"] == FEW), "n"] = 4
    rare = now & (rows["indicator"] == RARE[0]) & (rows["category"] == RARE[1]) & (rows["domain"] == RARE[2])
    rows.loc[rare, "n_category"] = 2
    headline = now & (rows["indicator"] == "inseguridad_amplia") & (rows["domain"] == IMPRECISE)
    rows.loc[headline, ["precision", "publishable", "reason"]] = ["low", False, "imprecise"]
    assert rare.sum() == headline.sum() == 1
    write_table(rows, path)
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
