"""How often `segments="auto"` finds the number of kinds that were planted, and says so when there are none.

    python benchmarks/planted.py --seeds 10 --minutes 25

Shops of 3 to 6 kinds of customers are drawn at several distances between the nearest two kinds, and shops without
kinds. Prints the tables of docs/evidence.md: the rule beside what single indices would have taken.
"""

import argparse
import itertools
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from rfmeans.segments.cells import Cells
from rfmeans.segments.number_of_segments import Choice, choose_segments

CUSTOMERS = 4_000
KINDS = (3, 4, 5, 6)
DISTANCES = (6, 5, 4, 3, 2)
SMALLEST = 0.06  # least share of a kind
STEADY = "uniform days, few purchases"
STRUCTURELESS = ("one round cloud", "one long cloud", "uniform", "skewed", STEADY)


@dataclass(frozen=True)
class Shop:
    """A shop to draw: kinds and distance, or the name of a shape without kinds."""

    kinds: int
    distance: int
    shape: str
    seed: int


def shops(seed: int) -> list[Shop]:
    """Return the shops of one seed."""
    with_kinds = [Shop(kinds, distance, "", seed) for kinds, distance in itertools.product(KINDS, DISTANCES)]
    return with_kinds + [Shop(0, 0, shape, seed) for shape in STRUCTURELESS]


def draw(shop: Shop) -> np.ndarray:
    """Return recency, frequency and monetary of the customers, whole days and purchases."""
    rng = np.random.default_rng([shop.seed, shop.kinds, len(shop.shape)])
    if shop.shape == STEADY:
        return _steady(rng)
    place = _kinds(rng, shop) if shop.kinds else _without_kinds(rng, shop.shape)
    unit = (place - place.min(axis=0)) / np.ptp(
        place, axis=0
    ).max()  # one scale for all three, so distances stay
    recency = np.rint(np.exp(1 + 5 * unit[:, 0]))
    frequency = np.rint(np.exp(0.2 + 4.3 * unit[:, 1]))
    monetary = np.exp(3 + 6 * unit[:, 2]).round(2)
    return np.column_stack([recency, np.maximum(frequency, 1), monetary])


def _steady(rng: np.random.Generator) -> np.ndarray:
    """Draw customers who are all alike: the same rate of buying, any last day of two years, any size of order."""
    frequency = rng.geometric(rng.uniform(0.3, 0.8), CUSTOMERS)
    orders = np.exp(rng.normal(3.5, 0.6, CUSTOMERS))
    return np.column_stack([rng.integers(1, 731, CUSTOMERS), frequency, (frequency * orders).round(2)])


def _kinds(rng: np.random.Generator, shop: Shop) -> np.ndarray:
    """Draw round kinds of unequal sizes; the nearest two centres lie ``distance`` standard deviations apart."""
    layouts = rng.uniform(size=(2_000, shop.kinds, 3))
    gaps = np.sqrt(((layouts[:, :, None] - layouts[:, None]) ** 2).sum(axis=3))
    gaps[:, np.arange(shop.kinds), np.arange(shop.kinds)] = np.inf
    nearest = gaps.min(axis=(1, 2))
    centres = layouts[nearest.argmax()] / nearest.max() * shop.distance
    share = SMALLEST + rng.dirichlet(np.full(shop.kinds, 8.0)) * (1 - SMALLEST * shop.kinds)
    kind = rng.choice(shop.kinds, CUSTOMERS, p=share)
    return centres[kind] + rng.normal(size=(CUSTOMERS, 3))


def _without_kinds(rng: np.random.Generator, shape: str) -> np.ndarray:
    if shape == "uniform":
        return rng.uniform(size=(CUSTOMERS, 3))
    if shape == "skewed":
        return rng.gamma(1.5, size=(CUSTOMERS, 3))
    tilt = 0.7 if shape == "one long cloud" else 0.0
    covariance = [[1, -tilt / 2, -tilt / 2], [-tilt / 2, 1, tilt], [-tilt / 2, tilt, 1]]
    return rng.multivariate_normal(np.zeros(3), covariance, CUSTOMERS)


def vote(shop: Shop) -> tuple[Shop, Choice]:
    features = draw(shop)
    logged = [shop.shape != STEADY, True, True]  # uniform days are not skewed: `--transform auto` leaves them
    features = np.where(logged, np.log1p(features), features)
    points = (features - features.mean(axis=0)) / features.std(axis=0)
    points = points[np.lexsort(points.T)]
    cells = Cells(points, np.ones(CUSTOMERS, dtype=np.int64), np.zeros(CUSTOMERS), None)
    return shop, choose_segments(cells, seed=shop.seed)


def answers(choice: Choice) -> dict[str, int | None]:
    """Return the number each way of choosing takes; None for "no number stands out", where one is recommended yet."""
    stable = [vote.segments for vote in choice.votes if vote.stability >= 0.8]
    return {
        "rule": choice.recommended if choice.stands_out else None,
        "recommended": choice.recommended,
        "largest stable": max(stable, default=None),
        **choice.favourites,
    }


def print_kinds(found: list[tuple[Shop, Choice]]) -> None:
    print("| distance | kinds | found | another number | none stands out |")
    print("|---|---|---|---|---|")
    for distance, kinds in itertools.product(DISTANCES, KINDS):
        numbers = [
            answers(choice)["rule"]
            for shop, choice in found
            if (shop.distance, shop.kinds) == (distance, kinds)
        ]
        right, none = numbers.count(kinds), numbers.count(None)
        print(f"| {distance} | {kinds} | {right} | {len(numbers) - right - none} | {none} |")


def print_ways(found: list[tuple[Shop, Choice]]) -> None:
    ways = list(answers(found[0][1]))
    print("| distance | " + " | ".join(ways) + " |")
    print("|---|" + "---|" * len(ways))
    for distance in DISTANCES:
        here = [(shop.kinds, answers(choice)) for shop, choice in found if shop.distance == distance]
        rates = [sum(answer[way] == kinds for kinds, answer in here) / len(here) for way in ways]
        print(f"| {distance} | " + " | ".join(f"{rate:.0%}" for rate in rates) + " |")


def print_structureless(found: list[tuple[Shop, Choice]]) -> None:
    print("| shape | none stands out | a number stands out |")
    print("|---|---|---|")
    for shape in STRUCTURELESS:
        numbers = [answers(choice)["rule"] for shop, choice in found if shop.shape == shape]
        others = ", ".join(str(number) for number in numbers if number) or "-"
        print(f"| {shape} | {numbers.count(None)} of {len(numbers)} | {others} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no further seed after so long")
    parser.add_argument("--first-seed", type=int, default=100, help="the rule was made on seeds below 100")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    end = time.monotonic() + 60 * options.minutes
    found: list[tuple[Shop, Choice]] = []
    with ProcessPoolExecutor(options.workers) as pool:
        for seed in itertools.takewhile(lambda _: time.monotonic() < end, seeds):
            found += pool.map(vote, shops(seed))
            print(f"seed {seed} done", file=sys.stderr)
    print(f"{len(found) // len(shops(0))} shops of each kind, {CUSTOMERS:,} customers each\n")
    with_kinds = [pair for pair in found if pair[0].kinds]
    print_kinds(with_kinds)
    print()
    print_ways(with_kinds)
    print()
    print_structureless(found)


if __name__ == "__main__":
    main()
