"""A study of means, medians, totals, pesos and years: each printed number is in its own unit, and none is a percentage.

Its headline is a mean of 0 to 10, which was printed "611 %" on the map; its findings are a median of pesos, a total of
persons and a calendar year; its batteries are means, and options of a multiple answer.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from pulsometro.reporting.charts import card_words, pictures
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.reporting.language import battery_sentences
from pulsometro.reporting.printed_index import Printed, read_printed
from pulsometro.reporting.row_key import RowKey
from pulsometro.settings.report_settings import Measure
from pulsometro.style.spanish import NBSP
from tests import tiny_study

pytestmark = pytest.mark.slow

NOTES = {
    f"nota_{name}": {
        "text": f"De 0 a 10, ¿cómo califica a {name}?", "label": f"Calificación de {name}", "kind": "integer",
        "range": [0, 10], "missing": {99: "no_contesta"},
    }
    for name in ("alcalde", "policia")
}  # fmt: skip
OPTIONS = {
    f"problema_{code}": {
        "text": f"¿Es problema: {name}?", "label": name, "codes": {1: "sí", 2: "no"}, "missing": {9: "no_contesta"},
    }
    for code, name in ((1, "basura"), (2, "ruido"), (3, "agua"))
}  # fmt: skip
SILENT = {"nac": {"text": "¿En qué año nació?", "label": "Año de nacimiento", "kind": "integer", "range": [1900, 2010]}}
INDICATORS: dict[str, Any] = {
    "nota": {"name": "Calificación del alcalde", "kind": "mean", "direction": "up_is_good", "item": "nota_alcalde"},
    "nota_policia": {"name": "Calificación de la policía", "kind": "mean", "direction": "up_is_good",
                     "item": "nota_policia"},
    "mediana": {"name": "Gasto en seguridad", "kind": "median", "direction": "up_is_bad", "item": "pesos",
                "unit": "pesos", "decimals": 0},
    "caro": {"name": "Gasto de quien más gasta", "kind": "quantile", "at": 0.9, "direction": "up_is_bad",
             "item": "pesos", "unit": "pesos"},
    "personas": {"name": "Víctimas", "kind": "share", "direction": "up_is_bad", "item": "victima", "categories": [1],
                 "category": "sí", "statistics": ["total"]},
    "suma": {"name": "Gasto de todos", "kind": "mean", "direction": "neutral", "item": "pesos",
             "statistics": ["total"], "unit": "pesos"},
    "nacimiento": {"name": "Año de nacimiento", "kind": "mean", "direction": "neutral", "item": "nac", "unit": "año"},
    "reprueba": {"name": "Reprueba al alcalde", "kind": "share", "direction": "up_is_bad", "item": "nota_alcalde",
                 "range": [0, 5], "category": "0 a 5", "singular": "lo reprueba", "plural": "lo reprueban"},
    **{f"problema_{n}": {"name": name, "kind": "share", "direction": "up_is_bad", "item": f"problema_{n}",
                         "categories": [1], "category": "sí", "singular": "lo menciona", "plural": "lo mencionan"}
       for n, name in ((1, "La basura"), (2, "El ruido"), (3, "El agua"))},
}  # fmt: skip
REPORT = {
    "headline": {"indicator": "nota"},
    "findings": [{"indicator": name} for name in ("nota", "mediana", "personas", "suma", "nacimiento", "caro")],
    "topics": [{"name": "Calificaciones", "indicators": ["nota", "nota_policia", "reprueba"]},
               {"name": "Dinero", "indicators": ["mediana", "caro", "suma", "nacimiento"]}],
    "batteries": [
        {"title": "Calificaciones", "means": ["nota_alcalde", "nota_policia"], "verb": "gusta",
         "spoken": {"nota_policia": "la policía"}},
        {"title": "Problemas de la colonia", "options": "problema", "verb": "preocupa"},
        {"title": "Un solo problema", "indicators": ["problema_1"], "verb": "preocupa"},
        {"title": "Confianza", "items": ["conf_a"], "levels": ["mucha"]},
    ],
}  # fmt: skip


def answers(wave: str) -> pd.DataFrame:
    """The tiny study's answers with grades, years and options; the north grades worst, the basura is said by most."""
    table, rng = tiny_study.rows(wave), np.random.default_rng(len(wave) + int(wave[-1]))
    place = table["municipio"].map({code: at for at, code in enumerate(tiny_study.PLACES)}).to_numpy()
    later = wave == tiny_study.WAVES[-1]
    said = {f"problema_{n}": np.where(rng.random(len(table)) < share, 1, 2)
            for n, share in ((1, 0.51), (2, 0.31), (3, 0.04))}  # fmt: skip
    return table.assign(
        nota_alcalde=np.clip(np.round(rng.normal(5 + place + 0.8 * later, 2)), 0, 10).astype(int),
        nota_policia=np.clip(np.round(rng.normal(7.9, 1.5, len(table))), 0, 10).astype(int),
        nac=rng.integers(1950, 2003, len(table)), pesos=rng.gamma(9, 1500, len(table)).round(0).astype(int), **said,
    )  # fmt: skip


def write(folder: Path, report: dict[str, Any]) -> Path:
    """The tiny study with these answers, indicators and report."""
    tiny_study.write_study(folder, {"report": report, "release": None, "publish": {"release": False}})
    asked, known = tiny_study.questionnaire(), tiny_study.indicators()
    asked["items"] |= NOTES | OPTIONS | SILENT
    asked["delivery"]["columns"] |= {name: name for name in NOTES | OPTIONS | SILENT}
    known["indicators"] |= INDICATORS
    tiny_study.dump(asked, folder / "questionnaires/base.yaml")
    tiny_study.dump(known, folder / "questionnaires/indicators.yaml")
    for wave in tiny_study.WAVES:
        answers(wave).to_csv(folder / f"raw/{wave}/datos.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study from deliveries to pages."""
    made = write(tmp_path_factory.mktemp("unidades"), REPORT)
    tiny_study.make(made, reports=False)
    return made


@pytest.fixture(scope="module")
def edition(folder: Path) -> Edition:
    """Its last wave."""
    return load_edition(tiny_study.load_study(folder), tiny_study.WAVES[-1])


def rows(folder: Path) -> list[tuple[Printed, RowKey]]:
    """Every number of a row that any file prints."""
    found = [row for path in sorted((folder / "processed/printed").glob("*.parquet")) for row in read_printed(path)]
    return [(row, RowKey.parse(row.key)) for row in found if row.key.count("|") >= 5]


def test_no_number_of_a_mean_median_or_total_is_a_percentage(folder: Path) -> None:
    told = rows(folder)
    shares = {name for name, own in INDICATORS.items() if own["kind"] == "share"}
    others = [(row, key) for row, key in told if key.indicator in {*INDICATORS} - shares | {"personas"}]
    assert {key.statistic for _, key in others} == {"mean", "quantile", "total"}
    assert {"html", "pdf", "docx", "pptx"} <= {row.format for row, _ in others}
    wrong = [(row.page, row.text) for row, _ in others if "%" in row.text]
    assert not wrong
    for row, key in others:
        numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", row.text)
        if row.field == "estimate" and numbers and key.indicator == "nota":
            assert 0 <= float(numbers[0]) <= 10, row
        if row.field == "estimate" and key.indicator == "nacimiento":
            # A calendar year has no thousands and no decimals.
            assert re.search(r"(?<![\d,])19\d\d(?![\d,.])", row.text), row
        if row.field == "estimate" and key.indicator in ("personas", "suma") and row.format != "xlsx":
            assert "." not in numbers[0], row
    assert any(key.indicator == "reprueba" and row.text.endswith("%") for row, key in told)


def test_sentences_say_statistic_and_unit(folder: Path, edition: Edition) -> None:
    brief = (folder / "reports/site/2021T2/brief.html").read_text("utf-8")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", brief).replace("&nbsp;", " ").replace(NBSP, " "))
    assert re.search(r"Calificación del alcalde, promedio: 6\.\d", said)
    assert re.search(r"1\d,\d{3} pesos ±\s?\d{2,3} pesos", said) and "Gasto en seguridad, mediana" in said
    assert "Gasto de quien más gasta, percentil 90" in said
    assert re.search(r"\d{2},\d{3} personas", said) and "Víctimas, total" in said
    assert "Más oscuro: cifra mayor." in said and "porcentaje mayor" not in said
    assert not re.search(r"\bpp\b", said.split("Cómo se hizo")[0].split("Problemas")[0])
    for measure in edition.settings.findings:
        estimate = edition.whole(measure)
        assert estimate is not None
        card = card_words.card(edition, measure, estimate)
        assert "%" not in card.number.plain and edition.named(measure) in card.said


def test_pictures_are_in_their_units(edition: Edition, tmp_path: Path) -> None:
    pesos = Measure("mediana", "0.5", "quantile")
    for name, measure, unit in (("notas", edition.settings.headline, ""), ("pesos", pesos, "pesos")):
        assert measure is not None
        pictures.draw_map(edition, measure, tmp_path, f"{name}-mapa")
        pictures.draw_places(edition, measure, tmp_path, f"{name}-lugares")
        pictures.draw_series(edition, measure, tmp_path, name=f"{name}-serie")
        for kind in ("mapa", "lugares", "serie"):
            svg = (tmp_path / f"{name}-{kind}.svg").read_text("utf-8")
            words = re.findall(r">([^<>]+)<", svg)
            assert not any("%" in each or "pp" in each.split() for each in words), (name, kind)
            assert not unit or any(unit in each for each in words), (name, kind)
    # Text drawn outside of its picture would be cut off: a telephone's axis has room for pesos.
    svg = (tmp_path / "pesos-serie-narrow.svg").read_text("utf-8")
    assert re.search(r"\d\d,000", svg)


def test_batteries_of_means_of_options_and_of_one(folder: Path, edition: Edition, tmp_path: Path) -> None:
    means, options, one, level = edition.batteries
    assert [battery.kind for battery in edition.batteries] == ["figures", "shares", "shares", "levels"]
    leaders = battery_sentences.leaders(edition, options)
    assert leaders is not None and leaders.plain == "La basura es lo que más preocupa"
    assert re.fullmatch(r"Problemas de la colonia: La basura va adelante, con el 5\d.%",
                        battery_sentences.heading(edition, options).plain)  # fmt: skip
    assert battery_sentences.heading(edition, means).plain.startswith("Calificaciones: La policía va adelante, con 7.")
    # One item is compared with nothing.
    assert battery_sentences.leaders(edition, one) is None
    assert battery_sentences.heading(edition, one).plain == "Un solo problema"
    page = (folder / "reports/site/secciones/comparaciones.html").read_text("utf-8")
    assert all(battery.title in page for battery in edition.batteries)
    assert not (folder / "reports/site/secciones/confianza.html").exists()
    assert "confianza.html" not in (folder / "reports/site/index.html").read_text("utf-8")
    for battery in (options, level):
        pictures.draw_battery(edition, battery, tmp_path)
        assert _lengths_are_shares(edition, (tmp_path / f"{battery.key}.svg").read_text("utf-8"), battery)


def _lengths_are_shares(edition: Edition, svg: str, battery: Any) -> bool:
    """Whether bars of one level are as long as their shares: their lengths are in the proportion of the figures."""
    bars = [parts[0] for _, parts in battery_sentences.complete_rows(edition, battery)]
    drawn = []
    for path in re.findall(r'<g class="hot".*?<path d="([^"]+)"', svg, flags=re.S):
        across = [float(x) for x in re.findall(r"[ML]([\d.]+) ", path)]
        drawn.append(max(across) - min(across))
    assert len(drawn) == len(bars)
    shares = [bar.estimate for bar in bars if bar]
    room = [(wide + 1.5) / share for wide, share in zip(drawn, shares, strict=True)]
    return max(room) - min(room) < 0.02 * max(room) and max(drawn) < 0.95 * max(room)


def test_the_workbook_has_units_and_no_percent_of_pesos(folder: Path) -> None:
    book = load_workbook(folder / "reports/site/2021T2/tabulados.xlsx")
    money = [[cell.value for cell in row] for row in book["Dinero"].iter_rows(min_row=5)]
    told = {row[0]: row for row in money if row[1] and "Entrevistas" not in str(row[1])}
    assert told["Gasto en seguridad"][1] == "Mediana, pesos" and 9_000 < told["Gasto en seguridad"][2] < 16_000
    assert told["Gasto de quien más gasta"][1] == "Percentil 90, pesos"
    assert told["Gasto de todos"][1] == "Total, pesos" and told["Gasto de todos"][2] > 1e8
    assert 1970 < told["Año de nacimiento"][2] < 1985
    assert "porcentaje" not in str(book["Dinero"]["A2"].value)
    formats = {cell.number_format for row in book["Dinero"].iter_rows(min_row=5) for cell in row[2:]}
    assert not any("%" in each for each in formats)


def test_a_median_is_compared_only_where_its_interval_does_not_step(folder: Path) -> None:
    changes = pd.read_parquet(folder / "processed/series/changes.parquet")
    quantiles = changes[changes["statistic"] == "quantile"]
    # Pesos of thousands of different amounts are compared; grades of 0 to 10 would not be (below).
    assert set(quantiles["indicator"]) == {"mediana", "caro"} and quantiles["p"].notna().any()
    differences = pd.read_parquet(folder / "processed/series/differences.parquet")
    assert "quantile" not in set(differences["statistic"])


def test_headline_csv_is_no_percentage(folder: Path) -> None:
    table = pd.read_csv(folder / "processed/series/headline.csv")
    assert list(table.columns) == ["wave", "period", "estimate", "ci_low", "ci_high"]
    assert table["estimate"].between(0, 10).all()


def test_a_report_without_any_block_says_nothing_of_them(tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    tiny_study.make(folder, reports=False)
    site = folder / "reports/site"
    pages = {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")}
    assert not any("confianza" in name or "comparaciones" in name for name in pages)
    body = {name: re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.S) for name, page in pages.items()}
    for name, words in body.items():
        told = r"cifra principal|hallazgo|Tarjetas|corporaci|se distingue|No hay cifras|contestaron la"
        told += "" if name.endswith("calidad.html") else "|[Nn]o se declaró"
        assert not re.search(told, words), (name, re.search(told, words))
    assert "Encuesta de Valle Chico, junio de 2021" in body["2021T2/brief.html"]
    assert "Cómo se hizo" in body["2021T2/brief.html"]
