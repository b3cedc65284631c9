"""Every key that params.yaml and a questionnaire may have is named in the documents."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pulsometro.questionnaire.load import _WaveFile
from pulsometro.study.parameters import Params

ROOT = Path(__file__).parents[1]


def keys_of(kind: Any, place: str) -> Iterator[str]:
    """Each key below a type, with the way that leads to it."""
    if is_dataclass(kind):
        hints = get_type_hints(kind, include_extras=True)
        for each in fields(kind):
            yield f"{place}.{each.name}"
            yield from keys_of(hints[each.name], f"{place}.{each.name}")
    for inner in get_args(kind):
        yield from keys_of(inner, place)


def test_every_key_is_named_in_the_documents() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*ROOT.glob("docs/*.md"), ROOT / "README.md")]
    words = {word for text in texts for word in re.findall(r"[a-z_]+", text)}
    keys = {*keys_of(Params, "params"), *keys_of(_WaveFile, "questionnaire")}
    assert len(keys) > 200
    assert not sorted(key for key in keys if key.rpartition(".")[2] not in words)
