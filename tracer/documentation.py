"""Addresses in the documentation, for reports that explain their findings."""

from __future__ import annotations

from typing import Literal

__all__ = ["LANGUAGES", "URL", "Group", "anchor", "findings_url", "page_suffix"]

URL = "https://github.com/openstack-tracer/tracer/tree/main/docs"
"""The address of the documentation, as in the metadata of the package (``pyproject.toml``)."""

LANGUAGES = ("en", "ko")
"""The languages of the documentation: first the language of pages without a language in their names."""

Group = Literal["verdict", "run", "rule", "api", "difference", "severity", "volatile"]
"""The groups of names on the page of findings. A name occurs once in a group."""


def anchor(group: Group, name: str) -> str:
    """Return the anchor of a name on the page of findings."""
    return f"{group}-{name}"


def page_suffix(language: str) -> str:
    """Return the end of the name of a page in a language: ``.ko.md``, or ``.md`` in the first language.

    A language without documentation has the page of the first language.
    """
    return f".{language}.md" if language in LANGUAGES[1:] else ".md"


def findings_url(group: Group | None = None, name: str = "", language: str = "en") -> str:
    """Return the address of a name on the page of findings, of a group without a name, or of the page."""
    fragment = f"#{anchor(group, name) if name else group}" if group else ""
    return f"{URL}/reference/findings{page_suffix(language)}{fragment}"
