"""Publication of recordings on disk as a site on disk. Each publication makes every page again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer import i18n
from tracer.comparison.folders import Couple
from tracer.errors import InputError
from tracer.formats.data_files import read
from tracer.formats.file_kinds import expecting
from tracer.recording import is_client_folder, loads
from tracer.rendering.messages import messages
from tracer.rendering.pages.changed import changes_page
from tracer.rendering.pages.coverage_markdown import coverage_markdown
from tracer.rendering.pages.hosts import replacement
from tracer.rendering.pages.operation_page import operation_page
from tracer.rendering.pages.page import (
    CHANGES,
    MOST_DIAGRAMS,
    PROLOGUE,
    command_page,
    diagram_texts,
    operation_pages,
    prologue_page,
)
from tracer.rendering.pages.site import assets, configuration, index
from tracer.rendering.pages.site_plan import OPERATIONS, Page, ReleasePages, SitePlan, plan
from tracer.rendering.pages.site_writer import Published, SiteWriter
from tracer.rendering.pages.summary import Summary, summarise
from tracer.rendering.pages.wording import Wording, wording
from tracer.rendering.picture import THEMES, Theme, render_themes
from tracer.sequences import catalog, relabel

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording
    from tracer.rendering.pages.hosts import PublicHost
    from tracer.sequences import Sequence as DocumentedSequence

__all__ = ["Diagrams", "publish"]

Diagrams = Literal["mermaid", "svg"]
Progress = Callable[[str], None]

_DOCS = "docs"
_DRAWN = 256
"""Drawn diagrams in memory: equal diagrams of other pages and languages are not drawn again."""
_EXAMPLES = 8
"""Recordings in memory while pages of operations show examples of them."""


def publish(
    recordings: Iterable[Path],
    folder: Path,
    languages: Sequence[str] = (),
    *,
    release: str | None = None,
    diagrams: Diagrams = "mermaid",
    host: PublicHost | None = None,
    sequence: DocumentedSequence | None = None,
    progress: Progress = lambda _: None,
) -> Published:
    """Make the site of ``recordings`` in ``folder``, or update the site that is there.

    Without ``languages`` the site has all: first the language of the site that is there, else English. The
    names of pages in the first language have no language. With ``release`` the site contains only recordings
    of that release. ``host`` replaces loopback addresses. With ``sequence``, each recording is matched with
    it again; without it, the pages show the labels in the files. ``progress`` is called with a text before
    long work. Raises InputError for an unreadable recording, for an unknown language, and if no recording is
    of the ``release``, and the errors of ``tracer.storage.write``.
    """
    wordings = [wording(language) for language in languages]
    writer = SiteWriter(folder)
    wordings = wordings or [wording(language) for language in _all_languages(writer.language or i18n.DEFAULT)]
    writer.language = wordings[0].language
    paths = {str(path): path for path in recordings}
    # A path may be a pipe, which can be read only once.
    texts = {source: _text(path) for source, path in paths.items()}
    summaries = {source: _summary(text, paths[source], sequence, progress) for source, text in texts.items()}
    wanted = {source: each for source, each in summaries.items() if release in (None, each.release)}
    if not wanted:
        releases = ", ".join(sorted({each.release or "none" for each in summaries.values()}))
        raise InputError("--release", f"no recording of the release {release}; there are: {releases}")
    site = plan(wanted, {source: _name(paths[source]) for source in wanted})
    ports = {port for summary in wanted.values() for port in summary.mounted_ports}
    replace_hosts = replacement(host, ports) if host else str
    try:
        draw = functools.lru_cache(_DRAWN)(render_themes)
        publication = _Publication(
            writer, site, paths, texts, wordings, replace_hosts, draw, sequence, progress
        )
        publication.write(diagrams)
        writer.remove_obsolete()
    finally:
        writer.save_list()
    named = {source: each.sequence for source, each in wanted.items() if each.sequence}
    unknown = {source: name for source, name in named.items() if name not in catalog()}
    writer.published.unknown_sequences.update(unknown)
    return writer.published


def _all_languages(first: str) -> list[str]:
    return sorted(i18n.languages(), key=lambda language: (language != first, language))


def _text(path: Path) -> str:
    with expecting("recording", path):
        return read(path)


def _summary(text: str, path: Path, sequence: DocumentedSequence | None, progress: Progress) -> Summary:
    # All recordings together may exceed the memory: only texts and summaries stay in it.
    progress(f"reading {path}")
    with expecting("recording", path):
        return summarise(relabel(loads(text, str(path)), sequence))


class _Publication(NamedTuple):
    """A site to write, with the paths and the texts of its recordings by source.

    ``wordings`` has the texts of each language. ``replace_hosts`` replaces loopback addresses in a page.
    ``draw`` returns the pictures of a diagram by theme, and draws no diagram twice: the runs of a command are
    alike in most releases. ``sequence`` replaces the labels in the files.
    """

    writer: SiteWriter
    site: SitePlan
    paths: Mapping[str, Path]
    texts: Mapping[str, str]
    wordings: Sequence[Wording]
    replace_hosts: Callable[[str], str]
    draw: Callable[[str], Mapping[Theme, str]]
    sequence: DocumentedSequence | None
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
        if self.site.operations:
            self._write_operations()
        for say in self.wordings:
            self._write_text("index.md", say, index(self.site, say))
        for path, text in configuration(self.site, self.wordings).items():
            self.writer.write(path, text)
        for path, content in assets().items():
            self.writer.write(f"{_DOCS}/{path}", content)

    def _write_page(self, release: ReleasePages, page: Page, *, with_pictures: bool) -> None:
        recording = self._recording(page.source)
        pictures = _pictures(page) if with_pictures else []
        views = messages(recording)
        for say in self.wordings:
            text = command_page(recording, page, release, self.site, say, pictures, views)
            self._write_text(f"{release.folder}/{page.name}.md", say, text)
            texts = diagram_texts(recording, say.language, views) if pictures else []
            for number, (diagram, files) in enumerate(zip(texts, pictures, strict=True), 1):
                self.progress(f"diagram {number} of {len(texts)}: {page.title}")
                for theme, picture in self.draw(self.replace_hosts(diagram)).items():
                    self._write_text(f"{release.folder}/{files[theme]}", say, picture)

    def _write_changes(self, release: ReleasePages, *, with_diagrams: bool) -> None:
        before = self.site.earlier(release)
        if before is None:
            return
        self.progress(f"what changed from {before.name} to {release.name}")
        couples = [
            Couple(new.name, self.paths[old.source], self.paths[new.source])
            for old, new in self.site.couples(before, release)
        ]
        for say in self.wordings:
            text = changes_page(
                before, release, couples, say, sequence=self.sequence, with_diagrams=with_diagrams
            )
            self._write_text(f"{release.folder}/{CHANGES}", say, text)

    def _write_prologue(self, release: ReleasePages) -> None:
        pages = {page.source: page for page in release.pages}
        exchanges = list(release.prologue.values())
        recordings = {source: self._recording(source) for source in {each.source for each in exchanges}}
        sections = [
            (recordings[each.source], pages[each.source], each.position, each.anchor) for each in exchanges
        ]
        links = operation_pages(self.site)
        for say in self.wordings:
            self._write_text(f"{release.folder}/{PROLOGUE}", say, prologue_page(sections, say, links))

    def _write_operations(self) -> None:
        # A recording is the example of several operations.
        read = functools.lru_cache(_EXAMPLES)(self._recording)
        for number, page in enumerate(self.site.operations, 1):
            self.progress(f"operation {number} of {len(self.site.operations)}: {page.operation.id}")
            example = read(page.example().page.source)
            for say in self.wordings:
                self._write_text(f"{OPERATIONS}/{page.name}.md", say, operation_page(page, example, say))
        names = {page.operation.id: f"{page.name}.md" for page in self.site.operations}
        for say in self.wordings:
            text = coverage_markdown(
                self.site.coverage, say, unseen=True, page_of=lambda operation: names.get(operation.id, "")
            )
            self._write_text(f"{OPERATIONS}/index.md", say, text)

    def _write_text(self, path: str, say: Wording, text: str) -> None:
        """Write a page or a picture. Its name has the language, except in the first language of the site."""
        stem, _, suffix = path.rpartition(".")
        name = path if say is self.wordings[0] else f"{stem}.{say.language}.{suffix}"
        self.writer.write(f"{_DOCS}/{name}", self.replace_hosts(text))

    def _recording(self, source: str) -> Recording:
        return relabel(loads(self.texts[source], source), self.sequence)


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
    return f"{path.stem}-{folder}" if is_client_folder(folder) else path.stem
