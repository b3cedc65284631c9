"""Nothing that says who answered leaves with a release."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_table
from pulsometro.release.stage import run
from pulsometro.release.table import ReleaseTable, Variable, build
from pulsometro.release.writers import write_dta, write_sav
from pulsometro.study import Study
from pulsometro.study.respondents import load_respondents
from tests.release.conftest import ANSWERS

WAVE = "2013T2"


def _built(study: Study, **changes: object) -> ReleaseTable:
    questionnaire = study.questionnaire(WAVE)
    items = dict(questionnaire.items)
    for name, item in changes.items():
        items[name] = dataclasses.replace(items[name], **item)  # type: ignore[arg-type]
    questionnaire = dataclasses.replace(questionnaire, items=items)
    data = load_respondents(study, WAVE)
    return build(questionnaire, [*ANSWERS, "municipio"], data, study.area_names)


def test_no_file_holds_a_private_value_or_the_folio(study: Study) -> None:
    run(study, WAVE)
    released = sorted(study.release(WAVE).iterdir())
    assert released
    for path in released:
        assert b"secreto" not in path.read_bytes(), path.name
    table = pd.read_parquet(study.release(WAVE) / f"microdatos_{WAVE}.parquet")
    private = {name for name, item in study.questionnaire(WAVE).items.items() if item.private}
    assert private
    assert not private & set(table.columns)
    assert "folio" not in table.columns


def test_psu_numbers_keep_the_clusters_and_not_their_names(study: Study) -> None:
    path = study.processed(WAVE, "weights.parquet")
    weights = pd.read_parquet(path)
    weights["psu"] = [f"upm-secreto-{i // 4}" for i in range(len(weights))]
    write_table(weights, path)
    table = _built(study)
    sizes = table.frame["psu"].value_counts()
    assert sorted(sizes.index) == list(range(1, 91))
    assert (sizes == 4).all()
    clusters = table.frame.groupby("psu")["weight"].agg(lambda w: tuple(sorted(w)))
    expected = weights.groupby("psu")["weight"].agg(lambda w: tuple(sorted(w)))
    assert sorted(clusters) == sorted(expected)


def test_responses_and_weights_of_other_respondents_are_refused(study: Study) -> None:
    path = study.processed(WAVE, "weights.parquet")
    write_table(pd.read_parquet(path).iloc[1:].reset_index(drop=True), path)
    with pytest.raises(PulsoError, match=r"not of the same respondents \(first: .*\); run 'pulso weight 2013T2' again"):
        run(study, WAVE)
    assert [path.name for path in study.release(WAVE).iterdir()] == ["README.md"]


def _one(variable: Variable) -> ReleaseTable:
    frame = pd.DataFrame({variable.name: pd.array([1, 2], dtype="Int64")})
    return ReleaseTable(WAVE, frame, (variable,), None, ())


def test_labels_that_a_format_cannot_hold_are_shortened_and_told(tmp_path: Path) -> None:
    import pyreadstat

    variable = Variable("q", "ñ" * 200, "code", {1: "á" * 90, 2: "no"}, {})
    cut = write_sav(_one(variable), "título", tmp_path / "a.sav")
    assert {(c.format, c.variable) for c in cut} == {("SPSS", "q")}
    assert len(cut) == 2
    metadata = pyreadstat.read_sav(tmp_path / "a.sav")[1]
    assert metadata.variable_value_labels["q"][1] == "á" * 58 + "…"
    assert metadata.column_names_to_labels["q"] == "ñ" * 126 + "…"
    cut = write_dta(_one(variable), "título", tmp_path / "a.dta")
    assert [c.kept for c in cut] == ["ñ" * 79 + "…"]
    assert pyreadstat.read_dta(tmp_path / "a.dta")[1].column_names_to_labels["q"] == "ñ" * 79 + "…"


def test_a_shortened_label_is_listed_in_the_readme(study: Study) -> None:
    label = "Percepción de la seguridad en el municipio de residencia de la persona entrevistada durante el trimestre"
    path = study.questionnaires / f"{WAVE}.yaml"
    content = path.read_text(encoding="utf-8")
    content += "" if "\nitems:" in content else "\nitems:\n"
    content = content.replace("\nitems:\n", f'\nitems:\n  seg_municipio: {{label: "{label}"}}\n')
    path.write_text(content, encoding="utf-8")
    assert "1 labels shortened" in run(study, WAVE)
    assert "| Stata | `seg_municipio` | Percepción" in (study.release(WAVE) / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("item", "change", "message"),
    [
        ("victima", {"missing": {8: "no_sabe", 9: "no_sabe"}}, "two codes for one kind of missing"),
    ],
)
def test_what_no_format_can_hold_is_refused(study: Study, item: str, change: dict, message: str) -> None:
    with pytest.raises(PulsoError, match=message):
        _built(study, **{item: change})


def test_a_name_too_long_for_stata_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match="exceeds Stata's 32 characters"):
        write_dta(_one(Variable("q" * 33, "q", "code", {1: "sí"}, {})), "t", tmp_path / "a.dta")
