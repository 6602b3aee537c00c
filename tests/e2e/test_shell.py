"""Traffic that is no single command: the interactive shell, scripts, other programs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import TRACER, Proxy, Site
from tests.e2e.secrets import leaks
from tests.patience import PATIENCE
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.model import Recording

pytestmark = pytest.mark.e2e

COMMANDS = "image list\nproject list\nimage show missing\nimage list\n"
SEQUENCES = ["image-list", "project-list", "image-show", "image-list"]

SCRIPT = """\
import openstack
cloud = openstack.connect(password=PASSWORD)
for number in range(3):
    list(cloud.image.images())
list(cloud.identity.projects())
"""


def record(site: Site, out: Path, *command: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    folder = Path(site.openstack).parent
    return subprocess.run(
        [TRACER, "record", "--out", str(out), "--", *command],
        env=site.environment | {"PATH": f"{folder}:{site.environment['PATH']}"},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def recordings(out: Path) -> list[Recording]:
    """Return the recordings in the order of their beginnings."""
    paths = sorted(out.rglob("*.yaml"), key=lambda path: path.stat().st_mtime_ns)
    return [load(path) for path in paths]


def test_each_command_of_the_shell_is_a_recording(site: Site, tmp_path: Path) -> None:
    ended = record(site, tmp_path, "openstack", typed=COMMANDS)
    made = recordings(tmp_path)
    assert [each.sequence for each in made] == SEQUENCES, ended.stderr
    assert {each.command for each in made} == {None}
    assert {each.participants["client"] for each in made} == {"openstack-client"}
    assert [each.receiver for each in made[1].exchanges] == ["keystone"]
    assert not leaks({site.password}, tmp_path, ended.stderr)


def test_each_command_of_the_shell_is_a_recording_of_mitmdump(
    zed: Site, mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    proxy = mitmdump("--set", f"trace_dir={out}")
    subprocess.run(
        [zed.openstack],
        env=zed.through(proxy.url),
        input=COMMANDS,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    proxy.wait_for(r"\.yaml \(", 4)
    assert proxy.stop() == 0
    assert sorted(each.sequence or "" for each in recordings(out)) == sorted(SEQUENCES)
    assert {each.interrupted for each in recordings(out)} == {""}


def test_each_client_of_a_shell_script_is_a_recording(zed: Site, tmp_path: Path) -> None:
    ended = record(zed, tmp_path, "sh", "-c", f"openstack image list; openstack image show {zed.image}")
    assert ended.returncode == 0
    made = recordings(tmp_path)
    assert [(each.command, each.verdict) for each in made] == [
        ("openstack image list", "conforms"),
        (f"openstack image show {zed.image}", "conforms"),
    ]
    assert [f"wrote {tmp_path / name}.yaml" in ended.stderr for name in ("image-list", "image-show")]


def test_a_script_has_no_verdict_and_keeps_its_interpreter(zed: Site, tmp_path: Path) -> None:
    script = tmp_path / "many.py"
    script.write_text(SCRIPT.replace("PASSWORD", repr(zed.password)))
    out = tmp_path / "out"
    ended = record(zed, out, "python", str(script))
    assert ended.returncode == 0, ended.stderr
    (recording,) = recordings(out)
    assert [path.name for path in out.rglob("*.yaml")] == ["many.yaml"]
    assert recording.command == f"python {script}"
    assert (recording.sequence, recording.verdict) == (None, None)
    assert recording.participants["client"] == "openstacksdk"
    assert [each.path for each in recording.exchanges].count("/image/v2/images") == 3
    assert not leaks({zed.password}, out, ended.stderr)


def test_code_on_the_command_line_keeps_no_secret(zed: Site, tmp_path: Path) -> None:
    ended = record(zed, tmp_path, "python", "-c", SCRIPT.replace("PASSWORD", repr(zed.password)))
    assert ended.returncode == 0, ended.stderr
    (recording,) = recordings(tmp_path)
    assert (recording.command or "").startswith("python -c ")
    assert not leaks({zed.password}, tmp_path, ended.stderr)
