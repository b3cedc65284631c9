"""Dates whose refusal must say the true cause, or that are read: none of them may be dropped as a word for blank."""

from collections.abc import Mapping

import pandas as pd

from tests.bad_inputs.broken import Break
from tests.bad_inputs.dates_words import Edit, also_zoned, dates, formatted

MONTHS = {"pt": "janeiro", "fr": "janvier", "de": "Januar", "it": "gennaio"}
EXCEL = pd.Timestamp("1899-12-30")


def turned(day: pd.Timestamp) -> str:
    """As a spreadsheet of the United States leaves 05/01/2020 and 13/01/2020."""
    return day.strftime("%Y-%d-%m") if day.day <= 12 else day.strftime("%d/%m/%Y")


# What breaks it, what is said, the format that the sentence names.
REFUSED: Mapping[str, tuple[Break, str, Edit]] = {
    "SAS's dates": (
        dates(lambda day: day.strftime("%d%b%Y").upper()), r'read as %d%b%Y: .*format: "%d%b%Y"', formatted("%d%b%Y")
    ),
    "SAS's times": (
        dates(lambda day: day.strftime("%d%b%Y:14:30:00").upper()), r'format: "%d%b%Y"', formatted("%d%b%Y")
    ),
    "the day before the month": (
        dates(lambda day: day.strftime("%Y-%d-%m")), r'all of them read as %Y-%d-%m', formatted("%Y-%d-%m")
    ),
    "the year first, in two digits": (
        dates(lambda day: day.strftime("%y/%m/%d")), r'all of them read as %y/%m/%d: ', formatted("%y/%m/%d")
    ),
    "the year last, in two digits": (
        dates(lambda day: day.strftime("%d/%m/%y")), r'all of them read as %d/%m/%y: ', formatted("%d/%m/%y")
    ),
    "days turned over up to the 12th": (
        dates(turned), r'as %d/%m/%Y, .* as %Y-%d-%m\): .*"%d/%m/%Y \| %Y-%d-%m"', formatted("%d/%m/%Y | %Y-%d-%m")
    ),
    "days turned over, declared as they look": (
        dates(turned, formatted("%Y-%m-%d | %d/%m/%Y")),
        r'nearly all would be inside .*format: "%Y-%d-%m \| %d/%m/%Y"',
        formatted("%Y-%d-%m | %d/%m/%Y"),
    ),
    "dates beside a spreadsheet's day numbers": (
        dates(lambda day: str((day - EXCEL).days) if day.day > 12 else day.strftime("%Y-%m-%d")),
        r'"excel \| %Y-%m-%d"',
        formatted("excel | %Y-%m-%d"),
    ),
    **{
        f"months in {language}": (
            dates(lambda day, word=word: f"{day.day} {word} {day.year}"), r'format: "%d %b %Y"', formatted("%d %b %Y")
        )
        for language, word in MONTHS.items()
    },
    "months in German with a point after the day": (
        dates(lambda day: f"{day.day}. Januar {day.year}"), r'format: "%d\. %b %Y"', formatted("%d. %b %Y")
    ),
    "months in Portuguese with their words": (
        dates(lambda day: f"{day.day} de janeiro de {day.year}"), "%d de %b de %Y", formatted("%d de %b de %Y")
    ),
}  # fmt: skip
# Read as they are.
READ: Mapping[str, Break] = {
    "en dashes": dates(lambda day: day.strftime("%Y\N{EN DASH}%m\N{EN DASH}%d")),
    "hyphens that do not break": dates(
        lambda day: day.strftime("%Y\N{NON-BREAKING HYPHEN}%m\N{NON-BREAKING HYPHEN}%d")
    ),
    "a spreadsheet's mark of text": dates(lambda day: day.strftime("'%Y-%m-%d")),
    "the end of the day": dates(lambda day: day.strftime("%Y-%m-%d 24:00:00")),
    "a second that leaps": dates(lambda day: day.strftime("%Y-%m-%d 23:59:60")),
    "XML's day in UTC": dates(lambda day: day.strftime("%Y-%m-%dZ")),
    "XML's day in a zone": dates(lambda day: day.strftime("%Y-%m-%d-06:00")),
    "a zone's name in brackets": also_zoned(dates(lambda day: day.strftime("%Y-%m-%dT23:30:00[America/Monterrey]"))),
    "an offset and a zone's name": also_zoned(
        dates(lambda day: day.strftime("%Y-%m-%dT23:30:00-06:00[America/Monterrey]"))
    ),
}
