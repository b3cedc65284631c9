"""``pulso``: one verb per stage. Stages are imported only when their verb is called."""

import os
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import click

from pulsometro.common.determinism import agree
from pulsometro.common.errors import PulsoError
from pulsometro.common.progress import Tell, shown
from pulsometro.common.version import VERSION
from pulsometro.speech import Sentences, say

WAVE = click.argument("wave", metavar="WAVE")
WITHHOLD = click.option(
    "--withhold", is_flag=True, help="As the chain runs it: a wave that cannot go on leaves a record, exit 0."
)


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="pulso", message="%(prog)s %(version)s")
@click.option("--quiet", is_flag=True, help="No progress, only results and errors.")
@click.pass_context
def main(ctx: click.Context, quiet: bool) -> None:
    """From the questionnaire to the published brief: one verb per stage of the survey."""
    agree()
    ctx.obj = {"quiet": quiet or bool(os.environ.get("CI")) or not sys.stderr.isatty()}


def _working(text: str) -> AbstractContextManager[Tell]:
    """A line with what is under way while the block runs, unless the run is quiet."""
    return shown(text, quiet=click.get_current_context().obj["quiet"])


def _carry(work: Callable[[], str], withhold: bool) -> None:
    """Run a wave's stage; in the chain a wave that stops is told of and is no failure, the last stage's is."""
    from pulsometro.study.withheld import WaveWithheld, told

    try:
        said = work()
    except WaveWithheld as stop:
        if not withhold:
            raise
        own = click.get_current_context().command.name == stop.record.stage
        wave = stop.record.wave
        said = told({wave: stop.record}) if own else f"{wave}: nothing to do, '{stop.record.stage}' withheld it."
    say(said)


@main.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--data", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
    help="The first delivery; given again, the form or dictionary that describes it.",
)  # fmt: skip
@click.option(
    "--like", type=click.Choice(["telefono", "cara-a-cara", "pesos-dados"]),
    help="How it was sampled, where the delivery does not tell.",
)  # fmt: skip
@click.option("--wave", metavar="KEY", help="The first wave's key; otherwise its quarter, by the interviews' dates.")
def init(folder: Path, data: tuple[Path, ...], like: str | None, wave: str | None) -> None:
    """Begin a study in FOLDER, drafted from its first delivery: what it says is written, the rest is TODO.

    Example: pulso init juarez --data entrega.sav --wave 2024T1
    """
    from pulsometro.begin.study_from_delivery import new_study

    with _working("reading the delivery and drafting the study"):
        said = new_study(folder, data, like, wave)
    say(said)


@main.command()
def graph() -> None:
    """Write dvc.yaml from params.yaml."""
    from pulsometro.graph.dvc_file import write_graph
    from pulsometro.study import load_study

    say(write_graph(load_study()))


@main.command()
def program() -> None:
    """Write down what of this program and of the questionnaires the stages depend on (first of the chain)."""
    from pulsometro.graph.stage import run_program
    from pulsometro.study import load_study

    say(run_program(load_study()))


@main.command()
def deliveries() -> None:
    """Write down which deliveries are here (in the chain, before ingest)."""
    from pulsometro.graph.stage import run_deliveries
    from pulsometro.study import load_study

    say(run_deliveries(load_study()))


@main.command()
def verdict() -> None:
    """Say which waves are withheld, and why; exits 1 when one is (last of the chain)."""
    from pulsometro.study import load_study
    from pulsometro.study.rights import make_readable
    from pulsometro.study.withheld import refuse_withheld

    study = load_study()
    make_readable(study)
    say(refuse_withheld(study))


@main.command()
def settings() -> None:
    """Validate params.yaml and hand each section to the stages that read it."""
    from pulsometro.study import load_study
    from pulsometro.study.stage import run

    say(run(load_study()))


@main.command()
def simulate() -> None:
    """Make the synthetic editions and their delivered files."""
    from pulsometro.simulate.stage import run
    from pulsometro.study import load_study

    with _working("simulating the editions") as tell:
        said = run(load_study(), tell)
    say(said)


@main.command()
@WAVE
@WITHHOLD
def ingest(wave: str, withhold: bool) -> None:
    """Read a delivery: rows in = accepted + quarantined."""
    from pulsometro.ingest.stage import run
    from pulsometro.study import load_study

    with _working(f"{wave}: reading the delivery") as tell:
        _carry(lambda: run(load_study(), wave, tell), withhold)


@main.command()
@click.argument("wave", metavar="[WAVE]", required=False)
@click.option("--all", "every", is_flag=True, help="Write every wave's verdict; exit 0 whatever it says.")
@click.option("--accept", metavar="RULE", help="Sign off a failed rule; needs --because.")
@click.option("--because", metavar="TEXT", help="Why the rule's failure is accepted.")
@click.option(
    "--data-docs", "docs", metavar="FOLDER", type=click.Path(path_type=Path),
    help="Also write Great Expectations' own pages there; they hold respondents' values.",
)  # fmt: skip
def check(wave: str | None, every: bool, accept: str | None, because: str | None, docs: Path | None) -> None:
    """Run the checks of one wave; exits 1 when a critical rule fails."""
    from pulsometro.check import stage
    from pulsometro.check.report.terminal import print_verdict
    from pulsometro.study import load_study

    study = load_study()
    if every:
        with _working("loading the checks") as tell:
            said = stage.run_all(study, tell)
        say(said)
        return
    if wave is None:
        raise PulsoError("pulso check: say which wave, for example 'pulso check 2013T2', or --all.")
    if accept is not None:
        if not because:
            raise PulsoError(f'pulso check {wave} --accept {accept}: say why with --because "…".')
        stage.accept(study, wave, accept, because)
    with _working(f"{wave}: loading the checks") as tell:
        verdict = stage.run_one(study, wave, tell, docs)
    print_verdict(study, verdict)
    if docs is not None:
        told = (f"{docs}: Great Expectations' pages; they hold respondents' values and load remote addresses: do not "
                "publish or send them, and delete them after use.")  # fmt: skip
        say(told, err=True)
    if verdict.verdict == "stop":
        raise SystemExit(1)


@main.command()
@WAVE
@WITHHOLD
def weight(wave: str, withhold: bool) -> None:
    """Weight a wave by municipality, with a record of every step."""
    from pulsometro.check.verdict import refuse_if_stopped
    from pulsometro.study import load_study
    from pulsometro.weighting.stage import run

    study = load_study()
    with _working(f"{wave}: weighting"):
        _carry(lambda: run(study, wave, lambda: refuse_if_stopped(study, wave)), withhold)


@main.command()
def key() -> None:
    """Make the key that the weights are blurred under, unless it is there; say its fingerprint for params.yaml."""
    from pulsometro.study import load_study
    from pulsometro.weighting.study_key import KEY, fingerprint

    study = load_study()
    there, declared = KEY.read(study.root) is not None, study.params.weighting.blur
    if not there and declared is not None and re.fullmatch(r"[0-9a-f]{16}", declared.key):
        raise PulsoError(
            "params.yaml: weighting.blur.key names a key that is not here; put the team's copy in "
            f"{KEY.path(study.root)}. "
            "If it is lost, no edition can be weighted again as it was published: to go on with another, write "
            "weighting.blur.key: demonstration in params.yaml and run 'pulso key' again."
        )
    made = fingerprint(KEY.make(study.root))
    say(
        f"{KEY.path(study.root)}: {'the key was there' if there else 'a new key'}; keep a copy of it outside of this "
        f'machine, and write in params.yaml, weighting: blur: {{key: "{made}"}}'
    )


@main.command()
@WAVE
@WITHHOLD
def estimate(wave: str, withhold: bool) -> None:
    """Estimate every indicator of a wave in every domain."""
    from pulsometro.estimates.stage import run
    from pulsometro.study import load_study

    with _working(f"{wave}: estimating"):
        _carry(lambda: run(load_study(), wave), withhold)


@main.command()
@WAVE
@WITHHOLD
def protect(wave: str, withhold: bool) -> None:
    """Find the cells of a wave that nobody may see, and enter them in its ledger."""
    from pulsometro.study import load_study
    from pulsometro.suppression.stage import run

    with _working(f"{wave}: finding thin cells"):
        _carry(lambda: run(load_study(), wave), withhold)


@main.command()
@WAVE
@WITHHOLD
def audit(wave: str, withhold: bool) -> None:
    """Attack what is published of a wave; it stops when a withheld cell is given away."""
    from pulsometro.audit.stage import run
    from pulsometro.study import load_study

    with _working(f"{wave}: attacking what is published"):
        _carry(lambda: run(load_study(), wave), withhold)


@main.command()
def series() -> None:
    """Put the waves together: estimates, tested changes, rankings."""
    from pulsometro.estimates.series import run
    from pulsometro.study import load_study

    with _working("putting the waves together"):
        said = run(load_study())
    say(said)


@main.command()
def recompute() -> None:
    """Have another program work out the headline figures again; it warns and stops nothing."""
    from pulsometro.recompute.stage import run
    from pulsometro.study import load_study

    with _working("working the headline figures out again"):
        said = run(load_study())
    say(said)


@main.command()
@WAVE
@click.option("--draft", is_flag=True, help="Watermark every page as a draft.")
@WITHHOLD
def report(wave: str, draft: bool, withhold: bool) -> None:
    """Render a wave's brief and its companions."""
    from pulsometro.reporting.stage import run
    from pulsometro.study import load_study

    with _working(f"{wave}: rendering"):
        _carry(lambda: run(load_study(), wave, draft=draft), withhold)


@main.command()
def site() -> None:
    """Render the pages that are about every wave."""
    from pulsometro.reporting.site import run
    from pulsometro.study import load_study

    with _working("rendering the site"):
        said = run(load_study())
    say(said)


@main.command()
@WAVE
@WITHHOLD
def release(wave: str, withhold: bool) -> None:
    """Write the microdata that partners may have."""
    from pulsometro.release.stage import run
    from pulsometro.study import load_study

    with _working(f"{wave}: writing the microdata"):
        _carry(lambda: run(load_study(), wave), withhold)


@main.command()
@click.argument("what", metavar="NUMBER|FIGURE")
def explain(what: str) -> None:
    """Where a printed number, or a figure ("2013T2/lugares"), comes from: row, formula, weights, file and stage."""
    from pulsometro.reporting.trace.explain import explain_number
    from pulsometro.study import load_study

    say(explain_number(load_study(), what))


@main.group()
def wave() -> None:
    """Begin a new wave."""


@wave.command("new")
@WAVE
@click.option("--from", "source", required=True, metavar="WAVE", help="The wave to start from.")
@click.option("--data", type=click.Path(path_type=Path), help="The delivered file, to compare and map.")
def wave_new(wave: str, source: str, data: Path | None) -> None:
    """Write WAVE's questionnaire from another one's and enter it in params.yaml and dvc.yaml."""
    from pulsometro.study import load_study
    from pulsometro.wave.new import new_wave

    say(new_wave(load_study(), wave, source, data))


@main.group()
def questionnaire() -> None:
    """Look at the instruments."""


@questionnaire.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
def questionnaire_diff(a: str, b: str) -> None:
    """What changed from wave A's questionnaire to wave B's, and which series break."""
    from pulsometro.questionnaire.diff import describe
    from pulsometro.study import load_study

    study = load_study()
    say(describe(study.questionnaire(a), study.questionnaire(b)))


@main.command()
def doctor() -> None:
    """What this machine has, what it lacks, and how to get it."""
    from pulsometro.doctor import examine

    click.echo(examine())
