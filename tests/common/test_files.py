"""Whole files or none, the same bytes for the same content."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import (
    atomic,
    atomic_folder,
    read_json,
    read_table,
    round_significant,
    write_json,
    write_table,
)


@given(st.floats(min_value=1e-12, max_value=1e12), st.booleans())
def test_rounding_keeps_ten_significant_digits(value: float, negative: bool) -> None:
    value = -value if negative else value
    rounded = round_significant(np.array([value]))[0]
    assert rounded == float(f"{value:.9e}")


def test_rounding_passes_what_is_not_a_number() -> None:
    assert np.isnan(round_significant(np.array([np.nan]))[0])
    assert round_significant(np.array([0.0, np.inf, 1e-300])).tolist() == [0.0, np.inf, 0.0]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "stale").write_text("x")
    with atomic_folder(folder) as temporary:
        (temporary / "fresh").write_text("y")
    assert [p.name for p in folder.iterdir()] == ["fresh"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_killed_at_any_moment_a_folder_is_the_old_one_the_new_one_or_none(tmp_path: Path, monkeypatch) -> None:
    """Every call that changes the disk is made the last one in turn."""
    import shutil

    class Killed(BaseException):
        pass

    for moment in range(6):
        folder, calls = tmp_path / str(moment) / "out", iter(range(9))
        folder.mkdir(parents=True)
        for name in "ab":
            (folder / name).write_text("old")

        def counted(real, calls=calls, moment=moment):
            def call(*arguments, **named):
                if next(calls) >= moment:
                    raise Killed
                return real(*arguments, **named)

            return call

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", counted(Path.replace))
            patch.setattr(Path, "unlink", counted(Path.unlink))
            patch.setattr("os.unlink", counted(__import__("os").unlink))
            patch.setattr(shutil, "rmtree", counted(shutil.rmtree))
            try:
                with atomic_folder(folder) as temporary:
                    for name in "ab":
                        (temporary / name).write_text("new")
            except Killed:
                pass
        found = {p.name: p.read_text() for p in folder.iterdir()} if folder.exists() else {}
        assert found in ({}, {"a": "old", "b": "old"}, {"a": "new", "b": "new"})


def test_the_last_digits_of_a_processor_do_not_reach_the_bytes(tmp_path: Path) -> None:
    table = pd.DataFrame({"id": ["a", "b"], "n": [1, 2], "x": [1 / 3, 2 / 3]})
    write_table(table, tmp_path / "one.parquet")
    write_table(table.assign(x=table["x"] * (1 + 2e-13)), tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    assert read_table(tmp_path / "one.parquet")["n"].tolist() == [1, 2]


def test_json_is_sorted_and_has_no_nan(tmp_path: Path) -> None:
    write_json({"b": np.float64("nan"), "a": np.int64(1)}, tmp_path / "x.json")
    assert (tmp_path / "x.json").read_text().index('"a"') < (tmp_path / "x.json").read_text().index('"b"')
    assert read_json(tmp_path / "x.json") == {"a": 1, "b": None}


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match=r"none\.parquet.*missing"):
        read_table(tmp_path / "none.parquet")
