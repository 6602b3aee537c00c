"""Publication of recordings on disk as a site on disk. Each publication makes every page again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.comparison.folders import Couple
from tracer.errors import InputError
from tracer.formats.data_files import read
from tracer.recording import loads
from tracer.rendering.messages import messages
from tracer.rendering.pages.changed import changes_page
from tracer.rendering.pages.page import (
    CHANGES,
    MOST_DIAGRAMS,
    PROLOGUE,
    command_page,
    diagram_texts,
    prologue_page,
)
from tracer.rendering.pages.site import assets, configuration, index
from tracer.rendering.pages.site_plan import Page, ReleasePages, SitePlan, plan
from tracer.rendering.pages.site_writer import Published, SiteWriter
from tracer.rendering.pages.summary import Summary, summarise
from tracer.rendering.pages.wording import Wording, wording
from tracer.rendering.picture import THEMES, render

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording

__all__ = ["Diagrams", "publish"]

Diagrams = Literal["mermaid", "svg"]
Progress = Callable[[str], None]

_DOCS = "docs"
_CLIENT = "client-"
"""The prefix of folders for recordings with a client of another release than the cloud's."""


def publish(
    recordings: Iterable[Path],
    folder: Path,
    language: str,
    *,
    release: str | None = None,
    diagrams: Diagrams = "mermaid",
    progress: Progress = lambda _: None,
) -> Published:
    """Make the site of ``recordings`` in ``folder``, or update the site that is there.

    With ``release`` the site contains only recordings of that release. ``progress`` is called with a text
    before long work. Raises InputError for an unreadable recording, for an unknown language, and if no
    recording is of the ``release``, and the errors of ``tracer.storage.write``.
    """
    say = wording(language)
    writer = SiteWriter(folder)
    paths = {str(path): path for path in recordings}
    # A path may be a pipe, which can be read only once.
    texts = {source: read(path) for source, path in paths.items()}
    summaries = {source: _summary(text, source, progress) for source, text in texts.items()}
    wanted = {source: each for source, each in summaries.items() if release in (None, each.release)}
    if not wanted:
        releases = ", ".join(sorted({each.release or "none" for each in summaries.values()}))
        raise InputError("--release", f"no recording of the release {release}; there are: {releases}")
    site = plan(wanted, {source: _name(paths[source]) for source in wanted})
    try:
        _Publication(writer, site, paths, texts, say, progress).write(diagrams)
        writer.remove_obsolete()
    finally:
        writer.save_list()
    return writer.published


def _summary(text: str, source: str, progress: Progress) -> Summary:
    # All recordings together may exceed the memory: only texts and summaries stay in it.
    progress(f"reading {source}")
    return summarise(loads(text, source))


class _Publication(NamedTuple):
    """A site to write, with the paths and the texts of its recordings by source."""

    writer: SiteWriter
    site: SitePlan
    paths: Mapping[str, Path]
    texts: Mapping[str, str]
    say: Wording
    progress: Progress

    def write(self, diagrams: Diagrams) -> None:
        pages = [(release, page) for release in self.site.releases for page in release.pages]
        for number, (release, page) in enumerate(pages, 1):
            self.progress(f"page {number} of {len(pages)}: {page.title}")
            self._write_page(release, page, with_pictures=diagrams == "svg")
        for release in self.site.releases:
            if release.prologue:
                self._write_prologue(release)
            self._write_changes(release, with_diagrams=diagrams == "mermaid")
        self.writer.write(f"{_DOCS}/index.md", index(self.site, self.say))
        for path, text in configuration(self.site, self.say).items():
            self.writer.write(path, text)
        for path, content in assets().items():
            self.writer.write(f"{_DOCS}/{path}", content)

    def _write_page(self, release: ReleasePages, page: Page, *, with_pictures: bool) -> None:
        folder = f"{_DOCS}/{release.folder}"
        recording = self._recording(page.source)
        pictures = _pictures(page) if with_pictures else []
        views = messages(recording)
        text = command_page(recording, page, release, self.site, self.say, pictures, views)
        self.writer.write(f"{folder}/{page.name}.md", text)
        texts = diagram_texts(recording, self.say.language, views) if pictures else []
        for diagram, files in zip(texts, pictures, strict=True):
            for theme in THEMES:
                self.writer.write(f"{folder}/{files[theme]}", render(diagram, "svg", theme).decode())

    def _write_changes(self, release: ReleasePages, *, with_diagrams: bool) -> None:
        before = self.site.earlier(release)
        if before is None:
            return
        self.progress(f"what changed from {before.name} to {release.name}")
        couples = [
            Couple(new.name, self.paths[old.source], self.paths[new.source])
            for old, new in self.site.couples(before, release)
        ]
        text = changes_page(before, release, couples, self.say, with_diagrams=with_diagrams)
        self.writer.write(f"{_DOCS}/{release.folder}/{CHANGES}", text)

    def _write_prologue(self, release: ReleasePages) -> None:
        pages = {page.source: page for page in release.pages}
        exchanges = list(release.prologue.values())
        recordings = {source: self._recording(source) for source in {each.source for each in exchanges}}
        sections = [
            (recordings[each.source], pages[each.source], each.position, each.anchor) for each in exchanges
        ]
        self.writer.write(f"{_DOCS}/{release.folder}/{PROLOGUE}", prologue_page(sections, self.say))

    def _recording(self, source: str) -> Recording:
        return loads(self.texts[source], source)


def _pictures(page: Page) -> list[dict[str, str]]:
    """Return the names of the files for the parts of the diagram, by theme."""
    return [
        {
            theme: f"{page.name}-diagram{part if page.summary.diagrams > 1 else ''}-{theme}.svg"
            for theme in THEMES
        }
        for part in range(1, min(page.summary.diagrams, MOST_DIAGRAMS) + 1)
    ]


def _name(path: Path) -> str:
    """Return the name of a recording's page, with the client if the client is of another release."""
    folder = path.parent.name
    return f"{path.stem}-{folder}" if folder.startswith(_CLIENT) else path.stem
