"""Clients on another machine: one recording for each command, live and of stored flows."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import IMAGE, Proxy, Site
from tests.e2e.remote import Machine, front, other_machine, replayed
from tests.e2e.secrets import leaks, tokens
from tests.patience import PATIENCE
from tracer.i18n import note_text
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracer.model import Recording

pytestmark = pytest.mark.e2e

SHOW = ("image", "show", "--format", "json")
LIST = ("image", "list", "--format", "json")


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with other_machine() as made:
        yield made


def paths(recording: Recording) -> list[str]:
    return [exchange.path for exchange in recording.exchanges]


def counts(folder: Path) -> list[tuple[str | None, int]]:
    return sorted((each.sequence, len(each.exchanges)) for each in written(folder).values())


def written(folder: Path) -> dict[str, Recording]:
    return {path.stem: load(path) for path in sorted(folder.rglob("*.yaml"))}


@pytest.mark.parametrize("close", [False, True], ids=["keep-alive", "close"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_each_command_of_another_machine_is_a_recording(
    zed: Site,
    mitmdump: Callable[..., Proxy],
    machine: Machine,
    tmp_path: Path,
    tls: bool,
    close: bool,
) -> None:
    flows, out, at_once = tmp_path / "flows", tmp_path / "out", tmp_path / "at-once"
    proxy = mitmdump(
        *("--set", "ssl_insecure=true", "-w", str(flows)),
        *("--set", f"trace_dir={out}", "--set", "trace_diagram="),
        host=machine.near,
    )
    authority = tmp_path / "proxy-0" / "conf" / "mitmproxy-ca-cert.pem"
    with front(zed, tmp_path / "front", tls=tls, close=close) as auth_url:
        environment = zed.environment | {
            "OS_AUTH_URL": auth_url,
            "OS_CACERT": str(authority),
            "http_proxy": proxy.url,
            "https_proxy": proxy.url,
            "no_proxy": "",
        }

        def start(*words: str) -> subprocess.Popen[bytes]:
            command = machine.command("env", *(f"{name}={value}" for name, value in environment.items()))
            return subprocess.Popen([*command, zed.openstack, *words], stdout=subprocess.DEVNULL)

        for words in ((*SHOW, IMAGE), LIST):
            assert start(*words).wait(PATIENCE) == 0
        proxy.wait_for(r"\.yaml \(", 2)
        assert counts(out) == [("image-list", 4), ("image-show", 5)]
        for recording in written(out).values():
            assert (recording.command, recording.verdict) == (None, "conforms")
            assert any(machine.far in note_text(note) for note in recording.notes)
        clients = [start(*words) for words in ((*SHOW, zed.image), (*SHOW, zed.image), LIST)]
        assert [client.wait(PATIENCE) for client in clients] == [0, 0, 0]
        proxy.wait_for(r"\.yaml \(", 5)
    assert proxy.stop() == 0
    recordings = written(out)
    shows = [("image-show", 4), ("image-show", 4), ("image-show", 5)]
    assert counts(out) == [("image-list", 4), ("image-list", 4), *shows]
    verdicts = {each.verdict for each in recordings.values()}
    assert verdicts <= {"conforms", "undetermined"} if close else verdicts == {"conforms"}
    for recording in recordings.values():
        doubts = [note for note in recording.notes if "may belong to another" in note_text(note)]
        assert bool(doubts) == (recording.verdict == "undetermined")
    assert not leaks({zed.password, *tokens(flows)}, out, proxy.printed)

    replayed(flows, at_once)
    assert counts(at_once) == counts(out)
    assert sorted(map(paths, written(at_once).values())) == sorted(map(paths, recordings.values()))
