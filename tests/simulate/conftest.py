"""The whole synthetic world once, and a small copy of the study for files."""

import re
import shutil
from pathlib import Path

import pytest

from pulsometro.simulate import stage
from pulsometro.simulate.answers import Edition
from pulsometro.simulate.world import World, make_world
from pulsometro.study import Study, load_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(load_study(ROOT))


@pytest.fixture(scope="session")
def editions(world: World) -> dict[str, Edition]:
    """The editions with published figures."""
    return {wave: world.edition(wave) for wave in dict.fromkeys(f.wave for f in world.published)}


WAVES = ("2011T3", "2011T4", "2012T1", "2012T2", "2012T3", "2012T4", "2013T1", "2013T2")


def small_copy(folder: Path, waves: tuple[str, ...] = WAVES) -> Study:
    """The study with 2,000 synthetic adults and some 60 interviews a municipality, and these waves only."""
    for name in ("questionnaires", "raw/reference", "raw/population"):
        shutil.copytree(ROOT / name, folder / name, dirs_exist_ok=True)
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    params = _replaced(params, "interviews_per_area: 545", "interviews_per_area: 60")
    params = re.sub('current_wave: "[^"]*"', f'current_wave: "{waves[-1]}"', params)
    for wave in set(WAVES) - set(waves):
        params, count = re.subn(rf'  "{wave}":\n(    .*\n)+', "", params)
        assert count == 1, wave
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    assumed = folder / "raw" / "reference" / "synthetic.yaml"
    text = _replaced(assumed.read_text(encoding="utf-8"), "persons_per_area: 20000", "persons_per_area: 2000")
    assumed.write_text(_replaced(text, 'interviews: {"2013T2": 4951}', "interviews: {}"), encoding="utf-8")
    published = folder / "raw" / "reference" / "published.csv"
    rows = published.read_text(encoding="utf-8").splitlines(keepends=True)
    published.write_text("".join(row for row in rows if row[:6] in (*waves, "wave,i")), encoding="utf-8")
    return load_study(folder)


def _replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A small study whose eight editions were simulated."""
    study = small_copy(tmp_path_factory.mktemp("small"))
    stage.run(study)
    return study
