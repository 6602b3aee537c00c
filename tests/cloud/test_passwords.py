"""Generated passwords are plain words wherever they are written."""

from __future__ import annotations

import argparse
import secrets
import shlex
import string
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tracer.cloud.passwords import LENGTH, generate, is_safe

if TYPE_CHECKING:
    import random


@given(st.randoms(use_true_random=False))
def test_a_password_is_taken_literally_everywhere(randomness: random.Random) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "choice", randomness.choice)
        password = generate()
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("--os-password")
    assert parser.parse_args(["--os-password", password]).os_password == password
    assert shlex.quote(password) == password == quote(password, safe="")
    assert urlsplit(f"http://admin:{password}@[::1]:5000/").password == password
    assert yaml.safe_load(f"password: {password}") == {"password": password}
    assert password.format() == password == password % ()
    assert is_safe(password)


def test_many_passwords_are_letters_and_digits_of_one_length() -> None:
    generated = {generate() for _ in range(5000)}
    assert len(generated) == 5000
    assert {len(password) for password in generated} == {LENGTH}
    assert {password[0] for password in generated} <= set(string.ascii_letters)
    assert set("".join(generated)) == set(string.ascii_letters + string.digits)


@pytest.mark.parametrize("password", ["-abc", "--os-token", "", "a b", "a'b", "a$b", "a/b", "ä", "a\n", "#a"])
def test_a_password_that_is_no_plain_word_is_not_safe(password: str) -> None:
    assert not is_safe(password)


@pytest.mark.parametrize("password", ["a-b_c", "_a", "9a-", "a"])
def test_most_passwords_of_earlier_versions_are_safe(password: str) -> None:
    assert is_safe(password)
