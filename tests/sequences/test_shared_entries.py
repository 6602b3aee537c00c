"""Shared exchanges of tracer and of users."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tracer.errors import InputError
from tracer.sequences.shared_entries import read_shared_entries, typed_shared_entries

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
show:
  operation: image.show-image
  summary: {en: a}
  request: {en: 'after {step:login}'}
hidden: {use: show, query: {os_hidden: 'True'}, counted: false}
"""


def read(tmp_path: Path, text: str) -> dict[str, dict[str, object]]:
    path = tmp_path / "shared.yaml"
    path.write_text(text, "utf-8")
    return read_shared_entries([(path, "shared.yaml")])


def test_a_shared_exchange_uses_another_one(tmp_path: Path) -> None:
    hidden = read(tmp_path, GOOD)["hidden"]
    assert hidden["path"] == "/v2/images/{image_id}"
    assert (hidden["query"], hidden["counted"]) == ({"os_hidden": "True"}, False)


def test_discovery_and_login_have_their_phase() -> None:
    phases = {name: entry.phase for name, entry in typed_shared_entries().items() if entry.prologue}
    assert phases == {
        "identity-versions": "discovery",
        "identity-version": "discovery",
        "login": "login",
        "image-versions": "discovery",
        "compute-version": "discovery",
        "volume-version": "discovery",
        "placement-versions": "discovery",
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("use: show", "use: hidden", "shared.yaml: hidden: use leads back to its beginning: hidden, hidden"),
        ("  operation", "  use: hidden\n  operation", "use leads back to its beginning: show, hidden, show"),
        (
            "use: show",
            "use: shw",
            "shared.yaml: hidden.use: no shared exchange is named 'shw'; known: show, hid",
        ),
        ("use: show", "use: show, steps: [1, 2]", "shared.yaml: hidden: format 2 counts the steps"),
        ("use: show", "use: show, status: x", "shared.yaml: hidden.status: expected int | array, got str"),
        ("use: show", "use: show, colour: x", "shared.yaml: hidden: object contains unknown field colour"),
        ("use: show, ", "", "shared.yaml: hidden: object missing required field to"),
        ("hidden:", "Hidden:", "shared.yaml: expected str matching regex"),
        (GOOD, "show: 5", "shared.yaml: [...]: expected object, got int"),
        (GOOD, "[]", "shared.yaml: expected object, got array"),
    ],
)
def test_a_fault_is_one_line_with_its_location(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_users_shared_exchange_replaces_that_of_tracer(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "sequences").mkdir(parents=True)
    (rules / "shared.yaml").write_text(
        "login: {to: keystone, method: POST, path: /v3/our/login, status: 201, prologue: true}\n"
        "brew: {to: tea, method: POST, path: /v1/cups, status: 201, summary: {en: Brews.}}\n",
        "utf-8",
    )
    (rules / "sequences/tea.yaml").write_text(
        "format: 2\nname: tea\ncommand: openstack tea brew\nexchanges: [{use: login}, {use: brew}]\n", "utf-8"
    )
    shown = tracer("sequences", "show", "tea", "--rules", rules).stdout
    assert "/v3/our/login" in shown
    assert "/v1/cups" in shown


def test_a_faulty_shared_file_of_a_user_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text(json.dumps({"tea": {"operation": "tea.brew"}}), "utf-8")
    (tmp_path / "sequences").mkdir()
    (tmp_path / "sequences/tea.yaml").write_text(
        "format: 2\nname: tea\ncommand: openstack tea brew\nexchanges: [{use: tea}]\n", "utf-8"
    )
    ended = tracer("sequences", "list", "--rules", tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(
        f"tracer: {tmp_path / 'shared.yaml'}: tea.operation: no operation 'tea.brew' in the"
    )


def test_few_lines_do_not_become_many_exchanges(tmp_path: Path) -> None:
    base = "e0: {to: a, method: GET, path: /, status: 200}\n"
    calls = "".join(
        f"e{number}: {{use: e0, calls: [{', '.join([f'{{use: e{number - 1}}}'] * 9)}]}}\n"
        for number in range(1, 12)
    )
    with pytest.raises(InputError, match=r"^shared\.yaml: e3: more than 100 exchanges in one$"):
        read(tmp_path, base + calls)
    chain = "".join(f"c{number}: {{use: c{number + 1}}}\n" for number in range(5000))
    with pytest.raises(
        InputError, match=r"^shared\.yaml: c21: more than 20 exchanges use each other in a chain$"
    ):
        read(tmp_path, f"{chain}c5000: {{use: c0}}\n{base}")
