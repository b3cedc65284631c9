"""A name, telephone, address, e-mail, key or day that stands where it should not reaches no page, record or screen."""

import html
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from click.testing import CliRunner

from pulsometro.check import stage
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.report.terminal import print_verdict
from pulsometro.cli import main
from pulsometro.study import load_study
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow
WAVE = "2020T1"
# What is planted, and what of it must be nowhere.
PLANTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "name": ("Xóchitl Zavaleta Ñáñez", ("xochitl", "zavaleta", "nanez")),
    "one name": ("ZAVALETA", ("zavaleta",)),
    "telephone": ("+52 (81) 8765-4321", ("87654321", "65432")),
    "local telephone": ("8765 4321", ("87654321", "65432")),
    "address": ("Privada Xóchitl 1847, Col. Zavaleta", ("xochitl", "1847", "zavaleta")),
    "e-mail": ("xochitl.z@correo.mx", ("xochitl", "correo.mx")),
    "key": ("ZAXX840512MNLVCR09", ("zaxx8405", "840512")),
    "day": ("12/05/1984", ("12/05/1984", "1984")),
    "interviewer": ("E3", ("'e3'", ">e3<", '"e3"', " e3 ", "/e3")),
}
COLUMNS = tuple(d.good().columns)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def _readings(text: str) -> Iterator[str]:
    """A text as it is, without entities and escapes, and its digits without the marks between them."""
    plain = html.unescape(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)).casefold()
    folded = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    yield from (plain, folded, re.sub(r"(?<=\d)[\s().\-/]+(?=\d)", "", folded))


def _told(root: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything that ingest and check of the wave write or say."""
    monkeypatch.chdir(root)
    said = CliRunner().invoke(main, ["ingest", WAVE]).output
    study = load_study(root)
    verdict = stage.check_wave(study, WAVE, engine)
    print_verdict(study, verdict)
    out = capsys.readouterr()
    parts = [said, out.out, out.err]
    for path in sorted((root / "processed").rglob("*")):
        parts.append(path.relative_to(root).as_posix())
        if path.is_file() and path.suffix != ".parquet":
            parts.append(path.read_bytes().decode("utf-8"))
    return "\n".join(parts)


def _found(text: str, marks: tuple[str, ...]) -> list[str]:
    # What the page's own style and fonts say is no matter.
    text = re.sub(r"<style>.*?</style>|url\([^)]*\)", "", text, flags=re.S)
    return [mark for reading in _readings(text) for mark in marks if mark in reading]


def _planted(column: str, text: str, whole: bool) -> pd.DataFrame:
    frame = d.good().astype({column: object})
    frame.loc[4, column] = text
    if whole:
        frame[column] = [f"{text} {'abcdefghij'[k % 10]}{'klmnop'[k // 10]}" for k in range(60)]
    return frame


def _write(frame: pd.DataFrame, root: Path, kind: str) -> None:
    path = d.write_study(root, f"datos.{kind}").raw(WAVE)
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    else:
        texts = {c: frame[c].map(lambda v: "" if v != v else str(v)) for c in frame if frame[c].dtype == object}
        pyreadstat.write_sav(frame.assign(**texts), str(path))


@pytest.mark.parametrize("column", COLUMNS)
def test_nothing_planted_in_a_column_is_told(
    column: str, tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, kinds = COLUMNS.index(column), list(PLANTED)
    # Ids are the longest way round; the other columns share the kinds, and the formats, between them.
    turns = range(len(kinds)) if column == "FOLIO" else (number, number + 4)
    for turn in turns:
        name = kinds[turn % len(kinds)]
        text, marks = PLANTED[name]
        if name == "interviewer" and column in {"ENC", "FOLIO"}:
            continue
        kind = ("csv", "csv", "xlsx", "sav")[(turn + number // 2) % 4]
        root = tmp_path / f"{turn}{kind}"
        _write(_planted(column, text, whole=turn % 3 == 0), root, kind)
        assert _found(_told(root, engine, capsys, monkeypatch), marks) == [], (name, kind)


def test_what_is_planted_would_be_found() -> None:
    for text, marks in PLANTED.values():
        for written in (text, html.escape(text), text.encode("unicode_escape").decode(), f"'{text}'"):
            if "\\x" not in written:
                assert _found(f"<td>{written}</td> '{written}'", marks[:1])


@pytest.mark.parametrize("name", ["name", "telephone"])
def test_headings_labels_sheets_and_members_tell_nobody(
    name: str, tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, marks = PLANTED[name]

    def told(root: Path) -> str:
        return _told(root, engine, capsys, monkeypatch)

    headed = d.good().assign(**{text: 1, f"SEXO {text}": 2})
    _write(headed, tmp_path / "csv", "csv")
    said = told(tmp_path / "csv")
    assert _found(said, marks) == [] and "col. 16 (P)" in said and "60 accepted" in said
    # A heading that is gone may have become that one.
    _write(d.good().rename(columns={"MINUTOS": f"MINUTOS {text}"[:40]}), tmp_path / "gone", "csv")
    assert _found(told(tmp_path / "gone"), marks) == []
    labels = {k: dict(v) for k, v in d.LABELS.items()}
    labels["P1"] |= {3: text, 7: text}
    path = d.write_study(tmp_path / "sav", "datos.sav").raw(WAVE)
    called = {"OTRA": text, "SEXO": text}
    frame = d.good().assign(P4=["1".ljust(60, "\u00a0"), *d.good()["P4"].astype(str).tolist()[1:]])
    coded = labels | {"P4": {"1": "Mucha", text[:40]: text}}
    pyreadstat.write_sav(frame, str(path), variable_value_labels=coded, column_labels=called)
    said = told(tmp_path / "sav")
    assert _found(said, marks) == [] and "texto de " in said and "P1/conf_a/3" in said
    path = d.write_study(tmp_path / "xlsx", "datos.xlsx").raw(WAVE)
    for hidden in (True, False):
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            d.good().to_excel(book, sheet_name=re.sub(r"[/:]", "-", text)[:31], index=False)
            d.good().to_excel(book, sheet_name=f"B {re.sub(r'[/:]', '-', text)}"[:31], index=False)
            book.book.worksheets[1].sheet_state = "hidden" if hidden else "visible"
        said = told(tmp_path / "xlsx")
        assert _found(said, (*marks, "-05-1984")) == [] and "no. 2" in said
    path = d.write_study(tmp_path / "zip", "datos.zip").raw(WAVE)
    for several in (False, True):
        with zipfile.ZipFile(path, "w") as archive:
            for member in (text, f"b {text}")[: 1 + several]:
                archive.writestr(f"{member}.csv", d.good().to_csv(index=False))
        said = told(tmp_path / "zip")
        assert _found(said, marks) == [] and "no. 1" in said


@pytest.mark.parametrize("column", ["municipio", "disposicion", "Xóchitl Zavaleta Ñáñez"])
def test_the_file_of_calls_tells_nobody(
    column: str, tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("address", "telephone"):
        (text, marks), root = PLANTED[name], tmp_path / name
        codes = 'attempts:\n  columns:\n    municipio: {name: municipio}\n    d: {name: disposicion, codes: {"1": 1}}\n'
        d.prepared(root, edit=lambda t: t if "Zavaleta" in column else t + codes)  # noqa: B023
        params = root / "params.yaml"
        line = '    file: "datos.csv"\n'
        params.write_text(params.read_text("utf-8").replace(line, f"{line}    attempts: c.csv\n"), "utf-8")
        calls = pd.DataFrame({"municipio": ["Río Alto"] * 9, "disposicion": "1", "id": [f"N{k}" for k in range(9)]})
        calls.loc[3, column] = text
        calls.to_csv(root / "raw" / WAVE / "c.csv", index=False)
        said = _told(root, engine, capsys, monkeypatch)
        assert _found(said, (*marks, "zavaleta")) == [], name
        if "Zavaleta" not in column:
            assert "row 5" in said or "ask the firm for opaque ids" in said


def test_the_page_says_that_it_is_internal(tmp_path: Path, engine: Engine) -> None:
    for frame in (d.good(), d.good().assign(SEXO="x")):
        study = d.prepared(tmp_path, frame)
        CliRunner().invoke(main, ["ingest", WAVE], env={"PWD": str(tmp_path)})
        stage.check_wave(study, WAVE, engine)
        page = study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")
        assert "<strong>Página interna:</strong> trae folios" in page
        assert "no se publica, no se entrega ni se reenvía" in page


def _second_wave(root: Path, frame: pd.DataFrame, edit: Callable[[str], str] = str) -> None:
    params = root / "params.yaml"
    text = params.read_text(encoding="utf-8")
    start, end = text.index('  "2020T1":'), text.index("municipalities:")
    second = text[start:end].replace("2020T1", "2020T2").replace("edition: 1", "edition: 2")
    if "2020T2" not in text:
        params.write_text(text[:end] + second + text[end:], encoding="utf-8")
    asked = edit(d.QUESTIONNAIRE.replace('"2020T1"', '"2020T2"'))
    (root / "questionnaires/2020T2.yaml").write_text(asked, encoding="utf-8")
    (root / "raw/2020T2").mkdir(exist_ok=True)
    d.write_csv(frame, root / "raw/2020T2/datos.csv")


def test_random_ids_exchanged_with_telephones_are_told_by_the_wave_before(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file alone does not tell ids of eight random digits from telephones of ten."""
    rng = np.random.default_rng(5)
    ids, numbers = (
        [form.format(n) for n in rng.choice(10**8, 120, replace=False)] for form in ("{:08d}", "81{:08d}")
    )  # fmt: skip
    d.prepared(tmp_path, d.good().assign(FOLIO=ids[:60], TEL=numbers[:60]))
    right = d.good(seed=2).assign(FOLIO=ids[60:], TEL=numbers[60:])
    wrong = right.rename(columns={"FOLIO": "TEL", "TEL": "FOLIO"})
    swapped = ("respondent: FOLIO", "respondent: TEL"), ("telefono: TEL", "telefono: FOLIO")
    monkeypatch.chdir(tmp_path)
    for frame, edit in (
        (wrong, str), (right, str), (wrong, lambda t: t.replace(*swapped[0]).replace(*swapped[1])),
    ):  # fmt: skip
        _second_wave(tmp_path, frame, edit)
        for wave in ("2020T1", "2020T2"):
            assert "60 accepted" in CliRunner().invoke(main, ["ingest", wave]).output
        study = load_study(tmp_path)
        verdict = stage.check_wave(study, "2020T2", engine)
        refused = "the folios look like telephone numbers and those of 2020T1 do not" in verdict.refused
        assert refused == (frame is wrong and edit is str)
        told = "".join(study.checks("2020T2").with_suffix(end).read_text("utf-8") for end in (".json", ".html"))
        assert not [number for number in numbers if number in told]
