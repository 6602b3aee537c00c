"""The client of a run, and the conditions of exchanges on its versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from msgspec.structs import replace

from tests.sequences.runs import exchange
from tests.shipped import recording_path
from tracer import archives
from tracer.cloud.release_data import releases
from tracer.model import FORMAT, Cloud, Recording
from tracer.recording import load
from tracer.sequences import (
    CLIENT_PACKAGE,
    Client,
    Entry,
    Sequence,
    catalog,
    choose,
    client_of,
    known_client,
    label,
    match,
)
from tracer.sequences.client_conditions import bounds_of, version_key
from tracer.sequences.client_versions import UNKNOWN, _clients, holds, possible_clients

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
AGENT = "openstacksdk/{} keystoneauth1/{} python-requests/2.34.2 CPython/3.11.7"
CONSTRAINTS: list[list[str]] = yaml.safe_load((HERE / "upper-constraints.yaml").read_text(encoding="utf-8"))
SETS = [tuple(row[:3]) for row in CONSTRAINTS] + [
    tuple(release.client.packages[package] for package in (CLIENT_PACKAGE, "openstacksdk", "keystoneauth1"))
    for release in releases().values()
]
OF_RELEASES = {
    "zed": ("0.101.0", "0.103.0"), "2023.1": ("1.0.2", "1.0.1"), "2023.2": ("1.5.1", "2.0.0"),
    "2024.1": ("3.0.0", "3.1.0"), "2024.2": ("4.0.1", "4.1.0"), "2025.1": ("4.4.0", "4.5.0"),
    "2025.2": ("4.7.2", "4.7.1"), "2026.1": ("4.10.0", "4.11.0"), "2026.2": ("4.18.0", "4.21.0"),
}  # fmt: skip
"""The versions of openstacksdk of each release: of its upper-constraints, and of ``releases.yaml``."""


def entries() -> Iterator[tuple[str, Entry]]:
    for sequence in catalog().values():
        for entry in sequence.entries:
            for each in (entry, *entry.calls, *(entry.fallback.then if entry.fallback else ())):
                yield sequence.name, each


CONDITIONAL = [
    pytest.param(entry, id=f"{name}-{number}")
    for number, (name, entry) in enumerate(entries())
    if entry.since or entry.until
]


def conditional(**condition: Any) -> Entry:
    return Entry(**{"receiver": "glance", "method": "GET", "path": "/v2/a", "status": 200, **condition})


@pytest.mark.parametrize("release", OF_RELEASES)
def test_a_release_is_known_by_all_its_versions(release: str) -> None:
    assert OF_RELEASES[release][1] == releases()[release].client.packages["openstacksdk"]
    for sdk in OF_RELEASES[release]:
        assert known_client(AGENT.format(sdk, "5.1.0"), "yoga").releases == (release,)


def test_the_table_has_the_versions_of_the_installed_clients() -> None:
    assert list(_clients()) == list(releases())
    for name, release in releases().items():
        for package, version in release.client.packages.items():
            first, last = map(version_key, _clients()[name][package])
            assert first <= version_key(version) <= last


def test_a_client_between_two_releases_may_be_of_both() -> None:
    assert known_client(AGENT.format("4.6.0", "5.11.0")).releases == ("2025.1", "2025.2")


@pytest.mark.parametrize(
    ("sdk", "release"), [("0.61.0", "zed"), ("0.0.1", "zed"), ("4.22.0", "2026.2"), ("99.0.0", "2026.2")]
)
def test_a_client_older_or_newer_than_all_known_ones(sdk: str, release: str) -> None:
    client = known_client(AGENT.format(sdk, "5.0.0"), "2024.1")
    assert client.releases == (release,)
    for name, entry in entries():
        absent = entry.since if release == "zed" else entry.until
        assert holds(entry, client) is (absent is None), name


@pytest.mark.parametrize("agent", ["", "python-glanceclient", "openstacksdk/x", "openstacksdk/4", "curl/8"])
def test_a_client_without_versions_is_of_the_release_of_its_cloud(agent: str) -> None:
    assert known_client(agent, "2024.1").releases == ("2024.1",)
    assert known_client(agent) == known_client(agent, "my own") == UNKNOWN


@pytest.mark.parametrize("release", releases())
def test_the_release_of_the_cloud_decides_every_condition(release: str) -> None:
    """The first version with the new behaviour never lies between the versions of one release."""
    packages = releases()[release].client.packages
    installed = known_client(AGENT.format(packages["openstacksdk"], packages["keystoneauth1"]))
    for name, entry in entries():
        assert holds(entry, known_client("", release)) is holds(entry, installed) is not None, name


@pytest.mark.parametrize("entry", CONDITIONAL)
def test_the_versions_of_a_user_agent_never_contradict_the_version_of_the_client(entry: Entry) -> None:
    """Each published set of packages: either both give the same answer, or the User-Agent gives none."""
    answers = set()
    for openstackclient, sdk, auth in SETS:
        remote = known_client(AGENT.format(sdk, auth))
        local = remote.with_version(CLIENT_PACKAGE, version_key(openstackclient))
        assert holds(entry, local) is not None
        assert holds(entry, remote) in (None, holds(entry, local)), (openstackclient, sdk, auth)
        answers.add(holds(entry, remote))
    assert {True, False} <= answers


@pytest.mark.parametrize("entry", CONDITIONAL)
def test_an_overlap_has_published_clients_of_both_kinds(entry: Entry) -> None:
    """A version counts as an overlap only if it came with clients before and after the change."""
    for condition in (entry.since, entry.until):
        first, last = bounds_of(condition).get("openstacksdk", ((), ()))
        if first != last:
            overlap = last if condition is entry.until else first
            locals_ = [
                Client(((CLIENT_PACKAGE, version_key(client), version_key(client)),))
                for client, sdk, _ in SETS
                if version_key(sdk) == overlap
            ]
            assert {holds(entry, client) for client in locals_} == {True, False}


@pytest.mark.parametrize(
    ("sequence", "package", "first"),
    [
        ("image-add-project", CLIENT_PACKAGE, "6.1.0"),
        ("user-create", CLIENT_PACKAGE, "7.0.0"),
        ("image-create", CLIENT_PACKAGE, "7.3.0"),
        ("image-save", "openstacksdk", "4.9.0"),
        ("project-show", CLIENT_PACKAGE, "9.0.0"),
        ("volume-snapshot-delete", CLIENT_PACKAGE, "8.1.0"),
        ("volume-type-list", CLIENT_PACKAGE, "10.2.0"),
    ],
)
def test_the_first_version_with_the_new_behaviour(sequence: str, package: str, first: str) -> None:
    """Found by recordings with the published version before each change and with the one after it."""
    newer = [entry.since for entry in catalog()[sequence].entries if entry.since]
    assert newer
    assert {bounds_of(condition)[package] for condition in newer} == {(version_key(first),) * 2}


def test_the_release_of_a_condition_is_still_read() -> None:
    entry = conditional(since="2023.1", until="2025.2")
    for sdk, answer in (
        ("0.103.0", False),
        ("1.0.1", True),
        ("4.7.2", True),
        ("4.10.0", False),
        ("4.9.0", None),
    ):
        assert holds(entry, known_client(AGENT.format(sdk, "5.1.0"))) is answer, sdk


def test_openstacksdk_decides_over_keystoneauth1_except_in_an_overlap() -> None:
    entry = conditional(since={"openstacksdk": ["4.0.0", "4.1.0"], "keystoneauth1": "5.8.0"})
    for sdk, auth, answer in (
        ("4.1.0", "5.7.0", True),
        ("3.3.0", "5.8.0", False),
        ("4.0.0", "5.8.0", True),
        ("4.0.0", "5.7.0", False),
    ):
        assert holds(entry, known_client(AGENT.format(sdk, auth))) is answer
    assert holds(conditional(since={"keystoneauth1": "5.8.0"}), known_client(AGENT.format("4.0.0", "5.8.0")))


def test_the_version_of_the_client_decides_over_its_packages() -> None:
    entry = conditional(since={CLIENT_PACKAGE: "9.0.0", "openstacksdk": ["4.9.0", "4.10.0"]})
    remote = known_client(AGENT.format("4.8.0", "5.12.0"))
    assert holds(entry, remote) is False
    assert holds(entry, remote.with_version(CLIENT_PACKAGE, (9,))) is True
    assert [holds(entry, known_client(AGENT.format(sdk, "5.13.0"))) for sdk in ("4.9.0", "4.10.0")] == [
        None,
        True,
    ]


def overlapping() -> Sequence:
    """The old client asks for a, the new one for b; both begin and end with the same request."""
    old = {"until": {CLIENT_PACKAGE: "8.3.0", "openstacksdk": ("4.8.0", "4.9.0")}}
    new = {"since": {CLIENT_PACKAGE: "9.0.0", "openstacksdk": ("4.9.0", "4.10.0")}}
    requests: list[tuple[int, str, Any]] = [
        (1, "/v2/start", {}), (3, "/v2/a", old), (5, "/v2/b", new), (7, "/v2/end", {}),
    ]  # fmt: skip
    return Sequence(
        name="overlap",
        command="openstack overlap",
        exchanges=tuple(
            Entry(
                steps=(step, step + 1), receiver="glance", method="GET", path=path, status=200, **conditions
            )
            for step, path, conditions in requests
        ),
    )


def run(*paths: str, sdk: str, openstackclient: str = "") -> Recording:
    return Recording(
        format=FORMAT,
        command="openstack overlap",
        client=AGENT.format(sdk, "5.13.0"),
        client_versions={CLIENT_PACKAGE: openstackclient} if openstackclient else {},
        cloud=Cloud(release="zed"),
        recorded="2026-11-28T00:00:00Z",
        exchanges=[
            exchange("GET", f"http://cloud/image/v2/{path}", 200) for path in ("start", *paths, "end")
        ],
    )


@pytest.mark.parametrize(
    ("sdk", "openstackclient", "verdicts"),
    [
        ("4.8.0", "", ("conforms", "deviates")),
        ("4.9.0", "", ("undetermined", "undetermined")),
        ("4.10.0", "", ("deviates", "conforms")),
        ("4.9.0", "8.3.0", ("conforms", "deviates")),
        ("4.9.0", "9.0.0", ("deviates", "conforms")),
    ],
)
def test_the_verdict_where_clients_overlap(sdk: str, openstackclient: str, verdicts: tuple[str, str]) -> None:
    """What no client does deviates, also in an overlap."""
    for paths, verdict in (
        (("a",), verdicts[0]),
        (("b",), verdicts[1]),
        ((), "deviates"),
        (("a", "b"), "deviates"),
    ):
        recording = run(*paths, sdk=sdk, openstackclient=openstackclient)
        assert match(recording.exchanges, overlapping(), client_of(recording)).verdict == verdict, paths


def test_a_label_in_an_overlap_names_the_missing_evidence_and_can_change_later() -> None:
    labelled = label(run("a", sdk="4.9.0"), overlapping())
    assert (labelled.verdict, labelled.doubt, labelled.missing) == ("undetermined", "client", [])
    assert {each.verdict for each in labelled.exchanges} == {"documented"}
    known = replace(labelled, client_versions={CLIENT_PACKAGE: "8.3.0"})
    assert (label(known, overlapping()).verdict, label(known, overlapping()).doubt) == (
        "conforms",
        "exchanges",
    )
    doubtful = replace(known, verdict="undetermined", doubt="exchanges")
    assert label(doubtful, overlapping()).verdict == "undetermined"


def test_a_client_without_an_overlap_is_one_client() -> None:
    for openstackclient, sdk, auth in SETS:
        client = known_client(AGENT.format(sdk, auth))
        for sequence in catalog().values():
            exact = client.with_version(CLIENT_PACKAGE, version_key(openstackclient))
            assert possible_clients(sequence.entries, exact) == (exact,)
    assert possible_clients([conditional(since="2023.1")], UNKNOWN) == (UNKNOWN,)


@pytest.mark.parametrize("name", catalog())
@pytest.mark.parametrize("release", releases())
def test_the_client_of_a_shipped_recording_conforms_with_every_version_of_its_release(
    name: str, release: str
) -> None:
    path = recording_path(release, name)
    if not archives.exists(path):
        return
    recording = load(path)
    constraints, installed = OF_RELEASES[release]
    for agent in (recording.client, recording.client.replace(installed, constraints)):
        same = replace(recording, client=agent, cloud=Cloud(release="2024.1"))
        assert label(same, catalog()[name]).verdict == "conforms", agent
        assert choose(same.exchanges, same.command, client_of(same)) is catalog()[name]


CHANGES = sorted((HERE / "clients" / "changes").glob("*.yaml"))
"""Recordings with the last published client before a change, and with the first one after it."""

FIRST_WITH_CHANGE = {
    "image-add-project": "6.1.0",
    "user-create": "7.0.0",
    "user-list": "7.0.0",
    "role-assignment-list": "7.0.0",
    "image-create": "7.3.0",
    "project-create": "9.0.0",
    "project-list": "9.0.0",
    "project-show": "9.0.0",
    "volume-snapshot-delete": "8.1.0",
    "volume-list": "10.2.0",
}


@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.stem)
def test_a_client_on_each_side_of_a_change(path: Path) -> None:
    """With the version of the client, it conforms; with the User-Agent alone, it never deviates."""
    name, _, version = path.stem.rpartition("-")
    remote, sequence = load(path), catalog()[name]
    local = replace(remote, client_versions={CLIENT_PACKAGE: version})
    assert label(local, sequence).verdict == "conforms"
    assert label(remote, sequence).verdict in ("conforms", "undetermined")


def test_a_client_of_the_other_side_of_a_change_deviates() -> None:
    """What may be left out conforms on both sides, but each change shows on one side at least."""
    for name, first in FIRST_WITH_CHANGE.items():
        verdicts = set()
        for path in CHANGES:
            version = path.stem.removeprefix(f"{name}-")
            if version == path.stem or version == "10.1.0":
                continue
            is_new = version_key(version) >= version_key(first)
            other_side = {CLIENT_PACKAGE: "1.0.0" if is_new else first}
            verdicts.add(label(replace(load(path), client_versions=other_side), catalog()[name]).verdict)
        assert "deviates" in verdicts, name


@pytest.mark.parametrize("path", sorted((HERE / "clients").glob("*.yaml")), ids=lambda path: path.stem)
def test_clients_of_a_devstack_conform(path: Path) -> None:
    """Recordings of a real DevStack, with clients of upper-constraints."""
    recording = load(path)
    relabelled = label(recording, catalog()[recording.sequence or ""])
    assert (relabelled.verdict, relabelled.missing) == ("conforms", [])
