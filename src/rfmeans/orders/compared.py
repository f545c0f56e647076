"""Which lines are compared with each other: those that the first pass over all lines gives reason for.

Most sources need none of it, and each comparison is a window over all lines; so it is made in a pass of its own, after
the account of the lines has shown what there is to compare. A statement, which sees no data, makes those that a table
of a database can need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rfmeans.columns.layout import Layout


# What an order, or all of a customer's, shows that gives reason to look closer: bits of one small number, as one sum
# over all orders costs less than one for each. The last one is the greatest, which a comparison tells.
SPREAD, RETURNS, TOTAL, CUSTOMER_TOTAL, SEVERAL_DAYS, TESTED, VARIED = 1, 2, 4, 8, 16, 32, 64
TEST = "test"  # letters that may mark an order as one


@dataclass(frozen=True)
class Hints:
    """What a first pass over all lines shows that gives reason to compare them with each other.

    Attributes
    ----------
    spread
        Whether lines of one order are used that lie days apart.
    returns
        Whether lines of negative money are used, where a column tells the status.
    totals
        Whether a customer, an order or a line set aside says that it is a total.
    several_days
        Whether lines of one order are used that lie on different days, be it the next one.
    tested
        Whether the number of an order that is used holds the letters "test".
    """

    spread: bool = False
    returns: bool = False
    totals: bool = False
    several_days: bool = False
    tested: bool = False

    @classmethod
    def of(cls, used: int, aside: Iterable[int]) -> Hints:
        """Return what the signs of what is used and of what is set aside say."""
        totals = TOTAL | CUSTOMER_TOTAL
        said = any(signs & totals for signs in (used, *aside))
        return cls(
            bool(used & SPREAD), bool(used & RETURNS), said, bool(used & SEVERAL_DAYS), bool(used & TESTED)
        )


@dataclass(frozen=True)
class Compared:
    """Which comparisons are made.

    Attributes
    ----------
    apart
        Whether sales under one order number that lie apart are told apart.
    taken_back
        Whether returns are looked for that take back a sale which its status leaves out.
    totals
        Whether rows are looked for that hold the sum of others.
    states
        Whether orders that stand in several files are compared.
    daily
        Whether order numbers begin again each day, so that each day's sales are told apart.
    clocks
        Whether the time of day tells sales of two days apart.
    """

    apart: bool = False
    taken_back: bool = False
    totals: bool = False
    states: bool = False
    daily: bool = False
    clocks: bool = False

    @property
    def places(self) -> bool:
        """Whether it matters where lines stand."""
        return self.totals or self.states

    def also(
        self,
        layout: Layout,
        hints: Hints,
        *,
        unsold: bool,
        overlapping: bool,
        daily: bool = False,
        clocks: bool = False,
    ) -> Compared:
        """Return the same, and what the first pass gives reason for.

        ``unsold``: statuses leave lines out; ``overlapping``: orders stand in several files; ``daily``: order numbers
        begin again each day; ``clocks``: sales under one number on two days have times.
        """
        return replace(
            self,
            apart=self.apart or daily or clocks or (layout.columns.order is not None and hints.spread),
            daily=self.daily or daily,
            clocks=self.clocks or clocks,
            taken_back=self.taken_back or (unsold and hints.returns),
            totals=self.totals or hints.totals,
            states=self.states or overlapping,
        )


NOTHING = Compared()


def all_of(layout: Layout) -> Compared:
    """Return every comparison that a table of a database can need."""
    return Compared(apart=layout.columns.order is not None, taken_back=layout.tells_status)
