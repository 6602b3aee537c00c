"""The page of changes from one release to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.comparison.folders import Compared, Couple, Pairing, compare_files
from tracer.comparison.report import compare_sides
from tracer.rendering.changes.diagrams import SideNames, flow_changes, merged
from tracer.rendering.changes.markdown import step_markdown
from tracer.rendering.changes.presenting import phrases, present
from tracer.rendering.markdown_escapes import Md, code, inline
from tracer.rendering.pages.templating import fill
from tracer.rendering.style import Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.rendering.pages.site_plan import ReleasePages
    from tracer.rendering.pages.wording import Wording
    from tracer.sequences import Sequence as DocumentedSequence

__all__ = ["changes_page"]


def changes_page(
    before: ReleasePages,
    after: ReleasePages,
    couples: Sequence[Couple],
    say: Wording,
    *,
    with_diagrams: bool,
    sequence: DocumentedSequence | None = None,
) -> str:
    """Return the page of changes from ``before`` to ``after``.

    ``couples`` are the runs on both releases, by the names of their pages, matched with ``sequence`` again if
    there is one. Raises InputError for a
    recording that cannot be read.
    """
    drawings: dict[str, list[str]] = {}

    def compared() -> Iterator[Compared]:
        for couple in couples:
            comparison = compare_files(couple, sequence=sequence)
            if with_diagrams and flow_changes(comparison):
                names = SideNames(before.name, after.name)
                drawings[couple.name] = merged(comparison, names, Style(language=say.language))
            yield comparison

    both = {couple.name for couple in couples}
    alone = [[page.name for page in release.pages if page.name not in both] for release in (before, after)]
    step = compare_sides(before.name, after.name, Pairing(list(couples), *alone), compared())
    titles = {page.name: page.title for page in after.pages}

    def name(recording: str) -> Md:
        if recording not in both:
            return code(recording)
        return Md(f"[{inline(titles[recording])}]({recording}.md)")

    report_texts = phrases(say.language)
    body = step_markdown(present(step, report_texts, drawings), report_texts, level=2, name=name)
    return fill("changes.md.j2", say=say, before=before.name, after=after.name, body=Md(body))
