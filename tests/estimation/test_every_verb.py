"""Every verb with every kind of design: each follows the three methods, or refuses in one sentence.

Under replicates the oracle is the same for all: the verb's own value with each replicate's weights as the weights, and
Σ c_r (θ_r − θ)². Under a calibration it is the residual of the numerical derivative by every weight.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Calibration,
    Categorical,
    ChangeRule,
    EstimationError,
    Index,
    Numeric,
    Quantile,
    Ratio,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    category_differences,
    changes,
    cronbach_alpha,
    domain_differences,
    estimate,
    interviewer_effects,
    linear_estimates,
    logistic,
    rank_domains,
    rao_scott,
    trend,
)
from pulsometro.estimation._engine.linearisation import score_variance

SHARE, ANSWER = Share("s", "q", (1,), declared=(1, 2, 3)), Categorical("q", (1, 2, 3))
INDEX = Index("i", ("q", "p"), ((1, 100.0), (2, 50.0), (3, 0.0)))
LINEAR = (SHARE, ANSWER, Numeric("y", statistics=("mean", "total")), Ratio("r", "y", "z"), INDEX)
QUANTILES = [Quantile(f"m_{how}", "y", interval=how) for how in ("mean", "beta", "xlogit")]
TERMS = (Categorical("a", ("u", "v")), Numeric("y"))
REPLICATES, ROWS = 8, 160


def sample(seed: int) -> pd.DataFrame:
    """Four strata of two PSUs, or five, two of them lonely; weights calibrated to a and x; replicates."""
    rng = np.random.default_rng(seed)
    psu = np.arange(ROWS) % REPLICATES
    frame = pd.DataFrame({"psu": psu, "h": psu % 4, "d": rng.uniform(1, 5, ROWS), "N": 30, "who": psu // 2})
    frame["lonely"] = np.where(psu == 0, 9, psu % 4)
    frame["a"], frame["x"] = rng.choice(["u", "v"], ROWS), rng.gamma(3, 1, ROWS)
    push = rng.normal(0, 0.6, REPLICATES)[psu] + (frame["a"] == "u")
    frame["q"], frame["p"] = (
        1 + np.clip((push + rng.normal(0, 1, ROWS) + 0.5).round(), 0, 2).astype(int) for _ in "qp"
    )
    frame["y"], frame["z"] = frame["x"] + push + rng.normal(0, 1, ROWS), rng.uniform(1, 2, ROWS)
    x = np.column_stack([frame["a"] == "u", frame["a"] == "v", frame["x"]]).astype(float)
    base = frame["d"].to_numpy()
    goal = base @ x * [1.03, 0.98, 1.01]
    frame["w"] = base * (1 + x @ np.linalg.solve((x * base[:, None]).T @ x, goal - base @ x))
    drawn = np.random.default_rng(0)
    columns = {}
    for r in range(REPLICATES):
        columns[f"boot{r}"] = frame["w"] * drawn.dirichlet(np.ones(REPLICATES))[psu] * REPLICATES
        columns[f"jk{r}"] = frame["w"] * np.where(psu == r, 0, np.where(psu % 4 == r % 4, 2, 1))
        columns[f"brr{r}"] = frame["w"] * (1 + 0.5 * drawn.choice([-1, 1], REPLICATES)[psu])
    return pd.concat([frame, pd.DataFrame(columns)], axis=1)


def names(kind: str) -> list[str]:
    return [f"{kind}{r}" for r in range(REPLICATES)]


BOOT, JKN, BRR = (
    Replicates.bootstrap(names("boot")),
    Replicates.jackknife(names("jk"), [2] * REPLICATES),
    Replicates.brr(names("brr"), 0.5),
)
TO_A = Calibration("d", ("a",), ("x",))
CLUSTERS = {"strata": "h", "psu": "psu"}
KINDS: dict[str, tuple[str, dict[str, object]]] = {
    "taylor": ("taylor", CLUSTERS),
    "rows": ("taylor", {}),
    "fpc": ("taylor", CLUSTERS | {"fpc": "N"}),
    "lonely": ("taylor", {"strata": "lonely", "psu": "psu"}),
    "calibrated": ("calibrated", CLUSTERS | {"calibration": TO_A}),
    "calibrated, rows": ("calibrated", {"calibration": TO_A}),
    "calibrated, fpc": ("calibrated", CLUSTERS | {"fpc": "N", "calibration": TO_A}),
    "calibrated, lonely": ("calibrated", {"strata": "lonely", "psu": "psu", "calibration": TO_A}),
    "bootstrap": ("replicates", CLUSTERS | {"replicates": BOOT}),
    "bootstrap, rows": ("replicates", {"replicates": BOOT}),
    "bootstrap, lonely": ("replicates", {"strata": "lonely", "psu": "psu", "replicates": BOOT}),
    "jackknife": ("replicates", CLUSTERS | {"replicates": JKN}),
    "jackknife, fpc": ("replicates", CLUSTERS | {"fpc": "N", "replicates": JKN}),
    "brr": ("replicates", CLUSTERS | {"replicates": BRR}),
    "brr, rows": ("replicates", {"replicates": BRR}),
}
pytestmark = pytest.mark.slow
FRAMES = (sample(1), sample(2))
# A verb: the designs of two waves and a method in, values and their errors out.
Verb = Callable[[SurveyDesign, SurveyDesign, str], tuple[np.ndarray, np.ndarray]]


def pick(table: pd.DataFrame, value: str = "estimate") -> tuple[np.ndarray, np.ndarray]:
    return table[value].to_numpy(float), table["se"].to_numpy(float)


def contrast(one: SurveyDesign, _: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
    made = linear_estimates(one, [SHARE, Numeric("y")], "a", method=method)
    return pick(made.contrasts(np.array([[1.0, -1, 0, 0], [0, 0, 1, -1], [0.5, 0.5, -1, 0]]), "abc"))


def covariance(one: SurveyDesign, _: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
    made = linear_estimates(one, LINEAR, "a", ("proportion", "total"), method)
    return made.values, np.sqrt(np.diag(made.covariance()))


def categories(one: SurveyDesign, _: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
    return pick(category_differences(linear_estimates(one, ANSWER, method=method), [(0, 1), (2, 1)]), "difference")


def change(rule: str) -> Verb:
    def moved(one: SurveyDesign, other: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
        waves = (Wave("2", other, (SHARE, INDEX)), Wave("1", one, (SHARE, INDEX)))
        made = changes(*waves, "a", rule=ChangeRule(covariance=rule), settings=Settings(method=method))
        return pick(made, "difference")

    return moved


def slope(one: SurveyDesign, other: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
    waves = [Wave("1", one, (SHARE,)), Wave("2", other, (SHARE,))]
    return pick(trend(waves, {"1": 2011.0, "2": 2011.25}, "a", settings=Settings(method=method)), "slope")


def model(one: SurveyDesign, _: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
    made = logistic(one, SHARE, TERMS, method=method)
    return pick(pd.concat([made.coefficients, made.effects]))


def table(domains: object) -> Verb:
    def made(one: SurveyDesign, _: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
        return pick(estimate(one, LINEAR, domains, ("proportion", "total"), settings=Settings(method=method)))

    return made


def differences(against: str) -> Verb:
    def made(one: SurveyDesign, _: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
        return pick(domain_differences(one, SHARE, "a", against=against, method=method), "difference")

    return made


def ranked(one: SurveyDesign, _: SurveyDesign, method: str) -> tuple[np.ndarray, np.ndarray]:
    return pick(rank_domains(estimate(one, ANSWER, "a", settings=Settings(method=method))))


VERBS: dict[str, Verb] = {
    "estimate": table([(), "a"]),
    "contrasts": contrast,
    "covariance": covariance,
    "domain_differences, rest": differences("rest"),
    "domain_differences, pairs": differences("pairs"),
    "category_differences": categories,
    "changes, overlap": change("overlap"),
    "changes, independent": change("independent"),
    "trend": slope,
    "rank_domains": ranked,
    "logistic": model,
}
OF_TWO = ("changes, overlap", "changes, independent", "trend")


def designs(kind: str) -> tuple[SurveyDesign, SurveyDesign]:
    one, other = (SurveyDesign(frame, "w", **KINDS[kind][1]) for frame in FRAMES)
    return one, other


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_follows_the_method(verb: str, kind: str) -> None:
    """Of a Taylor design: finite. Of a calibration: smaller or larger, never the plain error. Of replicates: theirs."""
    (one, other), method = designs(kind), KINDS[kind][0]
    value, se = VERBS[verb](one, other, method)
    assert (se > 0).all() and np.isfinite(se).all()
    if method == "calibrated":
        plain_value, plain = VERBS[verb](one, other, "taylor")
        np.testing.assert_allclose(value, plain_value, rtol=1e-9, atol=1e-12)
        assert (np.abs(se / plain - 1) > 1e-5).all()
    if method == "replicates":
        apart = verb in OF_TWO and ("independent" in verb or one.psu is None)
        np.testing.assert_allclose(se, replicated(verb, kind.split(",")[0], apart), rtol=1e-7, atol=1e-12)


@cache
def replicated(verb: str, kind: str, apart: bool) -> np.ndarray:
    """√Σ c_r (θ_r − θ)² by hand; two waves that share no PSUs, or are told so, vary one at a time."""
    replicates = designs(kind)[0].replicates
    assert replicates is not None

    def values(*weights: str) -> np.ndarray:
        one, other = (SurveyDesign(frame, own) for frame, own in zip(FRAMES, weights, strict=True))
        return VERBS[verb](one, other, "taylor")[0]

    pairs = [(lambda r: (r, "w")), (lambda r: ("w", r))] if apart else [lambda r: (r, r)]
    full = values("w", "w")
    deviations = [np.array([values(*pair(r)) for r in replicates.columns]) - full for pair in pairs]
    return np.sqrt(sum((replicates.coefficients[:, None] * own**2).sum(axis=0) for own in deviations))


FEW = FRAMES[0].iloc[:64].reset_index(drop=True)


@cache
def residuals(verb: str) -> np.ndarray:
    """w e, e = z − x'(X'DX)⁻¹X'Dz of the derivative z of a verb's values by every weight, taken numerically."""
    step, w = 1e-4, FEW["w"].to_numpy()

    def value(weights: np.ndarray) -> np.ndarray:
        moved = SurveyDesign(FEW.assign(w=weights), "w")
        return VERBS[verb](moved, moved, "taylor")[0]

    z = np.array([(value(w + row) - value(w - row)) / (2 * step) for row in np.eye(len(w)) * step])
    x = np.column_stack([FEW["a"] == "u", FEW["a"] == "v", FEW["x"]]).astype(float)
    dx = x * FEW["d"].to_numpy()[:, None]
    made: np.ndarray = w[:, None] * (z - x @ np.linalg.solve(dx.T @ x, dx.T @ z))
    return made


@pytest.mark.parametrize("verb", ["contrasts", "logistic"])
@pytest.mark.parametrize("kind", ["calibrated", "calibrated, rows", "calibrated, fpc", "calibrated, lonely"])
def test_calibrated_errors_are_those_of_residuals(verb: str, kind: str) -> None:
    design = SurveyDesign(FEW, "w", **KINDS[kind][1])
    scores = residuals(verb)
    by_psu = np.zeros((len(design.stratum_of_psu), scores.shape[1]))
    np.add.at(by_psu, design.psu_of_row, scores)
    se = VERBS[verb](design, design, "calibrated")[1]
    np.testing.assert_allclose(se, np.sqrt(score_variance(design, by_psu)), rtol=2e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_quantiles_and_tests_of_independence_follow_the_method(kind: str) -> None:
    """Woodruff's errors come from those of a share; R is the oracle of the tests (test_models_by_method)."""
    one, method = designs(kind)[0], KINDS[kind][0]
    made = estimate(one, QUANTILES, "a", settings=Settings(method=method))
    assert np.isfinite(made[["se", "ci_low", "ci_high"]]).all(axis=None)
    fixed = estimate(one, QUANTILES, "a")
    found, plain = (rao_scott(one, ANSWER, Share("u", "a", ("u",)), how) for how in (method, "taylor"))
    assert np.isfinite([found.f, found.f_p, found.wald, found.adjusted_wald]).all()
    assert found.pearson == plain.pearson
    if method == "taylor":
        assert found == plain
        np.testing.assert_array_equal(made["se"], fixed["se"])
    else:
        # The jackknife of two PSUs a stratum is the linearised error of totals, and hardly another of shares.
        assert abs(found.f / plain.f - 1) > 1e-5
        assert "jackknife" in kind or (made["se"] != fixed["se"]).any()
        # Woodruff's error is an interval's: without PSUs and strata the replicates' degrees of freedom are in it.
        assert "rows" in kind or (made["se_fixed"] == fixed["se"]).all()


REFUSALS: dict[str, tuple[Callable[[SurveyDesign, str], object], str]] = {
    "interviewer_effects": (
        lambda d, m: interviewer_effects(d, SHARE, "who", Settings(method=m)),
        "What interviewers add is told by linearisation",
    ),
    "score": (
        lambda d, m: estimate(d, Quantile("m", "y", interval="score"), settings=Settings(method=m)),
        "interval 'score' inverts a test with the weights as fixed",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", REFUSALS)
def test_what_is_by_linearisation_alone_refuses_another_method(verb: str, kind: str) -> None:
    (make, message), (one, _), method = REFUSALS[verb], designs(kind), KINDS[kind][0]
    if method == "taylor":
        made = make(one, method)
        assert (made["se"] > 0).all()
        return
    with pytest.raises(EstimationError, match=message):
        make(one, method)


@pytest.mark.parametrize("method", ["calibrated", "replicates"])
@pytest.mark.parametrize("verb", [*VERBS, "rao_scott"])
def test_a_design_without_what_the_method_needs_is_refused(verb: str, method: str) -> None:
    one, other = designs("taylor")
    make = VERBS.get(verb, lambda d, _, m: rao_scott(d, ANSWER, Share("u", "a", ("u",)), m))
    with pytest.raises(EstimationError, match=f"Method '{method}' needs a design with"):
        make(one, other, method)


@pytest.mark.parametrize("kind", KINDS)
def test_alpha_has_no_error_and_needs_no_method(kind: str) -> None:
    alpha, n = cronbach_alpha(designs(kind)[0], INDEX)
    assert n == ROWS
    assert alpha == cronbach_alpha(designs("rows")[0], INDEX)[0]
