"""Documented sequences: what a command says to a cloud, as data, and runs held against it."""

from __future__ import annotations

from tracer.sequences.catalogue import Catalogue, participant_label, well_known
from tracer.sequences.choosing import choose, command_words
from tracer.sequences.labelling import label
from tracer.sequences.loading import catalog, find, load
from tracer.sequences.matching import DEVIATIONS, Match, generic_paths, match
from tracer.sequences.schema import Entry, Fallback, Sequence, Text
from tracer.sequences.templates import generic

__all__ = [
    "DEVIATIONS",
    "Catalogue",
    "Entry",
    "Fallback",
    "Match",
    "Sequence",
    "Text",
    "catalog",
    "choose",
    "command_words",
    "find",
    "generic",
    "generic_paths",
    "label",
    "load",
    "match",
    "participant_label",
    "well_known",
]
