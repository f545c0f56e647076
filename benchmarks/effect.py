"""What the intervals and verdicts of `rfmeans effect` hold, over 1,000 draws of our own split on three shops.

    python benchmarks/effect.py online_retail.parquet --draws 1000 [--hillstrom hillstrom.parquet]

A draw is a seed of the split, as `rfmeans segment --seed` takes it: the first 64 bits of SHA-256 of ``seed:id``.
First no campaign at all: how often an interval covers zero, and how often anything gets a verdict. Then campaigns
whose effect on each customer is known. Prints the tables of benchmarks/EFFECT.md.
"""

import argparse
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

import rfmeans
from rfmeans.over_time.effect_figures import Effect, SegmentEffect, SegmentSums, levels, measure_effect
from rfmeans.over_time.effect_intervals import (
    Difference,
    GroupSums,
    Pair,
    difference_of_means,
    difference_of_shares,
    weights_of,
    welch,
)
from rfmeans.over_time.effect_power import power
from rfmeans.synthetic import make_orders

DAYS = 90  # of the campaign's time
AT_ONCE = 100  # draws, so that memory stays small
POINTS = (0.01, 0.03, 0.10)
MONEY = (1.05, 0.8)  # times what a customer spends


@dataclass(frozen=True)
class Shop:
    """Customers with what they do when held out and when treated; one array entry each."""

    name: str
    ids: list[str]
    segment: np.ndarray
    before: np.ndarray
    logs: np.ndarray
    held: tuple[np.ndarray, np.ndarray]
    treated: tuple[np.ndarray, np.ndarray]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Draw:
    """The two groups of every segment, and the true effect in each: in shares, and in money per customer."""

    segments: list[SegmentSums]
    shares: list[float]
    money: list[float]


def online_retail(path: str) -> Shop:
    orders = duckdb.sql(f"""
        select CustomerID as customer, InvoiceNo as "order", min(InvoiceDate) as at_time,
            sum((Quantity * UnitPrice)::decimal(18, 4))::double as amount
        from '{path}' where CustomerID is not null group by all""").df()
    return shop_of("Online Retail", orders.rename(columns={"at_time": "date"}), dt.date(2011, 9, 10))


def synthetic() -> Shop:
    lines = make_orders(10_000)
    lines["amount"] = lines.quantity * lines.unit_price
    orders = lines.groupby(["customer_id", "order_id"], as_index=False).agg(
        date=("ordered_at", "min"), amount=("amount", "sum")
    )
    orders.columns = ["customer", "order", "date", "amount"]
    return shop_of("synthetic shop", orders, dt.date(2024, 10, 1))


def once(customers: int = 20_000) -> Shop:
    """A shop where 97 % buy once: the others once more, half a year later on average."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 730, customers)
    again = rng.random(customers) < 0.03
    second = first + 1 + rng.exponential(180, customers).astype(int)
    amounts = rng.lognormal(3.7, 0.9, (2, customers)).round(2)
    days = np.concatenate([first, second[again]])
    orders = pd.DataFrame({"customer": np.concatenate([np.arange(customers), np.flatnonzero(again)])})
    orders["date"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(days, unit="D")
    orders["amount"] = np.concatenate([amounts[0], amounts[1][again]])
    orders["order"] = np.arange(len(orders))
    return shop_of("97 % buy once", orders, dt.date(2024, 10, 1))


def shop_of(name: str, orders: pd.DataFrame, sent: dt.date) -> Shop:
    """Segment the customers as of a day, and look at what they do in the days from then on."""
    found = rfmeans.segment(
        orders[orders.date < pd.Timestamp(sent)],
        segments=4,
        as_of=sent,
        customer="customer",
        date="date",
        amount="amount",
        order="order",
    )
    customers = found.customers.to_pandas().dropna(subset=["segment_id"]).sort_values("customer_id")
    until = pd.Timestamp(sent) + pd.Timedelta(days=DAYS)
    later = orders[(orders.date >= pd.Timestamp(sent)) & (orders.date < until)]
    after = later.groupby("customer").agg(
        money=("amount", "sum"), buys=("amount", lambda amounts: (amounts > 0).any())
    )
    after = after.reindex(customers.customer_id.astype(after.index.dtype)).fillna(
        {"money": 0.0, "buys": False}
    )
    features = customers[["recency", "frequency", "monetary"]].to_numpy(float)
    outcome = (after.buys.to_numpy(float), after.money.to_numpy(float))
    return Shop(
        name,
        [str(int(customer)) for customer in customers.customer_id],
        customers.segment_id.to_numpy(int),
        features[:, 2],
        np.log1p(features),
        outcome,
        outcome,
        tuple(customers.drop_duplicates("segment_id").sort_values("segment_id").segment),
    )


def with_more_buyers(shop: Shop, points: float) -> Shop:
    """Plant an effect: so many of each segment's customers who do not buy, buy when treated, for what others spend."""
    rng = np.random.default_rng(1)
    buys, money = (column.copy() for column in shop.held)
    spent = shop.held[1] > 0
    for number in np.unique(shop.segment):
        here = shop.segment == number
        won = rng.permutation(np.flatnonzero(here & (buys == 0)))[: round(points * here.sum())]
        active = here & spent if (here & spent).any() else spent
        money[won] += rng.choice(shop.held[1][active], len(won))
        buys[won] = 1
    return replace(shop, name=f"{shop.name}, +{points * 100:.0f} points", treated=(buys, money))


def with_other_money(shop: Shop, times: float) -> Shop:
    buys, money = shop.held
    return replace(shop, name=f"{shop.name}, {times - 1:+.0%} money", treated=(buys, money * times))


def lots(ids: list[str], count: int) -> np.ndarray:
    """Return each customer's lot under the seeds from 0 on, shape (count, customers): what the split compares."""
    drawn = (
        [
            int.from_bytes(hashlib.sha256(f"{seed}:{customer}".encode()).digest()[:8], "big")
            for customer in ids
        ]
        for seed in range(count)
    )
    return np.array([np.array(row, dtype=np.uint64) for row in drawn])


def draws(shop: Shop, drawn: np.ndarray, share: float) -> Iterator[Draw]:
    for start in range(0, len(drawn), AT_ONCE):
        held = (drawn[start : start + AT_ONCE] < np.uint64(int(share * 2**64))).astype(float)
        parts = []
        for number, name in enumerate(shop.names, start=1):
            here = shop.segment == number
            groups = zip(
                group_sums(shop, here, 1 - held[:, here], shop.treated),
                group_sums(shop, here, held[:, here], shop.held),
                strict=True,
            )
            parts.append([SegmentSums(number, name, *both) for both in groups])
        truth = [
            [
                float(np.mean((treated - untreated)[shop.segment == number]))
                for number in range(1, len(shop.names) + 1)
            ]
            for treated, untreated in zip(shop.treated, shop.held, strict=True)
        ]
        yield from (Draw(list(segments), *truth) for segments in zip(*parts, strict=True))


def group_sums(
    shop: Shop, here: np.ndarray, member: np.ndarray, outcome: tuple[np.ndarray, np.ndarray]
) -> list[GroupSums]:
    """Sum over the members: one row of ``member``, zeros and ones, for each draw."""
    buys, y = (column[here] for column in outcome)
    x, logs = shop.before[here], shop.logs[here]
    products = [y, y**2, y**3, x, x**2, x**3, x * y, x**2 * y, x * y**2]
    rows = member @ np.column_stack([np.ones_like(y), buys, *products, logs, logs**2])
    return [
        GroupSums(
            round(row[0]),
            round(row[1]),
            *map(float, row[2:11]),
            logs=tuple(zip(row[11:14], row[14:17], strict=True)),
        )
        for row in rows
    ]


def welch_total(pairs: list[Pair]) -> Difference:
    """Welch's interval; for several segments the variances added up, with a normal quantile."""
    if len(pairs) == 1:
        return welch(pairs[0], 0.95)
    parts = list(zip(weights_of(pairs), (welch(pair, 0.95) for pair in pairs), strict=True))
    value = sum(weight * part.value for weight, part in parts)
    reach = (
        sum((weight * (part.high - part.low) / 2) ** 2 for weight, part in parts if part.low is not None)
        ** 0.5
    )
    return Difference(value, value - reach, value + reach, 0.95)


Method = Callable[[list[Pair]], Difference]
METHODS: dict[str, tuple[str, Method]] = {
    "buyers: Newcombe": ("shares", partial(difference_of_shares, level=0.95)),
    "money: Welch": ("money", welch_total),
    "money: unadjusted": ("money", partial(difference_of_means, level=0.95, adjusted=False)),
    "money: adjusted": ("money", partial(difference_of_means, level=0.95, adjusted=True)),
}


def covers(found: Difference, truth: float) -> bool:
    """Return whether the interval holds the truth; where none is given, nothing false is said."""
    return found.low is None or found.high is None or found.low <= truth <= found.high


def coverage(shop: Shop, drawn: list[Draw], share: float) -> Iterator[dict[str, str]]:
    """Yield how often each method's 95 % interval covers the truth, and how wide the total's is to either side."""
    for name, (outcome, method) in METHODS.items():
        row = {"shop": shop.name, "held out": f"{share:.0%}", "interval": name}
        for place, label in enumerate([*map(str, range(1, len(shop.names) + 1)), "total"]):
            found = [one(draw, place, outcome, method) for draw in drawn]
            row[label] = f"{100 * np.mean([covers(*each) for each in found]):.1f}"
        wide = np.mean([(answer.high - answer.low) / 2 for answer, _ in found if answer.low is not None])
        yield row | {
            "total, half width": f"{100 * wide:.2f} points" if outcome == "shares" else f"{wide:.2f}"
        }


def one(draw: Draw, place: int, outcome: str, method: Method) -> tuple[Difference, float]:
    """Return a method's answer on one segment, or on the total, with the truth."""
    truths = getattr(draw, outcome)
    pairs = [Pair(sums.treatment, sums.holdout) for sums in draw.segments]
    if place < len(pairs):
        return method([pairs[place]]), truths[place]
    return method(pairs), sum(weight * truth for weight, truth in zip(weights_of(pairs), truths, strict=True))


def alarms(shop: Shop, drawn: list[Draw], share: float) -> dict[str, object]:
    """Return in how many of 100 draws anything gets a verdict though there was no campaign."""
    answers = [measure_effect(draw.segments, holdout=share) for draw in drawn]
    on_money = [measure_effect(draw.segments, verdict_on="money") for draw in drawn]
    return {
        "shop": shop.name,
        "held out": f"{share:.0%}",
        "buyers: total": percent(told(answer.total) for answer in answers),
        "buyers: any segment": percent(any(map(told, answer.segments)) for answer in answers),
        "buyers: anything": percent(anything(answer) for answer in answers),
        "money: anything": percent(anything(answer) for answer in on_money),
        "Welch, each at 95 %": percent(
            any(welch(Pair(sums.treatment, sums.holdout), 0.95).sign for sums in draw.segments)
            for draw in drawn
        ),
        "split suspicious": percent(any(split.suspicious for split in answer.splits) for answer in answers),
        "balance suspicious": percent(any(row.suspicious for row in answer.balance) for answer in answers),
    }


def percent(hits: Iterable[bool]) -> str:
    return f"{100 * np.mean(list(hits)):.1f}"


def told(row: SegmentEffect) -> bool:
    return row.verdict != "cannot tell"


def anything(answer: Effect) -> bool:
    return told(answer.total) or any(map(told, answer.segments))


def promises(shop: Shop, drawn: list[Draw], share: float) -> Iterator[dict[str, object]]:
    """Yield for each segment, and the total, how often the planted effect was told, and how often it should be."""
    answers = [measure_effect(draw.segments) for draw in drawn]
    total_level, segment_level = levels(len(shop.names), 0.95)
    for place, label in enumerate([*shop.names, "total"]):
        whole = place == len(shop.names)
        here = (shop.segment == place + 1) | whole
        anyway, lift = shop.held[0][here].mean(), (shop.treated[0] - shop.held[0])[here].mean()
        held = round(share * here.sum())
        level = total_level if whole else segment_level
        verdicts = [(answer.total if whole else answer.segments[place]).verdict for answer in answers]
        yield {
            "shop": shop.name,
            "segment": label,
            "customers": here.sum(),
            "buy anyway": f"{anyway:.1%}",
            "effect, points": f"{100 * lift:.1f}",
            "promised": f"{100 * power(here.sum() - held, held, anyway=anyway, effect=lift, level=level):.0f}",
            "told": f"{100 * verdicts.count('worked') / len(verdicts):.0f}",
            "called harm": f"{100 * verdicts.count('did harm') / len(verdicts):.1f}",
        }


def described(shop: Shop) -> Iterator[dict[str, object]]:
    for number, name in enumerate(shop.names, start=1):
        here = shop.segment == number
        money = shop.held[1][here]
        away = money - money.mean()
        yield {
            "shop": shop.name,
            "segment": f"{number} {name}",
            "customers": here.sum(),
            "buy": f"{shop.held[0][here].mean():.1%}",
            "money per customer": f"{money.mean():,.2f}",
            "skewness": f"{(away**3).mean() / (away**2).mean() ** 1.5:.1f}" if away.any() else "",
        }


def explained(shop: Shop) -> pd.DataFrame:
    """Return what the time before explains of the spread within segments: shares of buyers, and money."""
    log = shop.logs
    before = {
        "monetary": [shop.before],
        "log of monetary": [log[:, 2]],
        "frequency": [np.expm1(log[:, 1])],
        "log of frequency": [log[:, 1]],
        "recency": [np.expm1(log[:, 0])],
        "monetary and frequency": [shop.before, np.expm1(log[:, 1])],
        "monetary and its log": [shop.before, log[:, 2]],
        "monetary, frequency, recency": [shop.before, *np.expm1(log[:, :2]).T],
    }
    rows = []
    for name, columns in before.items():
        row: dict[str, object] = {"before": name}
        for label, outcome in zip(("buyers", "money"), shop.held, strict=True):
            left = spread = 0.0
            for number in np.unique(shop.segment):
                here = shop.segment == number
                design = np.column_stack([np.ones(here.sum()), *(column[here] for column in columns)])
                fitted = design @ np.linalg.lstsq(design, outcome[here], rcond=None)[0]
                left += ((outcome[here] - fitted) ** 2).sum()
                spread += ((outcome[here] - outcome[here].mean()) ** 2).sum()
            row[label] = f"{100 * (1 - left / spread):.1f} %"
        rows.append(row)
    return pd.DataFrame(rows)


def hillstrom(path: str) -> pd.DataFrame:
    """Return the MineThatData e-mail experiment's answers: each e-mail against none, visits and purchases and spend."""
    table = pd.read_parquet(path)
    rows = []
    for mail in ("Mens E-Mail", "Womens E-Mail"):
        for buys in ("visit", "conversion"):
            pair = Pair(*(experiment_sums(table[table.segment == arm], buys) for arm in (mail, "No E-Mail")))
            answer = measure_effect([SegmentSums(1, mail, *pair)]).segments[0]
            rows.append(
                {"e-mail": mail, "outcome": buys, **figures(answer.share, 100), "verdict": answer.verdict}
            )
        for name, found in (
            ("spend, Welch", answer.money_welch),
            ("spend, unadjusted", answer.money_unadjusted),
            ("spend, adjusted", answer.money),
        ):
            rows.append({"e-mail": mail, "outcome": name, **figures(found, 1), "verdict": ""})
    return pd.DataFrame(rows)


def figures(found: Difference, unit: float) -> dict[str, str]:
    return {name: f"{getattr(found, name) * unit:.4f}" for name in ("value", "low", "high")}


def experiment_sums(table: pd.DataFrame, buys: str) -> GroupSums:
    x, y = table.history.to_numpy(float), table.spend.to_numpy(float)
    products = [y, y**2, y**3, x, x**2, x**3, x * y, x**2 * y, x * y**2]
    return GroupSums(len(table), int(table[buys].sum()), *(float(product.sum()) for product in products))


def show(title: str, rows: pd.DataFrame | list[dict[str, object]]) -> None:
    table = pd.DataFrame(rows)
    print(f"\n## {title}\n")
    print("| " + " | ".join(map(str, table.columns)) + " |")
    print("|" + "---|" * len(table.columns))
    for row in table.itertuples(index=False):
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("online_retail", help="UCI Online Retail, Parquet")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--hillstrom", type=Path, help="MineThatData e-mail challenge, Parquet")
    given = parser.parse_args()
    shops = [online_retail(given.online_retail), synthetic(), once()]
    show("The shops", [row for shop in shops for row in described(shop)])
    show("What the time before explains of the spread within segments, Online Retail", explained(shops[0]))
    nothing, of_nothing, planted, kept = [], [], [], []
    for shop in shops:
        drawn_lots = lots(shop.ids, given.draws)
        for share in (0.1, 0.2, 0.5) if shop is shops[0] else (0.1,):
            drawn = list(draws(shop, drawn_lots, share))
            nothing += coverage(shop, drawn, share)
            of_nothing.append(alarms(shop, drawn, share))
        campaigns = [with_more_buyers(shop, points) for points in POINTS]
        for campaign in campaigns + [with_other_money(shop, times) for times in MONEY]:
            drawn = list(draws(campaign, drawn_lots, 0.1))
            planted += coverage(campaign, drawn, 0.1)
            if campaign.treated[0] is not shop.held[0]:
                kept += promises(campaign, drawn, 0.1)
    show("No campaign: 95 % intervals that cover zero, in % of draws", nothing)
    show("No campaign: draws with a verdict, in %", of_nothing)
    show("A campaign: 95 % intervals that cover the truth, in % of draws", planted)
    show("A campaign: draws in which it is told, in %", kept)
    if given.hillstrom:
        show("MineThatData e-mail challenge", hillstrom(given.hillstrom))


if __name__ == "__main__":
    main()
