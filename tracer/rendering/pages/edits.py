"""The merge of an author's edits with the new text of a page.

The digests of the blocks as generated show the blocks that an author edited, added, moved, or deleted. Edits
stay; all other blocks follow the recording. If both changed a block, the author's block stays.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.pages.sections import Section, block_digest, is_message, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Merge", "merge"]

_BEGINNING = "the beginning of the page"


class Merge(NamedTuple):
    """A merged page. ``kept`` has the titles of the sections with edits.

    ``replaced`` is true if no generated section is left: the page is the author's own.
    """

    text: str
    kept: list[str]
    replaced: bool


def merge(generated: Mapping[str, str], page: str, new: str) -> Merge:
    """Return the ``new`` text of a page with the edits that an author made to ``page``.

    ``generated`` has the digests of the text that the author edited.
    """
    before = {anchor: blocks.split() for anchor, blocks in generated.items()}
    after = {section.anchor: section for section in split(new)}
    successors = _successors(before, after)
    merged: list[Section] = []
    kept: list[str] = []
    for section in split(page, before):
        base = before.get(section.anchor, [])
        edited = _digests(section.blocks) != base
        successor = after[successors[section.anchor]] if section.anchor in successors else None
        if successor is not None:
            blocks = _merge_blocks(base, section.blocks, successor.blocks)
            if blocks:
                # A heading that the author edited has the anchor of the former run.
                former = f"{{ #{section.anchor} "
                blocks[0] = blocks[0].replace(former, f"{{ #{successor.anchor} ", 1)
            merged.append(Section(successor.anchor, blocks))
            edited = edited and _digests(blocks) != _digests(successor.blocks)
        elif edited:
            # The run does not have this part any more.
            merged.append(_without_anchor(section) if section.anchor in after else section)
        if edited:
            kept.append(section.title or _BEGINNING)
    present = {section.anchor for section in merged}
    kept += [f"{after[anchor].title} (deleted)" for anchor in successors.values() if anchor not in present]
    replaced = present.isdisjoint(anchor for anchor in successors.values() if anchor)
    if not replaced:
        added = after.keys() - set(successors.values())
        _insert(merged, [section for section in after.values() if section.anchor in added], list(after))
    return Merge(_join(block for section in merged for block in section.blocks), kept, replaced)


def _without_anchor(section: Section) -> Section:
    """Return a section whose anchor another section of the page has now."""
    heading, *blocks = section.blocks
    return Section("", [heading.replace(f" {{ #{section.anchor} }}", "", 1), *blocks])


def _successors(before: Mapping[str, Sequence[str]], after: Mapping[str, Section]) -> dict[str, str]:
    """Return the anchor in the new text for each anchor of the former text that has one there.

    Messages correspond by their headings without numbers, other sections by their anchors.
    """
    former = ((anchor, blocks[0]) for anchor, blocks in before.items() if blocks and is_message(anchor))
    now = ((anchor, block_digest(each.blocks[0])) for anchor, each in after.items() if is_message(anchor))
    by_heading = dict(_counted(now))
    messages = {anchor: by_heading[key] for key, anchor in _counted(former) if key in by_heading}
    others = {anchor: anchor for anchor in before if anchor in after and not is_message(anchor)}
    return messages | others


def _counted(headings: Iterator[tuple[str, str]]) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield each heading with the number of its occurrence, and its anchor."""
    counts: dict[str, int] = {}
    for anchor, heading in headings:
        counts[heading] = counts.get(heading, 0) + 1
        yield (heading, counts[heading]), anchor


def _insert(merged: list[Section], added: Sequence[Section], order: Sequence[str]) -> None:
    """Insert the ``added`` sections, each after the section that precedes it in ``order``."""
    for section in added:
        earlier = order[: order.index(section.anchor)]
        positions = {each.anchor: index for index, each in enumerate(merged)}
        position = next((positions[anchor] for anchor in reversed(earlier) if anchor in positions), 0)
        merged.insert(position + 1, section)


def _merge_blocks(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return a three-way merge of blocks. ``base`` has digests of the former blocks; ``ours`` win."""
    our_digests, their_digests = _digests(ours), _digests(theirs)
    in_ours, in_theirs = _matches(base, our_digests), _matches(base, their_digests)
    merged: list[str] = []
    start = our_start = their_start = 0
    ends = [(i, in_ours[i], in_theirs[i]) for i in range(len(base)) if i in in_ours and i in in_theirs]
    for end, our_end, their_end in [*ends, (len(base), len(ours), len(theirs))]:
        merged += _merge_region(
            base[start:end],
            list(zip(our_digests[our_start:our_end], ours[our_start:our_end], strict=True)),
            list(zip(their_digests[their_start:their_end], theirs[their_start:their_end], strict=True)),
        )
        merged += theirs[their_end : their_end + 1]
        start, our_start, their_start = end + 1, our_end + 1, their_end + 1
    return merged


def _merge_region(
    base: Sequence[str], ours: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str]]
) -> list[str]:
    """Return the merge of the blocks between two blocks that nobody changed."""
    our_digests = [digest for digest, _ in ours]
    our_blocks, their_blocks = [block for _, block in ours], [block for _, block in theirs]
    size = len(base)
    if our_digests[:size] == list(base):
        return their_blocks + our_blocks[size:]
    if size and our_digests[-size:] == list(base):
        return our_blocks[:-size] + their_blocks
    if len(theirs) == size:
        changes = SequenceMatcher(None, base, our_digests, autojunk=False).get_opcodes()
        return [
            block
            for kind, start, end, our_start, our_end in changes
            for block in (their_blocks[start:end] if kind == "equal" else our_blocks[our_start:our_end])
        ]
    return our_blocks


def _matches(base: Sequence[str], digests: Sequence[str]) -> dict[int, int]:
    """Return the index in ``digests`` for each index of ``base`` with an unchanged block."""
    blocks = SequenceMatcher(None, base, digests, autojunk=False).get_matching_blocks()
    return {block.a + offset: block.b + offset for block in blocks for offset in range(block.size)}


def _join(blocks: Iterator[str]) -> str:
    """Return the page, with a blank line between two blocks, and one newline at its end."""
    text = ""
    parts = []
    for block in blocks:
        if text and not text.endswith("\n\n"):
            parts.append("\n" if text.endswith("\n") else "\n\n")
        parts.append(block)
        text = block
    return "".join(parts).rstrip("\n") + "\n"


def _digests(blocks: Iterable[str]) -> list[str]:
    return [block_digest(block) for block in blocks]
