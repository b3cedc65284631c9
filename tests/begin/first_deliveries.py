"""Five small first deliveries, as five observatories would have them: each in a file of its own kind."""

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat

DISTRICTS = ("Centro", "Norte", "Oriente", "Poniente", "Río Bravo", "Sur")
ZONES = ("Diamante", "Dorado", "Náutica", "Pie de la Cuesta")
SAFETY = {1: "Seguro", 2: "Poco seguro", 3: "Nada seguro", 8: "No sabe", 9: "No contesta"}
TRUST = {1: "Mucha", 2: "Algo", 3: "Poca", 4: "Nada", 8: "NS", 9: "NC"}
YES_NO = {1: "Sí", 2: "No", 8: "No sabe", 9: "No contesta"}
SEX = {1: "Hombre", 2: "Mujer"}


def answers(rows: int = 720, places: int = 6, seed: int = 5) -> pd.DataFrame:
    """Interviews in as many places: two strata of six units in each, with a weight, and who was asked what."""
    rng = np.random.default_rng(seed)
    place = np.arange(rows) % places
    unit = (np.arange(rows) // places) % 12
    victim = rng.choice([1, 2, 9], rows, p=[0.28, 0.69, 0.03])
    return pd.DataFrame({
        "folio": [f"{2000 + number}" for number in range(rows)],
        "place": place, "stratum": place * 2 + unit // 6 + 1, "psu": place * 12 + unit + 1,
        "weight": rng.gamma(25, 30, rows).round(1) + 20,
        "day": [f"2024-05-{2 + int(day):02d}" for day in rng.integers(0, 14, rows)],
        "interviewer": [f"E{number % 11}" for number in rng.permutation(rows)],
        "sex": rng.choice([1, 2], rows), "age": rng.integers(18, 88, rows),
        "adults": rng.choice([1, 2, 3, 4], rows, p=[0.2, 0.45, 0.2, 0.15]),
        "lines": rng.choice([1, 2], rows, p=[0.9, 0.1]),
        "safety": np.where(rng.random(rows) < 0.4 + 0.04 * place, rng.choice([2, 3], rows), 1),
        "police": rng.choice([1, 2, 3, 4, 9], rows, p=[0.1, 0.25, 0.3, 0.32, 0.03]),
        "army": rng.choice([1, 2, 3, 4, 8], rows, p=[0.35, 0.3, 0.2, 0.12, 0.03]),
        "victim": victim, "reported": np.where(victim == 1, rng.choice([1, 2], rows), 0),
        "phone": [f"656{number}" for number in rng.choice(np.arange(10**6, 10**7), rows, replace=False)],
    })  # fmt: skip


def sav(path: Path) -> Path:
    """SPSS, with labels of every kind and what is declared missing."""
    own = answers()
    table = pd.DataFrame({
        "FOLIO": own["folio"].astype(int), "DISTRITO": own["place"] + 1, "ESTRATO": own["stratum"], "UPM": own["psu"],
        "FACTOR": own["weight"], "FECHA": pd.to_datetime(own["day"]), "ENC": own["interviewer"], "SEXO": own["sex"],
        "EDAD": own["age"], "P1": own["safety"], "P2_1": own["police"], "P2_2": own["army"], "P3": own["victim"],
        "P3A": own["reported"].mask(own["reported"] == 0),
    })  # fmt: skip
    labels: dict[str, dict[int, str]] = {
        "DISTRITO": dict(enumerate(DISTRICTS, 1)), "SEXO": SEX, "P1": SAFETY, "P2_1": TRUST, "P2_2": TRUST,
        "P3": YES_NO, "P3A": YES_NO,
    }  # fmt: skip
    words = {
        "DISTRITO": "Distrito policial", "P1": "¿Qué tan seguro se siente en su colonia?",
        "P2_1": "Confianza en la policía municipal", "P2_2": "Confianza en el Ejército",
        "P3": "¿Fue víctima de algún delito?", "P3A": "¿Denunció el delito?",
    }  # fmt: skip
    pyreadstat.write_sav(
        table, str(path), variable_value_labels=labels, column_labels=[words.get(name, "") for name in table],
        missing_ranges={"P1": [8, 9], "P3": [8, 9]},
    )  # fmt: skip
    return path


def dta(path: Path) -> Path:
    """Stata, of a telephone survey without weights: its own kinds of missing beside the codes."""
    own = answers()
    table = pd.DataFrame({
        "caseid": own["folio"].astype(int), "municipio": own["place"] % 3 + 1, "fecha": own["day"],
        "telefono": own["phone"].astype("int64").astype(float), "encuestador": own["interviewer"],
        "adultos": own["adults"].astype(float), "lineas": own["lines"].astype(float),
        "sexo": own["sex"].astype(float), "edad": own["age"].astype(float),
        "seguridad": own["safety"].astype(float), "conf_policia": own["police"].astype(float),
        "conf_ejercito": own["army"].astype(float), "victima": own["victim"].astype(float),
    })  # fmt: skip
    for name in ("conf_policia", "conf_ejercito"):
        table[name] = table[name].astype(object).replace({8.0: "a", 9.0: "b"})
    short = {code: label for code, label in TRUST.items() if code < 8}
    labels = {
        "municipio": {1: "Torreón", 2: "Gómez Palacio", 3: "Lerdo"}, "sexo": SEX, "seguridad": SAFETY,
        "conf_policia": {**short, "a": "No sabe", "b": "No contesta"},
        "conf_ejercito": {**short, "a": "No sabe", "b": "No contesta"}, "victima": YES_NO,
    }  # fmt: skip
    words = {
        "municipio": "Municipio", "seguridad": "Seguridad en el municipio", "conf_policia": "Confianza en la policía",
        "conf_ejercito": "Confianza en el Ejército", "victima": "Fue víctima de un delito",
        "adultos": "Adultos en el hogar", "lineas": "Líneas telefónicas del hogar",
    }  # fmt: skip
    pyreadstat.write_dta(
        table, str(path), variable_value_labels=labels, column_labels=[words.get(name, "") for name in table],
        missing_user_values={"conf_policia": ["a", "b"], "conf_ejercito": ["a", "b"]},
    )  # fmt: skip
    return path


def xlsx(path: Path) -> Path:
    """A workbook as an online form gives it: whole questions as headings, answers as words, a sheet of notes."""
    own = answers(places=4)
    words = {1: "Mucho", 2: "Poco", 3: "Nada"}
    said = {0: None} | {1: "Sí", 2: "No", 8: "No sabe", 9: "No contesta"}
    table = pd.DataFrame({
        "Marca temporal": [f"{day[8:]}/{day[5:7]}/{day[:4]} 18:30:12" for day in own["day"]],
        "Folio": own["folio"], "¿En qué zona vive?": own["place"].map(dict(enumerate(ZONES))),
        "Sexo": own["sex"].map(SEX), "¿Cuántos años cumplidos tiene?": own["age"],
        "¿Qué tan seguro se siente en su colonia: mucho, poco o nada?": own["safety"].map(words),
        "Confianza en la policía": own["police"].map({1: "Mucha", 2: "Algo", 3: "Poca", 4: "Nada", 9: "No contesta"}),
        "Confianza en la Marina": own["army"].map({1: "Mucha", 2: "Algo", 3: "Poca", 4: "Nada", 8: "No sabe"}),
        "¿Fue víctima de algún delito?": own["victim"].map(said), "¿Denunció?": own["reported"].map(said),
        "Ponderador": own["weight"] / own["weight"].mean(),
        "Correo electrónico": [f"alguien{number}@ejemplo.mx" for number in range(len(own))],
        "Comentarios": [f"Nada más, {number}: \"gracias\" # =1+1" for number in range(len(own))],
    })  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Respuestas de formulario 1"
    sheet.append(list(table))
    for row in table.itertuples(index=False):
        sheet.append([None if value is None or value != value else value for value in row])
    book.create_sheet("Notas").append(["Levantado por la cámara"])
    book.save(path)
    return path


SURVEY = (
    ("type", "name", "label::Español (es)", "relevant", "constraint"),
    ("start", "start", "", "", ""), ("today", "today", "", "", ""), ("username", "username", "", "", ""),
    ("begin_group", "datos", "Datos", "", ""),
    ("select_one zona", "zona", "Zona de la vivienda", "", ""),
    ("integer", "conglomerado", "Conglomerado", "", ""), ("decimal", "prob_1", "Probabilidad de la manzana", "", ""),
    ("decimal", "prob_2", "Probabilidad de la persona", "", ""),
    ("select_one sexo", "sexo", "Sexo de quien responde", "", ""),
    ("integer", "edad", "¿Cuántos **años** cumplidos tiene?", "", ". >= 18 and . <= 97"),
    ("end_group", "", "", "", ""),
    ("select_one seguro", "seguro", "¿Qué tan seguro se siente en su colonia?", "", ""),
    ("select_one confia", "conf_policia", "¿Cuánta confianza tiene en la policía?", "", ""),
    ("select_one confia", "conf_ejercito", "¿Cuánta confianza tiene en el Ejército?", "", ""),
    ("select_one sino", "victima", "¿Fue víctima de algún delito?", "", ""),
    ("select_one sino", "denuncia", "¿Lo denunció?", "${victima} = 'si'", ""),
    ("select_multiple medio", "medios", "¿Por qué medios se entera?", "", ""),
    ("text", "otro", "Otro, ¿cuál?", "", ""), ("note", "gracias", "Gracias", "", ""),
)  # fmt: skip
CHOICES = (
    ("list_name", "name", "label::Español (es)"),
    ("zona", "n", "Norte"), ("zona", "c", "Centro"), ("zona", "s", "Sur"), ("sexo", "1", "Hombre"),
    ("sexo", "2", "Mujer"),
    ("seguro", "1", "Seguro"), ("seguro", "2", "Poco seguro"), ("seguro", "3", "Nada seguro"),
    ("seguro", "9", "No contesta"), ("confia", "mucha", "Mucha"), ("confia", "poca", "Poca"),
    ("confia", "nada", "Nada"), ("confia", "ns", "No sabe"),
    ("sino", "si", "Sí"), ("sino", "no", "No"), ("sino", "nc", "No contesta"),
    ("medio", "tv", "Televisión"), ("medio", "radio", "Radio"), ("medio", "redes", "Redes sociales"),
    ("medio", "ninguno", "Ninguno"),
)  # fmt: skip


def odk(path: Path) -> tuple[Path, Path]:
    """A CSV as ODK writes it, with its groups and its own columns, and the XLSForm beside it."""
    own = answers(places=3)
    rng = np.random.default_rng(3)
    yes = {1: "si", 2: "no", 9: "nc", 0: ""}
    lists = rng.choice(["tv", "tv radio", "redes", "radio redes", "tv radio redes", "ninguno"], len(own))
    trust = {1: "mucha", 2: "poca", 3: "poca", 4: "nada", 8: "ns", 9: "ns"}
    table = pd.DataFrame({
        "start": own["day"] + "T10:00:00.000-06:00", "today": own["day"], "username": own["interviewer"],
        "datos/zona": own["place"].map(dict(enumerate("ncs"))), "datos/conglomerado": own["psu"],
        "datos/prob_1": np.where(own["stratum"] % 2 == 1, 0.02, 0.03),
        "datos/prob_2": np.round(1 / (40 * own["adults"]), 5),
        "datos/sexo": own["sex"], "datos/edad": own["age"], "seguro": own["safety"],
        "conf_policia": own["police"].map(trust), "conf_ejercito": own["army"].map(trust),
        "victima": own["victim"].map(yes),
        "denuncia": own["reported"].map(yes), "medios": lists,
        "medios/tv": [int("tv" in each) for each in lists],
        "medios/radio": [int("radio" in each) for each in lists],
        "medios/redes": [int("redes" in each) for each in lists],
        "medios/ninguno": [int("ninguno" in each) for each in lists], "otro": "",
        "_id": own["folio"], "_uuid": [f"{number:08x}-aa" for number in range(len(own))],
        "_submission_time": own["day"] + "T23:00:00",
    })  # fmt: skip
    table.to_csv(path, index=False)
    form = path.with_name("formulario.xlsx")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in SURVEY:
        sheet.append(row)
    choices = book.create_sheet("choices")
    for row in CHOICES:
        choices.append(row)
    book.create_sheet("settings").append(["form_title"])
    book.save(form)
    return path, form


def _text(rows: list[tuple[object, ...]], encoding: str = "cp1252") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r").writerows(rows)
    return stream.getvalue().encode(encoding)


def inegi(path: Path) -> Path:
    """A zip as INEGI's: tables with their diccionario de datos and catálogos, line ends of an old Mac."""
    own = answers(places=3)
    table = pd.DataFrame({
        "ID_VIV": [f"0{number:06d}" for number in range(len(own))],
        "ID_PER": [f"0{number:06d}.01" for number in range(len(own))],
        "UPM": [f"08{unit:05d}" for unit in own["psu"]], "VIV_SEL": "01", "CVE_ENT": "08", "NOM_ENT": "CHIHUAHUA",
        "CVE_MUN": own["place"].map(dict(enumerate(("019", "037", "011")))),
        "NOM_MUN": own["place"].map(dict(enumerate(("Chihuahua", "Juárez", "Camargo")))), "PER": "0224",
        "SEXO": own["sex"],
        "EDAD": own["age"].where(own["age"] < 86, 98), "BP1_1": own["safety"].map({1: 1, 2: 2, 3: 2}),
        "BP1_2": own["safety"].map({1: 1, 2: 2, 3: 9}), "BP1_3": own["police"].map({1: 1, 2: 2, 3: 3, 4: 4, 9: 9}),
        "BP1_4": own["army"].map({1: 1, 2: 2, 3: 3, 4: 4, 8: 9}), "FAC_SEL": own["weight"].round(0).astype(int),
        "EST_DIS": own["stratum"].map(lambda number: f"{number:04d}"),
    })  # fmt: skip
    words = {
        "ID_VIV": "Identificador de vivienda seleccionada", "ID_PER": "Identificador del informante seleccionado",
        "UPM": "Unidad primaria de muestreo", "VIV_SEL": "Vivienda seleccionada", "CVE_ENT": "Clave Entidad",
        "NOM_ENT": "Nombre de la Entidad", "CVE_MUN": "Clave Municipio", "NOM_MUN": "Nombre del Municipio",
        "PER": "Periodo de la entrevista", "SEXO": "Sexo", "EDAD": "Edad",
        "BP1_1": "Percepción de seguridad en la ciudad", "BP1_2": "Percepción de seguridad en su casa",
        "BP1_3": "Confianza en la policía municipal", "BP1_4": "Confianza en el Ejército", "FAC_SEL": "Factor",
        "EST_DIS": "Estrato de diseño",
    }  # fmt: skip
    trust = {1: "Mucha confianza", 2: "Algo de confianza", 3: "Algo de desconfianza", 4: "Mucha desconfianza",
             9: "No sabe / no responde"}  # fmt: skip
    codes: Mapping[str, Mapping[object, str]] = {
        "SEXO": SEX, "BP1_1": {1: "seguro?", 2: "inseguro?", 9: "No sabe / no responde"},
        "BP1_2": {1: "seguro?", 2: "inseguro?", 9: "No sabe / no responde"},
        "BP1_3": trust, "BP1_4": trust, "PER": {"0224": "Periodo"},
        "EDAD": {"18,...,96": "años", 98: "Edad no especificada en personas de 18 años o más"},
        "CVE_MUN": {"001,...,570": "Catálogo de municipio"},
    }  # fmt: skip
    top = "conjunto_de_datos_ensu_cb_0624"
    rows: list[tuple[object, ...]] = [("NOMBRE_CAMPO", "NEMONICO", "TIPO", "LONGITUD", "RANGO_CLAVES")]
    for name, label in words.items():
        rows += [(label, name, "Carácter", 2, code) for code in codes.get(name, {"": ""})]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0_indice_tablas_ensu0624.csv", _text([("Nombre de archivo", "Título"), (top, "Principal")]))
        data: list[tuple[object, ...]] = [tuple(table), *table.itertuples(index=False, name=None)]
        archive.writestr(f"{top}/conjunto_de_datos/{top}.csv", _text(data))
        archive.writestr(f"{top}/diccionario_de_datos/diccionario_de_datos_ensu_cb_0624.csv", _text(rows))
        for name, labels in codes.items():
            listed: list[tuple[object, ...]] = [(name, "descrip"), *labels.items()]
            archive.writestr(f"{top}/catalogos/{name.lower()}.csv", _text(listed))
        archive.writestr(f"{top}/metadatos/metadatos_ensu_cb_0624.txt", "Título: ENSU\r")
        archive.writestr(
            "conjunto_de_datos_ensu_viv_0624/conjunto_de_datos/conjunto_de_datos_ensu_viv_0624.csv",
            _text([("ID_VIV", "P1_1", "FAC_VIV"), *((f"0{number:06d}", 1, 100) for number in range(300))]),
        )
    return path
