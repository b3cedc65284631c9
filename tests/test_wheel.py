"""What a partner installs: the wheel, in an empty environment, beside a folder called ``pipeline``."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tools.env import LOCKS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
USE = """
import numpy as np, pandas as pd
from pulsometro.estimation import *
row = np.arange(40)
data = pd.DataFrame({"w": np.ones(40), "h": row // 2 % 4, "p": row // 2, "q": row % 3})
adjust_p(np.array([0.01, 0.02]), "BH")
table = estimate(SurveyDesign(data, "w", strata="h", psu="p"), [Categorical("q", (0, 1, 2))], domains=[()])
print(len(table), round(float(table["estimate"].iloc[0]), 3))
"""


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def uv(*arguments: str, cwd: Path) -> None:
    """The packages are the lock's own, so that they are in uv's cache since the set-up."""
    done = run(sys.executable, "-m", "uv", *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what git tracks: nothing that lies about gets in."""
    folder = tmp_path_factory.mktemp("wheel")
    names = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True,
                           check=True).stdout.decode().split("\0")  # fmt: skip
    for name in names:
        if name.startswith(("pipeline/", "pyproject", "README", "LICENSE")) and (ROOT / name).is_file():
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "source" / name).write_bytes((ROOT / name).read_bytes())
    command = ["build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", "built"]
    uv(*command, str(folder / "source"), cwd=folder)
    (made,) = (folder / "built").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def partner(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment that holds the wheel and its base dependencies, and a folder ``pipeline``."""
    folder = tmp_path_factory.mktemp("socio ñ") / "con espacio"
    (folder / "pipeline").mkdir(parents=True)
    (folder / "pipeline" / "__init__.py").write_text("raise RuntimeError('the partner’s own folder')\n", "utf-8")
    uv("venv", "--quiet", "--seed", "--python", sys.executable, str(folder / "env"), cwd=folder)
    versions = folder / "versions.txt"
    lines = LOCKS["run"].read_text(encoding="utf-8").splitlines()
    versions.write_text("\n".join(line.rstrip(" \\") for line in lines if "==" in line), encoding="utf-8")
    uv("pip", "install", "--quiet", "--python", str(python(folder)), "-c", str(versions), str(wheel), cwd=folder)
    return folder


def python(folder: Path) -> Path:
    return folder / "env" / SCRIPTS / "python"


def test_the_wheel_holds_the_package_with_its_pages_and_fonts_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"pulsometro"}
    tracked = {path.relative_to(ROOT / "pipeline").as_posix() for path in (ROOT / "pipeline").rglob("*")
               if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path)}  # fmt: skip
    assert tracked - set(names) == set()
    assert [name for name in names if name.endswith("OFL.txt") and ".dist-info/" in name]


def test_base_dependencies_are_what_the_kernel_imports(partner: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {name.split(">")[0] for name in declared} == {"numpy", "pandas", "scipy", "statsmodels"}
    done = run(str(python(partner)), "-c", USE, cwd=partner)
    assert (done.stdout, done.returncode) == ("3 0.35\n", 0), done.stderr
    assert run(str(python(partner)), "-c", "import pydantic", cwd=partner).returncode == 1


def test_the_command_without_its_packages_is_one_sentence(partner: Path) -> None:
    for command in ([str(partner / "env" / SCRIPTS / "pulso")], [str(python(partner)), "-m", "pulsometro"]):
        done = run(*command, "doctor", cwd=partner)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "pip install 'pulso-metropolitano[run]'" in done.stderr


@pytest.mark.long
def test_the_remedy_of_that_sentence_works(partner: Path) -> None:
    done = run(str(python(partner)), "-m", "pip", "install", "--quiet", "-c", "versions.txt",
               "pulso-metropolitano[run]", cwd=partner)  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = run(str(partner / "env" / SCRIPTS / "pulso"), "doctor", cwd=partner)
    assert told.returncode == 0 and "required:" not in told.stdout, told.stdout
