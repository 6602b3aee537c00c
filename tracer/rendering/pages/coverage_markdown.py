"""Coverage of the API reference in Markdown: a table of operations and releases for each service.

The newest release comes first, as on the other pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.rendering.coverage_tables import documented_releases, grouped_counts, release_names, status_list
from tracer.rendering.markdown_escapes import Md, code, inline, link
from tracer.rendering.operation_links import operation_name
from tracer.rendering.pages.templating import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracer.conformance import Coverage, CoveredOperation, ServiceCoverage
    from tracer.rendering.pages.wording import Wording

__all__ = ["coverage_markdown"]


def coverage_markdown(
    coverage: Coverage,
    say: Wording,
    *,
    unseen: bool,
    page_of: Callable[[CoveredOperation], str] = lambda _: "",
) -> str:
    """Return a page with the table of each service. With ``unseen``, lists of other operations follow.

    ``page_of`` returns the page of an operation. Without a page, the name leads to the API reference.
    """
    services = [
        {
            "name": service.service,
            "anchor": f"service-{service.service}",
            "title": say(
                "coverage.service",
                service=service.service,
                seen=service.total.seen,
                documented=service.total.documented,
                percent=service.total.percent,
            ),
            "releases": _counts(service, coverage.releases, say),
            "others": say.count("coverage.others", service.others, count=f"{service.others:,}")
            if service.others
            else Md(),
            "rows": [_row(operation, coverage.releases, say, page_of) for operation in service.seen],
            "unseen": list(_unseen(service, coverage.releases, say)) if unseen else [],
        }
        for service in coverage.services
    ]
    heads = [
        say("coverage.operation"),
        *(_release(name, say) for name in reversed(coverage.releases)),
        say("coverage.exchanges"),
        say("coverage.recordings"),
    ]
    return fill("coverage.md.j2", say=say, heads=heads, releases=coverage.releases, services=services)


def _counts(service: ServiceCoverage, releases: Sequence[str], say: Wording) -> list[Md]:
    """Return the counts of each release, if there are several."""
    if len(releases) < 2:
        return []
    return [
        say(
            "coverage.of-releases",
            releases=release_names(names, releases),
            seen=count.seen,
            documented=count.documented,
        )
        for count, names in grouped_counts(service.releases).items()
    ]


def _row(
    operation: CoveredOperation,
    releases: Sequence[str],
    say: Wording,
    page_of: Callable[[CoveredOperation], str],
) -> list[Md]:
    seen = {use.release: use for use in operation.seen}
    page = page_of(operation)
    name = operation_name(operation.id, say.language)
    request = code(f"{operation.method} {operation.path}")
    return [
        Md(f"{Md(f'[{inline(name)}]({page})') if page else link(name, operation.link)}<br>{request}"),
        *(
            inline(status_list(seen[release].statuses, seen[release].exchanges))
            if release in seen
            else Md("·" if release in operation.documented else "")
            for release in reversed(releases)
        ),
        Md(f"{operation.exchanges:,}"),
        Md(f"{operation.recordings:,}"),
    ]


def _unseen(service: ServiceCoverage, releases: Sequence[str], say: Wording) -> Iterator[Md]:
    for operation in service.unseen:
        name = link(operation_name(operation.id, say.language), operation.link)
        limits = documented_releases(operation, releases)
        request = code(f"{operation.method} {operation.path}")
        yield Md(f"{name}: {request}{f' ({inline(limits)})' if limits else ''}")


def _release(name: str, say: Wording) -> Md:
    return inline(name) if name else say("release.unknown")
