import pytest

from tests.redaction.canaries import exchange
from tracer.redaction import Redactor, load_policy

SECRET = "kJ7xQ2mZp9vR4tWs"


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (
            "Bad HTTP request line: b'GET http://u:{}@h/ x HTTP/1.1'",
            "Bad HTTP request line: b'GET <removed>'",
        ),
        (
            "Bad HTTP request line: b'GET http://u:{}@h/x HTTP/9'",
            "Bad HTTP request line: b'GET http://u:<password-1>@h/x HTTP/9'",
        ),
        ("Bad HTTP request line: b'GET {}://x/ HTTP/1.1'", "Bad HTTP request line: b'GET <removed>'"),
        (
            "Bad HTTP request line: b'CONNECT {}@h:443 HTTP/1.1'",
            "Bad HTTP request line: b'CONNECT <removed>'",
        ),
        ("Bad HTTP request line: b'{}'", "Bad HTTP request line: b'<removed>'"),
        ("Bad HTTP response line: b'HTTP/1.1 {}'", "Bad HTTP response line: b'<removed>'"),
        ('Bad HTTP request line: b"GET \'{}"', 'Bad HTTP request line: b"GET <removed>"'),
        ("Invalid header line: b'X-Auth-Token {}'", "Invalid header line: b'<removed>'"),
        ("Invalid header line: b'X-Auth-Token : {}'", "Invalid header line: b'X-Auth-Token : <removed>'"),
        ("Invalid header line: b'X-Auth-Token \\'{}", "Invalid header line: b'<removed>'"),
        ("invalid content-length header: '{}'", "invalid content-length header: '<removed>'"),
        ("unknown transfer-encoding header: b'{}'", "unknown transfer-encoding header: b'<removed>'"),
        ("multiple transfer-encoding headers: [b'{}', b'x']", None),
        ("Unknown pseudo headers: {{b':x': b'{}'}}", None),
        ("HTTP/2 protocol error: Received header value surrounded by whitespace b'{} '", None),
        ("Unexpected data from server: b'{}'", "Unexpected data from server: b'<removed>'"),
        ("the client does not trust the proxy's certificate for {}@h (tls)", None),
        ("cannot reach http://u:{}%2F%27@h/", "cannot reach http://u:<password-1>@h/"),
    ],
)
def test_what_an_error_quotes_is_redacted(error: str, kept: str | None) -> None:
    sent = error.format(SECRET)
    redacted = Redactor(load_policy()).exchange(exchange(error=sent))
    assert redacted.error is not None
    assert SECRET not in redacted.error
    assert redacted.error == kept or kept is None
    assert redacted.error[:12] == error[:12]
    assert Redactor(load_policy()).log_line(sent) == redacted.error
    assert Redactor(load_policy()).exchange(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "client connect",
        "server connect 192.0.2.7:443 (192.0.2.7:443)",
        "error establishing server connection: [Errno 111] Connect call failed ('127.0.0.1', 1)",
        "Bad HTTP request line: b'GET /image/v2/images?limit=1 HTTP/1.9'",
        "the client doesn't trust the proxy's certificate for cloud.example",
        "write to admin@example.org?",
    ],
)
def test_other_lines_stay(text: str) -> None:
    assert Redactor(load_policy()).log_line(text) == text


def test_a_line_without_a_colon_is_no_name_of_a_field() -> None:
    sent = exchange(
        headers={f"X-Auth-Token {SECRET}": "", f"X {SECRET}": ["a", "b"], "X-Y ": "c", ":path": "/"}
    )
    assert Redactor(load_policy()).exchange(sent).request.headers == {
        "<removed>": ["", "a", "b"],
        "X-Y ": "c",
        ":path": "/",
    }
