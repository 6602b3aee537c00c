"""The add-on with given settings, as in the proxy of a traced cloud."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import TYPE_CHECKING

from mitmproxy.certs import CertStore

from tracer.capture.client.trusted_ca import Trust
from tracer.capture.mitm.embedded_proxy import master
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SECRET = "kJ7xQ2mZp9vR4tWs"


def test_the_log_is_redacted_and_options_are_neither_declared_nor_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    CertStore.from_store(tmp_path, "mitmproxy", 2048)

    async def run() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        tracer = Tracer(Settings(folder=tmp_path / "out"))
        trust = Trust(authority=str(tmp_path / "mitmproxy-ca-cert.pem"))
        proxy = master([listener], tmp_path / "ca", tracer, trust)
        assert "trace_dir" not in proxy.options
        logging.getLogger("mitmproxy.proxy.server").info(
            f"Bad HTTP request line: b'GET http://u:{SECRET}@h/'"
        )
        asyncio.get_running_loop().call_later(0.1, proxy.shutdown)
        await proxy.run()

    with caplog.at_level(logging.INFO):
        asyncio.run(run())
    assert SECRET not in caplog.text
    assert "http://u:<password-1>@h/" in caplog.text
    assert "Addon error" not in caplog.text
