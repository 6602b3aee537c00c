"""What is no secret stays as it was sent."""

import json

import pytest

from tests.redaction.canaries import as_base64, as_json, as_text, exchange
from tracer.model import Exchange
from tracer.redaction import Redactor, load_policy

TOKEN = {
    "token": {
        "methods": ["password", "token"],
        "user": {"id": "7c1f", "name": "demo", "password_expires_at": "2030-01-01T00:00:00.000000"},
        "audit_ids": ["mYfq4Qb0RWmyE5mY5Oq0_A"],
        "expires_at": "2022-12-12T09:37:10.000000Z",
        "catalog": [
            {"endpoints": [{"id": "e1", "url": "http://192.0.2.7/image"}], "type": "image", "id": "c1"}
        ],
        "OS-TRUST:trust": {"id": "t1", "trustor_user": {"id": "u1"}, "impersonation": False},
        "is_domain": False,
        "secret": None,
        "password": "",
    }
}
DOCUMENTS = [
    TOKEN,
    {
        "secret_ref": "http://192.0.2.7/key-manager/v1/secrets/99",
        "name": "k",
        "key": "value",
        "url": "http://x/",
    },
    {"image": {"id": "9c31f2c6-f22c-440e-b670-d8d5a5cc0405", "checksum": "d8e8fca2dc0f896fd7cb4cb0031ba249"}},
    {"links": [{"rel": "self", "href": "http://192.0.2.7/v2.1/servers?limit=2&marker=abc&sort_key=name"}]},
    {
        "metadata": {"key": "x", "blob": "y", "payload": "z", "id": "1"},
        "keypairs": [{"name": "a", "public_key": "b"}],
    },
    {
        "password_regex": "^.{8,}$",
        "unique_last_password_count": 3,
        "minimum_password_age": 0,
        "has_secret": True,
    },
    {"user": {"name": "password", "description": "token: none", "email": "a@example.org"}},
    {"credential": {"blob": json.dumps({"trust_id": "9f3b1c7de8a04b62", "app_cred_id": None})}},
    {"ec2": {"blob": json.dumps({"a": 1, "b": [1, 2, {"c": None}]})}},
]
URLS = [
    "http://192.0.2.7/identity/v3/auth/tokens?nocatalog",
    "http://192.0.2.7/identity/v2.0/tokens/revoked",
    "http://192.0.2.7/identity/v2.0/tokens",
    "http://192.0.2.7:9292//v2/images/?name=a%20b&sort=name%3Aasc&limit=&x",
    "http://u@[2001:db8::1]:80/a;b=c?d=e=f#g",
    "http://192.0.2.7/a%2Fb?next=http%3A%2F%2Fx%2F%3Fa%3Db",
    "*",
    "",
]


def _unchanged(sent: Exchange) -> None:
    redactor = Redactor(load_policy())
    assert redactor.exchange(sent) == sent
    assert redactor.counts == {}
    assert redactor.notes() == []
    assert redactor.generation == 0


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents(document: object) -> None:
    body = as_json(document)
    laid_out = json.dumps(document, indent=2)
    redacted = Redactor(load_policy()).exchange(exchange(answer=body))
    assert redacted.response is not None
    assert redacted.response.body is not None
    assert redacted.response.body.json == laid_out
    assert redacted.response.body.size == body.size


@pytest.mark.parametrize("url", URLS)
def test_urls(url: str) -> None:
    _unchanged(exchange(url=url, answer_headers={"Location": url}))


def test_headers_keep_order_case_and_values() -> None:
    _unchanged(
        exchange(
            headers={"user-AGENT": "x/1 (a; b)", "Accept": ["a", "b"], "X-Auth-User": "demo", "Cookie": ""},
            answer_headers={
                "Set-Cookie": "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "X-Openstack-Request-Id": "req-9c31f2c6-f22c-440e-b670-d8d5a5cc0405",
                "Vary": "X-Auth-Token",
                "WWW-Authenticate": "Keystone uri='http://192.0.2.7/identity'",
                "Content-Type": "application/json",
                "Location": "http://192.0.2.7/console?x=<token-1>",
            },
        )
    )


def test_text_and_bytes() -> None:
    _unchanged(exchange(body=as_text("token password secret: a-b\n{not json", "text/plain")))
    _unchanged(exchange(body=as_text('{"a" : [1,  2]}\n')))
    _unchanged(exchange(body=as_text("a=b&c=%20&d", "application/x-www-form-urlencoded")))
    _unchanged(exchange(body=as_base64(bytes(range(256)) * 20)))


def test_what_stands_for_a_secret_already() -> None:
    _unchanged(
        exchange(
            url="http://u:<password-3>@h/v2.0/tokens/<token-2>?token=<token-2>",
            headers={
                "X-Auth-Token": "<token-2>",
                "Authorization": "Basic <credentials-1>",
                "Cookie": "a=<cookie-1>",
            },
            answer=as_text(
                '"password": "***", OS_TOKEN=$TOKEN --os-password <password> X-Auth-Token: <removed>'
            ),
        )
    )


@pytest.mark.parametrize(
    "script",
    [
        "s={text:!0,password:!0,number:!1,token:!1}",
        "var token = new lunr.Token (str, metadata)",
        "lunr.Token = function (str, metadata) {",
        "lunr.token = function named(str) {",
    ],
)
def test_expressions_of_a_script(script: str) -> None:
    assert Redactor(load_policy()).log_line(script) == script


@pytest.mark.parametrize(
    "line", ["password: !0x9kJ7", "token = new secret", "password: function kJ7xQ2", 'password: "!09kJ"']
)
def test_secrets_that_begin_like_an_expression_are_removed(line: str) -> None:
    assert Redactor(load_policy()).log_line(line) != line


def test_a_literal_is_never_rewritten() -> None:
    text = '{"a": 1.0e5, "a": 123456789012345678901234567890, "b": NaN, "c": "\\u00e9\\/"}'
    redacted = Redactor(load_policy()).exchange(
        exchange(answer=as_json({}).__class__(type="x", size=1, json=text))
    )
    assert redacted.response is not None
    assert redacted.response.body is not None
    assert redacted.response.body.json == text.replace("{", "{\n  ").replace("}", "\n}").replace(
        ", ", ",\n  "
    )
