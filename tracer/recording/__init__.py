"""YAML files of recordings, and the journal of a run in progress."""

from tracer.recording.files import dump, dumps, load, loads, save
from tracer.recording.finding import (
    below,
    client_folder,
    crossed,
    editable,
    folders_of,
    is_client_folder,
    named,
    second,
    second_path,
)
from tracer.recording.journal import Journal, JournalHead, read_journal
from tracer.recording.redacting import redact

__all__ = [
    "Journal",
    "JournalHead",
    "below",
    "client_folder",
    "crossed",
    "dump",
    "dumps",
    "editable",
    "folders_of",
    "is_client_folder",
    "load",
    "loads",
    "named",
    "read_journal",
    "redact",
    "save",
    "second",
    "second_path",
]
