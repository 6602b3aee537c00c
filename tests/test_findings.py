"""The texts of leaks."""

from __future__ import annotations

from tracer.findings import Leak


def test_a_leak_names_its_rule_and_its_position() -> None:
    assert str(Leak("Fernet token", 3, 14)) == "Fernet token at 3:14"


def test_a_leak_in_the_name_of_a_file_has_no_position() -> None:
    assert str(Leak("known secret")) == "known secret in the file's name"
