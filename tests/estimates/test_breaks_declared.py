"""A declared break holds wherever it is said: by a wave that is withheld, by a later one; a slip is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pulsometro.check import stage as check
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.estimates import series
from pulsometro.estimates import stage as estimate
from pulsometro.estimates.series_breaks import breaks_between, every_questionnaire, recoded
from pulsometro.ingest import stage as ingest
from pulsometro.questionnaire.comparability import ROUTED, SINCE
from pulsometro.study import Study, load_study
from pulsometro.suppression import stage as protect
from pulsometro.weighting import stage as weight
from tests.small_study import dump
from tests.tiny_study import write_study

FIRST, SECOND, THIRD = "2021T1", "2021T2", "2021T3"
ITEMS = ("seguro", "escolaridad")
WHY = "otra redacción"
BROKEN = ({"inseguro", "seguridad"}, {"escolaridad", "municipio*escolaridad"})


def _waves() -> dict[str, Any]:
    return {
        wave: {"edition": number, "period": f"levantamiento {number}", "file": "datos.csv",
               "fieldwork": {"start": f"2021-{number * 3:02d}-01", "end": f"2021-{number * 3:02d}-12"}}
        for number, wave in enumerate((FIRST, SECOND, THIRD), 1)
    }  # fmt: skip


def study_of(folder: Path, items: Mapping[str, Mapping[str, Any]]) -> Study:
    """Three waves, each with its own items."""
    domains = [[], ["municipio"], ["escolaridad"], ["municipio", "escolaridad"]]
    write_study(folder, {"publish.reports": False, "publish.release": False, "release": None, "waves": _waves(),
                         "current_wave": THIRD, "estimation.domains": domains})  # fmt: skip
    for wave in _waves():
        dump({"wave": wave, "extends": "base", "items": dict(items.get(wave, {}))},
             folder / f"questionnaires/{wave}.yaml")  # fmt: skip
    return load_study(folder)


def comparable(**said: Any) -> dict[str, Any]:
    """The item of an indicator and the one of a group, with the same said of both."""
    return {name: {"comparable": said} for name in ITEMS}


def broken(study: Study, reference: str, wave: str) -> tuple[set[str], set[str], set[str]]:
    """Indicators and kinds of domain that break between two waves, and why."""
    asked = every_questionnaire(study)
    made = breaks_between(study, asked, list(asked), reference, wave)
    return set(made.reasons), set(made.domains), {*made.reasons.values(), *made.domains.values()}


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ({SECOND: comparable(breaks={SECOND: WHY})}, WHY),
        ({THIRD: comparable(breaks={SECOND: WHY})}, WHY),
        ({SECOND: comparable(since=SECOND)}, SINCE),
        ({THIRD: comparable(since=SECOND)}, SINCE),
    ],
    ids=["its own", "a later one", "since, its own", "since, a later one"],
)
def test_a_break_between_two_waves_parts_them_whoever_says_it(tmp_path: Path, items: dict[str, Any], why: str) -> None:
    study = study_of(tmp_path, items)
    assert broken(study, FIRST, THIRD) == (*BROKEN, {why})
    assert broken(study, SECOND, THIRD) == (set(), set(), set())


def test_a_break_that_its_own_questionnaire_lacks_is_told_and_the_remedy_parts_the_waves(tmp_path: Path) -> None:
    study = study_of(tmp_path, {THIRD: comparable(breaks={SECOND: WHY})})
    assert broken(study, FIRST, SECOND) == (set(), set(), set())
    (said,) = recoded(every_questionnaire(study))
    assert f"questionnaires/{THIRD}.yaml says that escolaridad, seguro break in {SECOND}" in said
    assert f"questionnaires/{SECOND}.yaml does not" in said
    mended = study_of(tmp_path, {wave: comparable(breaks={SECOND: WHY}) for wave in (SECOND, THIRD)})
    assert broken(mended, FIRST, SECOND) == (*BROKEN, {WHY})
    assert list(recoded(every_questionnaire(mended))) == []


@pytest.mark.parametrize("said", [{"ask_if": "victima == 2"}, {"ask_if": "victima in [1, 2]"}])
def test_others_who_are_asked_are_not_compared_until_somebody_says_so(tmp_path: Path, said: dict[str, str]) -> None:
    study = study_of(tmp_path, {SECOND: {"denuncia": said}, THIRD: {"denuncia": said}})
    assert broken(study, FIRST, SECOND) == ({"denunciaron"}, set(), {ROUTED})
    assert broken(study, FIRST, THIRD) == ({"denunciaron"}, set(), {ROUTED})
    assert broken(study, SECOND, THIRD) == (set(), set(), set())
    (told,) = recoded(every_questionnaire(study))
    assert f"questionnaires/{SECOND}.yaml: denuncia" in told
    kept = {"denuncia": {**said, "comparable": {"kept": {SECOND: "se preguntaba igual"}}}}
    study = study_of(tmp_path, {SECOND: kept, THIRD: kept})
    assert broken(study, FIRST, SECOND) == (set(), set(), set()) and not list(recoded(every_questionnaire(study)))


def test_the_same_skip_written_otherwise_is_the_same(tmp_path: Path) -> None:
    study = study_of(tmp_path, {SECOND: {"denuncia": {"ask_if": "( victima in [1] )"}}})
    assert broken(study, FIRST, SECOND) == (set(), set(), set())


@pytest.mark.parametrize("key", ["breaks", "kept"])
def test_a_wave_that_is_none_is_refused_and_what_is_proposed_holds(tmp_path: Path, key: str) -> None:
    study = study_of(tmp_path, {SECOND: comparable(**{key: {"2021t2": WHY}})})
    with pytest.raises(PulsoError) as stop:
        study.questionnaire(SECOND)
    assert f"items.seguro.comparable.{key} names '2021t2', which is no wave of params.yaml; write one of 2021T1" in str(
        stop.value
    )
    assert "(did you mean '2021T2'?)" in str(stop.value) and "2 things to correct" in str(stop.value)
    mended = study_of(tmp_path, {SECOND: comparable(**{key: {SECOND: WHY}})})
    assert bool(broken(mended, FIRST, SECOND)[0]) == (key == "breaks")


def test_since_and_the_fieldwork_name_waves_too_and_older_ones_than_the_study_knows(tmp_path: Path) -> None:
    study = study_of(tmp_path, {SECOND: comparable(since="2021T9")})
    with pytest.raises(PulsoError, match=r"comparable\.since names '2021T9', which is no wave"):
        study.questionnaire(SECOND)
    study = study_of(tmp_path, {SECOND: comparable(since="2019T4", breaks={"2020T1": WHY})})
    assert broken(study, FIRST, SECOND) == (set(), set(), set())
    dump({"wave": THIRD, "extends": "base", "fieldwork": {"breaks": {"2021T": "otro modo"}}},
         tmp_path / f"questionnaires/{THIRD}.yaml")  # fmt: skip
    with pytest.raises(PulsoError, match=r"fieldwork\.breaks names '2021T', which is no wave"):
        study.questionnaire(THIRD)


@pytest.mark.slow
def test_a_wave_that_is_left_out_breaks_the_series_all_the_same(tmp_path: Path) -> None:
    study = study_of(tmp_path, {SECOND: comparable(breaks={SECOND: WHY})})
    for wave in (FIRST, THIRD):
        ingest.run(study, wave)
    check.run_all(study)
    for wave in (FIRST, THIRD):
        weight.run(study, wave)
        estimate.run(study, wave)
        protect.run(study, wave)
    assert f"Left out: {SECOND}" in series.run(study)
    changes = read_table(study.series("changes.parquet"))
    parted = changes["indicator"].isin(BROKEN[0]) | changes["domain_kind"].isin(BROKEN[1])
    assert parted.any() and set(changes["wave"]) == {THIRD} and set(changes["reference_wave"]) == {FIRST}
    assert set(changes[parted]["broken_by"]) == {WHY} and changes[parted][["difference", "p"]].isna().all(axis=None)
    assert set(changes[~parted]["broken_by"]) == {""}
