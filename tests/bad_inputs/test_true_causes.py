"""The true cause of codes, numbers, errors, totals and calls that are refused, and that what is said mends it."""

from pathlib import Path

import pandas as pd
import pytest

from tests.bad_inputs import codes_numbers as c
from tests.bad_inputs.ingested import first_values, ingested, mend, responses
from tests.bad_inputs.true_causes import OTHER, REFUSED

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", REFUSED)
def test_the_cause_and_the_remedy(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = REFUSED[name]
    c.write(tmp_path, case, case.before)
    said = ingested(tmp_path, monkeypatch)[1]
    assert said.startswith("Error: ") and len(said) < 600, said
    assert pd.Series([said]).str.contains(case.said).all(), said
    if case.mend:
        mend(tmp_path, case.mend)
    else:
        # What it says to correct or take out is in the file.
        c.write(tmp_path, c.Case(lambda frame: frame, "", suffix=case.suffix), case.before)
    assert "40 rows = 40 accepted + 0 quarantined" in (said := ingested(tmp_path, monkeypatch)[1]), said
    made = responses(tmp_path)
    for item, values in case.then.items():
        assert first_values(made[item], len(values)) == values, item


@pytest.mark.parametrize("code", ["-99", "999", "-1", "98"])
def test_a_code_for_no_municipality_sets_its_row_aside(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    c.write(tmp_path, c.Case(c.put(MUN=[code]), ""), {})
    said = ingested(tmp_path, monkeypatch)[1]
    assert f"say so in items.municipio.missing ({code}: no_contesta)" in said, said
    c.write(
        tmp_path,
        c.Case(c.put(MUN=[code]), ""),
        {"kind: area, required: true}": f"kind: area, required: true, missing: {{{code}: no_contesta}}}}"},
    )
    assert "39 accepted + 1 quarantined" in (said := ingested(tmp_path, monkeypatch)[1]), said
    assert responses(tmp_path)["municipio"].isin(["01001", "01002"]).all()


@pytest.mark.parametrize("word", ["Radio, TV, mi vecino", "mi vecino, TV", "TV,mi vecino,Radio"])
def test_what_is_declared_is_not_the_unknown_option(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {
        'name: M, option: "1"': 'name: M, option: "1", labels: [Radio], separator: ","',
        'name: M, option: "2"': 'name: M, option: "2", labels: [TV]',
    }
    c.write(tmp_path, c.Case(c.every(M=[word, "TV", "Radio"]), ""), labels)
    said = ingested(tmp_path, monkeypatch)[1]
    assert "a text of 8 letters, 1 blank is none of the options" in said and "separator" not in said, said
    other = {**labels, 'name: M, option: "3"': 'name: M, option: "3", others: [mi vecino]'}
    c.write(tmp_path, c.Case(c.every(M=[word, "TV", "Radio"]), ""), other)
    assert "40 accepted + 0 quarantined" in (said := ingested(tmp_path, monkeypatch)[1]), said
    assert responses(tmp_path)["medio_tv"].head(3).tolist() == [1, 1, 2]


def test_words_for_blank_in_a_text_are_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(c.put(OTRA=["NA", "None", "ninguna otra"]), ""), OTHER)
    said = ingested(tmp_path, monkeypatch)[1]
    assert "texts may hold words for no answer" in said and "OTRA (2)" in said, said
    c.write(tmp_path, c.Case(c.put(OTRA=["NA", "None"]), ""), {**OTHER, **c.key("blank", "[NA, None]")})
    said = ingested(tmp_path, monkeypatch)[1]
    assert "40 accepted" in said and "words for no answer" not in said, said


def _below(frame: pd.DataFrame, **cells: object) -> pd.DataFrame:
    return pd.concat([frame, pd.DataFrame([{**dict.fromkeys(frame.columns, ""), **cells}])], ignore_index=True)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("kind", ["total", "count", "sum", "mean", "two"])
def test_rows_of_totals_are_no_interviews(
    kind: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = c.good()
    spent, earned = good["GAS"].astype(float), good["ING"].astype(float)
    made = {
        "total": _below(good, FOLIO="Total", GAS=f"{spent.sum():.0f}"),
        "count": _below(good, FOLIO="TOTAL", MUN="40"),
        "sum": _below(good, GAS=f"{spent.sum():.0f}", ING=f"{earned.sum():.0f}"),
        "mean": _below(good, GAS=str(spent.mean()), ING=str(earned.mean())),
        "two": _below(_below(good, FOLIO="Promedio", GAS=str(spent.mean())), FOLIO="Suma", GAS=f"{spent.sum():.0f}"),
    }
    c.write(tmp_path, c.Case(lambda _: made[kind], "", suffix=suffix), {})
    said = ingested(tmp_path, monkeypatch)[1]
    assert "row 42: a row of totals or means below the interviews" in said, said
    c.write(tmp_path, c.Case(lambda _: made[kind].head(40), "", suffix=suffix), {})
    assert "40 accepted + 0 quarantined" in (said := ingested(tmp_path, monkeypatch)[1]), said


def test_a_last_interview_of_few_answers_is_no_total(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    c.write(tmp_path, c.Case(lambda frame: _below(frame, GAS="7"), ""), {})
    assert "41 rows = 40 accepted + 1 quarantined" in (said := ingested(tmp_path, monkeypatch)[1]), said


CALLS = """
attempts:
  columns: {telefono_id: {name: ID}, municipio: {name: MUN}, intento: {name: INT}, disposicion: {name: DIS}}
"""


def _calls(folder: Path, change: dict[str, object], codes: str = "") -> None:
    c.write(folder, c.Case(lambda frame: frame, ""), {})
    path = folder / "questionnaires" / f"{c.WAVE}.yaml"
    said = CALLS.replace("{name: DIS}", f"{{name: DIS, codes: {codes}}}") if codes else CALLS
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")
    params = folder / "params.yaml"
    text = params.read_text(encoding="utf-8").replace('file: "datos.csv"', 'file: "datos.csv"\n    attempts: "l.csv"')
    declared = "  attempts: {number: telefono_id, attempt: intento, disposition: disposicion}\n  within: municipio"
    params.write_text(text.replace("  within: municipio", declared), encoding="utf-8")
    calls = {"ID": [f"t{k}" for k in range(40)], "MUN": ["01001", "01002"] * 20, "INT": 1, "DIS": ["1.1", "2.11"] * 20}
    table = pd.DataFrame({**calls, **change})
    table.to_csv(folder / "raw" / c.WAVE / "l.csv", index=False)


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (["1,1", "2,11"], '{"1,1": 1, "2,11": 2}'),
        (["11", "211"], '{"11": 1, "211": 2}'),
        (["completa", "rechazo"], "{completa: 1, rechazo: 2}"),
        (["E1", "R"], "{E1: 1, R: 2}"),
    ],
)
def test_other_codes_of_disposition_are_told(
    written: list[str], codes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _calls(tmp_path, {"DIS": written * 20})
    said = ingested(tmp_path, monkeypatch)[1]
    assert "column disposicion, row 2 (40 of such rows): " in said and "is not an AAPOR disposition" in said, said
    assert ("decimal mark is a point" in said) == ("," in written[0]), said
    _calls(tmp_path, {"DIS": written * 20}, codes)
    assert "40 accepted" in (said := ingested(tmp_path, monkeypatch)[1]), said
    calls = pd.read_parquet(tmp_path / "processed" / c.WAVE / "ingest" / "attempts.parquet")
    assert calls["disposicion"].tolist() == [1, 2] * 20


def test_calls_of_another_municipality_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _calls(tmp_path, {"MUN": ["14039"] * 4 + ["01001"] * 36})
    said = ingested(tmp_path, monkeypatch)[1]
    assert "row 2 (4 of such rows): " in said and "take such calls out" in said and "alias" not in said, said
    _calls(tmp_path, {})
    assert "40 accepted" in (said := ingested(tmp_path, monkeypatch)[1]), said
