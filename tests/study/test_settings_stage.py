"""The settings stage: a stage's declared sections are what it reads, and one wave's entry is one file."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pulsometro.common.errors import PulsoError
from pulsometro.graph.stages import stages_of
from pulsometro.study import load_study
from pulsometro.study.stage import known_sections, run, sections

ROOT = Path(__file__).resolve().parents[2]


def _study(folder: Path) -> Path:
    shutil.copy(ROOT / "params.yaml", folder / "params.yaml")
    _with_indicators(folder)
    run(load_study(folder))
    return folder / "processed" / "settings"


def _with_indicators(folder: Path) -> None:
    (folder / "questionnaires").mkdir()
    shutil.copy(ROOT / "questionnaires" / "indicators.yaml", folder / "questionnaires")


def _contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.json"))}


def test_every_value_of_params_is_in_exactly_one_file(tmp_path: Path) -> None:
    written = _contents(_study(tmp_path))
    again: dict[str, object] = {}
    for name, text in written.items():
        *above, key = Path(name).with_suffix("").parts
        place = again
        for part in above:
            place = place.setdefault(part, {})  # type: ignore[assignment]
        place[key] = json.loads(text)
    said = YAML(typ="safe").load(ROOT / "params.yaml")
    kept = {key: _said(value, said[key]) for key, value in again.items() if key in said}
    assert kept == said
    # What nobody said has a file too, so that a stage's dependencies do not change when somebody does.
    assert again["weighting"]["nonresponse"] is None and again["publish"] == {
        "reports": None,
        "release": None,
        "store": None,
    }


def _said(value: object, said: object) -> object:
    """A section without the keys that nobody gave a value."""
    if isinstance(value, dict) and isinstance(said, dict):
        return {key: inner for key, inner in value.items() if inner is not None or key in said}
    return value


def test_changing_one_wave_changes_one_file(tmp_path: Path) -> None:
    folder = _study(tmp_path)
    before = _contents(folder)
    params = tmp_path / "params.yaml"
    params.write_text(params.read_text().replace('period: "enero de 2013"', 'period: "febrero de 2013"'))
    run(load_study(tmp_path))
    after = _contents(folder)
    assert [name for name in after if after[name] != before.get(name)] == ["waves/2013T1.json"]


def test_a_wrong_key_stops_before_anything_is_written(tmp_path: Path) -> None:
    params = (ROOT / "params.yaml").read_text().replace("  interval: logit", "  intervall: logit")
    (tmp_path / "params.yaml").write_text(params)
    with pytest.raises(PulsoError, match="intervall"):
        run(load_study(tmp_path))
    assert not (tmp_path / "processed").exists()


def test_a_theme_that_does_not_fit_stops_before_anything_is_written(tmp_path: Path) -> None:
    params = (ROOT / "params.yaml").read_text()
    assert "[conf_marina_mucha, " in params
    (tmp_path / "params.yaml").write_text(params.replace("[conf_marina_mucha, ", "[conf_marina_muchas, "))
    _with_indicators(tmp_path)
    with pytest.raises(PulsoError, match=r"'Confianza' names the indicator 'conf_marina_muchas'.*correct the name"):
        run(load_study(tmp_path))
    assert not (tmp_path / "processed").exists()
    # The remedy, tried.
    (tmp_path / "params.yaml").write_text(params)
    assert "settings, all valid." in run(load_study(tmp_path))


def test_a_section_that_a_stage_declares_is_one_that_the_stage_writes() -> None:
    study = load_study(ROOT)
    made = {f"processed/settings/{name}" for name in sections(known_sections())}
    made |= {f"processed/settings/waves/{wave}.json" for wave in (*study.waves, "${item}")}
    made |= {str(Path(name).parent) for name in made}
    for stage in stages_of(study):
        assert {dep for dep in stage.deps if dep.startswith("processed/settings")} <= made, stage.name


def test_the_arithmetic_of_every_processor_is_asked_for_without_a_warning() -> None:
    code = (
        "import os, sys; from pulsometro.common.determinism import agree; assert 'numpy' not in sys.modules; agree();"
        "import numpy, pathlib;"
        "avx2 = ' avx2' in pathlib.Path('/proc/cpuinfo').read_text() if os.path.exists('/proc/cpuinfo') else False;"
        "from numpy._core._multiarray_umath import __cpu_features__ as f;"
        "assert not avx2 or not f.get('X86_V4'), f"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
