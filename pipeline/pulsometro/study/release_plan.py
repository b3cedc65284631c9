"""The plan of the microdata held against the questionnaires: which items of a wave are released, and which never are."""

from collections.abc import Iterator, Mapping

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Questionnaire
from pulsometro.questionnaire.model import NEVER_RELEASED
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.release_settings import ReleasedFile, ReleaseSettings
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study.parameters import Study


def released_items(questionnaire: Questionnaire, file: ReleasedFile) -> tuple[str, ...]:
    """The items of a file that the wave asks, in the questionnaire's order."""
    return tuple(name for name in questionnaire.items if name in file.columns)


def order_of_draws(questionnaire: Questionnaire, plan: ReleaseSettings | None) -> tuple[str, ...]:
    """The items whose values decide in which order respondents are drawn: all that anybody sees of every row.

    What is left empty in some rows is not among them: the draws would tell it.
    """
    if plan is None:
        return questionnaire.released
    return tuple(name for name in released_items(questionnaire, plan.main) if name not in plan.main.blank)


def never_released(questionnaire: Questionnaire, weighting: WeightingSettings) -> Mapping[str, str]:
    """Item → why no plan may release it."""
    base = weighting.base
    design = {getattr(base, role, None) for role in ("weight", "adults", "lines")} | {
        *getattr(base, "probabilities", ()), weighting.replicates.fpc if weighting.replicates else None,
    }  # fmt: skip
    found = {}
    for name, item in questionnaire.items.items():
        if item.private:
            found[name] = "private in the questionnaire"
        elif name in questionnaire.delivery.respondent or name == "folio":
            found[name] = "the respondent's id"
        elif item.kind in NEVER_RELEASED:
            found[name] = f"of kind {item.kind}, in which anything can be written"
            if item.kind == "date":
                found[name] = "a date, which tells who was asked when"
        elif name in design:
            found[name] = "a part of the base weight"
    return found


def plan_faults(
    plan: ReleaseSettings, questionnaires: Mapping[str, Questionnaire], weighting: WeightingSettings
) -> Iterator[Fault]:
    """Items of the plan that some wave may not release, and those that no wave has."""
    known = {name for questionnaire in questionnaires.values() for name in questionnaire.items}
    barred: dict[str, str] = {}
    for questionnaire in questionnaires.values():
        barred |= never_released(questionnaire, weighting)
    for key, file in plan.files:
        for part in ("keys", "answers"):
            for number, name in enumerate(getattr(file, part)):
                place = ("release", key, part, number)
                if name in barred:
                    text = f"release.{key}.{part} names '{shown(name)}', which is {barred[name]}; take it out."
                    yield Fault(text, place)
                elif name not in known:
                    text = f"release.{key}.{part} names '{shown(name)}', which no questionnaire has; correct the name."
                    yield Fault(text, place)


def refuse_plan(study: Study) -> None:
    """Raise PulsoError with every fault of the plan; a wave whose questionnaire cannot be read stops later, alone."""
    plan = study.params.release
    if plan is None:
        return
    questionnaires = {}
    for wave in study.waves:
        try:
            questionnaires[wave] = study.questionnaire(wave)
        except PulsoError:
            continue
    if len(questionnaires) == len(study.waves):
        refuse(study.root / "params.yaml", plan_faults(plan, questionnaires, study.params.weighting))
