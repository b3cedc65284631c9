"""``pulso doctor`` in a study's folder: all that is wrong at once, for people and as JSON."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pulsometro.cli import main
from pulsometro.settings.configuration import load_yaml
from tests.small_study import dump
from tests.test_every_setting import SCENARIOS
from tests.tiny_study import WAVES, put, write_study


def doctor(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(folder), "doctor", *words])


def change(folder: Path, file: str, key: str, value: object) -> None:
    content = load_yaml(folder / file)
    put(content, key.split("."), value)
    dump(content, folder / file)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_an_honest_study_has_no_finding(name: str, tmp_path: Path) -> None:
    own = SCENARIOS[name]
    folder = write_study(tmp_path, own.changed, own.asked, own.silent, own.totals)
    done = doctor(folder)
    assert done.exit_code == 0 and "✓ 2 waves: every name is one that the files define." in done.output, done.output
    assert json.loads(doctor(folder, "--json").output)["study"]["faults"] == []


def test_faults_of_every_file_are_told_at_once(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    change(folder, "params.yaml", "weighting.control_totals.columns", {"sexo": "sexx", "edad2": "age"})
    change(folder, "params.yaml", "weighting.calibration", {"method": "raking", "margins": [{"items": ["sexo"]}],
                                                            "missing": "impute"})  # fmt: skip
    change(folder, "params.yaml", "report.headline.category", "poco o nada segura")
    change(folder, "params.yaml", "report.brand", "neutro")
    change(folder, "questionnaires/indicators.yaml", "indicators.indice.items", ["conf_a", "conf_c"])
    dump({"wave": WAVES[1], "extends": "base", "without": ["sexo"]}, folder / f"questionnaires/{WAVES[1]}.yaml")
    done = doctor(folder, "--json")
    found = json.loads(done.output)
    assert done.exit_code == 1 and found["sound"] is False and found["machine"]["programs"]
    told = [(each["file"], each["wave"], each["text"]) for each in found["study"]["faults"]]
    for file, wave, part in (
        ("params.yaml", "", "report.headline.category names 'poco o nada segura'"),
        ("questionnaires/indicators.yaml", "", "indicators.indice.items names 'conf_c', which no questionnaire has"),
        ("", "", "report.brand is 'neutro'"),
        ("params.yaml", WAVES[0], "control_totals.columns names 'sexx'"),
        ("params.yaml", WAVES[1], "estimation.domains names 'sexo', which is not an item of wave 2021T2"),
    ):
        assert any(each[0] == file and each[1] == wave and part in each[2] for each in told), (part, told)
    text = doctor(folder).output
    assert "each stops the whole study" in text and f"withholds {WAVES[1]} alone" in text
    assert text.count("conf_c") == 1


def test_settings_that_cannot_be_read_hide_no_other_file(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    change(folder, "params.yaml", "weighting.stratum", "municipio")
    change(folder, "params.yaml", "study.area", "TODO: where?")
    change(folder, "questionnaires/indicators.yaml", "indicators.gasto.kind", "meen")
    change(folder, "questionnaires/base.yaml", "items.sexo.lable", "Sexo")
    done = doctor(folder)
    assert done.exit_code == 1
    for part in ("unknown key 'weighting.stratum'", "study.area is still TODO (where?)", "indicators.gasto.kind",
                 "unknown key 'items.sexo.lable'; did you mean 'label'?"):  # fmt: skip
        assert part in done.output, done.output


def test_outside_of_a_study_it_says_so(tmp_path: Path) -> None:
    done = doctor(tmp_path)
    assert done.exit_code == 0 and "No study here" in done.output
    assert json.loads(doctor(tmp_path, "--json").output)["study"] is None
