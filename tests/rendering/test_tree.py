"""What is folded is still there: unfolded, a diagram is the run that it was made of."""

from __future__ import annotations

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from tests.rendering import seed
from tests.rendering.reading import read, without_operations
from tracer.model import FORMAT, Exchange, Recording, Request, Response
from tracer.rendering.blocks import Arrow, Block, Node, Open, events
from tracer.rendering.mermaid import escape, mermaid
from tracer.rendering.messages import messages
from tracer.rendering.style import Style
from tracer.rendering.tree import recording_tree
from tracer.sequences import label

VERDICTS = ["documented", "fallback", "optional", "repeated", "unexpected", "wrong-status", None]


def one(
    path: str,
    start: float,
    end: float | None,
    *,
    status: int = 200,
    verdict: str | None = None,
    to: str = "glance",
) -> Exchange:
    """An exchange that has its label."""
    return msgspec.convert(
        {
            "from": "keystone" if to == "client" else "client",
            "to": to,
            "path": path,
            "verdict": verdict,
            "steps": [7, 8] if verdict == "fallback" else [],
            "started": start,
            "ended": end,
            "request": {"method": "GET", "url": "http://host/"},
            "response": {"status": status, "reason": "OK"},
        },
        Exchange,
    )


def recorded(exchanges: list[Exchange]) -> Recording:
    """A recording of the exchanges as they are."""
    return Recording(format=FORMAT, command=None, recorded="", exchanges=exchanges)


def row(spec: str) -> Recording:
    """One exchange after the other, a letter each: its path; a capital deviates."""
    return recorded(
        [
            one(f"/{letter}", at, at + 0.5, verdict="unexpected" if letter.isupper() else None)
            for at, letter in enumerate(spec)
        ]
    )


def outline(recording: Recording) -> str:
    """The requests that are drawn as letters, blocks in brackets: ``a3(b)``."""
    return _outline(recording_tree(recording))


def _outline(nodes: list[Node]) -> str:
    text = ""
    for node in nodes:
        if isinstance(node, Arrow) and node.view.kind == "request":
            text += node.view.path[1:]
        elif isinstance(node, Block):
            inner = "|".join(_outline(branch.nodes) for branch in node.branches)
            count = node.branches[0].title.partition(",")[0][1:] if node.kind == "loop" else node.kind
            text += f"{count}({inner})"
    return text


def unfolded(nodes: list[Node]) -> list[tuple[str, str, str]]:
    """Who says what to whom, with every loop gone through as often as it says."""
    said: list[tuple[str, str, str]] = []
    for node in nodes:
        if isinstance(node, Arrow):
            said.append((node.view.sender, node.view.text, node.view.receiver))
        elif isinstance(node, Block):
            title = node.branches[0].title
            times = int(title.partition(",")[0].removeprefix("×")) if node.kind == "loop" else 1
            for _ in range(times):
                said += [each for branch in node.branches for each in unfolded(branch.nodes)]
    return said


requests = st.builds(Request, method=st.just("GET"), url=st.sampled_from(["http://host/a", "http://host/b"]))
runs = st.lists(
    st.builds(
        Exchange,
        steps=st.sampled_from([[], [7, 8]]),
        sender=st.sampled_from(["client", "glance"]),
        receiver=st.sampled_from(["glance", "keystone"]),
        path=st.sampled_from(["/a", "/b"]),
        verdict=st.sampled_from(VERDICTS),
        started=st.integers(0, 20).map(float),
        ended=st.none() | st.integers(0, 20).map(float),
        request=requests,
        response=st.none() | st.builds(Response, status=st.sampled_from([200, 404])),
    ),
    max_size=12,
)
# What a client says in a loop: the same words over and over, now and then others.
polls = st.lists(st.tuples(st.sampled_from(["ab", "a", "aab", "B", "c"]), st.integers(1, 5)), max_size=6).map(
    lambda groups: "".join(letters * times for letters, times in groups)
)


def test_three_of_a_kind_fold_and_two_do_not() -> None:
    assert outline(row("xaay")) == "xaay"
    assert outline(row("xaaay")) == "x3(a)y"


def test_groups_fold_and_groups_of_folded_ones() -> None:
    assert outline(row("xabababy")) == "x3(ab)y"
    assert outline(row("aaabaaabaaab")) == "3(3(a)b)"
    assert outline(row("abcabcabcdabcabcabcdabcabcabcd")) == "3(3(abc)d)"


def test_what_deviates_is_never_folded() -> None:
    assert outline(row("AAAAA")) == "AAAAA"
    assert outline(row("aaaBaaaBaaaB")) == "3(a)B3(a)B3(a)B"


def test_another_status_is_another_message() -> None:
    run = [one("/a", at, at + 0.5, status=404 if at == 2 else 200) for at in range(5)]
    assert outline(recorded(run)) == "aaaaa"


def test_a_known_repetition_folds_at_its_second_time() -> None:
    run = [one("/a", 0, 0.5, verdict="documented"), one("/a", 1, 1.5, verdict="repeated")]
    assert outline(recorded(run)) == "2(a)"


def test_calls_of_services_fold_within_their_exchange() -> None:
    def show(at: float) -> list[Exchange]:
        calls = [one("/v", at + step, at + step + 0.5, to="client", verdict="optional") for step in (1, 2, 3)]
        return [one("/a", at, at + 9, to="keystone"), *calls]

    assert outline(recorded([*show(0)])) == "a3(v)"
    assert outline(recorded([*show(0), *show(10), *show(20)])) == "3(a3(v))"


def test_exchanges_that_overlap_stay_as_they_are() -> None:
    run = [one("/a", at, at + 1.5) for at in range(6)]
    assert outline(recorded(run)) == "aaaaaa"


def test_a_failure_and_its_fallback_are_drawn_as_they_happened() -> None:
    run = [
        one("/a", 0, 1, verdict="documented"),
        one("/b", 2, 3, status=404, verdict="fallback"),
        one("/U", 3.2, 3.4, verdict="unexpected"),
        one("/c", 4, 5, verdict="fallback"),
        one("/d", 6, 7, verdict="documented"),
    ]
    assert outline(recorded(run)) == "abUcd"
    assert (
        mermaid(recorded(run)).count("  Note over client,glance: 404 OK: the documented fallback follows\n")
        == 1
    )
    note = "documented fallback"
    assert note not in mermaid(recorded(run[:2])), "nothing follows"
    assert note not in mermaid(recorded([*run[:2], *run[4:]])), "another step follows"


def test_a_repeated_failure_folds_with_its_fallback() -> None:
    run = [
        one(path, at, at + 0.5, status=status, verdict="fallback")
        for at in range(0, 6, 2)
        for path, status, at in (("/b", 404, at), ("/c", 200, at + 1))
    ]
    assert outline(recorded(run)) == "3(bc)"
    assert mermaid(recorded(run)).count("documented fallback follows") == 1


@given(runs.map(recorded) | polls.map(row), st.booleans())
def test_a_run_has_no_frames_but_loops(recording: Recording, fold: bool) -> None:
    """Frames for a choice would show messages that happened as messages that may happen."""
    kinds = {
        event.kind for event in events(recording_tree(recording, Style(fold=fold))) if isinstance(event, Open)
    }
    assert kinds <= {"loop"}


def test_the_numbers_go_on_behind_a_fold() -> None:
    text = mermaid(row("xaaay"))
    assert "  loop ×3, (3)–(8)\n" in text
    assert "  autonumber 9\n  client->>glance: GET /y\n" in text


def test_the_prologue_can_be_hidden_behind_a_note() -> None:
    text = without_operations(mermaid(seed.recording(), Style(fold=True)))
    lines = [line.strip() for line in text.splitlines()]
    assert lines[1] == "autonumber 7"
    assert lines[5:] == [
        "Note over client,glance: (1)–(2) discovery, (3)–(4) authentication, (5)–(6) discovery",
        "client->>glance: GET /image/v2/images/{image_id}",
        "glance-->>client: Response: 200 OK",
    ]


def test_what_deviates_within_the_prologue_is_not_hidden() -> None:
    run = seed.exchanges()
    run.insert(1, seed.exchange("DELETE", "/image/v2/x", 403, "Forbidden", times=(0.021, 0.022)))
    read_again = read(mermaid(seed.recording(run), Style(fold=True)))
    assert read_again.covered == {1, 2, 5, 6, 7, 8}
    assert [number for number, _ in read_again.drawn] == [3, 4, 9, 10]


def test_a_login_that_failed_is_not_hidden() -> None:
    run = seed.exchanges()
    run[1] = seed.exchange("POST", "/identity/v3/auth/tokens", 401, "No", times=(0.1, 0.2), to="keystone")
    read_again = read(mermaid(seed.recording(run), Style(fold=True)))
    assert read_again.covered == {1, 2, 5, 6}
    assert read_again.marked == {3, 4}


def test_without_a_sequence_the_prologues_of_all_others_tell() -> None:
    recording = label(seed.recording(), None)
    assert read(mermaid(recording, Style(fold=True))).covered == {1, 2, 3, 4, 5, 6}
    run = seed.exchanges()
    run[1] = seed.exchange("POST", "/identity/v3/auth/tokens", 401, "No", times=(0.1, 0.2), to="keystone")
    failed = label(seed.recording(run), None)
    assert read(mermaid(failed, Style(fold=True))).covered == {1, 2}


def test_times_are_told_on_request() -> None:
    text = mermaid(seed.recording(), Style(timing=True))
    assert "GET /image/v2/images/{image_id} · 412 ms\n" in text
    assert "Response: 200 OK · +43 ms\n" in text
    assert "loop ×3, (3)–(8) · 2500 ms\n" in mermaid(row("xaaay"), Style(timing=True))


def test_words_come_in_the_language_that_is_asked_for() -> None:
    text = mermaid(seed.recording(seed.exchanges()[:1]), Style(fold=True, language="ko"))
    assert "(1)–(2) 버전 조회" in text
    assert "빠진 단계: 3, 4, 7, 8" in text


@given(runs.map(recorded) | polls.map(row))
@example(row("aaabaaabaaab"))
def test_unfolded_a_diagram_is_the_run(recording: Recording) -> None:
    said = [(view.sender, view.text, view.receiver) for view in messages(recording)]
    assert unfolded(recording_tree(recording)) == said


@given(runs.map(recorded) | polls.map(row), st.booleans())
def test_every_message_is_drawn_with_its_number_or_covered(recording: Recording, timing: bool) -> None:
    views = {view.number: view for view in messages(recording)}
    told = read(mermaid(recording, Style(fold=True, timing=timing)))
    assert {number for number, _ in told.drawn} | told.covered == set(views)
    for number, text in told.drawn:
        assert number is not None
        assert text.startswith(escape(views[number].text))
    deviating = {number for number, view in views.items() if view.deviates}
    assert told.marked == deviating
    assert not deviating & told.covered
