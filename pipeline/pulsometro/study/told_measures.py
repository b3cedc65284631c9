"""The report's settings with what they leave to the indicators and to the study filled in."""

from collections.abc import Mapping
from dataclasses import replace

from pulsometro.questionnaire import Indicator
from pulsometro.settings.report_settings import Measure, ReportSettings

# What the whole is called where the study does not say it.
WHOLE = "el conjunto"


def completed(report: ReportSettings, indicators: Mapping[str, Indicator], population: str) -> ReportSettings:
    """The settings with each measure's statistic and category, the headline, and who is spoken of.

    A measure of a mean or median that names no statistic is of its main figure, and one of a share of its category.
    """
    findings = tuple(_measure(each, indicators) for each in report.findings)
    headline = _measure(report.headline, indicators) if report.headline else next(iter(findings), None)
    return replace(
        report, headline=headline, findings=findings, key=tuple(_measure(each, indicators) for each in report.key),
        whole=report.whole or WHOLE, people=report.people or population,
    )  # fmt: skip


def _measure(measure: Measure, indicators: Mapping[str, Indicator]) -> Measure:
    own = indicators.get(measure.indicator)
    if own is None:
        return measure
    unsaid = measure.statistic == "proportion" and "proportion" not in own.computed
    statistic = own.computed[0] if unsaid else measure.statistic
    return replace(measure, statistic=statistic, category=measure.category or own.main_category)
