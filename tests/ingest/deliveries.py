"""A small study in a folder of its own, and a good delivery to break."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from pulsometro.study import Study, load_study

PARAMS = """\
study:
  title: "Estudio de prueba"
  short_title: "Prueba"
  population: "personas de 18 años y más"
  area: "la zona"
  area_short: "la zona"
  producer: "Nadie"
current_wave: "2020T1"
waves:
  "2020T1":
    edition: 1
    period: "enero de 2020"
    fieldwork: {start: "2020-01-06", end: "2020-01-31"}
    file: "datos.csv"
municipalities:
  - {cve_geo: "01001", name: "Río Alto", short: "Río Alto", tile: [0, 0], aliases: ["R. Alto"]}
  - {cve_geo: "01002", name: "San Ángel de la Peña", short: "San Ángel", tile: [1, 0]}
check:
  area: municipio
  interviews_per_area: 30
  roles: {date: fecha, interviewer: entrevistador, duration: duracion, phone: telefono}
weighting:
  base: {kind: telephone_completes}
  within: municipio
  control_totals: {file: totals.csv, source: nobody}
estimation:
  se: taylor
  domains: [[], [municipio]]
change: {alpha: 0.05, adjust: BH, covariance: overlap}
publish: {release: false}
report:
  whole: "la zona"
  people: "personas"
  headline: {indicator: sin_confianza}
  findings: [{indicator: sin_confianza}]
  trust: {title: "Confianza", indicators: [confianza], names: {confianza: "Confianza"}, levels: ["mucha"]}
"""

QUESTIONNAIRE = """\
wave: "2020T1"
fieldwork: {mode: telefónica}
scales:
  confianza:
    codes: {1: mucha, 2: algo, 3: poca, 4: nada}
    missing: {8: no_sabe, 9: no_contesta}
items:
  municipio: {text: "¿Dónde vive?", label: Municipio, kind: area, required: true}
  fecha: {text: Fecha, label: Fecha, kind: date, private: true}
  entrevistador: {text: Clave, label: Clave, kind: text, private: true}
  telefono: {text: Teléfono, label: Teléfono, kind: text, private: true}
  duracion: {text: Minutos, label: Minutos, kind: number, private: true}
  sexo: {text: Sexo, label: Sexo, codes: {1: hombre, 2: mujer}, required: true}
  edad:
    {text: Edad, label: Edad, kind: integer, range: [18, 97], missing: {998: no_sabe}, required: true}
  grupo:
    text: Grupo
    label: Grupo
    codes: {1: jóvenes, 2: mayores}
    missing: {8: no_sabe}
    derived: {source: edad, ranges: {1: [18, 39], 2: [40, 97]}}
  conf_a: {text: "¿Cuánta confianza en A?", label: A, scale: confianza}
  conf_b: {text: "¿Cuánta confianza en B?", label: B, scale: confianza}
  conf_c: {text: "¿Cuánta confianza en C?", label: C, scale: confianza}
  conf_d: {text: "¿Cuánta confianza en D?", label: D, scale: confianza}
  victima: {text: "¿Víctima?", label: Víctima, codes: {1: sí, 2: no}, missing: {8: no_sabe, 9: no_contesta}}
  denuncia:
    text: "¿Denunció?"
    label: Denuncia
    codes: {1: sí, 2: no}
    missing: {7: no_aplica, 8: no_sabe, 9: no_contesta}
    ask_if: victima == 1
delivery:
  respondent: FOLIO
  columns:
    municipio: MUN
    fecha: FECHA
    entrevistador: ENC
    telefono: TEL
    duracion: MINUTOS
    sexo: SEXO
    edad: EDAD
    conf_a: P1
    conf_b: P2
    conf_c: {name: P3, codes: {4: 1, 3: 2, 2: 3, 1: 4}}
    conf_d: P4
    victima: P5
    denuncia: P5A
"""

LABELS = {
    "SEXO": {1: "Hombre", 2: "Mujer"},
    "P1": {1: "Mucha", 2: "Algo", 3: "Poca", 4: "Nada", 8: "NS", 9: "NC"},
    "P2": {1: "Mucha", 2: "Algo", 3: "Poca", 4: "Nada", 8: "NS", 9: "NC"},
    "P3": {4: "Mucha", 3: "Algo", 2: "Poca", 1: "Nada", 8: "NS", 9: "NC"},
    "P4": {1: "Mucha", 2: "Algo", 3: "Poca", 4: "Nada", 8: "NS", 9: "NC"},
    "P5": {1: "Sí", 2: "No", 8: "NS", 9: "NC"},
    "P5A": {1: "Sí", 2: "No", 8: "NS", 9: "NC"},
}


def good(rows: int = 60, seed: int = 1) -> pd.DataFrame:
    """A delivery in the firm's columns and codes, nothing wrong with it."""
    rng = np.random.default_rng(seed)
    victim = rng.choice([1, 2], rows, p=[0.3, 0.7])
    return pd.DataFrame(
        {
            "FOLIO": [f"F{number:05d}" for number in range(1, rows + 1)],
            "MUN": np.where(np.arange(rows) % 2 == 0, "Río Alto", "SAN ANGEL DE LA PEÑA "),
            "FECHA": [f"2020-01-{6 + number % 20:02d}" for number in range(rows)],
            "ENC": [f"E{number % 4}" for number in range(rows)],
            "TEL": [f"81{number:08d}" for number in rng.choice(10**7, rows, replace=False)],
            "MINUTOS": np.round(rng.normal(15, 3, rows).clip(5), 1),
            "SEXO": rng.choice([1, 2], rows),
            "EDAD": rng.integers(18, 90, rows),
            **{name: rng.choice([1, 2, 3, 4, 8, 9], rows, p=[0.25, 0.3, 0.2, 0.2, 0.03, 0.02]) for name in
               ("P1", "P2", "P3", "P4")},
            "P5": victim,
            "P5A": np.where(victim == 1, rng.choice([1, 2], rows), np.nan),
            "OTRA": rng.choice([1, 2], rows),
        }
    )  # fmt: skip


def write_study(folder: Path, file: str = "datos.csv", edit: Callable[[str], str] = str) -> Study:
    """The study's files under ``folder``; ``edit`` changes the questionnaire's text first."""
    (folder / "questionnaires").mkdir(parents=True, exist_ok=True)
    (folder / "raw" / "2020T1").mkdir(parents=True, exist_ok=True)
    (folder / ".pulso").mkdir(exist_ok=True)
    (folder / ".pulso" / "telephones.key").write_text("0f" * 32, encoding="ascii")
    (folder / "params.yaml").write_text(PARAMS.replace("datos.csv", file), encoding="utf-8")
    (folder / "questionnaires" / "2020T1.yaml").write_text(edit(QUESTIONNAIRE), encoding="utf-8")
    return load_study(folder)


def write_csv(frame: pd.DataFrame, path: Path, **options: object) -> None:
    """Write blanks where answers are missing and whole numbers without a point."""
    whole = frame.assign(P5A=frame["P5A"].astype("Int64")) if "P5A" in frame else frame
    whole.to_csv(path, index=False, **options)  # type: ignore[call-overload]


def write_sav(frame: pd.DataFrame, path: Path, labels: dict | None = None, **options: object) -> None:
    """Write SPSS with value labels and 8, 9 as user-missing."""
    used = LABELS if labels is None else labels
    pyreadstat.write_sav(
        frame, str(path), variable_value_labels={k: v for k, v in used.items() if k in frame},
        missing_ranges={"P1": [8, 9]} if "P1" in frame else None, **options,
    )  # fmt: skip


def prepared(folder: Path, frame: pd.DataFrame | None = None, edit: Callable[[str], str] = str) -> Study:
    """A study with its delivery as a UTF-8 CSV."""
    study = write_study(folder, edit=edit)
    write_csv(good() if frame is None else frame, study.raw("2020T1"))
    return study
