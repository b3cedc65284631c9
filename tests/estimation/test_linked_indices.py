"""An index between waves that asked of different things: compared over what all of them asked, and marked."""

import json

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Categorical,
    Index,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    changes,
    estimate,
    trend,
)

SCORES = tuple((code, float(4 - code)) for code in range(1, 5))
LABELS = {"a": "Alfa", "b": "Beta", "c": "Gama", "d": "Delta"}
YES = Share("si", "a", (1,), "sí")
DOMAINS = [(), ("sexo",)]


def index(items: str, at_least: int = 1) -> Index:
    return Index("confianza", tuple(items), SCORES, at_least, labels=tuple(LABELS[item] for item in items))


def wave(label: str, items: str, seed: int, asked: str | None = None, **more: object) -> Wave:
    """Trust in ``items``, of which the index takes ``asked``; the last force is trusted much more."""
    rng = np.random.default_rng(seed)
    n = 240
    data = pd.DataFrame({"w": rng.uniform(1, 3, n), "h": np.arange(n) % 4, "psu": np.arange(n) % 48})
    data["sexo"] = rng.integers(1, 3, n)
    for item in LABELS:
        shares = (0.6, 0.2, 0.1, 0.05, 0.05) if item == "d" else (0.1, 0.2, 0.3, 0.3, 0.1)
        data[item] = rng.choice([1, 2, 3, 4, 9], n, p=shares) if item in items else np.nan
    return Wave(label, SurveyDesign(data, "w", "h", "psu"), (YES, index(asked or items, **more)))


def test_a_change_is_over_the_common_items_and_says_which_enter() -> None:
    before, now = wave("2030T1", "abc", 1), wave("2030T2", "abcd", 2)
    made = changes(now, before, DOMAINS)
    expected = changes(wave("2030T2", "abcd", 2, "abc"), before, DOMAINS)
    pd.testing.assert_frame_equal(made.drop(columns="link"), expected.drop(columns="link"))
    assert made.groupby("indicator")["link"].unique().map(list).to_dict() == {
        "confianza": ['[{"entering": ["Delta"], "leaving": [], "wave": "2030T2"}]'],
        "si": [""],
    }
    assert set(expected["link"]) == {""}
    levels = [estimate(w.design, w.variables)["estimate"].iloc[1] for w in (before, now)]
    assert levels[1] - levels[0] > 0.2
    assert abs(made.loc[made["indicator"] == "confianza", "difference"].iloc[0]) < 0.15


def test_tables_already_made_keep_their_other_rows() -> None:
    plain = [wave("2030T1", "abd", 1), wave("2030T2", "abc", 2)]
    made = [Wave(w.label, w.design, w.variables, estimate(w.design, w.variables, DOMAINS, wave=w.label)) for w in plain]
    pd.testing.assert_frame_equal(changes(made[1], made[0], DOMAINS), changes(plain[1], plain[0], DOMAINS))
    assert changes(made[1], made[0])["link"].tolist() == [
        "",
        '[{"entering": ["Gama"], "leaving": ["Delta"], "wave": "2030T2"}]',
    ]


def test_too_few_common_items_are_no_comparison() -> None:
    before, now = wave("2030T1", "ab", 1, at_least=2), wave("2030T2", "bcd", 2, at_least=2)
    row = changes(now, before).set_index("indicator").loc["confianza"]
    assert row["verdict"] == "not_comparable"
    assert row["reason"] == "few_common"
    assert json.loads(row["link"])[0] | {"wave": ""} == {"entering": ["Gama", "Delta"], "leaving": ["Alfa"], "wave": ""}
    assert np.isnan(row["difference"])


def test_a_trend_runs_over_what_every_wave_asked() -> None:
    years = {"2030T1": 2030.1, "2030T2": 2030.4, "2030T3": 2030.7}
    items = dict(zip(years, ("abc", "abcd", "abd"), strict=True))
    made = trend([wave(label, own, k) for k, (label, own) in enumerate(items.items())], years, DOMAINS)
    expected = trend([wave(label, own, k, "ab") for k, (label, own) in enumerate(items.items())], years, DOMAINS)
    pd.testing.assert_frame_equal(made.drop(columns="link"), expected.drop(columns="link"))
    assert set(made.loc[made["indicator"] == "confianza", "link"]) == {
        '[{"entering": ["Delta"], "leaving": [], "wave": "2030T2"}, '
        '{"entering": [], "leaving": ["Gama"], "wave": "2030T3"}]'
    }


@pytest.mark.parametrize("covariance", ["overlap", "independent"])
def test_the_same_items_are_no_link(covariance: str) -> None:
    """Nor is a variable of another kind that has the index's name in the other wave."""
    before, now = wave("2030T1", "abc", 1), wave("2030T2", "abc", 2)
    other = Wave("2030T1", before.design, (YES, Categorical("confianza", (1, 2, 3, 4), column="a", missing=(9,))))
    assert changes(now, other, settings=Settings())["indicator"].tolist() == ["si"]
    years = {"2030T1": 2030.1, "2030T2": 2030.4}
    assert set(trend([before, now], years, covariance=covariance)["link"]) == {""}
