"""All that is told of a movement: plain numbers and headlines, once, for every renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.over_time.directions import LISTS, LOST, RECOVERED, SLIPPED
from rfmeans.over_time.movement import total
from rfmeans.wording import clip, counted, money

if TYPE_CHECKING:
    import datetime as dt

    from rfmeans.over_time.drift import Drift
    from rfmeans.over_time.movement import Flow, Movement, Standing, State

MOST_HEADLINES = 3
BECAME = {RECOVERED: "came back and", SLIPPED: "slipped and", LOST: "went quiet and"}
ACROSS = {**BECAME, SLIPPED: "lapsed and"}


@dataclass(frozen=True)
class MovementSummary:
    """A movement, and what it was measured on.

    Attributes
    ----------
    source
        What the orders were read from.
    movement
        The figures.
    series
        Every date, the first and the last among them, with the states at it.
    borderline
        The segments whose names hang on a cut that their centre is close to, and what each name hangs on.
    drift
        How far the customers of the second date are from those that the model was fitted on; None where it does not
        remember them.
    currency_symbol
        Sign that money is shown with.
    """

    source: str
    movement: Movement
    series: tuple[tuple[dt.date, tuple[Standing, ...]], ...]
    borderline: tuple[tuple[str, tuple[str, ...]], ...] = ()
    drift: Drift | None = None
    currency_symbol: str = ""

    @property
    def segmented(self) -> tuple[Flow, ...]:
        """The flows of all customers who had a segment at the first date."""
        return tuple(flow for flow in self.movement.flows if flow.before.segment_id)

    @property
    def headlines(self) -> tuple[str, ...]:
        """The largest moves between two segments, each with those that went the other way."""
        movement = self.movement
        moves = [flow for flow in movement.moves if flow.before.segment_id and flow.after.segment_id]
        backs = {flow: movement.flow(flow.after, flow.before) for flow in moves}
        larger = [
            flow
            for place, flow in enumerate(moves)
            if (flow.customers, -place) > (backs[flow].customers, -_place(backs[flow], moves))
        ]
        return tuple(_headline(flow, backs[flow]) for flow in larger[:MOST_HEADLINES])

    @property
    def between(self) -> str:
        """Money from the first date to the day before the second, as it is shown."""
        return money(float(total(self.movement.flows)[2]), self.currency_symbol)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain JSON values; money as decimal text, so that it adds up exactly."""
        movement = self.movement
        return {
            "source": self.source,
            "since": movement.since.isoformat(),
            "until": movement.until.isoformat(),
            "headlines": list(self.headlines),
            "states": [_state(state) for state in movement.states],
            "flows": [
                {
                    "before": _state(flow.before),
                    "after": _state(flow.after),
                    **_figures((flow,)),
                    "list": flow.list,
                }
                for flow in movement.flows
            ],
            "before": [
                {**_state(state), **_figures(movement.of(before=state))} for state in movement.befores
            ],
            "after": [{**_state(state), **_figures(movement.of(after=state))} for state in movement.afters],
            "lists": {
                name: {
                    **_figures(movement.of(on=name)),
                    "across": total([flow for flow in movement.of(on=name) if flow.across])[0],
                }
                for name in LISTS
            },
            "series": [
                {
                    "as_of": day.isoformat(),
                    "states": [
                        {
                            **_state(standing.state),
                            "customers": standing.customers,
                            "money": str(standing.money),
                        }
                        for standing in standings
                    ],
                }
                for day, standings in self.series
            ],
            "borderline": {name: list(hangs_on) for name, hangs_on in self.borderline},
            "drift": self.drift.to_dict() if self.drift else None,
            "currency_symbol": self.currency_symbol,
        }


def _place(flow: Flow, moves: list[Flow]) -> int:
    return moves.index(flow) if flow in moves else len(moves)


def _headline(flow: Flow, back: Flow) -> str:
    were, are = ("was", "is now") if flow.customers == 1 else ("were", "are now")
    words = ACROSS if flow.across else BECAME
    became = f"{words[flow.list]} {are.removesuffix(' now')}" if flow.list in words else are
    other = f"; {back.customers:,} went the other way" if back.customers else ""
    who = counted(flow.customers, "customer")
    return f"{who} who {were} {clip(flow.before.name)} {became} {clip(flow.after.name)}{other}."


def _state(state: State) -> dict[str, Any]:
    return {"segment_id": state.segment_id, "state": state.name}


def _figures(flows: tuple[Flow, ...]) -> dict[str, Any]:
    customers, before, between = total(flows)
    return {"customers": customers, "money_before": str(before), "money_between": str(between)}
