"""Bias and coverage of base, calibrated and trimmed weights on simulated editions with a known truth.

Many surveys are drawn from the synthetic population of one edition, once with nonresponse that
depends on what the margins know (ignorable), once with nonresponse that also depends on the
answers. Run from the project's folder: ``nice .venv/bin/python benchmarks/weighting_coverage.py``;
writes WEIGHTING_COVERAGE.md beside it.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.common.files import write_text
from pulsometro.estimation import Domain, Replicates, Settings, Share, SurveyDesign, estimate
from pulsometro.settings.calibration_settings import Trim
from pulsometro.settings.weighting_settings import Replicates as ReplicateSettings
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.simulate.answers import Edition, true_shares
from pulsometro.simulate.sample import draw_edition
from pulsometro.simulate.world import make_world
from pulsometro.study import Study, load_study
from pulsometro.weighting.chain import weigh
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.inputs import Inputs
from pulsometro.weighting.stage import known_answers

ROOT = Path(__file__).resolve().parents[1]
WAVE = "2013T2"
QUESTIONS = {
    "seg_municipio": (3, "nada seguro en su municipio"),
    "seg_estado": (3, "nada seguro en el estado"),
    "cambio_trimestre": (1, "mejoró en el trimestre"),
    "conf_fuerza_civil": (1, "mucha confianza en Fuerza Civil"),
    "victima": (1, "hogar víctima en el trimestre"),
    "perspectiva": (1, "va a aumentar en los próximos meses"),
}
TRIM = 2.5


def weight_sets(declared: WeightingSettings, replicates: int) -> dict[str, WeightingSettings]:
    """The same design with base weights only, calibrated, and calibrated and trimmed."""
    made = ReplicateSettings(
        n=replicates, seed=declared.replicates.seed if declared.replicates else 0, max_failed_share=1.0
    )
    plain = replace(declared, trim=None, replicates=made)
    return {
        "base": replace(plain, calibration=None, collapse=[]),
        "calibrated": plain,
        f"calibrated, trimmed at {TRIM:g} × the median": replace(plain, trim=Trim(TRIM)),
    }


def one_survey(
    study: Study, edition: Edition, sets: dict[str, WeightingSettings], variables: list[Share], seed: int, hard: bool
) -> pd.DataFrame:
    """Estimates of one drawn survey with every weight set."""
    responses = draw_edition(edition, seed, nonignorable=hard)
    totals = study.params.weighting.control_totals
    if totals is None:
        raise SystemExit("params.yaml declares no control totals")
    table = pd.read_csv(study.root / totals.file, dtype={totals.area: str})
    areas = tuple(area.cve_geo for area in study.params.municipalities)
    area = study.params.weighting.within or ""
    parts = []
    for name, settings in sets.items():
        known = known_answers(responses, edition.questionnaire, settings)
        try:
            weighed = weigh(Inputs(WAVE, study.wave(WAVE).fieldwork.middle, known, table, areas), settings)
        except WeightingError:
            # A cell of this survey needs a mean weight above the tight cap: it is told, not weighed.
            continue
        data = weighed.weights.merge(responses, on="folio", validate="1:1")
        columns = [column for column in data.columns if column.startswith("rep_")]
        design = SurveyDesign(data, "weight", strata="stratum", psu="psu", replicates=Replicates.bootstrap(columns))
        made = estimate(design, variables, [Domain(()), Domain((area,))], settings=Settings(method="replicates"))
        spread = {row.area: row.deff_kish for row in weighed.record.final}
        parts.append(made.assign(weights=name, kish=made["domain"].map(spread), used=len(columns), seed=seed))
    return pd.concat(parts, ignore_index=True)


def summarise(drawn: pd.DataFrame, truth: pd.Series) -> pd.DataFrame:
    """By weight set, question and kind of domain: points, and coverage in percent."""
    rows = []
    keyed = drawn.assign(truth=truth.reindex(pd.MultiIndex.from_frame(drawn[["indicator", "domain"]])).to_numpy())
    for (weights, indicator, kind), part in keyed.groupby(["weights", "indicator", "domain_kind"], sort=False):
        cells = part.groupby("domain")
        bias = 100 * (cells["estimate"].mean() - cells["truth"].first())
        spread, error = 100 * cells["estimate"].std(), 100 * cells["se"].mean()
        fixed = (part["estimate"] - part["truth"]).abs() <= 1.96 * part["se_fixed"]
        rows.append(
            {
                "weights": weights,
                "question": indicator,
                "domain": "metropolitan" if kind == "total" else "municipalities (mean)",
                "truth": 100 * cells["truth"].first().mean(),
                "bias": bias.iloc[0] if len(bias) == 1 else bias.abs().mean(),
                "noise": (spread / np.sqrt(cells.size())).mean(),
                "spread": spread.mean(),
                "se": error.mean(),
                "ratio": (error / spread).mean(),
                "rmse": np.sqrt(bias**2 + spread**2).mean(),
                "coverage": 100 * ((part["ci_low"] <= part["truth"]) & (part["truth"] <= part["ci_high"])).mean(),
                "coverage_fixed": 100 * fixed.mean(),
                "kish": part["kish"].mean(),
            }
        )
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> list[str]:
    """One scenario as a table."""
    lines = [
        "| weights | question | domain | truth % | bias | (noise) | spread | mean SE | SE ÷ spread | RMSE "
        "| coverage 95 % | with weights as fixed | deff (Kish) |",
        "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in table.itertuples():
        sign = "+" if row.domain == "metropolitan" else ""
        lines.append(
            f"| {row.weights} | {QUESTIONS[row.question][1]} | {row.domain} | {row.truth:.1f} "
            f"| {format(row.bias, sign + '.2f')} "
            f"| {row.noise:.2f} | {row.spread:.2f} | {row.se:.2f} | {row.ratio:.2f} | {row.rmse:.2f} "
            f"| {row.coverage:.1f} "
            f"| {row.coverage_fixed:.1f} | {row.kish:.2f} |"
        )
    return lines


def main() -> None:
    """Draw, weigh, estimate, write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "WEIGHTING_COVERAGE.md")
    asked = parser.parse_args()
    study = load_study(ROOT)
    edition = make_world(study).edition(WAVE)
    missing = {item: tuple(edition.questionnaire[item].missing) for item in QUESTIONS}
    variables = [Share(item, item, (code,), missing=missing[item]) for item, (code, _) in QUESTIONS.items()]
    truths = true_shares(edition)
    wanted = truths[truths["code"] == truths["item"].map({item: code for item, (code, _) in QUESTIONS.items()})]
    truth = wanted.assign(area=wanted["area"].replace("", "total")).set_index(["item", "area"])["share"]
    sets = weight_sets(study.params.weighting, asked.replicates)
    lines = [
        "# Weights against the truth of the synthetic population",
        "",
        f"Simulated data. Made by `benchmarks/weighting_coverage.py`: {asked.seeds} surveys of {WAVE} (seeds 1 to "
        f"{asked.seeds}), each weighed three",
        f"ways with {asked.replicates} Rao–Wu replicates in which calibration and trimming are done again. Points; "
        "*bias* of the municipalities is the mean",
        "of the nine absolute biases; *noise* is the Monte-Carlo error of a bias. *Mean SE* should equal *spread*: of "
        "their ratio the Monte-Carlo error is",
        f"{1 / np.sqrt(2 * (asked.seeds - 1)):.3f} for the whole and a third of it for the mean of the nine, the six "
        "questions of a survey not being independent.",
        "Surveys are drawn without replacement from 20,000 synthetic adults a municipality, which the errors rightly "
        "ignore: that alone makes the ratio 1.01.",
        f"The study's own cap never binds in these editions, so a tight one ({TRIM:g} × the median) is shown.",
        "",
    ]
    for title, hard in (
        ("Ignorable nonresponse (contact and cooperation depend on sex and age)", False),
        ("Non-ignorable nonresponse (people who feel safe cooperate more, too)", True),
    ):
        drawn = pd.concat(
            [one_survey(study, edition, sets, variables, seed, hard) for seed in range(1, asked.seeds + 1)]
        )
        used = drawn.groupby("weights", sort=False)["used"].mean()
        lost = "; ".join(f"{name} {100 * (1 - count / asked.replicates):.1f} %" for name, count in used.items())
        refused = "; ".join(
            f"{name} {asked.seeds - count}"
            for name, count in drawn.groupby("weights", sort=False)["seed"].nunique().items()
        )
        table = summarise(drawn, truth)
        spread = f"SE ÷ spread goes from {table['ratio'].min():.2f} to {table['ratio'].max():.2f}."
        lines += [f"## {title}", "", *markdown(table), "", f"{spread} Replicates that failed: {lost}."]
        lines += [f"Surveys refused: {refused}.", ""]
    write_text("\n".join(lines), asked.out)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
