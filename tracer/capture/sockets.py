"""Search for the process at the client's end of a local TCP connection.

On Linux, a query to the kernel for exactly one socket (netlink, sock_diag(7)) returns its inode and user.
The process is the one with a descriptor of that inode. Most connections come from a known process, so
known processes are searched first. All processes are searched, newest first, only for a new client. On
other systems, and if the kernel does not answer, psutil lists all sockets of the system.

Some clients cannot be found: a client on another machine or in another network namespace, a process of
another user (unless tracer runs as root), a client that has already closed its socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import itertools
import os
import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Address", "SocketOwners", "socket_owners"]

Address = tuple[str, int]
"""An IP address as text, with its scope if it has one (``fe80::1%eth0``), and a port."""

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_NLMSG_ERROR = 2
_ANY_STATE = 0xFFFFFFFF
_NO_COOKIE = b"\xff" * 8
_HEADER = struct.Struct("=IHHII")  # struct nlmsghdr
_REQUEST = struct.Struct("=BBBBI")  # struct inet_diag_req_v2, without the socket's ID
_PORTS = struct.Struct("!HH")
_ANSWER = struct.Struct("=4x2x2s44x12xII")  # struct inet_diag_msg: destination port, user, inode
_LONGEST_ANSWER = 8192

_RECENT = 64
"""Number of remembered processes. A client often uses the same descriptor number again."""

_SEARCHED = 8
"""Number of recent processes, and of children of the latest process, with a search of all descriptors."""


class SocketOwners(Protocol):
    """A search for the process that holds a socket."""

    async def find(self, client: Address, proxy: Address) -> int | None:
        """Return the ID of the process that connected ``client`` to ``proxy``, None if it is not found.

        If several processes hold the socket, return the process that the others inherited it from.
        """


def socket_owners() -> SocketOwners:
    """Return the fastest search that this system supports."""
    return _DiagSocketOwners() if sys.platform == "linux" else _ListedSocketOwners()


class _ListedSocketOwners:
    """A search in the list of all sockets of the system, in a thread, as the search is slow."""

    async def find(self, client: Address, proxy: Address) -> int | None:
        return await asyncio.to_thread(self._find, client, proxy)

    @staticmethod
    def _find(client: Address, proxy: Address) -> int | None:
        with contextlib.suppress(psutil.Error, OSError):
            ends = _end(client), _end(proxy)
            for connection in psutil.net_connections(kind="tcp"):
                if connection.pid and _has_ends(connection, ends):
                    return _first_listed(connection.pid, ends)
        return None


class _Socket(NamedTuple):
    inode: int
    user: int


class _DiagSocketOwners:
    """A query to the kernel for one socket, and a search for the process with its descriptor.

    Steps that take microseconds run in the thread of the event loop. Only the search of all processes
    runs in another thread, as its time grows with the system.
    """

    def __init__(self) -> None:
        self._fallback = _ListedSocketOwners()
        self._works = False
        self._recent: dict[int, int] = {}  # process ID to descriptor, the latest last
        self._hidden_users: set[int] = set()

    async def find(self, client: Address, proxy: Address) -> int | None:
        try:
            client_socket = _query(client, proxy)
            # A kernel without the module also reports a missing socket. But the proxy's own end exists.
            self._works = self._works or client_socket is not None or _query(proxy, client) is not None
        except OSError:
            self._works, client_socket = False, None
        if not self._works:
            return await self._fallback.find(client, proxy)
        if client_socket is None or not client_socket.inode:
            return None
        target = f"socket:[{client_socket.inode}]"
        holder = self._recent_holder(target) or await self._any_holder(target, client_socket, client, proxy)
        if holder is None:
            return None
        pid, descriptor = holder
        self._recent.pop(pid, None)
        self._recent[pid] = descriptor
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]
        return pid

    def _recent_holder(self, target: str) -> tuple[int, int] | None:
        recent = [*reversed(self._recent.items())]
        for pid, descriptor in recent:
            if _target(pid, descriptor) == target:
                return _first_holder(pid, descriptor, target)
        pids = [pid for pid, _ in recent[:_SEARCHED]]
        children = _children(pids[0])[-_SEARCHED:] if pids else []
        return _holder([*pids, *reversed(children)], target)

    async def _any_holder(
        self, target: str, client_socket: _Socket, client: Address, proxy: Address
    ) -> tuple[int, int] | None:
        if client_socket.user in self._hidden_users:
            return None
        holder = await asyncio.to_thread(lambda: _holder(_all_processes(), target))
        if holder is None and client_socket.user != os.geteuid() and _query(client, proxy) == client_socket:
            # The socket exists, but its process is hidden, as all processes of that user are.
            self._hidden_users.add(client_socket.user)
        return holder


def _has_ends(connection: Any, ends: tuple[Address, Address]) -> bool:
    local, remote = connection.laddr, connection.raddr
    same_ports = bool(remote) and (local[1], remote[1]) == (ends[0][1], ends[1][1])
    return same_ports and (_end(local[:2]), _end(remote[:2])) == ends


def _end(address: Address) -> Address:
    """Return the address in a form for comparison: an IPv4-mapped IPv6 address as IPv4."""
    return ".".join(map(str, _packed(address[0]))), address[1]


def _first_listed(pid: int, ends: tuple[Address, Address]) -> int:
    """Return the ancestor that the process inherited the socket from, or the process itself."""
    with contextlib.suppress(psutil.Error, OSError):
        while parent := psutil.Process(pid).ppid():
            if not any(_has_ends(each, ends) for each in psutil.Process(parent).net_connections(kind="tcp")):
                break
            pid = parent
    return pid


def _query(local: Address, remote: Address) -> _Socket | None:
    """Return the socket from ``local`` to ``remote``, None without one. Raises OSError, ValueError."""
    source, destination = _packed(local[0]), _packed(remote[0])
    family = socket.AF_INET if len(source) == len(destination) == 4 else socket.AF_INET6
    identity = b"".join(
        (
            _PORTS.pack(local[1], remote[1]),
            source.ljust(16, b"\0"),
            destination.ljust(16, b"\0"),
            struct.pack("=I", _scope(local[0])),
            _NO_COOKIE,
        )
    )
    request = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 0, _ANY_STATE) + identity
    header = _HEADER.pack(_HEADER.size + len(request), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.send(header + request)
        # The kernel answers before ``send`` returns.
        answer = kernel.recv(_LONGEST_ANSWER, socket.MSG_DONTWAIT)
    if _HEADER.unpack_from(answer)[1] == _NLMSG_ERROR:
        return None
    port, user, inode = _ANSWER.unpack_from(answer, _HEADER.size)
    # If no such connection exists, the kernel returns any socket that listens on the port.
    return _Socket(inode, user) if port == _PORTS.pack(local[1], remote[1])[2:] else None


def _packed(host: str) -> bytes:
    address = ipaddress.ip_address(host)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).packed


def _scope(host: str) -> int:
    """Return the interface index of a link-local address, 0 for any other address."""
    scope = host.partition("%")[2]
    if not scope:
        return 0
    return int(scope) if scope.isdigit() else socket.if_nametoindex(scope)


def _holder(pids: Iterable[int], target: str) -> tuple[int, int] | None:
    """Search ``pids`` for a holder of the socket. Return the first holder and its descriptor, or None."""
    for pid in pids:
        descriptor = _descriptor(pid, target)
        if descriptor is not None:
            return _first_holder(pid, descriptor, target, thorough=True)
    return None


def _first_holder(pid: int, descriptor: int, target: str, *, thorough: bool = False) -> tuple[int, int]:
    """Return the ancestor that the process inherited the socket from, or the process; with the descriptor.

    A child has the socket under the same descriptor number. Only a ``thorough`` search also finds the
    parent of a child that has copied the descriptor to another number.
    """
    while True:
        parent = _parent(pid)
        if parent and _target(parent, descriptor) == target:
            pid = parent
            continue
        copied = _descriptor(parent, target) if parent and thorough else None
        if copied is None:
            return pid, descriptor
        pid, descriptor = parent, copied


def _descriptor(pid: int, target: str) -> int | None:
    folder = f"/proc/{pid}/fd"
    try:
        names = os.listdir(folder)  # noqa: PTH208 - a Path for each name costs more than the search
    except OSError:
        return None
    return next((int(name) for name in names if _target(pid, name) == target), None)


def _target(pid: int, descriptor: int | str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/fd/{descriptor}")  # noqa: PTH115 - as above
    except OSError:
        return ""


def _parent(pid: int) -> int:
    """Return the parent's process ID, 0 if there is none."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        return int(stat[stat.rindex(b")") + 2 :].split(maxsplit=2)[1])
    return 0


def _children(pid: int) -> list[int]:
    """Return the children of a process in the order of their IDs; empty if the kernel does not list them."""
    return sorted(itertools.chain.from_iterable(_children_of_threads(pid)))


def _children_of_threads(pid: int) -> Iterator[list[int]]:
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - as above
            with contextlib.suppress(OSError):
                yield [*map(int, Path(f"/proc/{pid}/task/{thread}/children").read_bytes().split())]


def _all_processes() -> list[int]:
    names = os.listdir("/proc")  # noqa: PTH208 - as above
    return sorted((int(name) for name in names if name.isdigit()), reverse=True)
