"""The quarter of docs/trimestre.md typed word for word: what is delivered is pushed, pulled and reproduced."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsometro.graph.dvc_file import write_graph
from pulsometro.study import load_study
from tests.small_study import ENVIRONMENT, ROOT, as_project, dump, load, make_study

pytestmark = pytest.mark.long
GUIDE = (ROOT / "docs/trimestre.md").read_text(encoding="utf-8")
TYPED = ("pulso ", "dvc ", "git ", "make ", "cp ")


def commands(heading: str) -> list[str]:
    """What a section of the guide tells to type, in order."""
    body = GUIDE.split(f"\n{heading}\n")[1]
    body = re.split(r"\n#+ ", body)[0]
    found = [line.strip() for line in body.splitlines() if re.match(r"    \S", line)]
    return [line for line in found if line.startswith(TYPED)]


class Desk:
    """A clone of the study on somebody's machine, with a home of its own."""

    def __init__(self, folder: Path, home: Path, store: Path) -> None:
        self.folder, self.home, self.store = folder, home, store

    def types(self, line: str, code: int | None = 0) -> str:
        """Type a line in a shell; what it said."""
        line = line.replace("/ruta/de/la/carpeta/del/equipo", f"'{self.store}'")
        variables = {**ENVIRONMENT, "HOME": str(self.home), "GIT_CONFIG_GLOBAL": str(self.home / ".gitconfig")}
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=self.folder, env=variables, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert "Traceback" not in said, said
        if code is not None:
            assert done.returncode == code, f"{line}\n{said}"
        return said


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Path]]:
    """A study with one edition, 2013T2, published and in git; the delivery of 2013T3 in the downloads."""
    base = tmp_path_factory.mktemp("oficina")
    made = make_study(base / "hecho")
    home, folder, bare = base / "inés", base / "inés" / "el pulso", base / "git.git"
    home.mkdir()
    shutil.copytree(made, folder)
    downloads = home / "Descargas"
    downloads.mkdir()
    shutil.move(folder / "raw/2013T2/pulso_2013T2.sav", downloads / "entrega_2013T3.sav")
    shutil.move(folder / "raw/2013T2/llamadas_2013T2.csv", downloads / "llamadas_2013T3.csv")
    _only_2013t2(folder)
    (folder / "Makefile").write_text("repro:\n\tdvc repro\n", encoding="utf-8")
    as_project(folder)
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Inés\n\temail = ines@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    desk = Desk(folder, home, base / "almacen de datos")
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
    for line in ("git branch -M main", f"git remote add origin '{bare}'", "dvc repro", "git add -A",
                 "dvc add raw/2013T2/pulso_2013T2.sav raw/2013T2/llamadas_2013T2.csv", "git commit -qm Inicio",
                 "git push -u origin main"):  # fmt: skip
        desk.types(line)
    yield desk, bare


def _only_2013t2(folder: Path) -> None:
    """2013T1 of the project becomes this study's first edition, called 2013T2."""
    params = load(folder / "params.yaml")
    entry = params["waves"].pop("2013T1")
    params["waves"].pop("2013T2")
    entry["file"], entry["attempts"] = "pulso_2013T2.sav", "llamadas_2013T2.csv"
    params["waves"]["2013T2"] = entry
    dump(params, folder / "params.yaml")
    shutil.rmtree(folder / "raw/2013T2")
    (folder / "raw/2013T1").rename(folder / "raw/2013T2")
    for name in ("pulso_{}.sav", "llamadas_{}.csv"):
        path = folder / "raw/2013T2" / name.format("2013T1")
        path.rename(path.with_name(name.format("2013T2")))
    (folder / "questionnaires/2013T2.yaml").write_text('wave: "2013T2"\nextends: base_p8\n', encoding="utf-8")
    (folder / "questionnaires/2013T1.yaml").unlink()
    write_graph(load_study(folder))


def test_the_quarter_as_the_guide_tells_it(office: tuple[Desk, Path], tmp_path: Path) -> None:
    desk, bare = office
    for heading in ("## Antes de la primera edición: dónde se guarda", "## 1. Llega la entrega"):
        for line in commands(heading):
            desk.types(line)
    tracked = desk.types("git ls-files")
    assert "raw/2013T3/entrega_2013T3.sav.dvc" in tracked and "raw/2013T3/llamadas_2013T3.csv.dvc" in tracked
    assert not re.search(r"\.(sav|csv)$", "\n".join(x for x in tracked.splitlines() if x.startswith("raw/20")), re.M)
    stored = [path.stat().st_size for path in desk.store.rglob("*") if path.is_file()]
    assert (desk.home / "Descargas/entrega_2013T3.sav").stat().st_size in stored, "what is delivered is in the store"
    # What a person decides: the dates.
    text = (desk.folder / "params.yaml").read_text(encoding="utf-8")
    dates = '    fieldwork: {start: "2013-05-02", end: "2013-05-19"}'
    changed = re.sub(r"    fieldwork: \{[^}]*\}  # moved on from 2013T2.*", dates, text)
    assert changed != text
    (desk.folder / "params.yaml").write_text(changed, encoding="utf-8")
    for line in commands("## 2. Decidir lo pendiente") + commands("## 3. Leer la entrega"):
        desk.types(line)
    assert "pulso check 2013T3" in commands("## 4. Revisar la calidad")[0]
    desk.types(commands("## 4. Revisar la calidad")[0])
    (publish,) = commands("## 5. Publicar")
    desk.types(publish)
    params = (desk.folder / "params.yaml").read_text(encoding="utf-8")
    params = params.replace("current_wave: 2013T2", 'current_wave: "2013T3"')
    (desk.folder / "params.yaml").write_text(params, encoding="utf-8")
    said = desk.types(publish)
    assert "withheld" not in said and "Running stage 'site'" in said
    keep = commands("## 6. Guardar la edición")
    first, rest = keep[: keep.index("git pull")], keep[keep.index("git pull") :]
    for line in first:
        desk.types(line)
    assert desk.types("git status --short") == ""
    assert "not kept yet" not in desk.types("pulso deliveries")
    # A colleague, from a fresh clone with nothing but the address.
    other = Desk(tmp_path / "otra máquina", desk.home, desk.store)
    subprocess.run(["git", "clone", "-q", str(bare), str(other.folder)], check=True)
    said = [other.types(line) for line in rest]
    for wave, delivered in (("2013T3", "entrega_2013T3.sav"), ("2013T3", "llamadas_2013T3.csv")):
        path = Path("raw") / wave / delivered
        assert (other.folder / path).read_bytes() == (desk.folder / path).read_bytes()
    assert "Running stage 'ingest" not in said[-1] and "Running stage 'report" not in said[-1], said[-1]
    assert other.types("git status --short") == ""
    assert (other.folder / "reports/site/2013T3/brief.pdf").is_file()
    # Nothing of it hangs on what DVC collects as unused.
    desk.types("dvc gc -w -f")
    desk.types("rm -rf raw/2013T3/entrega_2013T3.sav && dvc checkout")
    assert (desk.folder / "raw/2013T3/entrega_2013T3.sav").is_file()


def test_two_people_at_once_as_the_guide_tells_it(office: tuple[Desk, Path], tmp_path: Path) -> None:
    desk, bare = office
    other = Desk(tmp_path / "otra máquina", desk.home, desk.store)
    subprocess.run(["git", "clone", "-q", str(bare), str(other.folder)], check=True)
    other.types("dvc pull")
    # The guide gives the keys in person.
    shutil.copytree(desk.folder / ".pulso", other.folder / ".pulso")
    for each, setting in ((desk, "power: 0.80|power: 0.85"), (other, 'licence: "CC BY 4.0"|licence: "CC BY-NC 4.0"')):
        old, new = setting.split("|")
        path = each.folder / "params.yaml"
        text = path.read_text(encoding="utf-8")
        changed = text.replace(old, new) if old in text else text.replace(old.replace('"', ""), new)
        assert changed != text, old
        path.write_text(changed, encoding="utf-8")
        for line in ("make repro", "git add -A", 'git commit -qm "Un cambio"', "dvc push"):
            each.types(line)
    desk.types("git push")
    assert "rejected" in other.types("git push", code=1)
    pull, *rest = commands("### Si dos personas guardaron al mismo tiempo")
    assert "CONFLICT" in other.types(pull, code=1)
    for line in rest:
        assert "withheld" not in other.types(line)
    assert "up-to-date" in other.types("git push")
    text = (other.folder / "params.yaml").read_text(encoding="utf-8")
    assert "0.85" in text and "BY-NC" in text and "<<<<" not in (other.folder / "dvc.lock").read_text(encoding="utf-8")
    assert "didn't change" in other.types("make repro") and other.types("git status --short") == ""
