"""The small inputs of ../shared/cases about folios, copies and what files say of themselves: what its README says."""

import json
import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.ingest.delivery_record import load_delivery
from pulsometro.study import load_study
from tests.bad_inputs.ingested import ingested
from tests.bad_inputs.shared_cases import WAVE, write_study
from tests.small_study import ROOT, dump, load, make_study

pytestmark = pytest.mark.slow

CASES = ROOT.parent / "shared" / "cases"
# File → the one sentence that refuses it.
REFUSED = {
    "10_folios_cientificos_distintos.csv": r"wrote the folios as 2\.00E\+17 .*the folio's column as text",
    "45_xlsx_folio_vuelto_fecha.xlsx": r"row 5 \(and 1 more\): a spreadsheet made a date of the folio; ask for",
    "54_xlsx_error_nuevo.xlsx": r"column ENC, row 5: the cell holds the error #SPILL!; correct it in the workbook",
    "131b_sav_sysmis_cero_sin_blancos.sav": r"column S3: the file's header declares 0 to be its blank, .*as \.csv",
}  # fmt: skip
# File → rows, how many of them are set aside for the server's reason, and the reason.
SET_ASIDE = {
    "132_surveycto_rechazadas.csv": (60, 6, "el servidor la tiene por rechazada"),
    "83_limesurvey_incompletas.csv": (60, 2, "entrevista sin terminar"),
}
# File → rows, the critical rule that the check stops it by, and how many it names.
STOPPED = {
    "160_150_entrevistas_pegadas_dos_veces.zsav": (300, "near_duplicates", 300),
    "160_201_entrevistas_pegadas_dos_veces.zsav": (402, "near_duplicates", 402),
    "161_una_entrevista_copiada_19_veces.zsav": (300, "near_duplicates", 19),
    "161_una_entrevista_copiada_21_veces.zsav": (300, "near_duplicates", 21),
    "28_sav_municipios_etiqueta_contradice.sav": (60, "metadata.label_swapped", 2),
}


def study(folder: Path, name: str) -> None:
    """The project with that input as its wave."""
    delivery = CASES / "deliveries" / name
    if not delivery.is_file():
        pytest.skip("the shared cases are not here")
    write_study(folder, delivery, {})
    shutil.copytree(ROOT / "raw" / "population", folder / "raw" / "population")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_spoilt_is_refused_with_its_cause(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study(tmp_path, name)
    code, said = ingested(tmp_path, monkeypatch, WAVE)
    assert code == 1 and re.search(REFUSED[name], " ".join(said.split())), said
    assert not list((tmp_path / "processed").rglob("*.parquet"))


@pytest.mark.parametrize("name", SET_ASIDE)
def test_what_a_server_rejects_is_set_aside(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study(tmp_path, name)
    code, said = ingested(tmp_path, monkeypatch, WAVE)
    rows, apart, why = SET_ASIDE[name]
    assert code == 0 and f"{rows} rows = {rows - apart} accepted + {apart} quarantined" in said and why in said


def test_rows_that_the_header_does_not_count_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study(tmp_path, "23_sav_cabecera_dice_40_de_60.sav")
    code, said = ingested(tmp_path, monkeypatch, WAVE)
    assert code == 0 and "60 rows = 60 accepted" in said and "(header / read: 40 / 60)" in " ".join(said.split())


def failed(folder: Path, wave: str) -> dict[str, tuple[str, int]]:
    """Rule → severity and count of those that fail in the wave's verdict, which stops."""
    result = CliRunner().invoke(main, ["check", wave])
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit), result.exc_info
    rules = json.loads(load_study(folder).checks(wave).read_text(encoding="utf-8"))["rules"]
    return {rule["id"]: (rule["severity"], rule["count"]) for rule in rules if not rule["passed"]}


@pytest.mark.parametrize("name", STOPPED)
def test_copies_and_labels_that_contradict_stop(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study(tmp_path, name)
    assert ingested(tmp_path, monkeypatch, WAVE)[0] == 0
    rows, rule, count = STOPPED[name]
    assert load_delivery(load_study(tmp_path), WAVE).counts.accepted == rows
    assert failed(tmp_path, WAVE)[rule] == ("critical", count)


def test_last_quarter_s_file_with_other_folios_and_days_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = CASES / "make_repetida.py"
    if not script.is_file():
        pytest.skip("the shared cases are not here")
    make_study(tmp_path, (WAVE,))
    monkeypatch.chdir(tmp_path)
    later = "2013T3"
    params = load(tmp_path / "params.yaml")
    params["waves"][later] = {
        "edition": 9, "period": "septiembre de 2013", "fieldwork": {"start": "2013-09-02", "end": "2013-09-19"},
        "file": "repetida.sav",
    }  # fmt: skip
    dump(params, tmp_path / "params.yaml")
    asked = (tmp_path / "questionnaires" / f"{WAVE}.yaml").read_text(encoding="utf-8")
    (tmp_path / "questionnaires" / f"{later}.yaml").write_text(asked.replace(WAVE, later), encoding="utf-8")
    (tmp_path / "raw" / later).mkdir()
    monkeypatch.setattr(
        sys, "argv", [str(script), str(tmp_path / "raw" / WAVE), str(tmp_path / "raw" / later / "repetida.sav")]
    )
    runpy.run_path(str(script), run_name="__main__")
    for wave in (WAVE, later):
        assert ingested(tmp_path, monkeypatch, wave)[0] == 0
    rows = load_delivery(load_study(tmp_path), later).counts.accepted
    assert failed(tmp_path, later)["answers.before"] == ("critical", rows)
