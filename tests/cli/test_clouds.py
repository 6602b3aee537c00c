"""Which cloud and which client a command is led to, as far as no cloud has to be up."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from rich.console import Console

from tests.cli.runner import tracer
from tracer.cli import app, cloud, demo
from tracer.cli.clouds import _is_below, choose_release, for_command, hint
from tracer.cloud import clients
from tracer.cloud.embedded_cloud import EmbeddedCloud, Running
from tracer.errors import CommandError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

URL = "http://127.0.0.1:5000/identity"
OWN = {"OS_AUTH_URL": "http://cloud.test/identity", "PATH": "/usr/bin"}
LIST = ("openstack", "image", "list")


def test_a_cloud_that_is_named_keeps_its_own_client() -> None:
    assert for_command(OWN, "zed", LIST) == OWN


@pytest.fixture
def clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Note clouds as started, on the ports from 5000 on, those in ``down`` as ended."""
    monkeypatch.setenv("TRACER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def note(*names: str, down: Sequence[str] = ()) -> None:
        for port, name in enumerate(names, 5000):
            running = Running(
                release=name,
                url=f"http://127.0.0.1:{port}/identity",
                services=(),
                started="2026-11-28T00:00:00Z",
            )
            path = tmp_path / "cache" / "clouds" / name / "running.json"
            path.parent.mkdir(parents=True)
            path.write_bytes(msgspec.json.encode(running))
        monkeypatch.setattr(EmbeddedCloud, "status", lambda cloud: cloud.release.name not in down or None)

    return note


def _chosen(
    environment: Mapping[str, str], *command: str, release: str | None = None
) -> tuple[str | None, list[str]]:
    lines: list[str] = []
    return choose_release(environment, release, command or LIST, lines.append), lines


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"OS_AUTH_URL": URL}, LIST),
        ({"OS_AUTH_URL": f"{URL}/v3/"}, ("sh", "-c", "openstack image list")),
        ({}, ("openstack", "--os-auth-url", URL, "image", "list")),
        ({}, ("openstack", f"--os-auth-url={URL}", "image", "list")),
    ],
)
def test_the_url_of_an_embedded_cloud_tells_its_release(
    clouds: Callable[..., None], environment: dict[str, str], command: tuple[str, ...]
) -> None:
    clouds("zed", "2026.2", down=["zed"])
    assert _chosen(environment, *command) == ("zed", [])
    assert _chosen(environment, *command, release="mine") == ("mine", [])


@pytest.mark.parametrize("release", ["2026.2", "master", "yoga", "2027.1"])
def test_a_wrong_release_for_an_embedded_cloud_is_refused_before_the_command_starts(
    clouds: Callable[..., None], release: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clouds("zed", "2026.2")
    monkeypatch.setenv("OS_AUTH_URL", URL.replace("//", "//me:secret@"))
    line = f"--release {release}: the cloud at http://127.0.0.1:5000 is zed: leave out --release"
    with pytest.raises(InputError) as refused:
        app._do(["record", "--release", release, "--", "touch", "begun"])
    assert (str(refused.value), refused.value.exit_code) == (line, 2)
    assert not (tmp_path / "begun").exists()
    assert not (tmp_path / "recordings").exists()


def test_the_own_release_of_an_embedded_cloud_and_a_cloud_that_ended_are_not_refused(
    clouds: Callable[..., None],
) -> None:
    clouds("zed", "2026.2", down=["2026.2"])
    assert _chosen({"OS_AUTH_URL": URL}, release="zed") == ("zed", [])
    assert _chosen({"OS_AUTH_URL": URL.replace("5000", "5001")}, release="zed") == ("zed", [])
    assert _chosen(OWN, release="2026.2") == ("2026.2", [])


def test_a_command_without_a_cloud_uses_the_only_one_that_is_up(clouds: Callable[..., None]) -> None:
    clouds("zed", "2026.2", down=["zed"])
    line = (
        "no cloud is named (source an openrc file, or give --os-cloud): using the embedded cloud that is up, "
        "as with --release 2026.2"
    )
    assert _chosen({}) == ("2026.2", [line])
    assert _chosen({"OS_USERNAME": "me"}, "/opt/bin/openstack") == ("2026.2", [line])
    assert _chosen({}, "curl", URL) == (None, [])
    assert hint({}, None, ("sh", "-c", "openstack image list")) == (
        "--release 2026.2 uses an embedded cloud that is up"
    )


def test_several_clouds_that_are_up_are_named(clouds: Callable[..., None]) -> None:
    clouds("zed", "2023.1", "2026.2", down=["2023.1"])
    with pytest.raises(CommandError, match=r"are up: --release zed or --release 2026\.2 chooses one$"):
        _chosen({})
    assert hint({}, None, ("sh",)).startswith("--release zed or --release 2026.2 uses")


@pytest.mark.parametrize("environment", [OWN, {"OS_CLOUD": "mine"}, {"OS_CLIENT_CONFIG_FILE": "c.yaml"}])
def test_a_cloud_of_the_user_is_not_replaced(
    clouds: Callable[..., None], environment: dict[str, str], tmp_path: Path
) -> None:
    clouds("zed")
    assert _chosen(environment) == (None, [])
    assert _chosen({}, "openstack", "--os-cloud", "mine", "image", "list") == (None, [])
    assert hint(environment, None, LIST) == ""
    (tmp_path / "clouds.yaml").write_text("clouds: {mine: {auth: {auth_url: http://cloud.test}}}")
    assert _chosen({}) == (None, []), "the only cloud of clouds.yaml"


def test_a_release_that_passes_over_the_only_cloud_of_the_user_says_so(
    clouds: Callable[..., None], tmp_path: Path
) -> None:
    """The client alone would use that cloud."""
    clouds("zed")
    line = (
        "using the embedded cloud, because of --release zed, and not mine, the only cloud of clouds.yaml: "
        "--os-cloud mine chooses that"
    )
    assert _chosen({}, release="zed") == ("zed", [])
    (tmp_path / "clouds.yaml").write_text("clouds: {mine: {auth: {auth_url: http://cloud.test}}}")
    assert _chosen({}, release="zed") == ("zed", [line])
    assert _chosen({}, release="my-release") == ("my-release", [])
    for environment in (OWN, {"OS_CLOUD": "mine"}, {"OS_USERNAME": "me"}):
        assert _chosen(environment, release="zed") == ("zed", [])
    assert _chosen({}, "openstack", "--os-cloud", "mine", "image", "list", release="zed") == ("zed", [])
    (tmp_path / "clouds.yaml").write_text("clouds: {mine: {}, theirs: {}}")
    assert _chosen({}, release="zed") == ("zed", [])


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 1}', "[" * 100_000])
def test_a_broken_note_is_no_cloud(clouds: Callable[..., None], tmp_path: Path, content: str) -> None:
    clouds("zed")
    (tmp_path / "cache/clouds/zed/running.json").write_text(content)
    assert _chosen({}) == _chosen({"OS_AUTH_URL": URL}) == (None, [])


@pytest.mark.parametrize("release", [None, "zed", "wallaby"])
def test_a_client_comes_first_on_the_path_whatever_the_cloud(
    monkeypatch: pytest.MonkeyPatch, release: str | None, tmp_path: Path
) -> None:
    asked = []
    client = tmp_path / "2026.2-client/bin/openstack"

    def install(name: str, *_: object) -> Path:
        asked.append(name)
        return client

    monkeypatch.setattr(clients, "install", install)
    found = for_command(OWN, release, LIST, "2026.2")
    first, _, rest = found["PATH"].partition(":")
    assert (found | {"PATH": rest}) == OWN
    assert [path.readlink() for path in Path(first).iterdir()] == [client], "no python, no pip"
    assert asked == ["2026.2"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("record", "--client", "zed", "--", "/opt/bin/openstack", "image", "list"),
            "--client: chooses which `openstack` is run, but the command says /opt/bin/openstack",
        ),
        (("record", "--client", "nope", "--", *LIST), "unknown release 'nope'; known: zed, "),
        (("demo", "--client", "nope"), "unknown release 'nope'; known: zed, "),
    ],
)
def test_a_client_that_cannot_be_is_one_line_before_anything_starts(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    ended = tracer(*words, cwd=tmp_path, TRACER_CACHE=str(tmp_path / "cache"), OS_CLOUD="mine")
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"tracer: {message}")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "cache" / "clouds").exists()


@pytest.mark.parametrize(
    ("url", "is_below"),
    [
        ("http://[::1]:5000/identity", True),
        ("http://[::1]:5000/identity/", True),
        ("http://[0:0:0:0:0:0:0:1]:5000/identity/v3/", True),
        ("http://[::1]:5000/identity/v2.0", False),
        ("http://[::1]:5001/identity", False),
        ("http://[::2]:5000/identity", False),
        ("http://[::1:5000/identity", False),
        ("", False),
        ("named elsewhere", False),
    ],
)
def test_the_cloud_at_an_ipv6_address_is_known_in_any_spelling(url: str, is_below: bool) -> None:
    assert _is_below(url, "http://[::1]:5000/identity") is is_below


def test_an_ipv6_address_is_listed_with_its_brackets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """rich takes a letter in brackets for a style."""
    monkeypatch.setenv("TRACER_CACHE", str(tmp_path))
    monkeypatch.setattr(cloud, "_state", lambda _: "up, [fd00::2]:5000")
    cloud._list(argparse.Namespace())
    assert "up, [fd00::2]:5000" in capsys.readouterr().out


def test_further_services_are_listed_with_their_versions_and_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRACER_CACHE", str(tmp_path))
    cloud._list(argparse.Namespace())
    lines = capsys.readouterr().out.splitlines()
    services = "placement 15.0.0, neutron 28.0.0, nova 33.0.0, cinder 28.0.0"
    assert f"2026.1 --services compute, volume: {services}; Python 3.11" in lines
    services = "placement 16.0.0, neutron 29.0.0, nova 34.0.0, cinder 29.0.0, swift 2.38.2"
    (line,) = [line for line in lines if line.startswith("2026.2 --services compute, volume, swift, ")]
    assert services in line
    assert line.endswith("; Python 3.11")


def test_the_names_of_services_are_separated_by_commas() -> None:
    assert cloud._names("compute, heat,") == ("compute", "heat")


def test_the_demo_says_at_which_ipv6_address_the_cloud_is() -> None:
    class Up:
        def up(self, _progress: object, **_: object) -> Running:
            return Running(release="zed", url="http://[fd00::2]:5000/identity", services=(), started="")

        def client_environment(self, *_: object, **__: object) -> dict[str, str]:
            return {}

        def demo_image(self) -> str:
            return "an-id"

    with io.StringIO() as printed:
        demo._prepare(Console(file=printed, width=200), cast("EmbeddedCloud", Up()), None)
        assert "Glance at http://[fd00::2]:5000/identity, image an-id" in printed.getvalue()


def test_the_next_steps_of_the_demo_end_with_the_end_of_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracer.cli.console.program", lambda: "tracer")
    record = "tracer record --release zed --client 2026.2 -- openstack image list"
    assert demo._next_steps("zed", "zed --client 2026.2", up=True) == [
        "source <(tracer cloud env zed --client 2026.2)      # the cloud is up",
        record,
        "tracer cloud down zed      # at the end",
    ]
    assert demo._next_steps("zed", "zed --client 2026.2", up=False) == ["tracer cloud up zed", record]
