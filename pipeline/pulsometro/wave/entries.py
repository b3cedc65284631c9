"""A wave's entry in params.yaml, put in without touching any other line, and dvc.yaml made anew."""

import json
import re
from datetime import date
from itertools import pairwise
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.graph.dvc_file import NAME, write_graph
from pulsometro.study import FieldworkDates, Study, load_study
from pulsometro.style.spanish import MONTHS

# Of a key: a year, or a year with its half, quarter or month (2020, 2020S1, 2020T3, 2020-11).
_KEY = re.compile(r"(\d{4})(?:[-_ ]?([A-Za-z]?)[-_ ]?(\d{1,2}))?")
_ORDINALS = ("primer", "segundo", "tercer", "cuarto")
_MONTHS_OF = {"s": 6, "h": 6, "t": 3, "q": 3, "m": 1}


def months_between(study: Study, wave: str, source: str) -> int:
    """Months from one wave to the next: by their keys when these say years, halves, quarters or months.

    Two keys such as 2013T1 and 2013T3 are six months apart, 2020 and 2021 twelve, 2020S1 and 2020S2 six; other keys
    are taken to be as far apart as the last two waves of the study (three months when there is only one).
    """
    new, old = _KEY.fullmatch(wave), _KEY.fullmatch(source)
    if new and old and (new[2] or "").lower() == (old[2] or "").lower() and bool(new[3]) == bool(old[3]):
        years = int(new[1]) - int(old[1])
        if not new[3]:
            return 12 * years
        step = _step(study, new[2].lower(), max(int(new[3]), int(old[3])), two=len(new[3]) == 2)
        if step is not None:
            return 12 * years + step * (int(new[3]) - int(old[3]))
    starts = [each.fieldwork.start for each in study.waves.values()]
    if len(starts) < 2:
        return 3
    return (starts[-1].year - starts[-2].year) * 12 + starts[-1].month - starts[-2].month


def _step(study: Study, letter: str, last: int, two: bool) -> int | None:
    """Months between two neighbouring numbers of a year's keys; None where the keys do not say it."""
    if letter:
        return _MONTHS_OF.get(letter)
    if two:
        return 1 if last <= 12 else None
    # A number alone is a quarter's, unless the study's own waves are half a year apart and never have a third.
    found = [_KEY.fullmatch(key) for key in study.waves]
    numbers = [int(each[3]) for each in found if each and each[3]]
    starts = sorted(each.fieldwork.start for each in study.waves.values())
    gaps = [(b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(starts)]
    halves = bool(gaps) and min(gaps) >= 5 and max([*numbers, last]) <= 2
    return 6 if halves else 3 if last <= 4 else None


def shifted(day: date, months: int) -> date:
    """The same day of the month some months later, or that month's last day."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1).toordinal()) - 1
    return date.fromordinal(min(date(year, month + 1, 1).toordinal() + day.day - 1, last))


def params_entry(study: Study, wave: str, source: str, file: str, attempts: str | None) -> str:
    """The lines of ``waves.<wave>``: dates and period moved on, to be corrected by a person."""
    old = study.wave(source)
    months = months_between(study, wave, source)
    dates = FieldworkDates(shifted(old.fieldwork.start, months), shifted(old.fieldwork.end, months))
    period = _period(old.period, dates.middle, months)
    lines = [
        f'  "{wave}":',
        f"    edition: {old.edition + 1}",
        f'    period: "{period}"  # moved on from {source}: correct it',
        f'    fieldwork: {{start: "{dates.start}", end: "{dates.end}"}}  # moved on from {source}: correct them',
        f"    file: {json.dumps(file, ensure_ascii=False)}",
    ]
    return "\n".join(lines + ([f"    attempts: {json.dumps(attempts, ensure_ascii=False)}"] if attempts else [])) + "\n"


def _period(old: str, middle: date, months: int) -> str:
    """The old period moved on when it is a year, a half, a quarter or a month of one, else the month of fieldwork."""
    part = re.fullmatch(r"(?:(primer|segundo|tercer|cuarto) (semestre|trimestre) de )?(\d{4})", old.strip().casefold())
    if part:
        length = {None: 12, "semestre": 6, "trimestre": 3}[part[2]]
        number = 0 if part[1] is None else _ORDINALS.index(part[1])
        place = (int(part[3]) * 12 + number * length + months) // length
        year, number = divmod(place, 12 // length)
        return str(year) if part[1] is None else f"{_ORDINALS[number]} {part[2]} de {year}"
    written = re.fullmatch(rf"({'|'.join(MONTHS)}) de (\d{{4}})", old.strip().casefold())
    month = shifted(date(int(written[2]), MONTHS.index(written[1]) + 1, 1), months) if written else middle
    return f"{MONTHS[month.month - 1]} de {month.year}"


def with_wave_in_params(path: Path, entry: str) -> str:
    """params.yaml's text with the entry after the last wave; every other line as it was."""
    from ruamel.yaml import YAML

    text = path.read_text(encoding="utf-8")
    content = YAML().load(text)
    waves = content["waves"]
    if waves.fa.flow_style():
        raise PulsoError(f"{path}: 'waves' is written in one line; write each wave on lines of its own, and run again.")
    last = list(waves)[-1]
    lines = text.splitlines(keepends=True)
    place = waves.lc.key(last)[0] + 1
    indent = waves.lc.key(last)[1]
    while place < len(lines) and _belongs(lines[place], indent):
        place += 1
    shift = " " * (indent - 2)
    moved = "".join(shift + line for line in entry.splitlines(keepends=True))
    return "".join([*lines[:place], moved, *lines[place:]])


def _belongs(line: str, indent: int) -> bool:
    return bool(line.strip()) and len(line) - len(line.lstrip()) > indent


def write_entries(study: Study, wave: str, source: str, file: str, attempts: str | None) -> tuple[str, ...]:
    """Enter the wave in params.yaml and, when the study has one, make dvc.yaml anew.

    Returns the names of the files changed. Raises PulsoError when what comes out is no sound params.yaml; then it is
    as it was.
    """
    params, dvc = study.root / "params.yaml", study.root / NAME
    before = params.read_text(encoding="utf-8")
    write_text(with_wave_in_params(params, params_entry(study, wave, source, file, attempts)), params)
    try:
        if dvc.is_file():
            write_graph(load_study(study.root))
    except BaseException:
        write_text(before, params)
        raise
    return (params.name, *([NAME] if dvc.is_file() else []))
