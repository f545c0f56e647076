"""The scripts of examples/ run, and say what is true."""

import runpy

import pandas as pd
import pytest

from places import ROOT

pytestmark = pytest.mark.slow


def test_the_campaign_s_truth_lies_within_its_interval(tmp_path):
    script = runpy.run_path(str(ROOT / "examples" / "campaign.py"))
    found = script["main"](tmp_path).summary
    sent = pd.read_parquet(tmp_path / "segments" / "customers.parquet")
    share = (sent.group == "holdout").sum() / sent.group.notna().sum()
    assert found.total.verdict == "worked"
    # Of the customers who would not have bought, one in eleven does.
    truth = script["WON"] * (1 - found.total.holdout.share)
    assert found.total.share.low < truth < found.total.share.high
    assert found.holdout == 0.2
    assert abs(share - 0.2) < 0.02
    assert (tmp_path / "effect.html").exists()
