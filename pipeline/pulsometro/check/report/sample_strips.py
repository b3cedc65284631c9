"""The sample beside the population in the quality report: a strip of dots for each group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulsometro.questionnaire.model import Questionnaire
from pulsometro.style.spanish import decimal, points, signed_points

EDGE = 0.15


@dataclass(frozen=True)
class Dot:
    """One area: its place on the strip (0–100 from the left) and whether it lies outside."""

    left: float
    outside: bool
    title: str


@dataclass(frozen=True)
class Strip:
    """One group: its dots, the band in which they may lie, and the same in words."""

    label: str
    population: str
    dots: tuple[Dot, ...]
    band_left: float
    band_width: float
    said: str


def strips(
    rows: Sequence[Mapping[str, Any]], questionnaire: Questionnaire, names: Mapping[str, str]
) -> tuple[Strip, ...]:
    """A strip for every group of the evidence table ``composition``, in the questionnaire's order."""
    groups: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["item"], row["code"]), []).append(row)
    return tuple(_strip(questionnaire[item].codes[code], found, names) for (item, code), found in groups.items())


def _strip(label: str, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Strip:
    differences = [(names.get(row["area"], row["area"]), row["sample"] - row["population"]) for row in rows]
    dots = tuple(
        Dot(_place(difference), row["outside"], f"{name}: {signed_points(difference)} puntos")
        for row, (name, difference) in zip(rows, differences, strict=True)
    )
    low, high = min(d for _, d in differences), max(d for _, d in differences)
    shares = [row["population"] for row in rows]
    population = f"{decimal(min(shares) * 100, 0)}–{decimal(max(shares) * 100, 0)} %"
    # The band is drawn for the area with the least room: what lies inside it is inside everywhere.
    allowed = min(row["allowed"] for row in rows)
    out = [f"{name} ({signed_points(d)})" for row, (name, d) in zip(rows, differences, strict=True) if row["outside"]]
    said = f"de {signed_points(low)} a {signed_points(high)} puntos"
    said += f"; fuera de lo esperado: {', '.join(out)}" if out else f"; se esperaban hasta {points(allowed)}"
    left = _place(-allowed)
    return Strip(label, population, dots, left, _place(allowed) - left, said)


def _place(difference: float) -> float:
    return round(50 + 50 * max(-1.0, min(1.0, difference / EDGE)), 2)
