"""What every test room shares: the project's root, the reference material, and no silent skips."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
_unlisted: list[str] = []


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The reference material beside the project; tests that need it skip without it."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is not here: reference microdata and R's answers")
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium, opened once a process: Playwright refuses a second driver beside one that is open."""
    if not CHROMIUM.is_file():
        pytest.skip("chromium is not at /usr/bin/chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=args)
        yield opened
        opened.close()


def _allowed() -> list[re.Pattern[str]]:
    lines = (ROOT / "tests" / "allowed_skips.txt").read_text(encoding="utf-8").splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Under CI, remember each skip whose reason is not on the written list."""
    if not (os.environ.get("CI") and report.skipped) or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if not any(pattern.search(reason) for pattern in _allowed()):
        _unlisted.append(f"{report.nodeid}: {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skip that nobody wrote down fails the run."""
    if _unlisted and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


COMPARISONS = (
    "../shared, the reference material beside the project, is not here: {count} comparisons with the answers of R's",
    "survey package and with INEGI's official figures were skipped. They can be had: answers of R for any microdata",
    "are made by tests/estimation/make_golden.R (R with survey); INEGI's microdata and tables are where",
    "examples/ensu/README.md says, and 'make ensu' compares every cell.",
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what could not be compared and where it can be had; name the skips that failed the run."""
    missing = [r for r in terminalreporter.getreports("skipped") if "../shared is not here" in str(r.longrepr)]
    if missing:
        terminalreporter.section("no comparison with R and INEGI")
        for line in COMPARISONS:
            terminalreporter.line(line.format(count=len(missing)))
    if _unlisted:
        terminalreporter.section("skips that tests/allowed_skips.txt does not list")
        for line in sorted(set(_unlisted)):
            terminalreporter.line(line)
