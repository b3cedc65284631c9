"""The section ``report`` of a study that begins: headlines to choose from, findings, questions of one scale."""

import re
from collections.abc import Iterator, Sequence

from pulsometro.begin.batteries_found import FoundBattery, alone, batteries
from pulsometro.begin.decisions import Decisions
from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.drafted_indicators import measured, said
from pulsometro.begin.place_guesses import DEFAULT, GuessedPlaces
from pulsometro.begin.yaml_words import flow_list, flow_map, quoted_text, remark

_FILE, _CANDIDATES, _FINDINGS = "params.yaml", 6, 4


def report_lines(items: Sequence[DraftItem], places: GuessedPlaces | None, decide: Decisions) -> Iterator[str]:
    """The section ``report`` of params.yaml, a headline to choose."""
    told = [each for each in measured(items) if each.answers and not each.undecided]
    candidates = [_measure(each, answer) for each in told[:_CANDIDATES] for answer in _telling(each)]
    noun = places.noun if places is not None else DEFAULT
    place = next((each.name for each in items if each.role == "place"), None)
    yield "report:"
    yield f'  whole: "{_whole(places)}"'
    yield '  people: "personas de 18 años y más"'
    yield from remark("what a wave is; trimestre, where it is one: then a quarter that is missing is told", 2)
    yield '  wave_unit: "edición"'
    yield f"  place_word: {quoted_text(noun.singular)}"
    yield f"  places_word: {quoted_text(noun.plural)}"
    yield f"  places_feminine: {str(noun.feminine).lower()}"
    if place is not None:
        yield f"  place_domain_kind: {place}"
    yield from remark(
        "The figure that opens the brief, the map and the series: an indicator of indicators.yaml, one of its answers, "
        "and what those who give it do. For example:",
        2,
    )
    yield from (f"  #   {measure}" for measure in candidates[:_CANDIDATES])
    stand_in = candidates[0] if candidates else flow_map({"indicator": "folio"})
    if decide.filled:
        yield f"  headline: &headline {stand_in}"
    else:
        asked = decide("report.headline", "copy one of the lines above over this", "", _FILE)
        yield f"  headline: &headline {{indicator: {asked}}}"
    yield "  findings:"
    yield "    - *headline"
    yield from (f"    - {_measure(each, _telling(each)[0])}" for each in told[1 : _FINDINGS + 1])
    yield from _battery(told, items, decide)


def _whole(places: GuessedPlaces | None) -> str:
    if places is None:
        return "el conjunto de la muestra"
    return f"el conjunto de {'las' if places.noun.feminine else 'los'} {places.noun.plural}"


def _telling(item: DraftItem) -> list[str]:
    """The first answer, or the last where it is the strong one of a scale; of yes and no, yes."""
    answers = list(item.codes.values())
    return [answers[0]] if len(answers) < 3 or item.role == "option" else [answers[0], answers[-1]]


def _measure(item: DraftItem, answer: str) -> str:
    shown = "sí" if item.role == "option" else answer
    return flow_map({
        "indicator": item.name, "category": quoted_text(shown), "singular": quoted_text(said(item, shown)),
        "plural": quoted_text(said(item, shown, plural=True)),
    })  # fmt: skip


def _battery(told: Sequence[DraftItem], items: Sequence[DraftItem], decide: Decisions) -> Iterator[str]:
    """Questions of one scale side by side, in the form that ``report.trust`` has."""
    rest = [each for each in (*told, *measured(items)) if each.answers]
    found: list[FoundBattery] = batteries(told) or [alone(each) for each in rest[:1]]
    if not found:
        return
    battery = found[0]
    yield "  trust:"
    yield f"    title: {quoted_text(battery.title)}"
    yield f"    indicators: {flow_list(each.name for each in battery.items)}"
    names = {each.name: quoted_text(name) for each, name in zip(battery.items, battery.names, strict=True)}
    yield "    names:"
    yield from (f"      {name}: {words}" for name, words in names.items())
    if battery.items[0].undecided:
        levels = decide(
            "report.trust.levels", "the answers in their order, as the questionnaire words them", "1", _FILE
        )
        yield f"    levels: [{levels}]"
    else:
        yield f"    levels: {flow_list(map(quoted_text, battery.levels))}"
        printed = [re.sub(r"\s(?:de )?confianza$", "", level[:1].lower() + level[1:]) for level in battery.levels]
        yield from [f"    level_names: {flow_list(map(quoted_text, printed))}"] if printed != [*battery.levels] else []
    spoken = {
        each.name: quoted_text(words) for each, words in zip(battery.items, battery.spoken, strict=False) if words
    }
    if spoken:
        yield "    spoken:"
        yield from (f"      {name}: {words}" for name, words in spoken.items())
