"""The codebook says what the table holds; the README's R declaration gives our estimates."""

import re
import shutil
import subprocess
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import Replicates, Settings, Share, SurveyDesign, estimate
from pulsometro.release.stage import run
from pulsometro.study import Study, load_study
from pulsometro.weighting.study_key import KEY, fingerprint
from tests.small_study import dump, load

pytestmark = pytest.mark.slow

WAVE = "2013T2"
PAGES = ("codebook.html", "codebook_complemento.html", "README.md", "PROTECCION.md")


class _Rows(HTMLParser):
    """Cells of every table row, by the heading they stand under."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self._section, self._cell = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "h2":
            self._section = dict(attrs)["id"] or ""
        if tag == "tr":
            self.rows.setdefault(self._section, []).append([])
        if tag in {"td", "th"}:
            self._cell = True
            self.rows[self._section][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[self._section][-1][-1] += data


def test_the_codebook_counts_what_the_table_holds(study: Study) -> None:
    run(study, WAVE)
    folder = study.release(WAVE)
    page = (folder / "codebook.html").read_text(encoding="utf-8")
    table = pd.read_parquet(folder / f"microdatos_{WAVE}.parquet")
    parser = _Rows()
    parser.feed(page)
    questionnaire = study.questionnaire(WAVE)
    for name in ("seg_municipio", "grupo_escolaridad", "denuncia"):
        item = questionnaire[name]
        assert item.text in page
        rows = {cells[0]: cells for cells in parser.rows[name][1:]}
        valid = table[name].isin(list(item.codes))
        for code, label in item.codes.items():
            share = 100 * table.loc[table[name] == code, "weight"].sum() / table.loc[valid, "weight"].sum()
            assert rows[str(code)][1:] == [label, f"{(table[name] == code).sum():,}", f"{share:,.1f}"]
        for code in item.missing:
            assert rows[str(code)][2:] == [f"{(table[name] == code).sum():,}", "–"]
    empty = int(table["grupo_escolaridad"].isna().sum())
    assert empty > 1
    assert {cells[0]: cells for cells in parser.rows["grupo_escolaridad"]}["vacío"][2] == str(empty)
    assert "victima == 1" in page
    assert "https://" not in page


def test_simulated_data_say_so_and_real_data_do_not(study: Study) -> None:
    run(study, WAVE)
    pages = [study.release(WAVE) / name for name in PAGES]
    assert all("Datos simulados" in page.read_text(encoding="utf-8") for page in pages)
    params = study.root / "params.yaml"
    content = load(params)
    for ledger in (study.emptied(WAVE), study.emptied(WAVE, "second")):
        ledger.unlink()
    content["weighting"]["blur"]["key"] = fingerprint(KEY.make(study.root))
    for wave in content["waves"].values():
        wave["simulated"] = False
    dump(content, params)

    run(load_study(study.root), WAVE)
    assert not any("simulados" in page.read_text(encoding="utf-8").lower() for page in pages)


def test_the_codebook_passes_axe(study: Study, browser: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    run(study, WAVE)
    with closing(browser.new_page(viewport={"width": 400, "height": 900})) as page:
        page.goto((study.release(WAVE) / "codebook.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        violations = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in violations] == []


def _block(folder: Path, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (folder / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_readmes_r_code_gives_our_estimates(study: Study) -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not installed")
    run(study, WAVE)
    folder = study.release(WAVE)
    code = _block(folder, "r") + (
        "for (m in sort(unique(d$municipio))) for (x in list(publicado, fijo)) {\n"
        "  s <- subset(x, municipio == m & seg_municipio %in% 1:3)\n"
        "  e <- svymean(~I(seg_municipio != 1), s)\n"
        "  cat(m, format(coef(e)[2], digits = 15), format(SE(e)[2], digits = 15), '\\n')\n}\n"
    )
    done = subprocess.run([rscript, "-e", code], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answers = np.array([line.split() for line in done.stdout.splitlines()], dtype=float)

    scope: dict[str, object] = {}
    exec(compile(_block(folder, "python").replace('_parquet("', f'_parquet("{folder}/'), "README", "exec"), scope)
    design = scope["diseno"]
    assert isinstance(design, SurveyDesign)
    assert isinstance(design.replicates, Replicates)
    share = Share("inseguro", "seg_municipio", (2, 3), missing=(8, 9))
    ours = estimate(design, [share], ["municipio"], settings=Settings(method="replicates")).sort_values("domain")
    assert len(ours) == 9
    np.testing.assert_allclose(answers[0::2, 1], ours["estimate"], rtol=1e-9)
    np.testing.assert_allclose(answers[0::2, 2], ours["se"], rtol=1e-9)
    np.testing.assert_allclose(answers[1::2, 2], ours["se_fixed"], rtol=1e-9)
