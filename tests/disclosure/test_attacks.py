"""The attacks bite where nothing is protected, and each way in alone is enough for them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from pulsometro.disclosure.groups import candidates
from pulsometro.disclosure.local_suppression import keyed_places, suppress
from pulsometro.disclosure.measures import measure
from pulsometro.weighting.replicates.multipliers import rao_wu
from tests.disclosure.attacks import HOMES, Attack, Ints, adults_attack, register_attack

KEY = bytes(range(32))
COARSE = ["place", "sex", "ages", "school"]
FINE = ["place", "sex", "age", "school", "job", "years"]


@dataclass(frozen=True)
class World:
    """A register of persons, who of them took part, and what the survey has of these, in the register's order."""

    register: pd.DataFrame
    owner: Ints
    rows: pd.DataFrame


@pytest.fixture(scope="module")
def world() -> World:
    draw = np.random.default_rng(9)
    size = 24_000
    age = draw.integers(18, 90, size)
    register = pd.DataFrame(
        {
            "place": draw.integers(1, 5, size),
            "sex": draw.integers(1, 3, size),
            "age": age,
            "ages": np.digitize(age, [30, 45, 60]),
            "school": draw.choice([1, 2, 3], size, p=[0.5, 0.4, 0.1]),
            "job": draw.integers(1, 9, size),
            "years": (age * draw.random(size)).astype(int),
            "adults": draw.choice(range(1, 7), size, p=HOMES),
        }
    )
    owner = np.sort(draw.choice(size, 1_200, replace=False))
    rows = register.iloc[owner].reset_index(drop=True)
    cell = rows.groupby(["place", "sex", "ages"])["adults"].transform("sum")
    rows["plain"] = 24_000 / 32 * rows["adults"] / cell
    rows["blurred"] = rows["plain"] * np.exp(draw.normal(0, 0.35, len(rows)))
    rows["even"] = 20.0 + draw.random(len(rows))
    return World(register, owner, rows)


def attacked(world: World, rows: pd.DataFrame, keys: list[str], known: bool, **given: object) -> Attack:
    """The attack on ``rows`` with its columns as released; the index says where in the survey each stands."""
    owner = world.owner[rows.index.to_numpy()]
    return register_attack(rows.reset_index(drop=True), world.register, owner, keys, known=known, **given)  # type: ignore[arg-type]


def mixed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.iloc[np.argsort(keyed_places(rows, KEY))]


def test_exact_ages_with_job_and_years_are_found_in_the_whole_register(world: World) -> None:
    found = attacked(world, mixed(world.rows[FINE]), FINE, known=False)
    assert found.chance > 0.8 and found.right > 0.8
    assert attacked(world, mixed(world.rows[FINE]), FINE, known=True).right > 0.99


def test_coarse_keys_in_a_keyed_order_give_what_blind_guesses_give(world: World) -> None:
    rows = mixed(world.rows[[*COARSE, "even"]].rename(columns={"even": "weight"}))
    for known, most in ((False, 0.012), (True, 0.13)):
        found = attacked(world, rows, COARSE, known=known)
        assert found.right <= found.luck + 0.008
        assert found.luck < most and found.chance < most


def test_plain_weights_place_rows_by_the_size_of_the_home_and_blurred_ones_hardly(world: World) -> None:
    found = {}
    for name in ("plain", "blurred"):
        found[name] = attacked(world, mixed(world.rows[[*COARSE, name]].rename(columns={name: "weight"})), COARSE, True)
    assert found["plain"].by == "weight by adults" and found["plain"].right > 1.7 * found["plain"].luck
    assert found["blurred"].right < found["plain"].right - 0.3 * (found["plain"].right - found["plain"].luck)


@pytest.mark.parametrize("way", ["row", "digits", "column"])
def test_a_trace_of_the_order_is_enough(world: World, way: str) -> None:
    rows = world.rows[[*COARSE, "even"]].rename(columns={"even": "weight"})
    place = np.arange(len(rows))
    if way == "digits":
        rows["weight"] = rows["weight"].round(3) + place * 1e-7
    if way == "column":
        rows["psu"] = place
    found = attacked(world, rows if way == "row" else mixed(rows), COARSE, known=True)
    assert found.right > 0.99 and found.by.endswith("by order"), found
    assert found.luck < 0.14


def test_a_draw_that_is_redone_over_the_list_places_every_row(world: World) -> None:
    rows = world.rows[[*COARSE, "even"]].rename(columns={"even": "weight"})
    stratum, psu = rows["place"].astype(str), [f"{n:05d}" for n in range(len(rows))]
    public = rao_wu(stratum, psu, 40, 5).values
    moved = np.random.default_rng(6).permutation(len(rows))
    keyed = rao_wu(stratum, psu, 40, 5, order=moved.astype(np.int64)).values
    found = {}
    for name, drawn in (("public", public), ("keyed", keyed)):
        order = np.argsort(keyed_places(rows, KEY))
        replicates = pd.DataFrame(drawn.T[order] * rows["weight"].to_numpy()[order][:, None])
        found[name] = attacked(world, rows.iloc[order], COARSE, True, replicates=replicates, drawn=public)
    assert found["public"].right > 0.99 and found["public"].by == "place in the draw by order"
    assert found["keyed"].right <= found["keyed"].luck + 0.02


def test_who_knows_everybody_and_the_rule_guesses_no_better_among_withheld_rows(world: World) -> None:
    truth = world.rows[COARSE]
    empty = suppress(truth, 5, ["school"], keyed_places(world.rows[[*COARSE, "even"]], KEY))
    made = truth.assign(school=truth["school"].mask(empty))
    assert 20 < empty.sum() < 240 and candidates(truth, made).min() >= 5
    rows = mixed(made.assign(weight=world.rows["even"]))
    found = attacked(world, rows, COARSE, known=True)
    before = attacked(world, mixed(truth.assign(weight=world.rows["even"])), COARSE, known=True)
    assert found.chance < before.chance
    assert found.right <= found.luck + 0.01
    # What the record of risk calls the rate of linkage is near: somebody is of a class, and his row among k or more.
    assert found.chance == pytest.approx(measure(made, COARSE, truth=truth).linkage, abs=0.02)


def test_adults_are_read_from_plain_weights_by_the_nearest_multiple_and_guessed_from_blurred_ones(world: World) -> None:
    rows = world.rows
    cell = rows["place"] * 100 + rows["sex"] * 10 + rows["ages"]
    plain = adults_attack(rows["plain"], cell, rows["adults"])
    assert plain.right > 0.95 and "multiple" in plain.by
    assert plain.chance == pytest.approx((rows["adults"] == 2).mean())
    draw = np.random.default_rng(7)
    hidden = adults_attack(draw.permutation(rows["blurred"].to_numpy()), cell, rows["adults"])
    assert hidden.right < hidden.chance + 0.04
    assert adults_attack(rows["blurred"], cell, rows["adults"]).right < plain.right - 0.2


def test_adults_are_read_from_replicates_where_the_weight_alone_is_blurred(world: World) -> None:
    """A factor of the final weight that the replicates lack is no factor."""
    rows = world.rows
    cell = rows["place"] * 100 + rows["sex"] * 10 + rows["ages"]
    drawn = np.random.default_rng(8).poisson(1.0, (len(rows), 60))
    replicates = drawn * rows["plain"].to_numpy()[:, None]
    assert adults_attack(rows["blurred"], cell, rows["adults"], replicates.astype(float)).right > 0.9
