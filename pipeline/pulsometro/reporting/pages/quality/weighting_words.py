"""How an edition was weighted, in Spanish sentences, from the content of ``weighting.json``."""

from collections.abc import Mapping
from datetime import date

from pulsometro.questionnaire import Questionnaire
from pulsometro.questionnaire.crossings import cell_parts, parts_of
from pulsometro.style import spanish
from pulsometro.weighting.control_totals import SourceRecord
from pulsometro.weighting.record import CalibrationRecord, WeightingRecord

WHOLE = "del conjunto"
_METHODS = {
    "raking": "raking (ajuste proporcional iterativo)",
    "linear": "regresión generalizada (GREG)",
    "linear_bounded": "regresión generalizada con cotas",
    "logit": "el método logit con cotas",
}
REPLICATES = {"rao_wu": "bootstrap de Rao–Wu–Yue", "jkn": "jackknife estratificado"}


def labels_of(questionnaire: Questionnaire) -> dict[str, str]:
    """Names of items ("grupo_edad") and of their codes ("grupo_edad 3") as a sentence has them."""
    labels = {name: item.label[:1].lower() + item.label[1:] for name, item in questionnaire.items.items()}
    for name, item in questionnaire.items.items():
        labels |= {f"{name} {code}": label for code, label in item.codes.items()}
    return labels


def describe(
    record: WeightingRecord,
    places: Mapping[str, str],
    place_word: str = "municipio",
    labels: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """One sentence or two per step that was taken, in the order of the steps.

    ``places``: names of the areas by code; ``place_word``: what an area is called; ``labels``: as
    ``labels_of`` gives them; what has none appears as it is.
    """
    named = labels or {}
    parts = [_base(record, place_word), _dual_frame(record), _blurred(record), _nonresponse(record, place_word)]
    parts += [_calibration(record, place_word, named), _collapsed(record, places, named), _missing(record)]
    parts += [_trim(record, place_word), _replicates(record), _spread(record)]
    return tuple(part for part in parts if part)


def items_of(margin: str, labels: Mapping[str, str]) -> str:
    """``sexo*grupo_edad`` → ``sexo × grupo de edad``."""
    return " × ".join(labels.get(item, item) for item in parts_of(margin))


def cell_of(margin: str, cell: str, labels: Mapping[str, str]) -> str:
    """``1*3+4`` of a margin → ``hombre × 45–64 o 65 y más``."""
    parts = []
    for item, codes in cell_parts(margin, cell):
        parts.append(spanish.join([answer_of(item, code, labels) for code in codes.split("+")], "o"))
    return " × ".join(parts)


def answer_of(item: str, code: str, labels: Mapping[str, str]) -> str:
    """The label of one code; respondents without an answer have the code "missing"."""
    return "sin dato" if code == "missing" else labels.get(f"{item} {code}", code)


def day_of(iso: str) -> str:
    """``2013-07-01`` → ``1 de julio de 2013``."""
    return spanish.day(date.fromisoformat(iso))


def _base(record: WeightingRecord, place_word: str) -> str:
    base = record.base
    if base.kind == "given":
        return "Se usa el factor de expansión que entrega quien produce los datos."
    if base.kind == "area":
        return "El peso base es el inverso del producto de las probabilidades de selección de cada etapa."
    if base.kind == "equal":
        return "Todas las entrevistas tienen el mismo peso base."
    of = f" de cada {place_word}" if apart(record) else ""
    first = {
        "telephone_completes": f"el número de personas adultas{of} entre el de sus entrevistas",
        "telephone_frame": f"los números que el marco tiene{of} entre los números que se marcaron",
    }[base.kind]
    factors = []
    if base.adults_cap:
        factors.append(f"multiplicado por las personas adultas del hogar (a lo más {base.adults_cap})")
    if base.lines_cap:
        factors.append(f"dividido entre las líneas telefónicas del hogar (a lo más {base.lines_cap})")
    filled = sum(base.filled.values())
    cases = "caso" if filled == 1 else "casos"
    fact = "uno de esos datos" if len(factors) > 1 else "ese dato"
    note = (
        f" En {spanish.count(filled)} {cases} faltaba {fact} y se usó la mediana{_own(record, place_word)}."
        if filled
        else ""
    )
    return f"El peso base es {', '.join([first, ' y '.join(factors)] if factors else [first])}.{note}"


def apart(record: WeightingRecord) -> bool:
    """Whether the weights are made apart in each of several places."""
    return record.within is not None and len(record.areas) > 1


def _own(record: WeightingRecord, place_word: str) -> str:
    """`` de su municipio``, where the weights are made apart in each."""
    return f" de su {place_word}" if apart(record) else ""


def _dual_frame(record: WeightingRecord) -> str:
    dual = record.dual_frame
    if dual is None:
        return ""
    who = "quien podía ser llamado por los dos marcos"
    if dual.theta is None:
        return f"El peso de {who} se divide entre dos (estimador de multiplicidad)."
    return (
        f"Para no contar dos veces a {who}, su peso se multiplica, como propone Hartley, por "
        f"{spanish.decimal(dual.theta, 2)} si salió del primer marco y por {spanish.decimal(1 - dual.theta, 2)} "
        "si salió del segundo."
    )


def _blurred(record: WeightingRecord) -> str:
    blur = record.blur
    if blur is None:
        return ""
    cost = spanish.decimal(blur.se_growth * 100, 1)
    # Of simulated waves everybody has the key.
    secret = "" if blur.key == "demonstration" else " que sólo conoce quien hace la encuesta"
    return (
        "Para que ningún peso diga cuántas personas viven en un hogar, cada uno se multiplica, antes de calibrar, por "
        f"un factor al azar de media uno{secret}; agrega cerca de {cost} % a los errores."
    )


def _nonresponse(record: WeightingRecord, place_word: str) -> str:
    step = record.nonresponse
    if step is None:
        return ""
    factors = [entry.factor for entry in step.classes]
    kind = "de propensión a responder, estimada con un modelo logístico," if step.method == "propensity" else ""
    low, high = (spanish.decimal(end, 2) for end in (min(factors), max(factors)))
    told = f"en ellas hay de {low} a {high} {eligible_units(record)} elegibles por entrevista"
    inside = f"dentro de cada {place_word}" if apart(record) else "entre las clases"
    only = f"; sólo cambia el reparto {inside}" if step.keep_area_sum else ""
    classes = f"{spanish.count(len(factors))} {'clase' if len(factors) == 1 else 'clases'}"
    return f"La falta de respuesta se ajusta en {classes} {kind or 'de ponderación:'} {told}{only}."


def eligible_units(record: WeightingRecord) -> str:
    """What response is counted in: numbers, where they were called."""
    return "números" if record.base.kind.startswith("telephone") else "casos"


def _calibration(record: WeightingRecord, place_word: str, labels: Mapping[str, str]) -> str:
    step = record.calibration
    if step is None:
        return ""
    how = _METHODS.get(step.method, step.method)
    if step.bounds is not None:
        low, high = (f"{end:g}" for end in step.bounds)
        how += f", con pesos de {low} a {high} veces el peso base,"
    return f"Los pesos se calibran por {how} {_margins(step, place_word, labels)}. {_off(step)}"


def _margins(step: CalibrationRecord, place_word: str, labels: Mapping[str, str]) -> str:
    """``a la población por sexo de cada municipio y por escolaridad del conjunto, según …``."""
    groups = []
    for within, where in ((True, f"de cada {place_word}"), (False, WHOLE)):
        names = [_margin(source, labels) for source in step.sources if source.within == within]
        if names:
            groups.append(f"por {spanish.join(list(dict.fromkeys(names)))} {where}")
    told = dict.fromkeys(
        f"{source.definition or source.source} ({day_of(source.reference_date)})" for source in step.sources
    )
    return f"a la población {' y '.join(groups)}, según {'; '.join(told)}"


def _margin(source: SourceRecord, labels: Mapping[str, str]) -> str:
    return items_of(source.margin, labels) + (" (sólo en proporción)" if source.shares else "")


def _off(step: CalibrationRecord) -> str:
    before, after = (
        max(abs(points) for points in column)
        for column in zip(*((cell.points_before, cell.points_after) for cell in step.cells), strict=True)
    )
    first = f"Antes, la celda más alejada estaba a {spanish.points(before / 100)} de su parte de la población"
    exact = spanish.rounded(after, 1) == 0
    return f"{first}; después, {'todas coinciden' if exact else f'a {spanish.points(after / 100)}'}."


def _collapsed(record: WeightingRecord, places: Mapping[str, str], labels: Mapping[str, str]) -> str:
    merged = record.calibration.collapsed if record.calibration else ()
    by_merge: dict[str, list[str]] = {}
    for entry in merged:
        item, _, codes = entry.merged.partition(" ")
        groups = spanish.join([answer_of(item, code, labels) for code in codes.split("+")])
        place = places.get(entry.area, entry.area) or "el conjunto"
        by_merge.setdefault(f"{labels.get(item, item)} {groups}", []).append(place)
    named = [f"{groups} en {spanish.join(list(dict.fromkeys(names)))}" for groups, names in by_merge.items()]
    return f"Por tener pocas entrevistas se unieron grupos: {'; '.join(named)}." if named else ""


def _missing(record: WeightingRecord) -> str:
    handled = record.calibration.missing if record.calibration else ()
    count = sum(entry.respondents for entry in handled)
    if not count:
        return ""
    if handled[0].rule == "impute":
        how = "se imputó al azar con la distribución de la población"
    else:
        how = "quienes no lo dieron forman una celda aparte"
    cases = "caso" if count == 1 else "casos"
    return f"En {spanish.count(count)} {cases} faltaba un dato con el que se calibra: {how}."


def _trim(record: WeightingRecord, place_word: str) -> str:
    step = record.trim
    if step is None:
        return ""
    limits = f"Ningún peso pasa de {step.k:g} veces la mediana{_own(record, place_word)}"
    if step.k_low is not None:
        limits += f" ni es menor que esa mediana entre {step.k_low:g}"
    told = [
        f"{spanish.count(held)} {'peso quedó' if held == 1 else 'pesos quedaron'} en el {name}"
        for held, name in (
            (sum(area.at_cap for area in step.areas), "tope"),
            (sum(area.at_floor for area in step.areas), "piso"),
        )
        if held
    ]
    if not told:
        return f"{limits}; ninguno llegó a ese límite."
    moved = sum(area.moved for area in step.areas) / record.final[-1].sum
    kept = ", con la calibración intacta" if record.calibration else ""
    return f"{limits}: {' y '.join(told)}, y {spanish.percent(moved)} del peso pasó a otras entrevistas{kept}."


def _replicates(record: WeightingRecord) -> str:
    step = record.replicates
    if step is None:
        return ""
    method = REPLICATES.get(step.method, step.method)
    method += f", {spanish.count(step.groups)} grupos al azar" if step.groups else ""
    method += ", con corrección por población finita" if step.fpc else ""
    taken = (
        (record.nonresponse, "el ajuste por falta de respuesta"),
        (record.calibration, "la calibración"),
        (record.trim, "el recorte"),
    )
    again = spanish.join([name for done, name in taken if done])
    redone = f"; cada una repite {again} con las reglas de la muestra completa" if again else ""
    lost = len(step.failed)
    left = "pudo calcularse y se dejó" if lost == 1 else "pudieron calcularse y se dejaron"
    failed = f"; {spanish.count(lost)} no {left} fuera" if lost else ""
    return f"Hay {spanish.count(step.used)} réplicas de los pesos ({method}){redone}{failed}."


def _spread(record: WeightingRecord) -> str:
    total = record.final[-1]
    return (
        f"El efecto de la desigualdad de los pesos (Kish) es {spanish.decimal(total.deff_kish, 2)}: por ella sola, las "
        f"{spanish.count(total.n)} entrevistas equivalen a {spanish.count(total.n_eff)} con pesos iguales; lo que el "
        "resto del diseño quita o agrega a la precisión está en el margen de cada cifra."
    )
