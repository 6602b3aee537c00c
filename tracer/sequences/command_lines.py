"""Command lines: the program, and the words of an ``openstack`` command."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "GLOBAL_FLAGS",
    "calls_openstack",
    "is_interactive",
    "is_request_line",
    "openstack_words",
    "program_name",
    "subcommand_words",
    "without_interpreter",
]

_PROGRAM = re.compile(r"(?:.*[/\\])?openstack(?:\.exe|\.py)?|openstackclient\.shell", re.IGNORECASE)
# The options of `openstack` itself without a value. All other options before the command have a value.
GLOBAL_FLAGS = frozenset({
    "--debug", "--help", "--insecure", "--no-verify", "--os-beta-command", "--quiet", "--timing", "--verbose",
    "--verify", "--version", "-h", "-q", "-v", "-vv", "-vvv",
})  # fmt: skip
_PYTHON = re.compile(r"(?:pypy|python)[\d.]*(?:\.exe)?", re.IGNORECASE)
_INTERPRETER = re.compile(
    rf"{_PYTHON.pattern}|(?:ba|da|z|k|a|fi)?sh|perl|ruby|node|php|lua|Rscript", re.IGNORECASE
)
_REPEATING = frozenset({"xargs", "parallel", "watch", "find", "make"})
"""Programs that run a command any number of times."""

_REQUEST_LINE = re.compile(r"[A-Z]+ /")
_SCRIPT = re.compile(r".+\.(?:sh|bash|zsh|py|pyz|pl|rb|js|mjs|ts|php|lua|R)\Z")
_FOLDERS = frozenset({"bin", "sbin", "scripts"})
_NAME = re.compile(r"\w[\w.+-]{0,39}", re.ASCII)


def subcommand_words(command: str) -> list[str]:
    """Return the words after ``openstack`` and its options: the words of the command, then its arguments.

    Return an empty list if ``command`` is not a single command of ``openstack``: another program, a script,
    or the interactive shell.
    """
    return openstack_words(_tokens(command)) or []


def is_request_line(command: str) -> bool:
    """Return whether ``command`` is the line of a single request: ``GET /v2/images``."""
    return _REQUEST_LINE.match(command) is not None


def calls_openstack(command: str) -> bool:
    """Return whether ``command`` is one command of ``openstack``, or its interactive shell."""
    return openstack_words(_tokens(command)) is not None


def is_interactive(argv: Sequence[str]) -> bool:
    """Return whether a process with this command line is the interactive shell of ``openstack``."""
    return openstack_words(argv) == []


def openstack_words(argv: Sequence[str]) -> list[str] | None:
    """Return the words after ``openstack`` and its options; None if ``argv`` does not call it once.

    Programs such as ``env`` and ``timeout`` run the command once. A script with ``openstack`` among its
    arguments, or ``xargs``, may run it any number of times.
    """
    start = next((index for index, token in enumerate(argv) if _PROGRAM.fullmatch(token)), None)
    if start is None or any(map(_may_repeat, argv[:start])) or _is_code(argv[:start]):
        return None
    rest = list(argv[start + 1 :])
    while rest and rest[0].startswith("-"):
        takes_a_value = "=" not in rest[0] and rest[0] not in GLOBAL_FLAGS
        rest = rest[1 + takes_a_value :]
    return rest


def program_name(command: str) -> str:
    """Return the name of the program: ``many`` for ``python many.py``. Arguments are left out.

    Return an empty string if the program has no usual name.
    """
    tokens = _tokens(command)
    if not tokens:
        return ""
    name = _base(tokens[0])
    options = 0
    while _INTERPRETER.fullmatch(name) and tokens[options + 1 : options + 2]:
        following = tokens[options + 1]
        if not following.startswith("-"):
            name = _base(following)
            break
        if not _is_flag(following):
            break
        options += 1
    name = PurePath(name).stem if _SCRIPT.fullmatch(name) else name
    return name if _NAME.fullmatch(name) else ""


def without_interpreter(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command line of an installed program without the Python interpreter that runs it.

    The system starts a console script, such as ``/usr/bin/openstack``, as ``python /usr/bin/openstack``. A
    script that the user gave to the interpreter keeps it.
    """
    if not argv or not _PYTHON.fullmatch(_base(argv[0])):
        return argv
    index = next((index for index, word in enumerate(argv) if index and not _is_flag(word)), 0)
    path = argv[index]
    in_folder = PurePath(path).parent.name.lower() in _FOLDERS and not _SCRIPT.fullmatch(_base(path))
    return argv[index:] if index and (in_folder or _PROGRAM.fullmatch(path)) else argv


def _tokens(command: str) -> list[str]:
    try:
        return shlex.split(command, posix="\\" not in command)
    except ValueError:
        return command.split()


def _may_repeat(word: str) -> bool:
    name = _base(word)
    shell = _INTERPRETER.fullmatch(name) and not _PYTHON.fullmatch(name)
    return bool(shell) or name in _REPEATING or bool(_SCRIPT.fullmatch(name))


def _is_code(words: Sequence[str]) -> bool:
    """Return whether ``words`` begin Python code: the later words are its arguments."""
    return any(word == "-c" and _PYTHON.fullmatch(_base(before)) for before, word in pairwise(words))


def _is_flag(word: str) -> bool:
    """Return whether ``word`` is an option of an interpreter without a value and without code."""
    return bool(re.fullmatch(r"-[bBdEiIOPqsSuvx]+", word))


def _base(word: str) -> str:
    return re.split(r"[/\\]", word)[-1]
