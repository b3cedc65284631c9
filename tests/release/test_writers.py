"""The four files hold one table: same rows, labels and kinds of missing; same bytes every time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pyreadstat
import pytest

from pulsometro.common.files import write_table
from pulsometro.release.stage import run
from pulsometro.release.table import MISSING_WORDS
from pulsometro.release.writers import LETTERS
from pulsometro.study import Study

WAVE = "2013T2"


@pytest.fixture
def folder(study: Study) -> Path:
    run(study, WAVE)
    return study.release(WAVE)


@pytest.fixture
def table(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / f"microdatos_{WAVE}.parquet")


def _floats(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype("Float64").astype(float)


def test_csv_holds_the_same_rows_as_parquet(folder: Path, table: pd.DataFrame) -> None:
    csv = pd.read_csv(folder / f"microdatos_{WAVE}.csv")
    pd.testing.assert_frame_equal(_floats(csv), _floats(table), check_exact=True)


def test_spss_holds_the_same_rows_labels_and_missing_kinds(study: Study, folder: Path, table: pd.DataFrame) -> None:
    frame, metadata = pyreadstat.read_sav(folder / f"microdatos_{WAVE}.sav", user_missing=True)
    pd.testing.assert_frame_equal(_floats(frame), _floats(table), check_exact=True)
    for name, item in study.questionnaire(WAVE).items.items():
        if name not in frame:
            continue
        assert metadata.column_names_to_labels[name] == item.label
        declared = sorted(r["lo"] for r in metadata.missing_ranges.get(name, []))
        assert declared == sorted(item.missing)
        words = {**item.codes, **{code: MISSING_WORDS[kind] for code, kind in item.missing.items()}}
        if item.kind != "area":
            assert metadata.variable_value_labels.get(name, {}) == words
    without = pyreadstat.read_sav(folder / f"microdatos_{WAVE}.sav")[0]
    assert without["denuncia"].isna().sum() == table["denuncia"].isin([7, 8, 9]).sum()
    assert "simulados" in metadata.file_label


def test_stata_holds_the_same_rows_labels_and_missing_kinds(study: Study, folder: Path, table: pd.DataFrame) -> None:
    frame, metadata = pyreadstat.read_dta(folder / f"microdatos_{WAVE}.dta", user_missing=True)
    assert list(frame.columns) == list(table.columns)
    questionnaire = study.questionnaire(WAVE)
    for name in frame:
        missing = questionnaire[name].missing if name in questionnaire.items else {}
        back = {LETTERS[kind]: float(code) for code, kind in missing.items()}
        values = frame[name].map(lambda value, back=back: back.get(value, value)).astype(float)
        np.testing.assert_array_equal(values, _floats(table)[name], err_msg=name)
        for code, kind in missing.items():
            assert metadata.variable_value_labels[name][LETTERS[kind]] == MISSING_WORDS[kind], code
    assert metadata.variable_value_labels["victima"][1] == "sí"
    assert metadata.variable_value_labels["municipio"][19039] == "Monterrey"


def test_replicates_are_in_the_order_of_the_main_file(folder: Path, table: pd.DataFrame, study: Study) -> None:
    replicates = pd.read_parquet(folder / f"pesos_replicados_{WAVE}.parquet")
    assert (replicates["id"] == table["id"]).all()
    csv = pd.read_csv(folder / f"pesos_replicados_{WAVE}.csv")
    pd.testing.assert_frame_equal(_floats(csv), _floats(replicates), check_exact=True)
    weights = pd.read_parquet(study.processed(WAVE, "weights.parquet"))
    columns = ["weight", "rep_001", "rep_012"]
    released = pd.concat([table[["weight"]], replicates[columns[1:]]], axis=1)
    assert sorted(map(tuple, released.to_numpy())) == sorted(map(tuple, weights[columns].to_numpy()))


def test_a_partner_can_see_a_damaged_page(folder: Path, tmp_path: Path) -> None:
    content = (folder / f"microdatos_{WAVE}.parquet").read_bytes()
    chunk = parquet.ParquetFile(folder / f"microdatos_{WAVE}.parquet").metadata.row_group(0).column(0)
    # The last byte of a column's pages is no header: a reader that does not look takes the value for another one.
    place = (chunk.dictionary_page_offset or chunk.data_page_offset) + chunk.total_compressed_size - 1
    path = tmp_path / "damaged.parquet"
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    with pytest.raises(OSError, match="CRC"):
        pd.read_parquet(path, page_checksum_verification=True)


def test_the_same_bytes_twice(study: Study, folder: Path) -> None:
    first = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    run(study, WAVE)
    assert {path.name: path.read_bytes() for path in sorted(folder.iterdir())} == first
    assert len(first) == 14


def test_the_same_bytes_from_a_delivery_in_another_order_with_other_folios(study: Study, folder: Path) -> None:
    first = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    order = np.random.default_rng(1).permutation(360)
    other = {f"folio-secreto-{i:04d}": f"X{999 - i}" for i in range(360)}
    for name in ("responses.parquet", "weights.parquet", "released_keys.parquet"):
        frame = pd.read_parquet(study.processed(WAVE, name)).iloc[order]
        for column in {"folio", "psu"} & set(frame):
            frame[column] = frame[column].map(other)
        write_table(frame.reset_index(drop=True), study.processed(WAVE, name))
    run(study, WAVE)
    assert {path.name: path.read_bytes() for path in sorted(folder.iterdir())} == first
