"""Ways to a token: federated logins, a second factor, cached tokens, and plug-ins without a login."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from tests.sequences import runs
from tests.sequences.runs import HOST, exchange, login, prologue, show, versions_of_glance
from tests.sequences.test_catalog import HANGUL
from tracer.model import FORMAT, Body, Exchange, Recording
from tracer.redaction import load_policy
from tracer.sequences import choose, entry_of, find, label, match
from tracer.sequences.loading import common_calls, ways
from tracer.sequences.logins import way_entries

IMAGE_SHOW = find("image-show")
IDP = "https://idp.example.org"
FEDERATION = f"{HOST}/identity/v3/OS-FEDERATION/identity_providers/idp/protocols/openid/auth"
TOKENS = f"{HOST}/identity/v3/auth/tokens"
FORM = "application/x-www-form-urlencoded"


def _sent(sent: Exchange, *, content: str = "", kind: str = FORM, **headers: str) -> Exchange:
    """Return ``sent`` with a request body and header fields."""
    body = Body(type=kind, size=len(content), text=content) if content else None
    fields = {**sent.request.headers, **headers} | ({"Content-Type": kind} if content else {})
    return msgspec.structs.replace(
        sent, request=msgspec.structs.replace(sent.request, headers=fields, body=body)
    )


def _answered(sent: Exchange, **headers: str) -> Exchange:
    fields: Any = {name.replace("_", "-"): value for name, value in headers.items()}
    assert sent.response is not None
    return msgspec.structs.replace(sent, response=msgspec.structs.replace(sent.response, headers=fields))


def _idp(
    path: str, status: int = 200, content: str = "", *, to: str = "identity-provider", **more: str
) -> Exchange:
    method = "POST" if content else "GET"
    return _sent(exchange(method, f"{IDP}{path}", status, to=to), content=content, **more)


def _federated(method: str = "POST", status: int = 201, url: str = FEDERATION) -> Exchange:
    return exchange(method, url, status)


DISCOVERY = _idp("/realms/x/.well-known/openid-configuration")
TOKEN = _idp("/realms/x/protocol/openid-connect/token", content="grant_type=password&username=u")
PENDING = _idp("/token", 400, "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x")
DEVICE = _idp("/device", content="client_id=x&scope=openid")
SOAP = _idp("/idp/profile/SAML2/SOAP/ECP", content="<S/>", kind="text/xml")
WS_TRUST = _idp(
    "/adfs/services/trust/13/usernamemixed", content="<S/>", kind="application/soap+xml; charset=utf-8"
)
ECP = _sent(exchange("POST", f"{HOST}/Shibboleth.sso/SAML2/ECP", 302, to="keystone"), content="x")
MELLON = _sent(exchange("POST", f"{FEDERATION}/mellon/paosResponse", 303), content="x")
ADFS = _sent(exchange("POST", f"{HOST}/Shibboleth.sso/ADFS", 302, to="keystone"), content="x")
NEGOTIATE = _answered(_federated("GET", 401), WWW_Authenticate="Negotiate")
RECEIPT = _answered(login(401), Openstack_Auth_Receipt="<receipt-1>", WWW_Authenticate='Keystone uri="x"')
KERBEROS = _answered(login(401), WWW_Authenticate='Keystone uri="x", Negotiate')
OAUTH2 = exchange("POST", f"{HOST}/identity/v3/OS-OAUTH2/token", 200)
VALIDATION = exchange("GET", TOKENS, 200, token=True)
WEBSSO = exchange("GET", f"{HOST}/identity/v3/auth/OS-FEDERATION/websso/openid", 302)
BY_ID = [versions_of_glance(), show()]

WAYS = {
    "v3oidcpassword": [DISCOVERY, TOKEN, _federated(), login()],
    "v3oidcpassword, endpoint": [TOKEN, _federated(), login()],
    "v3oidcpassword, unscoped": [DISCOVERY, TOKEN, _federated()],
    "v3oidcdeviceauthz": [DISCOVERY, DEVICE, PENDING, PENDING, TOKEN, _federated(), login()],
    "v3oidcaccesstoken": [_federated(), login()],
    "v3samlpassword": [_federated("GET", 200), SOAP, ECP, _federated("GET"), login()],
    "v3samlpassword, mellon": [_federated("GET", 200), SOAP, MELLON, _federated("GET"), login()],
    "v3adfspassword": [WS_TRUST, ADFS, _federated("GET"), login()],
    "v3fedkerb": [NEGOTIATE, _federated("GET"), login()],
    "v3websso": [WEBSSO, VALIDATION, login()],
    "v3kerberos": [KERBEROS, login()],
    "v3multifactor": [runs.versions_of_keystone(), RECEIPT, login()],
    "three factors": [RECEIPT, RECEIPT, login()],
    "v3oauth2mtlsclientcredential": [OAUTH2, VALIDATION],
    "v3oauth2clientcredential": [runs.versions_of_keystone(), login(), OAUTH2],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_way_to_a_token_conforms(way: list[Exchange]) -> None:
    result = match([*way, *BY_ID], IMAGE_SHOW)
    assert (result.verdict, result.missing, result.explanations) == ("conforms", [], [])
    steps = {"POST": (3, 4), "GET": (1, 2)}
    for sent, given in zip(way, result.labels, strict=False):
        own = sent.request.url == TOKENS and sent.response and sent.response.status == 201
        if own or sent == runs.versions_of_keystone():
            assert (given.steps, given.verdict) == (steps[sent.request.method], "documented")
        else:
            assert given.steps == ()
            assert given.verdict in ("optional", "repeated")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_token_that_expires_is_renewed_in_the_same_way(way: list[Exchange]) -> None:
    expired = show(status=401)
    result = match([*way, versions_of_glance(), expired, *way, show()], IMAGE_SHOW)
    assert (result.verdict, result.explanations) == ("conforms", [])
    assert result.labels[len(way) + 1].verdict == "repeated"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_stored_flows_of_a_way_find_their_sequence(way: list[Exchange]) -> None:
    assert choose([*way, *BY_ID], None) is IMAGE_SHOW


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_each_exchange_of_a_way_has_texts(way: list[Exchange]) -> None:
    given = Recording(format=FORMAT, command=None, recorded="2026-11-23T00:00:00Z", exchanges=[*way, *BY_ID])
    for sent in label(given, IMAGE_SHOW).exchanges:
        entry = entry_of(sent, IMAGE_SHOW)
        assert entry is not None
        assert entry.summary["en"]


@pytest.mark.parametrize(
    ("way", "wrong"),
    [
        ([_idp("/token", 401, "grant_type=password"), _federated(), login()], [0]),
        ([DISCOVERY, TOKEN, _federated(status=401), login()], [2]),
        ([login(401), login()], [0]),
        ([_answered(login(401), WWW_Authenticate='Keystone uri="x"'), login()], [0]),
        ([RECEIPT, login(401)], [1]),
    ],
)
def test_a_refused_login_deviates(way: list[Exchange], wrong: list[int]) -> None:
    result = match([*way, *BY_ID], IMAGE_SHOW)
    assert result.verdict == "deviates"
    assert [index for index, given in enumerate(result.labels) if given.verdict == "wrong-status"] == wrong


def test_a_receipt_without_the_next_login_deviates() -> None:
    result = match([RECEIPT, *BY_ID], IMAGE_SHOW)
    assert result.verdict == "deviates"
    assert result.labels[0].verdict == "wrong-status"


def test_a_way_after_the_login_deviates() -> None:
    result = match([*prologue(), DISCOVERY, TOKEN, _federated(), show()], IMAGE_SHOW)
    assert result.verdict == "deviates"


def test_a_receiver_with_another_name_is_the_identity_provider() -> None:
    renamed = [msgspec.structs.replace(sent, receiver="service-1") for sent in (DISCOVERY, TOKEN)]
    result = match([*renamed, _federated(), login(), *BY_ID], IMAGE_SHOW)
    assert result.verdict == "conforms"
    assert [given.path for given in result.labels[:2]] == [
        "/realms/x/.well-known/openid-configuration",
        "/realms/x/protocol/openid-connect/token",
    ]


@pytest.mark.parametrize(
    "run",
    [
        BY_ID,
        [show()],
        [versions_of_glance(), _sent(show(), Authorization="Basic <credentials-1>")],
        [_sent(exchange("GET", f"{HOST}/image/v2/images/x", 200), Authorization="Basic <credentials-1>")],
        [_sent(exchange("GET", f"{HOST}/image/v2/images/x", 200), **{"X-Project-Id": "x"})],
    ],
)
def test_credentials_from_the_beginning_replace_the_login(run: list[Exchange]) -> None:
    result = match(run, IMAGE_SHOW)
    assert (result.verdict, result.missing) == ("conforms", [])


@pytest.mark.parametrize(
    "run",
    [
        [runs.versions_of_keystone(), *BY_ID],
        [versions_of_glance(), exchange("GET", f"{HOST}/image/v2/images/x", 200)],
        [exchange("GET", f"{HOST}/identity/v3", 200), *BY_ID],
    ],
)
def test_a_missing_login_is_named(run: list[Exchange]) -> None:
    result = match(run, IMAGE_SHOW)
    assert result.verdict == "deviates"
    assert "missing: steps 3, 4, POST /v3/auth/tokens to keystone" in result.explanations


def test_a_command_that_only_logs_in_needs_its_login() -> None:
    assert match([show()], find("token-issue")).missing == [3, 4]


@pytest.mark.parametrize("entry", way_entries(), ids=lambda entry: f"{entry.method} {entry.path}")
def test_each_exchange_is_described_in_korean_and_english(entry: Any) -> None:
    assert entry.prologue
    assert entry.reference.startswith("https://")
    for text in (entry.summary, entry.request, entry.response):
        assert set(text) == {"en", "ko"}
        assert text["en"].endswith(".")
        assert not HANGUL.search(text["en"])
        assert HANGUL.search(text["ko"])
        assert text["ko"].endswith("다.")


def test_no_plugin_is_in_two_ways() -> None:
    plugins = [plugin for way in ways() for plugin in way.plugins]
    assert len(plugins) == len(set(plugins))


@pytest.mark.parametrize("way", [[login()], [DISCOVERY, TOKEN, _federated(), login()]])
def test_a_command_for_keystone_discovers_it_after_a_login_without_discovery(way: list[Exchange]) -> None:
    """`OS_AUTH_TYPE=v3password openstack project list` does so."""
    projects = exchange("GET", f"{HOST}/identity/v3/projects", 200, token=True)
    result = match([*way, runs.versions_of_keystone(), projects], find("project-list"))
    assert (result.verdict, result.explanations) == ("conforms", [])
    assert result.labels[-2].steps == (1, 2)


def test_what_a_label_says_is_no_secret() -> None:
    """Else the last gate would refuse each recording of a user with such a password."""
    policy = load_policy()
    entries = (*way_entries(), *common_calls())
    words = {word for entry in entries for word in (*re.split(r"[/{}]+", entry.path), entry.receiver)}
    assert not [
        word for word in words if len(word) >= policy.common.shortest and word not in policy.vocabulary
    ]
