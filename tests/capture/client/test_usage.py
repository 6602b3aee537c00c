"""Whether a command failed at its own arguments."""

from __future__ import annotations

import argparse
import contextlib
import io

import pytest

from tracer.capture.client.usage import usage_error
from tracer.model import Output

SENTENCE = "the command does not accept its arguments: "
SECRET = "-abc7xQ2mZp9vR4t"


def refused(*argv: str) -> str:
    """What argparse prints about the arguments of `openstack`."""
    parser = argparse.ArgumentParser(prog="openstack")
    parser.add_argument("-p", "--os-password")
    parser.add_argument("--os-auth-url")
    parser.add_argument("command", nargs="*")
    with contextlib.redirect_stderr(io.StringIO()) as printed, contextlib.suppress(SystemExit):
        parser.parse_args(argv)
    return printed.getvalue()


@pytest.mark.parametrize(("option", "written"), [("--os-password", "--os-password=VALUE"), ("-p", "-pVALUE")])
def test_a_value_that_begins_with_a_hyphen_is_told(option: str, written: str) -> None:
    argv = ["openstack", option, SECRET, "image", "list"]
    assert usage_error(argv, Output(exit=2, stderr=refused(*argv[1:]))) == (
        f"{SENTENCE}openstack: error: argument -p/--os-password: expected one argument"
        f" (a value that begins with '-' is written {written})"
    )


@pytest.mark.parametrize(
    ("stderr", "line"),
    [
        ("usage: x [-h]\nx: error: the following arguments are required: y\n", None),
        (
            "Usage: x [OPTIONS]\nTry 'x --help' for help.\n\nError: No such option: --z\n",
            "Error: No such option: --z",
        ),
        ("openstack: 'imge show' is not an openstack command. See 'openstack --help'.\nimage show\n", None),
        ("curl: option --nope: is unknown\ncurl: try 'curl --help'\n", "curl: option --nope: is unknown"),
        ("ls: unrecognized option '--nope'\nTry 'ls --help'.\n", "ls: unrecognized option '--nope'"),
        ("\x1b[1;34musage: \x1b[0mx\n\x1b[31mx: error: \x1b[0mbad\x07\n", "x: error: bad\ufffd"),
    ],
)
def test_the_line_of_many_parsers_is_found(stderr: str, line: str | None) -> None:
    quoted = line or next(text for text in stderr.splitlines() if "error:" in text or "is not" in text)
    assert usage_error(["x"], Output(exit=2, stderr=stderr)) == f"{SENTENCE}{quoted}"


@pytest.mark.parametrize(
    ("code", "stderr"),
    [
        (0, "usage: x\nx: error: bad\n"),
        (1, "usage: x\nx: error: bad\n"),
        (2, ""),
        (2, "ls: cannot access 'x': No such file or directory\n"),
        (2, "ERROR: the cloud is on fire\n"),
        (2, "HttpException: 400: Invalid value for image\n"),
    ],
)
def test_another_failure_is_no_usage_error(code: int, stderr: str) -> None:
    assert usage_error(["x"], Output(exit=code, stderr=stderr)) is None


@pytest.mark.parametrize(
    "argv",
    [
        ["openstack", "--os-password"],
        ["openstack", "--os-password", "x"],
        ["openstack", "--os-auth-url", "-x"],
    ],
)
def test_no_hint_where_no_value_begins_with_a_hyphen(argv: list[str]) -> None:
    error = "openstack: error: argument -p/--os-password: expected one argument"
    assert usage_error(argv, Output(exit=2, stderr=f"usage: openstack\n{error}\n")) == f"{SENTENCE}{error}"


def test_an_unknown_command_is_told_on_stdout() -> None:
    """So does `openstack image lst`, of zed and of 2026.2."""
    line = "openstack: 'image lst' is not an openstack command. See 'openstack --help'."
    printed = Output(exit=2, stdout=f"{line}\nDid you mean one of these?\n  image list\n")
    assert usage_error(["openstack", "image", "lst"], printed) == f"{SENTENCE}{line}"


@pytest.mark.parametrize("secret", [f"{'x' * 280}{SECRET}", f"{SECRET}\x07{SECRET}"])
def test_a_secret_is_removed_before_the_line_is_cut_or_made_printable(secret: str) -> None:
    error = "x: error: unrecognized arguments: "
    output = Output(exit=2, stderr=f"usage: x\n{error}{secret}\n")
    sentence = usage_error(["x"], output, lambda line: line.replace(secret, "<password-1>"))
    assert sentence == f"{SENTENCE}{error}<password-1>"
