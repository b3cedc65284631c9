"""The quality page of an edition: what the weights' record holds, for supervisors and reviewers."""
