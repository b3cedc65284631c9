"""The questionnaire's YAML: what every edition asks, and where the delivery has it."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pulsometro.begin.decisions import Decisions
from pulsometro.begin.delivery_source import Source
from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.drafted_items import Drafted
from pulsometro.begin.guessed_roles import Roles
from pulsometro.begin.xlsforms import condition
from pulsometro.begin.yaml_words import exact_text, flow_list, flow_map, quoted_text, remark
from pulsometro.common.discretion import plain
from pulsometro.questionnaire.model import MissingKind

BASE = "questionnaires/base.yaml"
_MODES = {"telefono": "telefónica", "cara-a-cara": "cara a cara, en la vivienda"}
_ONE_LINE = 106


def conditions(source: Source, items: Sequence[DraftItem]) -> dict[str, str | None]:
    """Item → the form's condition as the questionnaire's, None where it says more than that can."""
    known = {each.column.casefold(): each.name for each in items if each.column and each.option is None}
    known |= {f"{each.column.casefold()}/{each.option}": each.name for each in items if each.option is not None}
    answers: dict[str, Mapping[str, int]] = {}
    for each in items:
        if each.option is None and each.codes:
            answers[each.column.casefold()] = each.delivered or {
                str(code): code for code in (*each.codes, *each.missing)
            }
    said = {variable.name: variable.said.asked_if for variable in source.variables if variable.said.asked_if}
    return {each.name: condition(said[each.column], answers, known) for each in items if said.get(each.column)}


def base_text(
    source: Source, draft: Drafted, roles: Roles, like: str | None, asked: Mapping[str, str | None], decide: Decisions
) -> str:  # fmt: skip
    """``questionnaires/base.yaml``. ``asked``: item → the condition under which it is asked, None where it is lost."""
    file = source.path.name if source.path is not None else "no delivery yet"
    lines = remark(
        f"What every edition asks, and where the fieldwork firm puts it: drafted by 'pulso init' ({file}). Correct "
        "what is wrong; a wave's file extends this one and states only what differs."
    )
    lines += remark("text: as the interviewer reads it. label: the variable's name for people. Labels are for readers.")
    mode = quoted_text(_MODES[like]) if like in _MODES else decide("mode", "how people are asked, in readers' words "
           "(telefónica; cara a cara, en la vivienda; en línea)", "cara a cara", BASE)  # fmt: skip
    lines += ["", "fieldwork:", f"  mode: {mode}", ""]
    shared = _scales(draft.items)
    if shared:
        lines.append("scales:")
        for (codes, missing, _), name in shared.items():
            undecided = {code: f"what {code} says" for code, label in codes if not label}
            lines += [f"  {name}:", *_codes(dict(codes), dict(missing), undecided, "    ", decide, name)]
        lines.append("")
    lines.append("items:")
    for item in draft.items:
        lines += _item(item, shared, asked, source.forms, decide)
    return "\n".join([*lines, "", *_delivery(source, draft, roles, decide)]) + "\n"


_Scale = tuple[tuple[tuple[int, str], ...], tuple[tuple[int, MissingKind], ...], str]


def _scale_of(item: DraftItem) -> _Scale:
    """What items of one scale share; of codes that nobody named, those of one battery alone (p7_1, p7_2) may be one."""
    battery = re.sub(r"_?\d+$", "", item.name) if item.undecided else ""
    return tuple(item.codes.items()), tuple(item.missing.items()), battery


def _scales(items: Sequence[DraftItem]) -> dict[_Scale, str]:
    """Codes that several items share → the scale's name."""
    counts: dict[_Scale, int] = {}
    for item in items:
        if item.kind == "single" and item.codes and not item.source:
            counts[_scale_of(item)] = counts.get(_scale_of(item), 0) + 1
    several = [scale for scale, count in counts.items() if count > 1]
    return {scale: f"escala_{number}" for number, scale in enumerate(several, 1)}


def _item(
    item: DraftItem, shared: Mapping[_Scale, str], asked: Mapping[str, str | None], forms: bool, decide: Decisions
) -> Iterator[str]:  # fmt: skip
    yield f"  {item.name}:"
    yield from remark(item.why, 4) if item.why else ()
    yield f"    text: {quoted_text(item.text)}"
    yield f"    label: {quoted_text(item.label)}"
    if item.kind != "single":
        yield f"    kind: {item.kind}"
    if item.range is not None:
        yield f"    range: [{item.range[0]}, {item.range[1]}]"
    name = shared.get(_scale_of(item)) if item.kind == "single" and not item.source else None
    if name is not None:
        yield f"    scale: {name}"
    else:
        yield from _codes(item.codes, item.missing, item.undecided, "    ", decide, item.name)
    if item.source:
        ranges = flow_map({str(code): f"[{low}, {high}]" for code, (low, high) in item.ranges.items()})
        yield f"    derived: {{source: {item.source}, ranges: {ranges}}}"
    if item.name in asked:
        text = asked[item.name]
        if text is None:
            yield from remark("the form asks it under a condition that this file cannot say: ask_if was left out", 4)
        else:
            yield from () if forms else remark("blank in every row in which this does not hold: taken for a skip", 4)
            yield f"    ask_if: {quoted_text(text)}"
    yield from (f"    {key}: true" for key in ("private", "sensitive", "required") if getattr(item, key))


def _codes(
    codes: Mapping[int, str], missing: Mapping[int, MissingKind], undecided: Mapping[int, str], space: str,
    decide: Decisions, name: str,
) -> Iterator[str]:  # fmt: skip
    words = {
        str(code): decide(f"{name} {code}", undecided[code], f"código {code}", BASE) if code in undecided
        else quoted_text(label)
        for code, label in codes.items()
    }  # fmt: skip
    if codes and len(flow_map(words)) <= _ONE_LINE:
        yield f"{space}codes: {flow_map(words)}"
    elif codes:
        yield f"{space}codes:"
        yield from (f"{space}  {code}: {label}" for code, label in words.items())
    if missing:
        yield f"{space}missing: {flow_map({str(code): kind for code, kind in missing.items()})}"


def _delivery(source: Source, draft: Drafted, roles: Roles, decide: Decisions) -> Iterator[str]:
    yield from remark("Where the delivery has each item. Codes are the questionnaire's unless a column says otherwise.")
    yield "delivery:"
    if source.member is not None:
        yield f"  member: {exact_text(source.member)}"
    if source.sheet is not None:
        yield f"  sheet: {exact_text(source.sheet)}"
    if source.encoding is not None:
        yield f"  encoding: {exact_text(source.encoding)}"
    if source.headings:
        yield f"  header_rows: {source.headings + 1}"
    if source.blank:
        yield from remark("words that stand for nothing in this file", 2)
        yield f"  blank: {flow_list(map(exact_text, source.blank))}"
    if roles.respondent:
        yield from remark(f"the respondent: {roles.respondent_why}", 2)
        yield f"  respondent: {flow_list(map(exact_text, roles.respondent))}"
    else:
        asked = decide("respondent", "the columns that together tell respondents apart", "FOLIO", BASE)
        yield f"  respondent: [{asked}]"
    yield "  columns:"
    for item in draft.items:
        if item.source:
            continue
        if item.role == "folio" and not roles.respondent:
            yield f"    folio: {decide('folio', 'the same column as delivery.respondent', 'FOLIO', BASE)}"
            continue
        yield f"    {item.name}: {_column(item)}"
    if draft.ignored:
        yield from remark("What is not read: " + "; ".join(_reasons(draft.ignored)), 2)
        # This file is kept in git: a heading that may be somebody's name is not in it.
        named = [n for n, why in draft.ignored.items() if plain(n) or n in source.system or why.startswith("an option")]
        yield "  ignore:" if named else "  ignore: []"
        yield from (f"    - {exact_text(name)}" for name in named)


def _reasons(ignored: Mapping[str, str]) -> list[str]:
    by_reason: dict[str, int] = {}
    for reason in ignored.values():
        said = "an option of a question that has them all" if reason.startswith("an option of") else reason
        by_reason[said] = by_reason.get(said, 0) + 1
    return [f"{reason} ({count})" for reason, count in by_reason.items()]


def _column(item: DraftItem) -> str:
    """Where an item lies, as YAML on one line."""
    more: dict[str, str] = {}
    if item.option is not None:
        more["option"] = exact_text(item.option)
    if item.others:
        more["others"] = flow_list(map(exact_text, item.others))
    if item.separator is not None:
        more["separator"] = exact_text(item.separator)
    if item.delivered:
        more["codes"] = flow_map({exact_text(text): str(code) for text, code in item.delivered.items()})
    if item.format is not None:
        more["format"] = exact_text(item.format)
    return flow_map({"name": exact_text(item.column), **more}) if more else exact_text(item.column)


def wave_text(wave: str, writing: Mapping[str, str], decide: Decisions) -> str:
    """``questionnaires/<wave>.yaml``. ``writing``: key of the delivery → what it may have to say, and where seen."""
    lines = ["# State here only what differs from base.yaml.", f"wave: {quoted_text(wave)}", "extends: base"]
    file = f"questionnaires/{wave}.yaml"
    lines += ["delivery:"] if writing else []
    for key, question in writing.items():
        lines.append(f"  {key}: {decide.in_place(f'delivery.{key}', question, question.rpartition(', in ')[0], file)}")
    return "\n".join(lines) + "\n"
