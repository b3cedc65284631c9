"""Do the published intervals hold the published figures? Many surveys of the synthetic editions.

Every seed draws each edition with published figures anew, weighs it and estimates as params.yaml
says. Writes benchmarks/SIMULATION.md. From the project's folder:

    python benchmarks/simulation_coverage.py            # 200 seeds, a few minutes
    python benchmarks/simulation_coverage.py --seeds 20 --out /tmp/try.md
"""

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from pulsometro.common.files import write_text
from pulsometro.estimates.stage import estimation_settings, survey_design
from pulsometro.estimation import Domain, Share, estimate
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.simulate.answers import Edition, true_shares
from pulsometro.simulate.published_targets import Published
from pulsometro.simulate.sample import draw_edition
from pulsometro.simulate.world import World, make_world
from pulsometro.study import Study, load_study
from pulsometro.weighting.chain import weigh
from pulsometro.weighting.inputs import Inputs
from pulsometro.weighting.stage import known_answers

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Scenario:
    """One way in which the field may behave; ``psu``: item that the estimates take as clusters.

    ``method``: standard error other than the published one (without replicates, so faster).
    """

    name: str
    nonignorable: bool = False
    random_interviewers: bool = False
    psu: str | None = None
    method: Literal["replicates", "calibrated", "taylor"] | None = None


SHIPPED = Scenario("as shipped")
MORE = Scenario("more seeds, calibrated linearisation", method="calibrated")
OTHERS = (
    Scenario("cooperation depends on the answers (non-ignorable)", nonignorable=True, method="calibrated"),
    Scenario("a new team of interviewers every time", random_interviewers=True, method="calibrated"),
    # With interviewers as clusters the weights are taken as fixed: their strata cross the margins.
    Scenario("a new team, interviewers as clusters", random_interviewers=True, psu="entrevistador", method="taylor"),
)


def weighed(study: Study, edition: Edition, responses: pd.DataFrame, settings: WeightingSettings) -> pd.DataFrame:
    """Responses joined with their weights, as the stages weight and estimate would see them."""
    totals = settings.control_totals
    assert totals is not None
    table = pd.read_csv(study.root / totals.file, dtype={totals.area: str})
    areas = tuple(area.cve_geo for area in study.params.municipalities)
    known = known_answers(responses, edition.questionnaire, settings)
    inputs = Inputs(edition.wave, study.wave(edition.wave).fieldwork.middle, known, table, areas)
    return weigh(inputs, settings).weights.merge(responses, on="folio", validate="1:1")


def one_survey(world: World, edition: Edition, figures: list[Published], seed: int, scenario: Scenario) -> pd.DataFrame:
    """Estimate, SE and interval of every published figure of the edition in one drawn survey."""
    study = world.study
    responses = draw_edition(
        edition, seed, nonignorable=scenario.nonignorable, random_interviewers=scenario.random_interviewers
    )
    if scenario.method:
        params = study.params
        params = replace(
            params,
            weighting=replace(params.weighting, replicates=None),
            estimation=replace(params.estimation, se=scenario.method),
        )
        study = replace(study, params=params)
    settings, estimation = study.params.weighting, estimation_settings(study)
    data = weighed(study, edition, responses, settings)
    if scenario.psu:
        data = data.assign(psu=data[scenario.psu].astype(str), stratum="all")
        clustered = replace(study.params.weighting, psu=scenario.psu)
        study = replace(study, params=replace(study.params, weighting=clustered))
    area = world.assumptions.roles.area
    variables = {}
    for figure in figures:
        item = edition.questionnaire[figure.item]
        name = f"{figure.item}={figure.code}"
        missing = tuple(item.missing)
        variables[name] = Share(name, figure.item, (figure.code,), category=str(figure.code), missing=missing)
    table = estimate(
        survey_design(study, edition.wave, data), list(variables.values()), [Domain(()), Domain((area,))],
        statistics=("proportion",), wave=edition.wave, settings=estimation,
    )  # fmt: skip
    keyed = table.set_index(["indicator", "domain"])
    rows = [keyed.loc[(f"{f.item}={f.code}", f.area or "total")] for f in figures]
    result = pd.DataFrame(rows)[["estimate", "se", "ci_low", "ci_high", "n", "deff"]].reset_index(drop=True)
    return result.assign(figure=range(len(figures)), seed=seed).astype(float)


def some_surveys(
    world: World, edition: Edition, figures: list[Published], seeds: Iterable[int], scenario: Scenario
) -> pd.DataFrame:
    """``one_survey`` for several seeds, one after another."""
    return pd.concat([one_survey(world, edition, figures, int(seed), scenario) for seed in seeds])


def surveys(
    world: World, editions: dict[str, Edition], seeds: Iterable[int], scenario: Scenario, jobs: int
) -> pd.DataFrame:
    """All draws of all editions: one row per wave, figure and seed."""
    parts = []
    for wave, edition in editions.items():
        figures = [f for f in world.published if f.wave == wave]
        # One batch a worker: the population is sent once, not with every seed.
        batches = np.array_split(np.array(list(seeds)), jobs)
        made = Parallel(n_jobs=jobs)(
            delayed(some_surveys)(world, edition, figures, batch, scenario) for batch in batches
        )
        parts.append(pd.concat(made).assign(wave=wave))
    return pd.concat(parts, ignore_index=True)


def summary(world: World, editions: dict[str, Edition], drawn: pd.DataFrame) -> pd.DataFrame:
    """Per published figure: population, bias, spread and SE in points, coverage in percent."""
    rows = []
    for wave, edition in editions.items():
        truths = true_shares(edition).set_index(["item", "area", "code"])["share"]
        for place, f in enumerate(p for p in world.published if p.wave == wave):
            d = drawn[(drawn["wave"] == wave) & (drawn["figure"] == place)]
            published = f.percent / 100
            truth = float(truths[f.item, f.area, f.code])
            rows.append({
                "wave": wave, "item": f.item, "code": f.code, "area": f.area or "all",
                "published": f.percent, "half_width": f.half_width, "population": 100 * truth,
                "bias": 100 * (d["estimate"].mean() - published),
                "monte_carlo": 100 * d["estimate"].std() / np.sqrt(len(d)),
                "spread": 100 * d["estimate"].std(), "se": 100 * d["se"].mean(), "deff": d["deff"].mean(),
                "coverage": 100 * ((d["ci_low"] <= published) & (published <= d["ci_high"])).mean(),
            })  # fmt: skip
    return pd.DataFrame(rows)


def table(frame: pd.DataFrame, formats: dict[str, str]) -> str:
    """A Markdown table of the columns in ``formats``."""
    lines = ["| " + " | ".join(formats) + " |", "|" + "---|" * len(formats)]
    for row in frame.to_dict("records"):
        lines.append("| " + " | ".join(format(row[name], spec) for name, spec in formats.items()) + " |")
    return "\n".join(lines)


FORMATS = {"wave": "", "item": "", "code": "", "area": "", "published": "g", "population": ".3f", "bias": "+.2f",
           "monte_carlo": ".2f", "spread": ".2f", "se": ".2f", "deff": ".2f", "coverage": ".1f"}  # fmt: skip


def _outside(outside: pd.DataFrame, others: dict[str, pd.DataFrame]) -> list[str]:
    """What more seeds say about the figures whose coverage was outside."""
    name, more = next(iter(others.items()))
    keyed = more.set_index(["wave", "item", "code", "area"])
    lines = []
    for row in outside.to_dict("records"):
        key = (row["wave"], row["item"], int(row["code"]), row["area"])
        found = f"{keyed.loc[key, 'coverage']:.1f} % with {name}" if key in keyed.index else "not drawn again"
        lines.append(
            f"  - {row['wave']} {row['item']} = {row['code']} ({row['area']}): {row['coverage']:.1f} %; {found}."
        )
    return lines


def report(count: int, main: pd.DataFrame, shipped: pd.DataFrame, others: dict[str, pd.DataFrame], seed: int) -> str:
    """The text of SIMULATION.md."""
    outside = main[(main["coverage"] < 92) | (main["coverage"] > 98)]
    missed = shipped[~shipped["covered"]]
    rounding = (abs(main["population"] - main["published"]) <= main["half_width"]).all()
    text = [
        "# Coverage of the published figures by the simulated editions",
        "",
        f"Made by `python benchmarks/simulation_coverage.py`: {count} seeds (1 to {count}), each a new survey of the "
        "synthetic population, drawn, weighed and estimated as `params.yaml` says. Percentages and points; "
        "`monte_carlo` is the standard error of `bias`; `spread` the standard deviation of the estimates, which `se` "
        "should equal.",
        "",
        f"- The population equals every published figure within its rounding: **{'yes' if rounding else 'NO'}** "
        f"(largest difference {abs(main['population'] - main['published']).max():.4f} points).",
        f"- Coverage of the 95 % intervals: {main['coverage'].min():.1f} to {main['coverage'].max():.1f} %, mean "
        f"{main['coverage'].mean():.1f} %; outside 92–98 %: **{len(outside)}** of {len(main)}. With {count} seeds a "
        f"true 95 % shows as 95 ± {196 * np.sqrt(0.95 * 0.05 / count):.1f}.",
        *_outside(outside, others),
        f"- Figures that the shipped seed ({seed}, fixed beforehand) misses: **{len(missed)}** of {len(shipped)}"
        + ("." if missed.empty else ": " + "; ".join(
            f"{r['wave']} {r['item']} = {r['code']} ({r['area']}): published {r['published']:g}, interval "
            f"{100 * r['ci_low']:.1f}–{100 * r['ci_high']:.1f}" for r in missed.to_dict("records")) + "."),
        "",
        "## Every figure, as shipped",
        "",
        table(main, FORMATS),
        "",
        "## The shipped seed",
        "",
        table(
            shipped.assign(estimate=100 * shipped["estimate"], low=100 * shipped["ci_low"],
                           high=100 * shipped["ci_high"], covered=shipped["covered"].map({True: "yes", False: "no"})),
            {"wave": "", "item": "", "code": "", "area": "", "published": "g", "estimate": ".2f", "low": ".2f",
             "high": ".2f", "covered": ""},
        ),
        "",
    ]  # fmt: skip
    for name, frame in others.items():
        text += [f"## {name[0].upper() + name[1:]}", "", table(frame, FORMATS), ""]
    return "\n".join(text)


def main() -> None:
    """Run the surveys and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "SIMULATION.md")
    parser.add_argument("--more-seeds", type=int, default=1000, help="of the faster method, newest edition only")
    parser.add_argument("--other-seeds", type=int, default=100, help="of the other scenarios, newest edition only")
    asked = parser.parse_args()
    began = time.perf_counter()
    world = make_world(load_study(ROOT))
    editions = {wave: world.edition(wave) for wave in dict.fromkeys(f.wave for f in world.published)}
    seeds = range(1, asked.seeds + 1)
    result = summary(world, editions, surveys(world, editions, seeds, SHIPPED, asked.jobs))
    shipped = surveys(world, editions, [world.settings.seed], SHIPPED, 1)
    keys = result[["wave", "item", "code", "area", "published"]].reset_index(drop=True)
    shipped = pd.concat([keys, shipped.drop(columns="wave")], axis=1)
    shipped["covered"] = shipped["published"].div(100).between(shipped["ci_low"], shipped["ci_high"])
    newest = dict(list(editions.items())[-1:])
    others = {}
    for scenario, count in [(MORE, asked.more_seeds), *((scenario, asked.other_seeds) for scenario in OTHERS)]:
        drawn = surveys(world, newest, range(1, count + 1), scenario, asked.jobs)
        others[f"{scenario.name} ({count:,} seeds)"] = summary(world, newest, drawn)
    write_text(report(asked.seeds, result, shipped, others, world.settings.seed), asked.out)
    print(f"{asked.out}: {asked.seeds} seeds in {time.perf_counter() - began:.0f} s")
    print(result.to_string(index=False))


if __name__ == "__main__":
    main()
