"""The scanner for a text too long to be held as a whole: piece by piece, and across the seams."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tracer.redaction.scanner import Finding, scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.redaction.known import KnownSecrets
    from tracer.redaction.rules import Policy

__all__ = ["scan_pieces"]

_WINDOW = 2**20  # characters that are scanned together
# Longer than what any expression of the policy needs to match (a private key, an element of XML), and than
# a known secret in any form that is searched for.
_OVERLAP = 2**18


def scan_pieces(
    pieces: Iterable[str],
    *,
    known: KnownSecrets | None = None,
    policy: Policy | None = None,
    common: bool = False,
) -> Iterator[tuple[str, list[Finding]]]:
    """Scan a text that comes in pieces of whole lines, and give it back, with what was found since.

    What has been scanned is held back until what follows it was scanned together with it: what is given
    back, and followed by no finding, holds no part of a secret. The findings are those that ``scan`` has in
    the whole text, each once; ``known``, ``policy`` and ``common`` are as there.
    """
    told: set[Finding] = set()
    window: list[str] = []
    fresh = lines = 0
    for piece in chain(pieces, (None,)):
        if piece is not None:
            window.append(piece)
            fresh += len(piece)
            if fresh < _WINDOW:
                continue
        text = "".join(window)
        window.clear()  # held once is enough
        found = [
            finding._replace(line=finding.line + lines)
            for finding in scan(text, known=known, policy=policy, common=common)
        ]
        seam = len(text) if piece is None else _seam(text)
        new = [finding for finding in found if finding not in told]
        told.update(found)
        lines += text.count("\n", 0, seam)
        window, fresh = [text[seam:]], 0
        yield text[:seam], new


def _seam(text: str) -> int:
    """Where the last lines begin that are as long as the overlap."""
    return text.rfind("\n", 0, max(0, len(text) - _OVERLAP)) + 1
