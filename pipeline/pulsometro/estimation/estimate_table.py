"""The estimates table: one tidy row an estimate, with interval, precision class and reason."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ._engine.coded_domains import CodedDomain, code_domains
from ._engine.kernel import Block, run
from ._engine.plan import Method, make_plan
from .domains import Domain
from .errors import EstimationError, VariableError, check_choice
from .given import check_number, check_type
from .intervals import METHODS, IntervalMethod, effective_size, proportion_interval, shows_no_spread, wald
from .precision import SCHEMES, Inegi, Quality, Scheme, scheme_named
from .quantiles import quantile_blocks
from .survey_design import SurveyDesign
from .variables import PROPORTION, QUANTILE, Quantile, Variable, check_asked, statistics_of, taken_variables

INTERVAL_NAMES: tuple[str, ...] = (*METHODS, "woodruff")
DesignEffect = Literal["with_replacement", "without_replacement", "kish"]
Extremes = Literal["kg", "none"]
COLUMNS = (
    "wave", "indicator", "category", "statistic", "domain_kind", "domain", "estimate", "se", "se_fixed",
    "ci_low", "ci_high", "ci_level", "ci_method", "df", "cv", "deff", "n", "n_category", "n_eff",
    "population", "precision", "publishable", "reason", "precision_rule",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """How estimates are presented.

    ``level`` of the intervals (a proportion); ``interval`` of proportions, replaced by the capped
    Korn–Graubard at 0 and 1 where logit has none, unless ``extremes`` is "none"; ``deff`` the design
    effect shown; ``df`` fixes the degrees of freedom instead of the domain's own: PSUs − strata, of replicates
    no more than the rank of the domain's replicate weights centred on their mean (without PSUs and strata, the
    weights' rank less one); a variable's base narrows its domains. ``precision`` is a scheme, or the name of one with
    its published thresholds.
    """

    method: Method = "taylor"
    level: float = 0.95
    interval: IntervalMethod = "logit"
    extremes: Extremes = "kg"
    deff: DesignEffect = "with_replacement"
    precision: Scheme = field(default_factory=Inegi)
    df: float | None = None

    def __post_init__(self) -> None:
        check_number(self.level, "The interval's level", EstimationError)
        if not 0 < self.level < 1:
            raise EstimationError(f"The interval's level is {self.level}; give a proportion such as 0.95.")
        if self.df is not None:
            check_number(self.df, "What fixes the degrees of freedom", EstimationError)
        if self.df is not None and not self.df > 0:
            raise EstimationError(f"The degrees of freedom are fixed at {self.df}; give a positive number or None.")
        check_choice(self.method, get_args(Method), "The method", EstimationError)
        check_choice(self.interval, METHODS, "The interval", EstimationError)
        check_choice(self.extremes, get_args(Extremes), "extremes", EstimationError)
        check_choice(self.deff, get_args(DesignEffect), "deff", EstimationError)
        named: object = self.precision
        if isinstance(named, str):
            check_choice(named.lower(), tuple(own for own, _ in SCHEMES), "The precision scheme", EstimationError)
            object.__setattr__(self, "precision", scheme_named(named))
        check_type(self.precision, get_args(Scheme), "The precision scheme", EstimationError)


def taken_settings(given: object) -> Settings:
    """The settings handed over, the default ones for None; EstimationError for anything else."""
    if given is None:
        return Settings()
    check_type(given, Settings, "Settings", EstimationError)
    assert isinstance(given, Settings)
    return given


def estimate(
    design: SurveyDesign,
    variables: Variable | Sequence[Variable],
    domains: Domain | str | Sequence[Domain | Sequence[str] | str] = ((),),
    statistics: str | Sequence[str] = (PROPORTION,),
    *,
    wave: str = "",
    settings: Settings | None = None,
) -> pd.DataFrame:
    """Estimate every variable in every domain; one row an estimate, with the columns ``COLUMNS``.

    ``domains`` are crossings of columns, () for the total; one alone may be given as it is, "city". ``statistics``
    are those of the categorical variables that name none themselves: "proportion" (0–1) and "total" (persons); one
    that no variable of the call has is an error. ``se`` follows
    ``settings.method``, ``se_fixed`` is plain Taylor with the weights as fixed; ``cv`` is a fraction;
    ``n`` counts rows of the base with positive weight, ``population`` is their weighted sum. Rows come
    by variable, statistic, kind of domain, domain and category; categories without answers and declared
    domains without rows are present. Raises DesignError and VariableError, both EstimationError.
    """
    settings = taken_settings(settings)
    check_type(design, SurveyDesign, "The design", EstimationError)
    variables = taken_variables(variables)
    _check_names(variables)
    check_asked(variables, statistics)
    coded = code_domains(design.data, domains)
    plan = make_plan(design, coded, settings.method)
    wanted = [statistics_of(variable, statistics) for variable in variables]
    blocks = run(plan, variables, wanted, settings.deff == "kish")
    for number, variable in enumerate(variables):
        if isinstance(variable, Quantile):
            blocks.extend(quantile_blocks(plan, number, variable, settings.level, settings.df))
    return _assemble(blocks, variables, wanted, coded, wave, settings)


def _check_names(variables: Sequence[Variable]) -> None:
    names = Counter(variable.name for variable in variables)
    twice = sorted(name for name, count in names.items() if count > 1)
    if twice:
        raise VariableError(f"Variables are named more than once: {', '.join(twice)}; names identify indicators.")
    if not names:
        raise VariableError("No variables were given; there is nothing to estimate.")


def _assemble(
    blocks: Sequence[Block], variables: Sequence[Variable], wanted: Sequence[tuple[str, ...]],
    domains: Sequence[CodedDomain], wave: str, settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    """One row an estimate, by variable, statistic, kind, domain and category."""
    places = [_places(block, wanted) for block in blocks]
    keys = np.concatenate([np.stack(np.broadcast_arrays(*place)).reshape(5, -1) for place in places], axis=1)
    order = np.lexsort(keys[::-1])

    def flat(name: str) -> np.ndarray:
        return np.concatenate([getattr(block, name).ravel() for block in blocks])[order]

    def own(side: int) -> np.ndarray:
        """Limits of the estimates that bring their own interval, NaN for the others."""
        parts = [
            np.full(block.estimate.size, np.nan) if block.interval is None else block.interval[side].ravel()
            for block in blocks
        ]
        return np.concatenate(parts)[order]

    of_variable, of_kind, of_domain = keys[0][order], keys[2][order], keys[3][order]
    first_label = np.cumsum([0, *(len(domain.labels) for domain in domains)])
    row_starts = np.cumsum([0, *(len(block.categories) for block in blocks)])
    of_row = np.concatenate(
        [np.repeat(np.arange(len(b.categories)) + start, b.estimate.shape[1])
         for b, start in zip(blocks, row_starts, strict=False)]
    )[order]  # fmt: skip
    of_block = np.repeat(np.arange(len(blocks)), [block.estimate.size for block in blocks])[order]
    labels = {
        "wave": _words([wave], np.zeros(len(order), dtype=np.int64)),
        "indicator": _words([variable.name for variable in variables], of_variable),
        "category": _words([label for block in blocks for label in block.categories], of_row),
        "statistic": _words([block.statistic for block in blocks], of_block),
        "domain_kind": _words([domain.kind for domain in domains], of_kind),
        "domain": _words([label for d in domains for label in d.labels], first_label[of_kind] + of_domain),
    }
    names = ("estimate", "variance", "fixed", "df", "n", "n_category", "population", "element", "squares")
    numbers = {name: flat(name) for name in names}
    # Whatever df is declared.
    unknown = shows_no_spread(numbers["estimate"], np.sqrt(numbers["fixed"]), numbers["df"])
    for name in ("variance", "fixed"):
        numbers[name] = np.where(unknown, np.nan, numbers[name])
    if settings.df is not None:
        numbers["df"] = np.where(unknown, numbers["df"], float(settings.df))
    return _finish(labels, numbers, (own(0), own(1)), settings)


def _places(block: Block, wanted: Sequence[tuple[str, ...]]) -> list[np.ndarray]:
    """Sort keys of a block's rows and columns: variable, statistic, kind, domain, category."""
    statistic = np.array([wanted[number].index(block.statistic) for number in block.variable])
    return [
        block.variable[:, None],
        statistic[:, None],
        np.full((1, 1), block.kind),
        np.arange(block.estimate.shape[1])[None, :],
        np.arange(len(block.variable))[:, None],
    ]


def _words(words: Sequence[str], places: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """A text column from few words and their places: far cheaper than one object a row."""
    return pd.array(list(words), dtype="str").take(places)


def _design_effect(numbers: dict[str, np.ndarray], settings: Settings) -> np.ndarray:
    """v over the variance of a simple random sample of the same n (Kish 1965); Kish's is n Σw²/(Σw)²."""
    n, population = numbers["n"], numbers["population"]
    with np.errstate(divide="ignore", invalid="ignore"):
        if settings.deff == "kish":
            kish: np.ndarray = n * numbers["squares"] / population**2
            return kish
        simple = numbers["element"] / n
        if settings.deff == "without_replacement":
            simple = simple * (population - n) / population
        return np.where(simple > 0, numbers["variance"] / simple, np.nan)


def _finish(
    labels: dict[str, pd.api.extensions.ExtensionArray], numbers: dict[str, np.ndarray],
    own: tuple[np.ndarray, np.ndarray], settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    """Add interval, CV, effects, effective n and the precision verdict."""
    value, df, n = numbers["estimate"], numbers["df"], numbers["n"]
    effect = _design_effect(numbers, settings)
    statistic = np.asarray(labels["statistic"], dtype=object)
    share = statistic == PROPORTION
    # A mean known from one case only has a variance of zero by arithmetic, not by knowledge.
    se = np.where(df > 0, np.sqrt(numbers["variance"]), np.nan)
    low, high, method = _intervals(value, se, n, df, share, settings)
    quantile = statistic == QUANTILE
    low, high = np.where(quantile, own[0], low), np.where(quantile, own[1], high)
    method[quantile] = INTERVAL_NAMES.index("woodruff")
    with np.errstate(divide="ignore", invalid="ignore"):
        cv = np.where(value != 0, se / np.abs(value), np.nan)
        n_eff = np.where(share, effective_size(value, se, n), np.where(effect > 0, n / effect, np.nan))
    n_eff = np.where(df > 0, n_eff, np.nan)
    verdict = settings.precision.judge(Quality(value, se, cv, df, effect, n, numbers["n_category"], n_eff, share))
    columns = labels | {
        "estimate": value, "se": np.sqrt(numbers["variance"]), "se_fixed": np.sqrt(numbers["fixed"]),
        "ci_low": low, "ci_high": high, "ci_level": np.full(len(value), settings.level),
        "ci_method": _words(INTERVAL_NAMES, method), "df": df, "cv": cv, "deff": effect, "n": n.astype(np.int64),
        "n_category": numbers["n_category"].astype(np.int64), "n_eff": n_eff, "population": numbers["population"],
        "precision": pd.array(verdict.precision, dtype="str"), "publishable": verdict.publishable,
        "reason": pd.array(verdict.reason, dtype="str"), "precision_rule": pd.array(verdict.rule, dtype="str"),
    }  # fmt: skip
    return pd.DataFrame({name: columns[name] for name in COLUMNS})


def _intervals(
    value: np.ndarray, se: np.ndarray, n: np.ndarray, df: np.ndarray, share: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Limits, and the place in INTERVAL_NAMES of the method that made them."""
    low, high = wald(value, se, df, settings.level)
    method = np.full(len(value), INTERVAL_NAMES.index("wald"))

    def replace_where(mask: np.ndarray, name: IntervalMethod) -> None:
        if mask.any():
            low[mask], high[mask] = proportion_interval(name, value[mask], se[mask], n[mask], df[mask], settings.level)
            method[mask] = INTERVAL_NAMES.index(name)

    replace_where(share, settings.interval)
    if settings.interval == "logit" and settings.extremes == "kg":
        replace_where(share & ((value <= 0) | (value >= 1)), "kg")
    return low, high, method
