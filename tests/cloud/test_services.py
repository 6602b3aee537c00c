"""Ports, and whether a process is the one that was started."""

import os
import socket
import threading
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.patience import PATIENCE
from tracer.cloud import services
from tracer.cloud.release_data import catalog
from tracer.cloud.services import ServiceProcess, answers, lives, sockets
from tracer.errors import CloudError
from tracer.urls import base


def process(pid: int, created: float, port: int = 0) -> ServiceProcess:
    return ServiceProcess(name="glance", url="", pid=pid, created=created, port=port, log=Path("log"))


def test_ports_follow_one_another_and_are_free_again() -> None:
    with sockets(["keystone", "glance"], None) as free:
        taken = free["keystone"].getsockname()[1]
        assert free["glance"].getsockname()[1] != taken
    alone = "127.0.77.1"  # no other process takes ports of this address meanwhile
    with socket.create_server((alone, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CloudError, match=rf"^port {port} \(for keystone\) is taken$"):
            with sockets(["keystone", "glance"], port, alone):
                pass
        with pytest.raises(CloudError, match=rf"^port {port} \(for glance\) is taken$"):
            with sockets(["keystone", "glance"], port - 1, alone):
                pass


def test_a_port_out_of_range_is_one_line() -> None:
    with pytest.raises(CloudError, match=r"^port 65536 \(for glance\) cannot be used: "):
        with sockets(["keystone", "glance"], 65535):
            pass


def test_a_process_of_the_same_id_but_another_time_is_not_ours() -> None:
    created = psutil.Process().create_time()
    assert lives(process(os.getpid(), created))
    assert not lives(process(os.getpid(), created - 60))


def test_a_port_on_which_nobody_answers_is_no_answer() -> None:
    with sockets(["glance"], None) as opened:
        port = opened["glance"].getsockname()[1]
        assert not answers(process(1, 0, port), "/image", timeout=0.2)
    assert not answers(process(1, 0, port), "/image", timeout=0.2)


def test_a_service_that_ends_at_once_is_told_with_its_last_line(tmp_path: Path) -> None:
    log = tmp_path / "glance.log"
    log.write_text("Traceback (most recent call last):\nImportError: no module named x\n")
    with sockets(["glance"], None) as opened:
        port = opened["glance"].getsockname()[1]
    dead = msgspec.structs.replace(process(os.getpid(), 0, port), log=log)
    with pytest.raises(CloudError) as caught:
        services.await_answers([dead], catalog().services)
    assert str(caught.value) == f"glance did not start: ImportError: no module named x (log: {log})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:DB8::7", "2001:db8::7"),
    ],
)
def test_an_address_may_be_ipv4_or_ipv6(text: str, expected: str) -> None:
    assert services.address(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0.0.0.0", "::", "localhost", "fe80::1%eth0", "ff02::1", "[::1", "::1]:5000"]
)
def test_an_address_that_no_url_can_name_is_one_line(text: str) -> None:
    with pytest.raises(CloudError) as caught:
        services.address(text)
    assert str(caught.value) == (
        f"expected an IP address of this machine, such as 127.0.0.1 or ::1, got {text!r}"
    )


def test_services_listen_on_ipv6() -> None:
    with sockets(["keystone", "glance"], None, "::1") as opened:
        assert {one.getsockname()[0] for one in opened.values()} == {"::1"}
        port = opened["glance"].getsockname()[1]
        with pytest.raises(CloudError, match=rf"^port {port} \(for keystone\) is taken$"):
            with sockets(["keystone"], port, "::1"):
                pass


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7", "fe80::1"])
def test_an_address_of_another_machine_is_one_line(host: str) -> None:
    with pytest.raises(CloudError, match=rf"^{host} \(for keystone\) is no address of this machine$"):
        with sockets(["keystone"], None, host):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_service_is_asked_at_its_own_address(host: str) -> None:
    with sockets(["glance"], None, host) as opened:
        port = opened["glance"].getsockname()[1]

        def answer() -> None:
            connection, _ = opened["glance"].accept()
            with connection:
                root = connection.recv(65536).startswith(b"GET /image/ ")
                status = b"300 Multiple Choices" if root else b"500 Internal Server Error"
                connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"{base('http', host, port)}/image"
        asked = msgspec.structs.replace(process(1, 0, port), url=url)
        assert answers(asked, "/image", timeout=PATIENCE)
        thread.join()
