"""Stage *release*: the weighted microdata that partners may have."""

from pipeline.files import atomic_folder, read_table, write_text
from pipeline.release.codebook import codebook_html, readme
from pipeline.release.formats import write_csv, write_dta, write_parquet, write_sav
from pipeline.release.table import ReleaseTable, build
from pipeline.study import Study


def run(study: Study, wave: str) -> str:
    """Write ``processed/release/<wave>/`` whole; a line for the screen.

    Raises PulsoError when an input is missing or something cannot be released as it is.
    """
    questionnaire = study.questionnaire(wave)
    responses = read_table(study.processed(wave, "responses.parquet"))
    weights = read_table(study.processed(wave, "weights.parquet"))
    areas = {area.cve_geo: area.name for area in study.params.municipalities}
    table = build(questionnaire, responses, weights, areas)
    name = f"microdatos_{wave}"
    title = _title(study, wave)
    with atomic_folder(study.release(wave)) as folder:
        shortened = write_sav(table, title, folder / f"{name}.sav")
        shortened += write_dta(table, title, folder / f"{name}.dta")
        write_parquet(table.frame, folder / f"{name}.parquet")
        write_csv(table.frame, folder / f"{name}.csv")
        if table.replicates is not None:
            write_parquet(table.replicates, folder / f"pesos_replicados_{wave}.parquet")
            write_csv(table.replicates, folder / f"pesos_replicados_{wave}.csv")
        write_text(codebook_html(study, table, questionnaire), folder / "codebook.html")
        write_text(readme(study, table, questionnaire, shortened), folder / "README.md")
    return _line(wave, table, len(shortened))


def _title(study: Study, wave: str) -> str:
    simulated = " (datos simulados)" if study.wave(wave).simulated else ""
    return f"{study.identity.short_title}, {study.wave(wave).period}{simulated}"


def _line(wave: str, table: ReleaseTable, shortened: int) -> str:
    cut = f", {shortened} labels shortened (see README.md)" if shortened else ""
    return f"{wave}: {len(table.frame):,} respondents, {len(table.items)} items released{cut}."
