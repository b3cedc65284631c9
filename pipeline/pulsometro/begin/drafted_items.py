"""The questionnaire's items, one for each delivered column that is worth one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pulsometro.begin.delivery_source import Source
from pulsometro.begin.described import Profile, Variable, label_for
from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.drafted_answers import MISSING_CODES, SENSITIVE, answer_item, number_item, words_for
from pulsometro.begin.drafted_names import Names, identifier
from pulsometro.begin.guessed_roles import Roles
from pulsometro.begin.listed_answers import Listed, listed
from pulsometro.begin.missing_words import missing_kind
from pulsometro.begin.place_guesses import GuessedPlaces
from pulsometro.begin.yaml_words import cut, plain_text
from pulsometro.common.discretion import simple
from pulsometro.questionnaire.model import ItemKind, MissingKind

# Of the fieldwork, the geography and the sample: no question, unless somebody makes it one.
_TECHNICAL = re.compile(
    r"^(?:cve|nom|loc|per|r def|viv sel|r sel|n ent|ren|num ren|reg|tipo cuest|dominio|est|ent|mun|cd|ageb|upm|folio"
    r"|hog)\b|^id\b|\bid$|\b(?:clave|nombre) (?:de la |del )?(?:entidad|municipio|ciudad|localidad)"
    r"|\bperiodo de la entrevista|\bresultado (?:definitivo|de la)|\bidentificador\b"
    r"|\bnumero de (?:renglon|entrevista|cuestionario|folio)|\bsupervisor\b"
)
_YES_NO = {1: "sí", 2: "no"}
# Items of the design or the fieldwork: named by what they are.
_NAMED: Mapping[str, tuple[str, str]] = {
    "weight": ("factor", "Factor de expansión"), "strata": ("estrato", "Estrato"), "psu": ("upm", "Unidad primaria"),
    "date": ("fecha", "Fecha de la entrevista"), "interviewer": ("entrevistador", "Entrevistador"),
    "duration": ("duracion", "Duración en minutos"), "phone": ("telefono", "Teléfono"), "sex": ("sexo", "Sexo"),
    "age": ("edad", "Edad"), "adults": ("adultos", "Adultos en el hogar"), "lines": ("lineas", "Líneas telefónicas"),
}  # fmt: skip
PRIVATE = frozenset({"date", "interviewer", "duration", "phone"})
DESIGN = frozenset({"weight", "strata", "psu", "probability"})


@dataclass(frozen=True)
class Drafted:
    """Every item, and the delivered columns that have none, each with why."""

    items: tuple[DraftItem, ...]
    ignored: Mapping[str, str]
    place: str | None = None


def drafted(source: Source, roles: Roles, places: GuessedPlaces | None) -> Drafted:
    """The items of a delivery, in its order."""
    names, ignored = Names(), dict[str, str]()
    folio = roles.respondent[0] if roles.respondent else "TODO"
    items = [
        DraftItem(names.give("folio"), folio, "Folio de la entrevista", "Folio", "text", required=True, role="folio")
    ]
    reserved = {role: names.give(word) for role, (word, _) in _NAMED.items() if role in roles.single}
    place = names.give(identifier(places.noun.singular)) if places is not None else None
    columns = {each.name for each in source.variables}
    for variable in source.variables:
        role, why = roles.of(variable.name), _ignored(variable, source, roles, columns)
        if role is None and variable.name in roles.respondent:
            continue
        if places is not None and place is not None and variable.name == places.column:
            items.append(_place(variable, place, places))
        elif role is not None and role != "sex":
            items.append(_of_role(variable, role, reserved.get(role) or names.give(variable.name), roles))
        elif why:
            ignored[variable.name] = why
        elif variable.said.kind == "multiple":
            items += _options(variable, names, variable.said.labels, None)
        elif (cells := _lists(variable)) is not None:
            items += _options(variable, names, _named_options(variable, cells), cells.separator)
        else:
            name = reserved["sex"] if role == "sex" else names.give(variable.name)
            item = replace(answer_item(variable, name, source), role=role or "")
            items.append(item if variable.said.label or role is None else replace(item, text="Sexo", label="Sexo"))
    age = next((each for each in items if each.role == "age"), None)
    if age is not None and age.kind == "integer":
        items.insert(items.index(age) + 1, _age_groups(age, names))
    return Drafted(tuple(items), ignored, place)


def _ignored(variable: Variable, source: Source, roles: Roles, columns: set[str]) -> str:
    """Why a column has no item; "" where it has one."""
    own = variable.profile
    if variable.name in roles.personal:
        return "who or where somebody is"
    if not own.filled:
        return "empty"
    if variable.name in source.system:
        return "of the survey server"
    if own.distinct == 1 and not variable.labels and variable.said.kind in ("", "computed", "number"):
        return "one value in every row"
    words = (simple(variable.name.replace("_", " ")), simple(variable.said.label))
    if roles.of(variable.name) is None and any(_TECHNICAL.search(each) for each in words if each):
        return "of the fieldwork or the geography, and no question"
    if variable.labels and sum(missing_kind(label) is None for label in variable.labels.values()) == 1 == own.distinct:
        return "one value in every row"
    if own.unique and own.whole and own.high - own.low < 2 * own.rows:
        return "it numbers the rows"
    question = re.fullmatch(r"(.+)[/.](.+)", variable.name)
    if question and question[1] in columns:
        return f"an option of {question[1]}, which has them all"
    return ""


def _place(variable: Variable, name: str, places: GuessedPlaces) -> DraftItem:
    text, label = words_for(variable, places.noun.singular.capitalize())
    full = variable.profile.filled == variable.profile.rows and not places.missing
    return DraftItem(name, variable.name, text, label, "area", missing=places.missing, required=full, role="place",
                     why=places.why)  # fmt: skip


def _of_role(variable: Variable, role: str, name: str, roles: Roles) -> DraftItem:
    own = variable.profile
    text, label = words_for(variable, _NAMED.get(role, ("", ""))[1] or variable.name)
    guess = roles.single.get(role)
    item = DraftItem(name, variable.name, text, label, role=role, private=role in PRIVATE,
                     why="" if guess is None else f"taken for the {role}: {guess.why}")  # fmt: skip
    if role == "date":
        way = roles.days.way if roles.days is not None else None
        return replace(item, kind="date", format=way)
    if role in ("interviewer", "phone"):
        return replace(item, kind="text")
    if role == "duration":
        return replace(number_item(item, variable), kind="number", range=None, points=False)
    if role in DESIGN:
        kind: ItemKind = "number" if role in ("weight", "probability") else "integer" if _plain(own) else "text"
        return replace(item, kind=kind, required=own.filled == own.rows)
    return number_item(replace(item, kind="integer"), variable)


def _plain(own: Profile) -> bool:
    """Whether whole numbers are written without zeros before them, which would be lost."""
    return own.whole and own.high < 2**31 and not any(text != "0" and text.startswith("0") for text in own.values)


def _age_groups(age: DraftItem, names: Names) -> DraftItem:
    """Four groups of the years that somebody said."""
    low, high = age.range or (18, 97)
    cuts = [start for start in (30, 45, 65) if low < start <= high]
    starts = [low, *cuts]
    ends = [*(start - 1 for start in cuts), high]
    ranges = {k: (a, b) for k, (a, b) in enumerate(zip(starts, ends, strict=True), 1)}
    codes = {k: f"{a} a {b} años" if b != high else f"{a} años y más" for k, (a, b) in ranges.items()}
    missing: dict[int, MissingKind] = {8: "no_sabe", 9: "no_contesta"}
    text = "Grupo de edad (se obtiene de la edad)"
    return DraftItem(names.give("grupo_edad"), "", text, "Grupo de edad", "single", codes, missing, role="age_group",
                     source=age.name, ranges=ranges)  # fmt: skip


def _lists(variable: Variable) -> Listed | None:
    """How a column of lists is divided, where no role, form or label says what it is."""
    said = variable.said
    held = variable.profile.numbers is None and said.kind in ("", "single")
    return listed(variable.profile.values) if held else None


def _named_options(variable: Variable, cells: Listed) -> dict[str, str]:
    """Option → its label, by the file's labels; a code that none of them names keeps its number."""
    options = sorted(cells.options, key=lambda text: (not text.isdigit(), int(text) if text.isdigit() else 0))
    return {
        each: label_for(each, variable.labels) or (f"opción {each}" if each.isdigit() else each) for each in options
    }


def _options(
    variable: Variable, names: Names, answers: Mapping[str, str], separator: str | None
) -> list[DraftItem]:  # fmt: skip
    """An item for each option of a multiple answer; none and no answer are what they are."""
    text, label = words_for(variable)
    question = names.give(variable.name)
    missing: dict[int, MissingKind] = {}
    words: dict[str, int] = {}
    nothing, found = [], []
    for code, answer in answers.items():
        kind = missing_kind(answer)
        if kind is not None:
            number = MISSING_CODES[kind][0]
            missing.setdefault(number, kind)
            words[code] = number
        elif simple(answer) in {"ninguno", "ninguna", "ninguno de los anteriores", "ninguna de las anteriores", "nada"}:
            nothing.append(code)
        else:
            found.append((code, answer))
    return [
        DraftItem(
            names.give(f"{question}_{code}"), variable.name, f"{text} {plain_text(answer)}",
            cut(f"{label}: {plain_text(answer)}", 160), codes=dict(_YES_NO), missing=missing, delivered=words,
            role="option", option=code, others=tuple(nothing), separator=separator, group=question,
            sensitive=bool(SENSITIVE.search(simple(text))),
        )
        for code, answer in found
    ]  # fmt: skip
