"""What must not change when nothing that matters changes."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsometro.estimation import Categorical, Domain, Numeric, Ratio, Settings, Share, SurveyDesign, estimate

VARIABLES = (
    Categorical("q", (1, 2, 3), missing=(9,)),
    Share("s", "q", (1,), "si", missing=(9,), missing_rule="in_base"),
    Numeric("x", statistics=("mean", "total")),
    Ratio("r", "x", "z"),
)
DOMAINS = ((), ("a",), ("b",), ("a", "b"))
STABLE = ["estimate", "se", "df", "ci_low", "ci_high", "population"]
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def samples(draw: st.DrawFn) -> pd.DataFrame:
    """Small stratified cluster samples with empty cells, lonely PSUs, missing answers and zero weights."""
    seed, n = draw(st.integers(0, 2**32 - 1)), draw(st.integers(12, 90))
    psus, strata = draw(st.integers(3, 15)), draw(st.integers(1, 4))
    rng = np.random.default_rng(seed)
    psu = np.concatenate([np.arange(psus), rng.integers(0, psus, max(n - psus, 0))])
    stratum = rng.integers(0, strata, psus)
    rows = len(psu)
    weights = rng.uniform(0.5, 9, rows)
    # A few answers that count for nothing, but not all of them.
    weights[1:] *= rng.random(rows - 1) > 0.05
    return pd.DataFrame(
        {
            "h": stratum[psu], "psu": psu, "w": weights,
            "a": rng.choice(["u", "v", "w"], rows), "b": rng.integers(1, 3, rows),
            "q": rng.choice([1, 2, 3, 9], rows, p=[0.5, 0.3, 0.1, 0.1]), "x": rng.gamma(2, 10, rows),
            "z": rng.uniform(1, 2, rows),
        }
    )  # fmt: skip


def table(data: pd.DataFrame, variables: tuple = VARIABLES, **design: str) -> pd.DataFrame:
    made = SurveyDesign(data, "w", **({"strata": "h", "psu": "psu"} | design))
    domains = [Domain(columns, tuple({"a": ("u", "v", "w"), "b": (1, 2)}[c] for c in columns)) for columns in DOMAINS]
    return estimate(made, variables, domains, ("proportion", "total"))


def assert_same(one: pd.DataFrame, other: pd.DataFrame, columns: list[str], factor: float = 1.0) -> None:
    keys = ["indicator", "category", "statistic", "domain"]
    pd.testing.assert_frame_equal(one[keys], other[keys])
    for column in columns:
        scaled = (one["statistic"] == "total") & (column in ("estimate", "se", "ci_low", "ci_high"))
        scale = np.where(scaled | (column == "population"), factor, 1.0)
        np.testing.assert_allclose(
            other[column].to_numpy(float), one[column].to_numpy(float) * scale, rtol=1e-8, atol=1e-9, err_msg=column
        )


@QUICK
@given(samples(), st.integers(0, 2**32 - 1))
def test_row_order_does_not_matter(data: pd.DataFrame, seed: int) -> None:
    assert_same(table(data), table(data.sample(frac=1, random_state=seed)), [*STABLE, "n", "deff"])


@QUICK
@given(samples(), st.floats(0.01, 1e6))
def test_weights_scale_totals_only(data: pd.DataFrame, factor: float) -> None:
    assert_same(table(data), table(data.assign(w=data["w"] * factor)), STABLE, factor)


@QUICK
@given(samples())
def test_splitting_a_category_leaves_the_others(data: pd.DataFrame) -> None:
    split = data.assign(q=np.where((data["q"] == 3) & (data["x"] > 15), 4, data["q"]))
    whole, parts = table(data, (VARIABLES[0],)), table(split, (Categorical("q", (1, 2, 3, 4), missing=(9,)),))
    kept = ["1", "2"]
    assert_same(
        whole[whole["category"].isin(kept)].reset_index(drop=True),
        parts[parts["category"].isin(kept)].reset_index(drop=True),
        STABLE,
    )
    three = whole[(whole["category"] == "3") & (whole["statistic"] == "total")]["estimate"].to_numpy()
    both = parts[parts["category"].isin(["3", "4"]) & (parts["statistic"] == "total")]
    np.testing.assert_allclose(both.groupby("domain", sort=False)["estimate"].sum(), three, rtol=1e-9, atol=1e-9)


@QUICK
@given(samples())
def test_an_empty_domain_changes_nothing_else(data: pd.DataFrame) -> None:
    design = SurveyDesign(data, "w", "h", "psu")
    codes = tuple(sorted(data["a"].unique()))
    plain = estimate(design, VARIABLES, [Domain(("a",), (codes,))])
    more = estimate(design, VARIABLES, [Domain(("a",), ((*codes, "nadie"),))])
    empty = more[more["domain"] == "nadie"]
    assert (empty["n"] == 0).all()
    assert not empty["publishable"].any()
    assert (empty["reason"] == "no_cases").all()
    assert_same(plain, more[more["domain"] != "nadie"].reset_index(drop=True), STABLE)


@QUICK
@given(samples())
def test_duplicated_respondents_with_half_the_weight(data: pd.DataFrame) -> None:
    """The PSU totals are the same, so only what counts persons changes: n, and the effect against a sample of n.

    Kish's effect n Σw²/(Σw)² stays, as n doubles and Σw² halves; the effective n behind it doubles.
    """
    twice = pd.concat([data.assign(w=data["w"] / 2)] * 2, ignore_index=True)
    one, other = table(data), table(twice)
    shown = one["n"] > 0
    # At 0 and 1 the interval is exact on n, which doubles.
    logit = (one["ci_method"] != "kg").to_numpy()
    assert_same(one, other, ["estimate", "se", "df", "population"])
    assert_same(one[logit].reset_index(drop=True), other[logit].reset_index(drop=True), ["ci_low", "ci_high"])
    assert (other.loc[shown, "n"] == 2 * one.loc[shown, "n"]).all()
    effect = one["deff"].notna() & (one["n"] > 1)
    grown = one["deff"] * (2 * one["n"] - 1) / (one["n"] - 1).where(effect)
    np.testing.assert_allclose(other.loc[effect, "deff"], grown[effect], rtol=1e-7)
    kish = [
        estimate(SurveyDesign(d, "w", "h", "psu"), [VARIABLES[1]], settings=Settings(deff="kish"))["deff"].iloc[0]
        for d in (data, twice)
    ]
    np.testing.assert_allclose(kish[1], kish[0])


@QUICK
@given(samples())
def test_shares_add_up_and_totals_add_over_domains(data: pd.DataFrame) -> None:
    ours = table(data, (VARIABLES[0],))
    shares = ours[(ours["statistic"] == "proportion") & (ours["n"] > 0)]
    np.testing.assert_allclose(shares.groupby(["domain_kind", "domain"])["estimate"].sum(), 1.0)
    totals = ours[ours["statistic"] == "total"].pivot_table("estimate", "category", "domain_kind", "sum")
    for kind in ("a", "b", "a*b"):
        np.testing.assert_allclose(totals[kind], totals["total"], rtol=1e-9, atol=1e-9)


@QUICK
@given(samples())
def test_an_error_is_zero_or_real(data: pd.DataFrame) -> None:
    se = table(data)["se"].to_numpy()
    assert ((se == 0) | (se > 1e-9) | np.isnan(se)).all()


@QUICK
@given(samples())
def test_integers_texts_and_nullable_codes_give_the_same(data: pd.DataFrame) -> None:
    plain = table(data, (VARIABLES[0],))
    for kind in ("Int64", "float64", "category"):
        assert_same(plain, table(data.assign(q=data["q"].astype(kind)), (VARIABLES[0],)), STABLE)
    texts = Categorical("q", ("1", "2", "3"), missing=("9",))
    assert_same(plain, table(data.assign(q=data["q"].astype(str)), (texts,)), STABLE)


def test_a_population_of_everyone_has_no_error() -> None:
    """A census: with every PSU sampled the finite population correction leaves nothing."""
    data = pd.DataFrame({"h": [1, 1, 2, 2], "w": 1.0, "N": 2, "y": [0, 1, 1, 1], "psu": range(4)})
    made = estimate(SurveyDesign(data, "w", "h", "psu", fpc="N"), [Numeric("y", statistics=("mean", "total"))])
    assert made["se"].tolist() == [0.0, 0.0]
    assert made["estimate"].tolist() == [0.75, 3.0]


@pytest.mark.parametrize("interval", ["logit", "kg", "kg_uncapped", "wilson", "wald"])
def test_higher_levels_are_wider(interval: str) -> None:
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"w": 1.0, "h": np.arange(200) % 4, "psu": np.arange(200), "q": rng.integers(1, 4, 200)})
    widths = []
    for level in (0.80, 0.90, 0.95, 0.99):
        made = estimate(
            SurveyDesign(data, "w", "h", "psu"), [Categorical("q", (1, 2, 3))],
            settings=Settings(interval=interval, level=level),
        )  # fmt: skip
        assert (made["ci_low"] <= made["estimate"]).all()
        assert (made["estimate"] <= made["ci_high"]).all()
        widths.append((made["ci_high"] - made["ci_low"]).to_numpy())
    assert (np.diff(np.array(widths), axis=0) > 0).all()
