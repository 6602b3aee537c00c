"""The site of docs/ in both languages: built with strict checks of links, anchors and navigation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pymdownx.slugs import slugify

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MKDOCS = str(Path(sys.executable).with_name("mkdocs"))
LINK = re.compile(r"!?\[[^\]\[]*\]\(([^)\s]+)\)")
SOURCE = re.compile(r'\bsrc(?:set)?="([^"]+)"')
RESOURCE = re.compile(r'<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="(https?:)?//[^"]*"')


def _build(folder: Path, config: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MKDOCS, "build", "--strict", "--config-file", config, "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    folder: Path = tmp_path_factory.mktemp("site") / "site"
    built = _build(folder)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_there_in_both_languages(site: Path) -> None:
    for page in DOCS.rglob("*.md"):
        path = page.relative_to(DOCS)
        name = path.name.removesuffix(".md").removesuffix(".ko")
        folder = site / "ko" if path.name.endswith(".ko.md") else site
        text = (folder / path.with_name(f"{name}.html")).read_text(encoding="utf-8")
        assert f'lang="{"ko" if folder != site else "en"}"' in text


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 30
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert RESOURCE.findall(text) == []
        assert 'class="mermaid"' not in text, "the theme would load the library from another host"


@pytest.mark.parametrize(
    "page", ["tutorial.html", "ko/tutorial.html", "how-to/look.html", "ko/how-to/look.html"]
)
def test_pictures_have_the_colours_of_the_scheme(site: Path, page: str) -> None:
    pictures = re.findall(r'<img [^>]*src="([^"]*pictures/[^"]*)"', (site / page).read_text(encoding="utf-8"))
    assert pictures
    for light, dark in zip(pictures[::2], pictures[1::2], strict=True):
        stem, suffix = light.removesuffix("#only-light").rsplit(".", 1)
        assert (light, dark) == (f"{stem}.{suffix}#only-light", f"{stem}-dark.{suffix}#only-dark")
        for picture in (light, dark):
            assert ((site / page).parent / picture.partition("#")[0]).is_file()


def test_broken_links_and_pages_outside_the_navigation_fail(tmp_path: Path) -> None:
    config = _copy(
        tmp_path,
        {
            "index.md": "[page](how-to/absent.md) [anchor](benchmarks.md#absent)",
            "how-to/new.md": "# New",
        },
    )
    built = _build(tmp_path / "site", config)
    assert built.returncode != 0
    for complaint in ("'how-to/absent.md'", "'benchmarks.md#absent'", "how-to/new.md"):
        assert complaint in built.stderr


def test_a_link_to_an_absent_file_of_the_repository_fails(tmp_path: Path) -> None:
    built = _build(tmp_path / "site", _copy(tmp_path, {"index.md": "[rules](../tracer/absent.yaml)"}))
    assert built.returncode != 0
    assert "index.md: ../tracer/absent.yaml does not exist" in built.stderr


def _copy(folder: Path, additions: dict[str, str]) -> Path:
    """Copy the sources of the site, with a text at the end of each page. Return the configuration."""
    for name in ("mkdocs.yml", "pyproject.toml", "recordings", "tracer", "tests"):
        (folder / name).symlink_to(ROOT / name)
    for source in DOCS.rglob("*.*"):
        copy = folder / "docs" / source.relative_to(DOCS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    for page, text in additions.items():
        with (folder / "docs" / page).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
    config = folder / "copy.yml"
    config.write_text((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), encoding="utf-8")
    return config


@pytest.mark.parametrize("page", ["README.md", "README.ko.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_links_of_a_page_outside_the_site_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in LINK.findall(text) + SOURCE.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = ROOT / path if path else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in _anchors(file), target


def _anchors(page: Path) -> set[str]:
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    slug = slugify(case="lower")
    return {slug(title.replace("`", ""), "-") for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
