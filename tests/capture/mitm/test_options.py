from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from mitmproxy.addonmanager import Loader
from mitmproxy.certs import CertStore
from mitmproxy.exceptions import OptionsError
from mitmproxy.options import Options
from mitmproxy.test import taddons

from tracer.capture.mitm import options
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.errors import InputError, OutputError

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize(
    ("option", "value"),
    [("limit", "x"), ("diagram", "gif"), ("participants", "x"), ("sequence", "nosuch"), ("on_error", "x")],
)
def test_an_error_has_the_full_name_of_the_option(option: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        options.read(given(**{f"trace_{option}": value}), None)
    assert str(caught.value).startswith(f"trace_{option}: ")


def test_a_folder_that_cannot_be_written_to_names_its_option() -> None:
    with pytest.raises(OutputError, match=r"no such folder \(trace_dir chooses another folder\)"):
        options.read(given(trace_dir="/proc/missing"), None)


def test_the_file_of_the_cloud_ca_is_checked_at_the_start(tmp_path: Path) -> None:
    """mitmproxy reads it for each connection only, and logs a traceback each time."""
    (tmp_path / "text").write_text("no certificate")
    for file, problem in (
        ("", "it is empty: name the file of the cloud's CA, or leave the option out"),
        (tmp_path / "missing", f"cannot use {tmp_path / 'missing'}: there is no such file"),
        (tmp_path / "text", f"cannot use {tmp_path / 'text'}: it holds no certificate of a CA"),
        (tmp_path, f"cannot use {tmp_path}: it is a folder"),
    ):
        with pytest.raises(InputError) as caught:
            options.read(given(ssl_verify_upstream_trusted_ca=str(file)), None)
        assert str(caught.value) == f"ssl_verify_upstream_trusted_ca: {problem}"
    CertStore.from_store(tmp_path, "mitmproxy", 2048)
    options.read(given(ssl_verify_upstream_trusted_ca=str(tmp_path / "mitmproxy-ca-cert.pem")), None)


def test_the_file_of_the_cloud_ca_is_checked_when_it_changes(tmp_path: Path) -> None:
    async def run() -> None:
        tracer = Tracer()
        with taddons.context(tracer) as context:
            context.configure(tracer, trace_dir=str(tmp_path))
            with pytest.raises(SystemExit):
                context.configure(tracer, ssl_verify_upstream_trusted_ca=str(tmp_path / "missing"))
            tracer._announced = True
            with pytest.raises(OptionsError, match="there is no such file"):
                context.configure(tracer, ssl_verify_upstream_trusted_ca=str(tmp_path / "missing"))
            await tracer.done()

    asyncio.run(run())


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
                monkeypatch.setattr(tracer.sink(), "finish", None)
                with pytest.raises(SystemExit):
                    await tracer.done()
            else:
                await tracer.done()
            assert set(vars(manager)) == before
            assert context.options.flow_detail == 1

    asyncio.run(run())
