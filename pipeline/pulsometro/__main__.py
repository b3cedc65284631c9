"""``pulso`` and ``python -m pulsometro``: the command line, where the packages that it needs are installed."""

import sys

_REMEDY = "run 'make setup' in a clone of the project, elsewhere pip install 'pulso-metropolitano[run]'"


def main() -> None:
    """Run the command line; one sentence and exit code 1 where a package of ``[run]`` is missing."""
    for stream in (sys.stdout, sys.stderr):
        # Redirected on Windows, a stream may not know every sign: another one is written, and no traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        from pulsometro.cli import main as command

        command(prog_name="pulso")
    except ImportError as error:
        package = (error.name or "").split(".")[0]
        if package == "pulsometro":
            raise
        # pandas names no package when one that it leaves to the user (pyarrow) is not there.
        missing = f"the package '{package}' is not installed" if package else f"a package is missing ({_first(error)})"
        print(f"pulso: {missing}; {_REMEDY}.", file=sys.stderr)
        sys.exit(1)


def _first(error: ImportError) -> str:
    """The first sentence of what an error says."""
    return str(error).split("\n")[0].split(". ")[0].rstrip(".")


if __name__ == "__main__":
    main()
