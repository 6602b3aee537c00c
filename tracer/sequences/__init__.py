"""Documented sequences as data, and the matching of runs with them."""

from __future__ import annotations

from tracer.sequences.catalogue import (
    Catalogue,
    is_asynchronous,
    participant_label,
    service_of,
    usual_mount,
    well_known,
)
from tracer.sequences.choosing import NoSequence, OwnSequence, choose, named_sequence, own_sequence
from tracer.sequences.client_conditions import CLIENT_PACKAGE, Condition
from tracer.sequences.client_versions import Client, client_of, is_version, known_client
from tracer.sequences.command_boundaries import is_complete, may_begin, may_continue
from tracer.sequences.command_lines import (
    calls_openstack,
    is_interactive,
    is_request_line,
    openstack_words,
    program_name,
    subcommand_words,
    without_interpreter,
)
from tracer.sequences.discovery import with_alternatives
from tracer.sequences.failed_logins import failed_login
from tracer.sequences.identity_providers import is_for_identity_provider
from tracer.sequences.invocations import invocation_of
from tracer.sequences.known_commands import known_words
from tracer.sequences.labelled_entries import entry_of
from tracer.sequences.labelling import doubt_of, label, relabel, verdict_of
from tracer.sequences.loading import catalog, common_calls, find, include, load
from tracer.sequences.matching import DEVIATIONS, DeviationKind, Match, MatchDeviation, match
from tracer.sequences.nesting import parents
from tracer.sequences.option_conditions import Invocation, When
from tracer.sequences.prologue_entries import asks_for_versions, described_entry
from tracer.sequences.request_ids import (
    changed_objects,
    named_objects,
    request_ids,
    response_id,
    sent_id,
    usable_id,
)
from tracer.sequences.schema import (
    AnyOrder,
    Each,
    Entry,
    Fallback,
    Item,
    Loop,
    OneOf,
    Origin,
    ParameterType,
    Sequence,
    Text,
)
from tracer.sequences.templates import generic, with_query
from tracer.sequences.token_requests import TOKENS, asks_for_token, is_login
from tracer.sequences.user_agents import program_of

__all__ = [
    "CLIENT_PACKAGE",
    "DEVIATIONS",
    "TOKENS",
    "AnyOrder",
    "Catalogue",
    "Client",
    "Condition",
    "DeviationKind",
    "Each",
    "Entry",
    "Fallback",
    "Invocation",
    "Item",
    "Loop",
    "Match",
    "MatchDeviation",
    "NoSequence",
    "OneOf",
    "Origin",
    "OwnSequence",
    "ParameterType",
    "Sequence",
    "Text",
    "When",
    "asks_for_token",
    "asks_for_versions",
    "calls_openstack",
    "catalog",
    "changed_objects",
    "choose",
    "client_of",
    "common_calls",
    "described_entry",
    "doubt_of",
    "entry_of",
    "failed_login",
    "find",
    "generic",
    "include",
    "invocation_of",
    "is_asynchronous",
    "is_complete",
    "is_for_identity_provider",
    "is_interactive",
    "is_login",
    "is_request_line",
    "is_version",
    "known_client",
    "known_words",
    "label",
    "load",
    "match",
    "may_begin",
    "may_continue",
    "named_objects",
    "named_sequence",
    "openstack_words",
    "own_sequence",
    "parents",
    "participant_label",
    "program_name",
    "program_of",
    "relabel",
    "request_ids",
    "response_id",
    "sent_id",
    "service_of",
    "subcommand_words",
    "usable_id",
    "usual_mount",
    "verdict_of",
    "well_known",
    "with_alternatives",
    "with_query",
    "without_interpreter",
]
