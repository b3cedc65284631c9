"""The *vitrina metodológica* as a page: every disclosure point to scan, and the questions as they were asked."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pulsometro.check.verdict import load_verdict
from pulsometro.common.files import read_table
from pulsometro.questionnaire import Item, Questionnaire
from pulsometro.questionnaire.modes import interviewed
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.traced_text import escape, upper_first
from pulsometro.reporting.pages.methodology.disclosure_points import Element, Point, Sources
from pulsometro.reporting.pages.methodology.elements import every_element
from pulsometro.study import Study
from pulsometro.style import spanish
from pulsometro.weighting.record import load_weighting

# Kinds of items that have no answers to choose from.
_COUNTED = frozenset({"integer", "number", "text"})
NOT_STATED = "No se declaró."
_KINDS = {"integer": "número", "number": "número", "area": "lista de lugares", "date": "fecha"}
_ONE = re.compile(r"^(\w+) == (\d+)$")


def items(study: Study, edition: Edition, engine: str, folder: str = "") -> str:
    """Every point as Markdown under AAPOR's elements, then the wording of every question.

    ``folder``: where the wave's files lie, seen from the page ("" or ending in a slash).
    """
    wave = edition.wave.key
    questionnaire = study.questionnaire(wave)
    weights, checks = load_weighting(study, wave), load_verdict(study, wave)
    units, strata = _units(study, wave) if weights.psu else (0, 0)
    told = every_element(Sources(study, edition, questionnaire, weights, checks, engine, units, strata))
    if edition.settings.disclosure is None:
        # Who declares nothing of it is told of nothing that is missing.
        told = tuple(replace(each, points=tuple(p for p in each.points if p.body)) for each in told)
        told = tuple(each for each in told if each.points)
    body = "\n\n".join(_element(element, wave) for element in told).replace("](brief.html)", f"]({folder}brief.html)")
    body = body.replace("](tabulados.xlsx)", f"]({folder}tabulados.xlsx)")
    asked = _sourced(wording(questionnaire, study.params.weighting.design), f"questionnaires/{wave}.yaml")
    asked = f"## Las preguntas, como se hicieron {{#preguntas}}\n\n{asked}"
    page = f"{_contents(told)}\n\n:::::: {{.body}}\n{summary(told)}\n\n{body}\n\n{asked}\n::::::"
    return f"::::::: {{.items}}\n{page}\n:::::::"


def _units(study: Study, wave: str) -> tuple[int, int]:
    """How many primary sampling units and strata the interviews are from; units are numbered within their stratum."""
    table = read_table(study.processed(wave, "weights.parquet"))
    return len(table[["stratum", "psu"]].drop_duplicates()), table["stratum"].nunique()


def _sourced(body: str, file: str) -> str:
    """Numbers that no row holds: the page says which file does."""
    return f'::::: {{data-source="{file}"}}\n\n{body}\n:::::'


def _contents(told: Sequence[Element]) -> str:
    links = [f"- [{element.name}](#{element.key})" for element in told]
    return "::: {.toc .web}\n" + "\n".join([*links, "- [Las preguntas](#preguntas)"]) + "\n:::"


def summary(told: Sequence[Element]) -> str:
    """How many of the points are declared, and which are not: a reader should not have to find out."""
    points = [point for element in told for point in element.points]
    silent = [point.name for point in points if not point.body]
    if not silent:
        return f"Se declaran los {len(points)} puntos de esta lista."
    names = "; ".join(f"«{escape(name)}»" for name in silent)
    return f"De los {len(points)} puntos de esta lista se declaran {len(points) - len(silent)}. No se declaró: {names}."


def _element(element: Element, wave: str) -> str:
    # The style numbers the headings, as AAPOR numbers its elements.
    points = "\n\n".join(_point(element, point) for point in element.points)
    points = _sourced(points, element.source.format(wave=wave)) if element.source else points
    return f"## {element.name} {{#{element.key} .numbered}}\n\n{points}"


def _point(element: Element, point: Point) -> str:
    asked_by = " · ".join([f"AAPOR {element.number}", *point.others])
    body = point.body.replace("\n", "\n    ") if point.body else f"[{NOT_STATED}]{{.none}}"
    return f"{escape(point.name)} [{asked_by}]{{.code}}\n\n:   {body}"


def wording(questionnaire: Questionnaire, design: Sequence[str] = ()) -> str:
    """Every question as asked, with its answers, in the order asked; items that identify nobody.

    ``design``: items that say how somebody was drawn; a number among them is of the sample, and nobody was asked it.
    """
    lines = []
    shown = [name for name in questionnaire.asked if _shown(questionnaire[name])]
    shown = [name for name in shown if name not in design or questionnaire[name].kind not in _COUNTED]
    for number, name in enumerate(shown, 1):
        item, mark = questionnaire[name], f"{number}.  "
        answers = _scale(item) or " / ".join(item.codes.values()) or _KINDS.get(item.kind, "")
        said = ". ".join(part.rstrip(".") for part in (answers, _filter(questionnaire, name), item.notes) if part)
        lines.append(f"{mark}{escape(item.text)}\n\n{' ' * len(mark)}{escape(upper_first(said))}.")
    silent = "«No sabe» y «no contesta» no se leen.\n\n" if interviewed(questionnaire.fieldwork.mode) else ""
    return f"{silent}::: {{.asked}}\n" + "\n\n".join(lines) + "\n:::"


def _scale(item: Item) -> str:
    """Of a scale, the number and word of each end: "de 0 a 10 (0 nada, 10 mucho)"."""
    if not item.ends or item.range is None:
        return ""
    ends = ", ".join(f"{number} {word}" for number, word in sorted(item.ends.items()))
    return f"de {item.range[0]} a {item.range[1]} ({ends})"


def _shown(item: Item) -> bool:
    return not item.hidden and item.kind != "text"


def _filter(questionnaire: Questionnaire, name: str) -> str:
    """Who is asked, where it is not everybody."""
    skip = questionnaire.skips.get(name)
    if skip is None:
        return ""
    found = _ONE.match(skip.text)
    if found:
        before = questionnaire[found[1]]
        return f"Solo a quien respondió «{before.codes.get(int(found[2]), found[2])}» en «{before.label}»"
    where = spanish.join([f"«{questionnaire[item].label}»" for item in skip.items])
    return f"Con filtro, según lo respondido en {where}"
