from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from mitmproxy.addonmanager import Loader
from mitmproxy.options import Options
from mitmproxy.test import taddons

from tracer.capture import options
from tracer.capture.addon import Tracer
from tracer.errors import InputError


def given(**changes: str) -> Options:
    known = Options()
    options.declare(Loader(SimpleNamespace(options=known)))
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


@pytest.mark.parametrize(("before", "since", "after"), [(1, None, 1), (3, None, 3), (1, 2, 2), (2, 0, 0)])
def test_mitmdump_prints_no_url_until_the_addon_is_done(before: int, since: int | None, after: int) -> None:
    """Who asks for more, before or since, gets what was asked for, now and afterwards."""
    known = Options()
    known.add_option("flow_detail", int, 1, "")
    known.update(flow_detail=before)
    restore = options.quieten(known)
    assert known.flow_detail == (0 if before == 1 else before)
    if since is not None:
        known.update(flow_detail=since)
    restore()
    assert known.flow_detail == after


@pytest.mark.parametrize("failing", [False, True])
def test_the_addon_undoes_what_it_changed(
    failing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer, loadcore=False) as context:
            context.options.add_option("flow_detail", int, 1, "")
            context.configure(tracer, trace_dir=str(tmp_path), server=False)
            manager = context.master.addons
            before = set(vars(manager))
            tracer.running()
            assert set(vars(manager)) - before == {"trigger_event"}
            assert context.options.flow_detail == 0
            if failing:
                monkeypatch.setattr(tracer.taker(), "finish", None)
                with pytest.raises(SystemExit):
                    await tracer.done()
            else:
                await tracer.done()
            assert set(vars(manager)) == before
            assert context.options.flow_detail == 1

    asyncio.run(run())
