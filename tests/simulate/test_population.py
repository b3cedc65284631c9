"""The synthetic population: sizes, published figures, and the numbers behind them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.simulate.answers import Edition, profiles, seeds, true_shares
from pulsometro.simulate.published_targets import area_shares, thresholds, with_published
from pulsometro.simulate.world import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def truths(editions: dict[str, Edition]) -> pd.DataFrame:
    return pd.concat([true_shares(edition) for edition in editions.values()])


def test_population_equals_every_published_figure(world: World, truths: pd.DataFrame) -> None:
    keyed = truths.set_index(["wave", "item", "area", "code"])["share"]
    assert len(world.published) == 16
    for figure in world.published:
        share = 100 * keyed[figure.wave, figure.item, figure.area, figure.code]
        # A rounding of "10" hides half a point; the population must be nearer than any of them.
        assert abs(share - figure.percent) < min(figure.half_width, 0.05), figure


def test_population_has_the_control_totals(world: World, editions: dict[str, Edition]) -> None:
    edition = editions["2013T2"]
    table = pd.read_csv(world.study.root / world.settings.population, dtype=str, keep_default_na=False)
    table = table[(table["source"] == world.settings.source) & (table["reference_date"] == "2013-07-01")]
    cells = table[(table["sex"] != "") & (table["age_group"] != "") & (table["schooling"] == "")]
    expected = cells.set_index(["cve_geo", "sex", "age_group"])["population"].astype(float)
    persons = edition.persons
    made = pd.DataFrame({
        "cve_geo": np.array(persons.areas)[persons.area],
        "sex": persons.facts["sexo"].astype(str),
        "age_group": persons.facts["grupo_edad"].astype(str),
        "weight": edition.weights,
    })  # fmt: skip
    sums = made.groupby(["cve_geo", "sex", "age_group"])["weight"].sum()
    pd.testing.assert_series_equal(sums, expected.sort_index(), check_names=False, rtol=1e-12)


def test_ages_lie_in_their_group(world: World) -> None:
    derived = next(iter(world.questionnaires.values()))["grupo_edad"].derived
    assert derived is not None
    for code, (low, high) in derived.ranges.items():
        ages = world.persons.facts["edad"][world.persons.facts["grupo_edad"] == code]
        assert (ages.min(), ages.max()) == (low, high)


def test_years_never_exceed_the_age(world: World) -> None:
    facts = world.persons.facts
    assert (facts["anios_municipio"] <= facts["edad"]).all()
    assert (facts["anios_municipio"] == facts["edad"]).mean() > 0.45


def test_schooling_follows_the_profile_of_the_municipality(world: World) -> None:
    persons = world.persons
    university = pd.Series(persons.facts["escolaridad"] == 4).groupby(persons.area).mean()
    best = persons.areas[int(university.idxmax())]
    assert best == "19019"
    assert university.max() > 2 * university.min()


def test_shares_without_published_figures_are_the_assumed_ones(
    world: World, editions: dict[str, Edition], truths: pd.DataFrame
) -> None:
    published = {(f.wave, f.item) for f in world.published}
    overall = truths[truths["area"] == ""].set_index(["wave", "item"])
    checked = 0
    for wave, edition in editions.items():
        for item in edition.questions:
            if (wave, item) not in published:
                assumed = world.assumptions.answers[item].shares[wave]
                np.testing.assert_allclose(100 * overall.loc[(wave, item), "share"], assumed, atol=0.02)
                checked += 1
    assert checked > 40


def test_municipalities_differ_as_assumed(truths: pd.DataFrame) -> None:
    safe = truths[(truths["wave"] == "2013T1") & (truths["item"] == "seg_municipio") & (truths["code"] == 1)]
    by_area = safe.set_index("area")["share"]
    assert by_area.idxmax() == "19019"
    assert set(by_area.drop("").nsmallest(2).index) == {"19026", "19031"}


def test_attitudes_of_a_person_hang_together(editions: dict[str, Edition]) -> None:
    questions = editions["2013T2"].questions
    names = ("conf_ejercito", "conf_marina", "seg_municipio", "victima")
    army, navy, safety, crime = (questions[name].score for name in names)
    assert np.corrcoef(army, navy)[0, 1] > 0.4
    assert abs(np.corrcoef(army, safety)[0, 1]) < 0.1
    assert np.corrcoef(safety, crime)[0, 1] < -0.15


def test_unknown_wave_is_refused(world: World) -> None:
    with pytest.raises(Exception, match="wave '2014T1' is not simulated"):
        world.edition("2014T1")


def test_random_walk_starts_at_the_profile_and_moves(world: World) -> None:
    areas = world.persons.areas
    start = profiles(world.assumptions, areas, world.waves[:1], 1)["security"]
    assert start.tolist() == [world.assumptions.areas[area]["security"] for area in areas]
    later = profiles(world.assumptions, areas, world.waves[:3], 1)["security"]
    assert (later != start).all()
    assert later.sum() == pytest.approx(start.sum())


def test_seeds_depend_on_every_label() -> None:
    draws = {seeds(7, *labels).integers(2**60) for labels in (("a",), ("b",), ("a", "b"), ("ab",), ("a", "c"))}
    assert len(draws) == 5


shares = st.lists(st.floats(0.02, 1.0), min_size=2, max_size=5).map(lambda x: np.array(x) / sum(x))
sizes = st.lists(st.floats(1, 1e6), min_size=2, max_size=9).map(np.array)


@settings(max_examples=60, deadline=None)
@given(shares, sizes, st.data())
def test_area_shares_make_the_target(target: np.ndarray, size: np.ndarray, data: st.DataObject) -> None:
    offsets = np.array([data.draw(st.floats(-2, 2)) for _ in size])
    result = area_shares(target, size, offsets, {})
    np.testing.assert_allclose(size @ result / size.sum(), np.cumsum(target)[:-1], rtol=1e-9, atol=1e-12)
    assert (np.diff(result, axis=1) > 0).all()


def test_published_area_is_held_and_the_rest_makes_up() -> None:
    size, target = np.array([1.0, 3.0, 6.0]), np.array([0.25, 0.45, 0.3])
    result = area_shares(target, size, np.zeros(3), {(0, 0): 0.676})
    assert result[0, 0] == pytest.approx(0.676)
    assert size @ result[:, 0] / 10 == pytest.approx(0.25)
    assert size @ result[:, 1] / 10 == pytest.approx(0.7)
    assert result[0, 1] > result[1, 1] == pytest.approx(result[2, 1])


def test_published_last_code_of_an_area_is_held() -> None:
    result = area_shares(np.array([0.3, 0.3, 0.4]), np.ones(2), np.zeros(2), {(1, 2): 0.55})
    assert 1 - result[1, 1] == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("published", "said"),
    [({(0, 1): 0.4}, "first or the last"), ({(0, 0): 0.99}, "cannot make the share")],
)
def test_contradictions_are_refused(published: dict[tuple[int, int], float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        area_shares(np.array([0.3, 0.3, 0.4]), np.array([5.0, 1.0]), np.zeros(2), published)


def test_published_shares_replace_assumed_ones() -> None:
    result = with_published(np.array([0.2, 0.3, 0.5]), {0: 0.1, 2: 0.6})
    assert result.tolist() == pytest.approx([0.1, 0.3, 0.6])
    assert with_published(np.array([0.2, 0.3, 0.5]), {0: 0.6})[1:].tolist() == pytest.approx([0.15, 0.25])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_cut_points_give_the_shares_to_one_person(seed: int) -> None:
    rng = np.random.default_rng(seed)
    areas = np.repeat([0, 1, 2], [50, 200, 33])
    scores, weights = rng.standard_normal(len(areas)), rng.uniform(1, 5, len(areas))
    wanted = np.sort(rng.uniform(0.05, 0.95, (3, 2)), axis=1)
    cuts = thresholds(scores, weights, areas, wanted)
    for area in range(3):
        here = areas == area
        reached = [weights[here & (scores > cut)].sum() / weights[here].sum() for cut in cuts[area]]
        assert np.abs(np.array(reached) - wanted[area]).max() <= weights[here].max() / weights[here].sum()
