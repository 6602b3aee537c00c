"""Sequences learned from recordings: of real commands, and of runs that no one thought of."""

from __future__ import annotations

import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.comparison.polled import polled, waited
from tests.sequences import runs
from tests.sequences.learning.runs import IDS, USERS, images, looked_up, matched, named, problems, recording
from tests.sequences.runs import HOST, by_name, exchange, hidden, login, show, versions_of_glance
from tracer.errors import InputError
from tracer.recording import load
from tracer.sequences import Entry, Sequence, find, label
from tracer.sequences import load as load_sequence
from tracer.sequences.learning import dumps, learn
from tracer.storage import write

if TYPE_CHECKING:
    from random import Random

    from tracer.model import Exchange, Recording

RECORDED = Path(__file__).parents[1] / "recorded"


COMMANDS = ("image-create", "image-delete", "image-list", "image-save", "image-show", "project-show")


def recorded(command: str, release: str = "*") -> dict[str, Recording]:
    """What the real client said to real clouds for one command, by the names of the files."""
    paths = sorted(RECORDED.glob(f"{release}/{command}-*.yaml"))
    assert paths
    return {str(path.relative_to(RECORDED)): load(path) for path in paths}


def images_of_a_page(image: str = IDS[0], status: int = 200) -> Exchange:
    return exchange("GET", f"{HOST}/image/v2/images?limit=1&marker={image}", status)


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
        st.builds(images_of_a_page, images, status),
        st.builds(lambda s: exchange("GET", f"{HOST}/image/v2/images", s), status),
        st.builds(lambda s: exchange("GET", f"{HOST}/image/v2/images/{IDS[0]}", s, token=True), st.just(401)),
        st.builds(
            lambda s: exchange("GET", f"{HOST}/image/v2/schemas/image", s, location="/x"),
            st.sampled_from([200, 301]),
        ),
    )


many_runs = st.lists(st.lists(one_of_many(), min_size=1, max_size=8), min_size=1, max_size=5)


# The same request is anonymous in one run, and has a token in another one.
@example([[login()], [by_name(IDS[0]), login(), by_name(IDS[0])], [images_of_a_page()]])
@given(many_runs)
def test_what_is_learned_from_any_runs_holds_for_each_of_them(given: list[list[Exchange]]) -> None:
    recordings = named(*given)
    assert problems(learn(recordings), recordings) == {}


@given(many_runs, st.randoms())
def test_neither_the_order_of_recordings_nor_their_number_makes_a_difference(
    given: list[list[Exchange]], random: Random
) -> None:
    shuffled = list(given)
    random.shuffle(shuffled)
    assert learn(named(*given)) == learn(named(*shuffled)) == learn(named(*given, *shuffled))


@given(many_runs)
def test_what_is_learned_can_be_written_and_read(given: list[list[Exchange]]) -> None:
    learned = learn(named(*given))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        path.write_text(dumps(learned, "one\ntwo"))
        assert load_sequence(path) == learned


@given(many_runs, one_of_many())
def test_an_exchange_that_no_run_had_deviates(given: list[list[Exchange]], further: Exchange) -> None:
    learned = learn(named(*given))
    foreign = exchange("POST", f"{HOST}/image/v2/tasks", 201)
    for run in given:
        assert matched(recording([*run, foreign]), learned).verdict == "deviates"


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_learned_from_real_recordings_holds_for_each_of_them(command: str, tmp_path: Path) -> None:
    recordings = recorded(command)
    learned = learn(recordings)
    assert problems(learned, recordings) == {}
    assert (learned.name, learned.command) == (command, f"openstack {command.replace('-', ' ')}")
    write(tmp_path / "x.yaml", dumps(learned))
    assert load_sequence(tmp_path / "x.yaml") == learned


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("another", COMMANDS)
def test_another_command_deviates(command: str, another: str) -> None:
    if command != another:
        recordings = recorded(another)
        assert set(problems(learn(recorded(command)), recordings)) == set(recordings)


def halves(recordings: dict[str, Recording], kinds: set[str]) -> list[tuple[list[str], list[str]]]:
    """All ways to halve ``recordings`` so that each half has all ``kinds`` of runs, by their names."""
    pairs = []
    for half in combinations(recordings, len(recordings) // 2):
        rest = [name for name in recordings if name not in half]
        if all({kind for kind in kinds for name in part if kind in name} == kinds for part in (half, rest)):
            pairs.append((list(half), rest))
    return pairs


@pytest.mark.parametrize(
    ("command", "kinds", "ways"),
    [
        ("image-show", {"-id-", "-name-", "-missing"}, 136),
        ("image-list", set(), 70),
        ("image-delete", {"-id", "-name"}, 4),
    ],
)
def test_what_is_learned_from_half_of_a_set_holds_for_the_other_half(
    command: str, kinds: set[str], ways: int
) -> None:
    recordings = recorded(command)
    pairs = halves(recordings, kinds)
    assert len(pairs) == ways > 0
    for half, rest in pairs:
        learned = learn({name: recordings[name] for name in half})
        assert problems(learned, {name: recordings[name] for name in rest}) == {}, half


def requests(sequence: Sequence) -> list[tuple[str, str, str, dict[str, str], tuple[int, ...]]]:
    return [request for entry in sequence.entries for request in _requests(entry)]


def _requests(entry: Entry) -> list[tuple[str, str, str, dict[str, str], tuple[int, ...]]]:
    then = entry.fallback.then if entry.fallback else ()
    return [
        (request.receiver, request.method, request.path, request.query, request.statuses)
        for request in (entry, *then)
    ]


def test_image_show_is_learned_as_it_is_documented() -> None:
    learned, documented = learn(recorded("image-show")), find("image-show")
    assert requests(learned) == requests(documented)
    assert [entry.steps for entry in learned.entries] == [(1, 2), (3, 4), (5, 6), (7, 8)]
    assert learned.entries[:3] == documented.entries[:3]
    fallback = learned.entries[3].fallback
    assert fallback is not None
    assert (fallback.status, [entry.optional for entry in fallback.then]) == ((400, 403, 404), [False, True])


def test_image_create_has_an_optional_lookup_and_a_clean_up_after_a_refused_upload() -> None:
    learned = learn(recorded("image-create"))
    shown = [(entry.method, entry.path, entry.optional, entry.statuses) for entry in learned.entries[3:]]
    assert shown == [
        ("GET", "/v3/projects/{project_id}", True, (200,)),
        ("POST", "/v2/images", False, (201,)),
        ("PUT", "/v2/images/{image_id}/file", False, (204,)),
        ("GET", "/v2/images/{image_id}", True, (200,)),
    ]
    assert looked_up(learned.entries[3]) == [("/v3/projects", {"name": "{project_name}"}, (200, 403))]
    fallback = learned.entries[5].fallback
    assert fallback is not None
    assert fallback.status == (415,)
    assert [(entry.method, entry.path) for entry in fallback.then] == [("DELETE", "/v2/images/{image_id}")]


def test_image_list_does_not_ask_for_what_an_option_of_one_run_said() -> None:
    assert learn(recorded("image-list")).entries[-1].query == {}


def test_image_save_of_both_releases() -> None:
    (show_step, file_step) = learn(recorded("image-save")).entries[3:]
    assert (show_step.path, show_step.loop, show_step.optional) == ("/v2/images/{image_id}", True, False)
    assert show_step.fallback is not None
    assert [entry.optional for entry in show_step.fallback.then] == [False, True]
    assert (file_step.path, file_step.optional) == ("/v2/images/{image_id}/file", False)


def test_project_show_of_both_releases() -> None:
    runs = {name: run for name, run in recorded("project-show").items() if "domain-member" not in name}
    lookup, project = learn(runs).entries[2:]
    assert (lookup.path, lookup.optional) == ("/v3/auth/tokens", True)
    assert (project.path, project.statuses, project.optional) == ("/v3/projects/{project_id}", (200,), False)
    assert project.fallback is not None
    assert [(entry.path, entry.query) for entry in project.fallback.then] == [
        ("/v3/projects", {"name": "{project_name}"}),
        ("/v3/projects/{project_id}", {}),
    ]


def test_an_id_or_a_name_in_a_query_is_a_value() -> None:
    (entry,) = learn(named([images("?name=same")], [images("?name=same")])).entries
    assert entry.query == {}
    run = [images("?name=same&owner_id=x"), images("?sort=a")]
    assert learn(named(run, run)).entries[0].query == {"name": "{image_name}", "owner_id": "{owner_id}"}


def test_an_equal_word_stays_and_a_differing_one_is_a_parameter() -> None:
    def schema(name: str) -> Exchange:
        return exchange("GET", f"{HOST}/image/v2/schemas/{name}", 200)

    def path(*given: list[Exchange], command: str = "openstack image show x") -> str:
        return learn(named(*given, command=command)).entries[0].path

    assert path([schema("image")]) == path([schema("image")], [schema("image")]) == "/v2/schemas/image"
    assert path([schema("image")], [schema("member")]) == "/v2/schemas/{schema_id}"
    assert path([schema("image")], command="openstack image show image") == "/v2/schemas/{schema_id}"
    assert path([schema("image"), schema("member")]) == "/v2/schemas/image"
    detail, server = (
        exchange("GET", f"{HOST}/compute/v2.1/servers/{last}", 200, to="nova") for last in ("detail", "web")
    )
    learned = learn(named([server], [server, detail], command="openstack image show web"))
    assert {entry.path for entry in learned.entries} == {
        "/v2.1/servers/{server_id}",
        "/v2.1/servers/detail",
    }


def test_a_query_that_two_requests_of_a_run_differ_by() -> None:
    learned = learn(named([images("?limit=5"), images("?sort=name")], [images("?tag=x")]))
    assert [entry.query for entry in learned.entries] == [{}]
    learned = learn(named([images("?visibility=public&limit=5"), images("?tag=a1b2c3"), images("?a{}=b{}")]))
    assert [entry.query for entry in learned.entries] == [
        {"visibility": "public"},
        {"tag": "{tag}"},
        {"a{}": "{a}"},
    ]


def test_a_tolerated_exchange_is_no_step_after_service_calls() -> None:
    validation = exchange("GET", f"{HOST}/identity/v3/auth/tokens", 200, sender="glance")
    moved = exchange("GET", f"{HOST}/image/v2/images/{runs.IMAGE_ID}", 302)
    plain = [*runs.prologue(), show(), validation]
    learned = learn(named(plain, [*runs.prologue(), validation, moved, show(), validation]))
    shows = [entry for entry in learned.entries if entry.path.startswith("/v2/images/")]
    assert [entry.statuses for entry in shows] == [(200,)]


def test_a_tolerated_exchange_is_no_step() -> None:
    expired = [*runs.prologue(), show(status=401), login(), show()]
    moved = [*runs.prologue(), exchange("GET", f"{HOST}/image/v2/images/{runs.IMAGE_ID}", 302), show()]
    again = [*runs.prologue(), versions_of_glance(), show(), versions_of_glance()]
    recordings = named(expired, moved, again)
    learned = learn(recordings)
    assert [(entry.path, entry.statuses, entry.loop) for entry in learned.entries] == [
        ("/", (300,), False),
        ("/v3/auth/tokens", (201,), False),
        ("/", (300,), False),
        ("/v2/images/{image_id}", (200,), False),
    ]
    assert problems(learned, recordings) == {}


def test_an_exchange_without_stand_in_in_one_run_is_tolerated_in_none() -> None:
    moved = exchange("GET", f"{HOST}/image/v2/images/{runs.IMAGE_ID}", 302)
    recordings = named([*runs.prologue(), moved, show()], [*runs.prologue(), moved])
    learned = learn(recordings)
    image = learned.entries[-1]
    assert (image.path, image.statuses, image.loop) == ("/v2/images/{image_id}", (200, 302), True)
    assert problems(learned, recordings) == {}


def test_discovery_of_a_service_that_nothing_documents() -> None:
    heat = exchange("GET", "http://10.0.0.5:8004/v1/", 200, to="heat")
    stack = exchange("GET", "http://10.0.0.5:8004/v1/stacks/4711", 200, to="heat")
    first, second = learn(named([heat, stack, heat], [stack])).entries
    assert (first.path, first.prologue, first.optional, first.repeats) == ("/v1", True, True, True)
    assert first.summary["en"] == "The client asks Heat which versions of its API there are."
    assert (second.path, second.prologue) == ("/v1/stacks/{stack_id}", False)


def test_a_command_that_only_logs_in_has_the_login_as_its_own() -> None:
    learned = learn(named([runs.versions_of_keystone(), login()], command="openstack token issue"))
    assert [entry.prologue for entry in learned.entries] == [True, False]


def at(sent: Exchange, started: float, ended: float) -> Exchange:
    return msgspec.structs.replace(sent, started=started, ended=ended)


def test_what_a_service_asked_is_a_call_of_what_it_was_asked() -> None:
    outer = at(show(), 1.0, 2.0)
    validation = exchange("GET", f"{HOST}/identity/v3/auth/tokens", 200, sender="glance")
    policy = exchange("GET", f"{HOST}/identity/v3/users/{USERS[0]}", 200, sender="glance")
    deep = [at(login(), 0.0, 0.5), outer, at(validation, 1.1, 1.2), at(policy, 1.3, 1.4)]
    recordings = named(deep, [at(login(), 0.0, 0.5), outer])
    learned = learn(recordings)
    assert [entry.path for entry in learned.entries] == ["/v3/auth/tokens", "/v2/images/{image_id}"]
    (call,) = learned.entries[1].calls
    assert (call.receiver, call.method, call.path, call.statuses) == (
        "keystone",
        "GET",
        "/v3/users/{user_id}",
        (200,),
    )
    assert problems(learned, recordings) == {}
    elsewhere = named([*deep[:1], at(policy, 0.1, 0.2), outer])
    assert learn(named(deep[:2])).entries[1].calls == ()
    assert problems(learn(named(deep[:2])), elsewhere) != {}


def with_ids(sent: Exchange, answered: str, carried: str = "") -> Exchange:
    """Return the exchange with the request ID in its response, and with that of its cause."""
    headers = {"X-OpenStack-Request-ID": carried} if carried else {}
    assert sent.response is not None
    return msgspec.structs.replace(
        sent,
        request=msgspec.structs.replace(sent.request, headers=headers),
        response=msgspec.structs.replace(sent.response, headers={"x-openstack-request-id": answered}),
    )


def test_what_a_service_asked_after_its_response_is_learned_and_accepted_in_any_order() -> None:
    def create(*calls: tuple[str, float]) -> list[Exchange]:
        """Return a create that is answered at 2.0, and a poll that is under way when the later calls come."""
        compute = f"{HOST}/compute/v2.1/servers"
        run = [
            at(login(), 0.0, 0.5),
            at(with_ids(exchange("POST", compute, 202, to="nova"), "req-1"), 1.0, 2.0),
        ]
        run.append(at(with_ids(exchange("GET", f"{compute}/{IDS[0]}", 200, to="nova"), "req-2"), 2.1, 9.0))
        for number, (path, moment) in enumerate(calls):
            sent = exchange("GET", f"{HOST}/network/v2.0/{path}", 200, to="neutron", sender="nova")
            run.append(at(with_ids(sent, f"req-n{number}", "req-1"), moment, moment + 0.1))
        return sorted(run, key=lambda each: each.started)

    recordings = named(
        create(("quotas", 1.1), ("networks", 1.2), ("ports", 3.0)),
        create(("quotas", 1.1), ("ports", 3.0), ("networks", 3.1), ("networks", 3.2)),
        command="openstack server create x",
    )
    learned = learn(recordings)
    (entry,) = (each for each in learned.entries if each.method == "POST" and each.receiver == "nova")
    assert [call.path for call in entry.calls] == ["/v2.0/quotas"]
    assert [call.path for call in entry.afterwards] == ["/v2.0/networks", "/v2.0/ports"]
    further = named(
        create(("ports", 1.5), ("networks", 4.0), ("quotas", 5.0)), command="openstack server create x"
    )
    assert problems(learned, recordings | further) == {}
    unknown = named(create(("floatingips", 4.0)), command="openstack server create x")
    assert problems(learned, unknown) != {}


def test_service_calls_are_written_in_the_order_sent() -> None:
    def calls(*paths: str) -> list[Exchange]:
        sent = [exchange("GET", f"{HOST}/identity/v3/{path}", 200, sender="glance") for path in paths]
        inner = [at(call, 1.1 + number / 100, 1.1 + number / 100) for number, call in enumerate(sent)]
        return [at(show(), 1.0, 2.0), *inner]

    def shown(*given: list[Exchange]) -> list[str]:
        (entry,) = learn(named(*given)).entries
        return [call.path for call in entry.calls]

    first = calls("users", "roles", "groups")
    assert shown(first) == ["/v3/users", "/v3/roles", "/v3/groups"]
    second = calls("users", "projects", "groups", "domains")
    assert shown(first, second) == shown(second, first)
    assert shown(second, first) == [
        "/v3/users", "/v3/roles", "/v3/projects", "/v3/groups", "/v3/domains",
    ]  # fmt: skip


def test_a_pseudonym_in_a_path_or_query_is_a_parameter(tmp_path: Path) -> None:
    revoked = exchange("DELETE", f"{HOST}/identity/v2.0/tokens/<token-1>", 204)
    searched = [images("?tag=<token-1>"), images("?visibility=all")]
    learned = learn(named([revoked, *searched]))
    assert [entry.path for entry in learned.entries] == [
        "/v2.0/tokens/{token_id}",
        "/v2/images",
        "/v2/images",
    ]
    assert learned.entries[1].query == {"tag": "{tag}"}
    assert "<token" not in dumps(learned)
    write(tmp_path / "x.yaml", dumps(learned))


def test_a_long_run_is_learned_in_seconds() -> None:
    kinds = ("users", "groups", "roles", "regions")
    run = [exchange("GET", f"{HOST}/identity/v3/{kinds[n * n % 7 % 4]}/{n:032x}", 200) for n in range(10_000)]
    start = time.process_time()
    learned = learn(named(run, run[1:]))
    assert time.process_time() - start < 10
    assert len(learned.entries) > 1000


def test_learned_exchanges_have_their_operations_and_shared_exchanges(tmp_path: Path) -> None:
    learned = learn(recorded("image-show"))
    assert [(entry.id, entry.operation, entry.phase) for entry in learned.entries] == [
        ("identity-versions", "", "discovery"),
        ("login", "identity.password-authentication-with-scoped-authorization", "login"),
        ("image-versions", "image.list-api-versions-root", "discovery"),
        ("", "image.show-image", ""),
    ]
    show = learned.entries[3]
    assert show.reference.endswith("image/v2/index.html#show-image")
    assert show.fallback is not None
    assert [entry.operation for entry in show.fallback.then] == ["image.list-images"] * 2
    text = dumps(learned)
    assert text.startswith("format: 2\n")
    for inherited in ("steps:", "to:", "method:", "path:", "reference:", "prologue:"):
        assert inherited not in text


def test_a_second_login_has_an_id_of_its_own() -> None:
    twice = [exchange("GET", f"{HOST}/image/v2/schemas/image", 200, token=True)]
    learned = learn(
        named([login(), *twice, login(), exchange("GET", f"{HOST}/image/v2/images", 200, token=True)])
    )
    ids = [entry.id for entry in learned.entries if entry.path == "/v3/auth/tokens"]
    assert ids == ["login", "login-2"]


def _chain(length: int) -> list[Exchange]:
    """A request of a client, and service calls that are each the cause of the next one."""
    to_keystone = exchange("GET", f"{HOST}/identity/v3/users/{USERS[0]}", 200, sender="glance")
    to_glance = exchange("GET", f"{HOST}/image/v2/images/{IDS[0]}", 200, sender="keystone")
    return [show(), *([to_keystone, to_glance] * length)[:length]]


def test_calls_that_are_nested_too_deeply_for_a_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.yaml").write_text(dumps(learn(named(_chain(20)))))
    entry = load_sequence(tmp_path / "deep.yaml").entries[0]
    for _ in range(20):
        (entry,) = entry.calls
    assert not entry.calls
    for length in (21, 2_000):
        with pytest.raises(InputError, match=r"^0.yaml: exchanges\[21\]: more than 20 service calls"):
            learn(named(_chain(length)))


@given(st.lists(polled, min_size=3, max_size=3), polled)
def test_three_runs_with_polls_accept_a_fourth(
    three: list[list[tuple[Exchange, list[Exchange]]]], fourth: list[tuple[Exchange, list[Exchange]]]
) -> None:
    sequence = learn({str(number): waited(polls) for number, polls in enumerate(three)})
    assert label(waited(fourth), sequence).verdict == "conforms"
