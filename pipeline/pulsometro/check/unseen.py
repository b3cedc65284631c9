"""Rules that could not be looked at, and why: what cannot be looked at has not passed.

A rule over a column that is blank passes, and so does one that was never made because its column is not there. Neither
says anything of the wave; both are told beside those that passed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pulsometro.check.rule import Evidence, Rule
from pulsometro.check.verdict import Unseen
from pulsometro.ingest.delivery_record import DeliveryRecord
from pulsometro.study import Study

# Tables that list what was found: no row in them is a finding of nothing, not nothing that was looked at.
_LISTS = {"differences", "interviewers", "reasons", "columns", "moves", "relations", "shapes"}
_LABELS = ("label_differs", "label_swapped", "label_without_code", "code_without_label")
_TEXTS = ("text_swapped", "text_other")
_KINDS = ("type", "user_missing")
_TESTS = ("nonresponse", "item", "straightlining", "answers")
_PAST = (
    "past.same_delivery", "past.moved", "past.moved_in_area", "past.nonresponse_moved", "past.reversed",
    "past.columns_new", "past.columns_gone",
)  # fmt: skip
_TOGETHER = ("relations.battery", "relations.in_part")
_TOGETHER_BEFORE = ("relations.turned", "relations.lost", "relations.exchanged", "relations.other_form", "shapes.piled")
_FEW = "hay muy pocas entrevistas o personas que comparar, o en todas es igual"
# The least durations of which a limit is taken (check.rules.fieldwork).
_LEAST = 30


def unseen_rules(
    study: Study, wave: str, evidence: Evidence, delivery: DeliveryRecord, compared: bool
) -> tuple[Unseen, ...]:
    """Every rule that params.yaml and the questionnaire ask for and that had nothing to look at, in a fixed order.

    ``compared``: whether there is an earlier wave to hold this one against. Those of a rule that ``evidence`` has are
    not among the ones that passed; of the others there is no result.
    """
    made = {rule.id for rule in evidence.rules}
    found = {rule.id: why for rule in evidence.rules if (why := _nothing(rule, evidence, study, delivery))}
    for id_, why in _declared(study, wave, evidence, compared):
        if id_ not in made:
            found.setdefault(id_, why)
    return tuple(Unseen(id_, why) for id_, why in found.items())


def _nothing(rule: Rule, evidence: Evidence, study: Study, delivery: DeliveryRecord) -> str:
    """Why a rule of the evidence looked at nothing, empty where it looked at something."""
    if rule.family == "metadata":
        return _unlabelled(rule.id.partition(".")[2], delivery)
    table = evidence.tables[rule.table]
    if rule.table in _LISTS or rule.kind in {"columns", "not_null"}:
        return ""
    if not len(table):
        return "no hay nada que mirar"
    looked = table.query(rule.where) if rule.where is not None else table
    if not len(looked):
        return "ninguna entrevista está en el caso" if rule.table == "respondents" else "no hay nada que mirar"
    source = _sources(study).get(rule.column, rule.column)
    if rule.table == "respondents" and source is not None:
        known = int(looked[source].notna().sum()) if source in looked else 0
        least = _LEAST if rule.id == "speeders" else 1
        return "" if known >= least else "no llega el dato, o está vacío"
    return ""


def _sources(study: Study) -> Mapping[str, str | None]:
    """Flag → the item that it is made of."""
    roles = study.params.check.roles
    verified = roles.verification.item if roles.verification else None
    return {
        "speeder": roles.duration, "phone_repeated": roles.phone, "seen_before": roles.phone,
        "outside_fieldwork": roles.date, "verification_failed": verified,
    }  # fmt: skip


def _unlabelled(kind: str, delivery: DeliveryRecord) -> str:
    """Why nothing is known of what the file says of itself."""
    read = delivery.read
    if kind in _LABELS and read.get("value_labels", "0") == "0":
        return "el archivo no trae etiquetas de sus códigos"
    if kind in _TEXTS and read.get("column_labels", "0") == "0":
        return "el archivo no trae el texto de sus columnas"
    if kind in _KINDS and "value_labels" not in read:
        return "el archivo no dice de qué tipo son sus columnas"
    return ""


def _declared(study: Study, wave: str, evidence: Evidence, compared: bool) -> Iterator[tuple[str, str]]:
    """Rules that params.yaml asks for, with why one of them may not have been made."""
    settings = study.params.check
    roles, area = settings.roles, settings.area
    respondents = evidence.tables["respondents"]

    def absent(item: str | None, otherwise: str) -> str:
        empty = item not in respondents or bool(respondents[item].isna().all())
        return "no llega el dato, o está vacío" if empty else otherwise

    yield "near_duplicates", "hay muy pocas preguntas que comparar"
    if area is not None:
        named = ("sample.present", *(("sample.minimum", "sample.target") if settings.interviews_per_area else ()))
        yield from ((id_, "no llega el lugar de las entrevistas") for id_ in named)
    if study.params.weighting.control_totals is not None:
        yield "sample.composition", "no hay totales de población con que comparar, o ningún grupo llega"
    yield from _of_roles(study, absent)
    if study.wave(wave).attempts:
        yield from _of_calls(study)
    if not compared:
        names: Sequence[str] = _PAST + (("past.sample",) if area is not None else ())
        yield from ((id_, "no hay edición anterior con que comparar") for id_ in names)
        yield from ((id_, "no hay edición anterior con que comparar") for id_ in _TOGETHER_BEFORE)
    elif area is not None:
        yield "past.sample", "la edición anterior no dice el lugar"
    yield from ((id_, "hay muy pocas entrevistas o preguntas que comparar") for id_ in _TOGETHER + _TOGETHER_BEFORE)
    if roles.phone is not None:
        why = absent(roles.phone, "los teléfonos de ediciones anteriores no se pueden comparar")
        yield "phone.seen_before", why if compared else "no hay edición anterior con que comparar"


def _of_roles(study: Study, absent: Callable[[str | None, str], str]) -> Iterator[tuple[str, str]]:
    roles = study.params.check.roles
    if roles.date is not None:
        yield "dates", absent(roles.date, _FEW)
    if roles.duration is not None:
        yield "speeders", absent(roles.duration, _FEW)
    if roles.phone is not None:
        yield "phone.repeated", absent(roles.phone, _FEW)
    if roles.interviewer is not None:
        why = absent(roles.interviewer, _FEW)
        yield from ((f"interviewer.{test}", why) for test in _TESTS)
        if roles.duration is not None:
            yield "interviewer.duration", absent(roles.duration, why)
        if roles.date is not None:
            yield "interviewer.per_day", absent(roles.date, why)
    if roles.verification is not None:
        why = absent(roles.verification.item, "no se sabe quién hizo las entrevistas")
        yield from ((f"verification.{each}", why) for each in ("failed", "share"))


def _of_calls(study: Study) -> Iterator[tuple[str, str]]:
    ended = "no se declara cómo terminó cada llamada (weighting.attempts), o no llega"
    yield "calls.interviews", ended
    if study.params.check.area is not None:
        yield "calls.per_complete", "las llamadas no dicen el lugar, o hay menos de tres lugares"
    if study.params.check.roles.interviewer is not None:
        yield "calls.interviewers", "las llamadas no dicen quién llamó, o son otras claves que las de las entrevistas"
        yield "interviewer.refusals", "las llamadas no dicen quién llamó o cómo terminó"
    yield "calls.again", "no hay llamadas de una edición anterior, o no se pueden comparar"
