"""Two waves' instruments compared."""

from pathlib import Path

from pulsometro.questionnaire import Indicator, Questionnaire, load_questionnaire
from pulsometro.questionnaire.comparability import SINCE, break_between
from pulsometro.questionnaire.diff import describe, differences
from tests.ingest import deliveries as d


def _pair(folder: Path, edit) -> tuple[Questionnaire, Questionnaire]:
    (folder / "2020T1.yaml").write_text(d.QUESTIONNAIRE, encoding="utf-8")
    changed = edit(d.QUESTIONNAIRE.replace('"2020T1"', '"2020T2"'))
    (folder / "2020T2.yaml").write_text(changed, encoding="utf-8")
    return load_questionnaire(folder, "2020T1"), load_questionnaire(folder, "2020T2")


def test_the_same_questionnaire(tmp_path: Path) -> None:
    a, b = _pair(tmp_path, str)
    assert differences(a, b) == ()
    assert "the same questionnaire" in describe(a, b)


def test_wording_without_a_declared_break_is_called_out(tmp_path: Path) -> None:
    a, b = _pair(tmp_path, lambda text: text.replace("¿Víctima?", "¿Víctima este año?"))
    assert [(c.kind, c.item, c.undeclared) for c in differences(a, b)] == [("wording", "victima", True)]
    assert "NO BREAK DECLARED" in describe(a, b)


def test_a_declared_break_is_named(tmp_path: Path) -> None:
    new = 'text: "¿Víctima este año?", comparable: {breaks: {"2020T2": "otro periodo"}}'
    a, b = _pair(tmp_path, lambda text: text.replace('text: "¿Víctima?"', new))
    assert [(c.breaks, c.undeclared) for c in differences(a, b)] == [("otro periodo", False)]
    assert "Series that break at 2020T2: victima" in describe(a, b)


def test_new_gone_moved_and_renamed(tmp_path: Path) -> None:
    def edit(text: str) -> str:
        lines = text.splitlines(keepends=True)
        moved = next(line for line in lines if line.startswith("  conf_a:"))
        lines.remove(moved)
        lines.insert(next(n for n, line in enumerate(lines) if line.startswith("  victima:")), moved)
        text = "".join(line for line in lines if not line.strip().startswith("conf_d:"))
        text = text.replace("conf_b: P2", "conf_b: P22")
        text = text.replace("  victima: {", "  nueva: {text: Nueva, label: Nueva, kind: text}\n  victima: {")
        return text.replace("    victima: P5\n", "    victima: P5\n    nueva: P9\n")

    a, b = _pair(tmp_path, edit)
    assert {(c.kind, c.item) for c in differences(a, b)} == {
        ("order", "conf_a"), ("column", "conf_b"), ("new", "nueva"), ("gone", "conf_d"),
    }  # fmt: skip


def test_the_wave_since_which_answers_compare_breaks_the_series_before_it(tmp_path: Path) -> None:
    new = 'text: "¿Víctima este año?", comparable: {since: "2020T2"}'
    a, b = _pair(tmp_path, lambda text: text.replace('text: "¿Víctima?"', new))
    waves = {"2020T1": a, "2020T2": b}
    for item, said in (("victima", SINCE), ("sexo", "")):
        indicator = Indicator("Prueba", "share", "neutral", item=item, categories=(1,), category="sí")
        assert break_between(waves, list(waves), indicator, "2020T1", "2020T2") == said
