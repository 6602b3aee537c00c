"""The life cycle's bookkeeping, without any service."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from tracer import storage
from tracer.cloud import cache
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.cloud.release_data import select
from tracer.cloud.services import ProcessFault
from tracer.errors import CloudError


@pytest.fixture
def bystander() -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def note(folder: Path, pid: int, created: float) -> Path:
    service = f'{{"name":"keystone","url":"u","pid":{pid},"created":{created},"port":1,"log":"/l"}}'
    path = folder / "clouds" / "zed" / "running.json"
    storage.write_private(path, f'{{"release":"zed","url":"u","services":[{service}],"started":"t"}}')
    return path


def test_a_stale_note_with_a_reused_process_id_harms_no_one(
    tmp_path: Path, bystander: psutil.Process
) -> None:
    path = note(tmp_path, bystander.pid, bystander.create_time() - 1000)
    cloud = EmbeddedCloud("zed", tmp_path)
    assert cloud.status() is None
    assert cloud.faults() == [ProcessFault("keystone", "not-running", Path("/l"))]
    assert cloud.down()
    assert bystander.is_running()
    assert not path.exists()
    assert not cloud.down()


def test_a_process_that_lives_but_does_not_answer_is_a_fault(
    tmp_path: Path, bystander: psutil.Process
) -> None:
    note(tmp_path, bystander.pid, bystander.create_time())
    assert EmbeddedCloud("zed", tmp_path).status() is None
    assert EmbeddedCloud("zed", tmp_path).faults() == [ProcessFault("keystone", "no-response", Path("/l"))]


def test_a_cloud_that_is_up_without_the_wanted_services_is_one_line(tmp_path: Path) -> None:
    note(tmp_path, os.getpid(), 1.0)
    cloud = EmbeddedCloud("zed", tmp_path)
    running = cloud._read_note()
    assert running
    with pytest.raises(CloudError) as caught:
        cloud._check_services(running, select(cloud.release))
    assert str(caught.value) == "zed is already up without glance; end it with: tracer cloud down zed"


@pytest.mark.parametrize(("option", "text"), [("limits", "without limits"), ("quiet", "with periodic tasks")])
def test_a_cloud_that_is_up_without_an_option_is_one_line(tmp_path: Path, option: str, text: str) -> None:
    note(tmp_path, os.getpid(), 1.0)
    cloud = EmbeddedCloud("zed", tmp_path)
    running = cloud._read_note()
    assert running
    wanted = {"limits": False, "quiet": False, option: True}
    with pytest.raises(CloudError) as caught:
        cloud._check_options(running, None, None, **wanted)
    assert str(caught.value) == f"zed is already up {text}; end it with: tracer cloud down zed"
    cloud._check_options(msgspec.structs.replace(running, limits=True, quiet=True), None, None, **wanted)


def test_a_tracer_has_a_socket_for_each_service_that_runs(tmp_path: Path) -> None:
    cloud = EmbeddedCloud("zed", tmp_path)
    assert cloud._names() == ["keystone", "glance"]
    note(tmp_path, os.getpid(), 1.0)
    assert cloud._names() == ["keystone"]


@pytest.mark.parametrize("text", ["", "{", '{"release": 1}'])
def test_a_broken_note_is_no_cloud(tmp_path: Path, text: str) -> None:
    storage.write_private(tmp_path / "clouds" / "zed" / "running.json", text)
    assert EmbeddedCloud("zed", tmp_path).status() is None
    assert EmbeddedCloud("zed", tmp_path).faults() == []
    assert not EmbeddedCloud("zed", tmp_path).down()


def test_without_a_cloud_there_is_no_environment(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="the cloud zed is not up; start it with: tracer cloud up zed"):
        EmbeddedCloud("zed", tmp_path).environment()


def test_an_unknown_release_touches_nothing(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="unknown release 'foo'"):
        EmbeddedCloud("foo", tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_the_cache_folder_is_private_and_may_be_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACER_CACHE", str(tmp_path / "a" / "b"))
    assert cache.folder() == tmp_path / "a" / "b"
    assert cache.folder(tmp_path / "c") == tmp_path / "c"
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "a", tmp_path / "a" / "b")] == [0o700, 0o700]


def test_a_cache_folder_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CloudError, match=r"^cannot make the folder .*: "):
            cache.folder(path)


def test_a_lock_that_is_held_is_waited_for_and_told(tmp_path: Path) -> None:
    lines: list[str] = []
    order: list[str] = []

    def second() -> None:
        with cache.locked(tmp_path, "zed", lines.append):
            order.append("second")

    with cache.locked(tmp_path, "zed", lines.append):
        thread = threading.Thread(target=second)
        thread.start()
        while not lines:
            time.sleep(0.01)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert lines == ["waiting for another process that works on zed"]


def test_a_glance_at_a_lock_is_not_waited_for_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Services look at it for each request that they send."""
    lines: list[str] = []
    handle = os.open(cache.private_folder(tmp_path / "locks") / "recording", os.O_RDONLY | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    monkeypatch.setattr(time, "sleep", lambda _: fcntl.flock(handle, fcntl.LOCK_UN))
    with cache.locked(tmp_path, "recording", lines.append):
        pass
    os.close(handle)
    assert lines == []
