"""Items of the sample's design, which nobody sees, and scales of which the ends have words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.reading import read
from pulsometro.release.table import variable_of
from pulsometro.reporting.pages.methodology.methodology_page import wording
from pulsometro.study import load_study
from pulsometro.study.release_plan import never_released, order_of_draws
from tests.tiny_study import WAVES, write_study

SCALE: Mapping[str, Any] = {
    "text": "Del 0 al 10, ¿cuánto confía?", "label": "Confianza 0–10", "kind": "scale", "range": [0, 10],
    "missing": {99: "no_sabe"}, "ends": {0: "nada", 10: "mucha"},
}  # fmt: skip
DESIGN = ("p1", "p2", "factor", "upms")


def _asked() -> dict[str, Any]:
    design = {f"items.{name}.kind": "design" for name in DESIGN}
    more = {"items.upm.kind": "design", "items.upm.values": "text", "items.upms.values": "integer"}
    return {**design, **more, "items.adultos": {**SCALE, "missing": {99: "no_sabe"}}}


def test_what_is_of_the_design_is_read_and_leaves_in_nothing(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path, asked=_asked()))
    questionnaire = study.questionnaire(WAVES[0])
    kinds = {name: questionnaire[name].kind for name in (*DESIGN, "upm")}
    assert kinds == {"p1": "number", "p2": "number", "factor": "number", "upms": "integer", "upm": "text"}
    assert str(read(study, WAVES[0]).responses["p1"].dtype) == "Float64"
    hidden = {*DESIGN, "upm"}
    assert not hidden & set(questionnaire.released)
    assert not hidden & set(order_of_draws(questionnaire, None))
    barred = never_released(questionnaire, study.params)
    assert all("sample's design" in barred[name] for name in hidden)
    printed = wording(questionnaire)
    assert "Probabilidad" not in printed and "Unidad primaria" not in printed and "Factor" not in printed
    assert "De 0 a 10 (0 nada, 10 mucha)" in printed


def test_a_plan_that_names_an_item_of_the_design_is_refused(tmp_path: Path) -> None:
    write_study(tmp_path, {"release.main.answers": ["seguro", "p1"]}, _asked())
    with pytest.raises(PulsoError, match=r"names 'p1', which is of the sample's design"):
        load_study(tmp_path).params.release and _refused(tmp_path)


def _refused(folder: Path) -> None:
    from pulsometro.study.release_plan import refuse_plan

    refuse_plan(load_study(folder))


def test_a_scale_is_a_whole_number_with_words_at_its_ends(tmp_path: Path) -> None:
    questionnaire = load_study(write_study(tmp_path, asked=_asked())).questionnaire(WAVES[0])
    made = variable_of("adultos", questionnaire["adultos"], {})
    assert (made.kind, dict(made.labels)[0], dict(made.labels)[10]) == ("whole", "nada", "mucha")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"range": None}, "is a scale without its numbers"),
        ({"ends": {11: "todo"}}, "names 11, which is not in its range"),
        ({"missing": {9: "no_sabe"}}, "9 is a number of the scale and a kind of missing at once"),
        ({"codes": {1: "a", 2: "b"}}, "is a scale and has codes"),
        ({"kind": "integer"}, "ends is for an item of kind scale"),
        ({"values": "text"}, "values is for an item of kind design"),
        ({"kind": "design", "ends": None, "ask_if": "sexo == 1"}, "which nobody is asked; take out ask_if"),
    ],
)
def test_what_these_kinds_cannot_be_is_told(tmp_path: Path, changed: Mapping[str, Any], message: str) -> None:
    item = {key: value for key, value in {**SCALE, **changed}.items() if value is not None}
    write_study(tmp_path, asked={"items.adultos": item})
    with pytest.raises(PulsoError, match=message):
        load_study(tmp_path).questionnaire(WAVES[0])
