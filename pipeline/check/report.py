"""The quality report of a wave: one self-contained page in Spanish for those who supervise it.

It shows counts, codes, labels and folios; never an answer, a name, a telephone or a date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.check.verdict import RuleResult, Verdict
from pipeline.files import write_text
from pipeline.ingest.quarantine import REASONS
from pipeline.study import Study

_WORDS = {
    "pass": "La edición puede seguir.",
    "warn": "La edición puede seguir, con advertencias.",
    "stop": "La edición está detenida.",
}
_SEVERITY = {"critical": "Crítica", "warning": "Advertencia", "info": "Aviso"}
_READ = {
    "format": "formato", "encoding": "codificación", "delimiter": "separador", "line_ends": "fin de línea",
    "sheet": "hoja", "source": "exportado de", "member": "dentro del zip", "container": "envoltura",
}  # fmt: skip
_KINDS = {
    "label_differs": "La etiqueta es otra",
    "label_swapped": "La etiqueta es la de otro código",
    "label_without_code": "Etiqueta de un código que no existe",
    "code_without_label": "Código sin etiqueta",
    "type": "El tipo es otro",
    "not_asked": "Llega y no se preguntó",
    "not_delivered": "Se preguntó y no llega",
}
_VISIBLE = {"\t": "tabulador", ";": "punto y coma", ",": "coma", "|": "barra"}


@dataclass(frozen=True)
class _Head:
    name: str
    number: bool = False


@dataclass(frozen=True)
class _Section:
    """One table of the page."""

    title: str
    caption: str
    heads: tuple[_Head, ...]
    rows: tuple[tuple[str, ...], ...]
    text: str = ""


def write_report(study: Study, verdict: Verdict) -> None:
    """Write processed/checks/<wave>.html for a verdict, whatever it says."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.check", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"n": _count, "visible": _visible}
    wave = study.wave(verdict.wave)
    page = environment.get_template("report.html").render(
        v=verdict, title=study.identity.short_title, period=wave.period, simulated=wave.simulated, words=_WORDS,
        reasons=REASONS, read=_READ, passed=sum(rule.passed for rule in verdict.rules),
        accepted=[rule for rule in verdict.failed if rule.accepted], sections=_sections(study, verdict),
    )  # fmt: skip
    write_text(page + "\n", study.checks(verdict.wave).with_suffix(".html"))


def _visible(text: str) -> str:
    return _VISIBLE.get(text, text)


def _count(value: float) -> str:
    return f"{int(value):,}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"


def _sections(study: Study, verdict: Verdict) -> list[_Section]:
    if verdict.refused:
        return []
    tables = verdict.tables or {}
    questions = study.questionnaire(verdict.wave)
    labels = {name: item.label for name, item in questions.items.items()}
    names = {area.cve_geo: area.name for area in study.params.municipalities}
    found = [
        _failed(verdict.failed),
        _differences(verdict.differences, labels),
        _areas(tables.get("areas", ()), names),
        _suspects(tables.get("interviewers", ()), tables.get("facts", {}), labels),
        _moves(tables.get("moves", ()), labels, names),
        _items(tables.get("items", ()), labels),
    ]
    return [section for section in found if section.rows]


def _failed(rules: Sequence[RuleResult]) -> _Section:
    rows = tuple(
        (_SEVERITY[r.severity] + (" (aceptada)" if r.accepted else ""), r.title, _count(r.count),
         ", ".join(r.keys[:8]) + (" …" if r.count > 8 else ""), r.error or r.remedy)
        for r in rules
    )  # fmt: skip
    heads = (_Head("Gravedad"), _Head("Lo que se espera"), _Head("Casos", True), _Head("Dónde"), _Head("Qué hacer"))
    return _Section("Lo que no se cumple", "Reglas que no se cumplen, de la más grave a la menos grave", heads, rows)


def _differences(differences: Sequence[Mapping[str, str]], labels: Mapping[str, str]) -> _Section:
    rows = tuple(
        (
            _KINDS.get(d["kind"], d["kind"]),
            d["column"],
            labels.get(d["item"], ""),
            d["code"],
            d["delivered"],
            d["expected"],
        )
        for d in differences
    )
    heads = tuple(map(_Head, ("Diferencia", "Columna", "Reactivo", "Código", "En el archivo", "En el cuestionario")))
    return _Section("El archivo y el cuestionario", "Diferencias entre lo entregado y lo preguntado", heads, rows)


def _areas(areas: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> _Section:
    rows = tuple((names.get(a["key"], a["key"]), _count(a["n"]), _percent(a["share_of_target"])) for a in areas)
    heads = (_Head("Lugar"), _Head("Entrevistas", True), _Head("De la meta", True))
    return _Section("Tamaño de la muestra", "Entrevistas aceptadas por lugar", heads, rows)


def _suspects(
    interviewers: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], labels: Mapping[str, str]
) -> _Section:
    tests = {
        "nonresponse": "preguntas sin respuesta", "straightlining": "una sola respuesta en una batería",
        "duration": "duración", "answers": "respuestas inusuales", "refusals": "rechazos",
    }  # fmt: skip
    rows = []
    for row in interviewers:
        test, _, item = row["test"].partition(":")
        what = f"«{labels.get(item, item)}» sin respuesta" if test == "item" else tests.get(test, test)
        shares = test in {"item", "straightlining", "refusals"}
        value, usual = (_percent(row[k]) if shares else f"{row[k]:.2f}" for k in ("value", "expected"))
        rows.append((row["key"].partition(" (")[0], what, _count(row["n"]), value, usual))
    alike = facts.get("near_duplicates") or {}
    text = (
        f"Dos entrevistas son sospechosas desde {alike['threshold']} respuestas iguales de {alike['items']}."
        if alike and alike["threshold"] <= alike["items"]
        else ""
    )
    heads = (_Head("Quien hizo los"), _Head("Qué llama la atención"), _Head("Entrevistas", True), _Head("Suyo", True),
             _Head("Colegas", True))  # fmt: skip
    return _Section("A quién conviene llamar", "Personas que entrevistan y difieren de sus colegas, por los folios "
                    "de sus primeras entrevistas", heads, tuple(rows), text)  # fmt: skip


def _moves(moves: Sequence[Mapping[str, Any]], labels: Mapping[str, str], names: Mapping[str, str]) -> _Section:
    kinds = {"reversed": "parece invertida", "moved": "respuestas", "moved_in_area": "respuestas",
             "nonresponse_moved": "falta de respuesta"}  # fmt: skip
    rows = []
    for move in moves:
        item, _, area = move["key"].partition("/")
        what = ", ".join(dict.fromkeys(word for kind, word in kinds.items() if move.get(kind)))
        if what:
            rows.append(
                (
                    labels.get(item, item),
                    names.get(area, area) or "Todo el estudio",
                    what,
                    f"{move['change'] * 100:.1f} puntos",
                )
            )
    heads = (_Head("Reactivo"), _Head("Lugar"), _Head("Qué cambió"), _Head("Cambio mayor", True))
    return _Section("Contra la edición anterior", "Cambios mayores de lo que el azar explica", heads, tuple(rows))


def _items(items: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> _Section:
    worst = sorted((i for i in items if i["nonresponse"]), key=lambda i: (-i["nonresponse"], i["key"]))
    rows = tuple((labels.get(i["key"], i["key"]), _count(i["asked"]), _percent(i["nonresponse"])) for i in worst)
    heads = (_Head("Reactivo"), _Head("Se preguntó a", True), _Head("Sin respuesta", True))
    return _Section("Falta de respuesta", "Reactivos con alguna respuesta faltante, no sabe o no contesta", heads, rows)
