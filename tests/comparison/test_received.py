"""Printed values that are volatile because they are volatile in a response."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.comparison.runs import exchange, output, run
from tracer.comparison import compare, learn

if TYPE_CHECKING:
    from tracer.model import Recording

SEGMENT = "provider:segmentation_id"


def _network(segment: int, mtu: int = 1450, *, printed: int | None = None, table: bool = True) -> Recording:
    network = {SEGMENT: segment, "mtu": mtu, "name": "n"}
    shown = network | {SEGMENT: segment if printed is None else printed}
    width = max(len(str(value)) for value in shown.values())
    rule = f"+{'-' * 27}+{'-' * (width + 2)}+"
    rows = [f"| {key:<25} | {value!s:<{width}} |" for key, value in shown.items()]
    text = "\n".join([rule, f"| Field                     | {'Value':<{width}} |", rule, *rows, rule])
    return run(exchange(body={"network": network}), output=output(text if table else json.dumps(shown)))


@pytest.mark.parametrize("table", [True, False])
def test_a_printed_value_is_as_volatile_as_the_received_one(table: bool) -> None:
    found = compare(_network(934, table=table), _network(16, table=table))
    assert found.differences == []
    assert ("segment",) in {one.reasons for one in found.suppressed if one.place.startswith("output")}


@pytest.mark.parametrize("table", [True, False])
def test_another_printed_value_is_found(table: bool) -> None:
    found = compare(_network(934, table=table), _network(16, printed=17, table=table))
    assert [one.place.partition("[")[0] for one in found.differences] == ["output.stdout"]
    changed = compare(_network(934, table=table), _network(16, 1400, table=table)).differences
    assert [one.place for one in changed] == ["GET /image/v2/images/{image_id} → 200 · body.network.mtu"]


def test_a_value_that_only_the_output_has_is_found() -> None:
    before, after = (run(exchange(body={}), output=output(json.dumps({"size": size}))) for size in (1, 2))
    assert [one.place for one in compare(before, after).differences] == ["output.stdout.size"]


def test_nothing_is_learned_from_it() -> None:
    assert learn(_network(934), _network(16)).seen == frozenset()
