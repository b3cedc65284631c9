"""What ``make repro`` does before DVC: a lock that a killed run left does not stop the next one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools import env
from tools.env import mend_lock, runs_dvc

DEAD = 2**22 + 5


def _lock(folder: Path, text: str) -> Path:
    path = folder / ".dvc" / "tmp" / "rwlock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _entries(number: int) -> str:
    info = {"pid": number, "cmd": "dvc repro"}
    return json.dumps({"write": {"a": info}, "read": {"b": [info, info]}})


@pytest.mark.parametrize("text", ["", '{"write": {"a": {"pid": 1', "[]", '{"write": {"a": 3}}', _entries(DEAD), "{}"])
def test_a_broken_lock_or_one_of_the_dead_is_removed(text: str, tmp_path: Path) -> None:
    path = _lock(tmp_path, text)
    mend_lock(tmp_path)
    assert not path.exists()
    mend_lock(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc to see what a process is")
def test_the_lock_of_a_running_dvc_stays_and_that_of_another_program_does_not(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import sys; print('ready', flush=True); sys.stdin.read()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    other, named = (subprocess.Popen([*sleeper, word], **pipes) for word in ("other", "dvc"))
    try:
        for process in (other, named):
            assert process.stdout and process.stdout.readline().startswith(b"ready")
        for process, stays in ((other, False), (named, True)):
            path = _lock(tmp_path, _entries(process.pid))
            mend_lock(tmp_path)
            assert path.exists() is stays
        assert not runs_dvc(DEAD)
    finally:
        for process in (other, named):
            process.communicate()
    assert path.exists()


def test_a_lock_that_is_being_written_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _lock(tmp_path, '{"write": {"a": {"pid": 1')
    monkeypatch.setattr(env, "runs_dvc", lambda number: number == DEAD)
    monkeypatch.setattr(env.time, "sleep", lambda _: path.write_text(_entries(DEAD), encoding="utf-8"))
    mend_lock(tmp_path)
    assert path.exists()
