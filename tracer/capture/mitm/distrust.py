"""Warnings of certificates that a client or the proxy does not trust, each with a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mitmproxy import ctx

from tracer.capture.certificate_files import unusable
from tracer.capture.client.trusted_ca import OPTION, Trust

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CommandRemedies", "Distrust", "MitmdumpRemedies", "Remedies"]

_MOST = 1000
"""Maximum number of remembered warnings, as a client may connect to any number of hosts."""

_OTHER_SETTINGS = "leave out --os-cacert and, in programs that use openstacksdk, cacert in clouds.yaml"
"""The settings that override OS_CACERT, for a client with unknown settings."""


class Remedies(Protocol):
    """The remedies for one way to start the proxy. ``client`` is the client's name in a warning."""

    client: str

    def for_client(self) -> str:
        """Return the remedy that makes the client trust the proxy's CA."""

    def for_proxy(self) -> str:
        """Return the remedy that makes the proxy trust the cloud's CA."""


class Distrust:
    """A filter that passes each warning to ``warn`` once. ``warnings`` are those of ``client_refused``."""

    def __init__(self, remedies: Remedies, warn: Callable[[str], None]) -> None:
        self.warnings: list[str] = []
        self._remedies = remedies
        self._warn = warn
        self._seen: dict[str, None] = {}

    def client_refused(self, host: str) -> None:
        """Warn that the client refused the proxy's certificate for ``host``."""
        client, remedy = self._remedies.client, self._remedies.for_client()
        text = f"{client} does not trust the proxy's CA (asked for {host}): {remedy}"
        if self.warn(text):
            self.warnings = [*self.warnings, text][-_MOST:]

    def proxy_refused(self, host: str, reason: str) -> None:
        """Warn that the proxy refused the certificate of ``host``."""
        remedy = self._remedies.for_proxy()
        self.warn(f"the proxy does not trust the certificate of {host} ({reason}): {remedy}")

    def warn(self, text: str) -> bool:
        """Pass a warning on if it is new. Return whether it is new."""
        if text in self._seen:
            return False
        if len(self._seen) == _MOST:
            del self._seen[next(iter(self._seen))]
        self._seen[text] = None
        self._warn(text)
        return True


class MitmdumpRemedies:
    """Remedies for mitmdump and clients with unknown settings."""

    client = "a client"

    def for_client(self) -> str:
        """Return the remedy that makes any client trust the proxy's CA."""
        authority = Path(ctx.options.confdir).expanduser() / "mitmproxy-ca-cert.pem"
        return f"export OS_CACERT={authority} for it, and {_OTHER_SETTINGS}"

    def for_proxy(self) -> str:
        """Return the remedy: mitmdump's option for the cloud's CA."""
        return "start mitmdump with --set ssl_verify_upstream_trusted_ca=FILE, the file of the cloud's CA"


class CommandRemedies:
    """Remedies for a client command. ``authority`` is the certificate file of the proxy's CA."""

    client = "the client"

    def __init__(self, trust: Trust, authority: Path) -> None:
        self._trust = trust
        self._authority = authority

    def for_client(self) -> str:
        """Return the remedy that makes the command trust the proxy's CA."""
        cloud = self._trust.cloud
        if cloud is not None and cloud.settings.get("cacert"):
            return (
                f"take cacert out of the cloud {cloud.name} in {cloud.file} while you record, "
                f"and export OS_CACERT={cloud.settings['cacert']}"
            )
        named = f"it must trust {self._authority}, which OS_CACERT and REQUESTS_CA_BUNDLE name"
        return f"{named}: {_OTHER_SETTINGS}"

    def for_proxy(self) -> str:
        """Return the remedy: the command's setting for the cloud's CA."""
        source, authority = self._trust.source, self._trust.authority
        remedy = f"{source if source == OPTION else 'OS_CACERT'} must name the file of the cloud's CA"
        return f"{remedy}; it was checked with {source} ({authority})" if source else remedy

    def unusable(self) -> str:
        """Return the warning that the proxy can load no CA from the command's file or folder."""
        authority = self._trust.authority or ""
        reason = unusable(authority) or "it holds no certificate of a CA"
        return f"the proxy cannot use {self._trust.source} ({authority}): {reason}"
