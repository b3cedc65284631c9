"""Interviews that a survey server itself does not hold for good ones, and what only looks like its verdict."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.reading import read
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d

WAVE = "2020T1"
KEEP = "delivery:\n  verdicts: keep\n"
SCTO = {"KEY": "uuid:1", "SubmissionDate": "2020-01-08"}
ODK = {"KEY": "uuid:1", "SubmissionDate": "2020-01-08", "AttachmentsPresent": "0"}
KOBO = {"_id": "1", "_uuid": "u", "_submission_time": "2020-01-08"}
QUALTRICS = {"StartDate": "2020-01-08", "EndDate": "2020-01-08", "ResponseId": "R_1abcdefghij"}
LIME = {"id": "1", "lastpage": "5", "startlanguage": "es"}
MONKEY = {"Respondent ID": "1", "Collector ID": "2"}
# Columns of the server, the one of its verdict, what it says of a good interview and of this one, and why it goes.
SERVERS = {
    "SurveyCTO rejected": (SCTO, "review_status", "APPROVED", "REJECTED", "server_rejected"),
    "SurveyCTO fake": (SCTO, "review_quality", "GOOD", "FAKE", "server_rejected"),
    "ODK Central rejected": (ODK, "ReviewState", "approved", "rejected", "server_rejected"),
    "ODK Central with issues": (ODK, "ReviewState", "", "hasIssues", "server_held"),
    "Kobo not approved": (KOBO, "_validation_status", "", "validation_status_not_approved", "server_rejected"),
    "Kobo not approved, label": (KOBO, "_validation_status", "Approved", "Not Approved", "server_rejected"),
    "Kobo on hold": (KOBO, "_validation_status", "Approved", "On Hold", "server_held"),
    "Kobo on hold, record": (KOBO, "_validation_status", "{}", "{'uid': 'validation_status_on_hold', 'color': '#0'}",
                             "server_held"),
    "Ona rejected": (KOBO, "_review_status", "Approved", "Rejected", "server_rejected"),
    "LimeSurvey unfinished": (LIME, "submitdate", "1980-01-01 00:00:00", "", "unfinished"),
    "LimeSurvey never submitted": (LIME, "submitdate", "2020-01-08 10:00:00", "0000-00-00 00:00:00", "unfinished"),
    "Qualtrics preview": (QUALTRICS, "Status", "IP Address", "Survey Preview", "server_test"),
    "Qualtrics preview, code": (QUALTRICS, "Status", "0", "1", "server_test"),
    "Qualtrics offline preview, code": (QUALTRICS, "Status", "16", "17", "server_test"),
    "Qualtrics spam": (QUALTRICS, "Status", "IP Address", "Spam", "server_spam"),
    "Qualtrics spam, code": (QUALTRICS, "Status", "0", "8", "server_spam"),
    "Qualtrics preview channel": (QUALTRICS, "DistributionChannel", "anonymous", "preview", "server_test"),
    "Qualtrics unfinished": (QUALTRICS, "Finished", "True", "False", "unfinished"),
    "Qualtrics unfinished, code": (QUALTRICS, "Finished", "1", "0", "unfinished"),
    "SurveyMonkey partial": (MONKEY, "Response Status", "completed", "partial", "unfinished"),
    "SurveyMonkey disqualified": (MONKEY, "response_status", "completed", "disqualified", "server_rejected"),
    "REDCap incomplete": ({"record_id": "1"}, "encuesta_complete", "2", "0", "unfinished"),
    "REDCap unverified": ({"record_id": "1"}, "encuesta_complete", "Complete", "Unverified", "server_held"),
    "REDCap not completed": ({"redcap_event_name": "a"}, "encuesta_timestamp", "2020-01-08", "[not completed]",
                             "unfinished"),
    "Survey Solutions sent back": ({"interview__key": "1"}, "interview__status", "130", "125", "server_rejected"),
    "SoSci unfinished": ({"CASE": "1", "STARTED": "x"}, "FINISHED", "1", "0", "unfinished"),
    # Columns that somebody cut out around them, other shapes and other languages.
    "Kobo alone": ({}, "_validation_status", "Approved", "Not Approved", "server_rejected"),
    "Kobo alone in Spanish": ({}, "_validation_status ", "Aprobado", "No aprobado", "server_rejected"),
    "Kobo in two columns": (KOBO, "_validation_status/uid", "", "validation_status_on_hold", "server_held"),
    "Kobo as R names it": ({}, "X_validation_status", "Approuvé", "Non approuvé", "server_rejected"),
    "Kobo as janitor names it": ({}, "validation_status", "Approved", "On Hold", "server_held"),
    "Ona alone, code": ({}, "_review_status", "1", "2", "server_rejected"),
    "ODK Central by OData": ({"__id": "uuid:1"}, "__system/reviewState", "approved", "hasIssues", "server_held"),
    "ODK Central by ruODK": ({"id": "uuid:1"}, "system_review_state", "", "rejected", "server_rejected"),
    "ODK Central taken out": (ODK, "deletedAt", "", "2020-01-08T10:00:00Z", "server_rejected"),
    "Qualtrics cut": ({"ResponseId": "R_1abcdefghij"}, "Status", "IP Address", "Survey Preview", "server_test"),
    "Qualtrics cut, code": ({"ResponseId": "R_1abcdefghij"}, "Status", "0", "8", "server_spam"),
    "Qualtrics by progress": ({"ResponseId": "R_1abcdefghij"}, "Progress", "100", "40", "unfinished"),
    "Qualtrics in Spanish": ({"ID de respuesta": "R_1abcdefghij"}, "Tipo de respuesta", "Dirección IP",
                             "Vista previa de la encuesta", "server_test"),
    "Qualtrics of old": ({"V1": "R_1abcdefghij"}, "V10", "1", "0", "unfinished"),
    "REDCap with a point": ({"record_id": "1"}, "encuesta_complete", "2.0", "0.0", "unfinished"),
    "REDCap blank": ({"record_id": "1"}, "encuesta_complete", "2", "", "unfinished"),
    "REDCap's second form, moved": ({"record_id": "1", "a_complete": "2"}, "b_complete", "2", "1", "server_held"),
    "LimeSurvey's codes and texts": ({"lastpage. Last page": "9"}, "submitdate. Date submitted", "2020-01-08", "",
                                     "unfinished"),
    "LimeSurvey in German": ({"Letzte Seite": "9"}, "Datum Abgeschickt", "2020-01-08", "", "unfinished"),
    "QuestionPro": ({"Response ID": "7"}, "Response Status", "Completed", "Terminated", "server_rejected"),
    "Confirmit": ({"respid": "7"}, "status", "complete", "screened", "server_rejected"),
    "Decipher over quota, code": ({"record": "7", "uuid": "a"}, "status", "3", "2", "server_rejected"),
    "Decipher partial": ({"record": "7", "markers": "a"}, "status", "qualified", "partial", "unfinished"),
    "Sawtooth disqualified": ({"sys_RespNum": "7"}, "sys_RespStatus", "5", "4", "server_rejected"),
    "Epi Info taken out": ({"GlobalRecordId": "a"}, "RecStatus", "1", "0", "server_rejected"),
    "Qualtrics' likely bot": (QUALTRICS, "Q_RecaptchaScore", "0.9", "0.1", "server_spam"),
    "Qualtrics' likely duplicate": ({}, "Q_RelevantIDDuplicate", "", "true", "server_spam"),
    "Qualtrics' likely fraud": (QUALTRICS, "Q_RelevantIDFraudScore", "0", "130", "server_spam"),
    "Alchemer's test data": ({"Response ID": "7"}, "Is Test Data", "No", "Yes", "server_test"),
    "Askia alone": ({}, "AskiaInterviewStatus", "Completed", "Screen out", "server_rejected"),
    "Nfield alone": ({}, "InterviewQuality", "Approved", "Rejected", "server_rejected"),
    "SurveyCTO cut": ({}, "review_status", "APPROVED", "REJECTED", "server_rejected"),
    "a firm's own in Spanish": ({}, "Estatus", "Completa", "Incompleta", "unfinished"),
    "a firm's own result": ({}, "Resultado de la entrevista", "Efectiva", "Cancelada", "server_rejected"),
    "CSPro saved in part": ({"case_id": "7"}, "partial_save_mode", "", "add", "unfinished"),
}  # fmt: skip


def delivered(frame: pd.DataFrame, own: dict[str, str], column: str, good: str, bad: str) -> pd.DataFrame:
    """The good delivery as that server exports it; what it says of the first three is ``bad``."""
    says = [bad if k < 3 else good for k in range(len(frame))]
    # Two interviews have no id in common.
    theirs = {n: [f"{text}{k}" for k in range(len(frame))] if "R_1" in text else text for n, text in own.items()}
    return frame.assign(**theirs).assign(**{column: says})


def study_with(folder: Path, frame: pd.DataFrame, edit=str):
    study = d.write_study(folder, edit=edit)
    d.write_csv(frame, study.raw(WAVE))
    return study


@pytest.mark.parametrize("server", SERVERS)
def test_what_the_server_says_is_obeyed_and_named(server: str, tmp_path: Path) -> None:
    own, column, good, bad, reason = SERVERS[server]
    study = study_with(tmp_path, delivered(d.good(), own, column, good, bad))
    ingested = read(study, WAVE)
    assert ingested.counts.by_reason == {reason: 3}
    assert ingested.counts.by_item == {f"{reason}/{column.strip()}": 3}
    assert ingested.quarantine["row"].tolist() == [2, 3, 4]
    notes = [note for note in ingested.delivered.notes if note.kind == "verdicts_obeyed"]
    assert "say delivery.verdicts: keep" in notes[0].english
    assert column.strip() in notes[0].english
    assert not [x for x in ingested.differences if x.kind == "not_asked" and x.column == column.strip()]
    # The remedy: declared, they are accepted, and that is noted too.
    kept = study_with(tmp_path, delivered(d.good(), own, column, good, bad), lambda t: t.replace("delivery:\n", KEEP))
    again = read(kept, WAVE)
    assert (again.counts.accepted, again.counts.quarantined) == (60, 0)
    assert "verdicts_kept" in {note.kind for note in again.delivered.notes}
    assert "(see " in run(kept, WAVE)


FRIENDS = {
    "a status without a server": {"Status": "rejected", "review_status": "REJECTED"},
    "a server that approves": {**SCTO, "review_status": "APPROVED"},
    "a server that has not looked yet": {**ODK, "ReviewState": ""},
    "a form that the wave does not read": {"otra_complete": "0", "record_id": "1"},
    "a state of marriage beside ids of the firm's own": {"ResponseId": "77", "Status": "1", "Finished": "0"},
    "a state beside an id": {"Response ID": "7", "Status": "soltero"},
    "vaccination": {"record_id": "7", "vacuna": "1", "Status": "partial", "complete": "no"},
    "a verdict in words of its own": {"validation_status": "primaria", "ReviewState": "Nuevo León"},
    "a server that has looked at nobody": {"_validation_status": "", "_review_status": "", "__system/reviewState": ""},
    "a firm's columns by number": {"V1": "77", "V7": "1", "V10": "0"},
    "a status of something else": {"Estatus": ["Completa", "Soltera"] * 30},
    "a state": {"Estado": ["Nuevo León", "Coahuila"] * 30},
    "a status that never tells two apart": {"Estatus": ["Incompleta"] * 60},
    "a server that trusts everybody": {"Q_RecaptchaScore": ["1", "0.5"] * 30, "Q_RelevantIDDuplicate": ""},
    "finished without its server": {"Finished": "0", "FINISHED": "0", "submitdate": ""},
}


@pytest.mark.parametrize("friend", FRIENDS)
def test_what_is_no_servers_verdict_sets_nobody_aside(friend: str, tmp_path: Path) -> None:
    more = FRIENDS[friend]
    frame = pd.concat([pd.DataFrame(more, index=range(60)), d.good()], axis=1)
    ingested = read(study_with(tmp_path, frame), WAVE)
    assert ingested.counts.quarantined == 0
    assert not {note.kind for note in ingested.delivered.notes} & {"verdicts_obeyed", "verdicts_kept"}


def test_a_questions_own_column_is_an_answer_whatever_it_is_called(tmp_path: Path) -> None:
    frame = delivered(d.good(), QUALTRICS, "Status", "1", "2").drop(columns="SEXO")
    study = study_with(tmp_path, frame, lambda t: t.replace("sexo: SEXO", "sexo: Status"))
    assert read(study, WAVE).counts.quarantined == 0


def test_a_declared_column_of_what_is_finished_is_not_counted_twice(tmp_path: Path) -> None:
    frame = delivered(d.good(), LIME, "submitdate", "2020-01-08", "")
    study = study_with(tmp_path, frame, lambda t: t.replace("delivery:\n", "delivery:\n  finished: submitdate\n"))
    assert read(study, WAVE).counts.by_item == {"unfinished/submitdate": 3}


def test_where_the_server_accepts_nobody_the_key_is_said(tmp_path: Path) -> None:
    frame = d.good().assign(record_id="1", encuesta_complete="0")
    with pytest.raises(PulsoError, match=r"unfinished in item encuesta_complete.*or say delivery\.verdicts: keep"):
        read(study_with(tmp_path, frame), WAVE)
    kept = study_with(tmp_path, frame, lambda t: t.replace("delivery:\n", KEEP))
    assert read(kept, WAVE).counts.accepted == 60


@pytest.mark.parametrize("column", ["_validation_status", "_review_status", "__system/reviewState"])
def test_a_verdict_in_words_that_the_server_does_not_have_is_no_silence(column: str, tmp_path: Path) -> None:
    frame = delivered(d.good(), {}, column, "approved", "Rechazada por calidad")
    with pytest.raises(PulsoError, match=r"rows \(2, 3, 4\).*none of the words.*or say delivery\.verdicts: keep"):
        read(study_with(tmp_path, frame), WAVE)
    # Both remedies: the server's own words, or the declaration.
    own = frame.assign(**{column: frame[column].replace("Rechazada por calidad", "rejected")})
    assert read(study_with(tmp_path, own), WAVE).counts.by_reason == {"server_rejected": 3}
    kept = study_with(tmp_path, frame, lambda t: t.replace("delivery:\n", KEEP))
    assert read(kept, WAVE).counts.accepted == 60
