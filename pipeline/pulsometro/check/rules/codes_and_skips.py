"""Rules that follow from the questionnaire and params alone: codes, ranges, skips, sizes, files."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.check.amounts import warns_from
from pulsometro.check.rule import KEY, Evidence, Rule
from pulsometro.check.rules.sample_design import design_rules, nested_units, never_blank, weight_flags, weight_inputs
from pulsometro.ingest.delivery_record import DeliveryRecord, DifferenceKind
from pulsometro.questionnaire.model import Item, Questionnaire
from pulsometro.settings.check_settings import CheckSettings, Severity
from pulsometro.study import Study
from pulsometro.study.quarantine_reasons import REASONS, SERVERS

ASKED = "asked:"
# A place that nobody declared has at least so many interviews.
LEAST_PLACE = 10
_TYPES = {
    "single": "Int64",
    "integer": "Int64",
    "number": "Float64",
    "text": "string",
    "date": "string",
    "area": "string",
}
_DIFFERENCES: Mapping[DifferenceKind, tuple[Severity, str, str]] = {
    "label_swapped": (
        "critical",
        "Ninguna etiqueta del archivo contradice el código del cuestionario",
        "Pregunte a la casa encuestadora si invirtió la escala; si es así, declárelo en delivery.columns.",
    ),
    "label_differs": (
        "warning",
        "Las etiquetas del archivo son las del cuestionario",
        "Compare palabra por palabra; si la pregunta cambió, cámbiela también en el cuestionario.",
    ),
    "label_without_code": (
        "warning",
        "El archivo no trae etiquetas de códigos que el cuestionario no tiene",
        "Pregunte qué significa el código y decida si entra al cuestionario.",
    ),
    "code_without_label": (
        "info",
        "Todo código lleva etiqueta en el archivo",
        "Pida el archivo con todas sus etiquetas.",
    ),
    "text_swapped": (
        "critical",
        "Ninguna columna trae el texto de otra pregunta y al revés",
        "Pregunte a la casa encuestadora qué trae cada columna y corrija delivery.columns; si sólo está mal el texto, "
        "acéptelo con su respuesta.",
    ),
    "text_other": (
        "warning",
        "Cada columna trae en el archivo el texto de su pregunta",
        "Pregunte qué trae la columna; si es otra pregunta, corrija delivery.columns.",
    ),
    "user_missing": (
        "warning",
        "El archivo y el cuestionario toman por faltantes los mismos códigos",
        "Pregunte si ese código es una respuesta; el cuestionario decide cómo se cuenta.",
    ),
    "type": (
        "info",
        "El tipo de cada columna es el esperado",
        "Si los valores se leyeron bien, no hay nada que hacer.",
    ),
    "not_delivered": ("warning", "Todo lo que se preguntó se entregó", "Pida las columnas que faltan."),
    "not_asked": (
        "info",
        "No llegan columnas que el cuestionario no conoce",
        "Agréguelas al cuestionario o a delivery.ignore; no se usan.",
    ),
}

# Where a role says which item is the day.
_DATES = Rule(
    "dates", "respondents", "outside_fieldwork", "in_set", "warning",
    "Las entrevistas son de los días del levantamiento",
    "Pregunte por esas entrevistas; si el levantamiento duró más, corrija las fechas en params.yaml.",
    {"value_set": [False]},
)  # fmt: skip
_BOTH_NAMED: frozenset[DifferenceKind] = frozenset({"label_swapped", "text_swapped", "text_other"})


def questionnaire_rules(
    study: Study, questionnaire: Questionnaire, responses: pd.DataFrame, delivery: DeliveryRecord
) -> Evidence:
    """Evidence tables ``respondents``, ``areas``, ``items``, ``delivery`` and ``differences``, and their rules.

    ``responses``: as ingest wrote them; ``delivery``: what ingest recorded of them.
    """
    settings = study.params.check
    tables = {
        "respondents": _respondents(responses, questionnaire, study, questionnaire.wave),
        "items": _items(responses, questionnaire),
        "delivery": _delivery(delivery),
        "reasons": _reasons(delivery),
        "differences": _differences(delivery),
    }
    rules = [*_folio_rules(), *_item_rules(questionnaire, responses, never_blank(study.params.weighting))]
    rules += design_rules(study, questionnaire, responses)
    tables["inputs"], inputs = weight_inputs(study, questionnaire, responses)
    rules += inputs if len(tables["inputs"]) else ()
    units = nested_units(study, responses)
    if units is not None:
        tables["nested"] = units[0]
        rules.append(units[1])
    rules += _delivery_rules(settings)
    if settings.area is not None and settings.area in responses:
        tables["areas"] = _areas(responses, questionnaire[settings.area], settings.area, study, questionnaire.wave)
        rules += _area_rules(study)
    if settings.roles.date is not None and settings.roles.date in responses:
        rules.append(_DATES)
    for kind, (severity, title, remedy) in _DIFFERENCES.items():
        chosen = settings.unasked_columns if kind == "not_asked" else severity
        rules.append(
            Rule(f"metadata.{kind}", "differences", kind, "in_set", chosen, title, remedy, {"value_set": [False]})
        )
    return Evidence(tables, tuple(rules))


def _delivery_rules(settings: CheckSettings) -> list[Rule]:
    """What holds of every delivery, whatever was asked."""
    return [
        Rule("types", "items", "type_ok", "in_set", "critical", "Cada reactivo tiene el tipo que le toca",
             "Vuelva a ejecutar la ingesta.", {"value_set": [True]}, signable=False),
        Rule("nonresponse", "items", "nonresponse", "between", "warning",
             f"Ningún reactivo pierde más de {settings.maximum_item_nonresponse:.0%} de sus respuestas",
             "Revise cómo se aplicó la pregunta y si el archivo trae la columna correcta.",
             {"min_value": 0, "max_value": settings.maximum_item_nonresponse}),
        Rule("quarantine", "delivery", "quarantined_share", "between", "critical",
             f"No más de {settings.maximum_quarantined:.0%} de las entrevistas quedan en cuarentena",
             "Lea las razones en la tabla de cuarentena y pida el archivo corregido.",
             {"min_value": 0, "max_value": settings.maximum_quarantined}),
        Rule("quarantined.for", "reasons", "share", "between", "warning",
             "Ninguna razón deja en cuarentena más de unas cuantas entrevistas",
             "Vea qué les pasó a esas entrevistas y pida el archivo corregido.",
             {"min_value": 0, "max_value": warns_from("quarantined.for", settings)}),
        Rule("server.set_aside", "delivery", "server_share", "between", "warning",
             "Pocas son las entrevistas que el servidor tiene por inconclusas, rechazadas, en espera o de prueba",
             "Vea en el servidor por qué; si deben contarse, declare delivery.verdicts: keep.",
             {"min_value": 0, "max_value": warns_from("server.set_aside", settings)}),
        Rule("arithmetic", "delivery", "lost", "in_set", "critical",
             "Entrevistas entregadas = aceptadas + en cuarentena", "Es un defecto del programa: repórtelo.",
             {"value_set": [0]}, signable=False),
    ]  # fmt: skip


def _folio_rules() -> list[Rule]:
    return [
        Rule("folio.present", "respondents", "folio", "not_null", "critical", "Toda entrevista tiene folio",
             "Pida el folio de esas entrevistas.", signable=False),
        Rule("folio.unique", "respondents", "folio", "unique", "critical", "Ningún folio se repite",
             "Pregunte cuál de las entrevistas es la buena.", signable=False),
    ]  # fmt: skip


def _item_rules(questionnaire: Questionnaire, responses: pd.DataFrame, never: Collection[str] = ()) -> Iterator[Rule]:
    """Rules of each item's values; ``never``: items without which there are no weights."""
    names = [name for name in questionnaire.items if name in responses]
    expected = [n for n, i in questionnaire.items.items() if not i.private and n != "folio"]
    yield Rule("columns", "respondents", "", "columns", "critical", "Están todos los reactivos del cuestionario",
               "Vuelva a ejecutar la ingesta.", {"column_set": ["folio", *expected]}, signable=False)  # fmt: skip
    for name in names:
        item = questionnaire[name]
        label = f"«{item.label}»"
        if item.kind == "single":
            yield Rule(f"codes.{name}", "respondents", name, "in_set", "critical",
                       f"{label} sólo trae códigos del cuestionario", "Declare el código o corrija el archivo.",
                       {"value_set": list(item.valid_codes)})  # fmt: skip
        if item.kind in ("integer", "number") and item.range is not None:
            low, high = item.range
            where = f"{name} not in {list(item.missing)}" if item.missing else None
            yield Rule(f"range.{name}", "respondents", name, "between", "critical",
                       f"{label} está entre {low:,} y {high:,}", "Corrija el rango o el archivo.",
                       {"min_value": low, "max_value": high}, where)  # fmt: skip
        if item.required and name != "folio":
            where = f"`{ASKED}{name}` == True" if name in questionnaire.skips else None
            yield Rule(f"required.{name}", "respondents", name, "not_null", "critical", f"{label} nunca falta",
                       "Pida esas respuestas.", {}, where, signable=name not in never)  # fmt: skip
        if name in questionnaire.skips:
            yield from _skip_rules(name, item, questionnaire)


def _skip_rules(name: str, item: Item, questionnaire: Questionnaire) -> Iterator[Rule]:
    skipped, label = item.code_for("no_aplica"), f"«{item.label}»"
    kept = questionnaire.delivery.skips == "keep"
    yield Rule(f"skip_answered.{name}", "respondents", f"answered:{name}", "in_set",
               "warning" if kept else "critical", f"{label} está vacía donde debía saltarse",
               "Revise el pase en el programa de captura.", {"value_set": [False]})  # fmt: skip
    if skipped is not None:
        yield Rule(f"skip_unasked.{name}", "respondents", f"unasked:{name}", "in_set", "warning",
                   f"{label} se preguntó siempre que debía preguntarse", "Revise el pase en el programa de captura.",
                   {"value_set": [False]})  # fmt: skip


def _respondents(responses: pd.DataFrame, questionnaire: Questionnaire, study: Study, wave: str) -> pd.DataFrame:
    extra: dict[str, Any] = {KEY: responses["folio"]}
    for name, skip in questionnaire.skips.items():
        if name in responses:
            asked = skip.mask(responses)
            skipped = questionnaire[name].code_for("no_aplica")
            neutral = (responses[name].isna() | (responses[name] == skipped)).fillna(True).astype(bool)
            extra[f"{ASKED}{name}"] = asked
            extra[f"answered:{name}"] = ~asked & ~neutral
            extra[f"unasked:{name}"] = asked & neutral
    extra |= weight_flags(study, responses)
    date = study.params.check.roles.date
    if date is not None and date in responses:
        dates = study.wave(wave).fieldwork
        inside = responses[date].between(dates.start.isoformat(), dates.end.isoformat())
        extra["outside_fieldwork"] = ~inside.fillna(True).astype(bool)
    return pd.concat([responses, pd.DataFrame(extra, index=responses.index)], axis=1)


def nonresponse(responses: pd.DataFrame, questionnaire: Questionnaire, name: str) -> tuple[pd.Series, pd.Series]:
    """Two boolean Series over the rows: the item was asked; it was asked and not answered.

    Not answered: blank, no sabe or no contesta.
    """
    item = questionnaire[name]
    values = responses[name]
    codes = [code for code, kind in item.missing.items() if kind != "no_aplica"]
    asked = questionnaire.skips[name].mask(responses) if name in questionnaire.skips else values.notna() | True
    empty = (values.isna() | values.isin(codes)).fillna(True).astype(bool)
    return asked.astype(bool), asked.astype(bool) & empty


def _items(responses: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    rows = []
    for name, item in questionnaire.items.items():
        if name in responses and not item.private:
            asked, lost = nonresponse(responses, questionnaire, name)
            kind = str(responses[name].dtype)
            share = lost.sum() / max(int(asked.sum()), 1)
            if item.kind == "text" or item.derived is not None or name in questionnaire.delivery.not_delivered:
                # What is knowingly not delivered is a finding of its own.
                share = 0.0
            ok = kind == _TYPES[item.kind] or (name == "folio" and kind in {"string", "str"})
            rows.append({KEY: name, "type_ok": ok, "asked": int(asked.sum()), "nonresponse": share})
    return pd.DataFrame(rows)


def _areas(responses: pd.DataFrame, item: Item, area: str, study: Study, wave: str) -> pd.DataFrame:
    """The wave's municipalities, or the item's own codes: a place without interviews is in neither file.

    Where nothing says which places there are, those of a few rows are none: a cell may hold anything.
    """
    counts = responses[area].value_counts()
    named: list[Any] = list(study.codes_in(wave))
    known = named or list(item.codes) or sorted(counts.index[counts >= LEAST_PLACE].dropna())
    target = study.params.check.interviews_per_area
    n = [int(counts.get(code, 0)) for code in known]
    share = [count / target if target else float("nan") for count in n]
    return pd.DataFrame({KEY: known, "n": n, "share_of_target": share})


def _area_rules(study: Study) -> Iterator[Rule]:
    settings = study.params.check
    yield Rule("sample.present", "areas", "n", "between", "critical", "Hay entrevistas en cada municipio del estudio",
               "Pida las entrevistas que faltan o revise el nombre del municipio; si ya no se levanta ahí, dígalo en "
               "params.yaml (municipalities: until).", {"min_value": 1},
               signable=study.params.weighting.control_totals is None)  # fmt: skip
    if settings.interviews_per_area:
        low = settings.minimum_share_of_target
        yield Rule("sample.minimum", "areas", "share_of_target", "between", "critical",
                   f"Cada municipio tiene al menos {low:.0%} de sus {settings.interviews_per_area:,} entrevistas",
                   "Complete el levantamiento antes de publicar.", {"min_value": low})  # fmt: skip
        yield Rule("sample.target", "areas", "share_of_target", "between", "warning",
                   f"Cada municipio tiene sus {settings.interviews_per_area:,} entrevistas (se tolera 10 % menos)",
                   "Pida las entrevistas que faltan.", {"min_value": 0.9})  # fmt: skip


def _delivery(delivery: DeliveryRecord) -> pd.DataFrame:
    counts = delivery.counts
    aside = min(sum(counts.by_reason.get(reason, 0) for reason in SERVERS), counts.quarantined)
    share = (counts.quarantined - aside) / max(counts.delivered, 1)
    lost = counts.delivered - counts.accepted - counts.quarantined
    return pd.DataFrame(
        {
            KEY: [delivery.file],
            "quarantined_share": [share],
            "server_share": [aside / max(counts.delivered, 1)],
            "lost": [lost],
        }
    )


def _reasons(delivery: DeliveryRecord) -> pd.DataFrame:
    """A row per reason and item for which interviews are in quarantine: how many, and their share of the delivered."""
    counts = delivery.counts
    found = {key.partition("/"): n for key, n in counts.by_item.items() if key.partition("/")[0] not in SERVERS}
    return pd.DataFrame(
        {
            KEY: pd.array([f"{item}/{REASONS.get(reason, reason)}" for reason, _, item in found], dtype="string"),
            "n": np.array(list(found.values()), dtype=np.int64),
            "share": np.array(list(found.values()), dtype=float) / max(counts.delivered, 1),
        }
    )


def _differences(delivery: DeliveryRecord) -> pd.DataFrame:
    rows = []
    for difference in delivery.differences:
        # Of what is exchanged both are named: what the file says, and what the questionnaire does.
        said = difference.delivered if difference.kind in _BOTH_NAMED else ""
        place = "/".join(part for part in (difference.column, difference.item, difference.code, said) if part)
        rows.append({KEY: place, **{str(kind): difference.kind == kind for kind in _DIFFERENCES}})
    empty = {KEY: pd.Series(dtype="string"), **{str(kind): pd.Series(dtype=bool) for kind in _DIFFERENCES}}
    return pd.DataFrame(rows) if rows else pd.DataFrame(empty)
