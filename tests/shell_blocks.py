"""The code blocks of a documentation page, with the marks above them. CONTRIBUTING.md describes the marks."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "MAIN",
    "OTHER_SHELLS",
    "Block",
    "Step",
    "blocks",
    "cloud_of",
    "english_pages",
    "matches",
    "steps",
    "without_comments",
]

MAIN = "main"
"""The terminal of a block without a mark."""

SHELLS = frozenset({"sh", "bash"})
"""Languages of blocks that run."""

OTHER_SHELLS = frozenset({"console", "fish", "shell", "zsh"})
"""Languages of blocks that a person types into another shell, or with a prompt."""

_MARKS = frozenset(
    {"demo-command", "file", "not run", "output", "prepare", "terminal", "test-command", "until"}
)
_FENCE = re.compile(
    r"(?P<marks>(?:^ *<!-- [^\n]+ -->\n)*)"
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
_MARK = re.compile(r"<!-- ([\w -]+?)(?:: (.+))? -->")
_CLOUD = re.compile(r"^<!-- cloud: (\w+) -->$", re.MULTILINE)
_NO_BLOCK_RUNS = re.compile(r"^<!-- no block runs: (.+) -->$", re.MULTILINE)
_OWN_CLOUD = re.compile(r"\btracer (?:demo|matrix|cloud up)\b")
_EXIT_CODE = re.compile(r"#[^\n]*\bexit code (\d+)")
_COMMENT = re.compile(r"(?:^|\s+)#[^\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A code block: its language, its text, the marks above it, and its line in the page."""

    language: str
    code: str
    marks: dict[str, list[str]]
    line: int
    follows: bool
    """Nothing is between the block and the block before it."""

    def mark(self, name: str) -> str | None:
        """Return the text of a mark, or None without the mark or its text."""
        return next(filter(None, self.marks.get(name, [])), None)

    @property
    def is_shell(self) -> bool:
        return self.language in SHELLS | OTHER_SHELLS

    @property
    def runs(self) -> bool:
        return self.is_shell and "not run" not in self.marks

    @property
    def exit_codes(self) -> list[int]:
        """Return the exit codes other than 0 that comments announce, in order."""
        return [int(code) for code in _EXIT_CODE.findall(self.code)]


@dataclass(frozen=True)
class Step:
    """A step of a user: a file to write, commands with the output of the page, or output to wait for."""

    block: Block
    output: str | None = None

    @property
    def waits(self) -> bool:
        """Report whether the step is an output of a command that goes on in another terminal."""
        return self.block.mark("output") is not None


def english_pages(root: Path) -> list[Path]:
    """Return the README and the pages of docs/ in English."""
    pages = sorted(page for page in (root / "docs").rglob("*.md") if not page.name.endswith(".ko.md"))
    return [root / "README.md", *pages]


def blocks(text: str) -> list[Block]:
    """Return the code blocks of a page in order. Raise ``ValueError`` for an unknown mark."""
    result: list[Block] = []
    end = 0
    reasons = _NO_BLOCK_RUNS.findall(text)
    for fence in _FENCE.finditer(text):
        line = text.count("\n", 0, fence.start("language")) + 1
        marks: dict[str, list[str]] = {"not run": reasons} if reasons else {}
        for name, value in _MARK.findall(fence["marks"]):
            marks.setdefault(name, []).append(value)
        unknown = marks.keys() - _MARKS
        if unknown and fence["language"] in SHELLS | OTHER_SHELLS:
            raise ValueError(f"line {line}: unknown mark {sorted(unknown)}")
        follows = bool(result) and not text[end : fence.start()].strip()
        result.append(Block(fence["language"], textwrap.dedent(fence["code"]), marks, line, follows))
        end = fence.end()
    return result


def steps(page: list[Block]) -> list[Step]:
    """Return the steps of a page: files, and shell blocks with the output block behind each."""
    result: list[Step] = []
    for block in page:
        if block.runs or "file" in block.marks:
            result.append(Step(block))
        elif block.language == "text" and block.mark("output"):
            result.append(Step(block, block.code))
        elif _is_output(block, result):
            result[-1] = Step(result[-1].block, block.code)
    return result


def _is_output(block: Block, before: list[Step]) -> bool:
    if block.language != "text" or not before or before[-1].output is not None:
        return False
    return before[-1].block.runs and (block.follows or "output" in block.marks)


def cloud_of(text: str) -> str:
    """Return the cloud of a page: ``own`` (the page starts it), ``http``, ``https`` or an empty string."""
    if mark := _CLOUD.search(text):
        return mark[1]
    code = "\n".join(block.code for block in blocks(text) if block.runs)
    if _OWN_CLOUD.search(code):
        return "own"
    return "http" if re.search(r"\bopenstack ", code) else ""


def matches(output: str, shown: str) -> bool:
    """Compare an output with the text of a page: ``…`` stands for any text, and alone for any lines.

    Spaces around ``…`` align the text of the page, and stand for nothing.
    """
    pattern = ""
    for line in shown.rstrip().splitlines():
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*?".join(map(re.escape, re.split(" *… *", line.rstrip()))) + r"[ ]*\n"
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output).strip("\n") + "\n"
    return re.fullmatch(pattern, text) is not None


def without_comments(code: str) -> str:
    """Return the commands of a shell block without comments, which each language has in its own words."""
    return _COMMENT.sub("", code)
