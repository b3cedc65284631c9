"""An XLSForm (ODK, Kobo, SurveyCTO) as a codebook: questions, choices, skips and limits."""

import re
from collections.abc import Mapping, Sequence

from pulsometro.begin.codebook_tables import Rows
from pulsometro.begin.described import Described, DescribedKind
from pulsometro.common.discretion import simple

_KINDS: Mapping[str, DescribedKind] = {
    "integer": "integer", "range": "integer", "decimal": "number", "date": "date", "datetime": "date", "today": "date",
    "start": "date", "end": "date", "text": "text", "calculate": "computed", "calculate_here": "computed",
}  # fmt: skip
_SILENT = {"note", "begin_group", "end_group", "begin_repeat", "end_repeat", "begin group", "end group", "begin repeat",
           "end repeat", "audit", "hidden", "xml-external"}  # fmt: skip
_MARKUP = re.compile(r"<[^<>]*>|[*_]{2}")
_BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d+)")


def is_form(sheets: Sequence[str]) -> bool:
    """Whether a workbook's sheets are an XLSForm's."""
    return {"survey", "choices"} <= {simple(name) for name in sheets}


def form(survey: Rows, choices: Rows) -> dict[str, Described]:
    """Question → what the form says of it, in the form's order."""
    lists: dict[str, dict[str, str]] = {}
    for row in _records(choices):
        name = row.get("list_name") or row.get("list name", "")
        code = row.get("name") or row.get("value", "")
        if name and code:
            lists.setdefault(name, {})[code] = _words(_label(row)) or code
    found: dict[str, Described] = {}
    for row in _records(survey):
        kind, _, rest = row.get("type", "").strip().partition(" ")
        name = row.get("name", "").strip()
        if not name or row.get("type", "").strip().casefold() in _SILENT:
            continue
        answers = lists.get(rest.strip().split(" ")[0], {}) if kind.startswith("select") else {}
        found[name] = _described(row, kind.casefold(), answers)
    return found


def _described(row: Mapping[str, str], kind: str, answers: Mapping[str, str]) -> Described:
    text = _words(_label(row))
    said: DescribedKind = _KINDS.get(kind, "text" if not answers else "")
    if kind in ("select_multiple", "select_one", "select_one_from_file"):
        said = "multiple" if kind == "select_multiple" else "single"
    least, most = _bounds(row.get("constraint", ""))
    return Described(text, text, answers, said, row.get("relevant", "").strip(), least, most)


def _records(rows: Rows) -> list[dict[str, str]]:
    if not rows:
        return []
    heading = [str(cell or "").strip() for cell in rows[0]]
    return [
        {name: str(cell).strip() for name, cell in zip(heading, row, strict=False) if name and cell not in (None, "")}
        for row in rows[1:]
    ]


def _label(row: Mapping[str, str]) -> str:
    """The Spanish label where there are several languages, else the first."""
    labels = {key: value for key, value in row.items() if key.casefold().startswith("label")}
    spanish = (value for key, value in labels.items() if re.search(r"espa[nñ]ol|spanish|\(es\)", key.casefold()))
    return next(spanish, labels.get("label", next(iter(labels.values()), "")))


def _words(text: str) -> str:
    """A label without the form's markup; another question's answer inside of it is an ellipsis."""
    return re.sub(r"\$\{[^}]*\}", "…", _MARKUP.sub("", text)).strip()


def _bounds(constraint: str) -> tuple[int | None, int | None]:
    """The least and greatest answer of ``. >= 18 and . <= 97``; None where it says none, or says more than that."""
    if re.search(r"\bor\b", constraint):
        return None, None
    least = most = None
    for sign, number in _BOUND.findall(constraint):
        if sign.startswith(">"):
            least = int(number) + (sign == ">")
        else:
            most = int(number) - (sign == "<")
    return least, most


_SELECTED = re.compile(
    r"selected\(\s*\$\{([^}]+)\}\s*,\s*'([^']*)'\s*\)|selected\(\s*\$\{([^}]+)\}\s*,\s*\"([^\"]*)\"\s*\)"
)
_COMPARED = re.compile(r"\$\{([^}]+)\}\s*(!=|>=|<=|=|>|<)\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+(?:\.\d+)?))")


def condition(asked_if: str, answers: Mapping[str, Mapping[str, int]], items: Mapping[str, str]) -> str | None:
    """A form's condition as the questionnaire's, None where it says more than that can.

    ``items``: question, in small letters → item; of an option of a multiple answer, ``question/option`` → item.
    ``answers``: question → delivered code → the item's.

    >>> condition("${victima} = 'si' and ${edad}>17", {"victima": {"si": 1}}, {"victima": "victima", "edad": "edad"})
    'victima == 1 and edad > 17'
    """
    failed = False

    def chosen(found: re.Match[str]) -> str:
        nonlocal failed
        question, code = (found[1] or found[3]).casefold(), found[2] or found[4] or ""
        if f"{question}/{code}" in items:
            return f"{items[f'{question}/{code}']} == 1"
        own = answers.get(question, {}).get(code)
        failed = failed or own is None or question not in items
        return f"{items.get(question, '')} == {own}"

    def compared(found: re.Match[str]) -> str:
        nonlocal failed
        question, sign = found[1].casefold(), {"=": "=="}.get(found[2], found[2])
        code = next(part for part in (found[3], found[4], found[5]) if part is not None)
        own: object = answers.get(question, {}).get(code)
        if own is None and not answers.get(question):
            own = code if re.fullmatch(r"-?\d+", code) else None
        failed = failed or own is None or question not in items
        return f"{items.get(question, '')} {sign} {own}"

    text = _COMPARED.sub(compared, _SELECTED.sub(chosen, asked_if))
    rest = re.sub(r"[a-z][a-z0-9_]* (?:==|!=|>=|<=|>|<) -?\d+", " ", text)
    plain = not re.sub(r"\band\b|\bor\b|\bnot\b|[()\s]", "", rest)
    return " ".join(text.split()) if plain and not failed and text.strip() else None
