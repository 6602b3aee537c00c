"""What is loaded while a client is busy with its own start, so that its messages need not wait for it."""

from __future__ import annotations

from tracer.model import Body, Exchange, Request, Response
from tracer.redaction import Policy, Redactor, scan
from tracer.sequences import catalog, participant_label

__all__ = ["warm_up"]

_CONTENT = Body(
    type="application/json",
    size=0,
    json='{"auth": {"identity": {"password": {"user": {"password": "only-to-warm-up"}}}}}',
)
_LOGIN = Exchange(
    sender="client",
    started=0.0,
    request=Request(method="POST", url="http://keystone/v3/auth/tokens", body=_CONTENT),
    response=Response(status=201, headers={"X-Subject-Token": "only-to-warm-up"}, body=_CONTENT),
)
"""What nearly every command begins with."""


def warm_up(policy: Policy) -> None:
    """Load what is loaded at the first use: of the sequences, the services, and what ``policy`` looks up."""
    catalog()
    participant_label("keystone")
    scan("")
    Redactor(policy).exchange(_LOGIN)
    "localhost".encode("idna")  # as mitmproxy does with each host
