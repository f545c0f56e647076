"""A result as plain numbers for people: computed once, drawn from by every renderer."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from rfmeans import __version__
from rfmeans.arguments import Message
from rfmeans.model.fitted import Findings
from rfmeans.report.as_json import account_figures, json_ready
from rfmeans.report.segment import profile_row, segment_of
from rfmeans.segments.code_table import CodeTable
from rfmeans.segments.kmeans import NEAR_BORDER
from rfmeans.segments.profile import LEVELS
from rfmeans.wording import clip, counted, money, percent, within

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from rfmeans.model.fitted import Fitted
    from rfmeans.orders.intake import Account, Intake
    from rfmeans.over_time.drift import Drift
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.over_time.likeness import Likeness
    from rfmeans.report.segment import Segment
    from rfmeans.segments.claims import Pace
    from rfmeans.segments.features import Scaling
    from rfmeans.segments.grids import ScoreGrid
    from rfmeans.segments.number_of_segments import Choice
    from rfmeans.segments.profile import Group
    from rfmeans.segments.rhythm import Rhythm
    from rfmeans.segments.score_cuts import Scoring
    from rfmeans.segments.scores import Crosstab
    from rfmeans.segments.spread import Distributions
    from rfmeans.segments.stability import Stability

NONE_AWAY = "no segment with customers has a name that says they are away."
THE_MOST = ", the most of all segments"
SAME = "as well, for no other that is lapsed has more money behind it."


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
    pace
        What is usual in this shop, in days; None for a table of customers.
    covered_names
        Names of scores that nobody can have, since all of their codes stand under names before them.
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
    pace: Pace | None = None
    covered_names: tuple[str, ...] = ()
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
    def most_valuable(self) -> Segment | None:
        """The segment with the largest mean monetary; None where nobody spent anything."""
        if not self.everyone.revenue:
            return None
        return max(self.filled, key=lambda segment: segment.figures.mean_monetary)

    @property
    def most_each(self) -> bool:
        """Whether the most valuable segment spent more each than any other."""
        means = [segment.figures.mean_monetary for segment in self.filled]
        return means.count(max(means)) < min(2, len(means))

    @property
    def nobody_spent(self) -> str:
        """Why no segment is valuable, where none is."""
        return f"no segment. Nobody spent anything{within(self.window)}."

    @property
    def most_at_risk(self) -> Segment | None:
        """Among segments at risk the one with the most money behind it; None where there is none, or no money."""
        lapsed = [segment for segment in self.filled if segment.at_risk and segment.figures.revenue > 0]
        return max(lapsed, key=lambda segment: segment.figures.revenue, default=None)

    @property
    def first_choice(self) -> Segment | None:
        """The segment to write to first: of those at risk that spent more than usual the one with the most money.

        Where there is none, the most valuable; None where nobody spent anything.
        """
        usual = self.everyone.median_monetary
        worthy = [each for each in self.filled if each.at_risk and each.figures.median_monetary > usual]
        return max(worthy, key=lambda segment: segment.figures.revenue, default=self.most_valuable)

    @property
    def headlines(self) -> tuple[str, str]:
        """One sentence on the most valuable segment, one on the most at-risk one."""
        at_risk, valuable = self.most_at_risk, self.most_valuable
        most = THE_MOST if valuable and self.most_each else ""
        best = f"{_figures(valuable, self, most)}." if valuable else self.nobody_spent
        if at_risk is None:
            risk = self.nobody_at_risk
        elif at_risk == valuable:
            risk = f"{at_risk.called} {SAME}"
        else:
            risk = f"{_figures(at_risk, self)}{_how_many_away(at_risk, self)}."
        return f"Most valuable: {best}", f"Most at risk: {risk}"

    @property
    def nobody_at_risk(self) -> str:
        """Why no segment is at risk, where none is."""
        away = [segment for segment in self.filled if segment.at_risk]
        if away:
            names = " and ".join(segment.called for segment in away)
            return f"no segment. {names} spent nothing{within(self.window)}{_others_away(self)}."
        lapsed = [segment for segment in self.filled if segment.lapsed]
        longest = max(lapsed, key=lambda segment: segment.figures.median_recency, default=None)
        return f"no segment. Of the one longest away: {longest.no_risk}." if longest else NONE_AWAY

    @property
    def stability_line(self) -> str:
        """How far the segments survived resampling; of other customers than its own it is said whose it is."""
        told = self.stability.sentence if self.stability else ""
        if not (told and self.assigned):
            return told
        return Message(f"Of the model, on the customers it was fitted on: {Message(told).marked}")

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
        return [profile_row(segment) for segment in self.segments]

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain JSON values; money and shares as numbers, dates as ISO text."""
        plain = {
            "source": self.source,
            "as_of": self.as_of,
            "account": account_figures(self.account),
            "everyone": {name: value for name, value in asdict(self.everyone).items() if name != "spread"},
            "rhythm": _fields_of(self.rhythm),
            "usual_days": self.pace.days if self.pace else None,
            "segments": [
                {
                    **profile_row(segment),
                    "borderline": list(segment.borderline),
                    "corrections": list(segment.corrections),
                    "claims": [asdict(verdict) for verdict in segment.claims],
                }
                for segment in self.segments
            ],
            "most_valuable": _name_of(self.most_valuable),
            "most_at_risk": _name_of(self.most_at_risk),
            "headlines": list(self.headlines),
            "empty_regions": list(self.empty_regions),
            "names_without_codes": list(self.covered_names),
            "quantiles": {
                "levels": LEVELS,
                "segments": [asdict(segment.figures.spread) for segment in self.segments],
            },
            "concentration": {f"top {top.percent}%": top.share for top in self.distributions.tops},
            "currency_symbol": self.currency_symbol,
            "features": [asdict(feature) for feature in self.scaling.features],
            "settings": self.settings,
            "inertia": self.inertia,
            "described": self.described,
            "versions": self.versions,
            "scores": {**self.scoring.to_dict(), "notes": list(self.scoring.notes)} if self.scoring else None,
            "score_cells": [asdict(cell) for cell in self.score_cells],
            "crosstab": _dict_of(self.crosstab),
            "stability": _fields_of(self.stability),
            "choice": _dict_of(self.choice),
            "hindsight": _dict_of(self.hindsight),
            "drift": _dict_of(self.drift),
            "likeness": _dict_of(self.likeness),
        }
        result: dict[str, Any] = json_ready(plain)
        return result


def _name_of(segment: Segment | None) -> str | None:
    return segment.segment if segment else None


def _fields_of(part: Rhythm | Stability | None) -> dict[str, Any] | None:
    return asdict(part) if part else None


def _dict_of(part: Crosstab | Choice | Hindsight | Drift | Likeness | None) -> dict[str, Any] | None:
    return part.to_dict() if part else None


def summarise(
    intake: Intake, fitted: Fitted, described: dict[str, Any], currency_symbol: str = ""
) -> Summary:
    """Bring figures and names together; ``described`` are the columns and settings of this run."""
    model = fitted.model
    names_of_scores = model.lexicon.scores
    return Summary(
        source=intake.source.name,
        as_of=intake.as_of,
        account=intake.account,
        everyone=fitted.everyone,
        segments=tuple(
            segment_of(position, fitted, currency_symbol) for position in range(1, len(fitted.groups) + 1)
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
        pace=fitted.pace,
        named_by_code=isinstance(names_of_scores, CodeTable),
        covered_names=_covered(names_of_scores) if not fitted.assigned else (),
        **fitted.findings,
    )


def _covered(names: ScoreGrid | CodeTable) -> tuple[str, ...]:
    return names.covered if isinstance(names, CodeTable) else ()


def _versions() -> dict[str, str]:
    return {
        "rfmeans": __version__,
        "Python": platform.python_version(),
        **{name: version(name) for name in ("ibis-framework", "duckdb", "numpy", "scikit-learn")},
    }


def _figures(segment: Segment, summary: Summary, each: str = "") -> str:
    figures, hangs = segment.figures, " (borderline)" if segment.borderline else ""
    return (
        f"{clip(segment.segment)}{hangs}: {counted(figures.customers, 'customer')} ({percent(segment.share)}) with "
        f"{percent(segment.revenue_share)} of revenue{within(summary.window)}, "
        f"{money(figures.mean_monetary, summary.currency_symbol)} each{each}; "
        f"last purchase {counted(figures.mean_recency, 'day')} ago on average"
    )


def _others_away(summary: Summary) -> str:
    """Return how many are away in segments that are not at risk: that those who are spent nothing is not of these."""
    away = sum(segment.away or 0 for segment in summary.filled if not segment.at_risk)
    if summary.pace is None or not away:
        return ""
    bought = f"bought last more than {counted(summary.pace.days, 'day')} ago ({summary.pace.usual_told})"
    return f"; of the customers of other segments {away:,} {bought}"


def _how_many_away(segment: Segment, summary: Summary) -> str:
    """Return whom it is that is at risk: a segment's name is of most of them, or of a good part alone."""
    if summary.pace is None or not segment.share_away:
        return ""
    days = counted(summary.pace.days, "day")
    return f", for {segment.share_away} of them more than {days} ago ({summary.pace.usual_told})"
