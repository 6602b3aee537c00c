"""Scanned piece by piece, nothing is lost that lies across the seams."""

from __future__ import annotations

import textwrap
import tracemalloc
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracer.redaction import KnownSecrets, scan, scan_pieces, seams

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "kJ7xQ2mZp9vR4tWs"
PEM = (
    "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 4 + "-----END PRIVATE KEY-----\n"
)
SECRETS = [
    f"    password: {PASSWORD}\n",
    f'"{PASSWORD[:5]}\\u0032{PASSWORD[6:]}"\n',
    f"  text: {PASSWORD[:7]}\n    {PASSWORD[7:]}\n",
    f'  text: "{PASSWORD[:7]}\\\n    \\{PASSWORD[7:]}"\n',
    f"| {PASSWORD[:9]} | a |\n| {PASSWORD[9:]}   |   |\n",
    "\n".join(PASSWORD) + "\n",
    PEM,
    "".join(f"      {line}\n" for line in PEM.splitlines()),
    "      X-Auth-Token: 0123456789abcdef0123\n",
    '"token":\n {\n "id":\n "0123456789abcdef0123"}\n',
    '"adminPass"\n:\n"correct horse battery"\n',
    "<password>\ncorrect horse battery\n</password>\n",
    "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhiJo21aZ-Vm8hsdN8Es\n",
]
CLEAN = [
    "- steps: [1, 2]\n",
    "  from: client\n",
    "\n",
    "    X-Auth-Token: <token-1>\n",
    "# 한국어 é\n",
    "a|b\n",
]


AS_SHIPPED = (seams._WINDOW, seams._OVERLAP)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seams, "_WINDOW", 600)
    monkeypatch.setattr(seams, "_OVERLAP", 400)


def _known() -> KnownSecrets:
    known = KnownSecrets()
    known.add("password", PASSWORD)
    return known


@settings(max_examples=300)
@given(st.lists(st.sampled_from(SECRETS) | st.sampled_from(CLEAN * 4), max_size=60), st.data())
def test_the_findings_are_those_of_the_whole(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    lines = text.splitlines(keepends=True)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(lines)))) | {0, len(lines)})
    pieces = ["".join(lines[start:end]) for start, end in pairwise(cuts)]
    known = _known()
    given_back = list(scan_pieces(pieces, known=known))
    assert "".join(piece for piece, _ in given_back) == text
    assert [finding for _, found in given_back for finding in found] == scan(text, known=known)


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_of_a_secret_is_given_back_as_clean(secret: str) -> None:
    lines = ["  name: value of no interest\n"] * 200
    for place in range(30, 70):
        text = [*lines[:place], *secret.splitlines(keepends=True), *lines]
        clean = ""
        for piece, found in scan_pieces(text, known=_known()):
            if found:
                break
            clean += piece
        else:
            raise AssertionError("it was not found")
        assert len(clean) <= len("".join(lines[:place]))


def test_the_overlap_is_longer_than_a_secret_in_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    window, overlap = AS_SHIPPED
    monkeypatch.setattr(seams, "_WINDOW", window)
    monkeypatch.setattr(seams, "_OVERLAP", overlap)
    secret = "".join(f"{number:04x}" for number in range(9000, 14000))
    known = KnownSecrets()
    known.add("password", secret)
    wrapped = [f"{line}\n" for line in textwrap.wrap(secret, 76)]
    line = "  name: value of no interest\n"
    before = (window - len(secret) // 2) // len(line)
    clean = 0
    for piece, found in scan_pieces([*[line] * before, *wrapped, *[line] * 2000], known=known):
        if found:
            break
        clean += len(piece)
    assert clean <= before * len(line)


def test_no_more_is_taken_than_is_scanned_together() -> None:
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for _ in range(1000):
            taken += 20
            yield "a" * 19 + "\n"

    held = [taken - past for past in accumulate(len(piece) for piece, _ in scan_pieces(lines()))]
    assert all(400 <= one <= 600 + 400 + 20 for one in held[:-1])
    assert (taken, held[-1]) == (20_000, 0)


def test_a_long_text_is_held_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seams, "_WINDOW", 2**19)
    monkeypatch.setattr(seams, "_OVERLAP", 2**17)
    lines = (f"      name: value of no interest {number}\n" for number in range(60_000))
    tracemalloc.start()
    try:
        length = sum(len(piece) for piece, _ in scan_pieces(lines, known=_known()))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert length > 3 * 2**19
    assert peak < 7 * (2**19 + 2**17)


def test_nothing_is_nothing() -> None:
    assert list(scan_pieces([])) == [("", [])]
