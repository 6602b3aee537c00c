import logging
from collections.abc import Iterator

import pytest

from tracer.capture import log_redaction
from tracer.redaction import Redactor, load_policy

SECRET = "kJ7xQ2mZp9vR4tWs"
LINE = f"Bad HTTP request line: b'GET http://u:{SECRET}@h/ HTTP/9'"
server = logging.getLogger("mitmproxy.proxy.server")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """What a handler would print."""
    seen: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(self.format(record))

    handler = Handler()
    logging.getLogger().addHandler(handler)
    with caplog.at_level(logging.DEBUG):
        yield seen
    logging.getLogger().removeHandler(handler)


def _new_redactor() -> Redactor:
    return Redactor(load_policy())


def _refuse() -> None:
    raise ValueError(f"Invalid header line: b'X-Auth-Token {SECRET}'")


def test_a_line_is_redacted_until_redaction_is_removed(lines: list[str]) -> None:
    remove = log_redaction.install(_new_redactor)
    server.info("%s", LINE)
    server.info("client connect")
    remove()
    server.info("%s", LINE)
    assert lines == [
        "Bad HTTP request line: b'GET http://u:<password-1>@h/ HTTP/9'",
        "client connect",
        LINE,
    ]


def test_a_traceback_is_redacted_too(lines: list[str]) -> None:
    remove = log_redaction.install(_new_redactor)
    try:
        _refuse()
    except ValueError:
        server.exception("mitmproxy has crashed!")
    remove()
    assert "ValueError: Invalid header line: b'<removed>'" in lines[0]
    assert SECRET not in lines[0]
    assert lines[0].startswith("mitmproxy has crashed!\nTraceback")


def test_a_line_that_cannot_be_redacted_is_not_printed(lines: list[str]) -> None:
    def broken() -> Redactor:
        raise ValueError(SECRET)

    remove = log_redaction.install(broken)
    server.info("%s", LINE)
    server.info("%d", LINE)
    remove()
    assert lines == ["<removed>", "<removed>"]


@pytest.mark.parametrize("name", ["asyncio", "mitmproxy.made.later", "tracer.made.later"])
def test_loggers_that_are_created_later_are_redacted_too(lines: list[str], name: str) -> None:
    assert name == "asyncio" or name not in logging.root.manager.loggerDict
    remove = log_redaction.install(_new_redactor)
    try:
        _refuse()
    except ValueError:
        logging.getLogger(name).exception("Task exception was never retrieved")
    remove()
    assert SECRET not in lines[0]
    assert "ValueError: Invalid header line" in lines[0]


def test_other_programs_log_as_before(lines: list[str]) -> None:
    remove = log_redaction.install(_new_redactor)
    logging.getLogger("a.program").info("%s", LINE)
    remove()
    assert lines == [LINE]


def test_redactions_end_in_any_order(lines: list[str]) -> None:
    removals = [log_redaction.install(_new_redactor) for _ in range(2)]
    for remove in removals:
        remove()
    server.info("%s", LINE)
    assert lines == [LINE]
