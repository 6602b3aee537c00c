"""``tracer diagram`` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tests.rendering.test_tree import one, recorded
from tracer.recording import save

SHIPPED = Path(__file__).parents[2] / "recordings" / "zed" / "image-show.yaml"


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "long.yaml"
    save(recorded([one(f"/{number}", number, number + 0.5) for number in range(40)]), path)
    return path


def test_what_is_asked_for_is_in_the_diagram() -> None:
    words = ("--fold", "--timing", "--title", "이미지 조회", "--lang", "ko")
    ended = tracer("diagram", SHIPPED, *words)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = [line.strip() for line in ended.stdout.splitlines()]
    assert lines[:3] == ["sequenceDiagram", "autonumber 7", "title 이미지 조회"]
    assert "Note over client,glance: (1)–(2) 버전 조회, (3)–(4) 인증, (5)–(6) 버전 조회" in lines
    assert any(line.endswith(" ms") for line in lines)


def test_a_long_diagram_is_written_in_parts_and_says_so(long: Path) -> None:
    ended = tracer("diagram", long, "-o", "x.mmd", cwd=long.parent)
    assert ended.stderr == "wrote 2 parts, from x-part1.mmd to x-part2.mmd\n"
    parts = [(long.parent / f"x-part{number}.mmd").read_text() for number in (1, 2)]
    assert all(part.startswith("sequenceDiagram\n") for part in parts)
    assert tracer("diagram", long).stdout == "%% part 1 of 2\n" + parts[0] + "%% part 2 of 2\n" + parts[1]
    tracer("diagram", long, "-o", "x.svg", "--theme", "dark", cwd=long.parent)
    assert "background-color: #1e1e1e" in (long.parent / "x-part2.svg").read_text()


def test_folding_nothing_is_told(long: Path) -> None:
    ended = tracer("diagram", long, "--fold")
    assert ended.returncode == 0
    assert ended.stderr.startswith("tracer: --fold hides nothing here")


def test_a_font_that_is_not_there_is_told_once(tmp_path: Path) -> None:
    ended = tracer("diagram", SHIPPED, "--title", "\U000130b8", "-o", tmp_path / "x.png")
    assert ended.returncode == 0
    assert ended.stderr.count("fonts-noto-cjk") == 1
    assert ended.stderr.endswith(f"wrote {tmp_path / 'x.png'}\n")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--theme", "dark"), "--theme: Mermaid text has no colours of its own"),
        (("--lang", "de"), "--lang: unknown language 'de'; known: en, ko"),
    ],
)
def test_what_cannot_be_is_one_line(words: tuple[str, ...], problem: str) -> None:
    ended = tracer("diagram", SHIPPED, *words)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"tracer: {problem}")
    assert ended.stderr.count("\n") == 1
