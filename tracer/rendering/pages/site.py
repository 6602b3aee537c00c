"""The files around the pages: the index, the configuration of MkDocs, and the assets."""

from __future__ import annotations

import html
import json
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.filenames import safe_name
from tracer.rendering.markdown_escapes import EXAMPLE, Md, code
from tracer.rendering.pages.page import CHANGES, PROLOGUE, purpose
from tracer.rendering.pages.templating import fill
from tracer.rendering.texts import visible

if TYPE_CHECKING:
    from tracer.rendering.pages.site_plan import ReleasePages, SitePlan
    from tracer.rendering.pages.wording import Wording

__all__ = ["BASE", "CONFIG", "assets", "configuration", "index"]

CONFIG = "mkdocs.yml"
BASE = "mkdocs.base.yml"


def index(plan: SitePlan, say: Wording) -> str:
    """Return the first page, with every command of every release."""
    releases = [
        {
            "title": release.name or say("release.unknown"),
            "anchor": f"release-{safe_name(release.folder)}",
            "rows": [
                {
                    "title": page.title,
                    "path": f"{release.folder}/{page.name}.md",
                    "purpose": purpose(page.summary.sequence, page.title, say),
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
    return fill("index.md.j2", say=say, releases=releases, token=code(EXAMPLE))


def configuration(plan: SitePlan, say: Wording) -> dict[str, str]:
    """Return two configuration files by path: one for users to edit, and its base with the pages."""
    values = {"name": _yaml(say("site.name")), "base": _yaml(BASE), "theme": _yaml(say("theme"))}
    modes = {"light": _yaml(say("site.light")), "dark": _yaml(say("site.dark"))}
    releases = [
        {
            "title": _nav(release.name or say("release.unknown")),
            "pages": [
                *(
                    [(_nav(say("prologue.title")), _yaml(f"{release.folder}/{PROLOGUE}"))]
                    if release.prologue
                    else []
                ),
                *(
                    [(_nav(say("changes.title", release=before.name)), _yaml(f"{release.folder}/{CHANGES}"))]
                    if (before := plan.earlier(release)) is not None
                    else []
                ),
                *((_nav(page.title), _yaml(f"{release.folder}/{page.name}.md")) for page in release.pages),
            ],
        }
        for release in plan.releases
    ]
    return {
        CONFIG: fill("mkdocs.yml.j2", **values),
        BASE: fill("mkdocs.base.yml.j2", **values, **modes, home=_nav(say("index.title")), releases=releases),
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
