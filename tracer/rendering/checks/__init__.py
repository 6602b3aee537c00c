"""The result of ``tracer check`` as a table and as JUnit XML."""
