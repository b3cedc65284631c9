"""The quality page says first what to do, in the words of the study, whatever the verdict."""

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from pulsometro.check import stage
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.report.labels import words
from pulsometro.check.report.sample_strips import strips
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.stage import run
from pulsometro.study import Study
from pulsometro.study.withheld import WaveWithheld
from pulsometro.style.theme import Theme, load_theme
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

WAVE = "2020T1"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def _page(study: Study, engine: Engine) -> str:
    run(study, WAVE)
    stage.check_wave(study, WAVE, engine)
    return study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")


def test_a_good_delivery_asks_for_nothing(tmp_path: Path, engine: Engine) -> None:
    page = _page(d.prepared(tmp_path), engine)
    assert "<h1>La entrega de enero de 2020 puede seguir: no hay nada urgente</h1>" in page
    assert "Nada pide atención antes de publicar" in page
    assert "60 entregadas = 60 aceptadas + 0 en cuarentena" in page


def test_a_stopped_one_says_what_to_do_first_in_the_studys_words(tmp_path: Path, engine: Engine) -> None:
    frame = d.good().assign(EDAD=lambda f: f["EDAD"].mask(f.index == 1, 150), P1=[9] * 40 + [1] * 20)
    page = _page(d.prepared(tmp_path, frame[frame["MUN"] != "Río Alto"]), engine)
    assert "está detenida: 2 reglas críticas no se cumplen" in page
    first = page[page.index('<ol class="todo">') :]
    assert first.index("Crítica") < first.index("Advertencia")
    assert "Hay entrevistas en cada municipio del estudio. " in first
    assert "No se cumple en 1 caso: Río Alto" in first
    assert "«A»" in first or "No se cumple en 1 caso: A" in first
    assert "1 por: valor fuera de rango en «Edad»" in page
    assert f"pulso check {WAVE} --accept REGLA" in page


def test_a_refused_one_shows_the_sentence_and_the_way_on(tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path, d.good().assign(P1=6))
    with pytest.raises(WaveWithheld):
        run(study, WAVE)
    stage.check_wave(study, WAVE, engine)
    page = study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")
    assert "La entrega de enero de 2020 no se pudo leer" in page
    assert "is a code that the crosswalk does not know" in page
    assert "docs/trimestre.md" in page


def test_a_signed_exception_is_shown_and_no_longer_asked_for(tmp_path: Path, engine: Engine) -> None:
    study = d.prepared(tmp_path, d.good().iloc[:50])
    assert "sample.target" in _page(study, engine)
    stage.accept(study, WAVE, "sample.target", "se acordó con la casa un levantamiento más corto")
    page = study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")
    signed = page[page.index("Excepciones firmadas") :]
    assert "se acordó con la casa" in signed
    assert "sample.target" not in page[: page.index("Excepciones firmadas")]


def test_what_is_particular_of_the_file_is_told_in_spanish(tmp_path: Path, engine: Engine) -> None:
    frame = d.good().assign(SEXO=lambda f: "0" + f["SEXO"].astype(str))
    study = d.prepared(
        tmp_path, frame, lambda t: t.replace("delivery:\n", 'delivery:\n  known: ["El folio es de la casa."]\n')
    )
    d.write_csv(frame, study.raw(WAVE), quoting=1, lineterminator="\r")
    page = _page(study, engine)
    for words_ in (
        "Todo llega entre comillas",
        "ceros a la izquierda",
        "«Denuncia»",
        "El folio es de la casa.",
        "CR solo",
    ):
        assert words_ in page


def test_long_tables_fold_and_lose_nothing(tmp_path: Path, engine: Engine) -> None:
    extra = pd.DataFrame({f"EXTRA_{number:02d}": [1] * 60 for number in range(30)})
    study = d.write_study(tmp_path, "a.sav")
    frame = pd.concat([d.good(), extra], axis=1)
    pyreadstat.write_sav(frame, str(study.raw(WAVE)), column_labels=[f"Pregunta {name}" for name in frame])
    page = _page(study, engine)
    assert "Ver los otros 19" in page
    assert all(f"Pregunta EXTRA_{number:02d}" in page for number in range(30))


def test_columns_without_a_label_are_one_line(tmp_path: Path, engine: Engine) -> None:
    page = _page(d.prepared(tmp_path, d.good().assign(OTRA_MAS=1)), engine)
    assert "OTRA, OTRA_MAS" in page


def test_keys_are_read_as_names(tmp_path: Path) -> None:
    said = words(d.prepared(tmp_path), WAVE)
    assert said.keys("sample.composition", ["01001/sexo/1", "01002/sexo/2"]) == (
        "Río Alto, «Sexo», hombre; San Ángel de la Peña, «Sexo», mujer"
    )
    assert said.key("metadata.label_swapped", "P1/conf_a/9") == "P1, «A», 9"
    assert said.key("near_duplicates", "01001") == "01001"


def test_a_strip_says_in_words_what_it_draws(tmp_path: Path) -> None:
    questionnaire = d.prepared(tmp_path).questionnaire(WAVE)
    row = {"item": "sexo", "code": 1, "population": 0.5, "allowed": 0.1}
    rows = [
        {**row, "area": "01001", "sample": 0.47, "outside": False},
        {**row, "area": "01002", "sample": 0.65, "outside": True},
    ]
    (strip,) = strips(rows, questionnaire, {"01001": "Río Alto", "01002": "San Ángel"})
    assert strip.label == "hombre"
    assert strip.said == "de −3.0 a +15.0 puntos; fuera de lo esperado: San Ángel (+15.0)"
    assert [dot.left for dot in strip.dots] == [40.0, 100.0]
    assert (strip.band_left, strip.band_width) == (pytest.approx(16.67), pytest.approx(66.66))


@pytest.mark.parametrize("words", ["color: red", 'color: {primary: "#ffee00"}', "- lista"])
def test_a_wrong_brand_stops_no_check(words: str, tmp_path: Path, engine: Engine) -> None:
    """The reports stop and say so; a supervisor still reads what the delivery asks for."""
    study = d.prepared(tmp_path)
    folder = study.brands / study.params.report.brand
    folder.mkdir(parents=True)
    (folder / "_brand.yml").write_text(words, encoding="utf-8")
    with pytest.raises(PulsoError):
        load_theme(study.brands, study.params.report.brand)
    page = _page(study, engine)
    assert f"--accent:{Theme().accent}" in page and "no hay nada urgente" in page
