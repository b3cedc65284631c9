"""Estimates from data larger than memory: the PSU-by-cell totals as one Ibis expression.

All that the kernel needs of the rows is, by stratum, PSU, finest cell and column, the sum of the weights
and the count of rows: a group-by, run by DuckDB (spilling to disk) or Spark. What comes back is a table
of those groups, which the same kernel estimates from, each group standing for its respondents: the
variance between PSUs sees only PSU totals. Needs the optional extra ``big`` (ibis-framework).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .domains import Domain, as_domains
from .errors import EstimationError
from .estimate_table import Settings, estimate
from .survey_design import LonelyPsu, SurveyDesign
from .variables import Categorical, Share, Variable, check_asked, statistics_of, taken_variables

if TYPE_CHECKING:
    import ibis.expr.types as ir

WEIGHT, ROWS = "_weight", "_rows"


def cell_totals(table: "ir.Table", weights: str, strata: str, psu: str, columns: Sequence[str]) -> "ir.Table":
    """Σ weights and rows of positive weight by stratum, PSU and the columns: one lazy group-by."""
    absent = [name for name in (weights, strata, psu, *columns) if name not in table.columns]
    if absent:
        raise EstimationError(f"Columns not in the data: {', '.join(absent)}; the columns are {list(table.columns)}.")
    keys = list(dict.fromkeys((strata, psu, *columns)))
    # A PSU whose weights are all zero stays: it counts as sampled.
    return table.group_by(keys).agg(
        **{WEIGHT: table[weights].cast("float64").sum(), ROWS: (table[weights] > 0).cast("int64").sum()}
    )


def estimate_big(
    table: "ir.Table",
    variables: Sequence[Categorical | Share],
    domains: Domain | str | Sequence[Domain | Sequence[str] | str] = ((),),
    statistics: str | Sequence[str] = ("proportion",),
    *,
    weights: str,
    strata: str,
    psu: str,
    lonely_psu: LonelyPsu = "adjust",
    wave: str = "",
    settings: Settings | None = None,
) -> pd.DataFrame:
    """As ``estimate`` by Taylor linearisation, from an Ibis table on any backend.

    One group-by a variable, so that memory holds PSUs × cells of one variable at a time and never the
    rows. Numeric variables have no finest cells:
    EstimationError.
    """
    if not hasattr(table, "group_by"):
        raise EstimationError(
            "estimate_big takes a table of Ibis (the extra [big]); rows in memory, as a DataFrame, are for estimate."
        )
    settings = settings or Settings()
    if settings.method != "taylor" or settings.deff == "kish":
        raise EstimationError("Big data are estimated by Taylor linearisation, with a design effect other than Kish's.")
    asked: list[Categorical | Share] = []
    for variable in taken_variables(variables):
        if not isinstance(variable, (Categorical, Share)):
            raise EstimationError(f"Variable {variable.name!r} is not categorical; bring its rows into memory instead.")
        asked.append(variable)
    check_asked(asked, statistics)
    parts = []
    for variable in asked:
        groups: Any = cell_totals(table, weights, strata, psu, _columns(variable, domains)).execute()
        # Groups come back in any order; sums in a fixed one give the same digits every time.
        groups = groups.sort_values(list(groups.columns), kind="stable", ignore_index=True)
        design = SurveyDesign(groups, WEIGHT, strata, psu, lonely_psu=lonely_psu, nest=True, counts=ROWS)
        own = statistics_of(variable, statistics)
        parts.append(estimate(design, variable, domains, own, wave=wave, settings=settings))
    return pd.concat(parts, ignore_index=True)


def _columns(variable: Variable, domains: Domain | str | Sequence[Domain | Sequence[str] | str]) -> list[str]:
    own = [name for domain in as_domains(domains) for name in domain.columns]
    assert isinstance(variable, (Categorical, Share))
    own += [where.column for where in variable.base]
    own.append(variable.column or variable.name)
    return list(dict.fromkeys(own))
