"""The words of the command, from the command lines of the recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.learning.runs import named, recording
from tests.sequences.runs import HOST, exchange, login, show
from tracer.errors import InputError
from tracer.sequences.learning import learn

if TYPE_CHECKING:
    from tracer.model import Recording


@pytest.mark.parametrize(
    ("command", "learned"),
    [
        ("openstack image show -f json x", "openstack image show"),
        ("openstack --os-cloud x image add project i p", "openstack image add project"),
        ("openstack server add fixed ip s n", "openstack server add fixed ip"),
        ("openstack role add --user u r", "openstack role add"),
        ("openstack server create web", "openstack server create"),
        ("openstack image member list x", "openstack image member list"),
    ],
)
def test_the_words_of_the_command(command: str, learned: str) -> None:
    sequence = learn(named([show()], command=command))
    assert (sequence.command, sequence.name) == (
        learned,
        learned.removeprefix("openstack ").replace(" ", "-"),
    )


def test_a_command_of_a_kind_that_is_not_known_is_what_all_have_in_common() -> None:
    recordings = {
        "a.yaml": recording([show()], "openstack baremetal node power on first"),
        "b.yaml": recording([show()], "openstack baremetal node power on second"),
    }
    assert learn(recordings).command == "openstack baremetal node power on"


@pytest.mark.parametrize(
    ("recordings", "problem"),
    [
        ({}, "no recording to learn from"),
        (named([]), "0.yaml: no exchange of a client is in it"),
        (named([login()], [show(status=None)]), "1.yaml: exchanges[0]: no response came"),
        (
            named([exchange("GET", "http://h/x", 200)]),
            "0.yaml: exchanges[0]: who answers at http://h/x is not known",
        ),
        (named([exchange("M-SEARCH", f"{HOST}/image/x", 200)]), "0.yaml: exchanges[0]: a method"),
        (
            {"a": recording([show()], None)},
            "a: no `openstack` command is known for it; name its command with --command",
        ),
        (
            {"a": recording([show()], "python x.py")},
            "a: no `openstack` command is known for it; name its command with --command",
        ),
        (
            {
                "a": recording([show()], "openstack image show x"),
                "b": recording([show()], "openstack image save x"),
            },
            "b: of 'openstack image save', but a is of 'openstack image show'",
        ),
    ],
)
def test_what_cannot_be_learned_from(recordings: dict[str, Recording], problem: str) -> None:
    with pytest.raises(InputError) as error:
        learn(recordings)
    assert problem in str(error.value)


def test_name_and_command_can_be_given() -> None:
    given = {"a": recording([show("x")], None), "b": recording([show("y")], "openstack image save y")}
    sequence = learn(given, name="mine", command="openstack image fetch")
    assert (sequence.name, sequence.command) == ("mine", "openstack image fetch")
    with pytest.raises(InputError, match="name"):
        learn(given, name="Not A Name", command="openstack image fetch")
