"""Segmented customers to write lists of, and the lists read back."""

import csv
from decimal import Decimal
from pathlib import Path

import ibis
import pandas as pd

NAMES = ("High-Value Loyal", "Low-Value/Churned")


def customers(ids, segment_ids=None) -> ibis.Table:
    """Segmented customers with figures that follow from their place."""
    count = len(ids)
    frame = pd.DataFrame(
        {
            "customer_id": ids,
            "recency": range(1, count + 1),
            "frequency": [2] * count,
            "monetary": [Decimal("10.5000") * place for place in range(1, count + 1)],
            "segment_id": segment_ids or [1 + place % 2 for place in range(count)],
        }
    )
    frame["segment_id"] = frame["segment_id"].astype("Int64")
    table = ibis.memtable(frame)
    names = table.segment_id.cases(*enumerate(NAMES, start=1), else_=ibis.null("string"))
    return table.mutate(segment=names, group=ibis.null("string"), reason=ibis.null("string"))


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
