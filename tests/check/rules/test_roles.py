"""A role that params.yaml declares and the delivery does not feed, or feeds with what cannot be true."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.check.amounts import by_amount
from pulsometro.check.rules.roles import role_rules
from pulsometro.study import Study, load_study
from tests.ingest import deliveries as d

WAVE = "2020T1"
DAYS = pd.date_range("2020-01-06", "2020-01-31").strftime("%Y-%m-%d").to_numpy()


def people(n: int = 600, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "fecha": pd.array(rng.choice(DAYS, n), dtype="string"),
        "entrevistador": pd.array(rng.choice([f"E{k}" for k in range(max(n // 60, 2))], n), dtype="string"),
        "duracion": pd.array(np.round(rng.lognormal(2.6, 0.3, n), 1), dtype="Float64"),
        "telefono": pd.array([f"c{k:06d}" for k in range(n)], dtype="string"),
    })  # fmt: skip


def told(study: Study, frame: pd.DataFrame, usual: float | None = None) -> dict[str, str]:
    """Role → the severity of its rule where it fails."""
    tables, rules = role_rules(study, study.questionnaire(WAVE), frame, usual)
    failed = {}
    for rule in by_amount(rules, tables, study.params.check):
        share = tables["roles"].query(rule.where)["share"].iloc[0]
        if not rule.limits["min_value"] <= share <= rule.limits["max_value"]:
            failed[rule.id] = rule.severity
    return failed


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return d.write_study(tmp_path)


def part(frame: pd.DataFrame, item: str, value: object, share: float) -> pd.DataFrame:
    rows = np.arange(len(frame)) < round(share * len(frame))
    return frame.assign(**{item: frame[item].mask(rows, value)})


@pytest.mark.parametrize("n", [1, 5, 20, 60, 600, 4900])
def test_an_honest_wave_is_told_nothing(n: int, study: Study) -> None:
    assert told(study, people(n)) == {}
    assert told(study, people(n), 13.0) == {}


@pytest.mark.parametrize("item", ["fecha", "entrevistador", "duracion", "telefono"])
@pytest.mark.parametrize(("share", "severity"), [(0.04, None), (0.2, "warning"), (0.7, "critical"), (1.0, "critical")])
def test_blank_is_as_grave_as_it_is_much(item: str, share: float, severity: str | None, study: Study) -> None:
    role = {"fecha": "date", "entrevistador": "interviewer", "duracion": "duration", "telefono": "phone"}[item]
    expected = {} if severity is None else {f"role.{role}": severity}
    assert told(study, part(people(), item, pd.NA, share)) == expected


@pytest.mark.parametrize(("value", "why"), [(pd.NA, "vacía en"), (-3.0, "vacía, cero o negativa en"),
                                            (0.0, "vacía, cero o negativa en")])  # fmt: skip
def test_why_a_duration_tells_nothing(value: object, why: str, study: Study) -> None:
    tables, _ = role_rules(study, study.questionnaire(WAVE), part(people(), "duracion", value, 0.5))
    assert tables["roles"].query("role == 'duration'")["key"].iloc[0].startswith(why)


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        (lambda f: f.assign(fecha="2020-01-08"), {"role.date": "critical"}),
        (lambda f: f.assign(telefono="c0"), {"role.phone": "critical"}),
        (lambda f: f.assign(entrevistador="E1"), {"role.interviewer": "warning"}),
        (lambda f: f.assign(entrevistador=[f"x{k}" for k in range(len(f))]), {"role.interviewer": "critical"}),
        (lambda f: f.assign(duracion=12.0), {"role.duration": "critical"}),
        (lambda f: f.assign(duracion=0.0), {"role.duration": "critical"}),
        (lambda f: f.assign(duracion=-1.0), {"role.duration": "critical"}),
        (lambda f: f.assign(duracion=f["duracion"] * 60), {"role.duration": "critical"}),
        (lambda f: f.assign(duracion=f["duracion"] * 60_000), {"role.duration": "critical"}),
        (lambda f: f.assign(duracion=f["duracion"] / 60), {"role.duration": "critical"}),
        (lambda f: f.assign(duracion=f["duracion"] / 1440), {"role.duration": "critical"}),
        (lambda f: f.assign(duracion=f["duracion"].where(f.index < 400, f["duracion"] * 60)),
         {"role.duration": "warning"}),
        (lambda f: f.drop(columns="telefono"), {"role.phone": "critical"}),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_told(change, failed: dict[str, str], study: Study) -> None:
    assert told(study, change(people())) == failed


def test_one_person_cannot_make_thousands(study: Study) -> None:
    assert told(study, people(4900).assign(entrevistador="E1")) == {"role.interviewer": "critical"}


def test_a_short_poll_in_seconds_is_told_by_the_wave_before(study: Study) -> None:
    short = people().assign(duracion=lambda f: f["duracion"] / 4)
    assert told(study, short, 3.4) == {}
    assert told(study, short.assign(duracion=lambda f: f["duracion"] * 60), 3.4) == {"role.duration": "critical"}


@pytest.mark.parametrize(
    "change",
    [lambda f: f.assign(entrevistador="E1"), lambda f: f.assign(fecha="2020-01-08"),
     lambda f: f.assign(entrevistador="E1", fecha="2020-01-08", duracion=10.0)],
)  # fmt: skip
def test_a_small_place_of_one_day_and_one_person_is_not_accused(change, study: Study) -> None:
    assert told(study, change(people(20))) == {}


def test_one_day_of_sixty_interviews_is_a_warning(study: Study) -> None:
    assert told(study, people(60).assign(fecha="2020-01-08")) == {"role.date": "warning"}


def test_a_fieldwork_of_one_day_has_one_day(tmp_path: Path) -> None:
    d.write_study(tmp_path)
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8").replace('end: "2020-01-31"', 'end: "2020-01-07"')
    path.write_text(text, encoding="utf-8")
    study = load_study(tmp_path)
    assert told(study, people().assign(fecha="2020-01-06")) == {}


def test_what_the_questionnaire_knows_is_absent_is_no_stop(tmp_path: Path) -> None:
    knows = d.write_study(
        tmp_path, edit=lambda t: t.replace("  respondent: FOLIO", "  respondent: FOLIO\n  not_delivered: [telefono]")
    )
    assert told(knows, people().assign(telefono=pd.NA)) == {"unfed.phone": "warning"}


def test_the_share_is_declared(tmp_path: Path) -> None:
    d.write_study(tmp_path)
    path = tmp_path / "params.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "check:\n", "check:\n  amounts: {role.phone: {warn: 0.3, stop: 0.9}}\n"
    )
    path.write_text(text, encoding="utf-8")
    study = load_study(tmp_path)
    assert told(study, part(people(), "telefono", pd.NA, 0.25)) == {}
    assert told(study, part(people(), "telefono", pd.NA, 0.7)) == {"role.phone": "warning"}
