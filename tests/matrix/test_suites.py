"""Suite files: those that ship, and one clear line for each file that cannot be used."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

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
    assert list(suites()) == ["compute", "errors", "identity", "image", "network", "volume"]
    for name, suite in suites().items():
        assert suite.name == name


def test_a_recording_of_a_name_is_made_by_one_suite_only() -> None:
    names = [command.name for suite in suites().values() for command in suite.commands]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("suite", [suites()["identity"], suites()["image"]], ids=lambda suite: suite.name)
def test_each_recorded_command_is_documented(suite: Suite) -> None:
    for command in suite.commands:
        words = subcommand_words(command.run)
        found = [
            one
            for one in catalog().values()
            if one.command.split()[1:] == words[: len(one.command.split()) - 1]
        ]
        assert [command.name] == [one.name for one in found] or command.name.startswith(found[0].name)


@pytest.mark.parametrize("suite", suites().values(), ids=lambda suite: suite.name)
def test_what_a_suite_makes_it_takes_away(suite: Suite) -> None:
    """Each `create` has a `delete` of what it kept, or of the name at its end."""
    every = [*suite.prepare, *suite.commands, *suite.cleanup]
    every += [one for command in suite.commands for one in (*command.prepare, *command.cleanup)]
    every = [command for command in every if not command.fails]
    made: list[str] = []
    gone: list[str] = []
    for command in every:
        words = shlex.split(command.run)
        if "create" in words:
            made += [*command.keep] or words[-1:]
        elif "delete" in words:
            gone += command.placeholders or words[-1:]
    assert sorted(made) == sorted(gone)


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


def test_the_suite_of_errors_says_what_fails() -> None:
    commands = suites()["errors"].commands
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
