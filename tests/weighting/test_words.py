"""The account in words: every step that was taken, with the numbers of its receipt."""

import io

import pandas as pd
import pytest

from pipeline.weighting.chain import weigh
from pipeline.weighting.plots import base_final_figure
from pipeline.weighting.words import describe
from tests.weighting.editions import attempts, inputs, responses, settings

PLACES = {"19018": "García", "19019": "San Pedro"}
ATTEMPTS = {"number": "number", "attempt": "attempt", "disposition": "disposition"}


def test_every_step_is_said() -> None:
    rows = responses()
    rows.loc[rows.index[5], "age_item"] = pd.NA
    made = weigh(
        inputs(responses=rows, attempts=attempts(rows)),
        settings(
            attempts=ATTEMPTS,
            nonresponse={"classes": ["zone"]},
            calibration={
                "margins": [{"items": ["sex_item"]}, {"items": ["age_item"]}],
                "min_respondents": 10,
                "missing": "impute",
            },
            collapse=[{"item": "age_item", "merge": [3, 4], "below": 15}],
            trim={"k": 3.5},
        ),
    )
    receipts = made.receipts.to_dict()
    said = describe(receipts, PLACES, labels={"age_item": "edad", "age_item 3": "45–64", "age_item 4": "65 y más"})
    text = " ".join(said)
    assert "personas adultas del municipio entre las entrevistas completas" in text
    assert "a lo más 4" in text
    assert "18 clases de ponderación, solo entre clases del mismo municipio" in text
    assert "raking" in text
    assert "sex_item y edad" in text
    assert "(2012-07-01)" in text
    assert "edad 45–64 y 65 y más en " in text
    assert "San Pedro" in text
    assert "En 1 caso faltaba una variable de calibración" in text
    assert "Ningún peso pasa de 3.5 veces la mediana" in text
    assert "12 réplicas (bootstrap de Rao–Wu–Yue)" in text
    total = made.receipts.final[-1]
    assert f"equivalen a {total.n_eff:,.0f}" in text
    worst = max(abs(cell.points_before) for cell in made.receipts.calibration.cells)
    assert f"por {worst:.1f} puntos" in text


def test_a_given_weight_needs_two_sentences() -> None:
    rows = responses().assign(factor=1.5)
    made = weigh(
        inputs(responses=rows),
        settings(base={"kind": "given", "weight": "factor"}, calibration=None, trim=None, replicates=None, strata=None),
    )
    said = describe(made.receipts.to_dict(), {})
    assert len(said) == 2
    assert "quien produce los datos" in said[0]
    assert "es 1.00: las 1,080 entrevistas equivalen a 1,080" in said[1]


@pytest.mark.parametrize(("method", "words"), [("multiplicity", "pesa la mitad"), ("hartley", "θ = 0.25")])
def test_two_frames_are_said(method: str, words: str) -> None:
    rows = responses()
    rows["frame"] = [1, 2] * 540
    rows["other"] = [1, 1, 2, 2] * 270
    theta = 0.25 if method == "hartley" else None
    declared = {"method": method, "frame": "frame", "first": 1, "other": "other", "theta": theta}
    made = weigh(inputs(responses=rows), settings(dual_frame=declared, replicates=None))
    assert any(words in sentence for sentence in describe(made.receipts.to_dict(), {}))


def test_the_plot_has_a_panel_per_municipality() -> None:
    made = weigh(inputs(), settings(replicates=None)).weights
    figure = base_final_figure(made, made["stratum"].to_numpy(dtype=str), PLACES)
    shown = [axes.get_title() for axes in figure.axes if axes.get_visible()]
    assert len(shown) == 9
    assert "García" in shown
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", dpi=60)
    assert drawn.getbuffer().nbytes > 5000
