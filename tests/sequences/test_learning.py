"""Sequences learned from recordings: of real commands, and of runs that no one thought of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sequences import runs
from tests.sequences.runs import HOST, by_name, exchange, hidden, login, show, versions_of_glance
from tracer.errors import InputError
from tracer.model import Exchange, Recording
from tracer.recording import load
from tracer.sequences import AnyOrder, Entry, Match, Sequence, find, match
from tracer.sequences import load as load_sequence
from tracer.sequences.learning import dumps, learn

RECORDED = Path(__file__).parent / "recorded"
COMMANDS = ("image-create", "image-delete", "image-list", "image-save", "image-show", "project-show")


def recorded(command: str, release: str = "*") -> dict[str, Recording]:
    """What the real client said to real clouds for one command, by the names of the files."""
    paths = sorted(RECORDED.glob(f"{release}/{command}-*.yaml"))
    assert paths
    return {str(path.relative_to(RECORDED)): load(path) for path in paths}


def recording(run: Iterable[Exchange], command: str | None = "openstack image show x") -> Recording:
    return Recording(format=1, command=command, recorded="2026-11-23T00:00:00Z", exchanges=list(run))


def named(*given: Iterable[Exchange], command: str = "openstack image show x") -> dict[str, Recording]:
    return {f"{number}.yaml": recording(run, command) for number, run in enumerate(given)}


def held(one: Recording, sequence: Sequence) -> Match:
    return match(one.exchanges, sequence, one.cloud.release)


def problems(sequence: Sequence, recordings: Mapping[str, Recording]) -> dict[str, list[str]]:
    found = {name: held(one, sequence) for name, one in recordings.items()}
    return {name: result.explanations for name, result in found.items() if result.verdict != "conforms"}


IDS = [f"{number:08d}-aaaa-4bbb-8ccc-123456789abc" for number in range(3)]
USERS = [f"{number:032x}" for number in range(0xABC, 0xABF)]


def one_of_many() -> st.SearchStrategy[Exchange]:
    status = st.sampled_from([200, 200, 204, 403, 404, 409, 500])
    images, users = st.sampled_from([*IDS, "cirros"]), st.sampled_from([*USERS, "admin"])
    return st.one_of(
        st.just(login()),
        st.builds(versions_of_glance, st.sampled_from([200, 300, 404])),
        st.builds(show, images, status),
        st.builds(by_name, images, status),
        st.builds(hidden, status),
        st.builds(lambda i, s: exchange("PUT", f"{HOST}/image/v2/images/{i}/file", s), images, status),
        st.builds(lambda i, s: exchange("GET", f"{HOST}/identity/v3/users/{i}", s), users, status),
        st.builds(
            lambda i, s: exchange("GET", f"{HOST}/identity/v3/domains/{i}", s),
            users | st.just("default"),
            status,
        ),
        st.builds(
            lambda i, s: exchange("GET", f"{HOST}/image/v2/images?limit=1&marker={i}", s), images, status
        ),
        st.builds(lambda s: exchange("GET", f"{HOST}/image/v2/images", s), status),
        st.builds(lambda s: exchange("GET", f"{HOST}/image/v2/images/{IDS[0]}", s, token=True), st.just(401)),
        st.builds(
            lambda s: exchange("GET", f"{HOST}/image/v2/schemas/image", s, location="/x"),
            st.sampled_from([200, 301]),
        ),
    )


many_runs = st.lists(st.lists(one_of_many(), min_size=1, max_size=8), min_size=1, max_size=5)


@given(many_runs)
def test_what_is_learned_from_any_runs_holds_for_each_of_them(given: list[list[Exchange]]) -> None:
    recordings = named(*given)
    assert problems(learn(recordings), recordings) == {}


@given(many_runs, st.randoms())
def test_the_order_of_recordings_makes_no_difference(given: list[list[Exchange]], random: object) -> None:
    import random as module

    shuffled = list(given)
    assert isinstance(random, module.Random)
    random.shuffle(shuffled)
    assert learn(named(*given)) == learn(named(*shuffled))
    assert learn(named(*given, *shuffled)) == learn(named(*given))
