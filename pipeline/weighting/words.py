"""How an edition was weighted, in Spanish sentences, from the content of ``weighting.json``."""

from collections.abc import Mapping, Sequence
from typing import Any

_METHODS = {
    "raking": "raking (ajuste proporcional iterativo)",
    "linear": "regresión generalizada (GREG)",
    "linear_bounded": "regresión generalizada con cotas",
    "logit": "el método logit con cotas",
}
_REPLICATES = {
    "rao_wu": "bootstrap de Rao–Wu–Yue",
    "jkn": "jackknife estratificado",
}


def describe(
    receipts: Mapping[str, Any],
    places: Mapping[str, str],
    place_word: str = "municipio",
    labels: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """One sentence or two per step that was taken, in the order of the steps.

    ``receipts``: ``weighting.json``; ``places``: names of the areas by code; ``place_word``:
    what an area is called; ``labels``: names of items ("grupo_edad") and of their codes
    ("grupo_edad 3"), which else appear as they are. Numbers as in Mexico (12,345.6).
    """
    named = labels or {}
    parts = [_base(receipts, place_word), _dual_frame(receipts), _nonresponse(receipts, place_word)]
    parts += [_calibration(receipts, place_word, named), _collapsed(receipts, places, named), _missing(receipts)]
    parts += [_trim(receipts, place_word), _replicates(receipts), _spread(receipts)]
    return tuple(part for part in parts if part)


def _base(receipts: Mapping[str, Any], place_word: str) -> str:
    base = receipts["base"]
    kind = base["kind"]
    if kind == "given":
        return "Se usa el factor de expansión que publica quien produce los datos."
    if kind == "area":
        return "El peso base es el inverso del producto de las probabilidades de selección de cada etapa."
    first = {
        "telephone_completes": f"las personas adultas del {place_word} entre las entrevistas completas",
        "telephone_frame": f"los números del marco del {place_word} entre los números distintos que se llamaron",
    }[kind]
    factors = []
    if base["adults_cap"]:
        factors.append(f"por las personas adultas del hogar (a lo más {base['adults_cap']})")
    if base["lines_cap"]:
        factors.append(f"entre las líneas telefónicas del hogar (a lo más {base['lines_cap']})")
    tail = f", {' y '.join(factors)}" if factors else ""
    filled = sum(base["filled"].values())
    note = f" En {filled:,} entrevistas ese dato faltaba y se usó la mediana del {place_word}." if filled else ""
    return f"El peso base es {first}{tail}.{note}"


def _dual_frame(receipts: Mapping[str, Any]) -> str:
    dual = receipts["dual_frame"]
    if not dual:
        return ""
    if dual["method"] == "multiplicity":
        return "Quien podía ser llamado por los dos marcos pesa la mitad (estimador de multiplicidad)."
    return f"Quien podía ser llamado por los dos marcos se pondera como propone Hartley (θ = {dual['theta']:.2f})."


def _nonresponse(receipts: Mapping[str, Any], place_word: str) -> str:
    step = receipts["nonresponse"]
    if not step:
        return ""
    factors = [entry["factor"] for entry in step["classes"]]
    how = "clases de la propensión estimada a responder" if step["method"] == "propensity" else "clases de ponderación"
    only = f", solo entre clases del mismo {place_word}" if step["keep_area_sum"] else ""
    return (
        f"La falta de respuesta se ajusta con {len(factors)} {how}{only}; "
        f"los factores van de {min(factors):.2f} a {max(factors):.2f}."
    )


def _calibration(receipts: Mapping[str, Any], place_word: str, labels: Mapping[str, str]) -> str:
    step = receipts["calibration"]
    if not step:
        return ""
    crossed = [" × ".join(labels.get(item, item) for item in name.split("*")) for name in step["margins"]]
    margins = _list(list(dict.fromkeys(crossed)))
    sources = {f"{s['definition'] or s['source']} ({s['reference_date']})": None for s in step["sources"]}
    worst = max(step["cells"], key=lambda cell: abs(cell["points_before"]))
    bounds = f" entre {step['bounds'][0]:g} y {step['bounds'][1]:g} veces el peso base" if step["bounds"] else ""
    return (
        f"Los pesos se calibran por {_METHODS.get(step['method'], step['method'])}{bounds} a los totales de {margins} "
        f"de cada {place_word}: {_list(list(sources))}. La celda más alejada antes de calibrar lo estaba por "
        f"{abs(worst['points_before']):.1f} puntos; después, ninguna."
    )


def _collapsed(receipts: Mapping[str, Any], places: Mapping[str, str], labels: Mapping[str, str]) -> str:
    merged = (receipts["calibration"] or {}).get("collapsed", [])
    if not merged:
        return ""
    by_merge: dict[str, list[str]] = {}
    for entry in merged:
        item, _, codes = entry["merged"].partition(" ")
        groups = _list([labels.get(f"{item} {code}", code) for code in codes.split("+")])
        by_merge.setdefault(f"{labels.get(item, item)} {groups}", []).append(places.get(entry["area"], entry["area"]))
    named = [f"{groups} en {_list(list(dict.fromkeys(names)))}" for groups, names in by_merge.items()]
    return f"Por tener pocas entrevistas se unieron los grupos: {'; '.join(named)}."


def _missing(receipts: Mapping[str, Any]) -> str:
    handled = (receipts["calibration"] or {}).get("missing", [])
    count = sum(entry["respondents"] for entry in handled)
    if not count:
        return ""
    imputed = handled[0]["rule"] == "impute"
    how = "se imputó al azar según los totales" if imputed else "forma una celda aparte"
    return f"En {count:,} {'caso' if count == 1 else 'casos'} faltaba una variable de calibración: {how}."


def _trim(receipts: Mapping[str, Any], place_word: str) -> str:
    step = receipts["trim"]
    if not step:
        return ""
    held = sum(area["at_cap"] for area in step["areas"])
    moved = sum(area["moved"] for area in step["areas"])
    total = receipts["final"][-1]["sum"]
    cap = f"Ningún peso pasa de {step['k']:g} veces la mediana de su {place_word}"
    if not held:
        return f"{cap}; ninguno llegó a ese tope."
    return f"{cap}: {held:,} pesos quedaron en el tope y cambió de manos {100 * moved / total:.1f} % del peso."


def _replicates(receipts: Mapping[str, Any]) -> str:
    step = receipts["replicates"]
    if not step:
        return ""
    lost = f"; {len(step['failed'])} no pudieron calcularse y se dejaron fuera" if step["failed"] else ""
    method = _REPLICATES.get(step["method"], step["method"])
    return (
        f"El error estándar usa {step['used']:,} réplicas ({method}), cada una con todos los ajustes repetidos{lost}."
    )


def _spread(receipts: Mapping[str, Any]) -> str:
    total = receipts["final"][-1]
    return (
        f"El efecto de diseño de la ponderación (Kish) es {total['deff_kish']:.2f}: las {total['n']:,} entrevistas "
        f"equivalen a {total['n_eff']:,.0f} con pesos iguales."
    )


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} y {words[-1]}"
