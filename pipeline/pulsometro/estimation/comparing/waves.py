"""Editions side by side, and composite indices over the items that all the waves compared ask."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ..domains import Domain, as_domains
from ..errors import VariableError
from ..estimate_table import Settings, estimate
from ..given import check_type
from ..index import IndexPlan, common_items
from ..survey_design import SurveyDesign
from ..variables import Index, Variable, check_asked, statistics_of, taken_variables


@dataclass(frozen=True, eq=False)
class Wave:
    """One edition: its label, design and variables; names of variables and labels of categories join waves.

    ``table`` are its estimates where already made (rows may be more than those compared); else they are
    estimated. PSU ids must mean the same PSU in both waves: shared ids are taken as shared PSUs.
    """

    label: str
    design: SurveyDesign
    variables: tuple[Variable, ...]
    table: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        check_type(self.design, SurveyDesign, f"The design of wave {self.label!r}", VariableError)
        object.__setattr__(self, "variables", taken_variables(self.variables))

    def variable(self, name: str) -> Variable:
        """The variable of that name."""
        for variable in self.variables:
            if variable.name == name:
                return variable
        raise VariableError(f"Wave {self.label!r} has no variable {name!r}.")


@dataclass(frozen=True, eq=False)
class Linked:
    """Waves whose indices have the same items.

    ``links``: index → what enters or leaves between the waves (``link_code``); ``impossible``: the indices of which
    too few items are left.
    """

    waves: tuple[Wave, ...]
    links: Mapping[str, str]
    impossible: frozenset[str]


def link_column(indicators: pd.Series, links: Mapping[str, str]) -> pd.Series:
    """What enters or leaves each indicator between the waves (``link_code``); "" where nothing does."""
    return indicators.map(lambda name: links.get(name, ""))


def wave_table(
    wave: Wave,
    domains: Domain | str | Sequence[Domain | Sequence[str] | str],
    statistics: str | Sequence[str],
    settings: Settings,
) -> pd.DataFrame:
    """The wave's estimates of these domains and statistics: made now, or picked from its table."""
    if wave.table is None:
        return estimate(wave.design, wave.variables, domains, statistics, wave=wave.label, settings=settings)
    check_asked(wave.variables, statistics)
    wanted = [(variable.name, name) for variable in wave.variables for name in statistics_of(variable, statistics)]
    rows = wave.table["domain_kind"].isin([domain.kind for domain in as_domains(domains)])
    rows &= pd.MultiIndex.from_frame(wave.table[["indicator", "statistic"]]).isin(wanted)
    return wave.table[rows]


def link_indices(
    waves: Sequence[Wave], domains: Domain | str | Sequence[Domain | Sequence[str] | str], settings: Settings
) -> Linked:
    """Restrict every index to the items that all the waves that have it ask, oldest wave first.

    A wave's table keeps its rows, but for those of such an index, which are estimated again.
    """
    links: dict[str, str] = {}
    impossible: set[str] = set()
    restricted: dict[str, dict[str, Index]] = {wave.label: {} for wave in waves}
    names = dict.fromkeys(v.name for wave in waves for v in wave.variables if isinstance(v, Index))
    for name in names:
        own = {wave.label: v for wave in waves for v in wave.variables if v.name == name and isinstance(v, Index)}
        plan = common_items({label: index.items for label, index in own.items()})
        if not plan.links:
            continue
        links[name] = link_code(plan, own)
        if len(plan.common) < max(index.at_least for index in own.values()):
            impossible.add(name)
            continue
        for label, index in own.items():
            restricted[label][name] = index.limited_to(plan.common)
    made = tuple(_restricted(wave, restricted[wave.label], domains, settings) for wave in waves)
    return Linked(made, links, frozenset(impossible))


def link_code(plan: IndexPlan, indices: Mapping[str, Index]) -> str:
    """What enters and leaves an index at each wave, as JSON; items are named by their labels.

    ``[{"entering": ["Marina"], "leaving": [], "wave": "2013T2"}]``
    """
    names = {item: label for index in indices.values() for item, label in index.labelled_items()}
    said = [
        {"wave": link.wave, "entering": [names[i] for i in link.entering], "leaving": [names[i] for i in link.leaving]}
        for link in plan.links
    ]
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def _restricted(
    wave: Wave,
    indices: Mapping[str, Index],
    domains: Domain | str | Sequence[Domain | Sequence[str] | str],
    settings: Settings,
) -> Wave:
    if not indices:
        return wave
    variables = tuple(indices.get(variable.name, variable) for variable in wave.variables)
    if wave.table is None:
        return replace(wave, variables=variables)
    made = estimate(wave.design, tuple(indices.values()), domains, wave=wave.label, settings=settings)
    table = pd.concat([wave.table[~wave.table["indicator"].isin(list(indices))], made], ignore_index=True)
    place = {variable.name: number for number, variable in enumerate(variables)}
    order = table["indicator"].map(place).fillna(len(place)).argsort(kind="stable")
    return replace(wave, variables=variables, table=table.iloc[order])
