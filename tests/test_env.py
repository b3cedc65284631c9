"""What ``make`` does before DVC and pytest: the environment, and a lock that a killed run left."""

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
import types
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pulsometro.running.lock_mending import has_store, is_no_advice, mend_lock, runs_dvc
from tools import env
from tools.env import LOCKS

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


WHOLE = "schema: '2.0'\nstages:\n  one:\n    cmd: one\n    outs:\n    - path: a\n      hash: md5\n      md5: c4ca\n"


@pytest.mark.parametrize(
    ("text", "killed", "stays"),
    [
        ("", False, False), (WHOLE[:9], False, False), (WHOLE[:40], True, True), (WHOLE[:58], True, False),
        (WHOLE, True, True), (WHOLE, False, True), ("<<<<<<< HEAD\n" + WHOLE, True, True),
    ],
)  # fmt: skip
def test_a_dvc_lock_that_a_killed_run_left_cut_is_made_again(
    text: str, killed: bool, stays: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if killed:
        _lock(tmp_path, _entries(DEAD))
    record = tmp_path / "dvc.lock"
    record.write_text(text, encoding="utf-8")
    mend_lock(tmp_path)
    assert record.exists() is stays
    told = "dvc.lock was left cut by a run that was killed; it is made again.\n"
    assert capsys.readouterr().err == ("" if stays else told)


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
    monkeypatch.setattr("pulsometro.running.lock_mending.runs_dvc", lambda number: number == DEAD)
    monkeypatch.setattr(env.time, "sleep", lambda _: path.write_text(_entries(DEAD), encoding="utf-8"))
    mend_lock(tmp_path)
    assert path.exists()


# --- the environment ----------------------------------------------------------------------------


def _pins(lock: Path) -> dict[str, str]:
    """Package → its whole entry: version, marker and hashes."""
    entries: dict[str, str] = {}
    for entry in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8")):
        if "==" in entry:
            entries[entry.split("==")[0]] = entry.strip()
    return entries


def _exact(entry: str) -> list[str]:
    """Version and hashes of an entry."""
    return re.findall(r"==[^ ;]+|sha256:\w+", entry.replace("python_full_version ==", ""))


def test_the_developers_lock_holds_the_runs_packages_in_the_same_versions() -> None:
    small, large = (_pins(path) for path in LOCKS.values())
    assert len(small) > 100 and len(large) > len(small)
    # A marker may be wider: a developer's package may need on every system what the run needs on one.
    assert {name for name, entry in small.items() if _exact(large.get(name, "")) != _exact(entry)} == set()
    assert {"uv", "setuptools", "numpy", "dvc"} <= set(small)
    assert not {"duckdb", "playwright", "svy", "hypothesis", "pytest", "ruff", "mypy"} & set(small)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-spark.lock"])
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    entries = _pins(env.ROOT / name)
    assert entries and all("--hash=sha256:" in entry for entry in entries.values())
    assert "://" not in (env.ROOT / name).read_text(encoding="utf-8")


def test_what_the_package_imports_is_declared() -> None:
    """A module imported but not declared is there by another package's grace."""
    project = tomllib.loads((env.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {"PIL": "pillow", "docx": "python-docx", "pptx": "python-pptx", "pypandoc": "pypandoc-binary",
             "fontTools": "fonttools", "ruamel": "ruamel.yaml", "great_expectations": "great-expectations",
             "charset_normalizer": "charset-normalizer", "ibis": "ibis-framework"}  # fmt: skip
    extras = project["optional-dependencies"]
    allowed = {re.split(r"[<>=\[]", line)[0] for line in (*project["dependencies"], *extras["run"], *extras["big"])}
    base = {re.split(r"[<>=\[]", line)[0] for line in project["dependencies"]}
    package = env.ROOT / "pipeline" / "pulsometro"
    for path in package.rglob("*.py"):
        found = {names.get(name, name) for name in _imported(path)} - {"pulsometro"}
        assert found <= allowed, path
        if "estimation" in path.relative_to(package).parts and path.name != "bigdata.py":
            assert found <= base, path


def _imported(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [name.name for node in tree if isinstance(node, ast.Import) for name in node.names]
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names += [str(node.module) for node in tree if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)


@dataclass
class Project:
    """A folder with the tool and the locks, whose environments are real but empty: nothing is downloaded."""

    folder: Path
    installed: list[str] = field(default_factory=list)

    def setup(self, kind: str = "run", fails: bool = False) -> list[str]:
        """What is installed by this set-up: names of locks."""
        tool = _load(self.folder / "tools" / "env.py")
        done: list[str] = []

        def install(lock: Path) -> None:
            done.append(lock.name)
            (tool.VENV / "package").write_text(str(self.folder), encoding="utf-8")
            if fails:
                raise subprocess.CalledProcessError(2, ["python", "-m", "uv", "pip"])

        create = tool.venv.create
        tool.install = install
        tool.venv = types.SimpleNamespace(create=lambda path, **_: create(path))
        tool.setup(kind)
        return done


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("env_of_a_copy", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "Proyecto móvil"
    (folder / "tools").mkdir(parents=True)
    for name in ("tools/env.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copyfile(env.ROOT / name, folder / name)
    return Project(folder)


def test_a_set_up_is_not_repeated_and_either_lock_serves_a_run(project: Project) -> None:
    assert project.setup() == ["requirements.lock"]
    assert project.setup() == []
    assert project.setup("dev") == ["requirements-dev.lock"]
    assert project.setup("dev") == project.setup() == []


def test_the_developers_environment_serves_a_run_from_the_start(project: Project) -> None:
    assert project.setup("dev") == ["requirements-dev.lock"]
    assert project.setup() == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_declaration_is_installed_and_nothing_removed(project: Project, name: str) -> None:
    project.setup()
    kept = project.folder / ".venv" / "another package"
    kept.write_text("kept", encoding="utf-8")
    with (project.folder / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert project.setup() == ["requirements.lock"]
    assert kept.is_file()


def test_another_branchs_versions_are_not_taken_for_this_ones(project: Project) -> None:
    """Developers' packages of one lock, then a run of another, then the first again: all is installed anew."""
    locks = {name: (project.folder / name).read_bytes() for name in ("requirements.lock", "requirements-dev.lock")}
    project.setup("dev")
    for name, content in locks.items():
        (project.folder / name).write_bytes(content + b"# of another branch\n")
    assert project.setup() == ["requirements.lock"]
    for name, content in locks.items():
        (project.folder / name).write_bytes(content)
    assert project.setup() == ["requirements.lock"]
    assert project.setup("dev") == ["requirements-dev.lock"]


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_an_environment_of_another_tool_is_left_alone_and_the_remedy_works(project: Project, kind: str) -> None:
    path = project.folder / ".venv"
    if kind == "folder":
        path.mkdir()
        (path / "mine").write_text("kept", encoding="utf-8")
    else:
        path.write_text("kept", encoding="utf-8")
    with pytest.raises(SystemExit, match="rename or remove it"):
        project.setup()
    assert (path / "mine" if kind == "folder" else path).read_text(encoding="utf-8") == "kept"
    path.rename(path.with_name("another"))
    assert project.setup() == ["requirements.lock"]


def test_two_set_ups_at_once_install_once(project: Project) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: project.setup(), range(2)))
    assert sorted(done) == [[], ["requirements.lock"]]


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "PIP_TARGET"])
def test_a_users_variable_brings_no_other_code_in(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "/somewhere/else")
    assert name not in env.environment()


def test_a_renamed_folder_makes_its_own_environment(project: Project) -> None:
    project.setup("dev")
    moved = Project(project.folder.rename(project.folder.with_name("otro nombre")))
    assert moved.setup() == ["requirements.lock"]
    assert (moved.folder / ".venv" / "package").read_text(encoding="utf-8") == str(moved.folder)
    assert moved.setup() == []
    assert moved.setup("dev") == ["requirements-dev.lock"]


@pytest.mark.parametrize("symlinks", [True, False])
def test_a_copied_folder_makes_its_own_and_leaves_the_originals(project: Project, symlinks: bool) -> None:
    project.setup()
    copy = Project(project.folder.with_name("copia"))
    shutil.copytree(project.folder, copy.folder, symlinks=symlinks)
    assert copy.setup() == ["requirements.lock"]
    assert (project.folder / ".venv" / "package").read_text(encoding="utf-8") == str(project.folder)
    assert project.setup() == []


def test_somebody_elses_environment_behind_a_link_is_not_emptied(project: Project, tmp_path: Path) -> None:
    project.setup()
    other = Project(tmp_path / "otra copia")
    shutil.copytree(project.folder, other.folder, ignore=shutil.ignore_patterns(".venv"))
    (other.folder / ".venv").symlink_to(project.folder / ".venv", target_is_directory=True)
    assert other.setup() == ["requirements.lock"]
    assert (project.folder / ".venv" / "package").read_text(encoding="utf-8") == str(project.folder)
    assert not (other.folder / ".venv").is_symlink()


@pytest.mark.parametrize("stamp", ["", "[]", '{"run": "', "{}"])
def test_a_set_up_that_was_cut_off_begins_anew(project: Project, stamp: str) -> None:
    project.setup()
    (project.folder / ".venv" / "made-from.json").write_text(stamp, encoding="utf-8")
    assert project.setup() == ["requirements.lock"]


def test_a_set_up_that_fails_says_so_removes_nothing_and_is_tried_again(project: Project) -> None:
    """As without a network, after a line of pyproject.toml changed."""
    project.setup()
    kept = project.folder / ".venv" / "another package"
    kept.write_text("kept", encoding="utf-8")
    with (project.folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    with pytest.raises(SystemExit, match=r"could not be made .*run this again"):
        project.setup(fails=True)
    assert project.setup() == ["requirements.lock"]
    assert kept.is_file()
    assert project.setup() == []


def test_a_first_set_up_that_fails_is_tried_again(project: Project) -> None:
    with pytest.raises(SystemExit, match="could not be made"):
        project.setup(fails=True)
    assert project.setup() == ["requirements.lock"]
    assert project.setup() == []


def test_another_python_makes_another_environment(project: Project) -> None:
    project.setup()
    path = project.folder / ".venv" / "made-from.json"
    path.write_text(path.read_text(encoding="utf-8").replace(sys.version.split()[0], "3.99.1"), encoding="utf-8")
    assert project.setup() == ["requirements.lock"]


def test_the_installers_are_pinned_before_they_install_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "VENV", tmp_path)
    for lock in LOCKS.values():
        alone = _pins(env.first_lines(lock))
        assert set(alone) == {"setuptools", "uv"}
        assert all(_pins(lock)[name] == entry for name, entry in alone.items())


def test_a_program_that_nobody_has_is_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    assert env.run("no-such-program") == 2
    assert "no-such-program" in capfd.readouterr().err


@pytest.mark.long
def test_a_copy_of_this_project_runs_its_own_code(tmp_path: Path) -> None:
    """For real: the copy's environment is made from the lock, and its pulso is its own."""
    folder = tmp_path / "copia ñ con espacio"
    names = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=env.ROOT, capture_output=True,
                           check=True).stdout.decode().split("\0")  # fmt: skip
    for name in names:
        if (env.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(env.ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    shutil.copyfile(env.STAMP, folder / ".venv" / "made-from.json")
    command = [sys.executable, "tools/env.py", "run"]
    code = "import pulsometro; print(pulsometro.__file__)"
    done = subprocess.run([*command, "python", "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert Path(done.stdout.splitlines()[-1]) == folder / "pipeline" / "pulsometro" / "__init__.py"
    moved = folder.rename(tmp_path / "otro")
    told = subprocess.run([*command, "pulso", "--version"], cwd=moved, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1].startswith("pulso ")
    assert (moved / ".venv").stat().st_size and _size(moved / ".venv") < 1.4e9


def _size(folder: Path) -> int:
    """Bytes of a folder's files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def test_what_dvc_advises_does_not_reach_whoever_runs_the_chain(tmp_path: Path) -> None:
    """A real ``dvc repro`` in a repository that stages nothing by itself, and what is passed on of it."""
    for words in (["git", "init", "-q", "."], [str(env.BIN / "dvc"), "init", "-q"]):
        subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "dvc.yaml").write_text("stages:\n  a:\n    cmd: echo made > a\n    outs: [a]\n", encoding="utf-8")
    done = subprocess.run(
        [str(env.BIN / "dvc"), "repro"], cwd=tmp_path, capture_output=True, text=True, check=True, env=env.environment()
    )
    assert "dvc push" in done.stdout and "git add" in done.stdout
    kept = [line for line in done.stdout.splitlines(keepends=True) if is_no_advice(line)]
    assert "Running stage 'a'" in "".join(kept)
    assert not [line for line in kept if "push" in line or "git" in line or "staging" in line]
    assert not has_store(tmp_path)
    (tmp_path / ".dvc/config").write_text("['remote \"x\"']\n    url = /x\n", encoding="utf-8")
    assert has_store(tmp_path)
