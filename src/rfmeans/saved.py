"""What results have in common: they are written as a folder and a table, whole or not at all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from rfmeans.beside import ask
from rfmeans.engines.failures import UNCHANGED, engine_errors
from rfmeans.engines.write_table import check_table, write_table
from rfmeans.output.folder import CHARTS, REPORT, check_format, check_target, replacing
from rfmeans.segments.settings import CLUSTERING

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import ibis.expr.types as ir

    from rfmeans.engines.database import Home
    from rfmeans.engines.kept_tables import Workspace
    from rfmeans.output.audiences import Audiences, AudienceSettings
    from rfmeans.over_time.effect_power import Foresight
    from rfmeans.over_time.hindsight import Hindsight
    from rfmeans.report.blocks import Section
    from rfmeans.report.charts.images import Images
    from rfmeans.report.page import Page
    from rfmeans.report.playbook import Playbook


@dataclass(frozen=True)
class WantedTable:
    """A table to be written, and whether it may replace one that rfmeans did not write."""

    name: str
    replace: bool = False


@dataclass(frozen=True)
class Written:
    """The output folder that was written, and what is in it.

    Attributes
    ----------
    folder
        Its path.
    audiences
        The audience lists; None where none were asked for.
    report
        The report's path; None where none was asked for.
    without_card
        Names of segments that the playbook of the report has no card for.
    table
        The table that was written; None where none was asked for.
    hindsight
        What happened in the months before; None where nobody looked.
    """

    folder: Path
    audiences: Audiences | None
    report: Path | None = None
    without_card: tuple[str, ...] = ()
    table: str | None = None
    hindsight: Hindsight | None = None

    @cached_property
    def foresight(self) -> Foresight | None:
        """What the holdout of the lists can show; None where there are none, or nobody is held out."""
        from rfmeans.over_time.effect_power import ANYWAY

        return self._foresee(ANYWAY)

    @cached_property
    def foresight_again(self) -> Foresight | None:
        """The same if as many buy anyway as bought again of late; None where that is not known, or was nobody."""
        share = self.hindsight.share if self.hindsight else 0.0
        return self._foresee(share) if 0 < share < 1 else None

    @property
    def days_looked_at(self) -> int:
        """How long it was seen who bought again; 0 where nobody looked."""
        return self.hindsight.days if self.hindsight else 0

    def _foresee(self, anyway: float) -> Foresight | None:
        if self.audiences is None:
            return None
        from rfmeans.over_time.effect_power import foresee

        groups = [(entry.segment, entry.treatment, entry.holdout) for entry in self.audiences.lists]
        return ask(CLUSTERING, foresee, groups, anyway).get()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "out": str(self.folder),
            "audiences": asdict(self.audiences) if self.audiences else None,
            "report": str(self.report) if self.report else None,
            "without_card": list(self.without_card),
            "table": self.table,
            "foresight": asdict(self.foresight) if self.foresight else None,
            "foresight_again": asdict(self.foresight_again) if self.foresight_again else None,
        }


class Saved(ABC):
    """What results have in common: they are written as a folder and a table, and keep tables on the engine.

    Works as a context manager; closing drops those tables.
    """

    customers: ir.Table
    workspace: Workspace
    home: Home | None

    @cached_property
    def refusing(self) -> dict[int, int] | None:
        """How many customers of each list, by its number, do not consent to marketing; None: the orders do not tell."""
        from rfmeans.output.audiences import refusing

        return refusing(self._listed)

    @property
    def _listed(self) -> ir.Table:
        """The customers, segment_id being the number of the list that each is on."""
        return self.customers

    @property
    @abstractmethod
    def titles(self) -> tuple[str, str]:
        """What the result is about, and of whom."""

    def write(
        self,
        folder: str | os.PathLike[str],
        audiences: AudienceSettings,
        playbook: Playbook | None = None,
        *,
        force: bool = False,
        customers_format: str | None = "parquet",
        table: WantedTable | None = None,
    ) -> Written:
        """As `save`, and say what was written; without a playbook no report is.

        A table is written last, just before the folder takes its place. Without a format neither customers nor
        lines are brought out of the database.
        """
        check_format(customers_format)
        target = check_target(folder, force=force)
        name = table.name if table else None
        with replacing(target, name) as temporary, engine_errors(f"Writing {target}", UNCHANGED):
            # Pictures are asked for first: they may be drawn while the rest is written.
            asked = None if playbook is None else (self._page(playbook), self._images())
            lists = self._write(temporary, customers_format, audiences)
            if asked is not None:
                page, images = asked
                page.report().save(temporary / REPORT)
                charts = temporary / CHARTS
                charts.mkdir()
                images.save(charts)
            if table is not None:
                self.write_table(table.name, replace=table.replace)
        if playbook is None:
            return Written(target, lists, table=name, hindsight=self._hindsight)
        return Written(target, lists, target / REPORT, self._without_card(playbook), name, self._hindsight)

    def write_table(self, name: str, *, replace: bool = False) -> None:
        """Write `customers` as a table of the database that the orders come from, without bringing them out of it.

        Readers see the old table or the new one. A table that rfmeans wrote is replaced.

        Parameters
        ----------
        name
            Such as ``customer_segments`` or ``shop.customer_segments``.
        replace
            Replace a table that rfmeans did not write.

        Raises
        ------
        SettingsError
            If the orders come from no database, or from one that is not attached any more or not Spark's current
            catalogue, or the table would be lost or needs another transaction there.
        OutputError
            If a table of that name is there that rfmeans did not write, or it cannot be written.
        """
        check_table(self.home, self.titles[1], name, force=replace)
        assert self.home is not None
        with engine_errors(f"Writing the table {name}", UNCHANGED):
            write_table(self.home, self.customers, name, force=replace)

    @abstractmethod
    def _write(
        self, folder: Path, customers_format: str | None, audiences: AudienceSettings
    ) -> Audiences | None:
        """Write all but the report; return the lists."""

    @abstractmethod
    def sections(self, playbook: Playbook | None = None) -> list[Section]:
        """Return how it is told, with the cards of a playbook where it has any."""

    @abstractmethod
    def _images(self) -> Images:
        """Ask for the charts as files."""

    def _page(self, playbook: Playbook) -> Page:
        from rfmeans.report.page import Page

        return Page.asked(self.sections(playbook), *self.titles)

    @property
    def _hindsight(self) -> Hindsight | None:
        """What happened in the months before, where it is known."""
        return None

    def _without_card(self, _playbook: Playbook) -> tuple[str, ...]:
        """Return the names of segments that the playbook has no card for."""
        return ()

    def close(self) -> None:
        """Drop what is kept on the engine."""
        self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
