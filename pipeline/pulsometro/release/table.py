"""The one table that every released format is written from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import round_significant
from pulsometro.questionnaire import Item, Questionnaire
from pulsometro.questionnaire.model import MissingKind

# Of a whole number of four bytes, as Stata has it.
_MOST_DIGITS = 9
ID, STRATUM, PSU, WEIGHT, REPLICATE = "id", "stratum", "psu", "weight", "rep_"
ID_LABEL = "Número de renglón, sin relación con el folio"
WEIGHT_LABEL = "Factor de expansión (personas que representa)"
MISSING_WORDS: Mapping[MissingKind, str] = {
    "no_sabe": "No sabe",
    "no_contesta": "No contesta",
    "no_aplica": "No aplica (no se le preguntó)",
}


@dataclass(frozen=True)
class Variable:
    """A column and what it means.

    ``labels``: code → words, missing codes included; ``missing``: code → kind of missing.
    ``numbers``: code of a place → the number that stands for it, where codes are no numbers themselves.
    ``text``: the question's wording; ``asked_of``: the condition under which it was asked, "" for everybody.
    """

    name: str
    label: str
    kind: Literal["code", "whole", "number"]
    labels: Mapping[int, str]
    missing: Mapping[int, MissingKind]
    text: str = ""
    asked_of: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ReleaseTable:
    """``frame``: one row per respondent, columns as ``variables`` says; whole numbers are Int64.

    ``replicates``: the same respondents in the same order, ``id`` and the replicate weights;
    None when the wave has none. ``left_out``: questionnaire items that are not released.
    """

    wave: str
    frame: pd.DataFrame
    variables: tuple[Variable, ...]
    replicates: pd.DataFrame | None
    left_out: tuple[str, ...]

    @property
    def items(self) -> tuple[Variable, ...]:
        """The questionnaire's items: all but id, stratum, PSU and weight."""
        return tuple(v for v in self.variables if v.name not in (ID, STRATUM, PSU, WEIGHT))


def build(
    questionnaire: Questionnaire, items: Sequence[str], data: pd.DataFrame, areas: Mapping[str, str]
) -> ReleaseTable:
    """The items with stratum, PSU and weight, in an order that says nothing about the folio.

    ``data``: respondents with their weights, values as they may be released. ``areas``: code of a place → name. Raises
    PulsoError when an item's name or codes cannot be released.
    """
    variables = [variable_of(name, questionnaire[name], areas) for name in items]
    frame = pd.DataFrame({v.name: released_values(data[v.name], v) for v in variables}, index=data.index)
    frame[WEIGHT] = round_significant(data[WEIGHT].to_numpy(dtype=float))
    names = sorted(column for column in data.columns if column.startswith(REPLICATE))
    replicates = pd.DataFrame(
        {name: round_significant(data[name].to_numpy(dtype=float)) for name in names}, index=data.index
    )
    content = pd.concat([frame, replicates], axis=1)
    labels, strata = _strata(data[STRATUM].astype(str), areas, content)
    frame[STRATUM] = strata
    order = order_of_content(content.assign(**{STRATUM: strata}))
    frame[PSU] = numbered(content.assign(**{STRATUM: strata}), data[PSU].astype(str))
    identity = pd.Series(np.arange(1, len(data) + 1)).astype("Int64")
    frame = frame.iloc[order].reset_index(drop=True)
    frame.insert(0, ID, identity)
    design = (
        Variable(STRATUM, "Estrato de muestreo", "code" if labels else "whole", labels, {}),
        Variable(PSU, "Unidad primaria de muestreo", "whole", {}, {}),
        Variable(WEIGHT, WEIGHT_LABEL, "number", {}, {}),
    )
    everything = (Variable(ID, ID_LABEL, "whole", {}, {}), *variables, *design)
    if names:
        replicates = replicates.iloc[order].reset_index(drop=True)
        replicates.insert(0, ID, identity)
    left_out = tuple(name for name in questionnaire.items if name not in items)
    ordered = frame[[v.name for v in everything]]
    return ReleaseTable(questionnaire.wave, ordered, everything, replicates if names else None, left_out)


def _strata(names: pd.Series, areas: Mapping[str, str], content: pd.DataFrame) -> tuple[dict[int, str], pd.Series]:
    """Labels and numbers of the strata: areas by their names; smaller ones by number alone, which follows the rows."""
    known = sorted(names.unique())
    if not set(known) <= set(areas):
        return {}, numbered(content, names)
    codes = {stratum: code for code, stratum in enumerate(known, start=1)}
    return {code: areas[stratum] for stratum, code in codes.items()}, names.map(codes).astype("Int64")


def variable_of(name: str, item: Item, areas: Mapping[str, str]) -> Variable:
    """An item as a column: label, codes with their words, kinds of missing. Raises PulsoError when formats have no way
    to hold it."""
    if name in (ID, STRATUM, PSU, WEIGHT) or name.startswith(REPLICATE):
        raise PulsoError(f"questionnaire: the item '{name}' has the name of a column of the design; rename it.")
    kinds = list(item.missing.values())
    if len(set(kinds)) < len(kinds):
        raise PulsoError(
            f"questionnaire: items.{name} has two codes for one kind of missing; SPSS and Stata keep only one a kind: "
            "map both to one code."
        )
    labels = {code: MISSING_WORDS[kind] for code, kind in item.missing.items()}
    numbers = place_numbers(areas, item.missing) if item.kind == "area" else {}
    labels = {numbers[code]: name for code, name in areas.items() if numbers} | labels
    kind: Literal["code", "whole", "number"] = "code"
    if item.kind in ("integer", "number"):
        kind = "whole" if item.kind == "integer" else "number"
    labels = {**item.codes, **item.ends, **labels}
    return Variable(name, item.label, kind, labels, item.missing, item.text, item.ask_if or "", numbers)


def place_numbers(areas: Mapping[str, str], missing: Iterable[int]) -> dict[str, int]:
    """The number of each place, since every format holds a code as one: INEGI's digits are themselves.

    Where a code is no number, or two would be one, places are numbered in the order of params.yaml. ``missing``: codes
    for no answer, which no place has.

    >>> place_numbers({"07001": "Norte", "07002": "Sur"}, ()), place_numbers({"N": "Norte", "S": "Sur"}, (1,))
    ({'07001': 7001, '07002': 7002}, {'N': 2, 'S': 3})
    """
    if all(code.isascii() and code.isdigit() and len(code) <= _MOST_DIGITS for code in areas):
        own = {code: int(code) for code in areas}
        if len(set(own.values())) == len(own):
            return own
    taken = set(missing)
    free = (number for number in count(1) if number not in taken)
    return dict(zip(areas, free, strict=False))


def released_values(column: pd.Series, variable: Variable) -> pd.Series:
    """A column's values as every format holds them: Int64, or numbers with the digits that are released."""
    if variable.kind == "number":
        return pd.Series(round_significant(column.to_numpy(dtype=float, na_value=np.nan)), index=column.index)
    if variable.numbers:
        silent = {str(code): code for code in variable.missing}
        return column.astype("string").map({**silent, **variable.numbers}).astype("Int64")
    return pd.to_numeric(column).astype("Int64")


def order_of_content(content: pd.DataFrame) -> np.ndarray:
    """(n,) row order that follows from released values alone, column by column; missing values first.

    Sorted by content, row number tells nothing that the rows do not say themselves; neither the folio nor the order of
    the delivery can be got back from it.
    """
    keys = [pd.factorize(content[name], sort=True)[0] for name in content]
    return np.lexsort(keys[::-1])


def numbered(content: pd.DataFrame, owner: pd.Series) -> pd.Series:
    """Numbers from 1 for the clusters that ``owner`` names, in the order of their rows' released values."""
    keys = [pd.factorize(content[name], sort=True)[0] for name in content]
    order = np.lexsort(keys[::-1])
    new = np.zeros(len(order), dtype=bool)
    for key in keys:
        new[1:] |= key[order][1:] != key[order][:-1]
    owners = owner.to_numpy()[order]
    members: dict[str, list[int]] = {}
    for name, place in zip(owners, np.cumsum(new), strict=True):
        members.setdefault(name, []).append(int(place))
    numbers = {name: k for k, name in enumerate(sorted(members, key=lambda o: members[o]), start=1)}
    return owner.map(numbers).astype("Int64")
