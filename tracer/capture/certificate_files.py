"""Files and folders of CA certificates."""

from __future__ import annotations

import ssl
from pathlib import Path

__all__ = ["unusable"]


def unusable(authority: str) -> str:
    """Return the reason why ``authority`` provides no CA certificate; empty if it provides any.

    ``authority`` is the path of a file or a folder. The files in a folder are not read.
    """
    path = Path(authority)
    try:
        if not path.exists():
            return "there is no such file"
        if path.is_dir():
            return ""  # OpenSSL reads the folder when it needs a certificate
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return "it holds no certificate of a CA"
    except OSError as error:
        return error.strerror or str(error)
    return ""
