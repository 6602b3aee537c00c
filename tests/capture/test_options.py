from __future__ import annotations

from types import SimpleNamespace

import pytest
from mitmproxy.addonmanager import Loader
from mitmproxy.options import Options

from tracer.capture import options
from tracer.errors import InputError


def given(**changes: str) -> Options:
    known = Options()
    options.declare(Loader(SimpleNamespace(options=known)))  # type: ignore[arg-type]
    known.update(**changes)
    return known


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("65536", 65536), ("1MiB", 2**20), ("1 MB", 2**20), ("2k", 2048), ("1GiB", 2**30)],
)
def test_a_limit_is_a_size(text: str, size: int) -> None:
    assert options.read(given(trace_limit=text), None)[0].limit == size


@pytest.mark.parametrize("text", ["", "-1", "many", "1.5MiB", "1TiB"])
def test_a_limit_that_is_none(text: str) -> None:
    with pytest.raises(InputError, match="expected a size"):
        options.read(given(trace_limit=text), None)


def test_stop_is_the_default() -> None:
    assert options.read(given(), None)[1]
    assert not options.read(given(trace_on_error="pass"), None)[1]


def test_an_option_that_is_misspelt_is_found() -> None:
    known = given()
    known.set("trace_relase=zed", defer=True)
    with pytest.raises(InputError, match="trace_relase: there is no such option"):
        options.read(known, None)
