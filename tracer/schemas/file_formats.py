"""The file formats by name, with the type of the content of each file."""

from __future__ import annotations

from typing import Any

from tracer.api_reference import OperationTexts
from tracer.comparison.baseline import BaselineFile
from tracer.comparison.severities import SeverityRules
from tracer.comparison.volatile_rules import Rules
from tracer.conformance.api import Contradictions
from tracer.i18n import DEFAULT
from tracer.matrix.suites import Suite
from tracer.model import Recording
from tracer.recording.journal import JournalLine
from tracer.redaction.policy import PolicyFile
from tracer.rendering.pages.site_writer import FileList
from tracer.schemas.json_schema import json_schema
from tracer.sequences.catalogue import Service
from tracer.sequences.schema import Entry, Name, Sequence, Way

__all__ = ["FORMATS", "format_schema"]

FORMATS: dict[str, Any] = {
    "recording": Recording,
    "sequence": Sequence,
    "suite": Suite,
    "policy": PolicyFile,
    "volatile": Rules,
    "severities": SeverityRules,
    "services": dict[str, Service],
    "calls": tuple[Entry, ...],
    "discovery": tuple[Entry, ...],
    "shared": dict[Name, Entry],
    "logins": tuple[Way, ...],
    "operations": OperationTexts,
    "contradictions": Contradictions,
    "baseline": BaselineFile,
    "journal": JournalLine,
    "site": FileList,
}
"""The type of each format. A file of JSON lines, such as a journal, has the type of a line."""


def format_schema(name: str, language: str = DEFAULT) -> dict[str, Any]:
    """Return the JSON Schema of the format ``name``, with descriptions in ``language``.

    Raises KeyError for an unknown name, and InputError for an unknown language.
    """
    return json_schema(FORMATS[name], language)
