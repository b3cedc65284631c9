"""The *vitrina metodológica* as a page: every disclosure point to scan, and the questions as they were asked."""

import re
from collections.abc import Mapping, Sequence

from pipeline.files import read_json
from pipeline.questionnaire import Item, Questionnaire
from pipeline.reporting import numbers
from pipeline.reporting.disclosure import Element, Point, Sources, elements
from pipeline.reporting.edition import Edition
from pipeline.reporting.text import escape
from pipeline.study import Study

NOT_STATED = "No se declaró."
_KINDS = {"integer": "número", "number": "número", "area": "lista de lugares", "date": "fecha"}
_ONE = re.compile(r"^(\w+) == (\d+)$")


def items(study: Study, edition: Edition, engine: str, folder: str = "") -> str:
    """Every point as Markdown under AAPOR's elements, then the wording of every question.

    ``folder``: where the wave's files lie, seen from the page ("" or ending in a slash).
    """
    wave = edition.wave.key
    questionnaire = study.questionnaire(wave)
    receipts, checks = read_json(study.processed(wave, "weighting.json")), read_json(study.checks(wave))
    told = elements(Sources(study, edition, questionnaire, receipts, checks, engine))
    body = "\n\n".join(_element(element) for element in told).replace("](brief.html)", f"]({folder}brief.html)")
    body = body.replace("](tabulados.xlsx)", f"]({folder}tabulados.xlsx)")
    source = f"params.yaml processed/{wave}/weighting.json processed/checks/{wave}.json questionnaires/{wave}.yaml"
    asked = f"## Las preguntas, como se hicieron {{#preguntas}}\n\n{wording(questionnaire)}"
    page = f"{_contents(told)}\n\n:::::: {{.body}}\n{summary(told)}\n\n{body}\n\n{asked}\n::::::"
    return f'::::::: {{.items data-source="{source}"}}\n{page}\n:::::::'


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


def _element(element: Element) -> str:
    points = "\n\n".join(_point(element, point) for point in element.points)
    return f"## {element.number}. {element.name} {{#{element.key}}}\n\n{points}"


def _point(element: Element, point: Point) -> str:
    asked_by = " · ".join([f"AAPOR {element.number}", *point.others])
    body = point.body.replace("\n", "\n    ") if point.body else f"[{NOT_STATED}]{{.none}}"
    return f"{escape(point.name)} [{asked_by}]{{.code}}\n\n:   {body}"


def wording(questionnaire: Questionnaire) -> str:
    """Every question as asked, with its answers, in the order asked; items that identify nobody."""
    asked = [name for name in questionnaire.asked if _shown(questionnaire[name])]
    order = {name: number for number, name in enumerate(asked, 1)}
    lines = []
    for name, number in order.items():
        item = questionnaire[name]
        answers = " / ".join(item.codes.values()) or _KINDS.get(item.kind, "")
        notes = [_filter(questionnaire, name, order), item.notes]
        said = ". ".join(part.rstrip(".") for part in (answers, *notes) if part)
        mark = f"{number}.  "
        lines.append(f"{mark}{escape(item.text)}\n\n{' ' * len(mark)}{escape(said)}.")
    return "«No sabe» y «no contesta» no se leen.\n\n::: {.asked}\n" + "\n\n".join(lines) + "\n:::"


def _shown(item: Item) -> bool:
    return not item.private and item.kind != "text"


def _filter(questionnaire: Questionnaire, name: str, order: Mapping[str, int]) -> str:
    """Who is asked, where it is not everybody."""
    skip = questionnaire.skips.get(name)
    if skip is None:
        return ""
    found = _ONE.match(skip.text)
    if found and found[1] in order:
        answer = questionnaire[found[1]].codes.get(int(found[2]), found[2])
        return f"Solo a quien respondió «{answer}» en la pregunta {order[found[1]]}"
    where = numbers.join([str(order[item]) for item in skip.items if item in order])
    return f"Con filtro, según la pregunta {where}" if where else "Con filtro"
