"""Domains: the total and any crossing of columns, coded once."""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import VariableError
from .variables import Code


@dataclass(frozen=True)
class Domain:
    """A crossing of columns; no columns is the total.

    ``codes`` declares the codes of each column, so that a domain nobody fell into still appears, and
    those not declared are left out; by default all codes observed. Columns with declared codes are crossed
    in full; two or more without (the codes of a column may be ()) make only the combinations that occur in
    the data, with any weight: municipalities are crossed with their own state (R's svyby leaves out empty
    groups too). ``combinations`` declares them instead, a code of every column each: just these, in this order.
    """

    columns: tuple[str, ...] = ()
    codes: tuple[tuple[Code, ...], ...] = ()
    combinations: tuple[tuple[Code, ...], ...] = ()

    def __post_init__(self) -> None:
        name = "*".join(self.columns)
        if self.codes and len(self.codes) != len(self.columns):
            raise VariableError(f"Domain {name!r}: give the codes of every column or of none.")
        if self.codes and self.combinations:
            raise VariableError(f"Domain {name!r}: declare the codes of its columns or their combinations, not both.")
        if any(len(own) != len(self.columns) for own in self.combinations):
            raise VariableError(f"Domain {name!r}: a combination holds one code of every column, {len(self.columns)}.")
        if len(set(self.combinations)) < len(self.combinations):
            raise VariableError(f"Domain {name!r} declares a combination of codes twice.")

    @property
    def kind(self) -> str:
        """ "total" or the columns joined by "*"."""
        return "*".join(self.columns) or "total"


TOTAL_DOMAIN = Domain()


def as_domain(given: Domain | Sequence[str] | str) -> Domain:
    """A Domain from a Domain, a column name, or a sequence of them; "total" and () are the total."""
    if isinstance(given, Domain):
        return given
    if isinstance(given, str):
        return TOTAL_DOMAIN if given == "total" else Domain((given,))
    return Domain(tuple(given))
