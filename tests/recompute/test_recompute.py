"""The second opinion: samplics agrees with the kernel to 1e-8, and what it cannot say is recorded and stops nothing."""

import ast
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_table
from pulsometro.estimates.stage import Prepared
from pulsometro.estimation import (
    Categorical,
    Domain,
    Index,
    Numeric,
    Quantile,
    Settings,
    Share,
    SurveyDesign,
    Variable,
    Where,
    estimate,
)
from pulsometro.recompute import stage as recomputing
from pulsometro.recompute import with_samplics
from pulsometro.recompute.complete_columns import columns_of
from pulsometro.recompute.opinion_record import SecondOpinion, load_opinion
from pulsometro.settings.report_settings import Measure
from pulsometro.study import Study, load_study
from pulsometro.study.withheld import Withheld, read_withheld, write_withheld

ROOT = Path(__file__).resolve().parents[2]
WAVE = "2013T2"
SHARE = Share("s", "q", (1, 2), category="sí", missing=(8, 9), not_asked=(None,), statistics=("proportion", "total"))
VARIABLES: tuple[Variable, ...] = (
    SHARE,
    replace(SHARE, name="in_base", missing_rule="in_base", base=(Where("sex", (2,)),)),
    # Nobody gives this answer: an estimate of 0.
    replace(SHARE, name="nobody", numerator=(7,), declared=(1, 2, 3, 6, 7)),
    Categorical("c", (1, 2, 3, 7), ("una", "dos", "tres", "siete"), column="q", missing=(8, 9),
                missing_labels=("ns", "nc"), missing_rule="category", not_asked=(6,)),
    Numeric("n", "x", missing=(99.0,)),
    Index("i", ("q", "r"), ((1, 100.0), (2, 50.0), (3, 0.0)), at_least=2),
)  # fmt: skip
MEASURES = (
    Measure("s", "sí"), Measure("s", "sí", "total"), Measure("in_base", "sí"), Measure("nobody", "sí"),
    Measure("c", "dos"), Measure("c", "ns"), Measure("n", "", "mean"), Measure("i", "", "mean"),
)  # fmt: skip
DOMAINS = (
    Domain((), ()), Domain(("place",), (("a", "b", "c", "nowhere"),)), Domain(("sex",), ((1, 2),)),
    Domain(("place", "sex"), (("a", "b", "c", "nowhere"), (1, 2))),
)  # fmt: skip


def rows(seed: int = 5, n: int = 600) -> pd.DataFrame:
    """Two stages: PSUs in six strata, places that cross them (one has a single PSU in some), missing answers."""
    rng = np.random.default_rng(seed)
    psu = rng.integers(0, 48, n)
    place = np.where(psu < 13, "a", np.where(rng.random(n) < 0.6, "b", "c"))
    return pd.DataFrame({
        "stratum": [f"E{k % 6}" for k in psu], "psu": [f"U{k:02d}" for k in psu], "w": rng.gamma(2.0, 500.0, n),
        "place": place, "sex": pd.array(rng.integers(1, 3, n), dtype="Int64"),
        "q": pd.array(rng.choice([1, 2, 3, 6, 8, 9, None], n, p=[0.3, 0.2, 0.2, 0.1, 0.08, 0.07, 0.05]), dtype="Int64"),
        "r": pd.array(rng.choice([1, 2, 3, 9], n), dtype="Int64"),
        "x": np.where(rng.random(n) < 0.1, 99.0, rng.normal(1000.0, 50.0, n).round(1)),
    })  # fmt: skip


def planned(data: pd.DataFrame, strata: str | None = "stratum", psu: str | None = "psu") -> Prepared:
    return Prepared(SurveyDesign(data, "w", strata, psu), VARIABLES, DOMAINS)


Ask = Callable[..., tuple[Study, SecondOpinion]]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A study of one wave with invented answers, and what the stage records of it."""

    def asked(prepared: Prepared, spoil: Callable[[pd.DataFrame], pd.DataFrame] = lambda t: t):  # type: ignore[no-untyped-def]
        params = load_study(ROOT).params
        report = replace(params.report, headline=MEASURES[0], findings=MEASURES)
        study = Study(tmp_path, replace(params, report=report, waves={WAVE: params.waves[WAVE]}))
        table = estimate(prepared.design, prepared.variables, prepared.domains, wave=WAVE, settings=Settings())
        write_table(spoil(table), study.processed(WAVE, "estimates.parquet"))
        monkeypatch.setattr(recomputing, "prepare", lambda *_: prepared)
        recomputing.run(study)
        return study, load_opinion(study, WAVE)

    return asked


@pytest.mark.parametrize(("strata", "psu"), [("stratum", "psu"), ("stratum", None), (None, "psu"), (None, None)])
def test_both_programs_agree(ask: Ask, strata: str | None, psu: str | None) -> None:
    _, opinion = ask(planned(rows(), strata, psu))
    assert opinion.agrees and not opinion.warns and opinion.program.startswith("samplics 0.6")
    # The whole, three places and two sexes; nobody is nowhere, and pairs of items are not asked for.
    assert opinion.kinds == ("total", "place", "sex") and opinion.figures >= (len(MEASURES) - 1) * 6
    # Our table has ten digits.
    assert opinion.largest_estimate is not None and opinion.largest_estimate <= 1e-9
    assert opinion.largest_error is not None and opinion.largest_error <= 1e-9


@pytest.mark.parametrize("column", ["estimate", "se_fixed"])
def test_a_figure_that_lies_apart_is_named_and_stops_nothing(ask: Ask, column: str) -> None:
    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        at = (table["indicator"] == "n") & (table["domain"] == "b") & (table["domain_kind"] == "place")
        assert at.sum() == 1
        return table.assign(**{column: table[column].where(~at, table[column] * (1 + 3e-8))})

    study, opinion = ask(planned(rows()), spoil)
    (apart,) = opinion.apart
    assert (apart.indicator, apart.statistic, apart.domain_kind, apart.domain) == ("n", "mean", "place", "b")
    ours, theirs = (apart.estimate, apart.other_estimate) if column == "estimate" else (apart.error, apart.other_error)
    assert theirs is not None and ours / theirs - 1 == pytest.approx(3e-8, rel=0.1)
    assert opinion.warns and not opinion.agrees
    assert f"WARNING {WAVE}: 1 figure apart, first n in place b" in recomputing.run(study)


def test_a_stratum_with_one_psu_is_not_comparable(ask: Ask) -> None:
    data = rows()
    data.loc[data["psu"] == "U07", "stratum"] = "alone"
    study, opinion = ask(planned(data))
    assert (opinion.obstacle, opinion.lonely, opinion.figures) == ("lonely_psu", 1, 0)
    assert not opinion.warns and opinion.largest_error is None
    assert f"\n{WAVE}: not comparable, 1 strata with one PSU" in recomputing.run(study)


def test_without_samplics_or_when_it_fails_the_record_says_so(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> str:
        raise PackageNotFoundError("samplics")

    def broken(*_: object) -> dict[str, tuple[float, float]]:
        raise ValueError("María Pérez")

    with monkeypatch.context() as patch:
        patch.setattr(with_samplics, "program", absent)
        study, opinion = ask(planned(rows()))
        assert (opinion.obstacle, opinion.program, opinion.figures) == ("absent", "", 0) and opinion.warns
        assert f"WARNING {WAVE}: not comparable, samplics is not installed" in recomputing.run(study)
    monkeypatch.setattr(with_samplics, "taylor", broken)
    study, opinion = ask(planned(rows()))
    assert (opinion.obstacle, opinion.failure) == ("failed", "ValueError") and opinion.warns
    assert "María" not in recomputing.run(study)


def test_a_kind_of_domain_that_is_too_large_is_left_out_and_named(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recomputing, "MOST_WORK", 600 * 6 * 2)
    _, opinion = ask(planned(rows()))
    assert (opinion.kinds, opinion.left_out) == (("total", "sex"), ("place",)) and opinion.agrees


def test_a_withheld_wave_hands_its_record_on_and_no_wave_at_all_is_told(ask: Ask) -> None:
    study, _ = ask(planned(rows()))
    write_withheld(study, Withheld(WAVE, "weight", "", "no weights", "mend it"), "weight")
    assert recomputing.run(study).startswith("0 figures of 0 waves")
    record = read_withheld(study, WAVE, "recompute")
    assert record is not None and record.stage == "weight"
    assert not study.processed(WAVE, "second_opinion.json").exists()
    empty = Study(study.root / "empty", study.params)
    with pytest.raises(PulsoError, match="no wave has estimates yet"):
        recomputing.run(empty)


def test_columns_are_complete_and_what_has_none_is_left_out() -> None:
    data = rows()
    for variable, category in ((VARIABLES[0], "sí"), (VARIABLES[3], "nc"), (VARIABLES[4], ""), (VARIABLES[5], "")):
        columns = columns_of(variable, category, data)
        assert columns is not None and np.isfinite(columns.y).all() and set(columns.x) == {0.0, 1.0}
        assert not columns.y[columns.x == 0].any()
    assert columns_of(VARIABLES[0], "no", data) is None and columns_of(VARIABLES[3], "no", data) is None
    assert columns_of(Quantile("m", "x"), "0.5", data) is None


def test_samplics_has_one_module_and_its_notice_is_not_seen() -> None:
    package = ROOT / "pipeline" / "pulsometro"
    named = [
        path.name
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "samplics")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "samplics" for alias in node.names))
    ]
    assert set(named) == {"with_samplics.py"}
    code = (
        "import numpy as np; from pulsometro.recompute.with_samplics import Sampled, taylor; one = np.ones(4); "
        "at = np.arange(4); print(taylor(Sampled(one, at // 2, at), one, one, None)['total'])"
    )
    done = subprocess.run([sys.executable, "-W", "default", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("(1.0, 0.0)", "")
