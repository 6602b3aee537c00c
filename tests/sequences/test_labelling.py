"""Labels on a recording: filled in, replaced, or paths alone."""

from __future__ import annotations

import msgspec

from tests.sequences import runs
from tests.sequences.runs import HOST, IMAGE_ID, by_id, exchange, login
from tracer.model import FORMAT, Exchange, Recording
from tracer.sequences import find, label, relabel


def _recording(exchanges: list[Exchange]) -> Recording:
    return Recording(format=FORMAT, command="openstack image show x", recorded="", exchanges=exchanges)


def test_a_recording_gets_its_labels() -> None:
    labelled = label(_recording(by_id()), find("image-show"))
    assert (labelled.sequence, labelled.verdict, labelled.missing) == ("image-show", "conforms", [])
    assert [exchange.steps for exchange in labelled.exchanges] == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert labelled.exchanges[3].path == "/image/v2/images/{image_id}"
    assert labelled.exchanges[3].verdict == "documented"


def test_nothing_else_is_touched() -> None:
    recording = _recording(runs.not_found())
    labelled = label(recording, find("image-show"))
    stripped = [
        msgspec.structs.replace(exchange, steps=[], operation="", path="", verdict=None)
        for exchange in labelled.exchanges
    ]
    assert msgspec.structs.replace(labelled, sequence=None, verdict=None, exchanges=stripped) == recording


def test_labelling_twice_is_labelling_once() -> None:
    once = label(_recording([login(401)]), find("image-show"))
    assert (once.verdict, once.missing) == ("deviates", [7, 8])
    assert label(once, find("image-show")) == once
    assert label(once, None) == label(_recording([login(401)]), None)


def test_labels_are_replaced_only_with_a_sequence() -> None:
    stored = msgspec.structs.replace(label(_recording(by_id()), find("image-show")), sequence="older")
    assert relabel(stored, None) is stored
    assert relabel(stored, find("image-show")).sequence == "image-show"


def test_what_is_undetermined_stays_so_with_and_without_a_sequence() -> None:
    doubtful = msgspec.structs.replace(_recording(by_id()), verdict="undetermined")
    without = label(doubtful, None)
    assert (without.sequence, without.verdict) == (None, "undetermined")
    assert label(without, find("image-show")).verdict == "undetermined"


def test_without_a_sequence_only_the_paths_are_filled_in() -> None:
    run = [*by_id(), exchange("GET", f"{HOST}/compute/v2.1/servers/{IMAGE_ID}?x={IMAGE_ID}", 200, to="nova")]
    labelled = label(_recording(run), None)
    assert (labelled.sequence, labelled.verdict, labelled.missing) == (None, None, [])
    assert [exchange.path for exchange in labelled.exchanges] == [
        "/identity",
        "/identity/v3/auth/tokens",
        "/image",
        "/image/v2/images/{image_id}",
        "/compute/v2.1/servers/{server_id}",
    ]
    assert all(exchange.verdict is None and not exchange.steps for exchange in labelled.exchanges)


def test_an_exchange_that_no_sequence_describes_has_the_official_template() -> None:
    """Also if nothing in the run tells the name of a thing from a word of the API."""
    keypair = exchange("GET", f"{HOST}/compute/v2.1/os-keypairs/mine", 200, to="nova")
    expected = ("compute.show-keypair-details", "/compute/v2.1/os-keypairs/{keypair_name}")
    for sequence in (None, find("image-show")):
        labelled = label(_recording([*by_id(), keypair]), sequence).exchanges[-1]
        assert (labelled.operation, labelled.path) == expected
