"""Figures of a busy machine, on which a proxy may take no measurable time in a round."""

from tests.benchmarks.table import ratio


def test_a_round_without_the_peer_is_skipped() -> None:
    assert ratio([3, 1, 4], [2, 0, 4]) == "1.25"


def test_no_round_with_the_peer_gives_a_dash() -> None:
    assert ratio([1], [0]) == "–"
