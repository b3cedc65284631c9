"""The quality page of an edition: every number is the entry's, in every configuration of steps."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_record as sealed_record
from pulsometro.common.files import read_table, write_record
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Rows
from pulsometro.reporting.pages.quality.calls_and_interviewers import interviewers
from pulsometro.reporting.pages.quality.quality_page import Sources, fragments, load, warnings
from pulsometro.reporting.row_key import BAR
from pulsometro.reporting.trace.explain import explain_number
from pulsometro.settings.configuration import read_made
from pulsometro.study import Study
from pulsometro.weighting.record import WeightingRecord, load_weighting
from pulsometro.weighting.study_key import DEMONSTRATION
from tests.reporting import reading
from tests.reporting.checking import fits
from tests.reporting.checking_pages import Sourced, held
from tests.reporting.conftest import LAST
from tests.reporting.reading import numbers_in
from tests.reporting.weighed import edition as survey
from tests.reporting.weighed import weighed

pytestmark = pytest.mark.slow

SPAN = re.compile(r'\[([^\]]*)\]\{[^}]*?data-id="([^"]+)" data-field="([^"]+)"\}')


@pytest.fixture(scope="module")
def page(built: Path) -> str:
    return (built / "calidad.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def sources(study: Study, edition: Edition) -> Sources:
    return load(study, edition)


def wrong(study: Study, edition: Edition, tied: list[tuple[str, str, str]]) -> list[str]:
    """Tied numbers (words, file, path) that are not what the file holds there."""
    return [f"{words} at {key}#{path}" for words, key, path in tied if not held(study, edition, key, path, words)]


def tied_of(page: str) -> list[tuple[str, str, str]]:
    return [(t.words.strip(), t.key, t.field) for t in reading.read_page(page) if t.key and t.kind == "text"]


def test_every_number_of_the_page_is_the_record(study: Study, edition: Edition, page: str) -> None:
    tied = tied_of(page)
    assert len(tied) > 900
    files = [one for one in tied if BAR not in one[1]]
    names = ("weighting.json", "interviewers.parquet", "second_opinion.json")
    assert {key for _, key, _ in files} == {f"{LAST}/{name}" for name in names}
    assert wrong(study, edition, files) == []
    # What the headline's precision is worth is its own row's, and never the weights' alone.
    ((words, key, field),) = [one for one in tied if BAR in one[1]]
    headline = edition.whole(edition.settings.headline)
    assert headline is not None and (key, field) == (headline.key, "n_eff") and fits(edition, key, field, words)


def test_a_planted_wrong_digit_is_found(study: Study, edition: Edition, page: str) -> None:
    deff = next(t for t in tied_of(page) if t[2].endswith("deff_kish"))
    planted = [("9" + deff[0][1:], *deff[1:])]
    assert len(wrong(study, edition, planted)) == 1


def test_no_other_number_stands_in_the_page(sources: Sources, page: str) -> None:
    """What is not tied is said by sentences (tested with the words), dates, codes of rates or axes."""
    body = page[page.index("<main") :]
    body = re.sub(r"<(svg|script|style|caption)\b.*?</\1>", " ", body, flags=re.S)
    body = re.sub(r'<span data-id="[^>]*>.*?</span>|<span class="big"[^>]*>.*?</span>', " ", body, flags=re.S)
    words = unescape(re.sub(r"<[^>]+>", " ", body))
    words = re.sub(r"\s+", " ", words)
    assert re.findall(r"(?<![\d.])\d[\d,]*\.\d+(?![\d.])", _without(words, sources)) == []


def _sentences(sources: Sources) -> tuple[str, ...]:
    from pulsometro.reporting.pages.quality.weighting_words import describe

    places = {code: name for code, name in sources.places.items() if code not in ("all", "total")}
    return describe(sources.record, places, "municipio", sources.labels)


def _without(words: str, sources: Sources) -> str:
    """The page's words without its sentences, the notes of the sources and the engine's versions."""
    known = [*warnings(sources), *_sentences(sources)]
    known += [source.note for source in sources.record.calibration.sources]  # type: ignore[union-attr]
    for line in known:
        plain = re.sub(r"\s+", " ", line)
        assert plain in words, plain
        words = words.replace(plain, " ")
    return re.sub(r"Hecho con .*", "", words)


def test_every_number_of_the_sentence_about_the_factor_stands_in_the_record(study: Study, tmp_path: Path) -> None:
    from pulsometro.reporting.pages.quality.weighting_words import describe

    study = replace(study, root=tmp_path)
    path = study.processed(LAST, "weighting.json")
    path.parent.mkdir(parents=True)
    write_record({**weighed(blur={"spread": 0.2, "key": DEMONSTRATION}), "wave": LAST}, path)
    record = load_weighting(study, LAST)
    (sentence,) = (one for one in describe(record, study.area_names, "municipio", {}) if "factor al azar" in one)
    sourced = Sourced(study, path.relative_to(tmp_path).as_posix())
    assert record.blur is not None and record.blur.se_growth == pytest.approx(record.blur.deff**0.5 - 1, abs=1e-9)
    assert [number for number in numbers_in(sentence) if not sourced.holds(number)] == []
    assert f"cerca de {record.blur.se_growth * 100:.1f} % a los errores" in sentence


def test_the_page_says_what_a_reviewer_asks_for(page: str, sources: Sources) -> None:
    for heading in (
        "Lo que conviene mirar antes de firmar", "Los pesos, paso a paso", "Del peso base al peso final",
        "Qué tan lejos estaba la muestra", "Los totales de población", "A quién no alcanza el marco",
        "En qué terminaron las llamadas", "Quién pregunta y cuánto pesa", "Una segunda opinión",
    ):  # fmt: skip
        assert heading in page
    record = sources.record
    for step in ("base", "calibration", "trim"):
        for field in ("n", "sum", "min", "median", "max", "max_to_median", "cv", "deff_kish", "n_eff"):
            for at in range(len(record.areas) + 1):
                assert f'data-field="{step}/spread/{at}/{field}"' in page
    assert len(record.calibration.cells) * 7 <= page.count('data-field="calibration/cells/')  # type: ignore[union-attr]
    for at in range(len(record.balance)):
        assert f'data-field="balance/{at}/smd_after"' in page
    for at in range(len(record.areas) + 1):
        assert f'data-field="outcome_rates/{at}/rates/RR6"' in page
    assert page.count('role="img"') == 2
    assert "García" in page and "19018" not in page
    assert "Datos simulados" in page


def test_a_gap_between_two_sources_and_the_frames_reach_are_warned_about(sources: Sources) -> None:
    said = warnings(sources)
    gap = next(g for g in sources.record.calibration.gaps if g.warn)  # type: ignore[union-attr]
    ours, theirs = f"{gap.population:,.0f}", f"{gap.other_population:,.0f}"
    assert gap.area == "19018" and ours != theirs
    start = f"García: la fuente en uso cuenta {ours} personas adultas y otra, {theirs} (Adultos de 18 y más, línea "
    assert any(line.startswith(start) for line in said)
    assert "Teléfono fijo: alcanza a menos de la mitad de las viviendas en García y Juárez." in said
    assert any("se unieron 45 a 64 años y 65 años y más" in line for line in said)


def test_old_totals_and_lost_replicates_are_warned_about(sources: Sources) -> None:
    step = sources.record.calibration
    assert step is not None and sources.record.replicates is not None
    old = replace(step, sources=tuple(replace(s, too_old=True, age_years=6.84) for s in step.sources))
    lost = replace(sources.record.replicates, failed={"rep_003": "not_calibrated"})
    changed = replace(sources, record=replace(sources.record, calibration=old, replicates=lost))
    said = " ".join(warnings(changed))
    assert "a 6.8 años del levantamiento" in said
    assert "Réplicas que fallaron: 1." in said


CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "nonresponse": {"nonresponse": {"classes": ["zone"]}, "trim": None},
    "two margins, one of the whole": {
        "calibration": {
            "margins": [{"items": ["sexo"]}, {"items": ["grupo_edad"], "within": False, "totals": "shares"}],
        },
        "trim": {"k": 6, "k_low": 30},
    },
    "not calibrated": {"calibration": None, "trim": None, "collapse": [], "coverage": None, "indicators": []},
    "jackknife": {"replicates": {"method": "jkn", "max_groups": 30}, "trim": None},
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_every_configuration_of_steps_has_a_page(
    study: Study, sources: Sources, edition: Edition, tmp_path: Path, name: str
) -> None:
    content = {**weighed(**CONFIGURATIONS[name]), "wave": "other"}
    made, tied = _fragments(content, sources, tmp_path)
    # A step is told or said not to have been taken: never a heading over nothing.
    assert all(made[f"calidad-{key}"] for key in ("resumen", "avisos", "palabras", "pasos", "ausentes"))
    write_record(content, study.processed("other", "weighting.json"))
    assert wrong(study, edition, [t for t in tied if t[1].endswith("weighting.json")]) == []
    if name == "not calibrated":
        assert "no se calibraron" in made["calidad-ausentes"]
        for gone in ("poblacion", "diferencias", "unidos", "convergencia", "recorte", "totales", "cobertura", "figura"):
            assert made[f"calidad-{gone}"] == "", gone
        assert not re.search(r"Antes, la celda|de calibrar|marco alcanza", " ".join(made.values()))
    if name == "nonresponse":
        assert "nonresponse/classes/17/factor" in made["calidad-respuesta"]


def test_a_given_weight_of_a_study_without_areas_has_a_page(sources: Sources, tmp_path: Path) -> None:
    rows = survey().assign(factor=1.5)
    content = weighed(
        rows, base={"kind": "given", "weight": "factor"}, within=None, strata=None, control_totals=None,
        calibration=None, collapse=[], trim=None, replicates=None, attempts=None, coverage=None, indicators=[],
    )  # fmt: skip
    made, _ = _fragments({**content, "wave": "other"}, sources, tmp_path)
    assert "No tiene pesos replicados." in made["calidad-ausentes"]
    assert "No tiene registro de intentos de contacto." in made["calidad-ausentes"]
    assert made["calidad-replicas"] == made["calidad-tasas"] == made["calidad-figura"] == ""
    assert not re.search(r"de su municipio|teléfono|números elegibles", " ".join(made.values()))


def _fragments(content: dict[str, Any], sources: Sources, folder: Path) -> tuple[dict[str, str], list[Any]]:
    """The fragments made from another weighting.json, and their tied numbers."""
    write_record(content, folder / "weighting.json")
    record = read_made(WeightingRecord, folder / "weighting.json")
    wave = replace(sources.edition.wave, key="other")
    other = replace(sources, record=record, edition=replace(sources.edition, wave=wave))
    made = fragments(other, folder)
    tied = [
        (re.sub(r"\\(.)", r"\1", words), key, unescape(path))
        for text in made.values()
        for words, key, path in SPAN.findall(text)
    ]
    return made, tied


def test_interviewers_are_counted_and_never_named(study: Study, page: str) -> None:
    table = read_table(study.processed(LAST, "interviewers.parquet"))
    assert {"interviewer", "entrevistador"}.isdisjoint(table.columns)
    assert re.search(r"Preguntaron <span[^>]*>60</span> personas", page)
    assert not re.search(r"\bE\d\d\b", page)


def test_figures_that_may_not_be_printed_are_not(sources: Sources) -> None:
    rows = sources.edition.rows
    hidden = (rows.estimates["indicator"] == "soborno") & (rows.estimates["domain_kind"] == "total")
    table = rows.estimates.assign(publishable=rows.estimates["publishable"] & ~hidden)
    careful = replace(sources.edition, rows=Rows(table, rows.changes))
    made = [interviewers(sources.traced, e, sources.asked, "") for e in (sources.edition, careful)]
    assert ["soborno/sí/icc" in text for text in made] == [True, False]


def test_a_number_of_the_page_can_be_explained(study: Study, built: Path, page: str) -> None:
    assert built.is_dir()
    words, key, path = next(t for t in tied_of(page) if t[2] == "final/9/sum")
    said = explain_number(study, f"{key}#{path}")
    assert said.splitlines()[0] == f"{key}#{path}"
    value = sealed_record(study.processed(LAST, "weighting.json"))["final"][9]["sum"]
    assert f"value        {value}" in said
    assert "calidad.html" in explain_number(study, words)
    said = explain_number(study, f"{LAST}/second_opinion.json#figures")
    assert "value        60" in said and "stage        recompute (pulso recompute)" in said
    with pytest.raises(PulsoError, match="nothing at 'final/99/n'"):
        explain_number(study, f"{key}#final/99/n")


def test_a_record_of_another_version_say_what_to_do(study: Study, tmp_path: Path) -> None:
    content = sealed_record(study.processed(LAST, "weighting.json"))
    del content["base_final"]
    elsewhere = replace(study, root=tmp_path)
    write_record(content, elsewhere.processed(LAST, "weighting.json"))
    with pytest.raises(PulsoError, match="another version of this program wrote it"):
        load_weighting(elsewhere, LAST)
