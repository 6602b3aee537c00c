"""The page of an operation: the commands that use it, an example, documented and observed behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracer.api_reference import link, operation_by_id, reference
from tracer.releases import holds, order
from tracer.rendering.coverage_tables import release_names
from tracer.rendering.markdown_escapes import EXAMPLE, Md, code, inline
from tracer.rendering.markdown_escapes import link as to
from tracer.rendering.operation_links import operation_name
from tracer.rendering.pages.message_texts import DescribedRecording, Part, parts_of
from tracer.rendering.pages.templating import fill

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tracer.api_reference import Operation, Parameter
    from tracer.model import Recording
    from tracer.rendering.pages.site_plan import OperationPage
    from tracer.rendering.pages.wording import Wording

__all__ = ["operation_page"]

_MOST_FIELDS = 300
"""The most undocumented fields on a page: the names of a map may be the user's own."""
_ROOT = "../.."
"""The way from the page of an operation to the pages of all releases."""


class _Field(NamedTuple):
    """A parameter or a field, documented or observed.

    The type is beside the name: the last scan takes another word beside the name of a secret for its value.
    """

    name: Md
    type: Md
    location: Md
    required: Md
    documented: Md
    observed: Md


def operation_page(page: OperationPage, example: Recording, say: Wording) -> str:
    """Return the text of ``page``. ``example`` is the recording of the example."""
    # The facts are those of the newest release that has it.
    release = page.users[0].release.name
    located = operation_by_id(page.operation.id, release or None)
    assert located is not None
    operation = located.operation
    source = page.example().page
    return fill(
        "operation.md.j2",
        say=say,
        title=operation_name(operation.id, say.language),
        request=code(f"{operation.method} {operation.path}"),
        reference=to(say("operation.reference"), link(*located)),
        facts=list(_facts(page, operation, say)),
        token=code(EXAMPLE),
        commands=_commands(page, say),
        release=release or reference(page.service).releases[-1],
        statuses=list(_statuses(page, operation, say)),
        requests=list(_request_fields(page, operation, say)),
        responses=list(_response_fields(page, operation, say)),
        source=say(
            "prologue.source",
            link=Md(f"[{inline(source.title)}]({_ROOT}/{page.example().release.folder}/{source.name}.md)"),
        ),
        parts=_example(page, example, say),
    )


def _facts(page: OperationPage, operation: Operation, say: Wording) -> Iterator[Md]:
    yield say("operation.id", id=code(operation.id), service=page.service)
    if operation.actual_path:
        yield say("operation.real-path", path=code(operation.actual_path))
    if operation.min_version or operation.max_version:
        yield say("operation.microversions", range=f"{operation.min_version}–{operation.max_version}")
    content = reference(page.service)
    entries = [each for each in content.operations if each.id == operation.id]
    documented = [
        release
        for release in content.releases
        if any(holds(each.since or None, each.until or None, release) for each in entries)
    ]
    oldest = documented[0] == content.releases[0]
    yield say(f"operation.since{'-oldest' if oldest else ''}", release=documented[0])
    if documented[-1] != content.releases[-1]:
        yield say("operation.until", release=documented[-1])
    seen = page.operation.seen
    names = sorted((use.release for use in seen), key=order)
    yield say("operation.first-seen", release=next(filter(None, names), "") or say("release.unknown"))
    yield say(
        "operation.seen",
        releases=_releases(names, page, say),
        exchanges=f"{page.operation.exchanges:,}",
        recordings=f"{page.operation.recordings:,}",
    )


def _commands(page: OperationPage, say: Wording) -> list[list[Md]]:
    """Return a table of links: a row for each command, a column for each release, the headings first."""
    releases = list(dict.fromkeys(user.release.folder for user in page.users))
    names = {user.release.folder: user.release.name for user in page.users}
    cells = {
        (user.page.title, user.page.name, user.release.folder): Md(
            f"[{user.use.exchanges:,}]({_ROOT}/{user.release.folder}/{user.page.name}.md)"
        )
        for user in page.users
    }
    rows = sorted({(user.page.title, user.page.name) for user in page.users})
    return [
        [
            say("index.command"),
            *(inline(names[folder]) if names[folder] else say("release.unknown") for folder in releases),
        ],
        *(
            [inline(title), *(cells.get((title, name, folder), Md()) for folder in releases)]
            for title, name in rows
        ),
    ]


def _statuses(page: OperationPage, operation: Operation, say: Wording) -> Iterator[list[Md]]:
    """Yield for each status the documentation, the number of responses, and their releases."""
    observed = page.operation.statuses
    for status in sorted({*operation.success, *operation.errors, *observed}):
        if status in operation.success:
            documented = say("operation.success")
        elif status in operation.errors:
            documented = say("operation.error")
        else:
            documented = say("operation.undocumented")
        releases = [use.release for use in page.operation.seen if status in use.statuses]
        yield [
            Md(str(status)),
            documented,
            Md(f"{observed[status]:,}") if status in observed else say("operation.not-observed"),
            _releases(releases, page, say),
        ]
    unanswered = page.operation.exchanges - sum(observed.values())
    if unanswered:
        yield [say("message.no-response"), Md(), Md(f"{unanswered:,}"), Md()]


def _request_fields(page: OperationPage, operation: Operation, say: Wording) -> Iterator[_Field]:
    uses = [user.use for user in page.users]
    body = _united(use.request for use in uses)
    seen = {
        "path": frozenset(parameter.name for parameter in operation.request if parameter.location == "path"),
        "query": _united(use.query for use in uses),
        "header": _united(use.headers for use in uses),
        "body": body,
    }
    yield from _documented(operation.request, seen, say)
    known = _known(operation.request)
    outer = _united(use.request_fields for use in uses)
    yield from _undocumented("query", seen["query"] - known["query"], say)
    yield from _undocumented("body", outer - known["body"], say)


def _response_fields(page: OperationPage, operation: Operation, say: Wording) -> Iterator[_Field]:
    uses = [user.use for user in page.users]
    seen = {
        "header": _united(use.headers for use in uses),
        "body": _united(use.response for use in uses),
    }
    yield from _documented(operation.response, seen, say)
    outer = _united(use.response_fields for use in uses)
    yield from _undocumented("body", outer - _known(operation.response)["body"], say)


def _documented(
    parameters: Iterable[Parameter], seen: dict[str, frozenset[str]], say: Wording
) -> Iterator[_Field]:
    for parameter in parameters:
        name = _plain(parameter)
        observed = name in seen.get(parameter.location, ())
        has_versions = parameter.min_version or parameter.max_version
        yield _Field(
            code(parameter.name),
            inline(parameter.type),
            say(f"operation.in.{parameter.location}"),
            say("operation.yes") if parameter.required else Md(),
            say(
                f"operation.documented{'-from' if has_versions else ''}",
                versions=f"{parameter.min_version}–{parameter.max_version}",
            ),
            say("operation.observed" if observed else "operation.not-observed"),
        )


def _undocumented(location: str, names: Collection[str], say: Wording) -> Iterator[_Field]:
    for name in sorted(names)[:_MOST_FIELDS]:
        place = say(f"operation.in.{location}")
        yield _Field(code(name), Md(), place, Md(), say("operation.undocumented"), say("operation.observed"))


def _known(parameters: Iterable[Parameter]) -> dict[str, set[str]]:
    """Return the documented names by location."""
    known: dict[str, set[str]] = {"query": set(), "body": set()}
    for parameter in parameters:
        known.setdefault(parameter.location, set()).update((parameter.name, *parameter.name.split(".")))
    return known


def _plain(parameter: Parameter) -> str:
    """Return the name of a parameter as messages have it: a header in lower case, a field without objects."""
    if parameter.location == "header":
        return parameter.name.lower()
    return parameter.name.rpartition(".")[2] if parameter.location == "body" else parameter.name


def _united(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _releases(names: Collection[str], page: OperationPage, say: Wording) -> Md:
    """Return the names of releases, with a dash between neighbours among those of the page."""
    known = sorted((use.release for use in page.operation.seen if use.release), key=order)
    texts = [
        inline(release_names(filter(None, names), known)),
        say("release.unknown") if "" in names else Md(),
    ]
    return Md(", ".join(filter(None, texts)))


def _example(page: OperationPage, recording: Recording, say: Wording) -> list[Part]:
    # The texts of a sequence are about the command, and not about the operation.
    run = DescribedRecording(msgspec.structs.replace(recording, sequence=None), say)
    return [
        part._replace(anchor=f"example-{number}", operation=Md())
        for number, part in enumerate(parts_of(run, page.example().use.example), 1)
    ]
