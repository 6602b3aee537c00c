"""The files around the pages: the index, the configuration of MkDocs, and the assets."""

from __future__ import annotations

import html
import json
from importlib import resources
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.filenames import safe_name
from tracer.rendering.markdown_escapes import EXAMPLE, Md, code, inline
from tracer.rendering.pages.page import CHANGES, PROLOGUE, purpose
from tracer.rendering.pages.site_plan import OPERATIONS
from tracer.rendering.pages.templating import fill
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.rendering.pages.site_plan import Page, ReleasePages, SitePlan
    from tracer.rendering.pages.wording import Wording

__all__ = ["BASE", "CONFIG", "assets", "configuration", "index"]

CONFIG = "mkdocs.yml"
BASE = "mkdocs.base.yml"
_MARKS = {"deviates": " ✗", "undetermined": " ?"}


def index(plan: SitePlan, say: Wording) -> str:
    """Return the first page: a table of commands and releases, and every command of every release."""
    releases = [
        {
            "title": _title(release, say),
            "anchor": f"release-{safe_name(release.folder)}",
            "rows": [
                {
                    "title": page.title,
                    "path": f"{release.folder}/{page.name}.md",
                    "purpose": _purpose(page, say),
                    "messages": page.summary.messages,
                    "verdict": say(f"verdict.{page.summary.verdict or 'none'}"),
                    "recorded": page.summary.recorded.partition("T")[0],
                }
                for page in release.pages
            ],
            "more": _more(release, say),
            "changes": _changes(plan, release, say),
        }
        for release in plan.releases
    ]
    table = _table(plan, say) if len(releases) > 1 else []
    return fill(
        "index.md.j2",
        say=say,
        table=table,
        releases=releases,
        operations=say("index.operations", title=say("coverage.title"), page=Md(f"{OPERATIONS}/index.md"))
        if plan.operations
        else Md(),
        token=code(EXAMPLE),
    )


def configuration(plan: SitePlan, wordings: Sequence[Wording]) -> dict[str, str]:
    """Return two configuration files by path: one for users to edit, and its base with the pages.

    ``wordings`` has the texts of each language of the site. The names of pages in the first language have no
    language.
    """
    say = wordings[0]
    titles = [_navigation(plan, each) for each in wordings]
    languages = [
        {
            "code": _yaml(each.language),
            "name": _yaml(each("language")),
            "site": _yaml(each("site.name")),
            "light": _yaml(each("site.light")),
            "dark": _yaml(each("site.dark")),
            "titles": _translations(titles[0], own),
        }
        for each, own in zip(wordings, titles, strict=True)
    ]
    values = {"name": _yaml(say("site.name")), "base": _yaml(BASE)}
    return {
        CONFIG: fill("mkdocs.yml.j2", **values),
        BASE: fill("mkdocs.base.yml.j2", **values, languages=languages, navigation=titles[0]),
    }


def assets() -> dict[str, bytes]:
    """Return the files for readers' browsers, with third-party licences, by path below the pages.

    Mermaid is the engine that also draws the pictures of tracer. The worker makes the search work if a
    reader opens the site from local files.
    """
    folder = resources.files(__package__) / "assets"
    # An import of the engine would take longer than making the pages.
    engine = find_spec("mermaidx")
    assert engine is not None
    assert engine.origin is not None
    mermaid = Path(engine.origin).parent / "assets" / "mermaid.js"
    files = {f"assets/{file.name}": file.read_bytes() for file in folder.iterdir() if file.is_file()}
    return {"assets/mermaid.min.js": mermaid.read_bytes(), **files}


def _title(release: ReleasePages, say: Wording) -> str:
    return release.name or say("release.unknown")


def _purpose(page: Page, say: Wording) -> Md:
    """Return what the command does, without its name, which is beside it in the table."""
    summary = page.summary
    if not summary.sequence and not summary.failed_login:
        return say("index.no-sequence")
    return purpose(summary, page.title, say)


def _table(plan: SitePlan, say: Wording) -> list[list[Md]]:
    """Return a table of links: a row for each command, a column for each release, the headings first."""
    heads = [say("index.command"), *(inline(_title(release, say)) for release in plan.releases)]
    rows = sorted({(page.title, page.name) for release in plan.releases for page in release.pages})
    links = {
        (page.title, page.name, release.folder): Md(
            f"[{page.summary.messages}{_MARKS.get(page.summary.verdict or '', '')}]"
            f"({release.folder}/{page.name}.md)"
        )
        for release in plan.releases
        for page in release.pages
    }
    return [
        heads,
        *(
            [inline(title), *(links.get((title, name, release.folder), Md()) for release in plan.releases)]
            for title, name in rows
        ),
    ]


def _navigation(plan: SitePlan, say: Wording) -> list[tuple[Md, list[tuple[Md, Md]]]]:
    """Return the navigation: pages of the whole site, then a group for each release and for each service.

    A group has the titles and the paths of its pages. Without a title, the heading of the page is shown.
    """
    overview = [(_nav(say("coverage.title")), _yaml(f"{OPERATIONS}/index.md"))] if plan.operations else []
    return [
        (Md(""), [(_nav(say("index.title")), _yaml("index.md")), *overview]),
        *(
            (_nav(_title(release, say)), list(_navigation_of(release, plan, say)))
            for release in plan.releases
        ),
        *(
            (
                _nav(say("coverage.group", service=service)),
                # The title comes from the page: it may be the name of a secret, beside another text here.
                [(Md(""), _yaml(f"{OPERATIONS}/{page.name}.md")) for page in pages],
            )
            for service, pages in groupby(plan.operations, key=lambda page: page.service)
        ),
    ]


def _navigation_of(release: ReleasePages, plan: SitePlan, say: Wording) -> Iterator[tuple[Md, Md]]:
    if release.prologue:
        yield _nav(say("prologue.title")), _yaml(f"{release.folder}/{PROLOGUE}")
    before = plan.earlier(release)
    if before is not None:
        yield _nav(say("changes.title", release=before.name)), _yaml(f"{release.folder}/{CHANGES}")
    for page in release.pages:
        yield _nav(page.title), _yaml(f"{release.folder}/{page.name}.md")


def _translations(
    first: list[tuple[Md, list[tuple[Md, Md]]]], own: list[tuple[Md, list[tuple[Md, Md]]]]
) -> dict[Md, Md]:
    """Return the titles of the navigation that differ from those in the first language."""
    titles: dict[Md, Md] = {}
    for (group, pages), (own_group, own_pages) in zip(first, own, strict=True):
        pairs = [(group, own_group), *((a, b) for (a, _), (b, _) in zip(pages, own_pages, strict=True))]
        titles |= {title: translation for title, translation in pairs if title != translation}
    return titles


def _more(release: ReleasePages, say: Wording) -> Md:
    if not release.prologue:
        return Md()
    return say("index.more", title=say("prologue.title"), page=Md(f"{release.folder}/{PROLOGUE}"))


def _changes(plan: SitePlan, release: ReleasePages, say: Wording) -> Md:
    before = plan.earlier(release)
    if before is None:
        return Md()
    return Md(f"[{say('changes.title', release=before.name)}]({release.folder}/{CHANGES})")


def _yaml(text: str) -> Md:
    """Return ``text`` as a YAML scalar, written as a JSON string."""
    return Md(json.dumps(str(text), ensure_ascii=False))


def _nav(text: str) -> Md:
    # The theme inserts titles of the navigation into its HTML without escaping.
    return _yaml(html.escape(visible(text)))
