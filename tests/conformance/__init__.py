"""Tests of tracer.conformance."""
