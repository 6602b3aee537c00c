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

_WINDOW = 2**21  # characters that are scanned together
# Longer than what any expression of the policy needs to match (a private key, an element of XML), and than
# a known secret in any form that is searched for.
_OVERLAP = 2**18


def scan_pieces(
    pieces: Iterable[str], *, known: KnownSecrets | None = None, policy: Policy | None = None
) -> Iterator[tuple[str, list[Finding]]]:
    """Scan a text that comes in pieces of whole lines, and give it back, with what was found since.

    What has been scanned is held back until what follows it was scanned together with it: what is given
    back, and followed by no finding, holds no part of a secret. The findings are those that ``scan`` has in
    the whole text, each once; ``known`` and ``policy`` are as there.
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
        found = [
            finding._replace(line=finding.line + lines)
            for finding in scan("".join(window), known=known, policy=policy)
        ]
        held = [] if piece is None else _last(window)
        past = "".join(window[: len(window) - len(held)])
        yield past, [finding for finding in found if finding not in told]
        told.update(found)
        lines += past.count("\n")
        window, fresh = held, 0


def _last(pieces: list[str]) -> list[str]:
    """As many of the last pieces as the overlap takes."""
    length = 0
    for index in range(len(pieces) - 1, -1, -1):
        length += len(pieces[index])
        if length >= _OVERLAP:
            return pieces[index:]
    return pieces
