"""The severity of a difference, by the rules that ship."""

from __future__ import annotations

import pytest

from tests.rendering.changes.runs import answering, run
from tracer.comparison import compare
from tracer.comparison.differences import Change, Kind, Location, Side
from tracer.comparison.severities import rule_for, rules
from tracer.findings import DIFFERENCE_SEVERITIES

IMAGES = "/image/v2/images"
LOGIN = "POST /identity/v3/auth/tokens"
OK = "GET /a → 200"
GONE = "GET /a → 404"


def change(kind: Kind, side: Side, place: str = "", before: object = None, after: object = None) -> Change:
    """A change at ``place``: ``GET /a · body.x`` is a part of a message, ``output.exit`` one of the run."""
    message, _, part = place.rpartition(" · ") if side == "run" or " · " in place else (place, "", "")
    return Change(kind, Location(side, message, message, part, part), before, after)


@pytest.mark.parametrize(
    ("found", "severity", "rule"),
    [
        # What users notice.
        (change("status", "response", f"POST {IMAGES} → 201", 201, 403), "breaking", "refused"),
        (
            change("status", "response", OK, 200, "no response"),
            "breaking",
            "refused",
        ),
        (change("changed", "run", "output.exit", 0, 1), "breaking", "fails-now"),
        (change("changed", "run", "output.exit", 1, 2), "breaking", "relied-on"),
        (change("removed", "run", "output.stdout.tenant_id", "a"), "breaking", "gone"),
        (change("type", "run", "output.stdout.swap", "", 0), "breaking", "gone"),
        (change("removed", "response", f"{OK} · body.images[].name", "a"), "breaking", "gone"),
        (change("type", "response", f"{OK} · body.images[].size", 1, "1"), "breaking", "gone"),
        (change("moved", "request", f"DELETE {IMAGES}/{{}}", 1, 2), "breaking", "order-of-changes"),
        (change("removed", "request", f"DELETE {IMAGES}/{{}}", 204), "breaking", "change-not-made"),
        # What programs notice that speak to the API.
        (change("status", "error", "GET /a → 404", 404, 403), "breaking-api", "other-refusal"),
        (change("status", "response", "PUT /a → 200", 200, 204), "breaking-api", "other-success"),
        (change("changed", "error", f"{GONE} · body", "not found", ""), "breaking-api", "empty-error"),
        (change("changed", "run", "output.stderr", "not found", ""), "breaking-api", "empty-error"),
        (change("removed", "error", f"{GONE} · body.error.code", 404), "breaking-api", "other-error"),
        (
            change("removed", "response", f"{OK} · headers.location", "/b"),
            "breaking-api",
            "header-field",
        ),
        (
            change("changed", "response", f"{OK} · body.ratio", 16.0, 4.0),
            "breaking-api",
            "other-value",
        ),
        (
            change("reordered", "response", f"{OK} · body.images", [1], [2]),
            "breaking-api",
            "other-value",
        ),
        # What harms nobody.
        (change("added", "response", f"{OK} · body.new", None, 1), "additive", "added"),
        (change("status", "error", "GET /a → 404", 404, 200), "additive", "works-now"),
        (change("changed", "run", "output.exit", 1, 0), "additive", "succeeds-now"),
        # What only people notice.
        (change("changed", "error", f"{GONE} · body", "not found", "gone"), "cosmetic", "error-text"),
        (change("changed", "run", "output.stdout.status", "queued", "active"), "cosmetic", "printed-value"),
        (
            change("reordered", "response", f"{OK} · body.versions", [1], [2]),
            "cosmetic",
            "version-order",
        ),
        (change("moved", "request", "GET /a", 1, 2), "cosmetic", "moved"),
        (change("moved", "request", LOGIN, 1, 2), "cosmetic", "login"),
        (change("removed", "request", LOGIN, 201), "cosmetic", "login"),
        (change("removed", "request", "GET /a", 200), "cosmetic", "asked-less"),
        (change("removed", "request", "GET /a · headers.x", "1"), "cosmetic", "asked-less"),
        (change("removed", "request", "POST /a · body.x", 1), "cosmetic", "asked-less"),
        (change("removed", "request", f"{LOGIN} · body.auth.x", 1), "cosmetic", "asked-less"),
        (change("changed", "request", "POST /a · body.x", 1, 2), "cosmetic", "asked-otherwise"),
    ],
)
def test_the_severity_and_its_rule(found: Change, severity: str, rule: str) -> None:
    given = rule_for(found)
    assert (given.severity, given.name) == (severity, rule)


def test_each_rule_has_a_name_and_a_reason_in_both_languages() -> None:
    names = [rule.name for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule.why.keys() == {"en", "ko"}
    assert {rule.severity for rule in rules()} == set(DIFFERENCE_SEVERITIES)


def test_a_client_that_asks_less_breaks_nothing() -> None:
    before, after = run(answering("/a", 0), answering("/b", 1)), run(answering("/a", 0))
    assert [(each.severity, each.why) for each in compare(before, after).differences] == [
        ("cosmetic", "asked-less")
    ]
