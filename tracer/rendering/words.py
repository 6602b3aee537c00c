"""The texts that tracer adds to diagrams."""

from __future__ import annotations

import functools

import msgspec

from tracer.formats.data_files import typed
from tracer.i18n import DEFAULT, section

__all__ = ["Words", "words"]


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The texts of diagrams in one language, with placeholders in braces."""

    unexpected: str
    wrong_status: str
    missing_one: str
    missing: str
    why_no_response: str
    why_body: str
    why_media_type: str
    why_token: str
    why_unexpected: str
    why_wrong_status: str
    ended: str
    response: str
    no_response: str
    undetermined: str
    discovery: str
    undetermined_client: str
    authentication: str
    repeated: str
    optional: str
    afterwards: str
    failed: str
    continued: str
    goes_on: str
    went_before: str
    often: str
    until_status: str
    until_value: str
    any_order: str
    one_of: str
    since: str
    until: str
    with_options: str
    always_with: str
    without_options: str
    another_option: str
    each_argument: str
    each_option: str
    answered: str
    either: str
    again: str
    only_in: str
    changed: str
    moved: str
    legend_green: str
    legend_red: str
    legend_amber: str
    same_in_both: str
    all_same: str


@functools.cache
def words(language: str = DEFAULT) -> Words:
    """Return the texts of ``language``. Raises InputError for an unknown language."""
    return typed(section(language, "diagram"), Words, f"{language}.yaml", "diagram")
