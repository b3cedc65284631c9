"""The project in a folder of its own with two small waves that are delivered, not simulated: for tests of the chain."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from pulsometro.graph.dvc_file import write_graph
from pulsometro.simulate import stage as simulate
from pulsometro.study import load_study
from pulsometro.weighting.study_key import KEY, fingerprint

ROOT = Path(__file__).resolve().parents[1]
WAVES = ("2013T1", "2013T2")
BIN = Path(sys.executable).parent
ENVIRONMENT = {
    **os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "CI": "1", "GX_ANALYTICS_ENABLED": "false",
    "DVC_NO_ANALYTICS": "1", "PYTHONUTF8": "1",
}  # fmt: skip


def make_study(folder: Path, waves: tuple[str, ...] = WAVES, interviews: int = 60) -> Path:
    """Questionnaires, population and settings of the project, two waves, and their deliveries in ``raw/``."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "questionnaires", folder / "questionnaires", dirs_exist_ok=True)
    for name in ("population", "reference"):
        shutil.copytree(ROOT / "raw" / name, folder / "raw" / name)
    for name in (".gitignore", ".gitattributes", ".dvcignore"):
        shutil.copy(ROOT / name, folder / name)
    published = folder / "raw/reference/published.csv"
    figures = pd.read_csv(published, dtype=str)
    figures.loc[figures.iloc[:, 0].isin(waves)].to_csv(published, index=False)
    params = load(ROOT / "params.yaml")
    for wave in [key for key in params["waves"] if key not in waves]:
        del params["waves"][wave]
    params["current_wave"] = waves[-1]
    params["simulate"]["interviews_per_area"] = interviews
    params["check"]["interviews_per_area"] = interviews
    params["weighting"]["calibration"]["margins"] = [{"items": ["sexo"]}]
    params["weighting"]["replicates"]["n"] = 30
    del params["weighting"]["collapse"]
    answers = params["release"]["main"]["answers"]
    params["release"] = {"blank_at_most": 0.05, "main": {
        "keys": ["municipio", "grupo_escolaridad"], "blank": ["grupo_escolaridad"], "answers": answers,
    }}  # fmt: skip
    params["weighting"]["blur"]["key"] = fingerprint(KEY.make(folder))
    dump(params, folder / "params.yaml")
    simulate.run(load_study(folder))
    del params["simulate"]
    for wave in waves:
        del params["waves"][wave]["simulated"]
    dump(params, folder / "params.yaml")
    write_graph(load_study(folder))
    return folder


def as_project(folder: Path) -> None:
    """git and DVC in the folder, with the settings of this project."""
    for words in (["git", "init", "-q", "."], ["dvc", "init", "-q"]):
        subprocess.run(words, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True)
    shutil.copy(ROOT / ".dvc/config", folder / ".dvc/config")


def run(folder: Path, *words: str, check: bool = False, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command as somebody types it inside the folder."""
    environment = {**ENVIRONMENT, **variables}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=check)


def load(path: Path) -> dict:
    """A YAML file with its comments."""
    return YAML().load(path.read_text(encoding="utf-8"))


def dump(content: dict, path: Path) -> None:
    """Write a YAML file."""
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(content, stream)


def without(text: str, pattern: str) -> str:
    """The text without what the pattern finds, which must be there."""
    changed = re.sub(pattern, "", text)
    assert changed != text, pattern
    return changed
