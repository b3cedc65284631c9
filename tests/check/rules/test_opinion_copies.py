"""Answers that were copied and given other people are told from likeness, in the same wave and of earlier ones."""

import numpy as np
import pandas as pd
import pytest

from pulsometro.check.rules.interviewer_patterns import repeated_patterns
from pulsometro.check.rules.opinion_copies import opinion_items, opinions_again
from pulsometro.check.rules.repeated_answers import Earlier, answers_again
from pulsometro.study import Study
from tests.ingest import deliveries as d

WAVE = "2020T1"
ITEMS = [f"op_{k}" for k in range(16)]
ROWS = 1_500


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    more = "".join(f'  {name}: {{text: "¿{name}?", label: {name}, scale: confianza}}\n' for name in ITEMS)
    columns = "".join(f"    {name}: {name.upper()}\n" for name in ITEMS)

    def edit(text: str) -> str:
        text = text.replace("  victima:", more + "  victima:", 1)
        return text.replace("    municipio: MUN\n", "    municipio: MUN\n" + columns, 1)

    return d.write_study(tmp_path_factory.mktemp("opinions"), edit=edit)


def people(seed: int, rows: int = ROWS) -> pd.DataFrame:
    """People who lean one way or the other, with another life each."""
    rng = np.random.default_rng(seed)
    lean = rng.normal(size=(rows, 1)) * 0.8 + rng.normal(size=(rows, len(ITEMS)))
    frame = pd.DataFrame(np.digitize(lean, [-0.9, 0, 0.9]) + 1, columns=ITEMS)
    return frame.assign(
        folio=[f"F{seed}-{k}" for k in range(rows)], municipio=rng.choice(["01001", "01002"], rows),
        sexo=rng.integers(1, 3, rows), edad=rng.integers(18, 90, rows),
        entrevistador=rng.choice([f"E{k:02d}" for k in range(20)], rows),
    )  # fmt: skip


def told(study: Study, now: pd.DataFrame, before: dict[str, pd.DataFrame]) -> dict[str, tuple[int, str]]:
    """Rule → rows that fail and its title, of those that do."""
    questionnaire = study.questionnaire(WAVE)
    earlier = [Earlier(wave, questionnaire, frame) for wave, frame in before.items()]
    tables, rules = opinions_again(study, questionnaire, now, earlier)
    counts = {rule.id: (int(tables[rule.table]["copied"].sum()), rule.title) for rule in rules}
    return {id_: found for id_, found in counts.items() if found[0]}


def pasted(now: pd.DataFrame, source: pd.DataFrame, n: int, changed: int = 0, seed: int = 1) -> pd.DataFrame:
    """``n`` of the interviews with another's answers to all but ``changed`` of the items, and their own sex and age."""
    rng = np.random.default_rng(seed)
    places, taken = rng.permutation(len(now))[:n], rng.permutation(len(source))[:n]
    answers = now[ITEMS].to_numpy(copy=True)
    for place, row in zip(places, source[ITEMS].to_numpy()[taken], strict=True):
        kept = rng.permutation(len(ITEMS))[changed:]
        answers[place, kept] = row[kept]
    return now.assign(**dict(zip(ITEMS, answers.T, strict=True)))


def test_who_people_are_is_no_opinion(study: Study) -> None:
    found = opinion_items(study, study.questionnaire(WAVE), list(people(1).columns))
    assert set(ITEMS) <= set(found)
    assert not {"municipio", "edad", "sexo", "entrevistador"} & set(found)


@pytest.mark.parametrize("seed", range(8))
def test_honest_waves_are_told_nothing(seed: int, study: Study) -> None:
    waves = {f"w{k}": people(100 * seed + k) for k in range(1, 4)}
    assert told(study, people(seed), {}) == {}
    assert told(study, people(seed), {"w1": waves["w1"]}) == {}
    assert told(study, people(seed), waves) == {}


def in_one_column(frame: pd.DataFrame, share: float, items: list[str], seed: int = 3) -> pd.DataFrame:
    """People of whom a ``share`` gives the same answer to all of the ``items``."""
    rng = np.random.default_rng(seed)
    some, answer = rng.random(len(frame)) < share, rng.integers(1, 5, len(frame))
    return frame.assign(**{name: np.where(some, answer, frame[name]) for name in items})


def worse(frame: pd.DataFrame, share: float, seed: int = 4) -> pd.DataFrame:
    """People of whom a ``share`` thinks worse of everything, by one answer."""
    some = np.random.default_rng(seed).random(len(frame)) < share
    return frame.assign(**{name: np.where(some, np.minimum(frame[name] + 1, 4), frame[name]) for name in ITEMS})


@pytest.mark.parametrize(("rows", "earlier"), [(3_000, [400, 400]), (400, [1_500] * 4), (1_500, [400, 4_000, 400]),
                                               (1_500, [60, 60, 60])])  # fmt: skip
def test_waves_of_other_sizes_are_told_nothing(rows: int, earlier: list[int], study: Study) -> None:
    waves = {f"w{k}": people(200 + k, size) for k, size in enumerate(earlier)}
    assert told(study, people(7, rows), waves) == {}


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6])
@pytest.mark.parametrize("earlier", [0, 1, 4])
def test_a_battery_answered_in_one_column_is_no_copy(share: float, earlier: int, study: Study) -> None:
    now = in_one_column(people(7), share, ITEMS[:7])
    assert told(study, now, {f"w{k}": people(200 + k) for k in range(earlier)}) == {}


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_a_change_of_opinion_is_no_copy(share: float, study: Study) -> None:
    waves = {f"w{k}": people(200 + k) for k in range(4)}
    assert told(study, worse(people(7), share), waves) == {}
    flipped = people(7).assign(op_3=lambda frame: 5 - frame["op_3"])
    assert told(study, flipped, waves) == {}


@pytest.mark.parametrize(("n", "changed", "gloomier"), [(150, 1, 0.0), (300, 2, 0.0), (60, 0, 0.5)])
def test_answers_of_the_same_wave_under_other_people_are_named(
    n: int, changed: int, gloomier: float, study: Study
) -> None:
    waves, now = {f"w{k}": people(200 + k) for k in range(4)}, worse(people(7), gloomier)
    found = told(study, pasted(now, now.tail(700), n, changed), waves)
    assert "esta misma edición" in found["answers.opinions_nearly"][1]


@pytest.mark.parametrize(("n", "changed"), [(30, 0), (450, 0), (1_500, 0), (450, 2), (1_500, 4)])
def test_an_earlier_waves_answers_under_other_people_are_named(n: int, changed: int, study: Study) -> None:
    waves = {f"2019T{k}": people(k) for k in range(1, 4)}
    found = told(study, pasted(people(50), waves["2019T2"], n, changed), waves)
    assert found
    assert all("2019T2" in title and "2019T1" not in title for _, title in found.values())
    if not changed:
        assert n <= found["answers.opinions"][0] <= n + 15


@pytest.mark.parametrize("n", [40, 200])
def test_a_block_of_the_same_wave_under_other_people_is_seen_in_a_first_wave_too(n: int, study: Study) -> None:
    now = people(50)
    block = now.iloc[:n].assign(folio=[f"G{k}" for k in range(n)], sexo=3 - now["sexo"].iloc[:n])
    both = pd.concat([now, block], ignore_index=True)
    assert told(study, both, {})["answers.opinions"][0] >= 2 * n
    assert "esta misma edición" in told(study, both, {"w1": people(1), "w2": people(2)})["answers.opinions"][1]


@pytest.mark.parametrize(("n", "severity"), [(2, "warning"), (4, "warning"), (5, "critical"), (40, "critical")])
def test_a_few_who_answer_everything_the_same_never_stop(n: int, severity: str, study: Study) -> None:
    before, now = people(1, 300), people(2, 300)
    keys = [*ITEMS, "municipio", "sexo", "edad"]
    now.loc[now.index[:n], keys] = before.loc[before.index[:n], keys]
    tables, rules = answers_again(study, study.questionnaire(WAVE), now, [Earlier("w1", study.questionnaire(WAVE),
                                                                                  before)])  # fmt: skip
    rule = {each.id: each for each in rules}["answers.before"]
    assert int(tables["respondents"]["answers_before"].sum()) == n
    assert rule.severity == severity


def _patterns(study: Study, frame: pd.DataFrame) -> list[str]:
    who, names = pd.factorize(frame["entrevistador"], sort=True)
    tables, _ = repeated_patterns(study, study.questionnaire(WAVE), frame, who, list(map(str, names)))
    return [key.split()[0] for key in tables["patterns"].query("share > 0")["key"]]


@pytest.mark.parametrize("seed", range(8))
def test_honest_interviewers_repeat_nothing(seed: int, study: Study) -> None:
    assert _patterns(study, people(seed)) == []


@pytest.mark.parametrize("patterns", [1, 5, 12])
@pytest.mark.parametrize("touched", [0, 1])
def test_who_repeats_a_few_patterns_is_named(patterns: int, touched: int, study: Study) -> None:
    frame, rng = people(3), np.random.default_rng(patterns)
    mine = np.flatnonzero(frame["entrevistador"] == "E07")
    answers = frame[ITEMS].to_numpy(copy=True)
    answers[mine] = answers[rng.permutation(ROWS)[:patterns]][rng.integers(patterns, size=len(mine))]
    for row in mine:
        answers[row, rng.permutation(len(ITEMS))[:touched]] = rng.integers(1, 5)
    assert _patterns(study, frame.assign(**dict(zip(ITEMS, answers.T, strict=True)))) == ["E07"]
