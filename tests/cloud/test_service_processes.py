"""Child processes: nothing survives, and a failure tells its cause."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.patience import PATIENCE
from tracer.cloud import service_processes
from tracer.cloud.service_processes import LoggedCommand, end, find, last_line, run, run_together, spawn
from tracer.errors import CloudError
from tracer.processes import identify


def command(script: str, folder: Path, *words: str, standard_input: str = "") -> LoggedCommand:
    line = [sys.executable, "-I", "-c", script, *words]
    return LoggedCommand(line, {}, folder / "logs" / "x.log", folder, standard_input)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while not (path.exists() and (text := path.read_text())):
        assert time.monotonic() < deadline, path
        time.sleep(0.01)
    return text


def test_what_a_command_prints_is_in_a_private_log(tmp_path: Path) -> None:
    run(command("import sys; print(sys.stdin.read().upper())", tmp_path, standard_input="hello"), "greeting")
    log = tmp_path / "logs" / "x.log"
    assert log.read_text() == "HELLO\n"
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


def test_files_of_children_are_private(tmp_path: Path) -> None:
    run(command("open('made', 'w')", tmp_path), "making")
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600


def test_a_failure_names_purpose_cause_and_log_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CloudError) as caught:
        run(command("raise ValueError('no such thing')", tmp_path), "trying")
    log = tmp_path / "logs" / "x.log"
    assert str(caught.value) == f"trying failed: ValueError: no such thing (log: {log})"


def test_a_program_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match=r"^cannot start /no/such: No such file or directory$"):
        run(LoggedCommand(["/no/such"], {}, tmp_path / "log", tmp_path), "trying")


def test_a_failure_ends_those_that_run_beside_it(tmp_path: Path) -> None:
    beside = command("import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)", tmp_path)
    failing = command(
        "import os, time\n"
        "while not (os.path.exists('pid') and open('pid').read()): time.sleep(0.01)\n"
        "raise SystemExit(3)",
        tmp_path,
    )
    with pytest.raises(CloudError, match="ended with 3"):
        run_together([[beside], [failing]], "trying")
    assert gone(int((tmp_path / "pid").read_text()))


def test_commands_of_a_chain_run_in_order_and_chains_together(tmp_path: Path) -> None:
    first = command("import time; time.sleep(0.2); open('order', 'a').write('1')", tmp_path)
    second = command("open('order', 'a').write('2')", tmp_path)
    other = command("open('other', 'w').write('x')", tmp_path)
    run_together([[first, second], [other]], "trying")
    assert (tmp_path / "order").read_text() == "12"
    assert (tmp_path / "other").read_text() == "x"


def test_ending_takes_along_children_and_what_does_not_listen(tmp_path: Path) -> None:
    script = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("pids.part", "w").write(str(child.pid)); os.rename("pids.part", "pids")
time.sleep(60)
"""
    leader = spawn(command(script, tmp_path))
    child = int(wait_for(tmp_path / "pids"))
    assert not gone(leader)
    assert not gone(child)
    end([leader], grace=0.3)
    assert gone(leader)
    assert gone(child)


def test_processes_are_found_by_their_words_in_a_row(tmp_path: Path) -> None:
    leader = spawn(command("import time; time.sleep(60)", tmp_path, "--home", str(tmp_path), "more"))
    try:
        wait = time.monotonic() + PATIENCE
        while not find("--home", str(tmp_path)) and time.monotonic() < wait:
            time.sleep(0.01)
        assert find("--home", str(tmp_path)) == [leader]
        assert find(str(tmp_path), "--home") == []
        assert identify(leader) is not None
    finally:
        end([leader])
    assert find("--home", str(tmp_path)) == []
    assert identify(leader) is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_what_was_being_waited_for(tmp_path: Path, number: signal.Signals) -> None:
    script = """
import signal, sys
from pathlib import Path
from tracer.cloud.service_processes import LoggedCommand, run, stoppable
# Under nohup, the tests inherit an ignored SIGHUP.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
folder = Path(sys.argv[1])
child = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
with stoppable():
    run(LoggedCommand([sys.executable, "-I", "-c", child], {}, folder / "log", folder), "sleeping")
"""
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stderr=subprocess.PIPE)
    child = int(wait_for(tmp_path / "pid"))
    parent.send_signal(number)
    parent.communicate(timeout=PATIENCE)
    assert parent.returncode == (-number if number == signal.SIGINT else 128 + number)
    assert gone(child)


def test_signals_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in service_processes.STOPS]
    with service_processes.stoppable():
        assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        with service_processes.unstoppable():
            os.kill(os.getpid(), signal.SIGTERM)
    assert [signal.getsignal(number) for number in service_processes.STOPS] == before


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Traceback (most recent call last):\n  File\nKeyError: 'x'\n\n", "KeyError: 'x'"),
        ("2026-11-23 13:23:45.966 11283 ERROR glance.db [None req-a - -] no such table\n", "no such table"),
        (
            "2026-11-23 13:23:45.966 7 ERROR nova KeyError: 'x'\n2026-11-23 13:23:45.966 7 ERROR nova \n",
            "KeyError: 'x'",
        ),
        ("2026-11-23 13:23:45.966 7 INFO keystone [-] started\n", ""),
        ("error: Failed to build `a`\n  cause: no compiler\n\nhint: think\n", "no compiler"),
        ("usage: x\nkeystone-manage [a|b]: error: what is it\n", "what is it"),
        ("", ""),
    ],
)
def test_the_last_line_is_the_cause(tmp_path: Path, text: str, line: str) -> None:
    log = tmp_path / "log"
    log.write_text(text)
    assert last_line(log) == line


def test_no_log_has_no_last_line(tmp_path: Path) -> None:
    assert last_line(tmp_path / "none") == ""
