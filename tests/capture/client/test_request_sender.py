"""The sender of requests, with stand-ins for the libraries of a client's environment."""

from __future__ import annotations

import base64
import io
import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cloud.adapters.standins import install
from tracer.capture.client import request_sender

if TYPE_CHECKING:
    from collections.abc import Callable

USER = {"OS_AUTH_URL": "http://k/v3", "OS_USERNAME": "reader", "OS_PASSWORD": "p", "OS_CACERT": "/ca"}


class Requests:
    """A session of the library requests."""

    def __init__(self) -> None:
        self.trust_env = True
        self.proxies: dict[str, str] = {}
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Session:
    """A session of keystoneauth, which notes its requests and the proxies at that time."""

    created: list[Session]

    def __init__(self, auth: Any, *, timeout: float, app_name: str, verify: object) -> None:
        self.auth = auth
        self.verify = verify
        self.session: Any = None
        self.sent: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.created.append(self)

    def get_token(self) -> None:
        self.sent.append(("login", self.session.proxies, {}))

    def request(self, url: str, method: str, **more: Any) -> SimpleNamespace:
        if url == "http://gone/":
            raise ConnectionError("refused")
        self.sent.append((f"{method} {url}", self.session.proxies, more))
        return SimpleNamespace(status_code=403, headers={"Server": "x"}, content=b"\xff{}")


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> list[Session]:
    """Return the sessions that the sender creates."""
    Session.created = []

    def load(read: Callable[[Any], Any]) -> dict[str, Any]:
        return {name: read(SimpleNamespace(dest=name, default="-")) for name in ("username", "user_id")}

    loader = SimpleNamespace(load_from_options_getter=load)
    install(
        monkeypatch,
        keystoneauth1__session={"Session": Session},
        keystoneauth1__loading={"get_plugin_loader": {"password": loader}.__getitem__},
        requests={"Session": Requests},
    )
    return Session.created


def _order(**values: Any) -> dict[str, Any]:
    usual = {"environment": USER, "proxy": "http://p", "url": "http://g/", "method": "GET", "headers": {}}
    return {**usual, **values}


def test_a_login_is_sent_past_the_proxy_and_the_request_through_it(sessions: list[Session]) -> None:
    sender = request_sender.Sender()
    response = sender.send(_order(json={"a": 1}))
    assert response == {
        "status": 403,
        "headers": {"Server": "x"},
        "body": base64.b64encode(b"\xff{}").decode(),
    }
    sender.send(_order(data=base64.b64encode(b"raw").decode(), proxy=""))
    (session,) = sessions  # one for each user
    assert session.auth == {"username": "reader", "user_id": "-"}
    assert session.verify == "/ca"
    first, sent, second, direct = session.sent
    proxies = {"http": "http://p", "https": "http://p"}
    assert [part[:2] for part in (first, sent)] == [("login", {}), ("GET http://g/", proxies)]
    assert [part[:2] for part in (second, direct)] == [("login", {}), ("GET http://g/", {})]
    assert (sent[2]["json"], direct[2]["data"]) == ({"a": 1}, b"raw")
    assert sent[2]["authenticated"]
    assert [sent[2][name] for name in ("redirect", "raise_exc", "allow_reauth")] == [False] * 3
    assert (session.session.trust_env, session.session.closed) == (False, 1)


def test_a_user_without_a_token_logs_in_nowhere(sessions: list[Session]) -> None:
    request_sender.Sender().send(_order(environment={}))
    (session,) = sessions
    (sent,) = session.sent
    assert sent[0] == "GET http://g/"
    assert not sent[2]["authenticated"]


@pytest.mark.usefixtures("sessions")
def test_an_error_of_a_library_takes_the_place_of_the_response() -> None:
    sender = request_sender.Sender()
    assert sender.send(_order(url="http://gone/")) == {"error": "ConnectionError: refused"}
    assert sender.send(_order(environment={**USER, "OS_AUTH_TYPE": "x"})) == {"error": "KeyError: 'x'"}
    assert sender.send(_order())["status"] == 403


@pytest.mark.usefixtures("sessions")
def test_each_line_gets_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "lines"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    monkeypatch.setattr(os, "dup", lambda _descriptor: descriptor)
    monkeypatch.setattr(os, "dup2", lambda *_descriptors: None)
    lines = "".join(f"{json.dumps(order)}\n" for order in (_order(), _order(url="http://gone/")))
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    request_sender.main()
    first, second = map(json.loads, path.read_text("utf-8").splitlines())
    assert (first["status"], second["error"]) == (403, "ConnectionError: refused")
