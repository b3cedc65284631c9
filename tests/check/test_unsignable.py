"""What no later stage can go on with is not signed off: the signature is refused, an old one does not count."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.check import stage as check
from pulsometro.check.signoffs import add_exception
from pulsometro.check.verdict import Verdict
from pulsometro.cli import main
from pulsometro.common.errors import PulsoError
from pulsometro.estimates import stage as estimate
from pulsometro.ingest import stage as ingest
from pulsometro.study import Study, load_study
from pulsometro.study.withheld import WaveWithheld
from pulsometro.weighting import stage as weight
from tests.tiny_study import WAVES, rows, write_study

pytestmark = pytest.mark.slow

WAVE = WAVES[0]
PLAIN = {"publish.reports": False, "publish.release": False, "release": None}
UNITS = {"weighting.base": {"kind": "area", "probabilities": ["p1", "p2"]}, "weighting.strata": "estrato",
         "weighting.psu": "upm", "weighting.population": {"persons": 241_000}}  # fmt: skip
LOOSE = {"items.estrato.required": False, "items.upm.required": False}
GIVEN = {"weighting": {"base": {"kind": "given", "weight": "factor"}, "strata": "estrato", "psu": "upm"}}


def _astride(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(estrato=table["estrato"].mask(table["upm"].eq(3) & (table.index % 32 == 3), 1))


def _blank(column: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.assign(**{column: table[column].astype("Int64").mask(table.index < 3)})


def _worthless(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(factor=table["factor"].mask(table.index < 3, -1.0))


def _without_a_place(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["municipio"] != "07003"]


CALIBRATED = {"weighting.calibration": {"method": "raking", "margins": [{"items": ["sexo"]}]}}
# Rule → settings, and what is done to a sound delivery.
CASES: dict[str, tuple[dict[str, Any], Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "design.nested": (UNITS, _astride),
    "design.strata": (UNITS, _blank("estrato")),
    "design.psu": (UNITS, _blank("upm")),
    "weight.positive": (GIVEN, _worthless),
    "sample.present": (CALIBRATED, _without_a_place),
}


def delivered(folder: Path, settings: dict[str, Any], change: Callable[[pd.DataFrame], pd.DataFrame]) -> Study:
    """The tiny study whose first wave is delivered changed, ingested."""
    write_study(folder, {**PLAIN, **settings}, LOOSE)
    study = load_study(folder)
    change(rows(WAVE)).to_csv(study.raw(WAVE), index=False)
    ingest.run(study, WAVE)
    return study


def failed(verdict: Verdict) -> dict[str, str]:
    """Critical rules that failed → what was signed."""
    return {rule.id: rule.accepted for rule in verdict.failed if rule.severity == "critical"}


@pytest.mark.parametrize("rule", sorted(CASES))
def test_what_no_later_stage_survives_cannot_be_signed(
    tmp_path: Path, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = delivered(tmp_path, *CASES[rule])
    assert failed(check.run_one(study, WAVE)) == {rule: ""}
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["check", WAVE, "--accept", rule, "--because", "la casa lo sabe"])
    assert said.exit_code == 1 and not isinstance(said.exception, PulsoError)
    with pytest.raises(PulsoError, match=f"the rule '{rule}' cannot be signed off: .*; correct the delivery") as stop:
        check.accept(study, WAVE, rule, "la casa lo sabe")
    assert "\n" not in str(stop.value) and not (tmp_path / "questionnaires/exceptions.yaml").exists()
    # One that was signed under an earlier version does not count.
    add_exception(study, WAVE, rule, "la casa lo sabe")
    verdict = check.run_one(load_study(tmp_path), WAVE)
    assert verdict.verdict == "stop" and failed(verdict) == {rule: ""}
    with pytest.raises(WaveWithheld) as refused:
        check.refuse_if_stopped(study, WAVE)
    assert "--accept" not in str(refused.value) and "signed or not" in str(refused.value)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_later_stage_would_have_refused(tmp_path: Path, rule: str) -> None:
    study = delivered(tmp_path, *CASES[rule])
    with pytest.raises(WaveWithheld):
        weight.run(study, WAVE)
        estimate.run(study, WAVE)


@pytest.mark.parametrize("name", ["design.nested", "design"])
def test_no_setting_lets_it_pass_either(tmp_path: Path, name: str) -> None:
    study = delivered(tmp_path, {**UNITS, "check.severity": {name: "warning"}}, _astride)
    verdict = check.run_one(study, WAVE)
    assert verdict.verdict == "stop"
    assert f"check.severity makes {name} warning, and the weights or the estimates cannot be made" in verdict.refused


def test_the_remedy_of_a_unit_in_two_strata(tmp_path: Path) -> None:
    study = delivered(tmp_path, {**UNITS, "weighting.strata": None}, _astride)
    assert failed(check.run_one(study, WAVE)) == {}
    check.refuse_if_stopped(study, WAVE)
    weight.run(study, WAVE)
    estimate.run(study, WAVE)


def test_what_can_be_survived_is_signed_as_ever(tmp_path: Path) -> None:
    def few(table: pd.DataFrame) -> pd.DataFrame:
        return table.drop(index=table.index[table["municipio"] == "07003"][:150])

    study = delivered(tmp_path, {"check.interviews_per_area": 160}, few)
    assert failed(check.run_one(study, WAVE)) == {"sample.minimum": ""}
    check.accept(study, WAVE, "sample.minimum", "se levantó poco ahí")
    check.refuse_if_stopped(study, WAVE)
    weight.run(study, WAVE)
    estimate.run(study, WAVE)
