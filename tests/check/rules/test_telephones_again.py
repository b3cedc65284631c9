"""Telephones of earlier waves: compared where one key made their codes, said where it did not."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.check import stage
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.rule import KEY, Evidence, Rule
from pulsometro.check.rules.delivery import same_again, strata_renumbered
from pulsometro.check.rules.previous_wave import Telephones, telephones_again
from pulsometro.common.files import read_table
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d

RESPONDENTS = pd.DataFrame({KEY: ["F1", "F2", "F3"]})


def _telephones(wave: str, *codes: str | None, key: str | None = "k1", simulated: bool = False) -> Telephones:
    return Telephones(wave, pd.Series(pd.array(codes, dtype="string")), key, simulated)


NOW = _telephones("2020T4", "a", None, "c")


def _again(*earlier: Telephones, now: Telephones = NOW) -> tuple[dict[str, list[bool]], dict[str, Rule]]:
    tables, rules = telephones_again(RESPONDENTS, now, earlier)
    flags = {"telephones": "compared", "respondents": "seen_before"}
    return {name: table[flags[name]].tolist() for name, table in tables.items()}, {rule.id: rule for rule in rules}


def test_a_telephone_of_any_earlier_wave_is_seen() -> None:
    found, rules = _again(_telephones("2020T2", "c", None), _telephones("2020T3", "x", "c"))
    assert found == {"telephones": [True, True], "respondents": [False, False, True]}
    assert rules["phone.seen_before"].title == "Ningún teléfono dio entrevista en una edición anterior"
    assert set(rules) == {"phone.seen_before", "phone.compared"}


@pytest.mark.parametrize("other", ["k2", None])
def test_codes_of_another_or_an_unknown_key_are_not_compared_and_that_is_said(other: str | None) -> None:
    """Wave 2 has the very codes, which under another key mean other numbers."""
    found, rules = _again(_telephones("2020T2", "a", "c", key=other), _telephones("2020T3", "c"))
    assert found == {"telephones": [False, True], "respondents": [False, False, True]}
    assert rules["phone.compared"].severity == "warning"
    assert rules["phone.seen_before"].title.endswith("de las 1 que se pueden comparar")


@pytest.mark.parametrize(("now", "then"), [("k1", "k2"), (None, None), (None, "k1"), ("k1", None)])
def test_what_could_not_be_looked_at_has_no_rule_that_passes(now: str | None, then: str | None) -> None:
    found, rules = _again(_telephones("2020T3", "a", key=then), now=_telephones("2020T4", "a", "b", "c", key=now))
    assert found == {"telephones": [False]}
    assert set(rules) == {"phone.compared"}


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (NOW, Telephones("2020T3", None, None, False)),
        (NOW, _telephones("2020T3", None, None)),
        (_telephones("2020T4", None, None, None, key=None), _telephones("2020T3", "a")),
    ],
)
def test_telephones_that_nobody_delivered_are_said_without_alarm(now: Telephones, then: Telephones) -> None:
    found, rules = _again(then, now=now)
    assert found == {"telephones": [False]}
    assert {rule.severity for rule in rules.values()} == {"info"}


def test_simulated_telephones_are_held_against_simulated_ones_alone() -> None:
    real, simulated = _telephones("2020T2", "a"), _telephones("2020T3", "a", key="demonstration", simulated=True)
    assert _again(simulated) == ({}, {})
    assert _again(real, simulated)[0] == {"telephones": [True], "respondents": [True, False, False]}
    now = _telephones("2020T4", "a", "b", "c", key="demonstration", simulated=True)
    assert _again(real, simulated, now=now)[0] == {"telephones": [True], "respondents": [True, False, False]}


@pytest.mark.slow
def test_the_waves_that_were_not_compared_are_the_keys_of_the_rule() -> None:
    earlier = [_telephones("2020T2", "a", key="k2"), _telephones("2020T3", "c")]
    tables, rules = telephones_again(RESPONDENTS, NOW, earlier)
    found = {outcome.rule.id: outcome for outcome in Engine().run("2020T4", Evidence(tables, rules))}
    assert found["phone.compared"].keys == ("2020T2",)
    assert found["phone.seen_before"].keys == ("F3",)
    assert not any(outcome.passed or outcome.error for outcome in found.values())


def test_the_same_file_is_known_again_under_another_key() -> None:
    before = pd.DataFrame({"folio": list("abcd"), "telefono": list("wxyz"), "x": [1, 2, None, 4]})
    now = before.assign(telefono=list("1234"))
    assert same_again(now, before, "W", without=("telefono",))[0]["same_share"].tolist() == [1.0]
    assert same_again(now, before, "W")[0]["same_share"].tolist() == [0.0]


def test_units_that_are_interviewers_go_by_their_folios(tmp_path: Path) -> None:
    d.prepared(tmp_path)
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "  within: municipio", "  within: municipio\n  psu: entrevistador\n  strata: estrato"
    )
    path.write_text(text, encoding="utf-8")
    people = {"entrevistador": ["Ana Paz", "Ana Paz", "Ana Paz", "Luz Sol", None]}
    now = pd.DataFrame({"folio": list("abcde"), **people, "estrato": list("xxxyz")})
    before = pd.DataFrame({**people, "estrato": list("qqqyz")})
    found = strata_renumbered(d.load_study(tmp_path), now, before)
    assert found is not None
    shown = dict(zip(found[0][KEY], found[0]["renumbered"], strict=True))
    assert shown == {"folios a, b …": True, "folios d …": False}


@pytest.mark.slow
def test_what_the_check_writes_names_nobody(tmp_path: Path) -> None:
    """Interviewers go by name in this delivery, two interviews share a telephone and one breaks a rule."""
    names = ["Ana Paz Ríos", "Luz Sol Mata", "Beto Gil Luna", "Inés Mar Soto"]
    frame = d.good().assign(ENC=names * 15, FECHA="2020-02-03")
    frame.loc[:30, "FECHA"] = "2020-01-06"
    frame.loc[7, "TEL"] = "+52 " + frame.loc[3, "TEL"]
    study = d.prepared(tmp_path, frame)
    run(study, "2020T1")
    verdict = stage.check_wave(study, "2020T1", Engine())
    found = {rule.id: rule.keys for rule in verdict.failed}
    assert found["phone.repeated"] == ("F00004", "F00008")
    assert "dates" in found
    private = {*names, *frame["TEL"], *read_table(study.processed("2020T1", "responses.parquet"))["telefono"].dropna()}
    for path in (tmp_path / "processed" / "checks").rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert not [value for value in private if value in text], path.name
