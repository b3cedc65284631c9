"""Stage *recompute*: another program works out the headline figures again, and how far it lies from ours is kept.

It is no test of what is printed but of what everything printed stands on: the estimate, and its error with the weights
taken as fixed. It warns and stops nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil, inf, isfinite, log10, nan

import numpy as np
import pandas as pd

from pulsometro.common.bound import MANIFEST, manifest
from pulsometro.common.counted import tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import atomic_folder, read_table, write_record
from pulsometro.estimates.stage import Prepared, prepare
from pulsometro.estimation import SurveyDesign
from pulsometro.recompute import with_samplics
from pulsometro.recompute.complete_columns import columns_of, labels_of
from pulsometro.recompute.opinion_record import NAME, TOLERANCE, Apart, Obstacle, SecondOpinion
from pulsometro.recompute.with_samplics import WHOLE, Sampled
from pulsometro.settings.report_settings import Measure
from pulsometro.study import Study
from pulsometro.study.withheld import RECORD, Withheld, all_withheld

STAGE = "recompute"
# Rows × strata × domains of one kind: samplics looks through the rows once for each stratum of each domain.
MOST_WORK = 5e9
# Below this share of the estimate an error is rounding: of a share of 0 or 1.
_NOTHING = 1e-12
_LEAST = 1e-12


def run(study: Study) -> str:
    """Write every wave's ``second_opinion.json``; a line for the screen, and one for each wave that warns.

    A withheld wave has its record instead. Raises PulsoError when no wave was estimated at all.
    """
    withheld = all_withheld(study, before="protect")
    waves = [wave for wave in study.waves if wave not in withheld]
    waves = [wave for wave in waves if study.processed(wave, "estimates.parquet").is_file()]
    if not waves and not withheld:
        raise PulsoError("processed/: no wave has estimates yet; run 'pulso estimate <wave>' first.")
    made = []
    for wave in waves:
        made.append(opinion_on(study, wave))
        _write(study, wave, made[-1])
    for wave, record in withheld.items():
        _write(study, wave, record)
    return _said(made)


def _write(study: Study, wave: str, record: SecondOpinion | Withheld) -> None:
    with atomic_folder(study.processed(wave, STAGE)) as folder:
        name = NAME if isinstance(record, SecondOpinion) else RECORD
        write_record(asdict(record), folder / name)
        write_record(manifest(folder, wave, STAGE), folder / MANIFEST)


def _said(made: Sequence[SecondOpinion]) -> str:
    figures, apart = sum(each.figures for each in made), sum(len(each.apart) for each in made)
    programs = {each.program for each in made if each.figures}
    again = f"{tallied(figures, 'figure')} of {tallied(len(made), 'wave')} worked out again"
    by = f" by {', '.join(sorted(programs))}" if programs else ""
    lines = [f"{again}{by}; {apart} differ from ours by more than {TOLERANCE:g}."]
    for each in made:
        if each.apart:
            first = each.apart[0]
            lines.append(f"WARNING {each.wave}: {tallied(len(each.apart), 'figure')} apart, first {first.indicator} in "
                         f"{first.domain_kind} {first.domain}; all are in processed/{each.wave}/{STAGE}/{NAME}. Do not "
                         "cite them: run 'make setup' and 'pulso recompute', and report it with that file if it "
                         "stays.")  # fmt: skip
        elif each.obstacle:
            why = f"{each.lonely or ''} {_WHY[each.obstacle]} {each.failure}".strip()
            remedy = "; run 'make setup' and 'pulso recompute' again" if each.obstacle == "failed" else ""
            lines.append(f"{'WARNING ' if each.warns else ''}{each.wave}: not comparable, {why}{remedy}.")
    return "\n".join(lines)


_WHY: Mapping[Obstacle, str] = {
    "lonely_psu": "strata with one PSU, which the other program treats in another way",
    "absent": "samplics is not installed; set up the environment from the lock and run 'pulso recompute' again",
    "failed": "working them out again ended with",
    "no_figure": "no headline figure is a share, a mean or a total",
}


@dataclass(frozen=True)
class _Figure:
    """One row of our table beside samplics' numbers."""

    row: "pd.Series[float]"
    estimate: float
    error: float

    @property
    def distances(self) -> tuple[float, float]:
        """Relative differences of estimate and error; both 0 below rounding."""
        estimate, error = float(self.row["estimate"]), float(self.row["se_fixed"])
        nothing = _NOTHING * max(abs(estimate), 1.0)
        return _relative(estimate, self.estimate, _NOTHING), _relative(error, self.error, nothing)


def _relative(ours: float, theirs: float, nothing: float) -> float:
    if not isfinite(theirs):
        return inf
    larger = max(abs(ours), abs(theirs))
    return 0.0 if larger <= nothing else abs(ours - theirs) / larger


def opinion_on(study: Study, wave: str) -> SecondOpinion:
    """Compare the wave's headline figures, over the whole and every kind of domain that one item makes."""
    study = study.of_wave(wave)
    prepared = prepare(study, wave)
    table = read_table(study.processed(wave, "estimates.parquet"))
    nothing = SecondOpinion(wave, "", 0, (), (), TOLERANCE, None, None, ())
    sampled = _sampled(prepared.design)
    lonely = _lonely(sampled)
    if lonely:
        return replace(nothing, obstacle="lonely_psu", lonely=lonely)
    measures = _measures(study)
    kinds, left_out = _kinds(prepared, sampled)
    try:
        program = with_samplics.program()
    except ImportError:
        return replace(nothing, obstacle="absent")
    try:
        figures = [figure for kind in kinds for figure in _figures(prepared, sampled, table, measures, kind)]
    except ImportError:
        return replace(nothing, obstacle="absent")
    except MemoryError:
        raise
    except Exception as error:  # whatever it is, our figures stand without a second opinion
        return replace(nothing, program=program, obstacle="failed", failure=type(error).__name__)
    if not figures:
        return replace(nothing, program=program, obstacle="no_figure")
    return _compared(replace(nothing, program=program, kinds=kinds, left_out=left_out), figures)


def _compared(opinion: SecondOpinion, figures: Sequence[_Figure]) -> SecondOpinion:
    distances = np.array([figure.distances for figure in figures])
    worst = distances.max(axis=0)
    apart = tuple(_apart(figures[at]) for at in np.flatnonzero(np.any(distances > TOLERANCE, axis=1)).tolist())
    return replace(
        opinion, figures=len(figures), apart=apart,
        largest_estimate=_power(float(worst[0])), largest_error=_power(float(worst[1])),
    )  # fmt: skip


def _power(distance: float) -> float | None:
    """The power of ten that a distance stays at or below, the same on every processor; None where there is none."""
    return float(f"1e{ceil(log10(max(distance, _LEAST)))}") if isfinite(distance) else None


def _apart(figure: _Figure) -> Apart:
    row = figure.row
    words = {name: str(row[name]) for name in ("indicator", "category", "statistic", "domain_kind", "domain")}
    estimate, error = (value if isfinite(value) else None for value in (figure.estimate, figure.error))
    return Apart(
        **words, estimate=float(row["estimate"]), other_estimate=estimate,
        error=float(row["se_fixed"]), other_error=error,
    )  # fmt: skip


def _measures(study: Study) -> tuple[Measure, ...]:
    """The headline and the findings, each once."""
    report = study.report
    headline = (report.headline,) if report.headline else ()
    told = {(m.indicator, m.category, m.statistic): m for m in (*headline, *report.findings)}
    return tuple(told.values())


def _kinds(prepared: Prepared, sampled: Sampled) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Kinds of domain to compare, and those that are too large; WHOLE is everybody."""
    work = len(sampled.strata) * len(np.unique(sampled.strata))
    kept: list[str] = []
    left_out: list[str] = []
    for domain in prepared.domains:
        if len(domain.columns) > 1:
            continue
        kind = domain.columns[0] if domain.columns else WHOLE
        count = prepared.design.data[kind].nunique() if domain.columns else 1
        (kept if work * count <= MOST_WORK else left_out).append(kind)
    return tuple(kept), tuple(left_out)


def _lonely(sampled: Sampled) -> int:
    """Strata with one PSU in the whole sample."""
    pairs = pd.DataFrame({"stratum": sampled.strata, "psu": sampled.psus}).drop_duplicates()
    return int((pairs["stratum"].value_counts() == 1).sum())


def _sampled(design: SurveyDesign) -> Sampled:
    """The design as its columns say it; without PSUs each row is one, without strata there is one."""
    data, rows = design.data, len(design.data)
    strata = pd.factorize(data[design.strata])[0] if design.strata else np.zeros(rows, dtype=np.int64)
    psus = pd.factorize(data[design.psu])[0] if design.psu else np.arange(rows)
    return Sampled(data[design.weights].to_numpy(float), strata, psus)


def _figures(
    prepared: Prepared, sampled: Sampled, table: pd.DataFrame, measures: Sequence[Measure], kind: str
) -> Iterator[_Figure]:
    """Rows of one kind of domain that have an error, with what samplics makes of them."""
    data = prepared.design.data
    domains = None if kind == WHOLE else labels_of(data[kind])
    variables = {variable.name: variable for variable in prepared.variables}
    for measure in measures:
        variable = variables.get(measure.indicator)
        columns = columns_of(variable, measure.category, data) if variable is not None else None
        if columns is None or measure.statistic not in ("proportion", "mean", "total"):
            continue
        total = measure.statistic == "total"
        theirs = with_samplics.taylor(sampled, columns.y, None if total else columns.x, domains)
        rows = table[
            (table["indicator"] == measure.indicator) & (table["category"] == measure.category)
            & (table["statistic"] == measure.statistic) & (table["domain_kind"] == kind)
        ]  # fmt: skip
        for _, row in rows.iterrows():
            if isfinite(row["estimate"]) and isfinite(row["se_fixed"]):
                yield _Figure(row, *theirs.get(str(row["domain"]), (nan, nan)))
