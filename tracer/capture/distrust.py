"""Warnings of certificates that a command or its proxy does not trust, each with the setting that helps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tracer.capture.client_trust import OPTION, Trust

__all__ = ["Distrust"]


class Distrust:
    """Passes each warning to ``warn`` once; ``warnings`` holds those of the client.

    ``authority`` is the certificate of the proxy's CA.
    """

    def __init__(self, trust: Trust, authority: Path, warn: Callable[[str], None]) -> None:
        self.warnings: list[str] = []
        self._trust = trust
        self._authority = authority
        self._warn = warn
        self._seen: set[str] = set()

    def client_refused(self, host: str) -> None:
        """Warn that the client refused the proxy's certificate for ``host``."""
        text = f"the client does not trust the proxy's CA (asked for {host}): {self._client_remedy()}"
        if text not in self._seen:
            self.warnings.append(text)
        self._tell(text)

    def proxy_refused(self, host: str, reason: str) -> None:
        """Warn that the proxy refused the certificate of ``host``."""
        source, authority = self._trust.source, self._trust.authority
        remedy = f"{source if source == OPTION else 'OS_CACERT'} must name the file of the cloud's CA"
        if source:
            remedy += f"; it was checked with {source} ({authority})"
        self._tell(f"the proxy does not trust the certificate of {host} ({reason}): {remedy}")

    def unusable(self) -> None:
        """Warn that the proxy could load no CAs from the file or folder that the client names."""
        authority = self._trust.authority
        there = authority is not None and Path(authority).exists()
        reason = "it holds no certificate of a CA" if there else "there is no such file"
        self._tell(f"the proxy cannot use {self._trust.source} ({authority}): {reason}")

    def _client_remedy(self) -> str:
        cloud = self._trust.cloud
        if cloud is not None and cloud.settings.get("cacert"):
            return (
                f"take cacert out of the cloud {cloud.name} in {cloud.file} while you record, "
                f"and export OS_CACERT={cloud.settings['cacert']}"
            )
        return f"it must trust {self._authority}, which OS_CACERT and REQUESTS_CA_BUNDLE name"

    def _tell(self, text: str) -> None:
        if text not in self._seen:
            self._seen.add(text)
            self._warn(text)
