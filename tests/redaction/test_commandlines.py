"""Options of programs in texts: the user and password of curl in a script."""

from __future__ import annotations

import time

import pytest

from tests.redaction.text_forms import NESTINGS, assert_removed
from tracer.redaction import Redactor, load_policy

POLICY = load_policy()
VALUE = "kJ7xQ2"
COMMANDS = [
    "curl -u admin:{} http://h/",
    "  /usr/bin/curl -sSu 'admin:{}' http://h/ | tee -a keep:this",
    "curl --user=admin:{}; id -u keep:this",
    "set -e\ncurl -uadmin:{} h\nid -g keep:this\n",
    "x=$(curl \\\n  -s \\\n  -u admin:{} h)\n",
    'run: curl --proxy-user "a:{}" h # a comment',
    "sshpass -p {} ssh h",
    "swift -K {} list",
    "curl -b sid={} h",
    "curl -E cert.pem:{} h",
]


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_secret_of_a_program_is_removed(command: str, nesting: str) -> None:
    assert_removed(NESTINGS[nesting](command.format(VALUE)), VALUE, ["keep:this"])


@pytest.mark.parametrize(
    "text",
    [
        "use curl -u option and -p",
        "curl -u $USER:$PASS h",
        "curl -u USER:PASSWORD h",
        "curl -u user h",
        "curl http://h/; id -u x:y",
        "mycurl -u a:kJ7xQ2 h",
        "curl -p kJ7xQ2",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor(POLICY).text(text) == text


@pytest.mark.parametrize("unit", ["curl -u a:b1 ", "curl ", "curl -u 'a", "curl -u \\\n"])
def test_command_lines_are_read_in_linear_time(unit: str) -> None:
    text = unit * (250_000 // len(unit))
    start = time.process_time()
    list(POLICY.pairs.find(text))
    assert time.process_time() - start < 20
