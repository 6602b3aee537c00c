"""Which release note speaks of a change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.cloud.release_data import releases
from tracer.release_notes import find_note

ALL = list(releases())


@pytest.mark.parametrize(
    ("service", "release", "subject", "context", "name"),
    [
        ("glance", "2023.2", "weight", ["info", "stores", "detail"], "store-weight-"),
        (
            "glance",
            "2025.2",
            "X-OpenStack-Image-Size",
            ["images", "file"],
            "add-x-openstack-image-size-",
        ),
        ("glance", "2026.2", "prune", ["cache"], "cache-clean-prune-api-endpoints"),
        ("keystone", "2024.2", "manager", ["roles"], "domain-manager-persona-"),
        ("keystone", "2023.2", "service", ["roles"], "bug-1951632-"),
        ("nova", "2024.1", "pinned_availability_zone", ["servers"], "microversion-2-96-"),
        ("neutron", "2023.2", "default-security-group-rules", [], "Default-security-group-rules-added-"),
    ],
)
def test_known_changes_have_their_notes(
    service: str, release: str, subject: str, context: list[str], name: str
) -> None:
    match = find_note(service, [release], subject, context)
    assert match is not None
    assert match.note.name.startswith(name)
    assert match.note.release == release
    assert match.words[0] == subject
    other = [each for each in ALL if each != release]
    elsewhere = find_note(service, other, subject, context)
    assert elsewhere is None or elsewhere.note.name != match.note.name


@pytest.mark.parametrize(
    ("service", "subject", "context"),
    [
        ("nova", "id", ["servers"]),  # too short
        ("neutron", "created_at", ["address-groups", "address_group"]),  # notes speak of other resources
        ("keystone", "weight", ["stores"]),  # a word of no note
        ("placement", "detail", ["errors"]),  # a name that each error has
        ("tea", "weight", ["stores"]),
        ("glance", "", []),
    ],
)
def test_a_word_alone_is_no_evidence(service: str, subject: str, context: list[str]) -> None:
    assert find_note(service, ALL, subject, context) is None


def test_only_notes_of_the_releases_count() -> None:
    assert find_note("glance", ["2024.1"], "weight", ["stores"]) is None
    assert find_note("glance", [], "weight", ["stores"]) is None


@given(st.sampled_from(["glance", "nova"]), st.text(max_size=30), st.lists(st.text(max_size=20), max_size=5))
def test_a_match_shares_its_words(service: str, subject: str, context: list[str]) -> None:
    match = find_note(service, ALL, subject, context)
    if match is not None:
        assert match.words[0] == subject
        assert set(match.words[1:]) <= {*context, subject}
