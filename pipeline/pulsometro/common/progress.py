"""What a long step is doing, on the screen of whoever waits for it: never in a log, never under CI."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pulsometro.common.printable import visible

Tell = Callable[[str], object]


@contextmanager
def shown(text: str, *, quiet: bool) -> Iterator[Tell]:
    """Show ``text`` and the seconds since on stderr until the block ends; yields a way to change the text.

    Nothing is shown when ``quiet``, and nothing stays on the screen afterwards. The texts name files and waves:
    they are printed as texts, whatever they hold.
    """
    if quiet:
        yield str
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(visible(text), total=None)
        yield lambda now: progress.update(task, description=visible(now))
