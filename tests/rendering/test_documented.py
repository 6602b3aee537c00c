"""A documented sequence drawn: its steps keep their numbers, and frames say what may happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rendering.reading import read
from tracer.rendering.mermaid import sequence_mermaid
from tracer.rendering.picture import render
from tracer.sequences import Sequence, catalog, find

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = """
name: thing
command: openstack thing show
exchanges:
- {steps: [1, 2], to: keystone, method: GET, path: /, status: 300, optional: true}
- any_order:
  - {steps: [3, 4], to: glance, method: GET, path: /v2/a, status: 200}
  - {steps: [5, 6], to: glance, method: GET, path: /v2/b, status: 200, since: zed, loop: {until_status: 404}}
- one_of:
  - - steps: [7, 8]
      to: glance
      method: GET
      path: /v2/images/{image_id}
      status: 200
      fallback:
        status: [400, 404]
        then: [{to: glance, method: GET, path: /v2/images, query: {name: '{name}'}, status: 200}]
  - - steps: [9, 10]
      to: glance
      method: PUT
      path: /v2/c
      status: 204
      loop: {until_body: {image.status: [active, 'end; #']}}
      calls: [{to: keystone, method: GET, path: /v3/auth/tokens, status: 200}]
"""


@pytest.fixture
def sequence(tmp_path: Path) -> Sequence:
    path = tmp_path / "thing.yaml"
    path.write_text(EVERYTHING)
    return find(str(path))


def test_steps_have_their_numbers_and_nothing_else_has(sequence: Sequence) -> None:
    drawn = read(sequence_mermaid(sequence)).drawn
    assert [number for number, _ in drawn] == [
        1, 2, 3, 4, 5, 6, 7, 8, 8, None, None, 9, None, None, 10,
    ]  # fmt: skip
    assert drawn[0] == (1, "GET /identity")
    assert drawn[9] == (None, "GET /image/v2/images?name={name}")


def test_frames_say_what_may_happen(sequence: Sequence) -> None:
    lines = [line.strip() for line in sequence_mermaid(sequence).splitlines()]
    for line in (
        "opt may be left out",
        "par in any order",
        "opt since zed",
        "loop until the answer is 404",
        "alt one of these",
        "alt answered with 200",
        "else answered with 400 or 404",
        "loop until image.status is active or #101;#110;#100;#59; #35;",
    ):
        assert line in lines


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_real_engine_draws_it(sequence: Sequence, language: str) -> None:
    assert render(sequence_mermaid(sequence, language), "svg").startswith(b"<svg")


@pytest.mark.parametrize("name", sorted(catalog()))
def test_all_that_ship_can_be_drawn(name: str) -> None:
    shown = catalog()[name]
    assert {number for number, _ in read(sequence_mermaid(shown)).drawn} - {None} == set(shown.steps)


def test_a_request_has_the_name_of_its_operation() -> None:
    line = "  client->>glance: {name}<br/>GET /image/v2/images/{{image_id}}\n"
    assert line.format(name="Show image") in sequence_mermaid(find("image-show"))
    assert line.format(name="이미지 상세 조회") in sequence_mermaid(find("image-show"), "ko")
