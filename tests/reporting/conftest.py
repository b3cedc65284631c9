"""One made study for all tests of the reports."""

from pathlib import Path

import pytest

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.study import Study
from tests.reporting.made import project

LAST = "2013T2"
# Besides the last one: the first, which has no past, and the one where the questions change.
OTHERS = ("2011T3", "2012T3")


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
    from pulsometro.reporting.stage import run

    run(study, LAST)
    return study.site / LAST


@pytest.fixture(scope="session")
def site(study: Study, built: Path) -> Path:
    """The whole site: three waves and the sections."""
    from pulsometro.reporting.site import run as run_site
    from pulsometro.reporting.stage import run

    for wave in OTHERS:
        run(study, wave)
    run_site(study)
    return built.parent
