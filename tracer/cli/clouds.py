"""The choice of the cloud and the client for a command."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from tracer.cli.progress import progress
from tracer.errors import CommandError, InputError
from tracer.releases import is_openstack
from tracer.urls import base, origin, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracer.cloud.embedded_cloud import EmbeddedCloud

__all__ = ["choose_release", "embedded", "for_command", "hint"]

_NAMES = ("OS_AUTH_URL", "OS_CLOUD", "OS_ENDPOINT", "OS_CLIENT_CONFIG_FILE")
_OPTIONS = ("--os-auth-url", "--os-cloud", "--os-endpoint")


def choose_release(
    environment: Mapping[str, str], release: str | None, command: Sequence[str], say: Callable[[str], None]
) -> str | None:
    """Return the release of the cloud for ``command``, None if it is not known.

    It is ``release`` if given, else the release of the embedded cloud that the command uses. A command
    ``openstack`` without any cloud uses the only embedded cloud that is up. ``say`` receives a line then, and
    if an embedded cloud takes the place of the only cloud of clouds.yaml, which the client alone would use.
    Raises CommandError if several are up, and InputError if the command uses an embedded cloud of another
    release than ``release``.
    """
    url = _auth_url(environment, command)
    named = _embedded_release(url)
    if release:
        _check_release(release, named, url)
        if own := _passed_over(environment, release, command):
            say(
                f"using the embedded cloud, because of --release {release}, and not {own}, the only cloud of "
                f"clouds.yaml: --os-cloud {own} chooses that"
            )
        return release
    if named:
        return named
    if PurePath(command[0]).name != "openstack" or _names_a_cloud(environment, command):
        return None
    up = _up()
    if len(up) > 1:
        raise CommandError(
            f"no cloud is named, and several embedded clouds are up: {_options(up)} chooses one"
        )
    if not up:
        return None
    remedy = "source an openrc file, or give --os-cloud"
    say(f"no cloud is named ({remedy}): using the embedded cloud that is up, as with --release {up[0]}")
    return up[0]


def _check_release(release: str, cloud: str | None, url: str) -> None:
    """Raise InputError if ``cloud`` at ``url`` is up, and ``release`` is the name of another release.

    A name of the user's own, such as ``mine``, is no claim about the cloud.
    """
    if cloud in {None, release} or not is_openstack(release):
        return
    server = origin(url)
    if server and cloud in _up():
        where = base(*server)  # the URL may contain a password
        raise InputError(f"--release {release}", f"the cloud at {where} is {cloud}: leave out --release")


def _passed_over(environment: Mapping[str, str], release: str, command: Sequence[str]) -> str:
    """Return the only cloud of clouds.yaml if ``for_command`` names the embedded one instead; else empty."""
    if _is_described(environment, command):
        return ""
    from tracer.capture.client.clouds_file import only_cloud
    from tracer.cloud.release_data import releases

    return only_cloud(environment, Path.cwd()) if release in releases() else ""


def hint(environment: Mapping[str, str], release: str | None, command: Sequence[str]) -> str:
    """Return the option for an embedded cloud that is up, if no cloud is named; else an empty text."""
    if release or _names_a_cloud(environment, command):
        return ""
    up = _up()
    return f"{_options(up)} uses an embedded cloud that is up" if up else ""


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
    if release and not _is_described(environment, command):
        from tracer.cloud.embedded_cloud import EmbeddedCloud
        from tracer.cloud.release_data import releases

        if release in releases():
            cloud = EmbeddedCloud(release)
            if cloud.status() is None:
                raise CommandError(
                    f"no cloud is named: set OS_AUTH_URL, or start one with: tracer cloud up {release}"
                )
            with progress(plain=True) as show:
                return cloud.client_environment(environment, _prefixed(show), client=client)
    if client:
        from tracer.cloud import clients

        with progress(plain=True) as show:
            return clients.put_first(environment, clients.install(client, _prefixed(show)))
    return dict(environment)


def _is_described(environment: Mapping[str, str], command: Sequence[str]) -> bool:
    named = any(environment.get(name) for name in _NAMES)
    return named or any(word.partition("=")[0] in _OPTIONS for word in command)


def _names_a_cloud(environment: Mapping[str, str], command: Sequence[str]) -> bool:
    """Return whether the client has a cloud, by a setting or as the only cloud of its clouds.yaml."""
    from tracer.capture.client.clouds_file import only_cloud

    return _is_described(environment, command) or bool(only_cloud(environment, Path.cwd()))


def _up() -> list[str]:
    """Return the releases of the embedded clouds that are up."""
    from tracer.cloud.cache import folder
    from tracer.cloud.started import started

    names = list(started(folder()))
    if not names:
        return []
    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.cloud.release_data import releases

    return [name for name in names if name in releases() and EmbeddedCloud(name).status()]


def _options(names: Sequence[str]) -> str:
    return " or ".join(f"--release {name}" for name in names)


def _embedded_release(url: str) -> str | None:
    """Return the release of the started embedded cloud at ``url``, None if there is none."""
    from tracer.cloud.cache import folder
    from tracer.cloud.started import started

    return next((name for name, own in started(folder()).items() if _is_below(url, own)), None)


def _prefixed(show: Callable[[str], None]) -> Callable[[str], None]:
    """Return ``show`` for lines between those of the command: the name of the program is before each."""
    return lambda line: show(f"tracer: {line}")


def embedded(environment: Mapping[str, str], command: Sequence[str]) -> EmbeddedCloud:
    """Return the embedded cloud that ``command`` uses. Raise CommandError if it uses none that is up."""
    url = _auth_url(environment, command)
    if name := _embedded_release(url):
        from tracer.cloud.embedded_cloud import EmbeddedCloud

        cloud = EmbeddedCloud(name)
        if cloud.status():
            return cloud
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
