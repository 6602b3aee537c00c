"""The CA that a client command trusts without tracer, by its options, environment and clouds.yaml."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tracer.capture.client.clouds_file import CloudEntry, chosen_cloud, only_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["OPTION", "Trust", "client_trust", "with_authority"]

OPTION = "--os-cacert"
"""The option of openstackclient that overrides OS_CACERT."""

_TRUE = {"1", "true", "yes", "on"}


class Trust(NamedTuple):
    """The settings of a client for the check of the cloud's certificate.

    ``authority`` is a file or a folder of CA certificates, None for the default ones. ``source`` names
    the setting. ``insecure`` disables the check. ``cloud`` is the cloud chosen from clouds.yaml;
    ``unnamed`` is set if openstacksdk chooses it without a name, as the only cloud of the file.
    """

    authority: str | None = None
    source: str = ""
    insecure: bool = False
    cloud: CloudEntry | None = None
    unnamed: bool = False


def client_trust(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> Trust:
    """Return the trust settings of a client command that works in ``folder``.

    The order is that of openstackclient: the command line, OS_CACERT, clouds.yaml, and then the
    environment variables of the library ``requests``.
    """
    named = _option(argv, "--os-cloud") or environment.get("OS_CLOUD")
    name = named or only_cloud(environment, folder)
    cloud = chosen_cloud(name, environment, folder) if name else None
    settings = cloud.settings if cloud else {}
    insecure = (
        "--insecure" in argv
        or _is_true(environment.get("OS_INSECURE"))
        or _is_true(settings.get("insecure"))
        or ("--verify" not in argv and _is_false(settings.get("verify")))
    )
    in_file = settings.get("cacert")
    where = f"cacert of the cloud {cloud.name} in {cloud.file}" if cloud else ""
    candidates = (
        (_option(argv, OPTION), OPTION),
        (environment.get("OS_CACERT"), "OS_CACERT"),
        (in_file if isinstance(in_file, str) else None, where),
        (environment.get("REQUESTS_CA_BUNDLE"), "REQUESTS_CA_BUNDLE"),
        (environment.get("CURL_CA_BUNDLE"), "CURL_CA_BUNDLE"),
    )
    authority, source = next(((path, name) for path, name in candidates if path), (None, ""))
    if authority is not None:
        authority = str(folder / os.path.expanduser(authority))  # noqa: PTH111 - as openstacksdk does
    return Trust(authority, source, insecure, cloud, unnamed=cloud is not None and not named)


def with_authority(argv: Sequence[str], authority: Path) -> list[str]:
    """Return the command line with each value of ``--os-cacert`` replaced by ``authority``."""
    changed = list(argv)
    for index, value in _find_values(argv, OPTION):
        changed[index] = value.replace("{}", str(authority), 1)
    return changed


def _option(argv: Sequence[str], option: str) -> str:
    """Return the value of the last ``option``, like argparse; empty if there is none."""
    values = [argv[index].removeprefix(f"{option}=") for index, _ in _find_values(argv, option)]
    return values[-1] if values else ""


def _find_values(argv: Sequence[str], option: str) -> Iterator[tuple[int, str]]:
    """Yield the index of each word with a value of ``option``, and the word with ``{}`` as its value."""
    for index, word in enumerate(argv):
        if word.startswith(f"{option}="):
            yield index, f"{option}={{}}"
        elif index and argv[index - 1] == option:
            yield index, "{}"


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in _TRUE)


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.lower() in {"0", "false", "no", "off"})
