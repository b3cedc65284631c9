"""One made study for all tests of the reports."""

from pathlib import Path

import pytest

from pipeline.reporting.edition import Edition
from pipeline.reporting.load import load_edition
from pipeline.study import Study
from tests.reporting.made import project

LAST = "2013T2"


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The project's settings with made tables."""
    return project(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def edition(study: Study) -> Edition:
    """The last wave of the made study."""
    return load_edition(study, LAST)


@pytest.fixture(scope="session")
def built(study: Study) -> Path:
    """The last wave's folder, rendered once."""
    from pipeline.reporting.stage import run

    run(study, LAST)
    return study.site / LAST
