"""What a logistic model says of terms that cannot be told apart, of outliers and of perfect prediction."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from pulsometro.estimation import Categorical, EstimationError, Numeric, Share, SurveyDesign, logistic

HAPPENED = Share("y", "y", (1,))
SEX = Categorical("sexo", ("H", "M"))
AREA = Categorical("area", ("a", "b", "c"))


def sample(seed: int = 0, n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    psu = np.arange(n) % 40
    frame = pd.DataFrame({"h": psu % 4, "psu": psu, "w": rng.uniform(1, 5, n), "x": rng.normal(size=n)})
    frame["sexo"], frame["area"] = rng.choice(["H", "M"], n), rng.choice(["a", "b", "c"], n)
    frame["z"] = rng.normal(size=n)
    push = 0.7 * frame["x"] + (frame["sexo"] == "M") - 0.4
    frame["y"] = (rng.random(n) < special.expit(push)).astype(int)
    return frame


def model(data: pd.DataFrame, *terms: Categorical | Numeric):
    return logistic(SurveyDesign(data, "w", "h", "psu"), HAPPENED, terms)


@pytest.mark.parametrize(
    ("make", "terms", "message"),
    [
        (lambda d: d, (), "has no terms; give at least one"),
        (lambda d: d, (SEX, Numeric("x"), SEX), "Term 'sexo' is in the model twice"),
        (lambda d: d, (Numeric("x"), Numeric("again", "x")), "Term 'again' is in the model twice"),
        (lambda d: d.assign(t=3 * d["x"] + 7), (Numeric("x"), Numeric("t")), "Term 't' repeats x in the rows used"),
        (
            lambda d: d.assign(edad=2 * (d["sexo"] == "M") + d["x"] - 1e6),
            (SEX, AREA, Numeric("x"), Numeric("edad")),
            r"Term 'edad' repeats sexo \+ x in the rows used; leave one of them out",
        ),
        (
            lambda d: d.assign(zona=d["area"].map({"a": 1, "b": 2, "c": 2})),
            (AREA, Categorical("zona", (1, 2))),
            "Term 'zona' repeats area in the rows used",
        ),
        (lambda d: d.iloc[:3].assign(y=[0, 1, 0]), (Numeric("x"), Numeric("z"), Numeric("w")), "4 coefficients for 3"),
        (lambda d: d.assign(copia=d["y"]), (SEX, Numeric("copia")), "cannot converge: .*copia predicts .* perfectly"),
        (
            lambda d: d.assign(rare=np.where((d["y"] == 1) & (d.index % 7 == 0), "r", "s")),
            (Numeric("x"), Categorical("rare", ("s", "r"))),
            "cannot converge: rare predicts the outcome perfectly in some rows",
        ),
        (
            lambda d: d.assign(y=(d["x"] + d["z"] > 0).astype(int)),
            (Numeric("x"), Numeric("z")),
            r"cannot converge: x \+ z predicts the outcome perfectly",
        ),
        (
            # Divided by x but for the rows at 0, with a row far out: the scale of what is small is not its own.
            lambda d: d.assign(x=[1e10, *d["x"].round(1)[1:]]).assign(
                y=lambda e: np.where(e["x"] == 0, e["y"], e["x"] > 0)
            ),
            (Numeric("x"), Numeric("z")),
            "cannot converge: x predicts the outcome perfectly",
        ),
        (lambda d: d.assign(x=np.nan), (SEX, Numeric("x")), "no complete rows: nobody has an answer to x; look"),
        (lambda d: d.assign(y=np.nan), (SEX,), "no complete rows: nobody has an answer to the outcome; look"),
        (
            lambda d: d.assign(x=d["x"].where(d.index < 9), z=d["z"].where(d.index >= 9)),
            (Numeric("x"), Numeric("z")),
            "no complete rows: nobody has an answer to all of its terms",
        ),
        (
            lambda d: d,
            (Numeric("x"), Categorical("sexo", ("X", "H", "M"))),
            "Term 'sexo': its reference, the first category 'X', is empty in the 400 rows used; put a category with",
        ),
        (lambda d: d, (SEX, Categorical("area", ("a", "b", "c", "d"))), "do not vary in them: area=d; leave them out"),
        (lambda d: d.assign(one=1), (SEX, Categorical("one", (1,))), "Term 'one' has one category and compares nobody"),
    ],
)
def test_what_no_model_can_tell(make, terms, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        model(make(sample()), *terms)


@pytest.mark.parametrize("outlier", [30.0, 300.0, -1e4])
def test_an_outlier_is_no_perfect_prediction(outlier: float) -> None:
    """R fits it: an x of 30 among N(0, 1), whose odds are as large as the slope makes them."""
    data = sample()
    data.loc[0, "x"], data.loc[0, "y"] = outlier, int(outlier > 0)
    # A steep but overlapping relation, so that the outlier's log odds are far beyond 25.
    steep = np.random.default_rng(1).random(len(data)) < special.expit(3 * data["x"])
    data["y"] = np.where(data.index == 0, data["y"], steep).astype(int)
    fitted = model(data, Numeric("x"))
    w, x, sign = data["w"].to_numpy(), data["x"].to_numpy(), 2 * data["y"].to_numpy() - 1

    def gradient(b: np.ndarray) -> list[float]:
        pull = w * sign * special.expit(-sign * (b[0] + b[1] * x))
        return [pull.sum(), (pull * x).sum()]

    root = optimize.root(gradient, fitted.coefficients["estimate"].to_numpy(), tol=1e-12).x
    np.testing.assert_allclose(fitted.coefficients["estimate"], root, rtol=1e-7)
    assert np.isfinite(fitted.effects["se"]).all()
    assert abs(root[1] * outlier) > 25


@pytest.mark.parametrize("outlier", [1e6, 1e10, 1e13, -1e10])
@pytest.mark.parametrize("up", [0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_however_far_an_outlier_is_the_others_are_not_divided(outlier: float, up: int, seed: int) -> None:
    """The likelihood's gradient vanishes, in units of its terms: that of x's is what the outlier's row leaves."""
    data = sample(seed)
    data.loc[0, "x"], data.loc[0, "y"] = outlier, up
    fitted = model(data, Numeric("x"), SEX).coefficients["estimate"].to_numpy()
    x = np.column_stack([np.ones(len(data)), data["x"], data["sexo"] == "M"])
    sign = 2 * data["y"].to_numpy() - 1
    pulls = x * (data["w"].to_numpy() * sign * special.expit(-sign * (x @ fitted)))[:, None]
    sizes = np.abs(pulls).sum(axis=0)
    assert (np.abs(pulls.sum(axis=0)) <= 1e-7 * sizes).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(-6, 9), st.floats(-6, 9), st.sampled_from([0.0, 1e3, -1e7]))
def test_units_and_distance_of_a_term_and_of_the_weights(seed: int, power: float, other: float, far: float) -> None:
    data, unit = sample(seed), float(10**power)
    plain = model(data, SEX, Numeric("x"))
    moved = data.assign(x=(data["x"] + far) * unit, w=data["w"] * 10**other)
    changed = model(moved, SEX, Numeric("x"))
    per_unit = np.array([1.0, 1 / unit])
    for name in ("estimate", "se"):
        np.testing.assert_allclose(changed.coefficients[name][1:], plain.coefficients[name][1:] * per_unit, rtol=1e-6)
        np.testing.assert_allclose(changed.effects[name], plain.effects[name] * per_unit, rtol=1e-6)
