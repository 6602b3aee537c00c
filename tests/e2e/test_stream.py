"""An image of 1 GiB, up and down: the proxy holds none of it, and what arrives is what was sent."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest

from tracer.model import Body, Exchange
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.e2e.conftest import Proxy, Site

pytestmark = pytest.mark.e2e

SIZE = 2**30
GROWTH = 20 * 2**20


def test_an_image_passes_without_being_held(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    with sent.open("wb") as file:
        file.write(os.urandom(2**20))
        file.seek(SIZE - 2**20)
        file.write(os.urandom(2**20))
    with sent.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    proxy = mitmdump("--set", f"trace_dir={tmp_path / 'out'}")
    zed.client("image", "list", proxy=proxy.url)
    create = (
        "image",
        "create",
        "--disk-format",
        "raw",
        "--container-format",
        "bare",
        "--file",
        str(sent),
        "big",
    )
    try:
        with _grows_less_than(GROWTH, proxy.process.pid):
            zed.client(*create, proxy=proxy.url)
            zed.client("image", "save", "--file", str(tmp_path / "saved"), "big", proxy=proxy.url)
    finally:
        zed.client("image", "delete", "big", check=False)
    with (tmp_path / "saved").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == digest
    proxy.wait_for(r"\.yaml \(", 3)
    proxy.stop()
    upload = _streamed(load(tmp_path / "out" / "image-create.yaml").exchanges, "PUT").request.body
    response = _streamed(load(tmp_path / "out" / "image-save.yaml").exchanges, "GET").response
    assert response is not None
    for body in (upload, response.body):
        assert isinstance(body, Body)
        assert (body.omitted, body.size, body.sha256) == ("streamed", SIZE, digest)


def _streamed(exchanges: Sequence[Exchange], method: str) -> Exchange:
    return next(
        one for one in exchanges if one.request.method == method and one.request.url.endswith("/file")
    )


@contextmanager
def _grows_less_than(limit: int, pid: int) -> Iterator[None]:
    process = psutil.Process(pid)
    before = highest = process.memory_info().rss
    over = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not over.is_set():
            highest = max(highest, process.memory_info().rss)
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    assert highest - before < limit
