"""The plan of a site: the pages and their paths, made from summaries alone.

The exchanges that recordings of a release share, the prologue, have their own page, so that a new
page changes no other page. If several recordings contain the same exchange, the page of the
prologue shows the exchange of the oldest recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.conformance import coverage
from tracer.filenames import first_free, safe_name
from tracer.releases import order
from tracer.sequences import catalog, known_words, subcommand_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracer.conformance import Coverage, CoveredOperation, OperationUse
    from tracer.rendering.pages.summary import Summary


__all__ = [
    "OPERATIONS",
    "OperationPage",
    "Page",
    "PrologueExchange",
    "ReleasePages",
    "SitePlan",
    "UsingPage",
    "plan",
    "variants",
]

OPERATIONS = "operations"
"""The folder of the pages of operations."""

_INDEX = "index"
_PROLOGUE = "prologue"
_CHANGES = "changes"
_UNKNOWN = "unknown"


class Page(NamedTuple):
    """The page of one recording. ``name`` is the name of its file in the folder of its release."""

    name: str
    title: str
    source: str
    summary: Summary


class PrologueExchange(NamedTuple):
    """An exchange on the page of the prologue: the ``source`` of its recording, its position, an anchor."""

    source: str
    position: int
    anchor: str


class ReleasePages(NamedTuple):
    """The pages of a release, and the exchanges of its prologue by content. An unknown name is empty."""

    name: str
    folder: str
    pages: list[Page]
    prologue: dict[str, PrologueExchange]


class UsingPage(NamedTuple):
    """The page of a recording that has an operation, and the exchanges with the operation."""

    release: ReleasePages
    page: Page
    use: OperationUse


class OperationPage(NamedTuple):
    """The page of an operation that a recording has.

    ``name`` is the path of its file below the folder of all operations, without a suffix. ``users`` are in
    the order of the site: the newest release first.
    """

    name: str
    service: str
    operation: CoveredOperation
    users: list[UsingPage]

    def example(self) -> UsingPage:
        """Return the page with the example: of a success if possible, of the newest release, the shortest."""
        newest = [user.release.name for user in self.users]
        return min(
            self.users,
            key=lambda user: (
                not user.use.succeeded,
                newest.index(user.release.name),
                user.page.summary.messages,
            ),
        )


class SitePlan(NamedTuple):
    """The whole site, the newest release first. ``operations`` are in the order of ``coverage``."""

    releases: list[ReleasePages]
    coverage: Coverage
    operations: list[OperationPage]

    def elsewhere(self, page: Page, here: ReleasePages) -> list[tuple[ReleasePages, Page]]:
        """Return the pages of the same run on other releases."""
        return [
            (release, candidate)
            for release in self.releases
            for candidate in release.pages
            if release is not here and candidate.name == page.name and candidate.title == page.title
        ]

    def earlier(self, here: ReleasePages) -> ReleasePages | None:
        """Return the latest earlier release that shares runs with ``here``. None if either has no name."""
        older = self.releases[self.releases.index(here) + 1 :]
        sharing = [release for release in older if release.name and here.name and self.couples(release, here)]
        return sharing[0] if sharing else None

    def couples(self, before: ReleasePages, after: ReleasePages) -> list[tuple[Page, Page]]:
        """Return the pages of the runs on both releases, in pairs."""
        there = {(page.name, page.title): page for page in before.pages}
        return [
            (there[page.name, page.title], page) for page in after.pages if (page.name, page.title) in there
        ]


def plan(summaries: Mapping[str, Summary], names: Mapping[str, str]) -> SitePlan:
    """Return the plan for recordings, given by their ``summaries`` and ``names``, both by source."""
    by_release: dict[str, list[str]] = {}
    for source in sorted(summaries, key=lambda source: (names[source], source)):
        by_release.setdefault(summaries[source].release, []).append(source)
    taken = {OPERATIONS}
    releases = []
    for name in sorted(by_release, key=lambda name: (bool(name), order(name)), reverse=True):
        folder = _free(safe_name(name) if name else _UNKNOWN, taken)
        releases.append(ReleasePages(name, folder, _pages(by_release[name], summaries, names), {}))
        releases[-1].prologue.update(_collect_prologue(releases[-1].pages))
    covered = coverage([summary.operations for summary in summaries.values()])
    return SitePlan(releases, covered, list(_operation_pages(covered, releases)))


def variants(page: Page, here: ReleasePages) -> list[Page]:
    """Return the pages of other runs of the same command on the same release."""
    sequence = page.summary.sequence
    return [
        variant
        for variant in here.pages
        if variant is not page and sequence and variant.summary.sequence == sequence
    ]


def _operation_pages(covered: Coverage, releases: Iterable[ReleasePages]) -> Iterator[OperationPage]:
    users: dict[str, list[UsingPage]] = {}
    for release in releases:
        for page in release.pages:
            for operation_id, use in page.summary.operations.uses.items():
                users.setdefault(operation_id, []).append(UsingPage(release, page, use))
    for service in covered.services:
        taken = {_INDEX}
        for operation in service.seen:
            seen_in = {use.release for use in operation.seen}
            folder, _, rest = operation.id.partition(".")
            name = f"{safe_name(folder)}/{_free(safe_name(rest.replace('.', '-')), taken)}"
            using = [user for user in users[operation.id] if user.release.name in seen_in]
            yield OperationPage(name, service.service, operation, using)


def _pages(sources: Iterable[str], summaries: Mapping[str, Summary], names: Mapping[str, str]) -> list[Page]:
    taken = {_INDEX, _PROLOGUE, _CHANGES}
    return [
        Page(name, _title(summaries[source], name), source, summaries[source])
        for source in sources
        for name in [_free(safe_name(names[source]), taken)]
    ]


def _free(name: str, taken: set[str]) -> str:
    """Add ``name`` to ``taken`` and return it, numbered if ``taken`` has it already, in any case."""
    free = first_free(
        lambda number: name if number == 1 else f"{name}-{number}",
        lambda numbered: numbered.lower() in taken,
    )
    taken.add(free.lower())
    return free


def _title(summary: Summary, name: str) -> str:
    """Return the command, with the part of the run's name that distinguishes the runs of a command."""
    command, usual = _command(summary)
    if not command or name == usual:
        return command or name
    rest = name.removeprefix(f"{usual}-")
    return f"{command} ({rest})"


def _command(summary: Summary) -> tuple[str, str]:
    """Return the command without arguments, and the usual name of its recording; both empty if unknown."""
    sequence = catalog().get(summary.sequence or "")
    if sequence is not None:
        return sequence.command, sequence.name
    own = known_words(subcommand_words(summary.command or ""))
    return (f"openstack {' '.join(own)}", "-".join(own)) if own else ("", "")


def _collect_prologue(pages: Iterable[Page]) -> dict[str, PrologueExchange]:
    """Return the exchanges of the prologue by content, in the order of a run."""
    oldest: dict[str, tuple[tuple[int, str, str], PrologueExchange]] = {}
    for page in pages:
        for index in page.summary.prologue:
            content = page.summary.contents[index]
            age = (page.summary.recorded, page.name)
            previous = oldest.get(content)
            if content and (previous is None or age < previous[0][1:]):
                oldest[content] = ((index, *age), PrologueExchange(page.source, index, f"m-{content[:8]}"))
    return {
        content: exchange for content, (_, exchange) in sorted(oldest.items(), key=lambda item: item[1][0])
    }
