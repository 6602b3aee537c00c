"""The addon's options: ``mitmdump --set trace_dir=…``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tracer import rulefolders
from tracer.capture.certificate_files import unusable
from tracer.errors import InputError
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.settings import LIMIT, LINGER, Draw, Settings
from tracer.writability import naming_option

if TYPE_CHECKING:
    from mitmproxy.addonmanager import Loader
    from mitmproxy.options import Options

    from tracer.capture.mitm.patching import Removal

__all__ = ["AUTHORITY", "OPTIONS", "PREFIX", "Option", "declare", "quieten", "read", "settings"]

PREFIX = "trace_"

AUTHORITY = "ssl_verify_upstream_trusted_ca"
"""mitmproxy's option for the cloud's CA file. mitmproxy loads the file only when it opens a connection."""

_ON_ERROR = ("stop", "pass")
_SIZE = re.compile(r"(?P<number>[0-9]{1,15}) ?(?:(?P<unit>[KMG])i?B?)?", re.IGNORECASE)


class Option(NamedTuple):
    """An option of the addon, without the prefix of its name."""

    name: str
    type: Any
    default: Any
    help: str


OPTIONS = (
    Option("dir", str, "recordings", "Folder that recordings are written to."),
    Option("release", str, "", "OpenStack release of the cloud, such as zed or 2026.2."),
    Option("sequence", str, "", "Documented sequence to match with: a name or a file."),
    Option(
        "participants",
        str,
        "",
        "Comma-separated: name=URL (receives) and name=PORT (sends by that proxy port).",
    ),
    Option("diagram", str, "mmd", "Comma-separated kinds of diagram: mmd, svg, png; may be empty."),
    Option(
        "limit",
        str,
        str(LIMIT),
        "Keep bodies up to this size (bytes, KiB, MiB or GiB), and stream bodies announced as larger.",
    ),
    Option(
        "linger",
        str,
        f"{LINGER:g}",
        "Seconds to wait for more service calls.",
    ),
    Option(
        "policy", Sequence[str], [], "File with rules to add to the redaction policy; may be given again."
    ),
    Option("rules", Sequence[str], [], "Folder with rules of your own, see --rules; may be given again."),
    Option("on_error", str, "stop", "When recording fails: stop the proxy, or pass traffic unrecorded."),
)


def declare(loader: Loader) -> None:
    """Declare the options to mitmproxy."""
    for option in OPTIONS:
        loader.add_option(PREFIX + option.name, option.type, option.default, option.help)


def _size(text: str) -> int:
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InputError("limit", f"expected a size such as 65536 or 1MiB, got {text!r}")
    power = "KMG".index(match["unit"].upper()) + 1 if match["unit"] else 0
    return int(match["number"]) << (10 * power)


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError("linger", f"expected a number of seconds, got {text!r}") from None


def _check_authority(file: str | None) -> None:
    """Raise InputError for a CA file that mitmproxy cannot load. None stands for the default CAs."""
    if file == "":
        raise InputError(AUTHORITY, "it is empty: name the file of the cloud's CA, or leave the option out")
    if file is not None and (reason := "it is a folder" if Path(file).is_dir() else unusable(file)):
        raise InputError(AUTHORITY, f"cannot use {file}: {reason}")


def quieten(options: Options) -> Removal:
    """Stop mitmdump from printing URLs, as they may contain secrets. An explicit ``flow_detail`` stays.

    Return a function that restores the option, unless the option has been changed since.
    """
    if "flow_detail" not in options or options.flow_detail != options.default("flow_detail"):
        return lambda: None
    options.update(flow_detail=0)

    def restore() -> None:
        if "flow_detail" in options and options.flow_detail == 0:
            options.update(flow_detail=options.default("flow_detail"))

    return restore


def read(options: Options, draw: Draw | None) -> tuple[Settings, bool]:
    """Return the settings from the options, and whether a failure of recording stops the proxy.

    Raises InputError with the full name of the wrong option, and OutputError if the folder is unusable.
    """
    try:
        with naming_option(f"{PREFIX}dir"):
            return _read(options, draw)
    except InputError as error:
        if error.source not in {option.name for option in OPTIONS}:
            raise
        raise InputError(f"{PREFIX}{error.source}", error.problem, error.location) from None


def settings(values: Mapping[str, Any], draw: Draw | None) -> Settings:
    """Return the settings from the ``values`` of all options, by their names without the prefix.

    Raises InputError with the name of the wrong option, and OutputError if the folder is unusable.
    """
    if values["on_error"] not in _ON_ERROR:
        raise InputError("on_error", f"expected {' or '.join(_ON_ERROR)}, got {values['on_error']!r}")
    return Settings(
        folder=Path(values["dir"]).expanduser(),
        release=values["release"] or None,
        sequence=values["sequence"] or None,
        participants=ParticipantMap(values["participants"]),
        diagrams=tuple(filter(None, (kind.strip() for kind in values["diagram"].split(",")))),
        draw=draw,
        limit=_size(values["limit"]),
        linger=_seconds(values["linger"]),
        policies=tuple(Path(path).expanduser() for path in values["policy"]),
    )


def _read(options: Options, draw: Draw | None) -> tuple[Settings, bool]:
    for name in options.deferred:
        # mitmproxy accepts undeclared options silently.
        if name.startswith(PREFIX):
            raise InputError(name, "there is no such option")
    if options.trace_rules:
        rulefolders.use(map(Path, options.trace_rules))
    _check_authority(getattr(options, AUTHORITY))
    values = {option.name: getattr(options, PREFIX + option.name) for option in OPTIONS}
    return settings(values, draw), options.trace_on_error == "stop"
