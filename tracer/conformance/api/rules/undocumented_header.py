"""The rule ``undocumented-header``: a header field of OpenStack that the operation does not document."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from tracer.conformance.api.api_exchanges import Side
from tracer.conformance.api.general_facts import general_facts
from tracer.conformance.api.violations import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.api.api_exchanges import ApiExchange

__all__ = ["undocumented_header"]


def undocumented_header(exchange: ApiExchange) -> Iterator[Violation]:
    """Yield a violation for each header field of OpenStack's own that is not documented."""
    if exchange.operation is None:
        return
    facts = general_facts()
    side: Side
    for side in get_args(Side):
        message = exchange.message(side)
        if message is None:
            continue
        documented = {each.name.lower() for each in exchange.parameters(side, "header")} | facts.headers
        for name in dict.fromkeys(name.lower() for name in message.headers):
            if facts.is_own_header(name) and name not in documented:
                text = f"the header field {name} of the {side} is not documented"
                yield Violation(f"{side}.headers.{name}", "undocumented", text)
