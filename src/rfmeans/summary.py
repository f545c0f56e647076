"""A result as plain numbers for people: computed once, drawn from by every renderer."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rfmeans.names import LAPSED, Name, empty_regions

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from rfmeans.intake import Account
    from rfmeans.profile import Group
    from rfmeans.rfm import Tally
    from rfmeans.scaling import Scaling


@dataclass(frozen=True)
class Segment:
    """One segment: its name, its figures, and how they stand against all customers'.

    Attributes
    ----------
    segment_id, segment
        Number from 1, the most valuable first; name.
    figures
        Customers, revenue, means and medians.
    share, revenue_share
        Of the customers and of the revenue that were segmented, 0 to 1.
    recency_index, frequency_index, monetary_index
        Mean against all customers' mean, 100 being equal.
    evidence
        Medians in real units against all customers'.
    borderline
        What the name hangs on, one sentence per close cut.
    lapsed
        Whether it lies in the lapsed band.
    """

    segment_id: int
    segment: str
    figures: Group
    share: float
    revenue_share: float
    recency_index: float
    frequency_index: float
    monetary_index: float
    evidence: str
    borderline: tuple[str, ...]
    lapsed: bool


@dataclass(frozen=True)
class Summary:
    """Everything a report, a terminal or a program needs to know of a result.

    Attributes
    ----------
    source, as_of, first_day, last_day
        What was read, the date recency is counted to, and the period of its used lines.
    account
        Lines and customers, used and set aside.
    everyone
        Figures of all customers that were segmented.
    segments
        The segments, the most valuable first.
    empty_regions
        Names that no segment has.
    scaling, settings, inertia
        How it was made.
    """

    source: str
    as_of: dt.date | None
    account: Account
    everyone: Group
    segments: tuple[Segment, ...]
    empty_regions: tuple[str, ...]
    scaling: Scaling
    settings: dict[str, Any]
    inertia: float

    @property
    def most_valuable(self) -> Segment:
        """The segment with the largest mean monetary."""
        filled = [segment for segment in self.segments if segment.figures.customers]
        return max(filled, key=lambda segment: segment.figures.mean_monetary)

    @property
    def most_at_risk(self) -> Segment | None:
        """Among lapsed segments the one with the most money behind it; None where no segment is lapsed."""
        lapsed = [segment for segment in self.segments if segment.lapsed and segment.figures.customers]
        return max(lapsed, key=lambda segment: segment.figures.revenue, default=None)

    @property
    def headlines(self) -> tuple[str, str]:
        """One sentence on the most valuable segment, one on the most at-risk one."""
        at_risk = self.most_at_risk
        return (
            f"Most valuable: {_headline(self.most_valuable)}",
            f"Most at risk: {_headline(at_risk)}"
            if at_risk
            else "Most at risk: no segment is lapsed in these data.",
        )

    def profile(self) -> pd.DataFrame:
        """Return the profile: one row per segment, shares from 0 to 1, recency in days."""
        import pandas as pd

        return pd.DataFrame([_profile_row(segment) for segment in self.segments])

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain JSON values; money and shares as numbers, dates as ISO text."""
        plain = {
            "source": self.source,
            "as_of": self.as_of,
            "account": account_dict(self.account),
            "everyone": asdict(self.everyone),
            "segments": [
                {**_profile_row(segment), "borderline": list(segment.borderline)} for segment in self.segments
            ],
            "most_valuable": self.most_valuable.segment,
            "most_at_risk": self.most_at_risk.segment if self.most_at_risk else None,
            "headlines": list(self.headlines),
            "empty_regions": list(self.empty_regions),
            "features": [asdict(feature) for feature in self.scaling.features],
            "settings": self.settings,
            "inertia": self.inertia,
        }
        result: dict[str, Any] = _json_ready(plain)
        return result


def summarise(
    source: str,
    as_of: dt.date | None,
    account: Account,
    everyone: Group,
    groups: list[Group],
    names: tuple[Name, ...],
    made: tuple[Scaling, dict[str, Any], float],
) -> Summary:
    """Bring figures and names together; ``made`` is scaling, settings and inertia of the model."""
    return Summary(
        source=source,
        as_of=as_of,
        account=account,
        everyone=everyone,
        segments=tuple(
            _segment(position, name, group, everyone)
            for position, (name, group) in enumerate(zip(names, groups, strict=True), start=1)
        ),
        empty_regions=empty_regions(names),
        scaling=made[0],
        settings=made[1],
        inertia=made[2],
    )


def _segment(position: int, name: Name, group: Group, everyone: Group) -> Segment:
    def index(feature: str) -> float:
        mean: float = getattr(everyone, f"mean_{feature}")
        return 100 * getattr(group, f"mean_{feature}") / mean if mean else math.nan

    return Segment(
        segment_id=position,
        segment=name.text,
        figures=group,
        share=group.customers / everyone.customers if everyone.customers else math.nan,
        revenue_share=float(group.revenue / everyone.revenue) if everyone.revenue else math.nan,
        recency_index=index("recency"),
        frequency_index=index("frequency"),
        monetary_index=index("monetary"),
        evidence=_evidence(group, everyone),
        borderline=name.borderline,
        lapsed=name.recency_band == LAPSED,
    )


def _evidence(group: Group, everyone: Group) -> str:
    if not group.customers:
        return "no customer is in it"
    return (
        f"last purchase {number(group.median_recency)} days ago against {number(everyone.median_recency)}; "
        f"{_purchases(group.median_frequency)} against {number(everyone.median_frequency)}; "
        f"{number(group.median_monetary)} spent against {number(everyone.median_monetary)}"
    )


def _purchases(count: float) -> str:
    return f"{number(count)} purchase{'' if count == 1 else 's'}"


def _headline(segment: Segment) -> str:
    figures = segment.figures
    return (
        f"{segment.segment}: {figures.customers:,} customers ({percent(segment.share)}) with "
        f"{percent(segment.revenue_share)} of revenue, {number(figures.mean_monetary)} each; "
        f"last purchase {number(figures.mean_recency)} days ago on average."
    )


def number(value: float) -> str:
    """Return a number as a manager reads it: three digits or more, thousands apart.

    >>> number(3571.4), number(4.28), number(51.0), number(0.126)
    ('3,571', '4.3', '51', '0.13')
    """
    if not math.isfinite(value):
        return "–"
    if value == round(value) or abs(value) >= 100:
        return f"{math.floor(value + 0.5):,}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"


def percent(share: float) -> str:
    """Return a share as a percentage that never reads as none or all when it is not.

    >>> percent(0.166), percent(0.0004), percent(0.9996), percent(0.0)
    ('17 %', '< 1 %', '> 99 %', '0 %')
    """
    if not math.isfinite(share):
        return "–"
    if 0 < share < 0.005:
        return "< 1 %"
    if 0.995 <= share < 1:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")


def _profile_row(segment: Segment) -> dict[str, Any]:
    figures = segment.figures
    return {
        "segment_id": segment.segment_id,
        "segment": segment.segment,
        "customers": figures.customers,
        "share": segment.share,
        "revenue": float(figures.revenue),
        "revenue_share": segment.revenue_share,
        "mean_recency": figures.mean_recency,
        "median_recency": figures.median_recency,
        "mean_frequency": figures.mean_frequency,
        "median_frequency": figures.median_frequency,
        "mean_monetary": figures.mean_monetary,
        "median_monetary": figures.median_monetary,
        "average_order_value": figures.average_order_value,
        "recency_index": segment.recency_index,
        "frequency_index": segment.frequency_index,
        "monetary_index": segment.monetary_index,
        "evidence": segment.evidence,
        "borderline": "; ".join(segment.borderline),
    }


def account_dict(account: Account) -> dict[str, Any]:
    """Return the account as plain values; money as decimal text, so that it adds up exactly."""
    lines = account.lines
    customers = {
        "segmented": _tally(account.clustered),
        "set_aside": {reason: _tally(tally) for reason, tally in sorted(account.customers_set_aside.items())},
    }
    if lines is None:
        return {"customers": customers}
    return {
        "lines": {
            "read": _tally(lines.read),
            "used": _tally(lines.used),
            "set_aside": {reason: _tally(tally) for reason, tally in sorted(lines.set_aside.items())},
        },
        "orders": lines.orders,
        "purchases": lines.purchases,
        "first_day": lines.first_day.isoformat() if lines.first_day else None,
        "last_day": lines.last_day.isoformat() if lines.last_day else None,
        "customers": customers,
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {"rows": tally.rows, "money": str(tally.money)}


def _json_ready(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json_ready(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_ready(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value
