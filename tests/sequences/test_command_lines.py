"""Command lines of single commands, scripts, shells, and other programs."""

from __future__ import annotations

import pytest

from tracer.sequences.command_lines import (
    is_interactive,
    program_name,
    subcommand_words,
    without_interpreter,
)


def test_the_words_of_a_command() -> None:
    assert subcommand_words("openstack --debug --os-cloud x token issue -f json") == [
        "token",
        "issue",
        "-f",
        "json",
    ]
    assert subcommand_words("ls -l") == []
    assert subcommand_words("openstack") == []


@pytest.mark.parametrize(
    ("command", "is_command"),
    [
        ("env OS_CLOUD=x openstack image list", True),
        ("timeout 5 openstack image list", True),
        ("nice -n 5 env A=1 /opt/venv/bin/openstack image list", True),
        ("python -m openstackclient.shell image list", True),
        ("/opt/venv/bin/python -s /opt/venv/bin/openstack image list", True),
        ("taskset -c 0 openstack image list", True),
        ("xargs openstack image list", False),
        ("watch -n 1 openstack image list", False),
        ("bash nightly.sh openstack image list", False),
        ("./nightly.sh openstack image list", False),
        ("python nightly.py openstack image list", False),
        ("python -c 'import os' openstack image list", False),
    ],
)
def test_a_program_before_openstack_runs_it_once_or_any_number_of_times(
    command: str, *, is_command: bool
) -> None:
    assert subcommand_words(command) == (["image", "list"] if is_command else [])


@pytest.mark.parametrize(
    ("argv", "interactive"),
    [
        (("/opt/venv/bin/python", "/opt/venv/bin/openstack"), True),
        (("openstack", "--os-cloud", "x"), True),
        (("openstack", "--os-cloud", "x", "--debug"), True),
        (("openstack", "image", "list"), False),
        (("bash", "openstack"), False),
        (("python", "many.py"), False),
        ((), False),
    ],
)
def test_the_shell_is_openstack_without_a_command(argv: tuple[str, ...], *, interactive: bool) -> None:
    assert is_interactive(argv) is interactive


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("python many.py", "many"),
        ("/usr/bin/python3.11 -I -u ./tools/many.py hunter2", "many"),
        ("bash -x nightly.sh", "nightly"),
        ("./wrapper.sh --token hunter2", "wrapper"),
        ("sh -c 'curl -H hunter2'", "sh"),
        ("python3 -c 'hunter2'", "python3"),
        ("python3 -m hunter2", "python3"),
        ("curl -H 'X-Auth-Token: hunter2' http://cloud.test", "curl"),
        ("env SECRET=hunter2 ./inventory", "env"),
        ("openstack --os-cloud x", "openstack"),
        ("./<token-1>", ""),
        ("", ""),
    ],
)
def test_the_name_of_a_program_holds_no_argument(command: str, name: str) -> None:
    assert program_name(command) == name


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (("/v/bin/python", "/v/bin/openstack", "image", "list"), ("/v/bin/openstack", "image", "list")),
        (("/v/bin/python", "-sE", "/v/bin/glance", "image-list"), ("/v/bin/glance", "image-list")),
        (("python", "/tmp/openstack", "image", "list"), ("/tmp/openstack", "image", "list")),
        (("python", "many.py"), ("python", "many.py")),
        (("python", "/home/u/bin/many.py"), ("python", "/home/u/bin/many.py")),
        (("python", "tool"), ("python", "tool")),
        (("python", "-c", "print()"), ("python", "-c", "print()")),
        (("python", "-m", "bin/x"), ("python", "-m", "bin/x")),
        (("bash", "/usr/bin/tool"), ("bash", "/usr/bin/tool")),
        (("python",), ("python",)),
    ],
)
def test_a_script_keeps_its_interpreter(argv: tuple[str, ...], shown: tuple[str, ...]) -> None:
    assert without_interpreter(argv) == shown
