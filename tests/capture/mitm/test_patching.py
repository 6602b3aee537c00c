"""A patch of one object's method lies above other patches, and is removed without touching them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracer.capture.mitm.patching import patch

if TYPE_CHECKING:
    from collections.abc import Callable


class Greeter:
    def greet(self, name: str) -> str:
        return f"hello {name}"


def _adding(word: str) -> Callable[[Callable[[str], str], str], str]:
    return lambda before, name: f"{word} {before(name)}"


def test_a_patch_is_removed_without_a_trace() -> None:
    greeter = Greeter()
    remove = patch(greeter, "greet", _adding("oh"))
    assert greeter.greet("you") == "oh hello you"
    assert set(vars(greeter)) == {"greet"}
    remove()
    assert vars(greeter) == {}
    remove()
    assert greeter.greet("you") == "hello you"


@pytest.mark.parametrize("first_out", [0, 1])
def test_two_patches_are_removed_in_either_order(first_out: int) -> None:
    greeter = Greeter()
    removals = [patch(greeter, "greet", _adding("a")), patch(greeter, "greet", _adding("b"))]
    assert greeter.greet("you") == "b a hello you"
    removals.pop(first_out)()
    assert greeter.greet("you") == ("b" if first_out == 0 else "a") + " hello you"
    removals.pop()()
    assert greeter.greet("you") == "hello you"
    assert vars(greeter) == {}


def test_the_patch_of_another_stays_below() -> None:
    greeter = Greeter()
    foreign = _foreign(greeter)
    remove = patch(greeter, "greet", _adding("oh"))
    assert greeter.greet("you") == "oh foreign hello you"
    remove()
    assert vars(greeter) == {"greet": foreign}


def test_the_patch_of_another_stays_above() -> None:
    greeter = Greeter()
    remove = patch(greeter, "greet", _adding("oh"))
    foreign = _foreign(greeter)
    assert greeter.greet("you") == "foreign oh hello you"
    remove()
    assert vars(greeter) == {"greet": foreign}
    assert greeter.greet("you") == "foreign hello you"


def test_a_patch_of_the_class_takes_effect_later(monkeypatch: pytest.MonkeyPatch) -> None:
    greeter = Greeter()
    remove = patch(greeter, "greet", _adding("oh"))
    monkeypatch.setattr(Greeter, "greet", lambda _, name: f"goodbye {name}")
    assert greeter.greet("you") == "oh goodbye you"
    remove()
    assert greeter.greet("you") == "goodbye you"


def _foreign(greeter: Greeter) -> Callable[[str], str]:
    before = greeter.greet

    def greet(name: str) -> str:
        return f"foreign {before(name)}"

    greeter.greet = greet  # type: ignore[method-assign]
    return greet
