"""One customer: where it stands, why it is in its segment, and what would move it.

Moves are tried, not reasoned: customers that do not exist (yet) are put through the same model, and what comes out
is told. A purchase is of the customer's own average order value.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from rfmeans.columns.keys import as_key
from rfmeans.columns.typed import to_money
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.engines.engine import BLANKS
from rfmeans.errors import DataError
from rfmeans.model.explanation import (
    HORIZON,
    MOST_PURCHASES,
    YEAR,
    Centre,
    Explanation,
    FeatureStanding,
    StepUp,
    Waiting,
)
from rfmeans.segments.claims import CLAIMS, FALSE, GONE, Pace, check_claims
from rfmeans.segments.facts import Facts
from rfmeans.segments.features import Z_COLUMNS, to_feature_space, to_original_units
from rfmeans.segments.settings import FEATURES
from rfmeans.segments.settled_names import Said
from rfmeans.wording import clip, counted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    import ibis.expr.types as ir

    from rfmeans.over_time.likeness import Space
    from rfmeans.segments.facts import Grounds
    from rfmeans.segments.names import Name

WEEK = 7  # days: nobody aims at less
LOOKED_AT = 2000  # ids that a mistyped one is compared with
ALIKE = 0.7
SHOWN_IDS = 3


@dataclass(frozen=True)
class Placing:
    """How a model places customers.

    Attributes
    ----------
    apply
        Customers -> the same with segment and scores.
    names
        The segments' names, by segment id from 1.
    better
        Segment id -> ids of the better segments.
    window
        The days in which purchases and money count for frequency and monetary; None: all history.
    said, grounds
        What names claim, and what claims are checked on; None: nothing.
    logged
        Whether the model takes the logarithm of a feature.
    nearest_two
        One customer -> the nearest and the second-nearest centre; None without centres.
    """

    apply: Callable[[ir.Table], ir.Table]
    names: Sequence[Name]
    better: Callable[[int], Collection[int]]
    nearest_two: Callable[[ir.Table], tuple[Centre, Centre] | None]
    window: int | None = None
    said: Mapping[str, Said] = field(default_factory=dict)
    grounds: Grounds | None = None
    logged: bool = True


def explain_customer(
    customers: ir.Table, customer: object, placing: Placing, as_of: dt.date | None, symbol: str = ""
) -> Explanation:
    """Explain one customer of a table of customers.

    Parameters
    ----------
    customers
        customer_id, recency, frequency, monetary, reason.
    customer
        Its id.
    placing
        The model.
    as_of
        The date recency is counted to.
    symbol
        Sign that money is shown with.

    Raises
    ------
    DataError
        If there is no such customer; the message names those with a similar id.
    """
    key = _text(customer)
    if not key:
        raise DataError("The id of the customer is blank. Give one as it stands in the source.")
    ids = customers.customer_id.cast("string")
    known = customers.filter(ids.isin({key, as_key(key)}))
    found = known.order_by(known.customer_id.cast("string") != key).limit(1)
    rows = placing.apply(found).to_pyarrow().to_pylist()
    if not rows:
        raise DataError(_unknown(customers, key))
    row = rows[0]
    kept = customers.filter(customers.reason.isnull())
    if row["reason"] is not None:
        count = int(kept.count().to_pyarrow().as_py())
        return Explanation(key, as_of, count, reason=row["reason"], window=placing.window)
    row[AVERAGE] = _average_order(row, kept)
    count, standings = _standings(kept, row)
    key, better = str(row["customer_id"]), set(placing.better(row["segment_id"]))
    moved = _tried(row, placing)
    step, lasting = _steps(moved, row, better, placing.names)
    return Explanation(
        customer=key,
        as_of=as_of,
        customers=count,
        standings=standings,
        segment_id=row["segment_id"],
        segment=row["segment"],
        segments=len(placing.names),
        confidence=row.get("confidence"),
        nearest=placing.nearest_two(found),
        rfm_score=row["rfm_score"],
        score_segment=row["score_segment"],
        best=not better,
        step=step,
        lasting=lasting,
        drift=_waiting(moved, row, placing.names),
        currency_symbol=symbol,
        average_order=row[AVERAGE],
        window=placing.window,
        doubt=_doubt(row, placing),
        logged=placing.logged,
    )


def _doubt(row: dict[str, Any], placing: Placing) -> str:
    """Return where what the name says of time is true of most of the segment, and not of this customer."""
    grounds, name = placing.grounds, placing.names[row["segment_id"] - 1]
    pace = Pace.of(grounds) if grounds else None
    if grounds is None or pace is None:
        return ""
    days = float(row["recency"])
    alone = Facts(days, row["frequency"], math.nan, None, float(row["frequency"] > 1), days)
    of_time = [
        each for each in placing.said.get(name.region, Said()).claims if CLAIMS[each].features == ("recency",)
    ]
    wrong = [each.claim for each in check_claims(of_time, alone, grounds) if each.found == FALSE]
    # Whoever is said to have left, and is away for longer than usual, is not away beyond the limit.
    limit = pace.usual if GONE & set(wrong) else pace.late
    told = pace.late_told if days > limit else pace.usual_told
    claimed = " and ".join(CLAIMS[claim].means for claim in wrong)
    return (
        f"The name says that its customers {claimed}. Of this one that does not hold: its last purchase was "
        f"{counted(days, 'day')} ago, and {told}."
        if wrong
        else ""
    )


def _average_order(row: dict[str, Any], kept: ir.Table) -> float:
    """Return the customer's net money per purchase; that of all customers where it has no purchase in the window.

    0 where nobody has one.
    """
    if row["frequency"]:
        return float(row["monetary"]) / float(row["frequency"])
    found = kept.agg(money=kept.monetary.sum(), purchases=kept.frequency.sum()).to_pyarrow().to_pylist()[0]
    return float(found["money"]) / float(found["purchases"]) if found["purchases"] else 0.0


def nearest_two(customer: ir.Table, space: Space, names: Sequence[Name]) -> tuple[Centre, Centre]:
    """Return the centres nearest and second-nearest to the one customer of a table."""
    row = to_feature_space(customer, space.scaling).select(*Z_COLUMNS).to_pyarrow().to_pylist()[0]
    distances = np.linalg.norm(np.array(space.centres) - [row[name] for name in Z_COLUMNS], axis=1)
    first, second = (
        Centre(names[place].text, *to_original_units(space.centres[place], space.scaling))
        for place in np.argsort(distances, kind="stable")[:2]
    )
    return first, second


def _standings(kept: ir.Table, row: dict[str, Any]) -> tuple[int, tuple[FeatureStanding, ...]]:
    counts = {}
    for feature in FEATURES:
        column, value = kept[feature].cast("float64"), ibis.literal(float(row[feature]), "float64")
        counts[f"worse_{feature}"] = (column > value if feature == "recency" else column < value).sum()
        counts[f"same_{feature}"] = (column == value).sum()
    found = kept.agg(n=kept.count(), **counts).to_pyarrow().to_pylist()[0]
    return int(found["n"]), tuple(
        FeatureStanding(
            feature,
            float(row[feature]),
            found[f"worse_{feature}"] / found["n"],
            found[f"same_{feature}"] / found["n"],
            row[f"{feature[0]}_score"],
        )
        for feature in FEATURES
    )


# What would move it

AVERAGE = "average_order"
_Move = tuple[int, int]  # more purchases, days since the last one (without a purchase: days from now)


def _tried(row: dict[str, Any], placing: Placing) -> dict[_Move, int]:
    """Return the segment id after each move: some purchases, or none for a while."""
    moves: list[_Move] = [(0, days) for days in range(1, YEAR + 1)]
    moves += [(n, days) for n in range(1, MOST_PURCHASES + 1) for days in range(1, HORIZON + 1)]
    each = row[AVERAGE]
    # Once the last purchase is older than the window, all are; that some are before it is not foreseen.
    left = [0 if not n and _is_past(row["recency"] + days, placing.window) else 1 for n, days in moves]
    tried = ibis.memtable(
        {
            "customer_id": list(range(len(moves))),
            "recency": [float(days if n else float(row["recency"]) + days) for n, days in moves],
            "frequency": [
                float(row["frequency"]) * kept + n for (n, _), kept in zip(moves, left, strict=True)
            ],
            "monetary": [
                float(row["monetary"]) * kept + n * each for (n, _), kept in zip(moves, left, strict=True)
            ],
        }
    )
    tried = tried.mutate(monetary=to_money(tried.monetary, DUCKDB), reason=ibis.null("string"))
    placed = placing.apply(tried).select("customer_id", "segment_id").to_pyarrow().to_pylist()
    return {moves[found["customer_id"]]: found["segment_id"] for found in placed}


def _is_past(recency: float, window: int | None) -> bool:
    return window is not None and recency > window


def _steps(
    moved: dict[_Move, int], row: dict[str, Any], better: Collection[int], names: Sequence[Name]
) -> tuple[StepUp | None, StepUp | None]:
    """Return the fewest purchases that lead up for a week, and the fewest for the horizon where these are more."""
    each = row[AVERAGE]
    steps = []
    for n in range(1, MOST_PURCHASES + 1):
        held = takewhile(lambda place: place in better, (moved[n, day] for day in range(1, HORIZON + 1)))
        if len(places := list(held)) >= WEEK:
            last, first = names[places[-1] - 1].text, names[places[0] - 1].text
            steps.append(StepUp(n, n * each, len(places), last, first))
    step = steps[0] if steps else None
    lasting = next((found for found in steps if found.days == HORIZON), None)
    return step, lasting if lasting != step else None


def _waiting(moved: dict[_Move, int], row: dict[str, Any], names: Sequence[Name]) -> Waiting | None:
    return next(
        (
            Waiting(days, names[moved[0, days] - 1].text)
            for days in range(1, YEAR + 1)
            if moved[0, days] != row["segment_id"]
        ),
        None,
    )


# An id that is not there


def _unknown(customers: ir.Table, key: str) -> str:
    close = [f"'{clip(found)}'" for found in _similar(customers, key)]
    hint = f" Similar ids: {', '.join(close)}." if close else ""
    count = int(customers.count().to_pyarrow().as_py())
    return (
        f"No customer {clip(key)!r} among the {counted(count, 'customer')} of these orders.{hint} "
        "Give the id as it stands in the source; a customer none of whose lines could be used is not among them."
    )


def _text(customer: object) -> str:
    """Return an id as text; a whole number stays one, even where a frame with gaps made it a float.

    >>> _text(12347.0), _text(" a7 ")
    ('12347', 'a7')
    """
    whole = isinstance(customer, float) and customer.is_integer()
    return str(int(customer) if whole else customer).strip(BLANKS)  # type: ignore[call-overload]


def _similar(customers: ir.Table, key: str) -> list[str]:
    """Return ids that a mistyped one may have meant: one mistake leaves its first or its second half as it is."""
    key = key.removesuffix(".0").lower()
    half = max(1, len(key) // 2)
    ids = customers.filter(customers.customer_id.notnull()).select(text=customers.customer_id.cast("string"))
    lower = ids.text.lower()
    alike = lower.startswith(key[:half]) | lower.endswith(key[-half:])
    near = ids.filter(alike & ids.text.length().between(len(key) - 1, len(key) + 1))
    rows = near.order_by("text").limit(LOOKED_AT).to_pyarrow().to_pylist()
    likeness = {row["text"]: _likeness(key, row["text"].lower()) for row in rows}
    close = [text for text, (ratio, *_) in likeness.items() if ratio >= ALIKE]
    return sorted(close, key=lambda text: likeness[text], reverse=True)[:SHOWN_IDS]


def _likeness(key: str, text: str) -> tuple[float, int, int]:
    """Return how much two ids have in common; of the same, more at both ends counts more, and at the start most."""
    start, end = _shared(key, text), _shared(key[::-1], text[::-1])
    return difflib.SequenceMatcher(None, key, text).ratio(), start + end, start


def _shared(one: str, other: str) -> int:
    """Return the number of characters that two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
