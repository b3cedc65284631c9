"""``pulso``: one verb per stage, in the order of the quarter. Stages are imported only when their verb is called."""

import os
from pathlib import Path

import click

from pulsometro.commands.chain_verbs import deliveries, graph, program, recompute, run, series, settings, simulate, site
from pulsometro.commands.chain_verbs import verdict as last_word
from pulsometro.commands.study_verbs import doctor, explain, init, key, questionnaire, status, wave
from pulsometro.commands.wave_verbs import audit, check, estimate, ingest, protect, release, report, weight
from pulsometro.common.determinism import agree
from pulsometro.common.errors import PulsoError
from pulsometro.common.version import VERSION
from pulsometro.speech import Sentences

SECTIONS = {
    "Begin": (init, wave, questionnaire, doctor, key),
    "The quarter": (status, run),
    "One wave, stage by stage": (ingest, check, weight, estimate, protect, audit, report, release),
    "All waves together": (series, recompute, site),
    "After it is made": (explain,),
    "What the chain calls by itself": (graph, program, settings, simulate, deliveries, last_word),
}


@click.group(cls=Sentences, sections=SECTIONS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="pulso", message="%(prog)s %(version)s")
@click.option("-C", "folder", metavar="FOLDER", type=click.Path(path_type=Path), help="Work in this study's folder.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, only results and errors.")
@click.pass_context
def main(ctx: click.Context, folder: Path | None, quiet: bool) -> None:
    """From the questionnaire to the published brief: one verb per stage of the survey."""
    agree()
    ctx.obj = {"quiet": quiet}
    if folder is not None:
        enter(folder)


def enter(folder: Path) -> None:
    """Work in ``folder``, as if the command had been typed there; PulsoError where there is none."""
    try:
        os.chdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        raise PulsoError(f"-C {folder}: there is no such folder; write the folder that holds params.yaml.") from None
