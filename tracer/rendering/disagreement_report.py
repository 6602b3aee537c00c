"""The report on contradictions between OpenStack's documentation and its services, in Markdown."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from tracer.conformance.api import disagreements
from tracer.conformance.api.evidence_texts import evidence_text
from tracer.conformance.rule_texts import plain_text, rule_texts
from tracer.i18n import pick
from tracer.releases import order
from tracer.rendering.coverage_tables import release_names
from tracer.rendering.markdown_escapes import Md, code, inline, link
from tracer.rendering.operation_links import operation_name
from tracer.rendering.pages.templating import fill

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tracer.conformance.api import ApiReport, Disagreement
    from tracer.rendering.pages.wording import Wording

__all__ = ["disagreement_report"]


class _Row(NamedTuple):
    """A contradiction: the rule and its evidence in words, locations, releases, an exchange."""

    difference: Md
    locations: Md
    releases: Md
    evidence: Md


def disagreement_report(
    report: ApiReport, say: Wording, folder: Path | None = None, *, preface: Sequence[str] = ()
) -> str:
    """Return the page. Its links lead to recordings from ``folder``, or there are none without a folder.

    ``preface`` are paragraphs of Markdown below the title.
    """
    collected = disagreements(report)
    releases = sorted({each.release for each in report.recordings if each.release}, key=order)
    seen = [each for each in collected if each.recording]
    return fill(
        "disagreements.md.j2",
        say=say,
        preface=[Md(paragraph) for paragraph in preface],
        intro=say(
            "disagreements.intro",
            recordings=f"{len(report.recordings):,}",
            exchanges=f"{sum(each.exchanges for each in report.recordings):,}",
            releases=release_names(releases, releases),
        ),
        schemas=say(
            "disagreements.schemas",
            releases=release_names(report.releases_with_schemas, report.releases_with_schemas),
        )
        if report.releases_with_schemas
        else say("disagreements.no-schemas"),
        counts=say("disagreements.counts", seen=len(seen), total=len(collected)),
        services=[
            {"name": service, "operations": list(map(dict, _operations(list(each), releases, say, folder)))}
            for service, each in groupby(collected, key=lambda each: each.service)
        ],
        rules=[
            Md(f"{code(rule)}: {inline(plain_text(pick(rule_texts().api[rule].means, say.language)))}")
            for rule in sorted({each.rule for each in collected})
        ],
    )


def _operations(
    collected: list[Disagreement], releases: Sequence[str], say: Wording, folder: Path | None
) -> Iterable[dict[str, object]]:
    for operation, each in groupby(collected, key=lambda each: each.operation):
        rows = list(each)
        name = operation_name(operation, say.language)
        request = code(rows[0].request)
        yield {
            "title": Md(f"{inline(name)} · {request}") if name else request,
            "reference": Md(f"{code(operation)} · {link(say('disagreements.reference'), rows[0].link)}"),
            "rows": [_row(row, releases, say, folder) for row in rows],
        }


def _row(each: Disagreement, releases: Sequence[str], say: Wording, folder: Path | None) -> _Row:
    texts = [evidence_text(each.evidence, say.language)]
    if each.condition:
        texts.append(say("disagreements.only-if", condition=evidence_text(each.condition, say.language)))
    return _Row(
        difference=Md(f"{code(each.rule)}: {' '.join(map(inline, texts))}"),
        locations=Md(", ".join(map(code, each.locations))),
        releases=inline(
            release_names(each.releases, releases)
            if each.releases
            else "–".join(dict.fromkeys((each.since, each.until)))
        ),
        evidence=_evidence(each, say, folder) if each.recording else say("disagreements.elsewhere"),
    )


def _evidence(each: Disagreement, say: Wording, folder: Path | None) -> Md:
    recording = code(each.recording)
    if folder is not None:
        way = os.path.relpath(each.recording, folder).replace(os.sep, "/")
        recording = Md(f"[{recording}]({quote(way)})")
    sources = (
        say("disagreements.reference") if source == "reference" else code(source) for source in each.sources
    )
    return say(
        "disagreements.evidence-text",
        recording=recording,
        exchange=each.exchange,
        exchanges=f"{each.exchanges:,}",
        recordings=f"{each.recordings:,}",
        sources=Md(", ".join(sources)),
    )
