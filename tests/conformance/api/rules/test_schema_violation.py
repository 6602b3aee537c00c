"""Values that the schema of a service does not allow."""

from __future__ import annotations

from tests.conformance.api.calls import IMAGE, call, compared, schema_set
from tracer.conformance.api.rules.schema_violation import schema_violation
from tracer.conformance.api.violations import Violation


def test_an_error_has_the_package_of_its_schema() -> None:
    schema = {"properties": {"size": {"type": "integer"}}, "required": ["other"]}
    rules = schema_set(("glance", "GET", "/v2/images/{image_id}", "response", schema))
    exchange = compared(call("glance", "GET", IMAGE, body={"size": "1"}), schemas=rules)
    text = "the value is of type string, not integer"
    assert list(schema_violation(exchange)) == [
        Violation("response.body.size", "error", text, "glance==1.0.0")
    ]
    assert list(schema_violation(compared(call("glance", "GET", IMAGE, body={"size": "1"})))) == []
