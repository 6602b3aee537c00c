"""The content security policy of HTML pages."""

from __future__ import annotations

from tracer.rendering.content_security import content_security_policy


def test_a_page_without_script_allows_none() -> None:
    # The hash is the SHA-256 of the empty text.
    assert content_security_policy(style="") == (
        "default-src 'none'; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_style_and_script_are_allowed_by_their_hashes() -> None:
    policy = content_security_policy(style="", script="alert('Hello, world.');")
    # The hash of this script is an example of Content Security Policy Level 3.
    assert (
        "script-src 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='; style-src 'sha256-47DE" in policy
    )
