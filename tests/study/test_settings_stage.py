"""The settings stage: a stage's declared sections are what it reads, and one wave's entry is one file."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pulsometro.common.errors import PulsoError
from pulsometro.study import load_study
from pulsometro.study.stage import run, sections

ROOT = Path(__file__).resolve().parents[2]


def _study(folder: Path) -> Path:
    shutil.copy(ROOT / "params.yaml", folder / "params.yaml")
    run(load_study(folder))
    return folder / "processed" / "settings"


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
    assert again == YAML(typ="safe").load(ROOT / "params.yaml")


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


def test_a_section_that_a_stage_declares_is_one_that_the_stage_writes() -> None:
    stages = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    content = YAML(typ="safe").load(ROOT / "params.yaml")
    made = {f"processed/settings/{name}" for name in sections(content)}
    made |= {f"processed/settings/{key}" for key, value in content.items() if isinstance(value, dict)}
    made |= {"processed/settings/waves/${key}.json"}
    for name, stage in stages.items():
        declared = {d for d in stage.get("do", stage)["deps"] if d.startswith("processed/settings")}
        assert declared <= made, name


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
