"""Damage to how answers hang together, and from what share of the rows the checks see it.

    python benchmarks/relation_frauds.py [SEEDS [KIND …]]

Plants each kind in draws of the simulated editions, in ever fewer rows, with draws of the earlier editions as the past,
and asks the rules about relations, shapes and the previous wave. What was seen is kept in
benchmarks/relation_frauds.json, by kind, so that a long run can be made in pieces; the table of all of it is
benchmarks/RELATION_FRAUDS.md.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.check.rules.previous_wave import Past, against
from pulsometro.check.rules.relation_findings import relation_rules
from pulsometro.check.rules.shapes import shape_rules
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.simulate.sample import draw
from pulsometro.simulate.world import make_world
from pulsometro.study import Study, load_study

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "benchmarks" / "relation_frauds.json"
WAVE = "2013T1"
SHARES = (1.0, 0.5, 0.2, 0.1, 0.08, 0.05)
POWER = 0.8
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
    """What is planted, in which rows, and whether the wave has a past."""

    spoil: Spoil
    where: Where = scattered
    first: bool = False


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
    "two adjacent columns exchanged: municipality and state": Kind(moved(SAFETY[:2], SAFETY[1::-1])),
    "two adjacent columns exchanged: state and country": Kind(moved(SAFETY[1:], SAFETY[:0:-1])),
    "columns exchanged between batteries: navy and mayor": Kind(moved(NAVY, NAVY[::-1])),
    "trust battery moved by one column": Kind(moved(TRUST, (*TRUST[1:], TRUST[0]))),
    "all answers shuffled against sex, age and place": Kind(shuffled(*BATTERIES)),
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
    "one municipality: trust shuffled": Kind(shuffled(*TRUST), of_one("municipio")),
    "one interviewer: headline turned": Kind(turned("seg_municipio", most=3), of_one("entrevistador")),
    "one interviewer: trust backwards": Kind(moved(TRUST, TRUST[::-1]), of_one("entrevistador")),
    "ages rounded to tens": Kind(rounded("edad", 10)),
    "durations rounded to five minutes": Kind(rounded("duracion_min", 5)),
    "one duration for all": Kind(fixed("duracion_min", 12.0)),
    "one answer for all (bribes)": Kind(fixed("soborno_municipal", 2)),
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """The study, and draws of the wave and of those before it, by seed."""

    study: Study
    questionnaire: Questionnaire
    now: pd.DataFrame
    past: tuple[Past, ...]


@cache
def field(wave: str, seed: int) -> Field:
    """A clean draw of a wave and other draws of the earlier ones."""
    study = load_study(ROOT)
    world = make_world(study)
    earlier = world.waves[: world.waves.index(wave)]
    past = tuple(
        Past(each, world.questionnaires[each], draw(world.edition(each), seed).responses.reset_index(drop=True))
        for each in earlier
    )
    now = draw(world.edition(wave), seed).responses.reset_index(drop=True)
    return Field(study, world.questionnaires[wave], now, past)


def told(here: Field, responses: pd.DataFrame, first: bool = False) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Failed rule → its severity and keys."""
    study, past = here.study, () if first else here.past
    settings = study.params.check
    duration = settings.roles.duration
    found = [
        relation_rules(study, here.questionnaire, responses, past),
        shape_rules(here.questionnaire, responses, past, duration, settings.design_effect),
    ]
    if past:
        moves, rules = against(here.questionnaire, responses, past[-1], settings)
        found.append(({"moves": moves}, rules))
    failed = {}
    for tables, rules in found:
        for rule in rules:
            table = tables[rule.table]
            keys = tuple(table.loc[table[rule.column].astype(bool), "key"])
            if keys and rule.severity != "info":
                failed[rule.id] = (rule.severity, keys)
    return failed


@cache
def told_clean(seed: int, first: bool) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What is said of the draw without damage, which is no hit."""
    here = field(WAVE, seed)
    return told(here, here.now, first)


def planted(kind: Kind, here: Field, share: float, seed: int) -> pd.DataFrame:
    """The wave with one kind of damage in a share of the rows."""
    rng = np.random.default_rng(seed)
    return kind.spoil(here.now, kind.where(here.now, share, rng), rng)


def power(kind: Kind, seeds: int) -> dict[str, dict[str, float]]:
    """Share of the rows → how often it is seen and how often it stops the wave, down to what is seen no more."""
    found: dict[str, dict[str, float]] = {}
    for share in SHARES:
        seen, stops, rules = 0, 0, set()
        for seed in range(1, seeds + 1):
            here = field(WAVE, seed)
            clean = told_clean(seed, kind.first)
            failed = {
                rule: said for rule, said in told(here, planted(kind, here, share, seed), kind.first).items()
                if clean.get(rule) != said
            }  # fmt: skip
            seen += bool(failed)
            stops += any(severity == "critical" for severity, _ in failed.values())
            rules |= set(failed)
        found[str(share)] = {"seen": seen / seeds, "stops": stops / seeds, "by": sorted(rules)}  # type: ignore[dict-item]
        if seen / seeds < POWER:
            break
    return found


def report(found: Mapping[str, Mapping[str, Mapping[str, object]]], seeds: int) -> str:
    """The Markdown table: from what share each kind is seen, and from what share it stops."""
    lines = [
        "# Damaged relations: from what share of the rows each is seen", "",
        f"Made by `python benchmarks/relation_frauds.py`: planted in {seeds} draws of the simulated edition {WAVE}",
        "(some 4,900 interviews in nine municipalities by sixty interviewers), with draws of all earlier editions",
        "as its past; by all rules of the families relations, shapes and past.",
        f"Shares tried: {', '.join(f'{share:.0%}' for share in SHARES)} of the rows (of those of the municipality or",
        f"interviewer, where it is one). Seen, or stopped, with a power of {POWER:.0%}: in so many of the draws.", "",
        "| kind | seen from | stops from | by |", "|---|---|---|---|",
    ]  # fmt: skip
    for kind in KINDS:
        if kind in found:
            seen, stops = (_least(found[kind], what) for what in ("seen", "stops"))
            by = found[kind]["1.0"]["by"]
            assert isinstance(by, list)
            lines.append(f"| {kind} | {seen} | {stops} | {', '.join(by) or '–'} |")
    return "\n".join(lines) + "\n"


def _least(found: Mapping[str, Mapping[str, object]], what: str) -> str:
    shares = [float(share) for share, each in found.items() if float(str(each[what])) >= POWER]
    return f"{min(shares):.0%}" if shares else "never"


def main(seeds: int, kinds: list[str]) -> None:
    """Run the kinds (those not kept yet, where none is named) and write the table."""
    found = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.is_file() else {}
    for name in kinds or [kind for kind in KINDS if kind not in found]:
        found[name] = power(KINDS[name], seeds)
        KEPT.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        (ROOT / "benchmarks" / "RELATION_FRAUDS.md").write_text(report(found, seeds), encoding="utf-8")
        print(name, {share: (each["seen"], each["stops"]) for share, each in found[name].items()}, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5, sys.argv[2:])
