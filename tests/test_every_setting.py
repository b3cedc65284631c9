"""Every value that a setting may have is rendered once: a tiny study from its delivery to its last page.

What a setting may be is read from the dataclasses of ``params.yaml``, of the questionnaires and of the indicators; a
value that no scenario has fails here, by name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from pulsometro.graph.dvc_file import write_graph
from pulsometro.questionnaire import Questionnaire, load_questionnaire
from pulsometro.questionnaire.indicators import Indicators, load_indicators
from pulsometro.study import load_study
from pulsometro.study.parameters import Params
from tests.reporting.reading import docx_text, pdf_text, pptx_texts, read_page
from tests.tiny_study import PLACES, WAVES, make, write_study

MARGINS = [{"items": ["sexo", "edad2"]}]
ROLES = {"date": "fecha", "interviewer": "entrevistador", "duration": "minutos", "phone": "telefono"}
CALLS = {"number": "numero", "attempt": "intento", "disposition": "disposicion"}
TELEPHONE = {"adultos": "adultos", "lines": "lineas"}
COVERAGE = {"file": "raw/population/coverage.csv", "frames": ["fijo"], "names": {"fijo": "teléfono fijo"}}


NAMES = ("Norte", "Centro", "Sur")
# Codes of any text, laid out by themselves; the study's own digits beside them.
TEXT_PLACES = [{"code": f"Zona {name} (ñ)", "name": name, "short": name} for name in NAMES]
PLACES_SAID = [
    {"code": code, "name": name, "short": name, "tile": [at, 0]}
    for at, (code, name) in enumerate(zip(PLACES, NAMES, strict=True))
]


@dataclass(frozen=True)
class Scenario:
    """A design: what it changes of ``params.yaml`` and of the questionnaire, how many do not answer, and whether
    numbers of persons are published."""

    changed: Mapping[str, Any]
    asked: Mapping[str, Any] = field(default_factory=dict)
    silent: float = 0.06
    totals: bool = True


SCENARIOS = {
    "nothing but a base weight": Scenario({}),
    "in one wave other weights than in the study": Scenario({
        "waves.2021T2.weighting": {"base": {"kind": "equal"}}, "waves.2021T2.estimation": {"level": 0.9},
    }),
    "every step of a telephone survey": Scenario({
        "waves.2021T1.attempts": "llamadas.csv", "waves.2021T2.attempts": "llamadas.csv",
        "waves.2021T1.simulated": True, "municipalities": None,
        "places": {"word": {"singular": "alcaldía", "plural": "alcaldías", "feminine": True}, "list": TEXT_PLACES},
        "check.roles": {**ROLES, "verification": {"item": "supervisada", "passed": ["bien"], "failed": ["mal"]}},
        "check.interviews_per_area": 160, "check.unasked_columns": "warning",
        "weighting.base": {"kind": "telephone_completes", "adults": "adultos", "lines": "lineas", "missing": "median"},
        "weighting.attempts": CALLS, "weighting.coverage": COVERAGE, "weighting.blur": {"spread": 0.3},
        "weighting.calibration": {"method": "raking", "margins": MARGINS, "missing": "impute"},
        "weighting.collapse": [{"item": "edad2", "merge": [1, 2], "below": 30}],
        "weighting.trim": {"k": 4.0, "k_low": 8.0}, "weighting.replicates": {"n": 30, "seed": 3},
        "weighting.population": {"persons": 134400, "tolerance": 0.05, "per_dwelling": [4, 7]},
        "weighting.indicators": ["seguro"],
        "estimation.se": "replicates", "estimation.interval": "kg", "estimation.lonely_psu": "grand_mean",
        "estimation.precision": "nchs",
        "change": {"alpha": 0.05, "adjust": "holm", "covariance": "independent", "test": "normal"},
        "report.topics": [{"name": "Todo", "indicators": ["inseguro", "gasto"]}],
        "release.circle": "public", "release.second": {"keys": ["sexo", "marco"], "blank": ["marco"],
                                                       "answers": ["seguro"]},
    }),
    "a telephone frame with classes of response": Scenario({
        "waves.2021T1.attempts": "llamadas.csv", "waves.2021T2.attempts": "llamadas.csv",
        "weighting.base": {"kind": "telephone_frame", "frame": "raw/population/frame.csv", "adults": "adultos",
                           "lines": "lineas", "missing": "median"},
        "weighting.attempts": {**CALLS, "e": 0.4},
        "weighting.nonresponse": {"method": "classes", "classes": ["municipio"], "min_respondents": 10},
        "weighting.calibration": {"method": "linear", "missing": "own_cell", "margins": [
            {"items": ["sexo"], "source": "censo", "totals": "shares"}, {"items": ["edad2"], "within": False}]},
        "weighting.control_totals.areas": list(PLACES),
        "weighting.replicates": {"method": "jkn", "n": 30, "max_groups": 20},
        "estimation.se": "calibrated", "estimation.interval": "kg_uncapped", "estimation.lonely_psu": "average",
        "estimation.precision": "cepal", "change.adjust": "none", "report.places_feminine": True,
        "municipalities": None, "places": {"list": PLACES_SAID},
    }),
    "a telephone frame where everybody answers": Scenario({
        "weighting.base": {"kind": "telephone_frame", "frame": "raw/population/frame.csv", "adults": "adultos",
                           "missing": "refuse"},
        "weighting.calibration": {"method": "raking", "margins": MARGINS, "missing": "refuse"},
        "estimation.se": "calibrated", "estimation.interval": "wald", "check.unasked_columns": "critical",
        "municipalities": [
            {"cve_geo": PLACES[0], "name": "Norte", "short": "Norte", "tile": [0, 0], "until": WAVES[0]},
            {"cve_geo": PLACES[1], "name": "Centro", "short": "Centro", "tile": [1, 0]},
            {"cve_geo": PLACES[2], "name": "Sur", "short": "Sur", "since": WAVES[0]},
        ],
    }, silent=0.0),
    "two stages with few units": Scenario({
        "weighting.base": {"kind": "area", "probabilities": ["p1", "p2"]},
        "weighting.strata": "estrato", "weighting.psu": "upm",
        "weighting.calibration": {"method": "linear_bounded", "bounds": [0.05, 9.0], "margins": MARGINS,
                                  "missing": "impute"},
        "weighting.replicates": {"method": "jkn", "n": 30, "fpc": "upms"},
        "weighting.trim": {"k": 6.0},
        "estimation.se": "replicates", "estimation.interval": "wilson", "estimation.lonely_psu": "certainty",
        "check.roles": {"interviewer": "entrevistador"}, "estimation.clusters": "design",
        "publish.store": False, "study.time_zone": "America/Mexico_City",
    }, {"delivery.mend": "utf-8", "delivery.time_zone": "UTC",
        "fieldwork.mode": "cara a cara en vivienda", "delivery.skips": "keep", "delivery.delimiter": ";",
        "delivery.decimal": ",", "delivery.verdicts": "keep",
        "delivery.thousands": ".", "delivery.blank": ["NA"], "delivery.encoding": "cp1252", "delivery.finished": "fin",
        "delivery.columns.fecha": {"name": "fecha", "format": "%d/%m/%Y"},
        "consistency": {"apartada": {"holds": "sexo <= edad2 or sexo > edad2"},
                        "avisada": {"holds": "edad2 != 9", "unless": "edad2 == 9", "treatment": "warn"}}}),
    "a producer's weight": Scenario({
        "weighting": {"base": {"kind": "given", "weight": "factor"}, "strata": "estrato", "psu": "upm"},
        "estimation.interval": "kg", "estimation.lonely_psu": "remove", "publish.release": False,
        "release": None, "check.area": None, "waves.2021T1.file": "datos.zip", "waves.2021T2.file": "datos.zip",
        "check.severity": {"nonresponse": "info", "range.pesos": "warning", "near_duplicates": "critical"},
    }, {"items.seguro.comparable": {"since": "2021T2"}, "delivery.member": "datos.csv",
        "items.factor.kind": "design", "items.upm": {"text": "Unidad", "label": "Unidad", "kind": "design",
                                                     "values": "text", "required": True},
        "items.upms": {"text": "Unidades", "label": "Unidades", "kind": "design", "values": "integer"},
        "items.lineas": {"text": "Del 0 al 10, ¿qué tan bueno?", "label": "Nota", "kind": "scale", "range": [0, 10],
                         "missing": {99: "no_contesta"}, "ends": {0: "nada", 10: "mucho"}}}),
    "two frames": Scenario({
        "municipalities": None,
        "places": {"word": {"singular": "distrito", "plural": "distritos"},
                   "list": [PLACES_SAID[0], {**PLACES_SAID[1], "until": WAVES[1]},
                            {**PLACES_SAID[2], "since": WAVES[0]}]},
        "waves.2021T1.attempts": "llamadas.csv", "waves.2021T2.attempts": "llamadas.csv",
        "weighting.attempts": CALLS, "check.roles": {"interviewer": "entrevistador"},
        "weighting.dual_frame": {"method": "hartley", "frame": "marco", "first": 1, "other": "otro"},
        "weighting.nonresponse": {"method": "propensity", "predictors": ["municipio", "marco"], "score_classes": 2,
                                  "min_respondents": 10},
        "weighting.calibration": {"method": "logit", "bounds": [0.02, 9.0], "margins": MARGINS, "missing": "impute"},
        "weighting.strata": None, "weighting.psu": "entrevistador",
        "estimation.se": "taylor", "estimation.clusters": "interviewers", "estimation.lonely_psu": "error",
    }, {"attempts": {"columns": {name: {"name": name} for name in ("municipio", "marco", *CALLS.values())}}}),
    "two frames without a share": Scenario({
        "weighting.dual_frame": {"method": "multiplicity", "frame": "marco", "first": 1, "other": "otro",
                                 "theta": 0.5},
        "weighting.within": "municipio", "estimation.se": "taylor", "publish.reports": False,
        "weighting.scale": "relative", "waves.2021T1.file": "datos.xlsx", "waves.2021T2.file": "datos.xlsx",
    }, {"delivery.sheet": "Base", "delivery.header_row": 3, "delivery.skip_rows": [4],
        "delivery.missing": {"88": "no_sabe", ".b": "no_contesta", ".c": "no_aplica"}}, totals=False),
}  # fmt: skip
# Codes of settings and tables, and what an empty value prints: no reader's words.
MACHINE = re.compile(
    r"\b(?:None|nan|NaN|null|none|up|down|higher|lower|high|low|moderate|imprecise|[a-z]+(?:_[a-z0-9]+)+|nchs|cepal|inegi"
    r"|jkn|wald|taylor|holm)\b|\{\{|<NA>"
)
# What no scenario of a tiny study can have, and the test that has it instead.
ELSEWHERE = {
    "simulate=given": "tests/small_study.py",
    # Read, they are of the kind that their values have.
    "questionnaire.items.kind=design": "tests/questionnaire/test_item_kinds.py",
    "questionnaire.items.kind=scale": "tests/questionnaire/test_item_kinds.py",
    "questionnaire.delivery.columns.option=given": "tests/ingest/harmonise/test_harmonise.py",
    "questionnaire.delivery.columns.separator=given": "tests/bad_inputs/codes_numbers.py",
    "questionnaire.attempts.columns.separator=given": "tests/bad_inputs/codes_numbers.py",
    "questionnaire.attempts.columns.option=given": "tests/ingest/harmonise/test_harmonise.py",
    "questionnaire.attempts.columns.format=given": "tests/ingest/harmonise/test_harmonise.py",
}


def settings_of(kind: Any, place: str = "") -> Iterator[str]:
    """``place=value`` for every value that the settings below a type may have, where they are of a closed list."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    options = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    if type(None) in options:
        yield from (f"{place}=None", f"{place}=given")
    for option in options:
        if is_dataclass(option):
            for name, hint in get_type_hints(option, include_extras=True).items():
                if name in {each.name for each in fields(option)} and not name.startswith("_"):
                    yield from settings_of(hint, f"{place}.{name}" if place else name)
        elif option is bool:
            yield from (f"{place}=False", f"{place}=True")
        elif get_origin(option) is Literal:
            yield from (f"{place}={value}" for value in get_args(option))
        elif isinstance(option, type) and issubclass(option, Enum):
            yield from (f"{place}={member.value}" for member in option)
        elif get_args(option):
            yield from settings_of(get_args(option)[-1 if get_args(option)[-1] is not Ellipsis else 0], place)


def values_of(value: Any, kind: Any, place: str = "") -> Iterator[str]:
    """``place=value`` for what settings have."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in {Union, UnionType} and type(None) in get_args(kind):
        yield f"{place}={'None' if value is None else 'given'}"
    if is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value), include_extras=True)
        for each in fields(value):
            yield from values_of(getattr(value, each.name), hints[each.name], f"{place}.{each.name}".lstrip("."))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from values_of(inner, _inner(kind), place)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from values_of(inner, _inner(kind), place)
    elif isinstance(value, Enum):
        yield f"{place}={value.value}"
    elif isinstance(value, bool | str):
        yield f"{place}={value}"


def _inner(kind: Any) -> Any:
    """The type of what a list or mapping holds."""
    options = [option for option in get_args(kind) if option is not type(None)]
    if get_origin(kind) in {Union, UnionType}:
        return _inner(options[0])
    return next((option for option in reversed(options) if option is not Ellipsis), None)


def test_every_value_of_every_setting_has_a_scenario(tmp_path: Path) -> None:
    tried: set[str] = set()
    for number, chosen in enumerate(SCENARIOS.values()):
        folder = write_study(tmp_path / str(number), chosen.changed, chosen.asked, totals=chosen.totals)
        tried |= set(values_of(load_study(folder).params, Params))
        asked = load_questionnaire(folder / "questionnaires", WAVES[-1], frozenset(PLACES))
        tried |= {f"questionnaire.{each}" for each in values_of(asked, Questionnaire)}
        published = load_indicators(folder / "questionnaires/indicators.yaml")
        tried |= {f"indicators.{each}" for each in values_of(published, Indicators)}
    offered = set(settings_of(Params))
    offered |= {f"questionnaire.{each}" for each in settings_of(Questionnaire)}
    offered |= {f"indicators.{each}" for each in settings_of(Indicators)}
    assert sorted(offered - tried - set(ELSEWHERE)) == []
    assert set(ELSEWHERE) <= offered - tried
    for place, test in ELSEWHERE.items():
        named = place.partition("=")[0].rpartition(".")[2]
        assert re.search(rf"\b{named}\b", Path(test).read_text(encoding="utf-8")), place


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SCENARIOS))
def test_scenario_is_published_whole(name: str, tmp_path: Path) -> None:
    chosen = SCENARIOS[name]
    study = make(write_study(tmp_path, chosen.changed, chosen.asked, chosen.silent, chosen.totals), reports=False)
    write_graph(study)
    site = study.site
    wave = study.params.current_wave
    if not study.params.publish.reports:
        assert not site.exists()
        return
    made = {path.name for path in (site / wave).iterdir()}
    assert {"brief.html", "brief.pdf", "brief.docx", "brief.pptx", "calidad.html", "metodologia.html"} <= made
    for page in sorted(site.rglob("*.html")):
        for piece in read_page(page.read_text(encoding="utf-8")):
            assert not MACHINE.search(piece.words), (page.name, piece.words)
    slides = [said for slide in pptx_texts(site / wave / "brief.pptx") for said in slide]
    for words in (pdf_text(site / wave / "brief.pdf"), docx_text(site / wave / "brief.docx"), *slides):
        assert not MACHINE.search(words), words
