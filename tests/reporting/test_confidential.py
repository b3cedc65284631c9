"""Recognisable cells are in no output, and cannot be rebuilt by subtraction."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline.files import read_table, write_table
from pipeline.reporting.additive import Structure
from pipeline.reporting.confidential import without_recognisable
from pipeline.settings.reporting import Confidentiality
from pipeline.study import Study, load_study
from tests.reporting.made import project

IDS = ["wave", "indicator", "category", "statistic", "domain_kind", "domain"]


def table(rows: list[tuple[str, str, str, int, int]]) -> pd.DataFrame:
    """Rows of (category, domain kind, domain, n, n_category)."""
    made = pd.DataFrame(rows, columns=["category", "domain_kind", "domain", "n", "n_category"])
    return made.assign(wave="w", indicator="i", statistic="proportion")


UNKNOWN = Structure({}, {})
NO_CHANGES = pd.DataFrame(columns=[*IDS, "reference_wave"])


def left(rows: list[tuple[str, str, str, int, int]], rules: Confidentiality) -> set[tuple[str, str]]:
    kept = without_recognisable(table(rows), NO_CHANGES, rules, lambda _: UNKNOWN).estimates
    return set(zip(kept["category"], kept["domain"], strict=True))


def test_a_small_base_goes_and_another_domain_with_it() -> None:
    rows = [("a", "total", "total", 300, 90), ("a", "m", "1", 5, 2), ("a", "m", "2", 140, 40), ("a", "m", "3", 155, 48)]
    assert left(rows, Confidentiality(min_base=10)) == {("a", "total"), ("a", "3")}


def test_a_small_count_takes_a_second_category_with_it() -> None:
    rows = [(c, "total", "total", 200, k) for c, k in (("a", 120), ("b", 58), ("c", 20), ("d", 2))]
    assert left(rows, Confidentiality(min_base=0, min_count=3)) == {("a", "total"), ("b", "total")}


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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study in which one municipality answered with four interviews."""
    study = project(tmp_path_factory.mktemp("small"))
    path = study.series("waves/2013T2/estimates.parquet")
    rows = read_table(path)
    mine = (rows["wave"] == "2013T2") & (rows["domain"] == "19018")
    rows.loc[mine, "n"] = 4
    write_table(rows, path)
    return load_study(study.root)


def test_withheld_places_are_in_no_file(small: Study) -> None:
    from pipeline.reporting.stage import run
    from tests.reporting import reading

    run(small, "2013T2")
    folder: Path = small.site / "2013T2"
    page = (folder / "brief.html").read_text(encoding="utf-8")
    gone = {t.key for t in reading.read_page(page)[0] if t.key.endswith("|19018")}
    assert gone == set()
    # García and, so that it cannot be rebuilt, one more: both tiles say that nothing is published.
    assert page.count("no se publica") >= 2
    import openpyxl

    detail = openpyxl.load_workbook(folder / "tabulados.xlsx")["Detalle"]
    domains = {row[4].value for row in detail.iter_rows(min_row=4)}
    assert "19018" not in domains
    assert len([d for d in domains if d and str(d).startswith("19")]) < 9


def test_the_rule_can_be_turned_off() -> None:
    rows = table([("a", "total", "total", 1, 1)])
    kept = without_recognisable(rows, NO_CHANGES, replace(Confidentiality(), min_base=0), lambda _: UNKNOWN)
    assert len(kept.estimates) == 1
