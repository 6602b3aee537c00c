"""YAML files of recordings, and the journal of a run in progress."""

from tracer.recording.files import dump, dumps, load, loads, save
from tracer.recording.finding import below, editable, folders_of, named, second, second_path
from tracer.recording.journal import Journal, JournalHead, read_journal
from tracer.recording.redacting import redact

__all__ = [
    "Journal",
    "JournalHead",
    "below",
    "dump",
    "dumps",
    "editable",
    "folders_of",
    "load",
    "loads",
    "named",
    "read_journal",
    "redact",
    "save",
    "second",
    "second_path",
]
