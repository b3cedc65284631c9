"""Responses and weights are joined in one place, and as many come out as go in."""

import ast
from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.study.respondents import with_weights

PACKAGE = Path(__file__).resolve().parents[2] / "pipeline" / "pulsometro"
WEIGHTS = pd.DataFrame({"folio": ["b", "a", "c"], "stratum": [1, 1, 2], "weight": [2.0, 3.0, 4.0]})
RESPONSES = pd.DataFrame({"folio": ["a", "b", "c"], "stratum": [9, 9, 9], "answer": [1, 2, 3]})


def join(responses: pd.DataFrame, weights: pd.DataFrame = WEIGHTS) -> pd.DataFrame:
    return with_weights(responses, weights, Path("w.parquet"), "2013T2")


def test_every_respondent_comes_out_once_in_the_order_of_the_weights() -> None:
    made = join(RESPONSES)
    assert list(made.columns) == ["folio", "stratum", "weight", "answer"]
    assert made[["folio", "stratum", "answer"]].to_numpy().tolist() == [["b", 1, 2], ["a", 1, 1], ["c", 2, 3]]


@pytest.mark.parametrize(
    ("responses", "weights", "first"),
    [
        (RESPONSES.iloc[:2], WEIGHTS, "c"),
        (RESPONSES, WEIGHTS.iloc[1:], "b"),
        (pd.concat([RESPONSES, RESPONSES.iloc[[1]]]), WEIGHTS, "b"),
        (RESPONSES, pd.concat([WEIGHTS, WEIGHTS.iloc[[2]]]), "c"),
        (RESPONSES.replace({"folio": {"c": "d"}}), WEIGHTS, "c"),
    ],
    ids=["no response", "no weight", "response twice", "weight twice", "another"],
)
def test_what_does_not_fit_is_refused(responses: pd.DataFrame, weights: pd.DataFrame, first: str) -> None:
    said = rf"w\.parquet: .* not of the same respondents \(first: {first}\); run 'pulso weight 2013T2' again\."
    with pytest.raises(PulsoError, match=said):
        join(responses, weights)


def test_nobody_else_joins_by_folio() -> None:
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "merge":
                on = next((ast.unparse(word.value) for word in node.keywords if word.arg == "on"), "")
                if "folio" in on.lower():
                    found.add(path.relative_to(PACKAGE).as_posix())
    assert found == {"study/respondents.py"}
