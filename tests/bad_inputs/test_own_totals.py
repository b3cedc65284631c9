"""Totals and names of another meaning: refused or doubted in one sentence, and what it says mends it."""

import re
from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.files import read_record
from tests.bad_inputs.own_totals import DOUBTED, REFUSED
from tests.weighting.test_command import Folder

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    made = Folder(tmp_path)
    made.weighting |= {"replicates": None, "trim": None}
    return made


def _warnings(folder: Folder) -> str:
    record: dict[str, Any] = read_record(folder.processed("weighting.json"))
    return "\n".join(record["warnings"])


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_it_stops_in_one_sentence_and_its_remedy_mends_it(folder: Folder, name: str) -> None:
    apply, said, mend = REFUSED[name]
    apply(folder)
    done = folder.weigh()
    assert done.exit_code == 1, done.output
    assert re.search(said, done.output), done.output
    assert done.output.startswith("Error: ") and done.output.count("\n") == 1 and ";" in done.output
    assert not folder.processed("weights.parquet").exists()
    mend(folder)
    mended = folder.weigh()
    assert mended.exit_code == 0, mended.output
    assert not re.search(said, _warnings(folder))


@pytest.mark.parametrize("name", sorted(DOUBTED))
def test_a_doubt_is_told_with_its_cell_and_goes_where_it_is_mended(folder: Folder, name: str) -> None:
    apply, said, mend = DOUBTED[name]
    apply(folder)
    done = folder.weigh()
    assert done.exit_code == 0, done.output
    assert re.search(said, _warnings(folder)), _warnings(folder)
    mend(folder)
    mended = folder.weigh()
    assert mended.exit_code == 0, mended.output
    assert not re.search(said, _warnings(folder)), _warnings(folder)


def test_sound_totals_have_no_doubts(folder: Folder) -> None:
    assert folder.weigh().exit_code == 0
    assert not re.search("correct|dwelling|codes", _warnings(folder)), _warnings(folder)
