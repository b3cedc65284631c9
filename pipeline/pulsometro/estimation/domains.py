"""Domains: the total and any crossing of columns, coded once."""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import VariableError
from .variables import Code


@dataclass(frozen=True)
class Domain:
    """A crossing of columns; no columns is the total.

    ``codes`` declares the codes of each column, so that a domain nobody fell into still appears, and
    those not declared are left out; by default all codes observed.
    """

    columns: tuple[str, ...] = ()
    codes: tuple[tuple[Code, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.codes and len(self.codes) != len(self.columns):
            raise VariableError(f"Domain {'*'.join(self.columns)!r}: give the codes of every column or of none.")

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
