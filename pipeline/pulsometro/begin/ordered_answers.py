"""Answers that were delivered as words, in the order of their scale."""

from collections.abc import Sequence

from pulsometro.common.discretion import simple

# Beginnings of answers from the most to the least, scale by scale; of no scale: as they were first seen.
_SCALES = (
    ("si", "tal vez", "no"),
    ("hombre", "mujer"), ("masculino", "femenino"),
    ("muy seguro", "seguro", "algo seguro", "poco seguro", "inseguro", "nada seguro", "muy inseguro"),
    ("muy segura", "segura", "algo segura", "poco segura", "insegura", "nada segura", "muy insegura"),
    ("mucho", "algo", "regular", "poco", "nada"), ("mucha", "algo", "regular", "poca", "nada"),
    ("muy bueno", "bueno", "regular", "malo", "muy malo"), ("muy buena", "buena", "regular", "mala", "muy mala"),
    ("muy bien", "bien", "regular", "mal", "muy mal"),
    ("excelente", "bueno", "regular", "malo", "pesimo"),
    ("muy satisfecho", "satisfecho", "algo satisfecho", "ni satisfecho", "poco satisfecho", "insatisfecho",
     "nada satisfecho", "muy insatisfecho"),
    ("totalmente de acuerdo", "muy de acuerdo", "de acuerdo", "ni de acuerdo", "en desacuerdo", "muy en desacuerdo",
     "totalmente en desacuerdo"),
    ("siempre", "casi siempre", "a veces", "algunas veces", "casi nunca", "rara vez", "nunca"),
    ("mejoro", "sigue igual", "igual", "empeoro"), ("mejor", "igual", "peor"),
    ("muy alto", "alto", "medio", "bajo", "muy bajo"), ("muy alta", "alta", "media", "baja", "muy baja"),
    ("muy efectivo", "algo efectivo", "poco efectivo", "nada efectivo"),
    ("ninguno", "ninguna", "sin estudios", "preescolar", "primaria", "secundaria", "preparatoria", "bachillerato",
     "carrera tecnica", "tecnica", "licenciatura", "universidad", "profesional", "posgrado", "maestria", "doctorado"),
)  # fmt: skip


def in_order(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of delivered text and label in their scale's order, else numbers by size, else by their letters."""
    labels = [simple(label) for _, label in pairs]
    known = [(_places(labels, scale), scale) for scale in _SCALES]
    best = max(known, key=lambda each: sum(place is not None for place in each[0]), default=None)
    if best is not None and sum(place is not None for place in best[0]) >= max(2, len(pairs) - 3):
        order = {label: (place if place is not None else 99) for label, place in zip(labels, best[0], strict=True)}
        return sorted(pairs, key=lambda pair: (order[simple(pair[1])], simple(pair[1])))
    return sorted(pairs, key=lambda pair: (_number(simple(pair[1])), simple(pair[1])))


def _places(labels: Sequence[str], scale: Sequence[str]) -> list[int | None]:
    return [
        next((k for k, word in enumerate(scale) if label == word or label.startswith(f"{word} ")), None)
        for label in labels
    ]


def _number(label: str) -> int:
    """The first number of ``18 a 29 años`` or ``menos de 10``; those without one come last."""
    first = next((word for word in label.split() if word.isdigit()), None)
    return 10**9 if first is None else int(first) - label.startswith("menos")
