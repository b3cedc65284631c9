"""Items, codes and places that ``check``, ``weighting`` and ``estimation`` name, held against the questionnaires."""

from collections.abc import Iterator

from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.likeness import listed, meant
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study.known_names import Known, Place, unknown
from pulsometro.study.parameters import Params
from pulsometro.study.study_folder import Study

Named = tuple[str, str, Place]
# What every table of responses has, whether the questionnaire lists it or not.
_ALWAYS = "folio"


def reference_faults_of_items(known: Known) -> Iterator[Fault]:
    """Items that no wave has, codes and answers that no wave's item has, places that are none."""
    params = known.params
    named = [*_checked(params), *design_items(params.weighting), *_other_items(params.weighting), *_parting(params)]
    for key, name, place in named:
        if name != _ALWAYS:
            yield from known.item_fault(key, name, place)
    yield from _verification_faults(known)
    yield from _frame_faults(known)
    yield from _domain_faults(known)
    yield from _place_faults(params)
    coverage = params.weighting.coverage
    for name in coverage.names if coverage is not None else ():
        if coverage is not None and name not in coverage.frames:
            at = ("weighting", "coverage", "names", name)
            yield unknown("weighting.coverage.names", name, "which is none of its frames", coverage.frames, at)


def _checked(params: Params) -> Iterator[Named]:
    check = params.check
    if check.area is not None:
        yield "check.area", check.area, ("check", "area")
    for role in ("date", "interviewer", "duration", "phone"):
        name = getattr(check.roles, role)
        if name is not None:
            yield f"check.roles.{role}", name, ("check", "roles", role)
    if check.roles.verification is not None:
        yield "check.roles.verification.item", check.roles.verification.item, ("check", "roles", "verification", "item")


def design_items(weighting: WeightingSettings) -> Iterator[Named]:
    """What a wave cannot be weighted without, each with its key and place."""
    base, dual = weighting.base, weighting.dual_frame
    for key in ("weight", "adults", "lines"):
        if (name := getattr(base, key, None)) is not None:
            yield f"weighting.base.{key}", name, ("weighting", "base", key)
    for number, name in enumerate(getattr(base, "probabilities", ())):
        yield "weighting.base.probabilities", name, ("weighting", "base", "probabilities", number)
    for key in ("within", "strata", "psu"):
        if (name := getattr(weighting, key)) is not None:
            yield f"weighting.{key}", name, ("weighting", key)
    for key in ("frame", "other") if dual is not None else ():
        yield f"weighting.dual_frame.{key}", getattr(dual, key), ("weighting", "dual_frame", key)
    for number, margin in enumerate(weighting.calibration.margins if weighting.calibration is not None else ()):
        for at, name in enumerate(margin.items):
            yield "weighting.calibration.margins", name, ("weighting", "calibration", "margins", number, "items", at)
    if weighting.replicates is not None and weighting.replicates.fpc is not None:
        yield "weighting.replicates.fpc", weighting.replicates.fpc, ("weighting", "replicates", "fpc")


def _other_items(weighting: WeightingSettings) -> Iterator[Named]:
    for key in ("classes", "predictors") if weighting.nonresponse is not None else ():
        for number, name in enumerate(getattr(weighting.nonresponse, key)):
            yield f"weighting.nonresponse.{key}", name, ("weighting", "nonresponse", key, number)
    for number, rule in enumerate(weighting.collapse):
        yield "weighting.collapse", rule.item, ("weighting", "collapse", number, "item")
    for number, name in enumerate(weighting.indicators):
        yield "weighting.indicators", name, ("weighting", "indicators", number)
    for name in weighting.control_totals.columns if weighting.control_totals is not None else ():
        yield "weighting.control_totals.columns", name, ("weighting", "control_totals", "columns", name)


def _parting(params: Params) -> Iterator[Named]:
    for number, columns in enumerate(params.estimation.domains):
        for at, name in enumerate(columns):
            yield "estimation.domains", name, ("estimation", "domains", number, at)


def _verification_faults(known: Known) -> Iterator[Fault]:
    role = known.params.check.roles.verification
    if role is None or not known.told_all(role.item) or known.lacks(role.item):
        return
    answers = list(dict.fromkeys(label for item in known.versions(role.item) for label in item.codes.values()))
    for part in ("passed", "failed"):
        for number, label in enumerate(getattr(role, part)):
            if label not in answers:
                key, at = f"check.roles.verification.{part}", ("check", "roles", "verification", part, number)
                which = f"which is no answer of {shown(role.item)}"
                yield unknown(key, label, which, answers, at, "write it as the questionnaire does")


def _frame_faults(known: Known) -> Iterator[Fault]:
    dual = known.params.weighting.dual_frame
    named = [("first", dual.first, dual.frame), ("reachable", dual.reachable, dual.other)] if dual is not None else []
    for key, code, name in named:
        asked = [item for item in known.versions(name) if item.codes]
        if asked and known.told_all(name) and not any(code in item.codes for item in asked):
            codes = listed(f"{each} {label}" for each, label in asked[-1].codes.items())
            text = f"weighting.dual_frame.{key} is {code}, which is no code of {shown(name)} ({codes}); correct it."
            yield Fault(text, ("weighting", "dual_frame", key))


def _domain_faults(known: Known) -> Iterator[Fault]:
    """Items that part nobody: they have no codes, and are no places."""
    for key, name, place in _parting(known.params):
        asked = list(known.versions(name))
        if asked and not any(item.codes or item.kind == "area" for item in asked):
            text = f"{key} names '{shown(name)}', which has no codes to part people by; take an item that groups it."
            yield Fault(text, place)


def _place_faults(params: Params) -> Iterator[Fault]:
    codes = [area.code for area in params.areas]
    totals = params.weighting.control_totals
    for number, code in enumerate(totals.areas or () if totals is not None else ()):
        if codes and code not in codes:
            at = ("weighting", "control_totals", "areas", number)
            yield unknown(
                "weighting.control_totals.areas", code, f"which is no {params.place_called} of params.yaml", codes, at
            )


def domain_faults_in(questionnaire: Questionnaire, params: Params) -> list[Fault]:
    """Items of ``estimation.domains`` that the wave does not ask."""
    return list(_lacking(_parting(params), questionnaire))


def design_faults_in(questionnaire: Questionnaire, params: Params) -> list[Fault]:
    """Items that the wave's weights are made of and that it does not ask."""
    return list(_lacking((each for each in design_items(params.weighting) if each[1] != _ALWAYS), questionnaire))


def refuse_domains(study: Study, wave: str) -> None:
    """Raise PulsoError with every item of ``estimation.domains`` that the wave lacks."""
    refuse(study.root / "params.yaml", domain_faults_in(study.questionnaire(wave), study.params))


def _lacking(named: Iterator[Named], questionnaire: Questionnaire) -> Iterator[Fault]:
    for key, name, place in named:
        if name not in questionnaire.items:
            text = f"{key} names '{shown(name)}', which is not an item of wave {questionnaire.wave}; correct the name"
            yield Fault(f"{text}, or take it out{meant(name, sorted(questionnaire.items))}.", place)
