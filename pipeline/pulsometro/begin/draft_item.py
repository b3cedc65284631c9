"""An item of the questionnaire as it is drafted: what it asks, its codes, and where the delivery has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulsometro.questionnaire.model import ItemKind, MissingKind


@dataclass(frozen=True)
class DraftItem:
    """An item as the questionnaire will have it, and where it lies.

    ``delivered``: delivered text → code, where they are not the same; ``undecided``: code → what to ask of its label;
    ``why``: a comment. ``option``, ``others``: of a multiple answer. ``role``: what it was guessed to be. ``group``:
    the question of which it is an option. ``points``: whether its numbers are points of a scale.
    """

    name: str
    column: str
    text: str
    label: str
    kind: ItemKind = "single"
    codes: Mapping[int, str] = field(default_factory=dict)
    missing: Mapping[int, MissingKind] = field(default_factory=dict)
    range: tuple[int, int] | None = None
    role: str = ""
    private: bool = False
    required: bool = False
    sensitive: bool = False
    asked_if: str | None = None
    delivered: Mapping[str, int] = field(default_factory=dict)
    undecided: Mapping[int, str] = field(default_factory=dict)
    format: str | None = None
    option: str | None = None
    others: tuple[str, ...] = ()
    separator: str | None = None
    source: str = ""
    ranges: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    group: str = ""
    points: bool = False
    why: str = ""

    @property
    def answers(self) -> bool:
        """Whether it is a question with answers to count."""
        return self.kind == "single" and not self.private and self.role in ("", "option")


def of_role(items: Sequence[DraftItem], role: str) -> str | None:
    """The item of a role, None where there is none."""
    return next((each.name for each in items if each.role == role), None)
