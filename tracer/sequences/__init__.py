"""Documented sequences as data, and the matching of runs with them."""

from __future__ import annotations

from tracer.sequences.catalogue import Catalogue, participant_label, usual_mount, well_known
from tracer.sequences.choosing import choose, subcommand_words
from tracer.sequences.client_releases import documented_release, release_of
from tracer.sequences.identity_providers import is_for_identity_provider
from tracer.sequences.known_commands import known_words
from tracer.sequences.labelled_entries import entry_of
from tracer.sequences.labelling import label, verdict_of
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
    "DEVIATIONS",
    "AnyOrder",
    "Catalogue",
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
    "common_calls",
    "documented_release",
    "entry_of",
    "find",
    "generic",
    "generic_paths",
    "include",
    "is_for_identity_provider",
    "json_schema",
    "known_words",
    "label",
    "load",
    "match",
    "parents",
    "participant_label",
    "release_of",
    "subcommand_words",
    "usual_mount",
    "verdict_of",
    "well_known",
    "with_query",
]
