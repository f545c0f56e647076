"""Figures and the account of lines and customers as plain JSON values."""

from __future__ import annotations

import math
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import with_options

if TYPE_CHECKING:
    from rfmeans.orders.account import Tally
    from rfmeans.orders.intake import Account


def account_dict(account: Account) -> dict[str, Any]:
    """Return the account as plain values, for a file of its own; money as decimal text, so that it adds up exactly."""
    found: dict[str, Any] = _with_exact_money(account_figures(account))
    return found


def account_figures(account: Account) -> dict[str, Any]:
    """Return the same with money as `Decimal`, which `json_ready` makes numbers of."""
    lines, noticed = account.lines, account.noticed
    customers = {"segmented": _tally(account.clustered), "set_aside": _tallies(account.customers_set_aside)}
    if lines is None:
        return {"customers": customers}
    counts = {"read": _tally(lines.read), "used": _tally(lines.used), "set_aside": _tallies(lines.set_aside)}
    if lines.older:
        counts |= {"in_window": _tally(lines.in_window), "older": _tally(lines.older)}
    return {
        "lines": counts,
        "orders": lines.orders,
        "purchases": lines.purchases,
        "first_day": lines.first_day.isoformat() if lines.first_day else None,
        "last_day": lines.last_day.isoformat() if lines.last_day else None,
        "customers": customers,
        **({**asdict(noticed), "understood": with_options(noticed.understood)} if noticed else {}),
    }


def _with_exact_money(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_exact_money(item) for key, item in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def _tallies(set_aside: dict[str, Tally]) -> dict[str, Any]:
    return {reason: _tally(tally) for reason, tally in sorted(set_aside.items())}


def _tally(tally: Tally) -> dict[str, Any]:
    return {"rows": tally.rows, "money": tally.money}


def json_ready(value: Any) -> Any:
    """Return it as plain JSON values: money as numbers, dates as ISO text, null for what is no number."""
    if isinstance(value, dict):
        return {key: json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_ready(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value
