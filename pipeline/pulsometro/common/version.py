"""The program's version, once: the package, ``pulso --version`` and what the program makes all read it here.

A module that writes it into an output makes its stage depend on this file, so that a new version reruns
just those stages.
"""

VERSION = "0.7.0"
