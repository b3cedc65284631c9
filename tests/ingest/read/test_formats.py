"""Every format gives the same responses, and says how it was read."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
from pyarrow import parquet

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_record
from pulsometro.ingest.read import readers
from pulsometro.ingest.stage import run
from pulsometro.questionnaire.model import Delivery
from tests.ingest import deliveries as d
from tests.ingest.read import formats as f
from tests.ingest.read.formats import Write

WAVE = "2020T1"


CASES: dict[str, tuple[str, Write, dict[str, str]]] = {
    "csv utf-8": ("a.csv", f.csv("utf-8"), {"encoding": "utf-8", "delimiter": ",", "line_ends": "LF", "decimal": "."}),
    "csv bom": ("a.csv", f.csv("utf-8-sig", ";", ","), {"encoding": "utf-8-sig", "delimiter": ";", "decimal": ","}),
    "csv windows": ("a.csv", f.csv("cp1252", ";", ",", "\r\n"), {"encoding": "cp1252", "line_ends": "CRLF"}),
    "csv mac": ("a.csv", f.csv("mac_roman", "\t", ends="\r"), {"encoding": "mac_roman", "line_ends": "CR"}),
    "csv utf-16": ("a.csv", f.csv("utf-16"), {"encoding": "utf-16"}),
    "sav": ("a.sav", d.write_sav, {"format": "sav"}),
    "zsav": ("a.zsav", f.zsav, {"format": "zsav"}),
    "por": ("a.por", f.por, {"format": "por"}),
    "dta": ("a.dta", f.dta, {"format": "dta"}),
    "xlsx": ("a.xlsx", f.xlsx, {"format": "xlsx", "sheet": "Base"}),
    "xls": ("a.xls", f.xls, {"format": "xls"}),
    "parquet": ("a.parquet", f.parquet, {"format": "parquet"}),
    "zip": ("a.zip", f.zipped, {"container": "zip", "member": "datos/encuesta.csv"}),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    study = d.prepared(tmp_path_factory.mktemp("csv"))
    run(study, WAVE)
    return pd.read_parquet(study.processed(WAVE, "responses.parquet"))


@pytest.mark.parametrize("case", CASES)
def test_formats_agree(case: str, tmp_path: Path, expected: pd.DataFrame) -> None:
    file, write, detected = CASES[case]
    study = d.write_study(tmp_path, file)
    write(d.good(), study.raw(WAVE))
    said = run(study, WAVE)
    pd.testing.assert_frame_equal(pd.read_parquet(study.processed(WAVE, "responses.parquet")), expected)
    assert "60 rows = 60 accepted + 0 quarantined" in said
    record = read_record(study.processed(WAVE, "delivery.json"))["read"]
    assert {key: record[key] for key in detected} == detected


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


def test_a_parquet_files_index_is_a_column_of_it(tmp_path: Path, expected: pd.DataFrame) -> None:
    study = d.write_study(tmp_path, "a.parquet")
    d.good().set_index("FOLIO").to_parquet(study.raw(WAVE))
    run(study, WAVE)
    pd.testing.assert_frame_equal(pd.read_parquet(study.processed(WAVE, "responses.parquet")), expected)


def test_the_numbers_of_a_parquet_files_rows_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    d.good().iloc[10:40:2].to_parquet(path)
    delivered = readers.read_delivery(path, Delivery(respondent=(), columns={}), lambda columns: columns)
    assert delivered.columns == tuple(d.good().columns) and list(delivered.frame.index) == list(range(1, 16))


def test_a_column_twice_in_a_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table([["a"], ["b"]], names=["FOLIO", "FOLIO"]), path)
    with pytest.raises(PulsoError, match=r"a\.parquet: two columns are called 'FOLIO'; ask which one is the item's"):
        readers.read_delivery(path, Delivery(respondent=(), columns={}), lambda columns: columns)


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
