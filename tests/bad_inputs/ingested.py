"""What every test of a broken delivery does: ingest it, read back what was accepted, mend the questionnaire."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from tests.bad_inputs.broken import WAVE


def ingested(folder: Path, monkeypatch: pytest.MonkeyPatch, wave: str = WAVE) -> tuple[int, str]:
    """Exit code and what is printed; anything but an end in order fails."""
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(main, ["ingest", wave])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.output


def responses(folder: Path, wave: str = WAVE) -> pd.DataFrame:
    """What was accepted."""
    return pd.read_parquet(folder / "processed" / wave / "ingest" / "responses.parquet")


def first_values(column: pd.Series, count: int) -> list[object]:
    """The first values of a column, None where there is none."""
    return [None if pd.isna(value) else value for value in column.head(count)]


def mend(folder: Path, changes: Mapping[str, str], wave: str = WAVE) -> None:
    """The questionnaire with parts replaced, each of which must be there."""
    path = folder / "questionnaires" / f"{wave}.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
