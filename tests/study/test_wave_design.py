"""What a wave weighs or estimates otherwise than the study: merged key by key, told with all faults at once."""

from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.graph.stages import stages_of
from pulsometro.study import load_study
from tests.small_study import dump
from tests.tiny_study import changed_params, indicators, questionnaire

LAST = "2021T2"


def study_in(folder: Path, **own: Any) -> Path:
    (folder / "questionnaires").mkdir()
    dump(changed_params({f"waves.{LAST}.{key}": value for key, value in own.items()}), folder / "params.yaml")
    dump(questionnaire(), folder / "questionnaires/base.yaml")
    dump(indicators(), folder / "questionnaires/indicators.yaml")
    return folder


def test_a_wave_without_keys_of_its_own_is_the_study(tmp_path: Path) -> None:
    study = load_study(study_in(tmp_path))
    assert study.of_wave(LAST) is study
    assert study.settings_of(LAST).weighting == study.params.weighting


def test_its_keys_stand_in_place_of_the_studys_and_the_others_stay(tmp_path: Path) -> None:
    own = {"base": {"kind": "equal"}, "strata": None, "control_totals": {
        "file": "raw/population/other.csv", "source": "censo", "columns": {"sexo": "sex"}}}  # fmt: skip
    study = load_study(study_in(tmp_path, weighting=own, estimation={"level": 0.9}))
    made, first = study.settings_of(LAST), study.settings_of("2021T1")
    assert made.weighting.base.kind == "equal" and made.weighting.strata is None
    assert made.weighting.within == "municipio" and made.estimation.level == 0.9
    assert made.estimation.domains == study.params.estimation.domains
    assert first.weighting == study.params.weighting and first.weighting.strata == "municipio"
    assert study.of_wave(LAST).params.weighting == made.weighting
    weight = next(stage for stage in stages_of(study) if stage.name == "weight")
    assert {"raw/population/totals.csv", "raw/population/other.csv"} <= set(weight.deps)


def test_every_fault_is_told_with_its_wave(tmp_path: Path) -> None:
    own = {"trimm": {"k": 5}, "limits": {"min_weight": -1}}
    with pytest.raises(PulsoError) as caught:
        load_study(study_in(tmp_path, weighting=own, estimation={"se": "guess"}))
    said = str(caught.value)
    for words in (f"waves.{LAST}.weighting.trimm", "did you mean 'trim'", "limits.min_weight must not be negative",
                  f"waves.{LAST}.estimation.se"):  # fmt: skip
        assert words in said


def test_what_goes_with_the_study_and_not_with_the_wave_is_told(tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match=rf"waves\.{LAST}: estimation\.clusters is 'interviewers' but check\.roles"):
        load_study(study_in(tmp_path, estimation={"clusters": "interviewers"}))
