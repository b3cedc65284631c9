"""Every stage of a study's chain: its command, what it depends on and what it makes, as params.yaml decides.

What is optional (simulation, the population's tables, coverage, boundaries, what is published) is in the graph or not
because params.yaml says so, never because a file lies there: a graph must not change when a file is late.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pulsometro.graph.needs import NEEDS, fingerprint_name
from pulsometro.settings.base_weight_settings import TelephoneFrame
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study import Study
from pulsometro.study.areas_in_time import waves_named

# Stands for the wave's key in a stage that each wave has.
KEY = "${item}"
# Who has the microdata decides what is withheld, and is told.
_CIRCLE = ("publish/release.json", "release/circle.json", "release/main.json")


@dataclass(frozen=True)
class Stage:
    """One stage; with ``each_wave`` once for every wave, ``${item}`` standing for its key.

    ``always``: runs whatever changed, and its outs are kept by git and not by DVC. ``stays``: DVC does not remove its
    outs before it runs. ``ledgers``: outs that git keeps and that the stage adds to: DVC neither keeps nor removes
    them. ``metrics`` and ``plots``: outs that git keeps.
    """

    name: str
    command: str
    deps: tuple[str, ...]
    outs: tuple[str, ...] = ()
    each_wave: bool = False
    always: bool = False
    stays: bool = False
    ledgers: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    plots: Mapping[str, Mapping[str, str]] | None = None


def program(stage: str) -> tuple[str, ...]:
    """The fingerprints of the parts of the program that decide what the stage makes."""
    return tuple(f"processed/program/{fingerprint_name(part)}" for part in NEEDS[stage])


def settings(*names: str) -> tuple[str, ...]:
    """Sections of params.yaml as the stage *settings* hands them on."""
    return tuple(f"processed/settings/{name}" for name in names)


def of_wave(*stages: str, wave: str = KEY) -> tuple[str, ...]:
    """The folders of a wave's stages."""
    return tuple(f"processed/{wave}/{stage}" for stage in stages)


def questionnaire(wave: str = KEY) -> str:
    """The fingerprint of a wave's questionnaire."""
    return f"processed/inputs/questionnaires/{wave}.json"


def _weightings(study: Study) -> list[WeightingSettings]:
    """The study's weighting and every wave's own."""
    own = [study.settings_of(key).weighting for key, wave in study.waves.items() if wave.weighting is not None]
    return [study.params.weighting, *own]


def population(study: Study) -> tuple[str, ...]:
    """The tables of the population that the weights and the checks read."""
    totals = [each.control_totals for each in _weightings(study)]
    return tuple(dict.fromkeys(each.file for each in totals if each))


def stages_of(study: Study) -> tuple[Stage, ...]:
    """The study's stages in the order of the data."""
    # Where a place enters or leaves, who reads the places reads when that wave is.
    more = settings(*(f"waves/{wave}.json" for wave in waves_named(study.places)))
    read = settings("municipalities.json")[0]
    said = settings("places")[0] if study.params.places is not None else read
    return tuple(
        replace(stage, deps=tuple(dict.fromkeys(said if d == read else d for d in (*stage.deps, *more))))
        if read in stage.deps
        else stage
        for stage in _stages(study)
    )


def _stages(study: Study) -> Iterator[Stage]:
    publish = study.params.publish
    yield Stage("program", "pulso program", (), ("processed/inputs", "processed/program"), always=True)
    themes = ("questionnaires/indicators.yaml",) if study.params.change.themes else ()
    yield Stage("settings", "pulso settings", ("params.yaml", *themes, *program("settings")), ("processed/settings",))
    if study.params.simulate is not None:
        yield _simulate(study)
    yield Stage(
        "deliveries", "pulso deliveries", (*settings("waves"), *_simulated(study)), ("processed/deliveries",),
        always=True,
    )  # fmt: skip
    yield _ingest()
    yield _check(study)
    yield _weight(study)
    yield _estimate()
    yield _protect()
    yield _series(study)
    yield _audit()
    yield _recompute(study)
    if publish.reports:
        yield _report(study)
        yield _site(study)
    if study.params.releases:
        yield _release(study)
    last = "release" if study.params.releases else "report" if publish.reports else "audit"
    ends = {last, *(["report"] if publish.reports else [])}
    yield Stage(
        "verdict", "pulso verdict",
        (*program("verdict"), *settings("waves"), *(p for w in study.waves for p in of_wave(*ends, wave=w))),
    )  # fmt: skip


def _simulated(study: Study) -> tuple[str, ...]:
    """The files that *simulate* delivers."""
    if study.params.simulate is None:
        return ()
    waves = {key: wave for key, wave in study.waves.items() if wave.simulated}
    names = [(key, name) for key, wave in waves.items() for name in (wave.attempts, wave.file) if name]
    return tuple(f"raw/{key}/{name}" for key, name in names)


def _simulate(study: Study) -> Stage:
    declared = study.params.simulate
    assert declared is not None
    waves = [key for key, wave in study.waves.items() if wave.simulated]
    return Stage(
        "simulate", "pulso simulate",
        (*program("simulate"), *settings("municipalities.json", "simulate", *(f"waves/{w}.json" for w in waves)),
         *(questionnaire(wave) for wave in waves), declared.assumptions, declared.population, declared.published),
        _simulated(study), stays=True,
    )  # fmt: skip


def _ingest() -> Stage:
    return Stage(
        "ingest", f"pulso ingest {KEY} --withhold",
        (*program("ingest"), *settings("check/roles.json", "municipalities.json", f"waves/{KEY}.json"),
         questionnaire(), f"processed/deliveries/{KEY}.json"),
        of_wave("ingest"), each_wave=True,
    )  # fmt: skip


def _check(study: Study) -> Stage:
    return Stage(
        "check", "pulso check --all",
        (*program("check"), *settings("check", "municipalities.json", "report", "study", "waves", "weighting"),
         *(questionnaire(wave) for wave in study.waves), "processed/inputs/brands.json",
         "processed/inputs/exceptions.json", *population(study),
         *(path for wave in study.waves for path in of_wave("ingest", wave=wave))),
        ("processed/checks",),
    )  # fmt: skip


def _weight(study: Study) -> Stage:
    tables = list(population(study))
    for weighting in _weightings(study):
        tables += [weighting.coverage.file] if weighting.coverage else []
        tables += [weighting.base.frame] if isinstance(weighting.base, TelephoneFrame) else []
    tables = list(dict.fromkeys(tables))
    empties = study.params.releases and study.params.release is not None and study.params.release.main.blank
    ledgers = (f"processed/suppressed/{KEY}.keys.csv",) if empties else ()
    return Stage(
        "weight", f"pulso weight {KEY} --withhold",
        (*program("weight"), *settings("municipalities.json", "release", f"waves/{KEY}.json", "weighting"),
         questionnaire(), *tables, f"processed/checks/{KEY}.json", *of_wave("ingest")),
        of_wave("weight"), each_wave=True, ledgers=ledgers,
    )  # fmt: skip


def _estimate() -> Stage:
    return Stage(
        "estimate", f"pulso estimate {KEY} --withhold",
        (*program("estimate"), *settings("check/roles.json", "estimation", "municipalities.json", f"waves/{KEY}.json",
         "weighting"), questionnaire(), "questionnaires/indicators.yaml", *of_wave("ingest", "weight")),
        of_wave("estimate"), each_wave=True,
    )  # fmt: skip


def _protect() -> Stage:
    return Stage(
        "protect", f"pulso protect {KEY} --withhold",
        (*program("protect"), *settings(*_CIRCLE, "report/confidentiality.json"), questionnaire(),
         "questionnaires/indicators.yaml", *of_wave("estimate")),
        of_wave("protect"), each_wave=True, ledgers=(f"processed/suppressed/{KEY}.csv",),
    )  # fmt: skip


def _audit() -> Stage:
    """After the series, of which it reads what is published of the wave."""
    return Stage(
        "audit", f"pulso audit {KEY} --withhold",
        (*program("audit"), *settings(*_CIRCLE, "report/confidentiality.json"), questionnaire(),
         "questionnaires/indicators.yaml", f"processed/series/waves/{KEY}", f"processed/suppressed/{KEY}.csv",
         *of_wave("estimate", "protect")),
        of_wave("audit"), each_wave=True,
    )  # fmt: skip


def _series(study: Study) -> Stage:
    tables = ("changes.parquet", "differences.parquet", "estimates.parquet", "rankings.parquet", "waves")
    told = study.params.report
    report = ["report/findings.json", "report/headline.json", "report/place_domain_kind.json"]
    report += ["report/trust.json"] if told.trust or not told.batteries else []
    report += ["report/batteries.json"] if told.batteries else []
    return Stage(
        "series", "pulso series",
        (*program("series"), *settings("change", "check/roles.json", "estimation", "municipalities.json", *report,
         "waves", "weighting"), *(questionnaire(wave) for wave in study.waves), "questionnaires/indicators.yaml",
         *(path for wave in study.waves for path in of_wave("estimate", "ingest", "protect", "weight", wave=wave))),
        tuple(f"processed/series/{name}" for name in tables),
        metrics=("processed/series/metrics.json",),
        plots={"processed/series/headline.csv": {"x": "period", "y": _headline_column(study)}},
    )  # fmt: skip


def _headline_column(study: Study) -> str:
    """What the headline's figures are called: those of a mean are no percentages."""
    # A study that is only begun has no indicators yet.
    known = (study.questionnaires / "indicators.yaml").is_file()
    headline = study.report.headline if known else None
    return "percent" if headline is None or headline.statistic == "proportion" else "estimate"


def _recompute(study: Study) -> Stage:
    return Stage(
        "recompute", "pulso recompute",
        (*program("recompute"), *settings("check/roles.json", "estimation", "municipalities.json",
         "report/findings.json", "report/headline.json", "waves", "weighting"),
         *(questionnaire(wave) for wave in study.waves), "questionnaires/indicators.yaml",
         *(path for wave in study.waves for path in of_wave("estimate", "ingest", "weight", wave=wave))),
        tuple(path for wave in study.waves for path in of_wave("recompute", wave=wave)),
    )  # fmt: skip


def _drawn(study: Study) -> tuple[str, ...]:
    """What every page is drawn with: brand, the study's own sources, boundaries."""
    boundaries = study.params.report.boundaries
    return (
        "processed/inputs/brands.json", "processed/inputs/sources.json", *([boundaries] if boundaries else []),
        "questionnaires/indicators.yaml",
    )  # fmt: skip


def _report(study: Study) -> Stage:
    sections = ("change", "estimation", "municipalities.json", "report", "simulate/published.json", "study",
                f"waves/{KEY}.json", "weighting", *_CIRCLE)  # fmt: skip
    return Stage(
        "report", f"pulso report {KEY} --withhold",
        (*program("report"), *settings(*sections), questionnaire(), *_drawn(study),
         f"processed/checks/{KEY}.json", f"processed/series/waves/{KEY}", *of_wave("audit", "estimate", "recompute",
         "weight")),
        (f"processed/printed/{KEY}.parquet", *of_wave("report"), f"reports/site/{KEY}"), each_wave=True,
    )  # fmt: skip


def _site(study: Study) -> Stage:
    sections = ("change", "current_wave.json", "estimation", "municipalities.json", "report",
                "simulate/published.json", "study", "waves", "weighting", *_CIRCLE)  # fmt: skip
    every: list[str] = []
    for wave in study.waves:
        every += (f"processed/checks/{wave}.json", *of_wave("recompute", "report", "weight", wave=wave))
    return Stage(
        "site", "pulso site",
        (*program("site"), *settings(*sections), *(questionnaire(wave) for wave in study.waves), *_drawn(study),
         "processed/series/estimates.parquet", "processed/series/waves", *every),
        ("processed/printed/site.parquet",
         *(f"reports/site/{name}" for name in ("index.html", "recursos", "secciones"))),
    )  # fmt: skip


def _release(study: Study) -> Stage:
    plan = study.params.release
    ledgers = (f"processed/suppressed/{KEY}.second.csv",) if plan is not None and plan.second is not None else ()
    before = ("ingest", "report", "weight") if study.params.publish.reports else ("audit", "ingest", "weight")
    return Stage(
        "release", f"pulso release {KEY} --withhold",
        (*program("release"), *settings("estimation/se.json", "municipalities.json", "release",
         "report/confidentiality.json", "report/licence.json", "study", f"waves/{KEY}.json", "weighting"),
         questionnaire(), "questionnaires/indicators.yaml", *of_wave(*before)),
        (f"processed/release/{KEY}", *of_wave("release")), each_wave=True, ledgers=ledgers,
    )  # fmt: skip
