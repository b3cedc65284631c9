"""The eight editions and their indicators, as they stand in questionnaires/."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.questionnaire import (
    Questionnaire,
    check_against,
    load_indicators,
    load_questionnaire,
    shared_files,
)

FOLDER = Path(__file__).parents[2] / "questionnaires"
WAVES = ("2011T3", "2011T4", "2012T1", "2012T2", "2012T3", "2012T4", "2013T1", "2013T2")
INDICATORS = load_indicators(FOLDER / "indicators.yaml")


@pytest.fixture(scope="module")
def editions() -> dict[str, Questionnaire]:
    return {wave: load_questionnaire(FOLDER, wave) for wave in WAVES}


def test_every_edition_with_a_file_is_listed_here() -> None:
    assert tuple(sorted(path.stem for path in FOLDER.glob("20*.yaml"))) == WAVES


@pytest.mark.parametrize("wave", WAVES)
def test_indicators_use_codes_that_the_edition_has(editions: dict[str, Questionnaire], wave: str) -> None:
    check_against(INDICATORS, editions[wave], FOLDER / "indicators.yaml")


def test_fuerza_civil_enters_in_the_second_edition(editions: dict[str, Questionnaire]) -> None:
    asking = [wave for wave, edition in editions.items() if "conf_fuerza_civil" in edition.items]
    assert asking == list(WAVES[1:])
    assert "conf_fuerza_civil" not in editions["2011T3"].delivery.columns
    assert "conf_fuerza_civil_mucha" not in INDICATORS.available(editions["2011T3"])
    assert "indice_confianza_policial" in INDICATORS.available(editions["2011T3"])


def test_what_drifts_between_deliveries(editions: dict[str, Questionnaire]) -> None:
    names = {
        wave: {item: column.name for item, column in edition.delivery.columns.items()}
        for wave, edition in editions.items()
    }
    assert {wave for wave in WAVES if names[wave]["victima"] != "P12"} == {"2012T1"}
    assert {wave for wave in WAVES if names[wave]["conf_marina"] != "P7_7"} == {"2013T1", "2013T2"}
    reversed_in = {wave for wave, e in editions.items() if e.delivery.columns["conf_marina"].codes.get("4") == 1}
    assert reversed_in == {"2012T3"}


def test_reversed_codes_are_mapped_one_to_one(editions: dict[str, Questionnaire]) -> None:
    edition = editions["2012T3"]
    for item in (name for name in edition.items if name.startswith("conf_")):
        codes = edition.delivery.columns[item].codes
        assert sorted(codes.values()) == sorted(edition[item].valid_codes), item


def test_text_labels_of_a_delivery_cover_every_code(editions: dict[str, Questionnaire]) -> None:
    edition = editions["2012T4"]
    for name, column in edition.delivery.columns.items():
        item = edition[name]
        if item.kind == "single":
            expected = {code for code, kind in item.missing.items() if kind != "no_aplica"} | set(item.codes)
            assert set(column.codes.values()) == expected, name


def test_four_month_calendar_breaks_only_the_series_about_a_period(
    editions: dict[str, Questionnaire],
) -> None:
    edition = editions["2013T2"]
    broken = {name for name, item in edition.items.items() if "2013T2" in item.comparable.breaks}
    assert broken == {"cambio_trimestre", "perspectiva", "soborno_municipal", "victima", "denuncia"}
    about_a_period = {name for name, item in edition.items.items() if "tres meses" in editions["2013T1"][name].text}
    assert about_a_period == broken - {"denuncia"}
    assert not any("tres meses" in item.text for item in edition.items.values())
    assert edition.fieldwork.reference_period == "cuatrimestre"
    assert edition.fieldwork.mode == editions["2013T1"].fieldwork.mode


def test_direct_identifiers_are_private(editions: dict[str, Questionnaire]) -> None:
    for edition in editions.values():
        assert not {"telefono", "entrevistador", "fecha", "duracion_min"} & set(edition.public)
        assert {"municipio", "sexo", "grupo_edad"} <= set(edition.public)


def test_skip_selects_households_with_a_victim(editions: dict[str, Questionnaire]) -> None:
    responses = pd.DataFrame({"victima": pd.array([1, 2, 9, None], dtype="Int64")})
    assert editions["2013T2"].skips["denuncia"].mask(responses).tolist() == [True, False, False, False]


def test_wave_depends_on_shared_files_only() -> None:
    for wave in WAVES:
        files = [path.stem for path in shared_files(FOLDER, wave)]
        assert files[0] == wave
        assert files[-1] == "base"
        assert not set(files[1:]) & set(WAVES)


def test_every_rated_thing_has_a_short_name(editions: dict[str, Questionnaire]) -> None:
    rated = [item for name, item in editions["2013T2"].items.items() if name.startswith(("conf_", "comp_", "seg_"))]
    assert len(rated) == 13
    assert all(item.short and item.short != item.label for item in rated)


def test_published_measures_are_all_declared() -> None:
    names = set(INDICATORS.by_name)
    forces = ("policia_municipal", "transito", "fuerza_civil", "policia_estatal", "policia_federal",
              "ejercito", "marina")  # fmt: skip
    wanted = {f"conf_{force}{end}" for force in forces for end in ("", "_mucha", "_algo")}
    wanted |= {"inseguridad_nada", "inseguridad_amplia", "seguro_municipio", "seguro_estado", "seguro_pais"}
    wanted |= {"empeoro", "aumentara", "soborno", "victimizacion", "no_denuncia", "indice_confianza_policial"}
    wanted |= {f"compromiso_{who}" for who in ("alcalde", "gobernador", "presidente")}
    assert wanted <= names


def test_shares_can_be_told_in_a_sentence() -> None:
    for name, indicator in INDICATORS.by_name.items():
        if indicator.kind == "share":
            assert indicator.singular and indicator.plural, name
            assert indicator.singular != indicator.plural, name
            assert bool(indicator.base) == bool(indicator.base_name), name
        if indicator.kind == "index":
            assert sorted(indicator.rescale.values())[0] == 0
            assert sorted(indicator.rescale.values())[-1] == 100
