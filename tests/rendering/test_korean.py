"""Korean output has no English sentence: pages, reports, views and diagrams."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.rendering import seed
from tests.shipped import sample_recordings, unpack
from tracer.comparison.folders import compare_files, pair
from tracer.comparison.report import compare_sides, make_report
from tracer.plugins import ReportOptions
from tracer.recording import below, load, save
from tracer.rendering.format_tables import DIFF_REPORTS
from tracer.rendering.mermaid import mermaid, sequence_mermaid
from tracer.rendering.pages import publish
from tracer.rendering.style import Style
from tracer.rendering.view import view
from tracer.sequences import catalog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Recording

RECORDINGS = Path(__file__).parents[2] / "recordings"
# Three English words in a row. Commands and the titles of the documentation are names.
SENTENCE = re.compile(r"(?<![\w/.-])(?:[A-Za-z][a-z']*,? ){2,}[a-z']{2,}")
# A type of the API reference, which tells what a parameter takes, is no text of ours.
NAMES = re.compile(
    r"no value (?:required|expected)|openstack (?:[a-z]+ )*[a-z]+|OpenStack (?:Client|Command)[A-Za-z ]*"
)
# Parts of diagrams: names of participants, and reasons of HTTP ("응답: 300 Multiple Choices").
ENGLISH = re.compile(r"participant .*|Note over [\w,]+|응답: \d+ .*")
# Headings, names of tabs, and titles of notes.
HEADING = re.compile(r'(?m)^ *(?:#{2,} (?P<heading>.*?) \{ #|=== "(?P<tab>.*)"|!!! \w+ "(?P<note>.*)")')
# A message or a release is a heading, too.
NAMED = re.compile(r"\(\d+\).*|zed|\d{4}\.\d")
HANGUL = re.compile(r"[가-힣]")
# Keys of the data in a page of `tracer view` whose values are texts of ours.
OURS = ("why", "reason", "summary", "request", "response")


def _prose(text: str) -> str:
    """Return the text of Markdown or HTML without code, scripts, addresses, tags, and quoted data."""
    for code in (
        r"(?ms)^( *)```.*?^\1```",
        r"(?s)<(script|style|code|pre)\b.*?</\1>",
        r"`[^`]*`",
        r"\]\([^)]*\)",
        r"<[^>]+>",
    ):
        text = re.sub(code, " · ", text)
    return re.sub(r'"[^"\n]*"', " · ", html.unescape(html.unescape(text)))


def english(text: str) -> list[str]:
    """Return the English sentences of a text."""
    return SENTENCE.findall(NAMES.sub(" · ", _prose(text)))


def _texts(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str) and key in OURS:
        yield value


def _view_texts(recordings: dict[str, Recording]) -> str:
    page = view(recordings, "ko")
    data = dict(
        re.findall(r'(?s)<script type="application/json" id="(texts|summaries)">(.*?)</script>', page)
    )
    texts = [*json.loads(data["texts"]).values(), *_texts(json.loads(data["summaries"]))]
    return "\n".join([_prose(page), *texts])


def _odd() -> dict[str, Recording]:
    """Return recordings with one of everything: a deviation, a missing response, one exchange."""
    run = seed.exchanges()
    refused = seed.exchange("POST", "/identity/v3/auth/tokens", 401, "No", times=(0.1, 0.2), to="keystone")
    silent = msgspec.structs.replace(run[3], response=None, ended=None, error=None)
    unexpected = seed.exchange("DELETE", "/image/v2/images/x", 403, "No", times=(0.5, 0.6))
    return {
        "refused-1": seed.recording([run[0], refused]),
        "silent-1": seed.recording([*run[:3], silent]),
        "unexpected-1": seed.recording([*run, unexpected]),
        "one-1": seed.recording(run[:1]),
        "undetermined-1": msgspec.structs.replace(seed.recording(), verdict="undetermined"),
        "unknown-1": msgspec.structs.replace(seed.recording(), sequence=None, verdict=None, command=None),
    }


def test_an_english_sentence_is_found() -> None:
    assert english("이 실행은 missing steps here 이다") == ["missing steps here"]
    assert english("`missing steps here` <code>and no more</code> openstack image show") == []
    assert english("`a` no response came") == ["no response came"]


@pytest.mark.parametrize("source", ["shipped", "odd"])
def test_pages(source: str, tmp_path: Path) -> None:
    if source == "odd":
        for name, recording in _odd().items():
            save(recording, tmp_path / "recordings" / f"{name}.yaml", known_secrets=None)
    paths = below([tmp_path / "recordings"]) if source == "odd" else sample_recordings()
    publish(paths, tmp_path / "site", ["ko"])
    pages = list((tmp_path / "site" / "docs").rglob("*.md"))
    assert len(pages) > 6
    headings = 0
    for page in pages:
        # Operations that no recording has may have only the English names of the reference.
        text = page.read_text(encoding="utf-8").partition("{ #never-seen }")[0]
        assert english(text) == [], page.name
        for line in HEADING.finditer(text):
            heading = line["heading"] or line["tab"] or line["note"]
            headings += 1
            assert HANGUL.search(heading) or NAMED.fullmatch(heading), (page.name, heading)
    assert headings > 20


@pytest.mark.parametrize("format_", ["md", "html"])
def test_reports(format_: str, tmp_path: Path) -> None:
    for side, name in (("before", "silent-1"), ("after", "unexpected-1")):
        for count in range(1 if side == "before" else 2):
            save(_odd()[name], tmp_path / side / f"{count}.yaml", known_secrets=None)
    shipped = unpack(tmp_path / "shipped", "identity", "image")
    sides = [(shipped / "zed", shipped / "2026.2"), (shipped / "zed", shipped / "zed" / "again")]
    for before, after in [*sides, (tmp_path / "before", tmp_path / "after")]:
        pairing = pair([before], [after])
        step = compare_sides("전", "후", pairing, map(compare_files, pairing.couples))
        options = ReportOptions(language="ko", volatile=True)
        for line in DIFF_REPORTS.run(format_, make_report([step], None), options):
            assert english(str(line)) == []


def test_views() -> None:
    paths = below([RECORDINGS / "zed", RECORDINGS / "2026.2"], again=False)
    shipped = {str(path): load(path) for path in paths}
    for recordings in (shipped, _odd()):
        assert english(_view_texts(recordings)) == []


def test_diagrams() -> None:
    recordings = [load(path) for path in below([RECORDINGS / "zed"], again=False)]
    for recording in [*recordings, *_odd().values()]:
        for fold in (False, True):
            text = mermaid(recording, Style(language="ko", fold=fold))
            assert english(re.sub(ENGLISH, "", text)) == []
    for sequence in catalog().values():
        assert english(re.sub(ENGLISH, "", sequence_mermaid(sequence, "ko"))) == []
