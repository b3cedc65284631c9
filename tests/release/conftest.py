"""A made-up wave of the study's real instrument: what ingest and weight would have written."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.common.files import write_record, write_table
from pulsometro.questionnaire import Questionnaire
from pulsometro.study import Study, load_study
from pulsometro.study.respondents import HIDDEN
from pulsometro.weighting.emptied_keys import released_keys
from pulsometro.weighting.study_key import DEMONSTRATION
from tests.reporting.weighed import weighed
from tests.small_study import dump, load

ROOT = Path(__file__).resolve().parents[2]
WAVE = "2013T2"
ROWS, REPLICATES = 360, 12
ANSWERS = ["seg_municipio", "conf_marina", "soborno_municipal", "victima", "denuncia"]


def made_responses(questionnaire: Questionnaire, areas: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Random answers of every item, each code present, with private items a person could be known by."""
    columns: dict[str, object] = {}
    for name, item in questionnaire.items.items():
        if item.kind == "area":
            columns[name] = np.repeat(areas, -(-ROWS // len(areas)))[:ROWS]
        elif item.kind == "single":
            codes = np.array(item.valid_codes)
            columns[name] = pd.array(np.resize(codes, ROWS)[rng.permutation(ROWS)], dtype="Int64")
        elif item.kind == "integer":
            low, high = item.range or (0, 99)
            values = rng.integers(low, high + 1, ROWS)
            values[: len(item.missing)] = list(item.missing)
            columns[name] = pd.array(values, dtype="Int64")
        elif item.kind == "number":
            columns[name] = rng.uniform(5, 40, ROWS)
        else:
            columns[name] = [f"{name}-secreto-{i:04d}" for i in range(ROWS)]
    responses = pd.DataFrame(columns)
    responses.loc[5, "grupo_escolaridad"] = pd.NA
    return responses


def made_weights(responses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Weights and Rao–Wu-like replicates; respondents are the PSUs, as in a telephone survey."""
    weight = rng.uniform(200, 900, ROWS)
    data = {
        "folio": responses["folio"],
        "stratum": responses["municipio"],
        "psu": responses["folio"],
        "base_weight": weight,
        "weight": weight,
    }
    for r in range(1, REPLICATES + 1):
        data[f"rep_{r:03d}"] = weight * rng.integers(0, 3, ROWS)
    return pd.DataFrame(data)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """The repository's study in a folder of its own, with one wave ready to release."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "questionnaires", tmp_path / "questionnaires")
    plan(
        tmp_path,
        {"keys": ["municipio", "grupo_escolaridad"], "blank": ["grupo_escolaridad"], "answers": ANSWERS},
        {"keys": ["sexo", "grupo_ocupacion"], "blank": ["grupo_ocupacion"], "answers": ["victima"]},
    )
    made = load_study(tmp_path)
    rng = np.random.default_rng(20130502)
    areas = [area.code for area in made.places]
    responses = made_responses(made.questionnaire(WAVE), areas, rng)
    write_table(responses, made.processed(WAVE, "responses.parquet"))
    write_table(made_weights(responses, rng), made.processed(WAVE, "weights.parquet"))
    assert made.params.release is not None
    write_table(released_keys(made, WAVE, made.params.release), made.processed(WAVE, HIDDEN))
    record = {**weighed(blur={"spread": 0.2, "key": DEMONSTRATION}), "wave": WAVE}
    write_record(record, made.processed(WAVE, "weighting.json"))
    return made


def plan(root: Path, main: Mapping[str, list[str]], second: Mapping[str, list[str]] | None, **more: object) -> None:
    """Write what the microdata hold into the params.yaml of a study."""
    content = load(root / "params.yaml")
    content["release"] = {
        "blank_at_most": 0.05,
        "main": dict(main),
        **({"second": dict(second)} if second else {}),
        **more,
    }
    dump(content, root / "params.yaml")
