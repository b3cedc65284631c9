"""Interviews that were made before, and interviewers who make them up: what is planted, by number of interviews."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from benchmarks.fraud_field import Field
from benchmarks.relation_frauds import DUTY, SAFETY, TRUST, put
from pulsometro.check.rules.opinion_copies import opinion_items
from pulsometro.questionnaire.model import Questionnaire

Rows = np.ndarray
Plant = Callable[[Field, int, np.random.Generator], pd.DataFrame]
# What a copy gets anew, so that no key, day or number gives it away; the team's and the clock's columns go along.
ANEW = ("folio", "telefono", "fecha")
OWN = (*ANEW, "entrevistador", "duracion_min")
WHO = "entrevistador"


@dataclass(frozen=True)
class Copies:
    """What is planted; whether the wave has a past; whether ``n`` is of one interviewer's interviews."""

    plant: Plant
    first: bool = False
    of_one: bool = False


def disguised(here: Field, block: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Interviews with new folios, telephones that nobody has, and days."""
    count = len(block)
    return block.assign(
        folio=pd.array([f"{here.questionnaire.wave}-N{i:05d}" for i in range(count)], dtype="string"),
        telefono=pd.array([f"00{n:08d}" for n in rng.choice(10**8, count, replace=False)], dtype="string"),
        fecha=here.now["fecha"].sample(count, replace=True, random_state=rng).array,
    )


def _start(rng: np.random.Generator, size: int, n: int) -> Rows:
    first = int(rng.integers(0, size - n + 1))
    return np.arange(first, first + n)


def _some(rng: np.random.Generator, size: int, n: int) -> Rows:
    return np.asarray(np.sort(rng.choice(size, n, replace=False)))


def pasted(pick: Callable[[np.random.Generator, int, int], Rows]) -> Plant:
    """``n`` of the wave's interviews once more at its end."""

    def plant(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
        rows = pick(rng, len(here.now), min(n, len(here.now)))
        return pd.concat([here.now, disguised(here, here.now.iloc[rows], rng)], ignore_index=True)

    return plant


def one_often(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One interview that comes ``n`` times in all."""
    rows = np.full(n - 1, rng.integers(len(here.now)))
    return pd.concat([here.now, disguised(here, here.now.iloc[rows], rng)], ignore_index=True)


def reused(
    back: int = 1, people: bool = False, changed: int = 0, block: bool = True, telephones: bool = False
) -> Plant:
    """``n`` interviews get the answers of an earlier wave's (``back`` 0: of this one's own).

    ``people``: they keep their sex, age and place, and get opinions and experiences alone; ``changed``: so many answers
    of each are then others; ``block``: as they follow each other there; ``telephones``: theirs come along.
    """

    def plant(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
        source = here.past[-back].responses if back else here.now
        # Of the wave's own, half can be copied into the other half.
        n = min(n, len(source), len(here.now) if back else len(here.now) // 2)
        pick = _start if block else _some
        rows = pick(rng, len(here.now), n)
        taken = pick(rng, len(source), n)
        if not back:
            # Others than those that are given up.
            taken = rng.permutation(np.setdiff1d(np.arange(len(source)), rows))[:n]
        names = _copied(here, people, source)
        names += ["telefono"] if telephones else []
        return put(here.now, rows, _touched(here, source.iloc[taken], names, changed, rng))

    return plant


def _copied(here: Field, people: bool, source: pd.DataFrame) -> list[str]:
    """What a copy brings: all that both have, or opinions and experiences alone, which leave the ``people``."""
    both = [name for name in here.now if name in source]
    asked = opinion_items(here.study, here.questionnaire, both) if people else both
    return [name for name in asked if name not in OWN]


def _touched(
    here: Field, source: pd.DataFrame, names: Sequence[str], changed: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Columns of the source with so many answers of each row given another code."""
    form, found = here.questionnaire, {name: source[name].to_numpy(copy=True) for name in names}
    plain = [name for name in opinion_items(here.study, form, list(names)) if name not in _skipping(form)]
    for row in range(len(source) if changed else 0):
        for name in rng.choice(plain, changed, replace=False):
            found[name][row] = rng.choice([code for code in form[name].codes if code != found[name][row]])
    return found


def _skipping(form: Questionnaire) -> set[str]:
    """Items that are skipped, or that a skip hangs on: a change there would give itself away."""
    asked = [item.ask_if for item in form.items.values() if item.ask_if]
    return {name for name, item in form.items.items() if item.ask_if or any(name in str(text) for text in asked)}


def theirs(here: Field, rng: np.random.Generator) -> Rows:
    """All interviews of one interviewer."""
    return np.flatnonzero(here.now[WHO] == rng.choice(sorted(here.now[WHO].unique())))


def own_again(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One interviewer hands in ``n`` of the interviews that he made a wave before."""
    rows, then = theirs(here, rng), here.past[-1].responses
    old = np.flatnonzero(then[WHO] == here.now[WHO].iloc[rows[0]])
    n = min(n, len(rows), len(old))
    return put(here.now, rows[:n], _touched(here, then.iloc[old[:n]], _copied(here, False, then), 0, rng))


def own_models(changed: int) -> Plant:
    """One interviewer fills ``n`` of his interviews with the opinions of two of them, but for some answers."""

    def plant(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
        rows = theirs(here, rng)
        models, rows = rows[:2], rows[2 : n + 2]
        source = here.now.iloc[rng.choice(models, len(rows))]
        return put(here.now, rows, _touched(here, source, _copied(here, True, source), changed, rng))

    return plant


def straight(items: Sequence[str]) -> Plant:
    """One interviewer gives one answer through a battery, another one each time."""

    def plant(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
        rows = theirs(here, rng)[:n]
        answer = rng.choice(list(here.questionnaire[items[0]].codes), len(rows))
        return put(here.now, rows, dict.fromkeys(items, answer))

    return plant


def unasked(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """One interviewer does not ask about bribes and crimes, and notes no contesta."""
    rows, form = theirs(here, rng)[:n], here.questionnaire
    columns = {name: form[name].code_for("no_contesta") for name in ("soborno_municipal", "victima")}
    return put(here.now, rows, columns | {"denuncia": form["denuncia"].code_for("no_aplica")})


def invented(by_battery: bool = False, everybody: bool = False) -> Plant:
    """One interviewer (or anybody) makes up ``n`` interviews from the shares that the municipality has.

    Each answer is drawn by itself; ``by_battery``: those of a battery together, as some real person gave them. People's
    sex, age and schooling are left: they are drawn right.
    """

    def plant(here: Field, n: int, rng: np.random.Generator) -> pd.DataFrame:
        rows = _some(rng, len(here.now), min(n, len(here.now))) if everybody else theirs(here, rng)[:n]
        places = here.now["municipio"].to_numpy(dtype=object)
        by_place = {place: np.flatnonzero(places == place) for place in np.unique(places)}
        columns: dict[str, np.ndarray] = {}
        for block in _blocks(here, by_battery):
            donors = np.array([rng.choice(by_place[places[row]]) for row in rows])
            columns |= {name: here.now[name].to_numpy()[donors] for name in block}
        return put(here.now, rows, columns)

    return plant


def _blocks(here: Field, by_battery: bool) -> list[tuple[str, ...]]:
    """Opinions that are drawn together: what a skip binds, and batteries where they are."""
    names, bound = _copied(here, True, here.now), tuple(sorted(_skipping(here.questionnaire)))
    joint = [bound, *((SAFETY, TRUST, DUTY) if by_battery else ())]
    held = {name for block in joint for name in block}
    return [block for block in joint if block] + [(name,) for name in names if name not in held]


@cache
def copies() -> dict[str, Copies]:
    """Every kind of copied interviews, by number of interviews."""
    return {
        "a block, up to the whole file, pasted at the end": Copies(pasted(_start)),
        "a block, up to the whole file, pasted at the end, first wave": Copies(pasted(_start), first=True),
        "interviews from anywhere pasted at the end": Copies(pasted(_some)),
        "one interview so many times": Copies(one_often),
        "last quarter's, in their order": Copies(reused()),
        "last quarter's, in their order, with their telephones": Copies(reused(telephones=True)),
        "last quarter's, from anywhere": Copies(reused(block=False)),
        "those of four quarters ago, from anywhere": Copies(reused(back=4, block=False)),
        "one interviewer hands in last quarter's": Copies(own_again, of_one=True),
        "last quarter's with 1 answer changed": Copies(reused(changed=1)),
        "last quarter's with 2 answers changed": Copies(reused(changed=2)),
        "last quarter's with 4 answers changed": Copies(reused(changed=4)),
        "this wave's own with 1 answer changed": Copies(reused(back=0, changed=1)),
        "this wave's own with 3 answers changed": Copies(reused(back=0, changed=3)),
        "last quarter's opinions under other people": Copies(reused(people=True, block=False)),
        "last quarter's opinions under other people, 2 answers changed": Copies(
            reused(people=True, block=False, changed=2)
        ),
        "this wave's own opinions under other people": Copies(reused(back=0, people=True)),
        "this wave's own opinions under other people, first wave": Copies(reused(back=0, people=True), first=True),
        "this wave's own opinions under other people, 2 answers changed": Copies(
            reused(back=0, people=True, changed=2)
        ),
    }


@cache
def interviewers() -> dict[str, Copies]:
    """Every kind of what one interviewer does, by number of his interviews (some 80)."""
    found = {
        "gives one answer through the trust battery": Copies(straight(TRUST)),
        "does not ask two questions (bribes, crimes)": Copies(unasked),
        "fills in two models, 1 answer changed": Copies(own_models(1)),
        "fills in two models, 2 answers changed": Copies(own_models(2)),
        "fills in two models, 4 answers changed": Copies(own_models(4)),
        "invents each answer from the usual shares": Copies(invented()),
        "invents each battery from the usual shares": Copies(invented(by_battery=True)),
    }
    everybody = {
        "everybody invents each answer from the usual shares": Copies(invented(everybody=True)),
        "everybody invents each battery from the usual shares": Copies(invented(by_battery=True, everybody=True)),
    }
    return {name: replace(kind, of_one=True) for name, kind in found.items()} | everybody
