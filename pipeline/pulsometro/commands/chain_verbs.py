"""Verbs of every wave at once: what the chain does before, between and after the stages of a wave."""

import click

from pulsometro.commands.under_way import is_quiet, working
from pulsometro.speech import Verb, say


@click.command(
    cls=Verb,
    example="pulso run",
    makes=["everything that is missing or old, to reports/site/index.html; with WAVE what is published of that wave"],
)
@click.argument("wave", metavar="[WAVE]", default="")
def run(wave: str) -> None:
    """Bring every wave from its delivery to its brief, or one; exits other than 0 when one is withheld."""
    from pulsometro.running.chain_run import run_chain
    from pulsometro.study import load_study

    code = run_chain(load_study(), wave, is_quiet())
    if code:
        raise SystemExit(code)


@click.command(cls=Verb, example="pulso graph", makes=["dvc.yaml"])
def graph() -> None:
    """Write dvc.yaml from params.yaml."""
    from pulsometro.graph.dvc_file import write_graph
    from pulsometro.study import load_study

    say(write_graph(load_study()))


@click.command(cls=Verb, example="pulso program", makes=["processed/program/, processed/inputs/"])
def program() -> None:
    """Write down what of this program and of the questionnaires the stages depend on (first of the chain)."""
    from pulsometro.graph.stage import run_program
    from pulsometro.study import load_study

    say(run_program(load_study()))


@click.command(cls=Verb, example="pulso settings", makes=["processed/settings/"])
def settings() -> None:
    """Validate params.yaml and hand each section to the stages that read it."""
    from pulsometro.study import load_study
    from pulsometro.study.stage import run

    say(run(load_study()))


@click.command(cls=Verb, example="pulso simulate", makes=["raw/WAVE/ of the waves that are simulated"])
def simulate() -> None:
    """Make the synthetic editions and their delivered files."""
    from pulsometro.simulate.stage import run
    from pulsometro.study import load_study

    with working("simulating the editions") as tell:
        said = run(load_study(), tell)
    say(said)


@click.command(cls=Verb, example="pulso deliveries", makes=["processed/deliveries/"])
def deliveries() -> None:
    """Write down which deliveries are here (in the chain, before ingest)."""
    from pulsometro.graph.stage import run_deliveries
    from pulsometro.study import load_study

    say(run_deliveries(load_study()))


@click.command(cls=Verb, example="pulso series", makes=["processed/series/: estimates, changes, differences, rankings"])
def series() -> None:
    """Put the waves together: estimates, tested changes, rankings."""
    from pulsometro.estimates.series import run
    from pulsometro.study import load_study

    with working("putting the waves together"):
        said = run(load_study())
    say(said)


@click.command(cls=Verb, example="pulso recompute", makes=["processed/WAVE/recompute/second_opinion.json"])
def recompute() -> None:
    """Have another program work out the headline figures again; it warns and stops nothing."""
    from pulsometro.recompute.stage import run
    from pulsometro.study import load_study

    with working("working the headline figures out again"):
        said = run(load_study())
    say(said)


@click.command(cls=Verb, example="pulso site", makes=["reports/site/index.html, secciones/"])
def site() -> None:
    """Render the pages that are about every wave."""
    from pulsometro.reporting.site import run
    from pulsometro.study import load_study

    with working("rendering the site"):
        said = run(load_study())
    say(said)


@click.command(cls=Verb, example="pulso verdict", makes=["nothing: a sentence, and exit 1 where a wave is withheld"])
def verdict() -> None:
    """Say which waves are withheld, and why; exits 1 when one is (last of the chain)."""
    from pulsometro.study import load_study
    from pulsometro.study.rights import make_readable
    from pulsometro.study.withheld import refuse_withheld

    study = load_study()
    make_readable(study)
    say(refuse_withheld(study))
