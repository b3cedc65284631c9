"""Every broken delivery ends in one sentence with file, place and remedy, and writes nothing."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.study.withheld import REMEDY
from tests.bad_inputs import broken as b
from tests.bad_inputs.broken import WAVE, Break, swap
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

SAV, CSV = "datos.sav", "datos.csv"


def _merge(book) -> None:
    book.active.merge_cells("A1:B1")


def _second_sheet(book) -> None:
    book.create_sheet("Otra")["A1"] = "x"


def _hidden_only_data(book) -> None:
    book.active.sheet_state = "hidden"
    book.create_sheet("Portada")["A1"] = "Encuesta"


def _formula(book) -> None:
    book.active["H5"] = "=20+20"


def _error_cell(book) -> None:
    book.active["G4"] = "#N/A"


def _title_row(book) -> None:
    book.active.insert_rows(1)
    book.active["A1"] = "Resultados de la encuesta"


def _second_names(book) -> None:
    book.active.insert_rows(2)
    for place in range(15):
        book.active.cell(2, place + 1, "texto")


def _totals(book) -> None:
    book.active.append(["Total", 60])


def _empty_sheet(book) -> None:
    book.active.delete_rows(1, 100)


def _rows(**columns: object):
    return b.table(lambda frame: frame.assign(**columns))


def _first(column: str, value: object):
    """The first three rows of a column replaced."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        changed = frame.astype({column: object})
        changed.loc[:2, column] = value
        return changed

    return b.table(change)


CASES: dict[str, tuple[Break, str]] = {
    # The file itself
    "missing file": (lambda f: b.raw(f).unlink(missing_ok=True), r"datos\.csv: the delivered file is missing"),
    "empty file": (b.content(CSV, b""), r"empty \(0 bytes\)"),
    "a folder in its place": (lambda f: b.raw(f).mkdir(), r"datos\.csv: the delivered file is missing"),
    "header only": (b.table(lambda frame: frame.iloc[:0]), "column names but no rows"),
    "truncated sav, half": (b.damaged(SAV, b.cut(0.5)), r"datos\.sav: (?:its header .* so it|the file) is cut short"),
    "truncated sav, 99 %": (b.damaged(SAV, b.cut(0.99)), "so it is cut short|cut short or damaged"),
    "truncated sav, header": (b.damaged(SAV, b.cut(0.01)), "cut short or damaged"),
    "bits flipped in a sav's dictionary": (b.damaged(SAV, b.flipped(176, 180, 184)), "cut short or damaged"),
    "bits flipped in a sav's magic": (b.damaged(SAV, b.flipped(1)), r"the content is not \.sav"),
    "csv called sav": (b.content(SAV, b.good_bytes()), r"the content is not \.sav"),
    "sav called csv": (b.damaged(SAV, bytes), "never used"),
    "truncated dta": (b.damaged("datos.dta", b.cut(0.6)), "cut short or damaged"),
    "truncated parquet": (b.damaged("datos.parquet", b.cut(0.6)), "cut short or damaged"),
    "truncated xlsx": (b.damaged("datos.xlsx", b.cut(0.6)), r"damaged or no \.xlsx"),
    "web page called xls": (b.content("datos.xls", b"<html><table><tr><td>1"), r"not \.xls \(it is a web page"),
    "xlsx called xls": (b.content("datos.xls", b"PK\x03\x04" + bytes(60)), r"not \.xls"),
    "text called por": (b.content("datos.por", b"nothing portable here" * 40), "cut short or damaged"),
    "zeros called sas7bdat": (b.content("datos.sas7bdat", bytes(4096)), r"not \.sas7bdat"),
    "sas7bdat cut after its magic": (
        b.content("datos.sas7bdat", bytes.fromhex("000000000000000000000000c2ea8160") + bytes(400)),
        "cut short or damaged",
    ),
    "a Word file": (b.content("datos.docx", b"PK\x03\x04"), r"'\.docx' is not a format"),
    # Zips
    "truncated zip": (b.damaged("datos.zip", b.cut(0.7)), "the zip is damaged"),
    "zip with flipped bits": (b.damaged("datos.zip", b.flipped(60, 61, 62)), "the zip is damaged"),
    "zip without table": (b.zipped({"leeme.txt.pdf": b"x"}), "no member matches .*it holds no table at all"),
    "zip with two tables": (b.zipped({"a.csv": b.good_bytes(), "b.csv": b.good_bytes()}), "more than one member"),
    "zip with a broken table": (
        b.zipped({"datos/tabla.csv": b.good_bytes() + b"F9,x"}),
        r"datos\.zip, member datos/tabla\.csv, line 62: 2 values for 15 columns",
    ),
    "zip that climbs out": (b.zipped({"../../etc/datos.csv": b.good_bytes()}), "points outside the zip"),
    "zip with an absolute name": (b.zipped({"/etc/datos.csv": b.good_bytes()}), "points outside the zip"),
    "zip with a drive's name": (b.zipped({"C:\\datos.csv": b.good_bytes()}), "points outside the zip"),
    "zip bomb": (b.zip_bomb, r"would grow to 128 MB"),
    "zip that lies about its size": (b.lying_zip, "the zip is damaged"),
    "encrypted zip": (b.encrypted_zip, "the zip is encrypted"),
    "zip in a zip": (b.nested_zip, r"the content is not \.csv"),
    "zip pattern without match": (
        lambda f: (
            b.zipped({"a.csv": b.good_bytes()})(f),
            d.write_study(f, "datos.zip", swap("  respondent: FOLIO", '  member: "*cb*.csv"\n  respondent: FOLIO')),
        )[0],
        r"no member matches '\*cb\*\.csv'",
    ),
    # Text files
    "another encoding than declared": (
        lambda f: (
            b.text(str, "cp1252")(f),
            d.write_study(f, CSV, swap("  respondent: FOLIO", "  encoding: utf-8\n  respondent: FOLIO")),
        )[0],
        r"line 2: the text is not utf-8",
    ),
    "an encoding that nobody knows": (
        b.questionnaire(swap("  respondent: FOLIO", "  encoding: utf8-mexico\n  respondent: FOLIO")),
        "no known encoding",
    ),
    "NUL bytes": (b.text(lambda t: t.replace("F00009", "F\x00009")), "NUL bytes"),
    "UTF-16 without its mark": (b.text(str, "utf-16-le"), "UTF-16 without its mark; say delivery.encoding: .utf-16-le"),
    "two files pasted together": (b.text(lambda t: t + "\ufeff" + t), "byte-order mark in the middle"),
    "decimal commas and points": (
        lambda f: d.write_csv(
            d.good().assign(MINUTOS=["10,5", "11.5"] * 30), b.raw(f), sep=";"
        ),
        "decimal comma and some a point",
    ),
    "a row cut short": (b.text(lambda t: "\n".join([*t.splitlines()[:5], "F9,Río Alto"])), "line 6: 2 values for 15"),
    "a row shifted": (b.text(lambda t: t.replace("F00009,", "F00009,,")), r"line 10: 16 values for 15"),
    "an open quote": (b.text(lambda t: t.replace("F00009,", '"F00009,')), "a quote is open"),
    "a field of two megabytes": (b.text(lambda t: t.replace("F00009", "F" * 2_000_000)), "not a readable record"),
    "no delimiter": (b.content(CSV, b"FOLIO\nF1\nF2\n"), "no delimiter"),
    "a blank first line": (b.text(lambda t: ",,,,\n" + t), "the column names stand in row 2; delete what is above"),
    "a title above the names in text": (
        b.text(lambda t: "Encuesta de seguridad\n\n" + t), "the column names stand in row 3"
    ),
    "a spreadsheet's sep line": (b.text(lambda t: "sep=,\n" + t), "the column names stand in row 2"),
    "a million columns": (b.content(CSV, b",".join(b"c%d" % k for k in range(10**6)) + b"\n1\n"), "1,000,000 columns"),
    # Columns
    "a column gone": (b.table(lambda frame: frame.drop(columns="P2")), r"'P2' \(item conf_b\) is not in the file"),
    "a column renamed": (b.table(lambda frame: frame.rename(columns={"EDAD": "EDAD_"})), r"did it become 'EDAD_'\?"),
    "a column in lower case": (b.table(lambda frame: frame.rename(columns={"SEXO": "sexo"})), r"did it become 'sexo'"),
    "the folio's column gone": (b.table(lambda frame: frame.drop(columns="FOLIO")), r"'FOLIO' \(respondent"),
    "a wanted column twice": (b.text(lambda t: t.replace("OTRA", "SEXO")), "two columns are called 'SEXO'"),
    # Rows
    "a folio twice": (_rows(FOLIO=["F1", "F1"] + [f"G{k}" for k in range(58)]), r"folio F1 is in rows 2, 3"),
    "no folio at all": (_rows(FOLIO=""), "not one of 60 rows can be accepted"),
    "telephones as folios": (
        b.table(lambda frame: frame.assign(FOLIO=frame["TEL"])), r"row 2: the folio is the telephone number \(in 60"
    ),
    "an unknown code": (_first("P1", 6), r"column P1 \(item conf_a\), 3 rows \(2, 3, 4\): '6' is a code"),
    "unknown codes in several columns": (_rows(P1=6, P2=7), r"1 more with unknown values: P2"),
    "labels instead of codes": (_rows(SEXO="Masculino"), "a text of 9 letters is a code that the crosswalk does not"),
    "an unknown municipality": (_first("MUN", "Rio Alta"), r"the nearest is 'Río Alto'"),
    "a municipality like no other": (_first("MUN", "Zzyzx"), "a text of 5 letters is no municip"),
    "ages in words": (_first("EDAD", "cuarenta"), r"'cuarenta' is not a whole number"),
    "ages with decimals": (_first("EDAD", "40.5"), r"'40.5' is not a whole number"),
    "every age out of range": (_rows(EDAD=120), r"most: out of range in item edad"),
    "no sex at all": (_rows(SEXO=""), r"most: required missing in item sexo"),
    "dates in words": (_first("FECHA", "ayer"), r"column FECHA .*a text of 4 letters is not a date"),
    "dates as serials": (_rows(FECHA=43840), r"a spreadsheet's day numbers: say delivery.columns.fecha.format"),
    "dates day first": (_rows(FECHA="15/01/2020"), r"all of them read as %d/%m/%Y: say delivery.columns.fecha.format"),
    "dates that read two ways": (_rows(FECHA="05/01/2020"), r"may be read as %d/%m/%Y or as %m/%d/%Y"),
    "dates written in two ways": (_first("FECHA", "15/01/2020"), r"in 2 ways \(57 as %Y-%m-%d, 3 as %d/%m/%Y"),
    "another wave's file": (_rows(FECHA="2019-10-15"), r"100% of the interviews are dated outside"),
    "an infinite number": (_first("MINUTOS", "inf"), r"is not a finite number"),
    "thousands divided by commas": (_rows(MINUTOS="1,234"), r"thousands or decimals; say delivery.thousands"),
    "thousands and decimals": (_rows(MINUTOS="1,234.5"), r"marks between the thousands"),
    "folios that a spreadsheet rounded": (_rows(FOLIO="2.01E+11"), r"wrote the folios as 2\.01E\+11"),
    "a workbook with a password": (
        b.content("datos.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000)), "or a workbook with a password"
    ),
    "text called xlsx": (b.content("datos.xlsx", b.good_bytes()), r"the content is not \.xlsx \(it looks like text"),
    "a PDF called sav": (b.content(SAV, b"%PDF-1.4 " + bytes(50)), r"it is a PDF"),
    "a number in words": (_first("MINUTOS", "doce"), r"is not a finite number"),
    # Workbooks
    "merged header": (b.workbook(_merge), r"cells A1:B1: merged cells"),
    "two sheets": (b.workbook(_second_sheet), r"shows 2 sheets \(Sheet1, Otra\)"),
    "the data in a hidden sheet": (b.workbook(_hidden_only_data), r"column 'FOLIO' .*is not in the file"),
    "a formula without result": (b.workbook(_formula), r"cell H5: a formula without result"),
    "an error in a cell": (b.workbook(_error_cell), r"column SEXO, row 4: the cell holds the error #N/A"),
    "a title above the names": (b.workbook(_title_row), r"sheet Sheet1: the column names stand in row 2"),
    "a second row of names": (b.workbook(_second_names), "row 2: it holds further headings"),
    "a row of totals": (b.workbook(_totals), "row 62: a row of totals or means"),
    "an empty sheet": (b.workbook(_empty_sheet), "holds no column names"),
    "a sheet that is not there": (
        lambda f: (
            b.damaged("datos.xlsx", bytes)(f),
            d.write_study(f, "datos.xlsx", swap("  respondent: FOLIO", "  sheet: Base\n  respondent: FOLIO")),
        )[0],
        r"no sheet 'Base' \(it has Sheet1\)",
    ),
    # Questionnaire
    "a key twice": (b.questionnaire(swap("  conf_b:", "  conf_a:")), r"2020T1\.yaml, line \d+: found dupl"),
    "no YAML": (b.questionnaire(lambda t: t + "items: [\n"), r"2020T1\.yaml, line \d+"),
    "a skip to a missing item": (b.questionnaire(swap("ask_if: victima == 1", "ask_if: robo == 1")), "on 'robo'"),
    "a circular skip": (
        b.questionnaire(swap('label: Víctima, codes', 'label: Víctima, ask_if: denuncia == 1, codes')),
        "go in a circle",
    ),
    "a skip that is no condition": (
        b.questionnaire(swap("ask_if: victima == 1", "ask_if: __import__('os').system('x')")),
        "may only compare items with codes",
    ),
    "a misspelt key": (b.questionnaire(swap("required: true", "requird: true")), "did you mean 'required'"),
    "a crosswalk to a code that is not": (b.questionnaire(swap("{4: 1, 3: 2", "{4: 5, 3: 2")), "maps to code 5"),
    "an item without column": (b.questionnaire(swap("    conf_a: P1\n", "")), "does not say where item 'conf_a' is"),
    "a column for no item": (b.questionnaire(swap("    conf_a: P1", "    conf_a: P1\n    conf_z: P9")), "'conf_z'"),
    "a code that is answer and missing": (
        b.questionnaire(swap("missing: {8: no_sabe, 9: no_contesta}", "missing: {4: no_sabe}")),
        "both an answer and a kind of missing",
    ),
    "the name of another wave": (b.questionnaire(swap('wave: "2020T1"', 'wave: "2020T3"')), "the file's own name"),
    "a TODO left": (b.questionnaire(swap("conf_a: P1", "conf_a: TODO")), "still TODO"),
    "extends what is not there": (b.questionnaire(lambda t: "extends: nada\n" + t), "'extends' names nada.yaml"),
    "a questionnaire in Windows-1252": (
        lambda f: (
            d.prepared(f),
            (f / "questionnaires/2020T1.yaml").write_bytes(d.QUESTIONNAIRE.encode("cp1252")),
        )[0],
        "not readable as UTF-8",
    ),
    "no questionnaire": (
        lambda f: (d.prepared(f), (f / "questionnaires/2020T1.yaml").unlink())[0], "wave 2020T1 has no questionnaire"
    ),
    # Parameters
    "a misspelt key in params": (b.params(swap("interviews_per_area", "interviews_per_aera")), "did you mean"),
    "a wave twice in params": (b.params(swap("municipalities:", "municipalities: []\nmunicipalities:")), "duplicate"),
    "fieldwork that ends before it starts": (b.params(swap("2020-01-31", "2020-01-01")), "ends before it starts"),
    "a date that is none": (b.params(swap("2020-01-31", "2020-01-32")), r"fieldwork\.end"),
    "a municipality's code twice": (b.params(swap('cve_geo: "01002"', 'cve_geo: "01001"')), "lists 01001 twice"),
    "an alias for two": (b.params(swap('short: "San Ángel"', 'short: "rio alto"')), "stands for 01001 and 01002"),
    "no params": (lambda f: (d.prepared(f), (f / "params.yaml").unlink())[0], "no params.yaml here or above"),
    # Call attempts
    "call attempts missing": (b.attempts(None), r"llamadas\.csv: the delivered file is missing"),
    "call attempts with telephones": (b.attempts("id,n\n8112345678,1\n8187654321,2\n"), "look like telephone numbers"),
    "call attempts in an unknown place": (
        b.attempts("municipio,n\nNarnia,1\n"), r"row 2 \(1 of such rows\): a text of 6 letters is no m"
    ),
}  # fmt: skip
del CASES["sav called csv"]


def _sav_called_csv(folder: Path) -> None:
    path = b.raw(folder, SAV)
    d.write_sav(d.good(), path)
    path.rename(b.raw(folder))


CASES["sav called csv"] = (_sav_called_csv, r"looks like \.sav")


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES)
def test_one_sentence(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it, message = CASES[case]
    break_it(tmp_path)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["ingest", WAVE])
    assert isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    errors = [line for line in result.output.splitlines() if line.strip()]
    assert len(errors) == 1 and errors[0].startswith("Error: "), result.output
    assert pd.Series([errors[0]]).str.contains(message, regex=True).all(), errors[0]
    assert len(errors[0]) < 600
    # Nothing but why: what the error said, for the check and for the chain's last word; of params.yaml not even that.
    left = [p for p in (tmp_path / "processed").rglob("*") if p.is_file()]
    assert [p.relative_to(tmp_path).as_posix() for p in left] in ([], [f"processed/{WAVE}/ingest/withheld.json"])
    for path in left:
        record = json.loads(path.read_text(encoding="utf-8"))
        told = errors[0].replace(f"{tmp_path}/", "")
        assert record["stage"] == "ingest" and record["cause"] in told and record["place"] in told
        assert record["remedy"] in told or record["remedy"] == REMEDY
        assert record["place"] and record["remedy"]
    assert left or "params.yaml" in errors[0]


def test_an_earlier_runs_responses_do_not_outlive_a_refused_delivery(tmp_path: Path, monkeypatch) -> None:
    d.prepared(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["ingest", WAVE]).exit_code == 0
    d.write_csv(d.good().assign(P1=6), tmp_path / "raw" / WAVE / CSV)
    assert CliRunner().invoke(main, ["ingest", WAVE]).exit_code == 1
    left = [p.name for p in (tmp_path / "processed" / WAVE).rglob("*") if p.is_file()]
    assert left == ["withheld.json"]


def test_trailing_blanks_and_padded_codes_are_no_error(tmp_path: Path, monkeypatch) -> None:
    frame = d.good()
    d.prepared(tmp_path, frame.assign(SEXO="0" + frame["SEXO"].astype(str) + "  ", FOLIO=frame["FOLIO"] + " "))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["ingest", WAVE])
    assert "60 rows = 60 accepted + 0 quarantined" in result.output


@pytest.mark.parametrize("case", ["zip bomb", "a million columns", "a field of two megabytes"])
def test_memory_stays_bounded(case: str, tmp_path: Path) -> None:
    CASES[case][0](tmp_path)
    code = (
        "import sys, resource\nfrom click.testing import CliRunner\nfrom pulsometro.cli import main\n"
        f"r = CliRunner().invoke(main, ['ingest', '{WAVE}'])\n"
        "print(r.exit_code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    exit_code, megabytes = map(int, done.stdout.split())
    assert exit_code == 1
    assert megabytes < 600


@pytest.mark.parametrize("seed", range(25))
def test_random_bit_flips_never_end_in_a_traceback(seed: int, tmp_path: Path, monkeypatch) -> None:
    rng = np.random.default_rng(seed)
    file = ("datos.sav", "datos.dta", "datos.xlsx", "datos.parquet", "datos.zip")[seed % 5]

    def flip(data: bytes) -> bytes:
        return b.flipped(*rng.integers(0, len(data), 12).tolist())(data)

    b.damaged(file, flip)(tmp_path)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["ingest", WAVE])
    assert result.exit_code == 0 or isinstance(result.exception, SystemExit), result.exc_info
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20
