"""Tables that describe others: INEGI's diccionario de datos and catálogos, a producer's list of variables and codes."""

import re
from collections.abc import Mapping, Sequence

from pulsometro.begin.described import Described, DescribedKind
from pulsometro.common.discretion import simple

Rows = Sequence[Sequence[str]]
_VARIABLE = (
    "nemonico", "mnemonico", "nombre variable", "nombre de la variable", "nombre de variable", "variable", "variables",
    "campo", "columna", "name", "column", "var", "clave variable", "codigo de variable", "clave de la variable",
)  # fmt: skip
_LABEL = (
    "nombre campo", "nombre del campo", "pregunta", "texto", "texto de la pregunta", "reactivo", "etiqueta de variable",
    "etiqueta de la variable", "etiqueta variable", "descripcion", "descripcion de la variable", "variable label",
    "question", "question text", "etiqueta", "label", "description", "nombre",
)  # fmt: skip
_CODE = (
    "rango claves", "rango de claves", "codigo", "codigos", "clave", "claves", "valor", "valores", "code", "codes",
    "value", "values", "categoria", "categorias", "opciones",
)  # fmt: skip
_ANSWER = (
    "etiqueta de valor", "etiqueta valor", "etiqueta del valor", "etiqueta del codigo", "etiqueta de codigo",
    "descripcion del codigo", "descripcion de la clave", "descripcion del valor", "respuesta", "respuestas", "opcion",
    "significado", "value label", "value labels", "answer", "descrip", "descripcion", "etiqueta", "etiquetas", "label",
)  # fmt: skip
_KIND = ("tipo", "type", "tipo de dato", "tipo de variable")
_KINDS: Mapping[str, DescribedKind] = {
    "fecha": "date", "date": "date", "numerico": "number", "numerica": "number", "entero": "integer",
    "integer": "integer", "decimal": "number",
}  # fmt: skip
# 1 = Sí; 2. No; (9) No sabe
_PAIR = re.compile(r"\(?\s*(-?\d{1,4}|\.[a-z])\s*\)?\s*[=.:)\-–]\s*([^;\n|]+)")
_RANGE = re.compile(r"(\d{1,3})\s*,\s*\.+\s*,?\s*(\d{1,3})")
_CODE_OF_ONE = re.compile(r"[\w.]{1,12}")
_FEW_WORDS = 400


def _column(heading: Sequence[str], names: Sequence[str], taken: Sequence[int] = ()) -> int | None:
    simplified = [simple(str(cell)) for cell in heading]
    found = (simplified.index(name) for name in names if name in simplified)
    return next((at for at in found if at not in taken), None)


def dictionary(rows: Rows, known: Sequence[str] = ()) -> dict[str, Described] | None:
    """Variable, in small letters → what a dictionary says of it; None where the table is none.

    ``rows``: with the heading first (or after a title of a few rows); ``known``: the delivery's columns, some of which
    a dictionary must name. A blank variable is that of the row above.
    """
    start = next((k for k, row in enumerate(rows[:8]) if _column(row, _VARIABLE) is not None and len(row) > 1), None)
    if start is None:
        return None
    heading = rows[start]
    variable = _column(heading, _VARIABLE)
    code = _column(heading, _CODE, [variable or 0])
    answer = _column(heading, _ANSWER, [at for at in (variable, code) if at is not None]) if code is not None else None
    label = _column(heading, _LABEL, [at for at in (variable, code, answer) if at is not None])
    if label is None and answer is not None and simple(str(heading[answer])) in _LABEL:
        # One column of words: it names the variable.
        label, answer = answer, None
    if variable is None or (label is None and code is None):
        return None
    kind = _column(heading, _KIND, [variable])
    found = _collected(rows[start + 1 :], variable, label, code, answer, kind)
    wanted = {name.casefold() for name in known}
    return found if found and (not wanted or wanted & set(found)) else None


def _collected(
    rows: Rows, variable: int, label: int | None, code: int | None, answer: int | None, kind: int | None
) -> dict[str, Described]:
    words: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}
    kinds: dict[str, DescribedKind] = {}
    current = ""
    for row in rows:
        cells = {at: str(row[at]).strip() if at < len(row) and row[at] is not None else ""
                 for at in (variable, label, code, answer, kind) if at is not None}  # fmt: skip
        current = cells[variable].casefold() or current
        if not current:
            continue
        named = cells.get(label, "") if label is not None else ""
        words[current] = words.get(current) or named
        answers = labels.setdefault(current, {})
        said = cells.get(code, "") if code is not None else ""
        meaning = cells.get(answer, "") if answer is not None else ""
        if said and meaning and len(said) <= 30:
            answers.setdefault(said, meaning)
        elif said or meaning:
            answers |= pairs_in(said or meaning) or {}
        kinds[current] = kinds.get(current, "") or _KINDS.get(
            simple(cells.get(kind, "") if kind is not None else ""), ""
        )
    return {name: Described(words[name], words[name], labels[name], kinds.get(name, "")) for name in words}


def pairs_in(text: str) -> dict[str, str]:
    """Codes with their labels where one cell holds them all.

    >>> pairs_in("1 = Sí; 2 = No; 9 = No sabe"), pairs_in("0100001,...,3299999")
    ({'1': 'Sí', '2': 'No', '9': 'No sabe'}, {})
    """
    found = _PAIR.findall(text[: _FEW_WORDS * 10])
    return {code: label.strip(" ,.") for code, label in found} if len(found) > 1 else {}


def catalogue(rows: Rows) -> tuple[str, Described] | None:
    """The variable, in small letters, and what one of INEGI's catálogos says of it; None for another table.

    A range of codes (``18,...,97``) is what its answers lie between and no answer.
    """
    if not rows or len(rows[0]) < 2 or simple(str(rows[0][1])) not in ("descrip", "descripcion", "etiqueta"):
        return None
    pairs = [(str(row[0]).strip(), str(row[1]).strip()) for row in rows[1:] if len(row) > 1 and str(row[1]).strip()]
    bounds = [found for code, _ in pairs if (found := _RANGE.fullmatch(code))]
    least, most = (int(bounds[0][1]), int(bounds[0][2])) if len(bounds) == 1 else (None, None)
    labels = {code: label for code, label in pairs if _CODE_OF_ONE.fullmatch(code)}
    return str(rows[0][0]).strip().casefold(), Described(labels=labels, least=least, most=most)


def merged(*books: Mapping[str, Described]) -> dict[str, Described]:
    """Several codebooks as one; what an earlier one says stands, a later one fills what it leaves out."""
    found: dict[str, Described] = {}
    for book in books:
        for name, said in book.items():
            old = found.get(name, Described())
            found[name] = Described(
                old.label or said.label, old.text or said.text, old.labels or said.labels, old.kind or said.kind,
                old.asked_if or said.asked_if, old.least if old.least is not None else said.least,
                old.most if old.most is not None else said.most,
            )  # fmt: skip
    return found
