"""TODO: of the study it stops everything, and all of it is named in one message; of a wave it withholds that wave."""

import re
from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.ingest import stage as ingest
from pulsometro.settings.configuration import load_yaml
from pulsometro.settings.undecided import asked_by, open_todos
from pulsometro.study import load_study
from pulsometro.study.open_decisions import moved_on
from pulsometro.study.stage import run as settings
from pulsometro.study.withheld import WaveWithheld
from tests.small_study import dump
from tests.tiny_study import WAVES, put, write_study

STUDY_WIDE = {
    "params.yaml": ("weighting.strata", "estimation.level", "study.area", "report.headline.indicator"),
    "questionnaires/indicators.yaml": ("indicators.gasto.item", "indicators.gasto.direction"),
    "questionnaires/base.yaml": ("fieldwork.mode", "items.edad2.codes", "items.pesos.range"),
}


def with_todo(folder: Path, file: str, key: str, value: Any = "TODO: what is it?") -> None:
    content = load_yaml(folder / file)
    put(content, key.split("."), value)
    dump(content, folder / file)


def test_all_that_is_open_of_the_study_is_one_message(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    for file, keys in STUDY_WIDE.items():
        for key in keys:
            with_todo(folder, file, key)
    with pytest.raises(PulsoError) as stop:
        load_study(folder)
    said = str(stop.value)
    for file, keys in STUDY_WIDE.items():
        assert file in said
        assert all(f"{key} is still TODO (what is it?); write it there." in said for key in keys)


@pytest.mark.parametrize("key", ["fieldwork", "fieldwork.start", "fieldwork.end", "period", "edition", "file", "note"])
@pytest.mark.parametrize("wave", WAVES)
def test_what_is_open_of_a_wave_withholds_that_wave_alone(key: str, wave: str, tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    with_todo(folder, "params.yaml", f"waves.{wave}.{key}")
    with_todo(folder, f"questionnaires/{wave}.yaml", "fieldwork", {"firm": "TODO"})
    assert f"{wave} is withheld until this is decided: waves.{wave}.{key} is still TODO" in settings(load_study(folder))
    study = load_study(folder)
    with pytest.raises(WaveWithheld) as stop:
        ingest.run(study, wave)
    assert f"waves.{wave}.{key} is still TODO" in str(stop.value) and "fieldwork.firm is still TODO" in str(stop.value)
    other = next(each for each in WAVES if each != wave)
    assert "480 accepted" in ingest.run(study, other)


def test_a_study_of_one_open_wave_can_be_loaded(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    content = load_yaml(folder / "params.yaml")
    content["waves"] = {WAVES[1]: "TODO"}
    dump(content, folder / "params.yaml")
    assert load_study(folder).waves.keys() == {WAVES[1]}


def test_an_answer_that_begins_with_the_word_is_no_decision(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    with_todo(folder, "questionnaires/base.yaml", "items.escolaridad.codes", {1: "TODO EL TIEMPO", 2: "Todo"})
    study = load_study(folder)
    assert study.questionnaire(WAVES[0])["escolaridad"].codes[1] == "TODO EL TIEMPO"
    assert asked_by("TODOS") is None and open_todos({"blank": ["TODO"]}) == []
    assert [fault.text for fault in open_todos({"a": ["TODO"]})] == ["a.0 is still TODO; write it there."]


def test_what_was_moved_on_and_not_looked_at_is_named(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    text, changed = re.subn(r"(?m)^( +period: junio de 2021)$", r"\1  # moved on from 2021T1: correct it", text)
    path.write_text(text, encoding="utf-8")
    assert changed == 1
    assert [wave for wave, _ in moved_on(path)] == [WAVES[1]]
    assert (
        f"period of wave {WAVES[1]} is as 'pulso wave new' moved it on from 2021T1; correct it, and take"
        in settings(load_study(folder))
    )
    path.write_text(text.replace("  # moved on from 2021T1: correct it", ""), encoding="utf-8")
    assert "moved" not in settings(load_study(folder))
