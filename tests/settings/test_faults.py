"""Every fault of a file at once, in its order, each told once; one fault is one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field

from pulsometro.common.errors import PulsoError
from pulsometro.settings.calibration_settings import Trim
from pulsometro.settings.configuration import STRICT, validate
from pulsometro.settings.faults import Fault, demand, refuse, shown
from pulsometro.settings.weighting_settings import WeightingSettings

PATH = Path("study/x.yaml")


@dataclass(frozen=True)
class Round:
    __pydantic_config__: ClassVar = STRICT
    kind: Literal["round"]
    radius: float


@dataclass(frozen=True)
class Square:
    __pydantic_config__: ClassVar = STRICT
    kind: Literal["square"]
    side: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawing:
    __pydantic_config__: ClassVar = STRICT
    title: str
    shape: Annotated[Round | Square, Field(discriminator="kind")]
    count: int = 0
    either: int | list[int] | None = None
    others: Mapping[str, Square] = field(default_factory=dict)
    pair: tuple[int, int] | None = None


GOOD: dict[str, Any] = {"title": "t", "shape": {"kind": "round", "radius": 1}}


def refusal(content: Any, kind: type = Drawing, prefix: str = "") -> str:
    with pytest.raises(PulsoError) as caught:
        validate(kind, content, PATH, prefix)
    return str(caught.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"titel": "t"}, "study/x.yaml: unknown key 'titel'; did you mean 'title'?"),
        ({"zzz": 1}, "study/x.yaml: unknown key 'zzz'; remove it or correct its spelling."),
        ({"title": None}, "key 'title': Input should be a valid string (found: None)."),
        ({"count": "dos"}, "key 'count': Input should be a valid integer"),
        ({"shape": {"kind": "round"}}, "study/x.yaml: the key 'shape.radius' is missing; add it."),
        ({"shape": {"kind": "square", "sid": 1}}, "unknown key 'shape.sid'; did you mean 'side'?"),
        ({"shape": {"kind": "oval"}}, "key 'shape': Input tag 'oval'"),
        ({"shape": {}}, "key 'shape': Unable to extract tag"),
        ({"either": "x"}, "key 'either': Input should be a valid integer"),
        ({"either": ["x"]}, "key 'either': Input should be a valid integer"),
        ({"others": {"a": {"kind": "square", "side": "x"}}}, "key 'others.a.side': Input should be a valid number"),
        ({"others": {3: {"kind": "square", "side": 1}}}, "key 'others.3': Input should be a valid string (found: 3)."),
        ({"pair": [1, "x"]}, "key 'pair.1': Input should be a valid integer"),
        ({"others": {"a\x1b[31m": {"side": 1}}}, r"the key 'others.a\x1b[31m.kind' is missing; add it."),
    ],
)
def test_one_fault_is_one_sentence(changes: dict[str, Any], said: str) -> None:
    content = {**GOOD, **changes}
    if "titel" in changes:
        del content["title"]
    message = refusal(content)
    assert "\n" not in message and said in message and message.isprintable()


def test_all_faults_in_the_files_order() -> None:
    content = {
        "others": {"b": {"kind": "square", "side": 1, "nmaes": []}, "a": {"kind": "square"}},
        "count": "x",
        "shape": {"kind": "square", "side": "wide", "hue": 1},
        "titel": "t",
    }
    assert refusal(content).splitlines() == [
        "study/x.yaml: 6 things to correct:",
        "  - unknown key 'others.b.nmaes'; did you mean 'names'?",
        "  - the key 'others.a.side' is missing; add it.",
        "  - key 'count': Input should be a valid integer, unable to parse string as an integer (found: 'x').",
        "  - key 'shape.side': Input should be a valid number, unable to parse string as a number (found: 'wide').",
        "  - unknown key 'shape.hue'; remove it or correct its spelling.",
        "  - unknown key 'titel'; did you mean 'title'?",
    ]


def test_a_misspelt_key_and_the_missing_one_are_one_fault_but_another_missing_one_is_not() -> None:
    assert refusal({"titel": "t"}).splitlines()[1:] == [
        "  - unknown key 'titel'; did you mean 'title'?",
        "  - the key 'shape' is missing; add it.",
    ]


def test_the_prefix_stands_before_every_key() -> None:
    message = refusal({"titel": 1, "count": "x"}, prefix="drawing")
    assert "unknown key 'drawing.titel'" in message and "key 'drawing.count'" in message
    assert "the key 'drawing.shape' is missing" in message


def test_what_is_no_mapping_at_all() -> None:
    assert refusal([1], prefix="drawing").startswith("study/x.yaml: key 'drawing': Input should be a dictionary")


def test_long_values_are_cut_and_hidden_characters_escaped() -> None:
    message = refusal({**GOOD, "count": "\x1b[2J\r" + "9" * 5000})
    assert len(message) < 400 and message.isprintable()


def test_contradictions_are_gathered_with_everything_else() -> None:
    content = {
        "base": {"kind": "given", "weight": "factor", "wieght": "x"},
        "trim": {"k": 0.5, "k_low": 0.2},
        "replicates": {"n": 1, "seed": -1},
        "calibration": {"margins": [], "method": "logit", "min_respondents": 3},
    }
    lines = refusal(content, WeightingSettings, "weighting").splitlines()
    assert lines[0] == "study/x.yaml: 8 things to correct:"
    assert lines[1:4] == [
        "  - unknown key 'weighting.base.wieght'; did you mean 'weight'?",
        "  - weighting: trim.k must be above 1 (cap = k × the municipality's median weight)",
        "  - weighting: trim.k_low must be above 1",
    ]
    assert [line for line in lines if "calibration" in line][-1].endswith("must be at least 10")


def test_one_contradiction_keeps_its_sentence() -> None:
    given = {"base": {"kind": "given", "weight": "w"}}
    for content in ({**given, "trim": {"k": 0.5}}, {**given, "trim": {"k": 2}}):
        assert refusal(content, WeightingSettings, "weighting").startswith("params.yaml, weighting: trim")
    with pytest.raises(PulsoError, match=r"^params\.yaml, weighting: trim\.k must be above 1"):
        Trim(k=0.5)


def test_a_demand_that_holds_says_nothing() -> None:
    demand("params.yaml, x:", (True, "no"))
    refuse(PATH, [])


def test_the_same_sentence_is_told_once() -> None:
    with pytest.raises(PulsoError, match=r"^study/x\.yaml: a$"):
        refuse(PATH, [Fault("a"), Fault("a", ("b",))])


@pytest.mark.parametrize("text", ["a\x1b[0mb", "a\nb", "a\u202eb", "a\ud800b", "\x00", "a\u200bb"])
def test_a_shown_text_prints_and_hides_nothing(text: str) -> None:
    assert shown(text).isprintable() and "\\" in shown(text)
    assert shown("año «x» 👩") == "año «x» 👩"
