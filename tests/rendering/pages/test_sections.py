"""The sections of a page, and the digests of their blocks."""

from __future__ import annotations

from tracer.rendering.pages.sections import block_digest, digests, is_message, split

PAGE = """# openstack x { #top }

Purpose.

### (1) GET /a { #m1 }

``` http
## no heading { #m9 }

Host: a
```

## Output { #output }

``` text
1
```
"""


def test_a_page_has_sections_and_code_has_none() -> None:
    assert [section.anchor for section in split(PAGE)] == ["", "top", "m1", "output"]
    assert [section.title for section in split(PAGE)] == ["", "openstack x", "(1) GET /a", "Output"]
    assert "".join(block for section in split(PAGE) for block in section.blocks) == PAGE


def test_a_heading_is_a_block_and_so_is_code_with_blank_lines() -> None:
    message = split(PAGE)[2]
    assert message.blocks == [
        "### (1) GET /a { #m1 }\n\n",
        "``` http\n## no heading { #m9 }\n\nHost: a\n```\n\n",
    ]


def test_other_headings_and_a_second_one_with_the_anchor_are_part_of_the_section() -> None:
    page = f"{PAGE}\n## Mine {{ #mine }}\n\n## Again {{ #output }}\n"
    assert [section.anchor for section in split(page, {"top", "output"})] == ["", "top", "output"]
    assert [section.anchor for section in split(page)] == ["", "top", "m1", "output", "mine"]


def test_the_digests_of_a_section_are_those_of_its_blocks() -> None:
    assert digests(PAGE) == {
        section.anchor: " ".join(block_digest(block) for block in section.blocks) for section in split(PAGE)
    }
    later, edited = PAGE.replace("Host: a", "Host: b"), PAGE.replace("Purpose.", "My purpose.")
    assert _different(digests(later)) == {"m1"}
    assert _different(digests(edited)) == {"top"}


def _different(other: dict[str, str]) -> set[str]:
    return {anchor for anchor, digest in digests(PAGE).items() if other[anchor] != digest}


def test_the_number_of_a_message_does_not_count_and_other_changes_of_a_heading_do() -> None:
    heading = block_digest("### (1) GET /a { #m1 }\n\n")
    assert block_digest("### (3) GET /a { #m3 }\n") == heading
    assert block_digest("### (1), (2) GET /a { #m1 }") == heading
    assert len({heading, block_digest("### (1) GET /b { #m1 }"), block_digest("## (1) GET /a { #m1 }")}) == 3
    assert block_digest("### (1) x { #y1 }") != block_digest("### (2) x { #y2 }")


def test_the_anchor_of_a_message_is_m_and_a_number() -> None:
    assert [is_message(anchor) for anchor in ("m1", "m20", "messages", "m", "")] == [
        True, True, False, False, False,
    ]  # fmt: skip
