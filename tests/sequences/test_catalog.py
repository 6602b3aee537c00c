"""The catalogue that ships: what it says, and the recordings of real clouds that it was written from."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tracer.api_reference import link, operation_by_id
from tracer.cloud.release_data import releases
from tracer.matrix import suites
from tracer.recording import below, folders_of, load
from tracer.redaction import load_policy
from tracer.sequences import (
    Entry,
    Sequence,
    catalog,
    choose,
    client_of,
    find,
    invocation_of,
    is_request_line,
    known_client,
    match,
)
from tracer.sequences.templates import is_version_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Exchange, Recording

SHIPPED = Path(__file__).parents[2] / "recordings"
RELEASES = ("zed", "2026.2")
SUITES = ("identity", "image", "compute", "network", "volume", "placement")
COMMANDS = [
    command
    for name in SUITES
    for command in suites()[name].commands
    if command.run is not None and choose((), command.run) is not None
]
"""The commands of the suites that have a sequence."""
UNTOLD = {
    "catalog-list": "token-issue",
    "floating-ip-unset": "floating-ip-set",
    "router-unset": "router-set",
    "server-resize-confirm": "server-resize",
    "volume-unset": "volume-set",
}
"""What only its command tells, with the sequence of a command that says the same to the cloud."""

API = "https://docs.openstack.org/api-ref/"
CLIENT = re.compile(
    r"https://docs\.openstack\.org/"
    r"(python-openstackclient/\{release\}/cli/command-objects/[a-z0-9-]+|osc-placement/\{release\}/cli/index)\.html"
)
HANGUL = re.compile("[가-힣]")
PROJECT = "0b1c2d3e4f5a4b6c8d7e9f0a1b2c3d4e"
VERSIONED = re.compile(r"(?:(?<=/compute/v2\.1)|(?<=/volume/v3))(?=/[a-z])")


def everything(sequence: Sequence) -> Iterator[Entry]:
    for entry in sequence.entries:
        yield from with_nested(entry)


def with_nested(entry: Entry) -> Iterator[Entry]:
    yield entry
    for nested in (*entry.service_calls, *(entry.fallback.then if entry.fallback else ())):
        yield from with_nested(nested)


ENTRIES = [
    pytest.param(entry, id=f"{name}-{number}")
    for name, sequence in catalog().items()
    for number, entry in enumerate(everything(sequence), 1)
]
RECORDINGS = [
    pytest.param(SHIPPED / release / f"{command.name}.yaml", id=f"{release}-{command.name}")
    for release in RELEASES
    for command in COMMANDS
]


@pytest.fixture(scope="module")
def loaded() -> dict[Path, Recording]:
    return {}


@pytest.fixture
def recording(path: Path, loaded: dict[Path, Recording]) -> Recording:
    if path not in loaded:
        loaded[path] = load(path)
    return loaded[path]


def sequence_of(recording: Recording) -> Sequence:
    assert recording.sequence is not None
    return catalog()[recording.sequence]


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_message_is_described_in_korean_and_english(entry: Entry) -> None:
    texts = [entry.summary, entry.request, entry.response]
    texts += [entry.fallback.summary] if entry.fallback else []
    for text in texts:
        assert set(text) == {"en", "ko"}
        assert not HANGUL.search(text["en"])
        assert text["en"].endswith(".")
        assert HANGUL.search(text["ko"])
        assert text["ko"].endswith("다.")


@pytest.mark.parametrize("entry", ENTRIES)
def test_each_message_has_its_place_in_the_api_reference(entry: Entry) -> None:
    # The reference of Keystone has no operation for version discovery.
    if entry.receiver == "keystone" and is_version_path(entry.path):
        assert entry.reference == f"{API}identity/v3/index.html"
    else:
        located = operation_by_id(entry.operation)
        assert located is not None
        expected = link(located.service, located.operation)
        # An operation without an anchor of its own is in a section, which a sequence may name.
        assert entry.reference == expected or (
            "#" not in expected and entry.reference.startswith(f"{expected}#")
        )


@pytest.mark.parametrize("sequence", catalog().values(), ids=lambda sequence: sequence.name)
def test_each_command_has_title_purpose_and_its_place_in_the_clients_documentation(
    sequence: Sequence,
) -> None:
    for text in (sequence.title, sequence.purpose):
        assert set(text) == {"en", "ko"}
        assert not HANGUL.search(text["en"])
        assert HANGUL.search(text["ko"])
    page, _, anchor = sequence.reference.partition("#")
    assert CLIENT.fullmatch(page)
    assert anchor == sequence.name == "-".join(sequence.command.split()[1:])


def test_the_authentication_is_worded_alike_everywhere() -> None:
    model = catalog()["image-show"].entries[:3]
    for sequence in catalog().values():
        for entry, same in zip(sequence.entries, model, strict=False):
            if entry.steps and entry.path == same.path and entry.receiver == same.receiver:
                assert replace(entry, prologue=True) == same
    own = [name for name, sequence in catalog().items() if all(entry.prologue for entry in sequence.entries)]
    assert not own


@pytest.mark.parametrize("sequence", catalog().values(), ids=lambda sequence: sequence.name)
def test_what_a_label_says_is_no_secret_even_where_a_password_says_the_same(sequence: Sequence) -> None:
    """Else the last gate would refuse each recording of whoever has such a password."""
    words = {sequence.name}
    for entry in everything(sequence):
        words |= {*re.split(r"[/{}]+", entry.path), *entry.query}
        words |= {value.strip("{}") for value in entry.query.values()}
    policy = load_policy()
    assert not [
        word for word in words if len(word) >= policy.common.shortest and word not in policy.vocabulary
    ]


@pytest.mark.parametrize("release", RELEASES)
def test_the_recordings_that_ship_are_those_of_the_suites(release: str) -> None:
    entries = [entry for suite in suites().values() for entry in suite.entries if entry.command.run]
    assert {path.stem for path in (SHIPPED / release).glob("*.yaml")} == {entry.name for entry in entries}


@pytest.mark.parametrize("release", releases())
def test_the_commands_of_every_release_conform(release: str) -> None:
    conforming = 0
    for path in below(folders_of(SHIPPED / release)):
        recording = load(path)
        if is_request_line(recording.command or "") or recording.fails:
            continue
        sequence = sequence_of(recording)
        invocation = invocation_of(recording, sequence)
        result = match(recording.exchanges, sequence, client_of(recording), invocation)
        assert result.explanations == [], path
        assert recording.verdict == "conforms", path
        conforming += 1
    assert conforming >= 2 * 11


@pytest.mark.parametrize("path", RECORDINGS)
def test_a_shipped_recording_conforms(path: Path, recording: Recording) -> None:
    assert recording.output is not None
    assert recording.output.exit == 0
    assert recording.cloud.release == path.parent.name
    sequence = sequence_of(recording)
    invocation = invocation_of(recording, sequence)
    result = match(recording.exchanges, sequence, client_of(recording), invocation)
    assert result.explanations == []
    assert recording.verdict == result.verdict == "conforms"
    labels = [(exchange.steps, exchange.path, exchange.verdict) for exchange in recording.exchanges]
    assert labels == [(list(label.steps), label.path, label.verdict) for label in result.labels]


@pytest.mark.parametrize("path", RECORDINGS)
def test_the_sequence_of_a_shipped_recording_is_found(path: Path, recording: Recording) -> None:
    own = sequence_of(recording)
    assert path.stem.startswith(own.name)
    assert choose(recording.exchanges, recording.command, client_of(recording)) is own
    for client in (client_of(recording), known_client("")):
        chosen = choose(recording.exchanges, None, client)
        assert chosen is not None
        assert chosen.name == UNTOLD.get(own.name, own.name)


@pytest.mark.parametrize("path", RECORDINGS)
def test_a_recording_with_another_status_deviates(path: Path, recording: Recording) -> None:
    for index, exchange in enumerate(recording.exchanges):
        assert exchange.response is not None
        broken = replace(exchange, response=replace(exchange.response, status=500))
        assert _verdict(recording, [(index, broken)]) == "deviates", exchange.path


@pytest.mark.parametrize("path", RECORDINGS)
def test_a_recording_that_lacks_a_message_deviates(path: Path, recording: Recording) -> None:
    for index, exchange in enumerate(recording.exchanges):
        if _is_required(exchange, recording):
            assert _verdict(recording, [(index, None)]) == "deviates", exchange.path


@pytest.mark.parametrize("path", RECORDINGS)
def test_a_recording_with_a_message_twice_deviates(path: Path, recording: Recording) -> None:
    once = {entry.steps for entry in sequence_of(recording).entries if not entry.repeats}
    for index, exchange in enumerate(recording.exchanges):
        if tuple(exchange.steps) in once and _is_required(exchange, recording):
            twice = [*recording.exchanges[: index + 1], *recording.exchanges[index:]]
            assert _verdict_of(twice, recording) == "deviates", exchange.path


@pytest.mark.parametrize("path", RECORDINGS)
def test_a_recording_with_two_messages_swapped_deviates(path: Path, recording: Recording) -> None:
    required = [
        index for index, exchange in enumerate(recording.exchanges) if _is_required(exchange, recording)
    ]
    for first, second in pairwise(required):
        pair = recording.exchanges[first], recording.exchanges[second]
        changes: list[tuple[int, Exchange | None]] = [(first, pair[1]), (second, pair[0])]
        if pair[0].path != pair[1].path:
            assert _verdict(recording, changes) == "deviates", [exchange.path for exchange in pair]


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_a_recording_deviates_in_the_other_release_where_the_releases_differ(name: str) -> None:
    """What holds for both releases conforms in both."""
    old, new = (load(SHIPPED / release / f"{name}.yaml") for release in RELEASES)
    same = _requests(old) == _requests(new)
    in_new = match(old.exchanges, sequence_of(old), known_client("", RELEASES[1]))
    in_old = match(new.exchanges, sequence_of(new), known_client("", RELEASES[0]))
    verdicts = {in_new.verdict, in_old.verdict}
    assert verdicts == {"conforms"} if same else "deviates" in verdicts


@pytest.mark.parametrize("path", RECORDINGS)
def test_the_project_in_the_urls_of_a_catalogue_changes_no_label(path: Path, recording: Recording) -> None:
    """Many clouds name the project in the URLs of Nova and Cinder: ``/volume/v3/0b1c…/volumes``."""
    exchanges = [
        replace(each, request=replace(each.request, url=VERSIONED.sub(f"/{PROJECT}", each.request.url)))
        for each in recording.exchanges
    ]
    sequence = sequence_of(recording)
    matched = match(exchanges, sequence, client_of(recording), invocation_of(recording, sequence))
    assert matched.verdict == "conforms"
    for before, after, label in zip(recording.exchanges, exchanges, matched.labels, strict=True):
        assert [*label.steps] == before.steps
        named = before.request.url != after.request.url
        assert label.path == (VERSIONED.sub("/{project_id}", before.path) if named else before.path)


@pytest.mark.parametrize("path", RECORDINGS)
def test_a_recording_says_nothing_of_the_machine_that_it_was_made_on(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"(?<![\w.>}/])/(?:tmp|root|home|usr|var|opt|work|Users)/", text)
    assert "command: openstack " in text


def _requests(recording: Recording) -> list[tuple[str, str]]:
    """Return method and path of the requests, without what is optional and the discovery of all clients."""
    entries = [entry for entry in sequence_of(recording).entries if not (entry.since or entry.until)]
    discovery = {entry.steps for entry in entries if entry.phase == "discovery" and entry.steps}
    return [
        (exchange.request.method, exchange.path)
        for exchange in recording.exchanges
        if exchange.verdict in ("documented", "fallback") and tuple(exchange.steps) not in discovery
    ]


def _is_required(exchange: Exchange, recording: Recording) -> bool:
    required = {
        entry.steps for entry in sequence_of(recording).entries if not entry.loop and _is_implied(entry)
    }
    return exchange.verdict == "documented" and bool(exchange.steps) and tuple(exchange.steps) in required


def _is_implied(entry: Entry) -> bool:
    """Return whether the entry is required if its options are given."""
    condition = entry.condition
    if condition is None or not (condition.any_of or condition.all_of):
        return not entry.optional
    return condition.then == "required"


def _verdict(recording: Recording, changes: list[tuple[int, Exchange | None]]) -> str:
    changed = dict(changes)
    exchanges = [changed.get(index, exchange) for index, exchange in enumerate(recording.exchanges)]
    return _verdict_of([exchange for exchange in exchanges if exchange is not None], recording)


def _verdict_of(exchanges: list[Exchange], recording: Recording) -> str:
    sequence = sequence_of(recording)
    return match(exchanges, sequence, client_of(recording), invocation_of(recording, sequence)).verdict


def test_a_member_of_a_project_may_not_see_its_domain() -> None:
    """openstackclient 10.4.0 looks for the domain twice, and is refused each time."""
    recording = load(Path(__file__).parent / "recorded/2026.2/project-show-domain-member.yaml")
    result = match(
        recording.exchanges,
        find("project-show"),
        client_of(recording),
        invocation_of(recording, find("project-show")),
    )
    assert (result.verdict, result.explanations) == ("conforms", [])
    assert [exchange.response and exchange.response.status for exchange in recording.exchanges] == [
        300, 201, *[403] * 8,
    ]  # fmt: skip
