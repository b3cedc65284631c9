"""What is to be estimated: variables as their questionnaire declares them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args, get_origin

from .codes import Code, check_codes, check_declared, check_labels, code_label
from .errors import VariableError, check_choice
from .given import check_number, several, shown

MissingRule = Literal["exclude", "category", "in_base"]
QuantileRule = Literal["math", "school", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"]
QuantileInterval = Literal["mean", "beta", "xlogit", "score", "woodruff"]
PROPORTION, TOTAL, MEAN, RATIO, QUANTILE = "proportion", "total", "mean", "ratio", "quantile"


@dataclass(frozen=True)
class Where:
    """A condition: the rows whose ``column`` holds one of ``codes``.

    Each must occur in the data, unless it is among the ``declared`` codes of the column (or its categories).
    """

    column: str
    codes: tuple[Code, ...]
    declared: tuple[Code, ...] = ()

    def __post_init__(self) -> None:
        _settle(self, f"Where {self.column!r}")
        check_codes(self.column, self.codes)
        check_declared(self.column, self.codes, self.declared)


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
        _settle(self, f"Categorical {self.name!r}")
        check_codes(self.name, self.categories, self.missing, self.not_asked)
        check_choice(self.missing_rule, get_args(MissingRule), f"missing_rule of {self.name!r}", VariableError)
        check_labels(self.name, self.categories, self.labels)
        check_labels(self.name, self.missing, self.missing_labels)
        twice = [text for text, count in Counter(self.printed_labels()).items() if count > 1]
        if twice:
            raise VariableError(f"Variable {self.name!r} prints the label {twice[0]!r} twice; labels tell rows apart.")

    def printed_labels(self) -> tuple[str, ...]:
        """The labels of its rows, in order: by default the codes as text."""
        own = self.labels or tuple(code_label(code) for code in self.categories)
        if self.missing_rule != "category":
            return tuple(own)
        return (*own, *(self.missing_labels or (code_label(code) for code in self.missing)))


@dataclass(frozen=True)
class Share:
    """The share of ``numerator`` codes among everyone in the base: one category, labelled ``category``.

    Codes other than the numerator's, ``missing`` and ``not_asked`` are in the base. ``missing_rule``
    is "exclude" or "in_base". A code of the numerator must occur in the data, unless it is among the ``declared``
    codes of the column (or its categories): then nobody gave that answer, and 0 % is true.
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
    declared: tuple[Code, ...] = ()

    def __post_init__(self) -> None:
        _settle(self, f"Share {self.name!r}")
        check_codes(self.name, self.numerator, self.missing, self.not_asked)
        check_declared(self.name, self.numerator, self.declared)
        what = f"missing_rule of {self.name!r}, which prints one category,"
        check_choice(self.missing_rule, ("exclude", "in_base"), what, VariableError)


@dataclass(frozen=True)
class Numeric:
    """A number: its mean and total in the units of ``column``. Empty cells and ``missing`` are excluded."""

    name: str
    column: str = ""
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = (MEAN,)

    def __post_init__(self) -> None:
        _settle(self, f"Numeric {self.name!r}")


@dataclass(frozen=True)
class Ratio:
    """Ratio of two totals over the rows where both are known."""

    name: str
    numerator: str
    denominator: str
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = (RATIO,)

    def __post_init__(self) -> None:
        _settle(self, f"Ratio {self.name!r}")


@dataclass(frozen=True)
class Quantile:
    """Quantiles of a number, one category a probability, with Woodruff's interval.

    ``rule`` is one of R's qrule (module quantile_rules): "school" goes halfway to the next value where the
    distribution function is exactly p, "math" does not, "hf4" to "hf9" interpolate. ``interval`` is R's
    interval.type: Woodruff's from the Wald ("mean", also called "woodruff"), Korn–Graubard ("beta") or logit
    ("xlogit") interval of the distribution function, or Francisco and Fuller's "score".
    """

    name: str
    column: str = ""
    probabilities: tuple[float, ...] = (0.5,)
    rule: QuantileRule = "school"
    interval: QuantileInterval = "mean"
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()

    def __post_init__(self) -> None:
        _settle(self, f"Quantile {self.name!r}")
        check_choice(self.rule, get_args(QuantileRule), f"The rule of {self.name!r}", VariableError)
        check_choice(self.interval, get_args(QuantileInterval), f"The interval of {self.name!r}", VariableError)
        for p in self.probabilities:
            check_number(p, f"A probability of quantile {self.name!r}", VariableError)
        if not self.probabilities or not all(0 < p < 1 for p in self.probabilities):
            raise VariableError(f"Quantile {self.name!r} needs probabilities between 0 and 1.")
        twice = [text for text, count in Counter(map(probability_label, self.probabilities)).items() if count > 1]
        if twice:
            raise VariableError(
                f"Quantile {self.name!r} has two probabilities labelled {twice[0]!r} (six digits); keep one."
            )


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
        if isinstance(self.scores, Mapping):
            object.__setattr__(self, "scores", tuple(self.scores.items()))
        _settle(self, f"Index {self.name!r}")
        wrong = [pair for pair in self.scores if not isinstance(pair, (tuple, list)) or len(pair) != 2]
        if wrong:
            raise VariableError(
                f"Index {self.name!r}: its scores hold {shown(wrong[0])}; give pairs such as ((1, 0.0), (2, 1.0))."
            )
        check_number(self.at_least, f"at_least of index {self.name!r}", VariableError)
        for code, value in self.scores:
            check_number(value, f"The score of {shown(code)} in index {self.name!r}", VariableError)
        if not 1 <= self.at_least <= len(self.items):
            raise VariableError(
                f"Index {self.name!r} wants {self.at_least} of {len(self.items)} items; give 1 to {len(self.items)}."
            )
        check_codes(self.name, [code for code, _ in self.scores])
        check_codes(self.name, self.items)
        check_labels(self.name, self.items, self.labels)

    def labelled_items(self) -> list[tuple[str, str]]:
        """Each item with its label, by default its name."""
        return list(zip(self.items, self.labels or self.items, strict=True))

    def limited_to(self, items: Sequence[str]) -> "Index":
        """The same index over these of its items."""
        kept = [(item, label) for item, label in self.labelled_items() if item in items]
        return replace(self, items=tuple(item for item, _ in kept), labels=tuple(label for _, label in kept))


Variable = Categorical | Share | Numeric | Ratio | Index | Quantile


VARIABLES = (Categorical, Share, Numeric, Ratio, Index, Quantile)


def taken_variables(given: object) -> tuple[Variable, ...]:
    """The variables handed over, one or several; VariableError for anything else."""
    variables = several(given, "The variables", VariableError, VARIABLES)
    wrong = [variable for variable in variables if not isinstance(variable, VARIABLES)]
    if wrong:
        raise VariableError(
            f"{shown(wrong[0])} is no variable; give one of {', '.join(kind.__name__ for kind in VARIABLES)}."
        )
    return variables


def probability_label(probability: float) -> str:
    """The category of a quantile's row."""
    return f"{probability:g}"


def statistics_of(variable: Variable, default: str | Sequence[str]) -> tuple[str, ...]:
    """The statistics asked of a variable; ``default`` are those of categorical ones that name none."""
    default = several(default, "The statistics", VariableError)
    if isinstance(variable, (Categorical, Share)):
        wanted, known = variable.statistics or default, (PROPORTION, TOTAL)
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


def check_asked(variables: Sequence[Variable], statistics: str | Sequence[str]) -> None:
    """Refuse statistics that no variable of a call has; proportions, the default, are asked of categories alone."""
    asked = several(statistics, "The statistics", VariableError)
    had = dict.fromkeys(name for variable in variables for name in _had(variable))
    absent = [shown(name) for name in asked if name not in had and name != PROPORTION]
    if absent or not asked:
        raise VariableError(
            f"The statistics {', '.join(absent) or '()'} were asked, and no variable of the call has them: they have "
            f"{', '.join(had)}. Those of a number are declared in it, as statistics=('mean', 'total')."
        )


def _had(variable: Variable) -> tuple[str, ...]:
    if isinstance(variable, Quantile):
        return (QUANTILE,)
    return variable.statistics or (PROPORTION, TOTAL)


def _settle(owner: Where | Variable, what: str) -> None:
    """Make a tuple of every field that is one: of a list, of an array, of one value alone."""
    for field in fields(owner):
        given = getattr(owner, field.name)
        if get_origin(field.type) is tuple:
            object.__setattr__(owner, field.name, several(given, f"{what}, {field.name}", VariableError, (Where,)))
        elif field.type is str and not isinstance(given, str):
            raise VariableError(f"{what}: {field.name} is {shown(given)}; give a text.")
    wrong = [where for where in getattr(owner, "base", ()) if not isinstance(where, Where)]
    if wrong:
        raise VariableError(f"{what}: its base holds {shown(wrong[0])}; give Where(column, codes).")
