"""``pulso`` and ``python -m pulsometro``: the command line, where Python and the packages that it needs are there."""

import sys

_REMEDY = "run 'make setup' in a clone of the project, elsewhere pip install 'pulso-metropolitano[run]'"


def main() -> None:
    """Run the command line; one sentence and an exit code where it cannot run, is stopped or lacks memory."""
    # The rest is not even imported: an old Python would stop at its first new word, with a traceback.
    if sys.version_info < (3, 11):  # noqa: UP036 (a clone runs without the packager's check)
        sys.exit(f"Python {sys.version.split()[0]} is too old: install Python 3.11 or newer and run this again.")
    for stream in (sys.stdout, sys.stderr):
        # Redirected on Windows, a stream may not know every sign: another one is written, and no traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    from pulsometro.common import ending

    try:
        ending.install()
        _run()
    except (ending.Stopped, KeyboardInterrupt) as error:
        end = error if isinstance(error, ending.Stopped) else ending.Stopped(130)
        ending.tell(end)
        sys.exit(end.code)
    except MemoryError:
        sys.exit(f"Error: {ending.NO_MEMORY}")


def _run() -> None:
    try:
        from pulsometro.cli import main as command

        command(prog_name="pulso")
    except ImportError as error:
        if "failed to map segment" in str(error):
            raise MemoryError from None  # the package is there, and there is no room to load it
        package = (error.name or "").split(".")[0]
        if package == "pulsometro":
            raise
        # pandas names no package when one that it leaves to the user (pyarrow) is not there.
        missing = f"the package '{package}' is not installed" if package else f"a package is missing ({_first(error)})"
        sys.exit(f"pulso: {missing}; {_REMEDY}.")


def _first(error: ImportError) -> str:
    """The first sentence of what an error says."""
    return str(error).split("\n")[0].split(". ")[0].rstrip(".")


if __name__ == "__main__":
    main()
