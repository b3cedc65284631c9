"""Telephones: one code a number, nobody gets a number back, and none stands where others are read."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsometro.common.discretion import shape
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.attempts import read_attempts
from pulsometro.ingest.harmonise.areas import alias_table
from pulsometro.ingest.harmonise.crosswalk import harmonised, plan
from pulsometro.ingest.harmonise.numerals import Marks
from pulsometro.ingest.harmonise.telephones import DEMONSTRATION_KEY, fingerprint, keyed, number, ranked
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.ingest.stage import run
from pulsometro.study import Study, load_study
from tests.ingest import deliveries as d

WAVE = "2020T1"
KEY = bytes(range(32))


def _responses(study: Study, key: bytes | None) -> pd.DataFrame:
    """The wave's delivery through the crosswalk alone."""
    questionnaire, path = study.questionnaire(WAVE), study.raw(WAVE)
    reading = plan(questionnaire, study.params.check.roles.items)
    delivered = read_delivery(path, questionnaire.delivery, lambda _: reading.columns)
    areas = alias_table(study.places)
    return harmonised(delivered, questionnaire, reading, areas, path, "telefono", Marks(), key=key)[0]


# One number, however it is written

WRITINGS = [
    "8112345678", "81-1234-5678", "+52 81 1234 5678", "(81) 1234 5678", "52 81 12 34 56 78", "+521 8112345678",
    "01 81 1234 5678", "044 81 1234 5678", "0458112345678", "00 52 8112345678", "8112345678.0", "8112345678,00",
    "8.112345678E+09", " 81.12.34.56.78 ", "tel. 8112345678",
    "\uff18\uff11\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
]  # fmt: skip


@pytest.mark.parametrize("text", WRITINGS)
def test_a_number_has_one_code_however_it_is_written(text: str) -> None:
    assert number(text) == "8112345678"


def test_numbers_of_any_type_have_the_same_code() -> None:
    columns = [pd.Series([8112345678]), pd.Series([8112345678.0]), pd.Series([8112345678], dtype="Int64")]
    columns += [pd.Series(["8112345678"], dtype="string"), pd.Series([8112345678.0], dtype="Float64")]
    assert len({keyed(column, KEY)[0] for column in columns}) == 1


def test_what_is_no_number_is_kept_apart() -> None:
    texts = ["no dio", "NO DIO", "no tiene", "12345678", "8112345678", "81123456789", "5212345678"]
    found = [number(text) for text in texts]
    assert found == ["no dio", "no dio", "no tiene", "12345678", "8112345678", "81123456789", "5212345678"]


NUMBERS = st.from_regex(r"[2-9][0-9]{9}", fullmatch=True)
MARKS = st.lists(st.sampled_from(["", " ", "-", ".", "(", ") ", "\u00a0"]), min_size=10, max_size=10)


@given(NUMBERS, st.sampled_from(["", "+52", "+521", "01 ", "044-", "045", "52 ", "0052"]), MARKS)
def test_marks_and_prefixes_change_nothing(digits: str, prefix: str, marks: list[str]) -> None:
    written = prefix + "".join(mark + digit for mark, digit in zip(marks, digits, strict=True))
    assert number(written) == digits
    assert number(f"{digits}.0") == digits


@given(st.text())
def test_any_text_has_a_code_and_its_number_is_its_own(text: str) -> None:
    assert number(number(text)) == number(text)
    assert len(keyed(pd.Series([text]), KEY)[0]) == 16


@given(st.lists(st.none() | NUMBERS, min_size=1, max_size=30))
def test_codes_and_ranks_are_alike_where_the_numbers_are(numbers: list[str | None]) -> None:
    column = pd.Series(pd.array(numbers, dtype="string"), index=range(2, len(numbers) + 2), name="telefono")
    for coded in (keyed(column, KEY), ranked(column, WAVE)):
        assert coded.isna().tolist() == column.isna().tolist()
        assert coded.duplicated(keep=False).tolist() == column.duplicated(keep=False).tolist()
        assert coded.index.equals(column.index)
        assert str(coded.dtype) == "string"


def test_ranks_of_two_waves_are_never_the_same() -> None:
    column = pd.Series(["8112345678", "8187654321"], dtype="string")
    assert not set(ranked(column, "2020T1")) & set(ranked(column, "2020T2"))


@pytest.mark.parametrize("key", [b"", b"secret", bytes(31), bytes(64)])
def test_a_key_that_could_be_guessed_is_no_key(key: bytes) -> None:
    with pytest.raises(ValueError, match="a key has 32 bytes"):
        keyed(pd.Series(["8112345678"]), key)


# Nobody gets a number back


def _guesses(telephone: str, told: bytes) -> Iterator[bytes]:
    """What somebody who has the files and the program, but not the key, can make of a telephone."""
    for text in (telephone, f"+52{telephone}", f"{telephone}.0", f"telephone {telephone}", f"fingerprint {telephone}"):
        plain = text.encode()
        yield plain
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s", "sha3_256"):
            yield hashlib.new(name, plain).digest()
        yield hashlib.blake2b(plain, digest_size=8).digest()
        for key in (b"", bytes(32), DEMONSTRATION_KEY, told, told.ljust(32, b"\0")):
            yield hmac.digest(key, plain, "sha256")


def _recovered(held: set[str], telephones: pd.Series, told: bytes = b"") -> set[str]:
    """True telephones that can be told from texts: trying every number of the area would find no other."""
    cut = held | {text[:16] for text in held}
    found = set()
    for telephone in telephones:
        tried = {guess.hex()[:16] for guess in _guesses(telephone, told)} | {telephone}
        if tried & cut or any(telephone in text for text in held):
            found.add(telephone)
    return found


def _texts(table: pd.DataFrame) -> set[str]:
    return {str(value) for column in table for value in table[column].dropna()}


@pytest.mark.parametrize("key", [KEY, None])
def test_no_telephone_can_be_had_back_without_the_key(key: bytes | None, tmp_path: Path) -> None:
    telephones = d.good()["TEL"]
    responses = _responses(d.prepared(tmp_path), key)
    assert _recovered(_texts(responses), telephones, bytes.fromhex(fingerprint(KEY))) == set()
    assert responses["telefono"].nunique() == len(telephones)


def test_the_attack_finds_what_can_be_found(tmp_path: Path) -> None:
    """Old hashes, the demonstration key's codes and plain numbers: that it finds none elsewhere means something."""
    telephones = d.good()["TEL"]
    old = {hashlib.blake2b(text.encode(), digest_size=8).hexdigest() for text in telephones}
    assert _recovered(old, telephones) == set(telephones)
    assert _recovered(set("tel " + telephones), telephones) == set(telephones)
    responses = _responses(d.prepared(tmp_path), DEMONSTRATION_KEY)
    assert _recovered(_texts(responses), telephones) == set(telephones)


def test_nothing_that_ingest_writes_or_says_holds_a_telephone(tmp_path: Path) -> None:
    frame = d.good()
    frame.loc[4, "EDAD"], frame.loc[5, "TEL"] = 140, "+52 (81) 8765-4321"
    study = d.prepared(tmp_path, frame)
    held = {run(study, WAVE)}
    for path in (tmp_path / "processed").rglob("*.*"):
        held |= _texts(pd.read_parquet(path)) if path.suffix == ".parquet" else {path.read_text(encoding="utf-8")}
    assert any("out_of_range" in text for text in held)
    assert _recovered(held, pd.Series([*frame["TEL"], "8187654321"])) == set()


def test_a_number_written_in_two_ways_is_one_telephone_of_the_wave(tmp_path: Path) -> None:
    frame = d.good()
    frame.loc[7, "TEL"] = "+52 " + frame.loc[3, "TEL"]
    responses = _responses(d.prepared(tmp_path, frame), KEY)
    assert responses["telefono"].duplicated(keep=False).to_numpy().nonzero()[0].tolist() == [3, 7]


# Telephones where others are read


def _told(folder: Path, frame: pd.DataFrame, edit: Callable[[str], str] = str) -> str:
    with pytest.raises(PulsoError) as told:
        _responses(d.prepared(folder, frame, edit), KEY)
    assert "\n" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(
    ("folio", "telephone", "verb"),
    [
        ("8112345678", "8112345678", "is"),
        ("81-1234-5678", "8112345678", "is"),
        ("+52 81 1234 5678", "8112345678", "is"),
        ("8112345678", "044 81 1234 5678", "is"),
        ("8112345678", "8112345678.0", "is"),
        ("MTY-8112345678", "8112345678", "is"),
        ("2020-81-1234-5678-1", "8112345678", "holds"),
        ("12345678", "8112345678", "holds"),
        ("8112345678", "8112345678 ext 12", "holds"),
        ("1234567", "123 45 67", "is"),
    ],
)
def test_a_folio_that_is_or_holds_the_telephone_is_refused(
    folio: str, telephone: str, verb: str, tmp_path: Path
) -> None:
    frame = d.good()
    frame.loc[4, "FOLIO"], frame.loc[4, "TEL"] = folio, telephone
    told = _told(tmp_path, frame)
    assert f"row 6: the folio {verb} the telephone number (in 1 rows)" in told
    assert "1234" not in told


def test_folios_and_telephones_exchanged_are_refused(tmp_path: Path) -> None:
    frame = d.good().rename(columns={"FOLIO": "TEL", "TEL": "FOLIO"})
    assert "row 2: the folios look like telephone numbers" in _told(tmp_path, frame)


@pytest.mark.parametrize(
    "folios",
    [[f"20130{k:05d}" for k in range(60)], [f"2020T1-{k:05d}" for k in range(60)], [str(k) for k in range(60)]],
)
@pytest.mark.parametrize("telephones", [None, [f"N{k:06d}" for k in range(60)], [""] * 60])
def test_folios_of_the_firms_own_are_no_telephones(
    folios: list[str], telephones: list[str] | None, tmp_path: Path
) -> None:
    frame = d.good().assign(FOLIO=folios)
    frame = frame if telephones is None else frame.assign(TEL=telephones)
    assert _responses(d.prepared(tmp_path, frame), KEY)["folio"].tolist() == folios


OTHER = '  otro: {text: "Otro, ¿cuál?", label: Otro, kind: text}\ndelivery:'


def test_the_interviews_telephone_in_another_text_is_refused(tmp_path: Path) -> None:
    frame = d.good().assign(OTRO=["patrulla 8187654321"] + ["nada"] * 59)
    frame.loc[9, "OTRO"] = f"llámeme al {frame.loc[9, 'TEL']}"
    text = d.QUESTIONNAIRE.replace("delivery:", OTHER) + "    otro: OTRO\n"
    told = _told(tmp_path, frame, lambda _: text)
    assert "row 11: the text of item otro holds the interview's telephone number (in 1 rows)" in told
    assert frame.loc[9, "TEL"] not in told


# Names and telephones in refusals


@pytest.mark.parametrize("value", ["+52 8112345678", "81 1234 5678", "Juan Pérez López", "María de la Luz"])
@pytest.mark.parametrize("column", ["P1", "EDAD", "MUN"])
def test_a_name_or_telephone_in_another_column_is_not_printed(column: str, value: str, tmp_path: Path) -> None:
    frame = d.good().astype({column: object})
    frame.loc[4, column] = value
    told = _told(tmp_path, frame)
    assert f"row 6: {shape(value)} is" in told
    assert not any(word in told for word in value.split() if len(word) > 2)


@pytest.mark.parametrize(
    ("column", "value"),
    [("P1", "77"), ("P1", "Muchas"), ("P1", "muchas y"), ("EDAD", "40.5"), ("MUN", "Sn Angel de la P.")],
)
def test_a_misspelt_label_or_place_is_printed(column: str, value: str, tmp_path: Path) -> None:
    frame = d.good().astype({column: object})
    frame.loc[4, column] = value
    assert f"row 6: '{value}' is" in _told(tmp_path, frame)


# A column moved, or left empty


def _csv(study: Study, frame: pd.DataFrame) -> None:
    d.write_csv(frame, study.raw(WAVE))


def _dialled(rows: int) -> pd.Series:
    """Numbers of the city that do not count up."""
    return pd.Series([f"81{(i * 7_919_317) % 90_000_000 + 10_000_000}" for i in range(rows)])


@pytest.mark.parametrize("kind", ["the telephone left empty", "moved by a row"])
def test_folios_that_are_telephones_are_refused_without_showing_one(kind: str, tmp_path: Path) -> None:
    study, frame = d.prepared(tmp_path), d.good()
    numbers = _dialled(len(frame))
    frame["FOLIO"] = numbers.to_numpy()
    empty = kind == "the telephone left empty"
    frame["TEL"] = "" if empty else numbers.shift(1, fill_value="8199999999").to_numpy()
    _csv(study, frame)
    message = "the folios look like telephone numbers" if empty else "is the telephone number of another row"
    with pytest.raises(PulsoError, match=message) as caught:
        run(study, WAVE)
    told = str(caught.value) + (study.processed(WAVE, "ingest") / "withheld.json").read_text(encoding="utf-8")
    assert not [number for number in numbers if number in told]


@pytest.mark.parametrize(
    "written", ["T{}", "tel:{}", "{}|5", "+52 (81) {}", "044 {}", "{}.0", "id {}"]
)  # fmt: skip
def test_a_calls_file_with_telephones_is_refused_however_they_are_written(written: str, tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    params = tmp_path / "params.yaml"
    text = params.read_text(encoding="utf-8")
    line = '    file: "datos.csv"\n'
    assert line in text
    params.write_text(text.replace(line, f"{line}    attempts: llamadas.csv\n"), encoding="utf-8")
    frame = pd.DataFrame({"numero": _dialled(60), "intento": 1, "disposicion": 1})
    calls = study.raw(WAVE).with_name("llamadas.csv")
    study = load_study(tmp_path)
    # Opaque ids pass.
    frame.assign(numero=[f"N{i:05d}" for i in range(60)]).to_csv(calls, index=False)
    assert len(read_attempts(study, WAVE, alias_table(()))) == 60
    bare = frame["numero"].str[2:] if "(81)" in written else frame["numero"]
    frame.assign(numero=bare.map(written.format)).to_csv(calls, index=False)
    with pytest.raises(PulsoError, match="these look like telephone numbers; ask the firm for opaque ids"):
        read_attempts(study, WAVE, alias_table(()))
