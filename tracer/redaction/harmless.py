"""Values that are no secrets wherever they stand: masks, placeholders, public certificates.

Sources: RFC 7468 (PEM labels); oslo.utils ``mask_password`` and keystoneauth's debug log (masks).
"""

from __future__ import annotations

import re

__all__ = ["is_harmless"]

_MASK = re.compile(
    r"""
    ['"]?(?:
        [*•…]{2,} | [xX]{3,} | \.{3,}
      | \*{8}[ ]\([a-z]+(?:-[a-z]+)*-[0-9]+\)
      | [*_]*[<\[({](?i:redacted|removed|masked|hidden|sanitized|filtered|omitted|scrubbed)[>\])}][*_]*
      | [*_]*(?:REDACTED|REMOVED|MASKED|SANITIZED|FILTERED)[*_]*
      | <[a-z]+(?:[ _-][a-z]+)*> | --[a-z]+(?:[_-][a-z]+)*--
      | \{SHA(?:1|256|512)\}[0-9a-f]{40,128}
      | \$\{?[A-Z][A-Z_]{2,}\}?
    )['"]?
    """,
    re.VERBOSE,
)
_PUBLIC = r"(?:[A-Z0-9]{1,16} ){0,3}?(?:PUBLIC KEY(?: BLOCK)?|CERTIFICATE(?: REQUEST)?|X509 CRL)"
_PUBLIC_PEM = re.compile(
    rf"\s*+(?:-----BEGIN ({_PUBLIC})-----(?:[A-Za-z0-9+/=:,. ()\s\\]|-(?!----))*+-----END \1-----"
    r"(?:\s|\\[nr])*+)+"
)
_LONGEST = 1_000_000


def is_harmless(value: str) -> bool:
    """Tell whether ``value`` is a mask, a placeholder, or nothing but public PEM blocks."""
    if value.lstrip()[:11] == "-----BEGIN ":
        return len(value) <= _LONGEST and _PUBLIC_PEM.fullmatch(value) is not None
    return len(value) <= 256 and _MASK.fullmatch(value) is not None
