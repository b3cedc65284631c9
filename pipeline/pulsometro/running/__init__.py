"""``pulso run``: the chain of DVC from the delivery to the brief, one line a stage.

tools/env.py reads this folder too, before anything is installed: ``stopping`` and ``lock_mending`` need the standard
library alone.
"""
