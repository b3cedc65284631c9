"""What ``report`` in params.yaml names, held against the indicators and the answers of their items."""

from collections.abc import Iterator

from pulsometro.questionnaire import Indicator, Item
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.likeness import listed, meant
from pulsometro.settings.report_settings import Battery, Measure
from pulsometro.study.known_names import Known, Place, unknown
from pulsometro.study.told_measures import completed

_NO_INDICATOR = "which questionnaires/indicators.yaml does not define"
_DIRECTIONS = ("up_is_good", "up_is_bad", "neutral")


def reference_faults_of_report(known: Known) -> Iterator[Fault]:
    """Indicators, answers, statistics and kinds of domain that the report names and nothing defines."""
    report = known.params.report
    for key, measure, place in _measures(known):
        yield from _measure_faults(key, measure, known, place)
    for number, topic in enumerate(report.topics):
        for which, name in enumerate(topic.indicators):
            spot = ("report", "topics", number, "indicators", which)
            yield from _indicator_fault(f"report.topics '{shown(topic.name)}'", name, known, spot)
    for battery, place in batteries_of(known):
        yield from _battery_faults(".".join(map(str, place)), battery, known, place)
    kinds = {"*".join(columns) or "total" for columns in known.params.estimation.domains}
    if report.whole_domain_kind not in kinds:
        key, no = "report.whole_domain_kind", "which estimation.domains does not make"
        yield unknown(key, report.whole_domain_kind, no, kinds, ("report", "whole_domain_kind"))


def _measures(known: Known) -> Iterator[tuple[str, Measure, Place]]:
    # As the reports read them: a measure may leave its statistic and category to its indicator.
    report = completed(known.params.report, known.indicators, "")
    if known.params.report.headline is not None and report.headline is not None:
        yield "report.headline", report.headline, ("report", "headline")
    for part in ("findings", "key"):
        for number, measure in enumerate(getattr(report, part)):
            yield f"report.{part}.{number}", measure, ("report", part, number)


def batteries_of(known: Known) -> Iterator[tuple[Battery, Place]]:
    """Each battery of the report with its place."""
    if known.params.report.trust is not None:
        yield known.params.report.trust, ("report", "trust")
    for number, battery in enumerate(known.params.report.batteries):
        yield battery, ("report", "batteries", number)


def _indicator_fault(key: str, name: str, known: Known, place: Place) -> Iterator[Fault]:
    if name not in known.indicators:
        yield unknown(key, name, _NO_INDICATOR, list(known.indicators), place)


def _measure_faults(key: str, measure: Measure, known: Known, place: Place) -> Iterator[Fault]:
    indicator = known.indicators.get(measure.indicator)
    if measure.direction and measure.direction not in _DIRECTIONS:
        text = f"{key}.direction is '{shown(measure.direction)}'; write one of {listed(_DIRECTIONS)}"
        yield Fault(f"{text}{meant(measure.direction, _DIRECTIONS)}.", (*place, "direction"))
    if indicator is None:
        yield from _indicator_fault(f"{key}.indicator", measure.indicator, known, (*place, "indicator"))
        return
    yield from _statistic_faults(key, measure, indicator, place)
    answers = answers_of(indicator, known)
    if answers is None or measure.category in answers:
        return
    if not any(answers):
        text = f"{key}.category names '{shown(measure.category)}', and '{shown(measure.indicator)}' is a "
        yield Fault(f"{text}{indicator.kind}, which has no categories; take it out.", (*place, "category"))
        return
    said = f"names '{shown(measure.category)}'" if measure.category else "is empty"
    text = f"{key}.category {said}, which is no answer of the indicator '{shown(measure.indicator)}'"
    near = meant(measure.category, answers)
    yield Fault(f"{text} ({listed(answers)}); write it as there{near}.", (*place, "category"))


def _statistic_faults(key: str, measure: Measure, indicator: Indicator, place: Place) -> Iterator[Fault]:
    made = indicator.computed
    if measure.statistic not in made:
        text = f"{key}.statistic is '{shown(measure.statistic)}' (proportion where nothing is said), and "
        yield Fault(
            f"{text}'{shown(measure.indicator)}' gives {listed(made)}; write that, or add the other to its statistics"
            f"{meant(measure.statistic, made)}.",
            (*place, "statistic"),
        )


def answers_of(indicator: Indicator, known: Known) -> list[str] | None:
    """The categories that the tables of an indicator have, in any wave; None where nobody can tell.

    [""] of one that has none.
    """
    if indicator.kind == "distribution":
        asked = list(known.versions(indicator.item or ""))
        if not asked or not known.told_all(indicator.item or ""):
            return None
        return list(dict.fromkeys(label for item in asked for label in _labels(indicator, item)))
    return [indicator.main_category]


def _labels(indicator: Indicator, item: Item) -> list[str]:
    shown_too = [kind for kind in item.missing.values() if kind != "no_aplica"]
    return [*item.codes.values(), *(shown_too if indicator.no_answer == "category" else [])]


def _battery_faults(key: str, battery: Battery, known: Known, place: Place) -> Iterator[Fault]:
    for number, name in enumerate(battery.indicators):
        yield from _indicator_fault(f"{key}.indicators", name, known, (*place, "indicators", number))
        indicator = known.indicators.get(name)
        answers = answers_of(indicator, known) if indicator is not None else None
        for level in battery.levels if answers is not None and any(answers) else ():
            if level not in (answers or ()):
                which = f"which is no answer of the indicator '{shown(name)}'"
                at = (*place, "levels", battery.levels.index(level))
                yield unknown(f"{key}.levels", level, which, answers or [], at, "write it as there")
    # Of items, options and means the indicators are found when the battery is told.
    for part in ("names", "spoken") if battery.indicators else ():
        for name in getattr(battery, part):
            if name not in battery.indicators:
                which = f"which is none of {key}.indicators"
                yield unknown(f"{key}.{part}", name, which, battery.indicators, (*place, part, name))
