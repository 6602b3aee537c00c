"""Sequence files of format 2: shared exchanges, operations, IDs and step numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import typed
from tracer.sequences import Sequence, load
from tracer.sequences.composition import expand_entries, expand_ways
from tracer.sequences.schema import Entry, Way

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT_1 = Path(__file__).parent / "format1"
CATALOG = Path(__file__).parents[2] / "tracer/sequences/catalog"
HEAD = "name: image-show\ncommand: openstack image show\n"
GOOD = f"""\
format: 2
{HEAD}exchanges:
- use: identity-versions
- use: login
- any_order:
  - {{use: image-versions, counted: false}}
  - {{operation: identity.list-projects, id: projects}}
- one_of:
  - - id: show
      operation: image.show-image
      summary: {{en: Shows.}}
      request: {{en: 'Has the token of {{step:login}}, and follows {{step:projects.request}}.'}}
      fallback:
        status: [404]
        summary: {{en: 'Not found in step {{step:show}}.'}}
        then:
        - operation: image.list-images
          query: {{name: '{{image_name}}'}}
          response: {{en: 'As {{step:show}}.'}}
      calls:
      - {{operation: identity.show-project-details, summary: {{en: 'For {{step:show.request}}.'}}}}
  - - {{to: glance, method: GET, path: /v2/info/import, status: 200}}
"""


def without_names(value: Any) -> Any:
    """Return ``value`` without what only the second format has: IDs, operations and phases."""
    if isinstance(value, tuple):
        return tuple(map(without_names, value))
    if not isinstance(value, msgspec.Struct):
        return value
    new = {"id", "operation", "phase"} if isinstance(value, Entry) else set()
    fields = {name: without_names(getattr(value, name)) for name in value.__struct_fields__}
    return msgspec.structs.replace(value, **fields | dict.fromkeys(new, ""))


def loaded(tmp_path: Path, text: str) -> Sequence:
    path = tmp_path / "sequence.yaml"
    path.write_text(text, "utf-8")
    return load(path)


def fault(tmp_path: Path, old: str, new: str) -> str:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, GOOD.replace(old, new, 1))
    text = str(caught.value).removeprefix(str(tmp_path / "sequence.yaml") + ": ")
    assert "\n" not in text
    return text


def test_steps_are_counted_in_the_order_of_the_file(tmp_path: Path) -> None:
    sequence = loaded(tmp_path, GOOD)
    assert [(entry.id, entry.steps) for entry in sequence.entries] == [
        ("identity-versions", (1, 2)),
        ("login", (3, 4)),
        ("image-versions", ()),
        ("projects", (5, 6)),
        ("show", (7, 8)),
        ("", (9, 10)),
    ]


def test_an_operation_gives_receiver_method_path_status_link_and_summary(tmp_path: Path) -> None:
    projects, show = loaded(tmp_path, GOOD).entries[3:5]
    assert (projects.receiver, projects.method, projects.path, projects.status) == (
        "keystone", "GET", "/v3/projects", 200,
    )  # fmt: skip
    assert projects.reference == "https://docs.openstack.org/api-ref/identity/v3/index.html#list-projects"
    assert projects.summary["en"] == "List projects"
    assert (show.operation, show.path, show.summary) == (
        "image.show-image", "/v2/images/{image_id}", {"en": "Shows."},
    )  # fmt: skip


def test_a_shared_exchange_keeps_what_the_file_does_not_replace(tmp_path: Path) -> None:
    text = f"format: 2\n{HEAD}exchanges:\n- {{use: login, status: [200, 201], phase: other}}\n"
    (entry,) = loaded(tmp_path, text).entries
    assert (entry.status, entry.phase, entry.prologue) == ((200, 201), "other", True)
    assert entry.path == "/v3/auth/tokens"
    assert entry.request["en"].startswith("Sends the user's name")


def test_references_to_steps_become_numbers(tmp_path: Path) -> None:
    show = loaded(tmp_path, GOOD).entries[4]
    assert show.request == {"en": "Has the token of 4, and follows 5."}
    assert show.fallback is not None
    assert show.fallback.summary == {"en": "Not found in step 8."}
    assert show.fallback.then[0].response == {"en": "As 8."}
    assert show.calls[0].summary == {"en": "For 7."}


def test_the_first_format_needs_no_key(tmp_path: Path) -> None:
    body = "exchanges:\n- {steps: [1, 2], to: glance, method: GET, path: /v2/images, status: 200}\n"
    assert loaded(tmp_path, HEAD + body) == loaded(tmp_path, f"format: 1\n{HEAD}{body}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format: 2", "format: 3", "format: expected 1 or 2, got 3: made by another tracer?"),
        ("format: 2", "format: true", "format: expected 1 or 2, got True: made by another tracer?"),
        ("format: 2", "format: 2.0", "format: expected 1 or 2, got 2.0: made by another tracer?"),
        ("format: 2", "format: [2]", "format: expected 1 or 2, got [2]: made by another tracer?"),
        ("format: 2", "format: 1", "exchanges[0]: use needs `format: 2` at the beginning of the file"),
        ("format: 2\n", "", "exchanges[0]: use needs `format: 2` at the beginning of the file"),
        (
            "use: login",
            "use: logn",
            "exchanges[1].use: no shared exchange is named 'logn'; known: identity-versions, identity-v",
        ),
        ("use: login", "use: 5", "exchanges[1].use: expected str, got int"),
        ("use: login", "use: login\n  steps: [3, 4]", "exchanges[1]: format 2 counts the steps"),
        ("use: login", "use: identity-versions", "exchanges[1]: the id 'identity-versions' stands twice"),
        ("id: projects", "id: login", "exchanges[2].any_order[1]: the id 'login' stands twice"),
        ("id: projects", "id: Projects", "exchanges[2].any_order[1].id: expected str matching regex"),
        ("id: projects", "id: 5", "exchanges[2].any_order[1].id: expected str, got int"),
        ("counted: false", "counted: 0", "exchanges[2].any_order[0].counted: expected bool, got int"),
        (
            "image.show-image",
            "image.show-imag",
            "operation: no operation 'image.show-imag' in the API reference; did you mean image.show-image",
        ),
        (
            "image.show-image",
            "coffee.brew",
            "exchanges[3].one_of[0][0].operation: no operation 'coffee.brew' in the API reference; see:",
        ),
        (
            "{step:login}",
            "{step:log}",
            "exchanges[3].one_of[0][0].request.en: no exchange has the id 'log' in {step:log}; known: ident",
        ),
        (
            "{step:login}",
            "{step:image-versions}",
            "one_of[0][0].request.en: the exchange 'image-versions' in {step:image-versions} has no steps",
        ),
        (
            "As {step:show}",
            "As {step:}",
            "exchanges[3].one_of[0][0].fallback.then[0].response.en: no exchange has the id ''",
        ),
        ("- operation: image.list", "- counted: true\n          operation: image.list", "then[0]: only an"),
        ("operation: image.list-images", "operation: image.lst", "fallback.then[0].operation: no operation"),
        ("status: 200}", "status: 99}", "exchanges[3].one_of[1][0].status: expected int >= 100"),
        ("status: 200}", "token: false}", "one_of[1][0]: object missing required field status"),
        ("status: 200}", "status: 200, expect: {{a: []}} }", "expect[...]: expected array of length >= 1"),
        ("summary: {{en: 'For", "expect: {{a: 1}}, summary: {{en: 'For", "a call of a service has no expect"),
        ("  calls:", "  cals:", "exchanges[3].one_of[0][0]: object contains unknown field cals"),
        ("exchanges:\n- use", "exchanges: 5\nsteps:\n- use", "exchanges: expected array, got int"),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_with_its_location(tmp_path: Path, old: str, new: str, message: str) -> None:
    old, new = (text.replace("{{", "{").replace("}}", "}") for text in (old, new))
    assert message in fault(tmp_path, old, new)


@pytest.mark.parametrize("earlier", sorted(FORMAT_1.glob("catalog/*.yaml")), ids=lambda path: path.stem)
def test_a_composed_file_of_the_catalogue_has_the_meaning_of_its_first_form(earlier: Path) -> None:
    composed = load(CATALOG / earlier.name)
    assert without_names(composed) == load(earlier)
    assert any(entry.id for entry in composed.entries)


@pytest.mark.parametrize(
    ("name", "expand", "kind", "later"),
    [
        ("calls", expand_entries, tuple[Entry, ...], 6),
        ("discovery", expand_entries, tuple[Entry, ...], 0),
        ("logins", expand_ways, tuple[Way, ...], 0),
    ],
)
def test_a_composed_list_has_the_meaning_of_its_first_form(
    name: str, expand: Callable[[object, str], object], kind: Any, later: int
) -> None:
    """``later`` is the number of entries that the first form did not have."""
    earlier, composed = (
        typed(expand(yaml_text.load((folder / f"{name}.yaml").read_text("utf-8"), name), name), kind, name)
        for folder in (FORMAT_1, CATALOG.parent)
    )
    present = without_names(composed)
    assert tuple(each for each in present if each in earlier) == earlier
    assert len(present) == len(earlier) + later


def test_calls_and_logins_are_composed_without_steps() -> None:
    entries = typed(
        expand_entries([{"use": "login"}, {"operation": "image.show-image"}], "x"), tuple[Entry, ...], "x"
    )
    assert [(entry.id, entry.path, entry.steps) for entry in entries] == [
        ("login", "/v3/auth/tokens", ()),
        ("", "/v2/images/{image_id}", ()),
    ]
    way = {"name": "a", "plugins": ["v3a"], "then": [{"use": "login"}]}
    (typed_way,) = typed(expand_ways([way], "x"), tuple[Way, ...], "x")
    assert [entry.path for entry in typed_way.entries] == ["/v3/auth/tokens"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"use": "nothing"}, r"^x: \[0\].use: no shared exchange is named 'nothing'"),
        ({"use": "login", "counted": True}, r"^x: \[0\]: only an exchange of a sequence is counted$"),
        (
            {"use": "login", "request": {"en": "{step:login}"}},
            r"^x: \[0\].request.en: no exchange has the id",
        ),
    ],
)
def test_a_fault_of_a_list_has_its_location(entry: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        expand_entries([entry], "x")


@pytest.mark.parametrize("tree", [5, None, {}, [5], [[]], "text"])
def test_a_list_of_another_type_is_left_to_the_check_of_types(tree: object) -> None:
    assert expand_entries(tree, "x") == tree
    assert expand_ways(tree, "x") == tree
