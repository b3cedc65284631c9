"""Random damages in every format: each is read, or refused in one sentence that names the file."""

import pytest

from benchmarks.damages import cause, lines, tried
from tests.ingest.read.formats import WRITERS


@pytest.mark.parametrize("kind", WRITERS)
def test_random_damages_are_read_or_refused(kind: str) -> None:
    """``python benchmarks/damages.py`` does 250 of each; among them are segmentation faults."""
    tally = tried(kind, range(15))
    assert tally.wrong == []
    assert tally.read + sum(tally.refused.values()) == 15 and tally.refused
    assert next(lines(tally)).startswith(f"{kind}: ")


# What a header's own lengths and counts lead to: before the file, far behind it, no columns at all.
MISLED = {"sav": (128, 133, 139, 221), "zsav": (31, 92), "dta": (58, 59, 140, 157, 166)}


@pytest.mark.parametrize("kind", MISLED)
def test_a_header_whose_lengths_lead_nowhere_is_refused(kind: str) -> None:
    for seed in MISLED[kind]:
        tally = tried(kind, range(seed, seed + 1))
        assert tally.wrong == [] and tally.refused


def test_a_cause_has_no_names_or_numbers() -> None:
    said = ": the reader was ended by the system (SIGSEGV): the file is damaged; ask the firm to send it again."
    assert cause(said) == "the reader was ended by the system SIGSEGV"
    assert cause(", record 12: 3 values for 15 columns; correct it.") == "record ##: # values for ## columns"
