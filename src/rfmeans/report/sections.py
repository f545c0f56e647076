"""Summary -> sections: which analyses there are, in the order they are told. A new one: its file, its line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.report.analyses.account import account, read
from rfmeans.report.analyses.actions import actions
from rfmeans.report.analyses.charts import charts
from rfmeans.report.analyses.drift import drift
from rfmeans.report.analyses.hindsight import hindsight
from rfmeans.report.analyses.how_sure import how_sure
from rfmeans.report.analyses.likeness import likeness
from rfmeans.report.analyses.method import settings, words
from rfmeans.report.analyses.overview import headlines, overview
from rfmeans.report.analyses.scores import crosstab, scores
from rfmeans.report.analyses.segments import names, segments

if TYPE_CHECKING:
    from rfmeans.report.blocks import Section
    from rfmeans.report.playbook import Playbook
    from rfmeans.report.summary import Summary


def sections(summary: Summary, playbook: Playbook | None = None) -> list[Section]:
    """Return the sections in order; one that has nothing to say to a medium is empty there."""
    return [
        read(summary),
        overview(summary),
        segments(summary),
        crosstab(summary),
        how_sure(summary),
        drift(summary),
        likeness(summary),
        names(summary),
        charts(summary),
        hindsight(summary),
        actions(summary, playbook),
        scores(summary),
        headlines(summary),
        words(summary),
        account(summary),
        settings(summary),
    ]
