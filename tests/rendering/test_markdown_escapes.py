"""Foreign text in Markdown: escaped where it is syntax, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from markdown_it import MarkdownIt

from tests.rendering.pages.test_hostile_texts import hostile_text
from tests.rendering.sites import Element, rendered, tree_of
from tracer.rendering.markdown_escapes import code, inline, masked
from tracer.rendering.visible_texts import visible


def _plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "GET /image/v2/images/{image_id}",
        "GET /v3/projects?name=admin&domain_id=default",
        "2026-11-23 21:54:17 UTC",
        "openstacksdk/0.103.0 keystoneauth1/5.1.0 (x86_64; Linux)",
        'It says "no", isn\'t 100% sure: a@example.org costs $5, ~3 + 4 = 7!',
        "--format json",
        "-f json",
        "/identity/v3",
        "1.5 times, 3.0",
        "a < b > c & d; #5",
        "gAAAA…1 “한글” — 끝",
    ],
)
def test_a_text_without_syntax_stays_as_it_is(text: str) -> None:
    assert inline(text) == text
    assert code(text) == f"`{text}`"


@pytest.mark.parametrize(
    ("text", "escaped", "span"),
    [
        ("*a* _b_ `c`", r"\*a\* \_b\_ \`c\`", "`` *a* _b_ `c` ``"),
        ("# x #", r"\# x \#", "`# x #`"),
        ("1. x", r"1\. x", "`1. x`"),
        ("- x", r"\- x", "`- x`"),
        ("[a](b)", r"\[a\](b)", "`[a](b)`"),
        ("a]: b", r"a\]&#58; b", "<code>a&#93;&#58; b</code>"),
        ("http://[::1]:80", r"http://\[::1\]:80", "`http://[::1]:80`"),
        ("<b> &lt;", "&lt;b> &amp;lt;", "<code>&#60;b&#62; &#38;lt;</code>"),
        ("a | b", r"a \| b", "<code>a &#124; b</code>"),
        ("{{ x }}", "&#123;&#123; x }}", "<code>&#123;&#123; x &#125;&#125;</code>"),
        ("********", r"\*\*\*\*\*\*\*\*", "`********`"),
        ("", "", "<code></code>"),
    ],
)
def test_syntax_is_escaped(text: str, escaped: str, span: str) -> None:
    assert inline(text) == escaped
    assert code(text) == span


@settings(max_examples=200, deadline=None)
@given(hostile_text)
@example("]:")
@example("a]: b")
def test_every_text_is_shown_wherever_it_stands(text: str) -> None:
    wanted = _plain(visible(masked(text), 300)).replace("¶", "")
    if not wanted:
        return
    page = rendered(
        f"{inline(text)}\n\n- {inline(text)}\n\n# {inline(text)} {{ #m1 }}\n\n{code(text)}\n\n"
        f"[{inline(text)}](http://h) [{code(text)}](http://h)\n\n"
        f"| a | b |\n| --- | --- |\n| {inline(text)} | {code(text)} |\n| z | w |\n"
    )
    assert {element.tag for element in page.all()} <= {
        "a", "code", "h1", "li", "p", "table", "tbody", "td", "th", "thead", "tr", "ul"
    }  # fmt: skip
    shown = [page.all("p")[0], page.all("li")[0], page.all("h1")[0], *page.all("td")[:2], *page.all("code")]
    assert [_text(element) for element in shown] == [wanted] * 8
    assert len(page.all("td")) == 4


@settings(max_examples=100, deadline=None)
@given(hostile_text)
def test_other_programs_show_the_same(text: str) -> None:
    wanted = _plain(visible(masked(text), 300)).replace("¶", "")
    if wanted:
        page = tree_of(MarkdownIt("commonmark").render(f"{inline(text)}\n\nword {code(text)}\n"))
        assert {element.tag for element in page.all()} <= {"p", "code"}
        assert [_text(page.all("p")[0]), _text(page.all("code")[0])] == [wanted] * 2


def _text(element: Element) -> str:
    return _plain(element.text).replace("¶", "")
