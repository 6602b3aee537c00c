import base64
import json
import os
import time
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.redaction.forms import spellings
from tests.redaction.test_tables import table
from tracer.redaction import KnownSecrets

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
secrets = st.text(PLAIN, min_size=8, max_size=200) | st.text(
    PLAIN + " '\"\\%&#/+=äß", min_size=8, max_size=60
)


def _known(secret: str) -> KnownSecrets:
    known = KnownSecrets()
    known.add("password", "another-password-77")
    known.add("token", secret)
    return known


@st.composite
def written(draw: st.DrawFn, secret: str) -> str:
    """The secret in a text, each character escaped or not, broken or not."""
    escapes = draw(st.lists(st.sampled_from("_____ju%xn"), min_size=len(secret), max_size=len(secret)))
    how: dict[str, Callable[[str], str]] = {
        "_": str,
        "j": lambda c: json.dumps(c)[1:-1],
        "u": lambda c: f"\\u{ord(c):04x}",
        "%": lambda c: "".join(f"%{byte:02x}" for byte in c.encode()),
        "x": lambda c: f"&#{ord(c)};",
        "n": lambda c: f"{c}\n    ",
    }
    text = "".join(how[escape](char) for char, escape in zip(secret, escapes, strict=True))
    return draw(st.sampled_from([text, json.dumps(text), *spellings(secret).values()]))


@given(data=st.data(), secret=secrets, around=st.text('ab "\\%&:,{}\n|', max_size=20))
def test_it_is_never_blind_to_what_find_would_find(data: st.DataObject, secret: str, around: str) -> None:
    known = _known(secret)
    text = f"{around}{data.draw(written(secret))}{around}"
    journal = msgspec.json.encode({"a": "b", "text": text}) + b"\n"
    if [hit for hit in known.find(text) if hit.secret == secret]:
        assert known.touches(journal, 1)


@given(data=st.data(), secret=secrets)
def test_nor_to_what_a_body_in_base64_holds(data: st.DataObject, secret: str) -> None:
    known = _known(secret)
    held = b"caf\xe9 " + data.draw(written(secret)).encode("utf-8", "replace")
    journal = msgspec.json.encode({"body": {"base64": base64.b64encode(held).decode()}})
    if [hit for hit in known.find(held.decode("latin-1")) if hit.secret == secret]:
        assert known.touches(journal, 1)


@pytest.mark.parametrize("width", [12, 20, 60])
@pytest.mark.parametrize("rows", [[["id", "{}"]], [["{}", "name", "x"]], [["x" * 50, "{}"]]])
def test_nor_to_a_table(rows: list[list[str]], width: int) -> None:
    token = base64.urlsafe_b64encode(os.urandom(90)).decode()
    text = table([[cell.format(token) for cell in row] for row in rows], width)
    assert _known(token).find(text)
    for journal in (text, f"x {text[text.index('|') :].strip()}"):
        assert _known(token).touches(msgspec.json.encode({"text": journal}), 1)


def test_what_is_old_or_not_there_does_not_touch() -> None:
    known = KnownSecrets()
    known.add("token", "kJ7xQ2mZp9vR4tWsABCDEFGH")
    journal = msgspec.json.encode({"a": "kJ7xQ2mZp9vR4tWsABCDEFGH"})
    assert known.touches(journal, 0)
    assert not known.touches(journal, known.version)
    known.add("token", "0123456789abcdef0123456789abcdef")
    assert not known.touches(journal, 1)


def test_a_new_token_costs_next_to_nothing() -> None:
    image = {
        "name": "cirros",
        "links": [{"href": "http://192.0.2.7/image/v2/images/9c31f2c6"}],
        "min_disk": 0,
    }
    line = msgspec.json.encode({"json": json.dumps(image, indent=2)}) + b"\n"
    journal = line * (1_500_000 // len(line))
    known = KnownSecrets()
    known.add("token", base64.urlsafe_b64encode(os.urandom(150)).decode())
    texts = [msgspec.json.decode(one)["json"] for one in journal.splitlines()]
    start = time.process_time()
    assert not known.touches(journal, 0)
    glance = time.process_time() - start
    start = time.process_time()
    assert not any(map(known.find, texts))
    assert glance < (time.process_time() - start) / 2
