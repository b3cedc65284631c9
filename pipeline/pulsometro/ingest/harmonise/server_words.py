"""Survey servers: the columns that tell each, and what it says of an interview in columns of its own.

The columns and their values are those of each server's documentation of its exports, in the languages it has. Names
are compared as ``key_of`` gives them, values as ``discretion.simple`` does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulsometro.common.discretion import simple

UNFINISHED, REJECTED, HELD, TEST, SPAM = "unfinished", "server_rejected", "server_held", "server_test", "server_spam"
# LimeSurvey may put a question's text after its code; R and SPSS put a letter or a sign before what begins with '_'.
_CODED = re.compile(r"([A-Za-z]\w*)\.\s.*", re.DOTALL)
_OWN = re.compile(r"[@XxVv]?_")


def key_of(name: str) -> str:
    """A column's name without capitals, marks and text after its code; a server's own keep that they begin with '_'.

    >>> key_of("__system/reviewState"), key_of("submitdate. Date submitted"), key_of("_VALIDATION_STATUS "), key_of("#")
    ('_system reviewstate', 'submitdate', '_validation status', '#')
    """
    bare = name.strip()
    coded = _CODED.fullmatch(bare)
    bare = coded[1] if coded else bare
    own = _OWN.match(bare)
    plain = simple(bare[own.end() :] if own else bare)
    # REDCap asks "Complete?"; of a question that is called so one must not take it.
    return ("_" if own else "") + plain + "?" * bare.endswith("?") or bare


@dataclass(frozen=True)
class Words:
    """``bad``: value → reason; ``good``: values that say nothing against an interview; ``closed``: it has no others.

    ``filled``, ``blank``: the reason of any other value, and of none where the column says something of other rows.
    """

    bad: Mapping[str, str]
    good: frozenset[str] = frozenset()
    closed: bool = False
    filled: str = ""
    blank: str = ""


@dataclass(frozen=True)
class Server:
    """``marks``: sets of columns of which one, whole, tells the server; so does a column of ``ids`` by its values.

    ``says``: column → words; ``ends``: the same by the end of the name; ``own``: read although an item lies there;
    ``whole``: only where each value of a column is one of its words, as the marks are no server's alone; ``apart``: and
    only where some say good and others bad, as the column's name is all there is;
    ``instead``: a column that is read only where none of the others is there.
    """

    marks: tuple[frozenset[str], ...] = ()
    says: Mapping[str, Words] = field(default_factory=dict)
    ends: Mapping[str, Words] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    whole: bool = False
    apart: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)


def _marks(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split("|")) for each in sets)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


def _words(text: str, reason: str) -> dict[str, str]:
    return dict.fromkeys(text.split("|"), reason)


_FALSE = _words("0|false|falso|no|incomplete|incompleto|incompleta|falsch|faux", UNFINISHED)
_NO = Words(_FALSE)
_NEVER = Words(_words("|n|na|nan|null|none|0000 00 00 00 00 00|0000 00 00", UNFINISHED))
_NONE = _set("|null|none|na|nan|no status|sin estado|sin estatus|not reviewed|unreviewed|sin revisar")
_REVIEWED = Words(
    {
        **_words("rejected|rechazado|rechazada|rejete|rejetee|rejeitado|rejeitada|abgelehnt", REJECTED),
        **_words("not approved|no aprobado|no aprobada|non approuve|non approuvee|nao aprovado|nao aprovada", REJECTED),
        **_words("nicht genehmigt|validation status not approved|unapproved|disapproved", REJECTED),
        **_words("hasissues|has issues|con problemas|on hold|en espera|en attente|em espera|zuruckgestellt", HELD),
        **_words("validation status on hold", HELD),
    },
    _NONE | _set("approved|aprobado|aprobada|approuve|approuvee|aprovado|aprovada|genehmigt|pending|pendiente|received")
    | _set("validation status approved|recibido|recibida|edited|editado|editada|submitted via web"), closed=True,
)  # fmt: skip
_NUMBERED = Words({**_REVIEWED.bad, "2": REJECTED}, _REVIEWED.good | {"1", "3", "0"}, closed=True)
_ENDED = Words(
    {
        **_words("partial|parcial|incomplete|incompleta|incompleto|in progress|en curso|started|iniciada", UNFINISHED),
        **_words("disqualified|descalificado|descalificada|overquota|over quota|quota full|quotafull", REJECTED),
        **_words("screened|screened out|terminated|deleted|eliminada|error|rejected|rechazada", REJECTED),
        **_words("test|test data|preview", TEST), "spam": SPAM,
    },
    _set("|complete|completed|completa|completada|completo|finished|finalizada|approved|aprobada"),
)  # fmt: skip
# Qualtrics' codes are bits: 1 a preview, 2 a test, 8 spam.
_QUALTRICS = Words(
    {
        **{str(code): SPAM if code & 8 else TEST for code in range(64) if code & 11},
        **_words("survey preview|survey test|offline survey preview|preview|test|prueba de la encuesta", TEST),
        **_words("vista previa de la encuesta|vista previa|prueba de encuesta|prueba|umfragevorschau", TEST),
        **_words("umfragetest|apercu de l enquete|test d enquete|visualizacao da pesquisa", TEST),
        **_words("spam|possible spam|survey preview spam|imported spam|offline spam|ex spam|posible spam", SPAM),
        **_words("correo no deseado", SPAM),
    },
    frozenset(str(code) for code in range(64) if not code & 11)
    | _set("|ip address|direccion ip|ip adresse|adresse ip|endereco ip|imported|importado|importada")
    | _set("importiert|importe|offline|offline survey|offline response|sin conexion|ex|ex offline"),
    closed=True,
)  # fmt: skip
_CHANNEL = Words({"preview": TEST, "test": TEST})
_PROGRESS = Words({str(part): UNFINISHED for part in range(100)})
# Survey Solutions: those that are with an interviewer, and those that a supervisor or headquarters sent back.
_INTERVIEW = Words(
    {
        **_words("20|40|60|80|85|created|supervisorassigned|interviewerassigned", UNFINISHED),
        **_words("65|125|rejectedbysupervisor|rejectedbyheadquarters", REJECTED),
    }
)
_FORM = Words({**_FALSE, "1": HELD, **_words("unverified|sin verificar|no verificado", HELD)},
              frozenset({"2", "complete", "completo"}), blank=UNFINISHED)  # fmt: skip
_DELETED = Words(dict.fromkeys(("1", "true"), REJECTED), frozenset({"0", "false", *_NONE}), filled=REJECTED)
_TAKEN = Words(dict.fromkeys(("1", "true"), REJECTED))

# As firms here write it in a column of their own, beside the servers' words.
_FIRMS = Words(
    {
        **{word: why for word, why in _REVIEWED.bad.items() if not word.startswith("validation")}, **_ENDED.bad,
        **_words("inconclusa|suspendida|suspendido|interrumpida|abandonada|abandoned|suspended", UNFINISHED),
        **_words("no terminada|no concluida|not completed|parcialmente completa", UNFINISHED),
        **_words("cancelada|cancelado|canceled|cancelled|anulada|anulado|invalida|no valida|invalid", REJECTED),
        **_words("rechazo|refused|refusal|screen out|screenout|terminate|fuera de cuota|cuota llena", REJECTED),
        **_words("eliminado|fake|duplicada|duplicado|duplicate", REJECTED), **_words("prueba|piloto|pretest", TEST),
        **_words("en revision|por revisar|pendiente de revision", HELD),
    },
    (_ENDED.good - {""}) | (_REVIEWED.good - _NONE)
    | _set("terminada|terminado|concluida|concluido|efectiva|valida|validada|valid|qualified|accepted|aceptada|done"),
)  # fmt: skip
_FIRMS_NAMES = sorted(
    _set("status|estatus|estado|resultado|resultado de la entrevista|resultado entrevista|estatus de la entrevista")
    | _set("estatus entrevista|estado de la entrevista|estado entrevista|status entrevista|status de la entrevista")
    | _set("estatus de la encuesta|estado de la encuesta|completion status|record status|survey status|subject status")
    | _set("subjectstatus|submission status|review status|reviewstatus|response type|interview result|disposition")
    | _set("interview quality|interviewquality|disposicion|revision|supervision|validacion|askiainterviewstatus")
)
# Qualtrics' own thresholds for a likely bot, a likely duplicate and a likely fraud.
_SAME = Words(_words("true|1|yes", SPAM), frozenset({"false", "0", "no"}))
_BOT = Words({f"0 {tenth}{end}": SPAM for tenth in range(5) for end in ("", "0")} | {"0": SPAM})
_DOUBLE = Words({str(score): SPAM for score in range(75, 101)})
_FRAUD = Words({str(score): SPAM for score in range(30, 1001)})
_LIME = ("submitdate", "date submitted", "fecha de envio", "datum abgeschickt", "date de soumission", "data de envio")
_LIME_BESIDE = {
    "submitdate": ("lastpage", "startlanguage", "startdate", "datestamp", "refurl", "seed"),
    "date submitted": ("last page", "start language"),
    "fecha de envio": ("ultima pagina", "lenguaje inicial", "idioma inicial"),
    "datum abgeschickt": ("letzte seite", "start sprache", "startsprache"),
    "date de soumission": ("derniere page", "langue de depart"),
    "data de envio": ("ultima pagina", "idioma inicial"),
}
_REVIEW_STATES = ("_system reviewstate", "_system review state", "system reviewstate", "system review state")
_Q_IDS = ("responseid", "_recordid", "recordid", "response id", "id de respuesta")
_Q_STATUS = ("status", "estado", "tipo de respuesta", "response type")
_Q_ENDED = ("finished", "terminado", "finalizado", "terminada", "finalizada", "beendet")
_ENDINGS = ("response status", "estado de la respuesta", "interview status", "intvw status", "interviewstate")
SERVERS: Mapping[str, Server] = {
    "limesurvey": Server(
        _marks(*(f"{name}|{other}" for name, others in _LIME_BESIDE.items() for other in others)),
        dict.fromkeys(_LIME, _NEVER), own=frozenset(_LIME),
    ),
    "kobo": Server(
        _marks("_validation status", "_validation status uid", "_validation status label", "_review status"),
        {"_validation status": _REVIEWED, "_validation status uid": _REVIEWED, "_validation status label": _REVIEWED,
         "_review status": _NUMBERED},
    ),
    "odk": Server(
        _marks("reviewstate|key", "reviewstate|submissiondate", "reviewstate|instanceid", *_REVIEW_STATES,
               "deletedat|key", "_system deletedat", "system deleted at"),
        {"reviewstate": _REVIEWED, **dict.fromkeys(_REVIEW_STATES, _REVIEWED),
         **dict.fromkeys(("deletedat", "_system deletedat", "system deleted at"), _DELETED)},
    ),
    "surveycto": Server(
        _marks(*(f"review status|{key}" for key in
                 ("key", "instanceid", "submissiondate", "completiondate", "formdef version")), "review quality|key"),
        {"review status": _REVIEWED, "review quality": Words({"fake": REJECTED})},
    ),
    "qualtrics": Server(
        _marks(*(f"{key}|startdate|{other}" for key in ("responseid", "_recordid")
                 for other in ("status", "finished", "distributionchannel", "progress"))),
        {**dict.fromkeys(_Q_STATUS, _QUALTRICS), **dict.fromkeys(_Q_ENDED, _NO), "distributionchannel": _CHANNEL,
         "progress": _PROGRESS, "progreso": _PROGRESS},
        ids=dict.fromkeys(_Q_IDS, r"R_\w{6,}"), instead=dict.fromkeys(("progress", "progreso"), "|".join(_Q_ENDED)),
    ),
    "old_qualtrics": Server(says={"v7": _QUALTRICS, "v10": _NO}, ids={"v1": r"R_\w{6,}"}),
    "redcap": Server(
        _marks("record id", "redcap event name", "redcap survey identifier", "record id|complete?"),
        {"complete?": _FORM}, {"_complete": _FORM, "_timestamp": Words({"not completed": UNFINISHED})},
    ),
    "surveymonkey": Server(
        _marks("respondent id|collector id", "respondentid|collectorid"),
        dict.fromkeys(("response status", "status", "estado de la respuesta"), _ENDED),
    ),
    "alchemer": Server(_marks("response id|time started|date submitted|status"), {"status": _ENDED}),
    "typeform": Server(
        _marks("#|response type|start date utc", "response type|network id", "response type|submit date utc"),
        {"response type": _ENDED},
    ),
    "surveysolutions": Server(_marks("interview key|interview status", "interview id|interview status"),
                              {"interview status": _INTERVIEW}),
    "soscisurvey": Server(_marks("case|finished|started", "case|finished|lastdata"), {"finished": _NO}),
    "cspro": Server(
        _marks("partial save mode"),
        {"partial save mode": Words(_words("add|modify|verify", UNFINISHED)), "deleted": _TAKEN},
    ),
    "qualtrics_fraud": Server(
        _marks("q recaptchascore", "q relevantidduplicate", "q relevantidduplicatescore", "q relevantidfraudscore",
               "q ballotboxstuffing"),
        {"q recaptchascore": _BOT, "q relevantidduplicate": _SAME, "q ballotboxstuffing": _SAME,
         "q relevantidduplicatescore": _DOUBLE, "q relevantidfraudscore": _FRAUD},
    ),
    "decipher": Server(
        _marks(*(f"record|status|{key}" for key in ("uuid", "markers", "qtime", "start date", "vlist", "list"))),
        {"status": Words({"1": REJECTED, "2": REJECTED, "4": UNFINISHED, **_ENDED.bad},
                         frozenset({"3", "qualified", "complete", "completed"}))}, whole=True,
    ),
    "sawtooth": Server(
        _marks("sys respstatus|sys respnum", "sys respstatus"),
        {"sys respstatus": Words({**_words("1|2|3|incomplete", UNFINISHED), **_words("4|disqualified", REJECTED)},
                                 frozenset({"5", "qualified complete", "complete"}))}, whole=True,
    ),
    "epiinfo": Server(_marks("recstatus|globalrecordid", "recstatus|uniquekey"), {"recstatus": Words({"0": REJECTED})}),
    "test_data": Server(_marks("is test data"), {"is test data": Words(_words("yes|true|1|si", TEST))}),
    "others": Server(
        _marks(*_ENDINGS, *(f"status|{key}" for key in ("response id", "respid", "respondent id", "interviewnumber"))),
        {"status": _ENDED, **dict.fromkeys(_ENDINGS, _ENDED)}, whole=True,
    ),
    "firms": Server(_marks(*_FIRMS_NAMES), dict.fromkeys(_FIRMS_NAMES, _FIRMS), whole=True, apart=True),
    "review_alone": Server(_marks("validation status", "reviewstate"),
                           {"validation status": _REVIEWED, "reviewstate": _REVIEWED}, whole=True),
}  # fmt: skip
