"""What `rfmeans.segment` returns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rfmeans.errors import SettingsError
from rfmeans.outputs import FORMATS, check_target, replacing
from rfmeans.sources import engine_errors
from rfmeans.summary import account_dict

if TYPE_CHECKING:
    import os
    from pathlib import Path
    from types import TracebackType

    import ibis.expr.types as ir
    import pandas as pd

    from rfmeans.model import SegmentModel
    from rfmeans.summary import Summary
    from rfmeans.workspace import Workspace


@dataclass(frozen=True, repr=False)
class Segmentation:
    """Named customer segments.

    Works as a context manager; closing drops the tables it keeps on the engine.

    Attributes
    ----------
    customers
        Ibis table, one row per customer: customer_id, recency (days), frequency (purchases), monetary,
        segment_id (1..k, null for customers set aside), segment, reason.
    summary
        The plain numbers.
    model
        The fitted model.
    set_aside
        Ibis table of the source's rows that were not used; None for a table of customers.
    """

    customers: ir.Table
    summary: Summary
    model: SegmentModel
    set_aside: ir.Table | None
    workspace: Workspace

    @cached_property
    def profile(self) -> pd.DataFrame:
        """The profile, one row per segment, the most valuable first."""
        return self.summary.profile()

    @property
    def headlines(self) -> tuple[str, str]:
        """The most valuable and the most at-risk segment, in a sentence each."""
        return self.summary.headlines

    def save(self, folder: str | os.PathLike[str], *, force: bool = False, format: str = "parquet") -> Path:  # noqa: A002 - as the option is called
        """Write the output folder, whole or not at all, and return its path.

        Parameters
        ----------
        folder
            Where.
        force
            Replace the folder if it exists and rfmeans wrote it.
        format
            Of the customers: ``"parquet"`` or ``"csv"``.

        Raises
        ------
        OutputError
            If it exists or cannot be written.
        """
        if format not in FORMATS:
            raise SettingsError(f"format must be parquet or csv. Got {format!r}.")
        target = check_target(folder, force=force)
        with replacing(target) as temporary, engine_errors(f"Writing {target}"):
            self._write(temporary, format)
        return target

    def _write(self, folder: Path, customers_format: str) -> None:
        customers = self.customers.order_by("customer_id")
        if customers_format == "csv":
            customers.to_csv(folder / "customers.csv")
        else:
            customers.to_parquet(folder / "customers.parquet")
        self.profile.to_csv(folder / "profile.csv", index=False)
        if self.set_aside is not None:
            self.set_aside.to_parquet(folder / "set_aside.parquet")
        account = {**account_dict(self.summary.account), **self.summary.described}
        (folder / "account.json").write_text(
            json.dumps(account, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        (folder / "model.json").write_text(self.model.to_json(), encoding="utf-8")

    def __repr__(self) -> str:
        found = self.summary
        counts = f"{found.everyone.customers:,} customers in {len(found.segments)} segments"
        return f"<Segmentation of {found.source}: {counts}>"

    def close(self) -> None:
        """Drop what is kept on the engine."""
        self.workspace.close()

    def __enter__(self) -> Segmentation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
