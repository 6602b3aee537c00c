"""The client command: led through the proxy by its environment, its output passed on and kept."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import termios
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from tracer.counting import counted
from tracer.errors import CommandError

__all__ = ["KEEP", "Client", "proxied"]

KEEP = 2**20
"""Output over this many bytes is passed on, but not kept."""

_PROXY_NAMES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
_CLEARED_NAMES = ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY")
_CA_NAMES = ("OS_CACERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def proxied(environment: Mapping[str, str], proxy: str, authority: Path) -> dict[str, str]:
    """The environment that leads a client through ``proxy`` (a URL) and has it trust the CA there."""
    changed = {name: value for name, value in environment.items() if name not in _CLEARED_NAMES}
    return changed | dict.fromkeys(_PROXY_NAMES, proxy) | dict.fromkeys(_CA_NAMES, str(authority))


class Client:
    """A running client command, in ``folder`` or where we are. Raises CommandError if it cannot be started.

    Its output goes to ``stdout`` and ``stderr`` (files with a descriptor, or None to keep it only) as
    it comes. Where one of them is a terminal, the client gets a terminal too: what it
    prints depends on that.
    """

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
            raise CommandError(_why_not(argv[0], error)) from None
        finally:
            for channel in self._channels:
                channel.started()

    @property
    def pid(self) -> int:
        """The client's process."""
        return self._process.pid

    def wait(self) -> int:
        """Its exit code, once it and its output have ended; as in a shell, 128 + n for a signal n."""
        code = self._process.wait()
        for channel in self._channels:
            channel.join()
        return code if code >= 0 else 128 - code

    @property
    def ended(self) -> bool:
        """Whether it is known to have ended."""
        return self._process.returncode is not None

    def poll(self) -> bool:
        """Ask the system whether it has ended."""
        return self._process.poll() is not None

    @property
    def killed_by(self) -> str:
        """The name of the signal that ended it, or nothing."""
        code = self._process.returncode
        return signal.Signals(-code).name if code is not None and code < 0 else ""

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal, if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(number)

    @property
    def output(self) -> tuple[str, str]:
        """What it printed, on stdout and stderr."""
        first, second = self._channels
        return first.text, second.text


def _why_not(command: str, error: OSError) -> str:
    name, assigns, _ = command.partition("=")
    if assigns and "/" not in name:
        # What follows may be a secret.
        return f"cannot start {name + '=…'!r}: set variables before tracer, or with env after the --"
    if isinstance(error, FileNotFoundError) and command == "openstack":
        hint = "install python-openstackclient, or start an embedded cloud, which has one"
        return f"cannot start 'openstack': no such command; {hint}"
    reason = "no such command" if isinstance(error, FileNotFoundError) else (error.strerror or str(error))
    return f"cannot start {command!r}: {reason}"


class _Channel:
    """One output of the client: read in a thread of its own, passed on at once, and kept up to KEEP bytes."""

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
        """The client has the inner end now, or will never have it."""
        os.close(self.inner)
        self._thread.start()

    def join(self) -> None:
        """Wait for the end of the output."""
        self._thread.join()

    @property
    def text(self) -> str:
        """What was kept of it, or a word on why it was not."""
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
            # Linux's way of telling that the other end of a terminal is closed (EIO).
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
    """Give the client's terminal the size of ours, and let it pass bytes as they are."""
    termios.tcsetwinsize(copy, termios.tcgetwinsize(terminal))
    attributes = termios.tcgetattr(copy)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(copy, termios.TCSANOW, attributes)
