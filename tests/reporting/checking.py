"""What the tables may print, and what may be printed without a row; nothing here knows how reports are made."""

import re
from dataclasses import dataclass, field

from pulsometro.reporting.charts.drawing.cards import SIZES
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.reporting.edition.rows import UNSEEN, Change, Estimate
from pulsometro.reporting.row_key import RowKey
from pulsometro.reporting.trace.location import FILES
from pulsometro.settings.report_settings import Measure
from pulsometro.study import Study
from pulsometro.style import spanish
from pulsometro.style.spanish import FRACTIONS, rounded
from tests.reporting.reading import numbers_in, settled

# What each verdict of the table may be called in words.
VERDICTS = {
    "up": ("sube", "más"),
    "down": ("baja", "menos"),
    "none": ("sin cambio estadísticamente significativo", "sin cambio significativo"),
    "not_comparable": ("no comparable", "no se compara"),
    "unseen": (UNSEEN,),
}
# Longest first, so that one is not found inside another.
PHRASES = sorted({said for words in VERDICTS.values() for said in words if len(said) > 5}, key=len, reverse=True)


def told(change: Change) -> tuple[str, ...]:
    """What the verdict of a change may be called."""
    return VERDICTS["unseen" if change.unseen else change.verdict]


def edition_of(study: Study, wave: str) -> Edition:
    """An edition as its report knows it."""
    return load_edition(study, wave)


# --- what the tables may print ------------------------------------------------------------------


def printed(value: float, words: str) -> bool:
    """Whether ``words`` are the value at the precision that they have."""
    decimals = len(words.partition(".")[2])
    shown = f"{rounded(value, decimals):,}".replace("-", "−")
    return words in (shown, f"+{shown}") if value >= 0 else words == shown


def row_of(edition: Edition, key: str) -> Estimate | None:
    """The row that a key names, when it may be printed."""
    wave, indicator, category, statistic, kind, domain = RowKey.parse(key)
    found = edition.rows.get(wave, Measure(indicator, category, statistic), kind, domain)
    return found if found is not None and found.publishable else None


def factor_of(estimate: Estimate) -> float:
    """Printed units of one unit of the table."""
    return 100.0 if estimate.statistic == "proportion" else 1.0


def fits(edition: Edition, key: str, shown: str, words: str) -> bool:
    """Whether words may stand for the field ``shown`` of the row ``key``."""
    if key.endswith(FILES):
        return True
    estimate = row_of(edition, key)
    if estimate is None:
        return False
    kind, _, comparison = shown.partition(":")
    if comparison:
        change = edition.change(estimate, comparison)
        return change is not None and (_says_verdict if kind == "verdict" else _says_change)(change, words)
    if shown == "tip":
        return _says_tip(edition, estimate, words)
    if shown == "fraction":
        near = (f.text for f in FRACTIONS if abs(f.parts / f.whole - estimate.estimate) <= 0.006)
        return words.lower() in near
    found = numbers_in(words)
    if len(found) != 1:
        return False
    return printed(field_of(edition, estimate, shown), found[0])


def field_of(edition: Edition, estimate: Estimate, shown: str) -> float:
    """The value behind a field of a row, in printed units."""
    factor = factor_of(estimate)
    if shown.startswith("rank"):
        rank = edition.rank(estimate)
        assert rank is not None
        return float({"rank": rank.rank, "rank_low": rank.low, "rank_high": rank.high}[shown])
    if shown == "margin":
        return (estimate.ci_high - estimate.ci_low) / 2 * factor
    if shown in ("n", "n_eff"):
        return float(estimate.n if shown == "n" else estimate.n_eff)
    return (
        float({"estimate": estimate.estimate, "ci_low": estimate.ci_low, "ci_high": estimate.ci_high}[shown]) * factor
    )


def _says_verdict(change: Change, words: str) -> bool:
    return settled(words).lower() in told(change)


def _says_change(change: Change, words: str) -> bool:
    if not change.comparable:
        return False
    value = change.difference * (100.0 if change.statistic == "proportion" else 1.0)
    found = numbers_in(words)
    if len(found) != 1:
        return False
    # A sign is part of the number; without one it is the size, beside the verdict.
    if found[0][0] in "+−" or rounded(value, 1) == 0:
        signed = printed(value, found[0]) and (found[0][0] == "+") == (rounded(value, 1) > 0)
        return signed or (found[0] == "0.1" and abs(value) < 0.1)
    return printed(abs(value), found[0])


_TIP = re.compile(
    r"(?P<name>.+): (?P<value>[\d.,]+)(?: %)? \(de (?P<low>[−\d.,]+) a (?P<high>[\d.,]+)(?: %)?\); n = (?P<n>[\d,]+)"
    r"(?:; (?P<verdict>[^(]+) \((?P<change>[^ )]+)(?: pp)?\))?"
)
_RANK_TIP = re.compile(r"(?P<name>.+): lugar (?P<rank>\d+), entre el (?P<rank_low>\d+) y el (?P<rank_high>\d+)")


def _says_tip(edition: Edition, estimate: Estimate, words: str) -> bool:
    """A hover text is read whole: value, interval, base and, where there is one, the change."""
    if found := _RANK_TIP.fullmatch(settled(words)):
        shown = ("rank", "rank_low", "rank_high")
        return all(printed(field_of(edition, estimate, name), found[name]) for name in shown)
    found = _TIP.fullmatch(settled(words))
    if found is None:
        return False
    names = {"value": "estimate", "low": "ci_low", "high": "ci_high", "n": "n"}
    if not all(printed(field_of(edition, estimate, name), found[part]) for part, name in names.items()):
        return False
    if found["verdict"] is None:
        return True
    change = edition.change(estimate)
    return change is not None and _says_verdict(change, found["verdict"]) and _says_change(change, found["change"])


# --- numbers that are no estimates --------------------------------------------------------------


def exempt(edition: Edition) -> list[str]:
    """The words with digits that no row holds, each of them whole; nothing else may stand untied."""
    level, alpha = f"{edition.level * 100:.0f} %", f"al {edition.alpha * 100:.0f} %"
    bases = [battery.base for battery in edition.batteries]
    found = [edition.settings.people, *bases, f"del {level}", f"con {level}", alpha]
    found += [edition.settings.licence, f"de {len(edition.places)}", "menores de 8 no se rotulan", "Kish, 1965"]
    # The precision scheme and the rule of change, as the methodology states them.
    found += ["menor de 15 %", "de 15 a 30 %", "de 30 % o más", f"menor de {edition.alpha:.2f}"]
    found += [f"{width} × {height}" for width, height in SIZES.values()]
    # Counted again by wrong_claims.
    compared = [edition.change(edition.in_place(m, p.code)) for m in edition.settings.findings for p in edition.places]
    found.append(f"de {sum(change is not None and change.comparable for change in compared)} cifras que se comparan")
    for info in edition.waves:
        found += [spanish.days(info.start, info.end), info.period, spanish.wave_short(info.key), f"{info.number}.ª"]
    return sorted({settled(words) for words in found if any(c.isdigit() for c in words)}, key=len, reverse=True)


_ENGINE = re.compile(r"(?:Hecho|se hacen) con (?:pandoc \d+(?:\.\d+)* y Typst \d+(?:\.\d+)*|Quarto \d+(?:\.\d+)*)")
_CODE = re.compile(r"\b(?:RR|COOP|REF|CON)\d\b|\bAAPOR \d+\b")
# How many points the methodology has: counted in its own test.
_POINTS = re.compile(r"De los \d+ puntos de esta lista se declaran \d+|Se declaran los \d+ puntos")


def without_exempt(edition: Edition, words: str) -> str:
    """The words with everything taken out that may hold digits without a row."""
    words = _POINTS.sub(" ", _CODE.sub(" ", _ENGINE.sub(" ", settled(words))))
    for phrase in exempt(edition):
        words = re.sub(rf"(?<![\d.,]){re.escape(phrase)}(?!\d|[.,]\d)", " ", words, flags=re.I)
    return words


def is_of(edition: Edition, row: Estimate, number: str) -> bool:
    """Whether a number is the row's estimate, a change of it, or its rank."""
    if printed(row.estimate * factor_of(row), number):
        return True
    changes = [edition.change(row, comparison) for comparison in ("previous", "year_ago")]
    if any(change is not None and _says_change(change, number) for change in changes):
        return True
    rank = edition.rank(row)
    return rank is not None and number in {str(rank.rank), str(rank.low), str(rank.high)}


@dataclass
class Checked:
    """Complaints about one file, and how many numbers were looked at."""

    complaints: list[str] = field(default_factory=list)
    numbers: int = 0

    def expect(self, right: bool, said: str) -> None:
        """Count one number, and complain when it is wrong."""
        self.numbers += 1
        if not right:
            self.complaints.append(said)
