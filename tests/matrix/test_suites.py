"""Suite files: those that ship, and one clear line for each file that cannot be used."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec
import pytest

from tracer.errors import InputError
from tracer.matrix import Suite, load, suites
from tracer.sequences import catalog, subcommand_words

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
name: mine
files: {a.qcow2: qcow2}
prepare:
- run: openstack project create --format json p
  keep: {project_id: id}
commands:
- name: image-create
  run: openstack image create --format json --file a.qcow2 x
  keep: {image_id: id}
- name: image-add-project
  run: openstack image add project {image_id} {project_id}
  cleanup:
  - run: openstack image remove project {image_id} {project_id}
cleanup:
- run: openstack image delete {image_id}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "suite.yaml"


def test_the_suites_that_ship() -> None:
    assert list(suites()) == ["compute", "errors", "identity", "image", "network", "placement", "volume"]
    for name, suite in suites().items():
        assert suite.name == name


def test_a_recording_of_a_name_is_made_by_one_suite_only() -> None:
    names = [command.name for suite in suites().values() for command in suite.commands]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("suite", [suites()["identity"], suites()["image"]], ids=lambda suite: suite.name)
def test_each_recorded_command_is_documented(suite: Suite) -> None:
    for command in suite.commands:
        if command.run is None:
            continue
        words = subcommand_words(command.run)
        found = [
            one
            for one in catalog().values()
            if one.command.split()[1:] == words[: len(one.command.split()) - 1]
        ]
        assert [command.name] == [one.name for one in found] or command.name.startswith(found[0].name)


def subcommand(words: list[str], verb: str) -> str:
    """Return the object of the command: the words in front of its verb, without options of the client."""
    before = words[1 : words.index(verb)]
    while before and before[0].startswith("--"):
        before = before[2:]
    return " ".join(before)


@pytest.mark.parametrize("suite", suites().values(), ids=lambda suite: suite.name)
def test_what_a_suite_makes_it_takes_away(suite: Suite) -> None:
    """Each `create` has a `delete` of what it kept, or of the name at its end.

    Parts of an object, such as its traits, have no `create`: `set` makes them, if a `delete` exists.
    """
    every = [*suite.prepare, *suite.commands, *suite.cleanup]
    every += [one for command in suite.commands for one in (*command.prepare, *command.cleanup)]
    every = [command for command in every if not command.fails]
    lines = [(command, shlex.split(command.run)) for command in every if command.run is not None]
    deleted = {subcommand(words, "delete") for _, words in lines if "delete" in words}
    created = {subcommand(words, "create") for _, words in lines if "create" in words}
    made: list[str] = []
    gone: list[str] = []
    for command, words in lines:
        if "create" in words:
            made += [*command.keep] or words[-1:]
        elif "set" in words and subcommand(words, "set") in deleted - created:
            made.append(words[-1].strip("{}"))
        elif "delete" in words:
            gone += command.placeholders or words[-1:]
    assert sorted(made) == sorted(gone)


@pytest.mark.parametrize("suite", suites().values(), ids=lambda suite: suite.name)
def test_what_a_request_makes_a_request_takes_away(suite: Suite) -> None:
    """Each ID that a `POST` keeps ends the path of a `DELETE`."""
    every = [*suite.prepare, *suite.commands, *suite.cleanup]
    every += [one for command in suite.commands for one in (*command.prepare, *command.cleanup)]
    requests = [(command.request, command.keep) for command in every if command.request is not None]
    made = {
        name
        for request, keep in requests
        for name, path in keep.items()
        if request.method == "POST" and path.rpartition(".")[2] == "id"
    }
    gone = {request.path.rpartition("/")[2] for request, _ in requests if request.method == "DELETE"}
    assert {f"{{{name}}}" for name in made} <= gone


def test_the_words_of_a_command_with_its_values(path: Path) -> None:
    path.write_text(GOOD)
    command = load(path).commands[1]
    assert command.placeholders == ("image_id", "project_id")
    values = {"image_id": "a b; c", "project_id": "{image_id}"}
    assert command.words(values) == ["openstack", "image", "add", "project", "a b; c", "{image_id}"]
    with pytest.raises(KeyError):
        command.words({})


def test_words_in_quotes_stay_together(path: Path) -> None:
    path.write_text(GOOD.replace("--file a.qcow2 x", "--property 'a=b c' x"))
    assert load(path).commands[0].words({})[-3:] == ["--property", "a=b c", "x"]


ROLES = """\
name: mine
files: {a.qcow2: qcow2}
users: {guest: {OS_USERNAME: guest}}
commands:
- name: create
  request: {service: image, method: POST, path: /v2/images}
  status: {admin: 201, reader: [201, 403]}
  roles: [admin, reader]
- name: show
  request: {service: image, path: /v2/images}
  status: 200
- {name: users, run: openstack user list, roles: [manager, guest], fails: {guest: true}}
- {name: own, run: openstack image list, as: guest}
"""


def test_an_entry_is_recorded_as_each_of_its_roles(path: Path) -> None:
    path.write_text(ROLES)
    suite = load(path)
    assert [(entry.name, entry.role, entry.fails, entry.statuses) for entry in suite.entries] == [
        ("create", "admin", False, (201,)),
        ("create-as-reader", "reader", False, (201, 403)),
        ("show", "admin", False, (200,)),
        ("users-as-manager", "manager", False, ()),
        ("users-as-guest", "guest", True, ()),
        ("own", "guest", False, ()),
    ]
    assert suite.roles == {"reader", "manager"}
    assert suite.has_requests
    assert msgspec.json.decode(msgspec.json.encode(suite), type=Suite) == suite


def test_a_suite_of_commands_needs_no_sender_of_requests(path: Path) -> None:
    path.write_text(GOOD)
    assert not load(path).has_requests


def test_the_placeholders_of_a_request_are_filled_in_all_of_its_parts(path: Path) -> None:
    path.write_text(
        """\
name: mine
passwords: [a, b]
commands:
- name: show
  request: {service: image, path: "/v2/{a}", query: {x: ["{b}"]}, headers: {X-A: "{a}"}, body: {c: ["{b}"]}}
  status: 200
"""
    )
    command = load(path).commands[0]
    assert set(command.placeholders) == {"a", "b"}
    request = command.filled_request({"a": "1", "b": "2"})
    assert (request.line, request.headers, request.body) == ("GET /v2/1?x=2", {"X-A": "1"}, {"c": ["2"]})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  status: 200\n", "", "commands[1]: a recorded request needs its expected status"),
        ("status: 200", "status: 700", "commands[1].status: expected int <= 599"),
        ("status: 200", "status: []", "commands[1].status: expected array of length >= 1"),
        ("status: 200", "status: {admin: 200}", "commands[1]: 'admin' is none of the roles of the entry"),
        ("admin: 201, ", "", "commands[0]: no status for the role 'admin'"),
        ("[admin, reader]", "[admin, admin, reader]", "commands[0]: a role stands twice"),
        ("[admin, reader]", "[admin, reader]\n  as: guest", "commands[0]: an entry has either as or roles"),
        ("status: 200", "status: 200\n  fails: true", "commands[1]: a request does not fail"),
        ("run: openstack image list, as", "as", "commands[3]: an entry has either run or request"),
        ("as: guest", "as: guest, status: 200", "commands[3]: a command has no status"),
        (
            "as: guest",
            "as: writer",
            "commands[3]: no user 'writer' among the suite's users, nor a role (admin, ",
        ),
        (
            "[manager, guest]",
            "[boss, guest]",
            "commands[2]: no user 'boss' among the suite's users, nor a role",
        ),
        ("{guest: {", "{reader: {", "users: 'reader' is a role, which each suite has"),
        ("name: show", "name: create-as-reader", "commands[1]: the name 'create-as-reader' stands twice"),
        (
            "service: image, path: /v2/images",
            "service: image, path: /v2/images, file: b",
            "commands[1]: no file 'b' among the suite's files",
        ),
        ("as: guest", "as: guest, until: {a: b}", "commands[3]: a command has no until"),
        ("status: 200", "status: 200\n  until: {a: b}", "commands[1]: a recorded request is sent once"),
        (
            "commands:",
            "prepare:\n- {run: openstack a, fails: {admin: true}}\ncommands:",
            "prepare[0]: a value for each role needs roles, which a recorded entry has",
        ),
    ],
)
def test_a_wrong_request_or_role_names_the_place_and_what_is_wrong(
    path: Path, old: str, new: str, message: str
) -> None:
    assert old in ROLES
    path.write_text(ROLES.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_suite_of_errors_says_what_fails() -> None:
    commands = [command for command in suites()["errors"].commands if command.run is not None]
    assert all(command.fails for command in commands)
    assert [command.name for command in commands if command.fails == "maybe"] == ["image-create-wrong-format"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: mine\n", "", "object missing required field name"),
        ("name: mine", "name: mine\nfoo: 1", "object contains unknown field foo"),
        ("name: mine", "name: My Suite", "name: expected str matching regex"),
        ("a.qcow2: qcow2", "a.qcow2: tar", "files[...]: invalid enum value 'tar'"),
        ("a.qcow2: qcow2", "../a.qcow2: qcow2", "files: expected str matching regex"),
        (
            "run: openstack project",
            "run: rm -rf project",
            "prepare[0].run: expected str matching regex '^openstack",
        ),
        (
            "image create --format json",
            "image create 'x",
            "commands[0]: run is no command line: no closing quotation",
        ),
        (
            "name: image-add-project",
            "name: image-create",
            "commands[1]: the name 'image-create' stands twice",
        ),
        ("keep: {image_id: id}", "keep: {id: id}", "commands[1]: nothing that runs earlier keeps {image_id}"),
        (
            "image delete {image_id}",
            "image delete {img}",
            "cleanup[0]: nothing that runs earlier keeps {img}",
        ),
        (
            "remove project {image_id}",
            "remove project {img}",
            "commands[1].cleanup[0]: nothing that runs earlier",
        ),
        (
            "keep: {image_id: id}",
            "keep: {image_id: ''}",
            "commands[0].keep[...]: expected str of length >= 1",
        ),
        ("keep: {image_id: id}", "keep: {Image: id}", "commands[0].keep: expected str matching regex"),
        (GOOD, "name: mine\ncommands: []", "commands: expected array of length >= 1"),
        (
            "keep: {image_id: id}",
            "keep: {image_id: id}\n  fails: maybe",
            "commands[0]: what a command that fails prints cannot be kept",
        ),
        ("keep: {image_id: id}", "fails: perhaps", "commands[0].fails: "),
        ("keep: {image_id: id}", "as: bob", "commands[0]: no user 'bob' among the suite's users"),
        (
            "name: mine\nfiles: {a.qcow2: qcow2}\nprepare:\n-",
            "name: mine\nusers: {bob: {OS_PASSWORD: '{secret}'}}\nprepare:\n- as: bob\n ",
            "prepare[0]: nothing that runs earlier keeps {secret}",
        ),
        ("name: mine\n", "name: mine\nusers: {bob: {PATH: /}}\n", "users[...]: expected str matching regex"),
        (GOOD, "- a", "expected object, got array"),
        (
            "run: openstack project create --format json p",
            'run: "openstack project create \\0"',
            "prepare[0].run: expected str matching regex '^openstack",
        ),
        (
            "name: mine\n",
            'name: mine\nusers: {bob: {OS_PASSWORD: "a\\0"}}\n',
            "users[...][...]: expected str matching regex",
        ),
        ("name: mine", "name: [", "not YAML"),
    ],
)
def test_a_wrong_file_names_itself_the_place_and_what_is_wrong(
    path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert message in said
    assert "\n" not in said
