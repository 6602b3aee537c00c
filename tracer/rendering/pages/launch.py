"""The entry of VS Code's launch.json that debugs the command of a recording."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.model import header
from tracer.rendering.markdown_escapes import masked
from tracer.rendering.pages.login_plugins import login_trace
from tracer.urls import origin, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.model import Recording

__all__ = ["MASK", "launch"]

MASK = "********"
_CLIENTS = Path(__file__).parent / "clients.yaml"
_TO_KEYSTONE = ("client", "keystone")
_AUTH_TYPE = "--os-auth-type"


def launch(recording: Recording, title: str) -> str:
    """Return the entry called ``title`` as JSON; empty if the command is unknown or of an unknown client.

    The environment comes from the first login of the run, without its secrets. If the login does not show
    its plug-in, ``OS_AUTH_TYPE`` is ``unknown``.
    """
    try:
        program, *arguments = map(masked, shlex.split(recording.command or ""))
    except ValueError:
        return ""
    clients = typed(yaml_text.load(read(_CLIENTS), str(_CLIENTS)), dict[str, str], str(_CLIENTS))
    name = program.replace("\\", "/").rpartition("/")[2].removesuffix(".exe")
    if name not in clients:
        return ""
    entry = {
        "name": f"Python: {title}",
        "type": "debugpy",
        "request": "launch",
        "module": clients[name],
        "args": None,
        "env": dict(_environment(recording, arguments)),
        "console": "integratedTerminal",
        "justMyCode": False,
    }
    text = json.dumps(entry, indent=4, ensure_ascii=False)
    # The arguments stay on one line: with a line for each, they would fill the page.
    return text.replace('"args": null', f'"args": {json.dumps(arguments, ensure_ascii=False)}', 1)


def _environment(recording: Recording, arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    trace = login_trace(recording.exchanges)
    if trace.url:
        yield "OS_AUTH_URL", masked(_auth_url(recording) or trace.url)
        yield "OS_IDENTITY_API_VERSION", "3"
    elif origin(recording.cloud.url):
        yield "OS_AUTH_URL", masked(recording.cloud.url)
    if trace.plugin and not any(word.partition("=")[0] == _AUTH_TYPE for word in arguments):
        yield "OS_AUTH_TYPE", trace.plugin
    for name, value in trace.settings:
        yield name, masked(value)
    for name in trace.secrets:
        yield name, MASK
    if trace.federated:
        yield from _scope(_dict(trace.auth.get("scope")))
    else:
        yield from _credentials(trace.auth)


def _auth_url(recording: Recording) -> str:
    """Return the authentication URL as the client was given it, empty if the run does not show it.

    A client asks this URL for the versions of Keystone before it logs in.
    """
    at_keystone = (
        exchange.request
        for exchange in recording.exchanges
        if (exchange.sender, exchange.receiver) == _TO_KEYSTONE
    )
    request = next(at_keystone, None)
    if request is None or request.method != "GET" or header(request.headers, "X-Auth-Token"):
        return ""
    url = request.url.partition("?")[0]
    # A client adds the slash to a URL without a path.
    return url.removesuffix("/") if path_of(url) == "/" else url


def _credentials(auth: dict[str, Any]) -> Iterator[tuple[str, str]]:
    identity = _dict(auth.get("identity"))
    user = _dict(_dict(identity.get("password")).get("user"))
    application = _dict(identity.get("application_credential"))
    if application:
        yield from _named("OS_APPLICATION_CREDENTIAL", application)
        yield "OS_APPLICATION_CREDENTIAL_SECRET", MASK
        user = _dict(application.get("user"))
    elif "token" in identity:
        yield "OS_TOKEN", MASK
    totp = _dict(_dict(identity.get("totp")).get("user"))
    user = user or totp
    if user:
        yield from _user(user)
    if user and not application and "password" in identity:
        yield "OS_PASSWORD", MASK
    if totp:
        yield "OS_PASSCODE", MASK
    yield from _scope(_dict(auth.get("scope")), user)


def _scope(scope: dict[str, Any], user: dict[str, Any] | None = None) -> Iterator[tuple[str, str]]:
    project = _dict(scope.get("project"))
    yield from _named("OS_PROJECT", project)
    yield from _named("OS_USER_DOMAIN", _dict((user or {}).get("domain")))
    yield from _named("OS_PROJECT_DOMAIN", _dict(project.get("domain")))
    yield from _named("OS_DOMAIN", _dict(scope.get("domain")))
    if "system" in scope:
        yield "OS_SYSTEM_SCOPE", "all"


def _user(user: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if isinstance(user.get("name"), str):
        yield "OS_USERNAME", masked(user["name"])
    elif isinstance(user.get("id"), str):
        yield "OS_USER_ID", masked(user["id"])


def _named(prefix: str, what: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("name", "id"):
        if isinstance(what.get(key), str):
            yield f"{prefix}_{key.upper()}", masked(what[key])
            return


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
