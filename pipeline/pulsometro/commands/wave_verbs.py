"""Verbs of one wave: a stage each, from the delivery to what partners may have."""

from pathlib import Path

import click

from pulsometro.commands.under_way import JSON, WAVE, WITHHOLD, carry, say_json, working
from pulsometro.common.errors import PulsoError
from pulsometro.speech import Verb, say


@click.command(
    cls=Verb,
    example="pulso ingest 2013T2",
    makes=["processed/WAVE/ingest/: responses, quarantine.parquet, delivery.json"],
)
@WAVE
@WITHHOLD
def ingest(wave: str, withhold: bool) -> None:
    """Read a delivery: rows in = accepted + quarantined."""
    from pulsometro.ingest.stage import run
    from pulsometro.study import load_study

    with working(f"{wave}: reading the delivery") as tell:
        carry(lambda: run(load_study(), wave, tell), withhold)


@click.command(
    cls=Verb,
    example="pulso check 2013T2",
    makes=["processed/checks/WAVE.json and WAVE.html (the quality report, internal)"],
)
@click.argument("wave", metavar="[WAVE]", required=False)
@click.option("--all", "every", is_flag=True, help="Write every wave's verdict; exit 0 whatever it says.")
@click.option("--accept", metavar="RULE", help="Sign off a failed rule; needs --because.")
@click.option("--because", metavar="TEXT", help="Why the rule's failure is accepted.")
@click.option(
    "--data-docs", "docs", metavar="FOLDER", type=click.Path(path_type=Path),
    help="Also write Great Expectations' own pages there; they hold respondents' values.",
)  # fmt: skip
@JSON
def check(
    wave: str | None, every: bool, accept: str | None, because: str | None, docs: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Run the checks of one wave; exits 1 when a critical rule fails."""
    from pulsometro.check import stage
    from pulsometro.check.report.terminal import print_verdict
    from pulsometro.check.verdict import to_json
    from pulsometro.study import load_study

    study = load_study()
    if every:
        with working("loading the checks") as tell:
            said = stage.run_all(study, tell)
        say(said)
        return
    if wave is None:
        raise PulsoError("pulso check: say which wave, for example 'pulso check 2013T2', or --all.")
    if accept is not None:
        if not because:
            raise PulsoError(f'pulso check {wave} --accept {accept}: say why with --because "…".')
        stage.accept(study, wave, accept, because)
    with working(f"{wave}: loading the checks") as tell:
        verdict = stage.run_one(study, wave, tell, docs)
    if as_json:
        say_json(to_json(verdict))
    else:
        print_verdict(study, verdict)
    if docs is not None:
        told = (f"{docs}: Great Expectations' pages; they hold respondents' values and load remote addresses: do not "
                "publish or send them, and delete them after use.")  # fmt: skip
        say(told, err=True)
    if verdict.verdict == "stop":
        raise SystemExit(1)


@click.command(
    cls=Verb, example="pulso weight 2013T2", makes=["processed/WAVE/weight/: weights.parquet, weighting.json"]
)
@WAVE
@WITHHOLD
def weight(wave: str, withhold: bool) -> None:
    """Weight a wave by municipality, with a record of every step."""
    from pulsometro.check.verdict import refuse_if_stopped
    from pulsometro.study import load_study
    from pulsometro.weighting.stage import run

    study = load_study()
    with working(f"{wave}: weighting"):
        carry(lambda: run(study, wave, lambda: refuse_if_stopped(study, wave)), withhold)


@click.command(
    cls=Verb,
    example="pulso estimate 2013T2",
    makes=["processed/WAVE/estimate/: estimates.parquet, interviewers.parquet"],
)
@WAVE
@WITHHOLD
def estimate(wave: str, withhold: bool) -> None:
    """Estimate every indicator of a wave in every domain."""
    from pulsometro.estimates.stage import run
    from pulsometro.study import load_study

    with working(f"{wave}: estimating"):
        carry(lambda: run(load_study(), wave), withhold)


@click.command(
    cls=Verb, example="pulso protect 2013T2", makes=["processed/WAVE/protect/, processed/suppressed/WAVE.csv (in git)"]
)
@WAVE
@WITHHOLD
def protect(wave: str, withhold: bool) -> None:
    """Find the cells of a wave that nobody may see, and enter them in its ledger."""
    from pulsometro.study import load_study
    from pulsometro.suppression.stage import run

    with working(f"{wave}: finding thin cells"):
        carry(lambda: run(load_study(), wave), withhold)


@click.command(cls=Verb, example="pulso audit 2013T2", makes=["processed/WAVE/audit/audit.json"])
@WAVE
@WITHHOLD
def audit(wave: str, withhold: bool) -> None:
    """Attack what is published of a wave; it stops when a withheld cell is given away."""
    from pulsometro.audit.stage import run
    from pulsometro.study import load_study

    with working(f"{wave}: attacking what is published"):
        carry(lambda: run(load_study(), wave), withhold)


@click.command(
    cls=Verb, example="pulso report 2013T2", makes=["reports/site/WAVE/: brief.html, .pdf, .docx and its companions"]
)
@WAVE
@click.option("--draft", is_flag=True, help="Watermark every page as a draft.")
@WITHHOLD
def report(wave: str, draft: bool, withhold: bool) -> None:
    """Render a wave's brief and its companions."""
    from pulsometro.reporting.stage import run
    from pulsometro.study import load_study

    with working(f"{wave}: rendering"):
        carry(lambda: run(load_study(), wave, draft=draft), withhold)


@click.command(
    cls=Verb, example="pulso release 2013T2", makes=["processed/release/WAVE/: SPSS, Stata, Parquet, CSV, codebook"]
)
@WAVE
@WITHHOLD
def release(wave: str, withhold: bool) -> None:
    """Write the microdata that partners may have."""
    from pulsometro.release.stage import run
    from pulsometro.study import load_study

    with working(f"{wave}: writing the microdata"):
        carry(lambda: run(load_study(), wave), withhold)
