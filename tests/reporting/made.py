"""Small tables with the pipeline's columns, made from invented shares: nine places, eight waves."""

import math
import random
from datetime import date
from typing import Any

import pandas as pd

from pipeline.reporting.edition import Edition, IndicatorLabel, Place, WaveInfo
from pipeline.reporting.rows import Rows
from pipeline.reporting.settings import Battery, Measure, ReportSettings
from pipeline.reporting.theme import Theme

WAVES = ("2011T3", "2011T4", "2012T1", "2012T2", "2012T3", "2012T4", "2013T1", "2013T2")
PERIODS = ("agosto de 2011", "noviembre de 2011", "febrero de 2012", "mayo de 2012", "julio de 2012",
           "octubre de 2012", "enero de 2013", "mayo de 2013")  # fmt: skip
PLACES = (
    Place("19006", "Apodaca", "Apodaca", 3, 0), Place("19018", "García", "García", 0, 0),
    Place("19019", "San Pedro Garza García", "San Pedro", 1, 2), Place("19021", "General Escobedo", "Escobedo", 1.5, 0),
    Place("19026", "Guadalupe", "Guadalupe", 3, 1), Place("19031", "Juárez", "Juárez", 3, 2),
    Place("19039", "Monterrey", "Monterrey", 1, 1), Place("19046", "San Nicolás de los Garza", "San Nicolás", 2, 1),
    Place("19048", "Santa Catarina", "Santa Catarina", 0, 2),
)  # fmt: skip
LEVELS = ("mucha", "algo", "poca", "nada")
FORCES = {
    "marina": (58, 27, 10, 5), "ejercito": (52, 30, 12, 6), "fuerza_civil": (30, 39, 19, 12),
    "policia_federal": (21, 36, 25, 18), "policia_estatal": (10, 27, 33, 30), "policia_municipal": (9, 26, 33, 32),
    "transito": (6, 20, 34, 40),
}  # fmt: skip
NAMES = {"marina": "Marina", "ejercito": "Ejército", "fuerza_civil": "Fuerza Civil",
         "policia_federal": "Policía Federal", "policia_estatal": "Policía estatal",
         "policia_municipal": "Policía municipal", "transito": "Tránsito"}  # fmt: skip
SHARES = {
    "inseguridad": ("poco o nada seguro", 0.749), "empeoro": ("empeoró", 0.312), "victima": ("sí", 0.211),
    "soborno": ("sí", 0.061), "no_denuncia": ("no", 0.842), "aumentara": ("va a aumentar", 0.41),
}  # fmt: skip
PREDICATES = {
    "inseguridad": "se siente poco o nada segura en su municipio",
    "empeoro": "dice que la seguridad empeoró en el trimestre",
    "victima": "vive en un hogar que fue víctima de un delito",
    "soborno": "dice que un agente municipal le pidió dinero",
    "no_denuncia": "no denunció el delito",
    "aumentara": "cree que la inseguridad va a aumentar",
}
BY_PLACE = {"19018": 0.644, "19031": 0.831, "19026": 0.819, "19048": 0.802, "19039": 0.788, "19021": 0.77,
            "19006": 0.735, "19046": 0.62, "19019": 0.324}  # fmt: skip
TREND = (0.063, 0.056, 0.071, 0.092, 0.077, 0.04, 0.021, 0.0)


def estimate(wave: str, indicator: str, category: str, kind: str, domain: str, share: float, n: int) -> dict[str, Any]:
    """One row of the estimates table with a plausible interval."""
    se = math.sqrt(share * (1 - share) / n * 1.3)
    odds = math.log(share / (1 - share))
    half = 1.96 * se / (share * (1 - share))
    low, high = (1 / (1 + math.exp(-(odds + side * half))) for side in (-1, 1))
    cv = se / share
    precision = "alta" if cv < 0.15 else "moderada" if cv < 0.30 else "baja"
    return {
        "wave": wave, "indicator": indicator, "category": category, "statistic": "proportion", "domain_kind": kind,
        "domain": domain, "estimate": share, "se": se, "se_fixed": se, "ci_low": low, "ci_high": high,
        "ci_level": 0.95, "ci_method": "logit", "df": float(n - 9), "cv": cv, "deff": 1.3, "n": n,
        "n_category": round(n * share), "n_eff": n / 1.3, "population": share * n * 600, "precision": precision,
        "publishable": cv < 0.30, "reason": "" if cv < 0.30 else "coeficiente de variación de 30 % o más",
    }  # fmt: skip


def estimates() -> pd.DataFrame:
    """Every wave's rows: shares and the battery, for the whole, places, sexes and ages."""
    random.seed(8)
    rows = []
    kinds = [("total", "total", 4902), *(("municipio", place.code, 540) for place in PLACES)]
    kinds += [("sexo", "1", 2400), ("sexo", "2", 2502)] + [("grupo_edad", str(k), 1200) for k in (1, 2, 3, 4)]
    for index, wave in enumerate(WAVES):
        for kind, domain, n in kinds:
            for name, (category, share) in SHARES.items():
                base = BY_PLACE.get(domain, share) if name == "inseguridad" else share
                noise = random.uniform(-0.02, 0.02) * (0.3 if kind == "total" else 1)
                value = min(max(base + TREND[index] * base + noise, 0.004), 0.99)
                size = round(n * 0.2) if name == "no_denuncia" else n
                rows.append(estimate(wave, name, category, kind, domain, round(value, 10), size))
            for force, shares in FORCES.items():
                if force == "fuerza_civil" and index == 0:
                    continue
                for level, share in zip(LEVELS, shares, strict=True):
                    rows.append(estimate(wave, f"conf_{force}", level, kind, domain, share / 100, n))
    return pd.DataFrame(rows)


def changes(table: pd.DataFrame) -> pd.DataFrame:
    """Differences with the wave before and the same quarter a year before."""
    rows = []
    ids = ["wave", "indicator", "category", "statistic", "domain_kind", "domain"]
    known = {tuple(row[name] for name in ids): row for row in table.to_dict("records")}
    for key, row in known.items():
        for comparison, lag in (("previous", 1), ("year_ago", 4)):
            index = WAVES.index(str(key[0])) - lag
            past = known.get((WAVES[index], *key[1:])) if index >= 0 else None
            if past is None:
                continue
            difference = row["estimate"] - past["estimate"]
            se = math.hypot(row["se"], past["se"])
            p = math.erfc(abs(difference) / se / math.sqrt(2))
            rows.append({
                **dict(zip(ids, key, strict=True)), "reference_wave": WAVES[index], "comparison": comparison,
                "estimate": row["estimate"], "reference_estimate": past["estimate"], "difference": difference,
                "se": se, "ci_low": difference - 1.96 * se, "ci_high": difference + 1.96 * se, "ci_level": 0.95,
                "df": row["df"], "p": p, "p_adjusted": p, "adjust": "BH", "family": "f",
                "verdict": ("sube" if difference > 0 else "baja") if p < 0.05 else "sin cambio significativo",
                "minimum_detectable": 2.8 * se, "publishable": row["publishable"] and past["publishable"],
                "reason": "",
            })  # fmt: skip
    return pd.DataFrame(rows)


def settings() -> ReportSettings:
    """Settings that fit the tables."""
    main = Measure("inseguridad", "poco o nada seguro", plural="se sienten poco o nada seguras en su municipio")
    measures = tuple(Measure(name, SHARES[name][0]) for name in ("empeoro", "victima", "soborno"))
    trust = Measure(
        "conf_fuerza_civil", "mucha", singular="tiene mucha confianza en Fuerza Civil", direction="up_is_good"
    )
    battery = Battery(
        "Confianza en las corporaciones", tuple(f"conf_{f}" for f in FORCES),
        {f"conf_{f}": name for f, name in NAMES.items()}, LEVELS, LEVELS, "tiene mucha confianza en",
        "personas de 18 años y más que la conocen",
    )  # fmt: skip
    return ReportSettings(
        "el área metropolitana", "personas de 18 años y más", main, (main, measures[0], trust, *measures[1:]), battery
    )


def labels() -> dict[str, IndicatorLabel]:
    """Names of the indicators."""
    result = {
        name: IndicatorLabel(
            name, PREDICATES[name].capitalize(), "up_is_bad",
            PREDICATES[name], "", "", category=category, question="¿Pregunta tal como se hizo?",
            categories={category: category}, breaks={"2012T3": "cambió la pregunta"} if name == "inseguridad" else {},
        )
        for name, (category, _) in SHARES.items()
    }  # fmt: skip
    for force, name in NAMES.items():
        result[f"conf_{force}"] = IndicatorLabel(
            f"conf_{force}", f"Confianza en {name}", "up_is_good", f"tiene confianza en {name}", "", "",
            category="mucha", question=f"¿Cuánta confianza tiene usted en {name}?",
            categories={level: level.capitalize() for level in LEVELS},
        )  # fmt: skip
    return result


def edition(wave: str = "2013T2", simulated: bool = True) -> Edition:
    """An edition made from the tables above."""
    table = estimates()
    upto = WAVES[: WAVES.index(wave) + 1]
    infos = tuple(
        WaveInfo(key, number, period, date(2011, 8, 15), date(2011, 8, 31), simulated)
        for number, (key, period) in enumerate(zip(WAVES, PERIODS, strict=True), 1)
        if key in upto
    )
    known = table[table["wave"].isin(upto)]
    moved = changes(table)
    return Edition(
        infos[-1], infos, "Pulso Metropolitano de Seguridad", "Pulso Metropolitano", "área metropolitana",
        "área metropolitana", "Observatorio", (),
        labels(), PLACES, settings(), Theme(), Rows(known, moved[moved["wave"].isin(upto)]), 4902, 0.05, "BH",
    )  # fmt: skip
