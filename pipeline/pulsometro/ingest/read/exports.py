"""Exports of survey servers: their column names brought back to the questions' own, theirs set aside."""

import re
from dataclasses import dataclass

_ODK = ({"_uuid"}, {"instanceID", "KEY"}, {"KEY", "SubmissionDate"}, {"meta/instanceID"}, {"meta-instanceID"})
_ODK_SYSTEM = frozenset({
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "SubmissionDate",
    "KEY", "instanceID", "instanceName", "SubmitterID", "SubmitterName", "AttachmentsPresent",
    "AttachmentsExpected", "Status", "ReviewState", "DeviceID", "Edits", "FormVersion", "formhub/uuid",
})  # fmt: skip
_LIME = {"submitdate", "lastpage", "startlanguage"}
_LIME_SYSTEM = frozenset([*_LIME, "seed", "startdate", "datestamp", "ipaddr", "refurl", "token", "interviewtime"])
_LIME_NAME = re.compile(r"([A-Za-z]\w*(?:\[[^\]]+\])?)\.\s")


@dataclass(frozen=True)
class Names:
    """``columns``: the names to use, in the file's order; ``system``: those of the server;
    ``source``: odk, limesurvey or '' for anything else."""

    columns: tuple[str, ...]
    system: tuple[str, ...] = ()
    source: str = ""


def question_names(columns: tuple[str, ...]) -> Names:
    """Recognise an export by the columns that only its server writes.

    ODK and Kobo put the groups before a question's name (``grupo/p1``, ``grupo-p1``): the last
    part is used where it is unique. A multiple answer's option (``p5/2`` beside ``p5``) keeps its
    whole name. LimeSurvey may add the text (``P1. ¿Qué…``): the code is used.
    """
    known = set(columns)
    if any(mark <= known for mark in _ODK):
        shorter = tuple(_odk(name, known) for name in columns)
        names = tuple(s if shorter.count(s) == 1 else name for s, name in zip(shorter, columns, strict=True))
        system = tuple(n for n in names if n in _ODK_SYSTEM or n.startswith(("_", "meta")))
        return Names(names, system, "odk")
    plain = tuple(match[1] if (match := _LIME_NAME.match(name)) else name for name in columns)
    if set(plain) >= _LIME:
        names = tuple(p if plain.count(p) == 1 else name for p, name in zip(plain, columns, strict=True))
        return Names(names, tuple(n for n in names if n in _LIME_SYSTEM), "limesurvey")
    return Names(columns)


def _odk(name: str, known: set[str]) -> str:
    # The server's own (_validation_status/uid, __system/reviewState) are no question in a group.
    if name.startswith("_"):
        return name
    for mark in ("/", "-"):
        group, found, last = name.rpartition(mark)
        if found and group and last and group not in known:
            return last
    return name
