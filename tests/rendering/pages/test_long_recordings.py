"""Pages and diagrams of runs that are longer than anybody reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.operations import operations
from tests.rendering import seed
from tests.rendering.sites import page_of, seed_recording, site, write_recordings
from tracer.cli.export_output import put_diagram
from tracer.errors import RenderError
from tracer.rendering.drawing import draw
from tracer.rendering.mermaid import mermaid, mermaid_parts
from tracer.rendering.messages import messages
from tracer.rendering.pages.message_texts import DescribedRecording, parts_of
from tracer.rendering.pages.wording import wording
from tracer.sequences import find, label

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Exchange, Recording


def _other(number: int) -> Exchange:
    """A request that is like no other, and that nothing documents."""
    word = "".join("abcdefghij"[int(digit)] for digit in f"{number:05}")
    return seed.exchange("GET", f"/image/v2/x{word}", 200, "OK", times=(number, number + 0.5))


def _long(size: int) -> Recording:
    run = [*seed_recording().exchanges, *(_other(number) for number in range(1, size + 1))]
    return label(msgspec.structs.replace(seed_recording(), exchanges=run), find("image-show"))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_page_says_what_it_has_no_room_for(tmp_path: Path, language: str) -> None:
    page = page_of(tmp_path, _long(1_000), language)
    shown = [int(number) for number in re.findall(r"^### \((\d+)\)", page, re.MULTILINE)]
    assert shown[-1] == 600
    assert "tracer show --message 601" in page
    assert "1,408" in page
    assert page.count("sequenceDiagram") == 10
    assert "tracer diagram -o" in page
    anchors = set(re.findall(r"\{ #(m\d+) \}", page))
    assert set(re.findall(r"\]\(#(m\d+)\)", page)) <= anchors


def test_what_is_repeated_takes_no_room(tmp_path: Path) -> None:
    again = msgspec.structs.replace(seed_recording().exchanges[3], verdict="repeated")
    later = [msgspec.structs.replace(again, started=number, ended=number + 0.5) for number in range(2, 1_002)]
    run = [*seed_recording().exchanges, *later]
    page = page_of(tmp_path, msgspec.structs.replace(seed_recording(), exchanges=run))
    assert "no room" not in page
    assert "tracer diagram" not in page


def test_there_are_as_many_pictures_as_a_page_shows(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "r", image_show=_long(25))
    site(recordings, tmp_path / "s", diagrams="svg")
    assert len(list((tmp_path / "s").rglob("*-diagram*.svg"))) == 2
    from tracer.rendering.pages.publishing import _pictures
    from tracer.rendering.pages.site_plan import plan
    from tracer.rendering.pages.summary import summarise

    (release,) = plan({"a": summarise(_long(1_000))}, {"a": "a"}).releases
    assert len(_pictures(release.pages[0])) == 10


def test_what_is_beyond_the_page_can_still_be_told() -> None:
    book = DescribedRecording(_long(400), wording("en"))
    last = max(book.left_out)
    assert [part.anchor for part in parts_of(book, last)] == [f"m{2 * last + 1}", f"m{2 * last + 2}"]


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_no_picture_is_begun_that_would_take_hours(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*_: object) -> bytes:
        raise AssertionError("a picture was begun")

    monkeypatch.setattr("tracer.rendering.picture.render", begun)
    recording = _long(6_000)
    assert len(draw(recording)("mmd")) == 201
    with pytest.raises(RenderError, match=r"the diagram has 201 parts, .* tracer diagram -o x\.mmd"):
        draw(recording)(kind)
    with pytest.raises(RenderError, match="the diagram has 201 parts"):
        put_diagram(tmp_path / f"x.{kind}", ["sequenceDiagram\n"] * 201, "light")
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_longer_still_is_not_drawn_beside_its_recording(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recording = _long(100)
    monkeypatch.setattr("tracer.rendering.drawing._MOST_EXCHANGES", len(recording.exchanges))
    assert len(draw(recording)("mmd")) == 4
    with pytest.raises(
        RenderError, match=r"more than 104 exchanges are not drawn .* tracer diagram -o x\.mmd"
    ):
        draw(_long(101))("mmd")


def _at_once(size: int) -> Recording:
    """Two services that ask each other, all within a millisecond."""
    one = seed_recording().exchanges[3]
    run = [
        msgspec.structs.replace(
            one, sender="ab"[number % 2], receiver="ba"[number % 2], started=0.0, ended=0.0
        )
        for number in range(size)
    ]
    return msgspec.structs.replace(seed_recording(), exchanges=run)


def test_the_work_grows_with_what_is_nested() -> None:
    def work(size: int) -> int:
        recording = _at_once(size)
        return operations(lambda: (messages(recording), mermaid_parts(recording)))

    assert work(400) < 15 * work(50)


def test_the_work_grows_with_the_run() -> None:
    def work(size: int) -> int:
        recording = _long(size)
        mermaid(recording)
        return operations(lambda: (messages(recording), mermaid_parts(recording)))

    assert work(2_000) < 13 * work(200)
