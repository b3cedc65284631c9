"""The quality page of an edition: what the weights' receipts hold, for supervisors and reviewers."""
