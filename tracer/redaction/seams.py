"""Scan of a text that is too long for memory, in windows that overlap."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tracer.redaction.scanner import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.findings import Leak
    from tracer.redaction.known import KnownSecrets
    from tracer.redaction.rules import Policy

__all__ = ["scan_pieces"]

_WINDOW = 2**20  # characters per scan
# Longer than what any expression of the policy needs to match (a private key, an element of XML), and than
# a known secret in any form that is searched for.
_OVERLAP = 2**18


def scan_pieces(
    pieces: Iterable[str],
    *,
    known: KnownSecrets | None = None,
    policy: Policy | None = None,
    common: bool = False,
) -> Iterator[tuple[str, list[Leak]]]:
    """Scan a text that arrives in pieces of whole lines. Yield scanned text with its new leaks.

    The end of each window is scanned again, together with the next window, before it is yielded. So the
    yielded text contains no part of a secret as long as no leak was yielded. All leaks together are
    those of ``scan`` in the whole text, each once. ``known``, ``policy``, ``common``: see ``scan``.
    """
    reported: set[Leak] = set()
    window: list[str] = []
    fresh = lines = 0
    for piece in chain(pieces, (None,)):
        if piece is not None:
            window.append(piece)
            fresh += len(piece)
            if fresh < _WINDOW:
                continue
        text = "".join(window)
        window.clear()  # frees memory: ``text`` has the same content
        leaks = [
            leak._replace(line=leak.line + lines)
            for leak in scan(text, known=known, policy=policy, common=common)
        ]
        seam = len(text) if piece is None else _seam(text)
        new = [leak for leak in leaks if leak not in reported]
        reported.update(leaks)
        lines += text.count("\n", 0, seam)
        window, fresh = [text[seam:]], 0
        yield text[:seam], new


def _seam(text: str) -> int:
    """Return the start of the lines that contain the overlap at the end of ``text``."""
    return text.rfind("\n", 0, max(0, len(text) - _OVERLAP)) + 1
