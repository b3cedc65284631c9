"""Which column is what: who answered, the weight, the design, when, where and by whom; each guess with its reason."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pulsometro.begin.delivery_source import Source
from pulsometro.begin.described import Variable
from pulsometro.begin.read_days import ReadDays, days_in
from pulsometro.common.discretion import simple

_SUFFIX = r"(?:\b|$)"
# Role → what a column's name, or its label, says of it, the surest first.
_WORDS: Mapping[str, tuple[str, ...]] = {
    "respondent": (
        r"^(?:folio|id per|_uuid|uuid|_id|instanceid|key|case ?id|resp(?:ondent)? ?id|id resp|id cuest|idnum)$",
        r"^folio", r"\b(?:folio|uuid|cuestionario|responseid)\b", r"^id\b|\bid$", r"\bidentificador\b",
        r"^num(?:ero)?$|^no$|^consec|registro|consecutivo",
    ),
    "weight": (
        r"^(?:fac sel|fac per|factor per|factor persona|factor final|pond final|peso final|weight final|wt final)",
        r"\b(?:ponderador|ponderacion|factor de expansion|factor expansion|fac exp|factor exp|pondera|expansion)\b",
        r"^(?:factor|fac|pond|weight|weights|wt|wgt|pesow?|fexp|w)$", r"\b(?:factor|weight|wt|wgt|pond)\b", r"^fac\b",
    ),
    "strata": (r"^(?:est dis|estrato dis|estrato (?:de )?diseno|stratum|strata)", r"\bestratos?\b", r"^estrat|^estr?$"),
    "psu": (r"^(?:upm|psu|upm dis)$", r"\b(?:upm|psu|unidad primaria|conglomerado|cluster)\b",
            r"\b(?:ageb|seccion electoral)\b", r"\b(?:punto|manzana|seccion)\b"),
    "date": (r"^(?:fecha(?: de)?(?: la)?(?: entrevista| encuesta| levantamiento| aplicacion)?|fec|date)$",
             r"\bfecha\b|\bfec\b|\bmarca temporal\b|\btimestamp\b",
             r"^(?:today|start|submitdate|startdate|submissiondate|fech)$", r"\bdate\b|\bdia\b"),
    "interviewer": (r"\b(?:entrevistador|entrevistadora|encuestador|encuestadora|interviewer|enumerator|enumerador)\b",
                    r"^(?:enc|ent|entrev|username|capturista)$"),
    "duration": (r"\b(?:duracion|duration|interviewtime)\b", r"\bminutos\b"),
    "phone": (r"\b(?:telefono|tel|celular|phone|phone number|numero marcado|movil)\b",),
    "sex": (r"^(?:sexo|sex|gender)\b", r"\bsexo\b", r"\bgenero\b"),
    "age": (r"^(?:edad|age)$", r"\bedad\b|\banos cumplidos\b|\bcuantos anos tiene\b", r"\bage\b"),
    "adults": (r"\badultos?\b", r"\b18 anos (?:o|y) mas viven\b|\bmayores de (?:edad|18)\b"),
    "lines": (r"\blineas?\b(?!.*\b(?:metro|camion)\b)",),
}  # fmt: skip
_BIRTH = re.compile(r"nacimiento|nacio|birth|dob")
_LONGEST_FIELDWORK = 400
_DESIGN = ("weight", "strata", "psu")
_PROBABILITY = re.compile(r"^prob|\bprob(?:abilidad|ability)?\b|^p sel|^pi\d?$")
_PERSONAL = re.compile(
    r"\b(?:nombre|apellidos?|nacimiento|name|surname|curp|rfc|correo|email|e mail|direccion|domicilio|calle|address|"
    r"gps|latitud|latitude|longitud|longitude|lat|lon|ip|ipaddr|ip address|geopoint|geolocation|altitude|precision)\b"
)
_PLACE_NAME = re.compile(
    r"municipio|mun|ciudad|entidad|estado|distrito|localidad|delegacion|alcaldia|colonia|institucion"
)


@dataclass(frozen=True)
class Guess:
    """A column taken for something: its ``name``, and ``why``."""

    name: str
    why: str


@dataclass(frozen=True)
class Roles:
    """What was guessed. ``respondent``: the columns that tell respondents apart, none where nothing does."""

    respondent: tuple[str, ...] = ()
    single: Mapping[str, Guess] = field(default_factory=dict)
    probabilities: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    days: ReadDays | None = None
    respondent_why: str = ""
    doubts: tuple[str, ...] = ()

    def column(self, role: str) -> str | None:
        """The column of a role, None where none was found."""
        return self.single[role].name if role in self.single else None

    def of(self, column: str) -> str | None:
        """The role of a column, None where it has none."""
        if column in self.probabilities:
            return "probability"
        return next((role for role, guess in self.single.items() if guess.name == column), None)


def guessed(source: Source) -> Roles:
    """The roles of a delivery's columns."""
    variables = [each for each in source.variables if each.profile.filled]
    personal = tuple(each.name for each in variables if _personal(each))
    free = [each for each in variables if each.name not in personal]
    found: dict[str, Guess] = {}
    doubts: list[str] = []
    days: ReadDays | None = None
    for role, fits in _FITS.items():
        if role == "date":
            dated = _dated(source, _candidates(role, free, found))
            if dated is not None:
                found[role], days = dated
            continue
        named = list(_candidates(role, free, found))
        fitting = [Guess(each.name, why) for each, why in named if fits(each)]
        if fitting:
            others = list(dict.fromkeys(each.name for each in fitting if each.name != fitting[0].name))
            beside = f"; could be {', '.join(others[:3])} too" if others and role in _DESIGN else ""
            found[role] = Guess(fitting[0].name, fitting[0].why + beside)
        elif role == "weight":
            doubts += [f"{each.name} is called as a weight and has blanks, zeros or labels: it was not taken"
                       for each, _ in named]  # fmt: skip
    chances = tuple(each.name for each in free if _PROBABILITY.search(_name(each)) and _chance(each))
    taken = {*personal, *chances, *(guess.name for guess in found.values())}
    respondent, why = _respondent(source, [each for each in variables if each.name not in taken])
    return Roles(respondent, found, chances, personal, days, why, tuple(dict.fromkeys(doubts)))


def _dated(source: Source, candidates: Iterable[tuple[Variable, str]]) -> tuple[Guess, ReadDays] | None:
    """The column of the interview's day: rather one that needs no zone to be said."""
    zoned: tuple[Guess, ReadDays] | None = None
    for variable, why in candidates:
        days = None if _BIRTH.search(_name(variable)) else days_in(source.frame[variable.name])
        if days is None or days.share < 0.95 or (days.last - days.first).days > _LONGEST_FIELDWORK:
            continue
        if days.twofold:
            why = f"{why}; days and months exchanged would be days too: {days.way} is taken"
        if not days.zoned:
            return Guess(variable.name, why), days
        zoned = zoned or (Guess(variable.name, why), days)
    return zoned


def _name(variable: Variable) -> str:
    return (
        " ".join(variable.words) if variable.name.upper() != variable.name else simple(variable.name.replace("_", " "))
    )


def _candidates(role: str, variables: Sequence[Variable], found: Mapping[str, Guess]) -> Iterator[tuple[Variable, str]]:
    """Columns that may have a role, the likeliest first: by their names, then by their labels."""
    taken = {guess.name for guess in found.values()}
    for pattern in _WORDS[role]:
        for each in variables:
            if each.name not in taken and re.search(pattern, _name(each)):
                yield each, f"it is called {each.name}"
    for pattern in _WORDS[role][:2]:
        for each in variables:
            if each.name not in taken and each.said.label and re.search(pattern, simple(each.said.label)):
                yield each, f"its label says «{each.said.label[:60]}»"


def _counts(variable: Variable) -> bool:
    """Whether the column's codes are labelled: then it is an answer."""
    held = [text for text in variable.profile.values if text]
    return bool(variable.labels) and any(text in variable.labels for text in held)


def _weight(variable: Variable) -> bool:
    own = variable.profile
    return (
        own.numbers is not None
        and own.filled == own.rows
        and own.low > 0
        and own.distinct > 1
        and not _counts(variable)
    )


def _chance(variable: Variable) -> bool:
    own = variable.profile
    return own.numbers is not None and own.low > 0 and own.high <= 1 and own.filled == own.rows


def _some(least: int, per: float) -> Callable[[Variable], bool]:
    """At least so many different values, each of so many rows on average."""
    return lambda each: each.profile.distinct >= least and each.profile.filled >= per * each.profile.distinct


def _sex(variable: Variable) -> bool:
    words = {simple(label) for label in variable.labels.values()} | {simple(text) for text in variable.profile.values}
    told = bool(words & {"hombre", "mujer", "masculino", "femenino", "male", "female"})
    return 2 <= variable.profile.distinct <= 5 and (told or not variable.labels)


def _age(variable: Variable) -> bool:
    own = variable.profile
    return own.whole and own.distinct > 12 and own.low >= 0 and not (len(variable.labels) > 6)


def _phone(variable: Variable) -> bool:
    held = [re.sub(r"\D", "", text) for text in list(variable.profile.values)[:50]]
    digits = held or [""]
    long_numbers = variable.profile.numbers is not None and variable.profile.high > 10**6
    return long_numbers or sum(len(text) >= 7 for text in digits) > 0.8 * len(digits)


def _minutes(variable: Variable) -> bool:
    own = variable.profile
    return own.numbers is not None and own.low >= 0 and own.high <= 600 and own.distinct > 5 and not _counts(variable)


def _small(variable: Variable) -> bool:
    own = variable.profile
    return own.whole and own.low >= 0 and own.distinct <= 25


_FITS: Mapping[str, Callable[[Variable], bool]] = {
    "date": _some(1, 0), "weight": _weight, "psu": _some(5, 1.2), "strata": _some(2, 2),
    "phone": _phone, "interviewer": _some(2, 2), "duration": _minutes, "sex": _sex, "age": _age, "adults": _small,
    "lines": _small,
}  # fmt: skip


def _personal(variable: Variable) -> bool:
    """Whether a column is of who or where somebody is: not even read."""
    words = f"{_name(variable)} {simple(variable.said.label)}"
    many = variable.profile.distinct > 20 or variable.profile.distinct > 0.5 * variable.profile.filled
    return bool(_PERSONAL.search(words)) and not _PLACE_NAME.search(words) and many and not _counts(variable)


def _respondent(source: Source, variables: Sequence[Variable]) -> tuple[tuple[str, ...], str]:
    """The columns that together tell respondents apart, and why; none where no column does."""
    ids = [each for pattern in _WORDS["respondent"] for each in variables if re.search(pattern, _name(each))]
    ordered = list(dict.fromkeys(each.name for each in ids))
    known = {each.name: each for each in variables}
    alone = [name for name in ordered if known[name].profile.unique]
    if alone and source.path is None:
        return (alone[0],), "as such deliveries call it"
    if alone:
        return (alone[0],), f"no two of its {source.rows:,} rows are alike, and it is called so"
    parts = [each.name for each in variables if _part(each) and each.profile.filled == source.rows]
    for size in (2, 3, 4):
        for names in combinations(dict.fromkeys([*ordered, *parts][:9]), size):
            if set(names) <= set(known) and not source.frame.duplicated(list(names)).any():
                return names, f"together no two of the {source.rows:,} rows are alike in them, and in no one of them"
    texts = [
        each.name for each in variables if each.profile.unique and (each.profile.whole or each.profile.numbers is None)
    ]
    lasting = [name for name in texts if name not in source.system]
    return ((lasting[0],), f"no two of its {source.rows:,} rows are alike") if lasting else ((), "")


def _part(variable: Variable) -> bool:
    return bool(
        set(variable.words) & {"id", "viv", "vivienda", "hog", "hogar", "ren", "renglon", "sel", "upm", "num", "con"}
    )


def said_roles(roles: Roles, hidden: Collection[str] = ()) -> list[str]:
    """Every guess with its reason, for the screen."""
    lines = [f"respondent: {' + '.join(roles.respondent)} ({roles.respondent_why})"] if roles.respondent else []
    lines += [f"{role}: {guess.name} ({guess.why})" for role, guess in roles.single.items() if role not in hidden]
    lines += [f"selection probabilities: {', '.join(roles.probabilities)}"] if roles.probabilities else []
    lines += list(roles.doubts)
    lines += [f"not read, for who somebody is: {', '.join(roles.personal)}"] if roles.personal else []
    return lines
