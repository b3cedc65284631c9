"""A file of calls whose columns say nothing, or the same in every row, is told by what it does not say."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.check.amounts import by_amount
from pulsometro.check.rules.calls_fed import what_calls_say
from pulsometro.study import Study
from tests.check.rules.test_calls_and_interviews import made_study, wave
from tests.ingest import deliveries as d


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return made_study(tmp_path)


def told(study: Study, attempts: pd.DataFrame) -> dict[str, str]:
    tables, rules = what_calls_say(study, attempts)
    failed = {}
    for rule in by_amount(rules, tables, study.params.check):
        share = tables["calls_fed"].query(rule.where)["share"].iloc[0]
        if share > rule.limits["max_value"]:
            failed[rule.id] = rule.severity
    return failed


@pytest.mark.parametrize("seed", range(5))
def test_honest_calls_are_told_nothing(seed: int, study: Study) -> None:
    calls = wave(seed)[1]
    assert told(study, calls) == {}
    assert told(study, calls.sample(frac=1, random_state=seed)) == {}
    assert told(study, calls.drop(columns="entrevistador")) == {}
    # A machine dials: nobody is beside the calls that nobody answered.
    answered = calls["como"].isin(["1.1", "2.11"])
    assert told(study, calls.assign(entrevistador=calls["entrevistador"].where(answered))) == {}
    assert told(study, calls.drop_duplicates("numero").assign(intento=1)) == {}


CASES = {
    "only interviews": (lambda c: c[c["como"] == "1.1"], {"calls_fed.outcomes": "critical"}),
    "numbers blank": (lambda c: c.assign(numero=pd.NA), {"calls_fed.number": "critical"}),
    "numbers of blanks": (lambda c: c.assign(numero="  "), {"calls_fed.number": "critical"}),
    "numbers of one value": (lambda c: c.assign(numero="N1"), {"calls_fed.number": "critical"}),
    "a tenth of the numbers blank": (
        lambda c: c.assign(numero=c["numero"].where(c.index % 10 > 0)), {"calls_fed.number": "warning"}
    ),
    "every attempt the first": (lambda c: c.assign(intento=1), {"calls_fed.attempt": "critical"}),
    "attempts from zero": (lambda c: c.assign(intento=c["intento"] - 1), {"calls_fed.attempt": "warning"}),
    "attempts blank": (lambda c: c.assign(intento=pd.NA), {"calls_fed.attempt": "critical"}),
    "callers blank": (lambda c: c.assign(entrevistador=pd.NA), {"calls_fed.callers": "critical"}),
    "half of the callers blank": (
        lambda c: c.assign(entrevistador=c["entrevistador"].where(c["como"].ne("1.1") | (c.index % 2 == 0))),
        {"calls_fed.callers": "warning"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_the_calls_do_not_say_is_told_once(case: str, study: Study) -> None:
    change, expected = CASES[case]
    assert told(study, change(wave(1)[1].reset_index(drop=True))) == expected


def test_without_declared_calls_or_of_a_handful_nothing_is_said(tmp_path: Path, study: Study) -> None:
    calls = wave(1)[1]
    assert what_calls_say(study, calls.assign(numero=pd.NA).head(20)) == ({}, ())
    assert what_calls_say(d.write_study(tmp_path / "bare"), calls) == ({}, ())
