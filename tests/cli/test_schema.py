"""``tracer schema`` prints the schema of every file format."""

from __future__ import annotations

import json

import jsonschema

from tests.cli.runner import tracer
from tracer.cli.schema import file_schemas


def test_each_format_has_a_schema() -> None:
    names = tracer("schema").stdout.split()
    assert names == list(file_schemas())
    for name in names:
        jsonschema.Draft202012Validator.check_schema(file_schemas()[name]("ko"))
    assert json.loads(tracer("schema", "recording").stdout) == file_schemas()["recording"]("en")


def test_the_schema_of_sequences_has_its_earlier_verb() -> None:
    assert tracer("sequences", "schema").stdout == tracer("schema", "sequence").stdout


def test_an_unknown_format_is_named_with_the_known_formats() -> None:
    ended = tracer("schema", "recordng")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("tracer: FORMAT: unknown format 'recordng'; known: recording, ")
