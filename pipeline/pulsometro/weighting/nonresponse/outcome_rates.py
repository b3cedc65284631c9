"""Final dispositions and outcome rates.

AAPOR (2016), Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for
Surveys, 9th edition: RR1–RR6, COOP1–COOP4, REF1–REF3, CON1–CON3.
"""

from typing import get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.record import AaporGroup, Rates

GROUPS: tuple[AaporGroup, ...] = get_args(AaporGroup)


def group_of(code: str) -> AaporGroup:
    """The group (``GROUPS``) of an AAPOR code such as "1.1", "2.112", "3.13", "4.3"."""
    text = str(code).strip()
    first, _, rest = text.partition(".")
    if first == "1":
        return "P" if rest.startswith("2") else "I"
    if first == "2":
        eligible: dict[str, AaporGroup] = {"1": "R", "2": "NC", "3": "O"}
        return eligible.get(rest[:1], "O")
    if first == "3":
        return "UH" if rest[:1] in ("1", "") else "UO"
    if first == "4":
        return "NE"
    raise WeightingError(
        f"'{code}' is not an AAPOR disposition (1.x interview, 2.x eligible, 3.x unknown, 4.x not eligible)",
        "correct the file of call attempts",
    )


def final_dispositions(attempts: pd.DataFrame, number: str, attempt: str, disposition: str) -> pd.DataFrame:
    """One row per telephone number: its group of final disposition (column ``group``).

    An interview at any attempt is an interview; then a refusal, another eligible outcome,
    not eligible, a non-contact of a known household, unknown; within a group the last attempt
    counts. The other columns are those of the row that decided.
    """
    groups = attempts[disposition].astype(str)
    rank = {"I": 0, "P": 1, "R": 2, "O": 3, "NE": 4, "NC": 5, "UH": 6, "UO": 7}
    known = {code: group_of(code) for code in groups.unique()}
    table = attempts.assign(group=groups.map(known))
    table["_rank"] = table["group"].map(rank)
    ordered = table.sort_values([number, "_rank", attempt], ascending=[True, True, False], kind="stable")
    return ordered.drop_duplicates(number).drop(columns="_rank").reset_index(drop=True)


def eligibility(groups: npt.ArrayLike) -> float:
    """*e*: share eligible among the numbers whose eligibility is known (CASRO's assumption)."""
    values = np.asarray(groups).astype(str)
    eligible = np.isin(values, ("I", "P", "R", "NC", "O")).sum()
    known = eligible + (values == "NE").sum()
    return float(eligible / known) if known else 1.0


def aapor_rates(area: str, groups: npt.ArrayLike, e: float | None = None) -> Rates:
    """All outcome rates of the numbers of one area, each number counted once.

    ``groups``: (numbers,) final groups. ``e``: share of unknown numbers taken as eligible in
    RR3, RR4, REF2 and CON2; by default ``eligibility`` of this area.
    """
    values = np.asarray(groups).astype(str)
    n = {name: int((values == name).sum()) for name in GROUPS}
    share = eligibility(values) if e is None else e
    interviews, partial, refusals, contacts, other = n["I"], n["P"], n["R"], n["NC"], n["O"]
    unknown = n["UH"] + n["UO"]
    reached = interviews + partial + refusals + other
    eligible = reached + contacts

    def ratio(numerator: float, denominator: float) -> float | None:
        return numerator / denominator if denominator > 0 else None

    both = interviews + partial
    rates = {
        "RR1": ratio(interviews, eligible + unknown),
        "RR2": ratio(both, eligible + unknown),
        "RR3": ratio(interviews, eligible + share * unknown),
        "RR4": ratio(both, eligible + share * unknown),
        "RR5": ratio(interviews, eligible),
        "RR6": ratio(both, eligible),
        "COOP1": ratio(interviews, reached),
        "COOP2": ratio(both, reached),
        "COOP3": ratio(interviews, both + refusals),
        "COOP4": ratio(both, both + refusals),
        "REF1": ratio(refusals, eligible + unknown),
        "REF2": ratio(refusals, eligible + share * unknown),
        "REF3": ratio(refusals, eligible),
        "CON1": ratio(reached, eligible + unknown),
        "CON2": ratio(reached, eligible + share * unknown),
        "CON3": ratio(reached, eligible),
    }
    return Rates(area, n, share, rates)
