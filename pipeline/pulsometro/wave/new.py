"""``pulso wave new``: everything that a new edition needs before its delivery can be ingested."""

import filecmp
import io
import shutil
from pathlib import Path

from pulsometro.common.counted import agreeing, tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import atomic, write_text
from pulsometro.ingest.delivery_record import Difference
from pulsometro.ingest.read.archive import READABLE
from pulsometro.settings.configuration import load_yaml
from pulsometro.settings.names import safe_file_name, wave_key_fault
from pulsometro.study import Study
from pulsometro.wave.drafted_crosswalk import Draft, draft
from pulsometro.wave.entries import write_entries


def new_wave(study: Study, wave: str, source: str, data: Path | None = None) -> str:
    """Write the wave's questionnaire from the source's, and enter it in params.yaml and dvc.yaml.

    ``data``: its delivery; without it the one readable file in raw/<wave>/ is taken, if there
    is one. With a delivery the crosswalk is kept where it is sure, and the rest is marked TODO,
    on which ingest refuses until somebody decides.
    Returns what was done and what to decide. Raises PulsoError when the wave exists, the source
    does not, or the delivery cannot be read; then nothing is written.
    """
    _refuse(study, wave, source)
    questionnaire = study.questionnaire(source)
    path = data if data is not None else _found(study, wave, source)
    decided = draft(study, questionnaire, path, wave) if path is not None else None
    old = study.wave(source)
    # A name that params.yaml, a shell or a page could not bear is not taken over; the delivery itself stays as it is.
    file = safe_file_name(path.name if path is not None else old.file.replace(source, wave))
    attempts = safe_file_name(old.attempts.replace(source, wave)) if old.attempts else None
    text = _questionnaire_text(study, wave, source, decided)
    target = study.root / "raw" / wave / file
    questionnaire_file, copied = study.questionnaires / f"{wave}.yaml", False
    try:
        if path is not None and path.resolve() != target.resolve() and not _is_there(path, target):
            with atomic(target) as temporary:
                shutil.copyfile(path, temporary)
            copied = True
        write_text(text, questionnaire_file)
        changed = write_entries(study, wave, source, file, attempts)
    except BaseException:
        questionnaire_file.unlink(missing_ok=True)
        if copied:
            target.unlink(missing_ok=True)
        raise
    return _report(study, wave, source, decided, target, attempts, changed)


def _is_there(path: Path, target: Path) -> bool:
    """Whether the delivery lies in its place already; PulsoError when another file does, which is kept."""
    if not target.exists():
        return False
    if target.is_file() and filecmp.cmp(path, target, shallow=False):
        return True
    raise PulsoError(
        f"{target}: another file of that name is there already, and is kept; move it away, or rename yours."
    )


def _refuse(study: Study, wave: str, source: str) -> None:
    study.wave(source)
    if wave in study.params.waves:
        raise PulsoError(f"params.yaml: there is a wave {wave} already; correct it there, or name another.")
    fault = wave_key_fault(wave, study.params.waves)
    if fault:
        raise PulsoError(fault)
    path = study.questionnaires / f"{wave}.yaml"
    if path.exists():
        raise PulsoError(f"{path}: the file exists already; remove it first if it should be made anew.")


def _found(study: Study, wave: str, source: str) -> Path | None:
    """The only table in raw/<wave>/, the call attempts left out."""
    folder = study.root / "raw" / wave
    attempts = (study.wave(source).attempts or "").replace(source, wave)
    readable = (*READABLE, ".zip")
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    tables = [f for f in files if f.suffix.lower() in readable and f.name != attempts and not f.name.startswith(".")]
    if len(tables) > 1:
        names = ", ".join(f.name for f in tables[:4])
        raise PulsoError(f"{folder}: there are several tables ({names}); say which one with --data.")
    return tables[0] if tables else None


def _questionnaire_text(study: Study, wave: str, source: str, decided: Draft | None) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    path = study.questionnaires / f"{source}.yaml"
    load_yaml(path)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    content = yaml.load(path.read_text(encoding="utf-8"))
    # What is said above the old wave's keys is about the old wave.
    content.ca.comment = None
    content["wave"] = DoubleQuotedScalarString(wave)
    if decided is not None and (decided.todo or decided.writing or decided.settled):
        delivery = content.setdefault("delivery", {})
        for key, value in decided.settled.items():
            delivery[key] = DoubleQuotedScalarString(value) if isinstance(value, str) else value
        for key, question in decided.writing.items():
            delivery[key] = SingleQuotedScalarString(f"TODO: {question}")
        columns = delivery.setdefault("columns", {})
        for item, why in decided.todo.items():
            columns[item] = DoubleQuotedScalarString(f"TODO: {why}")
    stream = io.StringIO()
    stream.write(f"# From {source}; state here only what differs from what it extends.\n")
    yaml.dump(content, stream)
    return stream.getvalue()


def _report(
    study: Study, wave: str, source: str, decided: Draft | None, target: Path, attempts: str | None,
    changed: tuple[str, ...],
) -> str:  # fmt: skip
    lines = [f"{wave}: questionnaires/{wave}.yaml made from {source}; entered in {' and '.join(changed)}."]
    lines.append("  Correct the period and the fieldwork dates in params.yaml: they were only moved on.")
    if decided is None:
        lines.append(f"  No delivery yet: put it at {target.relative_to(study.root)} (or correct 'file').")
    else:
        open_ = len(decided.todo) + len(decided.writing)
        sure = f"{tallied(decided.sure, 'item')} {agreeing(decided.sure, 'is')} sure"
        lines.append(f"  {target.relative_to(study.root)}: {sure}, {open_} TODO.")
        lines += [_settled(study, source, key, value) for key, value in decided.settled.items()]
        lines += [f"    TODO {item}: {why}" for item, why in decided.todo.items()]
        lines += [f"    TODO delivery.{key}: {question}" for key, question in decided.writing.items()]
        lines += _differences(decided)
    if attempts is not None and not (study.root / "raw" / wave / attempts).is_file():
        lines.append(f"  The call attempts go to raw/{wave}/{attempts} (or remove 'attempts').")
    ready = "Then" if decided is None or decided.todo or decided.writing else "Next"
    lines.append(f"  {ready}: pulso ingest {wave}")
    return "\n".join(lines)


def _settled(study: Study, source: str, key: str, value: object) -> str:
    """Where the delivery was found, as the questionnaire now says it."""
    if key == "header_row":
        first = study.questionnaire(source).delivery.respondent[0]
        return f"    {first} is in row {value}: delivery.header_row says so."
    return f"    the answers are in one of its sheets: delivery.{key} says so."


def _sides(difference: Difference) -> str:
    """What the file says and what the questionnaire does, where each says something."""
    sides = (("file", difference.delivered), ("questionnaire", difference.expected))
    return ", ".join(f"{who} «{said}»" if said else f"{who} says nothing" for who, said in sides)


def _differences(decided: Draft) -> list[str]:
    shown = [d for d in decided.differences if d.kind != "not_asked"]
    lines = [
        f"    {d.kind.replace('_', ' ')}: {d.column or d.item}{f' code {d.code}' if d.code else ''}: {_sides(d)}"
        for d in shown
    ]
    unasked = [d.column for d in decided.differences if d.kind == "not_asked"]
    if unasked:
        more = " …" if len(unasked) > 8 else ""
        lines.append(f"    delivered but not asked ({len(unasked)}): {', '.join(unasked[:8])}{more}")
    return lines
