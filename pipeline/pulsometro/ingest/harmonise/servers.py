"""What a survey server says of an interview in columns of its own: unfinished, rejected, on hold, a preview, spam.

A server is known by columns that only it writes, never by one name alone: a questionnaire may ask for a status too.
The columns and their values are those of each server's documentation of its exports.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pulsometro.common.discretion import simple
from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.crosswalk import Plan, Problem
from pulsometro.questionnaire.model import Questionnaire

UNFINISHED, REJECTED, HELD, TEST, SPAM = "unfinished", "server_rejected", "server_held", "server_test", "server_spam"
_NO = dict.fromkeys(("0", "false", "falso", "no", "incomplete", "incompleto", "incompleta"), UNFINISHED)
_NEVER = dict.fromkeys(("", "n", "na", "nan", "null", "none", "0000 00 00 00 00 00", "0000 00 00"), UNFINISHED)
_REVIEWED = {
    "rejected": REJECTED, "rechazado": REJECTED, "rechazada": REJECTED, "hasissues": HELD, "has issues": HELD,
    "con problemas": HELD, "not approved": REJECTED, "no aprobado": REJECTED, "no aprobada": REJECTED,
    "validation status not approved": REJECTED, "on hold": HELD, "en espera": HELD, "validation status on hold": HELD,
}  # fmt: skip
_ENDED = {
    "partial": UNFINISHED, "parcial": UNFINISHED, "incomplete": UNFINISHED, "incompleta": UNFINISHED,
    "incompleto": UNFINISHED, "in progress": UNFINISHED, "disqualified": REJECTED, "descalificado": REJECTED,
    "descalificada": REJECTED, "overquota": REJECTED, "over quota": REJECTED, "quota full": REJECTED,
    "deleted": REJECTED, "eliminada": REJECTED, "test": TEST, "preview": TEST, "spam": SPAM,
}  # fmt: skip
# Qualtrics' codes are bits: 1 a preview, 2 a test, 8 spam.
_QUALTRICS = {
    **{str(code): SPAM if code & 8 else TEST for code in range(64) if code & 11},
    "survey preview": TEST, "survey test": TEST, "offline survey preview": TEST, "preview": TEST, "test": TEST,
    "vista previa de la encuesta": TEST, "vista previa": TEST, "prueba de encuesta": TEST, "spam": SPAM,
    "possible spam": SPAM, "survey preview spam": SPAM, "imported spam": SPAM, "offline spam": SPAM, "ex spam": SPAM,
    "posible spam": SPAM, "correo no deseado": SPAM,
}  # fmt: skip
# Survey Solutions: those that are with an interviewer, and those that a supervisor or headquarters sent back.
_INTERVIEW = {
    **dict.fromkeys(("20", "40", "60", "80", "85", "created", "supervisorassigned", "interviewerassigned"), UNFINISHED),
    **dict.fromkeys(("65", "125", "rejectedbysupervisor", "rejectedbyheadquarters"), REJECTED),
}  # fmt: skip
_FORM = {**_NO, "1": HELD, "unverified": HELD, "sin verificar": HELD, "no verificado": HELD}


@dataclass(frozen=True)
class Server:
    """``marks``: sets of columns of which one, whole, tells the server; ``says``: column → value as ``simple`` gives
    it → reason. ``ends``: the same for columns by the end of their names; ``own``: read although an item lies there.
    """

    marks: tuple[frozenset[str], ...]
    says: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ends: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()


def _marks(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split("|")) for each in sets)


_LIME = ("submitdate", "Date submitted", "Fecha de envío", "Fecha de envio")
SERVERS: Mapping[str, Server] = {
    "limesurvey": Server(
        _marks(
            *(f"submitdate|{other}" for other in ("lastpage", "startlanguage", "startdate", "datestamp", "refurl")),
            "Date submitted|Last page", "Date submitted|Start language", "Fecha de envío|Última página",
            "Fecha de envío|Lenguaje inicial", "Fecha de envío|Idioma inicial",
        ),
        dict.fromkeys(_LIME, _NEVER), own=frozenset(_LIME),
    ),
    "kobo": Server(
        _marks("_validation_status|_uuid", "_validation_status|_submission_time", "_review_status|_uuid",
               "_validation_status/uid|_uuid", "_validation_status.uid|_uuid"),
        {"_validation_status": _REVIEWED, "_validation_status/uid": _REVIEWED, "_validation_status.uid": _REVIEWED,
         "_review_status": {**_REVIEWED, "2": REJECTED}},
    ),
    "odk": Server(
        _marks("ReviewState|KEY", "ReviewState|SubmissionDate", "ReviewState|instanceID", "reviewState|instanceId"),
        {"ReviewState": _REVIEWED, "reviewState": _REVIEWED},
    ),
    "surveycto": Server(
        _marks("review_status|KEY", "review_status|instanceID", "review_status|SubmissionDate",
               "review_status|CompletionDate", "review_status|formdef_version", "review_quality|KEY",
               "review_status|key", "review_status|submissiondate"),
        {"review_status": _REVIEWED, "review_quality": {"fake": REJECTED}},
    ),
    "qualtrics": Server(
        _marks(*(f"{key}|StartDate|{other}" for key in ("ResponseId", "ResponseID", "_recordId")
                 for other in ("Status", "Finished", "DistributionChannel", "Progress"))),
        {"Status": _QUALTRICS, "Finished": _NO, "DistributionChannel": {"preview": TEST, "test": TEST}},
    ),
    "redcap": Server(
        _marks("record_id", "redcap_event_name", "redcap_survey_identifier", "Record ID|Complete?"),
        {"Complete?": _FORM}, {"_complete": _FORM, "_timestamp": {"not completed": UNFINISHED}},
    ),
    "surveymonkey": Server(
        _marks(*(f"{one}|{two}" for one, two in (("Respondent ID", "Collector ID"), ("respondent_id", "collector_id"),
                                                 ("RespondentID", "CollectorID")))),
        dict.fromkeys(("Response Status", "response_status", "Status", "Estado de la respuesta"), _ENDED),
    ),
    "alchemer": Server(_marks("Response ID|Time Started|Date Submitted|Status"), {"Status": _ENDED}),
    "typeform": Server(_marks("#|Response Type|Start Date (UTC)"), {"Response Type": _ENDED}),
    "surveysolutions": Server(_marks("interview__key|interview__status"), {"interview__status": _INTERVIEW}),
    "soscisurvey": Server(_marks("CASE|FINISHED|STARTED", "CASE|FINISHED|LASTDATA"), {"FINISHED": _NO}),
}  # fmt: skip


def verdict_columns(
    columns: Sequence[str], questionnaire: Questionnaire, reading: Plan
) -> Mapping[str, Mapping[str, str]]:
    """Columns in which a server says what it holds of an interview, each with what its values mean.

    ``columns``: all of the file's. None that the crosswalk reads as an answer, or that stands twice.
    """
    known = set(columns)
    found: dict[str, Mapping[str, str]] = {}
    for server in SERVERS.values():
        if any(mark <= known for mark in server.marks):
            found |= {name: says for name, says in server.says.items() if name in known}
            found |= _by_end(columns, server.ends, reading.columns)
            found = {n: s for n, s in found.items() if n in server.own or n not in reading.columns}
    return {n: s for n, s in found.items() if n != questionnaire.delivery.finished and list(columns).count(n) == 1}


def _by_end(
    columns: Sequence[str], ends: Mapping[str, Mapping[str, str]], read: Collection[str]
) -> dict[str, Mapping[str, str]]:
    """Of a server with several forms, only what it says of those that the wave reads: their fields stand before it."""
    found, here = {}, False
    for name in columns:
        here = here or name in read
        for end, says in ends.items():
            if name.endswith(end) and len(name) > len(end):
                if here or end == "_timestamp":
                    found[name] = says
                here = here and end != "_complete"
    return found


def server_verdicts(frame: pd.DataFrame, columns: Mapping[str, Mapping[str, str]]) -> list[Problem]:
    """Interviews that the server itself does not hold for good ones, by column and reason.

    ``columns``: as ``verdict_columns`` gives them, all in ``frame``.
    """
    problems = []
    for name, says in columns.items():
        places, texts = values.uniques(frame[name])
        reasons = np.array([_reason(text, says) for text in texts], dtype=object)[places]
        for reason in sorted({each for each in reasons if each}):
            problems.append(Problem(name, reason, reasons == reason))
    return problems


def _reason(text: str, says: Mapping[str, str]) -> str:
    said = simple(text)
    if said in says:
        return says[said]
    # Kobo's record of a verdict as it stands: {"uid": "validation_status_on_hold", …}.
    return next((why for word, why in says.items() if word.startswith("validation status") and word in said), "")
