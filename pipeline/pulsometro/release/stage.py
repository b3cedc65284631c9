"""Stage *release*: the weighted microdata that partners may have."""

from dataclasses import asdict
from functools import partial
from pathlib import Path

from pulsometro.common.counted import tallied
from pulsometro.common.escapes import markdown
from pulsometro.common.files import atomic_folder, write_record, write_text
from pulsometro.common.parallel import side_by_side
from pulsometro.release.codebook import codebook_html, protection_note, readme, risk_report
from pulsometro.release.microdata import MAIN, Microdata, load_microdata
from pulsometro.release.risk_record import NAME as RISK
from pulsometro.release.table import ReleaseTable
from pulsometro.release.writers import Shortened, write_csv, write_dta, write_parquet, write_sav
from pulsometro.study import Study
from pulsometro.study.withheld import carried
from pulsometro.weighting.emptied_keys import Ledger
from pulsometro.weighting.study_key import key_of_wave


def run(study: Study, wave: str) -> str:
    """Write ``processed/release/<wave>/`` whole; a line for the screen.

    Raises WaveWithheld when the wave was stopped, an input is missing or something cannot be released as it is; then
    the folder says that the wave is not published, and ``processed/<wave>/release`` why.
    """
    study = study.of_wave(wave)
    return carried(study, wave, "release", partial(_release, study, wave), partial(_say_so, study, wave))


def _say_so(study: Study, wave: str) -> None:
    period, title, plan = study.wave(wave).period, study.identity.short_title, study.params.release
    if plan is not None and plan.second is not None:
        Ledger(study.emptied(wave, "second"), wave, key_of_wave(study, wave)).keep()
    with atomic_folder(study.release(wave), public=True) as folder:
        text = f"# {markdown(f'{title}, {period}')}\n\nLos microdatos de esta edición no se publican por ahora.\n"
        write_text(text, folder / "README.md")


def _release(study: Study, wave: str, record: Path) -> str:
    made = load_microdata(study, wave)
    title = _title(study, wave)
    with atomic_folder(study.release(wave), public=True) as folder:
        tasks = []
        for name, table in made.tables.items():
            tasks.append(partial(_labelled, table, title, folder / f"{name}_{wave}"))
            tasks.append(partial(_plain, table, folder, name))
        shortened = [each for some in side_by_side(tasks) for each in some]
        for name in made.tables:
            book = "codebook.html" if name == MAIN else f"codebook_{name}.html"
            write_text(codebook_html(study, made, name), folder / book)
        write_text(readme(study, made, shortened), folder / "README.md")
        write_text(protection_note(study, made), folder / "PROTECCION.md")
    write_record(asdict(made.risk), record / RISK)
    write_text(risk_report(study, made), record / "riesgo.html")
    return _line(made, len(shortened))


def _labelled(table: ReleaseTable, title: str, base: Path) -> tuple[Shortened, ...]:
    """The formats that carry labels; which labels these formats made shorter."""
    cut = write_sav(table, title, base.with_suffix(".sav"))
    return cut + write_dta(table, title, base.with_suffix(".dta"))


def _plain(table: ReleaseTable, folder: Path, name: str) -> tuple[Shortened, ...]:
    """The formats that carry none; they shorten nothing."""
    frames = {f"{name}_{table.wave}": table.frame}
    if table.replicates is not None:
        frames[f"pesos_replicados_{table.wave}"] = table.replicates
    for file, frame in frames.items():
        write_parquet(frame, folder / f"{file}.parquet")
        write_csv(frame, folder / f"{file}.csv")
    return ()


def _title(study: Study, wave: str) -> str:
    simulated = " (datos simulados)" if study.wave(wave).simulated else ""
    return f"{study.identity.short_title}, {study.wave(wave).period}{simulated}"


def _line(made: Microdata, shortened: int) -> str:
    cut = f", {tallied(shortened, 'label')} shortened (see README.md)" if shortened else ""
    kept = {v.name for table in made.tables.values() for v in table.items}
    main = made.risk.main
    hidden = f" Whoever knows the keys of a respondent is left with {tallied(main.k_candidates, 'row')} at least."
    released = f"{tallied(len(made.main.frame), 'respondent')}, {tallied(len(kept), 'item')} released"
    return f"{made.wave}: {released}{cut}.{hidden}"
