"""Coverage of the intervals: many samples of the synthetic population under the real design and weighting.

    nice python benchmarks/coverage.py --samples 10000 --jobs 2

Every adult of the population gets a yes or no for shares of 1, 5, 25, 50 and 90 %, the share being exact in
every domain, tied to the latent traits that the answers follow; and a part, so that of about 540 interviews
of a municipality some 50 and 200 fall in two of them. Each sample is drawn as the survey draws, with its
nonresponse, and weighed as params.yaml says; standard errors are the calibrated linearisation's (replicates
would redo the calibration 200 times a sample). Sample k has seed k. Counts are kept in
benchmarks/coverage.json after every few samples, so that an interrupted run goes on where it was; from them
benchmarks/COVERAGE.md is written at the end (with --samples 0 --hard 0 from what is there).
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from benchmarks.coverage_report import METHODS, write_coverage
from pulsometro.common.files import write_text
from pulsometro.estimation import Calibration, Settings, Share, SurveyDesign, estimate
from pulsometro.estimation.intervals import proportion_interval
from pulsometro.simulate.answers import Edition
from pulsometro.simulate.sample import draw
from pulsometro.simulate.world import make_world
from pulsometro.study import Study, load_study
from pulsometro.weighting.chain import weigh
from pulsometro.weighting.inputs import Inputs
from pulsometro.weighting.stage import known_answers

ROOT = Path(__file__).resolve().parents[1]
WAVE = "2013T2"
SHARES = (0.01, 0.05, 0.25, 0.50, 0.90)
PARTS = (("50", 50 / 540), ("200", 200 / 540))
STORE = ROOT / "benchmarks" / "coverage.json"


@dataclass(frozen=True, eq=False)
class Population:
    """The study, its edition, its control totals, and each adult's part (persons,) and answers (persons, shares)."""

    study: Study
    edition: Edition
    totals: pd.DataFrame
    part: np.ndarray
    answers: np.ndarray


def make_population(seed: int = 5) -> Population:
    """Give every synthetic adult a part and an answer to each of the questions."""
    study = load_study(ROOT)
    edition = make_world(study).edition(WAVE)
    persons, rng = edition.persons, np.random.default_rng(seed)
    bounds = np.cumsum([share for _, share in PARTS])
    part = np.searchsorted(bounds, rng.random(len(persons)), side="right")
    group = persons.area * (len(PARTS) + 1) + part
    trait = next(iter(persons.factors.values()))
    trait = (trait - trait.mean()) / trait.std()
    answers = np.zeros((len(persons), len(SHARES)), dtype=np.int8)
    for number, share in enumerate(SHARES):
        score = 0.5 * trait + rng.normal(size=len(persons))
        order = np.lexsort((score, group))
        weight = edition.weights[order]
        before = np.cumsum(weight) - weight
        first = np.r_[True, np.diff(group[order]) > 0]
        start = np.maximum.accumulate(np.where(first, before, 0.0))
        size = np.bincount(group, weights=edition.weights)[group[order]]
        answers[order, number] = (before - start) < share * size
    totals = study.params.weighting.control_totals
    if totals is None:
        raise SystemExit("params.yaml declares no control totals")
    table = pd.read_csv(study.root / totals.file, dtype={totals.area: str})
    return Population(study, edition, table, part, answers)


def truths(population: Population) -> pd.Series:
    """Exact share by question and domain, (indicator, domain)."""
    persons, weights = population.edition.persons, population.edition.weights
    area = np.array(persons.areas)[persons.area]
    frame = pd.DataFrame({"area": area, "part": population.part})
    parts = {}
    for number, share in enumerate(SHARES):
        whole = pd.DataFrame({"w": weights, "yes": weights * population.answers[:, number]})
        for name, keys in (
            ("total", np.full(len(frame), "total")),
            ("area", frame["area"]),
            ("both", frame["area"] + "*" + frame["part"].astype(str)),
        ):
            sums = whole.groupby(np.asarray(keys)).sum()
            parts[f"{share:g}", name] = sums["yes"] / sums["w"]
    table = pd.concat(parts, names=["indicator", "kind", "domain"])
    return table.droplevel("kind")


def one_sample(population: Population, truth: pd.Series, seed: int, hard: bool) -> np.ndarray:
    """Counts (sizes, shares, 4 + 2·methods): intervals, Σ estimate, Σ n·p(1−p side), Σ deff, hits of each method
    with the calibrated error, hits with the weights taken as fixed."""
    drawn = draw(population.edition, seed, nonignorable=hard)
    person = drawn.numbers.person[drawn.respondent]
    settings = replace(population.study.params.weighting, replicates=None)
    areas = tuple(area.cve_geo for area in population.study.params.municipalities)
    known = known_answers(drawn.responses, population.edition.questionnaire, settings)
    on = population.study.wave(WAVE).fieldwork.middle
    weighed = weigh(Inputs(WAVE, on, known, population.totals, areas), settings).weights
    own = drawn.responses[["folio"]].assign(parte=population.part[person])
    own[[f"y{k}" for k in range(len(SHARES))]] = population.answers[person]
    data = weighed.merge(own, on="folio", validate="1:1")
    margins = tuple((name,) for name in data.columns if name.startswith("margin_"))
    design = SurveyDesign(data, "weight", strata="stratum", psu="psu", calibration=Calibration("base_weight", margins))
    variables = [Share(f"{share:g}", f"y{k}", (1,)) for k, share in enumerate(SHARES)]
    made = estimate(
        design, variables, [(), ("stratum",), ("stratum", "parte")], settings=Settings(method="calibrated", deff="kish")
    )
    return tally(made, truth)


def tally(made: pd.DataFrame, truth: pd.Series) -> np.ndarray:
    """Add a sample's estimates up by domain size and share."""
    domain = made["domain"].to_numpy(dtype=object)
    sizes = np.select(
        [made["domain_kind"] == "total", made["domain_kind"] == "stratum", [str(d).endswith("*0") for d in domain],
         [str(d).endswith("*1") for d in domain]], [3, 2, 0, 1], -1,
    )  # fmt: skip
    share = made["indicator"].map({f"{p:g}": k for k, p in enumerate(SHARES)}).to_numpy()
    exact = truth.reindex(pd.MultiIndex.from_frame(made[["indicator", "domain"]])).to_numpy()
    p, n, df = (made[name].to_numpy(float) for name in ("estimate", "n", "df"))
    columns = [np.ones(len(made)), p - exact, n, made["deff"].to_numpy()]
    for error in ("se", "se_fixed"):
        for method in METHODS:
            low, high = proportion_interval(method, p, made[error].to_numpy(), n, df, 0.95)
            if method == "logit":
                # As published: logit has no interval at 0 and 1, the capped Korn–Graubard stands in.
                none = ~np.isfinite(low)
                exact_low, exact_high = proportion_interval("kg", p, made[error].to_numpy(), n, df, 0.95)
                low, high = np.where(none, exact_low, low), np.where(none, exact_high, high)
            columns.append(((low <= exact) & (exact <= high)).astype(float))
    counts = np.zeros((4, len(SHARES), len(columns)))
    inside = sizes >= 0
    np.add.at(counts, (sizes[inside], share[inside]), np.stack(columns, axis=1)[inside])
    return counts


def some_samples(population: Population, truth: pd.Series, seeds: Sequence[int], hard: bool) -> np.ndarray:
    """The counts of several samples added up."""
    return np.sum([one_sample(population, truth, seed, hard) for seed in seeds], axis=0)


def main() -> None:
    """Draw, weigh, estimate, count, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--hard", type=int, default=1_000, help="samples with non-ignorable nonresponse")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    population = make_population()
    truth = truths(population)
    kept = json.loads(STORE.read_text()) if STORE.exists() else {}
    for name, wanted, hard in (("ignorable", asked.samples, False), ("nonignorable", asked.hard, True)):
        own = kept.setdefault(name, {"samples": 0, "counts": None})
        while own["samples"] < wanted:
            seeds = np.arange(own["samples"], min(own["samples"] + 25 * asked.jobs, wanted)) + 1
            parts = Parallel(n_jobs=asked.jobs)(
                delayed(some_samples)(population, truth, batch.tolist(), hard)
                for batch in np.array_split(seeds, asked.jobs)
            )
            counts = np.sum(parts, axis=0)
            own["counts"] = (counts if own["counts"] is None else np.array(own["counts"]) + counts).tolist()
            own["samples"] = int(seeds[-1])
            write_text(json.dumps(kept, sort_keys=True) + "\n", STORE)
    write_coverage(kept, SHARES, ROOT / "benchmarks" / "COVERAGE.md")


if __name__ == "__main__":
    main()
