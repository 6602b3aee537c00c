"""The pages on the disk: made where something has changed, and nothing of other people's touched."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from tracer.errors import InputError
from tracer.output import write
from tracer.recording import loads
from tracer.rendering.pages.page import PROLOGUE, command_page, prologue_page, surroundings
from tracer.rendering.pages.plan import Plan, Release, plan
from tracer.rendering.pages.site import configuration, index, mermaid_files
from tracer.rendering.pages.summary import Summary, summarise
from tracer.rendering.pages.wording import Wording, wording

__all__ = ["Published", "publish"]

Diagrams = Literal["mermaid", "svg"]
Progress = Callable[[str], None]

_MANIFEST = ".tracer-docs.json"
_DOCS = "docs"
_ROOMS = ("rendering", "sequences")


class Published(NamedTuple):
    """What became of the files of the site, by their paths below its folder.

    ``kept`` were changed, or made, by somebody else: they are as they were.
    """

    written: list[str]
    unchanged: list[str]
    kept: list[str]
    removed: list[str]


class _File(msgspec.Struct, frozen=True):
    """A file that we made: the digests of what it was made from, and of what was written."""

    made_from: str
    written: str


class _Manifest(msgspec.Struct):
    format: Literal[1] = 1
    maker: str = ""
    recordings: dict[str, Summary] = {}
    files: dict[str, _File] = {}


class _Source(NamedTuple):
    path: Path
    text: str
    digest: str


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
    manifest = _read_manifest(folder / _MANIFEST)
    maker = _maker()
    sources = {str(path): _source(path) for path in recordings}
    summaries = {
        name: _summary(source, manifest, maker, progress) for name, source in sources.items()
    }
    if release is not None:
        summaries = {name: one for name, one in summaries.items() if one.release == release}
    site = plan(summaries, {name: sources[name].path.stem for name in summaries})
    press = _Press(folder, manifest, _digest(maker, language, diagrams))
    try:
        _print(press, site, sources, say, diagrams, progress)
        press.remove_others()
    finally:
        manifest.maker, manifest.recordings = maker, summaries
        write(folder / _MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return press.published


def _print(
    press: _Press, site: Plan, sources: Mapping[str, _Source], say: Wording, diagrams: Diagrams, progress: Progress
) -> None:
    @functools.lru_cache(maxsize=4)
    def recording(name: str) -> Any:
        return loads(sources[name].text, name)

    pages = [(release, page) for release in site.releases for page in release.pages]
    for number, (release, page) in enumerate(pages, 1):
        path = f"{_DOCS}/{release.folder}/{page.name}"
        around = surroundings(page, release, site)
        picture = f"{page.name}.svg" if diagrams == "svg" else ""
        press.make(
            f"{path}.md",
            _digest(page.summary.digest, around),
            lambda: command_page(recording(page.source), around, say, picture),  # noqa: B023 - called at once
        )
        if picture:
            progress(f"drawing {number} of {len(pages)}: {page.title}")
            press.make(f"{path}.svg", page.summary.digest, lambda: _drawn(recording(page.source)))  # noqa: B023
    for release in site.releases:
        if release.held:
            _print_prologue(press, release, recording, say)
    for path, text in {f"{_DOCS}/index.md": index(site, say), **configuration(site, say)}.items():
        press.make(path, _digest(text), lambda: text)  # noqa: B023
    for path, content in mermaid_files().items():
        press.make(f"{_DOCS}/{path}", _digest(version("mermaidx")), lambda: content)  # noqa: B023


def _print_prologue(press: _Press, release: Release, recording: Callable[[str], Any], say: Wording) -> None:
    pages = {page.source: page for page in release.pages}
    held = release.held.values()
    press.make(
        f"{_DOCS}/{release.folder}/{PROLOGUE}",
        _digest([(pages[one.source].summary.digest, pages[one.source].title, one) for one in held]),
        lambda: prologue_page(
            [(recording(one.source), pages[one.source], one.index, one.anchor) for one in held], say
        ),
    )


class _Press:
    """Writes what is not there yet as it should be, and keeps the book of it."""

    def __init__(self, folder: Path, manifest: _Manifest, edition: str) -> None:
        self.published = Published([], [], [], [])
        self._folder = folder
        self._files = manifest.files
        self._edition = edition
        self._seen: set[str] = set()

    def make(self, path: str, made_from: str, content: Callable[[], str | bytes]) -> None:
        """Make the file ``path``, unless it is there and was made from the same."""
        self._seen.add(path)
        key = _digest(self._edition, made_from)
        there = _digest_of_file(self._folder / path)
        ours = self._files.get(path)
        if there and ours and there == ours.written and key == ours.made_from:
            self.published.unchanged.append(path)
            return
        made = content()
        digest = hashlib.sha256(made if isinstance(made, bytes) else made.encode()).hexdigest()
        if there and there != digest and (ours is None or there != ours.written):
            self.published.kept.append(path)
            return
        if there == digest:
            self.published.unchanged.append(path)
        else:
            write(self._folder / path, made)
            self.published.written.append(path)
        self._files[path] = _File(key, digest)

    def remove_others(self) -> None:
        """Delete what we made for recordings that are no more; what somebody changed since stays."""
        for path in sorted(set(self._files) - self._seen):
            there = _digest_of_file(self._folder / path)
            if there == self._files.pop(path).written:
                (self._folder / path).unlink()
                self.published.removed.append(path)
            elif there:
                self.published.kept.append(path)


def _drawn(recording: Any) -> str | bytes:
    from tracer.rendering import draw

    return draw(recording, "svg")


def _summary(source: _Source, manifest: _Manifest, maker: str, progress: Progress) -> Summary:
    known = manifest.recordings.get(str(source.path))
    if known is not None and known.digest == source.digest and manifest.maker == maker:
        return known
    progress(f"reading {source.path}")
    return summarise(loads(source.text, str(source.path)), source.digest)


def _source(path: Path) -> _Source:
    from tracer.datafiles import read

    text = read(path)
    return _Source(path, text, hashlib.sha256(text.encode()).hexdigest())


def _read_manifest(path: Path) -> _Manifest:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Manifest)
    except FileNotFoundError:
        return _Manifest()
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None
    except msgspec.DecodeError:
        raise InputError(str(path), "not what tracer docs wrote; delete it to have all pages made anew") from None


def _maker() -> str:
    """The digest of all that decides how a recording becomes a page: our code, templates, texts and sequences."""
    home = Path(__file__).parents[2]
    files = sorted(path for room in _ROOMS for path in (home / room).rglob("*") if path.suffix != ".pyc")
    return _digest([(str(path.relative_to(home)), _digest_of_file(path)) for path in files if path.is_file()])


def _digest(*what: object) -> str:
    return hashlib.sha256(msgspec.json.encode(what)).hexdigest()


def _digest_of_file(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
