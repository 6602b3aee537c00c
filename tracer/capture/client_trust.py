"""The CA that a client command would trust by itself, from its options, environment and clouds.yaml."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tracer.capture.clouds_file import CloudEntry, chosen_cloud, only_cloud

__all__ = ["OPTION", "Trust", "client_trust", "with_authority"]

OPTION = "--os-cacert"
"""openstackclient's option, which wins over OS_CACERT."""

_TRUE = {"1", "true", "yes", "on"}


class Trust(NamedTuple):
    """What the cloud's certificate is checked with.

    ``authority`` is a file of CAs or a folder of them, None for the usual ones. ``source`` names the
    setting. ``insecure`` turns the check off. ``cloud`` is the cloud chosen from clouds.yaml,
    ``unnamed`` if nothing names it, and openstacksdk takes it as the only one there is.
    """

    authority: str | None = None
    source: str = ""
    insecure: bool = False
    cloud: CloudEntry | None = None
    unnamed: bool = False


def client_trust(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> Trust:
    """Return what the client would trust; it works in ``folder``.

    The order is that of openstackclient: the command line, OS_CACERT, clouds.yaml, and then what the
    library ``requests`` reads from the environment.
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
    """Return the command line with ``authority`` in the place of the CA that it names."""
    changed = list(argv)
    for place, value in _places(argv, OPTION):
        changed[place] = value.replace("{}", str(authority), 1)
    return changed


def _option(argv: Sequence[str], option: str) -> str:
    """Return the value of the last ``option``, as argparse does."""
    values = [argv[place].removeprefix(f"{option}=") for place, _ in _places(argv, option)]
    return values[-1] if values else ""


def _places(argv: Sequence[str], option: str) -> Iterator[tuple[int, str]]:
    """Yield the index of each word with a value of ``option``, and the word with ``{}`` for the value."""
    for index, word in enumerate(argv):
        if word.startswith(f"{option}="):
            yield index, f"{option}={{}}"
        elif index and argv[index - 1] == option:
            yield index, "{}"


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in _TRUE)


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.lower() in {"0", "false", "no", "off"})
