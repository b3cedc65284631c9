"""The file of call attempts behind a drawn edition: one row per call, opaque ids only."""

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.simulate.answers import Edition, seeds
from pulsometro.simulate.sample import Draw

COMPLETE, REFUSAL, APPOINTMENT = "1.1", "2.11", "2.21"

Integers = npt.NDArray[np.int64]


def call_attempts(edition: Edition, drawn: Draw, seed: int) -> pd.DataFrame:
    """All calls of the edition, sorted by number and call.

    Columns as the assumptions' ``attempts`` call them; the disposition is the call's AAPOR code
    (2016): 1.1 interview, 2.11 refusal, 2.21 selected person not there (appointment), 2.22
    answering machine, 3.12 busy, 3.13 nobody answers, 4.32 disconnected, 4.51 not a household.
    """
    rng = seeds(seed, edition.wave, "calls")
    assumed, numbers = edition.assumptions.telephone, drawn.numbers
    area = edition.persons.area[numbers.person]
    reached = numbers.reached_at <= assumed.calls
    # An appointment needs one call more, which the limit of calls must leave.
    later = numbers.complete & (numbers.reached_at < assumed.calls)
    later &= rng.random(len(area)) < assumed.appointments / 100
    calls = np.minimum(numbers.reached_at, assumed.calls) + later
    last = np.where(numbers.complete, COMPLETE, np.where(reached, REFUSAL, ""))
    day = rng.integers(0, _span(edition), len(area))
    interviewer = rng.integers(0, assumed.interviewers, len(area))
    day[drawn.respondent], interviewer[drawn.respondent] = drawn.day, drawn.interviewer
    extra_area, extra_code = _no_households(edition, area, rng)
    ringing = extra_code == "3.13"
    table = _rows(
        edition,
        np.concatenate([area, extra_area]),
        np.concatenate([calls, np.where(ringing, assumed.calls, 1)]),
        np.concatenate([last, np.where(ringing, "", extra_code)]),
        np.concatenate([later, np.zeros(len(extra_area), dtype=bool)]),
        np.concatenate([day, rng.integers(0, _span(edition), len(extra_area))]),
        np.concatenate([interviewer, rng.integers(0, assumed.interviewers, len(extra_area))]),
        rng,
    )
    names = edition.assumptions.attempts
    return table.sort_values([names.number, names.call], kind="stable").reset_index(drop=True)


def _span(edition: Edition) -> int:
    return (edition.end - edition.start).days + 1


def _no_households(
    edition: Edition, area: npt.NDArray[np.intp], rng: np.random.Generator
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.str_]]:
    """Numbers met on the way that are no household: their area and AAPOR code."""
    areas, codes = [], []
    households = np.bincount(area, minlength=len(edition.persons.areas))
    for code, per_hundred in edition.assumptions.telephone.no_household.items():
        counts = rng.poisson(households * per_hundred / 100)
        areas.append(np.repeat(np.arange(len(counts)), counts))
        codes.append(np.full(counts.sum(), code))
    return np.concatenate(areas), np.concatenate(codes)


def _rows(
    edition: Edition, area: npt.NDArray[np.intp], calls: Integers, last: npt.NDArray[np.str_],
    appointment: npt.NDArray[np.bool_], day: Integers, interviewer: Integers, rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """One row per call; all but the decisive ones reach nobody."""
    assumed = edition.assumptions.telephone
    identifier = rng.permutation(len(area)) + 1
    number = np.repeat(np.arange(len(area)), calls)
    call = np.arange(len(number)) - np.repeat(np.cumsum(calls) - calls, calls) + 1
    before = calls[number] - call
    codes, weights = np.array(list(assumed.nobody)), np.array(list(assumed.nobody.values()))
    places = np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(len(number)), side="right")
    disposition = codes[np.minimum(places, len(codes) - 1)]
    decisive = (before == 0) & (last[number] != "")
    disposition = np.where(decisive, last[number], disposition)
    disposition = np.where((before == 1) & appointment[number], APPOINTMENT, disposition)
    caller = np.where(before == 0, interviewer[number], rng.integers(0, assumed.interviewers, len(number)))
    # Earlier calls on the days before, or at an earlier hour of the first day.
    when = np.maximum(day[number] - before, 0)
    hour = 8 + 2 * call + rng.integers(0, 2, len(number))
    dates = np.array([(edition.start + timedelta(days=d)).isoformat() for d in range(_span(edition))])
    hours = np.array([f"{h:02d}:{m:02d}" for h in range(24) for m in range(60)])
    names = edition.assumptions.attempts
    return pd.DataFrame({
        names.number: np.char.add("N", np.char.zfill(identifier.astype(str), 6))[number],
        names.area: np.array(edition.persons.areas)[area[number]],
        names.call: call,
        names.date: dates[when],
        names.hour: hours[hour * 60 + rng.integers(0, 60, len(number))],
        names.interviewer: np.array([f"E{i + 1:02d}" for i in range(assumed.interviewers)])[caller],
        names.disposition: disposition,
    })  # fmt: skip
