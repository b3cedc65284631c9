"""What a column of answers becomes: a question with codes, a number, a day or a text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from pulsometro.begin.delivery_source import Source
from pulsometro.begin.described import Variable, label_for
from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.missing_words import missing_kind, usual_missing
from pulsometro.begin.ordered_answers import in_order
from pulsometro.begin.read_days import days_in
from pulsometro.begin.yaml_words import cut, plain_text
from pulsometro.common.discretion import simple
from pulsometro.common.plain_words import WORDS
from pulsometro.ingest.read.delivered import plain_number
from pulsometro.questionnaire.labels_alike import label_key
from pulsometro.questionnaire.model import ItemKind, MissingKind

_CAPITAL = r"[A-ZÁÉÍÓÚÑÜ][\w.'-]*"
_NAME = re.compile(rf"{_CAPITAL}(?: (?:de |del |la |los )*{_CAPITAL}){{1,3}}")
_MOST_ANSWERS, _MOST_CODES = 25, 120
SENSITIVE = re.compile(r"victim|delito|soborno|mordida|denunci|extorsi|asalt|robo|violencia|agresion|corrupci")
MISSING_CODES: Mapping[MissingKind, tuple[int, ...]] = {
    "no_sabe": (8, 98, 998), "no_contesta": (9, 99, 999), "no_aplica": (7, 97, 997),
}  # fmt: skip


def words_for(variable: Variable, otherwise: str = "") -> tuple[str, str]:
    """The question as it is read out, and its short name."""
    text = plain_text(variable.said.text or variable.said.label or otherwise or variable.name)
    label = cut(variable.said.label or otherwise or text, 160)
    return text or variable.name, label or variable.name


def answer_item(variable: Variable, name: str, source: Source) -> DraftItem:
    """The item of a column that has no role: coded, a number, a day or a text."""
    own, said = variable.profile, variable.said
    text, label = words_for(variable)
    sensitive = bool(SENSITIVE.search(simple(f"{variable.name} {text}")))
    item = DraftItem(name, variable.name, text, label, sensitive=sensitive)
    if said.kind in ("text", "computed") or (said.kind == "date" and own.numbers is None):
        return replace(item, kind="text", private=True, sensitive=False)
    substantive = {code: words for code, words in said.labels.items() if missing_kind(words) is None}
    uncovered = [code for code in own.values if label_for(code, said.labels) is None]
    if said.labels and own.numbers is not None and len(uncovered) > max(1, len(substantive)) and len(substantive) <= 3:
        return number_item(item, variable)
    if said.labels and len(said.labels) <= _MOST_CODES and len(substantive) > 0 and own.distinct <= _MOST_CODES:
        return _labelled(item, variable, source)
    if own.numbers is not None:
        return _unlabelled(item, variable)
    days = days_in(source.frame[variable.name], date(1900, 1, 1))
    if days is not None and days.share > 0.9:
        return replace(item, kind="text", private=True, sensitive=False, why="another date: never leaves the pipeline")
    few = 0 < own.distinct <= _MOST_ANSWERS and own.filled >= 3 * own.distinct
    if few and _persons(tuple(own.values)):
        why = "words that may be persons' names: if they are answers, list them here as codes"
        return replace(item, kind="text", private=True, sensitive=False, why=why)
    if few and all(len(each) <= 250 for each in own.values):
        return _texts(item, variable)
    return replace(item, kind="text", private=True, sensitive=False, why="free text: never leaves the pipeline")


def _persons(values: Sequence[str]) -> bool:
    """Whether nearly all of a column's few values are written as names are: two to four words, each with a capital."""
    named = [text for text in values if _NAME.fullmatch(text) and not set(simple(text).split()) <= WORDS]
    return len(named) > 1 and len(named) >= 0.8 * len(values)


def _labelled(item: DraftItem, variable: Variable, source: Source) -> DraftItem:
    """Codes and labels as the file or its dictionary says them."""
    pairs = dict(variable.said.labels)
    for code in variable.profile.values:
        if label_for(code, pairs) is None:
            pairs[code] = ""
    declared = {code for code in source.missing.get(variable.name, ()) if "–" not in code}
    return _coded(item, pairs, declared, ordered=False)


def _coded(item: DraftItem, pairs: Mapping[str, str], declared: set[str] | frozenset[str], ordered: bool) -> DraftItem:
    """An item with codes, from delivered code → label. ``declared``: codes that the file declares missing."""
    held = list(pairs.items())
    kinds = {code: "no_contesta" if code in declared and missing_kind(label) is None else missing_kind(label)
             for code, label in held}  # fmt: skip
    if ordered:
        held = in_order(held)
    numeric = {code: int(plain_number(code)) for code, _ in held if re.fullmatch(r"-?\d{1,6}", plain_number(code))}
    codes: dict[int, str] = {}
    missing: dict[int, MissingKind] = {}
    delivered: dict[str, int] = {}
    undecided: dict[int, str] = {}
    own = len(numeric) == len(held)
    free = (number for number in range(1, 10_000) if number not in numeric.values())
    for code, label in held:
        kind = kinds[code]
        if own or code in numeric:
            number = numeric[code]
        elif kind is not None:
            number = _free_missing(kind, {*codes, *missing, *numeric.values()}, len(held))
        else:
            number = next(free)
        if not own and code not in numeric:
            delivered[code] = number
        if kind is not None:
            missing.setdefault(number, kind)
        elif label:
            codes.setdefault(number, _answer_words(label))
        else:
            codes.setdefault(number, "")
            undecided[number] = f"what {plain_text(code)} says"
    if delivered:
        delivered = {code: numeric.get(code, delivered.get(code, 0)) for code, _ in held}
    return replace(item, codes=_told_apart(codes), missing=missing, delivered=delivered, undecided=undecided)


def _free_missing(kind: MissingKind, taken: set[int], answers: int) -> int:
    """The usual code of a kind of missing that no answer has."""
    usual: tuple[int, ...] = (*MISSING_CODES[kind], *range(700, 900))
    return next(code for code in usual if code not in taken and code > answers)


def _answer_words(label: str) -> str:
    """An answer's label; INEGI's are ends of a question: ``inseguro?`` is an answer that asks nothing."""
    words = plain_text(label)
    return words if "¿" in words else words.rstrip("?:;,. ") or words


def _told_apart(codes: Mapping[int, str]) -> dict[int, str]:
    """Labels that are one but for accents and capitals, each with its code beside it."""
    seen: set[str] = set()
    found = {}
    for code, label in codes.items():
        key = label_key(label)
        found[code] = f"{label} ({code})" if label and key in seen else label
        seen.add(key)
    return found


def _texts(item: DraftItem, variable: Variable) -> DraftItem:
    """Answers that were delivered as words."""
    return _coded(item, {text: text for text in variable.profile.values}, frozenset(), ordered=True)


def _unlabelled(item: DraftItem, variable: Variable) -> DraftItem:
    """Numbers that nothing explains: counts and scales as they are, a few codes for somebody to name."""
    own = variable.profile
    if not own.whole or variable.said.kind in ("integer", "number") or own.distinct > 12:
        return number_item(item, variable)
    values = sorted(int(float(text)) for text in own.values if text not in own.tags)
    if values == [0, 1]:
        return replace(item, codes={1: "sí", 0: "no"}, why="0 and 1 are taken for no and sí")
    far = usual_missing(values, 10)
    rest = [value for value in values if value not in far]
    if (rest and rest[0] in (0, 1) and rest[-1] == 10 and len(rest) >= 9) or _counted(variable):
        return number_item(item, variable)
    # 8 and 9 after 1 to 4 stand apart: no answer of the scale lies between.
    below = [value for value in rest if value < 8]
    apart: dict[int, MissingKind] = {8: "no_sabe", 9: "no_contesta"} if below and max(below) <= 6 else {}
    silent = {value: kind for value, kind in {**far, **apart}.items() if value in values}
    pairs = {str(value): "" for value in values if value not in silent}
    pairs |= {tag: variable.labels.get(tag, "No contesta") for tag in own.tags}
    coded = _coded(item, pairs, frozenset(), ordered=False)
    taken = " and ".join(f"{value} for {kind}" for value, kind in silent.items())
    return replace(
        coded, missing={**silent, **coded.missing}, why=f"taken: {taken}, which stand apart" if silent else ""
    )


def _counted(variable: Variable) -> bool:
    words = f"{simple(variable.name)} {simple(variable.said.label)}"
    return bool(re.search(r"\b(?:cuant[oa]s|numero de|num|veces|hijos|personas|adultos|total|anos)\b", words))


def number_item(item: DraftItem, variable: Variable) -> DraftItem:
    """A number with what lies outside of it: labels of no answer, and the usual numbers far from all others."""
    own, said = variable.profile, variable.said
    missing: dict[int, MissingKind] = {}
    for code, label in said.labels.items():
        none = missing_kind(label)
        if none is not None and re.fullmatch(r"-?\d{1,9}", plain_number(code)):
            missing[int(plain_number(code))] = none
    if own.numbers is not None:
        missing |= {n: k for n, k in usual_missing(set(own.numbers), said.most).items() if n not in missing}
    delivered: dict[str, int] = {}
    for tag in own.tags:
        top = max(own.high, 0 if said.most is None else said.most)
        code = next(n for n in (98, 99, 997, 998, 999, *range(9990, 10_020)) if n > top and n not in missing)
        delivered[tag], missing[code] = code, missing_kind(variable.labels.get(tag, "")) or "no_contesta"
    kind: ItemKind = "integer" if (own.whole and own.high < 2**31) or own.numbers is None else "number"
    free = [] if own.numbers is None else [value for value in own.numbers if value not in missing]
    low, high = (int(min(free)), int(max(free))) if free else (0, 0)
    between: tuple[int, int] | None = None
    points = False
    if item.role == "age":
        least = said.least if said.least is not None else (18 if low >= 18 else low)
        between = (least, max(high, min([97, *(code - 1 for code in missing if code > high)])))
    elif said.least is not None and said.most is not None and said.least <= low and high <= said.most:
        between = (said.least, said.most)
    elif kind == "integer" and len(set(free)) >= 9 and low >= 0 and high == 10:
        between, points = (0, 10), True
    elif _ends(said.labels) == (low, high) and high <= 10:
        # Labelled at its ends alone: a scale of points.
        between, points = (low, high), True
    return replace(item, kind=kind, missing=missing, range=between, delivered=delivered, points=points)


def _ends(labels: Mapping[str, str]) -> tuple[int, int] | None:
    """The least and greatest code of an answer, where there are two or more."""
    codes = [plain_number(code) for code, label in labels.items() if missing_kind(label) is None]
    numbers = sorted(int(code) for code in codes if re.fullmatch(r"\d{1,2}", code))
    return (numbers[0], numbers[-1]) if len(numbers) > 1 else None
