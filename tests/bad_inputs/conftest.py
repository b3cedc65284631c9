"""Fixtures of the broken deliveries and tables."""

from pathlib import Path

import pytest

from tests.weighting.test_command import Folder


@pytest.fixture
def cases(shared_dir: Path) -> Path:
    """The folder of the small inputs."""
    folder = shared_dir / "cases" / "deliveries"
    if not folder.is_dir():
        pytest.skip("../shared is not here: the cases of issue inputs")
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """A study that weighs well, and quickly."""
    monkeypatch.chdir(tmp_path)
    made = Folder(tmp_path)
    made.weighting |= {"replicates": None, "trim": None}
    return made
