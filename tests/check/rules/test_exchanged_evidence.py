"""Two columns that are all but alike are told when they are exchanged, and only then."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import relation_frauds as frauds
from pulsometro.check.rules.exchanged_evidence import BROKEN, USUAL, exchanged_pairs
from pulsometro.check.rules.exchanged_margins import crossed
from pulsometro.check.rules.reference_sample import Answers, Layout, pooled
from pulsometro.check.rules.relation_findings import relation_rules

ITEMS = ("a", "b", "c", "d", "e", "f")
LAYOUT = Layout(ITEMS, tuple((1, 2, 3, 4) for _ in ITEMS), tuple("uvwxy"))
ROWS = 5_000


def wave(seed: int, moved: float = 0.0, places: tuple[int, ...] = (), loads: float = 1.0) -> Answers:
    """People of one trait; "a" and "b" are all but alike, "b" a little higher, and oftener without an answer.

    ``moved``: by how much people think otherwise of ``places``.
    """
    rng = np.random.default_rng(seed)
    area = rng.integers(0, len(LAYOUT.areas), ROWS)
    trait = rng.standard_normal((ROWS, 1)) + 0.2 * (area[:, None] - 2)
    other = rng.standard_normal((ROWS, 1))
    weights = np.array([0.35, 0.25, 0.9, 0.8, 0.9, 0.8]) * loads
    score = weights * trait + rng.standard_normal((ROWS, 6)) + np.array([0.0, 0.1, 0.4, -0.4, 0.8, -0.8])
    score[:, :2] += other
    score[:, list(places)] += moved
    values = (np.digitize(score, [-1, 0, 1]) + 1).astype(float)
    values[rng.random(values.shape) < np.array([0.025, 0.04, 0.03, 0.03, 0.03, 0.03])] = np.nan
    return Answers(values, area, np.ones(values.shape, bool), np.full(ROWS, 1 / ROWS))


def put(answers: Answers, a: int, b: int) -> Answers:
    values = answers.values.copy()
    values[:, [a, b]] = values[:, [b, a]]
    return replace(answers, values=values)


def told(now: Answers, waves: list[Answers], honest: object = USUAL) -> list[tuple[int, int]]:
    return exchanged_pairs(LAYOUT, now, waves, pooled(waves), honest, 1.3)  # type: ignore[arg-type]


WAVES = [wave(seed) for seed in range(3)]


@pytest.mark.parametrize("seed", range(50, 70))
def test_honest_waves_are_told_nothing(seed: int) -> None:
    for count in (1, 3):
        assert told(wave(seed), WAVES[:count]) == []
        assert told(wave(seed), WAVES[:count], BROKEN) == []


@pytest.mark.parametrize("pair", [(0, 1), (2, 3), (4, 5)])
def test_columns_that_are_all_but_alike_are_told(pair: tuple[int, int]) -> None:
    assert told(put(wave(50), *pair), WAVES) == [pair]


@pytest.mark.parametrize("moved", [-0.2, -0.1, 0.1, 0.2, 0.4])
@pytest.mark.parametrize("places", [(0,), (1,), (0, 1), (2,), tuple(range(6))])
def test_a_change_of_opinion_is_no_exchange(moved: float, places: tuple[int, ...]) -> None:
    assert told(wave(51, moved, places), WAVES) == []


@pytest.mark.parametrize("loads", [0.6, 1.4])
def test_other_relations_of_all_are_no_exchange(loads: float) -> None:
    assert told(wave(52, loads=loads), WAVES) == []


def test_of_an_item_that_nobody_was_asked_before_nothing_is_told() -> None:
    asked = np.ones((ROWS, 6), bool)
    asked[:, 1] = False
    old = [replace(each, values=np.where(asked, each.values, np.nan), asked=asked) for each in WAVES]
    assert all(1 not in pair for pair in told(put(wave(53), 0, 1), old))


def failed(here: frauds.Field, a: str, b: str) -> tuple[str, ...]:
    spoilt = frauds.put(here.now, here.now.index.to_numpy(), {a: here.now[b].to_numpy(), b: here.now[a].to_numpy()})
    tables, rules = relation_rules(here.study, here.questionnaire, spoilt, here.past)
    assert {rule.severity for rule in rules if rule.id == "relations.exchanged"} <= {"warning"}
    return tuple(tables["relations"].loc[tables["relations"]["exchanged"], "key"]) if len(tables["relations"]) else ()


@pytest.mark.slow
@pytest.mark.parametrize(("a", "b"), [("conf_ejercito", "conf_marina"), ("seg_estado", "seg_pais")])
def test_army_and_navy_or_state_and_country_are_named(a: str, b: str) -> None:
    assert f"{a}/{b}" in failed(frauds.field("2012T4", 7105), a, b)


@pytest.mark.slow
def test_two_items_whose_series_breaks_are_named() -> None:
    here = frauds.field("2013T2", 7105)
    assert "cambio_trimestre/perspectiva" in failed(here, "cambio_trimestre", "perspectiva")
    tables, _ = relation_rules(here.study, here.questionnaire, here.now, here.past)
    assert not len(tables["relations"])


def test_an_area_that_answers_in_one_voice_is_left_out() -> None:
    now, error = np.random.default_rng(1).normal(size=(9, 4)), np.full((9, 4), 0.1)
    error[2, 1] = 0
    with np.errstate(all="raise"):
        assert crossed(now, now[:, [1, 0, 2, 3]], error, [[0, 1, 2, 3]]) == [(0, 1)]
