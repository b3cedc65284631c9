"""The account in words: every step that was taken, with the numbers of its entry."""

from dataclasses import replace
from typing import Any

import pytest

from pulsometro.reporting.pages.quality.weighting_words import cell_of, describe
from pulsometro.weighting.chain import weigh
from pulsometro.weighting.record import AreaTrim, TrimRecord, WeightingRecord
from tests.weighting.editions import attempts, inputs, responses, settings

PLACES = {"19018": "García", "19019": "San Pedro"}
ATTEMPTS = {"number": "number", "attempt": "attempt", "disposition": "disposition"}
LABELS = {"age_item": "edad", "age_item 3": "45–64", "age_item 4": "65 y más", "sex_item 2": "mujer"}
TWO = {"margins": [{"items": ["sex_item"]}, {"items": ["age_item"]}], "min_respondents": 10}


def said(place_word: str = "municipio", **declared: Any) -> str:
    """What is said of the made-up edition weighed with these settings and inputs."""
    given = {key: declared.pop(key) for key in ("responses", "attempts", "frame") if key in declared}
    made = weigh(inputs(**given), settings(**declared))
    return " ".join(describe(made.record, PLACES, place_word, LABELS))


def test_every_step_is_said() -> None:
    rows = responses()
    rows.loc[rows.index[5], "age_item"] = None
    made = weigh(
        inputs(responses=rows, attempts=attempts(rows)),
        settings(
            attempts=ATTEMPTS,
            nonresponse={"classes": ["zone"]},
            calibration={**TWO, "missing": "impute"},
            collapse=[{"item": "age_item", "merge": [3, 4], "below": 15}],
            trim={"k": 3.5},
            replicates={"n": 32, "seed": 10},
        ),
    )
    text = " ".join(describe(made.record, PLACES, labels=LABELS))
    assert "el número de personas adultas de cada municipio entre el de sus entrevistas, multiplicado por" in text
    assert "(a lo más 4) y dividido entre las líneas telefónicas del hogar (a lo más 3)." in text
    assert "en 18 clases de ponderación: en ellas hay de " in text
    assert "sólo cambia el reparto dentro de cada municipio" in text
    assert "por raking (ajuste proporcional iterativo) a la población por sex_item y edad de cada municipio" in text
    assert "(1 de julio de 2012)" in text
    assert "edad 45–64 y 65 y más en " in text
    assert "San Pedro" in text
    assert "En 1 caso faltaba un dato con el que se calibra: se imputó" in text
    assert "Ningún peso pasa de 3.5 veces la mediana de su municipio" in text
    assert (
        "32 réplicas de los pesos (bootstrap de Rao–Wu–Yue); cada una repite el ajuste por falta de respuesta, la "
        in text
    )
    total = made.record.final[-1]
    assert f"equivalen a {total.n_eff:,.0f} con pesos iguales" in text
    worst = max(abs(cell.points_before) for cell in made.record.calibration.cells)
    assert f"la celda más alejada estaba a {worst:.1f}\u00a0puntos" in text
    assert "después, todas coinciden" in text


def test_a_given_weight_needs_two_sentences() -> None:
    rows = responses().assign(factor=1.5)
    base = {"kind": "given", "weight": "factor"}
    made = weigh(inputs(responses=rows), settings(base=base, calibration=None, trim=None, replicates=None, strata=None))
    first, second = describe(made.record, {})
    assert "quien produce los datos" in first
    assert "es 1.00: por ella sola, las 1,080 entrevistas equivalen a 1,080" in second


@pytest.mark.parametrize(
    ("method", "words"), [("multiplicity", "se divide entre dos"), ("hartley", "por 0.25 si salió del primer marco")]
)
def test_two_frames_are_said(method: str, words: str) -> None:
    rows = responses()
    rows["frame"] = [1, 2] * 540
    rows["other"] = [1, 1, 2, 2] * 270
    theta = 0.25 if method == "hartley" else None
    declared = {"method": method, "frame": "frame", "first": 1, "other": "other", "theta": theta}
    assert words in said(responses=rows, dual_frame=declared, replicates=None)


def test_a_calibration_of_the_whole_is_not_said_of_each_place() -> None:
    margins = [{"items": ["sex_item"]}, {"items": ["age_item"], "within": False, "totals": "shares"}]
    text = said(calibration={"margins": margins}, trim=None, replicates=None)
    assert "por sex_item de cada municipio y por edad (sólo en proporción) del conjunto, según" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"calibration": {**TWO, "method": "logit", "bounds": [0.05, 4]}, "trim": None},
            "con pesos de 0.05 a 4 veces el peso base,",
        ),
        ({"calibration": {**TWO, "method": "linear"}, "trim": None}, "por regresión generalizada (GREG) a la"),
        ({"replicates": {"method": "jkn", "max_groups": 45}}, "(jackknife estratificado, 45 grupos al azar)"),
        ({"calibration": None, "trim": None}, "Hay 32 réplicas de los pesos (bootstrap de Rao–Wu–Yue)."),
        ({"trim": {"k": 6, "k_low": 20}}, "ni es menor que esa mediana entre 20; ninguno llegó a ese límite."),
        ({"base": {"kind": "telephone_completes"}}, "de cada municipio entre el de sus entrevistas. "),
        ({"base": {"kind": "telephone_completes", "lines": "lines"}}, "entrevistas, dividido entre las líneas"),
    ],
)
def test_what_was_declared_is_what_is_said(changes: dict[str, Any], words: str) -> None:
    assert words in said(**({} if "Hay" in words or "jackknife" in words else {"replicates": None}), **changes)


@pytest.mark.parametrize(
    ("caps", "floors", "words"), [(1, 0, "1 peso quedó en el tope, y "), (3, 2, "y 2 pesos quedaron en el piso")]
)
def test_trimmed_weights_are_counted_with_the_right_number(caps: int, floors: int, words: str) -> None:
    made: WeightingRecord = weigh(inputs(), settings(replicates=None)).record
    area = AreaTrim("19018", 100.0, 300.0, 20.0, caps, floors, made.final[-1].sum / 200, 0.05)
    trimmed = TrimRecord(3.0, 5.0, (area,), (), made.final)
    text = " ".join(describe(replace(made, trim=trimmed), PLACES))
    assert words in text
    assert "0.5\u00a0% del peso pasó a otras entrevistas" in text


def test_a_feminine_place_word_reads_well() -> None:
    text = said("ciudad", replicates=None)
    assert "de cada ciudad" in text
    assert "su ciudad" in text
    assert "del ciudad" not in text


def test_cells_are_named_by_their_answers() -> None:
    assert cell_of("sex_item*age_item", "2*3+4", LABELS) == "mujer × 45–64 o 65 y más"
    assert cell_of("age_item", "missing", LABELS) == "sin dato"
