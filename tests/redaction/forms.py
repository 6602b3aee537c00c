"""An independent list of how a secret may be written: what must not be found in anything redacted."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus


def spellings(secret: str) -> dict[str, str]:
    raw = secret.encode()
    wide = secret.encode("utf-16-be").hex()
    percent = "".join(f"%{byte:02x}" for byte in raw)
    out = {
        "clear": secret,
        "json": json.dumps(secret)[1:-1],
        "json, raw": json.dumps(secret, ensure_ascii=False)[1:-1],
        "json, slashes": json.dumps(secret)[1:-1].replace("/", "\\/"),
        "json, all escaped": "".join(f"\\u{wide[i : i + 4]}" for i in range(0, len(wide), 4)),
        "json in json": json.dumps(json.dumps(secret))[3:-3],
        "percent": quote(secret, safe=""),
        "percent, some safe": quote(secret),
        "percent, lower case": quote(secret, safe="").replace("%2B", "%2b").replace("%2F", "%2f"),
        "percent, all": percent,
        "percent, all, upper case": percent.upper().replace("%X", "%x"),
        "percent, twice": quote(quote(secret, safe=""), safe=""),
        "form": quote_plus(secret),
        "html": html.escape(secret),
        "html, decimal": "".join(f"&#{ord(c)};" for c in secret),
        "hex": raw.hex(),
    }
    for shift, before in enumerate((b"", b"u", b"user:", b"ab")):
        for after in (b"", b"!", b"!!"):
            data = before + raw + after
            out[f"base64 {shift} {len(after)}"] = base64.b64encode(data).decode()
            out[f"base64url {shift} {len(after)}"] = base64.urlsafe_b64encode(data).decode()
            out[f"base64 bare {shift} {len(after)}"] = base64.b64encode(data).decode().rstrip("=")
            out[f"base64 percent {shift} {len(after)}"] = quote(base64.b64encode(data).decode(), safe="")
    return out


def cores(secret: str) -> set[str]:
    """The parts of all spellings that a leak could not do without."""
    found = set()
    for name, text in spellings(secret).items():
        core = text.rstrip("=")[4:-2] if name.startswith("base64") else text
        if name.startswith("base64 percent"):
            continue
        found |= {core, json.dumps(core)[1:-1], json.dumps(core, ensure_ascii=False)[1:-1]}
    return {core for core in found if len(core) >= 8}
