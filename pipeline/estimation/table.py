"""The estimates table: one tidy row an estimate, with interval, precision class and reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.estimation.design import SurveyDesign
from pipeline.estimation.domains import CodedDomain, Domain, code_domains
from pipeline.estimation.errors import EstimationError, VariableError
from pipeline.estimation.intervals import METHODS, IntervalMethod, effective_size, proportion_interval, wald
from pipeline.estimation.kernel import Block, run
from pipeline.estimation.plan import Method, make_plan
from pipeline.estimation.precision import Inegi, Quality, Scheme
from pipeline.estimation.quantiles import quantile_blocks
from pipeline.estimation.variables import PROPORTION, QUANTILE, Quantile, Variable, statistics_of

DesignEffect = Literal["with_replacement", "without_replacement", "kish"]
COLUMNS = (
    "wave", "indicator", "category", "statistic", "domain_kind", "domain", "estimate", "se", "se_fixed",
    "ci_low", "ci_high", "ci_level", "ci_method", "df", "cv", "deff", "n", "n_category", "n_eff",
    "population", "precision", "publishable", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """How estimates are presented.

    ``level`` of the intervals (a proportion); ``interval`` of proportions, replaced by the capped
    Korn–Graubard at 0 and 1 where logit has none, unless ``extremes`` is "none"; ``deff`` the design
    effect shown; ``df`` fixes the degrees of freedom instead of the domain's PSUs − strata.
    """

    method: Method = "taylor"
    level: float = 0.95
    interval: IntervalMethod = "logit"
    extremes: Literal["kg", "none"] = "kg"
    deff: DesignEffect = "with_replacement"
    precision: Scheme = field(default_factory=Inegi)
    df: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise EstimationError(f"The interval's level is {self.level}; give a proportion such as 0.95.")
        if self.interval not in METHODS:
            raise EstimationError(f"Unknown interval {self.interval!r}; use one of {', '.join(METHODS)}.")


def estimate(
    design: SurveyDesign,
    variables: Sequence[Variable],
    domains: Sequence[Domain | Sequence[str] | str] = ((),),
    statistics: Sequence[str] = (PROPORTION,),
    *,
    wave: str = "",
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Estimate every variable in every domain; one row an estimate, with the columns ``COLUMNS``.

    ``domains`` are crossings of columns, () for the total. ``statistics`` are those of the categorical
    variables that name none themselves: "proportion" (0–1) and "total" (persons). ``se`` follows
    ``settings.method``, ``se_fixed`` is plain Taylor with the weights as fixed; ``cv`` is a fraction;
    ``n`` counts rows of the base with positive weight, ``population`` is their weighted sum. Rows come
    by variable, statistic, kind of domain, domain and category; categories without answers and declared
    domains without rows are present. Raises DesignError and VariableError, both EstimationError.
    """
    settings = settings or Settings()
    _check_names(variables)
    coded = code_domains(design.data, domains)
    plan = make_plan(design, coded, settings.method)
    wanted = [statistics_of(variable, statistics) for variable in variables]
    blocks = run(plan, variables, wanted, settings.deff == "kish")
    for number, variable in enumerate(variables):
        if isinstance(variable, Quantile):
            blocks.extend(quantile_blocks(plan, number, variable, settings.level, settings.df))
    blocks.sort(key=lambda block: block.variable)
    return _assemble(blocks, variables, coded, wave, settings)


def _check_names(variables: Sequence[Variable]) -> None:
    names = [variable.name for variable in variables]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise VariableError(f"Variables are named more than once: {', '.join(twice)}; names identify indicators.")
    if not names:
        raise VariableError("No variables were given; there is nothing to estimate.")


def _assemble(
    blocks: Sequence[Block], variables: Sequence[Variable], domains: Sequence[CodedDomain], wave: str,
    settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    shapes = [block.estimate.T.shape for block in blocks]
    sizes = [rows * columns for rows, columns in shapes]

    def flat(name: str) -> np.ndarray:
        """One value an estimate, domains outside, categories inside."""
        parts = []
        for block, shape in zip(blocks, shapes, strict=True):
            values = getattr(block, name)
            whole = values.T if values.ndim == 2 else np.broadcast_to(values[:, None], shape)
            parts.append(whole.ravel())
        return np.concatenate(parts)

    def each(values: Sequence[str]) -> np.ndarray:
        return np.repeat(np.array(values, dtype=object), sizes)

    labels = [np.array(domain.labels, dtype=object) for domain in domains]
    table = pd.DataFrame(
        {
            "wave": wave,
            "indicator": each([variables[block.variable].name for block in blocks]),
            "category": np.concatenate(
                [np.tile(np.array(b.categories, dtype=object), len(labels[b.kind])) for b in blocks]
            ),
            "statistic": each([block.statistic for block in blocks]),
            "domain_kind": each([domains[block.kind].kind for block in blocks]),
            "domain": np.concatenate([np.repeat(labels[b.kind], len(b.categories)) for b in blocks]),
            "estimate": flat("estimate"),
            "se": np.sqrt(flat("variance")),
            "se_fixed": np.sqrt(flat("fixed")),
            "df": flat("df") if settings.df is None else float(settings.df),
            "n": flat("n"),
            "n_category": flat("n_category"),
            "population": flat("population"),
        }
    )
    effect = _design_effect(table, flat("element"), flat("squares"), settings)
    return _finish(table, effect, _own_intervals(blocks, sizes), settings)


def _own_intervals(blocks: Sequence[Block], sizes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Limits of the estimates that bring their own interval, NaN for the others."""
    nothing = [np.full(size, np.nan) for size in sizes]
    low, high = (
        np.concatenate(
            [none if block.interval is None else block.interval[side].T.ravel()
             for block, none in zip(blocks, nothing, strict=True)]
        )
        for side in (0, 1)
    )  # fmt: skip
    return low, high


def _design_effect(table: pd.DataFrame, element: np.ndarray, squares: np.ndarray, settings: Settings) -> np.ndarray:
    """v over the variance of a simple random sample of the same n (Kish 1965); Kish's is n Σw²/(Σw)²."""
    n, population = table["n"].to_numpy(), table["population"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        if settings.deff == "kish":
            return n * squares / population**2
        simple = element / n
        if settings.deff == "without_replacement":
            simple = simple * (population - n) / population
        return np.where(simple > 0, table["se"].to_numpy() ** 2 / simple, np.nan)


def _finish(
    table: pd.DataFrame, effect: np.ndarray, own: tuple[np.ndarray, np.ndarray], settings: Settings
) -> pd.DataFrame:
    """Add interval, CV, effects, effective n and the precision verdict."""
    value, se, df = (table[name].to_numpy() for name in ("estimate", "se", "df"))
    n = table["n"].to_numpy()
    share = (table["statistic"] == PROPORTION).to_numpy()
    # A mean known from one case only has a variance of zero by arithmetic, not by knowledge.
    se = np.where(df > 0, se, np.nan)
    low, high = wald(value, se, df, settings.level)
    method = np.full(len(table), "wald", dtype=object)
    if share.any():
        low[share], high[share] = proportion_interval(
            settings.interval, value[share], se[share], n[share], df[share], settings.level
        )
        method[share] = settings.interval
    quantile = (table["statistic"] == QUANTILE).to_numpy()
    low, high = np.where(quantile, own[0], low), np.where(quantile, own[1], high)
    method[quantile] = "woodruff"
    extreme = share & ((value <= 0) | (value >= 1)) & (settings.interval == "logit")
    if settings.extremes == "kg" and extreme.any():
        low[extreme], high[extreme] = proportion_interval(
            "kg", value[extreme], se[extreme], n[extreme], df[extreme], settings.level
        )
        method[extreme] = "kg"
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(value != 0, se / np.abs(value), np.nan)
        n_eff = np.where(share, effective_size(value, se, n), np.where(effect > 0, n / effect, np.nan))
    n_eff = np.where(df > 0, n_eff, np.nan)
    quality = Quality(value, se, cv, df, effect, n, table["n_category"].to_numpy(), n_eff, share)
    verdict = settings.precision.judge(quality)
    table = table.assign(
        ci_low=low, ci_high=high, ci_level=settings.level, ci_method=method, cv=cv, deff=effect, n_eff=n_eff,
        precision=verdict.precision, publishable=verdict.publishable, reason=verdict.reason,
        n=n.astype(np.int64), n_category=table["n_category"].astype(np.int64),
    )  # fmt: skip
    for name in ("wave", "indicator", "category", "statistic", "domain_kind", "domain", "ci_method",
                 "precision", "reason"):  # fmt: skip
        table[name] = table[name].astype("str")
    return table[list(COLUMNS)]
