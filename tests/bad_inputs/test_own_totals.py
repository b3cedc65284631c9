"""Totals that are hardly true: the doubt is told with its cell, and goes where what it says is done."""

import re
from typing import Any

import pytest

from pulsometro.common.files import read_record
from tests.bad_inputs.own_totals import DOUBTED
from tests.weighting.test_command import Folder

pytestmark = pytest.mark.slow


def _warnings(folder: Folder) -> str:
    record: dict[str, Any] = read_record(folder.processed("weighting.json"))
    return "\n".join(record["warnings"])


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
