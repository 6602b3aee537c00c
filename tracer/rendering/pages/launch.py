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
from tracer.urls import origin, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Recording

__all__ = ["MASK", "launch"]

MASK = "********"
_CLIENTS = Path(__file__).parent / "clients.yaml"
_LOGIN = "/v3/auth/tokens"
_TO_KEYSTONE = ("client", "keystone")


def launch(recording: Recording, title: str) -> str:
    """Return the entry called ``title`` as JSON; empty if the command is unknown or of an unknown client.

    The environment comes from the first authentication request of the run, without its secrets.
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
        "env": dict(_environment(recording)),
        "console": "integratedTerminal",
        "justMyCode": False,
    }
    text = json.dumps(entry, indent=4, ensure_ascii=False)
    # The arguments stay on one line: with a line for each, they would fill the page.
    return text.replace('"args": null', f'"args": {json.dumps(arguments, ensure_ascii=False)}', 1)


def _environment(recording: Recording) -> Iterator[tuple[str, str]]:
    for exchange in recording.exchanges:
        url = exchange.request.url.partition("?")[0]
        if exchange.request.method == "POST" and url.endswith(_LOGIN):
            yield "OS_AUTH_URL", masked(_auth_url(recording, url))
            yield "OS_IDENTITY_API_VERSION", "3"
            yield from _credentials(_auth(exchange.request.body.json if exchange.request.body else None))
            return
    if origin(recording.cloud.url):
        yield "OS_AUTH_URL", masked(recording.cloud.url)


def _auth_url(recording: Recording, login: str) -> str:
    """Return the authentication URL as the client was given it.

    A client asks this URL for the versions of Keystone before it logs in. Without such a request, derive
    the URL from the URL of the ``login``.
    """
    first = next(
        (
            exchange
            for exchange in recording.exchanges
            if (exchange.sender, exchange.receiver) == _TO_KEYSTONE
        ),
        None,
    )
    if first is None or first.request.method != "GET" or header(first.request.headers, "X-Auth-Token"):
        return login.removesuffix(_LOGIN)
    url = first.request.url.partition("?")[0]
    # A client adds the slash to a URL without a path.
    return url.removesuffix("/") if path_of(url) == "/" else url


def _auth(text: str | None) -> dict[str, Any]:
    try:
        return _dict(_dict(json.loads(text or "{}")).get("auth"))
    except (ValueError, RecursionError):
        return {}


def _credentials(auth: dict[str, Any]) -> Iterator[tuple[str, str]]:
    identity, scope = _dict(auth.get("identity")), _dict(auth.get("scope"))
    user = _dict(_dict(identity.get("password")).get("user"))
    application = _dict(identity.get("application_credential"))
    if application:
        yield "OS_AUTH_TYPE", "v3applicationcredential"
        yield from _named("OS_APPLICATION_CREDENTIAL", application)
        yield "OS_APPLICATION_CREDENTIAL_SECRET", MASK
        user = _dict(application.get("user"))
    elif "token" in identity:
        yield "OS_AUTH_TYPE", "v3token"
        yield "OS_TOKEN", MASK
    if user:
        yield from _user(user)
    if user and not application:
        yield "OS_PASSWORD", MASK
    project = _dict(scope.get("project"))
    yield from _named("OS_PROJECT", project)
    yield from _named("OS_USER_DOMAIN", _dict(user.get("domain")))
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
