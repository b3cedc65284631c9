"""What the file says of itself against what the questionnaire says."""

from collections.abc import Iterator

from pulsometro.ingest.delivery_record import Difference, DifferenceKind, TakenFor
from pulsometro.ingest.harmonise.areas import simple
from pulsometro.ingest.harmonise.crosswalk import Plan
from pulsometro.ingest.harmonise.values import code_table
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered
from pulsometro.questionnaire.model import Item, Questionnaire

MISSING_LABELS = {
    "no_sabe": {"no sabe", "ns", "no sabe no recuerda", "no sabe no responde"},
    "no_contesta": {"no contesta", "nc", "no contesto", "no responde", "nr", "no respondio"},
    "no_aplica": {"no aplica", "na", "no se pregunto", "no procede"},
}
_KINDS = {"single": "numeric", "integer": "numeric", "number": "numeric", "date": "date"}
_MISSING: TakenFor = "missing"
_ANSWER: TakenFor = "answer"


def compare(delivered: Delivered, questionnaire: Questionnaire, reading: Plan) -> tuple[Difference, ...]:
    """Every difference, items in the questionnaire's order, unasked columns last."""
    found: list[Difference] = []
    for name, column in reading.items.items():
        meta = delivered.metadata.get(column.name)
        if meta is not None and column.option is None:
            found += _labels(name, questionnaire, column.name, meta)
            found += _user_missing(name, questionnaire, column.name, meta)
            found += _type(name, questionnaire[name], column.name, meta)
    for name in questionnaire.delivery.not_delivered:
        found.append(Difference("not_delivered", "", name, "", "", questionnaire[name].label))
    used = {*reading.columns, *questionnaire.delivery.ignore, *delivered.system}
    used |= {c for col in questionnaire.delivery.columns.values() for c in (col.name, *col.more)}
    for column_name in delivered.columns:
        if column_name and column_name not in used:
            label = delivered.metadata.get(column_name, ColumnMetadata()).label
            found.append(Difference("not_asked", column_name, "", "", label, ""))
    return tuple(found)


def _labels(name: str, questionnaire: Questionnaire, column: str, meta: ColumnMetadata) -> Iterator[Difference]:
    item = questionnaire[name]
    if item.kind != "single" or not meta.labels:
        return
    table = code_table(item, questionnaire.delivery.columns[name])
    for delivered_code, label in meta.labels.items():
        code = table.get(delivered_code)
        if code is None:
            yield Difference("label_without_code", column, name, delivered_code, label, "")
            continue
        if not _same(label, item, code):
            swapped = any(_same(label, item, other) for other in item.valid_codes if other != code)
            kind: DifferenceKind = "label_swapped" if swapped else "label_differs"
            yield Difference(kind, column, name, delivered_code, label, _expected(item, code))
    for delivered_code, code in sorted(table.items()):
        if delivered_code not in meta.labels and code in item.codes:
            yield Difference("code_without_label", column, name, delivered_code, "", _expected(item, code))


def _user_missing(name: str, questionnaire: Questionnaire, column: str, meta: ColumnMetadata) -> Iterator[Difference]:
    """Answers that the file declares missing, and missing codes that it leaves out of its declaration."""
    item = questionnaire[name]
    if item.kind not in {"single", "integer"} or not meta.missing:
        return
    table = code_table(item, questionnaire.delivery.columns[name])
    for delivered_code, code in sorted(table.items()):
        declared = any(_within(delivered_code, part) for part in meta.missing)
        if declared and code in item.codes:
            yield Difference("user_missing", column, name, delivered_code, _MISSING, _expected(item, code))
        elif not declared and item.missing.get(code) in {"no_sabe", "no_contesta"}:
            yield Difference("user_missing", column, name, delivered_code, _ANSWER, _expected(item, code))


def _within(code: str, part: str) -> bool:
    """Whether a code is the declared value or lies in the declared range (``97–99``)."""
    low, dash, high = part.partition("–")
    try:
        return float(low) <= float(code) <= float(high if dash else low)
    except ValueError:
        return code == part


def _same(label: str, item: Item, code: int) -> bool:
    if code in item.codes:
        return simple(label) == simple(item.codes[code])
    return simple(label) in MISSING_LABELS[item.missing[code]]


def _expected(item: Item, code: int) -> str:
    return item.codes[code] if code in item.codes else item.missing[code].replace("_", " ")


def _type(name: str, item: Item, column: str, meta: ColumnMetadata) -> Iterator[Difference]:
    expected = _KINDS.get(item.kind)
    if expected is not None and meta.kind and meta.kind != expected:
        yield Difference("type", column, name, "", meta.kind, expected)
