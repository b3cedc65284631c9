"""The one way in which weighting stops: where, what is wrong, and what could be done."""

from pipeline.errors import PulsoError


class WeightingError(PulsoError):
    """A step that is not sound.

    Attributes: ``area`` (municipality), ``margin``, ``cell`` (label of the level; "" where it
    does not apply), ``problem`` and ``remedy``; the message is one sentence made of them.
    """

    def __init__(self, problem: str, remedy: str, *, area: str = "", margin: str = "", cell: str = "") -> None:
        self.area, self.margin, self.cell = area, margin, cell
        self.problem, self.remedy = problem, remedy
        named = [("municipality", area), ("margin", margin), ("cell", cell)]
        where = ", ".join(f"{word} {value}" for word, value in named if value)
        super().__init__(f"Weighting{f' ({where})' if where else ''}: {problem}; {remedy}.")
