"""The page of a recording, and the page of the prologue that recordings of a release share."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tracer.conformance.reasons import unlabelled_deviations
from tracer.i18n import note_text
from tracer.releases import PATTERN as RELEASE
from tracer.rendering.markdown_escapes import EXAMPLE, Md, code, fence, inline, link, masked
from tracer.rendering.mermaid import mermaid_parts
from tracer.rendering.pages.code_blocks import CodeBlock, block
from tracer.rendering.pages.launch import MASK, launch
from tracer.rendering.pages.login_plugins import UNKNOWN
from tracer.rendering.pages.message_texts import DescribedRecording, Part, parts, parts_of, steps
from tracer.rendering.pages.site_plan import OPERATIONS, variants
from tracer.rendering.pages.summary import repetitions
from tracer.rendering.pages.templating import fill
from tracer.rendering.style import Style
from tracer.sequences import calls_openstack, catalog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracer.model import Recording
    from tracer.rendering.messages import MessageView
    from tracer.rendering.pages.site_plan import Page, ReleasePages, SitePlan
    from tracer.rendering.pages.summary import Summary
    from tracer.rendering.pages.wording import Wording

__all__ = [
    "CHANGES",
    "MOST_DIAGRAMS",
    "PROLOGUE",
    "command_page",
    "diagram_texts",
    "operation_pages",
    "prologue_page",
    "purpose",
]

CHANGES = "changes.md"
PROLOGUE = "prologue.md"
_LATEST = "latest"
MOST_DIAGRAMS = 10
"""The most parts of a diagram on a page."""
_MOST_NUMBERS = 600


def command_page(
    recording: Recording,
    page: Page,
    release: ReleasePages,
    plan: SitePlan,
    say: Wording,
    pictures: Sequence[Mapping[str, str]] = (),
    views: Sequence[MessageView] | None = None,
) -> str:
    """Return the text of ``page``, which shows ``recording``.

    Each item of ``pictures`` is a part of the diagram, and maps themes to file names. Without pictures the
    page contains the diagram as Mermaid text. ``views`` are the messages of ``recording`` if the caller has
    them already.
    """
    sequence = catalog().get(recording.sequence or "")
    contents = page.summary.contents
    run = DescribedRecording(
        recording,
        say,
        lambda index: _in_prologue(contents[index], release),
        repetitions(contents),
        views,
        operation_pages(plan),
    )
    title = page.title
    entry = launch(recording, title)
    return fill(
        "page.md.j2",
        say=say,
        page={
            "title": title,
            "purpose": purpose(page.summary, title, say),
            "reference": _reference(recording, say) if sequence else Md(),
            "facts": list(_facts(recording, page, release, plan, say)),
            "deviations": list(_deviations(recording, run)),
            "undetermined": recording.verdict == "undetermined",
            "notes": list(_notes(recording, say)),
            "command": _command(recording, say),
            "command_heading": _command_heading(recording, say),
            "launch": fence(entry, "json", say("command.launch-title")) if entry else Md(),
            "launch_text": _about_launch(entry, say),
            "diagrams": list(_diagrams(run, title, pictures)),
            "more_diagrams": _more_diagrams(page.summary.diagrams, say),
            "steps": steps(run),
            "parts": parts(run),
            "rest": run.rest(),
            "seen": _fallback_elsewhere(page, release, say),
            "output": list(_output(recording, say)),
        },
    )


def diagram_texts(recording: Recording, language: str, views: Sequence[MessageView]) -> list[str]:
    """Return the parts of the diagram that a page shows, as Mermaid text."""
    return mermaid_parts(recording, Style(language=language), MOST_DIAGRAMS, views)


class _Section(NamedTuple):
    numbers: Md
    heading: Md
    anchor: str
    text: Md
    source: Md
    parts: list[Part]


def prologue_page(
    exchanges: list[tuple[Recording, Page, int, str]],
    say: Wording,
    pages_of_operations: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the page of the prologue. Messages have their numbers in the recording that shows them.

    Each of ``exchanges`` is given by its recording, its page, its index, and an anchor.
    ``pages_of_operations`` has the pages of operations by ID.
    """
    sections = []
    recordings = {page.source: recording for recording, page, _, _ in exchanges}
    runs = {
        source: DescribedRecording(recording, say, operation_pages=pages_of_operations)
        for source, recording in recordings.items()
    }
    for _, page, index, anchor in exchanges:
        run = runs[page.source]
        request, response = run.pairs[index]
        sections.append(
            _Section(
                numbers=Md(f"({request.number}), ({response.number}) "),
                heading=inline(request.text),
                anchor=anchor,
                text=inline(run.telling.step(request, response)),
                source=say("prologue.source", link=_to(page.title, f"{page.name}.md")),
                parts=[
                    part._replace(anchor=f"{anchor}-{number}")
                    for number, part in enumerate(parts_of(run, index), 1)
                ],
            )
        )
    return fill("prologue.md.j2", say=say, sections=sections, token=code(EXAMPLE))


def operation_pages(plan: SitePlan) -> dict[str, str]:
    """Return the pages of operations by ID, as paths from the folder of a release."""
    return {page.operation.id: f"../{OPERATIONS}/{page.name}.md" for page in plan.operations}


def purpose(summary: Summary, title: str, say: Wording) -> Md:
    """Return the purpose of the command in one line, or the reason why no sequence has it."""
    sequence = catalog().get(summary.sequence or "")
    text = say.pick(sequence.purpose) if sequence else ""
    if text:
        return inline(text)
    command = code(title)
    if sequence:
        return say("command.purpose-not-written", command=command)
    if summary.sequence:
        return say("command.purpose-not-given", command=command, sequence=code(summary.sequence))
    if summary.failed_login:
        return say("command.purpose-no-login", command=command, failure=code(summary.failed_login))
    return say("command.purpose", command=command)


def _in_prologue(content: str, release: ReleasePages) -> str:
    """Return the link to an exchange on the page of the prologue; an empty text if the page lacks it."""
    return f"{PROLOGUE}#{release.prologue[content].anchor}" if content in release.prologue else ""


def _fallback_elsewhere(page: Page, release: ReleasePages, say: Wording) -> Md:
    """Return a sentence with a link to a variant that shows the fallback, if this run does not."""
    if page.summary.fell_back:
        return Md()
    for variant in variants(page, release):
        if variant.summary.fell_back:
            return say("fallback.seen", link=_to(variant.title, f"{variant.name}.md"))
    return Md()


def _to(words: str, page: str) -> Md:
    return Md(f"[{inline(words)}]({page})")


def _reference(recording: Recording, say: Wording) -> Md:
    sequence = catalog()[recording.sequence or ""]
    release = recording.cloud.release or ""
    url = sequence.reference.replace("{release}", release if re.fullmatch(RELEASE, release) else _LATEST)
    return say("command.reference", link=link(sequence.command, url)) if url else Md()


def _facts(
    recording: Recording, page: Page, release: ReleasePages, plan: SitePlan, say: Wording
) -> Iterator[Md]:
    yield say(
        "command.facts",
        release=recording.cloud.release or say("command.not-known"),
        recorded=recording.recorded.replace("T", " ").replace("Z", " UTC"),
        verdict=say(f"verdict.{recording.verdict or 'none'}"),
    )
    if recording.client:
        yield say("command.client", client=recording.client)
    since = _since(page, release, plan)
    if since:
        yield _to(say("changes.title", release=since), CHANGES)
    elsewhere = [
        _to(there.name or say("release.unknown"), f"../{there.folder}/{same.name}.md")
        for there, same in plan.elsewhere(page, release)
    ]
    if elsewhere:
        yield say("command.elsewhere", links=Md(", ".join(elsewhere)))
    alike = [_to(variant.title, f"{variant.name}.md") for variant in variants(page, release)]
    if alike:
        yield say("command.variants", links=Md(", ".join(alike)))


def _since(page: Page, release: ReleasePages, plan: SitePlan) -> str:
    """Return the name of the earlier release that the page of changes compares this run with; else empty."""
    before = plan.earlier(release)
    if before is None or all(after is not page for _, after in plan.couples(before, release)):
        return ""
    return before.name


def _deviations(recording: Recording, run: DescribedRecording) -> Iterator[Md]:
    if recording.verdict == "undetermined" and recording.doubt == "client":
        yield run.say("deviation.undetermined-client")
    elif recording.verdict == "undetermined":
        why = run.say("deviation.undetermined-why") if recording.notes else ""
        yield Md(f"{run.say('deviation.undetermined')} {why}".rstrip())
    if recording.missing:
        yield run.say("deviation.missing", steps=", ".join(map(str, recording.missing)))
    for verdict in ("unexpected", "wrong-status"):
        numbers = [
            f"({view.number})" if view.exchange in run.left_out else f"[({view.number})](#m{view.number})"
            for view in run.views
            if view.verdict == verdict and (view.kind == "request") == (verdict == "unexpected")
        ]
        more = [f"+{len(numbers) - _MOST_NUMBERS:,}"] if len(numbers) > _MOST_NUMBERS else []
        if numbers:
            named = Md(", ".join([*numbers[:_MOST_NUMBERS], *more]))
            yield run.say(f"deviation.{verdict}", numbers=named)
    unlabelled = unlabelled_deviations(recording)
    requests = {view.exchange: view.number for view in run.views if view.kind == "request"}
    for kind in ("token", "media-type", "body"):
        numbers = [
            f"({requests[deviation.exchange]})"
            for deviation in unlabelled
            if deviation.kind == kind and deviation.exchange is not None
        ]
        if numbers:
            yield run.say(f"deviation.{kind}", numbers=", ".join(numbers[:_MOST_NUMBERS]))
    if any(deviation.exchange is None for deviation in unlabelled):
        yield run.say("deviation.count")


def _notes(recording: Recording, say: Wording) -> Iterator[Md]:
    if recording.interrupted.strip():
        yield say("note.interrupted", reason=recording.interrupted)
    # An empty list item would turn the line before it into a heading.
    yield from filter(None, (inline(note_text(note, say.language)) for note in recording.notes))


def _command(recording: Recording, say: Wording) -> Md:
    if recording.command is None:
        return Md()
    title = say("command.title") if _is_openstack(recording) else say("command.other")
    return fence(f"$ {masked(recording.command)}", "console", title)


def _command_heading(recording: Recording, say: Wording) -> Md:
    return say("command.heading") if _is_openstack(recording) else say("command.other")


def _is_openstack(recording: Recording) -> bool:
    return recording.command is None or calls_openstack(recording.command)


def _about_launch(entry: str, say: Wording) -> Md:
    secrets = say("command.launch-secrets", mask=code(MASK)) if MASK in entry else Md()
    unknown = say("command.launch-plugin") if f'"OS_AUTH_TYPE": "{UNKNOWN}"' in entry else Md()
    return Md(" ".join(filter(None, (say("command.launch"), secrets, unknown))))


def _diagrams(run: DescribedRecording, title: str, pictures: Sequence[Mapping[str, str]]) -> Iterator[Md]:
    if not pictures:
        texts = diagram_texts(run.recording, run.say.language, run.views)
        yield from (fence(text.rstrip(), "mermaid") for text in texts)
    words = run.say("diagram.alternative", title=title, count=2 * len(run.recording.exchanges))
    for part in pictures:
        yield Md(" ".join(f"![{words}]({file}#only-{theme})" for theme, file in part.items()))


def _more_diagrams(count: int, say: Wording) -> Md:
    if count <= MOST_DIAGRAMS:
        return Md()
    return say("diagram.more", shown=MOST_DIAGRAMS, count=f"{count:,}", draw=code("tracer diagram -o"))


def _output(recording: Recording, say: Wording) -> Iterator[CodeBlock]:
    output = recording.output
    if output is None:
        yield CodeBlock(Md(), say("output.unknown"))
        return
    option, format_ = _format(recording.command or "")
    if output.stdout.strip():
        heading = say("output.format", format=format_) if format_ else say("output.plain")
        yield block(output.stdout.rstrip(), "json" if _is_json(output.stdout) else "text", heading, say)
        if option:
            yield CodeBlock(Md(), say("output.option", option=code(option), format=code(format_)))
    if output.stderr.strip():
        yield block(output.stderr.rstrip(), "text", say("output.errors"), say)
    if not (output.stdout.strip() or output.stderr.strip()):
        yield CodeBlock(Md(), say("output.none"))
    if output.exit:
        yield CodeBlock(Md(), say("output.exit", code=output.exit))


_FORMATS = frozenset({"csv", "json", "shell", "table", "value", "yaml"})


def _format(command: str) -> tuple[str, str]:
    """Return the command-line option for the output format, and the format; empty texts without one."""
    try:
        words = shlex.split(command)
    except ValueError:
        return "", ""
    for word, after in pairwise([*words, ""]):
        if word in ("-f", "--format") and after in _FORMATS:
            return f"{word} {after}", after
        if word.partition("=")[0] == "--format" and word.partition("=")[2] in _FORMATS:
            return word, word.partition("=")[2]
    return "", ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
