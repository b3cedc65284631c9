"""Every format gives the same responses, and says how it was read."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_json
from pulsometro.ingest.read import readers
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d

WAVE = "2020T1"


def _csv(encoding: str, sep: str = ",", decimal: str = ".", ends: str = "\n") -> Callable[[pd.DataFrame, Path], None]:
    def write(frame: pd.DataFrame, path: Path) -> None:
        d.write_csv(frame, path, encoding=encoding, sep=sep, decimal=decimal, lineterminator=ends)

    return write


def _dta(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_dta(frame, str(path), variable_value_labels={k: d.LABELS[k] for k in ("SEXO", "P1")})


def _zsav(frame: pd.DataFrame, path: Path) -> None:
    d.write_sav(frame, path, compress=True)


def _por(frame: pd.DataFrame, path: Path) -> None:
    # The portable format is ASCII.
    plain = frame.assign(MUN=frame["MUN"].str.replace("í", "i").str.replace("Ñ", "N"))
    pyreadstat.write_por(plain, str(path))


def _xlsx(frame: pd.DataFrame, path: Path) -> None:
    frame.to_excel(path, index=False, sheet_name="Base")


def _xls(frame: pd.DataFrame, path: Path) -> None:
    """The oldest workbook that readers still take (BIFF 2): records of a code, a length and their content."""
    records = [struct.pack("<HHHH", 0x0009, 4, 0x0002, 0x0010), struct.pack("<HHH", 0x0042, 2, 1252)]
    rows = [list(frame.columns), *frame.astype(object).where(frame.notna(), None).values.tolist()]
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            head = struct.pack("<HHBBB", number, place, 0, 0, 0)
            if isinstance(value, str):
                text = value.encode("cp1252")
                record, body = 0x0004, head + bytes([len(text)]) + text
            elif value is not None:
                record, body = 0x0003, head + struct.pack("<d", value)
            else:
                continue
            records.append(struct.pack("<HH", record, len(body)) + body)
    path.write_bytes(b"".join([*records, struct.pack("<HH", 0x000A, 0)]))


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _zip(frame: pd.DataFrame, path: Path) -> None:
    inner = path.with_suffix(".inner.csv")
    d.write_csv(frame, inner)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "datos/encuesta.csv")
        archive.writestr("datos/leeme.pdf", "x")
    inner.unlink()


CASES: dict[str, tuple[str, Callable[[pd.DataFrame, Path], None], dict[str, str]]] = {
    "csv utf-8": ("a.csv", _csv("utf-8"), {"encoding": "utf-8", "delimiter": ",", "line_ends": "LF", "decimal": "."}),
    "csv bom": ("a.csv", _csv("utf-8-sig", ";", ","), {"encoding": "utf-8-sig", "delimiter": ";", "decimal": ","}),
    "csv windows": ("a.csv", _csv("cp1252", ";", ",", "\r\n"), {"encoding": "cp1252", "line_ends": "CRLF"}),
    "csv mac": ("a.csv", _csv("mac_roman", "\t", ends="\r"), {"encoding": "mac_roman", "line_ends": "CR"}),
    "csv utf-16": ("a.csv", _csv("utf-16"), {"encoding": "utf-16"}),
    "sav": ("a.sav", d.write_sav, {"format": "sav"}),
    "zsav": ("a.zsav", _zsav, {"format": "zsav"}),
    "por": ("a.por", _por, {"format": "por"}),
    "dta": ("a.dta", _dta, {"format": "dta"}),
    "xlsx": ("a.xlsx", _xlsx, {"format": "xlsx", "sheet": "Base"}),
    "xls": ("a.xls", _xls, {"format": "xls"}),
    "parquet": ("a.parquet", _parquet, {"format": "parquet"}),
    "zip": ("a.zip", _zip, {"container": "zip", "member": "datos/encuesta.csv"}),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    study = d.prepared(tmp_path_factory.mktemp("csv"))
    run(study, WAVE)
    return pd.read_parquet(study.processed(WAVE, "responses.parquet"))


@pytest.mark.parametrize("case", CASES)
def test_formats_agree(case: str, tmp_path: Path, expected: pd.DataFrame) -> None:
    file, write, receipt = CASES[case]
    study = d.write_study(tmp_path, file)
    write(d.good(), study.raw(WAVE))
    said = run(study, WAVE)
    pd.testing.assert_frame_equal(pd.read_parquet(study.processed(WAVE, "responses.parquet")), expected)
    assert "60 rows = 60 accepted + 0 quarantined" in said
    record = read_json(study.processed(WAVE, "delivery.json"))["read"]
    assert {key: record[key] for key in receipt} == receipt


def test_crosswalk_turns_the_scale_round(expected: pd.DataFrame) -> None:
    raw = d.good()["P3"]
    assert (expected["conf_c"] == raw.map({1: 4, 2: 3, 3: 2, 4: 1, 8: 8, 9: 9})).all()


def test_names_resolve_and_nothing_private_is_kept_raw(expected: pd.DataFrame) -> None:
    assert set(expected["municipio"]) == {"01001", "01002"}
    telephones = set(d.good()["TEL"])
    assert not telephones & {str(v) for column in expected for v in expected[column]}


def test_skips_and_derived_items(expected: pd.DataFrame) -> None:
    assert (expected.loc[expected["victima"] != 1, "denuncia"] == 7).all()
    assert (expected.loc[expected["victima"] == 1, "denuncia"] != 7).all()
    assert (expected["grupo"] == (expected["edad"] >= 40).astype(int) + 1).all()


def test_stata_missing_letters_reach_the_crosswalk(tmp_path: Path) -> None:
    frame = d.good().astype({"P1": object})
    frame.loc[[3, 5], "P1"] = ["a", "b"]
    frame["P1"] = [v if isinstance(v, str) else float(v) for v in frame["P1"]]
    study = d.write_study(
        tmp_path,
        "a.dta",
        lambda text: text.replace("conf_a: P1", "conf_a: {name: P1, codes: {1: 1, 2: 2, 3: 3, 4: 4, .a: 8, .b: 9}}"),
    )
    pyreadstat.write_dta(frame, str(study.raw(WAVE)), missing_user_values={"P1": ["a", "b"]})
    run(study, WAVE)
    result = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    assert result.loc[[3, 5], "conf_a"].tolist() == [8, 9]
    assert result["denuncia"].isin([1, 2, 7]).all()


def test_same_bytes_twice(tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    seen = []
    for _ in range(2):
        run(study, WAVE)
        seen.append([study.processed(WAVE, n).read_bytes() for n in ("responses.parquet", "delivery.json")])
    assert seen[0] == seen[1]


def test_a_delivery_replaced_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The replacement arrives between the look at the columns and the reading of the rows."""
    study = d.prepared(tmp_path)
    path, real = study.raw(WAVE), readers.read_text

    def slow(*arguments: object) -> object:
        result = real(*arguments)
        d.write_csv(d.good(seed=2), path)
        return result

    monkeypatch.setattr(readers, "read_text", slow)
    with pytest.raises(PulsoError, match=r"datos\.csv: the file changed while it was read; wait"):
        run(study, WAVE)
    assert not list(tmp_path.rglob("*.parquet"))
