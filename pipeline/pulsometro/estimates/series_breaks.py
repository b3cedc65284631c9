"""Where a series breaks: questions and groups that are not what they were, and what nobody declared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.estimation import Breaks, Domain
from pulsometro.questionnaire import Questionnaire
from pulsometro.questionnaire.comparability import break_between, group_break_between, told_elsewhere, undeclared
from pulsometro.study import Study
from pulsometro.study.areas_in_time import moved_between


def every_questionnaire(study: Study) -> dict[str, Questionnaire]:
    """Every wave's questionnaire that can be read, oldest first: a wave that is withheld may have broken a series."""
    found = {}
    for wave in study.waves:
        try:
            found[wave] = study.questionnaire(wave)
        except MachineError:
            raise
        except PulsoError:
            # Its own stages refuse the wave.
            continue
    return found


def breaks_between(
    study: Study, questionnaires: Mapping[str, Questionnaire], waves: Sequence[str], reference: str, wave: str
) -> Breaks:
    """What does not compare between two waves: indicators whose question changed, groups that hold other people.

    Other people too are the whole of a wave that a place entered or left.
    """
    domains_of = study.settings_of(wave).estimation.domains
    groups = {domain: "*".join(domain) or "total" for domain in domains_of}
    reasons = {
        name: break_between(questionnaires, waves, indicator, reference, wave)
        for name, indicator in study.indicators.by_name.items()
    }
    domains = {
        kind: group_break_between(questionnaires, waves, columns, reference, wave) for columns, kind in groups.items()
    }
    moved = moved_between(study.places, list(study.waves), reference, wave, study.params.report.the_places)
    for columns, kind in groups.items():
        # A place is what it was, whoever else is in the study; the whole, and its men and women, are not.
        placed = any(questionnaires[wave].items[name].kind == "area" for name in columns)
        domains[kind] = domains[kind] or ("" if placed else moved)
    return Breaks(
        {name: why for name, why in reasons.items() if why}, {kind: why for kind, why in domains.items() if why}
    )


def recoded(questionnaires: Mapping[str, Questionnaire]) -> Iterator[str]:
    """A sentence for each wave whose questionnaire gives items other answers, or asks others, and does not say whether
    they compare; and for each break that another wave's questionnaire tells of alone. All waves, oldest first."""
    waves = list(questionnaires)
    found: dict[str, list[str]] = {}
    for wave, item in undeclared(questionnaires, waves):
        found.setdefault(wave, []).append(item)
    for wave, items in found.items():
        yield (
            f"Warning: questionnaires/{wave}.yaml: {', '.join(items)} have other answers than in the wave before, or "
            "are asked of others, and nothing says whether they compare: no change by them is tested; declare why not "
            f'in comparable.breaks, or why they do in comparable.kept ({{"{wave}": "…"}}).'
        )
    elsewhere: dict[tuple[str, str], list[str]] = {}
    for wave, item, broken in told_elsewhere(questionnaires, waves):
        elsewhere.setdefault((wave, broken), []).append(item)
    for (wave, broken), items in elsewhere.items():
        yield (
            f"Warning: questionnaires/{wave}.yaml says that {', '.join(items)} break in {broken}, and "
            f"questionnaires/{broken}.yaml does not: {broken} itself is compared with the waves before it; declare the "
            "break there too, or take it out."
        )


def domains_between(current: Sequence[Domain], reference: Sequence[Domain]) -> tuple[Domain, ...]:
    """The current wave's domains for the rows of both: codes that only the reference has are in none of them."""
    old = {domain.columns: domain for domain in reference}
    # A kind of domain that only one of the waves estimates has nothing to be compared with.
    return tuple(_left_out(mine, old[mine.columns]) for mine in current if mine.columns in old)


def _left_out(mine: Domain, theirs: Domain) -> Domain:
    columns = zip(mine.codes, mine.left_out, theirs.codes, theirs.left_out, strict=True)
    left = [dict.fromkeys(code for code in (*out, *old, *gone) if code not in own) for own, out, old, gone in columns]
    return replace(mine, left_out=tuple(map(tuple, left)))
