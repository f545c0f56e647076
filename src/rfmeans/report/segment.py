"""One segment as it is told: its name, its figures, and how they stand against all customers'."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.segments.features import to_original_units
from rfmeans.segments.settings import FEATURES
from rfmeans.wording import clip, counted, money, number, share_of, within

if TYPE_CHECKING:
    from rfmeans.model.fitted import Fitted
    from rfmeans.segments.claims import Verdict
    from rfmeans.segments.facts import Grounds
    from rfmeans.segments.profile import Group

NAME_TEXT = 60  # characters of a segment's name within a sentence


@dataclass(frozen=True)
class Segment:
    """One segment: its name, its figures, and how they stand against all customers'.

    Attributes
    ----------
    segment_id, segment, region
        Number from 1, the most valuable first; name; the name without its tier.
    figures
        Customers, revenue, means and quantiles.
    share, revenue_share
        Of the customers and of the revenue that were segmented, 0 to 1.
    recency_index, frequency_index, monetary_index
        Mean against all customers' mean, 100 being equal.
    evidence
        Medians in real units against all customers'.
    borderline
        What the name hangs on, one sentence per close cut, and per claim that is a matter of degree.
    corrections
        What does not hold: why it is not called as its place would have it.
    claims
        Whether what the name says holds.
    lapsed
        Whether it lies in the lapsed band.
    at_risk
        Whether it does, or its name says so, and its customers are away long enough for it.
    no_risk
        Why they are not.
    centre
        The centre in days, purchases and money; of a score segment, which has none, the medians.
    near_border
        Customers with a confidence below 0.1; None without centres.
    stability
        Mean Jaccard similarity to the most similar cluster of refits on resamples, 0 to 1; None where the model
        does not say.
    away
        Customers whose last purchase is longer ago than usual; None where nothing tells what is usual.
    """

    segment_id: int
    segment: str
    region: str
    figures: Group
    share: float
    revenue_share: float
    recency_index: float
    frequency_index: float
    monetary_index: float
    evidence: str
    borderline: tuple[str, ...]
    corrections: tuple[str, ...]
    claims: tuple[Verdict, ...]
    lapsed: bool
    at_risk: bool
    no_risk: str
    centre: tuple[float, float, float]
    near_border: int | None = None
    stability: float | None = None
    away: int | None = None

    @property
    def called(self) -> str:
        """Its name as it stands in a sentence."""
        return clip(self.segment, NAME_TEXT)

    @property
    def share_away(self) -> str:
        """The share of its customers that are away longer than usual; blank where nothing tells what is usual."""
        if self.away is None:
            return ""
        whole = self.figures.customers
        return "all" if self.away == whole else share_of(self.away, whole)


def segment_of(position: int, fitted: Fitted, symbol: str) -> Segment:
    """Bring the figures and the name of one segment together."""
    model, everyone = fitted.model, fitted.everyone
    name, group = fitted.names[position - 1], fitted.groups[position - 1]

    def index(feature: str) -> float:
        mean: float = getattr(everyone, f"mean_{feature}")
        return 100 * getattr(group, f"mean_{feature}") / mean if mean else math.nan

    return Segment(
        segment_id=position,
        segment=name.text,
        region=name.region,
        figures=group,
        share=group.customers / everyone.customers if everyone.customers else math.nan,
        revenue_share=float(group.revenue / everyone.revenue) if everyone.revenue else math.nan,
        recency_index=index("recency"),
        frequency_index=index("frequency"),
        monetary_index=index("monetary"),
        evidence=_evidence(group, everyone, fitted.grounds, _away(position, fitted), symbol),
        borderline=name.borderline,
        corrections=name.corrections,
        claims=name.verdicts,
        lapsed=name.lapsed,
        at_risk=name.at_risk,
        no_risk=name.no_risk,
        centre=to_original_units(model.centres[position - 1], model.scaling)
        if model.centres
        else (group.median_recency, group.median_frequency, group.median_monetary),
        near_border=fitted.near_borders[position - 1] if fitted.near_borders else None,
        away=fitted.away[position - 1] if fitted.away else None,
        stability=model.stability.segments[position - 1] if model.stability else None,
    )


def _away(position: int, fitted: Fitted) -> int | None:
    """Return how many customers are away longer than usual where a name says so of a segment that mostly is not."""
    name, facts, pace = fitted.names[position - 1], fitted.grounds.of(position - 1), fitted.pace
    if not name.at_risk or facts is None or pace is None or facts.recency > pace.usual:
        return None
    return fitted.away[position - 1] if fitted.away else None


def _evidence(group: Group, everyone: Group, grounds: Grounds, away: int | None, symbol: str) -> str:
    """Return medians against those of all; of the customers ``away`` are away longer than usual, where that is odd."""
    if not group.customers:
        return "no customer is in it"
    days, rhythm = group.median_recency, grounds.rhythm
    longer = f", {share_of(away, group.customers)} of these are away longer" if away is not None else ""
    pace = f"{rhythm.beside(days)}{longer}; " if rhythm and rhythm.tells else ""
    return (
        f"last purchase {counted(days, 'day')} ago against {number(everyone.median_recency)}; {pace}"
        f"{counted(group.median_frequency, 'purchase')}{within(grounds.window)} against "
        f"{number(everyone.median_frequency)}; "
        f"{money(group.median_monetary, symbol)} spent against {money(everyone.median_monetary, symbol)}"
    )


def profile_row(segment: Segment) -> dict[str, Any]:
    """Return its row of the profile as plain values."""
    figures = segment.figures
    return {
        "segment_id": segment.segment_id,
        "segment": segment.segment,
        "customers": figures.customers,
        "share": segment.share,
        "revenue": float(figures.revenue),
        "revenue_share": segment.revenue_share,
        **{
            f"{kind}_{name}": getattr(figures, f"{kind}_{name}")
            for name in FEATURES
            for kind in ("mean", "median")
        },
        **{f"{kind}_tenure": getattr(figures, f"{kind}_tenure") for kind in ("mean", "median")},
        "repeat_share": figures.repeat_share,
        "average_order_value": figures.average_order_value,
        **{f"{name}_index": getattr(segment, f"{name}_index") for name in FEATURES},
        "stability": segment.stability,
        "near_border": segment.near_border,
        "away": segment.away,
        "evidence": segment.evidence,
        "borderline": "; ".join(segment.borderline),
    }
