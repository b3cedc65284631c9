"""The benchmark of frauds runs: every kind is planted where it says, and one is tried, kept and written."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import fraud
from benchmarks.copy_frauds import OWN, reused
from benchmarks.fraud_field import field
from pulsometro.check.rules.relation_findings import relation_rules

WAVE, SEED = "2012T3", fraud.FIRST_SEED
KINDS = {kind.name: kind for kinds in fraud.sections().values() for kind in kinds}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_planted_in_so_many_interviews_and_no_more(name: str) -> None:
    kind = KINDS[name]
    here, amount = kind.where(WAVE, SEED), kind.amounts[5]
    spoilt = kind.plant(here, amount, np.random.default_rng(SEED))
    assert spoilt["folio"].is_unique
    assert (spoilt.dtypes == field(WAVE, SEED).now.dtypes).all()
    before = here.now.astype(object).fillna(-1)
    touched = len(spoilt) - len(before)
    touched += int((spoilt.iloc[: len(before)].astype(object).fillna(-1) != before).any(axis=1).sum())
    assert 0 < touched <= (1.2 * amount * kind.of + 1 if kind.of else amount)


def test_a_copy_brings_every_answer_of_the_interview_it_copies() -> None:
    """Also to what an older wave did not ask: else most copies would be told apart from what they copy."""
    here, rows = field(WAVE, SEED), 40
    spoilt = reused()(here, rows, np.random.default_rng(SEED))
    answers = [name for name in here.past[-1].responses if name in here.now and name not in OWN]
    assert "conf_fuerza_civil" in answers
    now, then = (frame[answers].astype(object).fillna(-1) for frame in (spoilt, here.past[-1].responses))
    assert pd.MultiIndex.from_frame(now).isin(pd.MultiIndex.from_frame(then)).sum() >= rows


def test_a_kind_is_tried_kept_and_written(tmp_path: Path) -> None:
    name, kept, page = "one interview so many times", tmp_path / "kept.json", tmp_path / "page.md"
    fraud.run([name], 1, 0, kept, page, "2011T4")
    first = kept.read_bytes()
    assert fraud.Tried(KINDS[name], 1, "2011T4", json.loads(first)["planted"][name]).least("stops") <= 5
    row = next(line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {name} |"))
    assert "answers.repeated!" in row
    fraud.run([name], 1, 0, kept, page, "2011T4")
    assert kept.read_bytes() == first


def _tried(hits: dict[float, list[str]], draws: int = 5) -> fraud.Tried:
    """Draws that gave, by amount, so many hits: a letter each, s for a stop, w for a warning, . for nothing."""
    rules = {"s": ["a!"], "w": ["b"], ".": []}
    amounts = tuple(hits)
    kind = fraud.Fraud("made", lambda here, _amount, _rng: here.now, amounts, ())
    kept = {f"{a:g}": {str(SEED + k): rules[said] for k, said in enumerate(each)} for a, each in hits.items()}
    return fraud.Tried(kind, draws, WAVE, kept)


def test_the_least_amount_is_the_first_with_that_power() -> None:
    tried = _tried({1: ".....", 2: "w....", 3: "www.w", 5: "wwwww", 8: "wsssw", 10: "sssss"})
    assert tried.least("seen") == 3
    assert tried.least("stops") == 10
    # The first draw alone sees it late, or early, and is no measure.
    assert _tried({1: ".....", 2: ".wwww", 3: "wwwww"}).least("seen") == 2
    assert _tried({1: "w....", 2: "w....", 3: "wwwww"}).least("seen") == 3


def test_what_is_never_seen_has_no_least_amount() -> None:
    tried = _tried({1: ".....", 2: "www.."})
    assert tried.least("seen") is None and tried.least("stops") is None


def test_the_parts_of_a_wave_are_asked_apart() -> None:
    here = field("2011T4", SEED)
    asked = [
        {rule.id for rule in relation_rules(here.study, here.questionnaire, here.now, here.past, parts=parts)[1]}
        for parts in (True, False)
    ]
    assert asked[0] - asked[1] == {"relations.in_part"} and not asked[1] - asked[0]
