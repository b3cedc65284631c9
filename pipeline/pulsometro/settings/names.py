"""What may be a name: of a wave, a delivered file, a path of the study, an item, a place; each kind written once.

A name that passes here can be a file, a column, an address, a DVC stage and a word of a command on every system,
as it stands. Each ``…_fault`` returns what is wrong and what is allowed, or "" for a name that may be used.
"""

import keyword
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pulsometro.settings.faults import Fault, shown

LONGEST_FILE_NAME, _MOST_BYTES = 120, 255
# Of what a name becomes as a page or figure, with room for what is put before and after it.
LONGEST_ADDRESS = 150
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}")
# Of any alphabet, on one line; nothing that a condition, a key or a crossing of items has a use for.
_PLACE_CODE = re.compile(r"[^\W_](?:[\w ().,+-]{0,58}[\w).+])?")
# What stands for all places, and what programs read as nothing or as a truth.
_NO_CODES = frozenset({"total", "all", "na", "n/a", "nan", "nat", "null", "none", "true", "false", "inf", "infinity"})
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
# What a shell, a glob, a pattern of .gitignore, DVC's ${…}, Windows or a quoted YAML value would read as its own.
_FORBIDDEN = frozenset("/\\'\"`$;&|<>*?!#%{}[]:^")
_BAD_FIRST, _BAD_ENDS = ".-~", " ."
_ALLOWED_IN_FILES = "letters, digits, blanks and ( ) . , - _ + are"
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
# Names that a wave's folder or file would share with what already lies beside it: in reports/site/, processed/,
# processed/checks/, raw/ and questionnaires/.
_TAKEN_BY_US = frozenset(
    {"index", "recursos", "secciones", "checks", "series", "settings", "release", "program", "inputs",
     "deliveries", "printed", "suppressed", "suites", "population", "reference", "base", "indicators", "exceptions"}
)  # fmt: skip
# Sheets that every workbook of tabulados has, those that follow the topics, and one that Excel keeps for itself.
_SHEETS = frozenset({"contenido", "detalle", "notas", "otros", "indicadores", "history"})
# Columns that the weights bring to an item's table, and ours inside of it.
_COLUMNS = frozenset({"id", "stratum", "psu", "weight", "base_weight"})
_COLUMN_BEGINNINGS = ("rep_", "margin_")


def wave_key_fault(key: str, others: Iterable[str] = ()) -> str:
    """Why ``key`` is no wave key; ``others``: the study's, from which it must differ in more than capitals."""
    if not _KEY.fullmatch(key):
        return (
            f"'{shown(key)}' is no wave key; use letters without accents, digits, - and _, a letter or digit first, "
            "at most 31 in all, such as 2013T3."
        )
    if key.lower() in _TAKEN_BY_US | _DEVICES:
        return f"'{key}' is no wave key: a file or folder of another kind has that name; use another, such as 2013T3."
    alike = next((other for other in others if other != key and other.lower() == key.lower()), None)
    if alike is not None:
        return f"'{key}' and '{alike}' differ only in capitals, which many disks do not tell apart; rename one."
    return ""


def file_name_fault(name: str, what: str = "file") -> str:
    """Why ``name`` is no plain name of a file (or of ``what``): what is in it, and what may be."""
    problem = _file_name_problem(name)
    if not problem:
        return ""
    return f"'{shown(name)}' is no {what} name that can be used everywhere: {problem}; rename the {what}."


def _file_name_problem(name: str) -> str:
    wrong = next((c for c in name if c in _FORBIDDEN or not c.isprintable()), None)
    if not name:
        return "it is empty"
    if wrong is not None:
        return f"the character {shown(wrong)} is not allowed ({_ALLOWED_IN_FILES})"
    if name[0] in _BAD_FIRST:
        return f"it begins with {name[0]}"
    if name[0] == " " or name[-1] in _BAD_ENDS:
        return "it begins or ends with a blank, or ends with a dot"
    if len(name) > LONGEST_FILE_NAME or len(name.encode()) > _MOST_BYTES:
        return f"it has {len(name)} characters and {LONGEST_FILE_NAME} is the most"
    if _stem(name) in _DEVICES:
        return f"Windows keeps {name.split('.')[0]} for a device"
    return ""


def _stem(name: str) -> str:
    return name.split(".")[0].rstrip().lower()


def path_fault(path: str) -> str:
    """Why ``path`` is no path of a file inside the study, written with / from its folder."""
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return f"'{shown(path)}' is an absolute path; write it from the study's folder, such as raw/reference/x.csv."
    for part in path.split("/"):
        if part == "..":
            return f"'{shown(path)}' leads out of the study's folder; put the file inside and write no '..'."
        problem = _file_name_problem(part)
        if problem:
            said = "a part of it is empty" if not part else f"in '{shown(part)}', {problem}"
            return f"'{shown(path)}' is no path that can be used everywhere: {said}; rename it."
    return ""


def safe_file_name(text: str) -> str:
    """A file name that ``file_name_fault`` allows, made of any text: what is forbidden becomes '_', the suffix stays.

    A name that is allowed comes back as it is.
    """
    if not file_name_fault(text):
        return text
    kept = "".join("\0" if c in _FORBIDDEN or not c.isprintable() else c for c in text)
    kept = re.sub("\0+", "_", kept)
    stem, dot, suffix = kept.rpartition(".")
    if not stem or not re.fullmatch(r"\w{1,12}", suffix):
        stem, dot, suffix = kept, "", ""
    stem, ending = stem.lstrip(_BAD_FIRST + " ").rstrip(_BAD_ENDS), f"{dot}{suffix}"
    stem = stem or "_"
    if _stem(stem) in _DEVICES:
        stem = f"_{stem}"
    while len(stem + ending) > LONGEST_FILE_NAME or len((stem + ending).encode()) > _MOST_BYTES:
        stem = stem[:-1].rstrip(_BAD_ENDS)
    return stem + ending


def identifier_fault(name: str, what: str) -> str:
    """Why ``name`` cannot be ``what`` ("item", "indicator"): it is a column, part of conditions and of addresses."""
    if not _IDENTIFIER.fullmatch(name):
        return (
            f"'{shown(name)}' is no name of an {what}; use letters without accents, digits and _, a letter first, at "
            "most 64 in all, such as seg_municipio."
        )
    if keyword.iskeyword(name):
        return f"'{name}' is no name of an {what}: it is a word of the conditions' language; use another."
    return ""


def item_fault(name: str) -> str:
    """Why ``name`` cannot be an item: see ``identifier_fault``; nor may it be a column of the weights."""
    lower = name.lower()
    if lower in _COLUMNS or lower.startswith(_COLUMN_BEGINNINGS):
        return f"'{shown(name)}' is no name of an item: a column of the weights has it; use another."
    return identifier_fault(name, "item")


def code_fault(code: str) -> str:
    """Why ``code`` cannot be a place's: it is written into conditions, keys, tables and maps.

    INEGI's digits, or any other text: "Distrito Norte (2)".
    """
    if _PLACE_CODE.fullmatch(code) and code.lower() not in _NO_CODES:
        return ""
    return (
        f"'{shown(code)}' is no code of a place; use digits in quotes, such as \"19039\", or a text of at most 60 "
        "letters, digits, blanks and ( ) . , - _ + that begins with a letter or digit."
    )


def address(words: str) -> str:
    """``San Nicolás`` → ``san-nicolas``: what pages, anchors and figures are called after a name."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def topic_fault(name: str, others: Iterable[str] = ()) -> str:
    """Why ``name`` cannot be a topic: the tabulados have a sheet of that name, of which Excel reads 31 characters."""
    sheet = _sheet(name)
    if not sheet or sheet[0] == "'" or sheet[-1] == "'":
        return f"'{shown(name)}' is no name of a topic: Excel takes no sheet called so; begin and end it with a letter."
    if sheet.lower() in _SHEETS:
        return f"'{shown(name)}' is no name of a topic: the tabulados have a sheet of that name; use another."
    alike = next((other for other in others if _sheet(other).lower() == sheet.lower()), None)
    if alike is not None:
        return (
            f"'{shown(alike)}' and '{shown(name)}' would share one sheet, whose name is their first 31 characters, "
            "capitals or not; tell them apart in those."
        )
    return ""


def _sheet(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31].strip()


def same_address(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that would share one page or anchor: each name with the first that has its address."""
    first: dict[str, str] = {}
    pairs = []
    for name in names:
        before = first.setdefault(address(name), name)
        if before != name:
            pairs.append((before, name))
    return pairs


def same_but_capitals(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Names that differ in nothing but capitals, together."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        alike[name.lower()].append(name)
    return [tuple(group) for group in alike.values() if len(group) > 1]


def hidden_characters(content: Any, place: Sequence[Any] = ()) -> Iterator[Fault]:
    """Faults of texts that hold what nobody sees and a terminal, a page or a workbook obeys or refuses.

    ``content``: a parsed YAML file, with its delivered codes. New lines and tabs are no fault.
    """
    if isinstance(content, Mapping):
        for key, value in content.items():
            # Other keys are names, which their own kinds hold.
            if place and place[-1] == "codes":
                yield from hidden_characters(key, (*place, key))
            yield from hidden_characters(value, (*place, key))
    elif isinstance(content, list | tuple):
        for number, value in enumerate(content):
            yield from hidden_characters(value, (*place, number))
    elif isinstance(content, str):
        found = _HIDDEN.search(content)
        if found:
            key = ".".join(shown(part) for part in place)
            yield Fault(f"key '{key}': the text holds the hidden character {shown(found[0])}; delete it.", tuple(place))


# Control characters, ends of line that only some programs see, lone surrogates, marks of direction, which turn the text
# around them, and what has no width: a column or code with it is no other's that looks the same.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\ud800-\udfff\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]"
)
