"""What a file's value labels say of its codes, and municipalities that it declares missing; each remedy is applied."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.label_words import initials_of, same_words
from pulsometro.ingest.reading import read
from pulsometro.questionnaire.model import Item
from tests.ingest import deliveries as d

WAVE = "2020T1"
SEX = Item("Sexo", "Sexo", codes={1: "hombre", 2: "mujer"})


def refusal(folder: Path, frame: pd.DataFrame, labels: dict, edit=str) -> str:
    study = d.write_study(folder, "a.sav", edit)
    d.write_sav(frame, study.raw(WAVE), {**d.LABELS, **labels})
    with pytest.raises(PulsoError) as told:
        read(study, WAVE)
    return str(told.value)


def accepted(folder: Path, frame: pd.DataFrame, labels: dict, edit=str) -> pd.DataFrame:
    study = d.write_study(folder, "a.sav", edit)
    d.write_sav(frame, study.raw(WAVE), {**d.LABELS, **labels})
    ingested = read(study, WAVE)
    assert not [x for x in ingested.differences if x.kind in ("label_differs", "label_swapped")]
    return ingested.responses


def remedied(message: str, name: str, column: str):
    said = re.search(rf"say delivery\.columns\.{name}: (\{{.*\}}) in", message)
    assert said is not None, message
    return lambda text: text.replace(f"    {name}: {column}\n", f"    {name}: {said[1]}\n")


# As Stata's encode numbers labels, from another list, and with a code for none.
CODES = {
    "sex from nought": ("sexo", "SEXO", {1: 0, 2: 1}, {0: "Hombre", 1: "Mujer"}),
    "sex by the alphabet, from three": ("sexo", "SEXO", {1: 4, 2: 3}, {3: "MUJER", 4: "HOMBRE"}),
    "trust by the alphabet": ("conf_a", "P1", {1: 1, 2: 0, 3: 5, 4: 2, 8: 4, 9: 3},
                              {0: "Algo", 1: "Mucha", 2: "Nada", 3: "NC", 4: "NS", 5: "Poca"}),
}  # fmt: skip


@pytest.mark.parametrize("case", CODES)
def test_labels_say_what_unknown_codes_are(case: str, tmp_path: Path) -> None:
    name, column, codes, labels = CODES[case]
    frame = d.good()
    wanted = frame[column].tolist()
    frame[column] = frame[column].map(codes)
    message = refusal(tmp_path, frame, {column: labels})
    assert "the file's own labels say what each of its codes is" in message
    found = accepted(tmp_path, frame, {column: labels}, remedied(message, name, column))
    assert found[name].tolist() == wanted


def test_labels_say_which_municipality_a_number_is(tmp_path: Path) -> None:
    frame = d.good().assign(MUN=[1.0 + k % 2 for k in range(60)])
    labels = {"MUN": {1: "Mpio. de Río Alto", 2: "SAN ANGEL"}}
    message = refusal(tmp_path, frame, labels)
    assert "aliases" not in message
    found = accepted(tmp_path, frame, labels, remedied(message, "municipio", "MUN"))
    assert found["municipio"].tolist() == ["01001", "01002"] * 30


def test_where_labels_leave_a_code_unsaid_nothing_is_proposed(tmp_path: Path) -> None:
    frame = d.good()
    frame.loc[0, "SEXO"] = 3
    assert "own labels" not in refusal(tmp_path, frame, {})
    assert "own labels" not in refusal(tmp_path, frame, {"SEXO": {1: "Hombre", 2: "Mujer", 3: "Otro"}})


@pytest.mark.parametrize("missing", [[1002], [{"lo": 1002, "hi": 9999}]])
def test_a_municipality_declared_missing_is_a_difference(missing: list, tmp_path: Path) -> None:
    frame = d.good().assign(MUN=[1001.0 + k % 2 for k in range(60)])
    study = d.write_study(tmp_path, "a.sav")
    import pyreadstat

    for ranges, found in ((missing, [("1002", "San Ángel de la Peña")]), ([9999], [])):
        pyreadstat.write_sav(frame, str(study.raw(WAVE)), missing_ranges={"MUN": ranges})
        told = [x for x in read(study, WAVE).differences if x.kind == "user_missing" and x.item == "municipio"]
        assert [(x.code, x.expected) for x in told] == found


@pytest.mark.parametrize(
    ("labels", "kinds"),
    [({1: "Male", 2: "Female"}, set()), ({1: "Female", 2: "Male"}, {"label_swapped"}), ({1: "H", 2: "M"}, set()),
     ({1: "M", 2: "H"}, {"label_swapped"}), ({1: "Femenino", 2: "Masculino"}, {"label_swapped"}),
     ({1: "Uno", 2: "Dos"}, {"label_differs"})],
)  # fmt: skip
def test_labels_in_other_words_are_compared_by_what_they_mean(labels: dict, kinds: set, tmp_path: Path) -> None:
    study = d.write_study(tmp_path, "a.sav")
    d.write_sav(d.good(), study.raw(WAVE), {**d.LABELS, "SEXO": labels})
    assert {x.kind for x in read(study, WAVE).differences if x.item == "sexo"} == kinds


def test_initials_count_only_where_every_answer_is_one() -> None:
    assert initials_of({1: "M", 2: "F"}, SEX) == {}
    assert initials_of({1: "M", 2: "H"}, SEX) == {"h": "hombre", "m": "mujer"}
    assert not same_words("mujer", "hombre") and same_words("Sí", "si")


def test_folios_that_single_precision_made_equal_say_so(tmp_path: Path) -> None:
    whole = [20130000001 + k for k in range(60)]
    frame = d.good().assign(FOLIO=[int(np.float32(number)) for number in whole])
    with pytest.raises(PulsoError, match=r"single precision.*ask for the file with the folio's column as text"):
        read(d.prepared(tmp_path, frame), WAVE)
    assert read(d.prepared(tmp_path, frame.assign(FOLIO=[f"F-{k}" for k in whole])), WAVE).counts.accepted == 60


def test_folios_by_hundreds_that_are_repeated_are_no_rounded_ones(tmp_path: Path) -> None:
    folios = [20130100 + 100 * max(k, 1) for k in range(60)]
    with pytest.raises(PulsoError) as told:
        read(d.prepared(tmp_path, d.good().assign(FOLIO=folios)), WAVE)
    assert "in rows 2, 3" in str(told.value)


def test_a_file_pasted_twice_is_no_column_of_anothers(tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match=r"is in rows 2, 62 \(59 more repeated\)"):
        read(d.prepared(tmp_path, pd.concat([d.good(), d.good()], ignore_index=True)), WAVE)
