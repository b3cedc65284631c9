"""The quality report of a wave: one self-contained page in Spanish for those who supervise it.

It shows counts, codes, labels and folios, and says that it is internal; never an answer, a name, a telephone or a date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulsometro.check.report.labels import Words, words
from pulsometro.check.report.rule_tables import sections
from pulsometro.check.report.sample_strips import Strip, strips
from pulsometro.check.verdict import RuleResult, Verdict
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.common.printable import visible
from pulsometro.common.version import VERSION
from pulsometro.ingest.delivery_record import NoteKind
from pulsometro.settings.check_settings import Severity
from pulsometro.study import Study
from pulsometro.study.quarantine_reasons import REASONS
from pulsometro.style.fonts import face_css
from pulsometro.style.spanish import count, decimal, percent
from pulsometro.style.theme import Theme, load_theme

_SEVERITY: Mapping[Severity, str] = {"critical": "Crítica", "warning": "Advertencia", "info": "Aviso"}
_NOTES: Mapping[NoteKind, str] = {
    "encoding_guessed": "La codificación no es segura (la más probable: {}): si los acentos se ven mal, declárela.",
    "blank_rows": "Se dejaron fuera {} renglones sin ningún dato.",
    "hidden_sheets": "El libro trae hojas ocultas que no se leyeron: {}.",
    "quoted": "Todo llega entre comillas, también los números: se leyeron como códigos.",
    "padded_codes": "Códigos con ceros a la izquierda, leídos como el número que representan, en las columnas: {}.",
    "rows_uncounted": "El encabezado del archivo cuenta menos renglones de los que trae, y se leyeron todos "
    "(encabezado / leídos: {}).",
    "hidden_characters": "Se quitaron caracteres que nadie ve: {}.",
    "decomposed": "Letras que Unicode escribe de varias formas (acentos separados, ancho doble) se unificaron: {}.",
    "letters_lost": "Hay letras que se perdieron antes de hacerse el archivo (U+FFFD); pídalo otra vez: {}.",
    "mended": "Textos en UTF-8 escrito dos veces se corrigieron; declárelo y este aviso termina: {}.",
    "mojibake": "Hay textos que parecen leídos con otra codificación; lo que los corrige: {}.",
    "labels_read": "Llegaron etiquetas en vez de códigos y se leyeron como las del cuestionario: {}.",
    "blank_words": "Hay textos con palabras que pueden decir que no hubo respuesta, y se leyeron como respuestas; si "
    "no lo son, declárelas en delivery.blank: {}.",
    "header_rows": "Se dejaron fuera otros renglones de encabezado: {}.",
    "skipped_rows": "Se dejaron fuera los renglones que el cuestionario declara que no son entrevistas: {}.",
    "deleted_rows": "Se dejaron fuera {} registros que un programa marcó como borrados.",
    "headings_repeated": "Se dejaron fuera renglones que repiten los nombres de las columnas: {}.",
    "zero_dates": "Fechas con las que un programa dice que no hay ninguna se leyeron como vacías: {}.",
    "time_zones": "Las horas de otra zona se pasaron a la del estudio antes de cortar el día: {}.",
    "verdicts_obeyed": "Se apartaron entrevistas que el propio servidor no da por buenas, según lo que dice en: {}. "
    "Si deben contarse, declare delivery.verdicts: keep.",
    "verdicts_kept": "Se aceptaron entrevistas que el propio servidor no da por buenas, como se declaró "
    "(servidor: {}).",
    "blank_skips": "Donde había un pase la celda llega vacía; se leyó como «no aplica» en: {}.",
}
_READ = {
    "format": "formato", "encoding": "codificación", "delimiter": "separador", "decimal": "decimales",
    "line_ends": "fin de línea",
    "value_labels": "columnas con etiquetas", "column_labels": "columnas con su texto",
    "sheet": "hoja", "source": "exportado de", "member": "archivo dentro del zip", "container": "envoltura",
}  # fmt: skip
_VISIBLE = {
    "\t": "tabulador", ";": "punto y coma", ",": "coma", "|": "barra", ".": "punto",
    "CR": "CR solo (como en las Mac antiguas)", "mixed": "mezclado", "none": "ninguno", "odk": "ODK o Kobo",
    "limesurvey": "LimeSurvey",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing to do: the rule, what it expects, in how many cases it fails and where, the remedy."""

    rule: str
    severity: str
    kind: str
    expected: str
    count: str
    where: str
    remedy: str


@dataclass(frozen=True)
class Measure:
    """A number worth seeing first, and what it is."""

    value: str
    words: str


def write_report(study: Study, verdict: Verdict) -> None:
    """Write processed/checks/<wave>.html for a verdict, whatever it says."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pulsometro.check.report", "."),
        autoescape=True,
        # A delivery's labels may hold what nobody sees and a browser obeys: marks of direction.
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["n"] = count
    wave, failed = study.wave(verdict.wave), [rule for rule in verdict.failed if not rule.accepted]
    questions = None if verdict.refused else study.questionnaire(verdict.wave)
    said = Words() if verdict.refused else words(study, verdict.wave)
    page = environment.get_template("check_page.html").render(
        v=verdict, version=VERSION, title=study.identity.title,
        period=wave.period or verdict.wave, simulated=wave.simulated,
        style=_style(study), heading=_heading(verdict, wave.period or verdict.wave),
        first=_steps((rule for rule in failed if rule.severity != "info" or rule.error), said),
        notices=_steps((rule for rule in failed if rule.severity == "info" and not rule.error), said),
        accepted=[rule for rule in verdict.failed if rule.accepted], measures=_measures(verdict),
        reasons=_reasons(verdict, said),
        read=_read(verdict), notes=_notes(verdict, said), known=questions.delivery.known if questions else (),
        strips=_strips(study, verdict), a_place=_a_place(study),
        sections=[] if verdict.refused else sections(said, verdict),
    )  # fmt: skip
    write_text(page + "\n", study.checks(verdict.wave).with_suffix(".html"))


def _style(study: Study) -> str:
    """The site's fonts and colours, and this page's own rules."""
    try:
        theme = load_theme(study.brands, study.params.report.brand)
    except PulsoError:
        theme = Theme()  # a brand that is wrong stops the reports, which say so, and not the checks
    names = ("accent", "ink", "soft", "rule", "paper", "worse", "better", "warning")
    colours = ";".join(f"--{name}:{getattr(theme, name)}" for name in names)
    rules = (Path(__file__).parent / "check_page.css").read_text(encoding="utf-8").strip()
    return f"{face_css(theme)}\n:root{{{colours};--sans:'{theme.sans}';--serif:'{theme.serif}'}}\n{rules}"


def _heading(verdict: Verdict, period: str) -> str:
    """What the supervisor must know, as a sentence."""
    entrega = f"La entrega de {period}"
    if verdict.refused:
        return f"{entrega} no se pudo leer"
    stopping = sum(rule.stops for rule in verdict.rules)
    warned = sum(r.severity == "warning" and not r.passed and not r.accepted for r in verdict.rules)
    if stopping:
        rules = "una regla crítica no se cumple" if stopping == 1 else f"{stopping} reglas críticas no se cumplen"
        return f"{entrega} está detenida: {rules}"
    if warned:
        things = "una advertencia" if warned == 1 else f"{warned} advertencias"
        return f"{entrega} puede seguir, con {things} que alguien debe mirar"
    return f"{entrega} puede seguir: no hay nada urgente"


def _steps(rules: Iterable[RuleResult], said: Words) -> list[Step]:
    found = []
    for r in rules:
        where = said.keys(r.id, r.keys[:8])
        where += "\u00a0…" if r.count > min(len(r.keys), 8) and not where.endswith("…") else ""
        remedy = f"La regla misma falló ({r.error}): repórtelo." if r.error else r.remedy
        found.append(Step(r.id, _SEVERITY[r.severity], r.severity, r.title, count(r.count), where, remedy))
    return found


def _reasons(verdict: Verdict, said: Words) -> list[str]:
    """The quarantine's reasons with their counts, and the questions where they arose."""
    found: list[str] = []
    if verdict.counts is None:
        return found
    for reason, rows in verdict.counts.by_reason.items():
        items = {k.partition("/")[2]: n for k, n in verdict.counts.by_item.items() if k.startswith(f"{reason}/")}
        named = ", ".join(f"«{said.label(item)}»" for item in sorted(items, key=lambda i: (-items[i], i))[:5])
        found.append(f"{count(rows)} por: {REASONS.get(reason, reason)}{f' en {named}' if named else ''}")
    return found


def _measures(verdict: Verdict) -> list[Measure]:
    counts, facts = verdict.counts, verdict.facts
    if verdict.refused or counts is None:
        return []
    passed = sum(rule.passed for rule in verdict.rules)
    found = [
        Measure(count(counts.accepted), f"entrevistas aceptadas de {count(counts.delivered)} entregadas"),
        Measure(count(counts.quarantined), "en cuarentena, cada una con su razón"),
        Measure(f"{count(passed)} de {count(len(verdict.rules))}", "reglas se cumplen"),
        Measure(f"{count(len(verdict.rules))} de {count(verdict.asked)}", "reglas se pudieron mirar"),
    ]
    if facts.get("speeders"):
        found.append(Measure(f"{decimal(facts['speeders']['median_minutes'])} min", "duración mediana"))
    if facts.get("calls_per_complete"):
        found.append(Measure(decimal(facts["calls_per_complete"]), "llamadas por entrevista lograda"))
    if facts.get("verified"):
        found.append(Measure(percent(facts["verified"]["share"]), "de las entrevistas se escuchó o se volvió a llamar"))
    return found


def _read(verdict: Verdict) -> str:
    detected = verdict.delivery.read if verdict.delivery else {}
    return "; ".join(f"{_READ.get(k, k)}: {_VISIBLE.get(v, v)}" for k, v in sorted(detected.items()) if v)


def _notes(verdict: Verdict, said: Words) -> list[str]:
    """What is unusual of the file, items by their labels."""
    found = []
    for note in verdict.delivery.notes if verdict.delivery else ():
        names = note.detail.split(", ")
        shown = ", ".join(f"«{said.label(name)}»" if name in said.items else name for name in names[:6])
        more = f" y {len(names) - 6} más" if len(names) > 6 else ""
        found.append(_NOTES[note.kind].format(shown + more))
    return found


def _a_place(study: Study) -> str:
    """``un municipio``; "" where the sample is of no places."""
    report = study.params.report
    return f"{'una' if report.places_feminine else 'un'} {report.place_word}" if study.places else ""


def _strips(study: Study, verdict: Verdict) -> Sequence[Strip]:
    rows = (verdict.tables or {}).get("composition", ())
    names = {area.code: area.short for area in study.places} | {"all": study.params.report.whole}
    return strips(rows, study.questionnaire(verdict.wave), names) if rows else ()
