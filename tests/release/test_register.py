"""Somebody with a register of the population, and with everything of the release, places no more rows than declared."""

import numpy as np
import pandas as pd
import pytest

from pulsometro.ingest import stage as ingest
from pulsometro.release.microdata import Microdata, load_microdata
from pulsometro.study import load_study
from pulsometro.study.respondents import FOLIO, load_responses
from pulsometro.weighting import stage as weight
from pulsometro.weighting.replicates.multipliers import rao_wu
from tests.disclosure.attacks import Ints, register_attack
from tests.tiny_study import WAVES, rows, write_study

pytestmark = pytest.mark.slow
WAVE, SEED, DRAWS = WAVES[-1], 7, 60
DESIGN = {
    "weighting.base": {"kind": "telephone_completes", "adults": "adultos", "lines": "lineas", "missing": "median"},
    "weighting.calibration": {"method": "raking", "margins": [{"items": ["sexo", "edad2"]}], "missing": "impute"},
    "weighting.blur": {"spread": 0.35}, "weighting.replicates": {"n": DRAWS, "seed": SEED},
    "release.second_blank_at_most": 0.1,
    "release.second": {"keys": ["sexo", "edad2", "marco"], "blank": ["marco"], "answers": ["seguro"]},
}  # fmt: skip
KEYS = ["municipio", "sexo", "edad2", "escolaridad"]
OF_SECOND = ["sexo", "edad2", "marco"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Microdata, pd.DataFrame]:
    """The microdata of a wave, and its respondents as a register would have them, in the order of their folios."""
    folder = tmp_path_factory.mktemp("register")
    study = load_study(write_study(folder, DESIGN))
    ingest.run(study, WAVE)
    weight.run(study, WAVE)
    weights = pd.read_parquet(study.processed(WAVE, "weights.parquet"))
    people = load_responses(study, WAVE).merge(weights[[FOLIO, "weight"]], on=FOLIO).sort_values(FOLIO)
    return load_microdata(study, WAVE), people.reset_index(drop=True)


def known_of(people: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """What a neighbour knows of everybody: the keys, also of those who would not tell, and more than is released."""
    table = people[[*keys, "adultos", "lineas"]].copy()
    table["municipio"] = people["municipio"].astype(int)
    rng = np.random.default_rng(11)
    for name in ("edad2", "adultos", "lineas"):
        if name in table:
            silent = table[name].isin([9, 99]) | table[name].isna()
            table[name] = table[name].mask(silent, pd.Series(rng.integers(1, 3, len(table)), table.index))
    return table.astype("Int64")


def owners(frame: pd.DataFrame, people: pd.DataFrame) -> Ints:
    """The person of each row of the main file, by its weight, which the factor makes everybody's own."""
    place = {f"{value:.9g}": at for at, value in enumerate(people["weight"])}
    return np.array([place[f"{value:.9g}"] for value in frame["weight"]], dtype=np.int64)


@pytest.mark.parametrize("known", [True, False])
def test_a_register_finds_no_more_than_declared(made: tuple[Microdata, pd.DataFrame], known: bool) -> None:
    micro, people = made
    register = known_of(people, KEYS)
    if not known:
        others = pd.concat([rows(WAVE, 160).assign(seed=n) for n in range(8)], ignore_index=True)
        others = others.sample(frac=1.0, random_state=4)
        register = pd.concat([register, known_of(others, KEYS)], ignore_index=True)
    owner = owners(micro.main.frame, people)
    places = people["municipio"].astype(str)
    drawn = rao_wu(places.to_numpy(dtype=str), people[FOLIO].astype(str), DRAWS, SEED).values
    shown = micro.main.frame.assign(edad2=micro.main.frame["edad2"].mask(micro.main.frame["edad2"] == 9))
    replicates = micro.main.replicates
    assert replicates is not None
    whole = np.zeros((DRAWS, len(register)), dtype=np.int64)
    whole[:, : len(people)] = drawn
    found = register_attack(
        shown[[*KEYS, "id", "stratum", "psu", "weight"]], register, owner, KEYS, known=known,
        replicates=replicates.drop(columns="id"), drawn=whole,
    )  # fmt: skip
    # Who knows the adults of every home puts some more rows in their place than blind guesses do: so much is declared.
    assert found.right <= (micro.plan.linkage_at_most if known else 0.01 + found.luck), found
    assert micro.risk.main.linkage <= micro.plan.linkage_at_most


def test_the_attack_would_have_found_the_folios_order(made: tuple[Microdata, pd.DataFrame]) -> None:
    """The same attack where rows stand as the folios do: it bites."""
    micro, people = made
    owner = owners(micro.main.frame, people)
    shown = micro.main.frame.iloc[np.argsort(owner)].reset_index(drop=True).assign(id=range(len(owner)))
    shown["edad2"] = shown["edad2"].mask(shown["edad2"] == 9)
    found = register_attack(shown[[*KEYS, "id"]], known_of(people, KEYS), np.sort(owner), KEYS, known=True)
    assert found.right > 0.5, found


def test_the_second_file_finds_nobody_either(made: tuple[Microdata, pd.DataFrame]) -> None:
    micro, people = made
    assert micro.second is not None and micro.risk.joined is not None and micro.risk.second is not None
    second = micro.second.frame
    assert (
        micro.risk.second.k_candidates >= 5
        and min(micro.risk.joined.main_in_second, micro.risk.joined.second_in_main) >= 5
    )
    # Whoever knows all who took part is left with the classes of the keys, and a constant weight in each.
    groups = second.groupby(["sexo", "edad2"], dropna=False)["weight"]
    assert (groups.max() == groups.min()).all()
    classes = people.groupby(OF_SECOND, dropna=False).size()
    assert micro.risk.second.linkage <= len(classes) / len(people)
