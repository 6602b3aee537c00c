"""The files for CI in the documentation, and the hook for pre-commit: valid YAML, with commands of tracer."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from tracer.cli.app import parser_of

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "how-to" / "ci.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^ *(?:- (?:run: )?)?tracer (.+?)(?: > \S+)?(?: \|\| true)?$", re.MULTILINE)


@pytest.fixture
def files() -> list[str]:
    """The YAML files of the page."""
    return re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_every_file_is_yaml(files: list[str]) -> None:
    assert [type(yaml.safe_load(file)) for file in files] == [dict, dict, list, list, list, dict]


def test_the_jobs_have_the_steps_that_the_page_tries(files: list[str]) -> None:
    tried = set(_commands(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1]))
    jobs = [set(_commands(file)) for file in files if _commands(file)]
    assert len(jobs) == 3
    for job in jobs:
        assert {command.split()[0] for command in job} == {"scan", "check", "matrix", "diff"}
        assert {command.replace(" --fail-on breaking", "") for command in job} <= {
            command.replace(" --fail-on breaking", "") for command in tried
        }


def test_tracer_knows_every_command(files: list[str]) -> None:
    commands = [command for file in files for command in _commands(file)]
    assert len(commands) == 14
    for command in commands:
        verb, *words = shlex.split(command)
        assert vars(parser_of(verb).parse_args(words))


def test_the_hook_of_the_page_is_offered(files: list[str]) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert yaml.safe_load(files[-1])["repos"][0]["hooks"][0]["id"] == hook["id"]
    program, verb = hook["entry"].split()
    assert program == "tracer"
    assert vars(parser_of(verb).parse_args(["a.yaml", "b.yaml"]))


def _commands(text: str) -> list[str]:
    return COMMAND.findall(text)
