"""The page of the options of the addon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ci.reference.markdown import code, head, join, prose, table
from tracer.capture.mitm.options import PREFIX, declare

if TYPE_CHECKING:
    from tests.ci.reference.translation import Texts

__all__ = ["addon_page"]


class _Declared:
    """A stand-in for mitmproxy's loader that notes the options."""

    def __init__(self) -> None:
        self.options: list[tuple[str, object, str]] = []

    def add_option(self, name: str, kind: object, default: object, text: str) -> None:
        """Note an option."""
        self.options.append((name, default, text))


def addon_page(texts: Texts, language: str) -> str:
    """Return the page in a language."""
    declared = _Declared()
    declare(declared)  # type: ignore[arg-type]  # the only method of a loader that it uses
    say = texts.frames[language]
    assert all(name.startswith(PREFIX) for name, *_ in declared.options)
    rows = [
        (code(name), prose(texts.translated(text, language)), code(str(default or "")))
        for name, default, text in declared.options
    ]
    return (
        join(
            head(say, "addon", say("addon_title")),
            say("addon_intro"),
            table((say("option"), say("meaning"), say("default")), rows),
            say("addon_end"),
        )
        + "\n"
    )
