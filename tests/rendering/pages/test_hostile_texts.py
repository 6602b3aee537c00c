"""Whatever a recording says is text on its page: no element and no attribute is made of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.rendering import seed
from tests.rendering.sites import Element, rendered
from tests.strategies import recordings
from tests.strategies import texts as any_text
from tracer.model import FORMAT, Body, Cloud, Output, Recording, Request, Response, free_note
from tracer.redaction import scan
from tracer.rendering.markdown_escapes import cut, inline, masked, title
from tracer.rendering.pages.operation_page import operation_page
from tracer.rendering.pages.page import command_page, prologue_page
from tracer.rendering.pages.site import configuration, index
from tracer.rendering.pages.site_plan import Page, plan
from tracer.rendering.pages.summary import summarise
from tracer.rendering.pages.wording import wording
from tracer.rendering.visible_texts import visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>", "</code></pre><h1>x",
    "<!-- x", "-->", "&lt;b&gt;", "&#60;b&#62;", "&amp;", "**bold**", "__bold__", "*em*", "_em_",
    "`code`", "``", "```", "````\n```", "``` python\nx\n```", "~~~", "# heading", "heading\n===",
    "heading\n---", "---", "***", "- item", "+ item", "* item", "1. item", "1) item", "12. x",
    "> quote", "[link](http://x)", "[link][1]", "[1]: http://x", "![img](x)", "<http://x>",
    "http://example.org", "a@example.org", "{{ 7 * 7 }}", "{% raw %}", "{# x #}", "{: #id .class }",
    "{ .class onclick=x }", "x {: onclick=alert(1) }", '--8<-- "/etc/passwd"', ";--8<--", "!!! note",
    '!!! note "x"', "??? note", '=== "Tab"', "/// details", "| a | b |\n|---|---|\n| 1 | 2 |", "|",
    "a | b", "[^1]", "[^1]: note", "*[HTML]: x", "HTML", "term\n:   definition", ":smile:", "==mark==",
    "^^ins^^", "~~del~~", "H~2~O", "++ctrl++", "$x^2$", "\\(x\\)", "\\", "\\`", "\\*", "    code",
    "\tcode", "line\nbreak", "a\r\nb", "a\rb", "two  \nlines", "\x00", "\x02wzxhzdk:0\x03",
    "\x02klzzwxh:0000\x03", "\x1b[31m", "\u202ertl", "\u2028", "\ufeff", "%%{init: {}}%%", "end",
    'title="x"', '" onclick="x', "' x='", "한글", "`` ` ``", "x`" * 9, "</script>", "]]>",
    "<![CDATA[x]]>", "<?php", "%3Cb%3E",
]  # fmt: skip

hostile_text = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("\n".join),
    st.text(alphabet="`~*_{}[]()<>#+-.!|\\&:;=^$@%\"'/ \n\tax1", max_size=30),
    any_text,
)

TAGS = {
    "a", "button", "code", "div", "h1", "h2", "h3", "input", "label", "li", "p", "pre", "span", "strong",
    "ul",
}  # fmt: skip
TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {
    "class": re.compile(
        r"headerlink|(?:language-(?:json|http|html|xml|yaml|text|console) )?highlight|mermaid|filename"
        r"|admonition (?:note|warning)|admonition-title|tabbed-(?:set tabbed-alternate|labels|content|block)"
        r"|[a-z]{1,3}\d?"
    ),
    "href": re.compile(
        r"#(?:m\d+|top|command|diagram|messages|output|m-[0-9a-f]{8}(?:-\d)?)|prologue\.md(?:#m-[0-9a-f]{8})?|[\w.-]+\.md"
        r"|(?:\.\./)+[\w./-]+\.md|https://docs\.openstack\.org/[A-Za-z0-9/.#-]+"
    ),
    "id": re.compile(
        r"m\d+|top|command|diagram|messages|output|m-[0-9a-f]{8}(?:-\d)?|__(?:tabbed_\d+_\d+|codelineno-\d+-\d+)"
    ),
    "title": re.compile("Permanent link"),
    "name": re.compile(r"__tabbed_\d+|__codelineno-\d+-\d+"),
    "for": re.compile(r"__tabbed_\d+_\d+"),
    "type": re.compile("radio"),
    "checked": re.compile("checked"),
    "data-tabs": re.compile(r"\d+:\d+"),
}  # fmt: skip
slowly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _check(markdown: str, messages: int | None = None) -> Element:
    """The page as HTML, after a look at each element and each attribute."""
    page = rendered(markdown)
    for element in page.all():
        assert element.tag in TAGS, element.tag
        for name, value in element.attributes.items():
            assert name in ATTRIBUTES, (element.tag, name)
            assert ATTRIBUTES[name].fullmatch(value or ""), (element.tag, name, value)
    assert len(page.all("h1")) == 1
    if messages is not None:
        assert len(page.all("h2")) == 4
        assert len(page.all("h3")) == messages
    return page


def _pages(recording: Recording, language: str = "ko") -> tuple[str, str, str, dict[str, str]]:
    """The page of a recording, that of its release's prologue, the index and the configuration."""
    say = wording(language)
    site = plan({"a": summarise(recording)}, {"a": "name"})
    (release,) = site.releases
    (page,) = release.pages
    own = command_page(recording, page, release, site, say)
    shared = prologue_page(
        [(recording, page, one.position, one.anchor) for one in release.prologue.values()], say
    )
    return own, shared, index(site, say), configuration(site, [say])


def _operations(recording: Recording) -> Iterator[Element]:
    """The pages of the operations of a recording."""
    site = plan({"a": summarise(recording)}, {"a": "name"})
    for page in site.operations:
        shown = rendered(operation_page(page, recording, wording("ko")))
        assert {element.tag for element in shown.all()} <= {
            *TAGS,
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        }
        assert len(shown.all("h1")) == 1
        yield shown


def _everywhere(text: str) -> Recording:
    """The seed's run with ``text`` at every place that holds text from outside."""
    body = Body(type=text, size=1, text=text)
    run = [
        msgspec.structs.replace(
            exchange,
            request=Request(
                method=text or "GET", url=text, http=text, headers={text: text, "X": [text, text]}, body=body
            ),
            response=Response(status=200, reason=text, headers={text: text}, body=body),
            path=text,
            steps=exchange.steps if with_steps else [],
            verdict=exchange.verdict if with_steps else "unexpected",
        )
        for exchange in seed.recording().exchanges
        for with_steps in (True, False)
    ]
    run.append(seed.exchange("GET", "/x", None, times=(1.0, None), error=text, sender=text, to=text))
    return Recording(
        format=FORMAT,
        command=f"openstack image show {text}",
        sequence="image-show",
        verdict="deviates",
        missing=[3],
        interrupted=text,
        cloud=Cloud(release=text, url=text),
        client=text,
        recorded=text,
        participants={"client": text, text: text},
        notes=[free_note(text)],
        exchanges=run,
        output=Output(exit=1, stdout=text, stderr=text),
    )


@slowly
@example("\n".join(HOSTILE))
@given(hostile_text)
def test_a_text_is_shown_as_text_wherever_it_stands(text: str) -> None:
    recording = _everywhere(text)
    own, shared, _, _ = _pages(recording)
    page = _check(own, messages=2 * len(recording.exchanges))
    _check(shared)
    shown = _plain(page.text)
    assert _plain(visible(masked(text), 300)) in shown
    blocks = [code.text.strip("\n") for code in page.all("code")]
    if text.strip():
        assert visible_lines(cut(masked(text.rstrip()))[0]).strip("\n") in blocks


@slowly
@example("\n".join(HOSTILE))
@given(hostile_text)
def test_the_page_of_an_operation_holds_no_markup(text: str) -> None:
    names = json.dumps({text: {text: 1}, "links": [{text: text}]})
    run = [
        msgspec.structs.replace(
            exchange,
            operation="image.show-image",
            request=msgspec.structs.replace(
                exchange.request, url=f"http://h/image/v2/images/1?{quote(text)}=1", headers={text: text}
            ),
            response=Response(
                status=200, reason=text, body=Body(type="application/json", size=len(names), json=names)
            ),
        )
        for exchange in seed.recording().exchanges
    ]
    recording = msgspec.structs.replace(_everywhere(text), exchanges=run)
    (page,) = _operations(recording)
    fields = [_plain(row.all("td")[0].text) for row in page.all("tr") if row.all("td")]
    if _plain(visible(text, 190)):
        assert any(_plain(visible(masked(text), 300)) in field for field in fields) or len(text) > 190


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("text", [text for text in HOSTILE if visible(text)])
def test_each_sign_of_markdown_is_shown_as_it_is(text: str) -> None:
    markdown = f"{inline(text)}\n\n- {inline(text)}\n\nword {inline(text)}\n\n# {inline(text)} {{ #m1 }}\n"
    page = rendered(markdown)
    wanted = _plain(visible(masked(text), 300))
    assert {element.tag for element in page.all()} <= {"p", "ul", "li", "h1", "a"}
    for element in (page.all("p")[0], page.all("li")[0], page.all("h1")[0]):
        assert _plain(element.text.removesuffix("¶")) == wanted
    assert page.all("h1")[0].attributes == {"id": "m1"}


@slowly
@given(recordings)
def test_any_recording_has_a_page(recording: Recording) -> None:
    own, shared, _, _ = _pages(recording, "en")
    _check(own, messages=2 * len(recording.exchanges))
    _check(shared)


@slowly
@example("<script>alert(1)</script>", "a | b")
@given(hostile_text, hostile_text)
def test_index_and_navigation_hold_no_markup(release: str, name: str) -> None:
    recording = msgspec.structs.replace(
        seed.recording(), cloud=Cloud(release=release), sequence=None, command=None, recorded=name
    )
    say = wording("ko")
    site = plan({"a": summarise(recording)}, {"a": name})
    page = rendered(index(site, say))
    assert {element.tag for element in page.all()} <= {
        "a", "code", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "strong"
    }  # fmt: skip
    assert len(page.all("tr")) == 2
    cells = [_plain(cell.text) for cell in page.all("td")]
    assert len(cells) == 5
    assert cells[4] == _plain(visible(masked(recording.recorded.partition("T")[0]), 300))
    text = configuration(site, [say])["mkdocs.base.yml"]
    navigation = text.partition("\nnav:\n")[2]
    assert "<" not in navigation
    titles = [
        json.loads(line.strip().removeprefix("- ").rpartition(": ")[0] or '""')
        for line in navigation.splitlines()[:1]
    ]
    assert titles == ["모든 명령어"]
    for path in re.findall(r': "([^"]+\.md)"$', navigation, re.MULTILINE):
        assert ".." not in path.split("/")


def test_secrets_are_shortened_so_that_the_last_gate_takes_them() -> None:
    own, shared, _, _ = _pages(seed.recording())
    secrets = (
        "X-Auth-Token: <token-1>\nX-Subject-Token: <token-1234>\nCookie: <cookie-2>\n"
        "--os-password '<password-1>'\n"
        '{"auth": {"identity": {"token": {"id": "<token-10>"}}, "password": "<password-2>"}}\n'
    )
    assert "X-Auth-Token: gAAAA…1" in own
    for text in (
        own,
        shared,
        masked(secrets),
        title("GET", "http://host/v2.0/tokens/<token-1>?password=%3Cpassword-1%3E"),
    ):
        assert not re.search("<(?!/?code>|br/>)", text)
        assert scan(text) == []


def test_a_page_names_a_recording_by_letters_that_every_file_system_has() -> None:
    summary = summarise(msgspec.structs.replace(seed.recording(), cloud=Cloud(release="../../etc")))
    (release,) = plan({"a": summary}, {"a": "../x"}).releases
    assert release.folder == "etc"
    assert isinstance(release.pages[0], Page)
    assert release.pages[0].name == "x"
