"""``tracer cloud up|down|status|list|env``: embedded clouds on their own."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.console import program

if TYPE_CHECKING:
    from tracer.cloud.cache import Progress
    from tracer.cloud.cloud import Cloud, Running

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Real OpenStack services of a release, on this machine.")

ReleaseName = Annotated[str, typer.Argument(metavar="RELEASE", help="Such as zed; see: tracer cloud list")]
OptionalRelease = Annotated[
    str | None, typer.Argument(metavar="[RELEASE]", help="One release; without it, all of them")
]


@app.command()
def up(
    release: ReleaseName = "zed",
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65500, help="The identity service's port; the others take those after it"),
    ] = None,
) -> None:
    """Start the cloud of a release: the first time it is installed, later it takes seconds."""
    from tracer.cloud.cloud import Cloud

    cloud = Cloud(release)
    with _progress() as progress:
        running = cloud.up(progress, port=port)
        cloud.client(progress)
    _print_services(running)
    print(f"Next: source <({program()} cloud env {release}); openstack image list")


@app.command()
def down(release: OptionalRelease = None) -> None:
    """End the cloud of a release, or all clouds; what was stored in them is dropped."""
    ended = [cloud.release.name for cloud in _clouds(release) if cloud.down()]
    print(f"Ended: {', '.join(ended)}" if ended else f"Nothing to end: {_not_up(release)}")


@app.command()
def status(release: OptionalRelease = None) -> None:
    """Show what runs; the exit code is 1 where something should run and doesn't, or nothing does."""
    clouds = list(_clouds(release))
    found = [cloud.status() for cloud in clouds]
    faults = [fault for cloud in clouds for fault in cloud.faults()]
    for running in filter(None, found):
        _print_services(running)
    for fault in faults:
        print(fault)
    if not any(found) and not faults:
        print(f"{_not_up(release)}; start one with: {program()} cloud up {release or 'zed'}")
    if faults or not any(found):
        raise typer.Exit(1)


@app.command("list")
def list_() -> None:
    """Show every known release: its services and client with versions, Python, state."""
    from rich.console import Console
    from rich.table import Table

    from tracer.cloud.cloud import Cloud
    from tracer.cloud.releases import releases

    names = list(dict.fromkeys(service for known in releases().values() for service in known.services))
    table = Table(box=None, pad_edge=False)
    for heading in ("release", "version", *names, "client", "python", "state"):
        table.add_column(heading, no_wrap=heading != "state", overflow="fold")
    for name, known in releases().items():
        cloud = Cloud(name)
        versions = [known.services.get(service, "-") for service in names]
        client = next(iter(known.client.packages.values()))
        usable = ", ".join(dict.fromkeys(one for way in known.environments for one in way.python))
        table.add_row(name, known.version, *versions, client, cloud.python() or usable, _state(cloud))
    # A pipe has no width: whoever reads it wants whole lines.
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@app.command()
def env(release: ReleaseName) -> None:
    """Print what a shell has to source to use the cloud with the client of its release."""
    from tracer.cloud.cloud import Cloud

    cloud = Cloud(release)
    variables = cloud.environment()
    with _progress() as progress:
        client = cloud.client(progress)
    # What names another cloud or user would win over some of ours.
    for name in sorted(name for name in os.environ if name.startswith("OS_") and name not in variables):
        print(f"unset {shlex.quote(name)}")
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    print(f'export PATH={shlex.quote(str(client.parent))}{os.pathsep}"$PATH"')


def _not_up(release: str | None) -> str:
    return f"{release} is not up" if release else "no cloud is up"


def _clouds(release: str | None) -> Iterator[Cloud]:
    from tracer.cloud.cloud import Cloud
    from tracer.cloud.releases import releases

    return (Cloud(name) for name in ([release] if release else releases()))


def _state(cloud: Cloud) -> str:
    if running := cloud.status():
        return f"up at {running.url}"
    return "; ".join(cloud.faults()) or ("installed" if cloud.python() else "not installed")


def _print_services(running: Running) -> None:
    for service in running.services:
        print(f"{running.release} {service.name} {service.url} (process {service.pid}, log {service.log})")


@contextmanager
def _progress() -> Iterator[Progress]:
    from rich.console import Console

    console = Console(stderr=True)

    def show(line: str) -> None:
        if console.is_terminal:
            waiting.update(f"{line} …")
        else:
            console.print(line, markup=False, highlight=False, soft_wrap=True)

    with console.status("…") as waiting:
        yield show
