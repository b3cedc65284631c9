"""One made study for all tests of the reports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.study import Study
from tests.reporting.made import project

CHROMIUM = Path("/usr/bin/chromium")
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium, opened once."""
    if not CHROMIUM.is_file():
        pytest.skip("chromium is not at /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=args)
        yield opened
        opened.close()
