"""A copy of the project in a temporary folder with one wave of it, whole or of 200 interviews."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pyreadstat
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
# Two areas of a hundred interviews: enough for every step of the weights, and read in a moment.
AREAS, INTERVIEWS, NUMBERS = ("19019", "19039"), 100, 1_500
COPIED = {"params.yaml", "dvc.yaml", "questionnaires", "raw", "reports", ".dvcignore"}


def copy_project(folder: Path) -> None:
    """The files that the stages read, as git has them; the package by a link."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.splitlines():
        if name.split("/")[0] in COPIED and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "pipeline").symlink_to(ROOT / "pipeline")


def one_wave(folder: Path, wave: str) -> None:
    """The project with this wave alone, its delivery given: no stage simulates it."""
    copy_project(folder)
    shutil.copytree(ROOT / "raw" / wave, folder / "raw" / wave, dirs_exist_ok=True)
    params = _load(folder / "params.yaml")
    others = [key for key in params["waves"] if key != wave]
    for key in others:
        del params["waves"][key]
    params["current_wave"] = wave
    _dump(params, folder / "params.yaml")
    lines = (folder / "dvc.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "dvc.yaml").write_text("".join(x for x in lines if not any(key in x for key in others)), encoding="utf-8")
    stages = _load(folder / "dvc.yaml")
    del stages["stages"]["simulate"]
    _dump(stages, folder / "dvc.yaml")


def small_wave(folder: Path, wave: str) -> None:
    """``one_wave`` cut to 200 interviews in two areas, and to the settings that so few allow."""
    one_wave(folder, wave)
    params = _load(folder / "params.yaml")
    params["municipalities"] = [area for area in params["municipalities"] if area["cve_geo"] in AREAS]
    params["check"]["interviews_per_area"] = INTERVIEWS
    params["weighting"]["calibration"]["margins"] = [{"items": ["sexo"]}]
    del params["weighting"]["collapse"]
    _dump(params, folder / "params.yaml")
    raw = folder / "raw" / wave
    path = raw / params["waves"][wave]["file"]
    frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    area = frame["MUN"].map(lambda code: f"{code:.0f}")
    frame = frame[area.isin(AREAS)].groupby("MUN").head(INTERVIEWS)
    labels = {"column_labels": meta.column_names_to_labels, "variable_value_labels": meta.variable_value_labels}
    pyreadstat.write_sav(frame, str(path), **labels)
    path = raw / params["waves"][wave]["attempts"]
    calls = pd.read_csv(path, dtype=str)
    numbers = calls.loc[calls["municipio"].isin(AREAS), "telefono_id"].drop_duplicates().iloc[:NUMBERS]
    calls[calls["telefono_id"].isin(numbers)].to_csv(path, index=False)


def few_interviews(folder: Path) -> None:
    """Every simulated wave with some 25 interviews an area: what the simulation itself is killed on."""
    copy_project(folder)
    params = _load(folder / "params.yaml")
    params["simulate"]["interviews_per_area"] = 25
    _dump(params, folder / "params.yaml")


def _load(path: Path) -> dict:
    return YAML().load(path.read_text(encoding="utf-8"))


def _dump(content: dict, path: Path) -> None:
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(content, stream)
