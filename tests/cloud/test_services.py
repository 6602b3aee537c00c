"""Ports, and whether a process is the one that was started."""

import os
import socket
from pathlib import Path

import msgspec
import psutil
import pytest

from tracer.cloud import services
from tracer.cloud.releases import catalog
from tracer.cloud.services import HOST, Process, answers, lives, sockets
from tracer.errors import CloudError


def process(pid: int, created: float, port: int = 0) -> Process:
    return Process(name="glance", url="", pid=pid, created=created, port=port, log=Path("log"))


def test_ports_follow_one_another_and_are_free_again() -> None:
    with sockets(["keystone", "glance"], None) as free:
        taken = free["keystone"].getsockname()[1]
        assert free["glance"].getsockname()[1] != taken
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CloudError, match=rf"^port {port} \(for keystone\) is taken$"):
            with sockets(["keystone", "glance"], port):
                pass
        with pytest.raises(CloudError, match=rf"^port {port} \(for glance\) is taken$"):
            with sockets(["keystone", "glance"], port - 1):
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
