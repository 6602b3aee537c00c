"""The version of the ``openstack`` command, from the Python environment of its process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tracer.runs.client_packages import client_versions, environment_of
from tracer.sequences import CLIENT_PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = ("openstack", "image", "list")


def environment(prefix: Path, version: str, packages: str = "lib/python3.11/site-packages") -> Path:
    """A Python environment with the client. Return the path of its script."""
    install(prefix / packages, version)
    script = prefix / "bin" / "openstack"
    script.parent.mkdir(parents=True, exist_ok=True)
    (prefix / "bin" / "python").touch()
    script.write_text(f"#!{prefix}/bin/python\nprint()\n", encoding="utf-8")
    script.chmod(0o755)
    return script


def install(folder: Path, version: str) -> None:
    information = folder / f"python_openstackclient-{version}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(
        f"Name: python-openstackclient\nVersion: {version}\n", encoding="utf-8"
    )


def path_of(script: Path) -> dict[str, str]:
    return {"PATH": str(script.parent)}


@pytest.mark.parametrize(
    "packages", ["lib/python3.11/site-packages", "lib/python3/dist-packages", "lib64/python3.9/site-packages"]
)
def test_the_command_on_the_path(packages: str, tmp_path: Path) -> None:
    script = environment(tmp_path / "venv", "9.0.0", packages)
    assert client_versions(COMMAND, path_of(script)) == {CLIENT_PACKAGE: "9.0.0"}


def test_the_command_line_of_a_running_process(tmp_path: Path) -> None:
    script = environment(tmp_path / "venv", "8.2.0")
    python = str(script.with_name("python"))
    other = path_of(environment(tmp_path / "other", "9.0.0"))
    assert client_versions([python, str(script), "image", "list"], other) == {CLIENT_PACKAGE: "8.2.0"}
    module = [python, "-m", "openstackclient.shell", "image", "list"]
    assert client_versions(module, other) == {CLIENT_PACKAGE: "8.2.0"}
    assert client_versions(["timeout", "60", str(script), "image", "list"], {}) == {CLIENT_PACKAGE: "8.2.0"}


def test_a_link_to_the_command(tmp_path: Path) -> None:
    script = environment(tmp_path / "pipx" / "venv", "8.2.0")
    link = tmp_path / "home" / "bin" / "openstack"
    link.parent.mkdir(parents=True)
    link.symlink_to(script)
    assert client_versions(COMMAND, path_of(link)) == {CLIENT_PACKAGE: "8.2.0"}


def test_a_command_in_the_home_folder_of_its_user(tmp_path: Path) -> None:
    """`pip install --user` writes the interpreter of the system into the script."""
    system = environment(tmp_path / "usr", "6.0.0")
    script = environment(tmp_path / "home" / ".local", "8.2.0")
    script.write_text(f"#!{system.with_name('python')}\n", encoding="utf-8")
    assert client_versions(COMMAND, path_of(script)) == {CLIENT_PACKAGE: "8.2.0"}


@pytest.mark.parametrize(
    "first_lines",
    ["#!/usr/bin/env python\n", "#!/bin/sh\n'''exec' \"{folder}/python\" \"$0\" \"$@\"\n' '''\n"],
)
def test_other_first_lines_of_a_script(first_lines: str, tmp_path: Path) -> None:
    folder = environment(tmp_path / "venv", "8.2.0").parent
    (folder / "python").chmod(0o755)
    script = tmp_path / "tools" / "openstack"
    script.parent.mkdir()
    script.write_text(first_lines.replace("{folder}", str(folder)), encoding="utf-8")
    script.chmod(0o755)
    path = os.pathsep.join([str(script.parent), str(folder)])
    assert client_versions(COMMAND, {"PATH": path}) == {CLIENT_PACKAGE: "8.2.0"}


def test_pythonpath_hides_the_environment(tmp_path: Path) -> None:
    script = environment(tmp_path / "venv", "8.2.0")
    install(tmp_path / "source", "9.0.0")
    chosen = {**path_of(script), "PYTHONPATH": str(tmp_path / "source")}
    assert client_versions(COMMAND, chosen) == {CLIENT_PACKAGE: "9.0.0"}


def test_two_versions_in_one_environment_give_none(tmp_path: Path) -> None:
    script = environment(tmp_path / "venv", "8.2.0")
    install(tmp_path / "venv" / "lib" / "python3.12" / "site-packages", "9.0.0")
    assert client_versions(COMMAND, path_of(script)) == {}


@pytest.mark.parametrize("version", ["", "9", "9.0.0.dev3", "nine", "9.0.0\nHome-page: x"])
def test_a_version_that_is_not_published_is_no_evidence(version: str, tmp_path: Path) -> None:
    folder = tmp_path / "venv" / "lib" / "python3.11" / "site-packages" / "python_openstackclient-x.dist-info"
    script = environment(tmp_path / "venv", "1.2.3", "unused")
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Name: {CLIENT_PACKAGE}\nVersion: {version}\n", encoding="utf-8")
    expected = {CLIENT_PACKAGE: "9.0.0"} if "\n" in version else {}
    assert client_versions(COMMAND, path_of(script)) == expected


@pytest.mark.parametrize("argv", [(), ("curl", "x"), ("sh", "-c", "a")])
def test_no_command_of_openstack_has_no_version(argv: tuple[str, ...], tmp_path: Path) -> None:
    assert client_versions(argv, path_of(environment(tmp_path / "venv", "8.2.0"))) == {}


def test_the_interactive_shell_has_a_version(tmp_path: Path) -> None:
    script = environment(tmp_path / "venv", "8.2.0")
    assert client_versions(("openstack",), path_of(script)) == {CLIENT_PACKAGE: "8.2.0"}


def test_an_environment_that_is_gone_gives_none(tmp_path: Path) -> None:
    assert client_versions(COMMAND, {}) == client_versions(COMMAND, {"PATH": str(tmp_path)}) == {}
    (tmp_path / "openstack").mkdir()
    assert client_versions([str(tmp_path / "openstack"), "image", "list"], {}) == {}


def test_the_environment_of_a_process() -> None:
    command = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "TRACER_X": "y"}
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # its environment is not readable at once
        try:
            assert environment_of(process.pid)["TRACER_X"] == "y"
        finally:
            process.communicate(b"\n")
    assert environment_of(process.pid) == {}


@pytest.mark.parametrize("kind", ["nothing", "folder", "pipe", "other bytes", "no version", "endless"])
def test_damaged_metadata_is_no_evidence(kind: str, tmp_path: Path) -> None:
    """A removed installation leaves a folder, and reading a pipe would block the proxy."""
    script = environment(tmp_path / "venv", "8.2.0", "unused")
    folder = tmp_path / "venv/lib/python3.11/site-packages/python_openstackclient-9.0.0.dist-info"
    folder.mkdir(parents=True)
    file = folder / "METADATA"
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "endless":
        file.symlink_to("/dev/zero")
    elif kind != "nothing":
        file.write_bytes(b"Name: \xff\xfe\n" if kind == "other bytes" else b"Name: x\n")
    assert client_versions(COMMAND, path_of(script)) == {}


def test_a_pipe_in_place_of_the_script_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "openstack")
    assert client_versions([str(tmp_path / "openstack"), "image", "list"], {}) == {}
