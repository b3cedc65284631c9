"""Faults planted in INEGI's files are found, and the files' own quirks are told; one row in twelve of each city."""

from pathlib import Path

import pytest

from benchmarks import ensu_faults as planted
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.study import Study, load_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def prepared(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, dict[str, planted.Quarter]]:
    study = load_study(planted.EXAMPLE)
    zips = {wave: shared_dir / "ensu" / wave / study.raw(wave).name for wave in (planted.PAST, planted.WAVE)}
    for path in zips.values():
        if not path.is_file():
            pytest.skip(f"../shared is not here: {path.name}")
    return planted.example(tmp_path_factory.mktemp("planted"), zips, every=12)


def test_without_a_fault_nothing_stops_and_every_quirk_is_told(prepared, engine: Engine) -> None:
    study, quarters = prepared
    told = planted.quirks(study, quarters[planted.WAVE], engine)
    assert [quirk for quirk, yes in told.items() if not yes] == []
    verdict = planted.check.check_wave(study, planted.WAVE, engine)
    assert [rule.id for rule in verdict.failed if rule.severity == "critical"] == []


@pytest.mark.parametrize("fault", planted.FAULTS, ids=lambda fault: fault.what)
def test_the_fault_is_found(fault: planted.Fault, prepared, engine: Engine) -> None:
    study, quarters = prepared
    said, found = planted.found_by(study, quarters, fault, engine)
    assert found, said


def test_the_committed_table_lists_them_all_as_found() -> None:
    table = (planted.ROOT / "benchmarks" / "ENSU_FAULTS.md").read_text(encoding="utf-8")
    assert "missed" not in table
    assert "**no**" not in table
    for fault in planted.FAULTS:
        assert f"| {fault.what} | found |" in table
    for quirk in planted.QUIRKS:
        assert f"| {quirk} | yes |" in table
