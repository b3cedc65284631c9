"""Domains: the total and any crossing of columns, coded once."""

from collections.abc import Sequence
from dataclasses import dataclass

from .codes import Code
from .errors import VariableError
from .given import ONE, check_plain, several, shown


@dataclass(frozen=True)
class Domain:
    """A crossing of columns; no columns is the total.

    ``codes`` declares the codes of each column, so that a domain nobody fell into still appears, and
    those not declared are left out; by default all codes observed. Where some are left out, a declared code that
    never occurs is an error (a misspelt one would be an empty domain), unless ``left_out`` names, for each column, all
    that may be there besides, or the column's categories hold it. Columns with declared codes are crossed
    in full; two or more without (the codes of a column may be ()) make only the combinations that occur in
    the data, with any weight: municipalities are crossed with their own state (R's svyby leaves out empty
    groups too). ``combinations`` declares them instead, a code of every column each: just these, in this order.
    """

    columns: tuple[str, ...] = ()
    codes: tuple[tuple[Code, ...], ...] = ()
    left_out: tuple[tuple[Code, ...], ...] = ()
    combinations: tuple[tuple[Code, ...], ...] = ()

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
            said = [code for own in getattr(self, name) for code in own]
            check_plain(said, f"Domain {self.kind!r}: {name} hold", VariableError)
            if given and len(given) != len(self.columns):
                raise VariableError(f"Domain {'*'.join(self.columns)!r}: give the {name} of every column or of none.")
        self._check_combinations()

    def _check_combinations(self) -> None:
        made = [several(own, f"Domain {self.kind!r}, combinations", VariableError) for own in self.combinations]
        object.__setattr__(self, "combinations", tuple(made))
        check_plain((code for own in made for code in own), f"Domain {self.kind!r}: combinations hold", VariableError)
        if self.codes and made:
            raise VariableError(
                f"Domain {self.kind!r}: declare the codes of its columns or their combinations, not both."
            )
        if any(len(own) != len(self.columns) for own in made):
            raise VariableError(
                f"Domain {self.kind!r}: a combination holds one code of every column, {len(self.columns)}."
            )
        if len(set(made)) < len(made):
            raise VariableError(f"Domain {self.kind!r} declares a combination of codes twice.")

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
