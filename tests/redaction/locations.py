"""Places of single services and of proxies in front of them: a name, and how to hide a secret there.

``PLACES`` hold any secret, ``NARROW`` only what a token, a ticket or an access key consists of.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from tests.redaction.canaries import HOST, Build, as_json, as_text, exchange

ERROR = "{} is refused"


def _coded(secret: str) -> str:
    return base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")


def _quoted(secret: str, times: int = 1) -> str:
    for _ in range(times):
        secret = quote(secret, safe="")
    return secret


def _request(name: str, form: str = "{}") -> tuple[str, Build]:
    return f"{name}: {form}", lambda s: exchange(headers={name: form.format(s)})


def _answer(name: str, form: str) -> tuple[str, Build]:
    return f"{name}: {form}", lambda s: exchange(answer_headers={name: form.format(_coded(s))})


def _protocols(form: str) -> tuple[str, Build]:
    return f"WebSocket {form}", lambda s: exchange(headers={"Sec-WebSocket-Protocol": form.format(_coded(s))})


def _url(form: str, times: int = 1) -> tuple[str, Build]:
    """A secret in the URL of the request, encoded ``times``, the whole ``{}`` included."""
    return f"URL {form}", lambda s: exchange(url=HOST + form.format(_quoted(s, times)))


def _link(form: str) -> tuple[str, Build]:
    """The same URL where a document or a page names it."""
    return f"link {form}", lambda s: exchange(
        answer=as_json({"links": {"self": form.format(_quoted(s))}}),
        body=as_text(f"see {form.format(_quoted(s))} for more"),
    )


def _field(document: str, url: str = HOST + "/x") -> tuple[str, Build]:
    """A secret in a document (``SECRET`` stands for it), and once more where only a search finds it."""
    return f"field {document} at {url.removeprefix(HOST)}", lambda s: exchange(
        method="POST",
        url=url,
        body=as_json(_filled(json.loads(document), s)),
        answer=as_json(_filled(json.loads(document), s)),
        error=ERROR.format(quote(s)),
    )


def _filled(tree: object, secret: str) -> object:
    if isinstance(tree, dict):
        return {key: _filled(value, secret) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_filled(value, secret) for value in tree]
    return secret if tree == "SECRET" else tree


PLACES: list[tuple[str, Build]] = [
    # Forwarded by oauth2-proxy, mod_auth_openidc, mod_auth_mellon, Shibboleth and load balancers.
    *map(
        _request,
        [
            "X-Forwarded-Access-Token",
            "X-Auth-Request-Access-Token",
            "OIDC_access_token",
            "OIDC-access-token",
            "OIDC_id_token",
            "OIDC_refresh_token",
            "OIDC_id_token_payload",
            "OIDC_userinfo_jwt",
            "X-Amzn-Oidc-Accesstoken",
            "X-Amzn-Oidc-Data",
            "X-MS-Token-AAD-Access-Token",
            "Cf-Access-Jwt-Assertion",
            "CF-Access-Client-Secret",
            "MELLON_SAML_RESPONSE",
            "Shib-Session-ID",
            "X-Auth-Admin-Key",
            "X-Registry-Auth",
            "X-Forwarded-Authorization",
            "X-Original-Authorization",
            "X-Metadata-Provider-Signature",
            "X-Image-Meta-Location",
        ],
    ),
    _request("X-Forwarded-Authorization", "Bearer {}"),
    _answer("Authentication-Info", "Negotiate {}"),
    _answer("Authentication-Info", 'rspauth="{}", cnonce="a"'),
    _answer("Proxy-Authentication-Info", 'nextnonce="{}"'),
    _answer("WWW-Authenticate", "Negotiate {}"),
    _answer("WWW-Authenticate", 'Basic realm="x", Negotiate {}==, NTLM'),
    _answer("Proxy-Authenticate", "NTLM {}="),
    _answer("X-WWW-Authenticate", "Negotiate {}"),
    _request("X-Remote-Token"),
    _request("X-Forwarded-Basic-Auth", "Basic {}"),
    (
        "Forwarded",
        lambda s: exchange(headers={"Forwarded": f'for=192.0.2.9;host="u:{_quoted(s)}@h"'}),
    ),
    ("Host with a password", lambda s: exchange(headers={"Host": f"u:{_quoted(s)}@h:80"})),
    ("Host with a token", lambda s: exchange(headers={"Host": f"{_quoted(s)}@h:80"})),
    ("X-Forwarded-Host", lambda s: exchange(headers={"X-Forwarded-Host": f"u:{_quoted(s)}@h"})),
    *(
        _protocols(form)
        for form in (
            "base64url.bearer.authorization.k8s.io.{}, base64.channel.k8s.io",
            "bearer, {}",
            "binary, access_token, {}",
            "Bearer.{}",
            "v4.channel.k8s.io, authorization.bearer.{}",
        )
    ),
    # Addresses that are secrets, or hold one.
    _url("/clustering/v1/webhooks/{}/trigger?V=1"),
    _link("http://192.0.2.7:8778/v1/webhooks/{}/trigger?V=1"),
    _link("http://192.0.2.7/v3/users/1/OS-OAUTH1/access_tokens/{}/roles"),
    _link("http://192.0.2.7/v3/users/1/credentials/OS-EC2/{}"),
    _url("/identity/v3/users/1/OS-OAUTH1/access_tokens/{}/roles/2"),
    _url("/identity/v3/users/1/credentials/OS-EC2/{}"),
    _url("/api/webhooks/123/{}"),
    _url("/cas/v1/tickets/{}"),
    _url("/v1/commands/?wait=false&agent_token={}"),
    _url("/info?swiftinfo_sig={}&swiftinfo_expires=1"),
    _url("/cas/serviceValidate?service=x&ticket={}"),
    _url("/proxy?pgtId={}&pgtIou=PGTIOU-1"),
    _url("/vnc_auto.html?path=%253Ftoken%253D{}", times=2),
    _url("/x?next=%252Fy%253Fa%253D1%2526token%253D{}", times=2),
    _url("/x?path=%25253Ftoken%25253D{}", times=3),
    _url("/x?token%3D{}", times=2),
    _url("/x?a%253D1%2526token%253D{}", times=2),
    (
        "a form that is encoded twice",
        lambda s: exchange(
            body=as_text(f"RelayState=%253Ftoken%253D{_quoted(s, 2)}", "application/x-www-form-urlencoded")
        ),
    ),
    (
        "a page with a query that is encoded twice",
        lambda s: exchange(answer=as_text(f"see /x?next=%2Fy%253Ftoken%253D{_quoted(s)}%2526a%253D1")),
    ),
    ("URL with a token", lambda s: exchange(url=f"http://{_quoted(s)}@192.0.2.7/x")),
    ("URL with a token and no password", lambda s: exchange(url=f"http://{_quoted(s)}:@192.0.2.7/x")),
    (
        "URL with a token for a password",
        lambda s: exchange(url=f"http://{_quoted(s)}:x-oauth-basic@192.0.2.7/x"),
    ),
    (
        "URL with a token in a parameter",
        lambda s: exchange(url=f"{HOST}/?next=http%3A%2F%2F{_quoted(s, 2)}%40h%2F"),
    ),
    _link("https://{}@192.0.2.7/x.git"),
    _link("trust+http://{}@192.0.2.7/alarm"),
    _link("trust+https://{}:delete@192.0.2.7/alarm"),
    # Fields.
    _field('{"resource": {"attributes": {"SecretAccessKey": "SECRET"}}}'),
    _field('{"Credentials": {"SessionToken": "SECRET"}}'),
    _field('{"config": {"agent_token": "SECRET"}}'),
    _field('{"driver_internal_info": {"agent_secret_token": "SECRET"}}'),
    _field('{"token": {"oauth_verifier": "SECRET"}}'),
    _field('{"auth_cred": {"bearer_token": "SECRET"}}'),
    _field('{"node": {"driver_info": {"ipmi_password": "SECRET"}}}'),
    _field('{"driver_info": {"snmp_community": "SECRET"}}'),
    _field('{"driver_info": {"ipmi_hex_kg_key": "SECRET"}}'),
    _field('{"driver_info": {"ipmi_username": "SECRET"}}'),
    _field('{"connection_info": {"data": {"discovery_auth_password": "SECRET"}}}'),
    _field('{"connection_info": {"data": {"keyring": "SECRET"}}}'),
    _field('{"connection_info": {"data": {"key": "SECRET"}}}'),
    _field('{"connection_info": {"data": {"tls_psk": "SECRET"}}}'),
    _field('{"credential": {"access": "SECRET", "secret": "abcdefghij123"}}'),
    _field('{"credentials": [{"access": "SECRET", "secret": "abcdefghij123"}]}'),
    _field('{"credentials": {"access": "SECRET", "signature": "abcdefghij123"}}'),
    _field('{"access_tokens": [{"id": "SECRET", "consumer_id": "7fea2d"}]}'),
    _field('{"access_token": {"id": "SECRET"}}'),
    _field('{"token": {"OS-OAUTH1": {"access_token_id": "SECRET"}}}'),
    _field('{"cluster": {"discovery_url": "SECRET"}}'),
    _field('{"lifecycle_action_token": "SECRET"}'),
    _field('{"url": "SECRET"}', HOST + "/image/v2/images/1/locations"),
    _field('[{"url": "SECRET", "metadata": {}}]', HOST + "/image/v2/images/1/locations"),
    _field('{"auth": {"identity": {"methods": ["mapped"], "mapped": {"id": "SECRET"}}}}'),
    _field('{"auth": {"identity": {"methods": ["openid"], "openid": {"id": "SECRET"}}}}'),
    _field('{"auth": {"identity": {"methods": ["saml2"], "saml2": {"id": "SECRET"}}}}'),
    _field('{"credential": {"type": "cert", "blob": {"pin": "SECRET", "shares": [1, "SECRET"]}}}'),
    (
        "field of any name in a blob",
        lambda s: exchange(
            answer=as_json({"credentials": [{"type": "cert", "blob": json.dumps({"pins": [{"first": s}]})}]})
        ),
    ),
    (
        "EC2 access key in a blob",
        lambda s: exchange(
            answer=as_json({"credential": {"blob": json.dumps({"access": s, "secret": "abcdefghij123"})}})
        ),
    ),
    (
        "user data of the metadata service",
        lambda s: exchange(url="http://192.0.2.7/openstack/latest/user_data", answer=as_text(s)),
    ),
    (
        "user data of the metadata service, EC2",
        lambda s: exchange(url="http://192.0.2.7/2009-04-04/user-data", answer=as_text(s)),
    ),
    (
        "STS in XML",
        lambda s: exchange(
            answer=as_text(
                f"<Credentials><SecretAccessKey>{_coded(s)}</SecretAccessKey>"
                f"<SessionToken>{_coded(s)}</SessionToken></Credentials>",
                "text/xml",
            )
        ),
    ),
]

NARROW: list[tuple[str, Build]] = [
    ("a challenge in a page", lambda s: exchange(answer=as_text(f"WWW-Authenticate: Negotiate {s}=="))),
    (
        "a challenge in JSON",
        lambda s: exchange(answer=as_json({"h": {"WWW-Authenticate": f"Negotiate {s}"}})),
    ),
    (
        "a bearer of a WebSocket in a page",
        lambda s: exchange(answer=as_text(f"-H 'X: base64url.bearer.authorization.k8s.io.{s}'")),
    ),
    ("a user before a host in a page", lambda s: exchange(answer=as_text(f'curl -H "Host: u:{s}@h" x'))),
    ("a user before a host in JSON", lambda s: exchange(answer=as_json({"headers": {"Host": f"u:{s}@h"}}))),
    (
        "an encoded URL with a password",
        lambda s: exchange(answer=as_json({"next": f"http%3A%2F%2Fu%3A{s}%40h%2F"})),
    ),
    ("a session in a path", lambda s: exchange(url=f"{HOST}/cas/login;jsessionid={s}?service=x")),
    (
        "EC2 access key beside a signature",
        lambda s: exchange(body=as_json({"auth": {"mine": {"access": s, "signature": "abcdefghij123"}}})),
    ),
    (
        "EC2 access key before its secret",
        lambda s: exchange(answer=as_json({"mine": {"access": s, "x": 1, "secret": "abcdefghij123"}})),
    ),
    (
        "EC2 access key behind its secret",
        lambda s: exchange(answer=as_json({"mine": {"secret": "abcdefghij123", "x": 1, "access": s}})),
    ),
    (
        "EC2 access key in a string",
        lambda s: exchange(answer=as_json({"note": json.dumps({"access": s, "secret": "abcdefghij123"})})),
    ),
    (
        "EC2 access key as a client prints it",
        lambda s: exchange(answer=as_text(json.dumps([{"Access": s, "Secret": "abcdefghij123"}], indent=2))),
    ),
    ("CAS ticket in a page", lambda s: exchange(answer=as_text(f"your ticket is ST-42-{s}.", "text/html"))),
    (
        "CAS ticket in XML",
        lambda s: exchange(
            answer=as_text(f"<cas:proxyGrantingTicket>PGTIOU-84678-{s}</cas:proxyGrantingTicket>", "text/xml")
        ),
    ),
    ("etcd discovery", lambda s: exchange(answer=as_text(f"ETCD_DISCOVERY=https://discovery.etcd.io/{s}"))),
    (
        "chat webhook",
        lambda s: exchange(
            body=as_json({"alarm_actions": [f"https://hooks.slack.com/services/T024BE7LH/B024BE7LH/{s}"]})
        ),
    ),
]
