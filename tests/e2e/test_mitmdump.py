"""Plain ``mitmdump -s addons/trace.py``, with the real client and the real cloud."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import IMAGE, MITMDUMP, ROOT, Proxy, Site
from tests.e2e.secrets import leaks, tokens
from tests.patience import PATIENCE
from tests.rendering.reading import without_operations
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracer.model import Recording

pytestmark = pytest.mark.e2e

BY_ID = [[1, 2], [3, 4], [5, 6], [7, 8]]
BY_NAME = [*BY_ID, [7, 8]]
SHOW = ("image", "show", "--format", "json")


def steps(recording: Recording) -> list[list[int]]:
    return [exchange.steps for exchange in recording.exchanges]


def written(folder: Path) -> dict[str, Recording]:
    return {path.stem: load(path) for path in sorted(folder.rglob("*.yaml"))}


def test_each_command_is_a_recording_of_its_own(
    site: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    out, flows = tmp_path / "out", tmp_path / "flows"
    proxy = mitmdump("--set", f"trace_dir={out}", "--set", f"trace_release={site.release}", "-w", str(flows))
    first = site.client(*SHOW, site.image, proxy=proxy.url)
    second = site.client(*SHOW, IMAGE, proxy=proxy.url)
    proxy.wait_for(r"\.yaml \(", 2)
    at_once = [
        subprocess.Popen(
            [site.openstack, *SHOW, word], env=site.through(proxy.url), stdout=subprocess.DEVNULL
        )
        for word in (site.image, IMAGE, site.image)
    ]
    assert [client.wait(PATIENCE) for client in at_once] == [0, 0, 0]
    proxy.wait_for(r"\.yaml \(", 5)
    assert proxy.stop() == 0

    recordings = written(out)
    assert all(path.parent == out / site.release for path in out.rglob("*.yaml"))
    assert len(recordings) == 5
    assert {recording.verdict for recording in recordings.values()} == {"conforms"}
    assert steps(recordings["image-show"]) == BY_ID
    assert steps(recordings["image-show-2"]) == BY_NAME
    assert sorted(map(len, map(steps, recordings.values()))) == [4, 4, 4, 5, 5]
    assert recordings["image-show"].command == f"openstack image show --format json {site.image}"
    assert {recording.sequence for recording in recordings.values()} == {"image-show"}
    assert not (out / ".journal").exists()

    used = tokens(flows)
    assert len(used) == 5
    assert not leaks({site.password, *used}, out, proxy.printed, first.stderr, second.stderr)
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"<token-1>" in everything
    assert b"<password-1>" in everything


def test_the_diagram_is_that_of_the_seed_page(
    site: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    proxy = mitmdump("--set", f"trace_dir={tmp_path / 'out'}", "--set", "trace_diagram=mmd,svg")
    site.client(*SHOW, site.image, proxy=proxy.url)
    proxy.wait_for(r"\.yaml \(")
    proxy.stop()
    golden = (ROOT / "tests" / "rendering" / "seed.mmd").read_text()
    assert without_operations((tmp_path / "out" / "image-show.mmd").read_text()) == golden
    assert (tmp_path / "out" / "image-show.svg").read_text().startswith("<svg")


def test_the_client_prints_the_same_with_and_without_the_proxy(
    site: Site, mitmdump: Callable[..., Proxy]
) -> None:
    proxy = mitmdump()
    for words in (
        (*SHOW, site.image),
        ("image", "show", IMAGE),
        ("image", "list"),
        ("image", "show", "missing"),
    ):
        bare = site.client(*words, check=False)
        traced = site.client(*words, proxy=proxy.url, check=False)
        assert (traced.stdout, traced.stderr, traced.returncode) == (
            bare.stdout,
            bare.stderr,
            bare.returncode,
        )


def test_without_options_it_says_once_where_it_writes(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    proxy = mitmdump()
    zed.client("image", "list", proxy=proxy.url)
    proxy.wait_for(r"\.yaml \(")
    assert proxy.stop() == 0
    assert proxy.printed.count("recordings are written to") == 1
    assert f"recordings are written to {tmp_path / 'proxy-0' / 'recordings'}" in proxy.printed
    recording = load(tmp_path / "proxy-0" / "recordings" / "image-list.yaml")
    assert (recording.sequence, recording.verdict) == ("image-list", "conforms")
    assert [exchange.path for exchange in recording.exchanges][-1] == "/image/v2/images"


def test_it_works_on_stored_flows(zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path) -> None:
    flows = tmp_path / "flows"
    live = tmp_path / "live"
    proxy = mitmdump("-w", str(flows), "--set", f"trace_dir={live}")
    at_once = [
        subprocess.Popen([zed.openstack, *SHOW, word], env=zed.through(proxy.url), stdout=subprocess.DEVNULL)
        for word in (zed.image, IMAGE)
    ]
    assert [client.wait(PATIENCE) for client in at_once] == [0, 0]
    proxy.stop()
    stored = tmp_path / "stored"
    replay = subprocess.run(
        [
            MITMDUMP,
            "-nr",
            str(flows),
            "-s",
            str(ROOT / "addons" / "trace.py"),
            "--set",
            f"trace_dir={stored}",
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert "Traceback" not in replay.stdout + replay.stderr

    def messages(folder: Path) -> list[list[tuple[str, str, list[int]]]]:
        return sorted(
            [(one.request.method, one.request.url, one.steps) for one in recording.exchanges]
            for recording in written(folder).values()
        )

    assert messages(stored) == messages(live)
    for recording in written(stored).values():
        assert recording.command is None
        assert recording.verdict == "conforms"
        assert any(note.code == "no-process" for note in recording.notes)


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("trace_diagram=mmd,gif", "unknown kind 'gif'; known: mmd, svg, png"),
        ("trace_sequence=image-eat", "unknown sequence 'image-eat'"),
        ("trace_participants=glance", "expected name=URL or name=PORT, got 'glance'"),
        ("trace_dir=/dev/null", "/dev/null: not a folder"),
        ("trace_dir=/proc/missing", "cannot write /proc/missing: no such folder"),
        ("trace_on_error=shrug", "shrug"),
        ("trace_limit=-1", "expected a size such as 65536 or 1MiB, got '-1'"),
        ("ssl_verify_upstream_trusted_ca=", "it is empty: name the file of the cloud's CA"),
        ("ssl_verify_upstream_trusted_ca=/nope.pem", "cannot use /nope.pem: there is no such file"),
        ("trace_limit=many", "expected a size such as 65536 or 1MiB, got 'many'"),
        ("trace_relase=zed", "trace_relase: there is no such option"),
        ("trace_participants=glance=99999", "not a port: 'glance=99999'"),
    ],
)
def test_a_wrong_option_stops_mitmdump_with_one_line(option: str, problem: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [MITMDUMP, "-s", str(ROOT / "addons" / "trace.py"), "--set", option, "--set", "listen_port=0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    printed = (ended.stdout + ended.stderr).strip()
    assert ended.returncode != 0
    assert problem in printed
    assert "Traceback" not in printed
    assert len([line for line in printed.splitlines() if not re.search("Loading script", line)]) == 1


STREAMS = """
def responseheaders(flow):
    flow.response.stream = {stream}
"""


@pytest.mark.parametrize(
    ("stream", "first", "kept"),
    [("", False, True), ("True", True, True), ("lambda data: [data]", True, True), ("True", False, False)],
    ids=["by an option", "by an addon", "by an addon's function", "by an addon behind"],
)
def test_what_others_let_stream_is_not_passed_over(
    site: Site, tmp_path: Path, stream: str, first: bool, kept: bool
) -> None:
    script, addon = tmp_path / "streams.py", str(ROOT / "addons" / "trace.py")
    script.write_text(STREAMS.format(stream=stream) if stream else "")
    addons = [str(script), addon] if first else [addon, str(script)]
    options = [word for one in addons for word in ("-s", one)]
    if not stream:
        options += ["--set", "stream_large_bodies=100"]
    proxy = Proxy(tmp_path, *options, "--set", f"trace_dir={tmp_path / 'out'}", addon=False)
    try:
        printed = site.client(*SHOW, site.image, proxy=proxy.url).stdout
        proxy.wait_for(r"\.yaml \(")
    finally:
        proxy.stop()
    assert site.image in printed
    (recording,) = written(tmp_path / "out").values()
    for exchange in recording.exchanges:
        assert exchange.response is not None
        body = exchange.response.body
        assert body is not None
        assert str(body.size) == exchange.response.headers["Content-Length"]
        assert (body.json is not None, body.omitted == "streamed") == (kept, not kept)


def test_a_writer_process_that_cannot_be_started_is_one_line(tmp_path: Path) -> None:
    """An interpreter that this user may not execute, or a limit of processes that is reached."""
    script = tmp_path / "no_python.py"
    script.write_text(
        "import types\nfrom tracer.capture.worker import connection\n"
        "connection.sys = types.SimpleNamespace(executable='/no/python')\n"
    )
    addon = str(ROOT / "addons" / "trace.py")
    ended = subprocess.run(
        [MITMDUMP, "-q", "-s", str(script), "-s", addon, "--set", f"trace_dir={tmp_path}", "-p", "0"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 1
    reason = "the process that keeps the recordings cannot be started: No such file or directory"
    assert (ended.stdout + ended.stderr).splitlines() == [
        f"tracer: {reason}; the proxy stops, as it could not record",
        "tracer: 1 exchange or recording was not written",
    ]
