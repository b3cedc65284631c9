"""What changed between two waves' instruments, and which series break."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pulsometro.common.counted import tallied
from pulsometro.questionnaire.comparability import SINCE, lineage
from pulsometro.questionnaire.model import Item, Questionnaire

ChangeKind = Literal[
    "new", "gone", "wording", "codes", "cut", "missing", "range", "skip", "order", "column", "fieldwork"
]

# A change of these kinds alters what an answer means: the series should say that it breaks, or why not.
MEANING: tuple[ChangeKind, ...] = ("wording", "codes", "cut", "skip", "range")


@dataclass(frozen=True)
class Change:
    """One difference: the item (or fieldwork fact), what it was and what it is.

    ``breaks``: the declared reason why the series breaks at the later wave, else empty; ``kept``: why it compares.
    """

    kind: ChangeKind
    item: str
    before: str
    after: str
    breaks: str = ""
    kept: str = ""

    @property
    def undeclared(self) -> bool:
        """The answer's meaning may have changed and no break is declared."""
        return self.kind in MEANING and not self.breaks and not self.kept


def differences(a: Questionnaire, b: Questionnaire) -> tuple[Change, ...]:
    """Every difference from wave ``a`` to wave ``b``, in b's order, gone items last."""
    changes = list(_fieldwork(a, b))
    moved = _moved(a, b)
    for name, item in b.items.items():
        if name not in a.items:
            changes.append(Change("new", name, "", item.label))
            continue
        declared = _declared(name, b)
        changes += list(_item(name, a.items[name], item, declared, item.comparable.kept.get(b.wave, "")))
        if name in moved:
            changes.append(Change("order", name, str(moved[name][0]), str(moved[name][1]), declared))
        changes += list(_column(name, a, b))
    changes += [Change("gone", name, item.label, "") for name, item in a.items.items() if name not in b.items]
    return tuple(changes)


def _fieldwork(a: Questionnaire, b: Questionnaire) -> Iterator[Change]:
    for fact in ("mode", "firm", "frame", "reference_period"):
        before, after = getattr(a.fieldwork, fact), getattr(b.fieldwork, fact)
        if before != after:
            yield Change("fieldwork", fact, before, after, b.fieldwork.breaks.get(b.wave, ""))


def _declared(name: str, later: Questionnaire) -> str:
    """Why an item's series breaks at the later wave, by itself or by what it is cut from; "" when it does not."""
    wave = later.wave
    asked = [later.items[each].comparable for each in lineage((name,), later)]
    said = next((each.breaks[wave] for each in asked if wave in each.breaks), "")
    said = said or later.fieldwork.breaks.get(wave, "")
    return said or (SINCE if any(each.since == wave for each in asked) else "")


def _item(name: str, old: Item, new: Item, declared: str, kept: str) -> Iterator[Change]:
    pairs: tuple[tuple[ChangeKind, str, str], ...] = (
        ("wording", old.text, new.text),
        ("codes", _codes(old.codes), _codes(new.codes)),
        ("cut", _cut(old), _cut(new)),
        ("missing", _codes(old.missing), _codes(new.missing)),
        ("range", str(old.range or ""), str(new.range or "")),
        ("skip", old.ask_if or "", new.ask_if or ""),
    )
    for kind, before, after in pairs:
        if before != after:
            yield Change(kind, name, before, after, declared, kept)


def _cut(item: Item) -> str:
    if item.derived is None:
        return ""
    ranges = ", ".join(f"{code} {low}–{high}" for code, (low, high) in item.derived.ranges.items())
    return f"{item.derived.source}: {ranges}"


def _codes(codes: Mapping[int, str]) -> str:
    return ", ".join(f"{code} {label}" for code, label in codes.items())


def _moved(a: Questionnaire, b: Questionnaire) -> dict[str, tuple[int, int]]:
    """Common items whose place among the common items changed: position before and after.

    Items of the longest common subsequence stay: only those taken out of it have moved.
    """
    before = [name for name in a.items if name in b.items]
    after = [name for name in b.items if name in a.items]
    kept = _longest(before, after)
    return {n: (before.index(n) + 1, after.index(n) + 1) for n in after if n not in kept}


def _longest(before: list[str], after: list[str]) -> set[str]:
    """Longest increasing subsequence of the old places in the new order."""
    places = [before.index(name) for name in after]
    best: list[list[int]] = []
    for place in places:
        shorter = [run for run in best if run[-1] < place]
        best.append([*max(shorter, key=len, default=[]), place])
    longest = max(best, key=len, default=[])
    return {before[place] for place in longest}


def _column(name: str, a: Questionnaire, b: Questionnaire) -> Iterator[Change]:
    old, new = a.delivery.columns.get(name), b.delivery.columns.get(name)
    if old is not None and new is not None and (old.name != new.name or dict(old.codes) != dict(new.codes)):
        yield Change("column", name, _place(old.name, old.codes), _place(new.name, new.codes))


def _place(name: str, codes: Mapping[str, int]) -> str:
    pairs = ", ".join(f"{key}→{code}" for key, code in codes.items())
    return f"{name} ({pairs})" if pairs else name


def describe(a: Questionnaire, b: Questionnaire) -> str:
    """The differences as text, one item a line, and which series break or should say so."""
    changes = differences(a, b)
    if not changes:
        return f"{a.wave} → {b.wave}: the same questionnaire"
    lines = [f"{a.wave} → {b.wave}: {tallied(len(changes), 'difference')}"]
    for change in changes:
        arrow = " → ".join(part for part in (_short(change.before), _short(change.after)) if part)
        mark = f"  [compares: {change.kept}]" if change.kept else ""
        mark = f"  [series breaks: {change.breaks}]" if change.breaks else mark
        mark = "  [NO BREAK DECLARED]" if change.undeclared else mark
        lines.append(f"  {change.kind:<9} {change.item}: {arrow}{mark}")
    changed = {change.item for change in changes if change.breaks}
    broken = sorted(name for name in {*changed, *b.items} if changed & {name, *lineage((name,), b)})
    open_ = sorted({change.item for change in changes if change.undeclared})
    by_them = "; so does every series by a group of theirs" if broken else ""
    lines.append(f"Series that break at {b.wave}: {', '.join(broken) or 'none'}{by_them}")
    if open_:
        lines.append(
            f"Decide: {', '.join(open_)} changed in meaning; declare comparable.breaks, or why it compares in "
            f'comparable.kept ({{"{b.wave}": "…"}}). Codes and skips that changed undeclared are not compared.'
        )
    return "\n".join(lines)


def _short(text: str, longest: int = 90) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
