"""The key of the telephones: made once, its owner's alone, never in git, and told when it is damaged."""

import errno
import os
import secrets
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.errors import MachineError
from pulsometro.ingest.harmonise.telephones import DEMONSTRATION_KEY, fingerprint, keyed, load_key, wave_key

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
