"""A whole study of another city, from nothing: three places, two waves, a short questionnaire that fits every design.

Its delivery holds what a telephone survey, a two-stage sample and a producer's weights each need, so that a test
chooses the design in ``params.yaml`` alone.
"""

import zipfile
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.audit import stage as audit
from pulsometro.check import stage as check
from pulsometro.check.verdict import refuse_if_stopped
from pulsometro.estimates import series
from pulsometro.estimates import stage as estimate
from pulsometro.ingest import stage as ingest
from pulsometro.recompute import stage as recompute
from pulsometro.release import stage as release
from pulsometro.reporting import site
from pulsometro.reporting import stage as report
from pulsometro.study import Study, load_study
from pulsometro.suppression import stage as protect
from pulsometro.weighting import stage as weight
from pulsometro.weighting.study_key import KEY, fingerprint
from tests.small_study import dump

PLACES = ("07001", "07002", "07003")
WAVES = ("2021T1", "2021T2")
YES_NO = {1: "sí", 2: "no"}
NO = "no_sabe"
SILENT = {8: "no_sabe", 9: "no_contesta"}


def _item(text: str, label: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "label": label, **more}


def questionnaire() -> dict[str, Any]:
    """What both waves ask, and what the producer's file says of the design."""
    trust = {"scale": "confianza"}
    content: dict[str, Any] = {
        "fieldwork": {"mode": "telefónica", "firm": "Casa de prueba", "frame": "números al azar"},
        "scales": {"confianza": {"codes": {1: "mucha", 2: "poca", 3: "nada"}, "missing": dict(SILENT)}},
        "items": {
            "folio": _item("Folio", "Folio", kind="text", required=True),
            "telefono": _item("Teléfono", "Teléfono", kind="text", private=True),
            "entrevistador": _item("Entrevistador", "Entrevistador", kind="text", private=True),
            "fecha": _item("Fecha", "Fecha", kind="date", private=True),
            "minutos": _item("Minutos", "Minutos", kind="number", private=True),
            "supervisada": _item("¿Se escuchó?", "Supervisión", codes={1: "bien", 2: "mal", 3: "no"}, private=True),
            "municipio": _item("¿Dónde vive?", "Municipio", kind="area", required=True),
            "estrato": _item("Estrato", "Estrato", kind="integer", required=True),
            "upm": _item("Unidad primaria", "Unidad primaria", kind="integer", required=True),
            "upms": _item("Unidades del estrato", "Unidades del estrato", kind="integer"),
            "p1": _item("Probabilidad de la unidad", "Probabilidad 1", kind="number"),
            "p2": _item("Probabilidad de la persona", "Probabilidad 2", kind="number"),
            "factor": _item("Factor", "Factor", kind="number"),
            "marco": _item("Marco", "Marco", codes={1: "fijo", 2: "móvil"}),
            "otro": _item("¿Tiene del otro?", "Otro teléfono", codes=dict(YES_NO), missing=dict(SILENT)),
            "adultos": _item("¿Cuántos adultos?", "Adultos", kind="integer", range=[1, 20], missing={99: "no_sabe"}),
            "lineas": _item("¿Cuántas líneas?", "Líneas", kind="integer", range=[1, 9], missing={99: "no_contesta"}),
            "sexo": _item("Sexo", "Sexo", codes={1: "hombre", 2: "mujer"}, required=True),
            "edad2": _item("Edad", "Grupo de edad", codes={1: "18 a 39", 2: "40 y más"}, missing={9: "no_contesta"}),
            "escolaridad": _item("Escolaridad", "Escolaridad", codes={1: "básica", 2: "más"}),
            "seguro": _item("¿Qué tan seguro se siente?", "Seguridad", short="Su municipio",
                            codes={1: "seguro", 2: "poco seguro", 3: "nada seguro"}, missing=dict(SILENT)),
            "conf_a": _item("¿Confía en la policía?", "Policía", short="Policía", **trust),
            "conf_b": _item("¿Confía en el Ejército?", "Ejército", short="Ejército", **trust),
            "victima": _item("¿Fue víctima?", "Víctima", codes=dict(YES_NO), missing=dict(SILENT), sensitive=True),
            "denuncia": _item("¿Denunció?", "Denuncia", codes=dict(YES_NO), missing={7: "no_aplica", **SILENT},
                              ask_if="victima == 1", sensitive=True),
            "pesos": _item("¿Cuántos pesos gastó?", "Gasto", kind="number", range=[0, 90000], missing={99999: NO}),
            "tramo": _item("Tramo del gasto", "Tramo del gasto", codes={1: "menos de mil", 2: "mil o más"},
                           missing={9: "no_contesta"},
                           derived={"source": "pesos", "ranges": {1: [0, 999], 2: [1000, 90000]}}),
        },
    }  # fmt: skip
    return {
        **content,
        "delivery": {"respondent": ["folio"], "columns": {name: name for name in content["items"] if name != "tramo"}},
    }


def indicators(totals: bool = True) -> dict[str, Any]:
    """One of each kind, statistic and treatment of those who do not answer; ``totals``: numbers of persons too."""
    more = ["total"] if totals else []
    share = {"kind": "share", "direction": "up_is_bad"}
    return {"indicators": {
        "inseguro": {"name": "Se siente insegura", **share, "item": "seguro", "categories": [2, 3],
                     "category": "poco o nada seguro", "singular": "se siente poco o nada segura",
                     "plural": "se sienten poco o nada seguras"},
        "victimas": {"name": "Fue víctima", **share, "item": "victima", "categories": [1], "category": "sí",
                     "singular": "fue víctima", "plural": "fueron víctimas", "no_answer": "in_base",
                     "statistics": ["proportion", *more]},
        "denunciaron": {"name": "Denunció", **share, "direction": "up_is_good", "item": "denuncia", "categories": [1],
                        "category": "sí", "singular": "denunció", "plural": "denunciaron", "base": "victima == 1",
                        "base_name": "víctimas"},
        "policia": {"name": "Confianza en la policía", "kind": "distribution", "direction": "neutral",
                    "item": "conf_a"},
        "ejercito": {"name": "Confianza en el Ejército", "kind": "distribution", "direction": "up_is_good",
                     "item": "conf_b"},
        "seguridad": {"name": "Seguridad", "kind": "distribution", "direction": "neutral", "item": "seguro",
                      "no_answer": "category"},
        "gasto": {"name": "Gasto en seguridad", "kind": "mean", "direction": "up_is_bad", "item": "pesos",
                  "statistics": ["mean", *more], "unit": "pesos"},
        "indice": {"name": "Índice de confianza", "kind": "index", "direction": "up_is_good",
                   "items": ["conf_a", "conf_b"], "rescale": {1: 100, 2: 50, 3: 0}, "statistics": ["mean"],
                   "unit": "puntos"},
    }}  # fmt: skip


def params() -> dict[str, Any]:
    """A telephone survey with every optional step left out; both waves delivered, not simulated."""
    headline = {"indicator": "inseguro", "category": "poco o nada seguro"}
    waves = {
        wave: {"edition": number, "period": f"{month} de 2021", "file": "datos.csv",
               "fieldwork": {"start": f"2021-0{number * 3}-01", "end": f"2021-0{number * 3}-12"}}
        for number, (wave, month) in enumerate(zip(WAVES, ("marzo", "junio"), strict=True), 1)
    }  # fmt: skip
    return {
        "study": {
            "title": "Encuesta de Valle Chico", "short_title": "Valle Chico", "population": "personas de 18 años y más",
            "area": "zona de Valle Chico", "area_short": "zona", "producer": "Observatorio de Valle Chico",
        },
        "current_wave": WAVES[-1],
        "waves": waves,
        "municipalities": [
            {"cve_geo": code, "name": name, "short": name, "tile": [number, 0]}
            for number, (code, name) in enumerate(zip(PLACES, ("Norte", "Centro", "Sur"), strict=True))
        ],
        "check": {"area": "municipio"},
        "weighting": {
            "base": {"kind": "telephone_completes"}, "within": "municipio", "strata": "municipio",
            "control_totals": {"file": "raw/population/totals.csv", "source": "censo",
                               "columns": {"sexo": "sex", "edad2": "age"}},
        },
        "estimation": {"se": "taylor", "domains": [[], ["municipio"], ["sexo"], ["municipio", "sexo"]]},
        "change": {"alpha": 0.05, "adjust": "BH", "covariance": "overlap"},
        "release": {
            "main": {"keys": ["municipio", "sexo", "edad2", "escolaridad"], "blank": ["escolaridad"],
                     "answers": ["seguro", "conf_a", "conf_b", "victima", "denuncia", "pesos"]},
            "blank_at_most": 0.08, "linkage_at_most": 0.2,
        },
        "report": {
            "whole": "la zona", "people": "personas de 18 años y más", "headline": headline,
            "findings": [headline, {"indicator": "victimas", "category": "sí"},
                         {"indicator": "denunciaron", "category": "sí"}],
            "trust": {"title": "Confianza", "indicators": ["policia", "ejercito"],
                      "names": {"policia": "Policía", "ejercito": "Ejército"},
                      "spoken": {"policia": "la policía", "ejercito": "el Ejército"},
                      "levels": ["mucha", "poca", "nada"], "base": "personas que dieron su opinión"},
        },
    }  # fmt: skip


def rows(wave: str, each: int = 160, silent: float = 0.06) -> pd.DataFrame:
    """A delivery: ``each`` interviews in every place, eight PSUs in each of two strata of a place.

    ``silent``: share that does not say how many adults and lines there are, or how old it is.
    """
    rng = np.random.default_rng(WAVES.index(wave) if wave in WAVES else 9)
    n, width = each * len(PLACES), len(PLACES)
    place = np.repeat(np.arange(width), each)
    unit = np.tile(np.arange(each) % 16, width)
    unsafe = 0.45 + 0.1 * place + (0.12 if wave == WAVES[-1] else 0.0)
    victim = np.where(rng.random(n) < 0.3, 1, 2)
    start = pd.Timestamp(f"{wave[:4]}-{int(wave[-1]) * 3:02d}-01")
    return pd.DataFrame({
        "folio": [f"{wave}-{number:05d}" for number in range(n)],
        "telefono": [f"961{rng.integers(10**6, 10**7)}" for _ in range(n)],
        "entrevistador": [f"E{number % 9}" for number in range(n)],
        "fecha": [(start + pd.Timedelta(days=int(day))).date().isoformat() for day in rng.integers(0, 12, n)],
        "minutos": rng.gamma(20, 0.6, n).round(1),
        "supervisada": rng.choice([1, 3], n, p=[0.3, 0.7]),
        "municipio": np.array(PLACES)[place],
        "estrato": place * 2 + unit // 8, "upm": place * 16 + unit, "upms": 400,
        "p1": rng.choice([0.02, 0.03], n), "p2": rng.choice([0.05, 0.1, 0.2], n),
        "factor": rng.gamma(30, 40, n).round(2),
        "marco": rng.choice([1, 2], n), "otro": rng.choice([1, 2], n, p=[0.7, 0.3]),
        "adultos": rng.choice([1, 2, 3, 4, 99], n, p=[0.2, 0.4, 0.2, 0.2 - silent, silent]),
        "lineas": rng.choice([1, 2, 99], n, p=[0.8, 0.2 - silent, silent]),
        "sexo": rng.choice([1, 2], n), "edad2": rng.choice([1, 2, 9], n, p=[0.5, 0.5 - silent, silent]),
        "escolaridad": rng.choice([1, 2], n),
        "seguro": np.where(rng.random(n) < 0.03, 8, np.where(rng.random(n) < unsafe, rng.choice([2, 3], n), 1)),
        "conf_a": rng.choice([1, 2, 3, 9], n, p=[0.2, 0.4, 0.37, 0.03]),
        "conf_b": rng.choice([1, 2, 3, 9], n, p=[0.5, 0.3, 0.17, 0.03]),
        "victima": victim, "denuncia": pd.array(np.where(victim == 1, rng.choice([1, 2], n), -1)).astype("Int64"),
        "pesos": rng.gamma(2, 700, n).round(0).astype(int),
    }).assign(denuncia=lambda table: table["denuncia"].mask(table["denuncia"] == -1))  # fmt: skip


def attempts(table: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Three numbers called for each interview: one completed, one refused, one that nobody answers; others in each."""
    parts = []
    for last, code in (("C", "1.1"), ("R", "2.11"), ("N", "3.13")):
        parts.append(pd.DataFrame({
            "numero": [f"{last}{wave}{number:06d}" for number in range(len(table))], "municipio": table["municipio"],
            "marco": table["marco"], "intento": 1, "disposicion": code,
        }))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def population() -> pd.DataFrame:
    """Adults by place, sex and age."""
    cells = [(place, sex, age) for place in PLACES for sex in (1, 2) for age in (1, 2)]
    return pd.DataFrame(cells, columns=["cve_geo", "sex", "age"]).assign(
        reference_date="2020-03-15", population=[9000 + 400 * number for number in range(len(cells))], source="censo",
        definition="Adultos", note="",
    )  # fmt: skip


def changed_params(changed: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with values by dotted key; None takes a key away."""
    content = params()
    for key, value in changed.items():
        put(content, key.split("."), value)
    return content


def _key(folder: Path) -> bytes:
    """One key for every run: what is drawn under it, and with it each attack's luck, is the same."""
    path = KEY.path(folder)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sha256(b"a key of the tests").hexdigest() + "\n", encoding="ascii", newline="\n")
        path.chmod(0o600)
    return KEY.make(folder)


def write_study(
    folder: Path,
    changed: Mapping[str, Any] | None = None,
    asked: Mapping[str, Any] | None = None,
    silent: float = 0.06,
    totals: bool = True,
) -> Path:
    """The study in ``folder``. ``changed``: params by dotted key, None takes a key away; ``asked``: of the
    questionnaire, likewise; ``silent``: as ``rows``; ``totals``: as ``indicators``."""
    for name in ("questionnaires", "raw/population"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    settings, wanted = changed_params(changed or {}), questionnaire()
    key = fingerprint(_key(folder))
    if settings["weighting"].get("blur"):
        settings["weighting"]["blur"]["key"] = key
    for key, value in (asked or {}).items():
        put(wanted, key.split("."), value)
    dump(settings, folder / "params.yaml")
    dump(wanted, folder / "questionnaires/base.yaml")
    dump(indicators(totals), folder / "questionnaires/indicators.yaml")
    codes = dict(zip(PLACES, _codes(settings), strict=True))
    totals_table = population().assign(cve_geo=lambda table: table["cve_geo"].map(codes))
    totals_table.to_csv(folder / "raw/population/totals.csv", index=False)
    pd.DataFrame({"area": codes.values(), "frame_numbers": 90000, "released_numbers": 400}).to_csv(
        folder / "raw/population/frame.csv", index=False
    )
    pd.DataFrame({"cve_geo": codes.values(), "reference_date": "2020-03-15", "dwellings": 8000, "fijo": 3000,
                  "source": "censo", "definition": "Viviendas"},
                 ).to_csv(folder / "raw/population/coverage.csv", index=False)  # fmt: skip
    for wave in settings["waves"]:
        (folder / "raw" / wave).mkdir(exist_ok=True)
        dump({"wave": wave, "extends": "base"}, folder / f"questionnaires/{wave}.yaml")
        table = rows(wave, silent=silent).assign(municipio=lambda table: table["municipio"].map(codes))
        table = table[table["municipio"].isin(_places_in(settings, wave))].reset_index(drop=True)
        deliver(table, folder / "raw" / wave / settings["waves"][wave]["file"], wanted["delivery"])
        attempts(table, wave).to_csv(folder / "raw" / wave / "llamadas.csv", index=False)
    return folder


def _places_in(settings: Mapping[str, Any], wave: str) -> list[str]:
    """Codes of the places that a wave is of: nobody is interviewed in one that has left, or not entered yet."""
    areas = _areas(settings)
    inside = zip(_codes(settings), areas or [{}] * len(PLACES), strict=False)
    return [code for code, a in inside if (a.get("since") or wave) <= wave <= (a.get("until") or wave)]


def _areas(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = settings.get("places", {}).get("list") or settings.get("municipalities", [])
    return said


def _codes(settings: Mapping[str, Any]) -> list[str]:
    """The code of each place in every file, as the settings say it: three places, or as if there were."""
    said = [str(each.get("code", each.get("cve_geo"))) for each in _areas(settings)]
    return [*said, *PLACES[len(said) :]]


def deliver(table: pd.DataFrame, path: Path, delivery: Mapping[str, Any]) -> None:
    """Write a delivery as the questionnaire declares it: a text file, one inside a zip, or a sheet of a workbook."""
    date = delivery["columns"]["fecha"]
    if isinstance(date, dict):
        table = table.assign(fecha=pd.to_datetime(table["fecha"]).dt.strftime(date["format"]))
    if "finished" in delivery:
        table = table.assign(**{delivery["finished"]: "1"})
    if path.suffix == ".xlsx":
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            pd.DataFrame({"nota": ["otra hoja"]}).to_excel(book, sheet_name="Notas", index=False)
            top = delivery.get("header_row", 1) - 1
            table.to_excel(book, sheet_name=delivery["sheet"], index=False, startrow=top)
            sheet = book.sheets[delivery["sheet"]]
            if top:
                sheet["A1"] = "Base de la encuesta"
                sheet.merge_cells("A1:D1")
            for row in sorted(delivery.get("skip_rows", ())):
                sheet.insert_rows(row)
                sheet.cell(row, 1, "Nota: base entregada a prueba")
        return
    written = table.to_csv(index=False, sep=delivery.get("delimiter", ","), decimal=delivery.get("decimal", "."))
    content = written.encode(delivery.get("encoding", "utf-8"))
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notas.txt", "nada")
            archive.writestr(delivery["member"], content)
    else:
        path.write_bytes(content)


def put(content: dict[str, Any], way: list[str], value: Any) -> None:
    """Write ``value`` under a way of keys, or take the key away when it is None."""
    for key in way[:-1]:
        content = content.setdefault(key, {})
    if value is None:
        content.pop(way[-1], None)
    else:
        content[way[-1]] = value


def make(folder: Path, reports: bool = True) -> Study:
    """Every stage after the settings that the study declares, in this process and in the chain's order.

    ``reports``: of every wave; else of the current one alone.
    """
    study = load_study(folder)
    publish = study.params.publish
    for wave in study.waves:
        ingest.run(study, wave)
    check.run_all(study)
    for wave in study.waves:
        weight.run(study, wave, partial(refuse_if_stopped, study, wave))
        estimate.run(study, wave)
        protect.run(study, wave)
    series.run(study)
    for wave in study.waves:
        audit.run(study, wave)
    recompute.run(study)
    if publish.reports:
        for wave in study.waves if reports else [study.params.current_wave]:
            report.run(study, wave)
        site.run(study)
    for wave in study.waves if study.params.releases else ():
        release.run(study, wave)
    return study
