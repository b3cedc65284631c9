"""Codes, numbers and words for blank: one sentence, nothing written; as the sentence says, all of it is read."""

import re
import zipfile
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from openpyxl import load_workbook

from tests.bad_inputs import codes_numbers as c
from tests.bad_inputs.ingested import first_values, ingested, mend, responses

pytestmark = pytest.mark.slow


def test_the_sound_delivery_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(lambda frame: frame, ""), {})
    said = ingested(tmp_path, monkeypatch)[1]
    assert "40 rows = 40 accepted + 0 quarantined" in said, said
    made = responses(tmp_path)
    for item, values in c.LIST.items():
        assert first_values(made[item], 4) == values
    assert made["saldo"].tolist() == [k - 20 + (0.5 if k >= 20 else -0.5) for k in range(c.ROWS)]


@pytest.mark.parametrize("name", c.REFUSED)
def test_one_sentence_and_its_remedy(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = c.REFUSED[name]
    c.write(tmp_path, case, case.before)
    code, said = ingested(tmp_path, monkeypatch)
    assert code == 1, said
    lines = [line for line in said.splitlines() if line.strip()]
    assert "Traceback" not in said and lines[0].startswith("Error: ") and len(lines[0]) < 600
    assert pd.Series([said]).str.contains(case.said, regex=True).all(), said
    left = [p.name for p in (tmp_path / "processed").rglob("*") if p.is_file()]
    assert left in ([], ["withheld.json"])
    if case.mend or case.then:
        mend(tmp_path, case.mend)
        said = ingested(tmp_path, monkeypatch)[1]
        assert "40 rows = 40 accepted + 0 quarantined" in said, said
        made = responses(tmp_path)
        for item, values in case.then.items():
            assert first_values(made[item], len(values)) == values, item


@pytest.mark.parametrize("cell", ["1 9", "8 9", "2 1 8"])
def test_an_answer_beside_no_answer_is_set_aside(cell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(c.put(M=[cell]), ""), {})
    said = ingested(tmp_path, monkeypatch)[1]
    assert "40 rows = 39 accepted + 1 quarantined" in said, said
    assert "1 contradictory (respuestas que se contradicen)" in said
    quarantine = pd.read_parquet(tmp_path / "processed" / c.WAVE / "ingest" / "quarantine.parquet")
    assert set(quarantine["row"]) == {2} and set(quarantine["reason"]) == {"contradictory"}


def test_no_answer_in_a_list_is_that_of_every_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(c.every(M=["1 2", "9", "8", "", "NS", "03"]), ""), {})
    assert "40 accepted" in ingested(tmp_path, monkeypatch)[1]
    made = responses(tmp_path)
    assert first_values(made["medio_radio"], 6) == [1, 9, 8, None, 8, 2]
    assert first_values(made["medio_red"], 6) == [2, 9, 8, None, 8, 1]


def test_an_option_may_be_the_number_of_a_kind_of_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(c.every(M=["1 9", "9", "1"]), ""), {'name: M, option: "3"': 'name: M, option: "9"'})
    assert "40 accepted" in ingested(tmp_path, monkeypatch)[1]
    assert first_values(responses(tmp_path)["medio_red"], 3) == [1, 1, 2]


def test_a_later_mention_left_open_is_no_contradiction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mentions = c.every(M1=["1", "3", "9", "1.0"], M2=["2", "9", "9", ""], M3=["", "9", "9", ""])
    c.write(tmp_path, c.Case(mentions, ""), c.SEPARATE)
    assert "40 accepted" in ingested(tmp_path, monkeypatch)[1]
    made = responses(tmp_path)
    assert first_values(made["medio_radio"], 4) == [1, 2, 9, 1]
    assert first_values(made["medio_tv"], 4) == [1, 2, 9, 2]


def test_one_mark_for_what_was_ticked_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {1: "M2, M3", 2: "M1, M3", 3: "M1, M2"}
    apart = {f'name: M, option: "{k}"': f"name: M{k}, more: [{others[k]}], codes: {{X: 1}}" for k in others}
    ticked = c.every(M1=["X", "", "X", ""], M2=["X", "", "", ""], M3=["", "X", "", ""])
    c.write(tmp_path, c.Case(ticked, ""), apart)
    assert "40 accepted" in ingested(tmp_path, monkeypatch)[1]
    made = responses(tmp_path)
    assert first_values(made["medio_radio"], 4) == [1, 2, 1, None]
    assert first_values(made["medio_red"], 4) == [2, 1, 2, None]


def test_answers_where_a_skip_was_missed_are_set_aside_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = c.good()
    missed = frame.index[frame["P5"] != 1][:2]
    c.write(tmp_path, c.Case(lambda table: table.assign(A=table["A"].where(~table.index.isin(missed), "0")), ""), {})
    assert "38 accepted + 2 quarantined" in ingested(tmp_path, monkeypatch)[1]


def test_what_the_server_writes_is_an_answer_where_it_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    c.write(tmp_path, c.Case(c.skipped("0"), ""), c.key("skipped_as", "0"))
    assert "40 accepted" in ingested(tmp_path, monkeypatch)[1]
    made, asked = responses(tmp_path), c.good()["P5"] == 1
    assert made["uso_a"][asked].isin([1, 2]).all() and (made["uso_a"][asked] == 2).any()
    assert (made["uso_a"][~asked] == 7).all()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_words_for_blank_are_words_in_a_text_until_declared(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = {"\ndelivery:": "\n  otro: {text: Otro, label: Otro, kind: text}\ndelivery:",
            "    saldo: SAL\n": "    saldo: SAL\n    otro: OTRA\n"}  # fmt: skip
    words = ["NA", "None", "nan", "null", "n/a", "NULL"]
    c.write(tmp_path, c.Case(c.every(OTRA=words), "", suffix=suffix), text)
    assert "40 accepted" in ingested(tmp_path, monkeypatch)[1]
    assert first_values(responses(tmp_path)["otro"], 6) == words
    c.write(tmp_path, c.Case(c.every(OTRA=words), "", suffix=suffix), {**text, **c.key("blank", "[NA, None]")})
    assert "40 accepted" in ingested(tmp_path, monkeypatch)[1]
    assert first_values(responses(tmp_path)["otro"], 6) == [None, None, *words[2:]]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\x1a",
        lambda text: text + "\x1a\n",
        lambda text: text.rstrip("\n") + "\x1a",
        lambda text: text + " \n\t\n \n",
        lambda text: text + ",".join([" "] * 25) + "\n",
        lambda text: text + "\u00a0" + "," * 24 + "\n\n\n",
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("\n", "\r\n") + "\x1a",
    ],
)
def test_rows_of_nothing_are_no_interviews(change, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(lambda frame: frame, ""), {})
    path = tmp_path / "raw" / c.WAVE / "datos.csv"
    path.write_bytes(change(path.read_text(encoding="utf-8")).encode("utf-8"))
    assert "40 rows = 40 accepted + 0 quarantined" in ingested(tmp_path, monkeypatch)[1]


def test_rows_of_a_workbook_that_hold_blanks_or_empty_text_are_no_interviews(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    c.write(tmp_path, c.Case(lambda frame: frame, "", suffix=".xlsx"), {})
    path = tmp_path / "raw" / c.WAVE / "datos.xlsx"
    book = load_workbook(path)
    book.active["A45"], book.active["C50"], book.active["D60"] = " ", "\u00a0", '=""'
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    # As a spreadsheet saves it: the formula with its result, which is a text of no letters.
    saved, parts[sheet] = (
        parts[sheet],
        re.sub(rb'<c r="D60"[^>]*><f>""</f>.*?</c>', b'<c r="D60" t="str"><f>""</f><v></v></c>', parts[sheet]),
    )
    assert parts[sheet] != saved
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert "40 rows = 40 accepted + 0 quarantined" in ingested(tmp_path, monkeypatch)[1]


@pytest.mark.parametrize(("blank", "line"), [((), 11), ((1, 5, 5), 14), ((20,), 11)])
def test_the_line_is_the_files(
    blank: tuple[int, ...], line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    c.write(tmp_path, c.Case(lambda frame: frame, ""), {})
    path = tmp_path / "raw" / c.WAVE / "datos.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[10] = lines[10].replace(",E", ",E", 1).replace("509", "once", 1)
    for place in sorted(blank, reverse=True):
        lines.insert(place, "")
    path.write_text("\n".join(lines), encoding="utf-8")
    assert path.read_text(encoding="utf-8").split("\n")[line - 1].count("once") == 1
    assert f"column GAS (item gasto), row {line}: " in ingested(tmp_path, monkeypatch)[1]


def test_a_record_of_several_lines_moves_those_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = c.put(OTRA=["una\ndos\n\ncuatro"], GAS=["500", "once"])
    c.write(tmp_path, c.Case(table, ""), {})
    assert "column GAS (item gasto), row 6: " in ingested(tmp_path, monkeypatch)[1]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".sav"])
def test_names_of_columns_are_compared_exactly(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.rename(columns={"SEXO": "Género"}).assign(Genero=3)

    def sav(frame: pd.DataFrame, path: Path) -> None:
        pyreadstat.write_sav(frame.assign(P5A=frame["P5A"].astype(float)), str(path))

    case = c.Case(renamed, "", suffix=suffix, write=sav if suffix == ".sav" else None)
    c.write(tmp_path, case, {"sexo: SEXO": "sexo: Género"})
    assert "40 rows = 40 accepted" in ingested(tmp_path, monkeypatch)[1]
    assert responses(tmp_path)["sexo"].tolist() == c.good()["SEXO"].tolist()


@pytest.mark.parametrize("index", ["FOLIO", ["FOLIO", "MUN"], None])
def test_the_index_of_a_parquet_is_a_column(index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def indexed(frame: pd.DataFrame, path: Path) -> None:
        (frame.set_index(index) if index else frame.sample(frac=1, random_state=1)).to_parquet(path)

    c.write(tmp_path, c.Case(lambda frame: frame, "", suffix=".parquet", write=indexed), {})
    assert "40 rows = 40 accepted" in ingested(tmp_path, monkeypatch)[1]
    assert set(responses(tmp_path)["folio"]) == set(c.good()["FOLIO"])


def test_digits_of_full_width_are_digits_and_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(c.put(GAS="\uff11\uff12"), ""), {})
    said = ingested(tmp_path, monkeypatch)[1]
    assert "40 accepted" in said and "full width) were made one: GAS" in said
    assert first_values(responses(tmp_path)["gasto"], 4) == [12, 12, 12, 503]


def test_a_numbers_kinds_of_missing_may_lie_out_of_its_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(c.put(ING="999999", GAS="9999999"), ""), {})
    assert "40 rows = 40 accepted" in ingested(tmp_path, monkeypatch)[1]
    made = responses(tmp_path)
    assert first_values(made["ingreso"], 4) == [999999.0] * 3 + [10030.0]
    assert first_values(made["gasto"], 4) == [9999999] * 3 + [503]


def test_an_age_beyond_the_range_is_set_aside_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    c.write(tmp_path, c.Case(c.put(EDAD=["99", "150"]), ""), {})
    assert "40 rows = 38 accepted + 2 quarantined" in ingested(tmp_path, monkeypatch)[1]


def test_the_label_of_the_highest_age_makes_no_answer_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = c.Case(lambda frame: frame, "", suffix=".sav", write=c.says_none("EDAD", 97, "97 años y más"))
    c.write(tmp_path, case, {})
    assert "40 rows = 40 accepted" in ingested(tmp_path, monkeypatch)[1]
    assert first_values(responses(tmp_path)["edad"], 3) == [97] * 3
