"""``tracer demo``: the start of a real cloud, two labelled recordings of commands on it, and their page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.options import add_client, add_out, add_release, naming_options
from tracer.errors import CommandError, NothingRecordedError

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.model import Recording
    from tracer.runs.run_writer import SavedRecording

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the cloud and the output folder."""
    add_release(parser, "See: tracer cloud list", default="zed")
    add_client(parser)
    add_out(parser, "DIR", default=Path("tracer-demo"))
    parser.add_argument("--keep", action="store_true", help="Leave the cloud up.")


def run(options: argparse.Namespace) -> None:
    """Start the cloud, record two commands on it, and print the paths of the files and the next steps.

    The cloud ends again, unless it was up before or ``--keep`` is given.
    """
    from tracer.cli.console import stdout
    from tracer.cloud.demo_image import NAME
    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.cloud.release_data import release as find_release
    from tracer.runs.settings import Settings

    if options.client:
        find_release(options.client)
    console = stdout()
    release, out = options.release, options.out
    which = f"{release} --client {options.client}" if options.client else release
    with naming_options(options):
        Settings(folder=out, release=release)  # raises an error if the folder is not writable
    cloud = EmbeddedCloud(release)
    was_up = cloud.status() is not None
    try:
        environment, image = _prepare(console, cloud, options.client)
        recordings = {}
        for name, argument in (("image-show", image), ("image-show-by-name", NAME)):
            argv = ["openstack", "image", "show", "--format", "json", argument]
            saved = _trace(console, argv, environment, release, out, name)
            recordings[f"{release}/{name}"] = saved.recording
            _show(console, saved)
    finally:
        if not was_up and not options.keep:
            cloud.down()
    console.out(f"\npage       {_write_page(out / release, recordings)}", highlight=False)
    console.print("\nNext: open the page in a browser, or record your own commands:")
    for line in _next_steps(release, which, up=was_up or options.keep):
        console.out(f"  {line}", highlight=False)


def _next_steps(release: str, which: str, *, up: bool) -> list[str]:
    """Return the commands after the demo. ``which`` has the release and the options of the client."""
    from tracer.cli.console import program

    record = f"{program()} record --release {which} -- openstack image list"
    if not up:
        return [f"{program()} cloud up {release}", record]
    return [
        f"source <({program()} cloud env {which})      # the cloud is up",
        record,
        f"{program()} cloud down {release}      # at the end",
    ]


def _prepare(console: Console, cloud: EmbeddedCloud, client: str | None) -> tuple[dict[str, str], str]:
    """Start the cloud, and install the client. Return the environment and the ID of the demo image."""
    import os

    from rich.markup import escape

    from tracer.cli.progress import progress

    with progress(plain=True) as show:
        running = cloud.up(show, image=True)
        environment = cloud.client_environment(os.environ, show, client=client)
        image = cloud.demo_image()
    # rich would take the brackets of an IPv6 address for markup.
    where = escape(running.url)
    console.print(f"[bold]{running.release}[/]: real Keystone and Glance at {where}, image {image}")
    return environment, image


def _trace(
    console: Console, argv: list[str], environment: dict[str, str], release: str, out: Path, name: str
) -> SavedRecording:
    from rich.live import Live

    from tracer.capture.recorded_command import record
    from tracer.cloud.cache import folder
    from tracer.rendering import draw
    from tracer.rendering.recording_table import table
    from tracer.runs.settings import Settings

    console.print(f"\n[bold]$ {' '.join(argv)}[/]")
    settings = Settings(folder=out, release=release, name=name, diagrams=("mmd", "svg"), draw=draw)
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def update(recording: Recording) -> None:
            live.update(table(recording), refresh=True)

        result = record(argv, environment, settings, folder() / "ca", on_exchange=update)
    if result.interrupted:
        raise KeyboardInterrupt
    if result.saved is None:
        raise NothingRecordedError(f"nothing was recorded: {'; '.join(result.problems)}")
    if result.exit_code:
        raise CommandError(f"failed: {result.stderr.strip() or result.exit_code}", "openstack image show")
    return result.saved


def _write_page(folder: Path, recordings: dict[str, Recording]) -> Path:
    """Write one page of all recordings, as ``tracer view`` does. Return its path."""
    from tracer.rendering.view import view
    from tracer.storage import write

    page = folder / "view.html"
    write(page, view(recordings))
    return page


def _show(console: Console, saved: SavedRecording) -> None:
    from tracer.rendering.recording_table import table, verdict_line

    console.print(table(saved.recording))
    console.print(verdict_line(saved.recording), soft_wrap=True)
    console.out(f"recording  {saved.path}", highlight=False)
    for path in saved.diagrams:
        console.out(f"diagram    {path}", highlight=False)
    sys.stdout.flush()
