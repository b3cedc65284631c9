"""Three editions through the stages as DVC calls them: what the tables hold follows from the microdata."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.check import stage as check
from pulsometro.check.verdict import refuse_if_stopped
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_json, read_record, read_table, write_record
from pulsometro.estimates import series
from pulsometro.estimates import stage as estimate
from pulsometro.estimation import CHANGE_COLUMNS, COLUMNS, Index, Wave
from pulsometro.estimation import changes as changes_between
from pulsometro.ingest import stage as ingest
from pulsometro.simulate import stage as simulate
from pulsometro.study import Study, load_study
from pulsometro.study.respondents import load_respondents
from pulsometro.suppression import stage as protect
from pulsometro.weighting import stage as weight

LABELS = ("reason_label", "statistic_label", "comparison_label", "verdict_label")

ROOT = Path(__file__).resolve().parents[1]
WAVES = ("2012T2", "2013T1", "2013T2")
KEY = ["wave", "indicator", "category", "statistic", "domain_kind", "domain"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A copy of the study with three of its waves, from simulation to series."""
    folder = tmp_path_factory.mktemp("chain")
    shutil.copytree(ROOT / "questionnaires", folder / "questionnaires")
    for name in ("population", "reference"):
        shutil.copytree(ROOT / "raw" / name, folder / "raw" / name)
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    for wave in load_study(ROOT).waves:
        if wave not in WAVES:
            text = re.sub(rf'  "{wave}":\n(    .*\n)+', "", text)
    published = folder / "raw" / "reference" / "published.csv"
    figures = pd.read_csv(published, dtype=str)
    figures.loc[figures.iloc[:, 0].isin(WAVES)].to_csv(published, index=False)
    text = re.sub(r"(replicates: \{method: rao_wu, n: )\d+", r"\g<1>40", text)
    (folder / "params.yaml").write_text(text, encoding="utf-8")
    made = load_study(folder)
    simulate.run(made)
    for wave in WAVES:
        ingest.run(made, wave)
    check.run_all(made)
    for wave in WAVES:
        weight.run(made, wave)
        estimate.run(made, wave)
        protect.run(made, wave)
    series.run(made)
    yield made


@pytest.fixture(scope="module")
def table(study: Study) -> pd.DataFrame:
    return read_table(study.series("estimates.parquet"))


@pytest.fixture(scope="module")
def changes(study: Study) -> pd.DataFrame:
    return read_table(study.series("changes.parquet"))


def row(table: pd.DataFrame, **keys: str) -> pd.Series:
    found = table.loc[np.logical_and.reduce([table[name] == value for name, value in keys.items()])]
    assert len(found) == 1, keys
    return found.iloc[0]


def test_rows_delivered_are_rows_accepted_and_quarantined(study: Study) -> None:
    for wave in WAVES:
        delivery = read_record(study.processed(wave, "delivery.json"))
        accepted = len(read_table(study.processed(wave, "responses.parquet")))
        quarantined = len(read_table(study.processed(wave, "quarantine.parquet")))
        assert delivery["counts"]["delivered"] == accepted + quarantined
        assert accepted > 4_000


def test_the_estimates_have_the_promised_columns_and_one_row_a_key(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == (
        *COLUMNS, "precision_label", "reason_label", "precision_rule_label", "statistic_label",
    )  # fmt: skip
    assert not table.duplicated(KEY).any()
    assert set(table["wave"]) == set(WAVES)


def test_a_distribution_adds_to_one_in_every_domain(study: Study, table: pd.DataFrame) -> None:
    names = [name for name, i in study.indicators.by_name.items() if i.kind == "distribution"]
    shares = table.loc[table["indicator"].isin(names) & (table["n"] > 0)]
    sums = shares.groupby(["wave", "indicator", "domain_kind", "domain"])["estimate"].sum()
    assert len(sums) > 1_000
    np.testing.assert_allclose(sums, 1, atol=1e-9)


def test_a_share_and_its_error_follow_from_microdata_and_replicates(study: Study, table: pd.DataFrame) -> None:
    data = load_respondents(study, "2013T2")
    inside = data["seg_municipio"].isin([1, 2, 3]) & (data["municipio"] == "19039")
    hit = data["seg_municipio"].isin([2, 3])
    columns = ["weight", *(name for name in data.columns if name.startswith("rep_"))]
    shares = data.loc[inside & hit, columns].sum() / data.loc[inside, columns].sum()
    found = row(table, wave="2013T2", indicator="inseguridad_amplia", domain_kind="municipio", domain="19039")
    assert found["estimate"] == pytest.approx(shares["weight"], rel=1e-9)
    assert found["se"] == pytest.approx(np.sqrt(((shares.iloc[1:] - shares["weight"]) ** 2).mean()), rel=1e-7)
    assert found["n"] == inside.sum()


def test_a_base_restricts_who_is_counted(study: Study, table: pd.DataFrame) -> None:
    data = load_respondents(study, "2013T1")
    victims = (data["victima"] == 1) & data["denuncia"].isin([1, 2])
    silent = victims & (data["denuncia"] == 2)
    found = row(table, wave="2013T1", indicator="no_denuncia", domain_kind="total")
    assert found["estimate"] == pytest.approx(data.loc[silent, "weight"].sum() / data.loc[victims, "weight"].sum())
    assert found["n"] == victims.sum()


def test_the_index_is_the_mean_of_the_forces_answered(study: Study, table: pd.DataFrame) -> None:
    indicator = study.indicators.by_name["indice_confianza_policial"]
    data = load_respondents(study, "2013T2")
    scores = data[list(indicator.items)].astype(float)
    scores = scores.where(scores <= 4).rsub(4).mul(100 / 3)
    index = scores.mean(axis=1).where(scores.notna().sum(axis=1) >= indicator.at_least)
    known = index.notna()
    found = row(table, wave="2013T2", indicator="indice_confianza_policial", domain_kind="total")
    assert found["estimate"] == pytest.approx(np.average(index[known], weights=data.loc[known, "weight"]))


def test_the_index_is_linked_where_a_force_enters(study: Study) -> None:
    """Had Fuerza Civil not been asked of before, the change is that of the other forces, and says so."""
    waves = []
    for wave in ("2013T1", "2013T2"):
        made = estimate.prepare(study, wave)
        index = next(v for v in made.variables if isinstance(v, Index))
        waves.append((Wave(wave, made.design, (index,)), index))
    (before, index), (now, _) = waves
    others = tuple(item for item in index.items if item != "conf_fuerza_civil")
    fewer = replace(before, variables=(index.limited_to(others),))
    settings = estimate.estimation_settings(study)
    found = changes_between(now, fewer, settings=settings).iloc[0]
    levels = []
    for wave, _ in waves:
        scores = wave.design.data[list(others)].astype(float)
        scores = scores.where(scores <= 4).rsub(4).mul(100 / 3)
        known = scores.mean(axis=1).where(scores.notna().sum(axis=1) >= index.at_least).dropna()
        levels.append(np.average(known, weights=wave.design.data.loc[known.index, "weight"]))
    assert [(e["entering"], e["leaving"]) for e in json.loads(found["link"])] == [(["Fuerza Civil"], [])]
    assert found["difference"] == pytest.approx(levels[1] - levels[0], rel=1e-9)
    assert changes_between(now, before, settings=settings).iloc[0]["difference"] != pytest.approx(found["difference"])


def test_domains_of_people_who_did_not_say_are_not_published(table: pd.DataFrame) -> None:
    assert set(table.loc[table["domain_kind"] == "grupo_escolaridad", "domain"]) == {"1", "2", "3"}
    assert table.loc[table["domain_kind"] == "municipio*sexo", "domain"].nunique() == 18


def test_a_wave_is_compared_with_the_previous_one_and_with_a_year_before(changes: pd.DataFrame) -> None:
    assert tuple(changes.columns) == (*CHANGE_COLUMNS, "hypothesis", *LABELS)
    pairs = set(changes[["wave", "comparison", "reference_wave"]].itertuples(index=False, name=None))
    assert ("2013T2", "previous", "2013T1") in pairs
    assert ("2013T2", "year_ago", "2012T2") in pairs
    assert not [pair for pair in pairs if pair[0] == "2012T2"]


def test_a_change_has_the_error_of_two_independent_samples(table: pd.DataFrame, changes: pd.DataFrame) -> None:
    keys = {"indicator": "seguro_municipio", "domain_kind": "municipio", "domain": "19019"}
    change = row(changes, wave="2013T2", comparison="previous", **keys)
    now, before = row(table, wave="2013T2", **keys), row(table, wave="2013T1", **keys)
    assert change["difference"] == pytest.approx(now["estimate"] - before["estimate"], abs=1e-9)
    assert change["se"] == pytest.approx(np.hypot(now["se"], before["se"]), rel=1e-8)


def test_the_verdict_is_that_of_the_adjusted_p(study: Study, changes: pd.DataFrame) -> None:
    judged = changes.loc[changes["verdict"] != "not_comparable"]
    assert (judged["p_adjusted"] >= judged["p"] - 1e-12).all()
    significant = judged["p_adjusted"] < study.params.change.alpha
    assert (judged["verdict"].isin(["up", "down"]) == significant).all()
    moved = judged.loc[significant]
    assert ((moved["difference"] > 0) == (moved["verdict"] == "up")).all()


def test_a_theme_is_a_family_in_each_kind_of_domain_and_a_complement_is_no_other_test(changes: pd.DataFrame) -> None:
    own = changes.loc[(changes["wave"] == "2013T2") & (changes["comparison"] == "year_ago")]
    named = own.loc[own["indicator"].isin(["seguro_municipio", "seguro_pais", "inseguridad_amplia"])]
    assert set(named.groupby("domain_kind")["family"].nunique()) == {1}
    assert named["family"].nunique() == named["domain_kind"].nunique() > 1
    keys = ["domain_kind", "domain"]
    safe, unsafe = (
        named.loc[named["indicator"] == name].set_index(keys) for name in ("seguro_municipio", "inseguridad_amplia")
    )
    assert (safe["hypothesis"] == unsafe["hypothesis"]).all()
    assert (safe["p_adjusted"] == unsafe["p_adjusted"]).all()
    opposite = {"up": "down", "down": "up"}
    assert (safe["verdict"].replace(opposite) == unsafe["verdict"]).all()


def test_what_changed_its_question_is_not_compared(changes: pd.DataFrame) -> None:
    broken = changes.loc[(changes["indicator"] == "victimizacion") & (changes["wave"] == "2013T2")]
    assert set(broken["verdict"]) == {"not_comparable"}
    assert broken["difference"].isna().all()
    assert set(broken["reason"]) == {"broken"}
    assert set(broken["broken_by"]) == {"ahora cuatro meses, antes tres"}


def test_an_old_report_never_sees_a_later_wave(study: Study) -> None:
    known = read_table(study.series("waves/2013T1/estimates.parquet"))
    assert set(known["wave"]) == {"2012T2", "2013T1"}


def test_the_metrics_are_the_headline(study: Study, table: pd.DataFrame) -> None:
    metrics = read_json(study.series("metrics.json"))
    found = row(table, wave="2013T2", indicator="inseguridad_amplia", domain_kind="total")
    assert metrics["2013T2"]["inseguridad_amplia"]["estimate"] == pytest.approx(found["estimate"])
    assert metrics["2013T2"]["inseguridad_amplia"]["n"] == found["n"]


def test_the_same_inputs_make_the_same_bytes(study: Study) -> None:
    path = study.processed("2013T1", "estimates.parquet")
    before = path.read_bytes()
    estimate.run(study, "2013T1")
    assert path.read_bytes() == before


def test_a_stopped_wave_is_refused_in_one_sentence_and_no_other(study: Study) -> None:
    path = study.checks("2013T1")
    verdict = read_record(path)
    write_record({**verdict, "verdict": "stop", "refused": "planted"}, path)
    try:
        with pytest.raises(PulsoError, match="planted"):
            refuse_if_stopped(study, "2013T1")
        refuse_if_stopped(study, "2013T2")
    finally:
        write_record(verdict, path)
