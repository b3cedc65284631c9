"""From the study and an earlier stage's tables to an Edition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pulsometro.check.verdict import Verdict, load_verdict
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.questionnaire import Indicator, Questionnaire
from pulsometro.questionnaire.comparability import RECODED, ROUTED, SINCE
from pulsometro.reporting.edition.content import (
    Edition,
    Exceptions,
    Group,
    IndicatorLabel,
    Making,
    Place,
    WaveInfo,
)
from pulsometro.reporting.edition.rows import Rows, link_words
from pulsometro.reporting.edition.tested_differences import Differences, differences_in
from pulsometro.reporting.row_key import RowKey
from pulsometro.settings.report_settings import ReportSettings
from pulsometro.study import Study
from pulsometro.style import spanish
from pulsometro.style.printed_form import PERSONS, QUANTILE, TOTAL, Form, statistic_word
from pulsometro.style.theme import load_theme
from pulsometro.style.vocabulary import DIRECTIONS, REASONS, Direction
from pulsometro.suppression.suppressed_cells import NAME as SUPPRESSED
from pulsometro.suppression.suppressed_cells import load_withheld_keys
from pulsometro.weighting.record import WeightingRecord, load_weighting

NO_ANSWER = {
    "exclude": "No sabe y no contesta quedan fuera de la base.",
    "in_base": "No sabe y no contesta quedan en la base.",
    "category": "No sabe y no contesta se muestran como una respuesta más.",
}


@dataclass(frozen=True)
class Kept:
    """What is published of the estimates and changes, and the keys of what is not."""

    estimates: pd.DataFrame
    changes: pd.DataFrame
    withheld: frozenset[RowKey] = frozenset()


def load_edition(study: Study, wave: str, draft: bool = False) -> Edition:
    """Everything that the reports of a wave need.

    Reads the series as known at that wave, so that a later wave does not change an old report.
    Raises PulsoError when a table is missing or lacks what ``report`` in params.yaml names.
    """
    folder = study.series(f"waves/{wave}")
    estimates = read_table(folder / "estimates.parquet")
    changes = read_table(folder / "changes.parquet")
    ranks = read_table(folder / "rankings.parquet")
    compared = read_table(folder / "differences.parquet")
    gone = load_withheld_keys(folder / SUPPRESSED)
    kept = Kept(estimates, changes, frozenset(RowKey(wave, *key) for wave, keys in gone.items() for key in keys))
    record = load_weighting(study, wave)
    return build(
        study, wave, kept, ranks, differences_in(compared),
        making=_making(study, study.questionnaire(wave), record), interviews=record.n,
        exceptions=exceptions_of(load_verdict(study, wave)), known=frozenset(estimates["wave"]) | gone.keys(),
        draft=draft,
    )  # fmt: skip


def build(
    study: Study, wave: str, kept: Kept, ranks: pd.DataFrame, differences: Differences,
    making: Making, interviews: int, exceptions: Exceptions, known: frozenset[str], draft: bool = False,
) -> Edition:  # fmt: skip
    """Put names, settings and tables together; ``known``: the waves of the series, without those withheld."""
    settings, identity = study.report, study.identity
    infos = [wave_info(study, key) for key in study.waves_up_to(wave) if key in known]
    labels = labels_of(study, study.questionnaire(wave), broken(kept.changes, settings.whole_domain_kind))
    _refuse_unknown(study.indicators.by_name, settings)
    asked = {info.key: study.questionnaire(info.key) for info in infos}
    return Edition(
        microdata=plan.circle if (plan := study.params.release) and study.params.publish.release else "",
        counted_by=tuple(asked[wave].items[name].label for name in plan.main.keys if name in asked[wave].items)
        if plan
        else (),
        undelivered={key: undelivered(study.indicators.by_name, own) for key, own in asked.items()},
        wave=infos[-1],
        waves=tuple(infos),
        title=identity.title,
        short_title=identity.short_title,
        area=identity.area,
        area_short=identity.area_short,
        producer=identity.producer,
        sponsors=tuple(identity.sponsors),
        labels=labels,
        places=tuple(
            Place(p.code, p.name, p.short, *p.tile)
            for p in study.places
            if p.tile is not None and p.code in study.codes_in(wave)
        ),
        settings=settings,
        theme=load_theme(study.brands, settings.brand),
        rows=Rows(kept.estimates, kept.changes, ranks, kept.withheld, forms_of(study.indicators.by_name)),
        interviews=interviews,
        alpha=study.params.change.alpha,
        adjust=study.params.change.adjust,
        level=study.params.estimation.level,
        made=making,
        exceptions=exceptions,
        boundaries=study.root / settings.boundaries if settings.boundaries else None,
        draft=draft,
        batteries=study.batteries,
        groups=_groups(study, study.questionnaire(wave)),
        differences=differences,
        imitated=study.params.simulate is not None,
        reworded=_reworded(asked.values()),
    )


def _refuse_unknown(indicators: Mapping[str, Indicator], settings: ReportSettings) -> None:
    """Raise PulsoError for a measure of an indicator that is not defined, or of a statistic that it does not have."""
    for measure in (*((settings.headline,) if settings.headline else ()), *settings.findings, *settings.key):
        own = indicators.get(measure.indicator)
        if own is None:
            raise PulsoError(
                f"params.yaml: report names the indicator '{measure.indicator}', which "
                "questionnaires/indicators.yaml does not define; correct the name."
            )
        if measure.statistic not in own.computed:
            raise PulsoError(
                f"params.yaml: report asks for the {measure.statistic} of '{measure.indicator}', of which "
                f"questionnaires/indicators.yaml computes {' and '.join(own.computed)}; correct 'statistic' there, or "
                "add it to the indicator's statistics."
            )


def _reworded(asked: Iterable[Questionnaire]) -> frozenset[str]:
    """What the questions of these waves say of their own breaks, and what is said where they give no words."""
    said = {why for each in asked for item in each.items.values() for why in item.comparable.breaks.values()}
    return frozenset({*said, SINCE, RECODED, ROUTED})


def wave_info(study: Study, key: str) -> WaveInfo:
    """A wave as reports name it."""
    wave = study.wave(key)
    return WaveInfo(key, wave.edition, wave.period, wave.fieldwork.start, wave.fieldwork.end, wave.simulated)


def _groups(study: Study, questionnaire: Questionnaire) -> dict[str, Group]:
    """The items that part the population, with the names of their codes."""
    found = {}
    for name in {name for columns in study.params.estimation.domains for name in columns}:
        item = questionnaire.items.get(name)
        if item is not None:
            codes = (
                dict(study.area_names)
                if item.kind == "area"
                else {str(code): label for code, label in item.codes.items()}
            )
            found[name] = Group(item.label or name, codes)
    return found


def undelivered(indicators: Mapping[str, Indicator], questionnaire: Questionnaire) -> frozenset[str]:
    """Indicators that the wave asks and whose answers its delivery lacks, as the questionnaire declares."""
    lost = set(questionnaire.delivery.not_delivered)
    return frozenset(
        name
        for name, indicator in indicators.items()
        if lost & (asked := {item for item in indicator.sources if item in questionnaire.items})
        and len(asked - lost) < (indicator.at_least if indicator.kind == "index" else 1)
    )


def broken(changes: pd.DataFrame, whole: str) -> dict[str, dict[str, str]]:
    """Indicator → wave → why its series breaks there: changes refused, and indices linked over fewer items."""
    rows = changes[
        ((changes["verdict"] == Direction.NOT_COMPARABLE) | (changes["link"] != ""))
        & (changes["comparison"] == "previous")
        & (changes["domain_kind"] == whole)
    ]
    found: dict[str, dict[str, str]] = {}
    columns = ["indicator", "wave", "link", "broken_by", "reason"]
    for indicator, wave, link, words, reason in rows[columns].itertuples(index=False, name=None):
        why = link_words(link) or str(words) or REASONS[reason]
        found.setdefault(str(indicator), {})[str(wave)] = (
            why if 0 < len(why) <= 40 else DIRECTIONS[Direction.NOT_COMPARABLE]
        )
    return found


def labels_of(
    study: Study, questionnaire: Questionnaire, breaks: dict[str, dict[str, str]]
) -> dict[str, IndicatorLabel]:
    """Names, directions and wordings of every indicator, as the wave's questionnaire has them."""
    return {
        name: _label(name, indicator, questionnaire, breaks.get(name, {}))
        for name, indicator in study.indicators.by_name.items()
    }


def _label(name: str, indicator: Indicator, questionnaire: Questionnaire, refused: dict[str, str]) -> IndicatorLabel:
    items = [questionnaire.items[item] for item in indicator.sources if item in questionnaire.items]
    breaks = {**refused, **questionnaire.fieldwork.breaks}
    for item in items:
        breaks.update(item.comparable.breaks)
    categories = {str(label): str(label) for item in items for label in item.codes.values()}
    if indicator.no_answer == "category":
        asked = {kind for item in items for kind in item.missing.values() if kind != "no_aplica"}
        categories |= {kind: words for kind, words in spanish.NO_ANSWER.items() if kind in asked}
    return IndicatorLabel(
        id=name,
        name=indicator.name,
        direction=indicator.direction,
        singular=indicator.singular,
        plural=indicator.plural,
        base=indicator.base_name,
        statistic=indicator.computed[0],
        category=indicator.main_category,
        unit=form_of(indicator, indicator.computed[0]).unit,
        definition=indicator.definition,
        question=" / ".join(dict.fromkeys(item.text for item in items)),
        no_answer=NO_ANSWER[indicator.no_answer],
        categories=categories if indicator.kind == "distribution" else _main_answer(indicator),
        breaks=breaks,
        kind=indicator.kind,
    )


def _main_answer(indicator: Indicator) -> dict[str, str]:
    """The category of an indicator's one figure, and what it is called: that of a quantile is a probability."""
    category = indicator.main_category
    return {category: category if indicator.probability is None else statistic_word(QUANTILE, category)}


def form_of(indicator: Indicator, statistic: str, persons: str = PERSONS) -> Form:
    """How an indicator's statistic is printed; ``persons``: what the total of a share counts."""
    counted = statistic == TOTAL and indicator.kind in ("share", "distribution")
    return Form(statistic, persons if counted else indicator.unit, indicator.decimals)


def forms_of(indicators: Mapping[str, Indicator], persons: str = PERSONS) -> dict[tuple[str, str], Form]:
    """How every statistic of every indicator is printed."""
    return {
        (name, statistic): form_of(indicator, statistic, persons)
        for name, indicator in indicators.items()
        for statistic in indicator.computed
    }


def _making(study: Study, questionnaire: Questionnaire, record: WeightingRecord) -> Making:
    fieldwork = questionnaire.fieldwork
    whole = record.whole_rates
    return Making(
        mode=fieldwork.mode,
        frame=fieldwork.frame,
        response_rate=whole.rates.get("RR3") if whole else None,
        weighting=_weighting(study, questionnaire, record),
    )


def _weighting(study: Study, questionnaire: Questionnaire, record: WeightingRecord) -> str:
    """``ponderada por municipio a sexo y grupo de edad``, from what was done; "" where it was not calibrated."""
    if record.calibration is None:
        return "ponderada con los factores de expansión entregados" if record.base.kind == "given" else ""
    sources = record.calibration.sources
    names = dict.fromkeys(item for source in sources for item in source.margin.split("*"))
    labels = [questionnaire.items[n].label if n in questionnaire.items else n for n in names]
    # Only the first letter: the rest may hold a name or an acronym.
    words = [label[:1].lower() + label[1:] for label in labels]
    inside = any(source.within for source in sources) and len(record.areas) > 1
    within = f" por {study.params.report.place_word}" if inside else ""
    return f"ponderada{within} a {spanish.join(words)} de la población"


def exceptions_of(verdict: Verdict) -> Exceptions:
    """Rules that failed and somebody accepted, with the reason given."""
    failed = [rule for rule in verdict.rules if not rule.passed and rule.accepted]
    return Exceptions(tuple(f"{rule.title.rstrip('.')} ({rule.accepted.rstrip('.')})" for rule in failed))
