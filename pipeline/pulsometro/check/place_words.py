"""What the rules call a place: the study's own noun, and nothing in a study without places.

A rule that names places holds a mark where the word stands, which is filled here once for all of them.
"""

from dataclasses import replace

from pulsometro.check.rule import Rule
from pulsometro.study.parameters import Params

# After "cada", after "en", after "nombre", and the key that says the places.
EACH, NO, OF_ONE, PLACES = "<lugar>", "<ningún lugar,> ", "<del lugar>", "<places>"


def in_words(rules: tuple[Rule, ...], params: Params) -> tuple[Rule, ...]:
    """The rules with the study's word for a place in titles and remedies; without places, those of a place left out."""
    if not params.areas and params.check.area is None:
        rules = tuple(rule for rule in rules if EACH not in rule.title)
    return tuple(
        replace(rule, title=_said(rule.title, params), remedy=_said(rule.remedy, params))
        if "<" in rule.title + rule.remedy
        else rule
        for rule in rules
    )


def _said(text: str, params: Params) -> str:
    report = params.report
    none = f"{report.no_place} {report.place_word}, " if params.areas or params.check.area is not None else "ningún "
    of_one = f"{'de la' if report.places_feminine else 'del'} {report.place_word}"
    filled = {EACH: report.place_word, NO: none, OF_ONE: of_one, PLACES: params.places_form.key}
    for mark, word in filled.items():
        text = text.replace(mark, word)
    return text
