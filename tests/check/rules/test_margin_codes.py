"""Totals name people by code: an item of a margin whose codes mean something else than before stops the wave."""

from pathlib import Path
from typing import Any

import pytest

from pulsometro.check import stage as check
from pulsometro.ingest import stage as ingest
from pulsometro.study import Study, load_study
from pulsometro.weighting import stage as weight
from tests.small_study import dump
from tests.tiny_study import WAVES, write_study

pytestmark = pytest.mark.slow

BEFORE, NOW = WAVES
RULE = "weight.margin_codes"
CALIBRATED = {
    "publish.reports": False, "publish.release": False, "release": None,
    "weighting.calibration": {"method": "raking", "margins": [{"items": ["edad2"]}], "missing": "impute"},
}  # fmt: skip
OTHER = {"codes": {1: "18 a 49", 2: "50 y más"}}
EXCHANGED = {"codes": {1: "40 y más", 2: "18 a 39"}}


def study_of(folder: Path, age: dict[str, Any], **settings: Any) -> Study:
    """The tiny study whose second wave has another item of ages."""
    write_study(folder, {**CALIBRATED, **settings})
    dump({"wave": NOW, "extends": "base", "items": {"edad2": age}}, folder / f"questionnaires/{NOW}.yaml")
    study = load_study(folder)
    for wave in WAVES:
        ingest.run(study, wave)
    return study


def stopped(study: Study, wave: str = NOW) -> set[str]:
    """Critical rules that the wave fails and nobody signed."""
    return {rule.id for rule in check.run_one(study, wave).failed if rule.severity == "critical" and not rule.accepted}


@pytest.mark.parametrize("more", [{}, {"comparable": {"breaks": {NOW: "otros grupos"}}}], ids=["undeclared", "break"])
@pytest.mark.parametrize("age", [OTHER, EXCHANGED], ids=["other groups", "exchanged"])
def test_a_margin_whose_codes_are_others_stops_and_is_signed(
    tmp_path: Path, age: dict[str, Any], more: dict[str, Any]
) -> None:
    study = study_of(tmp_path, {**age, **more})
    assert stopped(study) == {RULE} and stopped(study, BEFORE) == set()
    # The third remedy: the table is of the new codes at that date.
    check.accept(study, NOW, RULE, "el Censo ya viene con los grupos nuevos")
    assert stopped(study) == set()
    check.refuse_if_stopped(study, NOW)
    weight.run(study, NOW)


def test_the_other_remedies(tmp_path: Path) -> None:
    kept = {**OTHER, "comparable": {"kept": {NOW: "sólo cambió el rótulo"}}}
    assert stopped(study_of(tmp_path / "kept", kept)) == set()
    by_sex = {"method": "raking", "margins": [{"items": ["sexo"]}]}
    assert stopped(study_of(tmp_path / "sex", OTHER, **{"weighting.calibration": by_sex})) == set()


def test_the_same_in_other_letters_and_what_no_total_is_of_is_sound(tmp_path: Path) -> None:
    spelt = {"codes": {2: "40 Y MAS", 1: "18 a 39"}}
    assert stopped(study_of(tmp_path / "spelt", spelt)) == set()
    assert stopped(study_of(tmp_path / "none", OTHER, **{"weighting.calibration": None})) == set()
