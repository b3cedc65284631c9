"""Answers that do not hang together as before are seen, named, and honest waves are left alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import relation_frauds as frauds
from pulsometro.check.rules.exchanged_margins import mirrored
from pulsometro.check.rules.odd_parts import runs_of_rows
from pulsometro.check.rules.previous_wave import Past
from pulsometro.check.rules.reference_sample import Answers, Layout, raked, reference
from pulsometro.check.rules.relation_findings import relation_rules
from pulsometro.check.rules.relations import against_battery, slopes
from pulsometro.check.rules.shapes import shape_of, shape_rules
from pulsometro.questionnaire import Item, Questionnaire

SEED = 1


@pytest.fixture(scope="module")
def here() -> frauds.Field:
    return frauds.field("2012T2", SEED)


def _told(here: frauds.Field, kind: frauds.Kind, share: float = 1.0) -> dict[str, tuple[str, tuple[str, ...]]]:
    return frauds.told(here, frauds.planted(kind, here, share, SEED), kind.first)


@pytest.mark.parametrize("wave", ["2011T3", "2011T4", "2012T2"])
def test_nothing_is_said_of_an_honest_wave(wave: str) -> None:
    clean = frauds.field(wave, SEED + 1)
    assert {rule for rule in frauds.told(clean, clean.now) if rule.startswith(("relations", "shapes"))} == set()


SEEN = {
    "headline scale turned round": ("relations.turned", "critical", "seg_municipio"),
    "headline scale turned round, first wave": ("relations.battery", "warning", "seg_municipio"),
    "trust battery turned round": ("relations.turned", "critical", "conf_policia_municipal/conf_transito"),
    "two columns exchanged: army and state police": ("relations.exchanged", "", "conf_policia_estatal/conf_ejercito"),
    "all answers shuffled against sex, age and place": ("relations.lost", "critical", ""),
    "trust battery shuffled": ("relations.lost", "critical", "conf_policia_municipal/conf_transito"),
    "headline shuffled": ("relations.lost", "critical", "seg_municipio"),
    "sex and age shuffled": ("relations.lost", "critical", "sexo/edad"),
    "municipalities shuffled": ("relations.lost", "critical", ""),
    "one municipality: headline turned": ("relations.in_part", "critical", "seg_municipio"),
    "one municipality: headline shuffled": ("relations.in_part", "", "/seg_"),
    "one interviewer: trust backwards": ("relations.in_part", "warning", "conf_"),
    "ages rounded to tens": ("shapes.heaped", "critical", "edad"),
    "durations rounded to five minutes": ("shapes.heaped", "critical", "duracion_min"),
    "one duration for all": ("shapes.constant", "critical", "duracion_min"),
    "one answer for all (bribes)": ("shapes.constant", "critical", "soborno_municipal"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SEEN)
def test_what_is_planted_is_named(here: frauds.Field, kind: str) -> None:
    rule, severity, key = SEEN[kind]
    failed = _told(here, frauds.KINDS[kind])
    assert rule in failed, failed
    assert severity in ("", failed[rule][0])
    assert any(key in each for each in failed[rule][1]), failed[rule]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "another form's rows, scattered: every battery backwards",
        "another form's rows, scattered: headline turned",
        "another form's rows, at the end: every battery backwards",
        "another form's rows, at the end: headline turned",
    ],
)
def test_four_hundred_rows_of_another_form_are_seen(here: frauds.Field, kind: str) -> None:
    failed = _told(here, frauds.KINDS[kind], 400 / len(here.now))
    assert set(failed) & {"relations.other_form", "relations.in_part"}, failed


@pytest.mark.slow
def test_a_column_of_the_last_wave_is_seen(here: frauds.Field) -> None:
    old = here.past[-1].responses["seg_municipio"].to_numpy()
    failed = frauds.told(here, frauds.put(here.now, here.now.index.to_numpy(), {"seg_municipio": np.resize(old, 4894)}))
    assert failed["relations.lost"][0] == "critical" and "seg_municipio" in failed["relations.lost"][1]


@pytest.mark.slow
@pytest.mark.parametrize("place", ["", "19006"])
@pytest.mark.parametrize("items", [frauds.SAFETY, frauds.TRUST[:1]])
def test_a_change_of_opinion_stops_nothing(here: frauds.Field, items: tuple[str, ...], place: str) -> None:
    rng = np.random.default_rng(SEED)
    inside = (here.now["municipio"] == place) | (not place)
    rows = np.flatnonzero(inside & (rng.random(len(here.now)) < 0.6))
    failed = frauds.told(here, frauds.put(here.now, rows, {name: 3 if len(items) == 3 else 4 for name in items}))
    assert not any(severity == "critical" for severity, _ in failed.values()), failed


@pytest.mark.slow
def test_a_declared_break_is_not_compared(here: frauds.Field) -> None:
    """The remedy of a scale that the firm changed: declare its break, and nothing is said of it."""
    form = here.questionnaire
    item = form["seg_municipio"]
    broken = replace(item, comparable=replace(item.comparable, breaks={form.wave: "otra escala hoy"}))
    changed = replace(form, items={**form.items, "seg_municipio": broken})
    spoilt = frauds.planted(frauds.KINDS["headline scale turned round"], here, 1.0, SEED)
    tables, rules = relation_rules(here.study, changed, spoilt, here.past)
    failed = {rule.id for rule in rules if tables["relations"][rule.column].any()}
    assert "relations.turned" not in failed and "relations.lost" not in failed


def test_too_few_answers_tell_nothing(here: frauds.Field) -> None:
    assert relation_rules(here.study, here.questionnaire, here.now.head(300), here.past) == ({}, ())


def _answers(values: np.ndarray, area: np.ndarray) -> Answers:
    count = len(values)
    return Answers(values.astype(float), area, np.ones(values.shape, bool), np.full(count, 1 / count))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.2, 0.8))
def test_raking_gives_the_new_waves_margins(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    layout = Layout(("a", "b"), ((1, 2), (1, 2, 3)), ("x", "y"))
    past = _answers(np.c_[rng.integers(1, 3, 900), rng.integers(1, 4, 900)], rng.integers(0, 2, 900))
    now = _answers(
        np.c_[np.where(rng.random(700) < share, 1, 2), rng.choice([1, 2, 3], 700, p=[0.6, 0.3, 0.1])],
        rng.integers(0, 2, 700),
    )
    weighted = raked(past, now, layout)
    for place in range(2):
        for code in (1, 2, 3):
            held = weighted.weight[weighted.values[:, place] == code].sum()
            assert held == pytest.approx((now.values[:, place] == code).mean(), abs=0.01)
    assert weighted.weight.sum() == pytest.approx(1)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_slope_is_the_share_that_still_belongs_together(seed: int, shuffled: float) -> None:
    rng = np.random.default_rng(seed)

    def wave() -> np.ndarray:
        trait = rng.standard_normal((4000, 1))
        return trait + rng.standard_normal((4000, 5))

    old, new = wave(), wave()
    moved = rng.random(4000) < shuffled
    new[moved, 0] = rng.permutation(new[moved, 0])
    place = np.full(4000, -1)
    past = _answers(old, place)
    usual = reference(past, 0)
    own = reference(_answers(new, place), 0)
    found = slopes(own.scores(_answers(new, place)), usual, 5, past.size, 1.0)
    first = next(each for each in found if each.first == each.last == 0)
    assert first.value == pytest.approx(1 - shuffled, abs=5 * first.error)


def test_an_item_against_its_battery_is_told_without_a_past() -> None:
    rng = np.random.default_rng(4)
    trait = rng.standard_normal((900, 1))
    values = trait + rng.standard_normal((900, 4))
    assert against_battery(values) == []
    values[:, 2] *= -1
    assert against_battery(values) == [2]


def test_two_items_must_each_go_where_the_other_was() -> None:
    waves = np.array([[1.0, 1.5], [1.02, 1.5], [1.01, 1.52]])
    spread = np.ones(2)
    assert mirrored(np.array([1.5, 1.01]), waves, spread, [[0, 1]]) == [(0, 1)]
    # One alone that comes to stand as far below the other is a change of opinion.
    assert mirrored(np.array([2.0, 1.5]), waves, spread, [[0, 1]]) == []
    assert mirrored(np.array([1.05, 1.5]), waves, spread, [[0, 1]]) == []


@given(st.integers(0, 3000))
def test_runs_cover_every_row(count: int) -> None:
    runs = runs_of_rows([f"F{place}" for place in range(count)])
    covered = set(np.concatenate(runs.rows).tolist()) if runs.rows else set()
    assert not runs.rows or len(set(range(count)) - covered) < 100


@given(st.lists(st.integers(0, 97), min_size=1))
def test_shapes_are_shares(values: list[int]) -> None:
    found = shape_of(np.array(values, dtype=float))
    assert found.n == len(values) and 1 / len(values) <= found.top <= 1
    assert found.round == pytest.approx(sum(value % 5 == 0 for value in values) / len(values))


def test_what_was_always_alike_is_no_finding() -> None:
    items = {"pais": Item("t", "l", codes={1: "México", 2: "otro"}), "edad": Item("t", "l", kind="integer")}
    known = frauds.field("2011T3", SEED).questionnaire
    form = Questionnaire("2020T2", items, known.delivery, known.fieldwork, {})
    old = replace(form, wave="2020T1")
    ages = np.random.default_rng(1).integers(18, 90, 500)
    frame = pd.DataFrame({"pais": [1] * 500, "edad": ages}, dtype="Int64")
    tables, _ = shape_rules(form, frame, [Past("2020T1", old, frame)], None, 1.5)
    assert not len(tables["shapes"])
    spoilt = frame.assign(edad=frame["edad"] // 10 * 10)
    tables, rules = shape_rules(form, spoilt, [Past("2020T1", old, frame)], None, 1.5)
    assert tables["shapes"].loc[tables["shapes"]["heaped"], "key"].tolist() == ["edad"]
    assert {rule.id: rule.severity for rule in rules}["shapes.heaped"] == "critical"
