"""``pulso init``: a study from its first delivery, drafted, tried out, and put into its folder whole."""

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pulsometro.begin.decisions import Decisions
from pulsometro.begin.delivery_source import Source, source_of
from pulsometro.begin.drafted_indicators import indicators_text
from pulsometro.begin.drafted_items import Drafted, drafted
from pulsometro.begin.drafted_params import Begun, params_text
from pulsometro.begin.drafted_population import FILE, README, Margins, margins, table_text
from pulsometro.begin.drafted_questionnaire import base_text, conditions, wave_text
from pulsometro.begin.guessed_roles import Roles, guessed, said_roles
from pulsometro.begin.place_guesses import GuessedPlaces, places_in
from pulsometro.begin.placing import placed, refuse_study
from pulsometro.begin.project_files import begin_projects, in_a_repository
from pulsometro.begin.skips_shown import guessed_skips
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.graph.dvc_file import NAME, graph_text
from pulsometro.ingest.reading import read
from pulsometro.settings.names import safe_file_name, wave_key_fault
from pulsometro.study import Study, load_study
from pulsometro.wave.drafted_crosswalk import draft as compared

LIKES = ("telefono", "cara-a-cara", "pesos-dados")
_QUARTER = re.compile(r"(20\d\d)\D{0,2}([1-4])(?:\b|\D)")
_ONE_EACH = 2.0


@dataclass(frozen=True)
class Draft:
    """All that is drafted of a study."""

    begun: Begun
    source: Source
    roles: Roles
    places: GuessedPlaces | None
    items: Drafted
    shape: Margins
    asked: Mapping[str, str | None]


def new_study(folder: Path, data: Sequence[Path] = (), like: str | None = None, wave: str | None = None) -> str:
    """Begin a study in ``folder``: settings, questionnaire, indicators, the population's table, git and DVC.

    ``data``: its first delivery, and the form or dictionary that describes it. ``like``: one of ``LIKES``, where the
    delivery does not tell. Returns what was guessed, and what somebody must decide. Raises PulsoError when the folder
    has a study or a file cannot be read; then nothing is written.
    """
    refuse_study(folder)
    if wave is not None and (fault := wave_key_fault(wave)):
        raise PulsoError(f"pulso init --wave: {fault}")
    draft = _draft(folder, source_of(data), like, wave)
    asked, tried, projects = Decisions(), "", ""
    own_git = not in_a_repository(folder)

    def build(target: Path) -> None:
        nonlocal tried, projects
        with tempfile.TemporaryDirectory(prefix="pulso-init-") as probe:
            graph, writing, tried = _tried(draft, Path(probe))
        _write(draft, asked, target, writing)
        write_text(graph, target / NAME)
        if draft.source.path is not None and draft.begun.file is not None:
            (target / "raw" / draft.begun.wave).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(draft.source.path, target / "raw" / draft.begun.wave / draft.begun.file)
        projects = begin_projects(target, own_git)

    placed(folder, build)
    return _said(folder, draft, asked, tried, projects)


def _draft(folder: Path, source: Source, like: str | None, wave: str | None) -> Draft:
    roles = guessed(source)
    taken = [*roles.respondent, *roles.personal, *(guess.name for guess in roles.single.values())]
    places = places_in(source, taken)
    items = drafted(source, roles, places)
    if not any(each.answers for each in items.items):
        raise PulsoError(
            f"{source.path}: no column holds answers that can be counted (codes with labels, or a few words); give the "
            "file that says what its codes are (a dictionary or the form) with another --data."
        )
    days = roles.days if source.path is not None else None
    key = wave or _wave_key(source.path, days.last if days is not None else None)
    file = safe_file_name(source.path.name) if source.path is not None else None
    chosen, why = _like(like, roles)
    title = " ".join(folder.resolve().name.replace("_", " ").split()) or "Encuesta"
    first, last = (days.first, days.last) if days is not None else (None, None)
    begun = Begun(title, key, file, first, last, chosen, _relative(source, roles), why,
                  source.path is None and not source.forms, days is not None and days.zoned)  # fmt: skip
    place = next((each for each in items.items if each.role == "place"), None)
    shape = margins(source, items.items, place)
    asked = conditions(source, items.items) if source.forms else dict(guessed_skips(source, items.items))
    return Draft(begun, source, roles, places, items, shape, asked)


def _wave_key(path: Path | None, last: date | None) -> str:
    """The wave's key: its quarter by the interviews' days, else by the file's name."""
    if last is not None:
        return f"{last.year}T{(last.month - 1) // 3 + 1}"
    named = _QUARTER.search(path.stem) if path is not None else None
    return f"{named[1]}T{named[2]}" if named else "ola1"


def _like(like: str | None, roles: Roles) -> tuple[str, str]:
    """The design, and why."""
    if like is not None:
        return like, f"as --like {like} says"
    if "weight" in roles.single:
        return "pesos-dados", f"the producer's weight: {roles.single['weight'].why}"
    if roles.probabilities:
        return "cara-a-cara", f"selection probabilities: {', '.join(roles.probabilities)}"
    if "phone" in roles.single and "adults" in roles.single:
        return "telefono", "there are telephones and the adults of each home"
    return "igual", "no weight and no probability of selection was found: every interview counts the same"


def _relative(source: Source, roles: Roles) -> bool:
    column = roles.column("weight")
    if column is None:
        return False
    weight = next(each for each in source.variables if each.name == column).profile.numbers
    return weight is not None and float(weight.mean()) < _ONE_EACH


def _write(draft: Draft, decide: Decisions, target: Path, writing: Mapping[str, str]) -> None:
    """The study's own files; ``decide`` says what stands where nobody decided, ``writing`` as ``wave_text``."""
    items = draft.items.items
    texts = {
        "params.yaml": params_text(draft.begun, items, draft.roles, draft.places, draft.shape, decide),
        "questionnaires/base.yaml": base_text(
            draft.source, draft.items, draft.roles, draft.begun.like, draft.asked, decide
        ),
        f"questionnaires/{draft.begun.wave}.yaml": wave_text(draft.begun.wave, writing, decide),
        "questionnaires/indicators.yaml": indicators_text(items, draft.asked),
        FILE: table_text(draft.places.places if draft.places is not None else (), items, draft.shape),
        "raw/population/README.md": README,
    }
    for name, text in texts.items():
        write_text(text, target / name)


def _tried(draft: Draft, probe: Path) -> tuple[str, Mapping[str, str], str]:
    """The study with stand-ins loaded and its delivery read: dvc.yaml, how the delivery is written, what ingest says.

    Raises PulsoError when the draft itself cannot be loaded, which is this program's fault.
    """
    _write(draft, Decisions(filled=True), probe, {})
    try:
        study = load_study(probe)
        study.questionnaire(draft.begun.wave)
        graph = graph_text(study)
    except PulsoError as error:
        told = str(error).replace(f"{probe}/", "")
        raise PulsoError(
            f"pulso init: what was drafted cannot be used; tell whoever keeps this program: {told}"
        ) from error
    if draft.source.path is None or draft.begun.file is None:
        return graph, {}, ""
    return graph, *_ingested(study, draft.begun.wave, draft, draft.source.path)


def _ingested(study: Study, wave: str, draft: Draft, path: Path) -> tuple[Mapping[str, str], str]:
    raw = study.raw(wave)
    raw.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, raw)
    writing: Mapping[str, str] = {}
    try:
        writing = compared(study, study.questionnaire(wave), raw, wave).writing
        if writing:
            _write(draft, Decisions(filled=True), study.root, writing)
        counts = read(study, wave).counts
    except PulsoError as error:
        told = str(error).replace(f"{study.root}/", "").replace(str(study.root), "the study")
        return writing, f"ingest will refuse it as it is: {told}"
    return (
        writing,
        f"tried: {counts.delivered:,} rows = {counts.accepted:,} accepted + {counts.quarantined:,} quarantined.",
    )


def _said(folder: Path, draft: Draft, asked: Decisions, tried: str, projects: str) -> str:
    wave, file = draft.begun.wave, draft.begun.file
    lines = [f"{folder}: a study is begun, wave {wave}."]
    lines += [f"  {note}" for note in draft.source.notes]
    count = sum(1 for each in draft.items.items if each.column or each.source)
    lines.append(f"  questionnaires/base.yaml: {count} items; {len(draft.items.ignored)} columns are not read.")
    lines += [f"    {line}" for line in said_roles(draft.roles)]
    lines += (
        [f"    places: {draft.places.why}"] if draft.places is not None else ["    no column says where: no places"]
    )
    lines.append(f"    weights: {draft.begun.why_like}")
    lines += [f"  {tried}"] if tried else []
    lines.append(f"  {projects}")
    if asked.asked:
        told = asked.told()
        lines.append(f"  {len(told)} to decide, marked TODO:")
        lines += [f"    {line}" for line in told]
        if any(each.question.startswith("what ") for each in asked.asked):
            lines.append("    (a dictionary, or the form, given with another --data, would say what the codes are)")
    lines.append("  Next:")
    lines.append(f"    cd {_typed(folder)}")
    lines += [f"    dvc add {_typed(Path('raw') / wave / file)}"] if file is not None else []
    lines.append('    git add -A && git commit -m "El estudio empieza"')
    waiting = f"put the delivery in {_typed(folder / 'raw' / wave)} and name it in params.yaml"
    lines.append(f"    pulso ingest {wave}" if file is not None else f"    {waiting}")
    return "\n".join(lines)


def _typed(path: Path) -> str:
    text = str(path)
    return text if re.fullmatch(r"[\w./~-]+", text) else f'"{text}"'
