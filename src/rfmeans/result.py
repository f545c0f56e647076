"""What `rfmeans.segment` returns."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rfmeans.engines.failures import engine_errors
from rfmeans.output.audiences import NO_AUDIENCES, AudienceSettings, write_audiences
from rfmeans.output.files import write_customers, write_lines, write_rows
from rfmeans.output.folder import AUDIENCES
from rfmeans.over_time.drift import CAUTION
from rfmeans.report.analyses.drift import drift_line
from rfmeans.report.as_json import account_dict
from rfmeans.report.markdown import to_markdown
from rfmeans.report.playbook import load_playbook
from rfmeans.report.sections import sections
from rfmeans.saved import Saved

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import ibis.expr.types as ir
    import pandas as pd

    from rfmeans.engines.database import Home
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.model.explanation import Explanation
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.output.audiences import Audiences
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.report.blocks import Section
    from rfmeans.report.charts.images import Images
    from rfmeans.report.charts.registry import Charts
    from rfmeans.report.page import Report
    from rfmeans.report.playbook import Playbook
    from rfmeans.report.summary import Summary


@dataclass(frozen=True, repr=False)
class Segmentation(Saved):
    """Named customer segments.

    Works as a context manager; closing drops the tables it keeps on the engine.

    Attributes
    ----------
    customers
        Ibis table, one row per customer: customer_id, recency (days), frequency (purchases), monetary,
        segment_id (1..k, null for customers set aside), segment, confidence, scores, group, reason; where a
        column of the orders tells it, consent (to marketing).
    summary
        The plain numbers.
    model
        The fitted model.
    set_aside
        Ibis table of the source's rows that were not used; None for a table of customers.
    home
        The database that the orders come from; None for files and frames.
    """

    customers: ir.Table
    summary: Summary
    model: SegmentModel
    set_aside: ir.Table | None
    workspace: Workspace
    home: Home | None = None

    @property
    def _hindsight(self) -> Hindsight | None:
        return self.summary.hindsight

    @cached_property
    def profile(self) -> pd.DataFrame:
        """The profile, one row per segment, the most valuable first."""
        return self.summary.profile()

    @property
    def headlines(self) -> tuple[str, str]:
        """The most valuable and the most at-risk segment, in a sentence each."""
        return self.summary.headlines

    @property
    def titles(self) -> tuple[str, str]:
        """What the result is about, and of whom."""
        return "Customer segments", self.summary.source

    @property
    def caution(self) -> str:
        """What is said even where nothing else is; may be blank."""
        noticed, drift = self.summary.account.noticed, self.summary.drift
        said = (
            noticed.caution if noticed else "",
            drift_line(drift) if drift and drift.largest[1] >= CAUTION else "",
        )
        return "\n".join(filter(None, said))

    def sections(self, playbook: Playbook | None = None) -> list[Section]:
        """Return how it is told, with the cards of a playbook."""
        return sections(self.summary, playbook)

    def explain(self, customer: object) -> Explanation:
        """Say why a customer is in its segment, and what would move it.

        Parameters
        ----------
        customer
            The customer's id.

        Raises
        ------
        DataError
            If there is no such customer; the message names those with a similar id.
        """
        plain = self.customers.select("customer_id", "recency", "frequency", "monetary", "reason")
        with engine_errors("Explaining"):
            return self.model.explain_in(plain, customer, self.summary.as_of, self.summary.currency_symbol)

    @property
    def charts(self) -> Charts:
        """The charts: `charts.averages()` and so on give Altair charts."""
        from rfmeans.report.charts.registry import Charts

        return Charts(self.summary)

    def report(self, playbook: str | os.PathLike[str] | None = None) -> Report:
        """Return the report: a notebook shows it, its `save` writes the page.

        Parameters
        ----------
        playbook
            Path of a playbook (TOML); None: the built-in one.

        Raises
        ------
        SettingsError
            If the playbook is not as it should be.
        """
        from rfmeans.report.page import render

        return render(self.summary, load_playbook(playbook))

    def to_markdown(self, playbook: str | os.PathLike[str] | None = None) -> str:
        """Return the report's words and figures as Markdown; the playbook as for `report`."""
        return to_markdown(self.summary, load_playbook(playbook))

    def save(
        self,
        folder: str | os.PathLike[str],
        *,
        force: bool = False,
        format: str = "parquet",  # noqa: A002 - as the option is called
        audience_format: str = "plain",
        report: bool = True,
        playbook: str | os.PathLike[str] | None = None,
        consenting: bool = False,
    ) -> Path:
        """Write the output folder, whole or not at all, and return its path.

        Parameters
        ----------
        folder
            Where.
        force
            Replace the folder if it exists and rfmeans wrote it.
        format
            Of the customers: ``"parquet"`` or ``"csv"``.
        audience_format, consenting
            See `rfmeans.output.audiences.AudienceSettings`.
        report
            Whether to write report.html and charts/.
        playbook
            Path of a playbook (TOML) for the report; None: the built-in one.

        Raises
        ------
        OutputError
            If it exists or cannot be written.
        DataError
            If the audience format needs e-mail addresses and no customer has one, or no column tells who consents.
        """
        return self.write(
            folder,
            AudienceSettings(audience_format, consenting),
            load_playbook(playbook) if report else None,
            force=force,
            customers_format=format,
        ).folder

    def _write(
        self, folder: Path, customers_format: str | None, audiences: AudienceSettings
    ) -> Audiences | None:
        write_customers(self.customers, folder, "customers", customers_format)
        write_rows(self.summary.profile_rows(), folder / "profile.csv")
        if self.set_aside is not None and customers_format is not None:
            write_lines(self.set_aside, folder / "set_aside.parquet")
        lists = self._write_audiences(folder / AUDIENCES, audiences)
        account = {**account_dict(self.summary.account), **self.summary.described}
        account["audiences"] = asdict(lists) if lists else None
        (folder / "account.json").write_text(
            json.dumps(account, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        (folder / "model.json").write_text(self.model.to_json(), encoding="utf-8")
        return lists

    def _images(self) -> Images:
        return self.charts.images()

    def _without_card(self, playbook: Playbook) -> tuple[str, ...]:
        return playbook.missing([segment.region for segment in self.summary.segments])

    def _write_audiences(self, folder: Path, settings: AudienceSettings) -> Audiences | None:
        if settings.format == NO_AUDIENCES:
            return None
        names = [segment.segment for segment in self.summary.segments]
        return write_audiences(self.customers, names, self.model.seed, self.model.holdout, settings, folder)

    def __repr__(self) -> str:
        found = self.summary
        counts = f"{found.everyone.customers:,} customers in {len(found.segments)} segments"
        return f"<Segmentation of {found.source}: {counts}>"
