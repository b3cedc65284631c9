"""A study from nothing: its settings, questionnaire and project, drafted from its first delivery."""
