"""Params, questionnaires and indicators are parsed once a process, and what is parsed cannot be changed."""

import copy
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from pulsometro.cli import main
from pulsometro.common.errors import PulsoError
from pulsometro.settings import configuration, made_once
from pulsometro.settings.configuration import load_yaml
from pulsometro.settings.made_once import FrozenDict, once
from pulsometro.study import load_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's params and questionnaires in a place that nothing has read yet."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "questionnaires", tmp_path / "questionnaires")
    return tmp_path


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file's text was parsed as YAML, and each kind of value made of one."""
    found: Counter[str] = Counter()
    real, made = configuration._parsed, made_once.frozen

    def parsed(path: Path, written: bytes) -> dict[str, Any]:
        found[path.name] += 1
        return real(path, written)

    def frozen(value: Any) -> Any:
        if is_dataclass(value) and type(value).__name__ in ("Questionnaire", "Indicators", "Params"):
            found[f"{type(value).__name__} {getattr(value, 'wave', '')}".strip()] += 1
        return made(value)

    monkeypatch.setattr(configuration, "_parsed", parsed)
    monkeypatch.setattr(made_once, "frozen", frozen)
    return found


def test_a_command_parses_each_file_once(project: Path, parses: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for verb in ("graph", "settings"):
        done = CliRunner().invoke(main, [verb])
        assert done.exit_code == 0, done.output
    study = load_study(project)
    for _ in range(3):
        for wave in study.waves:
            assert study.questionnaire(wave) is load_study(project).questionnaire(wave)
        assert load_study(project).indicators is study.indicators
    waves = {f"{wave}.yaml" for wave in study.waves} | {f"Questionnaire {wave}" for wave in study.waves}
    assert set(parses) >= {"params.yaml", "base.yaml", "indicators.yaml", "Params", "Indicators", *waves}
    assert set(parses.values()) == {1}, parses


def test_what_is_written_anew_is_read_anew(project: Path, parses: Counter[str]) -> None:
    study, path = load_study(project), project / "questionnaires" / "base.yaml"
    before = study.questionnaire("2013T2")
    text, times = path.read_text(encoding="utf-8"), path.stat()
    item = next(name for name, item in before.items.items() if item.text in text and item.text)
    changed = text.replace(before[item].text, before[item].text[:-2] + "x?", 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    # The same size and time, as a quick hand or a restored folder leaves them.
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    after = study.questionnaire("2013T2")
    assert after[item].text != before[item].text and parses["base.yaml"] == 2
    path.write_text("items: [", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(PulsoError, match=r"base\.yaml, line"):
            study.questionnaire("2013T2")
    path.write_text(text, encoding="utf-8")
    assert study.questionnaire("2013T2") == before


def held(value: Any) -> Iterator[Any]:
    """Everything inside of a value."""
    yield value
    if isinstance(value, dict):
        inner = [*value.keys(), *value.values()]
    elif isinstance(value, tuple | list):
        inner = list(value)
    else:
        inner = [getattr(value, field.name) for field in fields(value)] if is_dataclass(value) else []
    for each in inner:
        yield from held(each)


def test_nothing_that_is_shared_can_be_changed() -> None:
    study = load_study(ROOT)
    shared = [study.params, study.indicators, *map(study.questionnaire, study.waves)]
    found = [each for value in shared for each in held(value)]
    assert len(found) > 1000
    assert [each for each in found if isinstance(each, list | set) or (type(each) is dict)] == []
    assert all(type(each).__dataclass_params__.frozen for each in found if is_dataclass(each))


@pytest.mark.parametrize(
    "change",
    [
        "d['a'] = 2", "del d['a']", "d.clear()", "d.pop('a')", "d.popitem()", "d.setdefault('b', 1)", "d.update(b=1)",
        "d |= {'b': 1}",
    ],
)  # fmt: skip
def test_a_frozen_dict_stays(change: str) -> None:
    frozen = FrozenDict({"a": 1})
    with pytest.raises(TypeError, match="cannot be changed"):
        exec(change, {"d": frozen})
    assert frozen == {"a": 1} == copy.deepcopy(frozen) == pickle.loads(pickle.dumps(frozen))
    assert {**frozen, "b": 2} == frozen | {"b": 2} == {"a": 1, "b": 2}


def test_yaml_is_the_caller_s_own(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: {b: [1, 2]}\n", encoding="utf-8")
    load_yaml(path)["a"]["b"].append(3)
    assert load_yaml(path) == {"a": {"b": [1, 2]}} == YAML(typ="safe").load(path)


def test_what_fails_is_tried_again() -> None:
    tried = []

    def make() -> str:
        tried.append(1)
        if len(tried) < 2:
            raise PulsoError("not yet")
        return "made"

    with pytest.raises(PulsoError):
        once("test", "same", make)
    assert [once("test", "same", make) for _ in range(3)] == ["made"] * 3 and len(tried) == 2
    assert once("test", "other", make) == "made" and len(tried) == 3
