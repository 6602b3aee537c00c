"""The page as text: what it allows itself, what it is given, and that no recording gets out of its JSON."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given

import tracer.rendering.view as room
from tests import strategies
from tests.rendering import seed
from tests.shipped import release_of, sample_recordings
from tracer.i18n import languages, section
from tracer.model import FORMAT, Exchange, Recording, Request, Response, free_note
from tracer.recording import load
from tracer.redaction import scan
from tracer.rendering.messages import messages
from tracer.rendering.view import view
from tracer.sequences import find, label

ROOT = Path(__file__).parents[3]
SHIPPED = sample_recordings()
HOSTILE = [
    "</script><script>alert(1)</script>", "<!--<script>", "-->", "]]>", "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>', "\u2028", "\u2029", "{{ 7*7 }}", "{% raw %}", "</textarea>", "&lt;b&gt;",
    "\x00", "\\u003c",
]  # fmt: skip


class Page(HTMLParser):
    """The elements of a page, and the texts of its scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.policy = ""
        self.inline: dict[str, str] = {}
        self._inside: str | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, tuple(given)))
        self.links += [value for name, value in given.items() if name in {"src", "href", "action", "srcset"}]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        self._inside = given.get("id", tag) if tag in {"script", "style"} else None

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is not None:
            self.inline[self._inside] = self.inline.get(self._inside, "") + data

    def data(self, name: str) -> Any:
        return json.loads(self.inline[name])


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _speaking(text: str) -> Recording:
    """A recording that says ``text`` wherever it can."""
    exchange = seed.exchange("GET", "/", 200, text, times=(0.0, 0.1), sender=text, to=text, error=text)
    body = {"type": text, "text": text, "size": 1}
    said = msgspec.convert(
        {"method": text, "url": text, "headers": {text: [text, text]}, "body": body}, type(exchange.request)
    )
    return Recording(
        format=FORMAT, command=text, sequence=text, verdict="deviates", client=text, recorded=text,
        interrupted=text, notes=[free_note(text)], redacted={text: 1}, participants={text: text},
        exchanges=[msgspec.structs.replace(exchange, request=said, path=text, verdict="unexpected")],
    )  # fmt: skip


def test_the_page_allows_its_own_script_and_style_and_nothing_else() -> None:
    page = Page(view({"seed": seed.recording()}))
    rules = dict(rule.split(" ", 1) for rule in page.policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": _hash(page.inline["script"]),
        "style-src": _hash(page.inline["style"]),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert [link for link in page.links if not link.startswith("data:")] == []
    assert not re.search(
        r"@import|\burl\(|\bimport\b *\(|fetch\(|XMLHttpRequest", page.inline["script"] + page.inline["style"]
    )


def test_the_script_makes_no_html_of_texts() -> None:
    script = Page(view({"seed": seed.recording()})).inline["script"]
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|DOMParser", script
    )


def test_summary_and_contents_hold_the_recording() -> None:
    recording = seed.recording()
    page = Page(view({"seed": recording}))
    (summary,) = page.data("summaries")
    assert summary["name"] == "seed"
    assert summary["participants"] == [
        ["client", "openstack-client"],
        ["keystone", "keystone-api"],
        ["glance", "glance-api"],
    ]
    assert summary["order"] == list(range(8))
    last = summary["exchanges"][3]
    assert last == {
        "from": 0, "to": 2, "method": "GET", "path": "/image/v2/images/{image_id}",
        "status": 200, "reason": "OK",
        "started": 0.412, "ended": 0.455, "steps": [7, 8], "verdict": "documented", "said": 3,
            "operation": 1,
    }  # fmt: skip
    assert page.data("contents-0") == [
        [msgspec.to_builtins(exchange.request), msgspec.to_builtins(exchange.response)]
        for exchange in recording.exchanges
    ]


@pytest.mark.parametrize("lang", languages())
def test_an_exchange_is_described_in_the_language_of_the_page(lang: str) -> None:
    recording = load(ROOT / "recordings" / "zed" / "image-show-by-name.yaml")
    (summary,) = Page(view({"a": recording}, lang)).data("summaries")
    said = [summary["descriptions"][exchange["said"]]["request"] for exchange in summary["exchanges"]]
    assert len(set(said)) == len(said) == 5
    assert bool(re.search("[가-힣]", str(said))) == (lang == "ko")


def test_an_unexpected_exchange_says_why_and_has_no_description() -> None:
    run = seed.exchanges()
    run[1] = seed.exchange("DELETE", f"/image/v2/images/{seed.IMAGE_ID}", 403, "Forbidden", times=(0.1, 0.2))
    (summary,) = msgspec.convert(
        Page(view({"a": seed.recording(run)})).data("summaries"), list[dict[str, Any]]
    )
    exchange = summary["exchanges"][1]
    assert exchange["verdict"] == "unexpected"
    assert "the method is DELETE, not GET" in str(exchange["why"])
    assert "said" not in exchange
    assert summary["missing"] == [3, 4]


@given(strategies.recordings | strategies.texts.map(_speaking), strategies.texts)
def test_no_text_of_a_recording_becomes_a_part_of_the_page(recording: Recording, name: str) -> None:
    page = Page(view({name: recording}))
    assert page.elements == Page(view({"a": _speaking("a")})).elements
    assert page.data("contents-0") == [
        [msgspec.to_builtins(exchange.request), msgspec.to_builtins(exchange.response)]
        for exchange in recording.exchanges
    ]
    (summary,) = page.data("summaries")
    assert summary["order"] == [
        2 * message.exchange + (message.kind != "request") for message in messages(recording)
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_in_the_json(text: str) -> None:
    page = Page(view({text: _speaking(text)}))
    assert page.elements == Page(view({"a": _speaking("a")})).elements
    assert page.data("contents-0")[0][0]["method"] == text


def test_a_call_of_a_service_is_described() -> None:
    run = label(seed.recording(), find("image-show"))
    validation = Exchange(
        sender="glance", receiver="keystone", started=0.42, ended=0.43,
        request=Request(method="GET", url="http://182.161.114.101/identity/v3/auth/tokens"),
        response=Response(status=200),
    )  # fmt: skip
    deep = msgspec.structs.replace(run, exchanges=[*run.exchanges, validation])
    (summary,) = Page(view({"a": label(deep, find("image-show"))})).data("summaries")
    said = summary["descriptions"][summary["exchanges"][-1]["said"]]
    assert said["summary"].startswith("The service has Keystone validate the token")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{release_of(path)}-{path.stem}")
@pytest.mark.parametrize("lang", languages())
def test_the_gate_takes_nothing_on_the_page_for_a_secret(path: Path, lang: str) -> None:
    assert scan(view({path.stem: load(path)}, lang)) == []


def test_a_secret_in_a_recording_is_found_on_the_page() -> None:
    leaky = msgspec.structs.replace(
        seed.recording(), notes=[free_note("X-Auth-Token: gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjd")]
    )
    assert scan(view({"leaky": leaky})) != []


def test_a_page_of_nothing_is_a_page() -> None:
    empty = msgspec.structs.replace(seed.recording(), exchanges=[], participants={})
    assert Page(view({"empty": empty})).data("contents-0") == []


def test_every_text_is_used_and_every_used_one_is_there() -> None:
    folder = Path(room.__file__).parent
    sources = [*folder.glob("script/*.js"), *folder.glob("*.j2")]
    used = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    families = ("verdict.", "omitted.", "theme.", "run.", "key.")
    for key in section("en", "view"):
        name = re.sub(r"\.(one|other)$", "", key)
        assert key.startswith(families) or re.search(rf"""["']{re.escape(name)}["']""", used), key
    for key in re.findall(r"""\bt\("([\w.-]+)"|\bt\['([\w.-]+)'\]""", used):
        name = "".join(key)
        assert name in section("en", "view") or f"{name}.other" in section("en", "view"), name


def test_the_page_has_every_module_of_the_script_and_no_module_syntax() -> None:
    folder = Path(room.__file__).parent / "script"
    script = Page(view({"seed": seed.recording()})).inline["script"]
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    for path in folder.glob("*.js"):
        functions = re.findall(r"^(?:export )?(?:async )?(function\*? \w+\()", path.read_text(), re.MULTILINE)
        assert all(script.count(function) == 1 for function in functions), path.name


def test_no_two_modules_of_the_script_define_a_name() -> None:
    folder = Path(room.__file__).parent / "script"
    names = [
        name
        for path in folder.glob("*.js")
        for name in re.findall(
            r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert sorted(names) == sorted(set(names))
