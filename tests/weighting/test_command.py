"""``pulso weight`` on a folder: every option that params.yaml can declare, every refusal in one sentence."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from pulsometro.cli import main
from pulsometro.common.files import read_record, read_table, write_record, write_table
from pulsometro.study.layout import inside
from tests.weighting.editions import attempts, responses

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
WAVE = "2012T2"
NAMES = {
    "area": "municipio", "sex_item": "sexo", "age_item": "grupo_edad", "school_item": "escolaridad",
    "adults": "adultos_hogar", "lines": "lineas", "insecure": "seg_municipio",
}  # fmt: skip
PEOPLE = Path("raw/population/control_totals.csv")
TWO = [{"items": ["sexo"]}, {"items": ["grupo_edad"]}]
BASE = {"kind": "telephone_completes", "adults": "adultos_hogar", "lines": "lineas", "missing": "median"}


class Folder:
    """A study's folder with a made-up wave: the project's own settings but for what a test changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "raw").mkdir()
        (path / "questionnaires").symlink_to(ROOT / "questionnaires")
        shutil.copytree(ROOT / "raw" / "population", path / "raw" / "population")
        self.params: dict[str, Any] = YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        # The plan of the microdata is of the whole study's items.
        self.params["publish"] = {"release": False}
        self.weighting = self.params["weighting"]
        self.weighting |= {
            "calibration": {"margins": TWO, "min_respondents": 10},
            "replicates": {"method": "rao_wu", "n": 32, "seed": 3, "max_failed_share": 0.06},
        }
        del self.weighting["attempts"]
        self.rows = responses().rename(columns=NAMES)
        write_record(
            {"wave": WAVE, "verdict": "pass", "counts": None, "rules": []}, path / f"processed/checks/{WAVE}.json"
        )

    def processed(self, name: str) -> Path:
        return self.path / "processed" / WAVE / inside(name)

    def calls(self) -> None:
        """A file of call attempts, and its columns in the settings."""
        made = attempts(self.rows.rename(columns={"municipio": "area"})).rename(columns={"area": "municipio"})
        write_table(made, self.processed("attempts.parquet"))
        self.weighting["attempts"] = {"number": "number", "attempt": "attempt", "disposition": "disposition"}

    def totals(self) -> pd.DataFrame:
        return pd.read_csv(self.path / PEOPLE, dtype={"cve_geo": str})

    def weigh(self, **changes: Any) -> Result:
        """Run the command with keys of ``weighting`` replaced (None: left out)."""
        for key, value in changes.items():
            self.weighting[key] = value
        kept = {key: value for key, value in self.weighting.items() if value is not None}
        with (self.path / "params.yaml").open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump({**self.params, "weighting": kept}, file)
        write_table(self.rows, self.processed("responses.parquet"))
        return CliRunner().invoke(main, ["weight", WAVE], catch_exceptions=False)

    def record(self, **changes: Any) -> dict[str, Any]:
        """What the command wrote; it must have succeeded."""
        done = self.weigh(**changes)
        assert done.exit_code == 0, done.output
        content: dict[str, Any] = read_record(self.processed("weighting.json"))
        return content

    def weights(self) -> pd.DataFrame:
        return read_table(self.processed("weights.parquet"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


# --- what params.yaml can declare ---------------------------------------------------------------


def test_the_three_margins_of_the_study_and_their_replicates(folder: Folder) -> None:
    """Counts within the municipality, and shares of another source over the whole, at once."""
    whole = {"items": ["escolaridad"], "within": False, "source": "census_2020", "totals": "shares"}
    totals = {**folder.weighting["control_totals"], "max_age_years": 3}
    totals["columns"] = {**totals["columns"], "escolaridad": "schooling"}
    made = folder.record(control_totals=totals, calibration={"margins": [*TWO, whole], "min_respondents": 10})
    assert made["calibration"]["margins"] == ["sexo", "grupo_edad", "escolaridad"]
    assert [source["within"] for source in made["calibration"]["sources"]] == [True, True, False]
    assert [source["too_old"] for source in made["calibration"]["sources"]] == [False, False, True]
    assert any("escolaridad" in text and "years from the fieldwork" in text for text in made["warnings"])
    off = [abs(cell["points_after"]) for cell in made["calibration"]["cells"]]
    assert max(off) < 1e-6 < max(abs(cell["points_before"]) for cell in made["calibration"]["cells"])
    # The whole is met in a replicate too, with the municipalities' own margins.
    rows = folder.weights().merge(folder.rows, on="folio")
    school = rows.groupby("escolaridad")["rep_001"].sum() / rows["rep_001"].sum()
    census = folder.totals().query("source == 'census_2020' and schooling == schooling")
    share = census.groupby("schooling")["population"].sum() / census["population"].sum()
    np.testing.assert_allclose(school.to_numpy(), share.to_numpy(), rtol=1e-9)


@pytest.mark.parametrize(("method", "bounds"), [("linear", None), ("linear_bounded", [0.02, 6]), ("logit", [0.02, 6])])
def test_the_other_methods(folder: Folder, method: str, bounds: list[float] | None) -> None:
    calibration = {"margins": TWO, "min_respondents": 10, "method": method}
    made = folder.record(calibration={**calibration, **({"bounds": bounds} if bounds else {})}, trim=None)
    assert made["calibration"]["method"] == method
    ratio = folder.weights()["weight"] / folder.weights()["base_weight"]
    if bounds:
        assert ratio.between(bounds[0] - 1e-9, bounds[1] + 1e-9).all()
    assert max(abs(cell["points_after"]) for cell in made["calibration"]["cells"]) < 1e-6


@pytest.mark.parametrize("rule", ["impute", "own_cell"])
def test_the_rules_for_a_missing_variable(folder: Folder, rule: str) -> None:
    folder.rows.loc[[0, 1, 2], "grupo_edad"] = pd.NA
    folder.rows.loc[folder.rows.index[200:215], "grupo_edad"] = pd.NA
    areas = folder.rows["municipio"].iloc[[0, 200]].tolist()
    margin = {"margins": TWO, "min_respondents": 10, "missing": rule}
    if rule == "own_cell":
        folder.rows.loc[[3, 4, 5, 6, 7, 8, 9, 10, 11], "grupo_edad"] = pd.NA
    made = folder.record(calibration=margin)
    assert [(m["area"], m["rule"]) for m in made["calibration"]["missing"]] == [(area, rule) for area in areas]


@pytest.mark.parametrize("nonresponse", [{"classes": ["zone"]}, {"method": "propensity", "predictors": ["zone"]}])
def test_nonresponse(folder: Folder, nonresponse: dict[str, Any]) -> None:
    folder.calls()
    made = folder.record(nonresponse=nonresponse)
    assert made["nonresponse"]["method"] == nonresponse.get("method", "classes")
    assert len(made["outcome_rates"]) == 10
    assert made["replicates"]["used"] == 32


def test_a_frame_count_and_a_floor(folder: Folder) -> None:
    frame = pd.DataFrame({"area": sorted(folder.rows["municipio"].unique()), "frame_numbers": 50_000})
    frame.assign(released_numbers=250).to_csv(folder.path / "frame.csv", index=False)
    base = {**BASE, "kind": "telephone_frame", "frame": "frame.csv"}
    made = folder.record(base=base, trim={"k": 6, "k_low": 20})
    assert set(made["base"]["expansion"].values()) == {200.0}
    assert all(area["floor"] == pytest.approx(area["median"] / 20) for area in made["trim"]["areas"])


@pytest.mark.parametrize("kind", ["given", "area"])
def test_weights_that_come_with_the_sample(folder: Folder, kind: str) -> None:
    folder.rows = folder.rows.assign(factor=7.0, p1=0.5, p2=0.1)
    base = {"kind": "given", "weight": "factor"} if kind == "given" else {"kind": kind, "probabilities": ["p1", "p2"]}
    folder.record(base=base, blur=None)
    assert folder.weights()["base_weight"].unique() == pytest.approx([7.0 if kind == "given" else 20.0])


@pytest.mark.parametrize("method", ["hartley", "multiplicity"])
def test_two_frames(folder: Folder, method: str) -> None:
    generator = np.random.default_rng(3)
    folder.rows = folder.rows.assign(
        frame=generator.choice([1, 2], len(folder.rows)), other=generator.choice([1, 2], len(folder.rows))
    )
    made = folder.record(dual_frame={"method": method, "frame": "frame", "first": 1, "other": "other"})
    dual = made["dual_frame"]
    assert dual["method"] == method
    assert (dual["theta"] is None) == (method == "multiplicity")
    assert sum(dual[k] for k in ("first_only", "overlap_first", "overlap_second", "second_only")) == len(folder.rows)


def test_the_jackknife_makes_random_groups_above_two_hundred_psus(folder: Folder) -> None:
    made = folder.record(replicates={"method": "jkn", "seed": 1}, trim=None)["replicates"]
    # 1,080 respondents are PSUs: by default at most 200 groups, whole ones in each of nine strata.
    assert made["groups"] == made["used"] == 9 * (200 // 9)
    assert set(made["rscales"]) == {round(21 / 22, 10)}


def test_a_finite_population_has_the_rescaled_bootstrap_or_a_refusal(folder: Folder) -> None:
    """Everybody of each municipality in the sample: no replicate differs from the weight."""
    folder.rows = folder.rows.assign(psus=120)
    made = folder.record(replicates={"n": 30, "seed": 1, "fpc": "psus"})
    assert made["replicates"]["fpc"]
    weights = folder.weights()
    np.testing.assert_allclose(weights["rep_003"].to_numpy(), weights["weight"].to_numpy(), rtol=1e-9)
    folder.rows = folder.rows.assign(psus=119)
    assert "at least 120" in folder.weigh().output
    folder.rows = folder.rows.assign(psus=240)
    folder.calls()
    done = folder.weigh(nonresponse={"classes": ["zone"]})
    assert "a finite population correction with units that gave no interview is not supported" in done.output
    assert "leave out replicates.fpc or nonresponse" in done.output


def test_replicates_side_by_side_are_the_same(folder: Folder) -> None:
    folder.record()
    alone = folder.processed("weights.parquet").read_bytes()
    folder.record(replicates={**folder.weighting["replicates"], "jobs": 2})
    assert folder.processed("weights.parquet").read_bytes() == alone


# --- what stops it ------------------------------------------------------------------------------


def _empty_cell(folder: Folder) -> None:
    rows = folder.rows
    rows.loc[(rows["municipio"] == "19018") & (rows["grupo_edad"] == 4), "grupo_edad"] = 3
    folder.weighting["collapse"] = []


def _few(folder: Folder) -> None:
    rows = folder.rows
    cell = rows.index[(rows["municipio"] == "19018") & (rows["grupo_edad"] == 4)]
    rows.loc[cell[5:], "grupo_edad"] = 3
    folder.weighting["collapse"] = []


def _missing(folder: Folder) -> None:
    folder.rows.loc[folder.rows.index[folder.rows["municipio"] == "19039"][:25], "grupo_edad"] = pd.NA


def _contradiction(folder: Folder) -> None:
    other = {"items": ["grupo_edad"], "source": "geometric_2010_2020"}
    folder.weighting["calibration"] = {"margins": [TWO[0], other], "min_respondents": 10}


def _one_sweep(folder: Folder) -> None:
    folder.weighting["calibration"] = {"margins": TWO, "min_respondents": 10, "max_iterations": 1}


def _negative(folder: Folder) -> None:
    rows = folder.rows
    place = rows.index[rows["municipio"] == "19048"]
    rows.loc[place[:95], ["sexo", "grupo_edad"]] = [[1, 1 + k % 4] for k in range(95)]
    rows.loc[place[95:], ["sexo", "grupo_edad"]] = [[2, 4]] * 25
    rows.loc[place[-5:], "grupo_edad"] = 1
    folder.weighting |= {"calibration": {"margins": TWO, "min_respondents": 10, "method": "linear"}, "trim": None}


def _large(folder: Folder) -> None:
    folder.weighting |= {"trim": None, "limits": {"max_to_median": 2.0}}


def _nobody(folder: Folder) -> None:
    folder.rows = folder.rows[folder.rows["municipio"] != "19021"]


def _zero_total(folder: Folder) -> None:
    totals = folder.totals()
    totals.loc[(totals["cve_geo"] == "19031") & (totals["age_group"] == 2), "population"] = 0
    totals.to_csv(folder.path / PEOPLE, index=False)


def _cap(folder: Folder) -> None:
    folder.weighting["trim"] = {"k": 1.05}


def _lost_replicates(folder: Folder) -> None:
    folder.weighting |= {"trim": {"k": 2.1}, "replicates": {"n": 40, "seed": 3, "max_failed_share": 0.0}}


REFUSALS: list[tuple[Callable[[Folder], None], list[str]]] = [
    (_empty_cell, ["municipality García (19018), margin grupo_edad, cell 4 (65 años y más)", "(collapse)"]),
    (_few, ["García (19018), margin grupo_edad, cell 4 (65 años y más)", "fewer than the 10", "collapse"]),
    (_missing, ["Monterrey (19039), margin grupo_edad", "25 respondents", "missing: impute or own_cell"]),
    (_contradiction, ["Apodaca (19006), margin grupo_edad", "add up to", "declare the margin as shares"]),
    (_one_sweep, ["municipality ", "margin sexo, cell ", "in 1 iterations", "raise calibration.max_iterations"]),
    (_negative, ["Santa Catarina (19048), margin ", "absurd", "use raking or bounds"]),
    (_large, ["municipality ", "× the municipality's median", "trim the weights or raise limits.max_to_median"]),
    (_nobody, ["General Escobedo (19021)", "no interviews", "interview there"]),
    (_zero_total, ["Juárez (19031), margin grupo_edad, cell 2 (30 a 44 años)", "is zero", "correct the total"]),
    (_cap, ["municipality ", "margin ", "cell ", "need a mean weight of", "above the mean of", "raise trim.k"]),
    (_lost_replicates, ["of 40 replicates failed, more than the 0 allowed", "collapse"]),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "words"), REFUSALS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_refusal_is_one_sentence_and_leaves_nothing_but_why(
    folder: Folder, spoil: Callable[[Folder], None], words: list[str]
) -> None:
    names = ("weights.parquet", "weighting.json")
    for name in names:
        folder.processed(name).parent.mkdir(parents=True, exist_ok=True)
        folder.processed(name).write_bytes(b"of an earlier run")
    spoil(folder)
    done = folder.weigh()
    assert done.exit_code == 1
    said = done.output.strip()
    assert len(said.splitlines()) == 1
    assert said.startswith("Error: Weighting")
    assert said.endswith(".")
    for word in words:
        assert word in said, said
    # Weights of an earlier run do not outlive what they were made from: the folder holds why there are none.
    assert [path.name for path in folder.processed("weights.parquet").parent.iterdir()] == ["withheld.json"]
    assert {path.name for path in folder.processed("").iterdir()} == {"ingest", "weight"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strata": "zona"}, "no column 'zona'; correct weighting.strata in params.yaml"),
        ({"psu": "upm"}, "no column 'upm'; correct weighting.psu in params.yaml"),
        ({"within": "ciudad"}, "no column 'ciudad'; correct weighting.within in params.yaml"),
        ({"replicates": {"n": 30, "fpc": "N"}}, "no column 'N'; correct weighting.replicates.fpc in params.yaml"),
        ({"base": {**BASE, "lines": "telefonos"}}, "no column 'telefonos'; correct weighting.base in params.yaml"),
        (
            {"coverage": {"file": "raw/population/coverage.csv", "frames": ["fax"]}},
            "no column 'fax'; correct weighting.",
        ),
        ({"calibration": {"margins": [{"items": ["zone"]}]}}, "name it under control_totals.columns"),
        ({"calibration": {"margin": TWO}}, "unknown key 'weighting.calibration.margin'; did you mean 'margins'?"),
        (
            {"dual_frame": {"method": "hartley", "frame": "marco", "first": 1, "other": "otro"}},
            "no column 'marco'; correct weighting.dual_frame in params.yaml",
        ),
    ],
)
def test_a_name_that_is_wrong_is_named(folder: Folder, changes: dict[str, Any], words: str) -> None:
    done = folder.weigh(**changes)
    assert done.exit_code == 1
    assert words in done.output
