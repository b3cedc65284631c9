"""One bad wave stops itself: the other one is published byte for byte as without it, and the last stage says why."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyreadstat
import pytest

from pulsometro.study import load_study
from pulsometro.study.withheld import read_withheld
from tests.small_study import as_project, dump, load, make_study, run

pytestmark = pytest.mark.long
BAD, GOOD = "2013T1", "2013T2"
# What is published of the good wave, and what its publication is made from.
PUBLISHED = (f"reports/site/{GOOD}", f"processed/release/{GOOD}", f"processed/{GOOD}", f"processed/series/waves/{GOOD}")


def digests(folder: Path) -> dict[str, str]:
    """Every file of what is published of the good wave."""
    files = [path for name in PUBLISHED for path in sorted((folder / name).rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two sound waves, published."""
    folder = make_study(tmp_path_factory.mktemp("dós") / "ólas del pulso")
    as_project(folder)
    done = run(folder, "dvc", "repro")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 waves, every one published" in done.stdout
    yield folder


@pytest.fixture(scope="module")
def alone(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is published of the good wave in a study without the other one."""
    folder = tmp_path_factory.mktemp("alone") / "study"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("processed", "site", "tmp"))
    params = load(folder / "params.yaml")
    del params["waves"][BAD]
    dump(params, folder / "params.yaml")
    run(folder, "pulso", "graph", check=True)
    done = run(folder, "dvc", "repro")
    assert done.returncode == 0, done.stdout + done.stderr
    return digests(folder)


def _todo(folder: Path) -> dict[str, str]:
    path = folder / f"questionnaires/{BAD}.yaml"
    text = path.read_text(encoding="utf-8")
    assert "delivery:" not in text
    path.write_text(f'{text}\ndelivery:\n  columns:\n    conf_marina: "TODO: P8_7 is gone"\n', encoding="utf-8")
    return {}


def _no_calls(folder: Path) -> dict[str, str]:
    (folder / f"raw/{BAD}/llamadas_{BAD}.csv").unlink()
    return {}


def _no_delivery(folder: Path) -> dict[str, str]:
    (folder / f"raw/{BAD}/pulso_{BAD}.sav").unlink()
    return {}


def _refused(folder: Path) -> dict[str, str]:
    path = folder / f"raw/{BAD}/pulso_{BAD}.sav"
    path.write_bytes(path.read_bytes()[:-4000])
    return {}


def _no_questionnaire(folder: Path) -> dict[str, str]:
    (folder / f"questionnaires/{BAD}.yaml").unlink()
    return {}


def _broken_questionnaire(folder: Path) -> dict[str, str]:
    path = folder / f"questionnaires/{BAD}.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nitems: [\n", encoding="utf-8")
    return {}


def _check_breaks(folder: Path) -> dict[str, str]:
    """An exception that nobody foresaw, in the program as it runs; its text holds what no log may hold."""
    (folder / "sitecustomize.py").write_text(
        "import importlib.abc, importlib.util, sys\n"
        "class Finder(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name != 'pulsometro.check.rules.representativeness': return None\n"
        "        sys.meta_path.remove(self)\n"
        "        spec = importlib.util.find_spec(name)\n"
        "        run = spec.loader.exec_module\n"
        "        def exec_module(module):\n"
        "            run(module)\n"
        "            old = module.composition_rules\n"
        "            def broken(study, questionnaire, responses):\n"
        f"                if questionnaire.wave == {BAD!r}: raise KeyError('María Pérez 8112345678')\n"
        "                return old(study, questionnaire, responses)\n"
        "            module.composition_rules = broken\n"
        "        spec.loader.exec_module = exec_module\n"
        "        return spec\n"
        "sys.meta_path.insert(0, Finder())\n",
        encoding="utf-8",
    )
    # The program's files are the same: something else that the check depends on has to change.
    with (folder / "questionnaires/exceptions.yaml").open("a", encoding="utf-8") as stream:
        stream.write("# nothing more\n")
    return {"PYTHONPATH": str(folder)}


def _no_weights(folder: Path) -> dict[str, str]:
    """Nobody of one sex: the checks warn, the calibration has no solution."""
    path = folder / f"raw/{BAD}/pulso_{BAD}.sav"
    frame, meta = pyreadstat.read_sav(str(path), user_missing=True)
    frame["F2"] = 1.0
    labels = {"column_labels": meta.column_names_to_labels, "variable_value_labels": meta.variable_value_labels}
    pyreadstat.write_sav(frame, str(path), **labels)
    return {}


KINDS: dict[str, tuple[Callable[[Path], dict[str, str]], str, str]] = {
    "todo": (_todo, "ingest", "is still TODO"),
    "no calls file": (_no_calls, "ingest", "the delivered file is missing"),
    "no delivery": (_no_delivery, "ingest", "the delivered file is missing"),
    "refused": (_refused, "ingest", "so it is cut short"),
    "no questionnaire": (_no_questionnaire, "ingest", "has no questionnaire"),
    "broken questionnaire": (_broken_questionnaire, "ingest", "correct that line"),
    "check breaks": (_check_breaks, "check", "KeyError"),
    "no weights": (_no_weights, "weight", "no respondents for a control total"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_wave_stops_itself(kind: str, project: Path, alone: dict[str, str], tmp_path: Path) -> None:
    spoil, stage, cause = KINDS[kind]
    folder = tmp_path / "con un mal"
    shutil.copytree(project, folder, symlinks=True, ignore=shutil.ignore_patterns("tmp"))
    variables = spoil(folder)
    done = run(folder, "dvc", "repro", **variables)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "Traceback" not in said and "María" not in said and "8112345678" not in said, said
    # The last stage names wave, stage, cause and remedy, and nothing but it failed.
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert line.startswith(f"Error: {BAD} is withheld by '{stage}': ") and cause in line
    assert re.findall(r"failed to reproduce '([^']+)'", done.stderr) == ["verdict"]
    record = read_withheld(load_study(folder), BAD, "report")
    assert record is not None and record.stage == stage and record.remedy and record.sentence in line
    assert digests(folder) == alone
    _says_so(folder, record.cause)
    # Asked again it says the same.
    assert run(folder, "dvc", "repro", **variables).returncode != 0


def _says_so(folder: Path, cause: str) -> None:
    """Where the wave would stand, and without the cause, which may hold an answer."""
    page = (folder / f"reports/site/{BAD}/brief.html").read_text(encoding="utf-8")
    assert "no se publica por ahora" in page
    assert [path.name for path in (folder / f"reports/site/{BAD}").iterdir()] == ["brief.html"]
    readme = (folder / f"processed/release/{BAD}/README.md").read_text(encoding="utf-8")
    assert "no se publican por ahora" in readme
    for name in ("index.html", "secciones/calidad.html", "secciones/datos.html"):
        text = (folder / "reports/site" / name).read_text(encoding="utf-8")
        assert "No se publica por ahora" in text, name
        assert f"{BAD}/brief" not in text
    for path in (folder / "reports/site").rglob("*.html"):
        assert cause not in path.read_text(encoding="utf-8"), path


def test_the_mended_wave_is_published_as_before(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mended"
    shutil.copytree(project, folder, symlinks=True, ignore=shutil.ignore_patterns("tmp"))
    before = digests(folder)
    kept = (folder / f"raw/{BAD}/llamadas_{BAD}.csv").read_bytes()
    _no_calls(folder)
    assert run(folder, "dvc", "repro").returncode != 0
    (folder / f"raw/{BAD}/llamadas_{BAD}.csv").write_bytes(kept)
    done = run(folder, "dvc", "repro")
    assert done.returncode == 0, done.stderr
    assert digests(folder) == before
    assert (folder / f"reports/site/{BAD}/calidad.html").is_file()


def test_with_no_wave_left_the_chain_says_why(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "none"
    shutil.copytree(project, folder, symlinks=True, ignore=shutil.ignore_patterns("tmp"))
    for wave in (BAD, GOOD):
        (folder / f"raw/{wave}/llamadas_{wave}.csv").unlink()
    done = run(folder, "dvc", "repro")
    assert done.returncode != 0 and "Traceback" not in done.stderr
    for wave in (BAD, GOOD):
        assert f"{wave} is withheld by 'ingest': raw/{wave}/llamadas_{wave}.csv" in done.stderr
        # Nothing of what was published before stays.
        assert [path.name for path in (folder / f"reports/site/{wave}").iterdir()] == ["brief.html"]
        assert [path.name for path in (folder / f"processed/release/{wave}").iterdir()] == ["README.md"]
        assert wave not in (folder / "processed/series/headline.csv").read_text(encoding="utf-8")
    site = {path.relative_to(folder / "reports/site").as_posix() for path in (folder / "reports/site").rglob("*.html")}
    assert site == {"index.html", "secciones/index.html", *(f"{wave}/brief.html" for wave in (BAD, GOOD))}
    start = (folder / "reports/site/index.html").read_text(encoding="utf-8")
    assert "Ninguna edición se publica por ahora" in start


def test_a_release_that_cannot_be_is_withheld_and_its_reports_stay(project: Path, tmp_path: Path) -> None:
    """Two codes of one kind of missing: no SPSS file can hold them. Nothing before the release minds."""
    folder = tmp_path / "release"
    shutil.copytree(project, folder, symlinks=True, ignore=shutil.ignore_patterns("tmp"))
    path = folder / f"questionnaires/{BAD}.yaml"
    text = path.read_text(encoding="utf-8")
    extra = "items:\n  soborno_municipal:\n    missing: {8: no_sabe, 7: no_sabe, 9: no_contesta}\n"
    path.write_text(f"{text}\n{extra}", encoding="utf-8")
    done = run(folder, "dvc", "repro")
    assert done.returncode != 0
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert line.startswith(f"Error: {BAD} is withheld by 'release': ") and "two codes for one kind of missing" in line
    assert (folder / f"reports/site/{BAD}/brief.pdf").is_file()
    assert [each.name for each in (folder / f"processed/release/{BAD}").iterdir()] == ["README.md"]
    assert "No se publica" not in (folder / "reports/site/index.html").read_text(encoding="utf-8")


def test_the_middle_one_of_three_is_left_out_of_the_others(tmp_path: Path) -> None:
    waves = ("2012T3", "2013T1", "2013T2")
    whole = make_study(tmp_path / "tres", waves, 100)
    as_project(whole)
    alone = tmp_path / "dos"
    shutil.copytree(whole, alone)
    params = load(alone / "params.yaml")
    del params["waves"]["2013T1"]
    dump(params, alone / "params.yaml")
    run(alone, "pulso", "graph", check=True)
    _no_calls(whole)
    assert run(alone, "dvc", "repro").returncode == 0
    done = run(whole, "dvc", "repro")
    assert done.returncode != 0 and "2013T1 is withheld by 'ingest'" in done.stderr
    first, second = ({path.relative_to(folder): path.read_bytes() for wave in ("2012T3", "2013T2")
                      for top in (f"reports/site/{wave}", f"processed/release/{wave}", f"processed/series/waves/{wave}")
                      for path in sorted((folder / top).rglob("*")) if path.is_file()}
                     for folder in (whole, alone))  # fmt: skip
    assert [str(path) for path in first.keys() | second.keys() if first.get(path) != second.get(path)] == []
