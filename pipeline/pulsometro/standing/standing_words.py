"""Where the quarter stands, for the screen and for a program."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pulsometro.check.report.terminal import WORDS
from pulsometro.common.counted import tallied
from pulsometro.standing.wave_standing import SignOff, Standing, standing_of
from pulsometro.study import Study


def standings(study: Study, wave: str = "") -> list[Standing]:
    """Every wave in the order of fieldwork, or one; PulsoError where there is none of that key."""
    if wave:
        study.wave(wave)
    return [standing_of(study, each) for each in ([wave] if wave else study.waves)]


def as_json(found: Sequence[Standing]) -> dict[str, Any]:
    """The same as plain content."""
    return {"waves": [asdict(each) for each in found]}


def described(found: Sequence[Standing]) -> str:
    """A line for each wave that is published, a block for the others (and for a wave that is alone)."""
    lines = [line for each in found for line in _wave(each, whole=len(found) == 1)]
    todo = {each.command: None for each in found if each.command}
    lines.append(f"next: {'; '.join(todo)}" if todo else _at_the_end(found))
    return "\n".join(lines)


def _at_the_end(found: Sequence[Standing]) -> str:
    if all(each.state == "published" for each in found):
        return "next: nothing to make; keep what was made with git add -A, git commit, dvc push"
    return "next: see above"


def _wave(each: Standing, whole: bool) -> Iterator[str]:
    if each.state == "published" and not whole:
        signed = f", {tallied(len(each.signed), 'rule')} signed off" if each.signed else ""
        yield f"{each.wave}  published ({_verdict(each)}{signed})"
        return
    yield f"{each.wave}  {each.state}, {each.period}"
    for name, text in _parts(each):
        yield f"  {name:<10} {text}"


def _parts(each: Standing) -> Iterator[tuple[str, str]]:
    yield "delivered", _delivered(each)
    yield "checked", f"{_verdict(each)}{f' ({_some(each.failed)})' if each.failed else ''}"
    for signed in each.signed:
        yield "signed off", _signed(signed)
    yield "weighted", "yes" if "weight" in each.made else "not yet"
    yield "published", _published(each)
    if each.unreadable:
        yield "unreadable", each.unreadable
    if each.withheld is not None:
        yield "withheld", f"by '{each.withheld.stage}'"
    yield "next", f"{each.next}: {each.command}" if each.command else each.next


def _delivered(each: Standing) -> str:
    if each.missing:
        return f"no: {', '.join(each.missing)}"
    if each.changed:
        return "yes, and it is another file than at the last run"
    if each.counts is None:
        return "yes, not read yet"
    counts = each.counts
    rows = tallied(counts.delivered, "row")
    return f"{rows} = {counts.accepted:,} accepted + {counts.quarantined:,} quarantined"


def _verdict(each: Standing) -> str:
    return WORDS[each.verdict] if each.verdict else "not yet"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (" …" if len(names) > 4 else "")


def _signed(signed: SignOff) -> str:
    who = f"{signed.by}, {signed.on}" if signed.by else "not committed yet"
    return f"{signed.rule} ({who}): {signed.because}"


def _published(each: Standing) -> str:
    places = [place for place in (each.brief, each.release) if place]
    return " and ".join(places) or "not yet"


def wave_list(study: Study) -> str:
    """A line a wave: key, period, fieldwork, delivered file, and what is particular of it."""
    rows = []
    for key, wave in study.waves.items():
        marks = [mark for mark, holds in (("current", key == study.params.current_wave), ("simulated", wave.simulated))
                 if holds]  # fmt: skip
        days = f"{wave.fieldwork.start} – {wave.fieldwork.end}"
        rows.append((key, wave.period, days, f"raw/{key}/{wave.file}", ", ".join(marks)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
