"""What a suite records with the client of another release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.matrix.made import suite
from tracer.matrix import Suite, suites
from tracer.matrix.crossing import without_requests

if TYPE_CHECKING:
    from pathlib import Path

MIXED = """\
name: mine
passwords: [word]
commands:
- {name: images, run: openstack image list}
- name: image
  request: {service: image, method: POST, path: /v2/images, body: {name: a}}
  status: 201
  keep: {image_id: id}
- {name: shown, run: 'openstack image show {image_id}', keep: {name: name}}
- {name: named, run: 'openstack image show {name}'}
- name: made
  prepare: [{run: "openstack project create a --description {word}", keep: {project_id: id}}]
  run: openstack project show {project_id}
cleanup:
- {run: 'openstack image delete {image_id}'}
- {run: 'openstack project delete {project_id}'}
"""


def test_requests_and_what_needs_their_values_are_left_out(tmp_path: Path) -> None:
    left = without_requests(suite(tmp_path, MIXED))
    assert left is not None
    assert [each.name for each in left.commands] == ["images", "made"]
    assert [each.run for each in left.cleanup] == ["openstack project delete {project_id}"]


def test_values_of_users_and_values_that_come_later_count(tmp_path: Path) -> None:
    text = """\
name: mine
users: {guest: {OS_USERNAME: '{who}'}}
commands:
- {name: images, run: openstack image list}
- name: user
  request: {service: identity, method: POST, path: /v3/users, body: {user: {name: a}}}
  status: 201
  keep: {who: user.id}
- {name: by-guest, run: openstack image list, as: guest}
- {name: by-both, run: openstack image list, roles: [admin, guest]}
- name: later
  prepare: [{run: 'openstack user delete {who}'}]
  run: openstack user create a
  keep: {who: id}
cleanup:
- {run: openstack image list, as: guest}
"""
    left = without_requests(suite(tmp_path, text))
    assert left is not None
    assert ([each.name for each in left.commands], left.cleanup) == (["images"], ())


def test_a_suite_of_commands_stays_as_it_is(tmp_path: Path) -> None:
    mine = suite(tmp_path)
    assert without_requests(mine) == mine


def test_of_a_suite_of_requests_nothing_is_left(tmp_path: Path) -> None:
    request = "{name: a, request: {service: image, method: GET, path: /}, status: 300}"
    assert without_requests(suite(tmp_path, f"name: mine\ncommands:\n- {request}\n")) is None


@pytest.mark.parametrize("shipped", suites().values(), ids=lambda suite: suite.name)
def test_all_commands_of_the_suites_that_ship_are_left(shipped: Suite) -> None:
    left = without_requests(shipped)
    commands = [each.name for each in shipped.commands if each.run]
    assert [each.name for each in left.commands] == commands if left else not commands
