#!/usr/bin/env bash
# The Python package rfm 1.0.9 (with pandas 2.2.3): amounts lose their cents where these begin with 0.
#
# Guess beforehand: a customer's monetary value is the sum of the amounts, so 10.05 and 20.50 come to 30.55.
# Seen: 30.5. Every text with ".0" in it loses its last two characters, so that 10.05 is read as 10; one cent in ten of
# a shop's prices begins so. Whoever compares our revenue with this package's finds it smaller there.
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

customers = [f"c{number}" for number in range(10)]
orders = pd.DataFrame(
    {
        "customer": customers * 2,
        "order_date": [f"2024-01-{day:02}" for day in range(1, 11)] * 2,
        "amount": [number + 0.05 for number in range(10, 20)] + [number + 0.5 for number in range(20, 30)],
    }
)
expected = orders.groupby("customer")["amount"].sum()
found = RFM(orders.copy(), customer_id="customer", transaction_date="order_date", amount="amount").rfm_table
found = found.set_index("customer")["monetary_value"]
print(f"c0 bought for {expected['c0']:.2f}; monetary_value {found['c0']:.2f}")
assert round(expected["c0"], 2) == 30.55 and found["c0"] == 30.5
assert ((expected - found).round(2) == 0.05).all()
PYTHON
