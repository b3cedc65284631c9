"""A whole study in a temporary folder: the project's own settings, and small tables made from invented shares."""

import math
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.common.files import read_table, write_record, write_table
from pulsometro.study import Study, load_study
from pulsometro.suppression.cell_suppression import suppressed_in
from pulsometro.suppression.stage import circle_of
from pulsometro.suppression.suppressed_cells import NAME as SUPPRESSED
from pulsometro.suppression.suppressed_cells import changes_told, differences_told, hidden, write_withheld_keys
from tests.reporting.weighed import asked, opinion
from tests.reporting.weighed import record as weighting_record

ROOT = Path(__file__).resolve().parents[2]
IDS = ["wave", "indicator", "category", "statistic", "domain_kind", "domain"]
COLUMNS = [
    *IDS, "estimate", "se", "se_fixed", "ci_low", "ci_high", "ci_level", "ci_method", "df", "cv", "deff", "n",
    "n_category", "n_eff", "population", "precision", "publishable", "reason", "precision_rule",
]  # fmt: skip
CHANGE_COLUMNS = [
    "wave", "reference_wave", "comparison", *IDS[1:], "estimate", "reference_estimate", "difference", "se", "ci_low",
    "ci_high", "ci_level", "df", "p", "p_adjusted", "adjust", "family", "verdict", "minimum_detectable", "publishable",
    "reason", "broken_by", "link",
]  # fmt: skip
BREAK_WAVE = "2012T3"
BREAK_INDICATOR = "inseguridad_amplia"
# So rare in one place that precision keeps it from print.
TOO_RARE = ("soborno", "19019")
_KNOWN = {
    "inseguridad_amplia": 0.749, "inseguridad_nada": 0.412, "seguro_municipio": 0.251, "empeoro": 0.312,
    "conf_fuerza_civil_mucha": 0.3, "soborno": 0.061, "victimizacion": 0.211, "no_denuncia": 0.842,
}  # fmt: skip
_TRUST = {
    "conf_marina": (58, 27, 10, 5), "conf_ejercito": (52, 30, 12, 6), "conf_fuerza_civil": (30, 39, 19, 12),
    "conf_policia_federal": (21, 36, 25, 18), "conf_policia_estatal": (10, 27, 33, 30),
    "conf_policia_municipal": (9, 26, 33, 32), "conf_transito": (6, 20, 34, 40),
}  # fmt: skip
_BY_PLACE = {"19018": 0.644, "19031": 0.831, "19026": 0.819, "19048": 0.802, "19039": 0.788, "19021": 0.77,
             "19006": 0.735, "19046": 0.62, "19019": 0.324}  # fmt: skip
_TREND = (0.063, 0.056, 0.071, 0.092, 0.077, 0.04, 0.021, 0.0)
_SHOCKS = {("2013T2", "19031"): 0.05, ("2013T2", "19046"): -0.09, ("2013T2", "19021"): -0.08}


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of the contract from ids, ``estimate`` and ``n`` with plausible intervals."""
    value, n = table["estimate"].to_numpy(float), table["n"].to_numpy(float)
    share = (table["statistic"] == "proportion").to_numpy()
    p = np.where(share, value, 0.5)
    se = np.where(share, np.sqrt(p * (1 - p) / n * 1.3), 27 / np.sqrt(n))
    odds, half = np.log(p / (1 - p)), 1.96 * se / (p * (1 - p))
    low = np.where(share, 1 / (1 + np.exp(-(odds - half))), value - 1.96 * se)
    high = np.where(share, 1 / (1 + np.exp(-(odds + half))), value + 1.96 * se)
    cv = se / value
    shown = cv < 0.30
    return table.assign(
        se=se, se_fixed=se, ci_low=low, ci_high=high, ci_level=0.95, ci_method=np.where(share, "logit", "wald"),
        df=n - 9, cv=cv, deff=1.3, n=n.astype(int), n_category=np.where(share, np.rint(n * p), n).astype(int),
        n_eff=n / 1.3, population=n * 600.0,
        precision=np.where(cv < 0.15, "high", np.where(shown, "moderate", "low")), publishable=shown,
        reason=np.where(shown, "", "imprecise"), precision_rule=np.where(shown, "", "cv"),
    )[COLUMNS]  # fmt: skip


def _domains(study: Study) -> list[tuple[str, str, int]]:
    codes = [area.code for area in study.places]
    found = [("total", "total", 4902), *(("municipio", code, 540) for code in codes)]
    return [*found, ("sexo", "1", 2400), ("sexo", "2", 2502)]


def estimates(study: Study) -> pd.DataFrame:
    """Rows of every wave for every indicator that it asks, in the whole, the places and the sexes."""
    random.seed(8)
    rows: list[tuple[Any, ...]] = []
    for index, wave in enumerate(study.waves):
        questionnaire = study.questionnaire(wave)
        available = study.indicators.available(questionnaire)
        for kind, domain, n in _domains(study):
            for number, (name, indicator) in enumerate(available.items()):
                noise = random.uniform(-0.02, 0.02) * (0.3 if kind == "total" else 1)
                if indicator.kind == "index":
                    rows.append((wave, name, "", "mean", kind, domain, round(38 + 40 * noise, 8), n))
                elif indicator.kind == "distribution":
                    labels = list(questionnaire[indicator.item or ""].codes.values())
                    shares = [s / 100 for s in _TRUST.get(name, ())] or [1 / len(labels)] * len(labels)
                    # Noise that leaves the sum at one.
                    shares = [shares[0] + noise / 2, *shares[1:-1], shares[-1] - noise / 2]
                    for label, share in zip(labels, shares, strict=True):
                        rows.append((wave, name, label, "proportion", kind, domain, round(share, 10), n))
                else:
                    base = _KNOWN.get(name, 0.15 + 0.02 * number)
                    if name == BREAK_INDICATOR:
                        base = _BY_PLACE.get(domain, base) + _SHOCKS.get((wave, domain), 0)
                    if (name, domain) == TOO_RARE:
                        base, noise = 0.012, 0.0
                    value = round(min(max(base * (1 + _TREND[index]) + noise, 0.004), 0.99), 10)
                    size = round(n * 0.2) if indicator.base else n
                    rows.append((wave, name, indicator.category, "proportion", kind, domain, value, size))
    return _complete(pd.DataFrame(rows, columns=[*IDS, "estimate", "n"]))


def changes(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Differences with the wave before and the same quarter a year before."""
    waves = list(study.waves)
    keys = IDS[1:]
    parts = []
    for comparison, lag in (("previous", 1), ("year_ago", 4)):
        back = {wave: waves[index - lag] for index, wave in enumerate(waves) if index >= lag}
        now = table[table["wave"].isin(back)].assign(reference_wave=lambda t, b=back: t["wave"].map(b))
        past = table[["wave", *keys, "estimate", "se", "publishable"]].rename(columns={"wave": "reference_wave"})
        both = now.merge(past, on=["reference_wave", *keys], suffixes=("", "_then"))
        both["comparison"] = comparison
        parts.append(both)
    both = pd.concat(parts, ignore_index=True)
    difference = both["estimate"] - both["estimate_then"]
    se = np.hypot(both["se"], both["se_then"])
    z = difference / se
    p = np.array([math.erfc(abs(value) / math.sqrt(2)) for value in z])
    moved = np.where(difference > 0, "up", "down")
    crossed = (both["reference_wave"] < BREAK_WAVE) & (both["wave"] >= BREAK_WAVE)
    broken = (both["indicator"] == BREAK_INDICATOR) & crossed
    verdict = np.where(p < 0.05, moved, "none")
    return both.assign(
        reference_estimate=both["estimate_then"], difference=difference.where(~broken), se=se,
        ci_low=difference - 1.96 * se, ci_high=difference + 1.96 * se, p=p, p_adjusted=p, adjust="BH", family="f",
        verdict=np.where(broken, "not_comparable", verdict), minimum_detectable=2.8 * se,
        publishable=both["publishable"] & both["publishable_then"] & ~broken,
        reason=np.where(broken, "broken", ""), broken_by=np.where(broken, "cambió la pregunta", ""), link="",
    )[CHANGE_COLUMNS]  # fmt: skip


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """What a wave's figures are compared with, each pair as independent: places and the whole (for the rest of it), two
    places, two forces of the battery, a place and one half."""
    keys = IDS[:-1]
    shown = table[table["statistic"] != "total"]
    places = shown[shown["domain_kind"] == "municipio"]
    whole = shown[shown["domain_kind"] == "total"]
    short = ["estimate", "se", "publishable"]
    on = [name for name in keys if name != "domain_kind"]
    parts = [
        places.merge(whole[[*on, *short]], on=on, suffixes=("", "_then")).assign(contrast="rest", against="rest"),
        places.merge(places[[*keys, "domain", *short]], on=keys, suffixes=("", "_then"))
        .query("domain < domain_then").assign(contrast="pair").rename(columns={"domain_then": "against"}),
        whole.merge(whole[[*on, *short]], on=[name for name in on if name != "indicator"], suffixes=("", "_then"))
        .query("indicator < indicator_then").assign(contrast="item").rename(columns={"indicator_then": "against"}),
        places.query("statistic == 'proportion'")
        .assign(estimate_then=0.5, se_then=0.0, publishable_then=True, contrast="half", against="half"),
    ]  # fmt: skip
    both = pd.concat(parts, ignore_index=True)
    z = (both["estimate"] - both["estimate_then"]) / np.hypot(both["se"], both["se_then"])
    sides = np.select([z > 1.96, z < -1.96], ["higher", "lower"], "none")
    publishable = both["publishable"].astype(bool) & both["publishable_then"].astype(bool)
    return both.assign(verdict=sides, publishable=publishable)[[*IDS, "contrast", "against", "verdict", "publishable"]]


def rankings(table: pd.DataFrame) -> pd.DataFrame:
    """Ranks of the places from the largest estimate, with intervals from overlapping intervals."""
    rows = []
    places = table[table["domain_kind"] == "municipio"]
    for _, group in places.groupby(["wave", "indicator", "category", "statistic"], sort=False):
        for record in group.to_dict("records"):
            above = int((group["ci_low"] > record["ci_high"]).sum())
            below = int((group["ci_high"] < record["ci_low"]).sum())
            rank = 1 + int((group["estimate"] > record["estimate"]).sum())
            ids = {name: record[name] for name in IDS}
            ends = {"rank": rank, "rank_low": 1 + above, "rank_high": len(group) - below, "domains": len(group)}
            rows.append({**ids, **ends, "ci_level": 0.95})
    return pd.DataFrame(rows)


def withhold(study: Study, wave: str) -> None:
    """Take out of the wave's own series what nobody may see of the wave, as the stages do."""
    folder = study.series(f"waves/{wave}")
    rows = read_table(folder / "estimates.parquet")
    cells = {wave: suppressed_in(rows[rows["wave"] == wave], circle_of(study, wave))}
    write_withheld_keys(cells, folder / SUPPRESSED)
    for name in ("estimates", "rankings"):
        table = read_table(folder / f"{name}.parquet")
        write_table(table[~hidden(table, cells)], folder / f"{name}.parquet")
    write_table(changes_told(read_table(folder / "changes.parquet"), cells), folder / "changes.parquet")
    write_table(differences_told(read_table(folder / "differences.parquet"), cells), folder / "differences.parquet")


def project(root: Path, settings: dict[str, str] | None = None) -> Study:
    """A copy of the project's settings, questionnaires and sources with made tables under ``root``.

    ``settings``: replacements in the text of params.yaml.
    """
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    for old, new in (settings or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    (root / "params.yaml").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "questionnaires", root / "questionnaires")
    ignore = shutil.ignore_patterns("site", ".quarto")
    shutil.copytree(ROOT / "reports", root / "reports", ignore=ignore)
    study = load_study(root)
    table = estimates(study)
    moved, ranked, compared = changes(study, table), rankings(table), differences(table)
    for wave in study.waves:
        upto = study.waves_up_to(wave)
        folder = study.series(f"waves/{wave}")
        write_table(table[table["wave"].isin(upto)], folder / "estimates.parquet")
        write_table(moved[moved["wave"].isin(upto)], folder / "changes.parquet")
        write_table(ranked[ranked["wave"].isin(upto)], folder / "rankings.parquet")
        write_table(compared[compared["wave"].isin(upto)], folder / "differences.parquet")
        write_withheld_keys({}, folder / SUPPRESSED)
        write_record(weighting_record(wave), study.processed(wave, "weighting.json"))
        write_table(asked(table[table["wave"] == wave]), study.processed(wave, "interviewers.parquet"))
        write_record(opinion(wave), study.processed(wave, "second_opinion.json"))
        write_record({"wave": wave, "verdict": "pass", "counts": None, "rules": []}, study.checks(wave))
    write_table(table, study.series("estimates.parquet"))
    write_table(moved, study.series("changes.parquet"))
    write_table(ranked, study.series("rankings.parquet"))
    return study
