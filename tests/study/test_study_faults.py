"""Whatever name of whichever file is misspelt: it is named, with what is near it, and the first stages refuse it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.settings.configuration import load_yaml
from pulsometro.study import Study, load_study
from pulsometro.study.stage import run as settings
from pulsometro.study.study_faults import faults_of_study, refuse_study
from tests.small_study import dump
from tests.test_every_setting import SCENARIOS, Scenario
from tests.tiny_study import write_study

ROOT = Path(__file__).resolve().parents[2]
PARAMS, INDICATORS, BASE = "params.yaml", "questionnaires/indicators.yaml", "questionnaires/base.yaml"
EVERY = "every step of a telephone survey"
CHANGED = {
    "change.themes": [{"name": "Todo", "indicators": ["inseguro", "seguridad", "gasto"]}],
    "report.key": [{"indicator": "policia", "category": "mucha", "direction": "up_is_good"}],
}


def study_of(folder: Path, scenario: Scenario, more: Mapping[str, Any] | None = None) -> Path:
    return write_study(folder, {**scenario.changed, **(more or {})}, scenario.asked, scenario.silent, scenario.totals)


@pytest.mark.parametrize("folder", [ROOT, ROOT / "examples/ensu"], ids=["project", "ensu"])
def test_this_repositorys_studies_have_no_fault(folder: Path) -> None:
    assert faults_of_study(load_study(folder)) == {}


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_no_design_has_a_fault(name: str, tmp_path: Path) -> None:
    assert faults_of_study(load_study(study_of(tmp_path, SCENARIOS[name]))) == {}


def names_in(content: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every text of a parsed file with its place."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from names_in(value, (*place, key))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from names_in(value, (*place, number))
    elif isinstance(content, str):
        yield place, content


def at(content: Any, place: tuple[Any, ...]) -> Any:
    for part in place:
        content = content[part]
    return content


def with_letter(name: str) -> str:
    """The name with its last letter twice: what a hand does, and no other name of the study."""
    return name + name[-1]


# Places of names, by the keys that lead there: the rest of a file's texts is free, or held by the form of the file.
NAMES_OF_PARAMS = (
    ("current_wave",), ("check", "area"), ("check", "roles"), ("weighting", "base"), ("weighting", "within"),
    ("weighting", "strata"), ("weighting", "calibration"), ("weighting", "collapse"), ("weighting", "indicators"),
    ("estimation", "domains"), ("change", "themes"), ("report", "headline"), ("report", "findings"), ("report", "key"),
    ("report", "topics"), ("report", "place_domain_kind"), ("release", "main"), ("release", "second"),
    ("report", "trust", "indicators"), ("report", "trust", "levels"),
)  # fmt: skip
FREE = {"name", "kind", "missing", "method", "singular", "plural"}


def params_places() -> list[tuple[Any, ...]]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        content = load_yaml(study_of(Path(folder), SCENARIOS[EVERY], CHANGED) / PARAMS)
    found = names_in({**content, "report": {**content["report"], "place_domain_kind": "municipio"}})
    return [
        place for place, _ in found
        if any(place[: len(begin)] == begin for begin in NAMES_OF_PARAMS) and place[-1] not in FREE
    ]  # fmt: skip


def misspelt(folder: Path, file: str, place: tuple[Any, ...], change: Callable[[str], str] = with_letter) -> str:
    """The study with one name of a file misspelt; the name as it is now."""
    content = load_yaml(folder / file)
    if place == ("report", "place_domain_kind"):
        content["report"]["place_domain_kind"] = "municipio"
    above = at(content, place[:-1])
    above[place[-1]] = change(above[place[-1]])
    wrong: str = above[place[-1]]
    dump(content, folder / file)
    return wrong


def refused(folder: Path) -> str:
    """What the stage *settings* says of the study; nothing where it takes it."""
    try:
        settings(load_study(folder))
    except PulsoError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("place", params_places(), ids=lambda place: ".".join(map(str, place)))
def test_any_name_of_the_settings_that_is_none_is_told(place: tuple[Any, ...], tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS[EVERY], CHANGED)
    wrong = misspelt(folder, PARAMS, place)
    said = refused(folder)
    assert f"'{wrong}'" in said or wrong in said, said
    assert not (folder / "processed/settings").exists()


KEYS_OF_PARAMS = (
    ("weighting", "control_totals", "columns", "sexo"), ("report", "trust", "names", "policia"),
    ("report", "trust", "spoken", "policia"), ("weighting", "coverage", "names", "fijo"),
)  # fmt: skip


@pytest.mark.parametrize("place", KEYS_OF_PARAMS, ids=lambda place: ".".join(place))
def test_a_key_that_is_a_name_is_told_too(place: tuple[str, ...], tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS[EVERY], CHANGED)
    content = load_yaml(folder / PARAMS)
    above = at(content, place[:-1])
    above[with_letter(place[-1])] = above.pop(place[-1])
    dump(content, folder / PARAMS)
    assert f"'{with_letter(place[-1])}'" in refused(folder)
    assert f"(did you mean '{place[-1]}'?)" in refused(folder)


@pytest.mark.parametrize("key", ["item", "items", "categories", "rescale", "base", "name of an indicator"])
def test_any_name_of_the_indicators_that_is_none_is_told(key: str, tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS[EVERY], CHANGED)
    for name, indicator in load_yaml(folder / INDICATORS)["indicators"].items():
        content = load_yaml(folder / INDICATORS)
        own = content["indicators"][name]
        if key == "name of an indicator":
            content["indicators"][with_letter(name)] = content["indicators"].pop(name)
            wrong = name
        elif key not in indicator:
            continue
        elif key == "item":
            own["item"] = wrong = with_letter(own["item"])
        elif key == "items":
            own["items"][0] = wrong = with_letter(own["items"][0])
        elif key == "base":
            wrong = "victimaa"
            own["base"] = own["base"].replace("victima", wrong)
        else:
            wrong = "77"
            own[key] = [*own["categories"], 77] if key == "categories" else {**own["rescale"], 77: 1}
        dump(content, folder / INDICATORS)
        named = {each for each, _ in _told_of(folder).items()}
        if key == "name of an indicator" and name not in _named_in_params(folder):
            assert named == set()
        else:
            assert any(wrong in text for text in named), (name, named)
            assert wrong in refused(folder)
        own_again = load_yaml(folder / INDICATORS)
        own_again["indicators"] = {}
        write_again(folder)


def write_again(folder: Path) -> None:
    study_of(folder, SCENARIOS[EVERY], CHANGED)


def _named_in_params(folder: Path) -> set[str]:
    return {text for _, text in names_in(load_yaml(folder / PARAMS))}


def _told_of(folder: Path) -> dict[str, Path]:
    try:
        return {fault.text: path for path, faults in faults_of_study(load_study(folder)).items() for fault in faults}
    except PulsoError as error:
        return {str(error): folder}


USED = ("seguro", "conf_a", "victima", "denuncia", "pesos", "municipio", "sexo", "edad2", "escolaridad", "adultos",
        "lineas", "marco", "entrevistador", "fecha", "minutos", "telefono", "supervisada")  # fmt: skip


@pytest.mark.parametrize("item", USED)
def test_an_item_under_another_name_is_told_wherever_it_was_named(item: str, tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS[EVERY], CHANGED)
    content = load_yaml(folder / BASE)
    content["items"] = {with_letter(item) if name == item else name: each for name, each in content["items"].items()}
    columns = content["delivery"]["columns"]
    columns[with_letter(item)] = columns.pop(item)
    for each in content["items"].values():
        if each.get("ask_if") == f"{item} == 1":
            each["ask_if"] = f"{with_letter(item)} == 1"
        if each.get("derived", {}).get("source") == item:
            each["derived"]["source"] = with_letter(item)
    dump(content, folder / BASE)
    said = refused(folder)
    assert f"'{item}'" in said and f"(did you mean '{with_letter(item)}'?)" in said, said


def test_a_wave_that_calls_one_question_otherwise_is_told(tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS[EVERY])
    wave = folder / "questionnaires/2021T2.yaml"
    own = load_yaml(folder / BASE)["items"]["seguro"]
    text = {"wave": "2021T2", "extends": "base", "items": {"seguroo": own}, "without": ["seguro"],
            "delivery": {"columns": {"seguroo": "seguro"}}}  # fmt: skip
    dump(text, wave)
    assert "items.seguroo has the very words of 'seguro' of 2021T1" in refused(folder)
    own["text"] += " Piense en su colonia."
    dump(text, wave)
    assert refused(folder) == ""


@pytest.mark.parametrize(
    ("wrong", "near"), [("si", "(sí); write it as there (did you mean 'sí'?)"), ("SÍ", "'sí'"), ("no", "(sí)")]
)
def test_an_answer_with_one_wrong_letter_is_no_question_that_was_not_asked(
    wrong: str, near: str, tmp_path: Path
) -> None:
    folder = study_of(tmp_path, SCENARIOS["nothing but a base weight"])
    misspelt(folder, PARAMS, ("report", "findings", 1, "category"), lambda _: wrong)
    said = refused(folder)
    assert f"report.findings.1.category names '{wrong}', which is no answer of the indicator 'victimas'" in said
    assert near in said


def test_the_mean_of_codes_is_refused_and_that_of_a_scale_of_numbers_is_not(tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS["nothing but a base weight"])
    content = load_yaml(folder / INDICATORS)
    content["indicators"]["gasto"]["item"] = "victima"
    dump(content, folder / INDICATORS)
    said = refused(folder)
    assert "indicators.gasto is a mean of 'victima', whose numbers are codes and no quantities (1 sí, 2 no" in said
    # The remedies that the message names.
    for remedy in (
        {"kind": "share", "categories": [1], "category": "sí", "statistics": ["proportion"]},
        {"kind": "index", "items": ["victima"], "rescale": {1: 100, 2: 0}},
    ):
        content["indicators"]["gasto"] = {**content["indicators"]["gasto"], **remedy}
        dump(content, folder / INDICATORS)
        assert refused(folder) == ""
        content["indicators"]["gasto"]["kind"] = "mean"
    content["indicators"]["gasto"] = {"name": "Gasto", "kind": "mean", "item": "victima", "direction": "neutral"}
    dump(content, folder / INDICATORS)
    asked = load_yaml(folder / BASE)
    asked["items"]["victima"]["codes"] = {0: "0 nada", 1: "1", 2: "2", 3: "3 mucho"}
    dump(asked, folder / BASE)
    assert "mean" not in refused(folder)


def test_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS["nothing but a base weight"])
    misspelt(folder, PARAMS, ("report", "findings", 1, "category"), lambda _: "si")
    misspelt(folder, PARAMS, ("report", "trust", "levels", 0))
    misspelt(folder, PARAMS, ("estimation", "domains", 2, 0))
    misspelt(folder, INDICATORS, ("indicators", "gasto", "item"))
    study = load_study(folder)
    with pytest.raises(PulsoError) as stop:
        refuse_study(study)
    said = str(stop.value)
    assert said.count("\n") >= 4 and "params.yaml: 4 things to correct:" in said
    assert "indicators.yaml: indicators.gasto.item names 'pesoss'" in said


def test_what_another_wave_alone_asks_is_no_fault(tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS["nothing but a base weight"])
    dump(
        {"wave": "2021T1", "extends": "base", "without": ["denuncia", "conf_b"]}, folder / "questionnaires/2021T1.yaml"
    )
    assert refused(folder) == ""


def test_a_wave_that_cannot_be_read_hides_no_fault_and_makes_none(tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS["nothing but a base weight"])
    dump({"wave": "2021T2", "extends": "base", "order": ["nada"]}, folder / "questionnaires/2021T2.yaml")
    assert refused(folder) == ""
    misspelt(folder, INDICATORS, ("indicators", "gasto", "item"))
    assert "'pesoss', which no questionnaire has" in refused(folder)


def test_a_study_is_looked_at_without_its_questionnaires(tmp_path: Path) -> None:
    folder = study_of(tmp_path, SCENARIOS["nothing but a base weight"])
    for wave in ("2021T1", "2021T2"):
        (folder / f"questionnaires/{wave}.yaml").unlink()
    study: Study = load_study(folder)
    assert faults_of_study(study) == {}
