"""What the shipped recordings of nine releases tell: each difference is one that the sources know of."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.shipped import RECORDINGS, again_of, all_recordings, recording_path, release_of, sample_recordings
from tracer.cloud.release_data import releases
from tracer.comparison import compare, learn
from tracer.comparison.folders import compare_files, pair
from tracer.comparison.polls import Polls
from tracer.matrix import suites
from tracer.recording import dumps, folders_of, load

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Exchange

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")
FIRST = sample_recordings()


def differences(before: str, after: str) -> set[tuple[str, str, str]]:
    """(severity, kind, place) of all that the shipped recordings tell of two releases."""
    couples = pair(folders_of(RECORDINGS / before), folders_of(RECORDINGS / after)).couples
    return {
        (one.severity, one.kind, one.place)
        for couple in couples
        for one in compare_files(couple).comparison.differences
    }


@pytest.mark.parametrize("path", FIRST, ids=lambda path: f"{release_of(path)}/{path.stem}")
def test_a_release_is_the_same_as_itself(path: Path) -> None:
    first, again = load(path), load(again_of(path))
    assert compare(first, again).differences == []
    # The values learned from two recordings of another release hide nothing more, and complain of nothing.
    other = recording_path("2026.2" if release_of(path) == "zed" else "zed", path.stem)
    assert compare(first, again, learn(load(other), load(again_of(other)))).differences == []


@pytest.mark.all_recordings
@pytest.mark.parametrize("release", releases())
def test_all_of_a_release_is_the_same_as_itself(release: str) -> None:
    differing = {
        path.stem
        for path in all_recordings()
        if release_of(path) == release and compare(load(path), load(again_of(path))).differences
    }
    assert differing == set()


@pytest.mark.parametrize("release", releases())
def test_every_release_ships_with_the_suite_of_images(release: str) -> None:
    names = {entry.name for entry in suites()["image"].entries if entry.command.run}
    assert len(names) == 11
    assert names <= {path.stem for path in all_recordings() if release_of(path) == release}


def test_roles_of_2023_2() -> None:
    """Keystone's bootstrap makes the roles manager and service: keystone/cmd/bootstrap.py."""
    manager = "POST /identity/v3/auth/tokens → 201 · body.token.roles[name=manager]"
    assert differences("2023.1", "2023.2") == {("additive", "added", manager)}


def test_releases_that_changed_nothing_here() -> None:
    assert differences("2023.2", "2024.1") == set()
    assert differences("2025.1", "2025.2") == set()


def test_versions_of_2024_2() -> None:
    """The Image API went to 2.17: glance/api/versions.py."""
    place = "GET /image → 300 · body.versions[id=v2.{}]"
    assert differences("2024.1", "2024.2") == {
        ("additive", "added", place.format(17)),
        ("additive", "changed", f"{place.format(16)}.status"),
    }


def test_versions_of_2026_2() -> None:
    """To 2.18; and the newest comes first again, while 2.17 came behind 2.8: glance/api/versions.py."""
    found = differences("2026.1", "2026.2")
    assert ("additive", "added", "GET /image → 300 · body.versions[id=v2.18]") in found
    assert ("cosmetic", "reordered", "GET /image → 300 · body.versions") in found


def test_the_client_of_2025_1_asks_for_the_image_after_an_upload() -> None:
    """And shows it as it is then: openstackclient, image/v2/image.py ("to show the final state")."""
    found = differences("2024.2", "2025.1")
    assert ("additive", "added", "GET /image/v2/images/{image_id}") in found
    assert ("cosmetic", "changed", "output.stdout.status") in found
    assert {severity for severity, _, _ in found} == {"cosmetic", "additive"}


def test_the_client_of_2026_1_asks_for_the_image_before_a_download() -> None:
    """For its checksum: openstack/image/_download.py, which did so afterwards before."""
    assert differences("2025.2", "2026.1") == {("additive", "added", "GET /image/v2/images/{image_id} (2)")}


def test_the_values_of_any_two_releases_belong_together() -> None:
    """No pair of shipped recordings breaks a one-to-one relation.

    The rules of a security group come in any order. Without names, the comparison pairs them by position.
    """
    recordings = {
        (release_of(path), path.stem): load(path) for path in FIRST if path.stem != "security-group-rule-list"
    }
    pairs = [
        (before, recordings[release, name])
        for (first, name), before in recordings.items()
        for release in releases()
        if release > first and (release, name) in recordings
    ]
    assert len(pairs) > 300
    results = [compare(before, after) for before, after in pairs]
    broken = [
        difference.place
        for result in results
        for difference in [*result.differences, *result.folded]
        if difference.why == "mismatch"
    ]
    assert broken == []


@pytest.mark.parametrize(
    "path",
    [path for path in FIRST if release_of(path) == "zed"],
    ids=lambda path: path.stem,
)
def test_a_request_for_another_object_is_found(path: Path) -> None:
    """Each ID in a URL of the second run becomes another ID of that run, or an unknown ID.

    An unknown ID contradicts nothing if the run has the true one nowhere else. A poll of another object is
    no poll of the same object: it is an added request. Without the last request for the object, the poll
    before it is the last one, and has no partner.
    """
    before, after = load(path), load(again_of(path))
    written = Counter(_ID.findall(dumps(after)))
    ids = sorted({found for exchange in after.exchanges for found in _ID.findall(_content(exchange))})
    waiting = Polls(after.exchanges).found
    polled = {after.exchanges[index].request.url for index in waiting}
    for index, exchange in enumerate(after.exchanges):
        for old in _ID.findall(exchange.request.url):
            others = [other for other in ids if len(other) == len(old) and other != old][:2]
            unknown = ["e" * 8 + old[8:]] if written[old] > 1 else []
            for new in [*others, *unknown]:
                request = msgspec.structs.replace(
                    exchange.request, url=exchange.request.url.replace(old, new)
                )
                exchanges = list(after.exchanges)
                exchanges[index] = msgspec.structs.replace(exchange, request=request)
                wrong = compare(before, msgspec.structs.replace(after, exchanges=exchanges))
                reasons = {difference.why for difference in wrong.differences}
                expected = {"added"} if index in waiting else {"mismatch"}
                if index not in waiting and exchange.request.url in polled:
                    expected.add("added")
                assert expected & reasons, (index, new)


def _content(exchange: Exchange) -> str:
    body = exchange.response.body if exchange.response else None
    return (body.json or "") if body else ""
