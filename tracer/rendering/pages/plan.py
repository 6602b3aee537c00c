"""Which page is where, and which one shows what several share: decided from summaries alone.

What recordings of a release have in common, the prologue, is on a page of its own. So a page
that is added moves nothing on the others. Of two recordings that could give an exchange to that
page the older one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.filenames import safe_name
from tracer.releasenames import order
from tracer.sequences import catalog, command_words, known_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracer.rendering.pages.summary import Summary

__all__ = ["Held", "Page", "Plan", "Release", "plan"]

_INDEX = "index"
_PROLOGUE = "prologue"
_CHANGES = "changes"
_UNKNOWN = "unknown"


class Page(NamedTuple):
    """The page of one recording. ``name`` is that of its file, in the folder of its release."""

    name: str
    title: str
    source: str
    summary: Summary


class Held(NamedTuple):
    """An exchange that the prologue's page shows: its recording's ``source``, its position, an anchor."""

    source: str
    position: int
    anchor: str


class Release(NamedTuple):
    """The pages of a release, and what its prologue holds by content. ``name`` is empty where not known."""

    name: str
    folder: str
    pages: list[Page]
    held: dict[str, Held]


class Plan(NamedTuple):
    """The whole site, the newest release first."""

    releases: list[Release]

    def elsewhere(self, page: Page, here: Release) -> list[tuple[Release, Page]]:
        """The same run on other releases."""
        return [
            (release, other)
            for release in self.releases
            for other in release.pages
            if release is not here and other.name == page.name and other.title == page.title
        ]

    def earlier(self, here: Release) -> Release | None:
        """The release before, if there are runs on both; None where one of the two is not known."""
        older = self.releases[self.releases.index(here) + 1 :]
        known = [one for one in older if one.name and here.name and self.couples(one, here)]
        return known[0] if known else None

    def couples(self, before: Release, after: Release) -> list[tuple[Page, Page]]:
        """The runs on both releases."""
        there = {(page.name, page.title): page for page in before.pages}
        return [
            (there[page.name, page.title], page) for page in after.pages if (page.name, page.title) in there
        ]


def plan(summaries: Mapping[str, Summary], names: Mapping[str, str]) -> Plan:
    """The site for the recordings of ``summaries``, by source; ``names`` has the name of each."""
    by_release: dict[str, list[str]] = {}
    for source in sorted(summaries, key=lambda one: (names[one], one)):
        by_release.setdefault(summaries[source].release, []).append(source)
    taken: set[str] = set()
    releases = []
    for name in sorted(by_release, key=lambda name: (bool(name), order(name)), reverse=True):
        folder = _free(safe_name(name) if name else _UNKNOWN, taken)
        releases.append(Release(name, folder, _pages(by_release[name], summaries, names), {}))
        releases[-1].held.update(_held(releases[-1].pages))
    return Plan(releases)


def variants(page: Page, here: Release) -> list[Page]:
    """Other runs of the same command on the same release."""
    sequence = page.summary.sequence
    return [
        other for other in here.pages if other is not page and sequence and other.summary.sequence == sequence
    ]


def _pages(sources: Iterable[str], summaries: Mapping[str, Summary], names: Mapping[str, str]) -> list[Page]:
    taken = {_INDEX, _PROLOGUE, _CHANGES}
    return [
        Page(name, _title(summaries[source], name), source, summaries[source])
        for source in sources
        for name in [_free(safe_name(names[source]), taken)]
    ]


def _free(name: str, taken: set[str]) -> str:
    """``name``, or with a number where a file system that knows no case has it already."""
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free.lower())
    return free


def _title(summary: Summary, name: str) -> str:
    """The command, and in what the run's name differs from the command's: so its runs are told apart."""
    command, usual = _command(summary)
    if not command or name == usual:
        return command or name
    rest = name.removeprefix(f"{usual}-")
    return f"{command} ({rest})"


def _command(summary: Summary) -> tuple[str, str]:
    """The command without its arguments, and what a recording of it is called; both empty where not known."""
    sequence = catalog().get(summary.sequence or "")
    if sequence is not None:
        return sequence.command, sequence.name
    own = known_words(command_words(summary.command or ""))
    return (f"openstack {' '.join(own)}", "-".join(own)) if own else ("", "")


def _held(pages: Iterable[Page]) -> dict[str, Held]:
    """The exchanges of the prologue by their content, in the order in which a run has them."""
    held: dict[str, tuple[tuple[int, str, str], Held]] = {}
    for page in pages:
        for index in page.summary.prologue:
            content = page.summary.contents[index]
            age = (page.summary.recorded, page.name)
            known = held.get(content)
            if content and (known is None or age < known[0][1:]):
                held[content] = ((index, *age), Held(page.source, index, f"m-{content[:8]}"))
    return {content: one for content, (_, one) in sorted(held.items(), key=lambda item: item[1][0])}
