"""Every place that facts.md names, as data: a name, and how to hide a secret there."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from tracer.model import Body, Exchange, Headers, Request, Response

Build = Callable[[str], Exchange]
HOST = "http://192.0.2.7"


def exchange(
    *,
    method: str = "GET",
    url: str = f"{HOST}/compute/v2.1/servers/1",
    headers: Headers | None = None,
    body: Body | None = None,
    answer: Body | None = None,
    answer_headers: Headers | None = None,
    status: int = 200,
    reason: str = "OK",
    error: str | None = None,
) -> Exchange:
    return Exchange(
        sender="client",
        receiver="nova",
        started=0.5,
        ended=0.75,
        request=Request(method=method, url=url, headers=headers or {}, body=body),
        response=Response(status=status, reason=reason, headers=answer_headers or {}, body=answer),
        error=error,
    )


def as_json(document: object, kind: str = "application/json") -> Body:
    text = json.dumps(document)
    return Body(type=kind, size=len(text), json=text)


def as_text(text: str, kind: str = "text/plain") -> Body:
    return Body(type=kind, size=len(text.encode()), text=text)


def as_base64(data: bytes, kind: str = "application/octet-stream") -> Body:
    return Body(type=kind, size=len(data), base64=base64.b64encode(data).decode())


def _header(name: str, form: str = "{}") -> tuple[str, Build]:
    return f"header {name}: {form}", lambda s: exchange(headers={name: form.format(s)})


def _answer_header(name: str, form: str = "{}", *, quoted: bool = False) -> tuple[str, Build]:
    return (
        f"answer header {name}: {form}",
        lambda s: exchange(answer_headers={name: form.format(quote(s, safe="") if quoted else s)}),
    )


def _field(path: str, url: str = f"{HOST}/compute/v2.1/servers") -> tuple[str, Build]:
    def document(secret: str) -> object:
        value: object = secret
        for step in reversed(path.replace("[]", ".[]").split(".")):
            value = [value] if step == "[]" else {"before": "x", step: value, "id": 7}
        return value

    return f"JSON {path} {url.removeprefix(HOST)}", lambda s: exchange(
        method="POST", url=url, body=as_json(document(s)), answer=as_json(document(s))
    )


def _query(name: str) -> tuple[str, Build]:
    return f"query {name}", lambda s: exchange(url=f"{HOST}/a/b?limit=1&{name}={quote_plus(s)}&marker=2")


def _form(name: str) -> tuple[str, Build]:
    kind = "application/x-www-form-urlencoded; charset=utf-8"
    return f"form {name}", lambda s: exchange(
        method="POST", body=as_text(f"a=b&{name}={quote_plus(s)}", kind)
    )


def _whole(secret: str) -> str:
    return quote(secret, safe="")


def _pem(secret: str) -> str:
    lines = base64.encodebytes((secret * 8).encode()).decode()
    return f"-----BEGIN RSA PRIVATE KEY-----\n{lines}-----END RSA PRIVATE KEY-----\n"


def _basic(secret: str) -> str:
    return base64.b64encode(f"admin:{secret}".encode()).decode()


HEADERS = [
    _header("X-Auth-Token"),
    _header("x-auth-token"),
    _answer_header("X-Subject-Token"),
    _header("X-Service-Token"),
    _answer_header("X-Storage-Token"),
    _header("X-Auth-Key"),
    _header("X-Storage-Pass"),
    _answer_header("Openstack-Auth-Receipt"),
    _header("Authorization", "Bearer {}"),
    _header("Authorization", "{}"),
    _header("Authorization", 'OAuth oauth_token="{}", oauth_version="1.0"'),
    _header("Proxy-Authorization", "Negotiate {}"),
    (
        "header Authorization: Basic",
        lambda s: exchange(headers={"Authorization": f"Basic {_basic(s)}", "Y": s}),
    ),
    _header("Cookie", "theme=dark; sessionid={}"),
    _answer_header("Set-Cookie", "sessionid={}; Path=/; HttpOnly"),
    (
        "answer header Set-Cookie, repeated",
        lambda s: exchange(answer_headers={"Set-Cookie": ["a=1; Path=/", f"b={quote(s)}; Path=/"]}),
    ),
    _header("X-Account-Meta-Temp-URL-Key"),
    _header("X-Account-Meta-Temp-URL-Key-2"),
    _header("X-Container-Meta-Temp-URL-Key"),
    _header("X-Container-Meta-Temp-URL-Key-2"),
    _header("X-Container-Sync-Key"),
    _header("X-Container-Sync-Auth"),
    _header("URL-Signature"),
    _header("X-API-Key"),
    _header("X-CSRF-Token"),
    _answer_header("Location", HOST + "/console?token={}", quoted=True),
    _answer_header("Content-Location", "/v2.0/tokens/{}", quoted=True),
    _answer_header("Referer", HOST + "/x?temp_url_sig=abc&Signature={}", quoted=True),
    _answer_header("Link", "<" + HOST + "/x?token={}>; rel=next", quoted=True),
    _answer_header("Location", "http://admin:{}@192.0.2.7/", quoted=True),
]

FIELDS = [
    _field("auth.identity.password.user.password"),
    _field("auth.identity.token.id"),
    _field("auth.identity.application_credential.secret"),
    _field("auth.identity.totp.user.passcode"),
    _field("access.token.id"),
    _field("auth.passwordCredentials.password"),
    _field("user.password"),
    _field("user.original_password"),
    _field("server.adminPass"),
    _field("server.admin_pass"),
    _field("secret"),
    _field("client_secret"),
    _field("keypair.private_key"),
    _field("server.user_data"),
    _field("server.OS-EXT-SRV-ATTR:user_data"),
    _field("server.personality[].contents"),
    _field("console.url"),
    _field("remote_console.url"),
    _field("console_password"),
    _field("connection_info.data.auth_password"),
    _field("connection_info.data.deep[].auth_username"),
    _field("auth_key"),
    _field("access_key"),
    _field("auth_password"),
    _field("images[].locations[].url"),
    _field("direct_url"),
    _field("ikepolicy.psk"),
    _field("certificate.pem"),
    _field("passphrase"),
    _field("driver_info.ipmi_address"),
    _field("nodes[].driver_info.ipmi_password"),
    _field("configdrive"),
    _field("oauth_token"),
    _field("oauth_token_secret"),
    _field("config.ldap.password"),
    _field("tsigkey.secret"),
    _field("key", f"{HOST}/dns/v2/zones/1/tasks/transfer_requests"),
    _field("key", f"{HOST}/dns/v2/zones/tasks/transfer_accepts"),
    _field("payload", f"{HOST}/key-manager/v1/secrets"),
    (
        "JSON credential.blob",
        lambda s: exchange(
            body=as_json({"credential": {"type": "ec2", "blob": json.dumps({"access": "a", "secret": s})}})
        ),
    ),
    (
        "JSON credential.blob, no JSON",
        lambda s: exchange(body=as_json({"credential": {"type": "totp", "blob": s}})),
    ),
    (
        "JSON credentials[].blob",
        lambda s: exchange(answer=as_json({"credentials": [{"blob": json.dumps({"secret": s})}]})),
    ),
    ("JSON password as a number", lambda s: exchange(body=as_json({"password": 987654321012345}))),
    ("JSON passwords in a list", lambda s: exchange(body=as_json({"password": ["x", s]}))),
    (
        "JSON in JSON in JSON",
        lambda s: exchange(body=as_json({"a": json.dumps({"b": json.dumps({"password": s})})})),
    ),
    (
        "JSON key with escapes",
        lambda s: exchange(
            body=Body(type="application/json", size=9, json='{"p\\u0061ssword": %s}' % json.dumps(s))  # noqa: UP031
        ),
    ),
    (
        "JSON Patch",
        lambda s: exchange(
            method="PATCH",
            body=as_json(
                [{"value": s, "op": "add", "path": "/driver_info/ipmi_username"}],
                "application/json-patch+json",
            ),
        ),
    ),
    (
        "JSON Patch of an image's locations",
        lambda s: exchange(
            method="PATCH",
            body=as_json(
                [{"op": "add", "path": "/locations/-", "value": {"url": s, "metadata": {}}}],
                "application/openstack-images-v2.1-json-patch",
            ),
        ),
    ),
    (
        "torn JSON",
        lambda s: exchange(
            body=Body(type="application/json", size=9, json='{"auth": {"password": %s, "x' % json.dumps(s))  # noqa: UP031
        ),
    ),
    (
        "torn JSON, token id",
        lambda s: exchange(
            body=Body(type="application/json", size=9, json=f'{{"token": {{"id": "{quote(s)}')
        ),
    ),
    ("JSON sent as text", lambda s: exchange(body=as_text(json.dumps({"adminPass": s})))),
]

PARAMETERS = [
    *map(
        _query,
        [
            "temp_url_sig", "Signature", "X-Amz-Signature", "X-Amz-Credential", "token", "oauth_token",
            "oauth_verifier", "code", "assertion", "refresh_token", "id_token", "code_verifier",
            "SAMLRequest", "SAMLResponse",
        ],
    ),
    *map(
        _form,
        [
            "password", "client_secret", "token", "oauth_token", "oauth_token_secret", "code", "assertion",
            "refresh_token", "id_token", "code_verifier", "SAMLRequest", "SAMLResponse", "signature",
        ],
    ),
    ("path /v2.0/tokens", lambda s: exchange(url=f"{HOST}/identity/v2.0/tokens/{_whole(s)}/endpoints")),
    ("path of console tokens", lambda s: exchange(url=f"{HOST}/v2.1/os-console-auth-tokens/{_whole(s)}")),
    ("noVNC path", lambda s: exchange(url=f"{HOST}/vnc_auto.html?path={_whole('?token=' + _whole(s))}")),
    ("fragment", lambda s: exchange(url=f"{HOST}/callback#access_token={quote(s)}")),
    (
        "multipart form",
        lambda s: exchange(
            body=as_text(
                f'--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n{s}\r\n--b--',
                "multipart/form-data",
            )
        ),
    ),
]  # fmt: skip

WHOLE = [
    (
        "Barbican payload, read",
        lambda s: exchange(url=f"{HOST}/key-manager/v1/secrets/1/payload", answer=as_text(s)),
    ),
    (
        "Barbican payload, read as bytes",
        lambda s: exchange(url=f"{HOST}/v1/secrets/1/payload", answer=as_base64(s.encode() + b"\xff")),
    ),
    ("Barbican payload, put", lambda s: exchange(method="PUT", url=f"{HOST}/v1/secrets/1", body=as_text(s))),
    ("Barbican payload, old style", lambda s: exchange(url=f"{HOST}/v1/secrets/1/", answer=as_text(s))),
    (
        "SAML assertion",
        lambda s: exchange(
            method="POST",
            url=f"{HOST}/identity/v3/auth/OS-FEDERATION/saml2/ecp",
            answer=as_text(s, "text/xml"),
        ),
    ),
    ("SAML by type", lambda s: exchange(body=as_text(s, "application/vnd.paos+xml"))),
    (
        "SAML in text",
        lambda s: exchange(
            body=as_text(f"<x><saml:Assertion ID='1'>{quote(s)}</saml:Assertion></x>", "text/xml")
        ),
    ),
    (
        "websso form",
        lambda s: exchange(
            answer=as_text(f'<input type="hidden" name="token" value="{quote(s)}"/>', "text/html")
        ),
    ),
]

PATTERNS = [
    ("userinfo in a URL", lambda s: exchange(url=f"http://admin:{quote(s, safe='')}@192.0.2.7/")),
    (
        "userinfo in text",
        lambda s: exchange(answer=as_text(f"see amqp://nova:{quote(s, safe='')}@mq:5672/ for")),
    ),
    (
        "userinfo in JSON",
        lambda s: exchange(answer=as_json({"dsn": f"mysql://nova:{quote(s, safe='')}@db/nova"})),
    ),
    ("userinfo in an error", lambda s: exchange(error=f"cannot connect to http://u:{quote(s, safe='')}@h/")),
    ("PEM in text", lambda s: exchange(answer=as_text(f"here: {_pem(s)} that's all"))),
    ("PEM in JSON", lambda s: exchange(answer=as_json({"x": {"y": _pem(s)}}))),
    ("PEM in JSON in JSON", lambda s: exchange(answer=as_json({"x": json.dumps({"y": _pem(s)})}))),
    ("PEM torn off", lambda s: exchange(answer=as_text(_pem(s)[:-40]))),
    ("header line", lambda s: exchange(answer=as_text(f"curl -H 'X-Auth-Token: {quote(s)}' http://x/"))),
    ("Python repr", lambda s: exchange(answer=as_text(str({"password": quote(s)})))),
    ("shell", lambda s: exchange(answer=as_text(f"export OS_PASSWORD={quote(s)}\nopenstack"))),
    ("command in text", lambda s: exchange(answer=as_text(f"openstack --os-token {quote(s)} server list"))),
    ("URL in JSON", lambda s: exchange(answer=as_json({"href": f"{HOST}/?temp_url_sig={quote(s)}&x=1"}))),
    (
        "URL in JSON as Go writes it",
        lambda s: exchange(
            answer=Body(
                type="application/json",
                size=9,
                json=f'{{"h": "http://x/?a=1\\u0026token={quote(s)}\\u0026b"}}',
            )
        ),
    ),
    (
        "XML",
        lambda s: exchange(answer=as_text(f"<a><adminPass>{quote(s)}</adminPass></a>", "application/xml")),
    ),
]

CANARIES: list[tuple[str, Build]] = [*HEADERS, *FIELDS, *PARAMETERS, *WHOLE, *PATTERNS]
