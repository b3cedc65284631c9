"""What the plan of the microdata promises holds in the files, and what cannot be promised stops the release."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.common.files import read_record, write_table
from pulsometro.disclosure.groups import candidates
from pulsometro.release.microdata import load_microdata
from pulsometro.release.protection import main_rows, second_rows
from pulsometro.release.stage import run
from pulsometro.settings.release_settings import ReleasedFile
from pulsometro.study import Study, load_study
from pulsometro.study.release_plan import refuse_plan
from pulsometro.study.respondents import FOLIO, HIDDEN, load_respondents, load_responses
from pulsometro.study.stage import run as hand_on_settings
from pulsometro.weighting.emptied_keys import plan_that_empties, released_keys
from pulsometro.weighting.study_key import KEY, fingerprint
from tests.release.conftest import ANSWERS, WAVE, plan
from tests.small_study import dump, load

KEYS = ["municipio", "grupo_escolaridad"]
MAIN = {"keys": KEYS, "blank": ["grupo_escolaridad"], "answers": ANSWERS}
SECOND = {"keys": ["sexo", "grupo_ocupacion"], "blank": ["grupo_ocupacion"], "answers": ["victima"]}


def planned(study: Study, main: dict[str, list[str]], second: dict[str, list[str]] | None = None, **more: Any) -> Study:
    """The study with another plan, its keys left empty anew."""
    plan(study.root, main, second, **more)
    made = load_study(study.root)
    made.emptied(WAVE).unlink(missing_ok=True)
    made.emptied(WAVE, "second").unlink(missing_ok=True)
    empties = plan_that_empties(made)
    if empties is not None:
        write_table(released_keys(made, WAVE, empties), made.processed(WAVE, HIDDEN))
    return made


def rare(study: Study, rows: int) -> None:
    """One municipality in which ``rows`` respondents have the third schooling, and nobody kept theirs to himself."""
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    here = table.index[table["municipio"] == table["municipio"].iloc[0]]
    table.loc[here, "grupo_escolaridad"] = [3] * rows + [1] * (len(here) - rows)
    write_table(table, path)


def test_the_files_hold_what_the_plan_names_and_nothing_else(study: Study) -> None:
    run(study, WAVE)
    folder = study.release(WAVE)
    main = pd.read_parquet(folder / f"microdatos_{WAVE}.parquet")
    second = pd.read_parquet(folder / f"complemento_{WAVE}.parquet")
    assert set(main.columns) == {"id", *KEYS, *ANSWERS, "stratum", "psu", "weight"}
    assert set(second.columns) == {"id", *SECOND["keys"], *SECOND["answers"], "weight"}
    asked = study.questionnaire(WAVE)
    hidden = {name for name, item in asked.items.items() if item.private} | {"folio", "edad", "adultos_hogar", "lineas"}
    names = [str(name) for frame in (main, second) for name in frame]
    labels = []
    for name in ("microdatos", "complemento"):
        names += (folder / f"{name}_{WAVE}.csv").read_text(encoding="utf-8").partition("\n")[0].split(",")
        for _, told in (
            pyreadstat.read_sav(folder / f"{name}_{WAVE}.sav"),
            pyreadstat.read_dta(folder / f"{name}_{WAVE}.dta"),
        ):
            names += [*told.column_names, *told.variable_value_labels, *told.column_names_to_labels]
            labels += [*map(str, told.column_names_to_labels.values()), told.file_label, *(told.notes or [])]
    assert not hidden & set(names)
    assert not {asked[name].label for name in hidden} & set(labels)
    for path in folder.glob("*.sav"), folder.glob("*.dta"), folder.glob("*.parquet"):
        for content in (each.read_bytes() for each in path):
            assert not [name for name in hidden - {"folio", "edad"} if name.encode() in content]


def test_a_class_of_three_is_one_of_five_and_its_published_figure_is_that_of_the_rows(study: Study) -> None:
    rare(study, 3)
    study = planned(study, MAIN, blank_at_most=0.06)
    made = load_microdata(study, WAVE)
    told = load_responses(study, WAVE).set_index(FOLIO)[KEYS]
    shown = load_respondents(study, WAVE).set_index(FOLIO).loc[told.index, KEYS]
    missing = list(study.questionnaire(WAVE)["grupo_escolaridad"].missing)
    truth = told.assign(grupo_escolaridad=told["grupo_escolaridad"].mask(told["grupo_escolaridad"].isin(missing)))
    seen = shown.assign(grupo_escolaridad=shown["grupo_escolaridad"].mask(shown["grupo_escolaridad"].isin(missing)))
    # Somebody who knows a respondent looks for its keys among the rows; by hand, row by row.
    least = min(
        int(
            (
                (seen["municipio"] == area) & (seen["grupo_escolaridad"].isna() | (seen["grupo_escolaridad"] == code))
            ).sum()
        )
        for area, code in truth.dropna().itertuples(index=False)
    )
    assert least >= 5
    assert candidates(truth, seen).min() == made.risk.main.k_candidates >= 5
    three = truth.index[(truth["municipio"] == truth["municipio"].iloc[0]) & (truth["grupo_escolaridad"] == 3)]
    assert len(three) == 3 and seen.loc[three, "grupo_escolaridad"].isna().all()
    # What is estimated are the rows as they are released: no subtraction gives an empty value back.
    counts = made.main.frame.groupby(["municipio", "grupo_escolaridad"], dropna=False)["weight"].sum()
    estimated = load_respondents(study, WAVE)
    mine = estimated.assign(municipio=estimated["municipio"].astype(int))
    mine = mine.groupby(["municipio", "grupo_escolaridad"], dropna=False)["weight"].sum()
    np.testing.assert_allclose(counts.to_numpy(dtype=float), mine.to_numpy(dtype=float), rtol=1e-9)


def test_who_did_not_tell_is_hidden_from_who_knows_anyway(study: Study) -> None:
    assert load_microdata(study, WAVE).risk.main.k_least >= 5


def test_a_class_that_nothing_mends_is_named_and_nobody(study: Study) -> None:
    rare(study, 3)
    main = {"keys": KEYS, "answers": ANSWERS}
    study = planned(study, main)
    with pytest.raises(
        PulsoError, match=r"fewer than 5 respondents can be anybody with municipio '19006', grupo_"
    ) as told:
        load_microdata(study, WAVE)
    assert "grupo_escolaridad 'universidad o más'" in str(told.value) and "secreto" not in str(told.value)
    # Each remedy of the message: a key that may be left empty, one taken out, a coarser one.
    assert load_microdata(planned(study, MAIN, blank_at_most=0.06), WAVE).risk.main.k_candidates >= 5
    assert load_microdata(planned(study, {"keys": ["municipio"], "answers": ANSWERS}), WAVE).tables
    base = study.questionnaires / "base.yaml"
    content = load(base)
    item = content["items"]["grupo_escolaridad"]
    item["codes"], item["derived"]["ranges"] = {1: "todas"}, {1: [1, 4]}
    dump(content, base)
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    write_table(
        table.assign(grupo_escolaridad=table["grupo_escolaridad"].mask(table["grupo_escolaridad"] > 1, 1)), path
    )
    assert load_microdata(planned(study, main), WAVE).risk.main.k_candidates >= 5


def test_more_empty_rows_than_the_plan_allows_stop_the_release(study: Study) -> None:
    rare(study, 1)
    with pytest.raises(PulsoError, match=r"\d of 360 rows need an empty 'grupo_escolaridad'.*blank_at_most \(0\.001\)"):
        load_microdata(planned(study, MAIN, blank_at_most=0.001), WAVE)
    assert [path.name for path in (study.processed(WAVE, "release").parent).glob("release/*")] == []


def test_a_linkage_over_the_declared_rate_stops_the_release(study: Study) -> None:
    with pytest.raises(PulsoError, match=r"would find \d+\.\d% of them by guessing, more than .*\(1\.0%\)"):
        load_microdata(planned(study, MAIN, linkage_at_most=0.01), WAVE)
    assert load_microdata(planned(study, {"keys": ["sexo"], "answers": ["victima"]}, linkage_at_most=0.01), WAVE).tables


def test_the_two_files_lead_nowhere_together(study: Study) -> None:
    made = load_microdata(study, WAVE)
    assert made.second is not None
    main, second = made.main.frame, made.second.frame
    shared = [name for name in second.columns if name in main.columns and name not in ("id", "weight")]
    assert shared == ["victima"]
    for rows, others in ((main, second), (second, main)):
        for row in rows[shared].drop_duplicates().itertuples(index=False):
            fits = np.ones(len(others), dtype=bool)
            for name, value in zip(shared, row, strict=True):
                column = others[name]
                fits &= True if pd.isna(value) else (column.isna() | (column == value)).to_numpy(dtype=bool)
            assert fits.sum() >= 5, row
    # One weight a group, which weighs what it weighs in the main file, and no order that tells of the other rows.
    assert len(set(second["weight"])) == 1
    np.testing.assert_allclose(second["weight"].sum(), main["weight"].sum(), rtol=1e-9)
    ordered = second.drop(columns=["id", "weight"]).fillna(-1).astype(int)
    assert ordered.equals(ordered.sort_values(list(ordered.columns)).reset_index(drop=True))
    assert list(second["id"]) == list(range(1, 361))


def test_answers_that_few_share_are_empty_in_the_second_file_alone(study: Study) -> None:
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    table["victima"] = 2
    table.loc[table.index[:2], "victima"] = 1
    write_table(table.astype({"victima": "Int64"}), path)
    made = load_microdata(planned(study, MAIN, SECOND), WAVE)
    assert made.second is not None
    assert (made.main.frame["victima"] == 1).sum() == 2 and made.main.frame["victima"].notna().all()
    assert not (made.second.frame["victima"] == 1).any() and made.second.frame["victima"].isna().sum() >= 5
    blank = {(each.file, each.item): each.cells for each in made.risk.blanks}
    assert blank["second", "victima"] == made.second.frame["victima"].isna().sum()


def test_a_second_file_that_would_lead_to_the_first_is_refused(study: Study) -> None:
    second = {"keys": ["municipio", "sexo", "grupo_edad", "grupo_ocupacion"], "answers": []}
    with pytest.raises(PulsoError, match=r"release\.second"):
        load_microdata(planned(study, {"keys": ["municipio"], "answers": ANSWERS}, second), WAVE)
    assert load_microdata(planned(study, {"keys": ["municipio"], "answers": ANSWERS}, {"keys": ["sexo"]}), WAVE).second


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("telefono", "private in the questionnaire"),
        ("folio", "the respondent's id"),
        ("adultos_hogar", "a part of the design or of the fieldwork"),
        ("nada", "which no questionnaire has"),
    ],
)
def test_what_no_plan_may_release_is_refused_before_a_stage_works(study: Study, item: str, why: str) -> None:
    plan(study.root, {**MAIN, "answers": [*ANSWERS, item]}, {"keys": [item]})
    with pytest.raises(PulsoError) as told:
        hand_on_settings(load_study(study.root))
    assert f"release.main.answers names '{item}'" in str(told.value) and why in str(told.value)
    assert f"release.second.keys names '{item}'" in str(told.value)
    plan(study.root, MAIN, SECOND)
    hand_on_settings(load_study(study.root))


def test_free_text_and_dates_are_never_released_though_nobody_called_them_private(study: Study) -> None:
    base = study.questionnaires / "base.yaml"
    content = load(base)
    for name in ("telefono", "fecha"):
        content["items"][name]["private"] = False
    dump(content, base)
    for name, why in (("telefono", "of kind text"), ("fecha", "a date, which tells who was asked when")):
        plan(study.root, {**MAIN, "answers": [*ANSWERS, name]}, None)
        with pytest.raises(PulsoError, match=f"'{name}', which is {why}"):
            load_microdata(load_study(study.root), WAVE)


def test_nobody_releases_what_no_plan_describes(study: Study) -> None:
    content = load(study.root / "params.yaml")
    del content["release"]
    dump(content, study.root / "params.yaml")
    without = load_study(study.root)
    assert not without.params.releases and without.params.publish.release
    with pytest.raises(PulsoError, match="there is no section 'release'; write what the microdata hold"):
        load_microdata(without, WAVE)


def test_the_circle_decides_under_which_terms_they_are_given(study: Study) -> None:
    for circle, words in (("partners", "firmó sus condiciones de uso"), ("public", "Creative Commons")):
        made = planned(study, MAIN, SECOND, circle=circle)
        run(made, WAVE)
        for name in ("README.md", "codebook.html", "codebook_complemento.html"):
            page = (made.release(WAVE) / name).read_text(encoding="utf-8")
            assert (words in page) and ("Creative Commons" in page) == (circle == "public"), name


def test_the_risk_is_told_to_the_team_and_the_note_says_only_what_was_done(study: Study) -> None:
    run(study, WAVE)
    record = read_record(study.processed(WAVE, "release") / "risk.json")
    page = (study.processed(WAVE, "release") / "riesgo.html").read_text(encoding="utf-8")
    note = (study.release(WAVE) / "PROTECCION.md").read_text(encoding="utf-8")
    assert "Página interna" in page and not (study.release(WAVE) / "riesgo.html").exists()
    assert f"{100 * record['main']['linkage']:,.2f}" in page
    assert f"al menos\n{record['main']['k_candidates']} renglones" in note
    for blank in record["blanks"]:
        assert (f"| `{blank['item']}` | {blank['cells']} |" in note) == (blank["cells"] > 0)
    run(planned(study, {"keys": ["municipio"], "answers": ["victima"]}), WAVE)
    note = (study.release(WAVE) / "PROTECCION.md").read_text(encoding="utf-8")
    assert "vacío" not in note and "complemento" not in note and "en grupos" not in note


def test_the_codebook_prints_no_thin_count_of_a_sensitive_answer(study: Study) -> None:
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    rng = np.random.default_rng(3)
    table["victima"] = pd.array(rng.permutation([1] * 60 + [2] * 290 + [8] * 2 + [9] * 8), dtype="Int64")
    table["seg_municipio"] = pd.array(rng.permutation([1] * 60 + [2] * 290 + [8] * 2 + [9] * 8), dtype="Int64")
    write_table(table, path)
    run(planned(study, MAIN, SECOND), WAVE)
    page = (study.release(WAVE) / "codebook.html").read_text(encoding="utf-8")
    victim = page[page.index('<h2 id="victima">') :].split("</section>")[0]
    safety = page[page.index('<h2 id="seg_municipio">') :].split("</section>")[0]
    assert '<td class="number">2</td>' in safety and '<td class="number">2</td>' not in victim
    assert '<td class="number">8</td>' not in victim and victim.count('<td class="number">–</td>') == 4
    assert "menos de tres personas" in page


def test_a_later_version_shows_nothing_that_an_earlier_one_left_empty(study: Study) -> None:
    rare(study, 3)
    study = planned(study, MAIN, blank_at_most=0.1)
    plan_now = study.params.release
    assert plan_now is not None
    first = pd.read_parquet(study.processed(WAVE, HIDDEN)).set_index(FOLIO)["grupo_escolaridad"]
    told = load_responses(study, WAVE).set_index(FOLIO)["grupo_escolaridad"]
    empty = set(first.index[first.isna() & told.notna()])
    assert len(empty) >= 5
    # The firm corrects: three interviews fewer, and the three that were few are many. Nothing would be left empty now.
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    table = table[~table[FOLIO].isin(sorted(set(table[FOLIO]) - empty)[:3])]
    few = table["municipio"] == table["municipio"].iloc[0]
    table.loc[few, "grupo_escolaridad"] = 1
    write_table(table.reset_index(drop=True), path)
    ledger = study.emptied(WAVE).read_text(encoding="utf-8")
    again = released_keys(study, WAVE, plan_now).set_index(FOLIO)["grupo_escolaridad"]
    assert again.loc[sorted(empty & set(again.index))].isna().all()
    assert study.emptied(WAVE).read_text(encoding="utf-8") == ledger
    # The ledger alone tells nobody who they are, and without it the same answers would be shown.
    assert not [folio for folio in told.index if str(folio) in ledger]
    study.emptied(WAVE).unlink()
    fresh = released_keys(study, WAVE, plan_now).set_index(FOLIO)["grupo_escolaridad"]
    assert fresh.loc[sorted(empty & set(fresh.index))].notna().any()


def test_a_ledger_that_is_none_stops_and_git_has_the_other(study: Study) -> None:
    good = study.emptied(WAVE).read_text(encoding="utf-8")
    assert study.params.release is not None
    for content in ("", "respondent\n", "respondent,item\nx,grupo_escolaridad\n", "\xff"):
        study.emptied(WAVE).write_text(content, encoding="latin-1")
        with pytest.raises(PulsoError, match="earlier versions of the wave left empty; take it from git"):
            released_keys(study, WAVE, study.params.release)
    study.emptied(WAVE).write_text(good, encoding="utf-8")
    released_keys(study, WAVE, study.params.release)
    assert study.emptied(WAVE).read_text(encoding="utf-8") == good


BLANK = {**MAIN, "keys": [*KEYS, "sexo"]}


@pytest.mark.parametrize(
    ("main", "second", "said"),
    [
        ({**MAIN, "answers": [*ANSWERS, "escolaridad"]}, None, "which tells 'grupo_escolaridad' of release.main"),
        (MAIN, {"keys": ["sexo"], "answers": ["grupo_escolaridad"]}, "which is left empty in rows of one file and not"),
        (
            MAIN,
            {"keys": ["sexo", "escolaridad"]},
            "names 'escolaridad', which tells 'grupo_escolaridad' of release.main",
        ),
        ({**BLANK, "blank": ["sexo"]}, None, "release.main.blank names 'sexo', to which weights are adjusted"),
        (
            MAIN,
            {"keys": ["sexo", "grupo_ocupacion"], "blank": ["sexo"], "answers": []},
            "release.second.blank names 'sexo', to which weights are adjusted",
        ),
        ({**MAIN, "blank": ["municipio"]}, None, "release.main.blank names 'municipio', to which weights are adjusted"),
        (
            {**MAIN, "keys": [*KEYS, "victima"], "answers": ANSWERS[:2]},
            None,
            "'victima', which is sensitive and no key",
        ),
        (
            {**MAIN, "answers": [*ANSWERS, "sexo"]},
            None,
            "'sexo', which is known of people from outside; put it among the",
        ),
        (
            {"keys": ["sexo"], "answers": [*ANSWERS, "municipio"]},
            None,
            "'municipio', which is known of people from outside",
        ),
    ],
)
def test_what_would_give_an_empty_value_back_or_be_known_is_refused(
    study: Study, main: dict[str, list[str]], second: dict[str, list[str]] | None, said: str
) -> None:
    plan(study.root, main, second)
    with pytest.raises(PulsoError) as told:
        hand_on_settings(load_study(study.root))
    assert said in str(told.value)
    with pytest.raises(PulsoError):
        load_microdata(load_study(study.root), WAVE)


def publish(study: Study, name: str, item: str) -> None:
    """An indicator more: the answers to an item."""
    indicators = study.questionnaires / "indicators.yaml"
    told = load(indicators)
    told["indicators"][name] = {"name": name, "kind": "distribution", "direction": "neutral", "item": item}
    dump(told, indicators)


def test_what_is_published_by_the_finer_item_would_tell_what_is_empty(study: Study) -> None:
    content = load(study.root / "params.yaml")
    content["estimation"]["domains"].append(["escolaridad"])
    dump(content, study.root / "params.yaml")
    with pytest.raises(
        PulsoError, match=r"estimation\.domains publishes by 'escolaridad', which tells it by subtraction"
    ):
        hand_on_settings(load_study(study.root))
    content["estimation"]["domains"].pop()
    dump(content, study.root / "params.yaml")
    publish(study, "estudios", "escolaridad")
    with pytest.raises(PulsoError, match="the indicator 'estudios' is of 'escolaridad', which tells it by subtraction"):
        refuse_plan(load_study(study.root))


def test_what_is_published_by_a_key_of_the_second_file_would_tell_it_too(study: Study) -> None:
    content = load(study.root / "params.yaml")
    content["estimation"]["domains"].append(["sexo", "grupo_ocupacion"])
    dump(content, study.root / "params.yaml")
    with pytest.raises(
        PulsoError, match=r"release\.second\.blank names 'grupo_ocupacion', and .* take one of the two out"
    ):
        hand_on_settings(load_study(study.root))
    content["estimation"]["domains"].pop()
    dump(content, study.root / "params.yaml")
    hand_on_settings(load_study(study.root))
    publish(study, "trabajo", "ocupacion")
    with pytest.raises(PulsoError, match=r"the indicator 'trabajo' is of 'ocupacion', .* take one of the two out"):
        refuse_plan(load_study(study.root))


def test_another_plan_does_not_show_what_the_second_file_left_empty(study: Study) -> None:
    asked = study.questionnaire(WAVE)
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    table.loc[table.index[:9], "grupo_ocupacion"] = next(iter(asked["grupo_ocupacion"].missing))
    write_table(table, path)
    assert load_microdata(study, WAVE).second is not None
    whole: list[tuple[dict[str, list[str]], dict[str, list[str]] | None]] = [
        (MAIN, {**SECOND, "blank": []}),
        ({**MAIN, "answers": [*ANSWERS, "grupo_ocupacion"]}, None),
    ]
    for main, second in whole:
        plan(study.root, main, second)
        with pytest.raises(
            PulsoError, match=r"left values of 'grupo_ocupacion' empty, .* name it in release\.second\.bl"
        ):
            load_microdata(load_study(study.root), WAVE)
    # An answer that the second file left empty stands in the main one, as it did before.
    plan(study.root, MAIN, {**SECOND, "answers": []})
    assert load_microdata(load_study(study.root), WAVE).second is not None


def test_keys_and_answers_of_the_second_file_are_emptied_in_orders_of_their_own(study: Study) -> None:
    """The rows that fill both up would leave the one of the small class alone with empty keys and answers in sight."""
    asked = study.questionnaire(WAVE)
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    men = table.index[table["sexo"] == 1]
    for name in ("grupo_ocupacion", "victima"):
        table.loc[table.index, name] = 1
    table.loc[men[0], "grupo_ocupacion"], table.loc[men[1], "victima"] = 4, 2
    told = table.assign(weight=1.0)
    settings = study.params.release
    assert settings is not None and settings.second is not None
    main = replace(settings, main=ReleasedFile(("sexo",), ("victima",)), linkage_at_most=1.0)
    found = []
    for seed in range(12):
        made = second_rows(main_rows(told, told, asked, main), told, asked, main, settings.second, bytes([seed]) * 32)
        keys, answers = made.data["grupo_ocupacion"].isna(), made.data["victima"].isna()
        assert keys.sum() == answers.sum() == 5 and keys[men[0]] and answers[men[1]]
        found.append(int((keys & ~answers).sum()))
    assert min(found) >= 3


def test_who_did_not_tell_a_key_that_stays_is_not_promised_what_the_others_are(study: Study) -> None:
    """Everybody of an age has one schooling, and one of the second schooling did not tell the age."""
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    age = pd.Series(np.arange(len(table)) % 2 + 1, table.index)
    said = "a quien conozca todos los suyos le pueden quedar 1."
    for code in (2, 9):
        age.iloc[1] = code
        school = pd.Series(np.arange(len(table)) % 2 + 1, table.index)
        write_table(table.assign(grupo_edad=age, grupo_escolaridad=school).astype({"grupo_edad": "Int64"}), path)
        main = {"keys": ["grupo_edad", "grupo_escolaridad"], "blank": ["grupo_escolaridad"], "answers": ["conf_marina"]}
        made = planned(study, main)
        assert load_microdata(made, WAVE).risk.main.k_least == (1 if code == 9 else 180)
        run(made, WAVE)
        note = (study.release(WAVE) / "PROTECCION.md").read_text(encoding="utf-8")
        assert (said in note) == (code == 9)


def test_a_plan_without_keys_is_refused(study: Study) -> None:
    plan(study.root, {"keys": [], "answers": ANSWERS}, None)
    with pytest.raises(PulsoError, match=r"main\.keys is empty; name the items by which somebody could be known"):
        load_study(study.root)


def test_another_plan_does_not_show_what_an_earlier_version_left_empty(study: Study) -> None:
    rare(study, 3)
    study = planned(study, MAIN, blank_at_most=0.1)
    plan(study.root, {"keys": ["municipio"], "answers": [*ANSWERS, "grupo_escolaridad"]}, None)
    content = load(study.root / "params.yaml")
    content["estimation"]["domains"] = [[], ["municipio"]]
    dump(content, study.root / "params.yaml")
    with pytest.raises(
        PulsoError, match="left values of 'grupo_escolaridad' empty, and this plan shows them; name it in"
    ):
        load_microdata(load_study(study.root), WAVE)
    plan(study.root, {"keys": ["municipio"], "answers": ANSWERS}, None)
    assert load_microdata(load_study(study.root), WAVE).main is not None


def test_a_ledger_under_another_key_stops(study: Study) -> None:
    content = load(study.root / "params.yaml")
    content["weighting"]["blur"]["key"] = fingerprint(KEY.make(study.root))
    del content["waves"][WAVE]["simulated"]
    dump(content, study.root / "params.yaml")
    with pytest.raises(
        MachineError, match=r"written under another key \(demonstration\) than .pulso/weights.key has here"
    ):
        load_microdata(load_study(study.root), WAVE)
    # Its remedy where nothing was released yet.
    for ledger in (study.emptied(WAVE), study.emptied(WAVE, "second")):
        ledger.unlink(missing_ok=True)
    assert load_microdata(load_study(study.root), WAVE).main is not None


def test_a_second_file_that_is_mostly_empty_is_refused(study: Study) -> None:
    many = {"keys": ["sexo", "grupo_ocupacion"], "blank": ["grupo_ocupacion"], "answers": ANSWERS}
    said = r"release\.second: \d+ of 360 rows need an empty '\w+', more than release\.second_blank_at_most \(0\.05\)"
    with pytest.raises(PulsoError, match=said):
        load_microdata(planned(study, MAIN, many), WAVE)
    assert load_microdata(planned(study, MAIN, {**many, "answers": []}), WAVE).second is not None
    assert load_microdata(planned(study, MAIN, many, second_blank_at_most=1.0), WAVE).second is not None


def test_nobody_who_told_is_in_sight_among_fewer_than_k(study: Study) -> None:
    """Three who told beside many who would not: both are empty, and nothing tells which is which."""
    rare(study, 3)
    path = study.processed(WAVE, "responses.parquet")
    table = pd.read_parquet(path)
    here = table.index[table["municipio"] == table["municipio"].iloc[0]]
    table.loc[here[3:12], "grupo_escolaridad"] = 9
    write_table(table, path)
    made = load_microdata(planned(study, MAIN, blank_at_most=0.05), WAVE)
    shown = made.main.frame[made.main.frame["grupo_escolaridad"].isin([1, 2, 3])]
    assert shown.groupby(KEYS).size().min() >= 5
    assert made.main.frame["grupo_escolaridad"].isna().sum() >= 12
    assert not (made.main.frame["grupo_escolaridad"] == 9).any()
