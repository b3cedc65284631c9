"""Damage to how answers hang together: what is planted, in which rows. ``fraud.py`` tells from how many it is seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.fraud_field import Field, Said, field, said

__all__ = ["DUTY", "KINDS", "SAFETY", "TRUST", "Field", "Kind", "field", "planted", "put", "told"]
SAFETY = ("seg_municipio", "seg_estado", "seg_pais")
TRUST = (
    "conf_policia_municipal", "conf_transito", "conf_fuerza_civil", "conf_policia_estatal", "conf_policia_federal",
    "conf_ejercito", "conf_marina",
)  # fmt: skip
ARMY, NAVY = ("conf_ejercito", "conf_policia_estatal"), ("conf_marina", "comp_alcalde")
DUTY = ("comp_alcalde", "comp_gobernador", "comp_presidente")
Rows = np.ndarray
Spoil = Callable[[pd.DataFrame, Rows, np.random.Generator], pd.DataFrame]
Where = Callable[[pd.DataFrame, float, np.random.Generator], Rows]


def put(frame: pd.DataFrame, rows: Rows, columns: Mapping[str, object]) -> pd.DataFrame:
    """A copy with other values in some rows, of the same types."""
    spoilt = frame.copy()
    for name, values in columns.items():
        spoilt.loc[rows, name] = values
    return spoilt.astype(frame.dtypes)


def turned(*items: str, most: int) -> Spoil:
    """Scales of codes 1 to ``most`` the other way round."""

    def spoil(frame: pd.DataFrame, rows: Rows, _rng: np.random.Generator) -> pd.DataFrame:
        old = {name: frame.loc[rows, name] for name in items}
        return put(frame, rows, {n: v.where(v > most, most + 1 - v).to_numpy() for n, v in old.items()})

    return spoil


def moved(to: tuple[str, ...], source: tuple[str, ...]) -> Spoil:
    """Columns with the answers of others."""
    return lambda frame, rows, _rng: put(
        frame, rows, {a: frame.loc[rows, b].to_numpy() for a, b in zip(to, source, strict=True)}
    )


def shuffled(*items: str) -> Spoil:
    """A block of columns permuted against the others, among the rows in question."""

    def spoil(frame: pd.DataFrame, rows: Rows, rng: np.random.Generator) -> pd.DataFrame:
        other = rng.permutation(rows)
        return put(frame, rows, {name: frame.loc[other, name].to_numpy() for name in items})

    return spoil


def rounded(item: str, to: int) -> Spoil:
    """Numbers rounded."""
    return lambda frame, rows, _rng: put(
        frame, rows, {item: (np.round(frame.loc[rows, item].astype(float) / to) * to).clip(18 if to == 10 else 1, 97)}
    )


def fixed(item: str, value: float) -> Spoil:
    """One value for all."""
    return lambda frame, rows, _rng: put(frame, rows, {item: value})


def scattered(frame: pd.DataFrame, share: float, rng: np.random.Generator) -> Rows:
    """Rows anywhere."""
    return np.asarray(np.sort(rng.choice(len(frame), round(share * len(frame)), replace=False)))


def last(frame: pd.DataFrame, share: float, _rng: np.random.Generator) -> Rows:
    """The last rows of the file, as one appended."""
    return np.arange(len(frame) - round(share * len(frame)), len(frame))


def of_one(item: str) -> Where:
    """Rows of one municipality or interviewer; of those the share."""

    def where(frame: pd.DataFrame, share: float, rng: np.random.Generator) -> Rows:
        rows = np.flatnonzero(frame[item] == rng.choice(sorted(frame[item].unique())))
        return np.asarray(rows[: max(round(share * len(rows)), 1)])

    return where


@dataclass(frozen=True)
class Kind:
    """What is planted, in which rows, whether the wave has a past, and of which items it declares a break."""

    spoil: Spoil
    where: Where = scattered
    first: bool = False
    broken: tuple[str, ...] = ()


BATTERIES = (*SAFETY, *TRUST, *DUTY)
BACKWARDS = (*SAFETY[::-1], *TRUST[::-1], *DUTY[::-1])
KINDS: dict[str, Kind] = {
    "headline scale turned round": Kind(turned("seg_municipio", most=3)),
    "headline scale turned round, first wave": Kind(turned("seg_municipio", most=3), first=True),
    "trust battery turned round": Kind(turned(*TRUST, most=4)),
    "two columns exchanged: army and state police": Kind(moved(ARMY, ARMY[::-1])),
    "two adjacent columns exchanged: municipal police and transit": Kind(moved(TRUST[:2], TRUST[1::-1])),
    "two adjacent columns exchanged: state and federal police": Kind(moved(TRUST[3:5], TRUST[4:2:-1])),
    "two adjacent columns exchanged: army and navy": Kind(moved(TRUST[5:], TRUST[:4:-1])),
    "two adjacent columns exchanged: army and navy, first wave": Kind(moved(TRUST[5:], TRUST[:4:-1]), first=True),
    "two adjacent columns exchanged: army and navy, break declared": Kind(
        moved(TRUST[5:], TRUST[:4:-1]), broken=TRUST[5:]
    ),
    "two adjacent columns exchanged: municipality and state": Kind(moved(SAFETY[:2], SAFETY[1::-1])),
    "two adjacent columns exchanged: state and country": Kind(moved(SAFETY[1:], SAFETY[:0:-1])),
    "two adjacent columns exchanged: state and country, break declared": Kind(
        moved(SAFETY[1:], SAFETY[:0:-1]), broken=SAFETY[1:]
    ),
    "columns exchanged between batteries: navy and mayor": Kind(moved(NAVY, NAVY[::-1])),
    "trust battery moved by one column": Kind(moved(TRUST, (*TRUST[1:], TRUST[0]))),
    "all answers shuffled against sex, age and place": Kind(shuffled(*BATTERIES)),
    "all answers shuffled against sex, age and place, first wave": Kind(shuffled(*BATTERIES), first=True),
    "trust battery shuffled": Kind(shuffled(*TRUST)),
    "headline shuffled": Kind(shuffled("seg_municipio")),
    "sex and age shuffled": Kind(shuffled("sexo", "edad", "grupo_edad")),
    "municipalities shuffled": Kind(shuffled("municipio")),
    "another form's rows, scattered: every battery backwards": Kind(moved(BATTERIES, BACKWARDS)),
    "another form's rows, scattered: headline turned": Kind(turned("seg_municipio", most=3)),
    "another form's rows, at the end: every battery backwards": Kind(moved(BATTERIES, BACKWARDS), last),
    "another form's rows, at the end: headline turned": Kind(turned("seg_municipio", most=3), last),
    "another form's rows, at the end: safety backwards": Kind(moved(SAFETY, SAFETY[::-1]), last),
    "one municipality: headline turned": Kind(turned("seg_municipio", most=3), of_one("municipio")),
    "one municipality: trust backwards": Kind(moved(TRUST, TRUST[::-1]), of_one("municipio")),
    "one municipality: headline shuffled": Kind(shuffled("seg_municipio"), of_one("municipio")),
    "one municipality: all answers shuffled": Kind(shuffled(*BATTERIES), of_one("municipio")),
    "one municipality: trust shuffled": Kind(shuffled(*TRUST), of_one("municipio")),
    "one interviewer: headline turned": Kind(turned("seg_municipio", most=3), of_one("entrevistador")),
    "one interviewer: trust backwards": Kind(moved(TRUST, TRUST[::-1]), of_one("entrevistador")),
    "one interviewer: all answers shuffled": Kind(shuffled(*BATTERIES), of_one("entrevistador")),
    "one interviewer: trust shuffled": Kind(shuffled(*TRUST), of_one("entrevistador")),
    "ages rounded to fives": Kind(rounded("edad", 5)),
    "ages rounded to tens": Kind(rounded("edad", 10)),
    "durations rounded to five minutes": Kind(rounded("duracion_min", 5)),
    "one duration for all": Kind(fixed("duracion_min", 12.0)),
    "the median put in: adults of the household": Kind(fixed("adultos_hogar", 2)),
    "the median put in: age": Kind(fixed("edad", 38)),
    "the median put in: years in the municipality": Kind(fixed("anios_municipio", 20)),
    "one answer for all (bribes)": Kind(fixed("soborno_municipal", 2)),
}  # fmt: skip


def told(here: Field, responses: pd.DataFrame, first: bool = False) -> Said:
    """Failed rule of the families relations, shapes, sample and past → its severity and keys."""
    return said(here.without_past() if first else here, responses, ("columns", "relations", "parts"))


def planted(kind: Kind, here: Field, share: float, seed: int) -> pd.DataFrame:
    """The wave with one kind of damage in a share of the rows."""
    rng = np.random.default_rng(seed)
    return kind.spoil(here.now, kind.where(here.now, share, rng), rng)
