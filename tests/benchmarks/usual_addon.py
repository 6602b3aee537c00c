"""The usual small logging addon, as tutorials have it: a line of JSON an exchange."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mitmproxy import http


class Log:
    """Writes method, URL, headers and content of each exchange to the file that the environment names."""

    def __init__(self) -> None:
        self._file = open(os.environ["BENCHMARK_LOG"], "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as they do

    def response(self, flow: http.HTTPFlow) -> None:
        assert flow.response is not None
        line = {
            "method": flow.request.method,
            "url": flow.request.pretty_url,
            "status": flow.response.status_code,
            "request": dict(flow.request.headers),
            "response": dict(flow.response.headers),
            "body": flow.response.get_text(),
        }
        self._file.write(json.dumps(line) + "\n")


addons = [Log()]
