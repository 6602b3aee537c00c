"""The public Python API, and the examples of its documentation."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import tracer
from tracer import public_api
from tracer.comparison import Comparison
from tracer.conformance.report import Check
from tracer.model import free_note
from tracer.sequences import Match

if TYPE_CHECKING:
    from tracer.model import Recording

ROOT = Path(__file__).parents[1]
SHOW = ROOT / "recordings/zed/image-show.yaml"
EXAMPLE = re.compile(r"(?<!needs a cloud -->\n)^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def show() -> Recording:
    return tracer.load(SHOW)


@pytest.mark.parametrize("page", ["python.md", "python.ko.md"])
def test_the_examples_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    monkeypatch.chdir(tmp_path)
    examples = EXAMPLE.findall((ROOT / "docs/reference" / page).read_text(encoding="utf-8"))
    assert len(examples) == 5
    exec(compile("\n".join(examples), page, "exec"), {})
    assert "conforms []" in capsys.readouterr().out
    assert Path("image-show.mmd").read_text(encoding="utf-8").startswith("sequenceDiagram")
    assert tracer.load("image-show.yaml") == tracer.load(SHOW)


def test_every_public_name_is_there() -> None:
    assert sorted(tracer.__all__) == tracer.__all__
    assert set(tracer.__all__) <= set(dir(tracer))
    assert {name for name in tracer.__all__ if name[0].islower()} == set(public_api.__all__)
    for name in tracer.__all__:
        assert getattr(tracer, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'play'"):
        tracer.play  # noqa: B018


@pytest.mark.parametrize("page", ["python.md", "python.ko.md"])
def test_the_page_has_every_name_with_its_parameters(page: str) -> None:
    text = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")
    for name in tracer.__all__:
        assert re.search(rf"`(?:tracer\.)?{name}\b", text), name
        if name not in public_api.__all__:
            continue
        (written,) = re.findall(rf"^\| `{name}\((.*)\)` \|", text, re.MULTILINE)
        parameters = inspect.signature(getattr(tracer, name)).parameters.values()
        expected = [
            each.name if each.default is each.empty else f"{each.name}={_literal(each.default)}"
            for each in parameters
        ]
        assert written == ", ".join(expected)


@pytest.mark.parametrize("page", ["python.md", "python.ko.md"])
def test_the_page_names_only_fields_that_exist(page: str) -> None:
    text = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")
    results = {"check": Check, "match": Match, "compare": Comparison}
    kinds = {name: getattr(tracer, name) for name in tracer.__all__ if name[0].isupper()}
    rows = re.findall(r"^\| (`.*?`(?:, `\w+`)*) \| (.*) \|$", text, re.MULTILINE)
    checked = 0
    for first, second in rows:
        names = re.findall(r"`(\w+)", first)
        fields = {field for name in names for field in _fields(results.get(name, kinds.get(name)))}
        if fields:
            checked += 1
            assert set(re.findall(r"`(\w+)`", second)) - {*names, "Recording"} <= fields
    assert checked == 9


def _fields(kind: object) -> tuple[str, ...]:
    """Return the fields of a struct or a named tuple."""
    struct: tuple[str, ...] | None = getattr(kind, "__struct_fields__", None)
    named_tuple: tuple[str, ...] = getattr(kind, "_fields", ())
    return struct or named_tuple


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def test_importing_the_package_loads_nothing() -> None:
    script = "import sys, tracer; print([name for name in sys.modules if name.startswith('tracer.')])"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert printed.stdout == "[]\n"


def test_a_check_names_what_is_missing(show: Recording) -> None:
    shorter = msgspec.structs.replace(show, exchanges=show.exchanges[:-1])
    result = tracer.check(shorter)
    assert (result.verdict, result.missing) == ("deviates", [7, 8])
    labels = tracer.match(shorter)
    assert labels is not None
    assert labels.missing == [7, 8]


def test_a_recording_without_a_sequence_has_no_match(show: Recording) -> None:
    unknown = msgspec.structs.replace(show, command="openstack coffee brew", sequence=None)
    assert tracer.match(unknown) is None
    assert tracer.check(unknown).verdict is None
    with pytest.raises(tracer.TracerError, match="unknown sequence 'coffee'"):
        tracer.match(unknown, "coffee")


def test_volatile_values_differ_only_if_asked_for(show: Recording) -> None:
    earlier = tracer.load(ROOT / "recordings/zed/image-show.yaml")
    moved = msgspec.structs.replace(earlier, output=None)
    assert tracer.compare(show, show).differences == []
    assert tracer.compare(show, moved).differences
    assert len(tracer.compare(show, moved, strict=True).differences) >= 1


def test_a_policy_of_the_users_own_is_applied(show: Recording, tmp_path: Path) -> None:
    policy = tmp_path / "own.toml"
    policy.write_text('format = 1\n[[fields]]\nkind = "secret"\npaths = ["disk_format"]\n', encoding="utf-8")
    assert tracer.redact(show) == show
    assert "<secret-1>" in str(tracer.redact(show, [policy]))


def test_nothing_that_looks_like_a_secret_is_written(show: Recording, tmp_path: Path) -> None:
    leaking = msgspec.structs.replace(show, notes=[free_note("password: kJ7xQ2vv")])
    with pytest.raises(tracer.TracerError, match="would hold a secret"):
        tracer.dump(leaking, tmp_path / "leak.yaml")
    assert not list(tmp_path.iterdir())


def test_a_command_that_sends_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(tracer.TracerError, match=r"nothing was recorded: the command failed \(exit code 3\)"):
        tracer.record([sys.executable, "-c", "raise SystemExit(3)"], tmp_path)
