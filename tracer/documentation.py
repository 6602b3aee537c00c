"""Addresses in the documentation, for reports that explain their findings."""

from __future__ import annotations

from typing import Literal

__all__ = ["URL", "Group", "anchor", "findings_url"]

URL = "https://github.com/openstack-tracer/tracer/tree/main/docs"
"""The address of the documentation, as in the metadata of the package (``pyproject.toml``)."""

Group = Literal["verdict", "run", "rule", "difference", "severity", "volatile"]
"""The groups of names on the page of findings. A name occurs once in a group."""


def anchor(group: Group, name: str) -> str:
    """Return the anchor of a name on the page of findings."""
    return f"{group}-{name}"


def findings_url(group: Group | None = None, name: str = "", language: str = "en") -> str:
    """Return the address of a name on the page of findings, of a group without a name, or of the page.

    The page is in English for a language without documentation.
    """
    page = "findings.ko.md" if language == "ko" else "findings.md"
    fragment = f"#{anchor(group, name) if name else group}" if group else ""
    return f"{URL}/reference/{page}{fragment}"
