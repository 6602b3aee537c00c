"""The words of release notes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracer.release_notes.note_words import read_words

NOTE = """
features:
  - |
    The ``image.properties`` of a server are shown with microversion 2.98. See `bug 1 <https://a.example>`_.
    The option ``[api] max_limit`` and the header X-OpenStack-Image-Size are new; `disk_format` is checked.
"""


def test_code_and_identifiers_are_names_and_the_rest_are_words() -> None:
    found = read_words(NOTE)
    assert {"image.properties", "image", "properties", "max_limit", "disk_format"} <= found.names
    assert "x-openstack-image-size" in found.names
    assert {"server", "microversion", "header", "option", "features"} <= found.words
    assert not found.names & found.words


@given(st.text(max_size=200))
def test_any_text_has_words(text: str) -> None:
    found = read_words(text)
    assert all(word == word.lower() and " " not in word for word in found.names | found.words)
