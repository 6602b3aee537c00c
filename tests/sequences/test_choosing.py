"""The right sequence without being told: by the command's words, else by what was said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.sequences import runs
from tests.sequences.runs import HOST, IMAGE_ID, exchange, login, prologue, show
from tracer.conformance import check
from tracer.recording import load
from tracer.sequences import choose, known_client, label, named_sequence

if TYPE_CHECKING:
    from tracer.model import Exchange

RECORDED = Path(__file__).parent / "recorded"
STACKS = [*prologue()[:2], exchange("GET", f"{HOST}/heat-api/v1/stacks", 200, to="heat")]


@pytest.mark.parametrize(
    "command",
    [
        "openstack image show cirros",
        "openstack --debug image show --format json cirros",
        "openstack --os-cloud devstack -v image show cirros",
        "openstack --os-cloud=image -q --insecure --timing image show x",
        "openstack --os-password '<password-1>' --os-username image image show x",
        "/usr/bin/python3 -s /opt/venv/bin/openstack image show x",
        "C:\\Python\\Scripts\\openstack.exe image show x",
        "python -m openstackclient.shell image show x",
        "openstack image show 'unbalanced",
        "openstack image show",
    ],
)
def test_by_the_words_of_the_command(command: str) -> None:
    chosen = choose(STACKS, command)
    assert chosen is not None
    assert chosen.name == "image-show"


@pytest.mark.parametrize(
    "command",
    [
        "openstack stack list",
        "openstack image showing x",
        "openstack image",
        "openstack show image",
        "openstack --os-cloud image show x",
        "openstack server image show",
    ],
)
def test_a_known_command_without_a_sequence_gets_none(command: str) -> None:
    assert choose(runs.by_id(), command) is None


@pytest.mark.parametrize("command", [None, ""])
@pytest.mark.parametrize(
    "run",
    [
        runs.by_id(),
        runs.named(),
        runs.not_found(),
        [show()],
        [*prologue(), show(status=401), login(), show()],
    ],
)
def test_by_what_was_said(run: list[Exchange], command: str | None) -> None:
    chosen = choose(run, command)
    assert chosen is not None
    assert chosen.name == "image-show"


@pytest.mark.parametrize(
    "run",
    [
        [],
        STACKS,
        prologue(),
        [*prologue(), show(status=500)],
        [*prologue(), show("x", 404)],
        [*runs.by_id(), exchange("GET", f"{HOST}/compute/v2.1/flavors", 401, to="nova")],
    ],
)
def test_what_no_sequence_documents(run: list[Exchange]) -> None:
    assert choose(run, None) is None


@pytest.mark.parametrize(
    ("run", "name"),
    [
        ([*runs.by_id(), exchange("GET", f"{HOST}/image/v2/images/{IMAGE_ID}/file", 200)], "image-save"),
        ([*runs.by_id(), exchange("PATCH", f"{HOST}/image/v2/images/{IMAGE_ID}", 200)], "image-set"),
        ([*prologue(), exchange("GET", f"{HOST}/image/v2/images", 200)], "image-list"),
        (prologue()[:2], "token-issue"),
    ],
)
def test_what_is_not_image_show(run: list[Exchange], name: str) -> None:
    chosen = choose(run, None)
    assert chosen is not None
    assert chosen.name == name


@pytest.mark.parametrize(
    "command",
    [
        "python script.py",
        "python3 -m inventory",
        "bash nightly.sh",
        "./wrapper.sh",
        "sh -c 'openstack image show x; openstack image list'",
        "python script.py openstack image show x",
        "xargs openstack image show",
        "watch openstack image show x",
        "curl http://182.161.114.101/image/v2/images/x",
        "glance image-show x",
        "openstack",
        "openstack --debug",
        "openstack --os-cloud devstack",
    ],
)
def test_no_single_command_has_no_sequence(command: str) -> None:
    assert choose(runs.by_id(), command) is None


@pytest.mark.parametrize("run", [[login(), show(), show()], [*runs.by_id(), *runs.by_id()[-1:]]])
def test_several_commands_with_one_login_have_no_sequence(run: list[Exchange]) -> None:
    assert choose(run, None) is None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("openstacksdk/4.4.0 keystoneauth1/5.10.0 python-requests/2.32.3 CPython/3.12.3", "image-show"),
        ("python-glanceclient", "image-show"),
        ("", "image-show"),
        ("curl/8.5.0", None),
        ("python-requests/2.32.3", None),
        ("gophercloud/v1.14.1", None),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", None),
    ],
)
def test_a_user_agent_of_another_program_leaves_no_sequence(agent: str, name: str | None) -> None:
    run = [
        replace(each, request=replace(each.request, headers={**each.request.headers, "User-Agent": agent}))
        for each in runs.by_id()
    ]
    chosen = choose(run, None)
    assert (chosen and chosen.name) == name


@pytest.mark.parametrize("command", ["openstack", "many.py", None])
@pytest.mark.parametrize("name", ["shell-three-commands", "script-creates"])
def test_stored_traffic_of_no_single_command_has_no_verdict(name: str, command: str | None) -> None:
    recording = load(RECORDED / f"{name}.yaml")
    labelled = label(recording, choose(recording.exchanges, command, known_client("", "zed")))
    assert (labelled.sequence, labelled.verdict, labelled.missing) == (None, None, [])
    assert all(each.path and not each.steps and each.verdict is None for each in labelled.exchanges)
    assert {each.path for each in labelled.exchanges} >= {"/identity/v3/auth/tokens", "/image/v2/images"}


def test_the_sequence_that_an_earlier_version_named_for_a_shell_does_not_count() -> None:
    recording = load(RECORDED / "shell-three-commands.yaml")
    assert recording.sequence == "image-list"
    assert named_sequence(recording) is None
    checked = check(recording, "shell")
    assert (checked.sequence, checked.verdict, checked.deviations) == (None, None, [])


@pytest.mark.parametrize("command", [None, "openstack image list"])
def test_the_named_sequence_of_a_single_command_counts(command: str | None) -> None:
    recording = replace(load(RECORDED / "shell-three-commands.yaml"), command=command)
    assert named_sequence(recording) == "image-list"


def test_a_script_keeps_a_sequence_that_is_not_in_the_catalogue() -> None:
    recording = load(RECORDED / "script-creates.yaml")
    assert recording.sequence == "image-create"
    assert named_sequence(recording) is None
    assert named_sequence(replace(recording, sequence="nightly")) == "nightly"


@pytest.mark.parametrize(
    ("path", "name"),
    [("servers/1", "server-show"), ("flavors/1", "flavor-show"), ("os-keypairs", "keypair-list")],
)
def test_a_run_that_only_reads_is_no_command_that_changes_nothing(path: str, name: str) -> None:
    """`server set` without an option sends the same request."""
    read = exchange("GET", f"{HOST}/compute/v2.1/{path}", 200, to="nova", token=True)
    chosen = choose([*prologue()[:2], read], None)
    assert chosen is not None
    assert chosen.name == name
