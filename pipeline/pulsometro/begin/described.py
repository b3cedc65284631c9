"""What is known of a delivery before anybody decided anything: what each column holds, and what is said of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from pulsometro.common.discretion import simple
from pulsometro.ingest.read.delivered import Delivered, code_text, plain_number

DescribedKind = Literal["", "single", "multiple", "integer", "number", "date", "text", "computed"]
# Values kept of a column: a list of answers, or of places, is never longer.
MOST_VALUES = 400


@dataclass(frozen=True)
class Described:
    """What a dictionary, a form or the file itself says of a variable.

    ``label``: its short name; ``text``: as it is read out; ``labels``: delivered code → label; ``kind``: "" where
    nothing says; ``asked_if``: the form's own condition; ``least`` and ``most``: what its answers must lie between.
    """

    label: str = ""
    text: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: DescribedKind = ""
    asked_if: str = ""
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Profile:
    """What a column holds. ``values``: text → rows, the most frequent first, none where there are too many.

    ``distinct``: how many different values; ``filled``: rows that hold one; ``numbers``: every value as a number, in
    the order of the rows, or None where one is none; ``at``: the column's place in the file, from 0.
    ``tags``: Stata's kinds of missing in it (``.a``), which are no numbers.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    values: Mapping[str, int]
    numbers: pd.Series | None
    at: int = 0
    tags: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every value is a whole number."""
        return self.numbers is not None and len(self.numbers) > 0 and bool((self.numbers % 1 == 0).all())

    @property
    def unique(self) -> bool:
        """Whether every row has a value and no two rows the same."""
        return self.filled == self.rows == self.distinct

    @property
    def low(self) -> float:
        """The least of the numbers."""
        return 0.0 if self.numbers is None or not len(self.numbers) else float(self.numbers.min())

    @property
    def high(self) -> float:
        """The greatest of the numbers."""
        return 0.0 if self.numbers is None or not len(self.numbers) else float(self.numbers.max())


@dataclass(frozen=True)
class Variable:
    """A delivered column: what it holds and what is said of it."""

    profile: Profile
    said: Described

    @property
    def name(self) -> str:
        """The column's name as it is delivered."""
        return self.profile.name

    @property
    def words(self) -> Collection[str]:
        """The words of its name alone: ``EST_DIS`` → est, dis."""
        return words_of(self.name)

    @property
    def labels(self) -> Mapping[str, str]:
        """Delivered code → label, as they are said."""
        return self.said.labels


def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name, digits apart from letters and capitals from small ones.

    >>> words_of("facSel_12"), words_of("FOLIO"), words_of("Municipio de residencia")
    (('fac', 'sel', '12'), ('folio',), ('municipio', 'de', 'residencia'))
    """
    parted = "".join(
        f" {c}" if (c.isupper() and before.islower()) or (c.isdigit() != before.isdigit() and before != " ") else c
        for before, c in zip(" " + name, name, strict=False)
    )
    return tuple(simple(parted.replace("_", " ")).split())


def profile(delivered: Delivered, name: str) -> Profile:
    """What a column of a delivery holds."""
    column = delivered.frame[name]
    texts = column.map(code_text).astype("str")
    filled = texts[texts != ""]
    counts = filled.value_counts(sort=True)
    # Stata's own kinds of missing beside numbers are no text.
    tagged = filled.str.fullmatch(r"\.[a-z]")
    tags = tuple(sorted(filled[tagged].unique()))
    plain = filled[~tagged]
    commas = plain.str.fullmatch(r"-?\d+,\d+")
    numbers = pd.to_numeric(plain.where(~commas, plain.str.replace(",", ".", regex=False)), errors="coerce")
    known = counts.head(MOST_VALUES + 1)
    values = {} if len(known) > MOST_VALUES else {str(text): int(count) for text, count in known.items()}
    all_numbers = numbers if len(numbers) and bool(numbers.notna().all()) else None
    at = delivered.columns.index(name)
    return Profile(name, len(column), len(filled), len(counts), values, all_numbers, at, tags)


def label_for(code: str, labels: Mapping[str, str]) -> str | None:
    """The label of a delivered code, however it is padded; None where nothing says it."""
    if code in labels:
        return labels[code]
    plain = plain_number(code)
    return next((label for other, label in labels.items() if plain_number(other) == plain), None)
