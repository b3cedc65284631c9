"""A new edition: its questionnaire from the last one, its entries in params.yaml and dvc.yaml."""
