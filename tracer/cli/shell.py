"""Shell lines that direct a shell to a cloud, and lines that restore it.

The lines keep the earlier values inside the shell, as ``TRACER_OLD_<NAME>``: a printed value could be a
password. ``TRACER_SET`` names the variables that differ from the shell before, and ``TRACER_PATH`` the
folder that was added to ``PATH``.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["restoring_lines", "setting_lines"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SET = "TRACER_SET"
_OLD = "TRACER_OLD_"
_FOLDER = "TRACER_PATH"
_PROXY = "TRACER_PROXY"
"""The variable that marks the proxy in a shell as set by tracer, not by the user."""

_PROXY_NAMES = ("http_proxy", "no_proxy")


def setting_lines(
    shell: Mapping[str, str], variables: Mapping[str, str], proxy: str | None, commands: str
) -> Iterator[str]:
    """Yield the lines for a shell with the environment ``shell``.

    They export ``variables`` and unset every other variable ``OS_…``, which would override some of them.
    With ``proxy``, HTTP requests go to this URL. ``commands`` becomes the first folder of ``PATH``.
    """
    proxies = {"http_proxy": proxy, "no_proxy": "", _PROXY: proxy} if proxy else {}
    wanted = {*variables, *proxies}
    others = {name for name in shell if name.startswith("OS_") and _NAME.fullmatch(name)} - wanted
    before = _changed(shell)
    stale = {name for name in before - wanted if not name.startswith("OS_")}
    yield from _restored(shell, stale)
    for name in sorted((wanted | others) - before):
        if name in shell:
            yield f'export {_OLD}{name}="${name}"'
    if others:
        yield f"unset {' '.join(sorted(others))}"
    for name, value in variables.items():
        yield f"export {name}={shlex.quote(value)}"
    if proxy:
        yield f"export http_proxy={proxy} no_proxy= {_PROXY}={proxy}"
    yield f"export {_SET}={shlex.quote(' '.join(sorted((wanted | others | before) - stale)))}"
    yield from _without_folder(shell)
    yield f'export PATH={shlex.quote(commands)}{os.pathsep}"$PATH"'
    yield f"export {_FOLDER}={shlex.quote(commands)}"


def restoring_lines(shell: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines that undo ``setting_lines`` in a shell with the environment ``shell``."""
    changed = _changed(shell)
    yield from _restored(shell, changed)
    yield from _without_folder(shell)
    own = {
        name for name in shell if name in (_SET, _FOLDER) or (name.startswith(_OLD) and _NAME.fullmatch(name))
    }
    if left := sorted(own - {f"{_OLD}{name}" for name in changed}):
        yield f"unset {' '.join(left)}"


def _changed(shell: Mapping[str, str]) -> set[str]:
    """Return the names of the variables that earlier lines set or unset. A later proxy is the user's own."""
    names = {name for name in shell.get(_SET, "").split() if _NAME.fullmatch(name)}
    if _PROXY in shell:  # an earlier version of tracer set no other mark
        names |= {_PROXY, *_PROXY_NAMES}
    return names if shell.get("http_proxy") == shell.get(_PROXY) else names - {*_PROXY_NAMES}


def _restored(shell: Mapping[str, str], names: set[str]) -> Iterator[str]:
    """Yield the lines that give the variables their earlier values."""
    kept = {name: f"{_OLD}{name}" for name in sorted(names) if f"{_OLD}{name}" in shell}
    for name, old in kept.items():
        yield f'export {name}="${old}"'
    if gone := [*kept.values(), *sorted(names - kept.keys())]:
        yield f"unset {' '.join(gone)}"


def _without_folder(shell: Mapping[str, str]) -> Iterator[str]:
    """Yield the line that removes the added folder from ``PATH``, if it is there."""
    entries = shell.get("PATH", "").split(os.pathsep)
    added = shell.get(_FOLDER)
    if added and added in entries:
        entries.remove(added)
        yield f"export PATH={shlex.quote(os.pathsep.join(entries))}"
