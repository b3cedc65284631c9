"""Planted fraud and clean data: what the fieldwork checks find, and how often they are wrong.

    python benchmarks/fraud.py [SEEDS_PER_EDITION]

Draws every simulated edition with several seeds. Each draw is checked as it is (false alarms)
and again after three frauds were planted (hits). Writes benchmarks/FRAUD.md.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.check.rules.codes_and_skips import questionnaire_rules
from pulsometro.check.rules.fieldwork import fieldwork_rules
from pulsometro.check.rules.interviewer_scores import batteries
from pulsometro.check.rules.representativeness import composition_rules
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.simulate.sample import draw
from pulsometro.simulate.world import make_world
from pulsometro.study import Study, load_study

ROOT = Path(__file__).resolve().parents[1]
BLOCK, CHANGED = 20, 1
STRAIGHT, SKIPPED = 0.6, 0.7


@dataclass(frozen=True)
class Found:
    """Flagged rows, interviewers or groups by rule, the folios of flagged interviews, and (interviewer, test)."""

    alarms: Counter[str]
    near: set[str]
    interviewers: set[tuple[str, str]]


def check(study: Study, questionnaire: Questionnaire, responses: pd.DataFrame) -> Found:
    """The fieldwork rules' flags, without the engine that reports them."""
    delivery = {"counts": {"delivered": 1, "accepted": 1, "quarantined": 0}, "file": "", "differences": []}
    evidence = questionnaire_rules(study, questionnaire, responses, delivery)
    tables, rules, _ = fieldwork_rules(study, questionnaire, evidence.tables["respondents"], None)
    alarms: Counter[str] = Counter()
    for rule in rules:
        if rule.kind == "in_set":
            alarms[rule.id] = int(tables[rule.table][rule.column].sum())
    sample = composition_rules(study, questionnaire, responses)
    if sample is not None:
        alarms["sample.composition"] = int(sample[0]["outside"].sum())
    flagged = tables["respondents"]
    suspects = tables["interviewers"]
    # An interviewer may be flagged by several tests, a row each.
    tests = set(zip(suspects["key"], suspects.get("test", []), strict=False))
    return Found(alarms, set(flagged.loc[flagged["near_duplicate"], "folio"]), tests)


def plant(
    study: Study, questionnaire: Questionnaire, responses: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict]:
    """Three frauds: a copied block, an interviewer who repeats one answer, one who skips two items."""
    roles = study.params.check.roles
    spoiled = responses.copy()
    names = rng.choice(sorted(responses[roles.interviewer].unique()), 3, replace=False)
    rows = [responses.index[responses[roles.interviewer] == name] for name in names]
    copied = rows[0][:BLOCK]
    answers = [n for n, i in questionnaire.items.items() if n in spoiled and not i.private and n != "folio"]
    originals = rng.choice(responses.index.difference(copied), BLOCK, replace=False)
    spoiled.loc[copied, answers] = responses.loc[originals, answers].to_numpy()
    scale = [n for n in answers if questionnaire[n].kind == "single" and not questionnaire[n].ask_if]
    for row in copied:
        for name in rng.choice(scale, CHANGED, replace=False):
            spoiled.loc[row, name] = rng.choice(list(questionnaire[name].codes))
    spoiled = spoiled.astype({n: responses[n].dtype for n in answers})
    lazy = rows[1][rng.random(len(rows[1])) < STRAIGHT]
    run = max(batteries(questionnaire, responses), key=len)
    spoiled.loc[lazy, run] = 3
    shy = rows[2][rng.random(len(rows[2])) < SKIPPED]
    sensitive = [n for n in answers if len(questionnaire[n].codes) == 2 and 9 in questionnaire[n].missing][:2]
    spoiled.loc[shy, sensitive] = 9
    return spoiled, {"copied": set(spoiled.loc[copied, "folio"]), "lazy": names[1], "shy": names[2], "items": sensitive}


def label(responses: pd.DataFrame, role: str, name: str) -> str:
    """How the checks name an interviewer: by the first folios."""
    return "folios " + ", ".join(responses.loc[responses[role] == name, "folio"].head(2)) + " …"


def main(seeds: int) -> None:
    """Run and write the table."""
    study = load_study(ROOT)
    world = make_world(study)
    role = study.params.check.roles.interviewer or ""
    rows, clean = [], Counter()
    for wave in world.waves:
        edition = world.edition(wave)
        hits: Counter[str] = Counter()
        alarms: Counter[str] = Counter()
        for seed in range(1, seeds + 1):
            drawn = draw(edition, seed).responses.reset_index(drop=True)
            alarms += check(study, edition.questionnaire, drawn).alarms
            spoiled, planted = plant(study, edition.questionnaire, drawn, np.random.default_rng(seed))
            found = check(study, edition.questionnaire, spoiled)
            near = len(planted["copied"] & found.near)
            hits["copied"] += near
            hits["blocks"] += near >= BLOCK / 2
            hits["lazy"] += (label(spoiled, role, planted["lazy"]), "straightlining") in found.interviewers
            shy = label(spoiled, role, planted["shy"])
            hits["shy"] += any((f"{shy} ({item})", f"item:{item}") in found.interviewers for item in planted["items"])
        clean += alarms
        rows.append((wave, hits, alarms))
        print(wave, dict(hits), dict(alarms), flush=True)
    (ROOT / "benchmarks/FRAUD.md").write_text(report(rows, clean, seeds), encoding="utf-8")


def report(rows: list, clean: Counter, seeds: int) -> str:
    """The Markdown table of hits and false alarms."""
    draws = seeds * len(rows)
    lines = [
        "# Planted fraud, hits and false alarms", "",
        "Made by `python benchmarks/fraud.py`: simulated editions, fieldwork rules as shipped.", "",
        f"{draws} draws ({seeds} seeds of each of {len(rows)} editions). Planted in each: {BLOCK} interviews of one",
        f"interviewer copied from others with {CHANGED} answer changed; one interviewer who gives {STRAIGHT:.0%} of",
        f"the respondents one answer through the longest battery; one who leaves {SKIPPED:.0%} of two sensitive",
        "questions blank.",
        "",
        "| edition | copied block found | its interviews | straight-liner found | skipper found | false alarms |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for wave, hits, alarms in rows:
        share, alarmed = hits["copied"] / (seeds * BLOCK), sum(alarms.values()) / seeds
        found = " | ".join(f"{hits[kind]} of {seeds}" for kind in ("lazy", "shy"))
        lines.append(f"| {wave} | {hits['blocks']} of {seeds} | {share:.0%} | {found} | {alarmed:.2f} |")
    lines += ["", f"False alarms by rule over {draws} clean waves:", "", "| rule | flags | a wave |", "|---|---|---|"]
    lines += [f"| {rule} | {n} | {n / draws:.3f} |" for rule, n in sorted(clean.items())]
    lines.append(f"| all | {sum(clean.values())} | {sum(clean.values()) / draws:.3f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 13)
