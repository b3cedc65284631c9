"""What is wrong in a params.yaml whose every key can be read: names, dates and choices that do not go together."""

from collections.abc import Iterator, Mapping

from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.likeness import meant
from pulsometro.settings.study_names import (
    item_faults,
    path_faults,
    place_faults,
    report_faults,
    wave_faults,
)
from pulsometro.study.areas_in_time import period_faults
from pulsometro.study.parameters import Params, Wave
from pulsometro.study.tile_map import tile_faults
from pulsometro.study.wave_design import own_faults, with_own


def faults_of(params: Params) -> Iterator[Fault]:
    """Every name, date and choice that cannot be used, in settings that can each be read."""
    if params.current_wave not in params.waves:
        named = shown(params.current_wave)
        near = meant(params.current_wave, params.waves)
        yield Fault(f"'current_wave' names {named}, which 'waves' does not list{near}.", ("current_wave",))
    yield from wave_faults({key: (wave.file, wave.attempts) for key, wave in params.waves.items()})
    yield from _edition_faults(params.waves)
    areas, form = params.areas, params.places_form
    if params.places is not None and params.municipalities:
        yield Fault("'places' and 'municipalities' both say the places; keep 'places'.", ("municipalities",))
    yield from place_faults([(area.code, area.short) for area in areas], form)
    yield from tile_faults({area.short: area.tile for area in areas if area.tile is not None}, form)
    order = sorted(params.waves, key=lambda key: params.waves[key].fieldwork.start)
    yield from period_faults(areas, order, form)
    yield from path_faults(params.weighting, params.report, params.simulate)
    yield from item_faults(params.weighting, params.check, params.estimation.domains, params.release)
    yield from report_faults(params.report)
    yield from _cluster_faults(params)
    yield from _place_faults(params)
    yield from _within_faults(params)
    yield from own_faults(params)
    for wave, own in with_own(params):
        yield from _faults_of_wave(params, wave, own)


def _faults_of_wave(params: Params, wave: str, own: Params) -> Iterator[Fault]:
    """Names and choices that cannot be used in what one wave has of its own; ``own``: what holds for it."""
    known = {fault.text for fault in _design_faults(params)}
    for fault in _design_faults(own):
        if fault.text not in known:
            yield Fault(f"waves.{shown(wave)}: {fault.text}", ("waves", wave))


def _design_faults(params: Params) -> Iterator[Fault]:
    yield from path_faults(params.weighting, params.report, params.simulate)
    yield from item_faults(params.weighting, params.check, params.estimation.domains, params.release)
    yield from _cluster_faults(params)
    yield from _place_faults(params)
    yield from _within_faults(params)


def _edition_faults(waves: Mapping[str, Wave]) -> Iterator[Fault]:
    """Fieldwork that ends before it starts, and editions of one number."""
    for key, wave in waves.items():
        if wave.fieldwork.end < wave.fieldwork.start:
            text = f"waves.{shown(key)}.fieldwork ends before it starts; correct the dates."
            yield Fault(text, ("waves", key, "fieldwork"))
    seen: dict[int, str] = {}
    for key, wave in waves.items():
        first = seen.setdefault(wave.edition, key)
        if first != key:
            text = f"waves.{shown(first)} and waves.{shown(key)} are both edition {wave.edition}; number them apart."
            yield Fault(text, ("waves", key, "edition"))


def _place_faults(params: Params) -> Iterator[Fault]:
    """Pages of places whose figures nobody estimates."""
    kind = params.report.place_domain_kind
    kinds = {"*".join(columns) for columns in params.estimation.domains}
    # A name that cannot be one has a sentence of its own.
    if params.publish.reports and len(params.areas) > 1 and kind.isidentifier() and kind not in kinds:
        yield Fault(
            f"report.place_domain_kind is {shown(kind)}, which estimation.domains does not list; add "
            f"[{shown(kind)}] there{meant(kind, sorted(kinds - {''}))}.",
            ("report", "place_domain_kind"),
        )


def _within_faults(params: Params) -> Iterator[Fault]:
    """Weights held to the totals of places, of which nothing says who lives where."""
    weighting = params.weighting
    held = weighting.calibration is not None or weighting.base.kind == "telephone_completes"
    if params.areas and held and weighting.within is None:
        text = f"weighting: within (the column of the {params.place_called}) is missing; name it."
        yield Fault(text, ("weighting", "within"))


def _cluster_faults(params: Params) -> Iterator[Fault]:
    """Interviewers as clusters where nothing says who they are or the replicates know only respondents."""
    if params.estimation.clusters != "interviewers":
        return
    interviewer, place = params.check.roles.interviewer, ("estimation", "clusters")
    if interviewer is None:
        yield Fault("estimation.clusters is 'interviewers' but check.roles.interviewer names no item; add it.", place)
    elif params.estimation.se == "replicates" and params.weighting.psu != interviewer:
        yield Fault(
            "estimation.clusters is 'interviewers' but the replicates of estimation.se are drawn by "
            "respondent; set estimation.se to calibrated or taylor, or draw them by interviewer (weighting.psu: "
            f"{shown(interviewer)}, weighting.strata: null).",
            place,
        )
