"""What stands in a file beside its table: rows of headings, lines of text below, folios that a workbook shows as dates,
text under a workbook's name. Each is said as what it is, and the remedy that is said reads the file.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from pulsometro.cli import main
from tests.bad_inputs import codes_numbers as c

pytestmark = pytest.mark.slow

Cells = Mapping[str, str]


def _run(folder: Path, monkeypatch: pytest.MonkeyPatch, verb: str = "ingest") -> Result:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, [verb, c.WAVE])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def _with_row(folder: Path, cells: Cells, place: int, changes: Mapping[str, str] | None = None) -> None:
    """The sound delivery with one row more, of so many cells."""
    frame = c.good().astype(object)
    row = pd.DataFrame([{name: cells.get(name, "") for name in frame}])
    c.write(folder, c.Case(lambda _: pd.concat([frame.iloc[:place], row, frame.iloc[place:]]), ""), dict(changes or {}))


HEADINGS: Mapping[str, Cells] = {
    "numbers of the columns": {name: str(k) for k, name in enumerate(c.good(), 1)},
    "options of a multiple answer": {"M": "Radio", "OTRA": "Response"},
    "units": {"FECHA": "dd/mm/aaaa", "EDAD": "años", "SEXO": "1/2", "P1": "1 a 4"},
}


@pytest.mark.parametrize("name", HEADINGS)
def test_a_second_row_of_headings_names_the_key_that_reads_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_row(tmp_path, HEADINGS[name], 0)
    said = _run(tmp_path, monkeypatch)
    assert said.exit_code == 1 and "row 2: it holds further headings" in said.output, said.output
    assert "say delivery.header_rows: 2" in said.output
    _with_row(tmp_path, HEADINGS[name], 0, c.key("header_rows", "2"))
    assert "40 rows = 40 accepted + 0 quarantined" in _run(tmp_path, monkeypatch).output


ASKED = {
    "P5": "¿Víctima?",
    "P5A": "¿Denunció?",
    "SEXO": "Sexo",
    "EDAD": "Edad",
    "MUN": "¿Dónde vive?",
    "FECHA": "Fecha",
}


@pytest.mark.parametrize(
    ("texts", "stops"), [(ASKED, False), ({**ASKED, "P5": ASKED["P5A"], "P5A": ASKED["P5"]}, True)]
)
def test_what_a_row_of_headings_asks_is_held_against_the_questionnaire(
    texts: Cells, stops: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_row(tmp_path, texts, 0, c.key("header_rows", "2"))
    assert "40 rows = 40 accepted" in _run(tmp_path, monkeypatch).output
    told = _run(tmp_path, monkeypatch, "check").output
    assert ("metadata.text_swapped" in told) is stops, told
    assert ("STOPS" in told) is stops


@pytest.mark.parametrize("line", ["Fuente: elaboración propia", "(40 filas afectadas)", "Nota: datos preliminares"])
def test_a_line_below_the_interviews_is_no_folio(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_row(tmp_path, {"FOLIO": line}, 40)
    said = _run(tmp_path, monkeypatch).output
    assert "row 42: a line of text below the interviews" in said, said
    _with_row(tmp_path, {}, 40)
    assert "40 rows = 40 accepted" in _run(tmp_path, monkeypatch).output


def _shown_as_dates(frame: pd.DataFrame, path: Path) -> None:
    frame.assign(FOLIO=range(1, c.ROWS + 1)).to_excel(path, index=False)
    book = load_workbook(path)
    for row in range(2, c.ROWS + 2):
        book.active[f"A{row}"].number_format = "dd/mm/yyyy"
    book.save(path)


def test_folios_that_a_workbook_shows_as_dates_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = c.Case(lambda frame: frame, "", suffix=".xlsx", write=_shown_as_dates)
    c.write(tmp_path, case, {})
    assert "(and 39 more): a spreadsheet made a date of the folio" in _run(tmp_path, monkeypatch).output


def test_text_that_is_called_a_workbook_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def text(frame: pd.DataFrame, path: Path) -> None:
        frame.to_csv(path, index=False, sep="\t")

    c.write(tmp_path, c.Case(lambda frame: frame, "", suffix=".xls", write=text), {})
    assert r"the content is not .xls (it looks like text" in _run(tmp_path, monkeypatch).output


@pytest.mark.parametrize("name", ["sexo", "grupo/SEXO", "datos.SEXO", "SEXO. Sexo", "SEXO[1]"])
def test_a_name_with_its_group_or_text_is_proposed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = c.Case(lambda frame: frame.rename(columns={"SEXO": name}), "")
    c.write(tmp_path, renamed, {})
    said = _run(tmp_path, monkeypatch).output
    assert "the column 'SEXO' (item sexo) is not in the file; did it become " in said, said
    c.write(tmp_path, renamed, {"sexo: SEXO": f'sexo: "{name}"'})
    assert "40 rows = 40 accepted" in _run(tmp_path, monkeypatch).output
