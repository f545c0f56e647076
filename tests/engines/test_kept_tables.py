"""Tables that are worked out once and kept: not taken for each other, and released."""

import pandas as pd
import pytest

from rfmeans.engines.kept_tables import Workspace

# What comes back over Spark's and PostgreSQL's own Python clients warns about pandas 3 and old names.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")


def test_tables_kept_on_polars_are_not_taken_for_each_other(polars_engine):
    """An expression's address is used again once it is gone; each was a plan, and had the rows of another."""
    table = polars_engine.table(pd.DataFrame({"number": range(200)}), "many_numbers")
    with Workspace() as scratch:
        found = [scratch.keep(table.filter(table.number >= least)) for least in range(200)]
        assert [len(kept.to_pyarrow()) for kept in found] == list(range(200, 0, -1))


def test_what_is_kept_on_polars_is_worked_out_once_and_released(polars_engine):
    table = polars_engine.table(pd.DataFrame({"number": range(10)}), "numbers")
    before = set(polars_engine.con.list_tables())
    with Workspace() as scratch:
        kept = scratch.keep(table.filter(table.number > 5))
        assert "FILTER" not in polars_engine.con.compile(kept).explain()
        assert kept.count().to_pyarrow().as_py() == 4
        del kept
    assert set(polars_engine.con.list_tables()) == before
