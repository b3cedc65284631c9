"""From questionnaire to published brief: a survey pipeline, one room per stage."""
