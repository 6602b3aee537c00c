"""The diagram's text: the seed page's golden, marks, and hostile texts in the real engine."""

from __future__ import annotations

import html
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.rendering import seed
from tests.rendering.reading import without_operations
from tracer.model import FORMAT, Exchange, Recording, Request, Response
from tracer.recording import load
from tracer.rendering import draw
from tracer.rendering.mermaid import escape, mermaid, mermaid_parts
from tracer.rendering.picture import render
from tracer.rendering.style import Style
from tracer.rendering.visible_texts import visible

SHIPPED = Path(__file__).parents[2] / "recordings/zed/image-show.yaml"
GOLDEN = Path(__file__).parent / "seed.mmd"
HOSTILE = [
    "a#b", "a;b", "a&lt;b", "&amp;lt;", "&#60;", "<b>x</b>", "<br/>", "<script>alert(1)</script>", "a%%b",
    "%%{init: {'theme': 'dark'}}%%", "end", "END", "the end.", "a\\nb", "$$x^2$$", "wrap: hi", "nowrap:hi",
    ":wrap:", "wrap :", "`code`", "**bold**", '"quoted"', "{image_id}", "a@{ type: database }", "a->>b: c",
    "-->>", "::", ":", "#59;", "#lt;", "fl°°59¶ß", "\ufb02°59¶ß", "note over a", "loop", "autonumber", "()",
    "a,b", "한글", "é", "\x1b[31mred", "line\nbreak", "tab\tbed", "\u202egnirts", "null\x00",
    "x" * 500, "+a", "-a", "…", "rect rgb(0,0,0)", "it's", "|",
]  # fmt: skip


def _texts(svg: str, kind: str) -> list[str]:
    found = re.findall(rf"<text[^>]*class=\"{kind}\"[^>]*>(.*?)</text>", svg, re.DOTALL)
    # Mermaid draws a text without any sign as a space without width.
    plain = [html.unescape(re.sub(r"<[^>]+>", "", text)).replace("\u200b", "") for text in found]
    return [" ".join(text.split()) for text in plain]


def _recording(exchanges: list[Exchange], participants: dict[str, str] | None = None) -> Recording:
    return Recording(
        format=FORMAT,
        command=None,
        recorded="2022-12-12T08:37:10Z",
        exchanges=exchanges,
        participants=participants or {},
    )


def _said(text: str, *, sender: str = "client", receiver: str = "glance") -> Exchange:
    return Exchange(
        started=0.0,
        ended=0.0,
        sender=sender,
        receiver=receiver,
        path=text or "/",
        request=Request(method=text or "GET", url="http://host/"),
        response=Response(status=200, reason=text),
    )


def test_the_seed_run_draws_the_seed_pages_diagram() -> None:
    assert without_operations(mermaid(seed.recording())) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "name"), [("en", "Show image"), ("ko", "이미지 상세 조회")])
def test_a_request_has_the_name_and_the_link_of_its_operation(language: str, name: str) -> None:
    assert (
        "  %% https://docs.openstack.org/api-ref/image/v2/index.html#show-image\n"
        f"  client->>glance: {name}<br/>GET /image/v2/images/{{image_id}}\n"
    ) in mermaid(seed.recording(), Style(language=language))


def test_a_long_name_is_no_wider_than_method_and_path() -> None:
    lines = ["Password authentication with", "scoped authorization", "POST /identity/v3/auth/tokens"]
    assert f"client->>keystone: {'<br/>'.join(lines)}\n" in mermaid(load(SHIPPED))


@pytest.mark.parametrize("operation", HOSTILE)
def test_an_unknown_operation_is_text(operation: str) -> None:
    exchange = msgspec.structs.replace(
        _said("/x"), operation=operation, request=Request(method="GET", url="http://host/x")
    )
    recording = _recording([exchange])
    text = mermaid(recording)
    assert "%%" not in text
    name, *_ = re.findall(r"client->>glance: (.*)<br/>GET /x\n", text) or [""]
    assert "<" not in name.replace("<br/>", "")
    texts = _texts(render(text, "svg").decode(), "messageText")
    assert "".join("".join(texts[:-2]).split()) == "".join(visible(operation, 120).split())


def test_only_participants_that_occur_are_drawn_the_client_first() -> None:
    validate = seed.exchange("GET", "/identity/v3", 200, "OK", times=(0, 1), to="keystone", sender="glance")
    show = seed.exchange("GET", "/image", 200, "OK", times=(2, 3))
    lines = mermaid(seed.recording([validate, show])).splitlines()
    assert [line.split()[1] for line in lines if "participant" in line] == ["client", "glance", "keystone"]


@pytest.mark.parametrize(
    ("language", "hint"),
    [
        ("en", "undetermined: messages of other commands may be among these"),
        ("ko", "근거 부족: 다른 명령의 메시지가 섞였을 수 있음"),
    ],
)
@pytest.mark.parametrize("fold", [False, True])
def test_a_diagram_of_an_undetermined_run_says_so_at_its_top(language: str, hint: str, *, fold: bool) -> None:
    recording = msgspec.structs.replace(seed.recording(), verdict="undetermined")
    style = Style(language=language, fold=fold)
    lines = [line.strip() for line in mermaid(recording, style).splitlines()]
    last_participant = max(place for place, line in enumerate(lines) if line.startswith("participant"))
    assert lines[last_participant + 1] == f"Note over client,glance: {hint}"
    assert hint not in mermaid(seed.recording(), style)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "No response: gone {x}"), ("ko", "응답 없음: gone {x}")]
)
def test_a_response_that_did_not_come_is_said_in_the_language(language: str, words: str) -> None:
    failed = msgspec.structs.replace(_said("/x"), response=None, error="gone {x}")
    assert f"glance--xclient: {escape(words)}\n" in mermaid(_recording([failed]), Style(language=language))


def test_only_the_first_part_of_an_undetermined_run_says_so() -> None:
    run = [_said(f"/{number}") for number in range(40)]
    first, second = mermaid_parts(msgspec.structs.replace(_recording(run), verdict="undetermined"))
    assert "undetermined" in first
    assert "undetermined" not in second
    assert "undetermined" not in mermaid(msgspec.structs.replace(_recording([]), verdict="undetermined"))


def test_unexpected_messages_are_marked_and_missing_steps_noted() -> None:
    run = seed.exchanges()
    run[1] = seed.exchange("DELETE", f"/image/v2/images/{seed.IMAGE_ID}", 403, "Forbidden", times=(0.1, 0.2))
    text = without_operations(mermaid(seed.recording(run)))
    lines = [line.strip() for line in text.splitlines()]
    start = lines.index("Note over client,glance: unexpected")
    assert lines[start - 1].startswith("rect rgba(")
    assert lines[start + 1 : start + 4] == [
        "client->>glance: DELETE /image/v2/images/{image_id}",
        "glance-->>client: Response: 403 Forbidden",
        "end",
    ]
    assert lines[-1] == "Note over client,glance: missing: steps 3, 4"
    assert [line.startswith("rect") for line in lines].count(True) == 1


def test_a_wrong_status_is_marked_as_such() -> None:
    run = [
        *seed.exchanges()[:1],
        seed.exchange(
            "POST", "/identity/v3/auth/tokens", 401, "Unauthorized", times=(0.1, 0.2), to="keystone"
        ),
    ]
    text = mermaid(seed.recording(run))
    assert "Note over client,keystone: wrong status\n" in text
    assert "missing: steps 7, 8" in text


def test_a_response_that_did_not_come_has_its_arrow() -> None:
    failed = seed.exchange("GET", "/image", None, times=(0, 1), error="connection closed; peer gone")
    killed = seed.exchange("GET", "/image", None, times=(2, None))
    text = mermaid(_recording([failed, killed]))
    assert "  glance--xclient: No response: connection closed#59; peer gone\n" in text
    assert "  glance--xclient: No response: the run ended before it\n" in text


def test_marks_are_balanced_where_exchanges_interleave() -> None:
    outer = seed.exchange("DELETE", "/image/v2/x", 403, times=(0.0, 0.9))
    inner = seed.exchange("GET", "/image", 300, times=(0.1, 0.2))
    text = mermaid(seed.recording([outer, inner]))
    depth = 0
    for line in map(str.strip, text.splitlines()):
        depth += line.startswith("rect") - (line == "end")
        assert 0 <= depth <= 1
    assert depth == 0
    assert text.count("rect ") == 2
    assert draw(seed.recording([outer, inner]))("svg")


def test_an_empty_recording_is_a_diagram_too() -> None:
    assert mermaid(_recording([])) == "sequenceDiagram\n  autonumber\n"


def test_an_unlabelled_exchange_is_drawn_with_a_template() -> None:
    run = [msgspec.structs.replace(exchange, path="") for exchange in seed.exchanges()]
    assert seed.IMAGE_ID not in mermaid(_recording(run))


def test_hyphens_in_names_become_part_of_the_identifier() -> None:
    text = mermaid(_recording([_said("/", receiver="service-1")], {"service-1": "10.0.0.1:8080"}))
    assert "  participant service_1 as 10.0.0.1:8080\n  client->>service_1: / /\n" in text


# Mermaid's grammar of sequence diagrams, sequenceDiagram.jison.
@pytest.mark.parametrize(
    "word",
    [
        "activate", "actor", "alt", "and", "as", "autonumber", "box", "break", "create", "critical",
        "deactivate", "destroy", "details", "else", "end", "link", "links", "loop", "note", "off", "opt",
        "option", "over", "par", "par_over", "participant", "properties", "rect", "title",
    ],
)  # fmt: skip
def test_a_participant_is_not_called_by_a_word_of_the_grammar(word: str) -> None:
    text = mermaid(_recording([_said("", receiver=word)]))
    assert f"  participant Participant2 as {escape(word)}\n" in text


@pytest.mark.parametrize("text", ["end", "a;b", "#", "%%", "\\", "wrap: x", "\x1b[0m", "a\nb"])
def test_escaped_text_holds_no_syntax(text: str) -> None:
    assert not re.search(r"\bend\b|[%\\\x00-\x1f]|^wrap", escape(text))
    assert not re.search(r"[#;]", re.sub(r"#\d+;", "", escape(text)))


hostile_text = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=3).map("".join),
    st.text(max_size=30),
    st.text(alphabet="#;<>&%\\$`{}@:end-> wrap\n\"'", max_size=20),
)


# An example takes the engine more than a second: few and large ones, and no search for the smallest failure.
slowly = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@slowly
@example(HOSTILE)
@given(st.lists(hostile_text, min_size=10, max_size=20, unique=True))  # what is repeated is folded
def test_the_real_engine_shows_hostile_messages_as_text(texts: list[str]) -> None:
    svg = render(mermaid(_recording([_said(text) for text in texts])), "svg").decode()
    shown = _texts(svg, "messageText")
    expected: list[str] = []
    for text in texts:
        expected += [f"{text or 'GET'} {text or '/'}", f"Response: 200 {text}".rstrip()]
    assert shown == [" ".join(visible(text).split()) for text in expected]


@slowly
@example(HOSTILE[:12], HOSTILE[12:24])
@example(HOSTILE[24:36], HOSTILE[36:])
@example(["end", "note", "participant", "a->>b", "client"], ["glance", "end", "loop", ""])
@given(st.lists(hostile_text, min_size=4, max_size=6), st.lists(hostile_text, min_size=4, max_size=6))
def test_the_real_engine_takes_hostile_participants(names: list[str], labels: list[str]) -> None:
    participants = dict(zip(names, labels, strict=False))
    said = [_said("/", receiver=name) for name in names]
    svg = render(mermaid(_recording(said, participants)), "svg").decode()
    shown = set(_texts(svg, "actor actor-box"))
    wanted = {" ".join(visible(label, 40).split()) for label in participants.values()} - {""}
    assert wanted <= shown
