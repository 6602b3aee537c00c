"""The client command, with an environment that selects the proxy, and with copies of its output."""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import signal
import subprocess
import termios
import threading
from typing import TYPE_CHECKING, BinaryIO, Protocol

from tracer.counting import counted
from tracer.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracer.model import Output

__all__ = ["KEEP", "ClientCommand", "StartedClient", "proxied"]

KEEP = 2**20
"""Maximum size of recorded output in bytes. Longer output is passed on and not recorded."""

_PROXY_NAMES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
_CLEARED_NAMES = ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY")
_CA_NAMES = ("OS_CACERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def proxied(environment: Mapping[str, str], proxy: str, authority: Path) -> dict[str, str]:
    """Return ``environment`` changed so that a client uses ``proxy`` (a URL) and trusts its CA.

    ``authority`` is the file of the CA certificate.
    """
    changed = {name: value for name, value in environment.items() if name not in _CLEARED_NAMES}
    return changed | dict.fromkeys(_PROXY_NAMES, proxy) | dict.fromkeys(_CA_NAMES, str(authority))


class StartedClient(Protocol):
    """A client to record, which has started: a command, or one request.

    ``is_alone`` tells if all connections to the proxy are its own.
    """

    is_alone: bool

    @property
    def pid(self) -> int:
        """The process ID of the client."""

    @property
    def ended(self) -> bool:
        """True if an earlier ``wait`` or ``poll`` has seen the end of the client."""

    @property
    def killed_by(self) -> str:
        """The name of the signal that ended the client; empty if none did."""

    @property
    def output(self) -> tuple[str, str]:
        """The recorded output of the client: stdout and stderr."""

    @property
    def outcome(self) -> Output | None:
        """The output and the exit code for the recording, None for a client that has neither."""

    def wait(self) -> int:
        """Wait for the end of the client. Return its exit code."""

    def poll(self) -> bool:
        """Return whether the client has ended."""

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send the signal ``number`` to the client if it still runs."""


class ClientCommand:
    """A running client command. Raises CommandError if the command cannot be started.

    The command works in ``folder``, by default the current one. Its output is copied immediately to
    ``stdout`` and ``stderr`` (files with a descriptor, or None for no copy). If such a file is a
    terminal, the command gets a terminal too, as its output may depend on that.
    """

    is_alone = False

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        stdout: BinaryIO | None,
        stderr: BinaryIO | None,
        folder: Path | None = None,
    ) -> None:
        self._channels = (_Channel(stdout), _Channel(stderr))
        try:
            self._process = subprocess.Popen(
                argv,
                env=dict(environment),
                cwd=folder,
                stdout=self._channels[0].inner,
                stderr=self._channels[1].inner,
            )
        except OSError as error:
            raise CommandError(_why_not(argv, environment, error)) from None
        finally:
            for channel in self._channels:
                channel.started()

    @property
    def pid(self) -> int:
        """The process ID of the command."""
        return self._process.pid

    def wait(self) -> int:
        """Wait for the end of the command and its output. Return the exit code, or 128 + n for a signal n."""
        code = self._process.wait()
        for channel in self._channels:
            channel.join()
        return code if code >= 0 else 128 - code

    @property
    def ended(self) -> bool:
        """True if an earlier ``wait`` or ``poll`` has seen the end of the command."""
        return self._process.returncode is not None

    def poll(self) -> bool:
        """Return whether the command has ended, according to the system."""
        return self._process.poll() is not None

    @property
    def killed_by(self) -> str:
        """The name of the signal that ended the command; empty if none did."""
        code = self._process.returncode
        if code is None or code >= 0:
            return ""
        names = {number.value: number.name for number in signal.Signals}
        return names.get(-code, f"signal {-code}")  # most real-time signals have no name

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send the signal ``number`` to the command if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def output(self) -> tuple[str, str]:
        """The recorded output of the command: stdout and stderr."""
        first, second = self._channels
        return first.text, second.text

    @property
    def outcome(self) -> Output | None:
        """The output and the exit code of the command, after its end."""
        stdout, stderr = self.output
        from tracer.model import Output  # not before the client has started: it takes time

        return Output(exit=self.wait(), stdout=stdout, stderr=stderr)


def _why_not(argv: Sequence[str], environment: Mapping[str, str], error: OSError) -> str:
    command = argv[0]
    name, assigns, _ = command.partition("=")
    if assigns and "/" not in name:
        # The value may be a secret.
        return f"cannot start {name + '=…'!r}: set variables before tracer, or with env after the --"
    if isinstance(error, FileNotFoundError) and command == "openstack":
        hint = "install python-openstackclient, or start an embedded cloud, which has one"
        return f"cannot start 'openstack': no such command; {hint}"
    reason = "no such command" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
    problem = f"cannot start {command!r}: {reason}"
    if isinstance(error, FileNotFoundError) and _is_quoted(command, environment):
        words = " ".join([command.strip(), *map(shlex.quote, argv[1:])])
        return f"{problem}; write the command without quotes: tracer record -- {words}"
    return problem


def _is_quoted(word: str, environment: Mapping[str, str]) -> bool:
    """Return whether ``word`` is a whole command line: it has a blank, and its first word is a command."""
    first, *others = word.split()[:2] or [""]
    return bool(others) and shutil.which(first, path=environment.get("PATH")) is not None


class _Channel:
    """An output stream of the client. A thread copies it immediately, and records up to KEEP bytes."""

    def __init__(self, outer: BinaryIO | None) -> None:
        self._outer = outer
        self._size = 0
        self._kept = bytearray()
        if outer is not None and outer.isatty():
            self._reader, self.inner = pty.openpty()
            _like(outer.fileno(), self.inner)
        else:
            self._reader, self.inner = os.pipe()
        self._thread = threading.Thread(target=self._pump, name="tracer-output", daemon=True)

    def started(self) -> None:
        """Close the client's end of the stream in this process, and start to read."""
        os.close(self.inner)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end of the stream."""
        self._thread.join()

    @property
    def text(self) -> str:
        """The recorded text, or in parentheses the reason for its absence."""
        if self._size > KEEP:
            return f"({counted(self._size, 'byte')}, not kept)"
        try:
            return self._kept.decode()
        except UnicodeDecodeError:
            return f"({counted(self._size, 'byte that is', 'bytes that are')} not text, not kept)"

    def _pump(self) -> None:
        while chunk := self._read():
            self._size += len(chunk)
            if self._size <= KEEP:
                self._kept += chunk
            self._pass_on(chunk)
        os.close(self._reader)

    def _read(self) -> bytes:
        try:
            return os.read(self._reader, 65536)
        except OSError:
            # Linux reports EIO when the client's end of a terminal is closed.
            return b""

    def _pass_on(self, chunk: bytes) -> None:
        if self._outer is None:
            return
        try:
            self._outer.write(chunk)
            self._outer.flush()
        except (BrokenPipeError, ValueError):
            self._outer = None


def _like(terminal: int, copy: int) -> None:
    """Give the terminal ``copy`` the size of ``terminal``. Disable its processing of output."""
    termios.tcsetwinsize(copy, termios.tcgetwinsize(terminal))
    attributes = termios.tcgetattr(copy)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(copy, termios.TCSANOW, attributes)
