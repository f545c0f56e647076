"""A result as plain numbers for people: computed once, drawn from by every renderer."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from rfmeans import __version__
from rfmeans.model.fitted import Findings
from rfmeans.report.as_json import account_figures, json_ready
from rfmeans.segments.code_table import CodeTable
from rfmeans.segments.features import to_original_units
from rfmeans.segments.kmeans import NEAR_BORDER
from rfmeans.segments.profile import LEVELS
from rfmeans.segments.settings import FEATURES
from rfmeans.segments.spread import TOPS
from rfmeans.wording import clip, counted, money, number, percent, percents, within

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from rfmeans.model.fitted import Fitted
    from rfmeans.orders.intake import Account, Intake
    from rfmeans.over_time.drift import Drift
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.over_time.likeness import Likeness
    from rfmeans.segments.claims import Verdict
    from rfmeans.segments.facts import Grounds
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.score_cuts import Scoring
    from rfmeans.segments.scores import Crosstab
    from rfmeans.segments.spread import Distributions
    from rfmeans.segments.stability import Stability

NONE_LAPSED = "no segment is lapsed in these data."
SAME = "as well, for no other that is lapsed has more money behind it."
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
    of_customers, of_revenue
        The shares in whole percents, such that those of all segments add up.
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
    of_customers: str = ""
    of_revenue: str = ""

    @property
    def called(self) -> str:
        """Its name as it stands in a sentence."""
        return clip(self.segment, NAME_TEXT)


@dataclass(frozen=True, kw_only=True)
class Summary(Findings):
    """Everything a report, a terminal or a program needs to know of a result; see `Findings` for more of it.

    Attributes
    ----------
    source, as_of
        What was read, and the date recency is counted to.
    account
        Lines and customers, used and set aside.
    everyone
        Figures of all customers that were segmented.
    segments
        The segments, the most valuable first.
    empty_regions
        Names that no segment has.
    distributions
        How customers are spread: the map, the concentration of revenue. Quantiles are in the figures.
    scaling, settings, inertia, described, versions
        How it was made: the transforms, what the model was fitted with and how tightly, columns and settings of
        this run, versions of the software.
    currency_symbol
        Sign that money is shown with; may be empty.
    scoring
        Cut points of the scores; None where the model has none.
    stability
        How the segments as a whole survived resampling when the model was fitted; None where it does not say.
    named_by_code
        Whether scores are named by their code, not by R against the mean of F and M.
    """

    source: str
    as_of: dt.date | None
    account: Account
    everyone: Group
    segments: tuple[Segment, ...]
    empty_regions: tuple[str, ...]
    distributions: Distributions
    scaling: Scaling
    settings: dict[str, Any]
    inertia: float | None
    described: dict[str, Any]
    versions: dict[str, str]
    currency_symbol: str = ""
    scoring: Scoring | None = None
    stability: Stability | None = None
    named_by_code: bool = False

    @property
    def window(self) -> int | None:
        """The days in which purchases and money count for frequency and monetary; None: all history."""
        found: int | None = self.settings.get("window")
        return found

    @property
    def filled(self) -> list[Segment]:
        """The segments that hold customers."""
        return [segment for segment in self.segments if segment.figures.customers]

    @property
    def most_valuable(self) -> Segment:
        """The segment with the largest mean monetary."""
        return max(self.filled, key=lambda segment: segment.figures.mean_monetary)

    @property
    def most_at_risk(self) -> Segment | None:
        """Among segments at risk the one with the most money behind it; None where there is none, or no money."""
        lapsed = [segment for segment in self.filled if segment.at_risk and segment.figures.revenue > 0]
        return max(lapsed, key=lambda segment: segment.figures.revenue, default=None)

    @property
    def headlines(self) -> tuple[str, str]:
        """One sentence on the most valuable segment, one on the most at-risk one."""
        at_risk, valuable = self.most_at_risk, self.most_valuable
        said = _headline(at_risk, self) if at_risk else self.nobody_at_risk
        return (
            f"Most valuable: {_headline(valuable, self)}",
            f"Most at risk: {f'{valuable.called} {SAME}' if at_risk == valuable else said}",
        )

    @property
    def nobody_at_risk(self) -> str:
        """Why no segment is at risk, where none is."""
        if any(segment.at_risk for segment in self.filled):
            return f"no segment. Those who are away longer than usual spent nothing{within(self.window)}."
        lapsed = [segment for segment in self.filled if segment.lapsed]
        longest = max(lapsed, key=lambda segment: segment.figures.median_recency, default=None)
        return f"no segment. Of the one longest away: {longest.no_risk}." if longest else NONE_LAPSED

    @property
    def border_line(self) -> str | None:
        """One sentence on how many customers sit near a border between segments; None without centres."""
        counts = [segment.near_border for segment in self.segments if segment.near_border is not None]
        if not counts:
            return None
        near = sum(counts)
        share = near / self.everyone.customers if self.everyone.customers else 0.0
        return (
            f"Near a border between two segments (confidence below {NEAR_BORDER}): "
            f"{counted(near, 'customer')} ({percent(share)})."
        )

    def profile(self) -> pd.DataFrame:
        """Return the profile: one row per segment, shares from 0 to 1, recency in days."""
        import pandas as pd

        return pd.DataFrame(self.profile_rows())

    def profile_rows(self) -> list[dict[str, Any]]:
        """Return the rows of the profile as plain values."""
        return [_profile_row(segment) for segment in self.segments]

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain JSON values; money and shares as numbers, dates as ISO text."""
        plain = {
            "source": self.source,
            "as_of": self.as_of,
            "account": account_figures(self.account),
            "everyone": {name: value for name, value in asdict(self.everyone).items() if name != "spread"},
            "rhythm": asdict(self.rhythm) if self.rhythm else None,
            "segments": [
                {
                    **_profile_row(segment),
                    "borderline": list(segment.borderline),
                    "corrections": list(segment.corrections),
                    "claims": [asdict(verdict) for verdict in segment.claims],
                }
                for segment in self.segments
            ],
            "most_valuable": self.most_valuable.segment,
            "most_at_risk": self.most_at_risk.segment if self.most_at_risk else None,
            "headlines": list(self.headlines),
            "empty_regions": list(self.empty_regions),
            "quantiles": {
                "levels": LEVELS,
                "segments": [asdict(segment.figures.spread) for segment in self.segments],
            },
            "concentration": {f"top {share:.0%}": self.distributions.held_by_top(share) for share in TOPS},
            "currency_symbol": self.currency_symbol,
            "features": [asdict(feature) for feature in self.scaling.features],
            "settings": self.settings,
            "inertia": self.inertia,
            "described": self.described,
            "versions": self.versions,
            "scores": {**self.scoring.to_dict(), "notes": list(self.scoring.notes)} if self.scoring else None,
            "score_cells": [asdict(cell) for cell in self.score_cells],
            "crosstab": _dict_of(self.crosstab),
            "stability": asdict(self.stability) if self.stability else None,
            "choice": _dict_of(self.choice),
            "hindsight": _dict_of(self.hindsight),
            "drift": _dict_of(self.drift),
            "likeness": _dict_of(self.likeness),
        }
        result: dict[str, Any] = json_ready(plain)
        return result


def _dict_of(part: Crosstab | Choice | Hindsight | Drift | Likeness | None) -> dict[str, Any] | None:
    return part.to_dict() if part else None


def summarise(
    intake: Intake, fitted: Fitted, described: dict[str, Any], currency_symbol: str = ""
) -> Summary:
    """Bring figures and names together; ``described`` are the columns and settings of this run."""
    model = fitted.model
    return Summary(
        source=intake.source.name,
        as_of=intake.as_of,
        account=intake.account,
        everyone=fitted.everyone,
        segments=_with_shares(
            [_segment(position, fitted, currency_symbol) for position in range(1, len(fitted.groups) + 1)]
        ),
        empty_regions=model.empty_regions(len(fitted.groups)),
        distributions=fitted.spread,
        scaling=model.scaling,
        settings=model.settings,
        inertia=model.inertia,
        described=described,
        versions=_versions(),
        currency_symbol=currency_symbol,
        scoring=model.scoring,
        stability=model.stability,
        named_by_code=isinstance(model.lexicon.scores, CodeTable),
        **fitted.findings,
    )


def _with_shares(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    customers = percents([segment.share for segment in segments])
    revenue = percents([segment.revenue_share for segment in segments])
    return tuple(
        replace(segment, of_customers=one, of_revenue=other)
        for segment, one, other in zip(segments, customers, revenue, strict=True)
    )


def _versions() -> dict[str, str]:
    return {
        "rfmeans": __version__,
        "Python": platform.python_version(),
        **{name: version(name) for name in ("ibis-framework", "duckdb", "numpy", "scikit-learn")},
    }


def _segment(position: int, fitted: Fitted, symbol: str) -> Segment:
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
        evidence=_evidence(group, everyone, fitted.grounds, symbol),
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
        stability=model.stability.segments[position - 1] if model.stability else None,
    )


def _evidence(group: Group, everyone: Group, grounds: Grounds, symbol: str) -> str:
    if not group.customers:
        return "no customer is in it"
    days, rhythm = group.median_recency, grounds.rhythm
    pace = f"{rhythm.beside(days)}; " if rhythm and rhythm.tells else ""
    return (
        f"last purchase {counted(days, 'day')} ago against {number(everyone.median_recency)}; {pace}"
        f"{counted(group.median_frequency, 'purchase')}{within(grounds.window)} against "
        f"{number(everyone.median_frequency)}; "
        f"{money(group.median_monetary, symbol)} spent against {money(everyone.median_monetary, symbol)}"
    )


def _headline(segment: Segment, summary: Summary) -> str:
    figures = segment.figures
    return (
        f"{clip(segment.segment)}: {counted(figures.customers, 'customer')} ({percent(segment.share)}) with "
        f"{percent(segment.revenue_share)} of revenue{within(summary.window)}, "
        f"{money(figures.mean_monetary, summary.currency_symbol)} each; "
        f"last purchase {counted(figures.mean_recency, 'day')} ago on average."
    )


def _profile_row(segment: Segment) -> dict[str, Any]:
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
        "evidence": segment.evidence,
        "borderline": "; ".join(segment.borderline),
    }
