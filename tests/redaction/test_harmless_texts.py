"""Texts that name a secret and hold none, and texts like these that hold one."""

from __future__ import annotations

import json

import pytest

from tests.redaction.canaries import as_json, as_text, exchange
from tracer.redaction import Redactor, load_policy, scan

POLICY = load_policy()


def _kept(text: str) -> str:
    """Return what the redactor of a new run leaves of a text."""
    return Redactor(POLICY).text(text)


NO_SECRETS = [
    '{"methods": ["password", "token"], "x": [["password", "totp"]]}',
    '[["password", "x1y2z3", "other"]]',
    "token:\n  type: string\n  name: x1y2z3\n",
    "secrets:\n  bob: x1y2z3\n",
    "PASSWORD=\\\n  ",
    "the password is required",
    "The token is checked; the password: see below. Set OS_PASSWORD and --os-password.",
    "password: The password of the user, which must not be empty",
    "Password: see the manual of your cloud",
    "a user's password, token or secret",
    "See https://docs.example.org/password/token?lang=en",
    "http://192.0.2.7/identity/v3/auth/tokens",
    'password: ""',
    "password: ''",
    "password:\nuser: x",
    "password: null",
    "password: ~",
    "password: <password>",
    "password: <your password here>",
    "password = $PASSWORD",
    "password: ${X}",
    "password: ${db.password}",
    "password: $(pwgen 12)",
    'password: "{{ x }}"',
    "password: {{ lookup('x') }}",
    "password = %(x)s",
    "password: ***",
    "password: ********",
    "password: xxxxxxxx",
    "password: REDACTED",
    "X-Auth-Token: gAAAA…12",
    "password: [MASKED]",
    "password: *anchor",
    "password: {get_param: db_password}",
    "password: { get_resource: random }",
    "<password></password>",
    "<password/>",
    "<password>${PASSWORD}</password>",
    '{"password": null, "token": true, "secret": ""}',
    '{"password": {"type": "string", "minLength": 8}}',
    '{"name": "db_password", "type": "string", "value": null}',
    '{"name": "db_password", "description": "the password of the database"}',
    '{"methods": ["password", "token"], "value": "x1y2z3"}',
    "password_expires_at: 2030-01-01T00:00:00",
    "secret_ref: http://192.0.2.7/key-manager/v1/secrets/99",
    "token_type: bearer",
    "key_name: my-key",
    "public_key: ssh-rsa AAAAB3Nz",
    "keypair: my-keypair",
    "token_endpoint: http://192.0.2.7/token",
    "password_policy: strict",
    "tokenTtl: 3600",
    "secret_name: db",
    "bypass: fast",
    "compass = north",
    "max_tokens: 4096",
    "PWD=/opt/stack",
    "def login(user: str, password: str, token: str | None = None) -> Token:",
    "    password: str",
    "    token: Token | None = None",
    "    client.login(user=user, password=password, token=self._token)",
    "password = options.password",
    "token = get_token(session)",
    "| Field | Value |\n| password | string |",
    "| Name | Token | Description |",
    "password reset",
    "Password required\nToken expired.\n",
    "Secret Store",
    "token ID",
    "Tokens v3",
    "  token v2.1\n",
    "password PASSWORD",
    "password not in values",
    "password https://docs.example.org/",
    "the login user password reset",
    "adminPass (Optional)",
    "redacted:\n  password: 12\n  X-Auth-Token: 12345\n",
    "redacted: {password: 1234, X-Auth-Token: 1}",
]


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_is_no_secret_stays(text: str) -> None:
    redactor = Redactor(POLICY)
    assert redactor.text(text) == text
    assert redactor.text(json.dumps({"description": text})) == json.dumps({"description": text})
    assert scan(text) == []


@pytest.mark.parametrize("text", ["password: <password-1>", '"token": "<token-2>"', "secret = <removed>"])
def test_pseudonyms_are_no_findings(text: str) -> None:
    assert scan(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "connect(user=user, password=db_password)",
        "connect(\n    user=user,\n    password=db_password,\n)",
        "client = Client(user.name, password=user.my_password)",
        "def f():\n    password = admin_password\n",
        "import os\n\nfoo.password = args.os_password",
        "const password = db_password",
        "password = db_password;",
        "x = {'user': user, 'password': db_password}",
        "    'password': db_password,",
        'export OS_PASSWORD="$admin_password"',
        "export OS_PASSWORD=$admin_password",
        "password: $db_password",
    ],
)
def test_a_variable_of_a_program_stays(text: str) -> None:
    assert _kept(text) == text
    assert not scan(text)


@pytest.mark.parametrize(
    "text",
    [
        "token: Forbidden\n",
        "Token: Bearer",
        "access_token: bearer",
        "token: expired, user: x",
        "The token: invalid.",
        "passwd: files systemd",
        "passwd:         files sss\n",
        "update_password: on_create",
        "chap_password_len = 14",
        "See token: https://docs.openstack.org/keystone/token.html",
        "paste.filter_factory = keystonemiddleware.auth_token:filter_factory\n",
        "password = keystone.auth.plugins.password:Password\n",
        "v3password = keystoneauth1.loading._plugins.identity.v3_password:Password\n",
        "path_to_private_key=/etc/ssl/private/x.pem\n",
        "pathToPrivateKey: /etc/x.pem",
        '{"path_to_token": "/run/token"}',
        "Invalid input for field/attribute admin_password. Value: None. None is not of type 'string'",
        "Invalid input for field 'password': None is not of type 'string'",
        "Invalid input for 'adminPass': [] is not of type 'string'",
        "uwsgi --http :8778 --wsgi-file x",
        "uwsgi --http 127.0.0.1:8778",
        "see /os-console-auth-tokens/v2.31/x.json",
        "http://h/v2.0/tokens/v3/x",
        "_user_data: https",
        ".. _user_data: https://docs.openstack.org/x",
        ".. _password: ../x.html",
        "user_data: https://h/x",
        "assert2=${f:assertion:isolated_cores contains online CPU(s):${isolated_cores}}",
    ],
)
def test_a_text_that_says_something_of_a_secret_stays(text: str) -> None:
    assert _kept(text) == text
    assert not scan(text)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("db.password:kJ7xQ2\n", "kJ7xQ2"),
        ("token: forbidden7", "forbidden7"),
        ('token: "Forbidden"', "Forbidden"),
        ("token: https://u:kJ7xQ2@h/", "kJ7xQ2"),
        ("token: https://h/?token=kJ7xQ2", "kJ7xQ2"),
        ("passwd: files kJ7xQ2", "kJ7xQ2"),
        ("private_key=/kJ7xQ2/x", "kJ7xQ2"),
        ("Invalid input for field/attribute adminPass. Value: kJ7xQ2. 'kJ7xQ2' is too short", "kJ7xQ2"),
        ("Invalid input for field 'password': kJ7xQ2 is not of type 'string'", "kJ7xQ2"),
        (
            "Invalid input for field/attribute server/adminPass. Value: kJ7xQ2. 'kJ7xQ2' is too short",
            "kJ7xQ2",
        ),
        ("Invalid input for field 'user/password': 'kJ7xQ2' is too short", "kJ7xQ2"),
        ("Invalid input for field 'identity/password/user/password': 'kJ7xQ2' is too short", "kJ7xQ2"),
        ('"user/password": "kJ7xQ2"', "kJ7xQ2"),
        ("x --http-password kJ7xQ2", "kJ7xQ2"),
        ("x --http-pass kJ7xQ2", "kJ7xQ2"),
        ("/os-console-auth-tokens/v2kJ7xQ2", "kJ7xQ2"),
        ("/os-console-auth-tokens/v2.31-kJ7xQ2", "kJ7xQ2"),
        ("user_data: https://u:kJ7xQ2@h/x", "kJ7xQ2"),
        ("see x:password:kJ7xQ2", "kJ7xQ2"),
    ],
)
def test_what_is_like_such_a_text_goes(text: str, secret: str) -> None:
    assert secret not in _kept(text)


def test_an_ordinary_word_of_a_text_is_not_searched_for() -> None:
    sent = exchange(answer=as_text("password: Teapotful\n"), status=418, reason="Teapotful")
    redacted = Redactor(POLICY).exchange(sent)
    assert redacted.response is not None
    assert redacted.response.reason == "Teapotful"
    assert redacted.response.body is not None
    assert redacted.response.body.text == "password: <password-1>\n"


@pytest.mark.parametrize("name", ["access_token_id", "token", "oauth_token"])
def test_a_location_under_the_name_of_a_token_stays(name: str) -> None:
    document = {"href-vars": {name: "http://docs.openstack.org/api/rel/token#id"}}
    redacted = Redactor(POLICY).exchange(exchange(answer=as_json(document)))
    assert redacted.response is not None
    assert redacted.response.body is not None
    assert json.loads(redacted.response.body.json or "") == document
