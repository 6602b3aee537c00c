"""What the command printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from tests.comparison.differing import A, B, lines
from tests.comparison.runs import exchange, output, run
from tracer.comparison import compare

if TYPE_CHECKING:
    from tracer.model import Recording


def test_what_the_command_printed_is_compared_by_structure_or_by_line() -> None:
    before = run(output=output('{"id": "x", "size": 1}'))
    after = run(output=output('{"id": "x", "size": "1"}', 1))
    assert lines(compare(before, after)) == [
        ("breaking", "changed", "output.exit"),
        ("breaking", "type", "output.stdout.size"),
    ]
    table = f"+----+\n| {A} |\n| cirros |\n+----+\n"
    wider = f"+--------+\n| {B}     |\n| cirros |\n+--------+\n"
    assert lines(compare(run(output=output(table)), run(output=output(wider)))) == []
    assert lines(
        compare(run(output=output(table)), run(output=output(wider.replace("cirros", "fedora"))))
    ) == [("cosmetic", "changed", "output.stdout[line 3]")]


def test_a_command_that_prints_nothing_any_more_is_one_difference() -> None:
    found = compare(run(output=output("a\nb\n")), run(output=output("")))
    assert lines(found) == [("breaking", "removed", "output.stdout")]


def test_lines_in_another_order_are_told_unless_a_list_came_so() -> None:
    before, after = run(output=output("b\na\n")), run(output=output("a\nb\n"))
    assert [kind for _, kind, _ in lines(compare(before, after))] == ["reordered"]
    listed = [exchange(body={"users": [{"name": name} for name in order]}) for order in ("ab", "ba")]
    before, after = run(listed[0], output=output("a\nb\n")), run(listed[1], output=output("b\na\n"))
    assert lines(compare(before, after)) == []
    before, after = run(listed[0], output=output("a\nb\n")), run(listed[1], output=output("b\nc\na\n"))
    assert lines(compare(before, after)) == [("additive", "added", "output.stdout[line 2]")]


def test_a_microversion_that_rises_breaks_nothing() -> None:
    def answered(version: str) -> Recording:
        return run(exchange(headers={"OpenStack-API-Version": version}))

    higher = [("compute 2.96", "compute 2.100"), ("compute 2.96", "compute 3.1")]
    others = [("compute 2.100", "compute 2.96"), ("compute 2.96", "volume 2.97"), ("compute 2.96", "latest")]
    for pairs, severity in ((higher, "additive"), (others, "breaking-api")):
        for before, after in pairs:
            found = lines(compare(answered(before), answered(after)))
            assert [one[:2] for one in found] == [(severity, "changed")], (before, after)


def test_the_printed_order_of_json_counts_like_that_of_lines() -> None:
    def printed(order: str, answered: str) -> Recording:
        rows = json.dumps([{"Name": name, "Tags": ["x", "y"]} for name in order])
        return run(exchange(body={"users": [{"name": name} for name in answered]}), output=output(rows))

    assert lines(compare(printed("ab", "ab"), printed("ba", "ab"))) == [
        ("breaking", "reordered", "output.stdout")
    ]
    assert lines(compare(printed("ab", "ab"), printed("ba", "ba"))) == []


def test_the_printed_order_of_columns_counts() -> None:
    answers = [exchange(body={"a": 1, "b": 2}), exchange(body={"b": 2, "a": 1})]
    first, second = (
        run(answer, output=output(text))
        for answer, text in zip(answers, ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}'), strict=True)
    )
    assert lines(compare(first, second)) == [("cosmetic", "reordered", "output.stdout")]
    first, second = (
        run(answer, output=output(text))
        for answer, text in zip(answers, ('{"p": {"a": 1, "b": 2}}', '{"p": {"b": 2, "a": 1}}'), strict=True)
    )
    assert lines(compare(first, second)) == []
    assert len(lines(compare(first, msgspec.structs.replace(second, exchanges=first.exchanges)))) == 1
