"""The small inputs of ../shared/cases about dates, texts, headings and files: what its README says of each."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.bad_inputs.ingested import ingested, responses
from tests.bad_inputs.shared_cases import SHORT, WAVE, write_study

pytestmark = pytest.mark.slow

CP1252 = {"delivery.encoding": "cp1252"}
# File → what is said of it, and the key that then reads it; None where it is read as it came.
CASES: Mapping[str, tuple[str, Mapping[str, Any] | None]] = {
    "00_bueno.csv": (r"60 = 60|60 rows = 60 accepted", None),
    "100_multiple_bueno.csv": ("24 rows = 24 accepted", None),
    "01_qualtrics_tres_encabezados.csv": (r"headings were left out: 2, 3", None),
    "113b_cp850_solo_a_i.csv": (r"not certain \(the likeliest: cp850 / cp1252\); say delivery.encoding", None),
    "73_doble_utf8.csv": (r'UTF-8 written twice .*: delivery.mend: "utf-8" \(MUN\)', None),
    "14_ancho_cero_en_codigo.csv": (r"nobody sees were taken out: P1_1 \(<U\+200B>\)", None),
    "18_ctrl_z_final.csv": ("60 rows = 60 accepted", None),
    "122d_renglones_con_espacios.xlsx": ("60 rows = 60 accepted", None),
    "76c_si_nfd.csv": (r"accents apart.* P12(.|\n)*labels came instead of codes .* P12", None),
    "21c_sav_etiqueta_latin1.sav": (r'its header says \(UTF-8\); say delivery.encoding: "cp1252"', CP1252),
    "42_xlsx_estricto.xlsx": ("60 rows = 60 accepted", None),
    "46_xlsx_duracion_hora.xlsx": (
        r'is a time of hours, minutes and seconds; say delivery.columns.duracion_min.format: "hh:mm:ss"',
        {"delivery.columns.duracion_min": {"name": "DURACION", "format": "hh:mm:ss"}},
    ),
    "50_zip_de_mac.zip": ("60 rows = 60 accepted", None),
    "62d_dta_perdido_en_numero.dta": (
        r"one of Stata's kinds of missing; say .*delivery.blank", {"delivery.blank": [".b"]}
    ),
    "63_dta_fecha_sin_formato.dta": (
        r"read as Stata's .*: say delivery.columns.fecha.format: \"stata\"",
        {"delivery.columns.fecha": {"name": "FECHA", "format": "stata"}},
    ),
    "81_fecha_utc.csv": (r"turned into the study's before the day was cut: FECHA", None),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_gives_what_the_readme_says(
    name: str, cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    words, remedy = CASES[name]
    write_study(tmp_path, cases / name, {})
    code, said = ingested(tmp_path, monkeypatch, WAVE)
    assert re.search(words, said), said
    assert code == (0 if remedy is None else 1), said
    if remedy is not None:
        assert len([line for line in said.splitlines() if line.strip()]) == 1
        assert not list((tmp_path / "processed").rglob("*.parquet"))
        write_study(tmp_path, cases / name, remedy)
        code, said = ingested(tmp_path, monkeypatch, WAVE)
        assert code == 0, said
    rows = 24 if SHORT.match(name) else 60
    assert f"{rows} rows = {rows} accepted + 0 quarantined" in said


def test_what_is_read_is_what_the_sound_file_says(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """The days of 81 and of 63, the codes of 76c and the minutes of 46 are those of 00."""
    tables = {}
    for name in ("00_bueno.csv", "01_qualtrics_tres_encabezados.csv", "14_ancho_cero_en_codigo.csv", "76c_si_nfd.csv",
                 "81_fecha_utc.csv", "63_dta_fecha_sin_formato.dta", "46_xlsx_duracion_hora.xlsx",
                 "50_zip_de_mac.zip", "42_xlsx_estricto.xlsx", "73_doble_utf8.csv"):  # fmt: skip
        folder = tmp_path / name.partition("_")[0]
        write_study(folder, cases / name, CASES[name][1] or {})
        code, said = ingested(folder, monkeypatch, WAVE)
        assert code == 0, said
        tables[name] = responses(folder, WAVE).drop(columns="telefono")
    expected = tables.pop("00_bueno.csv")
    for name, table in tables.items():
        # In 76c one who gave no answer has one.
        differing = ["victima"] if name.startswith("76c") else []
        pd.testing.assert_frame_equal(
            table.drop(columns=differing).assign(duracion_min=table["duracion_min"].astype(float).round(1)),
            expected.drop(columns=differing).assign(
                duracion_min=expected["duracion_min"].astype(float).round(1)
            ), obj=name,
        )  # fmt: skip
