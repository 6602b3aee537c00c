"""``tracer record``, as its users start it."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import IMAGE, MITMDUMP, TRACER, UNBUFFERED, Site
from tests.e2e.secrets import leaks
from tests.patience import PATIENCE
from tracer.cloud.release_data import releases
from tracer.recording import load
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.e2e

SHOW = ("image", "show", "--format", "json")


def record(site: Site, out: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    options, command = words[: words.index("--")], words[words.index("--") + 1 :]
    return subprocess.run(
        [TRACER, "record", "--out", str(out), *options, "--", *command],
        env=site.environment | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_output_and_exit_code_come_through_unchanged(site: Site, tmp_path: Path) -> None:
    for words in ((*SHOW, site.image), (*SHOW, IMAGE), ("image", "show", "missing")):
        bare = site.client(*words, check=False)
        traced = record(site, tmp_path, "--quiet", "--release", site.release, "--", site.openstack, *words)
        assert (traced.stdout, traced.stderr, traced.returncode) == (
            bare.stdout,
            bare.stderr,
            bare.returncode,
        )


def test_the_recording_holds_command_output_and_exit_code(site: Site, tmp_path: Path) -> None:
    ended = record(site, tmp_path, "--release", site.release, "--", site.openstack, *SHOW, site.image)
    path = tmp_path / site.release / "image-show.yaml"
    assert f"wrote {path}" in ended.stderr
    assert "conforms" in ended.stderr
    recording = load(path)
    assert recording.command == f"openstack image show --format json {site.image}"
    assert recording.output is not None
    assert (recording.output.exit, recording.output.stdout, recording.output.stderr) == (0, ended.stdout, "")
    assert recording.cloud.release == site.release
    assert recording.verdict == "conforms"
    assert [exchange.steps for exchange in recording.exchanges] == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert not leaks({site.password}, tmp_path, ended.stdout, ended.stderr)


def test_a_password_in_the_command_is_masked(zed: Site, tmp_path: Path) -> None:
    ended = record(
        zed, tmp_path, "--", zed.openstack, "--os-password", zed.password, *SHOW, zed.image, OS_PASSWORD=""
    )
    assert ended.returncode == 0
    assert load(tmp_path / "zed" / "image-show.yaml").command == (
        f"openstack --os-password '<password-1>' image show --format json {zed.image}"
    )
    assert not leaks({zed.password}, tmp_path, ended.stdout, ended.stderr)


def test_a_wrong_password_deviates_and_stays_secret(zed: Site, tmp_path: Path) -> None:
    wrong = "Wr0ng/secret+of=32%characters?!!"
    ended = record(zed, tmp_path, "--", zed.openstack, *SHOW, zed.image, OS_PASSWORD=wrong)
    assert ended.returncode == 1
    recording = load(tmp_path / "zed" / "image-show.yaml")
    assert recording.verdict == "deviates"
    assert recording.missing == [7, 8]
    assert [exchange.verdict for exchange in recording.exchanges] == ["documented", "wrong-status"]
    assert not leaks({wrong}, tmp_path, ended.stdout, ended.stderr)


def test_not_found_is_recorded_with_what_was_tried(zed: Site, tmp_path: Path) -> None:
    ended = record(zed, tmp_path, "--", zed.openstack, *SHOW, "missing")
    assert ended.returncode == 1
    recording = load(tmp_path / "zed" / "image-show.yaml")
    assert recording.exchanges[-1].request.url.endswith("/image/v2/images?os_hidden=True")
    assert recording.exchanges[-1].verdict == "fallback"
    assert recording.output is not None
    assert "No Image found for missing" in recording.output.stderr


def test_tls_with_a_ca_of_the_users_own(zed: Site, tmp_path: Path) -> None:
    """A TLS front (a reverse proxy) before Keystone; the user trusts its CA with OS_CACERT."""
    log = tmp_path / "front.log"
    with log.open("wb") as file:
        front = subprocess.Popen(
            [
                MITMDUMP,
                *("--mode", f"reverse:{zed.environment['OS_AUTH_URL'].removesuffix('/identity')}"),
                *("--set", f"confdir={tmp_path / 'front'}", "--set", "listen_host=127.0.0.1"),
                *("--set", "listen_port=0"),
            ],
            env=UNBUFFERED,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        while not (found := re.search(r"listening at \S*?:(\d+)", log.read_text())):
            assert front.poll() is None
            time.sleep(0.05)
        secure = {"OS_AUTH_URL": f"https://127.0.0.1:{found[1]}/identity"}
        trusting = {"OS_CACERT": str(tmp_path / "front" / "mitmproxy-ca-cert.pem")}
        ended = record(zed, tmp_path / "out", "--", zed.openstack, *SHOW, zed.image, **secure, **trusting)
        assert ended.returncode == 0, ended.stderr
        recording = load(tmp_path / "out" / "image-show.yaml")
        assert recording.exchanges[0].request.url.startswith("https://")
        assert recording.verdict == "conforms"
    finally:
        front.send_signal(signal.SIGINT)
        front.wait(PATIENCE)


def test_nothing_recorded_says_why_and_the_exit_code_stays(zed: Site, tmp_path: Path) -> None:
    ended = record(zed, tmp_path, "--", "true")
    assert ended.returncode == 0
    assert ended.stderr.startswith("tracer: nothing was recorded: ")
    assert "no_proxy" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_client_that_does_not_exist(zed: Site, tmp_path: Path) -> None:
    ended = record(zed, tmp_path, "--", "no-such-client", "image", "show")
    assert (ended.returncode, ended.stderr) == (2, "tracer: cannot start 'no-such-client': no such command\n")


def test_an_output_folder_that_cannot_be_written(zed: Site, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = record(zed, tmp_path / "file" / "below", "--", zed.openstack, *SHOW, zed.image)
    assert (ended.returncode, ended.stderr) == (2, f"tracer: {tmp_path / 'file'}: not a folder\n")


def test_an_output_folder_that_vanishes_stops_the_client(zed: Site, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = f"rm -rf {out}; touch {out}; exec {zed.openstack} image show {zed.image}"
    ended = record(zed, out, "--", "sh", "-c", script)
    assert ended.returncode == 2
    assert f"tracer: cannot write {out}" in ended.stderr
    assert "the proxy stops, as it could not record" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_recording_or_diagram_that_has_no_place(zed: Site, tmp_path: Path) -> None:
    folder = tmp_path / "zed"
    (folder / "x.mmd").mkdir(parents=True)
    drawn_not = record(zed, tmp_path, "--name", "x", "--", zed.openstack, *SHOW, zed.image)
    assert drawn_not.returncode == 0
    assert f"tracer: cannot write {folder / 'x.mmd'}: it is a folder\n" in drawn_not.stderr
    assert load(folder / "x.yaml").verdict == "conforms"
    # It had a place when the command began.
    script = f'mkdir "{folder / "y.yaml"}" && exec "$@"'
    command = ["sh", "-c", script, "sh", zed.openstack, *SHOW, zed.image]
    written_not = record(zed, tmp_path, "--name", "y", "--", *command)
    assert written_not.returncode == 2
    assert written_not.stderr.endswith(f"tracer: cannot write {folder / 'y.yaml'}: it is a folder\n")
    assert f"nothing is lost: tracer recover {tmp_path}\n" in written_not.stderr
    assert list(recover(tmp_path, ParticipantMap())) == [folder / "y-2.yaml"]
    refused = record(zed, tmp_path, "--name", "y", "--", "touch", str(tmp_path / "started"))
    assert refused.returncode == 2
    problem = "it is a folder (--out chooses another folder)"
    assert refused.stderr == f"tracer: cannot write {folder / 'y.yaml'}: {problem}\n"
    assert not (tmp_path / "started").exists()


def test_a_cloud_that_does_not_answer(zed: Site, tmp_path: Path) -> None:
    ended = record(zed, tmp_path, "--", zed.openstack, *SHOW, "x", OS_AUTH_URL="http://127.0.0.1:9/identity")
    assert ended.returncode == 1
    recording = load(next(tmp_path.rglob("*.yaml")))
    assert recording.exchanges[0].error


HALF_WAY = """
import http.client, time
putrequest = http.client.HTTPConnection.putrequest

def held(connection, method, url, *words, **others):
    while "/image/v2/" in url:
        time.sleep(1)
    putrequest(connection, method, url, *words, **others)

http.client.HTTPConnection.putrequest = held
"""


@pytest.fixture
def half_way(zed: Site, tmp_path: Path) -> dict[str, str]:
    """Return the environment for a client that has its token, and never asks for an image."""
    (tmp_path / "half-way").mkdir()
    (tmp_path / "half-way" / "sitecustomize.py").write_text(HALF_WAY)
    return zed.environment | {"PYTHONPATH": str(tmp_path / "half-way")}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_client_killed_half_way_leaves_what_was_seen(
    zed: Site, half_way: dict[str, str], tmp_path: Path, number: int
) -> None:
    """The client is killed as soon as the journal shows that it has its token."""
    process = subprocess.Popen(
        [TRACER, "record", "--out", str(tmp_path), "--", zed.openstack, *SHOW, zed.image],
        env=half_way,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait(lambda: any("auth/tokens" in path.read_text() for path in (tmp_path / ".journal").glob("*.jsonl")))
    subprocess.run(["pkill", f"-{int(number)}", "-P", str(process.pid)], check=True)
    _, printed = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    recording = load(tmp_path / "zed" / "image-show.yaml")
    assert recording.interrupted == f"the client was ended by {signal.Signals(number).name}"
    assert recording.exchanges
    assert recording.output is not None
    assert recording.output.exit == 128 + number
    assert not (tmp_path / ".journal").exists()
    assert "Traceback" not in printed


def test_a_tracer_told_to_end_takes_the_client_with_it(
    zed: Site, half_way: dict[str, str], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [TRACER, "record", "--out", str(tmp_path), "--", zed.openstack, *SHOW, zed.image],
        env=half_way,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _wait(lambda: any((tmp_path / ".journal").glob("*.jsonl")))
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)
    assert subprocess.run(["pgrep", "-P", str(process.pid)], check=False).returncode == 1
    assert load(tmp_path / "zed" / "image-show.yaml").interrupted


def test_the_embedded_cloud_is_used_where_none_is_named(zed: Site, tmp_path: Path) -> None:
    plain = {name: value for name, value in zed.environment.items() if not name.startswith("OS_")}
    ended = subprocess.run(
        [TRACER, "record", "--release", "zed", "--out", str(tmp_path), "--", "openstack", *SHOW, IMAGE],
        env=plain,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    assert load(tmp_path / "zed" / "image-show.yaml").verdict == "conforms"


def test_the_client_of_another_release_on_a_cloud_of_ones_own(zed: Site, tmp_path: Path) -> None:
    """Whoever names a cloud uses that one; only the client is another."""
    ended = record(zed, tmp_path, "--client", "2026.2", "--", "openstack", *SHOW, zed.image)
    assert ended.returncode == 0, ended.stderr
    recording = load(tmp_path / "zed" / "image-show.yaml")
    sdk = releases()["2026.2"].client.packages["openstacksdk"]
    assert recording.client is not None
    assert recording.client.startswith(f"openstacksdk/{sdk} ")
    assert recording.verdict == "conforms"


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
