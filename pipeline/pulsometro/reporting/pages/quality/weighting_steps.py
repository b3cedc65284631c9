"""The weights after every step: their spread, what calibration and trimming did, the replicates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pulsometro.reporting.language.traced_text import upper_first
from pulsometro.reporting.pages.quality.traced_tables import (
    Column,
    Traced,
    hundredths,
    smallness,
    table,
    tenths,
)
from pulsometro.reporting.pages.quality.weighting_words import REPLICATES, eligible_units
from pulsometro.reporting.tables import markdown
from pulsometro.style import spanish
from pulsometro.weighting.record import Convergence, ReplicateFailure, Spread, WeightingRecord

SPREAD = (
    Column("Entrevistas", "n", spanish.count),
    Column("Suma", "sum", spanish.count),
    Column("Mínimo", "min", tenths),
    Column("Mediana", "median", tenths),
    Column("Máximo", "max", tenths),
    Column("Máximo ÷ mediana", "max_to_median", tenths),
    Column("CV, %", "cv", lambda value: spanish.bare_percent(value, 0)),
    Column("Efecto de los pesos", "deff_kish", hundredths),
    Column("Equivalentes por los pesos", "n_eff", spanish.count),
)
TOTAL = "total"


@dataclass(frozen=True)
class Step:
    """A step that was taken: its name and where its spread lies in the record."""

    name: str
    path: str
    spread: tuple[Spread, ...]


def steps(record: WeightingRecord) -> list[Step]:
    """The steps in their order, and the final weights."""
    found = [Step("Peso base", "base/spread", record.base.spread)]
    for name, path, entry in (
        ("Dos marcos", "dual_frame", record.dual_frame),
        ("Falta de respuesta", "nonresponse", record.nonresponse),
        ("Calibración", "calibration", record.calibration),
        ("Recorte", "trim", record.trim),
    ):
        if entry is not None:
            found.append(Step(name, f"{path}/spread", entry.spread))
    return [*found, Step("Peso final", "final", record.final)]


def by_step(traced: Traced, record: WeightingRecord, note: str) -> str:
    """One row a step, all places together."""
    named = [([step.name], step.spread[-1], f"{step.path}/{len(step.spread) - 1}") for step in steps(record)]
    return table(traced, named, ["Paso"], SPREAD, f"Los pesos después de cada paso, en personas{note}")


def by_place(traced: Traced, record: WeightingRecord, places: Mapping[str, str], place_word: str, note: str) -> str:
    """The final weights of every place, and those of the other steps folded away; nothing where all are one."""
    if len(record.areas) < 2:
        return ""
    *earlier, final = steps(record)
    parts = [_of_step(traced, final, places, place_word, note)]
    parts += [
        markdown.folded(_of_step(traced, step, places, place_word, note), f"{step.name}, por {place_word}")
        for step in earlier
    ]
    return "\n\n".join(parts)


def _of_step(traced: Traced, step: Step, places: Mapping[str, str], place_word: str, note: str) -> str:
    named = [([places.get(s.area, s.area)], s, f"{step.path}/{i}") for i, s in enumerate(step.spread)]
    return table(traced, named, [upper_first(place_word)], SPREAD, f"{step.name}, por {place_word}{note}")


def convergence(traced: Traced, record: WeightingRecord, places: Mapping[str, str], place_word: str) -> str:
    """The slowest part of every place in calibration and in trimming, folded away."""
    columns = (
        Column("Vueltas", "iterations", spanish.count),
        Column("Desajuste relativo, menor que", "max_error", smallness),
    )
    named = []
    for name, path, step in (
        ("Calibración", "calibration", record.calibration),
        ("Recorte", "trim", record.trim),
    ):
        for entry, at in _slowest(step.convergence if step else ()):
            place = places.get(entry.area, entry.area) or "Todo el conjunto"
            named.append(([place, name], entry, f"{path}/convergence/{at}"))
    if not named:
        return ""
    heads = [upper_first(place_word), "Paso"]
    made = table(traced, named, heads, columns, "Convergencia: la parte más lenta de cada uno")
    return f"Todos convergieron; si no, la edición se habría detenido.\n\n{markdown.folded(made, 'En cuántas vueltas')}"


def _slowest(entries: Sequence[Convergence]) -> list[tuple[Convergence, int]]:
    """Of each area the part with most iterations, and its position."""
    worst: dict[str, tuple[Convergence, int]] = {}
    for at, entry in enumerate(entries):
        known = worst.get(entry.area)
        if known is None or (entry.iterations, entry.max_error) > (known[0].iterations, known[0].max_error):
            worst[entry.area] = (entry, at)
    return list(worst.values())


def trimming(traced: Traced, record: WeightingRecord, places: Mapping[str, str], place_word: str, note: str) -> str:
    """Cap, floor, cases held and weight moved in every place."""
    step = record.trim
    if step is None:
        return ""
    columns = [Column("Mediana antes", "median", tenths), Column("Tope", "cap", tenths)]
    columns += [Column("Piso", "floor", tenths)] if step.k_low is not None else []
    columns += [Column("En el tope", "at_cap", spanish.count)]
    columns += [Column("En el piso", "at_floor", spanish.count)] if step.k_low is not None else []
    columns += [
        Column("Peso movido, personas", "moved", spanish.count),
        Column("Peso movido, %", "moved_share", spanish.bare_percent),
    ]
    named = [([places.get(a.area, a.area)], a, f"trim/areas/{i}") for i, a in enumerate(step.areas)]
    return table(traced, named, [upper_first(place_word)], columns, f"Recorte de los pesos, por {place_word}{note}")


def nonresponse(traced: Traced, record: WeightingRecord, places: Mapping[str, str], place_word: str) -> str:
    """Every class with its factor; nothing where there was no such step."""
    step = record.nonresponse
    if step is None:
        return ""
    columns = (
        Column("Entrevistas", "respondents", spanish.count),
        Column(f"{eligible_units(record).capitalize()} elegibles", "eligible", tenths),
        Column("Factor", "factor", hundredths),
    )
    named = [([places.get(c.area, c.area), c.label], c, f"nonresponse/classes/{i}") for i, c in enumerate(step.classes)]
    return table(traced, named, [upper_first(place_word), "Clase"], columns, "Ajuste por falta de respuesta")


def replicates(traced: Traced, record: WeightingRecord) -> str:
    """How many replicates were asked for, how many stand, and why the others fell."""
    step = record.replicates
    if step is None:
        return ""
    columns = (
        Column("Pedidas", "asked", spanish.count),
        Column("Usadas", "used", spanish.count),
        Column("Semilla", "seed", lambda value: f"{value:.0f}"),
    )
    method = upper_first(REPLICATES[step.method])
    made = table(traced, [([method], step, "replicates")], ["Método"], columns, "Réplicas de los pesos")
    if not step.failed:
        return f"{made}\n\nNinguna réplica falló."
    rows = [[name, _FAILURES[why]] for name, why in step.failed.items()]
    return f"{made}\n\n{markdown.pipe(['Réplica', 'Por qué falló'], rows, 'Réplicas que se dejaron fuera', range(2))}"


_FAILURES: Mapping[ReplicateFailure, str] = {
    "empty_class": "una clase del ajuste por falta de respuesta se quedó sin entrevistas",
    "not_calibrated": "la calibración se quedó sin una celda o no convergió",
    "not_trimmed": "ningún peso dentro de los límites cumple los márgenes",
}
