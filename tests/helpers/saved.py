"""Seven customers, two of whom have no segment, and the files of their result; fixtures of it, to be taken by name."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import rfmeans
from rfmeans.model.steps import OUTPUT_COLUMNS

FILES = [
    "account.json",
    "audiences",
    "charts",
    "model.json",
    "profile.csv",
    "report.html",
    "set_aside.parquet",
]


CHARTS = ["averages", "concentration", "customer_map", "distributions", "score_grid", "shares"]


COLUMNS = list(OUTPUT_COLUMNS)


def orders() -> pd.DataFrame:
    """Seven customers: one only returns, one has no net spend; two lines cannot be used."""
    lines = [
        (1, "2026-03-30", "100"),
        (2, "2026-03-28", "90.50"),
        (2, "2026-03-29", "10"),
        (3, "2026-01-02", "5"),
        (4, "2026-01-03", "7"),
        (5, "2026-02-01", "-8"),
        (6, "2026-02-01", "20"),
        (6, "2026-02-02", "-20"),
        (7, "2026-03-31", "0.1"),
        (None, "2026-03-01", "33.3"),
        (1, "someday", "4"),
        (1, "2026-03-02", "lots"),
    ]
    frame = pd.DataFrame(lines, columns=["customer_id", "order_date", "amount"])
    return frame.assign(customer_id=frame["customer_id"].astype("Int64"))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def result() -> Iterator[rfmeans.Segmentation]:
    with rfmeans.segment(orders(), segments=2, n_init=2) as result:
        yield result


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, result: rfmeans.Segmentation) -> Path:
    return result.save(tmp_path_factory.mktemp("saved") / "out")


@pytest.fixture
def folder(tmp_path: Path, saved: Path) -> Path:
    """A copy of a saved folder, for drawing the charts takes a while."""
    return Path(shutil.copytree(saved, tmp_path / "out"))
