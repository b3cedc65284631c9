"""``consistency:``: every fault of its conditions at once, and who contradicts them."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Item, Questionnaire, load_questionnaire
from pulsometro.questionnaire.contradictions import contradicts, lacking
from pulsometro.questionnaire.model import Consistency
from tests.ingest import deliveries as d

ITEMS = {
    "edad": Item("t", "l", kind="integer", range=(18, 97), missing={998: "no_sabe"}),
    "anios": Item("t", "l", kind="integer", range=(0, 97), missing={98: "no_sabe", 99: "no_contesta"}),
    "victima": Item("t", "l", codes={1: "sí", 2: "no"}, missing={9: "no_contesta"}),
    "denuncia": Item("t", "l", codes={1: "sí", 2: "no"}, missing={7: "no_aplica", 9: "no_contesta"}),
}
FORM = Questionnaire("2020T1", ITEMS, None, None, {})  # type: ignore[arg-type]


def _given(**columns: list) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="Int64")


@settings(max_examples=200)
@given(st.integers(18, 97) | st.sampled_from([998, None]), st.integers(0, 97) | st.sampled_from([98, 99, None]))
def test_only_two_told_numbers_contradict(age: int | None, years: int | None) -> None:
    found = contradicts(Consistency("anios <= edad"), FORM, _given(edad=[age], anios=[years])).tolist()
    told = age not in (998, None) and years not in (98, 99, None)
    assert found == [bool(told and years > age)]  # type: ignore[operator]


def test_a_missing_code_that_the_condition_names_is_compared() -> None:
    rows = _given(victima=[2, 2, 1, 9, None], denuncia=[7, 1, 7, 7, 7])
    assert contradicts(Consistency("victima == 1 or denuncia == 7"), FORM, rows).tolist() == [False, True, *[False] * 3]
    # Who does not say whether there was a victim contradicts nothing.
    assert contradicts(Consistency("victima == 1"), FORM, rows).tolist() == [True, True, False, False, False]


def test_an_exception_excuses_where_it_is_true_alone() -> None:
    rows = _given(edad=[40, 40, 40], anios=[50, 50, 50], victima=[1, 2, 9])
    assert contradicts(Consistency("anios <= edad", "victima == 1"), FORM, rows).tolist() == [False, True, True]


def test_what_a_condition_lacks_is_named() -> None:
    assert lacking(Consistency("anios <= edad", "victima == 1"), _given(edad=[40])) == ("anios", "victima")


def _with(text: str) -> str:
    return d.QUESTIONNAIRE + "consistency:\n" + text


def _loaded(folder: Path, text: str) -> Questionnaire:
    d.write_study(folder, edit=lambda _: _with(text))
    return load_questionnaire(folder / "questionnaires", "2020T1")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(PulsoError) as error:
        _loaded(
            tmp_path,
            "  a: {holds: 'edda >= 18'}\n  b: {holds: \"entrevistador == 'E1'\"}\n  c: {holds: 'conf_a == 7'}\n"
            "  d: {holds: 'edad'}\n  e: {holds: \"municipio < '01002'\"}\n  f: {holds: 'sexo in [1, 2]'}\n"
            "  g: {holds: 'edad > conf_a', unless: 'conf_b == 12'}\n  'h h': {holds: 'edad > 30'}\n",
        )
    told = str(error.value)
    for part in (
        "consistency.a.holds: 'edda' is not an item of this questionnaire",
        "consistency.b.holds: 'entrevistador' is free text",
        "consistency.c.holds: 'conf_a == 7' compares conf_a with 7, which is none of its codes",
        "consistency.d.holds: 'edad'",
        "consistency.e.holds: 'municipio < '01002'' puts municipalities in an order",
        "consistency.f.holds: 'sexo in [1, 2]' is always true",
        "consistency.g.unless: 'conf_b == 12'",
        "'h h' is no name of an entry of consistency",
    ):
        assert part in told, told


@pytest.mark.parametrize("text", ["  a: {hold: 'edad > 30'}\n", "  a: {holds: 'edad > 30', treatment: stop}\n"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PulsoError, match=r"consistency\.a\."):
        _loaded(tmp_path, text)


def test_what_the_messages_say_is_accepted(tmp_path: Path) -> None:
    form = _loaded(
        tmp_path,
        "  a: {holds: 'edad >= 19'}\n  c: {holds: 'conf_a in [1, 2, 8]', treatment: warn}\n"
        "  e: {holds: \"municipio == '01002'\"}\n  g: {holds: 'edad > conf_a', unless: 'conf_b == 1'}\n",
    )
    assert list(form.consistency) == ["a", "c", "e", "g"]


def test_a_shared_condition_on_what_a_wave_leaves_out_says_nothing_of_it(tmp_path: Path) -> None:
    d.write_study(tmp_path, edit=lambda _: "wave: '2020T1'\nextends: base\nwithout: [conf_d]\n")
    shared = d.QUESTIONNAIRE.replace('wave: "2020T1"\n', "")
    shared += "consistency:\n  a: {holds: conf_d == 1}\n  b: {holds: conf_a == 1}\n"
    (tmp_path / "questionnaires/base.yaml").write_text(shared, encoding="utf-8")
    assert list(load_questionnaire(tmp_path / "questionnaires", "2020T1").consistency) == ["b"]
