"""A broken population table stops in one sentence with place and remedy; the remedy mends it; sound ones are read."""

import re
import shutil
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from pulsometro.common.files import read_record
from tests.bad_inputs import own_totals
from tests.bad_inputs.totals import CASES, SOUND, Break
from tests.weighting.test_command import ROOT, Folder

pytestmark = pytest.mark.slow
# Those of a broken table, and those of totals or names of another meaning.
REFUSED: dict[str, tuple[Break, str, Break | None]] = {**CASES, **own_totals.REFUSED}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pd.DataFrame]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path := tmp_path_factory.mktemp("sound"))
        made = Folder(path)
        made.record(replicates=None, trim=None)
        yield made.weights()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_broken_table_is_one_sentence_and_its_remedy_is_tried(folder: Folder, name: str) -> None:
    apply, said, mend = REFUSED[name]
    apply(folder)
    done = folder.weigh()
    assert done.exit_code == 1, done.output
    assert re.search(said, done.output), done.output
    assert "Traceback" not in done.output and done.output.startswith("Error: ")
    assert done.output.count("\n") == 1 or "things to correct" in done.output
    assert ";" in done.output or "things to correct" in done.output
    assert not folder.processed("weights.parquet").exists()
    if mend is None:
        shutil.rmtree(folder.path / "raw/population")
        shutil.copytree(ROOT / "raw/population", folder.path / "raw/population")
    else:
        mend(folder)
    mended = folder.weigh()
    assert mended.exit_code == 0, mended.output
    assert folder.processed("weights.parquet").exists()
    warnings = read_record(folder.processed("weighting.json"))["warnings"]
    assert not any(re.search(said, warning) for warning in warnings), warnings


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_sound_table_is_read_however_it_is_written(folder: Folder, weights: pd.DataFrame, name: str) -> None:
    SOUND[name](folder)
    done = folder.weigh()
    assert done.exit_code == 0, done.output
    np.testing.assert_array_equal(folder.weights()["weight"].to_numpy(), weights["weight"].to_numpy())
