"""Telephones: the key, the codes under it, and that nobody gets a number back."""

import errno
import hashlib
import hmac
import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.ingest.harmonise.areas import alias_table
from pulsometro.ingest.harmonise.crosswalk import harmonised, plan
from pulsometro.ingest.harmonise.telephones import (
    DEMONSTRATION_KEY,
    fingerprint,
    keyed,
    load_key,
    number,
    ranked,
    wave_key,
)
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.ingest.stage import run
from pulsometro.study import Study
from tests.ingest import deliveries as d

WAVE = "2020T1"
KEY = bytes(range(32))
FIRST_USE = """
import sys, time
from pathlib import Path
from pulsometro.ingest.harmonise.telephones import load_key
root = Path(sys.argv[1])
(root / f"ready{sys.argv[2]}").touch()
while not (root / "go").exists():
    pass
print(load_key(root).hex())
"""


def _responses(study: Study, key: bytes | None) -> pd.DataFrame:
    """The wave's delivery through the crosswalk alone."""
    questionnaire, path = study.questionnaire(WAVE), study.raw(WAVE)
    reading = plan(questionnaire, study.params.check.roles.items)
    delivered = read_delivery(path, questionnaire.delivery, lambda _: reading.columns)
    areas = alias_table(study.params.municipalities)
    return harmonised(delivered, questionnaire, reading, areas, path, "telefono", ".", key=key)[0]


# The key


def test_two_processes_at_first_use_end_with_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FIRST_USE, str(tmp_path)]
    started = [subprocess.Popen([*command, str(k)], stdout=subprocess.PIPE, text=True) for k in range(2)]
    while len(list(tmp_path.glob("ready*"))) < len(started) and all(each.poll() is None for each in started):
        pass
    (tmp_path / "go").touch()
    said = {each.communicate(timeout=60)[0].strip() for each in started}
    assert said == {(tmp_path / ".pulso" / "telephones.key").read_text(encoding="ascii").strip()}
    assert sorted(path.name for path in (tmp_path / ".pulso").iterdir()) == [".gitignore", "telephones.key"]


@pytest.mark.parametrize("links", [True, False])
def test_the_key_of_whoever_was_first_stays(links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process's key comes into place at the worst moment: after this one saw that there was none."""
    other = bytes(32).hex()

    def late(count: int) -> bytes:
        (tmp_path / ".pulso" / "telephones.key").write_text(other, encoding="ascii")
        return bytes([7]) * count

    monkeypatch.setattr(secrets, "token_bytes", late)
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    assert load_key(tmp_path).hex() == other


def _no_links(_path: Path, _target: str) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0)
    os.umask(before)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
@pytest.mark.parametrize("links", [True, False])
def test_only_the_owner_reads_the_key(
    mask: int, links: bool, tmp_path: Path, umask: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", _no_links)
    umask(mask)
    first = load_key(tmp_path)
    path = tmp_path / ".pulso" / "telephones.key"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_key(tmp_path) == first
    assert len(first) == 32
    assert not list(path.parent.glob(".tmp-*"))


def test_no_git_takes_the_key(tmp_path: Path) -> None:
    load_key(tmp_path)
    (tmp_path / "params.yaml").touch()
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "add", "--all"], check=True)
    listed = subprocess.run(["git", "-C", str(tmp_path), "ls-files"], check=True, capture_output=True, text=True)
    assert listed.stdout.split() == ["params.yaml"]


def test_a_key_that_the_team_sent_is_kept_out_of_git_too(tmp_path: Path) -> None:
    (tmp_path / ".pulso").mkdir()
    (tmp_path / ".pulso" / "telephones.key").write_bytes(KEY.hex().upper().encode() + b"\r\n")
    assert load_key(tmp_path) == KEY
    assert (tmp_path / ".pulso" / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize("content", [b"", b"clave", b"0" * 63, b"0" * 65, b"g" * 64, b"\xff\x00" * 32])
def test_a_damaged_key_is_one_sentence_and_stays_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / ".pulso" / "telephones.key"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(MachineError, match=r"telephones\.key: this is no key .* restore it .* or remove it") as told:
        load_key(tmp_path)
    assert "\n" not in str(told.value)
    assert path.read_bytes() == content


def test_a_place_where_no_key_can_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".pulso").touch()
    with pytest.raises(MachineError, match="can be neither read nor made here") as told:
        load_key(tmp_path)
    assert "\n" not in str(told.value)


def test_simulated_telephones_need_no_key_and_give_the_same_bytes_everywhere(tmp_path: Path) -> None:
    assert wave_key(tmp_path, simulated=True) == DEMONSTRATION_KEY
    assert not list(tmp_path.iterdir())
    assert wave_key(tmp_path, simulated=False) == load_key(tmp_path) != DEMONSTRATION_KEY
    assert fingerprint(DEMONSTRATION_KEY) == "demonstration"
    # Written here: another constant would make every simulated edition's file another one.
    assert keyed(pd.Series(["8100927879"]), DEMONSTRATION_KEY).tolist() == ["846de192db8b2b43"]


def test_a_fingerprint_tells_keys_apart_and_is_nobodys_code() -> None:
    found = {fingerprint(bytes([k]) * 32) for k in range(50)}
    assert len(found) == 50
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in found)
    assert fingerprint(KEY) not in set(keyed(pd.Series(["", "fingerprint", "fingerprint "]), KEY))


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
    assert "row 6: a value is" in told
    assert not any(word in told for word in value.split() if len(word) > 2)


@pytest.mark.parametrize(
    ("column", "value"),
    [("P1", "77"), ("P1", "Muchas"), ("P1", "muchas y"), ("EDAD", "40.5"), ("MUN", "Sn Angel de la P.")],
)
def test_a_misspelt_label_or_place_is_printed(column: str, value: str, tmp_path: Path) -> None:
    frame = d.good().astype({column: object})
    frame.loc[4, column] = value
    assert f"row 6: '{value}' is" in _told(tmp_path, frame)
