"""Segmented customers at two dates -> who moved: one row per customer, and flows that close in customers and money.

Every customer of either date stands in one state at each: a segment, or why it has none. So the sums of a matrix of
flows are the segments of the two dates, and money in between is the money of all lines in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis

from rfmeans.engines.dispatch import engine_of
from rfmeans.groups import group_of
from rfmeans.orders.customers import NO_NET_SPEND, NO_PURCHASE, NOT_YET
from rfmeans.orders.window import ALL_MONEY
from rfmeans.over_time.directions import LISTS, NEW, Directions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir

WITHOUT = (
    NOT_YET,
    NO_PURCHASE,
    NO_NET_SPEND,
)  # states without a segment, in the order in which they are left
WAS, NOW = "state_before", "state"  # the numbers of a customer's states, while figures are counted
MONEY_BEFORE = "all_money_before"  # over all history
MOVED_COLUMNS = (
    *("customer_id", "segment_id_before", "segment_before", "reason_before"),
    *("segment_id", "segment", "reason", "monetary_before", "money_between"),
    *("recency", "frequency", "monetary", "list", "group"),
)


@dataclass(frozen=True)
class State:
    """Where a customer stands: in a segment, by its id, or in none (id None), by the reason."""

    name: str
    segment_id: int | None


@dataclass(frozen=True)
class Flow:
    """The customers who stood in one state and then in another, or the same.

    Attributes
    ----------
    before, after
        The states.
    customers
        How many.
    money_before
        Their net money up to the first date.
    money_between
        Their net money from the first date to the day before the second.
    list
        The list that they are on; None: on none.
    across
        Whether they went up in one of recency and value, and down in the other.
    """

    before: State
    after: State
    customers: int
    money_before: Decimal
    money_between: Decimal
    list: str | None
    across: bool = False

    @property
    def stayed(self) -> bool:
        """Whether the state is the same."""
        return self.before == self.after


@dataclass(frozen=True)
class Standing:
    """One state at one date: customers and their net money up to it."""

    state: State
    customers: int
    money: Decimal


@dataclass(frozen=True)
class Movement:
    """Who moved between two dates.

    Attributes
    ----------
    since, until
        The two dates, as as-of dates: the day that recency is counted to.
    states
        The segments by id, then the reasons to have none.
    flows
        From every state to every other that anybody went to, the largest first.
    """

    since: dt.date
    until: dt.date
    states: tuple[State, ...]
    flows: tuple[Flow, ...]

    @property
    def befores(self) -> tuple[State, ...]:
        """The states of the first date: the segments, and what else anybody was in."""
        return self._held({flow.before for flow in self.flows})

    @property
    def afters(self) -> tuple[State, ...]:
        """The same at the second date."""
        return self._held({flow.after for flow in self.flows})

    def _held(self, held: set[State]) -> tuple[State, ...]:
        return tuple(state for state in self.states if state.segment_id or state in held)

    def flow(self, before: State, after: State) -> Flow:
        """Return the flow between two states, which may be of nobody."""
        found = [flow for flow in self.flows if (flow.before, flow.after) == (before, after)]
        return found[0] if found else Flow(before, after, 0, Decimal(0), Decimal(0), None)

    def of(
        self, *, before: State | None = None, after: State | None = None, on: str | None = None
    ) -> tuple[Flow, ...]:
        """Return the flows from a state, to a state, on a list."""
        return tuple(
            flow
            for flow in self.flows
            if (before is None or flow.before == before)
            and (after is None or flow.after == after)
            and (on is None or flow.list == on)
        )

    @property
    def moves(self) -> tuple[Flow, ...]:
        """The flows from one state to another."""
        return tuple(flow for flow in self.flows if not flow.stayed)


def total(flows: Sequence[Flow]) -> tuple[int, Decimal, Decimal]:
    """Return customers, money at the first date and money in between of several flows.

    >>> here, there = State("A", 1), State("B", 2)
    >>> total([Flow(here, there, 2, Decimal(5), Decimal(3), None), Flow(there, there, 1, Decimal(1), Decimal(0), None)])
    (3, Decimal('6'), Decimal('3'))
    """
    zero = Decimal(0)
    return (
        sum(flow.customers for flow in flows),
        sum((flow.money_before for flow in flows), zero),
        sum((flow.money_between for flow in flows), zero),
    )


def states_of(directions: Directions) -> tuple[State, ...]:
    """Return all states: the segments by id, then the reasons to have none."""
    segments = (State(name.text, place) for place, name in enumerate(directions.names, start=1))
    return (*segments, *(State(reason, None) for reason in WITHOUT))


def placed(apply: Callable[[ir.Table], ir.Table], customers: ir.Table) -> ir.Table:
    """Return the customers in their segments; with a window also their money over all history (all_money)."""
    found = apply(customers)
    if ALL_MONEY not in customers.columns:
        return found
    return found.join(customers.select("customer_id", ALL_MONEY), "customer_id")


def moved_customers(before: ir.Table, after: ir.Table, directions: Directions) -> ir.Table:
    """Return one row per customer: all columns of the second date, and where the customer stood at the first.

    Parameters
    ----------
    before, after
        The same customers at both dates, as `rfmeans.SegmentModel.apply` returns them, or `placed`.
    directions
        Of the model.

    Returns
    -------
    Ibis table (expression)
        The columns of ``after``, and segment_id_before, segment_before, reason_before, monetary_before, money_between
        (net money from the first date on), list (text, null: on none), state_before and state (whole numbers: places
        in `states_of`, from 1).
    """
    count = len(directions.names)
    earlier = before.select(
        "customer_id",
        segment_id_before=before.segment_id,
        segment_before=before.segment,
        reason_before=before.reason,
        monetary_before=before.monetary,
        **{MONEY_BEFORE: _all_money(before)},
        **{WAS: _state(before, count)},
    )
    joined = after.mutate(**{NOW: _state(after, count)}).join(earlier, "customer_id")
    return joined.mutate(
        money_between=_all_money(joined) - joined[MONEY_BEFORE],
        list=_list(joined[WAS] * (count + len(WITHOUT) + 1) + joined[NOW], directions),
    )


def _all_money(customers: ir.Table) -> ir.Column:
    return customers[ALL_MONEY if ALL_MONEY in customers.columns else "monetary"]


def with_groups(moved: ir.Table, seed: int, holdout: float) -> ir.Table:
    """Add the group (treatment or holdout) of all who are on a list, also of those without a segment any more."""
    drawn = group_of(moved.customer_id, seed, holdout, engine_of(moved))
    return moved.mutate(group=ibis.ifelse(moved["list"].notnull(), drawn, ibis.null("string")))


def _state(customers: ir.Table, segments: int) -> ir.Column:
    reasons = [(reason, segments + place) for place, reason in enumerate(WITHOUT, start=1)]
    return ibis.coalesce(customers.segment_id, customers.reason.cases(*reasons, else_=ibis.null("int64")))


def _list(pair: ir.IntegerColumn, directions: Directions) -> ir.StringColumn:
    """Return the list of each pair of states, told as one number."""
    states = states_of(directions)
    base, pairs = len(states) + 1, dict[str, list[int]]()
    for was, before in enumerate(states, start=1):
        for now, after in enumerate(states, start=1):
            if on := list_of(before, after, directions):
                pairs.setdefault(on, []).append(was * base + now)
    return ibis.cases(*((pair.isin(pairs[name]), name) for name in pairs), else_=ibis.null("string"))


def list_of(before: State, after: State, directions: Directions) -> str | None:
    """Return the list that a move between two states is on; None: on none."""
    if before.name in (NOT_YET, NO_PURCHASE) and before.segment_id is None:
        return NEW if after.segment_id else None
    return directions.list_of(before.segment_id, after.segment_id)


def measure_movement(moved: ir.Table, since: dt.date, until: dt.date, directions: Directions) -> Movement:
    """Return the figures of `moved_customers`; only one row a flow leaves the engine."""
    rows = (
        moved.group_by(WAS, NOW)
        .agg(
            customers=moved.count(),
            money_before=moved.monetary_before.sum(),
            money_between=moved.money_between.sum(),
        )
        .to_pyarrow()
        .to_pylist()
    )
    states = states_of(directions)
    flows = [
        Flow(
            before=before,
            after=after,
            customers=int(row["customers"]),
            money_before=Decimal(row["money_before"]),
            money_between=Decimal(row["money_between"]),
            list=list_of(before, after, directions),
            across=directions.crosses(before.segment_id, after.segment_id),
        )
        for row in sorted(rows, key=lambda row: (-row["customers"], row[WAS], row[NOW]))
        for before, after in [(states[row[WAS] - 1], states[row[NOW] - 1])]
    ]
    return Movement(since, until, states, tuple(flows))


def measure_standings(segmented: ir.Table, directions: Directions) -> tuple[Standing, ...]:
    """Return every state at one date: the segments, and what else anybody is in."""
    states = states_of(directions)
    placed = segmented.mutate(**{NOW: _state(segmented, len(directions.names))})
    rows = (
        placed.group_by(NOW)
        .agg(customers=placed.count(), money=placed.monetary.sum())
        .to_pyarrow()
        .to_pylist()
    )
    found = {row[NOW]: row for row in rows}
    return tuple(
        Standing(state, int(row["customers"]), Decimal(row["money"] or 0))
        for place, state in enumerate(states, start=1)
        for row in [found.get(place, {"customers": 0, "money": 0})]
        if state.segment_id or row["customers"]
    )


def as_lists(moved: ir.Table) -> ir.Table:
    """Return the customers of the lists as `rfmeans.output.audiences` takes segments: by number, in the order `LISTS`.

    The segment that a list tells stays that of the second date; who has none there is told by the reason.
    """
    number = moved["list"].cases(
        *((name, place) for place, name in enumerate(LISTS, start=1)), else_=ibis.null("int64")
    )
    segment = ibis.coalesce(moved.segment, moved.reason)
    return moved.mutate(segment_id=number.cast("int64"), segment=segment)
