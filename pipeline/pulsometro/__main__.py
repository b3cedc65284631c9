"""``pulso`` and ``python -m pulsometro``: the command line, where the packages that it needs are installed."""

import sys

_SENTENCE = (
    "pulso: the package '{name}' is not installed; what every stage needs comes with\n"
    "    pip install 'pulso-metropolitano[run]'\n"
    "(in a clone of the project: make setup). Without it, pulsometro.estimation works alone."
)


def main() -> None:
    """Run the command line; one sentence and exit code 1 where a package of ``[run]`` is missing."""
    for stream in (sys.stdout, sys.stderr):
        # Redirected on Windows, a stream may not know every sign: another one is written, and no traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        from pulsometro.cli import main as command

        command(prog_name="pulso")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "pulsometro":
            raise
        print(_SENTENCE.format(name=error.name.split(".")[0]), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
