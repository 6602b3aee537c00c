"""Which cloud and which client a command is led to, as far as no cloud has to be up."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import cast

import pytest
from rich.console import Console

from tests.cli.runner import tracer
from tracer.cli import cloud, demo
from tracer.cli.clouds import _is_below, for_command
from tracer.cloud import clients
from tracer.cloud.embedded_cloud import EmbeddedCloud, Running

OWN = {"OS_AUTH_URL": "http://cloud.test/identity", "PATH": "/usr/bin"}
LIST = ("openstack", "image", "list")


def test_a_cloud_that_is_named_keeps_its_own_client() -> None:
    assert for_command(OWN, "zed", LIST) == OWN


@pytest.mark.parametrize("release", [None, "zed", "wallaby"])
def test_a_client_comes_first_on_the_path_whatever_the_cloud(
    monkeypatch: pytest.MonkeyPatch, release: str | None
) -> None:
    asked = []

    def install(name: str, *_: object) -> Path:
        asked.append(name)
        return Path("/cache/2026.2-client/bin/openstack")

    monkeypatch.setattr(clients, "install", install)
    found = for_command(OWN, release, LIST, "2026.2")
    assert found == OWN | {"PATH": "/cache/2026.2-client/bin:/usr/bin"}
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


def test_the_demo_says_at_which_ipv6_address_the_cloud_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Up:
        def up(self, _progress: object) -> Running:
            return Running(release="zed", url="http://[fd00::2]:5000/identity", services=(), started="")

        def client_environment(self, *_: object, **__: object) -> dict[str, str]:
            return {}

    monkeypatch.setattr(demo, "_image", lambda _: "an-id")
    with io.StringIO() as printed:
        demo._prepare(Console(file=printed, width=200), cast("EmbeddedCloud", Up()), None)
        assert "Glance at http://[fd00::2]:5000/identity, image an-id" in printed.getvalue()
