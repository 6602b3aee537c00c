"""From recordings on the disk to a site on the disk: what has not changed is neither read nor made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.comparison.folders import Couple
from tracer.datafiles import read
from tracer.errors import InputError
from tracer.recording import loads, second
from tracer.rendering.pages.changed import changes_page
from tracer.rendering.pages.page import (
    CHANGES,
    MOST_DIAGRAMS,
    PROLOGUE,
    command_page,
    diagram_texts,
    prologue_page,
    surroundings,
)
from tracer.rendering.pages.plan import Page, Plan, Release, plan
from tracer.rendering.pages.press import (
    Manifest,
    Press,
    Published,
    digest,
    digest_of,
    digest_of_file,
    load_manifest,
    save_manifest,
)
from tracer.rendering.pages.site import assets, configuration, index
from tracer.rendering.pages.summary import Summary, summarise
from tracer.rendering.pages.wording import Wording, wording
from tracer.rendering.picture import THEMES, Theme, render
from tracer.sequences import catalog

if TYPE_CHECKING:
    from tracer.model import Recording

__all__ = ["Diagrams", "publish"]

Diagrams = Literal["mermaid", "svg"]
Progress = Callable[[str], None]

_DOCS = "docs"
_CLIENT = "client-"
"""What folders are called in whose recordings a client of another release than the cloud's was run."""
_ROOMS = ("comparison", "rendering", "sequences")


def publish(
    recordings: Iterable[Path],
    folder: Path,
    language: str,
    *,
    release: str | None = None,
    diagrams: Diagrams = "mermaid",
    progress: Progress = lambda _: None,
) -> Published:
    """Make the site of ``recordings`` in ``folder``, or bring the one that is there up to date.

    With ``release`` only recordings of it are taken. ``progress`` is told what takes long.
    Raises InputError for a recording that cannot be read or a language that is not known,
    and what ``tracer.output.write`` does.
    """
    say = wording(language)
    manifest = load_manifest(folder)
    maker = _maker()
    sources = {str(path): _Source(path) for path in recordings}
    known = manifest.recordings if manifest.maker == maker else {}
    summaries = {name: _summary(source, known, progress) for name, source in sources.items()}
    wanted = {name: one for name, one in summaries.items() if release in (None, one.release)}
    if not wanted:
        there = ", ".join(sorted({one.release or "none" for one in summaries.values()}))
        raise InputError("--release", f"no recording of the release {release}; there are: {there}")
    site = plan(wanted, {name: _name(sources[name].path) for name in wanted})
    press = Press(folder, manifest.files)
    try:
        _Printer(press, maker, site, sources, say, progress).print(diagrams)
        press.remove_others()
    finally:
        save_manifest(Manifest(maker=maker, recordings=summaries, files=manifest.files), folder)
    return press.published


class _Source:
    """A recording's file, read once and parsed where it must be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text = read(path)
        self.digest = digest(self._text)
        self._recording: Recording | None = None
        self._diagrams: list[str] = []

    def recording(self) -> Recording:
        if self._recording is None:
            self._recording = loads(self._text, str(self.path))
        return self._recording

    def diagram_texts(self, language: str) -> list[str]:
        if not self._diagrams:
            self._diagrams = diagram_texts(self.recording(), language)
        return self._diagrams

    def forget(self) -> None:
        """All recordings together may be more than the memory holds."""
        self._recording = None
        self._diagrams = []


def _summary(source: _Source, known: Mapping[str, Summary], progress: Progress) -> Summary:
    before = known.get(str(source.path))
    if before is not None and before.digest == source.digest:
        return before
    progress(f"reading {source.path}")
    try:
        return summarise(source.recording(), source.digest)
    finally:
        source.forget()


class _Printer(NamedTuple):
    press: Press
    maker: str
    site: Plan
    sources: Mapping[str, _Source]
    say: Wording
    progress: Progress

    def print(self, diagrams: Diagrams) -> None:
        pages = [(release, page) for release in self.site.releases for page in release.pages]
        for number, (release, page) in enumerate(pages, 1):
            self.progress(f"page {number} of {len(pages)}: {page.title}")
            self._page(release, page, with_pictures=diagrams == "svg")
        for release in self.site.releases:
            if release.held:
                self._prologue(release)
            self._changes(release, with_diagrams=diagrams == "mermaid")
        self._ready(f"{_DOCS}/index.md", index(self.site, self.say))
        for path, text in configuration(self.site, self.say).items():
            self._ready(path, text)
        for path, content in assets().items():
            self._ready(f"{_DOCS}/{path}", content)

    def _ready(self, path: str, content: str | bytes) -> None:
        made_from = digest_of(content if isinstance(content, bytes) else content.encode())
        self.press.make(path, made_from, lambda: content)

    def _page(self, release: Release, page: Page, *, with_pictures: bool) -> None:
        path = f"{_DOCS}/{release.folder}/{page.name}"
        around = surroundings(page, release, self.site)
        source = self.sources[page.source]
        pictures = _pictures(page) if with_pictures else []
        self.press.make(
            f"{path}.md",
            digest(self.maker, self.say.language, pictures, page.summary.digest, around),
            lambda: command_page(source.recording(), around, self.say, pictures),
        )
        for part, files in enumerate(pictures):
            for theme in THEMES:
                self.press.make(
                    f"{_DOCS}/{release.folder}/{files[theme]}",
                    digest(self.maker, self.say.language, page.summary.digest),
                    partial(self._picture, source, part, theme),
                )
        source.forget()

    def _picture(self, source: _Source, part: int, theme: Theme) -> str:
        return render(source.diagram_texts(self.say.language)[part], "svg", theme).decode()

    def _changes(self, release: Release, *, with_diagrams: bool) -> None:
        before = self.site.earlier(release)
        if before is None:
            return
        self.progress(f"what changed from {before.name} to {release.name}")
        pages = self.site.couples(before, release)
        couples = [
            Couple(theirs.name, self.sources[ours.source].path, self.sources[theirs.source].path)
            for ours, theirs in pages
        ]
        content = [
            (page.name, page.title, page.summary.digest, _digest_of_second(self.sources[page.source].path))
            for pair in pages
            for page in pair
        ]
        alone = [[page.name for page in one.pages] for one in (before, release)]
        self.press.make(
            f"{_DOCS}/{release.folder}/{CHANGES}",
            digest(self.maker, self.say.language, before.name, release.name, content, alone, with_diagrams),
            lambda: changes_page(before, release, couples, self.say, with_diagrams=with_diagrams),
        )

    def _prologue(self, release: Release) -> None:
        pages = {page.source: page for page in release.pages}
        held = [(self.sources[one.source], pages[one.source], one) for one in release.held.values()]
        content = [
            (source.digest, page.name, page.title, one.position, one.anchor) for source, page, one in held
        ]
        self.press.make(
            f"{_DOCS}/{release.folder}/{PROLOGUE}",
            digest(self.maker, self.say.language, content),
            lambda: prologue_page(
                [(source.recording(), page, one.position, one.anchor) for source, page, one in held], self.say
            ),
        )
        for source, _, _ in held:
            source.forget()


def _pictures(page: Page) -> list[dict[str, str]]:
    """The files of the diagram's parts, by theme, beside the page."""
    return [
        {
            theme: f"{page.name}-diagram{part if page.summary.diagrams > 1 else ''}-{theme}.svg"
            for theme in THEMES
        }
        for part in range(1, min(page.summary.diagrams, MOST_DIAGRAMS) + 1)
    ]


def _name(path: Path) -> str:
    """What the page of a recording is called: one of another client says so."""
    folder = path.parent.name
    return f"{path.stem}-{folder}" if folder.startswith(_CLIENT) else path.stem


def _digest_of_second(path: Path) -> str:
    again = second(path)
    return "" if again is None else digest_of_file(again)


def _maker() -> str:
    """The digest of what decides how a recording becomes a page: code, templates, texts and sequences."""
    home = Path(__file__).parents[2]
    files = sorted(path for room in _ROOMS for path in (home / room).rglob("*") if path.suffix != ".pyc")
    made_with = [(str(path.relative_to(home)), digest_of_file(path)) for path in files if path.is_file()]
    # Also those that were included from elsewhere.
    return digest(made_with, catalog())
