"""`tocsin stress`: loads the CPU, for seeing a CPU alarm fire without any package."""

import math
import time

import click

from tocsin_cli import ui
from tocsin_local import cpu
from tocsin_local.load import Load


@click.command()
@click.option("--cpu", "workers", type=click.IntRange(1, 1024), metavar="N", help="Workers; default: all usable cores.")
@click.option(
    "--timeout",
    "seconds",
    type=click.FloatRange(min=0, min_open=True, max=86_400),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Seconds after which the load ends by itself, at most a day.",
)
def stress(workers: int | None, seconds: float) -> None:
    """Load the CPU until the timeout or Ctrl-C, then say what CPUUtilization was seen.

    Exits with 0 in both cases.
    """
    if math.isnan(seconds):  # which click's range lets pass
        raise click.BadParameter("nan is no time.", param_hint="--timeout")
    allowed = cpu.allowance()
    count = workers or math.ceil(allowed.cores)
    started, before = time.monotonic(), cpu.host_use(allowed)
    with Load(count, seconds) as load:
        try:
            ui.line(f"Loading the CPU with {count} worker{'s' * (count > 1)} for {seconds:g} s (Ctrl-C ends it) …")
            load.wait()
            how = "Done"
        except KeyboardInterrupt:
            how = "Stopped"
        ended, after = time.monotonic(), cpu.host_use(allowed)
    ui.line(f"{how} after {ended - started:.0f} s. {_seen(before, after)}")


def _seen(before: cpu.Use | None, after: cpu.Use | None) -> str:
    seen = cpu.percent(before, after) if before and after else None
    return "CPUUtilization could not be read." if seen is None else f"CPUUtilization was {seen:.1f} % on average."
