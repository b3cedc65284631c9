"""Where a series breaks: questions and groups that are not what they were, and what nobody declared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pulsometro.estimation import Breaks, Domain
from pulsometro.questionnaire import Questionnaire
from pulsometro.questionnaire.comparability import break_between, group_break_between, undeclared
from pulsometro.study import Study
from pulsometro.study.areas_in_time import moved_between


def breaks_between(
    study: Study, questionnaires: Mapping[str, Questionnaire], waves: Sequence[str], reference: str, wave: str
) -> Breaks:
    """What does not compare between two waves: indicators whose question changed, groups that hold other people.

    Other people too are the whole of a wave that a municipality entered or left.
    """
    groups = {domain: "*".join(domain) or "total" for domain in study.params.estimation.domains}
    reasons = {
        name: break_between(questionnaires, waves, indicator, reference, wave)
        for name, indicator in study.indicators.by_name.items()
    }
    domains = {
        kind: group_break_between(questionnaires, waves, columns, reference, wave) for columns, kind in groups.items()
    }
    moved = moved_between(study.params.municipalities, list(study.waves), reference, wave)
    for columns, kind in groups.items():
        # A municipality is what it was, whoever else is in the study; the whole, and its men and women, are not.
        placed = any(questionnaires[wave].items[name].kind == "area" for name in columns)
        domains[kind] = domains[kind] or ("" if placed else moved)
    return Breaks(
        {name: why for name, why in reasons.items() if why}, {kind: why for kind, why in domains.items() if why}
    )


def recoded(study: Study, waves: Sequence[str]) -> Iterator[str]:
    """A sentence for each wave whose questionnaire gives items other answers and does not say whether they compare."""
    found: dict[str, list[str]] = {}
    for wave, item in undeclared({wave: study.questionnaire(wave) for wave in waves}, waves):
        found.setdefault(wave, []).append(item)
    for wave, items in found.items():
        yield (
            f"Warning: questionnaires/{wave}.yaml: {', '.join(items)} have other answers than in the wave before and "
            "nothing says whether they compare: no change by them is tested; declare why not in comparable.breaks, or "
            f'why they do in comparable.kept ({{"{wave}": "…"}}).'
        )


def domains_between(current: Sequence[Domain], reference: Sequence[Domain]) -> tuple[Domain, ...]:
    """The current wave's domains for the rows of both: codes that only the reference has are in none of them."""
    return tuple(_left_out(mine, theirs) for mine, theirs in zip(current, reference, strict=True))


def _left_out(mine: Domain, theirs: Domain) -> Domain:
    columns = zip(mine.codes, mine.left_out, theirs.codes, theirs.left_out, strict=True)
    left = [dict.fromkeys(code for code in (*out, *old, *gone) if code not in own) for own, out, old, gone in columns]
    return replace(mine, left_out=tuple(map(tuple, left)))
