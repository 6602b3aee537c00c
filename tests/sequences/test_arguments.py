"""Commands that name several resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.runs import HOST, IMAGE_ID, show
from tests.sequences.test_option_conditions import prologue, sent, verdict
from tests.sequences.test_searches import _lookup, _match

if TYPE_CHECKING:
    from tracer.model import Exchange

IDS = [f"{number}{IMAGE_ID[1:]}" for number in range(1, 6)]


def _delete(number: int) -> Exchange:
    return sent("DELETE", f"{HOST}/image/v2/images/{IDS[number]}", 204)


def _handled(*numbers: int) -> list[Exchange]:
    return [each for number in numbers for each in (show(IDS[number]), _delete(number))]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_each_image_is_looked_up_and_deleted(count: int) -> None:
    command = f"openstack image delete {' '.join(IDS[:count])}"
    run = [*prologue(), *_handled(*range(count))]
    assert verdict(command, run, "image-delete") == "conforms"
    for index in range(3, len(run)):
        assert verdict(command, run[:index] + run[index + 1 :], "image-delete") == "deviates"
    assert verdict(command, run[:-2] or run, "image-delete") == "deviates"


def test_more_images_than_named_deviate() -> None:
    run = [*prologue(), *_handled(0, 1, 2)]
    assert verdict(f"openstack image delete {IDS[0]}", run, "image-delete") == "deviates"
    assert verdict(f"openstack image delete {IDS[0]} {IDS[1]}", run, "image-delete") == "deviates"
    assert verdict(None, run, "image-delete") == "conforms"


def test_an_image_deleted_twice_deviates() -> None:
    run = [*prologue(), *_handled(0), _delete(0)]
    assert verdict(f"openstack image delete {IDS[0]}", run, "image-delete") == "deviates"
    twice = [*prologue(), *_handled(0, 0)]
    result = _match(f"openstack image delete {IDS[0]} {IDS[1]}", twice, "image-delete")
    assert result.verdict == "deviates"
    assert result.labels[-1].verdict == "unexpected"
    assert "the same request was sent before" in result.explanations[0]


@pytest.mark.parametrize(
    "names", [("nope", 0), (0, "nope"), ("nope", "gone"), ("nope", 0, 1), (0, "nope", 1)]
)
def test_a_missing_image_among_others(names: tuple[str | int, ...]) -> None:
    run = prologue()
    for name in names:
        run += _lookup(name) if isinstance(name, str) else _handled(name)
    words = " ".join(name if isinstance(name, str) else IDS[name] for name in names)
    result = _match(f"openstack image delete {words}", run, "image-delete")
    assert result.verdict == "conforms"
    assert result.unfound == [name for name in names if isinstance(name, str)]


def test_a_command_that_failed_may_end_before_its_last_argument() -> None:
    run = [*prologue(), *_lookup("nope")]
    assert _match(f"openstack image delete nope {IDS[0]}", run, "image-delete").verdict == "conforms"


def test_each_tag_has_a_request() -> None:
    def untag(name: str) -> Exchange:
        return sent("DELETE", f"{HOST}/image/v2/images/{IMAGE_ID}/tags/{name}", 204)

    command = f"openstack image unset --tag a --tag b {IMAGE_ID}"
    run = [*prologue(), show()]
    assert verdict(command, [*run, untag("a"), untag("b")], "image-unset") == "conforms"
    assert verdict(command, [*run, untag("a")], "image-unset") == "deviates"
    assert verdict(command, [*run, untag("a"), untag("a")], "image-unset") == "deviates"
    assert verdict(command, [*run, untag("a"), untag("b"), untag("c")], "image-unset") == "deviates"
