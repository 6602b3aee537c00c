"""Discovery of a versioned authentication URL, with every sequence that ships."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.sequences.runs import HOST, by_id, exchange, login, show, versions_of_glance, versions_of_keystone
from tracer.recording import load
from tracer.sequences import (
    Entry,
    catalog,
    choose,
    client_of,
    entry_of,
    find,
    label,
    match,
    with_alternatives,
)
from tracer.sequences.learning import learn

if TYPE_CHECKING:
    from tracer.model import Recording

SHIPPED = Path(__file__).parents[2] / "recordings"
IMAGE_SHOW = find("image-show")
RELEASES = ("zed", "2026.2")
RECORDED = [
    (release, name)
    for release in RELEASES
    for name in catalog()
    if (SHIPPED / release / f"{name}.yaml").exists()
]
UNTOLD = ("catalog-list", "floating-ip-unset", "router-unset", "server-resize-confirm", "volume-unset")
"""Commands that say the same to the cloud as another one."""

MOUNTS = ("/identity", "", "/keystone")
KEYSTONE = re.compile(r"(http://[^/\s]+)/identity")
VERSIONED = ("/v3", "/v3/", "//v3")


def versioned(release: str, name: str, folder: Path, mount: str, version: str) -> Recording:
    """The shipped recording ``name``, with Keystone at ``mount`` and ``version`` in OS_AUTH_URL."""
    text = (SHIPPED / release / f"{name}.yaml").read_text(encoding="utf-8")
    moved = folder / "moved.yaml"
    moved.write_text(KEYSTONE.sub(rf"\1{mount}", text), encoding="utf-8")
    recording = load(moved)
    exchanges = list(recording.exchanges)
    first = exchanges[0]
    assert first.response is not None
    assert (first.receiver, first.request.method, first.response.status) == ("keystone", "GET", 300)
    exchanges[0] = replace(
        first,
        request=replace(first.request, url=first.request.url.rstrip("/") + version),
        response=replace(first.response, status=200),
    )
    return replace(recording, exchanges=exchanges, sequence=None, verdict=None, missing=[])


@pytest.mark.parametrize("version", VERSIONED)
@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize(("release", "name"), RECORDED)
def test_a_version_in_the_auth_url_is_discovery_in_every_sequence(
    release: str, name: str, mount: str, version: str, tmp_path: Path
) -> None:
    recording = versioned(release, name, tmp_path, mount, version)
    labelled = label(recording, catalog()[name])
    assert (labelled.verdict, labelled.missing) == ("conforms", [])
    first = labelled.exchanges[0]
    assert (first.steps, first.path, first.verdict) == ([1, 2], f"{mount}/v3", "documented")


@pytest.mark.parametrize(
    "name", [name for release, name in RECORDED if release == "2026.2" and name not in UNTOLD]
)
def test_the_exchanges_alone_give_the_sequence(name: str, tmp_path: Path) -> None:
    recording = versioned("2026.2", name, tmp_path, "", "/v3")
    chosen = choose(recording.exchanges, None, client_of(recording))
    assert chosen is not None
    assert chosen.name == name


def test_both_forms_of_discovery_may_follow_each_other() -> None:
    """The catalogue names Keystone without a version, so the client asks again."""
    one_version = exchange("GET", f"{HOST}/identity/v3", 200)
    for first, second in ((one_version, versions_of_keystone()), (versions_of_keystone(), one_version)):
        result = match([first, login(), second, versions_of_glance(), show()], IMAGE_SHOW)
        assert result.verdict == "conforms"
        assert [each.verdict for each in result.labels][:3] == ["documented", "documented", "repeated"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/identity/v3", 300), ("/identity/v3", 404), ("/identity/v2.0", 200), ("/identity/v3/users", 200)],
)
def test_another_version_or_status_is_no_discovery(path: str, status: int) -> None:
    result = match([exchange("GET", f"{HOST}{path}", status), *by_id()[1:]], IMAGE_SHOW)
    assert result.verdict == "deviates"


def test_a_version_of_another_service_is_no_discovery_of_keystone() -> None:
    result = match([exchange("GET", f"{HOST}/image/v3", 200), *by_id()[1:]], IMAGE_SHOW)
    assert result.verdict == "deviates"


def test_the_texts_describe_the_request_that_was_sent(tmp_path: Path) -> None:
    labelled = label(versioned("2026.2", "image-show", tmp_path, "/identity", "/v3"), IMAGE_SHOW)
    entry = entry_of(labelled.exchanges[0], IMAGE_SHOW)
    assert entry is not None
    assert (entry.path, entry.prologue) == ("/v3", True)
    assert entry.summary["en"] != IMAGE_SHOW.entries[0].summary["en"]


def test_a_learned_sequence_accepts_both_forms(tmp_path: Path) -> None:
    with_version = versioned("2026.2", "image-show", tmp_path, "/identity", "/v3")
    without = load(SHIPPED / "2026.2" / "image-show.yaml")
    for example, run in ((with_version, without), (without, with_version)):
        learned = learn({"example.yaml": example})
        assert match(run.exchanges, learned).verdict == "conforms"


def test_only_a_known_discovery_request_has_alternatives() -> None:
    root = Entry(receiver="keystone", method="GET", path="/", status=300)
    assert [request.path for request in with_alternatives(root)] == ["/", "/v3"]
    for other in (replace(root, receiver="glance"), replace(root, status=200), replace(root, method="HEAD")):
        assert list(with_alternatives(other)) == [other]
