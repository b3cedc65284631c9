"""The examples of the room say what its functions do."""

import doctest
import importlib
from pathlib import Path

import pytest

import pulsometro.disclosure

MODULES = sorted(path.stem for path in Path(str(pulsometro.disclosure.__file__)).parent.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"pulsometro.disclosure.{name}"))
    assert result.attempted > 0 and result.failed == 0
