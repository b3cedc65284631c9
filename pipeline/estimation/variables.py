"""What is to be estimated: variables as their questionnaire declares them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.estimation.errors import VariableError

Code = int | float | str | bool | None
MissingRule = Literal["exclude", "category", "in_base"]
PROPORTION, TOTAL, MEAN, RATIO, QUANTILE = "proportion", "total", "mean", "ratio", "quantile"


@dataclass(frozen=True)
class Where:
    """A condition: the rows whose ``column`` holds one of ``codes``."""

    column: str
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Categorical:
    """A question with codes: the share (and number of persons) in every category, also the empty ones.

    ``missing`` are the codes of item nonresponse (None stands for an empty cell) and ``missing_rule``
    says what they do: "exclude" leaves them out of the base, "in_base" keeps them in the base without
    printing them, "category" prints them too (``missing_labels``). Codes in ``not_asked`` and empty
    cells are outside the base. ``base`` restricts it to a subpopulation. An undeclared code raises.
    """

    name: str
    categories: tuple[Code, ...]
    labels: tuple[str, ...] = ()
    column: str = ""
    missing: tuple[Code, ...] = ()
    missing_labels: tuple[str, ...] = ()
    missing_rule: MissingRule = "exclude"
    not_asked: tuple[Code, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self.name, self.categories, self.missing, self.not_asked)
        _check_labels(self.name, self.categories, self.labels)
        _check_labels(self.name, self.missing, self.missing_labels)


@dataclass(frozen=True)
class Share:
    """The share of ``numerator`` codes among everyone in the base: one category, labelled ``category``.

    Codes other than the numerator's, ``missing`` and ``not_asked`` are in the base. ``missing_rule``
    is "exclude" or "in_base".
    """

    name: str
    column: str
    numerator: tuple[Code, ...]
    category: str = ""
    missing: tuple[Code, ...] = ()
    missing_rule: MissingRule = "exclude"
    not_asked: tuple[Code, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self.name, self.numerator, self.missing, self.not_asked)
        if self.missing_rule == "category":
            raise VariableError(f"Share {self.name!r} prints one category; its missing_rule is 'exclude' or 'in_base'.")


@dataclass(frozen=True)
class Numeric:
    """A number: its mean and total in the units of ``column``. Empty cells and ``missing`` are excluded."""

    name: str
    column: str = ""
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = (MEAN,)


@dataclass(frozen=True)
class Ratio:
    """Ratio of two totals over the rows where both are known."""

    name: str
    numerator: str
    denominator: str
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = (RATIO,)


@dataclass(frozen=True)
class Quantile:
    """Quantiles of a number, one category a probability, with Woodruff's interval ("woodruff").

    ``rule`` says what happens where the distribution function hits p exactly: "math" its value, "school"
    the midpoint to the next. ``interval`` "score" is Francisco and Fuller's.
    """

    name: str
    column: str = ""
    probabilities: tuple[float, ...] = (0.5,)
    rule: Literal["math", "school"] = "school"
    interval: Literal["woodruff", "score"] = "woodruff"
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()


@dataclass(frozen=True)
class Index:
    """A composite index: the mean of rescaled items, for those who answered at least ``at_least`` of them.

    ``scores`` pairs each code with its value, say (1, 100.0) … (4, 0.0); any other code or an empty cell
    is no answer. ``labels`` name the items for readers. Waves are compared over the items that all of them
    ask (module waves).
    """

    name: str
    items: tuple[str, ...]
    scores: tuple[tuple[Code, float], ...]
    at_least: int = 1
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = (MEAN,)
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.at_least <= len(self.items):
            raise VariableError(
                f"Index {self.name!r} wants {self.at_least} of {len(self.items)} items; give 1 to {len(self.items)}."
            )
        _check_codes(self.name, [code for code, _ in self.scores])
        _check_codes(self.name, self.items)
        _check_labels(self.name, self.items, self.labels)

    def labelled_items(self) -> list[tuple[str, str]]:
        """Each item with its label, by default its name."""
        return list(zip(self.items, self.labels or self.items, strict=True))

    def limited_to(self, items: Sequence[str]) -> "Index":
        """The same index over these of its items."""
        kept = [(item, label) for item, label in self.labelled_items() if item in items]
        return replace(self, items=tuple(item for item, _ in kept), labels=tuple(label for _, label in kept))


Variable = Categorical | Share | Numeric | Ratio | Index | Quantile


def statistics_of(variable: Variable, default: Sequence[str]) -> tuple[str, ...]:
    """The statistics asked of a variable; ``default`` are those of categorical ones that name none."""
    if isinstance(variable, (Categorical, Share)):
        wanted, known = variable.statistics or tuple(default), (PROPORTION, TOTAL)
    elif isinstance(variable, Quantile):
        return (QUANTILE,)
    else:
        wanted, known = variable.statistics, (RATIO if isinstance(variable, Ratio) else MEAN, TOTAL)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise VariableError(
            f"Variable {variable.name!r} asks for the statistics {', '.join(wanted) or 'none'}; "
            f"it has {' and '.join(known)}."
        )
    return tuple(dict.fromkeys(wanted))


def _check_codes(name: str, *groups: Sequence[Code]) -> None:
    times = Counter(code for group in groups for code in group)
    twice = sorted(str(code) for code, count in times.items() if count > 1)
    if twice:
        raise VariableError(f"Variable {name!r} declares the codes {', '.join(twice)} more than once.")
    if not groups[0]:
        raise VariableError(f"Variable {name!r} declares no codes; at least one is needed.")


def _check_labels(name: str, codes: Sequence[Code], labels: Sequence[str]) -> None:
    if labels and len(labels) != len(codes):
        raise VariableError(f"Variable {name!r} has {len(codes)} codes and {len(labels)} labels; give one each.")
