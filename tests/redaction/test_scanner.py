import html
import json
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from tests.redaction.canaries import CANARIES, Build
from tests.redaction.forms import spellings
from tracer.redaction import KnownSecrets, Redactor, load_policy, scan

SECRET = "kJ7xQ2mZp9vR4tWs"
FERNET = "gAAAAABm" + "aB3_-xYz" * 20
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3YzFmIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"X-Auth-Token: {SECRET}", "X-Auth-Token"),
        (f"a\n  X-Subject-Token: '{SECRET}'", "X-Subject-Token"),
        (f"Authorization: Bearer {SECRET}", "credentials line"),
        (f"Cookie: sessionid={SECRET}", "cookie line"),
        (f'{{"password": "{SECRET}"}}', "password"),
        (f'"{{\\"password\\": \\"{SECRET}\\"}}"', "password"),
        (f"{{'adminPass': u'{SECRET}'}}", "admin_pass"),
        (f"<td>http://x/?token={SECRET}</td>", "token"),
        (f"http://x/?a=1&amp;temp_url_sig={SECRET}", "query parameter"),
        (f"openstack --os-password {SECRET} server list", "OS_PASSWORD"),
        (f"openstack '--os-token={SECRET}'", "OS_TOKEN"),
        (f"export OS_PASSWORD={SECRET}", "OS_PASSWORD"),
        (f"mysql://root:{SECRET}@db/x", "URL user:password"),
        (f"https:\\/\\/root:{SECRET}@db\\/x", "URL user:password"),
        (f"amqp://<password-1>@h1:5672,v:{SECRET}@h2", "user:password of a further host"),
        (f"u:{SECRET}@h1,v:<password-1>@[fd00::2]:5672,w:{SECRET}@h3", "user:password of a further host"),
        (FERNET, "Fernet token"),
        (f'"\\n{FERNET}"', "Fernet token"),
        (f"x%3D{FERNET}", "Fernet token"),
        (f"/identity/v3/OS-X/{FERNET}", "Fernet token"),
        (f"?next=/a/{FERNET}", "Fernet token"),
        (f"<token-1>{FERNET}", "Fernet token"),
        (f"http://h/{JWT}", "JSON web token"),
        (f"openstack --passw {SECRET}", "command line option"),
        (JWT, "JSON web token"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQ==\n-----END PRIVATE KEY-----", "PEM block"),
        ('"-----BEGIN EC PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n', "PEM block"),
        (f"<adminPass>{SECRET}</adminPass>", "admin_pass"),
    ],
)
def test_what_looks_like_a_secret(text: str, rule: str) -> None:
    findings = scan(text)
    assert rule in [finding.rule for finding in findings]
    assert not any(value in str(finding) for finding in findings for value in (SECRET, FERNET, JWT, "MII"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "redacted: {X-Auth-Token: 1, X-Subject-Token: 1, auth.identity.password.user.password: 1}",
        "  X-Auth-Token: <token-1>\n  Set-Cookie: a=<cookie-1>; Path=/",
        "  Authorization: Basic <credentials-1>",
        "<td>X-Auth-Token: &lt;token-1&gt;</td>",
        "Note over client: X-Auth-Token #60;token-1#62;, X-Auth-Token: #lt;token-1#gt;",
        '"password": "<password-1>", "secret": null, "password": "***", "token": "&lt;token-1&gt;"',
        "openstack '--os-password=<password-1>' --os-token '<token-1>' --password <password>",
        "openstack --os-password=$OS_PASSWORD",
        "http://u:<password-1>@h/?token=<token-1>&x=%3Ctoken-1%3E&token=%3Ctoken-1%3E",
        "X-Auth-Token: {SHA256}0123456789abcdef",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQ\n-----END PUBLIC KEY-----",
        "a header -----BEGIN PRIVATE KEY----- starts a key",
        "password_expires_at: 2030-01-01T00:00:00.000000",
        "scheme://user:password@host",
        "mailto:someone@example.org http://example.org/@user:x",
        "The token is checked; the password: see below. Set OS_PASSWORD and --os-password.",
        "iVBORw0KGgoAAAANSUhEUgAAgAAAAABBCDefghijklmnopqrstuvwxyz0123456789",
        "<token-1> <removed>",
        "QUJDREVGhijklmnop0123/gAAAABCDefghijklmnopqrstuvwxyz0123456789",
        "/data/gAAAAshort",
        "openstack --user someone-else --project 0123456789abcdef --private-key id_rsa_of_mine",
    ],
)
def test_what_does_not(text: str) -> None:
    assert scan(text) == []


def test_a_place_is_a_line_and_a_column() -> None:
    (finding,) = scan(f"a\nbc\n  X-Auth-Token: {SECRET}\n")
    assert (finding.line, finding.column) == (3, 17)
    assert str(finding) == "X-Auth-Token at 3:17"
    text = f"OS_TOKEN={SECRET}\n\n\nOS_TOKEN={SECRET} OS_TOKEN={SECRET}\n{FERNET}"
    assert [(found.line, found.column) for found in scan(text)] == [(1, 10), (4, 10), (4, 36), (5, 1)]


@pytest.mark.parametrize("spelling", spellings(SECRET))
def test_known_secrets_are_found_in_any_spelling(spelling: str) -> None:
    known = KnownSecrets()
    known.add("password", SECRET)
    text = f"one\ntwo {spellings(SECRET)[spelling]} three"
    for artefact in (text, json.dumps(text), html.escape(text), yaml.safe_dump({"a": text})):
        assert [finding.rule for finding in scan(artefact, known=known)] == ["known secret"]
    assert scan(text.replace("three", ""), known=KnownSecrets()) == []


@pytest.mark.parametrize(("name", "build"), CANARIES, ids=[name for name, _ in CANARIES])
def test_every_redacted_exchange_passes_as_yaml_and_html(name: str, build: Build) -> None:
    import msgspec

    redactor = Redactor(load_policy())
    document = msgspec.to_builtins(redactor.exchange(build(SECRET)))
    for text in (
        yaml.safe_dump(document, allow_unicode=True, sort_keys=False),
        yaml.safe_dump(document, default_style='"'),
        html.escape(yaml.safe_dump(document)),
        quote(json.dumps(document)),
    ):
        assert scan(text, known=redactor.known) == []


class _Text(str):
    """A text that counts the characters in which the beginning of a line is looked for."""

    __slots__ = ("looked_at",)

    def rfind(self, *where: Any) -> int:
        self.looked_at = getattr(self, "looked_at", 0) + where[2] - where[1]
        return super().rfind(*where)


@pytest.mark.parametrize("end", [" ", "\n"])
def test_the_places_of_many_secrets_are_found_in_one_pass(end: str) -> None:
    text = _Text(f"X-Auth-Token: {SECRET}{end}" * 200)
    assert len(scan(text)) == 200
    # The line of each name is looked at too, but no more than 300 characters of it.
    assert text.looked_at <= len(text) + 200 * 300


@pytest.mark.parametrize("gap", ["", "\n", "é\n\n", "x" * 100])
def test_places_count_lines_and_columns_from_1(gap: str) -> None:
    text = f"{gap}password={SECRET} token={SECRET}\n{gap}password={SECRET}"
    found = scan("a: 1\n" + "".join(f"X-Auth-Token: {SECRET}{gap} " for _ in range(3)) + text)
    lines = ("a: 1\n" + "".join(f"X-Auth-Token: {SECRET}{gap} " for _ in range(3)) + text).split("\n")
    assert found
    assert all(lines[one.line - 1][one.column - 1 :].startswith(SECRET) for one in found)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            (
                "clouds:\n  a:\n    auth:\n      username: u\n      password: Fj3kPz\n"
                "      application_credential_secret: aB3d\n"
            ),
            [(5, 17), (6, 38)],
        ),
        ("export OS_USERNAME=u\nexport OS_PASSWORD=nomoresecret\n", [(2, 20)]),
        ('{"auth":{"identity":{"password":{"user":{"name": "u", "password":"asdf"}}}}}', [(1, 67)]),
        ("[keystone_authtoken]\nusername = u\npassword = a b\n", [(3, 12)]),
    ],
)
def test_a_value_by_its_name_is_found_however_short(text: str, places: list[tuple[int, int]]) -> None:
    assert [(found.line, found.column) for found in scan(text)] == places
