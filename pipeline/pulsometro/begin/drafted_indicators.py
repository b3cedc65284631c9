"""The indicators' file: a distribution for each question, a share for each option, a mean for each amount."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.yaml_words import cut, quoted_text, remark
from pulsometro.common.discretion import simple

# What a number counts, by the words of its question.
_UNITS = (
    (r"\bpesos?\b|\bgast|\bpag[oaó]|\bingreso|\bmonto|\bcuanto dinero|\bcosto", "pesos"),
    (r"\bminutos?\b", "minutos"), (r"\bhoras?\b", "horas"), (r"\bdias?\b", "días"), (r"\banos?\b", "años"),
    (r"\bveces\b", "veces"), (r"\bpersonas\b|\badultos\b|\bhijos\b", "personas"),
)  # fmt: skip


def unit_of(item: DraftItem) -> str | None:
    """What a number is of: points where it is a scale, else by its words; None where nothing says it."""
    if item.points:
        return "puntos"
    words = simple(f"{item.text} {item.label}")
    return next((unit for pattern, unit in _UNITS if re.search(pattern, words)), None)


def measured(items: Sequence[DraftItem]) -> list[DraftItem]:
    """The items of which an indicator is made, in order."""
    return [each for each in items if each.answers or _amount(each)]


def _amount(item: DraftItem) -> bool:
    return item.kind in ("integer", "number") and not item.private and item.role == "" and unit_of(item) is not None


def indicators_text(items: Sequence[DraftItem], asked: Mapping[str, str | None]) -> str:
    """The file. ``asked``: item → the condition under which it is asked."""
    lines = remark(
        "What is published, in the order of publication: drafted by 'pulso init', a distribution for each question. "
        "kind: share (of categories), distribution, mean (of a number), index. direction: up_is_good, up_is_bad or "
        "neutral, whether more of it is good news. singular and plural: what those counted do, said of 'la población' "
        "and of 'personas'."
    )
    lines += ["", "indicators:"]
    for item in measured(items):
        lines += _indicator(item, asked.get(item.name))
    left = [each.name for each in items if each.kind in ("integer", "number") and each.role == "" and not _amount(each)]
    if left:
        lines += remark(f"Numbers that say no unit have no indicator yet (kind: mean, unit): {', '.join(left)}.", 2)
    if not measured(items):
        lines.append("  {}")
    return "\n".join(lines) + "\n"


def _indicator(item: DraftItem, condition: str | None) -> Iterator[str]:
    yield f"  {item.name}:"
    yield f"    name: {quoted_text(cut(item.label, 160))}"
    if item.role == "option":
        yield "    kind: share"
        yield f"    item: {item.name}"
        yield "    categories: [1]"
        yield '    category: "sí"'
        yield f"    singular: {quoted_text(said(item, 'sí'))}"
        yield f"    plural: {quoted_text(said(item, 'sí', plural=True))}"
    elif item.answers:
        yield "    kind: distribution"
        yield f"    item: {item.name}"
    else:
        yield "    kind: mean"
        yield f"    item: {item.name}"
        yield "    statistics: [mean]"
        yield f"    unit: {quoted_text(unit_of(item))}"
    yield "    direction: neutral"
    if condition is not None:
        yield f"    base: {quoted_text(condition)}"
        yield '    base_name: "personas a quienes se preguntó"'


def said(item: DraftItem, answer: str, plural: bool = False) -> str:
    """What whoever gives an answer does: ``responde «mucha» a «Confianza en la policía»``."""
    verb = "responden" if plural else "responde"
    return f"{verb} «{answer}» a «{cut(item.label, 120)}»"
