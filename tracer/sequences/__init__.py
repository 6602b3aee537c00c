"""Documented sequences as data, and the matching of runs with them."""

from __future__ import annotations

from tracer.sequences.catalogue import Catalogue, participant_label, usual_mount, well_known
from tracer.sequences.choosing import choose, subcommand_words
from tracer.sequences.client_versions import Client, client_of, is_version, known_client
from tracer.sequences.client_conditions import CLIENT_PACKAGE, Condition
from tracer.sequences.discovery import with_alternatives
from tracer.sequences.known_commands import known_words
from tracer.sequences.labelled_entries import entry_of
from tracer.sequences.labelling import doubt_of, label, verdict_of
from tracer.sequences.loading import catalog, common_calls, find, include, json_schema, load
from tracer.sequences.matching import DEVIATIONS, Match, generic_paths, match
from tracer.sequences.nesting import parents
from tracer.sequences.schema import (
    AnyOrder,
    Entry,
    Fallback,
    Item,
    Loop,
    OneOf,
    ParameterType,
    Sequence,
    Text,
)
from tracer.sequences.templates import generic, with_query

__all__ = [
    "CLIENT_PACKAGE",
    "DEVIATIONS",
    "AnyOrder",
    "Catalogue",
    "Client",
    "Condition",
    "Entry",
    "Fallback",
    "Item",
    "Loop",
    "Match",
    "OneOf",
    "ParameterType",
    "Sequence",
    "Text",
    "catalog",
    "choose",
    "client_of",
    "common_calls",
    "doubt_of",
    "entry_of",
    "find",
    "generic",
    "generic_paths",
    "include",
    "is_version",
    "json_schema",
    "known_client",
    "known_words",
    "label",
    "load",
    "match",
    "parents",
    "participant_label",
    "subcommand_words",
    "usual_mount",
    "verdict_of",
    "well_known",
    "with_alternatives",
    "with_query",
]
