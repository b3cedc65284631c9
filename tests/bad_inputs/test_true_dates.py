"""Dates that were called none: the true cause is said and its format reads every one, as it was."""

from pathlib import Path

import pandas as pd
import pytest

from tests.bad_inputs.dates_words import dates
from tests.bad_inputs.ingested import ingested, responses
from tests.bad_inputs.true_dates import READ, REFUSED
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow


def _same_days(folder: Path, said: str) -> None:
    assert "60 rows = 60 accepted + 0 quarantined" in said, said
    assert responses(folder)["fecha"].tolist() == d.good()["FECHA"].tolist()


@pytest.mark.parametrize("case", REFUSED)
def test_the_cause_and_its_format(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_it, message, remedy = REFUSED[case]
    break_it(tmp_path)
    code, said = ingested(tmp_path, monkeypatch)
    assert code == 1 and said.startswith("Error: ") and "delivery.blank" not in said, said
    assert pd.Series([said]).str.contains(message).all(), said
    d.write_study(tmp_path, edit=remedy)
    _same_days(tmp_path, ingested(tmp_path, monkeypatch)[1])


@pytest.mark.parametrize("case", READ)
def test_read_as_the_day_that_is_meant(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    READ[case](tmp_path)
    _same_days(tmp_path, ingested(tmp_path, monkeypatch)[1])


@pytest.mark.parametrize("odd", ["2020-01-06 25:00:00", "2020.01", "el 6", "6/2020/1"])
def test_what_holds_digits_is_never_to_be_named_blank(
    odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dates(lambda day: odd if day.day == 6 else day.strftime("%Y-%m-%d"))(tmp_path)
    code, said = ingested(tmp_path, monkeypatch)
    assert code == 1 and "delivery.blank" not in said, said
