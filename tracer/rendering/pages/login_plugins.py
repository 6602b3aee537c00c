"""The login plug-in of the client in a recording, with the settings that its requests show."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.model import header
from tracer.sequences import TOKENS, is_for_identity_provider, is_login
from tracer.urls import path_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.model import Exchange

__all__ = ["UNKNOWN", "LoginTrace", "login_trace"]

UNKNOWN = "unknown"
"""The stated plug-in if a recording does not show it."""

_PLUGINS = Path(__file__).with_name("login_plugins.yaml")
_OAUTH2 = "/v3/OS-OAUTH2/token"
_FEDERATION = re.compile(r"(/v3)/OS-FEDERATION/identity_providers/([^/]+)/protocols/([^/]+)/auth")


class _Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    method: str
    path: str
    plugin: str


class _Plugins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    methods: dict[str, str]
    grants: dict[str, str]
    exchanges: list[_Pattern]


class LoginTrace(NamedTuple):
    """The trace of a login: the ``plugin`` (empty for the client's default), its settings, and ``auth``.

    ``url`` is the URL of Keystone without the version, empty if the run shows none. ``settings`` are pairs
    of a variable and its value, without secrets. ``secrets`` are variables for secrets. ``auth`` is the
    object of that name in the login at Keystone. ``federated`` is true if its user comes from an identity
    provider.
    """

    plugin: str = ""
    url: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    auth: dict[str, Any] = {}  # noqa: RUF012 - a NamedTuple shares no default that anything changes
    federated: bool = False


def login_trace(exchanges: Sequence[Exchange]) -> LoginTrace:
    """Return the trace of the first login of the client in ``exchanges``."""
    own = [exchange for exchange in exchanges if exchange.sender == "client"]
    login = next((exchange for exchange in own if is_login(exchange.request.method, _path(exchange))), None)
    federation = next((match for exchange in own if (match := _FEDERATION.search(_path(exchange)))), None)
    auth = _auth(login) if login is not None else {}
    oauth2 = [index for index, exchange in enumerate(own) if _path(exchange).endswith(_OAUTH2)]
    if federation is not None or _web_plugin(own):
        return _federated(own, auth)
    if login is None:
        if oauth2:
            return LoginTrace("v3oauth2mtlsclientcredential", _before(own[oauth2[0]], _OAUTH2))
        return LoginTrace(_without_login(own))
    url = _before(login, TOKENS)
    plugin, settings = _by_methods(auth)
    if oauth2 and plugin == "v3applicationcredential":
        plugin = "v3oauth2clientcredential"
    return LoginTrace(plugin, url, settings, auth=auth)


def _federated(own: Sequence[Exchange], auth: dict[str, Any]) -> LoginTrace:
    at_keystone = [exchange for exchange in own if "/OS-FEDERATION/" in _path(exchange)]
    url = next((_before(exchange, "/v3/") for exchange in at_keystone), "")
    match = next(filter(None, (_FEDERATION.search(_path(exchange)) for exchange in at_keystone)), None)
    settings = [("OS_IDENTITY_PROVIDER", match[2]), ("OS_PROTOCOL", match[3])] if match else []
    asked = [exchange for exchange in own if is_for_identity_provider(exchange.request)]
    forms = [form for exchange in asked if (form := _form(exchange)).get("grant_type")]
    form = forms[0] if forms else {}
    secrets: list[str] = []
    if form:
        plugin = _plugins().grants.get(form["grant_type"], UNKNOWN)
        settings += _openid_settings(asked, form)
        secrets += ["OS_CLIENT_SECRET"]
        secrets += ["OS_PASSWORD"] if form["grant_type"] == "password" else []
    else:
        plugin = _web_plugin(own) or _kerberos(at_keystone) or UNKNOWN
        secrets += {"v3oidcaccesstoken": ["OS_ACCESS_TOKEN"]}.get(plugin, [])
        if plugin in ("v3samlpassword", "v3adfspassword"):
            settings += [("OS_IDENTITY_PROVIDER_URL", exchange.request.url) for exchange in asked[:1]]
            secrets += ["OS_USERNAME", "OS_PASSWORD"]
    return LoginTrace(plugin, url, tuple(settings), tuple(secrets), auth, federated=True)


def _openid_settings(asked: Sequence[Exchange], form: dict[str, str]) -> Iterator[tuple[str, str]]:
    discovery = next((exchange for exchange in asked if exchange.request.method == "GET"), None)
    if discovery is not None:
        yield "OS_DISCOVERY_ENDPOINT", discovery.request.url
    else:
        endpoint = next(exchange for exchange in asked if _form(exchange).get("grant_type"))
        yield "OS_ACCESS_TOKEN_ENDPOINT", endpoint.request.url
    for name, field in (
        ("OS_CLIENT_ID", "client_id"),
        ("OS_OPENID_SCOPE", "scope"),
        ("OS_USERNAME", "username"),
    ):
        if field in form:
            yield name, form[field]


def _web_plugin(own: Sequence[Exchange]) -> str:
    for pattern in _plugins().exchanges:
        if any(
            exchange.request.method == pattern.method and re.search(pattern.path, _path(exchange))
            for exchange in own
        ):
            return pattern.plugin
    return ""


def _kerberos(at_keystone: Sequence[Exchange]) -> str:
    negotiates = (
        (header(exchange.request.headers, "Authorization") or "").startswith("Negotiate")
        for exchange in at_keystone
    )
    return "v3fedkerb" if any(negotiates) else ""


def _by_methods(auth: dict[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    identity = auth.get("identity")
    methods = identity.get("methods") if isinstance(identity, dict) else None
    if not isinstance(methods, list) or not methods:
        return "", ()
    plugins = [
        _plugins().methods.get(method, UNKNOWN) if isinstance(method, str) else UNKNOWN for method in methods
    ]
    if len(plugins) == 1 or UNKNOWN in plugins:
        return (UNKNOWN if UNKNOWN in plugins else plugins[0]), ()
    return "v3multifactor", (("OS_AUTH_METHODS", ",".join(plugin or "v3password" for plugin in plugins)),)


def _without_login(own: Sequence[Exchange]) -> str:
    """Return the plug-in of a run without a login: the origin of a token is not known."""
    if any(header(exchange.request.headers, "X-Auth-Token") for exchange in own):
        return UNKNOWN
    basic = ((header(exchange.request.headers, "Authorization") or "") for exchange in own)
    return "http_basic" if any(value.startswith("Basic") for value in basic) else ""


def _path(exchange: Exchange) -> str:
    return path_of(exchange.request.url).rstrip("/")


def _before(exchange: Exchange, part: str) -> str:
    return exchange.request.url.partition("?")[0].rpartition(part)[0]


def _form(exchange: Exchange) -> dict[str, str]:
    body = exchange.request.body
    try:
        fields = parse_qs((body.text if body else None) or "", max_num_fields=100)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _auth(login: Exchange) -> dict[str, Any]:
    text = login.request.body.json if login.request.body else None
    try:
        document = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    auth = document.get("auth") if isinstance(document, dict) else None
    return auth if isinstance(auth, dict) else {}


@functools.cache
def _plugins() -> _Plugins:
    return typed(yaml_text.load(read(_PLUGINS), _PLUGINS.name), _Plugins, _PLUGINS.name)
