"""Feature space: sums that do not depend on the order of the rows."""

from __future__ import annotations

import math

import ibis
import numpy as np
import pandas as pd
import pytest

from rfmeans.segments.features import bits_for, whole_sum


@pytest.mark.parametrize("count", [10, 100_000])
def test_whole_sums_do_not_depend_on_the_order(count):
    values = np.random.default_rng(count).normal(size=count)
    bits = bits_for(count)
    orders = (values, values[::-1], np.sort(values))
    tables = [ibis.memtable(pd.DataFrame({"z": each})) for each in orders]
    sums = {int(table.agg(s=whole_sum(table.z, bits)).to_pyarrow()["s"][0].as_py()) for table in tables}
    assert len(sums) == 1
    assert sums.pop() / 2**bits == pytest.approx(math.fsum(values), abs=count / 2**bits)


def test_sums_have_room_for_a_billion_customers_far_out():
    """Σ|z| is at most n, and Σz² is n, but for rounding: 63 bits hold both, for one customer at sqrt(n) too."""
    for count in (2, 1_000, 10**9):
        bits = bits_for(count)
        assert 3 * count * 2**bits < 2**62
        assert math.sqrt(count) * 2**bits < 2**63
