"""The project with one of the small inputs of ../shared/cases as a wave's delivery."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.small_study import ROOT, dump, load

WAVE = "2013T2"
# Inputs 100 to 119 and 130 are of the short questionnaire in the README beside them.
SHORT = re.compile(r"1(?:0\d|1\d|30)[b_]")


def write_study(folder: Path, delivery: Path, asked: Mapping[str, Any]) -> None:
    """``asked``: keys of the questionnaire, their parts apart by points, with what stands there."""
    shutil.copytree(ROOT / "questionnaires", folder / "questionnaires", dirs_exist_ok=True)
    params = load(ROOT / "params.yaml")
    params["waves"] = {WAVE: {**params["waves"][WAVE], "file": delivery.name}}
    for key in ("attempts", "simulated"):
        del params["waves"][WAVE][key]
    dump(params, folder / "params.yaml")
    questionnaire = folder / "questionnaires" / f"{WAVE}.yaml"
    if SHORT.match(delivery.name):
        text = (delivery.parents[1] / "README.md").read_text(encoding="utf-8")
        questionnaire.write_text(text.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    yaml = YAML(typ="safe")
    content = yaml.load(questionnaire.read_text(encoding="utf-8"))
    for key, value in asked.items():
        *way, last = key.split(".")
        inner = content
        for part in way:
            inner = inner.setdefault(part, {})
        inner[last] = value
    if asked:
        with questionnaire.open("w", encoding="utf-8") as stream:
            yaml.dump(content, stream)
    (folder / "raw" / WAVE).mkdir(parents=True, exist_ok=True)
    shutil.copy(delivery, folder / "raw" / WAVE / delivery.name)
