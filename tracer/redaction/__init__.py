"""Redaction: the policy, the known secrets of a run, the redactor, and the scanner."""

from __future__ import annotations

from tracer.redaction.known import KnownSecrets
from tracer.redaction.redactor import Redactor
from tracer.redaction.rules import Policy, builtin_policy, load_policy
from tracer.redaction.scanner import scan
from tracer.redaction.seams import scan_pieces

__all__ = [
    "KnownSecrets",
    "Policy",
    "Redactor",
    "builtin_policy",
    "load_policy",
    "scan",
    "scan_pieces",
]
