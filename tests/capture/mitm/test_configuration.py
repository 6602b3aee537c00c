"""mitmproxy's configuration files. ``tests/cli/test_proxy.py`` starts a proxy with one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mitmproxy import exceptions, optmanager
from mitmproxy.options import Options

from tracer.capture.mitm import configuration
from tracer.capture.mitm.options import OPTIONS, PREFIX
from tracer.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitmproxy.optmanager import OptManager


@pytest.fixture
def options() -> Iterator[OptManager]:
    made = Options()
    for option in OPTIONS:
        made.add_option(PREFIX + option.name, option.type, option.default, option.help)
    made.add_option("scripts", Sequence[str], [], "")
    made.add_option("body_size_limit", str | None, None, "")
    remove = configuration.install()
    yield made
    remove()


NO_OPTIONS = "expected the names of mitmproxy's options, each with its value"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trace_limit: 1048576", "trace_limit: expected text, got a number: write it in quotes"),
        ("trace_release: 2026.2", "trace_release: expected text, got a number: write it in quotes"),
        ("trace_release: 2026-01-01", "trace_release: expected text, got a date: write it in quotes"),
        ("trace_dir: true", "trace_dir: expected text, got true or false: write it in quotes"),
        ("trace_dir:", "trace_dir: expected text, got nothing"),
        ("trace_dir: {a: b}", "trace_dir: expected text, got a mapping"),
        ("trace_policy: a.toml", "trace_policy: expected a list of texts, got text"),
        ("trace_policy: [1]", "trace_policy: expected a list of texts, got a list of other values"),
        ("scripts: [5]", "scripts: expected a list of texts, got a list of other values"),
        ("scripts: 5", "scripts: expected a list of texts, got a number"),
        ("listen_port: x", "listen_port: expected a whole number, got text"),
        ("ssl_insecure: maybe", "ssl_insecure: expected true or false, got text"),
        ("key_size: null", "key_size: expected a whole number, got nothing"),
        ("body_size_limit: 5", "body_size_limit: expected text, got a number: write it in quotes"),
        ("- a\n- b", NO_OPTIONS),
        ("5", NO_OPTIONS),
        ("text", NO_OPTIONS),
        ("5: 6", NO_OPTIONS),
        ("? [a]\n: 6", NO_OPTIONS),
        ("a: [1", "line 1: not YAML: expected ',' or ']', but got '<stream end>'"),
        (
            "x:\n  a: !!set x",
            "line 2: not YAML: expected a mapping node, but found scalar",
        ),
        ("a: 1\na: 2", 'line 2: not YAML: found duplicate key "a" with value "2" (original value: "1")'),
        ("a: 2026-13-01", "not YAML: month must be in 1..12"),
        ("a: " + "[" * 3000, "nested too deeply"),
    ],
)
def test_a_faulty_file_is_one_line(text: str, problem: str, options: OptManager, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        optmanager.load_paths(options, path)
    assert str(caught.value) == f"{path}: {problem}"


def test_a_value_is_not_quoted(options: OptManager, tmp_path: Path) -> None:
    """It may be a password, as of ``proxyauth`` or ``upstream_auth``."""
    options.add_option("upstream_auth", str | None, None, "")
    path = tmp_path / "config.yaml"
    for value in ("[user, geheim]", "20261129"):
        path.write_text(f"upstream_auth: {value}\n")
        with pytest.raises(InputError) as caught:
            optmanager.load_paths(options, path)
        assert "geheim" not in str(caught.value)
        assert "20261129" not in str(caught.value)


def test_a_choice_names_the_others(options: OptManager, tmp_path: Path) -> None:
    options.add_option("level", str, "a", "", ("a", "b"))
    path = tmp_path / "config.yaml"
    path.write_text("level: c\n")
    with pytest.raises(InputError, match=r"config\.yaml: level: expected one of a, b$"):
        optmanager.load_paths(options, path)


def test_a_value_that_mitmproxy_refuses_is_one_line(options: OptManager, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"

    def refuse(updated: set[str]) -> None:
        raise exceptions.OptionsError("no such\n mode")

    options.changed.connect(refuse)
    path.write_text("trace_dir: x\n")
    with pytest.raises(InputError) as caught:
        optmanager.load_paths(options, path)
    assert str(caught.value) == f"{path}: no such mode"


def test_what_is_no_file_is_one_line(options: OptManager, tmp_path: Path) -> None:
    folder, latin = tmp_path / "config.yaml", tmp_path / "config.yml"
    folder.mkdir()
    latin.write_bytes(b"a: \xff\n")
    for path, problem in ((folder, "it is a folder: name a file"), (latin, "not UTF-8 text (byte 3)")):
        with pytest.raises(InputError) as caught:
            optmanager.load_paths(options, path)
        assert str(caught.value) == f"{path}: {problem}"


def test_a_file_that_cannot_be_read_is_one_line(
    options: OptManager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    path.touch()

    def refuse(*_: object) -> bool:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(InputError) as caught:
        optmanager.load_paths(options, path)
    assert str(caught.value) == f"{path}: Permission denied"


def test_other_files_are_as_before(options: OptManager, tmp_path: Path) -> None:
    """mitmproxy ignores a missing file and a pipe, and keeps options that a script may declare later."""
    path, pipe = tmp_path / "config.yaml", tmp_path / "config.yml"
    os.mkfifo(pipe)
    path.write_text("trace_limit: '5'\nof_a_script: [1]\n")
    optmanager.load_paths(options, path, pipe, tmp_path / "missing")
    assert options.trace_limit == "5"
    assert options.deferred == {"of_a_script": [1]}
    path.write_text("# nothing\n")
    optmanager.load_paths(options, path)


def test_the_check_can_be_removed(tmp_path: Path) -> None:
    before = optmanager.load_paths
    configuration.install()()
    assert optmanager.load_paths is before
