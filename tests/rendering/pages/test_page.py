"""Pages of runs of every kind, and the site that holds them."""

from __future__ import annotations

import json
import re
import string
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

from tests.rendering import seed
from tests.rendering.sites import exchange_with, page_of, rendered, seed_recording, site, write_recordings
from tracer.errors import InputError, LeakError
from tracer.model import Body, Cloud, Exchange, Output, Recording, RunNote, free_note
from tracer.rendering.pages.launch import launch
from tracer.sequences import find, label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def _by_name() -> Recording:
    run = list(seed_recording().exchanges[:3])
    name = "/image/v2/images/cirros"
    run.append(seed.exchange("GET", name, 404, "Not Found", times=(0.4, 0.5), token=True))
    found = Body(type="application/json", size=20, json='{"images": []}')
    by_name = "/image/v2/images?name=cirros"
    run.append(seed.exchange("GET", by_name, 200, "OK", times=(0.6, 0.7), token=True, body=found))
    return msgspec.structs.replace(seed.recording(run), command="openstack image show cirros")


def _other(run: Sequence[Exchange] | None = None, **changes: Any) -> Recording:
    """A recording that no sequence describes."""
    bare = [msgspec.structs.replace(one, steps=[], verdict=None) for one in run or seed_recording().exchanges]
    changes = {"command": "openstack network list --long", "sequence": None, "verdict": None, **changes}
    return msgspec.structs.replace(seed_recording(), **{"exchanges": bare, **changes})


def _above_messages(page: str) -> str:
    return page.partition("\n### (")[0]


def test_an_unknown_language_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown language 'fr'; known: en, ko"):
        site(tmp_path, tmp_path / "site", "fr")


def test_what_recordings_share_is_on_one_page_of_their_release(tmp_path: Path) -> None:
    older = msgspec.structs.replace(_by_name(), recorded="2021-01-01T00:00:00Z")
    recordings = write_recordings(tmp_path / "r", image_show=seed_recording(), image_show_by_name=older)
    site(recordings, tmp_path / "s")
    docs = tmp_path / "s/docs/zed"
    shared = (docs / "prologue.md").read_text(encoding="utf-8")
    assert re.findall(r"^##+ (\(.*\) \S+)", shared, re.MULTILINE) == [
        "(1), (2) GET",
        "(1) GET",
        "(2) 300",
        "(3), (4) POST",
        "(3) POST",
        "(4) 201",
        "(5), (6) GET",
        "(5) GET",
        "(6) 300",
    ]
    for name in ("image-show", "image-show-by-name"):
        page = (docs / f"{name}.md").read_text(encoding="utf-8")
        assert "(1)-(6)" in page
        assert not re.search(r"^### \([1-6]\)", page, re.MULTILINE)
    # The older recording gives what both have.
    assert "(image-show-by-name.md)" in shared


def test_a_page_that_is_added_moves_nothing(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "r", image_show=seed_recording())
    site(recordings, tmp_path / "s")
    shared = tmp_path / "s/docs/zed/prologue.md"
    before = shared.read_text(encoding="utf-8")
    newer = msgspec.structs.replace(seed_recording(), recorded="2023-01-01T00:00:00Z")
    write_recordings(recordings, a_first_one=newer)
    published = site(recordings, tmp_path / "s")
    assert "docs/zed/a-first-one.md" in published.written
    assert shared.read_text(encoding="utf-8") == before


def test_a_log_in_of_another_kind_is_shown_beside_the_first(tmp_path: Path) -> None:
    run = list(seed_recording().exchanges)
    auth = '{"auth": {"identity": {"methods": ["token"], "token": {"id": "<token-1>"}}}}'
    asked = msgspec.structs.replace(run[1].request, body=Body(type="application/json", size=9, json=auth))
    run[1] = msgspec.structs.replace(run[1], request=asked)
    by_token = msgspec.structs.replace(seed_recording(), exchanges=run, recorded="2023-01-01T00:00:00Z")
    recordings = write_recordings(tmp_path / "r", image_show=seed_recording(), by_token=by_token)
    site(recordings, tmp_path / "s")
    shared = (tmp_path / "s/docs/zed/prologue.md").read_text(encoding="utf-8")
    assert shared.count("## (3), (4) POST /identity/v3/auth/tokens") == 2
    links = [
        re.search(
            r"\(3\), \(4\) \[.*?\]\((prologue\.md#\S+)\)", (tmp_path / f"s/docs/zed/{name}.md").read_text()
        )
        for name in ("image-show", "by-token")
    ]
    assert len({link[1] for link in links if link}) == 2


def test_a_recording_without_a_sequence_says_what_went_from_whom_to_whom(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    page = page_of(tmp_path, _other(), name="network-list")
    assert _above_messages(page) == snapshot
    assert page.count("\n### (") == 2


def test_login_and_discovery_are_described_without_a_sequence(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    run = list(seed_recording().exchanges)
    versions = Body(type="application/json", size=20, json='{"version": {}}')
    run[2] = seed.exchange(
        "GET", "/network/v2.0/", 200, "OK", times=(0.31, 0.33), to="neutron", token=True, body=versions
    )
    page = page_of(tmp_path, _other(run), name="network-list")
    assert _above_messages(page).partition("Step by step:")[2] == snapshot
    assert "### (5) GET /network/v2.0 { #m5 }\n\nAsks neutron-api for the versions of its API.\n" in page
    heading = "### (7) Show image · GET /image/v2/images/{image_id} { #m7 }"
    assert f"{heading}\n\nFrom openstack-client to glance-api.\n" in page
    shared = (tmp_path / "site/docs/zed/prologue.md").read_text(encoding="utf-8")
    assert "Asks the root of the Identity service for its versions. No token is needed. [API ref" in shared


LINK = "https://docs.openstack.org/api-ref/compute/index.html#list-servers-detailed"
ERRORS = "400, 401, 403"


@pytest.mark.parametrize(
    ("language", "name", "labels"),
    [
        ("en", "List Servers Detailed", ("Operation", "Success", "Errors")),
        ("ko", "서버 상세 목록 조회", ("오퍼레이션", "성공", "오류")),
    ],
)
def test_an_operation_without_a_sequence_has_its_name_its_link_and_its_statuses(
    language: str, name: str, labels: tuple[str, str, str], tmp_path: Path
) -> None:
    listed = seed.exchange(
        "GET", "/compute/v2.1/servers/detail", 200, "OK", times=(0, 1), to="nova", token=True
    )
    listed = msgspec.structs.replace(listed, operation="compute.list-servers-detailed")
    page = page_of(tmp_path, _other([listed]), language, name="server-list")
    assert f"- [(1), (2)](#m1) [{name}]({LINK}): " in page
    assert f"### (1) {name} · GET /compute/v2.1/servers/detail {{ #m1 }}\n" in page
    operation, success, errors = labels
    own = "[`compute.list-servers-detailed`](../operations/compute/list-servers-detailed.md)"
    line = f"**{operation}** [{name}]({LINK}) ({own})"
    assert f"\n\n{line}\n\n" in page
    assert f"\n\n{line} · **{success}** 200 · **{errors}** {ERRORS}\n\n" in page


def test_texts_of_a_sequence_come_before_the_operation(tmp_path: Path) -> None:
    page = page_of(tmp_path, seed_recording())
    link = "https://docs.openstack.org/api-ref/image/v2/index.html#show-image"
    text = "Asks for the image by its ID, with the token from step 4 in X-Auth-Token."
    heading = "### (7) GET /image/v2/images/{image_id} { #m7 }"
    own = "[`image.show-image`](../operations/image/show-image.md)"
    assert f"{heading}\n\n{text}\n\n**Operation** [Show image]({link}) ({own})\n" in page


def test_an_operation_that_is_gone_has_the_statuses_of_its_release(tmp_path: Path) -> None:
    asked = seed.exchange("GET", "/compute/v2.1/servers/x", 200, "OK", times=(0, 1), to="nova", token=True)
    asked = msgspec.structs.replace(asked, operation="compute.show-console-connection-information")
    recording = msgspec.structs.replace(
        seed_recording(), exchanges=[asked], sequence=None, verdict=None, cloud=Cloud(release="zed")
    )
    page = page_of(tmp_path, recording)
    assert "#show-console-connection-information) ([`compute.show-console-connection-information`](" in page


def test_an_unknown_operation_is_text_without_a_link(tmp_path: Path) -> None:
    asked = seed.exchange("GET", "/x", 200, "OK", times=(0, 1), to="tea")
    asked = msgspec.structs.replace(asked, operation="[a](javascript:b) <script>")
    recording = msgspec.structs.replace(seed_recording(), exchanges=[asked], sequence=None, verdict=None)
    page = page_of(tmp_path, recording)
    assert r"**Operation** \[a\](javascript:b) &lt;script> (<code>" in page
    assert "<script" not in page


def test_a_login_that_failed_and_services_that_are_not_openstack_are_not_described(tmp_path: Path) -> None:
    run = seed.exchanges()[:2]
    run[1] = seed.exchange("POST", "/identity/v3/auth/tokens", 401, "No", times=(0.1, 0.2), to="keystone")
    run.append(seed.exchange("GET", "/", 200, "OK", times=(0.3, 0.4), to="registry"))
    page = page_of(tmp_path, _other(run), name="network-list")
    assert "(3), (4)](#m3) openstack-client sends `POST /identity/v3/auth/tokens` to keystone-api" in page
    assert "(5), (6)](#m5) openstack-client sends `GET /` to registry" in page


def test_it_links_to_the_prologue_that_another_recording_gives(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "r", image_show=seed_recording(), network_list=_other())
    site(recordings, tmp_path / "s")
    page = (tmp_path / "s/docs/zed/network-list.md").read_text(encoding="utf-8")
    assert "(1)-(6)" in page
    assert page.count("\n### (") == 2


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_run_that_deviates_says_so_with_places(
    language: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    run = seed.exchanges()
    run[1] = seed.exchange(
        "POST", "/identity/v3/auth/tokens", 401, "Unauthorized", times=(0.1, 0.2), to="keystone"
    )
    run[2] = seed.exchange("DELETE", f"/image/v2/images/{seed.IMAGE_ID}", 403, "Forbidden", times=(0.3, 0.35))
    recording = seed.recording(run[:3])
    page = page_of(tmp_path, recording, language)
    assert _above_messages(page) == snapshot
    tree = rendered(page)
    assert [box.text for box in tree.all("div", "warning")] == snapshot
    assert len(tree.all("div", "warning")) == 3


def test_what_happened_by_name_is_linked_from_the_note(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "r", image_show=seed_recording(), image_show_by_name=_by_name())
    site(recordings, tmp_path / "s")
    by_id = (tmp_path / "s/docs/zed/image-show.md").read_text(encoding="utf-8")
    by_name = (tmp_path / "s/docs/zed/image-show-by-name.md").read_text(encoding="utf-8")
    assert "A run in which it went so: [openstack image show (by-name)" in by_id
    assert "This is what happened in this run." in by_name
    assert "the client goes on to the next one" in by_name
    assert "A run in which it went so" not in by_name


def test_calls_of_services_stand_between_a_request_and_its_answer(tmp_path: Path) -> None:
    run = seed.exchanges()
    run.append(
        seed.exchange(
            "GET", "/identity/v3/auth/tokens", 200, "OK", times=(0.42, 0.43), to="keystone", sender="glance"
        )
    )
    recording = label(msgspec.structs.replace(seed.recording(), exchanges=run), find("image-show"))
    page = page_of(tmp_path, recording)
    numbers = re.findall(r"^### \((\d+)\) (\S+)", page, re.MULTILINE)
    assert numbers == [("7", "GET"), ("8", "GET"), ("9", "200"), ("10", "200")]
    assert "[(7), (10)](#m7)" in page
    assert "[(8), (9)](#m8)" in page


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (None, ["none"]),
        (Body(size=0), ["none"]),
        (
            Body(size=16300544, omitted="streamed", sha256="ab" * 32),
            ["it streamed through", "16,300,544 bytes", f"`{'ab' * 32}`"],
        ),
        (Body(size=9, omitted="too-large"), ["it is too large", "9 bytes."]),
        (Body(type="image/x", size=4, base64="AAECAw=="), ["AAECAw==", "No text: 4 bytes"]),
        (Body(type="text/html", size=9, text="<p>x</p>"), ["``` html", "<p>x</p>"]),
        (
            Body(type="application/json", size=9, json="\n".join(f'"line {n}"' for n in range(1000))),
            ['"line 399"', "The first 400 of 1000 lines are shown"],
        ),
        (Body(type="text/plain", size=9, text="x" * 100_000), ["x…", "It is shown shortened"]),
    ],
)
def test_bodies_of_every_kind(tmp_path: Path, body: Body | None, shown: list[str]) -> None:
    page = page_of(tmp_path, _other([exchange_with(body, sent=body)]))
    for text in shown:
        assert page.count(text) == 2, text
    assert len(page) < 20_000
    assert len(rendered(page).all("div", "tabbed-block")) == 4


def test_a_long_run_comes_in_several_diagrams_and_polling_is_shown_once(tmp_path: Path) -> None:
    polls = [
        seed.exchange("GET", "/image/v2/tasks/7", 200, "OK", times=(number, number + 0.5))
        for number in range(50)
    ]
    others = [
        seed.exchange("GET", f"/image/v2/{letter}", 200, times=(50 + number, 51 + number))
        for number, letter in enumerate(string.ascii_letters)
    ]
    page = page_of(tmp_path, _other([*polls, *others]))
    assert page.count("``` mermaid") > 1
    assert [int(found) for found in re.findall(r"^### \((\d+)\)", page, re.MULTILINE)][:6] == [
        1,
        2,
        99,
        100,
        101,
        102,
    ]
    assert "(3)-(98) are the same as [(1), (2)](#m1)" in page
    assert "[(3)-(98)](#m1) The same once more, 48 times." in page
    tree = rendered(page)
    ids = {element.attributes.get("id") for element in tree.all()}
    links = [link.attributes["href"] or "" for link in tree.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= ids


def test_a_response_that_never_came(tmp_path: Path) -> None:
    page = page_of(tmp_path, _other([seed.exchange("GET", "/x", None, times=(0, 1), error="peer gone")]))
    assert "### (2) No response" in page
    assert "peer gone" in page


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_not_known_is_said(language: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    recording = _other(
        command=None,
        client="",
        cloud=Cloud(),
        output=None,
        interrupted="killed",
        notes=[free_note("a note")],
        exchanges=[],
    )
    assert page_of(tmp_path, recording, language, name="run-7") == snapshot


def test_a_failed_command_says_so(tmp_path: Path) -> None:
    page = page_of(tmp_path, _other(output=Output(exit=1, stderr="No Image found for x\n")))
    assert "No Image found for x" in page
    assert "ended with exit code 1" in page
    assert "standard error" in page


def test_each_release_has_a_folder_and_its_part_of_the_navigation(tmp_path: Path) -> None:
    new = msgspec.structs.replace(seed_recording(), cloud=Cloud(release="2026.2"))
    unknown = msgspec.structs.replace(seed_recording(), cloud=Cloud())
    recordings = write_recordings(tmp_path / "r", image_show=seed_recording())
    write_recordings(recordings, image_show=new)
    write_recordings(recordings, image_show=unknown)
    site(recordings, tmp_path / "s")
    navigation = yaml.safe_load((tmp_path / "s/mkdocs.base.yml").read_text().partition("\nnav:\n")[2])
    assert [next(iter(part)) for part in navigation] == [
        "All commands", "Operations of the API", "2026.2", "zed", "Release not known",
        "glance API", "keystone API",
    ]  # fmt: skip
    assert navigation[5]["glance API"] == [
        "operations/image/list-api-versions-root.md", "operations/image/show-image.md",
    ]  # fmt: skip
    assert navigation[3]["zed"] == [
        {"Signing in and finding services": "zed/prologue.md"},
        {"openstack image show": "zed/image-show.md"},
    ]
    page = (tmp_path / "s/docs/zed/image-show.md").read_text()
    assert (
        "**Other releases** [2026.2](../2026.2/image-show.md), [Release not known](../unknown/image-show.md)"
        in page
    )
    site(recordings, tmp_path / "t", release="zed")
    assert sorted(path.name for path in (tmp_path / "t/docs").iterdir()) == [
        "assets", "index.md", "operations", "zed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("auth", "environment"),
    [
        (
            {
                "identity": {
                    "methods": ["application_credential"],
                    "application_credential": {"id": "f0", "secret": "<secret-1>"},
                }
            },
            {
                "OS_AUTH_TYPE": "v3applicationcredential",
                "OS_APPLICATION_CREDENTIAL_ID": "f0",
                "OS_APPLICATION_CREDENTIAL_SECRET": "********",
            },
        ),
        (
            {
                "identity": {"methods": ["token"], "token": {"id": "<token-1>"}},
                "scope": {"system": {"all": True}},
            },
            {"OS_AUTH_TYPE": "v3token", "OS_TOKEN": "********", "OS_SYSTEM_SCOPE": "all"},
        ),
        ("nonsense", {}),
    ],
)
def test_the_launch_entry_has_the_environment_that_the_log_in_tells(
    auth: Any, environment: dict[str, str]
) -> None:
    run = list(seed_recording().exchanges)
    body = Body(type="application/json", size=9, json=json.dumps({"auth": auth}))
    run[1] = msgspec.structs.replace(run[1], request=msgspec.structs.replace(run[1].request, body=body))
    entry = json.loads(launch(msgspec.structs.replace(seed_recording(), exchanges=run), "x"))
    assert entry["env"] == {
        "OS_AUTH_URL": "http://182.161.114.101/identity",
        "OS_IDENTITY_API_VERSION": "3",
        **environment,
    }


@pytest.mark.parametrize(
    ("discovered", "login", "given"),
    [
        ("http://cloud/identity/v3", "http://cloud/identity/v3/auth/tokens", "http://cloud/identity/v3"),
        ("http://cloud/identity/v3/", "http://cloud/identity/v3/auth/tokens", "http://cloud/identity/v3/"),
        ("http://cloud/identity/", "http://cloud/identity/v3/auth/tokens", "http://cloud/identity/"),
        ("http://cloud:5000/v3", "http://cloud:5000/v3/auth/tokens", "http://cloud:5000/v3"),
        ("http://cloud:5000/", "http://cloud:5000/v3/auth/tokens", "http://cloud:5000"),
        (
            "http://controller/identity",
            "http://192.0.2.7/identity/v3/auth/tokens",
            "http://controller/identity",
        ),
        (None, "http://cloud/identity/v3/auth/tokens", "http://cloud/identity"),
    ],
)
def test_the_launch_entry_keeps_the_authentication_url_as_given(
    discovered: str | None, login: str, given: str
) -> None:
    """Keystone's answer to discovery may name another host, and a client may log in without discovery."""
    first, second, *_ = seed_recording().exchanges
    run = [msgspec.structs.replace(second, request=msgspec.structs.replace(second.request, url=login))]
    if discovered:
        request = msgspec.structs.replace(first.request, url=discovered)
        run.insert(0, msgspec.structs.replace(first, request=request))
    entry = json.loads(launch(msgspec.structs.replace(seed_recording(), exchanges=run), "x"))
    assert entry["env"]["OS_AUTH_URL"] == given


def test_the_launch_entry_takes_no_use_of_a_token_for_discovery() -> None:
    _, login, _, show, *_ = seed_recording().exchanges
    used = msgspec.structs.replace(
        show, receiver="keystone", request=msgspec.structs.replace(show.request, url="http://other/v3/users")
    )
    entry = json.loads(launch(msgspec.structs.replace(seed_recording(), exchanges=[used, login]), "x"))
    assert entry["env"]["OS_AUTH_URL"] == "http://182.161.114.101/identity"


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("http://[::1]:5000", {"OS_AUTH_URL": "http://[::1]:5000"}),
        ("http://[fe80::1%25eth0]", {"OS_AUTH_URL": "http://[fe80::1%25eth0]"}),
        ("http://[::1", {}),
        ("", {}),
    ],
)
def test_the_launch_entry_of_a_run_without_a_login_names_the_cloud(
    url: str, environment: dict[str, str]
) -> None:
    recording = msgspec.structs.replace(_other(run=seed_recording().exchanges[:1]), cloud=Cloud(url=url))
    assert json.loads(launch(recording, "x"))["env"] == environment


@pytest.mark.parametrize("command", ["curl http://x", "", "openstack 'unclosed"])
def test_a_command_of_another_program_has_no_launch_entry(command: str) -> None:
    assert launch(msgspec.structs.replace(seed_recording(), command=command), "x") == ""


def test_secrets_on_the_command_line_are_masked_on_the_page(tmp_path: Path) -> None:
    recording = _other(command="openstack --os-password '<password-1>' network list")
    page = page_of(tmp_path, recording)
    assert "--os-password '******** (password-1)'" in page
    assert '"--os-password", "******** (password-1)"' in page


def test_a_page_that_would_hold_a_secret_is_not_written(tmp_path: Path) -> None:
    leak = Output(exit=0, stdout="X-Auth-Token: " + "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpaazw" * 3)
    recordings = tmp_path / "r"
    write_recordings(recordings, image_show=_other())
    path = recordings / "zed/image-show.yaml"
    from tracer.recording import dumps

    path.write_text(dumps(_other(output=leak)), encoding="utf-8")
    with pytest.raises(LeakError):
        site(recordings, tmp_path / "s")
    assert not (tmp_path / "s/docs/zed/image-show.md").exists()


def test_two_runs_of_a_command_without_a_sequence_have_titles_of_their_own(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "r", network_list=_other(), network_list_2=_other())
    site(recordings, tmp_path / "s")
    titles = [
        (tmp_path / f"s/docs/zed/{name}.md").read_text(encoding="utf-8").partition(" { #top }")[0]
        for name in ("network-list", "network-list-2")
    ]
    assert titles == ["# openstack network list", "# openstack network list (2)"]


@pytest.mark.parametrize(
    ("language", "verdict", "box", "pointer"),
    [
        ("en", "**Verdict** undetermined", "About this recording", "“About this recording” below says why."),
        ("ko", "**판정** 근거 부족", "이 기록에 대하여", "이유는 아래 “이 기록에 대하여”에 적혀 있다."),
    ],
)
@pytest.mark.parametrize("notes", [[free_note("several commands ran at once")], []], ids=["noted", "bare"])
def test_a_page_of_an_undetermined_run_points_at_the_box_with_its_notes(
    language: str, verdict: str, box: str, pointer: str, notes: list[RunNote], tmp_path: Path
) -> None:
    recording = msgspec.structs.replace(seed_recording(), verdict="undetermined", notes=notes)
    site(write_recordings(tmp_path / "r", image_show=recording), tmp_path / "s", language)
    page = (tmp_path / "s/docs/zed/image-show.md").read_text(encoding="utf-8")
    assert verdict in page
    assert (f'!!! note "{box}"' in page, pointer in page) == (bool(notes), bool(notes))
