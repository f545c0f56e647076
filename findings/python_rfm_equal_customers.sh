#!/usr/bin/env bash
# The Python package rfm 1.0.9 (with pandas 2.2.3): customers who are equal in everything get every score there is.
#
# Guess beforehand: customers with the same recency, frequency and monetary value have the same scores and one segment.
# Seen: ten equal customers are scored from 511 to 155 and stand in four segments, "New Active Accounts" to "At Risk":
# ties are ranked by the place of the row before the cut into fifths. Where most customers bought once, as in many
# shops, their F score is the order of their ids. (rfmeans cuts between values: equal customers are equal.)
#
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet "rfm==1.0.9" "pandas==2.2.3" "numpy==2.2.6"
MPLCONFIGDIR="$folder" "$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
from rfm import RFM

orders = pd.DataFrame(
    {"customer": [f"c{number}" for number in range(10)], "order_date": ["2024-01-05"] * 10, "amount": [10.5] * 10}
)
found = RFM(orders, customer_id="customer", transaction_date="order_date", amount="amount").rfm_table
assert len(found[["recency", "frequency", "monetary_value"]].drop_duplicates()) == 1
scores, segments = sorted(found["rfm_score"].unique()), sorted(found["segment"].unique())
print(f"one set of values; scores {', '.join(scores)}; segments {', '.join(segments)}")
assert scores == ["155", "244", "333", "422", "511"]
assert segments == ["At Risk", "Loyal Accounts", "New Active Accounts", "Potential Loyalist"]
PYTHON
