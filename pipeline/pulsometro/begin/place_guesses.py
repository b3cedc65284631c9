"""Which column says where, and the places in it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulsometro.begin.delivery_source import Source
from pulsometro.begin.described import Variable, label_for
from pulsometro.begin.drafted_names import identifier
from pulsometro.begin.missing_words import missing_kind
from pulsometro.begin.yaml_words import plain_text
from pulsometro.common.discretion import simple
from pulsometro.ingest.read.delivered import plain_number
from pulsometro.questionnaire.model import MissingKind
from pulsometro.settings.names import address, code_fault

_MOST, _FEWEST, _EACH = 120, 2, 4


@dataclass(frozen=True)
class Noun:
    """What a part of the area is called."""

    singular: str
    plural: str
    feminine: bool = False


# Pattern of a column's name → the noun, the parts that readers look for first first.
_NOUNS: Mapping[str, Noun] = {
    r"\b(?:municipio|mun|mpio)\b": Noun("municipio", "municipios"),
    r"\b(?:ciudad|cd)\b": Noun("ciudad", "ciudades", True),
    r"\balcaldia\b": Noun("alcaldía", "alcaldías", True),
    r"\bdelegacion\b": Noun("delegación", "delegaciones", True),
    r"\b(?:distrito|dist|district)\b": Noun("distrito", "distritos"),
    r"\bcomuna\b": Noun("comuna", "comunas", True),
    r"\bzona\b": Noun("zona", "zonas", True),
    r"\bsector\b": Noun("sector", "sectores"),
    r"\bregion\b": Noun("región", "regiones", True),
    r"\b(?:localidad|loc)\b": Noun("localidad", "localidades", True),
    r"\bprovincia\b": Noun("provincia", "provincias", True),
    r"\bdepartamento\b": Noun("departamento", "departamentos"),
    r"\b(?:entidad|estado|ent)\b": Noun("estado", "estados"),
    r"\bcolonia\b": Noun("colonia", "colonias", True),
    r"\b(?:pais|country)\b": Noun("país", "países"),
}  # fmt: skip
DEFAULT = Noun("municipio", "municipios")


@dataclass(frozen=True)
class GuessedPlace:
    """One place: its ``code`` as the study writes it, its name, and what else the delivery calls it."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()

    @property
    def tile(self) -> str:
        """For a message: the code and the name."""
        return f"{self.code} {self.name}"


@dataclass(frozen=True)
class GuessedPlaces:
    """The column that says where, the places in it, and the codes in it that are none."""

    column: str
    noun: Noun
    places: tuple[GuessedPlace, ...]
    why: str
    missing: Mapping[int, MissingKind] = field(default_factory=dict)


def places_in(source: Source, taken: Sequence[str]) -> GuessedPlaces | None:
    """The places of a delivery; None where no column says where."""
    free = [each for each in source.variables if each.name not in taken and each.profile.filled]
    for pattern, noun in _NOUNS.items():
        named = [each for each in free if re.search(pattern, _said(each))]
        usable = [each for each in named if _usable(each)]
        for variable in sorted(usable, key=lambda each: not _coded(each)):
            names = _names(source, variable, named)
            if names is not None:
                return _made(source, variable, noun, names)
    return None


def _said(variable: Variable) -> str:
    return f"{simple(variable.name.replace('_', ' '))} {simple(variable.said.label)[:60]}"


def _coded(variable: Variable) -> bool:
    return variable.profile.whole


def _usable(variable: Variable) -> bool:
    own = variable.profile
    few = _FEWEST <= own.distinct <= _MOST
    labelled = sum(label_for(text, variable.labels) is not None for text in own.values)
    telling = labelled == 0 or labelled >= 0.8 * own.distinct
    answers = {simple(label) for label in variable.labels.values()} | {simple(text) for text in own.values}
    # "¿Qué tan seguro es su municipio?" is an answer and no place.
    opinion = bool(answers & {"si", "no", "seguro", "inseguro", "mucho", "nada", "poco"})
    return few and telling and not opinion and own.filled >= 0.95 * own.rows and own.rows >= _EACH * own.distinct


def _names(source: Source, variable: Variable, named: Sequence[Variable]) -> dict[str, str] | None:
    """Delivered value → the place's name; None where a code stands for several places."""
    values = list(variable.profile.values)
    if variable.labels:
        return {text: plain_text(label_for(text, variable.labels) or text) for text in values}
    if not _coded(variable):
        return {text: plain_text(text) for text in values}
    for other in named:
        if other is variable or _coded(other) or other.profile.distinct < variable.profile.distinct:
            continue
        pairs = source.frame[[variable.name, other.name]].astype(str).drop_duplicates()
        if pairs.iloc[:, 0].duplicated().any():
            return None
        beside = {plain_number(str(code).strip()): str(name).strip() for code, name in pairs.itertuples(index=False)}
        return {text: plain_text(beside.get(plain_number(text), text)) for text in values}
    return {text: text for text in values}


def _made(source: Source, variable: Variable, noun: Noun, names: Mapping[str, str]) -> GuessedPlaces:
    missing: dict[int, MissingKind] = {}
    known: dict[str, tuple[str, list[str]]] = {}
    for text, name in names.items():
        kind = missing_kind(name)
        if kind is not None and plain_number(text).isdigit():
            missing[int(plain_number(text))] = kind
        elif kind is None:
            known.setdefault(simple(name) or text, (name, []))[1].append(text)
    state = _state(source)
    places: list[GuessedPlace] = []
    codes: set[str] = set()
    for name, texts in sorted(known.values(), key=lambda each: _order(each[1][0], each[0])):
        code = _code(texts[0], name, state, codes)
        codes.add(address(code))
        written = {simple(code), plain_number(code), simple(name)}
        aliases = tuple(text for text in texts if not {simple(text), plain_number(text)} & written)
        places.append(GuessedPlace(code, name, aliases))
    held = sum(variable.profile.values.values())
    rows = f", {held:,} rows" if source.path is not None else ""
    why = f"{len(places)} {noun.plural if len(places) > 1 else noun.singular} in {variable.name}{rows}"
    return GuessedPlaces(variable.name, noun, tuple(_told_apart(places)), why, missing)


def _order(text: str, name: str) -> tuple[int, int, str]:
    plain = plain_number(text)
    return (0, int(plain), "") if plain.isdigit() else (1, 0, simple(name))


def _state(source: Source) -> str:
    """INEGI's two digits of the state where all rows have them: a municipality's own three are then not enough."""
    for each in source.variables:
        if simple(each.name.replace("_", " ")) in ("cve ent", "ent") and each.profile.distinct == 1:
            return next(iter(each.profile.values)).zfill(2)
    return ""


def _code(text: str, name: str, state: str, taken: set[str]) -> str:
    code = text if not code_fault(text) else identifier(name)[:28] or "lugar"
    if state and text.isdigit() and len(text) == 3:
        code = f"{state}{text}"
    wanted, number = code, 2
    while address(code) in taken or code_fault(code):
        code, number = f"{wanted}-{number}", number + 1
    return code


def _told_apart(places: Sequence[GuessedPlace]) -> list[GuessedPlace]:
    """Places of one name, after which their pages are called, with their codes beside it."""
    seen: set[str] = set()
    found = []
    for place in places:
        name = place.name
        if not address(name) or address(name) in seen:
            name = f"{name} {place.code}"
        seen.add(address(name))
        found.append(GuessedPlace(place.code, name, place.aliases))
    return found


def tiles(count: int) -> list[tuple[int, int]]:
    """Columns and rows for so many tiles, as square as they can be."""
    width = max(1, math.ceil(math.sqrt(count)))
    return [(number % width, number // width) for number in range(count)]
