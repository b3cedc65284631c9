"""Quarantine, arithmetic, metadata differences, multiple answers, call attempts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.common.discretion import simple
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_record
from pulsometro.ingest.delivery_record import Counts, Difference
from pulsometro.ingest.harmonise.areas import alias_table
from pulsometro.ingest.quarantine import refuse_lost
from pulsometro.ingest.reading import read
from pulsometro.ingest.stage import run
from pulsometro.study import Place
from tests.ingest import deliveries as d

WAVE = "2020T1"


def test_rows_in_equal_accepted_plus_quarantined_with_a_reason_each(tmp_path: Path) -> None:
    frame = d.good()
    frame.loc[4, "EDAD"] = 140
    frame = frame.astype({"SEXO": "Int64"})
    frame.loc[9, "SEXO"] = pd.NA
    skipped = frame.index[frame["P5"] == 2][0]
    frame.loc[skipped, "P5A"] = 1
    study = d.prepared(tmp_path, frame)
    said = run(study, WAVE)
    quarantine = pd.read_parquet(study.processed(WAVE, "quarantine.parquet"))
    expected = {(6, "edad", "out_of_range"), (11, "sexo", "required_missing"),
                (skipped + 2, "denuncia", "skip_violation")}  # fmt: skip
    assert set(quarantine[["row", "item", "reason"]].itertuples(index=False, name=None)) == expected
    rows = quarantine["row"].nunique()
    assert f"60 rows = {60 - rows} accepted + {rows} quarantined" in said
    accepted = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    assert set(accepted["folio"]) | set(quarantine["folio"]) == set(frame["FOLIO"])


def test_counts_that_do_not_add_up_are_an_error() -> None:
    with pytest.raises(PulsoError, match="lost rows"):
        refuse_lost(Counts(10, 8, 1, {}, {}))


def test_a_producers_file_may_keep_answers_at_skips(tmp_path: Path) -> None:
    frame = d.good()
    skipped = frame.index[frame["P5"] == 2][:3]
    frame.loc[skipped, "P5A"] = 1
    study = d.prepared(
        tmp_path, frame, lambda text: text.replace("  respondent: FOLIO", "  respondent: FOLIO\n  skips: keep")
    )
    run(study, WAVE)
    assert read_record(study.processed(WAVE, "delivery.json"))["skips_kept"] == {"denuncia": 3}
    assert len(pd.read_parquet(study.processed(WAVE, "quarantine.parquet"))) == 0


def test_labels_are_compared_one_by_one(tmp_path: Path) -> None:
    labels = {k: dict(v) for k, v in d.LABELS.items()}
    labels["P1"][3] = "Pocka"
    labels["P2"][1], labels["P2"][2] = "Algo", "Mucha"
    labels["P4"][7] = "Regular"
    del labels["P5"][2]
    study = d.write_study(tmp_path, "a.sav")
    d.write_sav(d.good(), study.raw(WAVE), labels)
    found = {(x.kind, x.column, x.code) for x in read(study, WAVE).differences if x.kind != "type"}
    assert found == {
        ("label_differs", "P1", "3"), ("label_swapped", "P2", "1"), ("label_swapped", "P2", "2"),
        ("label_without_code", "P4", "7"), ("code_without_label", "P5", "2"), ("not_asked", "OTRA", ""),
    }  # fmt: skip


def test_good_labels_differ_in_nothing(tmp_path: Path) -> None:
    study = d.write_study(tmp_path, "a.sav")
    d.write_sav(d.good(), study.raw(WAVE))
    kinds = {difference.kind for difference in read(study, WAVE).differences}
    assert kinds == {"not_asked", "type"}


def test_asked_but_not_delivered_is_declared(tmp_path: Path) -> None:
    study = d.prepared(
        tmp_path, d.good().drop(columns="P4"),
        lambda text: text.replace("  respondent: FOLIO", "  respondent: FOLIO\n  not_delivered: [conf_d]"),
    )  # fmt: skip
    ingested = read(study, WAVE)
    assert ingested.responses["conf_d"].isna().all()
    assert Difference("not_delivered", "", "conf_d", "", "", "D") in ingested.differences


MULTIPLE = """
  medio_radio: {text: Radio, label: Radio, codes: {1: sí, 2: no}}
  medio_diario: {text: Diario, label: Diario, codes: {1: sí, 2: no}}
  otro_medio: {text: "Otro, ¿cuál?", label: Otro, kind: text}
delivery:"""


@pytest.mark.parametrize(
    ("columns", "crosswalk"),
    [
        ({"M": ["1 3", "3", "", "1"] * 15}, ("M, option: '1'", "M, option: '3'")),
        (
            {"M1": [1, 3, None, 1] * 15, "M2": [3, None, None, None] * 15},
            ("M1, more: [M2], option: '1'", "M1, more: [M2], option: '3'"),
        ),
    ],
)
def test_multiple_answers_become_one_item_an_option(
    tmp_path: Path, columns: dict[str, list[object]], crosswalk: tuple[str, str]
) -> None:
    frame = d.good().assign(**columns, M_OTRO=["boca en boca", "", "", " "] * 15)
    text = d.QUESTIONNAIRE.replace("\ndelivery:", MULTIPLE) + (
        f"    medio_radio: {{name: {crosswalk[0]}}}\n"
        f"    medio_diario: {{name: {crosswalk[1]}}}\n"
        "    otro_medio: M_OTRO\n"
    )
    result = read(d.prepared(tmp_path, frame, lambda _: text), WAVE).responses
    assert result["medio_radio"].tolist()[:2] == [1, 2]
    assert result["medio_diario"].tolist()[:2] == [1, 1]
    assert pd.isna(result["medio_radio"][2])
    assert result["otro_medio"].notna().sum() == 15


def test_excel_serials_and_local_dates(tmp_path: Path) -> None:
    frame = d.good()
    days = pd.to_datetime(frame["FECHA"])
    serial = frame.assign(FECHA=(days - pd.Timestamp("1899-12-30")).dt.days)
    local = frame.assign(FECHA=days.dt.strftime("%d/%m/%Y"))
    for name, table, format_ in (("serial", serial, "excel"), ("local", local, "'%d/%m/%Y'")):
        study = d.prepared(
            tmp_path / name,
            table,
            lambda t, f=format_: t.replace("fecha: FECHA", f"fecha: {{name: FECHA, format: {f}}}"),
        )
        assert read(study, WAVE).responses["fecha"].tolist() == frame["FECHA"].tolist()


def test_area_names_resolve_without_guessing() -> None:
    areas = alias_table(
        (Place("01001", "Río Alto", "Río", (0, 0), ("R. Alto",)), Place("01002", "Peña", "Peña", (0, 0)))
    )
    for text in ("01001", "1001", " RIO  ALTO ", "r alto", "Río"):
        assert areas.resolve(text) == "01001"
    assert areas.resolve("Rio Alta") is None
    assert areas.nearest("Rio Alta") == "Río Alto"
    assert simple("Gral.  Escóbedo ") == "gral escobedo"


def test_two_municipalities_cannot_share_a_spelling() -> None:
    with pytest.raises(PulsoError, match="stands for 1 and 2"):
        alias_table((Place("1", "A", "A", (0, 0), ("x",)), Place("2", "B", "B", (0, 0), ("X",))))


def _with_attempts(folder: Path, attempts: pd.DataFrame):
    study = d.prepared(folder)
    params = (folder / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(
        params.replace('file: "datos.csv"', 'file: "datos.csv"\n    attempts: "llamadas.csv"'), encoding="utf-8"
    )
    attempts.to_csv(folder / "raw" / WAVE / "llamadas.csv", index=False)
    return d.load_study(study.root)


def test_call_attempts_keep_opaque_ids(tmp_path: Path) -> None:
    attempts = pd.DataFrame(
        {"municipio": ["Rio Alto", "San Angel"] * 5, "id": [f"0{k}" for k in range(10)], "intento": np.arange(10),
         "disposicion": ["1.1", "3.13"] * 5}
    )  # fmt: skip
    study = _with_attempts(tmp_path, attempts)
    run(study, WAVE)
    table = pd.read_parquet(study.processed(WAVE, "attempts.parquet"))
    assert table["municipio"].tolist()[:2] == ["01001", "01002"]
    assert table["id"].tolist()[0] == "00"
    assert table["disposicion"].tolist()[1] == "3.13"
    assert str(table["intento"].dtype) == "Int64"


def test_call_attempts_with_telephones_are_refused(tmp_path: Path) -> None:
    attempts = pd.DataFrame({"id": [8112345678 + k for k in range(10)], "intento": range(10)})
    study = _with_attempts(tmp_path, attempts)
    with pytest.raises(PulsoError, match="look like telephone numbers"):
        run(study, WAVE)
    assert not study.processed(WAVE, "responses.parquet").exists()


def _area_labels(folder: Path, labels: dict[int, str]) -> set[tuple[str, str, str, str]]:
    frame = d.good().assign(MUN=[1001.0 + k % 2 for k in range(60)])
    study = d.write_study(folder, "a.sav")
    d.write_sav(frame, study.raw(WAVE), {**d.LABELS, "MUN": labels})
    found = read(study, WAVE).differences
    return {(x.kind, x.code, x.delivered, x.expected) for x in found if x.item == "municipio" and x.kind != "type"}


def test_labels_of_municipalities_that_contradict_their_codes_are_named(tmp_path: Path) -> None:
    found = _area_labels(tmp_path, {1001: "San Ángel", 1002: "Río Alto"})
    assert found == {
        ("label_swapped", "1001", "San Ángel", "Río Alto"),
        ("label_swapped", "1002", "Río Alto", "San Ángel de la Peña"),
    }


@pytest.mark.parametrize(
    "labels",
    [{1001: "RIO ALTO", 1002: "san angel de la pena"}, {1001: "R. Alto", 1002: "San Ángel"},
     {1001: "Municipio de Río Alto, N. L.", 1002: "1002 San Ángel de la Peña"}, {1001: "1001", 1002: ""},
     {1001: "Rio Alto", 1002: "San Angel", 1003: "Otro Municipio", 9999: "No especificado"}],
)  # fmt: skip
def test_labels_of_municipalities_are_compared_as_municipalities_are(labels: dict[int, str], tmp_path: Path) -> None:
    assert _area_labels(tmp_path, labels) == set()


def test_a_label_that_names_no_municipality_of_the_study_differs(tmp_path: Path) -> None:
    found = _area_labels(tmp_path, {1001: "Villa Nueva", 1002: "San Ángel"})
    assert [(kind, code) for kind, code, _, _ in found] == [("label_differs", "1001")]


def test_numbered_labels_are_the_questionnaires_and_a_number_labelled_no_sabe_is_told(tmp_path: Path) -> None:
    labels = {k: {code: f"{code}. {label}" for code, label in v.items()} for k, v in d.LABELS.items()}
    labels["EDAD"] = {97: "97 años y más", 998: "No sabe", 88: "NS"}
    study = d.write_study(tmp_path, "a.sav")
    d.write_sav(d.good(), study.raw(WAVE), labels)
    found = {(x.kind, x.item, x.code) for x in read(study, WAVE).differences if x.kind not in {"type", "not_asked"}}
    assert found == {("label_without_code", "edad", "88")}


def test_a_word_for_blank_in_the_call_attempts_is_declared(tmp_path: Path) -> None:
    attempts = pd.DataFrame({"id": [f"0{k}" for k in range(10)], "intento": ["NA", *range(9)]})
    study = _with_attempts(tmp_path, attempts)
    with pytest.raises(PulsoError, match=r'column intento, row 2: a word for no answer; say attempts\.blank: \["NA"\]'):
        run(study, WAVE)
    path = tmp_path / "questionnaires" / f"{WAVE}.yaml"
    path.write_text(path.read_text(encoding="utf-8") + 'attempts: {blank: ["NA"]}\n', encoding="utf-8")
    run(d.load_study(study.root), WAVE)
    table = pd.read_parquet(study.processed(WAVE, "attempts.parquet"))
    assert str(table["intento"].dtype) == "Int64" and table["intento"].isna().sum() == 1
