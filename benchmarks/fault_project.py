"""A copy of the project in a temporary folder with some of its waves, whole or of 540 interviews."""

import shutil
import subprocess
from pathlib import Path

from ruamel.yaml import YAML

from pulsometro.graph.dvc_file import write_graph
from pulsometro.study import load_study
from tests.small_study import make_study

ROOT = Path(__file__).resolve().parents[1]
# Interviews in each municipality: enough for every step of the weights, and read in a moment.
INTERVIEWS = 60
COPIED = {"params.yaml", "questionnaires", "raw", "reports", ".dvcignore", ".gitignore", ".gitattributes"}


def copy_project(folder: Path) -> None:
    """The files that the stages read, as git has them, and the graph."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.splitlines():
        if name.split("/")[0] in COPIED and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    write_graph(load_study(folder))


def given_waves(folder: Path, *waves: str) -> None:
    """The project with these waves alone, their deliveries given: no stage simulates them."""
    copy_project(folder)
    params = _load(folder / "params.yaml")
    for key in [key for key in params["waves"] if key not in waves]:
        del params["waves"][key]
    for wave in waves:
        del params["waves"][wave]["simulated"]
        shutil.copytree(ROOT / "raw" / wave, folder / "raw" / wave, dirs_exist_ok=True)
    params["current_wave"] = waves[-1]
    del params["simulate"]
    change_params(folder, params)


def change_params(folder: Path, params: dict) -> None:
    """Write other parameters, and the graph that they give."""
    _dump(params, folder / "params.yaml")
    write_graph(load_study(folder))


def small_waves(folder: Path, *waves: str) -> None:
    """The project with these waves alone, of some 540 interviews each, delivered and not simulated by a stage."""
    make_study(folder, waves, INTERVIEWS)
    shutil.copytree(ROOT / "reports", folder / "reports", ignore=shutil.ignore_patterns("site"), dirs_exist_ok=True)
    write_graph(load_study(folder))


def few_interviews(folder: Path) -> None:
    """Every simulated wave with some 25 interviews an area: what the simulation itself is killed on."""
    copy_project(folder)
    params = _load(folder / "params.yaml")
    params["simulate"]["interviews_per_area"] = 25
    change_params(folder, params)


def _load(path: Path) -> dict:
    return YAML().load(path.read_text(encoding="utf-8"))


def _dump(content: dict, path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(content, stream)
