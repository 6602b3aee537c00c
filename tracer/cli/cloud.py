"""``tracer cloud up|down|status|list|env``: the embedded clouds."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.console import program
from tracer.cli.options import add_client, add_host, add_out, add_port, spelling
from tracer.cli.parsing import Verb, add_verbs, run_verb
from tracer.cli.progress import progress
from tracer.errors import InputError
from tracer.releases import also, canonical
from tracer.urls import bracketed
from tracer.writability import check_folder, naming_option

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping

    from tracer.cloud.embedded_cloud import EmbeddedCloud, Running
    from tracer.cloud.release_data import CloudRelease, Environment

__all__ = ["arguments", "run"]

_PORTS = range(1, 65501)
"""The ports of the first service. The next services use the ports after it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the group."""
    add_verbs(parser, _VERBS)


run = run_verb


def _up_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "release",
        metavar="RELEASE",
        type=canonical,
        nargs="?",
        default="zed",
        help="Release, see: tracer cloud list (default: %(default)s).",
    )
    add_port(parser, "The identity service takes it, and the others those after it.", _PORTS)
    add_host(parser)
    parser.add_argument(
        "--services",
        metavar="SERVICES",
        type=_names,
        default=(),
        help="Further services, separated by commas: compute (Nova, Neutron, Placement), volume (Cinder), "
        "services by name, such as swift, or all.",
    )
    parser.add_argument(
        "--limits",
        action="store_true",
        help="Keep quotas in Keystone (unified limits), as DevStack does.",
    )
    parser.add_argument(
        "--quiet-services",
        action="store_true",
        help="Let services send no requests of their own, such as those of Nova's periodic tasks.",
    )
    parser.add_argument(
        "--traced",
        action="store_true",
        help="Record every command and service call while the cloud is up.",
    )
    add_out(parser, "DIR", "Only with --traced (default: recordings).")


def _env_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "release", metavar="RELEASE", type=canonical, nargs="?", help="Release, see: tracer cloud list."
    )
    parser.add_argument(
        "--unset",
        action="store_true",
        help="Restore the shell as it was before.",
    )
    add_client(parser)


def _all_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "release",
        metavar="RELEASE",
        type=canonical,
        nargs="?",
        help="One release; without it, all of them.",
    )


def _no_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def _up(options: argparse.Namespace) -> None:
    from tracer.cli import tracing_daemon
    from tracer.cloud.embedded_cloud import EmbeddedCloud

    cloud = EmbeddedCloud(options.release)
    if options.out and not options.traced:
        raise InputError(spelling(options, "out"), "is for --traced: without it, nothing is recorded")
    out = options.out or Path("recordings")
    if options.traced:
        # The process that traces would report it only when the cloud is up.
        with naming_option("--out"):
            check_folder(out / options.release)
    tracer = tracing_daemon.command(options.release, out) if options.traced else ()
    with progress(plain=True) as show:
        running = cloud.up(
            show,
            port=options.port,
            host=options.host,
            tracer=tracer,
            image=True,
            limits=options.limits,
            quiet=options.quiet_services,
            groups=options.services,
        )
        cloud.client(show)
    _print_services(running)
    if options.traced:
        print(f"Recordings are written to {(out / options.release).absolute()}")
    print(f"Next: source <({program()} cloud env {options.release}); openstack image list")


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _down(options: argparse.Namespace) -> None:
    ended = [cloud.release.name for cloud in _clouds(options.release) if cloud.down()]
    print(f"Ended: {', '.join(ended)}" if ended else f"Nothing to end: {_not_up(options.release)}")


def _status(options: argparse.Namespace) -> int:
    clouds = list(_clouds(options.release))
    statuses = [cloud.status() for cloud in clouds]
    faults = [fault for cloud in clouds for fault in cloud.faults()]
    for running in filter(None, statuses):
        _print_services(running)
    for fault in faults:
        print(fault)
    if not any(statuses) and not faults:
        release = options.release
        print(f"{_not_up(release)}; start one with: {program()} cloud up {release or 'zed'}")
    return 1 if faults or not any(statuses) else 0


def _list(_options: argparse.Namespace) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.cloud.release_data import releases

    names = list(dict.fromkeys(service for release in releases().values() for service in release.services))
    table = Table(box=None, pad_edge=False)
    for heading in ("release", "also", *names, "client", "sdk", "python", "state"):
        table.add_column(heading, no_wrap=True)
    for name, release in releases().items():
        cloud = EmbeddedCloud(name)
        versions = [release.services.get(service, "-") for service in names]
        client = [release.client.packages[package] for package in ("python-openstackclient", "openstacksdk")]
        python = cloud.python() or _usable(release.environments)
        table.add_row(name, also(name), *versions, *client, python, Text(_state(cloud)))
    # A pipe has no width. Its reader needs whole lines.
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    for line in _further_lines(releases()):
        print(line)
    for cloud in map(EmbeddedCloud, releases()):
        for fault in cloud.faults():
            print(f"{cloud.release.name}: {fault}")


def _further_lines(releases: Mapping[str, CloudRelease]) -> Iterator[str]:
    """Yield a line for each release with further services: its options, versions, and Python."""
    from tracer.cloud.release_data import selectable

    for name, release in releases.items():
        if release.further:
            versions = ", ".join(
                f"{service} {version}" for service, version in release.further.services.items()
            )
            names = ", ".join(selectable(release))
            python = _usable(release.further.environments)
            yield f"{name} --services {names}: {versions}; Python {python}"


def _env(options: argparse.Namespace) -> None:
    from tracer.cli.shell import restoring_lines, setting_lines

    if options.unset and (options.release or options.client):
        raise InputError("--unset", "restores the shell, whatever the cloud: leave out RELEASE and --client")
    if options.unset:
        lines = list(restoring_lines(os.environ))
        if not lines:
            print(
                "tracer: nothing to restore: this shell was not set up by `tracer cloud env`", file=sys.stderr
            )
        print("\n".join(lines))
        return
    if options.release is None:
        raise InputError("RELEASE", "name the release of a cloud, such as zed, or give --unset")
    from tracer.cloud import clients
    from tracer.cloud.embedded_cloud import EmbeddedCloud

    cloud = EmbeddedCloud(options.release)
    variables = cloud.environment()
    with progress(plain=True) as show:
        client = cloud.client(show, release=options.client)
    for line in setting_lines(os.environ, variables, cloud.proxy(), str(clients.commands(client))):
        print(line)
    # The shell gets no proxy that has ended, and the user must know the reason.
    for fault in cloud.faults():
        print(f"tracer: {fault}; start it again with: tracer cloud up {options.release}", file=sys.stderr)


def _not_up(release: str | None) -> str:
    return f"{release} is not up" if release else "no cloud is up"


def _clouds(release: str | None) -> Iterator[EmbeddedCloud]:
    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.cloud.release_data import releases

    return (EmbeddedCloud(name) for name in ([release] if release else releases()))


def _usable(environments: Iterable[Environment]) -> str:
    """Return the range of Python versions that the services can be installed on."""
    versions = sorted({version for way in environments for version in way.python})
    return "–".join(dict.fromkeys([versions[0], versions[-1]]))


def _state(cloud: EmbeddedCloud) -> str:
    """Return the state of the cloud in a few words, as the table has only 80 columns."""
    if running := cloud.status():
        from tracer.cloud.services import HOST

        port = running.services[0].port
        return f"up, port {port}" if running.host == HOST else f"up, {bracketed(running.host)}:{port}"
    if cloud.faults():
        return "broken"
    if cloud.ready():
        return "ready"
    return "installed" if cloud.python() else "not installed"


def _print_services(running: Running) -> None:
    for process in (*running.services, *filter(None, [running.tracer])):
        print(f"{running.release} {process.name} {process.url} (process {process.pid}, log {process.log})")


_VERBS = {
    "up": Verb(
        "Start the cloud of a release. The first time installs it, later it takes seconds.",
        _up_arguments,
        _up,
    ),
    "down": Verb(
        "End the cloud of a release, or all clouds, and drop their data.",
        _all_arguments,
        _down,
    ),
    "status": Verb(
        "Show running clouds.",
        _all_arguments,
        _status,
    ),
    "list": Verb(
        "List the releases: versions of services, client and Python; installed, ready or up.",
        _no_arguments,
        _list,
    ),
    "env": Verb(
        "Print the shell settings for the cloud and the client of its release, or undo them.",
        _env_arguments,
        _env,
    ),
}
