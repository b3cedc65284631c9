"""The section ``release`` of params.yaml: who may have the microdata, and what is in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pulsometro.settings.configuration import STRICT
from pulsometro.settings.faults import demand
from pulsometro.settings.likeness import meant

_WHERE = "params.yaml, release:"


@dataclass(frozen=True)
class ReleasedFile:
    """The columns of a file of microdata: what neither list names is not in it.

    ``keys``: items by which somebody could be known from outside, as coarse as they are released.
    ``answers``: the other items. ``blank``: the keys that may be left empty in some rows, the first before the second.
    """

    __pydantic_config__: ClassVar = STRICT
    keys: tuple[str, ...]
    answers: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Keys and answers."""
        return (*self.keys, *self.answers)


@dataclass(frozen=True)
class ReleaseSettings:
    """The plan of the microdata.

    ``main``: the file with the design. ``second``: a file of other keys, in an order and with a weight of its own, that
    cannot be joined to the first. ``circle``: who has them: ``partners`` who signed terms, or the ``public``, from
    whom no cell over the keys of ``main`` can then be withheld. ``k``: the least number of respondents that anybody
    who knows somebody's keys is left with. ``blank_at_most``: share of the rows of ``main`` in which a key may be left
    empty for that, ``second_blank_at_most``: in which any value of ``second`` may. ``linkage_at_most``: share of
    respondents whom somebody who knows the keys of all of them would find by guessing.
    """

    __pydantic_config__: ClassVar = STRICT
    main: ReleasedFile
    second: ReleasedFile | None = None
    circle: Literal["partners", "public"] = "partners"
    k: int = 5
    blank_at_most: float = 0.025
    second_blank_at_most: float = 0.05
    linkage_at_most: float = 0.1

    def __post_init__(self) -> None:
        demand(
            _WHERE,
            (self.k >= 2, f"k is {self.k}; alone in a group everybody is known: write 2 or more (5 is usual)"),
            (0 <= self.blank_at_most <= 1, "blank_at_most is a share: write a number from 0 to 1"),
            (0 <= self.second_blank_at_most <= 1, "second_blank_at_most is a share: write a number from 0 to 1"),
            (0 < self.linkage_at_most <= 1, "linkage_at_most is a share: write a number over 0 and up to 1"),
            *_file_demands("main", self.main),
            *(_file_demands("second", self.second) if self.second else ()),
        )

    @property
    def files(self) -> tuple[tuple[str, ReleasedFile], ...]:
        """Each file of microdata with its key in params.yaml."""
        return (("main", self.main), *((("second", self.second),) if self.second else ()))


def _file_demands(name: str, file: ReleasedFile) -> Iterator[tuple[bool, str]]:
    twice = sorted({item for item in file.columns if file.columns.count(item) > 1})
    strange = [item for item in file.blank if item not in file.keys]
    yield bool(file.keys), f"{name}.keys is empty; name the items by which somebody could be known"
    yield not twice, f"{name} names {', '.join(twice)} twice; keep one"
    near = meant(strange[0], file.keys) if strange else ""
    yield not strange, f"{name}.blank names {', '.join(strange)}, which {name}.keys does not; correct it{near}"
