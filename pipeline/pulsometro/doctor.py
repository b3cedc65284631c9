"""``pulso doctor``: the programs that the pipeline uses when they are there."""

import importlib.metadata
import platform
import shutil
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One program or package: its version or None, and what to do when it is missing."""

    name: str
    version: str | None
    remedy: str


_PACKAGES = ("pandas", "great-expectations", "statsmodels", "samplics", "pyreadstat", "dvc", "pypandoc-binary", "typst")
_REQUIRED = "required: run 'make setup' or, without a clone, pip install 'pulso-metropolitano[run]'"
_PROGRAMS = {
    "quarto": "optional: pip install 'pulso-metropolitano[quarto]' (it downloads its own binary) or the installer of "
    "your system; without it the same sources are rendered with pandoc and Typst",
    "chromium": "optional, for the browser tests: apt-get install chromium",
    "pdftoppm": "optional, to look at the PDFs as pictures: apt-get install poppler-utils",
    "Rscript": "optional, for the comparisons with R: apt-get install r-cran-survey",
    "java": "optional, for the Spark test: apt-get install default-jre-headless",
}


def findings() -> list[Finding]:
    """Look for every package and program; nothing is run."""
    found = []
    for name in _PACKAGES:
        try:
            version: str | None = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            version = None
        found.append(Finding(name, version, _REQUIRED))
    found += [Finding(name, shutil.which(name), remedy) for name, remedy in _PROGRAMS.items()]
    return found


def examine() -> str:
    """A line per program, for the terminal."""
    lines = [f"Python {platform.python_version()}"]
    for finding in findings():
        mark, word = ("✓", finding.version) if finding.version else ("–", f"not here; {finding.remedy}")
        lines.append(f"{mark} {finding.name}: {word}")
    lines.append(f"Reports will be rendered with {engine()}.")
    return "\n".join(lines)


def engine() -> str:
    """What renders the reports on this machine."""
    return "Quarto" if shutil.which("quarto") else "pandoc and Typst (fallback)"
