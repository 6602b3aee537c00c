"""The client's side of the benchmark: libcurl."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pycurl

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Load"]

_TOKEN = "gAAAAABnT" + "Zk3-x_Y8" * 20
_HEADERS = [
    f"X-Auth-Token: {_TOKEN}",
    "User-Agent: openstacksdk/4.21.0 keystoneauth1/5.18.1 python-requests/2.32.5 CPython/3.11.7",
    "Accept: application/json",
    "Accept-Encoding: gzip, deflate",
    "Connection: keep-alive",
]


class Load:
    """Connections through ``proxy`` that ask ``url`` again and again, each one request after the other.

    ``ca`` is the file of the CA that a TLS connection is checked with. The connections stay open; where they
    are ``fresh``, each request has a new one.
    """

    def __init__(
        self,
        proxy: str,
        url: str,
        connections: int,
        *,
        http2: bool = False,
        ca: str = "",
        fresh: bool = False,
    ) -> None:
        self._url = url
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, 0)  # each transfer has a connection of its own
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._idle = [self._handle(proxy, http2, ca, fresh) for _ in range(connections)]

    def __enter__(self) -> Load:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._multi.close()

    def run(self, seconds: float = 0, requests: int = 0) -> tuple[int, float]:
        """Send ``requests`` requests, or as many as ``seconds`` allow, but at least one.

        Return the number of answers and the seconds that they took.
        """
        began = time.perf_counter()
        until = began + seconds
        started = done = 0
        busy: set[pycurl.Curl] = set()
        while True:
            while self._idle and (
                started < requests if requests else not started or time.perf_counter() < until
            ):
                handle = self._idle.pop()
                handle.setopt(pycurl.URL, f"{self._url}&marker={uuid.uuid4()}")
                self._multi.add_handle(handle)
                busy.add(handle)
                started += 1
            if not busy:
                return done, time.perf_counter() - began
            self._multi.perform()
            soon = self._multi.timeout()  # ms; libcurl has something to do then, whatever the sockets say
            self._multi.select(1.0 if soon < 0 else min(1.0, soon / 1000))
            _, good, bad = self._multi.info_read()
            if bad:
                raise RuntimeError(f"the benchmark's request failed: {bad[0][2]}")
            for handle in good:
                if handle.getinfo(pycurl.RESPONSE_CODE) != 200:
                    raise RuntimeError(f"the benchmark was answered {handle.getinfo(pycurl.RESPONSE_CODE)}")
                self._multi.remove_handle(handle)
                busy.remove(handle)
                self._idle.append(handle)
                done += 1

    @staticmethod
    def _handle(proxy: str, http2: bool, ca: str, fresh: bool) -> pycurl.Curl:
        handle = pycurl.Curl()
        handle.setopt(pycurl.PROXY, proxy)
        handle.setopt(pycurl.HTTPHEADER, _HEADERS)
        handle.setopt(
            pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS if http2 else pycurl.CURL_HTTP_VERSION_1_1
        )
        handle.setopt(pycurl.WRITEFUNCTION, len)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.FORBID_REUSE, fresh)
        if ca:
            handle.setopt(pycurl.CAINFO, ca)
        return handle
