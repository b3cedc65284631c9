"""The plan of the microdata held against the questionnaires: which items are released, and which never are."""

from collections.abc import Iterable, Iterator, Mapping

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Questionnaire, parse
from pulsometro.questionnaire.model import NEVER_RELEASED
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.likeness import meant
from pulsometro.settings.release_settings import ReleaseSettings
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study.parameters import Params
from pulsometro.study.study_folder import Study

Place = tuple[str, str, str, int]


def order_of_draws(questionnaire: Questionnaire, plan: ReleaseSettings | None) -> tuple[str, ...]:
    """The items whose values decide in which order respondents are drawn: all that anybody sees of every row.

    What is left empty in some rows is not among them: the draws would tell it.
    """
    if plan is None:
        return questionnaire.released
    return tuple(name for name in questionnaire.among(plan.main.columns) if name not in plan.main.blank)


def origin(questionnaire: Questionnaire, name: str) -> str:
    """The item that an item is derived from in the end: whoever has one of its children has a part of the others."""
    item = questionnaire.items.get(name)
    return origin(questionnaire, item.derived.source) if item is not None and item.derived is not None else name


def never_released(questionnaire: Questionnaire, params: Params) -> Mapping[str, str]:
    """Item → why no plan may release it."""
    design = _design(params.weighting) | set(params.check.roles.items)
    found = {}
    for name, item in questionnaire.items.items():
        if item.private:
            found[name] = "private in the questionnaire"
        elif item.design:
            found[name] = "of the sample's design (kind: design), which is never released"
        elif name in questionnaire.delivery.respondent or name == "folio":
            found[name] = "the respondent's id"
        elif item.kind == "date":
            found[name] = "a date, which tells who was asked when"
        elif item.kind in NEVER_RELEASED:
            found[name] = f"of kind {item.kind}, in which anything can be written"
        elif name in design and item.kind != "area":
            found[name] = "a part of the design or of the fieldwork, which would undo its recoding"
    return found


def _design(weighting: WeightingSettings) -> set[str]:
    """Columns of the sample: what the base weight is made of, units, strata, frames."""
    base, dual = weighting.base, weighting.dual_frame
    named = {getattr(base, role, None) for role in ("weight", "adults", "lines")}
    named |= {*getattr(base, "probabilities", ()), weighting.psu, weighting.strata}
    named |= {dual.frame, dual.other} if dual is not None else set()
    named |= {weighting.replicates.fpc} if weighting.replicates is not None else set()
    return {name for name in named if name}


def wave_faults_of(plan: ReleaseSettings, questionnaire: Questionnaire, params: Params) -> Iterator[Fault]:
    """What the plan may not do with the items of a wave."""
    barred = never_released(questionnaire, params)
    known = {item for columns in params.estimation.domains for item in columns} | _weighed(params.weighting)
    for place, name in _named(plan):
        where = f"release.{place[1]}.{place[2]} names '{shown(name)}', which is"
        item = questionnaire.items.get(name)
        if name in barred:
            yield Fault(f"{where} {barred[name]}; take it out.", place)
        elif item is not None and place[2] == "keys" and item.sensitive:
            yield Fault(f"{where} sensitive and no key; put it among the answers.", place)
        elif item is not None and place[2] == "answers" and (item.kind == "area" or name in known):
            yield Fault(f"{where} known of people from outside; put it among the keys.", place)
    yield from _blank_faults(plan, questionnaire, params)
    yield from _twice_told(plan, questionnaire)


def _weighed(weighting: WeightingSettings) -> set[str]:
    """Items that weights are adjusted to."""
    calibration, nonresponse = weighting.calibration, weighting.nonresponse
    named = [item for margin in calibration.margins for item in margin.items] if calibration is not None else []
    named += [name for name in (weighting.within, weighting.strata) if name is not None]
    named += [*nonresponse.classes, *nonresponse.predictors] if nonresponse is not None else []
    return set(named)


def _blank_faults(plan: ReleaseSettings, questionnaire: Questionnaire, params: Params) -> Iterator[Fault]:
    """Keys that cannot be left empty, because something else that anybody has would give their values back."""
    weighed = {origin(questionnaire, name) for name in _weighed(params.weighting)}
    published = {item for columns in params.estimation.domains for item in columns}
    named = [(key, number, name) for key, file in plan.files for number, name in enumerate(file.blank)]
    for key, number, name in named:
        place, own = ("release", key, "blank", number), origin(questionnaire, name)
        where = f"release.{key}.blank names '{shown(name)}'"
        if own in weighed or (name in questionnaire.items and questionnaire[name].kind == "area"):
            yield Fault(f"{where}, to which weights are adjusted: they would give it back; take it out.", place)
        # What is published by a key of the second file is of all rows: nothing there is left empty.
        for other in sorted(published - ({name} if key == "main" else set())):
            if origin(questionnaire, other) == own:
                yield Fault(
                    f"{where}, and estimation.domains publishes by '{shown(other)}', which tells it by subtraction; "
                    + ("publish by the one that is released." if key == "main" else "take one of the two out."),
                    place,
                )


def _twice_told(plan: ReleaseSettings, questionnaire: Questionnaire) -> Iterator[Fault]:
    """Columns of one origin: the finer undoes the grouping of the other, the one that is whole what the other hides."""
    blank = {origin(questionnaire, name): name for _, file in plan.files for name in file.blank}
    first: dict[str, tuple[str, str]] = {}
    for place, name in _named(plan):
        own = origin(questionnaire, name)
        file, other = first.setdefault(own, (place[1], name))
        if (file, other) == (place[1], name):
            continue
        where = f"release.{place[1]}.{place[2]} names '{shown(name)}'"
        if other != name:
            yield Fault(f"{where}, which tells '{shown(other)}' of release.{file} or a part of it; keep one.", place)
        elif own in blank:
            yield Fault(f"{where}, which is left empty in rows of one file and not of the other; keep one.", place)


def indicator_faults(plan: ReleaseSettings, study: Study, questionnaire: Questionnaire) -> Iterator[Fault]:
    """Indicators of which a published figure gives empty values back: of an item of one origin with an empty key."""
    blank = {origin(questionnaire, name): (key, name) for key, file in plan.files for name in file.blank}
    for indicator, own in study.indicators.by_name.items():
        asked = {*own.sources, *(parse(own.base, "").items if own.base else ())}
        for item in sorted(asked):
            file, key = blank.get(origin(questionnaire, item), ("main", item))
            if file == "second" or key != item:
                remedy = f"make the indicator of '{shown(key)}'" if file == "main" else "take one of the two out"
                yield Fault(
                    f"release.{file}.blank names '{shown(key)}', and the indicator '{shown(indicator)}' is of "
                    f"'{shown(item)}', which tells it by subtraction; {remedy}.",
                    ("release", file, "blank"),
                )


def unknown_faults(plan: ReleaseSettings, questionnaires: Iterable[Questionnaire]) -> Iterator[Fault]:
    """Items of the plan that no wave has."""
    known = {name for questionnaire in questionnaires for name in questionnaire.items}
    for place, name in _named(plan):
        if name not in known:
            text = f"release.{place[1]}.{place[2]} names '{shown(name)}', which no questionnaire has; correct the name"
            yield Fault(f"{text}{meant(name, sorted(known))}.", place)


def _named(plan: ReleaseSettings) -> Iterator[tuple[Place, str]]:
    for key, file in plan.files:
        for part in ("keys", "answers"):
            yield from ((("release", key, part, number), name) for number, name in enumerate(getattr(file, part)))


def plan_faults(study: Study, waves: Iterable[str] = ()) -> Iterator[Fault]:
    """Faults of the plan in ``waves`` (none: all); a wave whose questionnaire cannot be read stops later, alone."""
    plan = study.params.release
    if plan is None or not study.params.releases:
        return
    wanted = tuple(waves) or tuple(study.waves)
    asked: list[Questionnaire] = []
    for wave in wanted:
        try:
            asked.append(study.questionnaire(wave))
        except (PulsoError, OSError):
            continue
        yield from wave_faults_of(plan, asked[-1], study.params)
        yield from indicator_faults(plan, study, asked[-1])
    if len(asked) == len(study.waves):
        yield from unknown_faults(plan, asked)


def refuse_plan(study: Study, waves: Iterable[str] = ()) -> None:
    """Raise PulsoError with every fault of the plan, in ``waves`` (none: all)."""
    refuse(study.root / "params.yaml", plan_faults(study, waves))
