"""The cloud's side of the benchmark: a web server in a process of its own that answers as Glance does.

It runs on granian, as mitmproxy must be what is slow. No two answers in a row are the same.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IMAGES", "app", "served"]

IMAGES = {"1 KB": 1, "64 KB": 64}
"""How many images an answer lists to be of that size."""

_VARIANTS = 64


def _image(number: int) -> dict[str, object]:
    seed = hashlib.sha512(b"%d" % number).hexdigest()
    name = str(uuid.UUID(seed[:32]))
    return {
        "hw_rng_model": "virtio",
        "owner_specified.openstack.md5": seed[:32],
        "owner_specified.openstack.object": f"images/cirros-{number}",
        "owner_specified.openstack.sha256": seed[:64],
        "name": f"cirros-0.6.2-x86_64-disk-{number}",
        "disk_format": "qcow2",
        "container_format": "bare",
        "visibility": "public",
        "size": 20_000_000 + number,
        "virtual_size": 117_440_512,
        "status": "active",
        "checksum": seed[32:64],
        "protected": False,
        "min_ram": 0,
        "min_disk": 0,
        "owner": seed[64:96],
        "os_hidden": False,
        "id": name,
        "created_at": "2026-10-20T08:37:10Z",
        "updated_at": "2026-10-20T08:37:12Z",
        "tags": ["cirros", "testing"],
        "self": f"/v2/images/{name}",
        "file": f"/v2/images/{name}/file",
        "schema": "/v2/schemas/image",
    }


def _bodies(size: int) -> Iterator[bytes]:
    for first in range(_VARIANTS):
        images = [_image(size * first + number) for number in range(size)]
        answer = (
            images[0]
            if size == 1
            else {"images": images, "first": "/v2/images", "schema": "/v2/schemas/images"}
        )
        yield json.dumps(answer).encode()


_answers = {f"limit={size}": itertools.cycle(list(_bodies(size))) for size in IMAGES.values()}
_zeros = bytes(2**20)


async def app(scope: Any, protocol: Any) -> None:
    """An RSGI application; ``limit`` in the query chooses the answer, a ``size`` one of that many bytes."""
    wanted = scope.query_string.partition("&")[0]
    if wanted in _answers:
        headers = [
            ("content-type", "application/json"),
            ("x-openstack-request-id", f"req-{uuid.uuid4()}"),
        ]
        protocol.response_bytes(200, headers, next(_answers[wanted]))
        return
    received = 0
    async for chunk in protocol:
        received += len(chunk)
    size = int(wanted.removeprefix("size=") or 0)
    headers = [("content-type", "application/octet-stream"), ("x-received", str(received))]
    stream = protocol.response_stream(200, [*headers, ("content-length", str(size))])
    for start in range(0, size, len(_zeros)):
        await stream.send_bytes(_zeros[: size - start])


@contextmanager
def served(pem: Path | None = None) -> Iterator[str]:
    """The server's URL; with ``pem``, a certificate and its key in one file, it speaks TLS."""
    (port,) = free_ports(1)
    tls = ["--ssl-certificate", str(pem), "--ssl-keyfile", str(pem)] if pem else []
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(port), "--no-ws", *tls]
    with subprocess.Popen(
        [*command, "--log-level", "warning", f"{__name__}:app"], cwd=Path(__file__).parents[2]
    ) as process:
        try:
            for _ in range(600):
                with socket.socket() as one:
                    if one.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"{'https' if pem else 'http'}://127.0.0.1:{port}"
        finally:
            process.terminate()
