"""Precision schemes at their thresholds."""

import numpy as np
import pytest

from pipeline.estimation import Cepal, Inegi, Nchs, scheme_named
from pipeline.estimation.intervals import korn_graubard
from pipeline.estimation.precision import Quality, Verdict


def quality(**given: object) -> Quality:
    plain = {
        "estimate": 0.4, "se": 0.02, "cv": 0.05, "df": 60.0, "deff": 1.2, "n": 500, "n_category": 200, "n_eff": 400.0,
        "is_proportion": True,
    }  # fmt: skip
    return Quality(**{name: np.array([value]) for name, value in (plain | given).items()})


def one(verdict: Verdict) -> tuple[str, bool, str]:
    return verdict.precision[0], bool(verdict.publishable[0]), verdict.reason[0]


@pytest.mark.parametrize(
    ("cv", "name", "publishable"),
    [(0.1499, "alta", True), (0.15, "moderada", True), (0.2999, "moderada", True), (0.30, "baja", False)],
)
def test_inegi(cv: float, name: str, publishable: bool) -> None:
    precision, shown, reason = one(Inegi().judge(quality(cv=cv)))
    assert (precision, shown) == (name, publishable)
    assert bool(reason) is not publishable


@pytest.mark.parametrize("scheme", [Inegi(), Nchs(), Cepal()], ids=["inegi", "nchs", "cepal"])
def test_no_scheme_passes_what_has_no_cases_or_no_freedom(scheme: Inegi | Nchs | Cepal) -> None:
    nothing = quality(n=0, n_category=0, n_eff=np.nan, df=0.0, cv=np.nan, se=np.nan, estimate=np.nan)
    assert one(scheme.judge(nothing)) == ("", False, "sin casos en la base")
    lonely = quality(df=0.0, se=np.nan, cv=np.nan, n_eff=np.nan)
    assert one(scheme.judge(lonely)) == ("", False, "sin grados de libertad para estimar el error")
    assert one(scheme.judge(quality())) == ("alta", True, "")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"n": 29, "n_eff": 29.0}, "baja"),
        ({"n": 60, "n_eff": 29.9, "se": 0.0895}, "baja"),
        ({"df": 7.0}, "moderada"),
        ({"estimate": 0.01, "se": 0.006, "n": 300, "n_eff": 275.0}, "alta"),
        ({"estimate": 0.03, "se": 0.017, "n": 110, "n_eff": 100.7}, "baja"),
        ({"estimate": 0.97, "se": 0.017, "n": 110, "n_eff": 100.7}, "moderada"),
        ({"estimate": 0.0, "se": 0.0, "n": 200, "n_eff": 200.0}, "moderada"),
    ],
)
def test_nchs(given: dict, name: str) -> None:
    assert one(Nchs().judge(quality(**given)))[0] == name


def test_nchs_widths_are_those_of_its_own_interval() -> None:
    p, se, n, df = (np.array([value]) for value in (0.5, 0.0765, 60, 40.0))
    low, high = korn_graubard(p, se, n, df, 0.95)
    assert (high - low)[0] > 0.30
    precision, shown, reason = one(Nchs().judge(quality(estimate=0.5, se=0.0765, n=60, n_eff=42.7, df=40.0)))
    assert (precision, shown) == ("baja", False)
    assert reason == "intervalo de Korn y Graubard demasiado ancho"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"n_eff": 59.9}, "baja"),
        ({"df": 8.0}, "baja"),
        ({"deff": 0.9, "n": 99}, "baja"),
        ({"deff": 0.9, "n": 100}, "alta"),
        ({"n_category": 49}, "moderada"),
        ({"n_category": 29}, "baja"),
        ({"estimate": 0.02, "se": 0.0136}, "alta"),
        ({"estimate": 0.02, "se": 0.0138}, "baja"),
        ({"estimate": 0.98, "se": 0.0138}, "moderada"),
        ({"is_proportion": False, "cv": 0.20}, "alta"),
        ({"is_proportion": False, "cv": 0.25}, "moderada"),
        ({"is_proportion": False, "cv": 0.31}, "baja"),
    ],
)
def test_cepal(given: dict, name: str) -> None:
    assert one(Cepal().judge(quality(**given)))[0] == name


def test_schemes_by_name() -> None:
    assert [type(scheme_named(name)) for name in ("inegi", "NCHS", "cepal")] == [Inegi, Nchs, Cepal]
    with pytest.raises(ValueError, match="use one of inegi, nchs, cepal"):
        scheme_named("otra")
