"""The released rows say nothing about the order of the folios, although every draw has a public seed."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pulsometro.ingest import stage as ingest
from pulsometro.release.table import ReleaseTable, build
from pulsometro.study import load_study
from pulsometro.study.respondents import with_weights
from pulsometro.weighting.emptied_keys import released_keys
from pulsometro.weighting.replicates.multipliers import jkn, rao_wu
from pulsometro.weighting.stage import weigh_wave
from tests.tiny_study import WAVES, write_study

SEED, WAVE = 5, WAVES[-1]
CALIBRATION = {"method": "raking", "margins": [{"items": ["sexo", "edad2"]}], "missing": "impute"}
RESPONDENTS = {
    "weighting.base": {"kind": "telephone_completes", "adults": "adultos", "lines": "lineas", "missing": "median"},
    "weighting.calibration": CALIBRATION,
}
DESIGNS: dict[str, Mapping[str, Any]] = {
    "rao_wu": {**RESPONDENTS, "weighting.replicates": {"n": 60, "seed": SEED}},
    "jkn": {**RESPONDENTS, "weighting.replicates": {"method": "jkn", "max_groups": 90, "seed": SEED}},
    "units": {
        "weighting.base": {"kind": "area", "probabilities": ["p1", "p2"]}, "weighting.strata": "estrato",
        "weighting.psu": "upm", "weighting.replicates": {"n": 60, "seed": SEED},
        "weighting.calibration": {**CALIBRATION, "method": "linear_bounded", "bounds": [0.05, 9.0]},
    },
}  # fmt: skip


def released(folder: Path, design: str, folios: list[str] | None = None) -> tuple[ReleaseTable, pd.DataFrame]:
    """The release of the study's last wave and its responses, whose rows have other folios where they are given."""
    write_study(folder, DESIGNS[design])
    study = load_study(folder)
    path = study.raw(WAVE)
    if folios is not None:
        pd.read_csv(path, dtype=str).assign(folio=folios).to_csv(path, index=False)
    ingest.run(study, WAVE)
    responses = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    weighed, asked = weigh_wave(study, WAVE).weights, study.questionnaire(WAVE)
    assert study.params.release is not None
    keys = released_keys(study, WAVE, study.params.release)
    shown = responses.assign(escolaridad=keys.set_index("folio")["escolaridad"].reindex(responses["folio"]).array)
    data = with_weights(shown, weighed, path, WAVE)
    return build(asked, asked.among(study.params.release.main.columns), data, study.area_names), responses


@pytest.mark.parametrize("design", list(DESIGNS))
def test_other_folios_are_the_same_release(design: str, tmp_path: Path) -> None:
    first, responses = released(tmp_path / "a", design)
    shuffled = np.random.default_rng(1).permutation(responses["folio"].astype(str).to_numpy())
    write_study(tmp_path / "b", DESIGNS[design])
    shutil.copytree(tmp_path / "a/.pulso", tmp_path / "b/.pulso", dirs_exist_ok=True)
    second, others = released(tmp_path / "b", design, list(shuffled))
    assert set(others["folio"]) == set(responses["folio"])
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert first.replicates is not None and second.replicates is not None
    pd.testing.assert_frame_equal(first.replicates, second.replicates)


@pytest.mark.parametrize("design", ["rao_wu", "jkn"])
def test_redoing_the_draws_over_sorted_folios_finds_nobody(design: str, tmp_path: Path) -> None:
    """The attack: each place in the list of folios has a pattern of zeros that the public seed gives."""
    table, responses = released(tmp_path, design)
    assert table.replicates is not None
    zeros = table.replicates.drop(columns="id").to_numpy() == 0
    ordered = responses.sort_values(["municipio", "folio"])
    place = ordered["municipio"].to_numpy(dtype=str)
    make = {"rao_wu": lambda s, p: rao_wu(s, p, 60, SEED), "jkn": lambda s, p: jkn(s, p, max_groups=90, seed=SEED)}
    drawn = make[design](place, ordered["folio"].astype(str)).values
    assert drawn.shape[0] == zeros.shape[1]
    owner = {(area, row.tobytes()): n for n, (area, row) in enumerate(zip(place, (drawn == 0).T, strict=True))}
    asked = [variable.name for variable in table.items]
    answers = ordered[asked].apply(pd.to_numeric).fillna(-1).to_numpy()
    rows = table.frame[asked].apply(pd.to_numeric).fillna(-1).to_numpy()
    areas = [f"{area:05d}" for area in table.frame["municipio"].astype(int)]
    guessed = [owner.get((area, row.tobytes())) for area, row in zip(areas, zeros, strict=True)]
    found = [
        guess is not None and bool((answers[guess] == row).all()) for guess, row in zip(guessed, rows, strict=True)
    ]
    # By chance one row of a place's 160 is where it was.
    assert np.mean(found) < 0.03
