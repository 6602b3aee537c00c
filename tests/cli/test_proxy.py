"""``tracer proxy`` with a small server in the place of a cloud."""

from __future__ import annotations

import contextlib
import fcntl
import http.server
import os
import pty
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import TRACER, tracer
from tests.patience import PATIENCE
from tests.servers import free_ports, serving
from tracer.capture.mitm.options import OPTIONS
from tracer.cli import proxy
from tracer.cli.app import parser_of, verbs
from tracer.cli.defaults import apply_defaults
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhiJo21aZ"
ENDED = "tracer: the display has ended (stdout: {}); recording does not need it\n"
CLIENT = """
import os, sys, urllib.request
token = {"X-Auth-Token": os.environ["TOKEN"]}
request = urllib.request.Request(os.environ["CLOUD"] + sys.argv[1], headers=token)
urllib.request.urlopen(request).read()
"""


class _Hostile(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200, f"\x1b]0;owned\x07 {TOKEN}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def cloud() -> Iterator[str]:
    with serving(_Hostile) as url:
        yield url


class Proxy:
    """A proxy of one's own; everything it prints is kept."""

    def __init__(self, process: subprocess.Popen[bytes], output: int) -> None:
        self.process = process
        self._output = output
        self._printed = b""
        self.url = self.wait_for(r"export http_proxy=(\S+) no_proxy")[1]

    @property
    def printed(self) -> str:
        return self._printed.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, pattern: str) -> re.Match[str]:
        deadline = time.monotonic() + PATIENCE
        while not (match := re.search(pattern, self.printed)):
            assert time.monotonic() < deadline, self.printed
            assert self._read(), self.printed
        return match

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def ask(self, cloud: str, path: str = "/image/v2/images") -> None:
        ask(self.url, cloud, path)

    def _read(self) -> bool:
        if not select.select([self._output], [], [], PATIENCE)[0]:
            return False
        try:
            data = os.read(self._output, 65536)
        except OSError:  # the end of a terminal
            return False
        self._printed += data
        return bool(data)


def configure(folder: Path, text: str) -> None:
    """Write the configuration of mitmproxy for a proxy that starts in ``folder``."""
    (folder / ".mitmproxy").mkdir()
    (folder / ".mitmproxy" / "config.yaml").write_text(text)


def ask(url: str, cloud: str, path: str = "/image/v2/images") -> None:
    environment = {**os.environ, "http_proxy": url, "no_proxy": "", "CLOUD": cloud, "TOKEN": TOKEN}
    subprocess.run([sys.executable, "-c", CLIENT, path], env=environment, check=True, timeout=PATIENCE)


@contextmanager
def started(folder: Path, *words: str, columns: int = 0, errors: Path | None = None) -> Iterator[Proxy]:
    """Start ``tracer proxy`` with a pipe, or with a terminal of ``columns``. ``errors`` receives stderr."""
    if columns:
        output, end = pty.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    else:
        output, end = os.pipe()
    environment = {**os.environ, "TERM": "xterm-256color", "HOME": str(folder)}
    for name in ("COLUMNS", "NO_COLOR"):
        environment.pop(name, None)
    error_output = os.open(errors, os.O_WRONLY | os.O_CREAT) if errors else end
    process = subprocess.Popen(
        [TRACER, "proxy", "--port", "0", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=end,
        stderr=error_output,
    )
    for number in {end, error_output}:
        os.close(number)
    try:
        yield Proxy(process, output)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(output)


def test_exchanges_are_lines_and_the_end_writes_the_recording(cloud: str, tmp_path: Path) -> None:
    with started(tmp_path, "--release", "zed", "--diagram", "") as running:
        running.ask(cloud)
        running.wait_for(r"\.yaml \(1 exchange")
        assert running.stop() == 0
    assert f"export http_proxy={running.url} no_proxy= NO_PROXY=\n" in running.printed
    certificate = tmp_path / ".mitmproxy" / "mitmproxy-ca-cert.pem"
    assert f"export https_proxy={running.url} OS_CACERT={certificate}\n" in running.printed
    line = r"^\d\d:\d\d:\d\d  client → glance  GET /image/v2/images → 200 \S+ <token-1>$"
    assert re.search(line, running.printed, re.MULTILINE), running.printed
    (path,) = (tmp_path / "recordings" / "zed").iterdir()
    assert str(path.relative_to(tmp_path)) in running.printed
    assert load(path).cloud.release == "zed"
    assert TOKEN not in running.printed
    assert "\x1b" not in running.printed
    assert "\x07" not in running.printed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_runs_in_progress(cloud: str, tmp_path: Path, number: int) -> None:
    """A client of an unknown process is idle for seconds before its run is over."""
    with started(tmp_path) as running:
        host, port = running.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as client:  # this process does not end
            client.sendall(f"GET {cloud}/image/v2/images HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert client.recv(100)
            running.wait_for("GET /image/v2/images")
            assert running.stop(number) == 0
    (path,) = (tmp_path / "recordings").glob("*.yaml")
    assert load(path).interrupted == "the proxy stopped while the client was still running"


def test_a_terminal_shows_a_table(cloud: str, tmp_path: Path) -> None:
    with started(tmp_path, columns=100) as running:
        running.ask(cloud)
        running.wait_for(r"\.yaml \(1 exchange")
        assert running.stop() == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", running.printed)
    head, row = re.findall(r"^(?:time|\d\d:\d\d:\d\d) .*$", plain, re.MULTILINE)
    assert head.split() == ["time", "from", "→", "to", "message", "label"]
    assert head.index("message") == row.index("GET /image/v2/images → 200 ")
    assert len(row) == len(head) == 100
    assert TOKEN not in running.printed
    assert "\x1b]" not in running.printed
    assert "\x07" not in running.printed


def test_a_narrow_terminal_shows_lines(cloud: str, tmp_path: Path) -> None:
    with started(tmp_path, columns=60) as running:
        running.ask(cloud)
        running.wait_for(r"\.yaml \(1 exchange")
        running.stop()
    assert "client → glance  GET /image/v2/images → 200" in running.printed


def test_a_reader_that_leaves_ends_only_the_display(cloud: str, tmp_path: Path) -> None:
    """Exchanges before and after the end of the pipe are recorded; Ctrl-C ends with 0."""
    with started(tmp_path, errors=tmp_path / "errors") as running:
        running.ask(cloud)
        running.wait_for(r"\.yaml \(1 exchange")
        os.dup2(os.open(os.devnull, os.O_RDONLY), running._output)
        for _ in range(2):
            running.ask(cloud)
        assert running.stop() == 0
    assert (tmp_path / "errors").read_text() == ENDED.format("Broken pipe")
    assert len(list((tmp_path / "recordings").glob("*.yaml"))) == 3


@pytest.mark.parametrize("errors", ["errors", "/dev/full"])
def test_a_display_that_never_began_leaves_the_traffic_alone(cloud: str, tmp_path: Path, errors: str) -> None:
    (port,) = free_ports(1)
    with Path("/dev/full").open("wb") as full, (tmp_path / errors).open("wb") as stderr:
        process = subprocess.Popen(
            [TRACER, "proxy", "--port", str(port)], cwd=tmp_path, stdout=full, stderr=stderr
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not listens(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        ask(f"http://127.0.0.1:{port}", cloud)
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 0
    if errors == "errors":
        assert (tmp_path / errors).read_text() == ENDED.format("No space left on device")
    assert len(list((tmp_path / "recordings").glob("*.yaml"))) == 1


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_options_of_mitmdump_follow(cloud: str, tmp_path: Path) -> None:
    with started(tmp_path, "--", "-w", "flows", "--set", "trace_release=2026.2") as running:
        running.ask(cloud)
        running.wait_for(r"\.yaml \(1 exchange")
        assert running.stop() == 0
    assert (tmp_path / "flows").stat().st_size > 0
    assert len(list((tmp_path / "recordings" / "2026.2").glob("*.yaml"))) == 1


@pytest.mark.parametrize("word", ["-v", "--verbose", "-vq"])
def test_a_verbose_log_has_no_secret(cloud: str, tmp_path: Path, word: str) -> None:
    """Neither ``--verbose`` nor mitmproxy's own configuration shows flows."""
    configure(tmp_path, "flow_detail: 3\nproxy_debug: true\n")
    with started(tmp_path, "--", word, "--set", "flow_detail=0") as running:
        running.ask(cloud, "/image/v2/images?password=geheim-1")
        running.wait_for(r"\.yaml \(1 exchange")
        assert running.stop() == 0
    assert "client connect" in running.printed, "the log is verbose"
    assert TOKEN not in running.printed
    assert "geheim-1" not in running.printed


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--set", "flow_detail=2"), "flow_detail"),
        (("--flow-detail", "3"), "flow_detail"),
        (("-v", "--set", "proxy_debug=true"), "proxy_debug"),
        (("--set", "proxy_debug"), "proxy_debug"),
    ],
)
def test_an_option_that_prints_secrets_is_refused(words: tuple[str, ...], name: str, tmp_path: Path) -> None:
    ended = tracer("proxy", "--port", "0", "--", *words, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr == (
        f"tracer: {name}: this option of mitmdump prints passwords and tokens; leave it out, or use "
        'mitmdump -s "$(tracer addon)" with it\n'
    )
    assert ended.stdout == ""


def test_a_flag_has_priority_over_the_configuration_of_mitmproxy(cloud: str, tmp_path: Path) -> None:
    configure(tmp_path, "trace_release: zed\ntrace_diagram: ''\n")
    with started(tmp_path, "--release", "2026.2") as running:
        running.ask(cloud)
        running.wait_for(r"\.yaml \(1 exchange")
        running.stop()
    assert [path.suffix for path in (tmp_path / "recordings" / "2026.2").iterdir()] == [".yaml"]


def test_a_flag_with_the_value_of_its_default_has_priority_too(cloud: str, tmp_path: Path) -> None:
    configure(tmp_path, f"trace_dir: {tmp_path / 'configured'}\ntrace_diagram: ''\ntrace_limit: 1k\n")
    with started(tmp_path, "-o", "recordings", "--diagram", "mmd") as running:
        running.ask(cloud)
        running.wait_for(r"\.yaml \(1 exchange")
        running.stop()
    assert sorted(path.suffix for path in (tmp_path / "recordings").iterdir()) == [".mmd", ".yaml"]
    assert not (tmp_path / "configured").exists()


@pytest.mark.parametrize(("words", "code"), [(("--on-error", "stop"), 1), ((), 0)])
def test_on_error_stop_has_priority_over_the_configuration_of_mitmproxy(
    words: tuple[str, ...], code: int, cloud: str, tmp_path: Path
) -> None:
    configure(tmp_path, "trace_on_error: pass\n")
    with started(tmp_path, *words) as running:
        shutil.rmtree(tmp_path / "recordings", ignore_errors=True)
        (tmp_path / "recordings").write_text("")  # a file instead of the folder
        with contextlib.suppress(subprocess.CalledProcessError):  # the proxy may stop before the answer
            running.ask(cloud)
        running.wait_for("the proxy stops, as it could not record" if code else "not recorded: ")
        assert running.stop() == code


def test_a_port_in_use_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ended = tracer("proxy", "--port", port, cwd=tmp_path)
    problem = "the port is in use; choose a free one with --port, or any with --port 0"
    assert (ended.returncode, ended.stderr) == (2, f"tracer: 127.0.0.1:{port}: {problem}\n")
    assert "export" not in ended.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--limit", "x"), "tracer: --limit: expected a size such as 65536 or 1MiB, got 'x'"),
        (("--sequence", "nosuch"), "tracer: --sequence: "),
        (("--participants", "x"), "tracer: --participants: "),
        (("--policy", "missing"), "tracer: missing: "),
        (("--out", "/proc/x"), "tracer: cannot write /proc/x: no such folder (--out chooses another folder)"),
        (("--port", "70000"), "tracer proxy: argument --port: expected a number from 0 to 65535"),
        (("--on-error", "x"), "tracer proxy: argument --on-error: expected one of stop, pass, got 'x'"),
        (("--host", "192.0.2.1"), "tracer: 192.0.2.1:8080: cannot listen there ("),
    ],
)
def test_a_wrong_option_is_one_line_that_names_the_flag(
    words: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    ended = tracer("proxy", *words, cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith(problem)
    assert ended.stderr.count("\n") == 1


def test_a_wrong_option_of_mitmdump_ends_with_1(tmp_path: Path) -> None:
    ended = tracer("proxy", "--port", "0", "--", "--nosuch", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.endswith("\nmitmdump: error: unrecognized arguments: --nosuch\n")
    assert "deprecated" not in ended.stdout  # mitmdump had an option --port


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("trace_limit: 1048576\n", "trace_limit: expected text, got a number: write it in quotes"),
        ("mode: [nonsense]\n", "Invalid proxy mode specification: nonsense (unknown mode)"),
        ("scripts: [missing.py]\n", "No such script: {}/missing.py"),
    ],
)
def test_a_faulty_configuration_of_mitmproxy_is_one_line_that_names_the_file(
    text: str, problem: str, tmp_path: Path
) -> None:
    configure(tmp_path, text)
    ended = tracer("proxy", "--port", "0", cwd=tmp_path, HOME=str(tmp_path))
    path = tmp_path / ".mitmproxy" / "config.yaml"
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"tracer: {path}: {problem.format(path.parent)}\n"


@pytest.mark.parametrize("words", [("--set", "confdir=file"), ("-r", "missing"), ("-s", "missing.py")])
def test_an_option_that_stops_the_start_shows_no_traceback(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = tracer("proxy", "--port", "0", "--", *words, cwd=tmp_path)
    assert ended.returncode == 1
    assert words[-1].rpartition("=")[2] in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_the_author_of_a_script_sees_its_traceback(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("\nnosuch\n")
    ended = tracer("proxy", "--port", "0", "--", "-s", "script.py", cwd=tmp_path)
    assert ended.returncode == 1
    assert 'script.py", line 2, in <module>' in ended.stdout


def test_each_option_of_the_addon_has_a_flag_that_shows_its_default() -> None:
    """A flag that is not given leaves mitmproxy's own configuration alone."""
    parser = parser_of("proxy")
    assert proxy._given(parser.parse_args([])) == {}
    flags = [" ".join(entry.split()) for entry in re.split(r"\n  (?=-)", parser.format_help())]
    for option in OPTIONS:
        name = "out" if option.name == "dir" else option.name.replace("_", "-")
        (text,) = [entry for entry in flags if re.match(rf"(?:-\w(?: \w+)?, )?--{name} ", entry)]
        shown = re.search(r"\(default: (.*?)\)", text)
        assert (shown[1] if shown else "") == str(option.default or ""), text


def test_a_default_of_tracer_toml_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tracer.toml").write_text("rules = []\n[proxy]\nout = 'recordings'\non-error = 'stop'\n")
    parser = parser_of("proxy")
    apply_defaults(parser, "proxy", verbs())
    assert proxy._given(parser.parse_args([])) == {"dir": "recordings", "on_error": "stop", "rules": []}
    given = proxy._given(parser.parse_args(["-o", "traces", "--rules", "mine"]))
    assert given == {"dir": "traces", "on_error": "stop", "rules": ["mine"]}
