"""The small inputs of ../shared/cases about codes, numbers and words for blank: what its README says of each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.bad_inputs.ingested import ingested, responses
from tests.bad_inputs.shared_cases import WAVE, write_study

pytestmark = pytest.mark.slow

MEDIA = ("medio_radio", "medio_tv", "medio_red")
M = "delivery.columns."
LABELS = ("Radio", "Televisión", "Redes sociales")
NONE = "is none of the options of its column"


@dataclass(frozen=True)
class Shared:
    """``said``: by ingest as the file came; ``mend``: keys that then read it; ``then``: item → its values' counts, how
    many rows of each; ``before``: keys from the start."""

    said: str
    mend: Mapping[str, Any] = field(default_factory=dict)
    then: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)


def option(number: int, **more: Any) -> dict[str, Any]:
    """The column of one of the three options."""
    return {"name": "M", "option": str(number), **more}


SEPARATE = {
    f"{M}{item}": {"name": f"M{k}", "more": [f"M{n}" for n in (1, 2, 3) if n != k], "option": str(k)}
    for k, item in enumerate(MEDIA, 1)
}
SKIPPED = {
    "items.v": {"text": "V", "label": "V", "codes": {1: "sí", 2: "no"}}, f"{M}v": "V",
    **{f"items.{item}.ask_if": "v == 1" for item in MEDIA},
    **{f"items.{item}.missing": {7: "no_aplica", 8: "no_sabe", 9: "no_contesta"} for item in MEDIA},
    **{f"{M}{item}": {"name": f"M{k}", "codes": {"1": 1, "0": 2}} for k, item in enumerate(MEDIA, 1)},
}  # fmt: skip
WORD = "is a word for no answer; say delivery.blank: "
ANSWERS = {"medio_radio": {1: 12, 2: 12}, "medio_tv": {1: 12, 2: 12}, "medio_red": {1: 12, 2: 12}}
SKIPS = {"denuncia": {7: 45}}
CASES: Mapping[str, Shared] = {
    "03_NA_de_R.csv": Shared(rf"'NA' {WORD}\[\"NA\"\]", {"delivery.blank": ["NA"]}, SKIPS),
    "04_NULL_de_SPSS.csv": Shared(rf"'#NULL!' {WORD}", {"delivery.blank": ["#NULL!"]}, SKIPS),
    "05_NULL_de_SPSS.xlsx": Shared(
        r"the cell holds the error #NULL!; .* say delivery\.blank: \[\"#NULL!\"\]",
        {"delivery.blank": ["#NULL!"]},
        SKIPS,
    ),
    "07_miles_en_entero.csv": Shared(
        r"column S3 \(item anios_municipio\), row 5: .*delivery\.thousands: \",\"", {"delivery.thousands": ","}
    ),
    "09_miles_con_punto_en_numero.csv": Shared(
        r"column DURACION: .*delivery\.thousands: \"\.\" or delivery\.decimal: \"\.\"", {"delivery.thousands": "."}
    ),
    "112b_cientifico_en_entero.csv": Shared(r"column GAS \(item gasto\), 6 rows .*rounded it; .*delivery\.thousands"),
    "101_multiple_opcion_desconocida.csv": Shared(
        rf"column M \(item medio_radio\), 12 rows \(3, 5, 7 …\): '7' {NONE}",
        {f"{M}medio_radio": option(1, others=["7"])},
        {"medio_radio": {1: 12, 2: 12}, "medio_tv": {1: 6, 2: 18}, "medio_red": {2: 24}},
    ),
    "102_multiple_no_sabe.csv": Shared(
        rf"'9[89]' {NONE}",
        {f"{M}medio_radio": option(1, codes={"98": 8, "99": 9})},
        {"medio_radio": {1: 12, 8: 6, 9: 6}, "medio_tv": {1: 6, 2: 6, 8: 6, 9: 6}, "medio_red": {2: 12, 8: 6, 9: 6}},
    ),
    "103_multiple_barra.csv": Shared(
        r"'1\|2' is a list that '\|' divides, .*medio_radio\.separator: \"\|\"",
        {f"{M}medio_tv": option(2, separator="|")},
        ANSWERS,
    ),
    "105_multiple_etiquetas.csv": Shared(
        rf"'Radio' {NONE}; .*labels of its item.*separator of medio_radio",
        {f"{M}{item}": option(k, labels=[LABELS[k - 1]], separator=",") for k, item in enumerate(MEDIA, 1)},
        ANSWERS,
    ),
    "109b_multiple_columna_por_opcion.csv": Shared(
        rf"column M1 \(item medio_radio\), 12 rows .*'Radio' {NONE}",
        {key: {**column, "labels": [LABELS[k]]} for k, (key, column) in enumerate(SEPARATE.items())},
        {"medio_radio": {1: 12, 2: 12}, "medio_tv": {1: 12, 2: 12}, "medio_red": {2: 24}},
        SEPARATE,
    ),
    "111b_ingreso_no_contesta_con_rango.csv": Shared(
        "24 rows = 24 accepted", {}, {"ingreso": {999999.0: 6}}, {"items.ingreso.range": [0, 200000]}
    ),
    "120d_parquet_indice.parquet": Shared("60 rows = 60 accepted"),
    "122d_renglones_con_espacios.xlsx": Shared("60 rows = 60 accepted"),
    "18_ctrl_z_final.csv": Shared("60 rows = 60 accepted"),
    "130b_multiple_saltada_con_ceros.csv": Shared(
        r"column M1 \(item medio_radio\), 12 rows .*'0' stands where the questionnaire skips \(and so in 2 more"
        r" columns\).*delivery\.skipped_as: \[\"0\"\]",
        {"delivery.skipped_as": ["0"]},
        {"medio_radio": {1: 12, 7: 12}, "medio_red": {2: 12, 7: 12}},
        SKIPPED,
    ),
    "17_renglones_vacios_y_error_en_linea_41.csv": Shared("60 rows = 59 accepted"),
    "62d_dta_perdido_en_numero.dta": Shared(
        r"column DURACION \(item duracion_min\), 2 rows \(4, 6\): '\.b' is one of Stata's kinds of missing",
        {"delivery.blank": [".b"]},
    ),
    "86c_menos_99_en_entero.csv": Shared(
        r"column F1 .* 2 rows \(5, 11\): '-99' is no answer but a code for none.*items\.adultos_hogar\.missing or "
        r"delivery\.columns\.adultos_hogar\.codes",
        {f"{M}adultos_hogar": {"name": "F1", "codes": {"-99": 99}}},
        {"adultos_hogar": {99: 2}},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_the_readme_says(name: str, cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    write_study(tmp_path, cases / name, case.before)
    code, said = ingested(tmp_path, monkeypatch, WAVE)
    assert re.search(case.said, said), said
    folder = tmp_path / "processed" / WAVE / "ingest"
    if code:
        assert len(said.splitlines()) == 1
        assert [path.name for path in folder.iterdir()] == ["withheld.json"]
    if not case.mend:
        assert bool(code) == ("accepted" not in case.said)
    else:
        assert code == 1
        write_study(tmp_path, cases / name, {**case.before, **case.mend})
        code, said = ingested(tmp_path, monkeypatch, WAVE)
        delivered, accepted = re.findall(r"(\d+) rows = (\d+) accepted \+ ", said)[0]
        # Case 07 and 09: what was thousands is out of range, or is a long interview; it is read exactly all the same.
        assert code == 0 and int(delivered) - int(accepted) <= 1, said
    if code == 0:
        made = responses(tmp_path, WAVE)
        for item, counts in case.then.items():
            found = made[item].value_counts().to_dict()
            assert counts.items() <= found.items(), (item, found)


def test_the_line_of_a_value_that_is_set_aside(cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "17_renglones_vacios_y_error_en_linea_41.csv"
    write_study(tmp_path, cases / name, {})
    assert ingested(tmp_path, monkeypatch, WAVE)[0] == 0
    quarantine = pd.read_parquet(tmp_path / "processed" / WAVE / "ingest" / "quarantine.parquet")
    assert quarantine["row"].tolist() == [41]
