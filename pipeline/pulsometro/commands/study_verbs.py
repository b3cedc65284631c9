"""Verbs of a study: begin it, add a wave to it, look at it and at the machine."""

import re
from pathlib import Path

import click

from pulsometro.commands.under_way import JSON, WAVE, say_json, working
from pulsometro.common.errors import PulsoError
from pulsometro.speech import Verb, say


@click.command(
    cls=Verb,
    example="pulso init juarez --data entrega.sav --wave 2024T1",
    makes=["FOLDER: params.yaml, questionnaires/, raw/, dvc.yaml, git and DVC begun"],
)
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

    with working("reading the delivery and drafting the study"):
        said = new_study(folder, data, like, wave)
    say(said)


@click.group()
def wave() -> None:
    """Begin a new wave; list them."""


@wave.command(
    "new",
    cls=Verb,
    example="pulso wave new 2013T3 --from 2013T2 --data entrega.sav",
    makes=["raw/WAVE/, questionnaires/WAVE.yaml, params.yaml, dvc.yaml"],
)
@WAVE
@click.option("--from", "source", required=True, metavar="WAVE", help="The wave to start from.")
@click.option("--data", type=click.Path(path_type=Path), help="The delivered file, to compare and map.")
def wave_new(wave: str, source: str, data: Path | None) -> None:
    """Write WAVE's questionnaire from another one's and enter it in params.yaml and dvc.yaml."""
    from pulsometro.study import load_study
    from pulsometro.wave.new import new_wave

    say(new_wave(load_study(), wave, source, data))


@wave.command("list", cls=Verb, example="pulso wave list", makes=["nothing: a line for each wave is printed"])
def wave_list() -> None:
    """Say which waves the study has, with period, fieldwork and delivered file."""
    from pulsometro.standing.standing_words import wave_list as listed
    from pulsometro.study import load_study

    say(listed(load_study()))


@click.command(cls=Verb, example="pulso status", makes=["nothing: what the stages left is read, none is run"])
@click.argument("wave", metavar="[WAVE]", default="")
@JSON
def status(wave: str, as_json: bool) -> None:
    """Where the quarter stands: delivered, checked, signed off, weighted, published, and what comes next."""
    from pulsometro.standing import standing_words
    from pulsometro.study import load_study

    found = standing_words.standings(load_study(), wave)
    if as_json:
        say_json(standing_words.as_json(found))
    else:
        say(standing_words.described(found))


@click.group()
def questionnaire() -> None:
    """Look at the instruments."""


@questionnaire.command(
    "diff", cls=Verb, example="pulso questionnaire diff 2012T3 2013T2", makes=["nothing: what it finds is printed"]
)
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
def questionnaire_diff(a: str, b: str) -> None:
    """What changed from wave A's questionnaire to wave B's, and which series break."""
    from pulsometro.questionnaire.diff import describe
    from pulsometro.study import load_study

    study = load_study()
    say(describe(study.questionnaire(a), study.questionnaire(b)))


@click.command(cls=Verb, example='pulso explain "66.2 %"', makes=["nothing: what it finds is printed"])
@click.argument("what", metavar="NUMBER|FIGURE")
def explain(what: str) -> None:
    """Where a printed number, or a figure ("2013T2/lugares"), comes from: row, formula, weights, file and stage."""
    from pulsometro.reporting.trace.explain import explain_number
    from pulsometro.study import load_study

    say(explain_number(load_study(), what))


@click.command(cls=Verb, example="pulso key", makes=[".pulso/weights.key (never in git)"])
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


@click.command(cls=Verb, example="pulso doctor", makes=["nothing: what it finds is printed, as JSON with --json"])
@JSON
def doctor(as_json: bool) -> None:
    """What this machine lacks, and what is wrong in the study's files; exits 1 when a stage would refuse them."""
    from dataclasses import asdict

    from pulsometro.doctor import engine, examine, findings

    try:
        from pulsometro.commands.study_look import look_at_study, told

        look = look_at_study(Path.cwd())
        said = told(look) if look else "No study here: run it inside of one's folder to have its files looked at."
    except ImportError as error:
        look, said = None, f"The study was not looked at: {error.name or 'a package'} is not here."
    if as_json:
        machine = {"programs": [asdict(each) for each in findings()], "engine": engine()}
        found = {"machine": machine, "study": asdict(look) if look else None, "sound": not (look and look.faults)}
        say_json(found)
    else:
        click.echo(f"{examine()}\n\n{said}")
    if look and look.faults:
        raise SystemExit(1)
