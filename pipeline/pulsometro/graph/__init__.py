"""The graph of stages that DVC runs, made from params.yaml, and what its first stages write down for the others."""
