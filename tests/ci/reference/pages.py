"""All generated pages of docs/reference, by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ci.reference.addon import addon_page
from tests.ci.reference.disagreements_page import disagreements_page
from tests.ci.reference.exit_codes import codes_page
from tests.ci.reference.file_pages import file_pages, schema_files
from tests.ci.reference.findings_page import findings_page
from tests.ci.reference.shared_options import options_page
from tests.ci.reference.verbs import verbs_page
from tracer.documentation import LANGUAGES, page_suffix

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.ci.reference.translation import Texts

__all__ = ["make_pages", "obsolete"]

_FOLDER = "docs/reference"
_PAGES = {
    "verbs": verbs_page,
    "options": options_page,
    "exit-codes": codes_page,
    "addon": addon_page,
    "findings": findings_page,
    "disagreements": disagreements_page,
}


def make_pages(texts: Texts) -> dict[str, str]:
    """Return the text of each page and of each schema by its path in the repository."""
    pages: dict[str, str] = {}
    for language in LANGUAGES:
        for name, make in _PAGES.items():
            pages[f"{_FOLDER}/{name}{page_suffix(language)}"] = make(texts, language)
        for name, text in file_pages(texts, language).items():
            pages[f"{_FOLDER}/files/{name}{page_suffix(language)}"] = text
    return pages | {f"{_FOLDER}/schemas/{name}.json": text for name, text in schema_files().items()}


def obsolete(root: Path, pages: Iterable[str]) -> list[str]:
    """Return the files in generated folders that are no pages any more."""
    wanted = {*pages}
    folders = (root / _FOLDER / name for name in ("files", "schemas"))
    present = [path.relative_to(root).as_posix() for folder in folders for path in sorted(folder.glob("*"))]
    return [path for path in present if path not in wanted]
