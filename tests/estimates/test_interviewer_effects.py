"""What interviewers add to the error of a wave: the table, the option that publishes it, and its refusals."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from pulsometro.cli import main
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table, write_record, write_table
from pulsometro.estimates.interviewer_effects import COLUMNS, correlation_interval
from pulsometro.estimates.stage import prepare
from pulsometro.estimation.interviewers import intra_correlation
from pulsometro.study import load_study
from pulsometro.study.layout import inside

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WAVE = "2013T2"


@pytest.fixture(scope="module")
def asked() -> pd.DataFrame:
    """One interview a row of a made-up wave: everything that the wave's questionnaire declares, 540 respondents."""
    study = load_study(ROOT)
    questionnaire = study.questionnaire(WAVE)
    rng = np.random.default_rng(6)
    n = 540
    rows: dict[str, Any] = {}
    for name, item in questionnaire.items.items():
        codes = list(item.codes)
        rows[name] = pd.array(rng.choice(codes, n) if codes else np.full(n, 30), dtype="Int64")
    areas = [area.code for area in study.places]
    rows |= {"folio": [f"F{k:04d}" for k in range(n)], "municipio": np.repeat(areas, n // len(areas))}
    rows["entrevistador"] = [f"E{k % 18 + 1:02d}" for k in range(n)]
    rows |= {"adultos_hogar": pd.array([2] * n, dtype="Int64"), "lineas": pd.array([1] * n, dtype="Int64")}
    return pd.DataFrame(rows)


class Folder:
    """A study's folder with the wave weighed plainly: one weight for each municipality, 30 replicates."""

    def __init__(self, path: Path, rows: pd.DataFrame, **changes: Any) -> None:
        self.path = path
        shutil.copytree(ROOT / "questionnaires", path / "questionnaires")
        (path / "raw").symlink_to(ROOT / "raw")
        params = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        params["weighting"] |= {
            "calibration": {"margins": [{"items": ["sexo"]}], "min_respondents": 10},
            "collapse": [],
        }
        params["weighting"]["replicates"] |= {"n": 30}
        del params["weighting"]["attempts"]
        for section, keys in changes.items():
            params[section] |= keys
        with (path / "params.yaml").open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(params, file)
        write_table(rows, path / "processed" / WAVE / inside("responses.parquet"))
        write_record(
            {"wave": WAVE, "verdict": "pass", "counts": None, "rules": []}, path / f"processed/checks/{WAVE}.json"
        )

    def change(self, **changes: Any) -> None:
        """Settings with other values, section by section."""
        path = self.path / "params.yaml"
        params = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        for section, keys in changes.items():
            params[section] |= keys
        with path.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(params, file)

    def pulso(self, verb: str) -> str:
        """Run a verb on the wave; what it said."""
        done = CliRunner().invoke(main, [verb, WAVE], catch_exceptions=False)
        return done.output

    def table(self, name: str) -> pd.DataFrame:
        return read_table(self.path / "processed" / WAVE / inside(f"{name}.parquet"))


def whole(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[(table["domain_kind"] == "total") & (table["statistic"] != "total")]
    return rows.set_index(["indicator", "category"])


def test_the_stage_writes_what_interviewers_add_and_no_id(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path, asked)
    folder.pulso("weight")
    assert "estimates" in folder.pulso("estimate")
    table = folder.table("interviewers")
    assert list(table.columns) == list(COLUMNS)
    assert set(table["interviewers"]) == {18}
    text = (tmp_path / "processed" / WAVE / inside("interviewers.parquet")).read_bytes()
    assert b"E01" not in text
    assert not table.astype(str).isin(set(asked["entrevistador"])).any(axis=None)
    estimates = whole(folder.table("estimates"))
    keyed = table.set_index(["indicator", "category"])
    assert set(keyed.index) == set(estimates.index)
    same = estimates.loc[keyed.index]
    np.testing.assert_allclose(keyed["estimate"], same["estimate"])
    np.testing.assert_allclose(keyed["se"], same["se_fixed"])
    assert (keyed["icc_low"] < keyed["icc"]).all() and (keyed["icc"] < keyed["icc_high"]).all()
    np.testing.assert_allclose(keyed["se_ratio"], keyed["se_interviewers"] / keyed["se"])


@pytest.mark.parametrize("method", ["taylor", "calibrated"])
def test_params_make_it_the_published_error(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path, asked, estimation={"se": method, "clusters": "interviewers"})
    folder.pulso("weight")
    folder.pulso("estimate")
    estimates, table = (
        whole(folder.table("estimates")),
        folder.table("interviewers").set_index(["indicator", "category"]),
    )
    assert set(estimates["df"]) == {17}
    published = estimates["se"].loc[table.index]
    np.testing.assert_allclose(estimates["se_fixed"].loc[table.index], table["se_interviewers"], rtol=1e-9)
    if method == "taylor":
        np.testing.assert_allclose(published, table["se_interviewers"], rtol=1e-9)
    else:
        assert not np.allclose(published, table["se_interviewers"], rtol=1e-6)
        np.testing.assert_allclose(published, table["se_interviewers"], rtol=0.25)


def test_replicates_drawn_by_interviewer_agree_with_linearisation(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way that is allowed with replicates: interviewers are the PSUs that the replicates draw."""
    monkeypatch.chdir(tmp_path)
    drawn = {"psu": "entrevistador", "strata": None, "replicates": {"method": "rao_wu", "n": 300, "seed": 1}}
    folder = Folder(tmp_path, asked, weighting=drawn, estimation={"clusters": "interviewers"})
    folder.pulso("weight")
    folder.pulso("estimate")
    estimates, table = (
        whole(folder.table("estimates")),
        folder.table("interviewers").set_index(["indicator", "category"]),
    )
    shares = estimates[(estimates["statistic"] == "proportion") & estimates["estimate"].between(0.1, 0.9)]
    ratio = shares["se"] / table["se_interviewers"].loc[shares.index]
    assert abs(ratio.median() - 1) < 0.1
    assert "E01" not in set(folder.table("estimates").astype(str).to_numpy().ravel())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"estimation": {"clusters": "interviewers"}},
            "estimation.clusters is 'interviewers' but the replicates of estimation.se are drawn by respondent",
        ),
        (
            {"estimation": {"clusters": "interviewers", "se": "taylor"}, "check": {"roles": {}}},
            "estimation.clusters is 'interviewers' but check.roles.interviewer names no item",
        ),
        ({"estimation": {"clusters": "interviewer"}}, "estimation.clusters"),
    ],
)
def test_what_would_be_wrong_is_refused_when_the_study_is_read(
    asked: pd.DataFrame, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    Folder(tmp_path, asked, **changes)
    with pytest.raises(PulsoError, match=r"params\.yaml") as caught:
        load_study(tmp_path)
    assert words in str(caught.value)


def test_replicates_inside_strata_that_interviewers_cross_are_refused(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path, asked, weighting={"psu": "entrevistador"}, estimation={"clusters": "interviewers"})
    folder.pulso("weight")
    said = folder.pulso("estimate")
    assert "18 PSUs (weighting.psu: entrevistador) lie in several strata (municipio)" in said
    assert "set weighting.strata to null in params.yaml." in said
    assert "E01" not in said
    assert len(said.strip().splitlines()) == 1


def test_an_interview_without_interviewer_stops_nothing(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in every figure; the table of those who asked is of the others, and the stage says so."""
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path, asked.assign(entrevistador=asked["entrevistador"].where(asked.index > 4)))
    folder.pulso("weight")
    said = folder.pulso("estimate")
    assert "5 of 540 responses do not say who asked ('entrevistador'" in said
    table, estimates = folder.table("interviewers"), whole(folder.table("estimates"))
    assert estimates.loc[("seg_municipio", "nada seguro"), "n"] > table["n"].max() == 535
    assert set(table["interviewers"]) == {18} and table["icc"].notna().all()
    # The remedy of the published error's own refusal works.
    folder.change(estimation={"clusters": "interviewers", "se": "taylor"})
    said = folder.pulso("estimate")
    assert "5 responses do not say who asked ('entrevistador'" in said and "set estimation.clusters to design" in said
    folder.change(estimation={"clusters": "design"})
    folder.pulso("estimate")
    assert len(folder.table("estimates"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lambda asked: asked.drop(columns="entrevistador"), "which the responses do not have: what interviewers add"),
        (lambda asked: asked.assign(entrevistador=None), "540 of 540 responses do not say who asked"),
        (lambda asked: asked.assign(entrevistador="E01"), ""),
    ],
)
def test_a_wave_that_cannot_tell_its_interviewers_is_estimated(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: Any, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path, rows(asked))
    folder.pulso("weight")
    said = folder.pulso("estimate")
    assert "estimates, " in said and words in said and "withheld" not in said
    table = folder.table("interviewers")
    assert list(table.columns) == list(COLUMNS) and (table.empty or table["icc"].isna().all())


def test_a_study_that_does_not_know_who_asked_writes_an_empty_table(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path, asked.drop(columns="entrevistador"), check={"roles": {}})
    folder.pulso("weight")
    folder.pulso("estimate")
    table = folder.table("interviewers")
    assert list(table.columns) == list(COLUMNS)
    assert table.empty


def test_the_design_without_the_option_has_respondents_as_psus(
    asked: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path, asked)
    folder.pulso("weight")
    design = prepare(load_study(tmp_path), WAVE).design
    assert design.psu is None
    assert design.degrees_of_freedom == 540 - 9


@pytest.mark.parametrize("rho", [0.0, 0.02, 0.1])
def test_the_interval_of_the_correlation_covers(rho: float) -> None:
    """400 draws of 40 unequal interviewers: 95 % within three Monte-Carlo errors."""
    rng = np.random.default_rng(8)
    drawn = []
    for _ in range(400):
        who = np.repeat(np.arange(40), rng.integers(20, 61, 40))
        y = np.sqrt(rho) * rng.normal(size=40)[who] + np.sqrt(1 - rho) * rng.normal(size=len(who))
        drawn.append((len(who), *intra_correlation(y, who, np.zeros(len(who), dtype=int))))
    table = pd.DataFrame(drawn, columns=["n", "interviewers", "workload", "icc"])
    ends = correlation_interval(table, strata=1, level=0.95)
    inside = ((ends["icc_low"] <= rho) & (rho <= ends["icc_high"])).mean()
    assert abs(inside - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / 400)
