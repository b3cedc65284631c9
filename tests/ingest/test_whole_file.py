"""What is said once of a whole file: its words for no answer, the row of its names, its rows that are no interviews."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.reading import read
from pulsometro.ingest.stage import run
from pulsometro.questionnaire import load_questionnaire
from pulsometro.study import load_study
from tests.bad_inputs.dates_words import delivery
from tests.ingest import deliveries as d

WAVE = "2020T1"


def _written(folder: Path, frame: pd.DataFrame, *lines: str, file: str = "datos.csv") -> Path:
    def edit(text: str) -> str:
        for line in lines:
            text = delivery(line)(text)
        return text

    d.write_study(folder, file, edit)
    path = folder / "raw" / WAVE / file
    if path.suffix == ".dta":
        frame.to_stata(path, write_index=False, version=118)
    else:
        d.write_csv(frame, path)
    return path


def _holding(column: str, text: object, rows: int = 3) -> pd.DataFrame:
    frame = d.good().astype({column: object})
    frame.loc[: rows - 1, column] = text
    return frame


@pytest.mark.parametrize(
    ("text", "kind", "code"), [(".a", "no_sabe", 8), ("98", "no_contesta", 9), ("NR", "no_sabe", 8)]
)
def test_a_files_word_for_no_answer_is_each_items_own_code(tmp_path: Path, text: str, kind: str, code: int) -> None:
    _written(tmp_path, _holding("P1", text), f'missing: {{"{text}": {kind}}}')
    ingested = read(load_study(tmp_path), WAVE)
    assert ingested.responses["conf_a"].head(3).tolist() == [code] * 3
    untouched = d.good()["P1"].iloc[3:].astype(int).tolist()
    assert ingested.responses["conf_a"].iloc[3:].tolist() == untouched
    assert ingested.counts.delivered == ingested.counts.accepted + ingested.counts.quarantined == 60


def test_a_number_keeps_what_its_range_holds_and_loses_what_it_does_not(tmp_path: Path) -> None:
    frame = _holding("EDAD", "97", 2)
    frame.loc[2, "EDAD"] = "99"
    _written(tmp_path, frame, 'missing: {"97": no_sabe, "99": no_sabe}')
    ages = read(load_study(tmp_path), WAVE).responses["edad"]
    assert ages.head(3).tolist() == [97, 97, 998]


def test_what_an_item_says_of_itself_holds_against_the_whole_file(tmp_path: Path) -> None:
    _written(tmp_path, _holding("P1", "9"), 'missing: {"9": no_sabe, "4": no_contesta}')
    assert read(load_study(tmp_path), WAVE).responses["conf_a"].head(3).tolist() == [9] * 3
    asked = load_questionnaire(tmp_path / "questionnaires", WAVE)
    assert not asked.delivery.columns["conf_a"].codes


def test_texts_and_dates_that_hold_it_are_empty_and_numbers_in_texts_stay(tmp_path: Path) -> None:
    frame = _holding("TEL", ".a", 4).astype({"ENC": object})
    frame.loc[0, "ENC"] = "98"
    _written(tmp_path, frame, 'missing: {".a": no_sabe, "98": no_contesta}')
    responses = read(load_study(tmp_path), WAVE).responses
    assert responses["telefono"].head(4).isna().all()
    assert responses["entrevistador"].iloc[0] == "98"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('missing: {"": no_sabe}', "names an empty text"),
        ('missing: {"98": no_aplica_nunca}', r"delivery\.missing"),
        ('missing: {"TODO": "TODO: no_sabe?"}', r"delivery\.missing"),
    ],
)
def test_what_cannot_be_said_for_no_answer_is_told(tmp_path: Path, line: str, message: str) -> None:
    _written(tmp_path, d.good(), line)
    with pytest.raises(PulsoError, match=message):
        load_study(tmp_path).questionnaire(WAVE)


def test_blank_and_missing_at_once_are_told(tmp_path: Path) -> None:
    _written(tmp_path, d.good(), 'missing: {"NA": no_sabe}', 'blank: ["NA"]')
    with pytest.raises(PulsoError, match=r"stands under delivery\.blank too"):
        load_study(tmp_path).questionnaire(WAVE)


def _csv(change: Callable[[str], str]) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")

    return edit


def _book(path: Path) -> None:
    import openpyxl

    book: Any = openpyxl.Workbook()
    for place, (_, row) in enumerate(pd.read_csv(path, dtype=str).iterrows()):
        if not place:
            book.active.append(list(row.index))
        book.active.append(list(row))
    book.active.insert_rows(1, 3)
    book.active["A1"] = "Encuesta de seguridad, 60 entrevistas"
    book.active.merge_cells("A1:F1")
    book.save(path.with_suffix(".xlsx"))


@pytest.mark.parametrize("file", ["datos.csv", "datos.xlsx"])
def test_names_in_row_4_are_told_and_then_read_with_the_files_own_lines(tmp_path: Path, file: str) -> None:
    frame = d.good().astype({"SEXO": object})
    frame.loc[[5], "SEXO"] = None
    path = _written(tmp_path, frame)
    if file.endswith("xlsx"):
        _book(path)
        unmerged = "unmerge them"
        d.write_study(tmp_path, file)
        with pytest.raises(PulsoError, match=unmerged):
            read(load_study(tmp_path), WAVE)
    else:
        _csv(lambda text: 'Encuesta de seguridad\r\n\r\n"una nota, con coma"\r\n' + text)(path)
        with pytest.raises(PulsoError, match=rf"stand in row 4; .* or say delivery\.header_row: 4 in {WAVE}\.yaml\."):
            read(load_study(tmp_path), WAVE)
    d.write_study(tmp_path, file, delivery("header_row: 4"))
    ingested = read(load_study(tmp_path), WAVE)
    assert (ingested.counts.accepted, ingested.counts.quarantined) == (59, 1)
    assert ingested.quarantine["row"].tolist() == [5 + 5]


@pytest.mark.parametrize(
    ("row", "message"), [(200, r"correct delivery\.header_row"), (0, "is no row"), (2, "not in the file")]
)
def test_a_wrong_row_of_names_is_told(tmp_path: Path, row: int, message: str) -> None:
    _written(tmp_path, d.good(), f"header_row: {row}")
    with pytest.raises(PulsoError, match=message):
        read(load_study(tmp_path), WAVE)


def test_a_row_of_names_is_no_matter_of_statas_files(tmp_path: Path) -> None:
    _written(tmp_path, d.good(), "header_row: 2", file="datos.dta")
    with pytest.raises(PulsoError, match=r"take delivery\.header_row out"):
        read(load_study(tmp_path), WAVE)


def test_rows_that_are_no_interviews_are_left_out_and_noted(tmp_path: Path) -> None:
    path = _written(tmp_path, d.good())

    def note_and_total(text: str) -> str:
        lines = text.splitlines()
        commas = "," * lines[0].count(",")
        return (
            "\n".join([lines[0], f"Nota: base ponderada{commas}", *lines[1:], f"Total{commas}", "Fuente: la casa"])
            + "\n"
        )

    _csv(note_and_total)(path)
    with pytest.raises(PulsoError):
        read(load_study(tmp_path), WAVE)
    d.write_study(tmp_path, edit=delivery("skip_rows: [2, 63, 64]"))
    assert "60 rows = 60 accepted" in run(load_study(tmp_path), WAVE)
    notes = read(load_study(tmp_path), WAVE).delivered.notes
    assert [note.detail for note in notes if note.kind == "skipped_rows"] == ["2, 63, 64"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [("[7]", "row 7: it holds an interview's answers, which delivery.skip_rows would lose; take 7 out"),
     ("[999]", "names row 999, and the file ends in row 61"), ("[1]", "row 1 holds headings"), ("[0]", "is no row")],
)  # fmt: skip
def test_an_interview_is_never_skipped(tmp_path: Path, rows: str, message: str) -> None:
    _written(tmp_path, d.good(), f"skip_rows: {rows}")
    with pytest.raises(PulsoError, match=message):
        read(load_study(tmp_path), WAVE)
