"""Whole small studies of other designs, from deliveries to pages: what was not done is on no page."""

import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from tests import tiny_study

pytestmark = pytest.mark.slow

LONG = "Heroica Ciudad de San Juan Bautista de los Remedios del"
CHANGES = r"▲ sube|solo los cambios|lo que cambió|[Ll]os cambios se calculan|Veredictos:|diferencia entre ediciones"


def words(folder: Path) -> dict[str, str]:
    """The words of every page by its address."""
    found = {}
    for path in sorted((folder / "reports/site").rglob("*.html")):
        page = path.read_text(encoding="utf-8")
        body = re.sub(r"<(script|style)\b.*?</\1>", " ", page[page.index("<main") :], flags=re.S)
        found[path.relative_to(folder / "reports/site").as_posix()] = unescape(re.sub(r"<[^>]+>", " ", body))
    return found


def test_a_first_edition_of_two_stages_face_to_face(tmp_path: Path) -> None:
    changed = {
        "waves.2021T2": None, "current_wave": "2021T1", "weighting.strata": "estrato", "weighting.psu": "upm",
        "weighting.base": {"kind": "area", "probabilities": ["p1", "p2"]},
        # Made probabilities: what they add up to is no population of the table.
        "weighting.population": {"persons": 241_000},
    }  # fmt: skip
    tiny_study.make(tiny_study.write_study(tmp_path, changed, {"fieldwork.mode": "cara a cara"}), reports=False)
    pages = words(tmp_path)
    said = " ".join(pages.values())
    assert not re.search(CHANGES, said)
    assert not re.search(r"[Tt]eléfono|[Tt]elefónica|números elegibles|[Cc]alibra(?:n|da|dos)\b|réplica,|simulad", said)
    assert "48 unidades primarias, de 6 estratos" in re.sub(r"\s+", " ", pages["2021T1/metodologia.html"])
    assert "Es la primera edición" in pages["2021T1/brief.html"]
    quality = pages["2021T1/calidad.html"]
    assert "Lo que esta edición no tiene" in quality and "Los pesos no se calibraron" in quality
    assert not re.search(r"En qué terminaron|A quién no alcanza|Los totales de población|Si los cálculos", quality)


def test_weights_given_names_of_54_letters_and_a_missing_edition(tmp_path: Path) -> None:
    places = [
        {"cve_geo": code, "name": f"{LONG} {mark}", "short": f"{LONG} {mark}", "tile": [at, 0]}
        for at, (code, mark) in enumerate(zip(tiny_study.PLACES, "ABC", strict=True))
    ]
    changed = {
        "weighting.base": {"kind": "given", "weight": "factor"}, "weighting.control_totals": None,
        "weighting.within": None, "weighting.strata": None, "municipalities": places, "waves.2021T2.edition": 3,
        "waves.2021T1.simulated": False,
    }  # fmt: skip
    tiny_study.make(tiny_study.write_study(tmp_path, changed), reports=False)
    pages = words(tmp_path)
    assert "factor de expansión que entrega" in pages["2021T2/calidad.html"]
    assert "Los pesos no se calibraron" in pages["2021T2/calidad.html"]
    # Each rule of who does not answer with its indicators; a table of shares and means has no unit over all.
    method = re.sub(r"\s+", " ", pages["2021T2/metodologia.html"])
    assert "no sabe y no contesta quedan fuera de la base. En «Fue víctima», no" in method
    tables = [page for name, page in pages.items() if name.startswith("secciones/municipios/")]
    assert tables and all("salvo donde el renglón dice su unidad" in page and ", %" not in page for page in tables)
    assert not any("Cambio, pp" in page for page in tables)
    said = " ".join(pages.values())
    assert not re.search(r"primera medición|de su municipio|Del peso base|se calibran", said)
    # The second edition is not here: no line leads from the first to the third.
    assert "Falta una edición antes de junio de 2021" in (tmp_path / "reports/site/2021T2/brief.html").read_text(
        "utf-8"
    )


def test_a_simulated_study_of_districts_says_nothing_that_was_true_of_another(tmp_path: Path) -> None:
    """Two stages, a design that changed, simulated from nothing published, an interview without who asked."""
    changed = {
        "weighting.strata": "estrato", "weighting.psu": "upm", "weighting.population": {"persons": 241_000},
        "weighting.base": {"kind": "area", "probabilities": ["p1", "p2"]},
        "weighting.replicates": {"method": "jkn", "n": 30, "fpc": "upms"}, "estimation.se": "replicates",
        "check.roles": {"interviewer": "entrevistador"}, "report.place_word": "distrito",
        "report.places_word": "distritos", "waves.2021T1.simulated": True, "waves.2021T2.simulated": True,
    }  # fmt: skip
    asked = {"fieldwork.mode": "cara a cara en vivienda", "fieldwork.breaks": {"2021T2": "otro marco de manzanas"},
             "items.municipio.label": "Distrito"}  # fmt: skip
    folder = tiny_study.write_study(tmp_path, changed, asked)
    for wave in tiny_study.WAVES:
        delivered = folder / "raw" / wave / "datos.csv"
        table = pd.read_csv(delivered, dtype=str)
        table.loc[0, "entrevistador"] = None
        table.to_csv(delivered, index=False)
    tiny_study.make(folder, reports=False)
    pages = words(folder)
    assert "Los datos son simulados: no son respuestas de personas" in re.sub(
        r"\s+", " ", pages["2021T2/brief.html"].replace("de marzo de 2021 y junio de 2021 ", "")
    )
    assert "Las entrevistas que no dicen quién preguntó no cuentan aquí" in pages["2021T2/calidad.html"]
    assert "otro marco de manzanas" in pages["2021T2/brief.html"].lower()
    released = {path.name: path.read_text("utf-8") for path in (folder / "processed/release/2021T2").iterdir()
                if path.suffix in {".md", ".html"}}  # fmt: skip
    foreign = (
        r"claves de lugar|CONAPO|Nuevo León|Monterrey|se calibraron con las cifras|[Ll]a pregunta cambió|"
        r"Probabilidad de la|[Ll]lamada|[Tt]elef[oó]n|municipio"
    )
    for name, page in {**pages, **released}.items():
        # Labels and names of the questionnaire's own items.
        for own in ("Otro teléfono", "Teléfono", *(["municipio"] if name in released else [])):
            page = page.replace(own, "")
        found = re.search(f".{{0,60}}(?:{foreign}).{{0,60}}", page)
        assert found is None, f"{name}: {found[0] if found else ''}"


def test_people_who_answer_by_themselves_are_not_interviewed(tmp_path: Path) -> None:
    changed = {"weighting.base": {"kind": "given", "weight": "factor"}, "weighting.control_totals": None,
               "weighting.within": None, "weighting.strata": None, "weighting.scale": "relative",
               "publish.release": False, "release": None}  # fmt: skip
    asked = {"fieldwork.mode": "autoaplicada en línea", "fieldwork.frame": "un panel"}
    tiny_study.make(tiny_study.write_study(tmp_path, changed, asked, totals=False), reports=False)
    pages = words(tmp_path)
    said = " ".join(pages.values())
    assert not re.search(
        r"entrevista autoaplicada|Encuesta por entrevista|no se leen|se entregan a quien los pide", said
    )
