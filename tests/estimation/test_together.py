"""A variable's estimates do not depend on which others are in the call: every pair of kinds and rules, every method."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Calibration,
    Categorical,
    Numeric,
    Quantile,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    Variable,
    Wave,
    changes,
    estimate,
)

METHODS = ("taylor", "calibrated", "replicates")
NUMBERS = ["estimate", "se", "se_fixed", "ci_low", "ci_high", "df", "deff", "n", "n_category", "n_eff", "population"]
BOTH = ("proportion", "total")


def variables(column: str) -> list[Variable]:
    """Of two and three printed rows, with every rule for what is not answered."""
    made: list[Variable] = []
    for rule, codes in product(("exclude", "in_base", "category"), ((1, 2), (1, 2, 3))):
        missing = tuple(code for code in (3, 8, 9) if code not in codes)
        name = f"{column}_{rule}_{len(codes)}"
        made.append(Categorical(name, codes, column=column, missing=missing, missing_rule=rule, statistics=BOTH))  # type: ignore[arg-type]
    for rule in ("exclude", "in_base"):
        made.append(
            Share(f"{column}_share_{rule}", column, (1,), "one", missing=(8, 9), missing_rule=rule, statistics=BOTH)
        )  # type: ignore[arg-type]
    return [
        *made,
        Numeric(f"{column}_mean", column, missing=(8, 9)),
        Quantile(f"{column}_median", column, missing=(8, 9)),
    ]


@pytest.fixture(scope="module")
def design() -> SurveyDesign:
    rng = np.random.default_rng(8)
    rows, replicates = 240, 12
    data = pd.DataFrame({
        "stratum": np.repeat(np.arange(4), 60), "psu": np.repeat(np.arange(24), 10), "sex": rng.integers(1, 3, rows),
        "x": rng.choice([1, 2, 3, 8, 9], rows), "y": rng.choice([1, 2, 3, 8, 9], rows), "w": rng.uniform(1, 3, rows),
    })  # fmt: skip
    names = [f"r{k}" for k in range(replicates)]
    weights = {name: data["w"] * rng.choice([0.3, 1.0, 1.7], 24)[data["psu"]] for name in names}
    data = data.assign(base=data["w"] * rng.uniform(0.9, 1.1, rows), **weights)
    calibration = Calibration("base", (("sex",),))
    return SurveyDesign(data, "w", "stratum", "psu", replicates=Replicates.bootstrap(names), calibration=calibration)


@pytest.mark.parametrize("method", METHODS)
def test_together_as_alone(design: SurveyDesign, method: str) -> None:
    every = [*variables("x"), *variables("y")]
    settings, domains = Settings(method=method), ((), ("sex",))  # type: ignore[arg-type]
    alone = pd.concat([estimate(design, [v], domains, settings=settings) for v in every], ignore_index=True)
    for order in (every, every[::-1], every[1::2] + every[::2]):
        together = estimate(design, order, domains, settings=settings)
        keys = ["indicator", "category", "statistic", "domain_kind", "domain"]
        joined = alone.merge(together, on=keys, validate="one_to_one", suffixes=("", "_together"))
        assert len(joined) == len(alone) == len(together)
        for name in NUMBERS:
            np.testing.assert_allclose(joined[f"{name}_together"], joined[name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_changes_too(design: SurveyDesign) -> None:
    every = tuple(v for v in (*variables("x"), *variables("y")) if not isinstance(v, Quantile))
    now, before = (Wave(label, design, every) for label in ("b", "a"))
    table = changes(now, before, ((), ("sex",)))
    for v in every[::3]:
        own = changes(Wave("b", design, (v,)), Wave("a", design, (v,)), ((), ("sex",)))
        rows = table[table["indicator"] == v.name].reset_index(drop=True)
        np.testing.assert_allclose(rows[["estimate", "se"]], own[["estimate", "se"]], rtol=1e-9, atol=1e-12)
