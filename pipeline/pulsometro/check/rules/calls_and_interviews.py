"""The file of calls against the interviews: as many, in the same places, of the same people, and of this wave.

Half a file, one pasted twice, another quarter's: each of them is a file of calls like any other.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pulsometro.check.place_words import EACH
from pulsometro.check.rule import KEY, Rule
from pulsometro.study import Study

# Of so many calls with the same number and attempt in two waves, so many more than chance gives must be equal.
LEAST_CALLS, MORE_EQUAL = 50, 0.25
# Of the interviewers in the responses, so many must be in the calls for the two to be compared.
_KNOWN = 0.5
_WHOLE = "todo el estudio"


def interviews_called(
    study: Study, respondents: pd.DataFrame, attempts: pd.DataFrame, quarantined: int
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence tables ``called`` (one row a place, and one for all) and ``callers``, and their rules.

    ``quarantined``: interviews delivered and not accepted, which the calls have and ``respondents`` lacks.
    Nothing where no column says how a call ended, or where the calls do not say what is compared.
    """
    made = _interviews(study, attempts)
    if made is None or not len(respondents):
        return {}, ()
    tables = {"called": _called(study, respondents, made, quarantined)}
    lacking = bool((tables["called"]["lacking"] > 0).any())
    # The adjustment for nonresponse refuses a wave with more interviews than its calls have.
    needed = lacking and study.params.weighting.nonresponse is not None and _area(study, made) is not None
    rules = [
        Rule("calls.interviews", "called", "share", "between", "critical" if needed else "warning",
             "Las entrevistas del archivo de llamadas son las entregadas"
             + (f", en cada {EACH}" if _area(study, made) is not None else ""),
             "Pida el archivo de llamadas completo, una sola vez y de esta edición.",
             {"min_value": 0, "max_value": 0}, signable=not needed)
    ]  # fmt: skip
    callers = _callers(study, respondents, made)
    if callers is not None:
        tables["callers"] = callers
        rules.append(
            Rule("calls.interviewers", "callers", "share", "between", "warning",
                 "Quien logró cada entrevista según las llamadas es quien la hizo según la entrega",
                 "Vea si el archivo de llamadas es de esta edición; si lo es, pregunte quién hizo esas entrevistas.",
                 {"min_value": 0, "max_value": 0.03})
        )  # fmt: skip
    return tables, tuple(rules)


def calls_again(
    study: Study, attempts: pd.DataFrame, earlier: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``calls_again`` (one row an earlier wave that can be compared) and its rule."""
    rows = []
    for wave, before in earlier.items():
        share = _same_calls(study, attempts, before)
        if share is not None:
            rows.append({KEY: wave, "share": share, "n": len(attempts)})
    if not rows:
        return {}, ()
    rule = Rule(
        "calls.again", "calls_again", "share", "between", "critical",
        "El archivo de llamadas no es el de una edición anterior", "Pida el archivo de llamadas de esta edición.",
        {"min_value": 0, "max_value": MORE_EQUAL},
    )  # fmt: skip
    return {"calls_again": pd.DataFrame(rows)}, (rule,)


def _interviews(study: Study, attempts: pd.DataFrame) -> pd.DataFrame | None:
    """The calls that ended in an interview (AAPOR's 1)."""
    declared = study.params.weighting.attempts
    if declared is None or declared.disposition not in attempts:
        return None
    return attempts[attempts[declared.disposition].astype("string").str.match(r"1(?:\.|$)").fillna(False).astype(bool)]


def _area(study: Study, made: pd.DataFrame) -> str | None:
    area = study.params.check.area
    return area if area is not None and area in made else None


def _called(study: Study, respondents: pd.DataFrame, made: pd.DataFrame, quarantined: int) -> pd.DataFrame:
    area = _area(study, made)
    area = area if area is not None and area in respondents else None
    called = made[area].astype("string").value_counts() if area else pd.Series({_WHOLE: len(made)})
    had = respondents[area].astype("string").value_counts() if area else pd.Series({_WHOLE: len(respondents)})
    places = sorted(set(called.index) | set(had.index))
    calls, n = (each.reindex(places).fillna(0).to_numpy(dtype=float) for each in (called, had))
    lacking, beyond = np.maximum(n - calls, 0), np.maximum(calls - n, 0)
    # Of an interview in quarantine nobody knows here where it was made.
    unexplained = max(beyond.sum() - quarantined, 0.0)
    off = lacking + (np.maximum(beyond - quarantined, 0) if unexplained else 0)
    rows = list(_rows(places, calls, n, lacking, off)) if area else []
    total = lacking.sum() + unexplained
    rows.append({KEY: _key(_WHOLE, calls.sum(), n.sum()), "lacking": lacking.sum(), "off": total})
    delivered = len(respondents) + quarantined
    return pd.DataFrame(rows).assign(share=lambda t: t["off"] / delivered, n=delivered)


def _rows(places: list[str], *columns: np.ndarray) -> Iterator[dict[str, object]]:
    for place, calls, n, lacking, off in zip(places, *columns, strict=True):
        yield {KEY: _key(place, calls, n), "lacking": lacking, "off": off}


def _key(place: str, calls: float, n: float) -> str:
    return f"{place}/{calls:,.0f} en las llamadas/{n:,.0f} aceptadas"


def _callers(study: Study, respondents: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame | None:
    """How much of the interviews would have to be another person's, in each place, for the two files to agree."""
    role = study.params.check.roles.interviewer
    if role is None or role not in made or role not in respondents or not len(made):
        return None
    area = _area(study, made)
    sides = [_people(frame, role, area if area in respondents else None) for frame in (made, respondents)]
    ids = [set(side["who"].dropna()) for side in sides]
    if not ids[1] or len(ids[0] & ids[1]) < _KNOWN * len(ids[1]):
        return None
    shares = [side.value_counts(normalize=True) for side in sides]
    apart = float(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)
    return pd.DataFrame({KEY: [_WHOLE], "share": [apart], "n": [len(respondents)]})


def _people(frame: pd.DataFrame, role: str, area: str | None) -> pd.DataFrame:
    who = frame[role].astype("string").str.strip().str.casefold().str.replace(r"^0+(?=.)", "", regex=True)
    place = frame[area].astype("string") if area is not None else ""
    return pd.DataFrame({"who": who, "place": place}).dropna()


def _same_calls(study: Study, now: pd.DataFrame, before: pd.DataFrame) -> float | None:
    """The part of the calls that an earlier wave has just so, where chance does not explain it; None if none can tell.

    Firms number their calls anew each time: of the same number and attempt, what else is said is equal by chance as
    often as two calls drawn from both waves are.
    """
    declared = study.params.weighting.attempts
    if declared is None:
        return None
    keys = [declared.number, declared.attempt]
    rest = [name for name in now.columns if name in before.columns and name not in keys]
    if not rest or not set(keys) <= set(now.columns) & set(before.columns):
        return None
    sides = [_hashed(frame, keys, rest) for frame in (now, before)]
    both = sides[0].merge(sides[1].drop_duplicates("call"), on="call", suffixes=("", "_before"))
    if len(both) < LEAST_CALLS:
        return 0.0
    shares = [both[name].value_counts(normalize=True) for name in ("said", "said_before")]
    chance = float((shares[0] * shares[1]).fillna(0).sum())
    equal = float((both["said"] == both["said_before"]).mean())
    return equal * len(both) / len(now) if equal > chance + MORE_EQUAL else 0.0


def _hashed(frame: pd.DataFrame, keys: list[str], rest: list[str]) -> pd.DataFrame:
    """Each call's number and attempt, and what else is said of it, as a number each."""
    texts = frame[[*keys, *rest]].astype("string").fillna("").astype(object)
    hashed = {name: pd.util.hash_pandas_object(texts[parts], index=False).to_numpy() for name, parts in
              (("call", keys), ("said", rest))}  # fmt: skip
    return pd.DataFrame(hashed)
