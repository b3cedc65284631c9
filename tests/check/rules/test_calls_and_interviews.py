"""A file of calls that is half, doubled, another quarter's: told by its interviews, its interviewers and its calls."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.check.amounts import by_amount
from pulsometro.check.rules.calls_and_interviews import calls_again, interviews_called
from pulsometro.study import Study, load_study
from tests.ingest import deliveries as d

PLACES = ("01001", "01002")
DECLARED = "weighting:\n  attempts: {number: numero, attempt: intento, disposition: como}\n"


def made_study(folder: Path, more: str = "") -> Study:
    d.write_study(folder)
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8").replace("weighting:\n", DECLARED + more)
    path.write_text(text, encoding="utf-8")
    return load_study(folder)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return made_study(tmp_path)


def wave(seed: int, n: int = 600, people: int = 12) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Respondents and the calls that made them: up to three a number, a third of the numbers give an interview."""
    rng = np.random.default_rng(seed)
    numbers = 3 * n
    area, who = rng.choice(PLACES, numbers), np.array([f"E{k}" for k in rng.integers(0, people, numbers)])
    calls = rng.integers(1, 4, numbers)
    complete = np.arange(numbers) % 3 == 0
    number = np.repeat(np.arange(numbers), calls)
    attempt = np.arange(len(number)) - np.repeat(np.cumsum(calls) - calls, calls) + 1
    last = attempt == calls[number]
    how = rng.choice(["3.13", "2.21", "3.12"], len(number), p=[0.6, 0.2, 0.2])
    how = np.where(last & complete[number], "1.1", how)
    attempts = pd.DataFrame({
        "numero": pd.array([f"N{k:05d}" for k in number], dtype="string"),
        "municipio": pd.array(area[number], dtype="string"), "intento": pd.array(attempt, dtype="Int64"),
        "entrevistador": pd.array(who[number], dtype="string"), "como": pd.array(how, dtype="string"),
    })  # fmt: skip
    respondents = pd.DataFrame({
        "folio": [f"F{k}" for k in range(n)], "municipio": pd.array(area[complete], dtype="string"),
        "entrevistador": pd.array(who[complete], dtype="string"),
    })  # fmt: skip
    return respondents, attempts


def told(
    study: Study, respondents: pd.DataFrame, attempts: pd.DataFrame, before: dict[str, pd.DataFrame] | None = None,
    quarantined: int = 0,
) -> dict[str, str]:  # fmt: skip
    tables, rules = interviews_called(study, respondents, attempts, quarantined)
    again, more = calls_again(study, attempts, before or {})
    tables |= again
    failed = {}
    for rule in by_amount((*rules, *more), tables, study.params.check):
        limits = rule.limits
        if not tables[rule.table]["share"].between(limits["min_value"], limits["max_value"]).all():
            failed[rule.id] = rule.severity
    return failed


@pytest.mark.parametrize("seed", range(5))
def test_the_waves_own_calls_are_told_nothing(seed: int, study: Study) -> None:
    respondents, attempts = wave(seed)
    before = {f"w{k}": wave(seed + k)[1] for k in range(10, 13)}
    assert told(study, respondents, attempts, before) == {}
    bare = [frame.drop(columns=["municipio", "entrevistador"]) for frame in (attempts, *before.values())]
    assert told(study, respondents, bare[0], dict(zip(before, bare[1:], strict=True))) == {}


@pytest.mark.parametrize("drop", [[], ["entrevistador"], ["municipio", "entrevistador"]])
@pytest.mark.parametrize(
    "change",
    [lambda a: a.head(len(a) // 2), lambda a: pd.concat([a, a]), lambda a: a[a["como"] != "1.1"],
     lambda a: pd.concat([a, a.assign(numero=a["numero"] + "b")])],
)  # fmt: skip
def test_half_of_them_or_twice_as_many_stop(change, drop: list[str], study: Study) -> None:
    respondents, attempts = wave(1)
    assert told(study, respondents, change(attempts.drop(columns=drop)))["calls.interviews"] == "critical"


def test_one_place_without_calls_is_named(study: Study) -> None:
    respondents, attempts = wave(1)
    tables, _ = interviews_called(study, respondents, attempts[attempts["municipio"] != PLACES[1]], 0)
    called = tables["called"].set_index("key")["share"]
    n = int((respondents["municipio"] == PLACES[1]).sum())
    assert called[f"{PLACES[1]}/0 en las llamadas/{n} aceptadas"] == pytest.approx(n / 600)
    assert called.filter(like=PLACES[0]).tolist() == [0.0]


def test_another_quarters_calls_are_told_by_who_made_them_and_by_the_calls(study: Study) -> None:
    respondents, attempts = wave(1)
    other = wave(2)[1]
    assert told(study, respondents, other)["calls.interviewers"] == "critical"
    assert told(study, respondents, other, {"antes": other})["calls.again"] == "critical"
    bare = other.drop(columns=["municipio", "entrevistador"])
    assert told(study, respondents, bare, {"antes": bare}) == {"calls.again": "critical"}
    assert told(study, respondents, attempts, {"antes": other}) == {}


def test_interviews_in_quarantine_were_called_too(study: Study) -> None:
    respondents, attempts = wave(1)
    assert told(study, respondents.iloc[7:], attempts, quarantined=7) == {}
    assert told(study, respondents.iloc[7:], attempts) == {"calls.interviews": "warning"}


def test_ids_written_otherwise_are_the_same_people_and_other_ids_are_not_compared(study: Study) -> None:
    respondents, attempts = wave(1)
    padded = attempts.assign(entrevistador=" 00" + attempts["entrevistador"].str.lower())
    plain = respondents.assign(entrevistador=respondents["entrevistador"].str.upper())
    assert told(study, plain, padded) == {}
    assert "callers" not in interviews_called(study, respondents, attempts.assign(entrevistador="Z"), 0)[0]


def test_a_wave_whose_calls_lack_interviews_is_not_signed_off_where_the_weights_need_them(tmp_path: Path) -> None:
    adjusted = made_study(tmp_path, "  nonresponse: {classes: [municipio]}\n")
    respondents, attempts = wave(1)
    _, rules = interviews_called(adjusted, respondents, attempts.head(len(attempts) // 2), 0)
    assert [(rule.severity, rule.signable) for rule in rules if rule.id == "calls.interviews"] == [("critical", False)]
    _, rules = interviews_called(adjusted, respondents, attempts, 0)
    assert all(rule.signable for rule in rules)


def test_without_how_a_call_ended_nothing_is_said(tmp_path: Path) -> None:
    respondents, attempts = wave(1)
    assert interviews_called(d.write_study(tmp_path), respondents, attempts, 0) == ({}, ())
