"""Command lines, read as argparse reads them."""

from __future__ import annotations

import pytest

from tracer.model import FORMAT, Output, Recording
from tracer.sequences import Invocation, catalog, invocation_of


def _read(command: str | None, sequence: str, exit_code: int | None = None) -> Invocation | None:
    output = None if exit_code is None else Output(exit=exit_code)
    recording = Recording(format=FORMAT, command=command, recorded="", exchanges=[], output=output)
    return invocation_of(recording, catalog()[sequence])


def _options(command: str, sequence: str) -> dict[str, int]:
    invocation = _read(command, sequence)
    assert invocation is not None
    return dict(invocation.options)


@pytest.mark.parametrize(
    "words",
    [
        "openstack image create --file x name",
        "openstack image create --file=x name",
        "openstack image create name --fil x",
        "/usr/bin/openstack --os-cloud demo --debug image create name --fil=x",
        "openstack --os-cloud=demo image create --min-disk 1 --file x -- --import",
        "openstack image create --property 'os distro=--import' --file x name",
        "openstack image create '--name with spaces' --file x",
    ],
)
def test_an_option_is_recognised(words: str) -> None:
    assert _options(words, "image-create") == {"--file": 1}


@pytest.mark.parametrize(
    "words",
    [
        "openstack image create name",
        "openstack image create -- --file",
        "openstack image create -f json --format json name",
        "openstack --os-cloud --file image create name",
    ],
)
def test_what_only_looks_like_an_option_is_none(words: str) -> None:
    assert _options(words, "image-create") == {}


def test_an_exact_name_is_no_abbreviation() -> None:
    words = "openstack user create --project p --domain d --password-prompt name"
    assert _options(words, "user-create") == {"--project": 1, "--domain": 1}
    assert _options("openstack user create --project-d d name", "user-create") == {"--project-domain": 1}


def test_an_option_given_twice_is_counted() -> None:
    words = "openstack image unset --tag a --ta b --property c image"
    assert _options(words, "image-unset") == {"--tag": 2, "--property": 1}


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("openstack image delete a", 1),
        ("openstack --os-cloud x image delete a b c", 3),
        ("openstack image delete --store fast a b", 2),
        ("openstack image delete --store=fast a -- --b", 2),
        ("openstack image delete a --os-cloud demo --debug b", 2),
        ("openstack image delete a --of-a-plugin b", None),
        ("openstack server delete --wait a b", 2),
        ("openstack server delete --wai a --force", 1),
        ("openstack server delete a --of-a-plugin b", None),
    ],
)
def test_arguments_are_counted_if_all_options_are_known(words: str, arguments: int | None) -> None:
    invocation = _read(words, "server-delete" if "server" in words else "image-delete")
    assert invocation is not None
    assert invocation.arguments == arguments


@pytest.mark.parametrize("command", [None, "openstack", "many.py", "openstack image show x", "curl http://x"])
def test_another_command_line_decides_nothing(command: str | None) -> None:
    assert _read(command, "image-create") is None


@pytest.mark.parametrize(("exit_code", "failed"), [(None, None), (0, False), (1, True), (-2, True)])
def test_the_exit_code_says_whether_the_command_failed(exit_code: int | None, failed: bool | None) -> None:
    invocation = _read("openstack image create x", "image-create", exit_code)
    assert invocation is not None
    assert invocation.failed is failed
