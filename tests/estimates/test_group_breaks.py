"""A recoded schooling or age breaks every series by it; answers that changed undeclared are not compared."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.check import stage as check
from pulsometro.check.verdict import refuse_if_stopped
from pulsometro.cli import main
from pulsometro.common.files import read_table
from pulsometro.estimates import series
from pulsometro.estimates import stage as estimate
from pulsometro.estimates.series_breaks import breaks_between, every_questionnaire, recoded
from pulsometro.ingest import stage as ingest
from pulsometro.questionnaire.comparability import RECODED
from pulsometro.study import Study, load_study
from pulsometro.suppression import stage as protect
from pulsometro.weighting import stage as weight
from tests.small_study import dump
from tests.tiny_study import WAVES, rows, write_study

BEFORE, NOW = WAVES
DOMAINS = [[], ["municipio"], ["escolaridad"], ["municipio", "escolaridad"], ["tramo"]]
THREE = {1: "básica", 2: "preparatoria", 3: "carrera técnica"}
MERGED = {1: "básica", 2: "preparatoria o carrera técnica"}
NEW = "con carrera técnica"


def study_of(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any], **settings: Any) -> Study:
    """The tiny study with each wave's own items and groups by schooling and by what pesos is cut into."""
    plain = {"publish.reports": False, "publish.release": False, "release": None, "estimation.domains": DOMAINS}
    write_study(folder, {**plain, **settings})
    for wave, items in zip(WAVES, (before, now), strict=True):
        dump({"wave": wave, "extends": "base", "items": dict(items)}, folder / f"questionnaires/{wave}.yaml")
    return load_study(folder)


def breaks_of(study: Study) -> tuple[dict[str, str], dict[str, str]]:
    """Indicators and kinds of domain that break between the two waves."""
    asked = {wave: study.questionnaire(wave) for wave in WAVES}
    made = breaks_between(study, asked, WAVES, BEFORE, NOW)
    return dict(made.reasons), dict(made.domains)


def declared(**comparable: Any) -> dict[str, Any]:
    return {"escolaridad": {"codes": dict(MERGED), "comparable": comparable}}


BY_SCHOOLING = ("escolaridad", "municipio*escolaridad")


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (declared(breaks={NOW: NEW}), NEW),
        (declared(since=NOW), "cambió la pregunta"),
        (declared(), RECODED),
        (declared(kept={NOW: "la misma categoría con otro nombre"}), ""),
        ({"escolaridad": {"codes": {1: "Basica ", 2: "MÁS"}}}, ""),
        ({"escolaridad": {"codes": {2: "más", 1: "básica"}}}, ""),
        ({"escolaridad": {"codes": {1: "más", 2: "básica"}}}, RECODED),
        ({"escolaridad": {"codes": {1: "básica", 2: "más", 3: "ninguna"}}}, RECODED),
    ],
    ids=["break", "since", "nothing declared", "kept", "spelling", "order", "exchanged", "one more"],
)
def test_a_recoded_item_breaks_the_groups_that_use_it(tmp_path: Path, now: dict[str, Any], why: str) -> None:
    study = study_of(tmp_path, {}, now)
    assert breaks_of(study) == ({}, dict.fromkeys(BY_SCHOOLING, why) if why else {})
    told = list(recoded(every_questionnaire(study)))
    assert bool(told) == (why == RECODED)
    if told:
        assert f"questionnaires/{NOW}.yaml: escolaridad have other answers" in told[0]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"pesos": {"comparable": {"breaks": {NOW: "otro periodo"}}}}, "otro periodo"),
        ({"tramo": {"derived": {"ranges": {1: [0, 499], 2: [500, 90000]}}}}, RECODED),
        ({"tramo": {"derived": {"ranges": {1: [0, 499], 2: [500, 90000]}},
                    "comparable": {"kept": {NOW: "así se cortó siempre"}}}}, ""),
    ],
    ids=["its source breaks", "cut elsewhere", "kept"],
)  # fmt: skip
def test_what_is_cut_from_an_item_breaks_with_it(tmp_path: Path, now: dict[str, Any], why: str) -> None:
    reasons, domains = breaks_of(study_of(tmp_path, {}, now))
    assert domains == ({"tramo": why} if why else {})
    assert set(reasons) == ({"gasto"} if why == "otro periodo" else set())


def test_an_indicator_breaks_with_its_base(tmp_path: Path) -> None:
    study = study_of(tmp_path, {}, {"victima": {"comparable": {"breaks": {NOW: "otro periodo"}}}})
    assert breaks_of(study)[0] == {"victimas": "otro periodo", "denunciaron": "otro periodo"}


def test_a_break_of_the_fieldwork_breaks_everything(tmp_path: Path) -> None:
    study = study_of(tmp_path, {}, {})
    dump({"wave": NOW, "extends": "base", "fieldwork": {"breaks": {NOW: "otro modo"}}},
         tmp_path / f"questionnaires/{NOW}.yaml")  # fmt: skip
    reasons, domains = breaks_of(load_study(tmp_path))
    assert set(reasons) == set(study.indicators.by_name) and set(domains.values()) == {"otro modo"}


def made(study: Study) -> pd.DataFrame:
    """The changes of the two waves, every stage run."""
    for wave in WAVES:
        ingest.run(study, wave)
    check.run_all(study)
    for wave in WAVES:
        weight.run(study, wave, partial(refuse_if_stopped, study, wave))
        estimate.run(study, wave)
        protect.run(study, wave)
    series.run(study)
    table = read_table(study.series("changes.parquet"))
    return table[table["wave"] == NOW]


@pytest.mark.slow
@pytest.mark.parametrize("less", [True, False], ids=["codes fewer than before", "codes more than before"])
def test_no_change_is_tested_by_a_group_that_is_another(tmp_path: Path, less: bool) -> None:
    before, now = ({"escolaridad": {"codes": dict(codes)}} for codes in ((THREE, MERGED) if less else (MERGED, THREE)))
    study = study_of(tmp_path, before, now)
    wave = BEFORE if less else NOW
    table = rows(wave)
    table.loc[table.index % 3 == 0, "escolaridad"] = 3
    table.to_csv(study.raw(wave), index=False)
    changes = made(study)
    by_it = changes["domain_kind"].isin(BY_SCHOOLING)
    assert by_it.any() and (~by_it).any()
    broken = changes[by_it]
    assert set(broken["verdict"]) == {"not_comparable"} and set(broken["broken_by"]) == {RECODED}
    assert broken[["difference", "se", "ci_low", "p", "minimum_detectable"]].isna().all(axis=None)
    assert not broken["publishable"].any()
    assert set(changes[~by_it]["broken_by"]) == {""} and changes[~by_it]["publishable"].mean() > 0.5
    # The remedy of the warning: what is said to compare is compared.
    now["escolaridad"]["comparable"] = {"kept": {NOW: "se recodificó igual"}}
    dump({"wave": NOW, "extends": "base", "items": now}, tmp_path / f"questionnaires/{NOW}.yaml")
    again = made(load_study(tmp_path))
    assert set(again["broken_by"]) == {""} and again[again["domain_kind"] == "escolaridad"]["publishable"].any()


def test_the_screen_says_what_to_declare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study_of(tmp_path, {}, declared())
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["questionnaire", "diff", BEFORE, NOW]).output
    assert "codes     escolaridad" in said and "NO BREAK DECLARED" in said
    assert f'comparable.kept ({{"{NOW}": "…"}})' in said.replace("\n", " ")
    study_of(tmp_path, {}, declared(kept={NOW: "sólo el nombre"}))
    said = CliRunner().invoke(main, ["questionnaire", "diff", BEFORE, NOW]).output
    assert "[compares: sólo el nombre]" in said and "NO BREAK" not in said
