"""Edits of an author in a page whose recording changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracer.rendering.pages.edits import merge
from tracer.rendering.pages.sections import digests, split

PAGE = """# openstack x { #top }

Purpose.

- **Release** zed

## Request/Response { #messages }

### (1) GET /a { #m1 }

Asks for a.

=== "Header"

    ``` http title="GET"
    ## no heading { #m9 }

    Host: a
    ```

### (2) 200 OK /a { #m2 }

Answers a.

## Output { #output }

``` text
1
```
"""


def _edited(page: str, new: str) -> str:
    return merge(digests(PAGE), page, new).text


def test_without_edits_the_new_page_comes() -> None:
    new = PAGE.replace("zed", "2026.2").replace("Host: a", "Host: b")
    assert merge(digests(PAGE), PAGE, new) == (new, [], False)


@pytest.mark.parametrize(
    ("mine", "generated"),
    [
        (("Purpose.", "My purpose."), ("zed", "2026.2")),
        (("Asks for a.", "Asks for a.\n\nMy paragraph."), ("Asks for a.", "Asks for one a.")),
        (("Asks for a.", "My paragraph.\n\nAsks for a."), ("Asks for a.", "Asks for one a.")),
        (("## Output {", "## My output {"), ("\n1\n", "\n2\n")),
        (("Answers a.\n\n", ""), ("Host: a", "Host: b")),
        (("# openstack x", "---\ntitle: mine\n---\n\n# openstack x"), ("Purpose.", "New purpose.")),
        (("## Output", "## My section\n\nMy text.\n\n## Output"), ("\n1\n", "\n2\n")),
    ],
)
def test_edits_and_changes_of_different_blocks_come_together(
    mine: tuple[str, str], generated: tuple[str, str]
) -> None:
    new = PAGE.replace(*generated, 1)
    merged = merge(digests(PAGE), PAGE.replace(*mine, 1), new)
    assert merged.text == new.replace(mine[0], mine[1]).replace("Asks for a.", "Asks for one a.") or (
        merged.text == PAGE.replace(*mine, 1).replace(*generated, 1)
    )
    assert len(merged.kept) == 1
    assert merge(digests(new), merged.text, new) == merged


@pytest.mark.parametrize(
    ("former", "edited", "recorded", "merged"),
    [
        ("A 1\n\nB 1", "A 1\n\nMy note\n\nB 1", "A 2\n\nB 2", "A 2\n\nMy note\n\nB 2"),
        ("A 1\n\nB 1", "A 1", "A 2\n\nB 2", "A 2"),
        ("A 1\n\nB 1\n\nC 1", "A 1\n\nMine\n\nC 1", "A 2\n\nB 2\n\nC 2", "A 2\n\nMine\n\nC 2"),
    ],
)
def test_blocks_around_an_edit_follow_the_recording(
    former: str, edited: str, recorded: str, merged: str
) -> None:
    pages = [PAGE.replace("Asks for a.", text) for text in (former, edited, recorded, merged)]
    assert merge(digests(pages[0]), pages[1], pages[2]).text == pages[3]


def test_of_a_block_that_both_changed_the_author_s_stays() -> None:
    page = PAGE.replace("Purpose.", "My purpose.")
    merged = merge(digests(PAGE), page, PAGE.replace("Purpose.", "New purpose.").replace("\n1\n", "\n2\n"))
    assert merged == (page.replace("\n1\n", "\n2\n"), ["openstack x"], False)


def test_an_edited_block_stays_if_the_recording_puts_two_in_its_place() -> None:
    page = PAGE.replace("Asks for a.", "My words.")
    assert _edited(page, PAGE.replace("Asks for a.", "Asks for b.\n\nThen for c.")) == page


def test_a_deleted_section_stays_deleted() -> None:
    page = PAGE.partition("## Output")[0]
    merged = merge(digests(PAGE), page, PAGE.replace("zed", "2026.2"))
    assert merged.text == page.replace("zed", "2026.2").rstrip() + "\n"
    assert merged.kept == ["Output (deleted)"]


def test_sections_in_another_order_stay_there() -> None:
    before, _, output = PAGE.partition("## Output")
    top, _, messages = before.partition("## Request")
    page = f"{top}## Output{output}\n## Request{messages}".rstrip() + "\n"
    assert _edited(page, PAGE.replace("\n1\n", "\n2\n")) == page.replace("\n1\n", "\n2\n")


def test_edits_follow_a_message_whose_number_changes() -> None:
    page = PAGE.replace("Asks for a.", "My words on a.")
    message = "### (1) GET /new { #m1 }\n\nAsks for new.\n\n### (2) 200 OK /new { #m2 }\n\nNew.\n\n"
    later = PAGE.replace("(1) GET /a { #m1", "(3) GET /a { #m3").replace(
        "(2) 200 OK /a { #m2", "(4) 200 OK /a { #m4"
    )
    new = later.replace("### (3)", f"{message}### (3)")
    assert _edited(page, new) == new.replace("Asks for a.", "My words on a.")


def test_an_edited_heading_follows_its_message() -> None:
    page = PAGE.replace("### (1) GET /a {", "### My heading {")
    later = PAGE.replace("(1) GET /a { #m1", "(3) GET /a { #m3").replace(
        "(2) 200 OK /a { #m2", "(4) 200 OK /a { #m4"
    )
    message = "### (1) GET /new { #m1 }\n\nAsks for new.\n\n### (2) 200 OK /new { #m2 }\n\nNew.\n\n"
    new = later.replace("### (3)", f"{message}### (3)")
    merged = merge(digests(PAGE), page, new)
    assert merged.text == new.replace("### (3) GET /a { #m3", "### My heading { #m3")
    again = merge(digests(new), merged.text, new.replace("Asks for a.", "Asks for b."))
    assert again.text == merged.text.replace("Asks for a.", "Asks for b.")
    assert again.kept == ["My heading"]


@pytest.mark.parametrize(
    ("generated", "edited"),
    [
        ("### (1) GET /a {", "#### (1) GET /a {"),
        ("### (1) GET /a {", "### GET /a {"),
        ("{ #m1 }", "{ #m1 .wide }"),
        ("Asks for a.", "Asks for a.  "),
        ("    Host: a\n", "    Host: a   \n"),
        ("Asks for a.", "```a``` asks."),
    ],
)
def test_every_edit_is_an_edit(generated: str, edited: str) -> None:
    page = PAGE.replace(generated, edited)
    merged = merge(digests(PAGE), page, PAGE.replace("Answers a.", "Answers b."))
    assert merged.text == page.replace("Answers a.", "Answers b.")
    assert merged.kept


def test_an_edited_message_that_the_run_lacks_now_stays() -> None:
    page = PAGE.replace("Answers a.", "My words.")
    new = re.sub(r"(?s)### \(2\) .*?## Output", "### (2) 404 No /a { #m2 }\n\nFails.\n\n## Output", PAGE)
    merged = merge(digests(PAGE), page, new)
    assert "### (2) 200 OK /a\n\nMy words.\n" in merged.text
    assert "### (2) 404 No /a { #m2 }\n\nFails.\n" in merged.text
    assert merged.kept == ["(2) 200 OK /a"]
    again = merge(digests(new), merged.text, new)
    assert again.text == merged.text


def test_an_unedited_message_that_the_run_lacks_goes() -> None:
    new = re.sub(r"(?s)### \(2\) .*?## Output", "## Output", PAGE)
    page = PAGE.replace("Purpose.", "Mine.")
    assert _edited(page, new) == new.replace("Purpose.", "Mine.")


def test_a_page_without_a_generated_section_is_the_author_s_own() -> None:
    merged = merge(digests(PAGE), "mine\n", PAGE)
    assert (merged.text, merged.replaced) == ("mine\n", True)


_blocks = st.lists(
    st.sampled_from(
        [
            *(block for section in split(PAGE) for block in section.blocks),
            "Mine 1.\n\n", "Mine 2.\n", "``` text\nmine, not closed\n", "## Mine { #mine }\n\n",
            "### (2) Mine { #m2 }\n",
            "\n\n", "    mine\n", "~~~\nmine\n~~~\n",
        ]
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(_blocks, _blocks, st.booleans())
def test_nothing_of_the_author_is_lost(page: list[str], new: list[str], known: bool) -> None:
    """Every line that tracer did not generate is there afterwards, in a page of any shape."""
    generated = digests(PAGE) if known else digests("".join(new))
    before = "".join(page)
    merged = merge(generated, before, "".join(new)).text
    lines = [line for line in before.splitlines() if "ine" in line and line not in PAGE.splitlines()]
    for line in lines:
        kept = re.sub(r" \{ #m[0-9]+ \}$", "", line)
        assert merged.count(kept) >= 1, line
