"""A wave's entries in params.yaml and dvc.yaml, put in without touching any other line."""

import re
from datetime import date
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.study import FieldworkDates, Study

BEGIN, END = "# waves: begin", "# waves: end"
_QUARTER = re.compile(r"(\d{4})\D?(\d)")
_MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
    "noviembre", "diciembre",
)  # fmt: skip


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
        f'    file: "{file}"',
    ]
    return "\n".join(lines + ([f'    attempts: "{attempts}"'] if attempts else [])) + "\n"


def _period(old: str, middle: date, months: int) -> str:
    """The old period moved on when it is a month and a year, else the month of fieldwork."""
    written = re.fullmatch(rf"({'|'.join(_MONTHS)}) de (\d{{4}})", old.strip().casefold())
    month = shifted(date(int(written[2]), _MONTHS.index(written[1]) + 1, 1), months) if written else middle
    return f"{_MONTHS[month.month - 1]} de {month.year}"


def with_wave_in_params(path: Path, entry: str) -> str:
    """params.yaml's text with the entry after the last wave; every other line as it was."""
    from ruamel.yaml import YAML

    text = path.read_text(encoding="utf-8")
    content = YAML().load(text)
    waves = content["waves"]
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


def with_wave_in_dvc(path: Path, wave: str, source: str) -> str:
    """dvc.yaml's text with, in every marked list, the source wave's lines again for the new one.

    Raises PulsoError when there is no marked list or one does not name the source wave.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    result: list[str] = []
    block: list[str] = []
    inside = False
    for number, line in enumerate(lines, 1):
        if line.strip() == BEGIN:
            inside, block = True, []
        elif line.strip() == END:
            copied = [re.sub(rf"(?<!\w){re.escape(source)}(?!\w)", wave, b) for b in block if _names(b, source)]
            if not copied:
                raise PulsoError(f"{path}, line {number}: the marked list does not name {source}; add it first.")
            result += copied
            inside = False
        elif inside:
            block.append(line)
        result.append(line)
    if BEGIN not in "".join(lines):
        raise PulsoError(f"{path}: there is no list between '{BEGIN}' and '{END}'; mark the lists of waves.")
    return "".join(result)


def _names(line: str, wave: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(wave)}(?!\w)", line) is not None


def write_entries(study: Study, wave: str, source: str, file: str, attempts: str | None) -> tuple[str, ...]:
    """Enter the wave in params.yaml and, when the study has one, dvc.yaml.

    Both texts are made before either is written. Returns the names of the files changed.
    """
    params, dvc = study.root / "params.yaml", study.root / "dvc.yaml"
    texts = {params: with_wave_in_params(params, params_entry(study, wave, source, file, attempts))}
    if dvc.is_file():
        texts[dvc] = with_wave_in_dvc(dvc, wave, source)
    for path, text in texts.items():
        write_text(text, path)
    return tuple(path.name for path in texts)
