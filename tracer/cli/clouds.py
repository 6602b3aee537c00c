"""The choice of the cloud and the client for a command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.errors import CommandError, InputError
from tracer.urls import origin, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracer.cloud.embedded_cloud import EmbeddedCloud

__all__ = ["embedded", "for_command"]

_NAMES = ("OS_AUTH_URL", "OS_CLOUD", "OS_ENDPOINT", "OS_CLIENT_CONFIG_FILE")
_OPTIONS = ("--os-auth-url", "--os-cloud", "--os-endpoint")


def for_command(
    environment: Mapping[str, str], release: str | None, command: Sequence[str], client: str | None = None
) -> dict[str, str]:
    """Return the environment for ``command``.

    If neither ``environment`` nor ``command`` names a cloud, the result names the embedded cloud of
    ``release``, if there is one. The first ``openstack`` on its ``PATH`` is the client of the release
    ``client``, by default the client of the embedded cloud's release.

    Raises CommandError if the embedded cloud is not up, and InputError if ``client`` is given and the
    command is a path.
    """
    if client and "/" in command[0]:
        raise InputError("--client", f"chooses which `openstack` is run, but the command says {command[0]}")
    if release and not _names_a_cloud(environment, command):
        from tracer.cloud.embedded_cloud import EmbeddedCloud
        from tracer.cloud.releases import releases

        if release in releases():
            cloud = EmbeddedCloud(release)
            if cloud.status() is None:
                raise CommandError(
                    f"no cloud is named: set OS_AUTH_URL, or start one with: tracer cloud up {release}"
                )
            return cloud.client_environment(environment, _say, client=client)
    if client:
        from tracer.cloud import clients

        return clients.put_first(environment, clients.install(client, _say))
    return dict(environment)


def _names_a_cloud(environment: Mapping[str, str], command: Sequence[str]) -> bool:
    named = any(environment.get(name) for name in _NAMES)
    return named or any(word.partition("=")[0] in _OPTIONS for word in command)


def _say(line: str) -> None:
    print(f"tracer: {line}", file=sys.stderr)


def embedded(environment: Mapping[str, str], command: Sequence[str]) -> EmbeddedCloud:
    """Return the embedded cloud that ``command`` uses. Raise CommandError if it uses none that is up."""
    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.cloud.releases import releases

    url = _auth_url(environment, command)
    for name in releases():
        running = EmbeddedCloud(name).status()
        if running and _is_below(url, running.url):
            return EmbeddedCloud(name)
    if not url:
        raise CommandError("--deep: no cloud is named; set --release, to use an embedded cloud that is up")
    raise CommandError(
        "--deep needs an embedded cloud that is up: tracer cannot set the proxy of services that it did not"
        " start; README.md says how you can, under 'What the services ask each other'"
    )


def _is_below(url: str, auth_url: str) -> bool:
    """Return whether ``url`` is ``auth_url`` or its ``/v3``. The spelling of the host does not matter."""
    server, path = origin(url), path_of(auth_url)
    if server is None or server != origin(auth_url):
        return False
    return path_of(url).rstrip("/") in {path, f"{path}/v3"}


def _auth_url(environment: Mapping[str, str], command: Sequence[str]) -> str:
    for word, after in zip(command, [*command[1:], ""], strict=True):
        option, _, value = word.partition("=")
        if option == "--os-auth-url":
            return value or after
        if option in _OPTIONS:
            return "named by an option"
    elsewhere = any(environment.get(name) for name in _NAMES if name != "OS_AUTH_URL")
    return "named elsewhere" if elsewhere else environment.get("OS_AUTH_URL", "")
