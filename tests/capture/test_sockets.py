"""The process behind a connection: each way to find it gives the same answer."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.patience import PATIENCE
from tracer.capture import sockets
from tracer.capture.sockets import (
    Address,
    SocketOwners,
    _DiagSocketOwners,
    _ListedSocketOwners,
    socket_owners,
)
from tracer.processes import ProcessIdentity
from tracer.runs import client_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_CLIENT = """
import os, socket, sys, time
family, port, host = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def connect():
    opened = socket.socket(family)
    opened.connect((host, port))
    return opened
"""
ONE = f"{_CLIENT}kept = connect()\nsys.stdin.read()"
MANY = f"{_CLIENT}kept = [connect() for _ in range(20)]\nsys.stdin.read()"
FORKED = f"{_CLIENT}kept = connect()\nif os.fork() == 0:\n    time.sleep(60)\nsys.stdin.read()"
COPIED = FORKED.replace("    time", "    os.dup2(kept.fileno(), 0)\n    kept.close()\n    time")
FROM_CHILD = f"{_CLIENT}if os.fork() == 0:\n    kept = connect()\n    time.sleep(60)\nsys.stdin.read()"
SHELL = "exec 3<>/dev/tcp/$2/$1; read -r line"

LOCAL = [(socket.AF_INET, "127.0.0.1", "127.0.0.1"), (socket.AF_INET6, "::1", "::1")]
MAPPED = (socket.AF_INET6, "127.0.0.1", "::ffff:127.0.0.1")


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


PLACES = [*LOCAL, MAPPED] if has_ipv6() else LOCAL[:1]

ways = pytest.mark.parametrize("way", [_DiagSocketOwners, _ListedSocketOwners])


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        server.settimeout(PATIENCE)
        yield server


@contextmanager
def started(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as client:
        try:
            yield client
        finally:
            os.killpg(client.pid, 9)


def program(script: str, server: socket.socket, family: int = socket.AF_INET, host: str = "") -> list[str]:
    name, port = server.getsockname()[:2]
    return [sys.executable, "-c", script, str(int(family)), str(port), host or name]


def find(owners: SocketOwners, client: Address, proxy: Address) -> int | None:
    async def run() -> int | None:
        return await owners.find(client, proxy)

    return asyncio.run(run())


def owner(way: type[SocketOwners], accepted: socket.socket) -> int | None:
    return find(way(), accepted.getpeername()[:2], accepted.getsockname()[:2])


@ways
@pytest.mark.parametrize(("family", "listener", "host"), PLACES)
def test_the_client_is_found(way: type[SocketOwners], family: int, listener: str, host: str) -> None:
    with listening(listener) as server, started(program(ONE, server, family, host)) as client:
        with server.accept()[0] as accepted:
            assert owner(way, accepted) == client.pid


@ways
@pytest.mark.parametrize("script", [FORKED, COPIED])
def test_of_several_holders_it_is_the_one_that_connected(way: type[SocketOwners], script: str) -> None:
    with listening() as server, started(program(script, server)) as client, server.accept()[0] as accepted:
        while not psutil.Process(client.pid).children():
            pass
        assert owner(way, accepted) == client.pid


def test_a_remembered_child_does_not_answer_for_its_parent() -> None:
    """Both hold the socket by the number of the one that the child was found by before."""
    with listening() as server, started(program(FORKED, server)) as client, server.accept()[0] as accepted:
        while not (children := psutil.Process(client.pid).children()):
            pass
        owners = _DiagSocketOwners()
        owners._recent = {children[0].pid: 3}
        assert find(owners, accepted.getpeername(), accepted.getsockname()) == client.pid


@ways
def test_a_child_that_connects_itself_is_the_client(way: type[SocketOwners]) -> None:
    with (
        listening() as server,
        started(program(FROM_CHILD, server)) as client,
        server.accept()[0] as accepted,
    ):
        (child,) = psutil.Process(client.pid).children()
        assert owner(way, accepted) == child.pid


@ways
def test_a_shell_can_be_the_client(way: type[SocketOwners]) -> None:
    with listening() as server:
        host, port = server.getsockname()
        with started(["bash", "-c", SHELL, "", str(port), host]) as client, server.accept()[0] as accepted:
            assert owner(way, accepted) == client.pid


def test_a_client_that_was_seen_is_found_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as server, started(program(MANY, server)) as client, ExitStack() as stack:
        owners = _DiagSocketOwners()
        for number in range(20):
            accepted = stack.enter_context(server.accept()[0])
            assert find(owners, accepted.getpeername(), accepted.getsockname()) == client.pid
            if number == 0:
                monkeypatch.setattr(sockets, "_all_processes", lambda: pytest.fail("searched"))


def test_a_child_of_the_last_client_is_found_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_all_processes", lambda: pytest.fail("searched"))
    with listening() as server, started(program(ONE, server)) as client, server.accept()[0] as accepted:
        owners = _DiagSocketOwners()
        owners._recent = {os.getpid(): 0}
        assert find(owners, accepted.getpeername(), accepted.getsockname()) == client.pid


def test_more_clients_than_are_remembered_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_RECENT", 2)
    monkeypatch.setattr(sockets, "_SEARCHED", 1)
    with listening() as server, ExitStack() as stack:
        owners = _DiagSocketOwners()
        for _ in range(4):
            client = stack.enter_context(started(program(ONE, server)))
            accepted = stack.enter_context(server.accept()[0])
            assert find(owners, accepted.getpeername(), accepted.getsockname()) == client.pid
        assert len(owners._recent) == 2


@ways
def test_a_client_that_is_gone_has_no_process(way: type[SocketOwners]) -> None:
    with listening() as server:
        with started(program(ONE, server)):
            accepted, _ = server.accept()
        with accepted:
            assert owner(way, accepted) is None


def test_a_port_used_again_by_a_listener_is_not_the_client() -> None:
    """Where no socket is connected, the kernel answers with the one that listens on the client's port."""
    with listening() as server, listening() as stranger:
        assert find(_DiagSocketOwners(), stranger.getsockname(), server.getsockname()) is None


@ways
@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"])
def test_a_remote_client_has_no_process(way: type[SocketOwners], host: str) -> None:
    with listening() as server:
        assert find(way(), (host, 40000), server.getsockname()) is None


def test_a_remote_client_is_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = _DiagSocketOwners()
    with listening() as server, started(program(ONE, server)) as client, server.accept()[0] as accepted:
        assert find(owners, accepted.getpeername(), accepted.getsockname()) == client.pid
        monkeypatch.setattr(sockets, "_all_processes", lambda: pytest.fail("searched"))
        monkeypatch.setattr(psutil, "net_connections", lambda **_: pytest.fail("listed"))
        assert find(owners, ("192.0.2.7", 40000), server.getsockname()) is None


def test_where_the_kernel_cannot_be_asked_sockets_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    with listening() as server, started(program(ONE, server)) as client, server.accept()[0] as accepted:
        for query in (refused, lambda *_: None):
            monkeypatch.setattr(sockets, "_query", query)
            assert owner(_DiagSocketOwners, accepted) == client.pid


@pytest.mark.parametrize(("other_user", "count"), [(True, 1), (False, 5)])
def test_processes_of_a_user_that_are_hidden_are_searched_for_once(
    other_user: bool, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that finds nothing hides the client; its user is another if ours is called so."""
    searches: list[int] = []

    def search() -> list[object]:
        searches.append(1)
        return []

    monkeypatch.setattr(sockets, "_all_processes", search)
    user = os.geteuid() + other_user
    monkeypatch.setattr(os, "geteuid", lambda: user)
    with listening() as server, started(program(MANY, server)), ExitStack() as stack:
        owners = _DiagSocketOwners()
        for _ in range(5):
            accepted = stack.enter_context(server.accept()[0])
            assert find(owners, accepted.getpeername(), accepted.getsockname()) is None
    assert len(searches) == count


@pytest.mark.parametrize("address", [("no address", 1), ("127.0.0.1", -1), ("fe80::1%nowhere", 1)])
def test_what_is_no_address_is_refused(address: Address) -> None:
    with pytest.raises((ValueError, OSError, struct.error)):
        sockets._query(address, ("127.0.0.1", 80))


def test_this_system_has_a_way() -> None:
    with listening() as server, started(program(ONE, server)) as client, server.accept()[0] as accepted:
        assert find(socket_owners(), accepted.getpeername(), accepted.getsockname()) == client.pid


def test_the_command_of_a_process_is_read() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)", "wörd", ""]
    with started(command) as client:
        while psutil.Process(client.pid).cmdline() != command:
            pass
        process = client_process.read(client.pid)
        assert process is not None
        assert list(process.argv) == command
        assert process.identity.pid == client.pid
    assert client_process.read(client.pid) is None


def test_a_number_that_is_used_again_meanwhile_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    identities = iter([ProcessIdentity(os.getpid(), 1.0), ProcessIdentity(os.getpid(), 2.0)])
    monkeypatch.setattr(client_process, "identify", lambda pid: next(identities))
    assert client_process.read(os.getpid()) is None


def test_inodes_of_unreadable_processes_are_passed_over(tmp_path: Path) -> None:
    assert sockets._holder([2**22 + 1, os.getpid()], "socket:[0]") is None
