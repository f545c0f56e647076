"""Customers -> the shop's rhythm: how long its repeat customers stay away between two purchases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.engines.dispatch import engine_of
from rfmeans.segments.profile import QUANTILES, RECENCY, TENURE, purchases_of, ranked_quantiles
from rfmeans.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

LEVELS = (0.5, 0.9)
LEAST_CUSTOMERS = 10  # fewer have no nine tenths
GAP = "gap"


@dataclass(frozen=True)
class Rhythm:
    """The mean gap between a customer's purchases, over the repeat customers.

    Attributes
    ----------
    repeat_customers
        Customers with more than one purchase.
    median_days, nine_tenths_days
        What half of them, and nine tenths, do not exceed; None where nobody bought twice.
    """

    repeat_customers: int
    median_days: float | None = None
    nine_tenths_days: float | None = None

    @property
    def tells(self) -> bool:
        """Whether it is of enough customers, and of more than one day each, to hold a segment against."""
        return self.repeat_customers >= LEAST_CUSTOMERS and bool(self.median_days)

    @property
    def half(self) -> str:
        """What half of them do, as part of a sentence; part of a day counts as a day."""
        return f"half of the repeat customers come back within {math.ceil(self.median_days or 0):,}"

    @property
    def most(self) -> str:
        """What nine tenths of them do, likewise."""
        return (
            f"nine tenths of the repeat customers come back within {math.ceil(self.nine_tenths_days or 0):,}"
        )

    def beside(self, days: float) -> str:
        """Return what to hold so many days against: half of them, and beyond nine tenths these."""
        return self.most if days > (self.nine_tenths_days or 0) else self.half

    @property
    def sentence(self) -> str:
        r"""The rhythm in words; part of a day counts as a day, so that no fewer come back within it than is said.

        >>> print(Rhythm(2842, 53.5, 160.0).sentence.replace("; ", ";\n"))
        Half of the 2,842 repeat customers come back within 54 days on average, nine tenths within 160;
        purchases on one day are 0 days apart.
        >>> print(Rhythm(0).sentence)
        Nobody bought more than once.
        >>> print(Rhythm(1, 10.0, 10.0).sentence)
        The one repeat customer comes back within 10 days on average.
        """
        if self.median_days is None or self.nine_tenths_days is None:
            return "Nobody bought more than once."
        half, most = math.ceil(self.median_days), math.ceil(self.nine_tenths_days)
        if self.repeat_customers == 1:
            return f"The one repeat customer comes back within {counted(half, 'day')} on average."
        return (
            f"Half of the {self.repeat_customers:,} repeat customers come back within "
            f"{counted(half, 'day')} on average, nine tenths within {most:,}; purchases on one day are 0 days apart."
        )

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Rhythm:
        """Take back what `dataclasses.asdict` made of it."""
        found = (content[name] for name in ("median_days", "nine_tenths_days"))
        days = [None if each is None else float(each) for each in found]
        if not all(math.isfinite(each or 0) for each in days):
            raise ValueError("the rhythm is not a finite number")
        return cls(int(content["repeat_customers"]), *days)


def measure_rhythm(customers: ir.Table) -> Rhythm | None:
    """Return the rhythm of the customers to segment; None for a table that does not tell tenure.

    A customer's gap is (tenure - recency) / (purchases - 1), the days from the first to the last purchase over the
    number of gaps between; quantiles are linear between two values.

    >>> table = ibis.memtable({"recency": [1, 10, 5], "frequency": [3, 2, 1], "tenure": [41, 60, 5]})
    >>> measure_rhythm(table)  # gaps of 20 and 50 days
    Rhythm(repeat_customers=2, median_days=35.0, nine_tenths_days=47.0)
    """
    if TENURE not in customers.columns:
        return None
    bought = customers.mutate(purchases=purchases_of(customers))
    repeat = bought.filter(bought.purchases > 1, bought[TENURE].notnull())
    between = (repeat[TENURE] - repeat[RECENCY]).cast("float64")
    gaps = repeat.select(**{GAP: between / (repeat.purchases - 1).cast("float64")})
    if engine_of(customers).can(customers, *QUANTILES):
        wanted = {f"at_{place}": gaps[GAP].quantile(level) for place, level in enumerate(LEVELS)}
        found = gaps.agg(rows=gaps.count(), **wanted).to_pyarrow().to_pylist()[0]
        return _rhythm(int(found["rows"]), [found[name] for name in wanted])
    everybody = gaps.mutate(everybody=ibis.literal(0, "int64"))
    ranked = ranked_quantiles(everybody, "everybody", [GAP], LEVELS)
    return _rhythm(int(gaps.count().to_pyarrow().as_py()), ranked[0][GAP] if ranked else ())


def _rhythm(count: int, days: Sequence[float]) -> Rhythm:
    return Rhythm(count, *map(float, days)) if count else Rhythm(count)
