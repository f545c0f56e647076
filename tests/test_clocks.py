"""Clocks of UTC are told by the names of their columns."""

import pandas as pd
import pytest

from helpers.taken_in import taken_in
from rfmeans.clocks import is_of_utc

MOMENTS = pd.to_datetime(["2025-03-01 23:30", "2025-03-02 12:30"])
WAYS = {
    "plain": MOMENTS,
    "aware": MOMENTS.tz_localize("UTC"),
    "aware elsewhere": MOMENTS.tz_localize("UTC").tz_convert("Asia/Tokyo"),
    "text": MOMENTS.strftime("%Y-%m-%d %H:%M"),
    "text with an offset": MOMENTS.strftime("%Y-%m-%dT%H:%MZ"),
}


@pytest.mark.parametrize("name", ["Created (UTC)", "order_date_utc", "date_gmt", "utc time"])
def test_a_name_that_says_so(name):
    assert is_of_utc(name)


@pytest.mark.parametrize("name", ["date", "outcome", "putcode", "date_of_utcome"])
def test_other_names(name):
    assert not is_of_utc(name)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stored", [False, True])
def test_typed_times_of_utc_move_to_the_zone_as_text_does(tmp_path, way, stored):
    """Half past eleven at night is the next day in Berlin, by whatever way it comes in."""
    orders = pd.DataFrame({"customer": ["a", "b"], "created_at_utc": WAYS[way], "amount": [1.0, 2.0]})
    path = tmp_path / "orders.parquet"
    orders.to_parquet(path)
    found = taken_in(path if stored else orders, date="created_at_utc", timezone="Europe/Berlin")
    assert {key: days for key, (days, _, _) in found.customers.items()} == {"a": 1, "b": 1}
    assert taken_in(path if stored else orders, date="created_at_utc", timezone="UTC").customers["a"][0] == 2
