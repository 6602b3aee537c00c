"""The samples of the services' API references, as their packages publish them.

``python -m tests.redaction.samples FOLDER`` downloads the packages into FOLDER, and prints each value that is
masked and each that stays although its name sounds secret. ``samples.txt`` was made by looking through these.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tests.redaction.canaries import exchange
from tracer.api_reference.build.source_distributions import download
from tracer.formats import yaml_text
from tracer.model import Body
from tracer.redaction import Policy, Redactor, load_policy, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["EXPECTED", "Masked", "fetch", "masked", "samples"]

EXPECTED = Path(__file__).with_name("samples.txt")
"""Lines of ``secret`` or ``harmless``, the rule, and the sample in which it masks something."""

PACKAGES = [
    "aodh==23.0.0", "barbican==23.0.0", "blazar==18.0.0", "cinder==29.0.0", "cloudkitty==25.0.0",
    "designate==23.0.0", "freezer==19.0.0", "glance==33.0.0", "ironic==39.0.0", "keystone==30.0.0",
    "magnum==23.0.0", "manila==23.0.0", "masakari==22.0.0", "mistral==23.0.0", "neutron-lib==5.0.1",
    "nova==34.0.0", "octavia==19.0.0", "openstack-heat==27.0.0", "openstack-placement==16.0.0",
    "sahara==19.0.0", "senlin==16.0.0", "swift==2.38.2", "tacker==16.0.0", "trove==26.0.0", "vitrage==15.0.1",
    "zaqar==23.0.1", "zun==18.0.0",
]  # fmt: skip
_SAMPLE = re.compile(r"[^/]+/(?:.*/)?(?:api-ref/source|api_samples)/.*\.json")
_SOUNDS_SECRET = re.compile(
    r"pass|secret|token|key|cred|pwd|auth|ticket|cert|signature|private|community", re.IGNORECASE
)
_STANDS_IN = re.compile(r"<(?:[a-z]+(?:-[a-z]+)*-[0-9]+|removed)>")


class Masked(NamedTuple):
    """A rule that masks something in a sample, by the path of the sample without the package's version."""

    rule: str
    sample: str


def fetch(folder: Path) -> Path:
    """Download what is not there yet of the packages' sources into ``folder``."""
    for package in PACKAGES:
        download(package, folder)
    return folder


def samples(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the path and the text of each JSON sample in the packages of ``folder``."""
    for archive in sorted(folder.glob("*.tar.gz")):
        with tarfile.open(archive) as sources:
            for member in sources:
                if member.isfile() and _SAMPLE.fullmatch(member.name):
                    content = sources.extractfile(member)
                    assert content is not None
                    package, _, path = member.name.partition("/")
                    text = content.read().decode("utf-8", "replace")
                    yield f"{package.rpartition('-')[0]}/{path}", text


def masked(sample: str, text: str, policy: Policy) -> tuple[list[Masked], str]:
    """Return what is masked in a sample, one entry for each value, and the redacted text.

    The last gate must accept the recording of it.
    """
    redactor = Redactor(policy)
    body = Body(type="application/json", size=len(text), json=text)
    redacted = redactor.exchange(exchange(answer=body))
    assert redacted.response is not None
    assert redacted.response.body is not None
    recording = yaml_text.dump(msgspec.to_builtins(redacted))
    assert scan(recording, known=redactor.known) == [], sample
    kept = redacted.response.body.json or redacted.response.body.text or ""
    return [Masked(rule, sample) for rule, count in redactor.counts.items() for _ in range(count)], kept


def _leaves(tree: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Give each scalar of a document with the key that it stands under."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value, name)
    else:
        yield name, str(tree)


def _main(folder: Path) -> None:
    policy = load_policy()
    for sample, text in samples(fetch(folder)):
        try:
            before = list(_leaves(json.loads(text)))
        except ValueError:
            continue
        rules, kept = masked(sample, text, policy)
        for rule, _ in rules:
            sys.stdout.write(f"masked\t{rule}\t{sample}\n")
        for (name, value), (_, now) in zip(before, _leaves(json.loads(kept)), strict=True):
            if value != now:
                sys.stdout.write(f"value\t{name}\t{value!r:.80}\t{sample}\n")
            elif _SOUNDS_SECRET.search(name) and not _STANDS_IN.search(value):
                sys.stdout.write(f"stays\t{name}\t{value!r:.80}\t{sample}\n")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
