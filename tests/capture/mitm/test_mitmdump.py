"""The parts of mitmdump in this process. ``tests/cli/test_proxy.py`` starts it as a whole."""

from __future__ import annotations

import logging
import socket

import pytest

from tracer.capture.mitm.mitmdump import _check_address, _CleanFormatter
from tracer.errors import AddressError
from tracer.rendering.visible_texts import visible_lines


def test_a_line_of_the_log_has_no_characters_that_control_a_terminal() -> None:
    record = logging.makeLogRecord({"msg": "no certificate of %s", "args": ("\x1b]0;x\x07\u202e",)})
    line = _CleanFormatter(False, visible_lines).format(record)
    assert line.endswith("] no certificate of \ufffd]0;x\ufffd\ufffd")
    assert record.args == ("\x1b]0;x\x07\u202e",)  # other handlers get it unchanged


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "", "::"])
def test_an_address_in_use_names_the_port(host: str) -> None:
    family = socket.AF_INET6 if host == "::" else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        with pytest.raises(AddressError) as caught:
            _check_address(host, port)
    assert str(caught.value).endswith(
        f":{port}: the port is in use; choose a free one with --port, or any with --port 0"
    )
    _check_address(host, port)


def test_an_address_of_another_machine_names_the_host() -> None:
    with pytest.raises(AddressError, match=r"192\.0\.2\.1:8080: cannot listen there .* with --host"):
        _check_address("192.0.2.1", 8080)
