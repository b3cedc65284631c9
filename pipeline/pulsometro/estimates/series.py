"""Stage *series*: every wave's estimates together, changes tested, areas ranked, the headline in git.

What a wave withholds is in none of it, nor in what is computed from it: everything that is published starts here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from pulsometro.common.counted import tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.escapes import csv_text
from pulsometro.common.files import atomic_folder, read_table, write_json, write_record, write_table, write_text
from pulsometro.common.sealing import damaged
from pulsometro.estimates.hypotheses import hypotheses_of, identified, shown_by
from pulsometro.estimates.quantile_changes import untested_quantiles
from pulsometro.estimates.series_breaks import breaks_between, domains_between, every_questionnaire, recoded
from pulsometro.estimates.stage import Prepared, estimation_settings, prepare
from pulsometro.estimates.within_wave import Judging, differences_of, none
from pulsometro.estimation import (
    CHANGE_COLUMNS,
    COLUMNS,
    RANK_COLUMNS,
    ChangeRule,
    Wave,
    changes,
    judge,
    rank_domains,
)
from pulsometro.questionnaire import Questionnaire
from pulsometro.study import Study
from pulsometro.study.study_faults import refuse_study
from pulsometro.study.themes import themes_of
from pulsometro.study.withheld import RECORD, Withheld, all_withheld, told
from pulsometro.style.vocabulary import DIRECTIONS, LABELLED, SIDES
from pulsometro.suppression.suppressed_cells import NAME as SUPPRESSED
from pulsometro.suppression.suppressed_cells import ByWave, changes_told, hidden, load_suppressed, write_withheld_keys

# How far from exactly a year before a wave may lie and still be "the same quarter a year before".
YEAR_TOLERANCE_DAYS = 60
# The hypotheses of a theme are read side by side; a kind of domain more moves no verdict of the others.
FAMILY = ("wave", "comparison", "theme", "domain_kind")
TEST = ("hypothesis", "domain")
CHANGES = (*CHANGE_COLUMNS, "hypothesis")


def run(study: Study) -> str:
    """Write estimates, changes, what each wave's report needs, metrics and plot; a line for the screen.

    A wave that was stopped is left out and named; when all were, the tables are empty, so that nothing of an earlier
    run stays published. Raises PulsoError when no wave was estimated at all, or the study's files name what none of
    them defines.
    """
    refuse_study(study)
    withheld = all_withheld(study, before="audit")
    waves = [wave for wave in study.waves if study.processed(wave, "estimates.parquet").is_file()]
    waves = [wave for wave in waves if wave not in withheld]
    if not waves and not withheld:
        raise PulsoError("processed/: no wave has estimates yet; run 'pulso estimate <wave>' first.")
    if not waves:
        return _write_none(study, withheld)
    cells: ByWave = {wave: load_suppressed(study.processed(wave, SUPPRESSED)) for wave in waves}
    whole = pd.concat([_estimates(study, wave) for wave in waves], ignore_index=True)
    estimates = whole[~hidden(whole, cells)].reset_index(drop=True)
    prepared = {wave: prepare(study, wave) for wave in waves}
    indicators = study.indicators.by_name
    known = {wave: hypotheses_of(indicators, study.questionnaire(wave)) for wave in waves}
    judging = Judging(change_rule(study), known, themes_of(indicators, study.params.change.themes, shown_by(known)))
    tables = {
        "estimates": estimates,
        "changes": all_changes(study, waves, prepared, whole, judging, cells),
        "differences": all_differences(study, waves, prepared, whole, judging, cells),
        "rankings": rankings(study, whole, cells),
    }
    for name, table in tables.items():
        write_table(labelled(table), study.series(f"{name}.parquet"))
    _write_by_wave(study, waves, withheld, tables, cells)
    _write_headline(study, waves, estimates)
    changes, differences = (tallied(len(tables[f"{noun}s"]), noun) for noun in ("change", "difference"))
    made = f"{tallied(len(waves), 'wave')}, {tallied(len(estimates), 'estimate')}"
    said = f"{made}, {changes} and {differences} tested.{_left_out(study, waves, withheld)}"
    return "\n".join([said, *recoded(every_questionnaire(study))])


def _left_out(study: Study, waves: Sequence[str], withheld: Mapping[str, Withheld]) -> str:
    """The waves that are not in the series, each with the stage that withholds it; nothing where all are."""
    why = {wave: f"by '{withheld[wave].stage}'" if wave in withheld else "no estimates yet" for wave in study.waves}
    left_out = [f"{wave} ({why[wave]})" for wave in study.waves if wave not in waves]
    return f" Left out: {', '.join(left_out)}." if left_out else ""


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """The table with columns of Spanish words at its end, ``verdict_label`` of ``verdict``, for who receives it.

    A verdict is a direction in the table of changes and a side in that of differences.
    """
    words = {**LABELLED, "verdict": SIDES if "contrast" in table else DIRECTIONS}
    made = {f"{name}_label": table[name].map(dict(words[name])) for name in words if name in table}
    return table.assign(**{name: column.astype("str") for name, column in made.items()})


def _write_none(study: Study, withheld: Mapping[str, Withheld]) -> str:
    """The series of a study of which every wave is withheld: no row, and each wave's record."""
    empty = {
        "estimates": pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS}),
        "changes": pd.DataFrame({column: pd.Series(dtype="str") for column in CHANGES}),
        "differences": none(),
        "rankings": pd.DataFrame({"wave": pd.Series(dtype="str")}),
    }
    for name, table in empty.items():
        write_table(labelled(table), study.series(f"{name}.parquet"))
    _write_by_wave(study, (), withheld, empty, {})
    _write_headline(study, (), empty["estimates"])
    return f"No wave is published.\n{told(withheld)}"


def references(study: Study, waves: Sequence[str], wave: str) -> dict[str, str]:
    """What a wave is compared with: comparison ("previous", "year_ago") → reference wave."""
    middles = {key: study.wave(key).fieldwork.middle for key in waves}
    before = [key for key in waves if middles[key] < middles[wave]]
    found = {"previous": before[-1]} if before else {}
    distance = {key: abs((middles[wave] - middles[key]).days - 365) for key in before}
    near = min(distance, key=lambda key: distance[key], default=None)
    if near is not None and distance[near] <= YEAR_TOLERANCE_DAYS:
        found["year_ago"] = near
    return found


def all_changes(
    study: Study, waves: Sequence[str], prepared: Mapping[str, Prepared], estimates: pd.DataFrame, judging: Judging,
    cells: ByWave,
) -> pd.DataFrame:  # fmt: skip
    """Every wave's changes against the previous one and the same quarter a year before, judged.

    ``estimates``: withheld cells too; ``cells``: these, whose changes are left out before any family is adjusted: a
    p-value that is adjusted beside others tells theirs.
    """
    questionnaires = every_questionnaire(study)
    parts = []
    for wave in waves:
        for comparison, reference in references(study, waves, wave).items():
            parts.append(_changes(study, questionnaires, prepared, estimates, (wave, reference, comparison)))
    return _judged([changes_told(part, cells) for part in parts], judging)


def _changes(
    study: Study,
    questionnaires: Mapping[str, Questionnaire],
    prepared: Mapping[str, Prepared],
    estimates: pd.DataFrame,
    pair: tuple[str, str, str],
) -> pd.DataFrame:
    wave, reference, comparison = pair
    sides = []
    for key in (wave, reference):
        table = estimates.loc[estimates["wave"] == key]
        sides.append(Wave(key, prepared[key].design, prepared[key].variables, table))
    tested = changes(
        sides[0],
        sides[1],
        domains_between(prepared[wave].domains, prepared[reference].domains),
        comparison=comparison,
        rule=change_rule(study),
        settings=estimation_settings(study.of_wave(wave)),
        breaks=breaks_between(study, questionnaires, list(questionnaires), reference, wave),
    )
    # No row at all: a change that cannot be tested is no break of the series.
    untested = untested_quantiles(prepared[wave], prepared[reference])
    return tested[~tested["indicator"].isin(untested)].reset_index(drop=True) if untested else tested


def change_rule(study: Study) -> ChangeRule:
    """The rule of params.yaml that decides what is called a change."""
    declared = study.params.change
    return ChangeRule(declared.alpha, declared.adjust, declared.covariance, declared.power, test=declared.test)


def _judged(parts: Sequence[pd.DataFrame], judging: Judging) -> pd.DataFrame:
    """Adjust within the declared families; the rows that show one hypothesis have one verdict."""
    if not parts:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in CHANGES})
    moved = identified(pd.concat(parts, ignore_index=True), judging.hypotheses, judging.themes)
    return judge(moved, replace(judging.rule, family=FAMILY), TEST)[list(CHANGES)]


def all_differences(
    study: Study, waves: Sequence[str], prepared: Mapping[str, Prepared], estimates: pd.DataFrame, judging: Judging,
    cells: ByWave,
) -> pd.DataFrame:  # fmt: skip
    """The differences inside every wave, judged; those of withheld cells as in the changes."""
    found = [
        differences_of(
            study.of_wave(wave), wave, prepared[wave], estimates.loc[estimates["wave"] == wave], judging, cells
        )
        for wave in waves
    ]
    return pd.concat(found, ignore_index=True)


def rankings(study: Study, estimates: pd.DataFrame, cells: ByWave = MappingProxyType({})) -> pd.DataFrame:
    """The places of the areas, 1 the largest, with joint intervals for the ranks, wave by wave.

    An area whose figure is withheld may have any place, as one without a figure may, and has no row.
    """
    kind = study.params.report.place_domain_kind
    figures = ["estimate", "se"]
    unseen = hidden(estimates, cells)
    areas = estimates.assign(**{name: estimates[name].mask(unseen) for name in figures}).loc[
        (estimates["domain_kind"] == kind) & (estimates["statistic"] != "total")
    ]
    if not len(areas):
        # A study that does not estimate its places has no order of them.
        return areas.reindex(columns=list(RANK_COLUMNS))
    if all(study.of_wave(str(wave)) is study for wave in areas["wave"].unique()):
        ranked = _ranked(study, areas, kind)
    else:
        waves = areas.groupby("wave", sort=False)
        ranked = pd.concat([_ranked(study.of_wave(str(wave)), part, kind) for wave, part in waves])
    return ranked[~hidden(ranked, cells)].reset_index(drop=True)


def _ranked(study: Study, areas: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The places of one wave in order; ``study``: as it holds for that wave."""
    weighting, estimation = study.params.weighting, study.params.estimation
    # Areas share no PSU when each respondent is one, or when the areas are the strata; interviewers cross them.
    independent = (weighting.psu is None or weighting.strata == kind) and estimation.clusters == "design"
    return rank_domains(areas, level=estimation.level, independent=independent, descending=True)


def _estimates(study: Study, wave: str) -> pd.DataFrame:
    path = study.processed(wave, "estimates.parquet")
    table = read_table(path)
    if "wave" not in table or set(table["wave"]) != {wave}:
        raise damaged(path)
    return table


def _write_by_wave(
    study: Study, waves: Sequence[str], withheld: Mapping[str, Withheld], tables: Mapping[str, pd.DataFrame],
    cells: ByWave,
) -> None:  # fmt: skip
    """The series as each wave's report knows it: nothing of a later wave, so that old reports stay.

    A wave that is left out has its record there, which its report hands on.
    """
    with atomic_folder(study.series("waves")) as folder:
        for wave, record in withheld.items():
            if wave not in waves:
                write_record(asdict(record), folder / wave / RECORD)
        for wave in waves:
            known = set(study.waves_up_to(wave))
            for name, table in tables.items():
                write_table(table.loc[table["wave"].isin(known)], folder / wave / f"{name}.parquet")
            write_withheld_keys({key: cells[key] for key in waves if key in known}, folder / wave / SUPPRESSED)


def _write_headline(study: Study, waves: Sequence[str], estimates: pd.DataFrame) -> None:
    """Small figures for git: what moved when a method changed is one ``dvc metrics diff`` away."""
    metrics: dict[str, dict[str, dict[str, float | int]]] = {}
    told = study.report.headline
    factor = 100 if told is None or told.statistic == "proportion" else 1
    lines = [f"wave,period,{'percent' if factor == 100 else 'estimate'},ci_low,ci_high"]
    for wave, name, row in _headline_rows(study, waves, estimates):
        metrics.setdefault(wave, {})[name] = {
            "estimate": row["estimate"],
            "se": row["se"],
            "deff": row["deff"],
            "n": int(row["n"]),
        }
        if told is not None and name == told.indicator:
            figures = ",".join(f"{factor * row[column]:.6f}" for column in ("estimate", "ci_low", "ci_high"))
            lines.append(f"{wave},{csv_text(study.wave(wave).period)},{figures}")
    write_json(metrics, study.series("metrics.json"))
    write_text("\n".join(lines) + "\n", Path(study.series("headline.csv")))


def _headline_rows(
    study: Study, waves: Sequence[str], estimates: pd.DataFrame
) -> Iterator[tuple[str, str, "pd.Series[float]"]]:
    whole = estimates.loc[estimates["domain_kind"] == "total"]
    for wave in waves:
        for measure in study.report.findings:
            row = whole.loc[
                (whole["wave"] == wave)
                & (whole["indicator"] == measure.indicator)
                & (whole["category"] == measure.category)
                & (whole["statistic"] == measure.statistic)
            ]
            if len(row):
                yield wave, measure.indicator, row.iloc[0]
