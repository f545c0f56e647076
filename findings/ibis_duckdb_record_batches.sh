#!/usr/bin/env bash
# Ibis 12.0.0 on DuckDB 2.0.0: an embedded table cannot be read as record batches, although pip installs the two together.
#
# Guess beforehand: `to_pyarrow_batches()` gives the rows in batches, as `to_pyarrow()` gives them whole.
# Seen: it raises AttributeError. DuckDB 2.0.0's connection has no `fetch_record_batch` any more (its relations still
# have), and Ibis 12.0.0 calls it on the connection once the first batch is asked for. `to_pyarrow()` works.
#
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet "ibis-framework[duckdb]==12.0.0" "duckdb==2.0.0" "pyarrow==26.0.0"
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import ibis

assert (ibis.__version__, duckdb.__version__) == ("12.0.0", "2.0.0")
orders = ibis.duckdb.connect().create_table("orders", ibis.memtable({"amount": [1, 2, 3]}))
assert orders.to_pyarrow().num_rows == 3
try:
    found = orders.to_pyarrow_batches().read_all()
except AttributeError as error:
    print(f"AttributeError: {error}")
    assert "fetch_record_batch" in str(error)
else:
    raise SystemExit(f"{found.num_rows} rows came as batches: it works now")
PYTHON
