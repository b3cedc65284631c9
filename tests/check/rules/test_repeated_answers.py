"""The same interviews again are seen by their answers, in any number and order; honest ones are left alone."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.check import stage
from pulsometro.check.amounts import by_amount
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.rule import Rule
from pulsometro.check.rules.honest_pairs import alike_within, expected_pairs
from pulsometro.check.rules.near_duplicates import similar_pairs
from pulsometro.check.rules.repeated_groups import repeated
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.stage import run
from pulsometro.settings.check_settings import Amount, CheckSettings
from pulsometro.study import Study
from tests.ingest import deliveries as d

ROWS, LEVEL = 900, 0.001
FIRST, SECOND = "2020T1", "2020T2"


def answers(seed: int, rows: int = ROWS, items: int = 20) -> np.ndarray:
    """Area, sex, age and answers of people who lean one way or the other, as whole numbers from 0."""
    rng = np.random.default_rng(seed)
    lean = rng.normal(size=(rows, 1)) * 0.7 + rng.normal(size=(rows, items))
    who = np.column_stack([rng.integers(0, 9, rows), rng.integers(0, 2, rows), rng.integers(0, 70, rows)])
    return np.column_stack([who, np.digitize(lean, [-1, 0, 1])]).astype(np.int64)


@pytest.mark.parametrize("seed", range(12))
def test_honest_interviews_are_left_alone(seed: int) -> None:
    now, then = answers(seed), answers(100 + seed)
    assert repeated(now, None, LEVEL, 1) is None
    assert repeated(now, then, LEVEL, 1) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(1, ROWS), st.booleans(), st.integers(0, 5))
def test_any_number_of_pasted_interviews_in_any_order_is_seen(pasted: int, shuffled: bool, seed: int) -> None:
    rows = answers(seed)
    both = np.concatenate([rows, rows[:pasted]])
    order = np.random.default_rng(seed).permutation(len(both)) if shuffled else np.arange(len(both))
    found = repeated(both[order], None, LEVEL, 1)
    assert found is not None
    assert found.sure.sum() == 2 * pasted
    assert found.chance < LEVEL


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 400), st.integers(0, 5))
def test_one_interview_copied_many_times_is_seen(times: int, seed: int) -> None:
    rows = answers(seed)
    found = repeated(np.concatenate([rows, np.repeat(rows[7:8], times - 1, axis=0)]), None, LEVEL, 1)
    assert found is not None
    assert found.sure.sum() == times


@settings(max_examples=30, deadline=None)
@given(st.integers(2, ROWS), st.integers(0, 5))
def test_interviews_of_an_earlier_wave_are_seen(reused: int, seed: int) -> None:
    now, then = answers(seed), answers(50 + seed)
    rng = np.random.default_rng(seed)
    places = rng.permutation(ROWS)[:reused]
    now[places] = then[rng.permutation(ROWS)[:reused]]
    found = repeated(now, then, LEVEL, 1)
    assert found is not None
    assert set(np.flatnonzero(found.sure)) == set(places)


@pytest.mark.parametrize("seed", range(6))
def test_people_who_answer_all_the_same_are_no_copies(seed: int) -> None:
    """80 of 1,500 say the same to everything; nine places, two sexes and ten ages: some are equal by chance."""
    rng = np.random.default_rng(seed)
    rows = answers(seed, 1_500)
    rows[:80, 3:] = 0
    rows[:80, 2] = rng.integers(20, 30, 80)
    found = repeated(rng.permutation(rows), None, LEVEL, 1)
    assert found is None or not found.sure.any()


def test_a_short_questionnaire_tells_by_a_block_alone() -> None:
    """Of four questions most people have an equal, which says nothing; a hundred in one order do."""
    rows = answers(1)[:, [1, 3, 4, 5]]
    honest = repeated(rows, None, LEVEL, 1, few=True)
    assert honest is not None
    assert honest.rows.mean() > 0.9
    assert not honest.sure.any()
    pasted = repeated(np.concatenate([rows, rows[300:400]]), None, LEVEL, 1, few=True)
    assert pasted is not None
    assert pasted.sure[300:400].all()


def test_people_who_come_back_can_be_set_apart() -> None:
    now, then = answers(1), answers(2)
    now[:200] = then[:200]
    found = repeated(now, then, LEVEL, 1, apart=np.arange(ROWS) < 200)
    assert found is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 700), st.integers(1, 2), st.integers(0, 5))
def test_copies_set_no_measure_for_themselves(copied: int, changed: int, seed: int) -> None:
    """However many are copied with an answer or two changed, as many alike are expected as without them."""
    rows = answers(seed)
    _, honest = alike_within(rows)
    rng = np.random.default_rng(seed)
    copies = rows[rng.permutation(ROWS)[:copied]].copy()
    for copy in copies:
        for item in rng.choice(np.arange(3, rows.shape[1]), changed, replace=False):
            copy[item] = (copy[item] + 1) % 4
    both = np.concatenate([rows, copies])
    expected = expected_pairs(alike_within(both)[1])
    share = (len(both) / ROWS) ** 2
    # Unhindered they would be hundreds.
    assert expected[-4:].sum() <= 8 * share * expected_pairs(honest)[-4:].sum() + 0.01


@pytest.mark.parametrize("copied", [1, 20, 150, 199, 201, 600])
def test_nearly_copied_blocks_are_seen_in_any_number(copied: int) -> None:
    rows = answers(3)
    rng = np.random.default_rng(3)
    copies = rows[:copied].copy()
    for copy in copies:
        item = rng.integers(3, rows.shape[1])
        copy[item] = (copy[item] + 1) % 4
    frame = pd.DataFrame(np.concatenate([rows, copies])).rename(columns=str)
    found = similar_pairs(frame, list(frame.columns), None, 0.1)
    assert found is not None
    assert found.suspect[ROWS:].mean() > 0.95
    assert found.suspect[copied:ROWS].mean() < 0.01


def test_how_grave_a_finding_is_follows_from_how_many() -> None:
    rule = Rule("phone.seen_before", "respondents", "seen", "in_set", "info", "", "", {"value_set": [False]})
    said = {}
    for seen in (0, 184, 1_200, 4_951):
        table = pd.DataFrame({"seen": np.arange(4_951) < seen})
        (graded,) = by_amount((rule,), {"respondents": table}, CheckSettings())
        said[seen] = graded.severity
    assert said == {0: "info", 184: "info", 1_200: "warning", 4_951: "critical"}
    declared = CheckSettings(amounts={"phone": Amount(0.5, 1.0)})
    (graded,) = by_amount((rule,), {"respondents": pd.DataFrame({"seen": np.arange(4_951) < 1_200})}, declared)
    assert graded.severity == "info"
    few = pd.DataFrame({"seen": [True, True, False]})
    assert by_amount((rule,), {"respondents": few}, CheckSettings())[0].severity == "warning"


def test_an_amount_that_cannot_be_is_refused() -> None:
    for warn, stop in ((0.5, 0.2), (-0.1, 0.2), (0.1, 1.2)):
        with pytest.raises(PulsoError, match="warn not above stop"):
            Amount(warn, stop)
    for name, meant in (("phones", "did you mean 'phone"), ("sample.present", "does not follow from an amount")):
        with pytest.raises(PulsoError, match=meant):
            by_amount((), {}, CheckSettings(amounts={name: Amount(0, 1)}))
    by_amount((), {}, CheckSettings(amounts={n: Amount(0, 1) for n in ("phone", "dates", "skip_unasked.denuncia")}))


def test_no_amount_lets_pass_what_stops_anyway() -> None:
    rule = Rule("skip_answered.q", "respondents", "q", "in_set", "critical", "", "", {"value_set": [False]})
    table = {"respondents": pd.DataFrame({"q": [True] + [False] * 99})}
    assert by_amount((rule,), table, CheckSettings(amounts={"skip_answered": Amount(0.9, 1)})) == (rule,)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def _two_waves(folder: Path, first: pd.DataFrame, second: pd.DataFrame, days: str = "2020-05") -> Study:
    d.prepared(folder, first)
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    again = text[text.index('  "2020T1":') : text.index("municipalities:")]
    again = again.replace(FIRST, SECOND).replace("edition: 1", "edition: 2").replace("2020-01", days)
    path.write_text(text.replace("municipalities:", again + "municipalities:", 1), encoding="utf-8")
    (folder / f"questionnaires/{SECOND}.yaml").write_text(
        d.QUESTIONNAIRE.replace(f'"{FIRST}"', f'"{SECOND}"'), encoding="utf-8"
    )
    (folder / "raw" / SECOND).mkdir(exist_ok=True)
    d.write_csv(second, folder / "raw" / SECOND / "datos.csv")
    study = d.load_study(folder)
    for wave in (FIRST, SECOND):
        run(study, wave)
    return study


def _renewed(frame: pd.DataFrame) -> pd.DataFrame:
    """Another file by its folios, days and telephones; the same by what people answered."""
    rng = np.random.default_rng(9)
    return frame.assign(
        FOLIO=[f"G{number:05d}" for number in range(1, len(frame) + 1)],
        FECHA=frame["FECHA"].str.replace("2020-01", "2020-05"),
        TEL=[f"81{number:08d}" for number in rng.choice(10**7, len(frame), replace=False)],
    )


@pytest.mark.slow
def test_last_quarters_file_under_other_folios_stops_and_this_quarters_does_not(tmp_path: Path, engine: Engine) -> None:
    old = d.good(240)
    study = _two_waves(tmp_path, old, _renewed(old))
    stage.check_wave(study, FIRST, engine)
    verdict = stage.check_wave(study, SECOND, engine)
    rules = {rule.id: rule for rule in verdict.rules}
    assert verdict.verdict == "stop"
    assert rules["answers.before"].count == 240
    assert FIRST in rules["answers.before"].title
    # What the remedy asks for: this quarter's own file.
    d.write_csv(_renewed(d.good(240, seed=7)), study.raw(SECOND))
    run(study, SECOND)
    verdict = stage.check_wave(study, SECOND, engine)
    assert verdict.verdict != "stop"
    assert not [rule.id for rule in verdict.failed if rule.id.startswith(("answers", "past"))]


@pytest.mark.slow
def test_one_fieldwork_delivered_again_is_told_from_a_copy(tmp_path: Path, engine: Engine) -> None:
    old = d.good(120)
    corrected = old.assign(SEXO=old["SEXO"].where(old.index > 3, 1))
    study = _two_waves(tmp_path, old, corrected, "2020-01")
    verdict = stage.check_wave(study, SECOND, engine)
    found = {rule.id for rule in verdict.failed if rule.severity == "critical"}
    assert verdict.verdict == "stop"
    assert found == {"past.corrected"}
    # What the remedy asks for: one of the two entries. The corrected file is then its wave's own.
    params = tmp_path / "params.yaml"
    left = re.sub(rf'  "{FIRST}":\n(?:    .*\n)+', "", params.read_text(encoding="utf-8"))
    params.write_text(left.replace(f'current_wave: "{FIRST}"', f'current_wave: "{SECOND}"'), encoding="utf-8")
    assert stage.check_wave(d.load_study(tmp_path), SECOND, engine).verdict != "stop"


@pytest.mark.slow
def test_a_copy_is_seen_though_params_give_it_the_days_of_the_other(tmp_path: Path, engine: Engine) -> None:
    old = d.good(240)
    study = _two_waves(tmp_path, old, _renewed(old).assign(FECHA=old["FECHA"]), "2020-01")
    found = {rule.id for rule in stage.check_wave(study, SECOND, engine).failed if rule.severity == "critical"}
    assert "answers.before" in found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("quarantined.for", lambda f: f.assign(EDAD=f["EDAD"].mask(f.index < 7, 3))),
        ("phone.repeated", lambda f: f.assign(TEL=f["TEL"].where(f.index > 20, f["TEL"].iloc[0]))),
        ("dates", lambda f: f.assign(FECHA=f["FECHA"].mask(f.index < 60, "2020-03-01"))),
        ("answers.repeated", lambda f: pd.concat([f, f.iloc[:20].assign(FOLIO=[f"G{k:05d}" for k in range(20)])])),
    ],
)  # fmt: skip
def test_much_of_it_stops(tmp_path: Path, engine: Engine, rule: str, change) -> None:
    study = d.prepared(tmp_path, change(d.good(240)))
    run(study, FIRST)
    verdict = stage.check_wave(study, FIRST, engine)
    assert verdict.verdict == "stop"
    assert rule in {each.id for each in verdict.rules if each.stops}
