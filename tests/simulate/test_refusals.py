"""What the simulation reads, when it is wrong: one sentence that names the place."""

from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.simulate.sample import draw_edition
from pulsometro.simulate.world import make_world
from pulsometro.study import load_study
from tests.simulate.conftest import small_copy

ASSUMED, PUBLISHED, TOTALS = (
    "raw/reference/synthetic.yaml",
    "raw/reference/published.csv",
    "raw/population/control_totals.csv",
)
HEADER = "wave,item,code,area,percent,half_width\n"

WRONG = {
    "misspelt key": (ASSUMED, "roles:\n", "rolls:\n", "did you mean 'roles'"),
    "shares not 100": (ASSUMED, '"2011T3": [14, 42, 44]', '"2011T3": [14, 42, 40]', "the shares add to 96"),
    "too few codes": (ASSUMED, '"2011T3": [14, 42, 44]', '"2011T3": [56, 44]', "one share per code"),
    "wave without shares": (ASSUMED, '      "2011T3": [14, 42, 44]\n', "", "nothing for wave 2011T3"),
    "unknown latent trait": (ASSUMED, "loads: {security: 0.75}", "loads: {safety: 0.75}", "names 'safety'"),
    "unknown profile": (ASSUMED, "area: {security: 1.0}", "area: {wealth: 1.0}", "names 'wealth'"),
    "loads too heavy": (ASSUMED, "loads: {security: 0.75}", "loads: {security: 1.0}", "below 1"),
    "area without profile": (ASSUMED, '  "19006": {security: -0.05, trust: 0.10, schooling: -0.05}\n', "", "19006"),
    "nobody answers the telephone": (ASSUMED, "cooperation: 52", "cooperation: 2", "raise contact"),
    "unknown source": (
        "params.yaml", '"conapo"\n  assumptions', '"inegi"\n  assumptions', "no source 'inegi'",
    ),
    "missing file": ("params.yaml", "raw/reference/published.csv", "raw/reference/nothing.csv", "nothing.csv"),
    "no section": ("params.yaml", "    simulated: true\n", "", "nothing to simulate"),
    "column gone": (TOTALS, "cve_geo,reference_date,sex,", "cve_geo,reference_date,sexo,", "column 'sex'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input(tmp_path: Path, case: str) -> None:
    name, old, new, said = WRONG[case]
    small_copy(tmp_path, ("2011T3", "2013T2"))
    path = tmp_path / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PulsoError) as caught:
        world = make_world(load_study(tmp_path))
        draw_edition(world.edition("2011T3"), 1)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2013T2,seg_municipio,1,,ten,0.5\n", "line 2"),
        ("2013T2,seg_municipio,1,,125.1,0.05\n", "not a percentage"),
        ("2013T9,seg_municipio,1,,25.1,0.05\n", "2013T9"),
        ("2013T2,seg_municipio,5,,25.1,0.05\n", "code 5"),
        ("2013T2,seg_municipio,1,19099,25.1,0.05\n", "19099"),
        ("2013T2,seg_municipio,2,19019,25.1,0.05\n", "first or the last"),
    ],
)
def test_wrong_published_row(tmp_path: Path, row: str, said: str) -> None:
    small_copy(tmp_path, ("2011T3", "2013T2"))
    (tmp_path / PUBLISHED).write_text(HEADER + row, encoding="utf-8")
    with pytest.raises(PulsoError) as caught:
        make_world(load_study(tmp_path)).edition("2013T2")
    assert said in str(caught.value)
