from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.terminals import terminal
from tracer.capture.client.command import KEEP, ClientCommand, proxied
from tracer.errors import CommandError


def run(script: str, stdout: BinaryIO | None = None, stderr: BinaryIO | None = None) -> ClientCommand:
    client = ClientCommand([sys.executable, "-c", script], os.environ, stdout, stderr)
    client.wait()
    return client


def test_the_environment_leads_through_the_proxy() -> None:
    before = {"no_proxy": "*", "NO_PROXY": "*", "ALL_PROXY": "socks5://x", "OS_CACERT": "/mine", "HOME": "/h"}
    after = proxied(before, "http://127.0.0.1:1", Path("/ca.pem"))
    assert after["HOME"] == "/h"
    assert {after[name] for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")} == {
        "http://127.0.0.1:1"
    }
    assert {after[name] for name in ("OS_CACERT", "REQUESTS_CA_BUNDLE")} == {"/ca.pem"}
    assert not {"no_proxy", "NO_PROXY", "ALL_PROXY"} & after.keys()


def test_output_is_passed_on_and_kept_apart() -> None:
    out, err = io.BytesIO(), io.BytesIO()
    client = run(
        "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", stdout=out, stderr=err
    )
    assert (out.getvalue(), err.getvalue()) == (b"out\n", b"err\n")
    assert client.output == ("out\n", "err\n")
    assert client.wait() == 7


def test_binary_and_endless_output_is_passed_on_but_not_kept() -> None:
    out, err = io.BytesIO(), io.BytesIO()
    script = f"import sys; sys.stdout.buffer.write(b'\\xff'); sys.stderr.write('x' * {KEEP + 1})"
    client = run(script, stdout=out, stderr=err)
    assert out.getvalue() == b"\xff"
    assert len(err.getvalue()) == KEEP + 1
    assert client.output == ("(1 byte that is not text, not kept)", f"({KEEP + 1} bytes, not kept)")


def test_a_client_of_a_terminal_gets_a_terminal_of_that_size() -> None:
    import fcntl
    import struct
    import termios

    with terminal() as (screen, output), os.fdopen(screen, "wb", buffering=0, closefd=False) as stdout:
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("4H", 33, 77, 0, 0))
        script = (
            "import os, sys; print(sys.stdout.isatty(), os.get_terminal_size().columns, sys.stderr.isatty())"
        )
        client = run(script, stdout=stdout)
        assert client.output[0] == "True 77 False\n"
        assert output() == "True 77 False\n"


def test_a_reader_that_has_enough_does_not_stop_the_client() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as closed:
        client = run("print('x' * 100000); print('end')", stdout=closed)
    assert client.output[0].endswith("end\n")


@pytest.mark.parametrize(
    ("command", "reason"), [("no-such-command", "no such command"), ("/", "Permission denied")]
)
def test_a_command_that_cannot_be_started_is_one_line(command: str, reason: str) -> None:
    with pytest.raises(CommandError, match=f"cannot start '{command}': {reason}"):
        ClientCommand([command], os.environ, None, None)


def test_a_command_in_quotes_is_named_without_them(tmp_path: Path) -> None:
    client = tmp_path / "openstack"
    client.touch(0o755)
    environment = {"PATH": str(tmp_path)}
    problem = r"^cannot start 'openstack project list': no such command; "
    remedy = r"write the command without quotes: tracer record -- openstack project list"
    for further, words in (((), ""), (("--name", "a b"), r" --name 'a b'")):
        with pytest.raises(CommandError, match=f"{problem}{remedy}{words}$"):
            ClientCommand(["openstack project list", *further], environment, None, None)
    for command in ("no-such list", "openstack ", " "):
        with pytest.raises(CommandError, match=f"^cannot start '{command}': no such command$"):
            ClientCommand([command], environment, None, None)


@pytest.mark.parametrize(("number", "name"), [(9, "SIGKILL"), (40, "signal 40")])
def test_a_killed_client_names_its_signal(number: int, name: str) -> None:
    client = run(f"import os; os.kill(os.getpid(), {number})")
    assert client.wait() == 128 + number
    assert client.killed_by == name
