"""The plan of the microdata held against the questionnaires: which items are released, and which never are."""

from collections.abc import Iterable, Iterator, Mapping

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Questionnaire
from pulsometro.questionnaire.model import NEVER_RELEASED
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.release_settings import ReleaseSettings
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study.parameters import Study


def order_of_draws(questionnaire: Questionnaire, plan: ReleaseSettings | None) -> tuple[str, ...]:
    """The items whose values decide in which order respondents are drawn: all that anybody sees of every row.

    What is left empty in some rows is not among them: the draws would tell it.
    """
    if plan is None:
        return questionnaire.released
    return tuple(name for name in questionnaire.among(plan.main.columns) if name not in plan.main.blank)


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


def barred_faults(plan: ReleaseSettings, questionnaire: Questionnaire, weighting: WeightingSettings) -> Iterator[Fault]:
    """Items of the plan that the wave may not release."""
    barred = never_released(questionnaire, weighting)
    for place, name in _named(plan):
        if name in barred:
            yield Fault(
                f"release.{place[1]}.{place[2]} names '{shown(name)}', which is {barred[name]}; take it out.", place
            )


def unknown_faults(plan: ReleaseSettings, questionnaires: Iterable[Questionnaire]) -> Iterator[Fault]:
    """Items of the plan that no wave has."""
    known = {name for questionnaire in questionnaires for name in questionnaire.items}
    for place, name in _named(plan):
        if name not in known:
            text = f"release.{place[1]}.{place[2]} names '{shown(name)}', which no questionnaire has; correct the name."
            yield Fault(text, place)


def _named(plan: ReleaseSettings) -> Iterator[tuple[tuple[str, str, str, int], str]]:
    for key, file in plan.files:
        for part in ("keys", "answers"):
            yield from ((("release", key, part, number), name) for number, name in enumerate(getattr(file, part)))


def refuse_plan(study: Study) -> None:
    """Raise PulsoError with every fault of the plan; a wave whose questionnaire cannot be read stops later, alone."""
    plan = study.params.release
    if plan is None:
        return
    asked: list[Questionnaire] = []
    faults: list[Fault] = []
    for wave in study.waves:
        try:
            asked.append(study.questionnaire(wave))
        except PulsoError:
            continue
        faults += barred_faults(plan, asked[-1], study.params.weighting)
    if len(asked) == len(study.waves):
        faults += unknown_faults(plan, asked)
    refuse(study.root / "params.yaml", faults)
