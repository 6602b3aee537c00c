"""The secrets that really went over the wire, and where they must not be found."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def tokens(flows: Path) -> set[str]:
    """Every token in a file that ``mitmdump -w`` wrote."""
    found: set[str] = set()
    with flows.open("rb") as file:
        for flow in FlowReader(file).stream():
            assert isinstance(flow, HTTPFlow)
            found.update(flow.request.headers.get_all("x-auth-token"))
            if flow.response:
                found.update(flow.response.headers.get_all("x-subject-token"))
    return found


def forms(secret: str) -> set[bytes]:
    """The secret in clear, URL-encoded, and in base64 at each of the three places it can start at."""
    raw = secret.encode()
    found = {raw, quote(secret, safe="").encode(), quote_plus(secret).encode()}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        # The first and last characters also hold bits of what stands beside the secret.
        inner = encoded[(0, 2, 3)[before] : len(encoded) // 4 * 4 - 4]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def leaks(secrets: Iterable[str], folder: Path, *printed: str) -> list[str]:
    """Where any of the secrets stands, in a file below the folder or in what was printed."""
    places = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    places |= {f"output {number}": text.encode() for number, text in enumerate(printed)}
    wanted = {form for secret in secrets for form in forms(secret)}
    return [place for place, content in places.items() if any(form in content for form in wanted)]
