"""What the kernel holds beside the data, and codes that outgrow their integers."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from benchmarks.sample import CATEGORIES, DOMAINS, make_sample
from pulsometro.estimation import (
    Categorical,
    Domain,
    Numeric,
    Quantile,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    estimate,
)
from pulsometro.estimation._arrays.integers import compact, counting, labelling
from pulsometro.estimation._engine.coded_domains import code_domains, finest_cells
from pulsometro.estimation._engine.encoding import map_codes


def held(rows: int) -> tuple[int, int]:
    """Bytes of the data, and the most that estimating everything in them takes on top."""
    data = make_sample(rows)
    variables = [Categorical(name, CATEGORIES) for name in data.columns if name.startswith("q")]
    tracemalloc.start()
    estimate(SurveyDesign(data, "w", "stratum", "psu"), variables, DOMAINS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return int(data.memory_usage(index=False).sum()), peak


def test_within_one_and_a_half_times_the_data_and_linear() -> None:
    held(2_000)  # what is imported at first use
    (small, first), (large, second) = held(200_000), held(400_000)
    assert (large + second) / large < 1.5
    assert second / first < 1.1 * large / small


@pytest.mark.parametrize("limit", [1, 127, 128, 32_767, 32_768, 2**31 - 1, 2**31])
def test_integers_hold_what_they_must(limit: int) -> None:
    for kind in (counting(limit), labelling(limit)):
        assert np.iinfo(kind).min <= -1
        assert np.iinfo(kind).max >= limit - 1
    assert np.iinfo(labelling(limit)).max >= limit


@pytest.mark.parametrize(
    "values",
    [
        np.array([127, -128, 0, 127], dtype=np.int8),
        np.array([2**64 - 1, 2**64 - 3, 2**64 - 1], dtype=np.uint64),
        np.array([-(2**63), -(2**63) + 5], dtype=np.int64),
        np.array([10**12, 3, -(10**12), 3], dtype=np.int64),
        np.array([4, 5, 6], dtype=np.int32),
        np.array([], dtype=np.int64),
    ],
)
def test_compact_codes_stand_for_their_integers(values: np.ndarray) -> None:
    codes, seen = compact(values)
    np.testing.assert_array_equal(seen[codes], values)
    np.testing.assert_array_equal(seen, np.unique(values))
    assert seen.dtype == values.dtype


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int64, np.uint64])
def test_codes_beyond_those_declared_are_unknown(kind: type) -> None:
    limits = np.iinfo(kind)
    series = pd.Series(np.array([limits.min, 1, 3, 2, 0, 4, limits.max], dtype=kind))
    np.testing.assert_array_equal(map_codes(series, [(1,), (3.0, "2")]), [-1, 0, 1, -1, -1, -1, -1])


def test_more_psus_by_domains_than_32_bits_count() -> None:
    """60,000 PSUs in 50,000 areas and as many zones: 3 × 10⁹ possible pairs, 60,000 real ones."""
    rng = np.random.default_rng(1)
    n, areas = 60_000, 50_000
    data = pd.DataFrame(
        {
            "w": rng.uniform(1, 2, n),
            "area": np.arange(n) % areas,
            "zone": rng.permutation(n) % areas,
            "y": rng.integers(0, 2, n),
        }
    )
    made = estimate(SurveyDesign(data, "w"), [Share("y", "y", (1,))], [("area",), ("zone",)], ("total",))
    for kind in ("area", "zone"):
        own = made[made["domain_kind"] == kind]
        sums = (data["w"] * data["y"]).groupby(data[kind]).sum()
        np.testing.assert_array_equal(own["domain"].astype(int), sums.index)
        np.testing.assert_allclose(own["estimate"], sums, rtol=1e-12)
        assert own["n"].sum() == n


@pytest.mark.parametrize(("method", "deff"), [("taylor", "kish"), ("replicates", "with_replacement")])
def test_kinds_of_domain_together_or_one_by_one(method: str, deff: str) -> None:
    """More crossings than are kept as cells: the kinds fall into groups, and nothing else changes."""
    rng = np.random.default_rng(2)
    kinds = [f"d{k}" for k in range(7)]
    data = make_sample(6_000, questions=1).assign(**{kind: rng.integers(0, 6, 6_000) for kind in kinds})
    data[["r0", "r1", "r2"]] = data[["w"]].to_numpy() * rng.poisson(1.0, (6_000, 3))
    design = SurveyDesign(data, "w", "stratum", "psu", replicates=Replicates.bootstrap(("r0", "r1", "r2")))
    variables = [Categorical("q00", CATEGORIES), Numeric("w", statistics=("mean", "total")), Quantile("m", "w")]
    settings = Settings(method=method, deff=deff)
    domains = [(kind,) for kind in kinds] + [("d0", "d1")]
    cells = finest_cells(code_domains(data, domains))
    assert len(cells) > 1
    assert sorted(kind for group in cells for kind in group.kinds) == list(range(8))
    together = estimate(design, variables, domains, ("proportion", "total"), settings=settings)
    alone = pd.concat([estimate(design, variables, [d], ("proportion", "total"), settings=settings) for d in domains])
    keys = ["indicator", "statistic", "domain_kind", "domain", "category"]
    one, other = (table.sort_values(keys, ignore_index=True) for table in (together, alone))
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9)


def test_more_codes_than_16_bits_count() -> None:
    codes = tuple(range(40_000))
    data = pd.DataFrame({"w": 1.0, "area": [0, 39_999, 39_999, 7], "y": [1, 1, 0, 1]})
    design = SurveyDesign(data, "w")
    by_area = estimate(design, [Share("y", "y", (1,))], [Domain(("area",), (codes,))]).set_index("domain")
    assert by_area.loc[["0", "39999", "7"], "estimate"].tolist() == [1.0, 0.5, 1.0]
    assert (by_area["n"] > 0).sum() == 3
    by_code = estimate(design, [Categorical("area", codes)]).set_index("category")
    assert by_code.loc[["0", "39999", "7"], "estimate"].tolist() == [0.25, 0.5, 0.25]
