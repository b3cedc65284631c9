"""Stage *release*: the weighted microdata that partners may have."""

from functools import partial
from pathlib import Path

from pulsometro.common.escapes import markdown
from pulsometro.common.files import atomic_folder, write_json, write_text
from pulsometro.common.parallel import side_by_side
from pulsometro.release.codebook import codebook_html, readme
from pulsometro.release.table import ReleaseTable, build
from pulsometro.release.writers import Shortened, write_csv, write_dta, write_parquet, write_sav
from pulsometro.study import Study
from pulsometro.study.respondents import load_respondents
from pulsometro.study.withheld import carried


def run(study: Study, wave: str) -> str:
    """Write ``processed/release/<wave>/`` whole; a line for the screen.

    Raises WaveWithheld when the wave was stopped, an input is missing or something cannot be released as it is; then
    the folder says that the wave is not published, and ``processed/<wave>/release`` why.
    """
    return carried(study, wave, "release", partial(_release, study, wave), partial(_say_so, study, wave))


def _say_so(study: Study, wave: str) -> None:
    period, title = study.wave(wave).period, study.identity.short_title
    with atomic_folder(study.release(wave), public=True) as folder:
        text = f"# {markdown(f'{title}, {period}')}\n\nLos microdatos de esta edición no se publican por ahora.\n"
        write_text(text, folder / "README.md")


def _release(study: Study, wave: str, record: Path) -> str:
    questionnaire = study.questionnaire(wave)
    table = build(questionnaire, load_respondents(study, wave), study.area_names)
    name = f"microdatos_{wave}"
    title = _title(study, wave)
    with atomic_folder(study.release(wave), public=True) as folder:
        shortened, _ = side_by_side(
            [partial(_labelled, table, title, folder / name), partial(_plain, table, folder, wave)]
        )
        write_text(codebook_html(study, table, questionnaire), folder / "codebook.html")
        write_text(readme(study, table, questionnaire, shortened), folder / "README.md")
    write_json({"wave": wave}, record / "published.json")
    return _line(wave, table, len(shortened))


def _labelled(table: ReleaseTable, title: str, base: Path) -> tuple[Shortened, ...]:
    """The formats that carry labels; which labels these formats made shorter."""
    cut = write_sav(table, title, base.with_suffix(".sav"))
    return cut + write_dta(table, title, base.with_suffix(".dta"))


def _plain(table: ReleaseTable, folder: Path, wave: str) -> tuple[Shortened, ...]:
    """The formats that carry none; they shorten nothing."""
    frames = {f"microdatos_{wave}": table.frame}
    if table.replicates is not None:
        frames[f"pesos_replicados_{wave}"] = table.replicates
    for name, frame in frames.items():
        write_parquet(frame, folder / f"{name}.parquet")
        write_csv(frame, folder / f"{name}.csv")
    return ()


def _title(study: Study, wave: str) -> str:
    simulated = " (datos simulados)" if study.wave(wave).simulated else ""
    return f"{study.identity.short_title}, {study.wave(wave).period}{simulated}"


def _line(wave: str, table: ReleaseTable, shortened: int) -> str:
    cut = f", {shortened} labels shortened (see README.md)" if shortened else ""
    return f"{wave}: {len(table.frame):,} respondents, {len(table.items)} items released{cut}."
