"""The account: where every line and every customer went, in rows and in money. Read = used + set aside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rfmeans.orders.compared import Hints
from rfmeans.orders.reasons import LINE_REASONS, MALFORMED, MISSING, USED, ZERO_ID

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine


@dataclass(frozen=True)
class Tally:
    """A count and the money in it."""

    rows: int
    money: Decimal


NONE = Tally(0, Decimal(0))


@dataclass(frozen=True)
class LineAccount:
    """Where every line went: read = used + set aside, in rows and in money.

    Attributes
    ----------
    used, set_aside
        The tally of used lines, and of the others by reason. An unreadable amount counts as no money.
    orders, purchases, negative
        Number of orders, of those with a total above zero and below it.
    first_day, last_day
        Calendar days of the first and the last used line; None where no line is used.
    seen
        First and last readable day among all lines, used or not; None where there is none.
    zero_ids
        How many of the lines set aside for a missing customer have the id 0.
    currency, several_currencies
        Of the used lines; None where nothing tells it, and one of them where there are several.
    hints
        What of the used lines gives reason to look closer.
    older
        The used lines that lie before the window of frequency and monetary: they count for recency, first purchase
        and tenure alone; None without a window.
    """

    used: Tally
    set_aside: dict[str, Tally]
    orders: int
    purchases: int
    first_day: dt.date | None
    last_day: dt.date | None
    seen: tuple[dt.date, dt.date] | None
    zero_ids: int = 0
    currency: str | None = None
    several_currencies: bool = False
    hints: Hints = field(default_factory=Hints)
    older: Tally | None = None
    negative: int = 0

    @property
    def free(self) -> int:
        """Number of orders that are worth nothing."""
        return self.orders - self.purchases - self.negative

    @property
    def in_window(self) -> Tally:
        """The used lines that count for frequency and monetary: used = in the window + older than it."""
        older = self.older or NONE
        return Tally(self.used.rows - older.rows, self.used.money - older.money)

    @property
    def told_set_aside(self) -> dict[str, Tally]:
        """The lines set aside by reason, in the words in which it is told."""
        zeros = f"{MISSING} (of them {self.zero_ids:,} with id 0)"
        return {
            zeros if reason == MISSING and self.zero_ids else reason: tally
            for reason, tally in self.set_aside.items()
        }

    @property
    def read(self) -> Tally:
        """All lines: used and set aside."""
        parts = [self.used, *self.set_aside.values()]
        return Tally(sum(part.rows for part in parts), sum((part.money for part in parts), Decimal(0)))


def account_lines(groups: ir.Table, engine: Engine) -> LineAccount:
    """Return the account of the lines from the rows of `group_orders` (a handful of rows come back)."""
    rows = (
        groups.group_by("line_reason")
        .agg(
            lines=groups.lines.sum(),
            money=groups.monetary.sum(),
            orders=groups.orders.sum(),
            purchases=groups.frequency.sum(),
            negative=groups.negative.sum(),
            first_day=groups.first_day.min(),
            last_day=groups.last_day.max(),
            signs=engine.bits(groups.signs),
            **_sums_older(groups),
            **currency_range(groups, "first_currency" in groups.columns),
        )
        .order_by("line_reason")
        .to_pyarrow()
        .to_pylist()
    )
    signs = {row["line_reason"]: int(row["signs"] or 0) for row in rows}
    used: dict[str, Any] = next((row for row in rows if row["line_reason"] == USED), {})
    set_aside, zero_ids = _set_aside(rows)
    return LineAccount(
        used=_tally(used),
        set_aside=set_aside,
        orders=int(used.get("orders") or 0),
        purchases=int(used.get("purchases") or 0),
        first_day=used.get("first_day"),
        last_day=used.get("last_day"),
        seen=_seen(rows),
        zero_ids=zero_ids,
        currency=used.get("first_currency"),
        several_currencies=used.get("first_currency") != used.get("last_currency"),
        hints=Hints.of(signs.pop(USED, 0), signs.values()),
        negative=int(used.get("negative") or 0),
        older=Tally(int(used["older_lines"] or 0), Decimal(used["older_money"] or 0))
        if "older_lines" in used
        else None,
    )


def _set_aside(rows: Sequence[dict[str, Any]]) -> tuple[dict[str, Tally], int]:
    """Return the lines set aside by reason, id 0 among the missing customers, and how many have it."""
    found = {LINE_REASONS[row["line_reason"] - 1]: _tally(row) for row in rows if row["line_reason"] != USED}
    zeros = found.pop(ZERO_ID, NONE)
    if zeros.rows:
        others = found.get(MISSING, NONE)
        found[MISSING] = Tally(zeros.rows + others.rows, zeros.money + others.money)
    return found, zeros.rows


def _seen(rows: Sequence[dict[str, Any]]) -> tuple[dt.date, dt.date] | None:
    dated = [row for row in rows if row["first_day"] is not None]
    if not dated:
        return None
    return min(row["first_day"] for row in dated), max(row["last_day"] for row in dated)


def _sums_older(groups: ir.Table) -> dict[str, ir.Scalar]:
    if "window_lines" not in groups.columns:
        return {}
    return {
        "older_lines": (groups.lines - groups.window_lines).sum(),
        "older_money": (groups.monetary - groups.window_monetary).sum(),
    }


def with_malformed(account: LineAccount, lines: int) -> LineAccount:
    """Return the account with the lines that are no rows; what money they hold nobody can read."""
    if not lines:
        return account
    return replace(account, set_aside={**account.set_aside, MALFORMED: Tally(lines, Decimal(0))})


def _tally(row: dict[str, Any]) -> Tally:
    return Tally(int(row.get("lines") or 0), Decimal(row.get("money") or 0))


def account_customers(customers: ir.Table) -> tuple[Tally, dict[str, Tally]]:
    """Return the tally of customers to segment, and of those set aside by reason."""
    rows = (
        customers.group_by("reason")
        .agg(n=customers.count(), money=customers.monetary.sum())
        .order_by("reason")
        .to_pyarrow()
        .to_pylist()
    )
    tallies = {row["reason"]: Tally(int(row["n"]), Decimal(row["money"] or 0)) for row in rows}
    clustered = tallies.pop(None, Tally(0, Decimal(0)))
    return clustered, tallies


def currency_range(orders: ir.Table, told: bool) -> dict[str, ir.Scalar]:
    """Return the first and the last currency by the alphabet: equal where there is but one."""
    if not told:
        return {}
    return {"first_currency": orders.first_currency.min(), "last_currency": orders.last_currency.max()}
