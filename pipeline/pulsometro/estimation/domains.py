"""Domains: the total and any crossing of columns, coded once."""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import VariableError
from .given import ONE, several, shown
from .variables import Code


@dataclass(frozen=True)
class Domain:
    """A crossing of columns; no columns is the total.

    ``codes`` declares the codes of each column, so that a domain nobody fell into still appears, and
    those not declared are left out; by default all codes observed. Where some are left out, a declared code that
    never occurs is an error (a misspelt one would be an empty domain), unless ``left_out`` names, for each column, all
    that may be there besides, or the column's categories hold it.
    """

    columns: tuple[str, ...] = ()
    codes: tuple[tuple[Code, ...], ...] = ()
    left_out: tuple[tuple[Code, ...], ...] = ()

    def __post_init__(self) -> None:
        setter = object.__setattr__
        setter(self, "columns", several(self.columns, "A domain's columns", VariableError))
        wrong = [name for name in self.columns if not isinstance(name, str)]
        if wrong:
            raise VariableError(f"A domain's column is {shown(wrong[0])}; give the name of a column.")
        for name in ("codes", "left_out"):
            given = several(getattr(self, name), f"Domain {self.kind!r}, {name}", VariableError)
            if len(self.columns) == 1 and given and all(code is None or isinstance(code, ONE) for code in given):
                # The codes of one column, without the second pair of parentheses.
                given = (given,)
            setter(self, name, tuple(several(own, f"Domain {self.kind!r}, {name}", VariableError) for own in given))
            if given and len(given) != len(self.columns):
                raise VariableError(f"Domain {'*'.join(self.columns)!r}: give the {name} of every column or of none.")

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
    return Domain(several(given, "A domain", VariableError))


def as_domains(given: "Domain | str | Sequence[Domain | Sequence[str] | str]") -> tuple[Domain, ...]:
    """Kinds of domain from several, or from one alone: "city" is one kind, by that column."""
    return tuple(as_domain(one) for one in several(given, "The domains", VariableError, (Domain,)))
