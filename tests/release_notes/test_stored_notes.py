"""The release notes that ship."""

from __future__ import annotations

import pytest

from tracer.cloud.release_data import releases
from tracer.release_notes import notes_of, series_page

SERVICES = ["cinder", "glance", "keystone", "neutron", "nova", "placement"]


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_notes_of_the_releases_after_the_first(service: str) -> None:
    notes = notes_of(service)
    assert {note.service for note in notes} == {service}
    assert {note.release for note in notes} <= set(releases()) - {"zed"}
    assert len({note.name for note in notes}) == len(notes)
    assert all(note.words for note in notes)


def test_the_page_of_a_note() -> None:
    note = next(note for note in notes_of("keystone") if note.name.startswith("domain-manager-persona"))
    assert series_page(note) == "https://docs.openstack.org/releasenotes/keystone/2024.2.html"


def test_an_unknown_service_has_no_notes() -> None:
    assert notes_of("tea") == ()
    assert notes_of("") == ()
