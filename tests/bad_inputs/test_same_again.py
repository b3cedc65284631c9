"""Spoilt folios and interviews sent twice: one sentence with the true cause, nothing written, and its remedy works."""

import re
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.ingest.delivery_record import load_delivery
from pulsometro.study import load_study
from tests.bad_inputs import same_again
from tests.bad_inputs.broken import WAVE, writers
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow


def _ingested(folder: Path, frame: pd.DataFrame, file: str = "datos.csv"):
    d.write_study(folder, file)
    path = folder / "raw" / WAVE / file
    writers[path.suffix](frame, path)
    return CliRunner().invoke(main, ["ingest", WAVE])


@pytest.mark.parametrize("case", same_again.CASES)
def test_one_sentence_with_the_cause(case: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = same_again.CASES[case]
    result = _ingested(tmp_path, wanted.change(d.good()), wanted.file)
    said = " ".join(result.output.split())
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.exc_info
    assert re.search(wanted.says, said), said
    assert not list((tmp_path / "processed" / WAVE).rglob("*.parquet"))
    frame = same_again.mended(wanted)
    result = _ingested(tmp_path, frame, wanted.file)
    assert result.exit_code == 0, result.output
    counts = load_delivery(load_study(tmp_path), WAVE).counts
    assert counts.delivered == counts.accepted == len(frame)


@pytest.mark.parametrize("case", same_again.SOUND)
def test_sound_folios_are_left_alone(case: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = _ingested(tmp_path, same_again.SOUND[case](d.good()))
    assert result.exit_code == 0, result.output
    assert "60 rows = 60 accepted + 0 quarantined" in result.output


def test_the_server_s_id_sent_twice_is_found_once_it_is_mended_by_the_folio_too(tmp_path: Path, monkeypatch) -> None:
    """The server's id may be the folio itself: then it is a folio in two rows."""
    monkeypatch.chdir(tmp_path)
    frame = d.good().assign(FOLIO=[same_again._uuid(k if k != 9 else 3) for k in range(1, 61)])
    result = _ingested(tmp_path, frame)
    assert result.exit_code == 1
    assert "is in rows 4, 10" in " ".join(result.output.split())
