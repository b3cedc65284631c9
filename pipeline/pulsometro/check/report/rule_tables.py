"""The tables of the quality report."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulsometro.check.report.labels import Words, shape_said
from pulsometro.check.verdict import Verdict
from pulsometro.ingest.delivery_record import Difference, DifferenceKind
from pulsometro.style.spanish import count, decimal, percent, points

Record = Mapping[str, Any]
SHOWN = 12
_DIFFERENCES: Mapping[DifferenceKind, str] = {
    "label_differs": "La etiqueta es otra",
    "label_swapped": "La etiqueta es la de otro código",
    "label_without_code": "Etiqueta de un código que no existe",
    "code_without_label": "Código sin etiqueta",
    "text_swapped": "El nombre de la columna es el de otra pregunta, y al revés",
    "text_other": "El nombre de la columna es el de otra pregunta",
    "user_missing": "Lo que cuenta como faltante es otro",
    "type": "El tipo es otro",
    "not_delivered": "Se preguntó y no llega",
    "not_asked": "Llega y no se preguntó",
}
_TAKEN_FOR: Mapping[str, str] = {"missing": "faltante", "answer": "respuesta"}
_TESTS = {
    "nonresponse": "preguntas sin respuesta", "straightlining": "una sola respuesta en una batería",
    "duration": "duración", "answers": "respuestas inusuales", "refusals": "rechazos",
}  # fmt: skip
_MOVES = {
    "reversed": "parece invertida", "moved": "respuestas", "moved_in_area": "respuestas",
    "nonresponse_moved": "falta de respuesta",
}  # fmt: skip


@dataclass(frozen=True)
class Head:
    """A column's name; ``number``: its cells are numbers."""

    name: str
    number: bool = False


@dataclass(frozen=True)
class Section:
    """One table of the page; rows after the first ``SHOWN`` are folded away."""

    title: str
    text: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows that stand open; all of them when few are left over."""
        return self.rows if len(self.rows) <= SHOWN + 3 else self.rows[:SHOWN]

    @property
    def folded(self) -> tuple[tuple[str, ...], ...]:
        """The rows that the reader unfolds."""
        return self.rows[len(self.shown) :]


def sections(words: Words, verdict: Verdict) -> list[Section]:
    """Every table that has a row, the most urgent first."""
    tables = verdict.tables or {}
    found = [
        _suspects(tables.get("interviewers", ()), verdict.facts, words),
        _verified(tables.get("verified", ())),
        _areas(tables.get("areas", ()), {row["key"]: row for row in tables.get("calls", ())}, words),
        _groups(tables.get("composition", ()), words),
        _moves(tables.get("moves", ()), words),
        _columns(tables.get("columns", ())),
        _differences(verdict.differences, words),
        _unasked(verdict.differences),
        _items(tables.get("items", ()), words),
    ]
    return [section for section in found if section.rows]


def _heads(*names: str) -> tuple[Head, ...]:
    """Heads by name; a trailing ``#`` marks a column of numbers."""
    return tuple(Head(name.rstrip("#"), name.endswith("#")) for name in names)


def _suspects(interviewers: Sequence[Record], facts: Record, words: Words) -> Section:
    rows = []
    for row in interviewers:
        test, _, item = row["test"].partition(":")
        what = f"«{words.label(item)}» sin respuesta" if test == "item" else _TESTS.get(test, test)
        shares = test in {"item", "straightlining", "refusals"}
        value, usual = (percent(row[k]) if shares else decimal(row[k], 2) for k in ("value", "expected"))
        rows.append((row["key"].partition(" (")[0], what, count(row["n"]), value, usual))
    alike = facts.get("near_duplicates") or {}
    text = "Por los folios de sus primeras entrevistas: en la casa encuestadora saben de quién son."
    if alike and alike["threshold"] <= alike["items"]:
        text += f" Dos entrevistas son sospechosas desde {alike['threshold']} respuestas iguales de {alike['items']}."
    heads = _heads("Quien hizo los", "Qué llama la atención", "Entrevistas#", "Suyo#", "Colegas#")
    return Section("A quién conviene llamar", text, "Personas que entrevistan y difieren de sus colegas", heads,
                   tuple(rows))  # fmt: skip


def _verified(verified: Sequence[Record]) -> Section:
    worst = sorted(verified, key=lambda row: (-row["failed"], row["share"], row["key"]))
    rows = tuple(
        (row["key"], count(row["n"]), count(row["verified"]), percent(row["share"]), count(row["failed"]))
        for row in worst
    )
    heads = _heads("Quien hizo los", "Entrevistas#", "Verificadas#", "Parte#", "No se confirmaron#")
    text = "Primero quienes tienen entrevistas que no se confirmaron; después, de quienes menos se verificó."
    return Section("Escucha y verificación", text, "Entrevistas escuchadas o vueltas a llamar", heads, rows)


def _areas(areas: Sequence[Record], calls: Mapping[str, Record], words: Words) -> Section:
    # Without a target in params.yaml there is no share of it.
    targeted = any(_known(a["share_of_target"]) for a in areas)
    rows = []
    for a in areas:
        key = str(a["key"])
        share = (percent(a["share_of_target"]),) if targeted else ()
        each = (decimal(calls[key]["each"]) if key in calls else "",) if calls else ()
        rows.append((words.place(key), count(a["n"]), *share, *each))
    more = (*(("De la meta#",) if targeted else ()), *(("Llamadas por entrevista#",) if calls else ()))
    heads = _heads("Lugar", "Entrevistas#", *more)
    return Section("Tamaño de la muestra", "", "Entrevistas aceptadas por lugar", heads, tuple(rows))


def _known(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


def _groups(groups: Sequence[Record], words: Words) -> Section:
    ordered = sorted(groups, key=lambda g: (not g["outside"], -abs(g["sample"] - g["population"]), g["key"]))
    rows = tuple(
        (words.place(g["area"]), words.items[g["item"]].codes[g["code"]], count(g["n"]), percent(g["sample"]),
         percent(g["population"]), points(g["allowed"]), "Sí" if g["outside"] else "No")
        for g in ordered
    )  # fmt: skip
    heads = _heads("Lugar", "Grupo", "Entrevistas#", "Muestra#", "Población#", "Se admite#", "Fuera")
    return Section("La muestra y la población, en números", "Primero lo que más difiere.",
                   "Parte de cada grupo antes de ponderar, según el diseño de la muestra", heads, rows)  # fmt: skip


def _moves(moves: Sequence[Record], words: Words) -> Section:
    rows = []
    for move in moves:
        item, _, area = move["key"].partition("/")
        what = ", ".join(dict.fromkeys(word for kind, word in _MOVES.items() if move.get(kind)))
        if what:
            place = words.place(area) or "Todo el estudio"
            rows.append((words.label(item), place, what, points(move["change"])))
    heads = _heads("Reactivo", "Lugar", "Qué cambió", "Cambio mayor#")
    return Section("Contra la edición anterior", "", "Cambios mayores de lo que el azar explica", heads, tuple(rows))


def _columns(columns: Sequence[Record]) -> Section:
    new = ", ".join(column["key"] for column in columns if column["new"])
    gone = ", ".join(column["key"] for column in columns if column["gone"])
    rows = tuple(row for row in (("Llegan y antes no", new), ("Llegaban y ya no", gone)) if row[1])
    return Section("Columnas que entran y salen", "", "Columnas del archivo frente a la edición anterior",
                   _heads("Qué pasó", "Columnas"), rows)  # fmt: skip


def _differences(differences: Sequence[Difference], words: Words) -> Section:
    rows = tuple(
        (_DIFFERENCES[d.kind], d.column, words.label(d.item), shape_said(d.code), _delivered(d), d.expected)
        for d in differences if d.kind != "not_asked"
    )  # fmt: skip
    heads = _heads("Diferencia", "Columna", "Reactivo", "Código", "En el archivo", "En el cuestionario")
    return Section("El archivo y el cuestionario", "", "Diferencias entre lo entregado y lo preguntado", heads, rows)


def _delivered(difference: Difference) -> str:
    """What the file says, in readers' words where it is a code of ours."""
    said = difference.delivered
    return _TAKEN_FOR[said] if difference.kind == "user_missing" else shape_said(said)


def _unasked(differences: Sequence[Difference]) -> Section:
    found = [(d.column, shape_said(d.delivered)) for d in differences if d.kind == "not_asked"]
    text = "No se leen. Si alguna trae algo que se preguntó, agréguela al cuestionario; si no, a delivery.ignore."
    title, caption = "Columnas que el cuestionario no conoce", "Columnas que llegan y no se usan"
    if found and not any(label for _, label in found):
        names = ", ".join(name for name, _ in found)
        return Section(title, text, caption, _heads("Cuántas", "Cuáles"), ((count(len(found)), names),))
    return Section(title, text, caption, _heads("Columna", "Su etiqueta en el archivo"), tuple(found))


def _items(items: Sequence[Record], words: Words) -> Section:
    worst = sorted((i for i in items if i["nonresponse"]), key=lambda i: (-i["nonresponse"], i["key"]))
    rows = tuple((words.label(i["key"]), count(i["asked"]), percent(i["nonresponse"])) for i in worst)
    return Section("Falta de respuesta", "Vacías, no sabe o no contesta, de quienes recibieron la pregunta.",
                   "Reactivos con alguna respuesta faltante", _heads("Reactivo", "Se preguntó a#", "Sin respuesta#"),
                   rows)  # fmt: skip
