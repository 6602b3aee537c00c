"""``tracer record``: run a client command and record what it says to the cloud."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.errors import NothingRecordedError

if TYPE_CHECKING:
    from tracer.capture.settings import Settings

__all__ = ["record"]


def record(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND…", help="The client command to run.")],
    release: Annotated[
        str | None, typer.Option(help="OpenStack release of the cloud, such as zed or 2026.2.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder to write to; the release is a folder in it.")] = Path(
        "recordings"
    ),
    name: Annotated[
        str | None, typer.Option(help="Name of the recording; replaces an earlier one of that name.")
    ] = None,
    sequence: Annotated[
        str | None, typer.Option(help="Documented sequence to match with: a name or a file.")
    ] = None,
    participants: Annotated[
        str, typer.Option(help="Comma-separated name=URL: who answers below that URL.")
    ] = "",
    diagram: Annotated[str, typer.Option(help="Comma-separated kinds of diagram: mmd, svg, png.")] = "mmd",
    policy: Annotated[
        list[Path] | None,
        typer.Option(help="File with rules to add to the redaction policy; may be given again."),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but what the command says.")
    ] = False,
) -> None:
    """Run a client command through a proxy of its own and record every message.

    The command's output and exit code come through unchanged; the recording's path is said on stderr.

        tracer record --release zed -- openstack image show cirros
    """
    from tracer.capture import command as runner
    from tracer.capture.participantmap import ParticipantMap
    from tracer.capture.settings import Settings
    from tracer.cli.clouds import for_command
    from tracer.cloud.cache import folder as cache_folder
    from tracer.rendering import draw

    settings = Settings(
        folder=out,
        release=release,
        name=name,
        sequence=sequence,
        participants=ParticipantMap(participants),
        diagrams=tuple(filter(None, diagram.split(","))),
        draw=draw,
        policies=tuple(policy or ()),
    )
    environment = for_command(os.environ, release, command)
    result = runner.record(
        command,
        environment,
        settings,
        cache_folder() / "ca",
        sys.stdout.buffer,
        sys.stderr.buffer,
        warm_up=None if quiet else _warm_up,
    )
    if not quiet:
        _recover(settings)
    if result.kept is None and result.interrupted:
        raise typer.Exit(result.exit_code or 130)
    if result.kept is None:
        reasons = "; ".join(result.problems)
        print(f"tracer: nothing was recorded: {reasons}", file=sys.stderr)
        raise typer.Exit(result.exit_code or NothingRecordedError.exit_code)
    if not quiet:
        _summarise(result.kept)
    raise typer.Exit(result.exit_code)


def _recover(settings: Settings) -> None:
    from tracer.capture.book import JOURNALS

    if not (settings.folder / JOURNALS).is_dir():
        return
    from tracer.capture.recovery import recover

    for recovered in recover(settings.folder, settings.participants):
        if isinstance(recovered, Path):
            print(f"tracer: recovered {recovered}, which an earlier proxy left behind", file=sys.stderr)


def _warm_up() -> None:
    """Load what the summary needs."""
    from tracer.cli.console import stderr
    from tracer.rendering import mermaid, table  # noqa: F401 - loading them is the point

    stderr().print("", end="")


def _summarise(kept: object) -> None:
    from tracer.capture.book import Kept
    from tracer.cli.console import stderr
    from tracer.rendering.table import verdict_line

    assert isinstance(kept, Kept)
    console = stderr()
    console.print(verdict_line(kept.recording), soft_wrap=True)
    if kept.problem:
        print(f"tracer: {kept.problem}", file=sys.stderr)
    for path in (kept.path, *kept.diagrams):
        console.out(f"wrote {path}", highlight=False)
