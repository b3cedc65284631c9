"""Rules generated from the questionnaire, run by Great Expectations; a verdict per wave."""
