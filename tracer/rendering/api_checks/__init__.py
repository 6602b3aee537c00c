"""The result of ``tracer check --api`` for a terminal, as JUnit XML, and as SARIF."""
