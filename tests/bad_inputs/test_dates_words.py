"""Dates, texts and headings: read with a note, or refused in one sentence whose remedy works."""

from pathlib import Path

import pandas as pd
import pytest

from tests.bad_inputs.broken import WAVE
from tests.bad_inputs.dates_words import ACCEPTED, REFUSED, ZEROS, dates, formatted, zoned
from tests.bad_inputs.ingested import ingested, responses
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", ACCEPTED)
def test_it_is_read_and_noted(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it, note = ACCEPTED[case]
    break_it(tmp_path)
    code, said = ingested(tmp_path, monkeypatch)
    assert code == 0 and "60 rows = 60 accepted + 0 quarantined" in said, said
    assert pd.Series([said]).str.contains(note).all(), said
    got = responses(tmp_path)
    (tmp_path / "good").mkdir()
    d.prepared(tmp_path / "good")
    code, _ = ingested(tmp_path / "good", monkeypatch)
    expected = responses(tmp_path / "good")
    pd.testing.assert_frame_equal(got[list(expected.columns)], expected)


@pytest.mark.parametrize("case", REFUSED)
def test_one_sentence_and_its_remedy(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it, message, remedy = REFUSED[case]
    break_it(tmp_path)
    code, said = ingested(tmp_path, monkeypatch)
    errors = [line for line in said.splitlines() if line.strip()]
    assert code == 1 and len(errors) == 1 and errors[0].startswith("Error: "), said
    assert pd.Series(errors).str.contains(message).all(), errors[0]
    assert "written alike" not in errors[0] and len(errors[0]) < 600
    if remedy is not None:
        file = next((tmp_path / "raw" / WAVE).iterdir()).name
        said_zone = "time_zone" in (tmp_path / "params.yaml").read_text(encoding="utf-8")
        d.write_study(tmp_path, file, remedy)
        if said_zone:
            zoned(tmp_path)
        code, said = ingested(tmp_path, monkeypatch)
        assert code == 0 and "60 rows = 60 accepted + 0 quarantined" in said, said


@pytest.mark.parametrize("case", ZEROS)
def test_a_program_s_word_for_no_date_is_blank_and_noted(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    zero, way = ZEROS[case]
    usual = {None: "%Y-%m-%d", "excel": None}.get(way, way)

    def written(day: pd.Timestamp) -> object:
        if day.day == 8:
            return zero
        return (day - pd.Timestamp("1899-12-30")).days if usual is None else day.strftime(usual)

    dates(written, *([formatted(way)] if way else []))(tmp_path)
    code, said = ingested(tmp_path, monkeypatch)
    assert code == 0 and "60 rows = 60 accepted + 0 quarantined" in said, said
    assert "word for none were read as blank: FECHA (3)" in said, said
    days = responses(tmp_path)["fecha"]
    assert days.isna().sum() == 3 and days.dropna().str.startswith("2020-01").all()
