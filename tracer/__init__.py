"""Record, match, check, compare, and draw the HTTP conversation between a client and an OpenStack cloud.

The functions here are the public Python API. They load on first use, so ``import tracer`` takes
no time. See docs/reference/python.md for examples.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.comparison.report import ComparisonReport
    from tracer.conformance import ConformanceReport
    from tracer.errors import TracerError
    from tracer.model import Body, Cloud, Exchange, Label, Output, Recording, Request, Response
    from tracer.plugins import Exporter, ExportOptions, ReportFormat, ReportOptions
    from tracer.public_api import check, compare, dump, load, match, record, redact, to_mermaid

__all__ = [
    "Body",
    "Cloud",
    "ComparisonReport",
    "ConformanceReport",
    "Exchange",
    "ExportOptions",
    "Exporter",
    "Label",
    "Output",
    "Recording",
    "ReportFormat",
    "ReportOptions",
    "Request",
    "Response",
    "TracerError",
    "check",
    "compare",
    "dump",
    "load",
    "match",
    "record",
    "redact",
    "to_mermaid",
]

_MODULES = {
    "tracer.public_api": ("check", "compare", "dump", "load", "match", "record", "redact", "to_mermaid"),
    "tracer.comparison.report": ("ComparisonReport",),
    "tracer.conformance": ("ConformanceReport",),
    "tracer.errors": ("TracerError",),
    "tracer.model": ("Body", "Cloud", "Exchange", "Label", "Output", "Recording", "Request", "Response"),
    "tracer.plugins": ("ExportOptions", "Exporter", "ReportFormat", "ReportOptions"),
}
_PUBLIC = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
