import pytest

from tracer.redaction.paths import Machine, Node, parse

RULES = [
    "a.b", "name", "x[].y", "wide.**", "$.top", "one.*.three", "*word", "deep.**.end", "password", "$.**.far"
]  # fmt: skip


def _at(machine: Machine[str], *steps: str | int) -> str | None:
    node: Node[str] = machine.root
    for step in steps:
        node = node[step]
    return node.rule


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        (("a", "b"), "a.b"),
        (("z", 0, "a", "b"), "a.b"),
        (("a", "c", "b"), None),
        (("b",), None),
        (("NAME",), "name"),
        (("q", "name"), "name"),
        (("name", 0), "name"),
        (("name", 0, 1), "name"),
        (("name", "other"), None),
        (("x", 3, "y"), "x[].y"),
        (("x", "y"), None),
        (("wide",), "wide.**"),
        (("wide", "v", 0, "w"), "wide.**"),
        (("wide", "v", "name"), "name"),
        (("top",), "$.top"),
        (("u", "top"), None),
        (("one", "two", "three"), "one.*.three"),
        (("one", 2, "three"), None),
        (("keyword",), "*word"),
        (("password",), "password"),
        (("far",), "$.**.far"),
        (("u", 0, "far"), "$.**.far"),
        (("words",), None),
        (("deep", "end"), "deep.**.end"),
        (("deep", "a", 0, "b", "end"), "deep.**.end"),
        (("deep", "a", 0, "b"), None),
    ],
)
def test_where_a_pattern_matches(steps: tuple[str | int, ...], rule: str | None) -> None:
    machine = Machine([(parse(text), text, 0) for text in RULES])
    assert _at(machine, *steps) == rule
    assert _at(machine, *steps) == rule  # from memory


def test_what_is_kept_beats_a_rule_of_its_rank_and_the_next_rank_beats_that() -> None:
    rules: list[tuple[str, str | None, int]] = [("a.b", "first", 0), ("b", None, 1), ("x.b", "second", 2)]
    machine = Machine([(parse(text), rule, rank) for text, rule, rank in rules])
    assert _at(machine, "a", "b") is None
    assert _at(machine, "x", "b") == "second"


@pytest.mark.parametrize("rules", [["ab*", "*bc"], ["*bc", "ab*"], ["**", "*"], ["*", "**"]])
def test_of_patterns_that_say_as_much_the_first_names_the_place(rules: list[str]) -> None:
    machine = Machine([(parse(rule), rule, 0) for rule in rules])
    assert _at(machine, "abc") == _at(machine, "x", "abc") == rules[0]


def test_a_pattern_without_a_word() -> None:
    machine = Machine([(parse("[]"), "item", 0)])
    assert (_at(machine, 0), _at(machine, "x", 1), _at(machine, "x")) == ("item", "item", None)
    assert parse("[]").word == ""


def test_memory_is_bounded_and_the_answer_right_beyond() -> None:
    machine = Machine([(parse("*word"), "yes", 0)])
    machine._budget = 3
    assert [_at(machine, f"{n}word") for n in range(9)] == ["yes"] * 9
    assert len(machine.root) == 3
