"""From a delivery's columns and codes to the questionnaire's."""
