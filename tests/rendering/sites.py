"""Sites made for tests, and what a reader finds on their pages."""

from __future__ import annotations

import functools
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import yaml
from markdown import Markdown

from tests.rendering import seed
from tracer.model import Body, Exchange, Output, Recording
from tracer.recording import save
from tracer.rendering.pages import Published, publish
from tracer.rendering.pages.site import BASE, configuration
from tracer.rendering.pages.site_plan import plan
from tracer.rendering.pages.wording import wording

FACTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "seed-page.yaml").read_text(encoding="utf-8"))

AUTH = """{
  "auth": {
    "identity": {
      "methods": ["password"],
      "password": {
        "user": {"password": "<password-1>", "name": "admin", "domain": {"name": "Default"}}
      }
    },
    "scope": {"project": {"name": "admin", "domain": {"name": "Default"}}}
  }
}"""


def seed_recording() -> Recording:
    """The run of the page that a person once wrote, with the headers and the output that it shows."""
    run = seed.exchanges()
    login = msgspec.structs.replace(run[1].request, body=Body(type="application/json", size=300, json=AUTH))
    run[1] = msgspec.structs.replace(run[1], request=login)
    asked, answered = FACTS["messages"]
    show = run[3]
    assert show.response is not None
    run[3] = msgspec.structs.replace(
        show,
        request=msgspec.structs.replace(
            show.request, headers={**asked["header"], "X-Auth-Token": "<token-1>"}
        ),
        response=msgspec.structs.replace(show.response, headers=dict(answered["header"])),
    )
    return msgspec.structs.replace(seed.recording(run), output=Output(exit=0, stdout=FACTS["output"] + "\n"))


def write_recordings(folder: Path, **recordings: Recording) -> Path:
    """Recordings on the disk, by name, in folders of their releases."""
    for name, recording in recordings.items():
        save(recording, folder / (recording.cloud.release or "") / f"{name.replace('_', '-')}.yaml")
    return folder


def site(recordings: Path, folder: Path, language: str = "en", **options: Any) -> Published:
    """The site of all recordings in a folder, in all languages if ``language`` is empty."""
    return publish(sorted(recordings.rglob("*.yaml")), folder, [language] if language else [], **options)


def page_of(tmp_path: Path, recording: Recording, language: str = "en", name: str = "image-show") -> str:
    """The page of one recording."""
    folder = write_recordings(tmp_path / "recordings", **{name: recording})
    site(folder, tmp_path / "site", language)
    release = recording.cloud.release or "unknown"
    return (tmp_path / "site" / "docs" / release / f"{name}.md").read_text(encoding="utf-8")


class _Config(yaml.SafeLoader):
    pass


def _imported(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    module, _, name = suffix.rpartition(".")
    return getattr(__import__(module, fromlist=[name]), name)


_Config.add_multi_constructor("tag:yaml.org,2002:python/name:", _imported)


@functools.cache
def _extensions() -> tuple[list[str], dict[str, Any]]:
    """The Markdown extensions that sites are built with, and their settings."""
    text = configuration(plan({}, {}), [wording("en")])[BASE]
    names: list[str] = []
    settings: dict[str, Any] = {}
    for one in yaml.load(text, Loader=_Config)["markdown_extensions"]:
        name, options = next(iter(one.items())) if isinstance(one, dict) else (one, {})
        names.append(name)
        settings[name] = options or {}
    return names, settings


class Element:
    """An element of a page: its tag, attributes and place in the tree."""

    def __init__(self, tag: str, attributes: dict[str, str | None], parent: Element | None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def all(self, tag: str = "", classes: str = "") -> list[Element]:
        """The elements below that have the tag and the class."""
        found: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag) and (
                    not classes or classes in (child.attributes.get("class") or "").split()
                ):
                    found.append(child)
                found += child.all(tag, classes)
        return found

    @property
    def text(self) -> str:
        """All text below."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


_VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.here = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), self.here)
        self.here.children.append(element)
        if tag not in _VOID:
            self.here = element

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.here.tag == tag, f"</{tag}> in <{self.here.tag}>"
            assert self.here.parent is not None
            self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


def rendered(markdown: str) -> Element:
    """A page as the site shows it: the tree of its HTML, without the theme around it."""
    names, settings = _extensions()
    return tree_of(Markdown(extensions=names, extension_configs=settings).convert(markdown))


def tree_of(html: str) -> Element:
    """The tree of a text in HTML."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    assert tree.here is tree.root, f"<{tree.here.tag}> is not closed"
    return tree.root


def exchange_with(body: Body | None = None, sent: Body | None = None, **options: Any) -> Exchange:
    """An exchange with these bodies."""
    made = seed.exchange("PUT", "/image/v2/images/x/file", 204, "No Content", times=(1.0, 2.0), body=body)
    return msgspec.structs.replace(
        made,
        request=msgspec.structs.replace(made.request, body=sent),
        path="/image/v2/images/{image_id}/file",
        **options,
    )
