#!/usr/bin/env bash
# The Python package rfm 1.0.9 with pandas 3.1.1, which pip installs beside it: no orders can be read.
#
# Guess beforehand: the package asks for pandas without a bound, and its table of customers comes out.
# Seen: ValueError from DataFrame.drop. The package names columns and an axis together, which pandas 3 refuses; pandas
# 2.2.3 takes it.
#
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet "rfm==1.0.9" "pandas==3.1.1"
MPLCONFIGDIR="$folder" "$folder/venv/bin/python" - <<'PYTHON'
import pandas as pd
from rfm import RFM

orders = pd.DataFrame(
    {"customer": [f"c{number}" for number in range(10)], "order_date": ["2024-01-05"] * 10, "amount": [10.5] * 10}
)
try:
    RFM(orders, customer_id="customer", transaction_date="order_date", amount="amount")
except ValueError as error:
    print(f"ValueError: {error}")
    assert "axis" in str(error) and "columns" in str(error)
else:
    raise SystemExit("a table came out: it works now")
PYTHON
