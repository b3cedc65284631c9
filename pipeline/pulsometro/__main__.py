"""``python -m pulsometro``: the same as the command ``pulso``."""

from pulsometro.cli import main

if __name__ == "__main__":
    main(prog_name="pulso")
