"""A wave's entry in params.yaml, put in without touching any other line, and dvc.yaml made anew."""

import json
import re
from datetime import date
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.graph.dvc_file import NAME, write_graph
from pulsometro.study import FieldworkDates, Study, load_study
from pulsometro.style.spanish import MONTHS

_QUARTER = re.compile(r"(\d{4})\D?(\d)")


def months_between(study: Study, wave: str, source: str) -> int:
    """Months from one wave to the next: by their keys when these are quarters, else as last time.

    Two keys such as 2013T1 and 2013T3 are six months apart; other keys are taken to be as far
    apart as the last two waves of the study (three months when there is only one).
    """
    new, old = _QUARTER.fullmatch(wave), _QUARTER.fullmatch(source)
    if new and old:
        quarters = (int(new[1]) - int(old[1])) * 4 + int(new[2]) - int(old[2])
        return 3 * quarters
    starts = [each.fieldwork.start for each in study.waves.values()]
    if len(starts) < 2:
        return 3
    return (starts[-1].year - starts[-2].year) * 12 + starts[-1].month - starts[-2].month


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
    """The old period moved on when it is a month and a year, else the month of fieldwork."""
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
