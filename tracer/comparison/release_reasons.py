"""The release notes that speak of the differences between two releases of a cloud."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.comparison.differences import Reason
from tracer.release_notes import find_note, notes_of, series_page
from tracer.releases import canonical, is_openstack, order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tracer.comparison.differences import Comparison, Difference
    from tracer.model import Recording

__all__ = ["with_reasons"]

_PATH = re.compile(r"[A-Z]+ (\S+)")
_NAMED = re.compile(r"\[(?:id|name)=([^\]]+)\]\Z")
_KEYED = re.compile(r"""\["([^"]+)"\]""")
_INDEX = re.compile(r"\[[^\]]*\]")
_ADMIN = "admin"
"""The role that a note may name for any reason."""
_FORBIDDEN = "403"
_PARTS = ("body", "headers", "query")


def with_reasons(comparison: Comparison, before: Recording, after: Recording) -> Comparison:
    """Return the comparison with a release note for each difference of which one speaks.

    Only the notes between the releases of the two clouds count. Only a difference that is due to the cloud
    has a note: of the many others, some would share words with a note by chance. So would a request that is
    forbidden: a note on policies names options and users, and no requests.
    """
    first, last = (canonical(each.cloud.release or "") for each in (before, after))
    if not is_openstack(first) or not is_openstack(last):
        return comparison
    words = [] if after.role == _ADMIN else after.role.split("-")

    def explained(difference: Difference) -> Difference:
        is_forbidden = difference.kind == "status" and difference.after == _FORBIDDEN
        if is_forbidden or not difference.is_of_cloud:
            return difference
        releases = {
            note.release
            for note in notes_of(difference.service)
            if order(first) < order(note.release) <= order(last)
        }
        return replace(difference, reason=_reason(difference, releases, words))

    return replace(comparison, differences=list(map(explained, comparison.differences)))


def _reason(difference: Difference, releases: Collection[str], role: Iterable[str]) -> Reason | None:
    message, _, part = difference.place.partition(" · ")
    path = _PATH.match(message)
    segments = [word for word in path[1].split("/")[3:] if "{" not in word] if path else []
    keys = [key for key in _KEYED.sub(r".\1", part).split(".") if key]
    keys = [_INDEX.sub("", key) for key in keys if key not in _PARTS]
    named = _NAMED.search(part)
    subject = named[1] if named else next(iter([*reversed(keys), *reversed(segments)]), "")
    match = find_note(difference.service, releases, subject, [*segments, *keys, *role])
    if match is None:
        return None
    note = match.note
    return Reason(release=note.release, note=note.name, url=series_page(note), words=match.words)
