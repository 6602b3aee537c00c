"""Rules of installed packages beside the rules that ship and the user's rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tests.plugins.packages import write_package
from tracer.plugins import PARTICIPANTS

ROOT = Path(__file__).parents[1]
ZED, NEWEST = (ROOT / "recordings" / release / "image-show.yaml" for release in ("zed", "2026.2"))
CATALOG = ROOT / "tracer/sequences/catalog"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The folder with the rules of an installed package, which has no ``__init__.py``."""
    write_package(tmp_path / "packages", "tea", {PARTICIPANTS: {"tea": "tea_rules.data"}})
    folder = tmp_path / "packages/tea_rules/data"
    (folder / "sequences").mkdir(parents=True)
    return folder


def _use(package: Path) -> str:
    return str(package.parents[1])


def _write_sequence(folder: Path, shipped: str, **changes: str) -> None:
    text = (CATALOG / f"{shipped}.yaml").read_text("utf-8")
    for key, value in changes.items():
        text = text.replace(f"{key}: ", f"{key}: {value} #", 1)
    (folder / "sequences").mkdir(parents=True, exist_ok=True)
    (folder / f"sequences/{shipped}.yaml").write_text(text, encoding="utf-8")


def test_a_package_replaces_no_shipped_name(package: Path) -> None:
    (package / "services.yaml").write_text(
        "glance: {label: wrong-label}\ntea: {label: tea-api, types: [image], mounts: [image, tea]}\n"
    )
    _write_sequence(package, "image-show", command="openstack wrong words")
    assert "wrong words" not in tracer("sequences", "list", PYTHONPATH=_use(package)).stdout
    words = ("sequences", "show", "image-show", "--format", "mermaid")
    assert "participant glance as glance-api" in tracer(*words, PYTHONPATH=_use(package)).stdout
    script = "from tracer.sequences.catalogue import well_known as w; print(w('http://x/image'), w('http://x/tea'))"
    assert _python(script, _use(package)) == "('glance', '/image') ('tea', '/tea')\n"


def test_a_user_replaces_the_names_of_a_package(package: Path, tmp_path: Path) -> None:
    (package / "services.yaml").write_text("glance: {label: x}\ntea: {label: of-the-package}\n")
    _write_sequence(package, "image-show", name="tea-show", command="openstack package show")
    own = tmp_path / "own"
    _write_sequence(own, "image-show", name="tea-show", command="openstack user show")
    path = own / "sequences/image-show.yaml"
    path.write_text(
        path.read_text("utf-8").replace("use: find-image\n", "use: find-image\n  to: tea\n"), "utf-8"
    )
    (own / "services.yaml").write_text("tea: {label: of-the-user}\n")
    words = ("sequences", "list")
    assert "openstack package show" in tracer(*words, PYTHONPATH=_use(package)).stdout
    listed = tracer(*words, "--rules", own, PYTHONPATH=_use(package)).stdout
    assert ("openstack user show" in listed, "openstack package show" in listed) == (True, False)
    drawn = tracer(
        "sequences", "show", "tea-show", "--format", "mermaid", "--rules", own, PYTHONPATH=_use(package)
    )
    assert "participant tea as of-the-user" in drawn.stdout


def test_the_rules_of_a_package_come_before_the_shipped_ones_and_after_the_users(
    package: Path, tmp_path: Path
) -> None:
    rule = "rules:\n- {{name: relied-on, severity: {}, places: ['body.**'], why: {{en: x}}}}\n"
    (package / "severities.yaml").write_text(rule.format("breaking"))
    own = tmp_path / "own"
    own.mkdir()
    (own / "severities.yaml").write_text(rule.format("cosmetic"))
    words = ("diff", ZED, NEWEST, "--fail-on", "breaking")
    assert tracer(*words).returncode == 0
    assert tracer(*words, PYTHONPATH=_use(package)).returncode == 1
    assert tracer(*words, "--rules", own, PYTHONPATH=_use(package)).returncode == 0


def test_a_policy_of_a_package_adds_rules_and_takes_none_away(package: Path) -> None:
    policy = package / "policy.toml"
    policy.write_text('format = 1\n[[fields]]\nkind = "secret"\npaths = ["disk_format"]\n')
    ended = tracer("scan", ZED, PYTHONPATH=_use(package))
    assert (ended.returncode, "disk_format" in ended.stdout) == (1, True)
    policy.write_text('format = 1\n[[except]]\nreason = "x"\nheaders = ["X-Auth-Token"]\n')
    ended = tracer("scan", ZED, PYTHONPATH=_use(package))
    assert ended.returncode == 2
    assert f"{policy}: except: an installed package takes no rule away" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_file_of_a_package_that_cannot_be_used_is_named(package: Path) -> None:
    (package / "volatile.yaml").write_text("unordered: ['***']\n")
    ended = tracer("diff", ZED, NEWEST, PYTHONPATH=_use(package))
    assert ended.returncode == 2
    assert f"{package / 'volatile.yaml'}: not a location: '***'" in ended.stderr
    assert ended.stderr.count("\n") == 1


def _python(script: str, path: str) -> str:
    environment = os.environ | {"PYTHONPATH": path}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
