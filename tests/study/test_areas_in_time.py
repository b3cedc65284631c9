"""One municipality enters, another leaves: earlier waves stay as they were, the whole breaks, who stays is compared."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsometro.check import stage as check
from pulsometro.check.verdict import refuse_if_stopped
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table
from pulsometro.estimates import series
from pulsometro.estimates import stage as estimate
from pulsometro.graph.stages import stages_of
from pulsometro.ingest import stage as ingest
from pulsometro.study import Place, Study, load_study
from pulsometro.study.areas_in_time import codes_in, moved_between, period_faults
from pulsometro.study.tile_map import tile_faults
from pulsometro.study.withheld import WaveWithheld
from pulsometro.suppression import stage as protect
from pulsometro.weighting import stage as weight
from pulsometro.weighting.record import load_weighting
from tests.tiny_study import PLACES, WAVES, population, rows, write_study

BEFORE, NOW = WAVES
NORTH, CENTRE, SOUTH = PLACES
PLAIN = {"publish.reports": False, "publish.release": False, "release": None,
         "estimation.domains": [[], ["municipio"], ["sexo"], ["municipio", "sexo"]]}  # fmt: skip
CALIBRATED = {"weighting.calibration": {"method": "raking", "margins": [{"items": ["sexo"]}]}}


def areas(north: dict[str, str] | None = None, south: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The tiny study's municipalities with their first and last waves."""
    more: list[dict[str, str]] = [north or {}, {}, south or {}]
    named = zip(PLACES, ("Norte", "Centro", "Sur"), more, strict=True)
    return [{"cve_geo": code, "name": name, "short": name, "tile": [number, 0], **extra}
            for number, (code, name, extra) in enumerate(named)]  # fmt: skip


def study_of(folder: Path, **more: Any) -> Study:
    """Norte leaves after the first wave, Sur enters with the second; each wave is delivered without the other."""
    turned = areas({"until": BEFORE}, {"since": NOW})
    write_study(folder, {**PLAIN, **CALIBRATED, "municipalities": turned, **more})
    return load_study(folder)


def test_who_is_in_which_wave(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    assert study.codes_in(BEFORE) == (NORTH, CENTRE) and study.codes_in(NOW) == (CENTRE, SOUTH)
    assert study.area_codes == PLACES
    assert moved_between(study.places, WAVES, BEFORE, NOW) == "entra Sur y sale Norte"
    # Who reads the municipalities reads when the waves are in which they enter and leave.
    deps = {stage.name: stage.deps for stage in stages_of(study)}
    for name in ("ingest", "weight", "estimate", "series", "check"):
        assert f"processed/settings/waves/{BEFORE}.json" in deps[name], name


@pytest.mark.slow
def test_earlier_waves_are_weighed_and_the_whole_breaks_where_they_move(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    for wave in WAVES:
        ingest.run(study, wave)
    check.run_all(study)
    people = population().groupby("cve_geo")["population"].sum()
    for wave in WAVES:
        weight.run(study, wave, partial(refuse_if_stopped, study, wave))
        estimate.run(study, wave)
        protect.run(study, wave)
        made = load_weighting(study, wave)
        assert made.areas == study.codes_in(wave)
        assert made.final[-1].sum == pytest.approx(people[list(study.codes_in(wave))].sum())
    said = series.run(study)
    assert "Warning" not in said
    changes = read_table(study.series("changes.parquet"))
    changes = changes[changes["wave"] == NOW]
    whole = changes["domain_kind"].isin(["total", "sexo"])
    assert whole.any() and set(changes[whole]["broken_by"]) == {"entra Sur y sale Norte"}
    assert changes[whole][["difference", "se", "p", "ci_low"]].isna().all(axis=None)
    stays = changes[~whole]
    assert {domain.split("*")[0] for domain in stays["domain"]} == {CENTRE}
    assert set(stays["broken_by"]) == {""} and stays["publishable"].mean() > 0.5 and stays["p"].notna().any()
    estimates = read_table(study.series("estimates.parquet"))
    for wave in WAVES:
        mine = estimates[(estimates["wave"] == wave) & (estimates["domain_kind"] == "municipio")]
        assert set(mine["domain"]) == set(study.codes_in(wave))


@pytest.mark.slow
def test_a_delivery_of_a_municipality_that_is_not_of_the_wave_is_refused_and_the_remedies_work(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    rows(NOW).to_csv(study.raw(NOW), index=False)
    with pytest.raises(WaveWithheld) as stop:
        ingest.run(study, NOW)
    assert f"item municipio: 160 interviews are of Norte ({NORTH}), which params.yaml takes out of {NOW} " \
        f"(until: {BEFORE}); correct that under municipalities, or the file." in str(stop.value)  # fmt: skip
    # The first remedy: it did not leave. The second: the file without it.
    write_study(tmp_path / "a", {**PLAIN, "municipalities": areas(None, {"since": NOW})})
    ingest.run(load_study(tmp_path / "a"), NOW)
    table = rows(NOW)
    table[table["municipio"] != NORTH].to_csv(study.raw(NOW), index=False)
    ingest.run(study, NOW)


@pytest.mark.slow
def test_a_delivered_municipality_that_the_study_lacks_is_listed_since_this_wave(tmp_path: Path) -> None:
    write_study(tmp_path, {**PLAIN, "municipalities": areas()[:2]})
    study = load_study(tmp_path)
    ingest.run(study, BEFORE)
    rows(NOW).to_csv(study.raw(NOW), index=False)
    with pytest.raises(WaveWithheld, match=rf"list it under municipalities \(since: {NOW} if it enters now\)"):
        ingest.run(study, NOW)
    write_study(tmp_path, {**PLAIN, "municipalities": areas(None, {"since": NOW})})
    study = load_study(tmp_path)
    for wave in WAVES:
        ingest.run(study, wave)
    check.run_all(study)
    for wave in WAVES:
        weight.run(study, wave, partial(refuse_if_stopped, study, wave))


@pytest.mark.slow
def test_a_municipality_without_interviews_is_taken_out_of_the_wave(tmp_path: Path) -> None:
    write_study(tmp_path, {**PLAIN, **CALIBRATED})
    study = load_study(tmp_path)
    table = rows(NOW)
    table[table["municipio"] != NORTH].to_csv(study.raw(NOW), index=False)
    ingest.run(study, NOW)
    failed = {rule.id: rule for rule in check.run_one(study, NOW).failed if rule.severity == "critical"}
    assert set(failed) == {"sample.present"} and "until" in failed["sample.present"].remedy
    with pytest.raises(WaveWithheld, match=r"no interviews for .*municipalities: since\).*\(until"):
        weight.run(study, NOW)
    write_study(tmp_path, {**PLAIN, **CALIBRATED, "municipalities": areas({"until": BEFORE})})
    study = load_study(tmp_path)
    for wave in WAVES:
        ingest.run(study, wave)
    check.run_all(study)
    for wave in WAVES:
        weight.run(study, wave, partial(refuse_if_stopped, study, wave))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (areas({"until": "2021T9"}), r"Norte says until: 2021T9, which is no wave; write one of 2021T1, 2021T2"),
        (areas({"since": NOW, "until": BEFORE}), r"Norte leaves \(until\) before it enters \(since\); correct one"),
        ([{**area, "until": BEFORE} for area in areas()], rf"municipalities: none is in {NOW}; correct their since"),
        ([{**area, "tile": [0.5 * n, 0]} for n, area in enumerate(areas())], r"Norte and Centro lie on one tile"),
        ([{**area, "tile": [n - 1, 0]} for n, area in enumerate(areas())], r"Norte lies on tile \(-1, 0\)"),
        ([{**area, "tile": [n, 1e6 * n]} for n, area in enumerate(areas())], r"2 things .*(\n.*from 0 to 50.*){2}"),
        ([{**area, "tile": [n, float("inf")]} for n, area in enumerate(areas())], r"Norte lies on tile \(0, inf\)"),
        ([{**area, "tile": [0, 0]} for area in areas()], r"3 things to correct:(\n.*lie on one tile.*){3}"),
    ],
    ids=["no such wave", "out before in", "nobody left", "tiles half over another", "left of the map",
         "far below it", "nowhere", "one tile for all"],
)  # fmt: skip
def test_periods_and_tiles_that_cannot_be_are_named(tmp_path: Path, changed: list[dict[str, Any]], said: str) -> None:
    write_study(tmp_path, {**PLAIN, "municipalities": changed})
    with pytest.raises(PulsoError, match=said):
        load_study(tmp_path)


MANY = ["w1", "w2", "w3", "w4", "w5"]


@given(st.lists(st.tuples(st.sampled_from([None, *MANY]), st.sampled_from([None, *MANY])), min_size=1, max_size=4))
def test_waves_break_exactly_where_their_municipalities_differ(periods: list[tuple[str | None, str | None]]) -> None:
    made = [Place(str(n), f"M{n}", f"M{n}", (n, 0), (), *own) for n, own in enumerate(periods)]
    for first in MANY:
        for second in MANY:
            same = codes_in(made, MANY, first) == codes_in(made, MANY, second)
            assert bool(moved_between(made, MANY, first, second)) != same
    for wave in MANY:
        for area in made:
            inside = (area.since or "w1") <= wave <= (area.until or "w5")
            assert (area.code in codes_in(made, MANY, wave)) == inside
    assert list(tile_faults({area.short: area.tile for area in made})) == []
    backwards = any(since and until and until < since for since, until in periods)
    assert any("before it enters" in fault.text for fault in period_faults(made, MANY)) == backwards
