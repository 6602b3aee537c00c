"""Plug-ins of installed packages: discovery, and one line for each that cannot be used."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import TRACER, tracer
from tests.patience import PATIENCE
from tests.plugins.packages import write_package
from tests.terminals import terminal
from tracer import rulefolders
from tracer.errors import PluginError
from tracer.plugins import EXPORTERS, PARTICIPANTS, REPORTS, find_plugin, is_mentioned, plugin_names
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SHOW = ROOT / "recordings/zed/image-show.yaml"
SECRET = "password: kJ7xQ2vv"

FORMATS = f"""
import sys

not_callable = 1

def number(subject, options): return 1
def nothing(subject, options): return None
def no_parts(subject, options): return []
def mixed(subject, options): return ["text", 1]
def raises(subject, options): raise ValueError("first line\\nsecond line\\x1b[2J")
def exits(subject, options): sys.exit(0)
def leaks_error(subject, options): raise ValueError({SECRET!r})
def leaks_warning(subject, options):
    options.progress("\\x1b]0;[/image/v2]\\x07" + {SECRET!r})
    options.warn({SECRET!r})
    options.warn(5)
    return "text\\n"
def cancelled(subject, options): raise GeneratorExit("stop")
def silent_error(subject, options):
    class Mute(Exception):
        def __str__(self): raise RuntimeError
    raise Mute
def clears(report, options):
    for name in ("recordings", "steps"):
        getattr(report, name, []).clear()
    return "cleared\\n"
def unsupported(subject, options): raise NotImplementedError("only for tracer diff")
def leaks(subject, options): return {SECRET!r}
def leaks_bytes(subject, options): return {SECRET!r}.encode()
def hostile(subject, options): return "a\\x1b[2Jb\\u202e\\n"
def binary(subject, options): return b"\\xff\\x00"
def parts(subject, options): return ["a\\n", "b\\n"]
def warns(subject, options):
    options.progress("working")
    options.warn("a\\nwarning")
    return f"{{options.title}} {{options.language}} {{options.theme}} {{options.fold}} {{options.timing}}\\n"
def reports(report, options):
    return f"{{options.language}} {{options.volatile}} {{options.fail_on}} {{len(options.drawings)}}\\n"
"""
NAMES = [line.split("(")[0].removeprefix("def ") for line in FORMATS.splitlines() if line.startswith("def ")]


@pytest.fixture
def formats(tmp_path: Path) -> str:
    """A folder with a package whose formats mostly fail."""
    values = {name.replace("_", "-"): f"bad:{name}" for name in [*NAMES, "not_callable"]}
    values |= {"missing-module": "no_such_module:x", "missing-name": "bad:absent", "malformed": "a b c"}
    return str(write_package(tmp_path / "packages", "bad", {EXPORTERS: values, REPORTS: values}, FORMATS))


@pytest.fixture
def in_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for packages that this process sees."""
    folder = tmp_path / "packages"
    monkeypatch.syspath_prepend(folder)
    rulefolders.package_folders.cache_clear()
    yield folder
    rulefolders.package_folders.cache_clear()
    importlib.invalidate_caches()


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "missing-module",
            "cannot be loaded from 'no_such_module:x': ModuleNotFoundError: No module named 'no_such_module'",
        ),
        ("missing-name", "cannot be loaded from 'bad:absent': AttributeError: module 'bad' has no attribute"),
        ("malformed", "cannot be loaded from 'a b c': "),
        ("not-callable", "expected a function, got int"),
        ("raises", "failed with ValueError: first line second line\ufffd[2J"),
        ("exits", "failed with SystemExit: 0"),
        ("cancelled", "failed with GeneratorExit: stop"),
        ("silent-error", "failed with Mute"),
        ("number", "got int"),
        ("nothing", "got NoneType"),
    ],
)
@pytest.mark.parametrize(
    ("group", "words"),
    [
        (EXPORTERS, ("diagram", SHOW)),
        (REPORTS, ("check", SHOW)),
        (REPORTS, ("diff", SHOW, SHOW)),
    ],
    ids=["diagram", "check", "diff"],
)
def test_a_format_that_cannot_be_used_is_one_line(
    name: str, problem: str, group: str, words: tuple[object, ...], formats: str
) -> None:
    ended = tracer(*words, "--format", name, PYTHONPATH=formats)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"tracer: plug-in '{name}' ({group}) of the package bad 1.0: ")
    assert problem in ended.stderr
    assert ended.stderr.endswith("; update or uninstall the package\n")
    assert ended.stderr.count("\n") == 1


def test_a_format_of_another_verb_names_the_next_step(formats: str) -> None:
    ended = tracer("check", SHOW, "--format", "unsupported", PYTHONPATH=formats)
    problem = "is not for this verb: NotImplementedError: only for tracer diff; choose another --format"
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"tracer: plug-in 'unsupported' ({REPORTS}) of the package bad 1.0: {problem}\n"


@pytest.mark.parametrize("name", ["leaks-error", "leaks-warning"])
def test_no_line_of_a_plug_in_shows_a_secret(name: str, formats: str) -> None:
    ended = tracer("diagram", SHOW, "--format", name, PYTHONPATH=formats)
    assert (ended.returncode == 0) == (name == "leaks-warning")
    assert "kJ7xQ2vv" not in ended.stdout + ended.stderr
    assert "password: " in ended.stderr


def test_a_plug_in_does_not_change_the_exit_code(formats: str, tmp_path: Path) -> None:
    deviating = tmp_path / "a.yaml"
    deviating.write_text(SHOW.read_text().replace("GET", "PUT"))
    for words in (("check", deviating), ("diff", SHOW, deviating)):
        ended = tracer(*words, "--format", "clears", PYTHONPATH=formats)
        assert (ended.returncode, ended.stdout) == (1, "cleared\n")


def test_metadata_that_is_not_utf8_is_one_line(formats: str) -> None:
    (metadata,) = Path(formats).glob("*.dist-info/METADATA")
    metadata.write_bytes(b"\xff")
    ended = tracer("diagram", SHOW, "--format", "warns", PYTHONPATH=formats)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "install it again" in ended.stderr


@pytest.mark.parametrize("name", ["no-parts", "mixed"])
def test_an_export_is_text_bytes_or_a_list_of_them(name: str, formats: str) -> None:
    ended = tracer("diagram", SHOW, "--format", name, PYTHONPATH=formats)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "expected str, bytes, or a list of them, got list" in ended.stderr


def test_a_report_is_text(formats: str) -> None:
    for name, kind in (("parts", "list"), ("binary", "bytes")):
        ended = tracer("check", SHOW, "--format", name, PYTHONPATH=formats)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert f"expected str, got {kind}" in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("diagram", SHOW, "--format", "leaks"),
        ("diagram", SHOW, "--format", "leaks-bytes"),
        ("diagram", SHOW, "--format", "leaks-bytes", "-o", "out"),
        ("check", SHOW, "--format", "leaks"),
        ("diff", SHOW, SHOW, "--format", "leaks"),
        ("diff", SHOW, SHOW, "--format", "leaks", "-o", "out"),
    ],
)
def test_text_with_a_secret_goes_nowhere(words: tuple[object, ...], formats: str, tmp_path: Path) -> None:
    ended = tracer(*words, cwd=tmp_path, PYTHONPATH=formats)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("tracer: not written, the output of the plug-in 'leaks")
    assert "would hold a secret" in ended.stderr
    assert "kJ7xQ2vv" not in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_exporter_gets_the_options_and_warns(formats: str, tmp_path: Path) -> None:
    words = ("--title", "T", "--lang", "ko", "--theme", "dark", "--fold", "--timing")
    ended = tracer("diagram", SHOW, "-o", "x.warns", *words, cwd=tmp_path, PYTHONPATH=formats)
    assert (ended.returncode, ended.stderr) == (0, "tracer: a warning\nwrote x.warns\n")
    assert (tmp_path / "x.warns").read_text() == "T ko dark True True\n"


def test_a_report_format_gets_the_options_and_the_diagrams(formats: str, tmp_path: Path) -> None:
    shorter = tmp_path / "shorter.yaml"
    head, _, rest = SHOW.read_text("utf-8").partition("- steps: [5, 6]")
    shorter.write_text(head + "- steps: [7, 8]" + rest.partition("- steps: [7, 8]")[2], encoding="utf-8")
    words = ("--lang", "ko", "--show-volatile", "--fail-on", "breaking", "-o", "x.reports")
    ended = tracer("diff", SHOW, shorter, *words, cwd=tmp_path, PYTHONPATH=formats)
    assert ended.stderr.endswith("wrote x.reports\n")
    assert (tmp_path / "x.reports").read_text() == "ko True breaking 1\n"
    assert tracer("check", SHOW, "--format", "reports", PYTHONPATH=formats).stdout == "en False any 0\n"


def test_parts_are_files(formats: str, tmp_path: Path) -> None:
    ended = tracer("diagram", SHOW, "-o", "x.parts", cwd=tmp_path, PYTHONPATH=formats)
    assert ended.stderr == "wrote 2 parts, from x-part1.parts to x-part2.parts\n"
    assert (tmp_path / "x-part2.parts").read_text() == "b\n"
    ended = tracer("diagram", SHOW, "--format", "parts", PYTHONPATH=formats)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "tracer: --format: the parts has 2 parts: name a file with -o\n"


def test_bytes_go_to_a_pipe_and_to_a_file_but_to_no_terminal(formats: str, tmp_path: Path) -> None:
    words = ("diagram", str(SHOW), "--format", "binary")
    environment = os.environ | {"PYTHONPATH": formats}
    piped = subprocess.run([TRACER, *words], capture_output=True, check=True, env=environment)
    assert piped.stdout == b"\xff\x00"
    tracer(*words, "-o", "x", cwd=tmp_path, PYTHONPATH=formats)
    assert (tmp_path / "x").read_bytes() == b"\xff\x00"
    assert "binary is not text for a terminal: name a file with -o" in _on_terminal(*words, path=formats)


@pytest.mark.parametrize("words", [("diagram",), ("check",), ("diff", SHOW)])
def test_text_does_not_control_a_terminal(words: tuple[object, ...], formats: str) -> None:
    words = (*words, SHOW, "--format", "hostile")
    assert tracer(*words, PYTHONPATH=formats).stdout == "a\x1b[2Jb\u202e\n"
    assert "a\ufffd[2Jb\ufffd" in _on_terminal(*map(str, words), path=formats)


def _on_terminal(*words: str, path: str) -> str:
    """Return the output of ``tracer`` on a terminal."""
    environment = os.environ | {"PYTHONPATH": path, "NO_COLOR": "1"}
    with terminal() as (screen, output):
        subprocess.run(
            [TRACER, *words], stdout=screen, stderr=screen, check=False, env=environment, timeout=PATIENCE
        )
        return output()


def test_an_unknown_format_is_answered_with_all_names(formats: str) -> None:
    ended = tracer("check", SHOW, "--format", "xml", PYTHONPATH=formats)
    assert ended.returncode == 2
    assert "expected one of table, json, junit, sarif, binary, cancelled" in ended.stderr
    assert ended.stderr.count("\n") == 1
    for words in (("diagram", SHOW, "-o", "x.xml"), ("diff", SHOW, SHOW, "-o", "x.pdf")):
        ended = tracer(*words, PYTHONPATH=formats)
        assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
        assert "not-callable" in ended.stderr


def test_a_plugin_never_replaces_a_built_in_format(tmp_path: Path) -> None:
    values = {EXPORTERS: {"mmd": "bad:x", "svg": "bad:x"}, REPORTS: {"json": "bad:x", "text": "bad:x"}}
    folder = str(write_package(tmp_path, "bad", values, "raise SystemExit('imported')\n"))
    for words in (
        ("diagram", SHOW),
        ("diagram", SHOW, "--format", "mmd"),
        ("check", SHOW, "--format", "json"),
        ("diff", SHOW, SHOW, "--format", "json"),
    ):
        ended = tracer(*words, PYTHONPATH=folder)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == tracer(*words).stdout


def test_two_packages_with_one_name_are_named(tmp_path: Path) -> None:
    for name in ("bad", "worse"):
        write_package(tmp_path, name, {EXPORTERS: {"csv": "bad:x"}}, "def x(*_): return ''\n")
    ended = tracer("diagram", SHOW, "--format", "csv", PYTHONPATH=str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert (
        "plug-in 'csv' (tracer.exporters) of the package bad 1.0: the package worse 1.0 has a plug-in of this"
        " name, too; uninstall one of them\n"
    ) in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("--help",), ("check", "--help"), ("check", str(SHOW), "--format", "json")]
)
def test_no_entry_points_are_read_for_built_in_names(words: tuple[str, ...], formats: str) -> None:
    script = (
        "import sys\nfrom tracer.cli import main\ntry:\n    main()\nfinally:\n"
        "    assert 'importlib.metadata' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": formats}
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, text=True, check=False, env=environment
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_damaged_metadata_of_a_package_is_one_line(in_process: Path) -> None:
    write_package(in_process, "bad", {EXPORTERS: {"csv": "bad:x"}})
    (in_process / "bad-1.0.dist-info/entry_points.txt").write_text("[tracer.exporters]\nno equals sign\n")
    with pytest.raises(PluginError, match="the metadata of an installed package is damaged: "):
        plugin_names(EXPORTERS)


def test_plugins_are_found_by_name(in_process: Path) -> None:
    write_package(in_process, "bad", {EXPORTERS: {"b": "bad:x", "a": "bad:x"}})
    assert plugin_names(EXPORTERS) == ["a", "b"]
    plugin = find_plugin(EXPORTERS, "b")
    assert plugin is not None
    assert str(plugin) == "plug-in 'b' (tracer.exporters) of the package bad 1.0"
    assert find_plugin(EXPORTERS, "c") is None
    assert find_plugin(REPORTS, "b") is None


def test_a_group_is_mentioned_in_a_folder_or_perhaps_in_an_archive(
    in_process: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_mentioned(PARTICIPANTS)
    write_package(in_process, "bad", {EXPORTERS: {"a": "bad:x"}})
    assert not is_mentioned(PARTICIPANTS)
    write_package(in_process, "worse", {PARTICIPANTS: {"a": "worse"}})
    assert is_mentioned(PARTICIPANTS)
    archive = tmp_path / "packages.zip"
    zipfile.ZipFile(archive, "w").close()
    monkeypatch.setattr(sys, "path", [str(archive)])
    assert is_mentioned(PARTICIPANTS)


@pytest.mark.parametrize(
    ("value", "source", "problem"),
    [
        ("no_such_module", "", "cannot be loaded from 'no_such_module': ModuleNotFoundError: "),
        ("bad", "raise RuntimeError('broken')", "cannot be loaded from 'bad': RuntimeError: broken"),
        ("bad", "raise SystemExit", "cannot be loaded from 'bad': SystemExit"),
        ("bad", "", "expected a package with rules, got module"),
        ("bad:x", "def x(): pass", "expected a package with rules, got function"),
        ("empty", "", "no rules: expected one of policy.toml, "),
    ],
)
def test_participants_that_cannot_be_used_are_one_line(
    value: str, source: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    folder = str(write_package(tmp_path, "bad", {PARTICIPANTS: {"tea": value}}, source))
    for words in (("check", ROOT / "recordings/zed"), ("diff", SHOW, SHOW), ("record", "--", "true")):
        ended = tracer(*words, cwd=tmp_path, PYTHONPATH=folder)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith("tracer: plug-in 'tea' (tracer.participants) of the package bad 1.0: ")
        assert problem in ended.stderr
        assert ended.stderr.count("\n") == 1


def test_two_packages_with_one_name_of_participants_are_named(in_process: Path) -> None:
    for name in ("bad", "worse"):
        write_package(in_process, name, {PARTICIPANTS: {"tea": name}})
    with pytest.raises(
        PluginError, match=r"of the package bad 1\.0: the package worse 1\.0 has a plug-in of"
    ):
        Settings()
