"""The keyed factor: what it is, that only the key tells it, what it hides, and what it costs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click import ClickException
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.common.errors import MachineError
from pulsometro.study import load_study
from pulsometro.weighting.base.blur import blur_factors
from pulsometro.weighting.chain import Weighted, weigh
from pulsometro.weighting.study_key import DEMONSTRATION_KEY, KEY, fingerprint, key_of_wave
from tests.disclosure.attacks import adults_attack
from tests.small_study import dump, load
from tests.tiny_study import WAVES, write_study
from tests.weighting.editions import inputs, responses, settings

OTHER = bytes(range(32))
FOLIOS = [f"F{number:06d}" for number in range(20_000)]
BLUR = {"spread": 0.35, "key": "demonstration"}
DECLARED = {"weighting.blur": {"spread": 0.35}, "weighting.base.adults": "adultos", "weighting.base.missing": "median"}


def test_factors_have_mean_one_and_the_declared_spread() -> None:
    made = blur_factors(FOLIOS, "2013T2", OTHER, 0.3)
    assert made.mean() == pytest.approx(1.0, abs=4 * 0.3 / np.sqrt(len(FOLIOS)))
    # A normal that is cut at ±2.5 spreads 0.955 of what the whole one does.
    assert np.log(made).std() == pytest.approx(0.3 * 0.9546, rel=0.02)
    assert np.ptp(np.log(made)) < 2 * 2.5 * 0.3


def test_only_key_wave_and_folio_tell_a_factor() -> None:
    made = blur_factors(FOLIOS[:50], "2013T2", OTHER, 0.3)
    turned = blur_factors(FOLIOS[:50][::-1], "2013T2", OTHER, 0.3)
    np.testing.assert_array_equal(made, turned[::-1])
    for wave, key in (("2013T1", OTHER), ("2013T2", DEMONSTRATION_KEY)):
        other = blur_factors(FOLIOS[:2000], wave, key, 0.3)
        assert abs(np.corrcoef(blur_factors(FOLIOS[:2000], "2013T2", OTHER, 0.3), other)[0, 1]) < 0.09
    np.testing.assert_array_equal(blur_factors(FOLIOS[:9], "w", OTHER, 0.0), 1.0)


def weighed(key: bytes = OTHER, **changes: Any) -> Weighted:
    """The made-up edition, blurred."""
    return weigh(inputs(responses=responses(400), key=key), settings(blur=BLUR, trim=None, **changes))


def test_the_factor_is_the_same_in_every_replicate_and_margins_are_still_met() -> None:
    made, plain = weighed(), weigh(inputs(responses=responses(400)), settings(trim=None))
    factors = blur_factors(made.weights["folio"], "2012T2", OTHER, 0.35)
    np.testing.assert_allclose(made.weights["base_weight"], plain.weights["base_weight"] * factors)
    assert made.record.blur is not None and made.record.blur.key == fingerprint(OTHER)
    sums = made.weights.groupby("stratum")["weight"].sum()
    np.testing.assert_allclose(sums, plain.weights.groupby("stratum")["weight"].sum(), rtol=1e-9)
    names = [name for name in made.weights if name.startswith("rep_")]
    drawn = made.weights[names[0]] > 0
    ratio = made.weights.loc[drawn, names[0]] / made.weights.loc[drawn, "weight"]
    # Calibration and the number of draws move it by cell; the blur is no part of it.
    assert abs(np.corrcoef(np.log(ratio), np.log(factors[drawn]))[0, 1]) < 0.1


def test_adults_are_read_hardly_oftener_than_guessed_and_errors_grow_little() -> None:
    rows = responses(400)
    shares = [0.19, 0.52, 0.18, 0.07, 0.03, 0.01]
    draw = np.random.default_rng(3)
    rows["adults"] = draw.choice(range(1, 7), len(rows), p=shares)
    # As in the study's waves; where nine homes of ten have one line it reads 10.4 points more than the best guess.
    rows["lines"] = draw.choice([1, 2, 3], len(rows), p=[0.80, 0.15, 0.05])
    cell = rows["area"] + rows["sex_item"].astype(str) + rows["age_item"].astype(str)
    found: dict[bool, float] = {}
    kish: dict[bool, float] = {}
    declared: Mapping[str, Any] = {"trim": None, "replicates": None}
    for blurred in (False, True):
        made = weigh(inputs(responses=rows, key=OTHER), settings(**declared, blur=BLUR if blurred else None))
        found[blurred] = adults_attack(made.weights["weight"], cell, rows["adults"]).right
        kish[blurred] = made.record.final[-1].deff_kish
    guess = float((rows["adults"] == 2).mean())
    assert found[False] > guess + 0.3
    assert found[True] < guess + 0.10
    assert np.sqrt(kish[True] / kish[False]) < 1.08


def test_a_real_wave_without_its_key_stops_and_the_remedies_mend_it(tmp_path: Path) -> None:
    write_study(tmp_path, DECLARED)
    key = KEY.path(tmp_path)
    study = load_study(tmp_path)
    assert key_of_wave(study, WAVES[0]) == KEY.make(tmp_path)
    copy = key.read_bytes()
    key.unlink()
    with pytest.raises(MachineError, match=r"weights\.key: the key of the weights is missing; put the team's copy"):
        key_of_wave(study, WAVES[0])
    KEY.make(tmp_path)
    with pytest.raises(MachineError, match="put the team's copy of the key there"):
        key_of_wave(study, WAVES[0])
    params = load(tmp_path / "params.yaml")
    params["weighting"]["blur"]["key"] = fingerprint(KEY.make(tmp_path))
    dump(params, tmp_path / "params.yaml")
    assert key_of_wave(load_study(tmp_path), WAVES[0]) == KEY.make(tmp_path)
    key.write_bytes(copy)
    with pytest.raises(MachineError, match="has the fingerprint"):
        key_of_wave(load_study(tmp_path), WAVES[0])


def test_a_simulated_wave_has_the_key_that_everybody_has(tmp_path: Path) -> None:
    write_study(tmp_path, {**DECLARED, "waves.2021T1.simulated": True})
    assert key_of_wave(load_study(tmp_path), WAVES[0]) == DEMONSTRATION_KEY
    assert fingerprint(DEMONSTRATION_KEY) == "demonstration"


def test_a_lost_key_is_not_made_anew_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(tmp_path, {"weighting.base": {"kind": "telephone_completes", "adults": "adultos", "missing": "median"},
                           "weighting.blur": {"spread": 0.3}})  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert "the key was there" in CliRunner().invoke(main, ["key"]).output
    KEY.path(tmp_path).unlink()
    with pytest.raises(ClickException, match="names a key that is not here; put the team's copy in"):
        CliRunner().invoke(main, ["key"], catch_exceptions=False, standalone_mode=False)
    assert not KEY.path(tmp_path).exists()
    params = load(tmp_path / "params.yaml")
    params["weighting"]["blur"]["key"] = "demonstration"
    dump(params, tmp_path / "params.yaml")
    assert "a new key" in CliRunner().invoke(main, ["key"]).output
