"""Sequence files: the catalogue that ships, and one clear line for each file that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracer.errors import InputError
from tracer.sequences import Entry, Loop, Sequence, catalog, find, load

GOOD = """\
name: image-list
command: openstack image list
exchanges:
- steps: [1, 2]
  to: glance
  method: GET
  path: /v2/images
  status: [200, 300]
  fallback:
    status: [404]
    then:
    - {to: glance, method: GET, path: /v1/images, status: 200}
"""


def _entries(sequence: Sequence) -> list[Entry]:
    return [
        each
        for entry in sequence.entries
        for each in (entry, *(entry.fallback.then if entry.fallback else ()), *entry.calls)
    ]


@pytest.mark.parametrize("sequence", catalog().values(), ids=str)
def test_what_ships_is_described_in_korean_and_english(sequence: Sequence) -> None:
    texts = [sequence.title, sequence.purpose]
    texts += [text for entry in _entries(sequence) for text in (entry.summary, entry.request, entry.response)]
    texts += [entry.fallback.summary for entry in sequence.entries if entry.fallback]
    for text in texts:
        assert set(text) >= {"en", "ko"}
        assert all(words.strip() for words in text.values())
    assert all(
        entry.reference.startswith("https://docs.openstack.org/api-ref/") for entry in _entries(sequence)
    )


@pytest.mark.parametrize("name", catalog())
def test_a_file_of_the_catalogue_is_called_as_its_sequence(name: str) -> None:
    assert (Path(__file__).parents[2] / "tracer" / "sequences" / "catalog" / f"{name}.yaml").is_file()


def test_image_show_has_the_eight_steps() -> None:
    assert [
        (entry.steps, entry.sender, entry.receiver, entry.method, entry.path, entry.statuses)
        for entry in find("image-show").entries
    ] == [
        ((1, 2), "client", "keystone", "GET", "/", (300,)),
        ((3, 4), "client", "keystone", "POST", "/v3/auth/tokens", (201,)),
        ((5, 6), "client", "glance", "GET", "/", (300,)),
        ((7, 8), "client", "glance", "GET", "/v2/images/{image_id}", (200,)),
    ]


def test_a_file_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(GOOD)
    assert find(str(path)) == load(path)
    assert load(path).entries[0].statuses == (200, 300)


def test_a_file_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.txt").write_text(GOOD)
    Path("bad.toml").write_text("x = 1")
    assert find("mine.txt") == load("mine.txt")
    with pytest.raises(InputError, match=r"^bad.toml: expected a sequence: a YAML file with a name and its"):
        find("bad.toml")


def test_an_unknown_name_tells_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"unknown sequence 'flavor-brew'; known: .*image-show"):
        find("flavor-brew")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: image-list", "name: image-list\nnmae: x", "object contains unknown field nmae"),
        ("name: image-list\n", "", "object missing required field name"),
        ("  to: glance\n", "", "exchanges[0]: object missing required field to"),
        ("name: image-list", "name: Image List", "name: expected str matching regex"),
        ("to: glance", "to: 5", "exchanges[0].to: expected str, got int"),
        ("[200, 300]", "[200, many]", "exchanges[0].status[1]: expected int, got str"),
        ("[200, 300]", "99", "exchanges[0].status: expected int >= 100"),
        ("[200, 300]", "[]", "exchanges[0]: status must name at least one status"),
        ("[200, 300]", "404", "exchanges[0]: a status cannot be both expected and a reason to fall back"),
        ("status: [404]", "status: []", "exchanges[0].fallback.status: expected array of length >= 1"),
        ("[1, 2]", "[1, 3]", "exchanges[0]: steps must be two numbers in a row"),
        ("[1, 2]", "[1]", "exchanges[0]: steps must be two numbers in a row"),
        ("[1, 2]", "[3, 4]", "the steps of all exchanges must count 1, 2, 3"),
        ("method: GET\n", "method: get\n", "exchanges[0].method: expected str matching regex"),
        ("path: /v2", "path: v2", "exchanges[0]: path must start with /"),
        ("/v2/images", "/v2/{}", "neither a text nor one {parameter}: '{}'"),
        ("/v2/images", "/v2//images", "neither a text nor one {parameter}: ''"),
        (
            "{to: glance,",
            "{to: glance, steps: [3, 4],",
            "exchanges[0].fallback: an entry of a fallback has no steps",
        ),
        (
            "{to: glance,",
            "{to: glance, query: {a: '{b}{c}'},",
            "query parameter 'a' must be a text or one {parameter}",
        ),
        ("{to: glance,", "{to: glance, query: {a: true},", "then[0].query[...]: expected str, got bool"),
        ("command: openstack image list", "command: ''", "command: expected str of length >= 1"),
        ("  path: /v2", "  kind: exchange\n  path: /v2", "exchanges: object contains unknown field kind"),
        ("  path: /v2", "  loop: 3\n  path: /v2", "exchanges[0].loop: expected bool | object, got int"),
        ("  path: /v2", "  loop: {}\n  path: /v2", "loop: a loop needs until_status or until_body"),
        (
            "  path: /v2",
            "  loop: {until_status: 200}\n  path: /v2",
            "cannot both go on with a loop and end it",
        ),
        ("  path: /v2", "  since: Zed\n  path: /v2", "exchanges[0]: since must be a release"),
        ("  path: /v2", "  since: zedd\n  path: /v2", "exchanges[0]: since must be a release"),
        ("  path: /v2", "  since: '2023.1'\n  until: zed\n  path: /v2", "since 2023.1 comes after until zed"),
        (
            "  fallback:",
            "  calls: [{to: x, method: GET, path: /, status: 1}]\n  fallback:",
            "calls[0].status",
        ),
        (
            "  fallback:",
            "  calls: [{to: x, from: y, method: GET, path: /, status: 200}]\n  fallback:",
            "exchanges[0]: a call is sent by the service that is asked",
        ),
        ("exchanges:", "parameters: {image_id: uuid}\nexchanges:", "names image_id, which stands in no path"),
        (
            "exchanges:",
            "parameters: {image_id: guid}\nexchanges:",
            "parameters[...]: invalid enum value 'guid'",
        ),
        (
            "exchanges:",
            "exchanges:\n- any_order: [{to: x}]",
            "exchanges[0].any_order: expected array of length",
        ),
        ("exchanges:", "exchanges:\n- any_order: 5", "exchanges[0].any_order: expected array, got int"),
        ("exchanges:", "exchanges:\n- one_of: [[{to: x}], [5]]", "exchanges[0].one_of[0][0]: object missing"),
        (
            "exchanges:",
            "exchanges:\n- one_of: [[5], [6]]",
            "exchanges[0].one_of[0][0]: expected object, got int",
        ),
        (GOOD, "[]", "expected a sequence: a YAML file with a name and its exchanges"),
        (GOOD, "", "expected a sequence: a YAML file with a name and its exchanges"),
        ("name: image-list", "name: [", "line 3: not YAML"),
        ("name: image-list", "name: a\nname: b", "line 2: not YAML: the key 'name' stands twice"),
        ("name: image-list", "a: &a b\nname: *a", "line 2: an alias (*) is not accepted"),
        ("name: image-list", "name: " + "[" * 2000, "line 1: nested deeper than 100 levels"),
        ("name: image-list", "name: !!python/object/apply:os.system [id]", "line 1: a tag"),
        ("name: image-list", "name: 2020-99-99", "name: expected str matching regex"),
        ("name: image-list", "name: \x07", "not YAML"),
    ],
)
def test_a_wrong_file_names_itself_the_place_and_what_is_wrong(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "wrong.yaml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load(path)
    message_text = str(caught.value)
    assert message_text.startswith(f"{path}: ")
    assert message in message_text
    assert "\n" not in message_text


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file or directory"):
        find(str(tmp_path / "none.yaml"))
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9")
    with pytest.raises(InputError, match="not UTF-8 text"):
        load(tmp_path / "latin.yaml")


GROUPS = """\
name: upload
command: openstack image create
parameters: {image_id: uuid}
exchanges:
- any_order:
  - {steps: [1, 2], to: keystone, method: GET, path: /, status: 300}
  - {steps: [3, 4], to: glance, method: GET, path: /, status: 300}
- one_of:
  - - {steps: [5, 6], to: glance, method: PUT, path: '/v2/images/{image_id}/file', status: 204, until: zed}
  - - any_order:
      - {steps: [7, 8], to: glance, method: PUT, path: '/v2/images/{image_id}/stage', status: 204}
      - {steps: [9, 10], to: glance, method: GET, path: /v2/info/import, status: 200}
    - steps: [11, 12]
      to: glance
      method: GET
      path: /v2/images/{image_id}
      status: 200
      loop: {until_body: {status: [active, killed]}}
      calls:
      - {to: cinder, method: GET, path: /v3/volumes, status: 200}
"""


def test_groups_and_their_entries(tmp_path: Path) -> None:
    path = tmp_path / "upload.yaml"
    path.write_text(GROUPS)
    sequence = load(path)
    assert sequence.steps == tuple(range(1, 13))
    assert [type(item).__name__ for item in sequence.exchanges] == ["AnyOrder", "OneOf"]
    assert sequence.entries[5].loop == Loop(until_body={"status": ["active", "killed"]})
