"""A table or a record is read as it was written or not at all, and whoever reads the error knows the command."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import (
    column_names,
    read_json,
    read_record,
    read_table,
    round_significant,
    write_json,
    write_record,
    write_table,
)
from pulsometro.common.sealing import KEY, remake

DAMAGED = (
    r"responses\.\w+: the file is damaged or was not written by this program; "
    r"make it again with 'pulso ingest 2013T2'\.$"
)
PLACE = "processed/2013T2/ingest"
TABLE = pd.DataFrame(
    {
        "folio": ["á", "b", "c"], "n": [1, 2, 3], "x": [1 / 3, None, 3.0],
        "codes": pd.array([1, None, 9], dtype="Int64"), "day": pd.to_datetime(["2013-05-01", None, "2013-05-03"]),
        "place": pd.Categorical(["u", "v", "u"]),
    }
)  # fmt: skip
RECORD = {"rows": 3, "shares": {"b": 0.1, "a": 1 / 3}, "names": ["ñ", None], "empty": {}, "no": float("nan")}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / PLACE / "responses.parquet"
    write_table(TABLE, path)
    return path


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / PLACE / "responses.json"
    write_record(RECORD, path)
    return path


def refused(path: Path, content: bytes, read: Callable[[Path], object]) -> None:
    """Reading this content is one sentence."""
    path.write_bytes(content)
    with pytest.raises(PulsoError, match=DAMAGED):
        read(path)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


# --- tables ---------------------------------------------------------------------------------------


def test_a_table_comes_back_as_pandas_would_have_it(table: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.parquet"
    TABLE.assign(x=round_significant(TABLE["x"].to_numpy())).to_parquet(plain, index=False)
    pd.testing.assert_frame_equal(read_table(table), pd.read_parquet(plain))
    # Partners' programs and the tests of other rooms pass over the seal.
    pd.testing.assert_frame_equal(pd.read_parquet(table), pd.read_parquet(plain))


def test_some_columns_in_the_order_asked_for(table: Path) -> None:
    assert column_names(table) == tuple(TABLE.columns)
    assert list(read_table(table, columns=["x", "folio"])) == ["x", "folio"]
    assert list(read_table(table, columns=[])) == []
    with pytest.raises(PulsoError, match=r"no column 'phone'; make the file again with 'pulso ingest 2013T2'\."):
        read_table(table, columns=["folio", "phone"])


def test_the_same_table_the_same_bytes_in_any_process(table: Path, tmp_path: Path) -> None:
    first = table.read_bytes()
    write_table(TABLE.copy(), table)
    assert table.read_bytes() == first
    code = ("import sys; from pathlib import Path; from pulsometro.common.files import *; "
            "write_table(read_table(Path(sys.argv[1])), Path(sys.argv[2]))")  # fmt: skip
    other = tmp_path / "other.parquet"
    subprocess.run([sys.executable, "-c", code, str(table), str(other)], check=True)
    assert other.read_bytes() == first


def test_the_seal_stands_once_and_every_page_has_its_checksum(table: Path) -> None:
    content = table.read_bytes()
    assert content.count(KEY.encode()) == 1
    seal = (parquet.ParquetFile(table).metadata.metadata or {})[KEY.encode()]
    assert len(seal) == 64 and content.count(seal) == 1
    # A page that was changed is seen by any reader that looks: nothing here knows of the seal.
    seen = 0
    for place in range(4, 120):
        try:
            parquet.read_table(arrow.BufferReader(flipped(content, 8 * place)), page_checksum_verification=True)
        except (OSError, arrow.ArrowInvalid):
            seen += 1
    assert seen > 40


def test_any_single_bit_is_seen(table: Path) -> None:
    content = table.read_bytes()
    bits = random.Random(1).sample(range(8 * len(content)), 300)
    # The footer's end and the seal with what is around it, where a bit could hide, are tried whole.
    seal = content.index(KEY.encode())
    bits += [*range(8 * (seal - 4), 8 * (seal + 80)), *range(8 * (len(content) - 8), 8 * len(content))]
    for bit in bits:
        refused(table, flipped(content, bit), read_table)


@pytest.mark.slow
def test_every_single_bit_of_a_small_table_is_seen(tmp_path: Path) -> None:
    path = tmp_path / PLACE / "responses.parquet"
    write_table(pd.DataFrame({"a": [1, 2]}), path)
    content = path.read_bytes()
    for bit in range(8 * len(content)):
        refused(path, flipped(content, bit), read_table)
    refused(path, flipped(content, 100), column_names)


def test_a_table_cut_anywhere_or_longer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / PLACE / "responses.parquet"
    write_table(pd.DataFrame({"a": [1, 2]}), path)
    content = path.read_bytes()
    for length in range(len(content)):
        refused(path, content[:length], read_table)
    for more in (b"\0", b"PAR1", content):
        refused(path, content + more, read_table)
    refused(path, content[len(content) // 2 :], read_table)


def test_what_another_program_wrote_is_refused(table: Path, tmp_path: Path) -> None:
    content, foreign = table.read_bytes(), tmp_path / "foreign.parquet"
    TABLE.to_parquet(foreign, index=False)
    refused(table, foreign.read_bytes(), read_table)
    # Read and written again with all its metadata, the seal among them.
    table.write_bytes(content)
    metadata = parquet.ParquetFile(table).metadata.metadata
    parquet.write_table(parquet.read_table(table).replace_schema_metadata(metadata), foreign)
    assert KEY.encode() in foreign.read_bytes()
    for other in (foreign.read_bytes(), b"", b"folio,x\n1,2\n", b"PAR1", b"PK\x03\x04" + bytes(500)):
        refused(table, other, read_table)
        refused(table, other, column_names)


def test_the_words_of_a_respondent_cannot_pass_for_a_seal(tmp_path: Path) -> None:
    path = tmp_path / PLACE / "responses.parquet"
    false = KEY + "\x18\x40" + "f" * 64
    frame = pd.DataFrame({false: [false, "b"], "z": ["a", false], "ÿ" + false: [1, 2]})
    write_table(frame, path)
    pd.testing.assert_frame_equal(read_table(path), frame, check_dtype=False)
    refused(path, flipped(path.read_bytes(), 900), read_table)


def test_tables_of_odd_shapes(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    wide = pd.DataFrame(np.ones((2, 700)), columns=[f"rep_{i}" for i in range(700)])
    for frame in (pd.DataFrame(), pd.DataFrame({"a": pd.Series(dtype="Int64")}), wide, wide.iloc[:0]):
        write_table(frame, path)
        assert read_table(path).shape == frame.shape


def test_too_little_memory_is_no_damage(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (
        arrow.ArrowException("Unknown error: Failed to launch worker thread: Resource temporarily unavailable"),
        arrow.ArrowMemoryError("malloc of size 64 failed"),
    ):
        monkeypatch.setattr(pd, "read_parquet", lambda *_, error=error, **__: (_ for _ in ()).throw(error))
        with pytest.raises(MemoryError):
            read_table(table)


# --- records --------------------------------------------------------------------------------------


def test_a_record_comes_back_without_its_seal(record: Path) -> None:
    expected = {"rows": 3, "shares": {"a": 0.3333333333, "b": 0.1}, "names": ["ñ", None], "empty": {}, "no": None}
    assert read_record(record) == expected
    first = record.read_bytes()
    write_record(read_record(record), record)
    assert record.read_bytes() == first
    assert set(read_json(record)) == {*RECORD, "sha256"}
    with pytest.raises(ValueError, match="sha256"):
        write_record({"sha256": "mine"}, record)


def test_any_bit_of_a_record_is_seen_and_any_cut(record: Path) -> None:
    content = record.read_bytes()
    for bit in range(8 * len(content)):
        refused(record, flipped(content, bit), read_record)
    for length in range(len(content)):
        refused(record, content[:length], read_record)


FOREIGN = (
    b'{"a":1}', b"{}", b"[]", b"3", b"null", b'"sha256"', b"", b"\xff\xfe{}", "año".encode("latin-1"),
    b"\xef\xbb\xbf{}", b'{"sha256": 3}', b'{"a": "\\ud800"}', b'{"a": NaN}', b"[" * 100_000, b"9" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("content", FOREIGN, ids=range(len(FOREIGN)))
def test_what_is_no_record_is_refused(record: Path, content: bytes) -> None:
    refused(record, content, read_record)


def test_a_record_that_says_the_same_otherwise_was_not_written_here(record: Path) -> None:
    content = record.read_bytes()
    for old, new in ((b'"rows": 3', b'"rows": 3.0'), (b'"rows": 3', b'"rows": 2, "rows": 3'), (b"\n", b"\r\n")):
        assert old in content
        refused(record, content.replace(old, new, 1), read_record)


BROKEN = (b"", b'{"a": 1', b"{'a': 1}", b"\xff\xfe{}", '{"a": "ñ"}'.encode("latin-1"), b"[" * 100_000, b"9" * 5000)


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_broken_json_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / PLACE / "responses.json"
    write_json({}, path)
    assert read_json(path) == {}
    refused(path, content, read_json)


# --- what to do -----------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [read_table, column_names, read_json, read_record])
def test_a_missing_file_says_which_command_makes_it(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(PulsoError, match=r"weights.x: the file is missing; .*\('pulso weight 2013T2'\) first\.$"):
        read(tmp_path / "processed/2013T2/weight/weights.x")


COMMANDS = {
    "processed/2013T2/ingest/responses.parquet": "pulso ingest 2013T2",
    "processed/2013T2/weight/weighting.json": "pulso weight 2013T2",
    "processed/2013T2/estimate/a/b.parquet": "pulso estimate 2013T2",
    "processed/2013T2/recompute/second_opinion.json": "pulso recompute",
    "processed/checks/2013T2.json": "pulso check --all",
    "processed/checks/suites/2013T2.json": "pulso check --all",
    "processed/series/changes.parquet": "pulso series",
    "processed/series/waves/2013T2/estimates.parquet": "pulso series",
    "processed/settings/report/topics.json": "pulso settings",
    "processed/release/2013T2/microdatos_2013T2.csv": "pulso release 2013T2",
    "reports/site/2013T2/tabulados.xlsx": "pulso report 2013T2",
    "reports/site/index.html": "pulso site",
    "reports/site/secciones/a.html": "pulso site",
    "processed/2013T2/.tmp-1/responses.parquet": "make repro",
    "processed/.tmp-1/ingest/responses.parquet": "make repro",
    "processed/2013T2/responses.parquet": "make repro",
    "processed/x.json": "make repro",
    "processed": "make repro",
    "raw/2013T2/a.sav": "make repro",
    "reports/brands/x/logo.png": "make repro",
    "a.json": "make repro",
}


@pytest.mark.parametrize("above", [Path(), Path("/study"), Path("/processed/old/reports/site/x")])
def test_the_command_that_makes_a_file_is_read_off_its_place(above: Path) -> None:
    for name, command in COMMANDS.items():
        path = above / name
        if command != "make repro" or above == Path("/study"):
            assert remake(path) == command, path
    assert remake(Path()) == "make repro"
