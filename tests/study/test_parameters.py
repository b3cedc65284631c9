"""params.yaml is read once, validated, and its errors name the key."""

import shutil
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.study import load_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_study_has_its_eight_waves_in_order_and_nine_municipalities() -> None:
    study = load_study(ROOT)
    assert list(study.waves)[:8] == [
        "2011T3", "2011T4", "2012T1", "2012T2", "2012T3", "2012T4", "2013T1", "2013T2",
    ]  # fmt: skip
    assert len({m.cve_geo for m in study.params.municipalities}) == 9
    assert study.waves_up_to("2011T4") == ("2011T3", "2011T4")


def test_the_root_is_found_from_a_folder_inside() -> None:
    assert load_study(ROOT / "pipeline").root == ROOT


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lonely_psu:", "lonely_psus:", r"unknown key 'estimation\.lonely_psus'; did you mean 'lonely_psu'"),
        ("  level: 0.95", "  level: alto", r"key 'estimation\.level'"),
        ("  se: replicates\n", "", r"the key 'estimation\.se' is missing"),
        ('current_wave: "2013T2"', 'current_wave: "2031T2"', r"'current_wave' names 2031T2"),
        ('end: "2013-05-19"', 'end: "2013-04-19"', r"waves\.2013T2\.fieldwork ends before it starts"),
        ('cve_geo: "19018"', 'cve_geo: "19006"', r"municipalities lists 19006 twice"),
        ("study:", "study:\nstudy:", r"line \d+: found duplicate key"),
        ("trim: {k: 5}", "trim: {k: 0.5}", r"trim\.k"),
    ],
)
def test_a_wrong_key_is_named(folder: Path, old: str, new: str, said: str) -> None:
    edit(folder, old, new)
    with pytest.raises(PulsoError, match=said):
        load_study(folder)


def test_an_unknown_wave_is_answered_with_the_known_ones(folder: Path) -> None:
    with pytest.raises(PulsoError, match=r"no wave '2099T1'.*2011T3"):
        load_study(folder).wave("2099T1")


def test_a_folder_without_params_says_so(tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match=r"no params\.yaml here or above"):
        load_study(tmp_path)
