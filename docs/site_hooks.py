"""Hooks of mkdocs: pages of docs/ also read well in the repository, where their links are relative paths."""

from __future__ import annotations

import posixpath
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

__all__ = ["on_files", "on_page_markdown"]

_ROOT = Path(__file__).resolve().parents[1]
_ASSETS = _ROOT / "tracer" / "rendering" / "pages" / "assets"
_LANGUAGE_LINK = re.compile(r"\n\[(?:한국어|English)\]\([\w.-]+\)\n")
_PICTURE = re.compile(r"!\[(?P<text>[^\]\[]*)\]\((?P<path>[^)#\s]*pictures/[\w-]+)(?P<suffix>\.\w+)\)")
_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]\[]*)\]\((?P<path>\.\.?/[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add files that the sites of ``tracer docs`` have, too, and pictures outside docs/ that pages show."""
    sources = {f"assets/{name}": _ASSETS / name for name in ("iframe-worker.js", "pages.css")}
    for page in files.documentation_pages():
        for link in _LINK.finditer(page.content_string):
            path = _outside(link["path"], page.src_uri)
            if path is not None and link["picture"]:
                sources[path] = _ROOT / path
    for uri, source in sources.items():
        files.append(File.generated(config, uri, abs_src_path=str(source)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Remove the link to the other language, which the header has. Resolve links to files outside docs/.

    A picture with a twin in dark colours becomes both pictures, of which the theme shows the right one.
    """

    def resolve(link: re.Match[str]) -> str:
        path = _outside(link["path"], page.file.src_uri)
        if path is None:
            return link[0]
        if not (_ROOT / path).exists():
            raise PluginError(f"{page.file.src_uri}: {link['path']} does not exist")
        if link["picture"]:
            picture = posixpath.relpath(path, posixpath.dirname(page.file.src_uri) or ".")
            return f"![{link['text']}]({picture})"
        return f"[{link['text']}]({_repository()}/blob/main/{path}{link['anchor'] or ''})"

    def pair(picture: re.Match[str]) -> str:
        light, dark = (f"{picture['path']}{twin}{picture['suffix']}" for twin in ("", "-dark"))
        if not (_ROOT / "docs" / page.file.src_uri).parent.joinpath(dark).is_file():
            return picture[0]
        return f"![{picture['text']}]({light}#only-light)![{picture['text']}]({dark}#only-dark)"

    return _LINK.sub(resolve, _PICTURE.sub(pair, _LANGUAGE_LINK.sub("\n", markdown, count=1)))


def _repository() -> str:
    """Return the URL of the repository. The theme would ask GitHub about a ``repo_url`` of ``mkdocs.yml``."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Source"])


def _outside(link: str, page: str) -> str | None:
    """Return the path in the repository if the link of a page leads out of docs/, else None."""
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), link))
    return None if path.startswith("docs/") else path
