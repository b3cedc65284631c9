"""``params.yaml`` of a study that begins: what the delivery says, usual choices, TODO where nobody can say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args, get_type_hints

from pulsometro.begin.decisions import Decisions
from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.drafted_population import FILE, Margins
from pulsometro.begin.drafted_report import report_lines
from pulsometro.begin.guessed_roles import Roles
from pulsometro.begin.place_guesses import GuessedPlaces, tiles
from pulsometro.begin.read_days import EXAMPLE_ZONE
from pulsometro.begin.yaml_words import cut, exact_text, flow_list, flow_map, quoted_text, remark
from pulsometro.settings.base_weight_settings import BaseSettings
from pulsometro.style.spanish import MONTHS

PARAMS = "params.yaml"
_MOST_DOMAINS = 3


@dataclass(frozen=True)
class Begun:
    """What a study begins with.

    ``file``: the delivery's name in ``raw/<wave>/``; ``first``, ``last``: days of its interviews; ``relative``: whether
    the weights are about one each; ``like``: its design; ``example``: there is no delivery and no form, so that places
    are examples; ``zoned``: whether the interviews' times name a zone.
    """

    title: str
    wave: str
    file: str | None
    first: date | None
    last: date | None
    like: str
    relative: bool
    why_like: str
    example: bool = False
    zoned: bool = False


def params_text(
    begun: Begun, items: Sequence[DraftItem], roles: Roles, places: GuessedPlaces | None, shape: Margins,
    decide: Decisions,
) -> str:  # fmt: skip
    """The whole file."""
    lines = remark(
        "The settings of this study, drafted by 'pulso init'. Read once and validated: a misspelt key stops the run "
        "and is named; 'TODO' is for somebody to decide, and 'pulso doctor' names what is left of it."
    )
    lines += remark(
        "Waves, dates and codes of places stay in quotes: YAML would take some of them for numbers or dates."
    )
    sections = (
        _identity(begun, decide), _waves(begun, decide), _places(begun, places, decide), _check(items, places),
        _weighting(begun, items, roles, places, shape, decide), _estimation(items),
        report_lines(items, places, decide),
    )  # fmt: skip
    for section in sections:
        block = list(section)
        lines += ["", *block] if block else []
    return "\n".join(lines) + "\n"


def _identity(begun: Begun, decide: Decisions) -> Iterator[str]:
    asked = "the area that the sample stands for, in readers' words (área metropolitana de Monterrey)"
    area = decide("study.area", asked, "área de estudio", PARAMS)
    producer = decide("study.producer", "who publishes this", "Observatorio", PARAMS)
    yield "study:"
    yield f"  title: {quoted_text(begun.title)}"
    yield f"  short_title: {quoted_text(cut(begun.title, 40))}"
    yield '  population: "personas de 18 años y más"'
    yield f"  area: &area {area}"
    yield "  area_short: *area"
    yield f"  producer: {producer}"
    if begun.zoned:
        asked = f"whose days the interviews have: their times name another zone ({EXAMPLE_ZONE})"
        yield f"  time_zone: {decide('study.time_zone', asked, EXAMPLE_ZONE, PARAMS)}"


def _waves(begun: Begun, decide: Decisions) -> Iterator[str]:
    yield f"current_wave: {quoted_text(begun.wave)}"
    yield ""
    yield "waves:"
    yield f"  {quoted_text(begun.wave)}:"
    yield "    edition: 1"
    if begun.first is not None and begun.last is not None:
        middle = date.fromordinal((begun.first.toordinal() + begun.last.toordinal()) // 2)
        yield f'    period: "{MONTHS[middle.month - 1]} de {middle.year}"'
        yield "    # the first and the last day of the delivery's own dates"
        yield f'    fieldwork: {{start: "{begun.first}", end: "{begun.last}"}}'
    else:
        key = f"waves.{begun.wave}"
        period = decide(f"{key}.period", "when people were asked (mayo de 2024)", "enero de 2020", PARAMS)
        first = decide(f"{key}.fieldwork.start", "the first day of interviews (2024-05-02)", "2020-01-01", PARAMS)
        last = decide(f"{key}.fieldwork.end", "the last day of interviews", "2020-01-31", PARAMS)
        yield f"    period: {period}"
        yield f"    fieldwork: {{start: {first}, end: {last}}}"
    if begun.file is not None:
        yield f"    file: {quoted_text(begun.file)}"
    else:
        name = decide(f"waves.{begun.wave}.file", f"the delivery's name in raw/{begun.wave}/", "datos.csv", PARAMS)
        yield f"    file: {name}"


def _places(begun: Begun, places: GuessedPlaces | None, decide: Decisions) -> Iterator[str]:
    if places is None:
        return
    yield from remark(f"{places.why}. aliases: what else a delivery calls a place.")
    yield "municipalities:"
    for place, (column, row) in zip(places.places, tiles(len(places.places)), strict=True):
        name = quoted_text(place.name)
        if begun.example:
            name = decide(f"municipalities {place.code}", "the place's name and code", place.name, PARAMS)
        keys = {"cve_geo": exact_text(place.code), "name": f"&m{place.code} {name}" if begun.example else name,
                "short": f"*m{place.code} " if begun.example else name, "tile": f"[{column}, {row}]"}  # fmt: skip
        keys |= {"aliases": flow_list(map(exact_text, place.aliases))} if place.aliases else {}
        yield f"  - {flow_map(keys)}"


def _check(items: Sequence[DraftItem], places: GuessedPlaces | None) -> Iterator[str]:
    held = {each.role: each.name for each in items}
    wanted: tuple[str, ...] = ("date", "interviewer", "duration", "phone")
    roles = {role: held[role] for role in wanted if role in held}
    if places is None and not roles:
        return
    yield "check:"
    if "place" in held:
        yield f"  area: {held['place']}"
    if roles:
        yield f"  roles: {flow_map(roles)}"


def _weighting(
    begun: Begun, items: Sequence[DraftItem], roles: Roles, places: GuessedPlaces | None, shape: Margins,
    decide: Decisions,
) -> Iterator[str]:  # fmt: skip
    held = {each.role: each for each in reversed(items)}
    yield "weighting:"
    yield from remark(begun.why_like, 2)
    yield f"  base: {_base(begun.like, held, [each.name for each in items if each.role == 'probability'], decide)}"
    if begun.relative:
        yield from remark("The weights are about one each: shares and no numbers of persons are published.", 2)
        yield "  scale: relative"
    if "place" in held:
        yield f"  within: {held['place'].name}"
    elif begun.like == "telefono":
        within = decide("weighting.within", "the item that says where each respondent lives", "folio", PARAMS)
        yield f"  within: {within}"
    for role in ("strata", "psu"):
        if role in held:
            yield from remark(f"{role}: {roles.single[role].why}", 2)
            yield f"  {role}: {held[role].name}"
    if begun.like == "telefono" and "strata" not in held and "place" in held:
        yield f"  strata: {held['place'].name}"
    totals = list(_totals(shape, places, decide)) if begun.like == "telefono" else []
    yield from totals
    if not totals:
        yield from remark(
            f"To hold the weights to the population: fill {FILE}, and declare control_totals and calibration.", 2
        )


def _base(like: str, held: Mapping[str, DraftItem], probabilities: Sequence[str], decide: Decisions) -> str:
    if like == "pesos-dados" and "weight" in held:
        return f"{{kind: given, weight: {held['weight'].name}}}"
    if like == "pesos-dados":
        name = decide("weighting.base.weight", "the item that is the producer's weight", "folio", PARAMS)
        return f"{{kind: given, weight: {name}}}"
    if like == "cara-a-cara":
        names = list(probabilities)
        if names:
            return f"{{kind: area, probabilities: {flow_list(names)}}}"
        name = decide(
            "weighting.base.probabilities", "the items with each stage's probability of selection", "folio", PARAMS
        )
        return f"{{kind: area, probabilities: [{name}]}}"
    if like == "telefono":
        more = {key: held[role].name for key, role in (("adults", "adults"), ("lines", "lines")) if role in held}
        missing = {"missing": "median"} if more else {}
        return flow_map({"kind": "telephone_completes", **more, **missing})
    return equal_base(decide)


def equal_base(decide: Decisions) -> str:
    """Every interview counts the same, where the settings can say so."""
    if "equal" in {get_args(get_type_hints(kind)["kind"])[0] for kind in get_args(get_args(BaseSettings)[0])}:
        return "{kind: equal}"
    name = decide("weighting.base.weight", "the item that is the weight", "folio", PARAMS)
    return f"{{kind: given, weight: {name}}}"


def _totals(shape: Margins, places: GuessedPlaces | None, decide: Decisions) -> Iterator[str]:
    asked = f"whose figures {FILE} has, in a word, as its column source"
    source = decide("weighting.control_totals.source", asked, "censo", PARAMS)
    yield "  control_totals:"
    yield f"    file: {quoted_text(FILE)}"
    yield f"    source: {source}"
    if shape.columns:
        yield f"    columns: {flow_map(shape.columns)}"
        yield "  calibration:"
        within = "" if shape.within else ", within: false"
        yield f"    margins: {flow_list(f'{{items: [{item}]{within}}}' for item in shape.columns)}"
        yield "    missing: own_cell"
    if places is None:
        yield from remark("There is no place: calibration needs one (within).", 2)


def _estimation(items: Sequence[DraftItem]) -> Iterator[str]:
    wanted = [each.name for each in items if each.role in ("place", "sex", "age_group")]
    domains = flow_list(["[]", *(f"[{name}]" for name in wanted[:_MOST_DOMAINS])])
    yield "estimation:"
    yield "  se: taylor"
    yield f"  domains: {domains}"
    yield ""
    yield "change: {alpha: 0.05, adjust: BH, covariance: overlap}"
