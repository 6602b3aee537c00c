"""Rounds in which every proxy takes its turn, and what they show of each beside mitmdump alone."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.proxies import BARE, Proxy
from tests.benchmarks.table import ratio, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["COLUMNS", "Rounds", "round_count", "take_turns"]

_ROUNDS = 7

COLUMNS = ("proxy", "exchanges/s", "of bare", "CPU ms/exchange", "× bare")


class Rounds(NamedTuple):
    """Exchanges a second, and milliseconds of CPU time an exchange, of each proxy in each round."""

    rates: dict[str, list[float]]
    costs: dict[str, list[float]]

    def cells(self, variant: str) -> list[str]:
        """Return the cells of a proxy for COLUMNS."""
        rates, costs = self.rates[variant], self.costs[variant]
        return [
            f"`{variant}`",
            spread(rates),
            ratio(rates, self.rates[BARE]),
            spread(costs, 2),
            ratio(costs, self.costs[BARE]),
        ]


def round_count(scale: float) -> int:
    """Return how many rounds there are in a run of this scale."""
    return max(2, round(_ROUNDS * scale))


def take_turns(proxies: Mapping[str, Proxy], rounds: int, turn: Callable[[str], tuple[int, float]]) -> Rounds:
    """Give each proxy a turn in each round, in an order that changes.

    ``turn`` takes the name of a proxy and returns the number of exchanges, and that of a second.
    """
    made = Rounds({variant: [] for variant in proxies}, {variant: [] for variant in proxies})
    order = list(proxies)
    shuffle = random.Random(7)
    for _ in range(rounds):
        shuffle.shuffle(order)
        for variant in order:
            before = proxies[variant].cpu()
            count, rate = turn(variant)
            made.rates[variant].append(rate)
            made.costs[variant].append(1000 * (proxies[variant].cpu() - before) / count)
    return made
