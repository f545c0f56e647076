"""Whether two checkouts of rfmeans do the same: every command of a list by both of them, every output compared.

    python benchmarks/same_results.py OLD NEW
    python benchmarks/same_results.py OLD NEW --reuse /tmp/old_results     keeps what OLD gave, for the next NEW
    python benchmarks/same_results.py OLD NEW --only retail "sql/*" refused --keep /tmp/both

For a refactoring, which must change nothing for a user. Both checkouts run with this interpreter and its packages
(pandas and polars among them), each from a copy of its `src`, so that it may be edited meanwhile, by PYTHONPATH; that
it is this copy which is imported is checked first. Each command is a process of its own in a folder of its own; two
run at a time. A case is one or several of them. OLD must do in it what the list of cases says (its exit code, and
never a traceback), else the case proves nothing and counts as a failure.

Compared are exit codes, standard output and standard error, which files and folders there are (and with which
permissions) where the command ran, and each file: byte for byte, charts too. Only where the bytes differ, Parquet
files are compared by their columns, types and rows in order, each value to its last digit, and DuckDB files by
tables, comments, columns and rows. Of all that only this is made equal, because it must differ:

- the path of the folder in which a checkout runs, to `<work>`; and because results of OLD are kept, also those of the
  inputs made here and of the data, to `<inputs>` and `<data>`;
- the version where it stands behind the name, `rfmeans 0.1.0`, to `rfmeans <version>`, so that a release number is
  no difference. Those of Python and the packages are the same in both.

And this, because it is not twice the same in one and the same checkout:

- the rows of `set_aside.parquet` are sorted: those of a text file are read by several threads, in the order in which
  these come to an end. In cases with `--threads 1` the order counts;
- names of columns in `EXCEPT (...)` and `EXCLUDE (...)` of a statement are sorted: they come from a set.

Nothing else: no date, no seconds. Without a terminal rfmeans shows no progress; the case `print/terminal` sees its
stages by their words alone, and the colours. The environment is the same but for one thing: each checkout has its own
seed of Python's hashes, so that a result which hangs on the order of a set shows up.

A line says how many seconds of processor time the case took in OLD and in NEW. On a busy machine the clock tells less.

What has changed on purpose since is told by ADDED (columns and keys that NEW has and OLD has not: they are left out of
NEW) and by INTENDED (words of either that are replaced); each has its reason, and holds only where OLD is older. So OLD
may be any commit since these cases were first run. Cases whose data are absent are skipped and said so. Not run are
PostgreSQL and Spark, which have tests of their own. Exit code 0: all the same; 1: not; 2: a wrong call.
"""

import argparse
import csv
import fnmatch
import gzip
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from choosing import generate


@dataclass(frozen=True)
class Intended:
    """A difference that is meant to be: in files of cases (globs) the regular expression is replaced in a side's text.

    The files are those of a case, such as `said/1.err` or `made/segments/profile.csv`, and `files`, the list of
    them. Of a table the text is its columns and rows, of a picture its size and hash.
    """

    case: str
    file: str
    pattern: str
    replacement: str
    why: str
    side: str = "old"


# Columns of tables and keys of JSON that came on purpose, and why.
ADDED = {
    "tenure": "customers have the days since their first purchase",
    "first_purchase": "customers have the day of their first purchase",
    "group": "customers have the group of their lists",
    "holdout": "the share held out is a setting of the model",
    "reference": "a model remembers how the customers of its fit are spread",
    "keys": "a model remembers how customers and orders are written",
    "also": "a layout may have more columns that let a row count",
    "updated": "a layout may tell when a row was changed",
    "rhythm": "the shop's pace",
    "mean_tenure": "profiles tell how long customers have been there",
    "median_tenure": "the same",
    "repeat_share": "profiles tell how many bought again",
    "hindsight": "what the segments of an earlier date did since",
    "drift": "how far the customers are from those of the fit",
    "likeness": "how a model stands to the one that it follows",
    "repeat_customers": "figures tell who bought again",
    "older": "lines that say what is stated newer elsewhere",
    "older_only": "customers who ordered before the window alone",
    "foresight": "what the holdout can show",
    "foresight_again": "the same, if as many buy as bought again",
    "apart": "sales under one order id far apart are orders of their own",
    "line_total": "a price may be that of the whole line",
}

# Of the page there is nothing to compare where OLD has the one before: it was laid out anew.
PAGE_BEFORE, PAGE_SINCE = r"(?s)\A(?!.*--shade).*\Z", r"(?s)\A.*--shade.*\Z"
AGAIN = "what the segments of an earlier date did since, and the shop's rhythm"
# The last column of the table of segments.
HEAD_AGAIN, LINE_AGAIN = (
    r"(?m)^(\|.* Average order \|) Bought[^|]+\|$",
    r"(?m)^(\| --- (?:\| --: ){8}\|) --: \|$",
)
ROW_AGAIN = r"(?m)^(\| (?:[A-Z]\S+ ?\S*) \|(?: [^|]+ \|){8}) \d+ % \|$"

INTENDED: tuple[Intended, ...] = (
    Intended(
        "wrong/*",
        "said/*.err",
        "Error: (segments|transform|method|format|holdout|engine|as-of|memory-limit) must",
        r"Error: --\1 must",
        "messages of the command line name its options",
    ),
    Intended("wrong/bins", "said/*.err", "score_bins", "--score-bins", "the same"),
    Intended("wrong/audience", "said/*.err", "The audience format", "--audience-format", "the same"),
    Intended(
        "print/markdown",
        "said/1.out",
        r"\| Customers \| Share \|",
        "| Customers | Share of customers |",
        "Markdown shows the page's table of segments, not a copy of it with other heads",
    ),
    # What came since
    Intended("*", "*set_aside.parquet", ", never null", "", "text is stored on the way"),
    Intended("*", "*set_aside.parquet", ", never null", "", "the same", "new"),
    Intended(
        "*", "files", r"\d+ made/\S*charts/bought_again\.\w+\n", "", "a chart of what happened next", "new"
    ),
    Intended(
        "*",
        "said/*",
        r"What happened next: .*\n",
        "",
        "what the segments of an earlier date did since",
        "new",
    ),
    Intended("*", "said/*", r"What the holdout can show, .*\n", "", "what the holdout can show", "new"),
    Intended("*", "said/*", r"No holdout shows .*\n", "", "the same", "new"),
    Intended("*", "said/*", r"If \d+ % buy anyway, .*\n", "", "the same, as many as bought again", "new"),
    Intended("*", "*/report.html", PAGE_BEFORE, "the page", "the page has another look"),
    Intended("*", "*/report.html", PAGE_SINCE, "the page", "the same", "new"),
    Intended(
        "customers*", "*.parquet", "string, never null", "string", "an id that may be 0 is never null", "new"
    ),
    Intended("print/markdown", "said/1.out", HEAD_AGAIN, r"\1", AGAIN, "new"),
    Intended("print/markdown", "said/1.out", LINE_AGAIN, r"\1", AGAIN, "new"),
    Intended("print/markdown", "said/1.out", ROW_AGAIN, r"\1", AGAIN, "new"),
    Intended(
        "print/markdown", "said/1.out", r" Bought again: of those .*\n\nHalf of the .*", "", AGAIN, "new"
    ),
    Intended(
        "print/markdown", "said/1.out", r"## What happened next\n(?:.*\n)+?(?=## |\Z)", "", AGAIN, "new"
    ),
)

FILES = {
    "retail": "online_retail.parquet",
    "csv": "online_retail_latin1_mdy.csv.gz",
    "excel": "online_retail_20k.xlsx",
    "rfm": "rfm_r_orders.csv",
    "shopify": "store_exports/shopify_orders_export.csv",
    "woocommerce": "store_exports/woocommerce_analytics_orders.csv",
    "stripe": "store_exports/stripe_payments.csv",
    "small": "cases",
}

# A name, commands joined by &&, and the exit code that OLD must give where it is not 0. {retail} and so on are FILES,
# {inputs} is what `make_inputs` makes, {copy:NAME} one of these copied into the folder, {in:CASE} where another case
# of the same checkout ran, {older:CASE} where OLD's did. `python NAME` runs one of PYTHON. The longest come first, so
# that both processors have work to the end, and those that need others last.
CASES = r"""
retail                segment {retail} --currency-symbol £
shopify               segment {shopify} --no-report
auto                  segment {retail} --segments auto
scores                segment {retail} --method scores
customers_many        segment {inputs}/customers.parquet --customers-table --segments auto --no-report
retail_csv            segment {csv} --no-report --format csv
six                   segment {retail} --segments 6
no_transform          segment {retail} --transform none
customers             segment {inputs}/customers.csv --customers-table --customer id --recency r --frequency f \
                      --monetary m
demo                  demo
python/frames         python frames {retail}
excel                 segment {excel} --no-report
rfm_r                 segment {rfm} --no-report
woocommerce           segment {woocommerce} --no-report
stripe                segment {stripe} --no-report --threads 1
python/estimator      python estimator
python/names          python names
python/errors         python errors

print/json            segment {rfm} --no-report --json
print/markdown        segment {rfm} --no-report --markdown --quiet
print/terminal        python terminal segment {rfm} --no-report --segments 5
print/replaced        segment {shop} --quiet --no-report && segment {shop} --force --no-report

audiences/klaviyo     segment {rfm} --no-report --customer email --audience-format klaviyo
audiences/mailchimp   segment {rfm} --no-report --method scores --customer email --audience-format mailchimp \
                      --holdout 0.25
audiences/google_ads  segment {rfm} --no-report --customer email --audience-format google-ads --holdout 0
audiences/meta_ads    segment {rfm} --no-report --customer email --audience-format meta-ads
audiences/none        segment {rfm} --no-report --customer email --audience-format none --n-init 3 --seed 7

read/european         segment {inputs}/european.csv --method scores --no-report
read/no_header        segment {inputs}/no_header.csv.gz --no-header --customer column1 --order column2 --date column3 \
                      --amount column4 --delimiter | --encoding ascii --date-format mdy --decimal . --no-report \
                      --method scores
read/several          segment {inputs}/part*.zip --method scores --no-report --format csv
read/json_lines       segment {inputs}/shop.jsonl --no-report --threads 1 --memory-limit 1GB --temporary . \
                      --method scores
read/conditions       segment {shop} --where "country <> 'FR'" --since 2024-03-01 --as-of 2025-10-01 --no-report \
                      --method scores
read/money            segment {inputs}/mixed.csv --currency EUR --keep-status paid,refunded --refund refund \
                      --amount-per order --drop-duplicates --no-report --method scores
read/own_files        segment {inputs}/till.csv --layouts {inputs}/layouts.toml --lexicon {inputs}/lexicon.toml \
                      --playbook {inputs}/playbook.toml --markdown
read/zone             segment {inputs}/zoned.parquet --timezone Asia/Tokyo --method scores --score-bins 7 --no-report

table/written         segment {copy:shop.duckdb} --table orders --write-table segments --no-report && \
                      assign segments/model.json {copy:shop.duckdb} --table orders --write-table segments \
                      --format csv --no-report
table/replaced        segment {copy:shop.duckdb} --table orders --write-table notes --no-report -> 1 && \
                      segment {copy:shop.duckdb} --table orders --write-table notes --replace-table --no-report
table/refused         segment {copy:shop.duckdb} --table orders --write-table orders -> 1 && \
                      segment {copy:shop.duckdb} -> 1 && segment {shop} --write-table x -> 2

inspect/retail        inspect {retail}
inspect/retail_json   inspect {retail} --json
inspect/shopify       inspect {shopify}
inspect/stripe_json   inspect {stripe} --json --quiet
inspect/shop          inspect {shop} --where "country IN ('DE', 'IT')"

help/all              --help
help/segment          segment --help
help/assign           assign --help
help/inspect          inspect --help
help/explain          explain --help
help/sql              sql --help
help/demo             demo --help
help/version          --version
help/nothing          "" -> 2

refused/missing_file  segment nowhere.csv -> 1
refused/no_match      segment 'nowhere*.csv' -> 1
refused/folder        segment {inputs} -> 1
refused/empty         segment {inputs}/empty.csv -> 1
refused/header_only   segment {inputs}/header_only.csv -> 1
refused/web_page      segment {inputs}/page.csv -> 1
refused/few           segment {inputs}/few.csv -> 1
refused/day_or_month  segment {inputs}/day_or_month.csv -> 1
refused/currencies    segment {inputs}/mixed.csv -> 1
refused/column        segment {shop} --customer custmer_emial -> 1
refused/condition     segment {shop} --where "amuont > 3" -> 1
refused/decimal       segment {shop} --decimal , -> 1
refused/encoding      segment {shop} --encoding klingon -> 2
refused/no_addresses  segment {stripe} --audience-format mailchimp -> 1
refused/no_model      assign nowhere.json {shop} -> 1
refused/not_a_model   assign {inputs}/layouts.toml {shop} -> 1
refused/newer_model   sql {inputs}/newer.json --dialect duckdb -> 1
refused/out_is_file   segment {shop} --out {inputs}/few.csv -> 1
refused/out_is_other  segment {shop} --out {inputs} --force -> 1
refused/existing      segment {shop} --out {inputs} -> 1

wrong/option          segment {shop} --segmets 4 -> 2
wrong/command         segmnt {shop} -> 2
wrong/argument        segment -> 2
wrong/number          segment {shop} --n-init many -> 2
wrong/segments        segment {shop} --segments 99 -> 2
wrong/segments_word   segment {shop} --segments four -> 2
wrong/transform       segment {shop} --transform sqrt -> 2
wrong/method          segment {shop} --method kmean -> 2
wrong/bins            segment {shop} --score-bins 11 -> 2
wrong/date            segment {shop} --as-of yesterday -> 2
wrong/zone            segment {shop} --timezone Mars/Base -> 2
wrong/format          segment {shop} --format xml -> 2
wrong/audience        segment {shop} --audience-format klavyo -> 2
wrong/holdout         segment {shop} --holdout 1.5 -> 2
wrong/two_outputs     segment {shop} --json --markdown -> 2
wrong/table_of_none   segment {shop} --replace-table -> 2
wrong/mixed           segment {shop} --customers-table --order order_id -> 2
wrong/recency         segment {shop} --recency r -> 2
wrong/engine          segment {shop} --engine sprak -> 2
wrong/memory          segment {shop} --memory-limit much -> 2
wrong/lexicon         segment {shop} --lexicon {inputs}/layouts.toml -> 2
wrong/playbook        segment {shop} --playbook {inputs}/layouts.toml -> 2
wrong/layouts         segment {shop} --layouts {inputs}/lexicon.toml -> 2

assign/excel          assign {in:retail}/segments/model.json {excel} --no-report --currency-symbol £
assign/report         assign {in:six}/segments/model.json {retail} --since 2011-06-01 --json
assign/older          assign {older:retail}/segments/model.json {retail} --as-of 2012-01-01 --no-report --format csv
assign/scores         assign {in:scores}/segments/model.json {retail} --no-report
assign/customers      assign {in:customers}/segments/model.json {inputs}/customers.csv --customers-table --customer id \
                      --recency r --frequency f --monetary m --no-report

explain/best          explain {in:retail}/segments/model.json {retail} --customer 14646
explain/middle        explain {in:retail}/segments/model.json {retail} --customer 12352 --currency-symbol £
explain/json          explain {in:retail}/segments/model.json {retail} --customer 17850 --json --quiet
explain/no_spend      explain {in:retail}/segments/model.json {retail} --customer 12346
explain/scores        explain {in:scores}/segments/model.json {retail} --customer 12583
explain/name          explain {in:rfm_r}/segments/model.json {rfm} --customer "Brion Stark" --as-of 2007-01-01
explain/nobody        explain {in:retail}/segments/model.json {retail} --customer 1235 -> 1
explain/no_customer   explain {in:retail}/segments/model.json {retail} -> 2

sql/duckdb            sql {in:retail}/segments/model.json --dialect duckdb
sql/postgres          sql {in:retail}/segments/model.json --dialect postgres
sql/bigquery          sql {in:retail}/segments/model.json --dialect bigquery
sql/snowflake         sql {in:retail}/segments/model.json --dialect snowflake
sql/databricks        sql {in:retail}/segments/model.json --dialect databricks
sql/spark             sql {in:retail}/segments/model.json --dialect spark
sql/trino             sql {in:retail}/segments/model.json --dialect trino
sql/clickhouse        sql {in:retail}/segments/model.json --dialect clickhouse
sql/older             sql {older:six}/segments/model.json --dialect duckdb --table "{{ ref('orders') }}" --out six.sql
sql/scores            sql {in:scores}/segments/model.json --dialect snowflake --since 2011-01-31 --as-of 2012-01-01
sql/layout            sql {in:shopify}/segments/model.json --dialect bigquery --table shop.orders
sql/types             sql {in:rfm_r}/segments/model.json --dialect trino --timezone Europe/Berlin --customer key \
                      --date at --amount value --order number --where "value < 1000" \
                      --type key=int64 --type "at=timestamp('UTC')" --type "value=decimal(12,2)" --type number=string
sql/dialect           sql {in:retail}/segments/model.json --dialect oracle -> 2
sql/type              sql {in:retail}/segments/model.json --dialect duckdb --type CustomerID -> 2
"""

PYTHON = {
    "names": """
import inspect, rfmeans
def told(name, thing):
    try:
        asked = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        asked = []
    print(name, *(f"{one.kind.name[:3]} {one.name}={one.default!r}" for one in asked), sep="  ")
for name in rfmeans.__all__:
    thing = getattr(rfmeans, name)
    told(name, thing)
    for member in sorted(set(dir(thing)) - set(dir(Exception))) if inspect.isclass(thing) else []:
        if not member.startswith("_"):
            told(f"{name}.{member}", getattr(thing, member))
""",
    "frames": """
import sys, polars, pyarrow.parquet as pq, rfmeans
lines = pq.read_table(sys.argv[1]).slice(0, 60_000)
for frame in (lines, lines.to_pandas(), polars.from_arrow(lines)):
    with rfmeans.segment(frame, n_init=5) as found:
        print(type(frame), found, *found.headlines, found.profile.dtypes, found.profile.to_csv(), sep="\\n")
        print(found.customers.schema(), found.customers.order_by("customer_id").to_pandas().to_csv(), sep="\\n")
        print(found.set_aside.count().execute(), found.explain(17850), found.charts.averages().to_json(), sep="\\n")
        print(found.model.assign(frame).order_by("customer_id").to_pandas().to_csv())
""",
    "estimator": """
import rfmeans
from rfmeans.synthetic import make_customers, make_orders
table = make_customers(2000, seed=1)
found = rfmeans.RFMeans(n_segments=5, random_state=2)
print(found, found.fit_predict(table).tolist(), found.transform(table).tolist())
print({name: value for name, value in sorted(vars(found).items()) if name.endswith("_")})
print(make_orders(300, seed=4).to_csv())
""",
    "errors": """
import rfmeans
from rfmeans.synthetic import make_customers
def asked(call, *given, **options):
    try:
        call(*given, **options)
    except Exception as error:
        print([kind.__name__ for kind in type(error).__mro__], str(error))
asked(rfmeans.segment, "nowhere.csv")
asked(rfmeans.segment, "nowhere.csv", segments=1)
asked(rfmeans.segment, 5)
asked(rfmeans.inspect, "nowhere.csv", where=3)
asked(rfmeans.SegmentModel.load, "nowhere.json")
asked(rfmeans.RFMeans(n_segments=40).fit, make_customers(50))
""",
    "terminal": """
import os, runpy, sys
os.environ["FORCE_COLOR"] = "1"
from rich.progress import Progress
made, updated = Progress.__init__, Progress.update
def make(self, *given, **options):
    made(self, *given, **{**options, "disable": True})
def update(self, task, **options):
    print("stage:", options.get("description"), file=sys.stderr)
    updated(self, task, **options)
Progress.__init__, Progress.update = make, update
sys.argv[0] = "rfmeans"
runpy.run_module("rfmeans", run_name="__main__")
""",
}

SMALL = "--method scores --no-report --audience-format none --format csv"
CALL = re.compile(r"\{(in|older|copy):([^}]+)\}|\{(\w+)\}")
EITHER = "0 or 1"
TIMEOUT = 900  # seconds, for a machine that is busy
FILE_LIST = "files"
SIDES = ("old", "new")
KEPT = ("PATH", "HOME", "TMPDIR", "TEMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "JAVA_HOME")
WHERE = "import rfmeans; print(rfmeans.__file__); print(rfmeans.__version__)"


# Cases


@dataclass(frozen=True)
class Case:
    """Commands, the words of each with the exit code that OLD must give."""

    name: str
    commands: tuple[tuple[tuple[str, ...], str], ...]

    @property
    def called(self) -> list[tuple[str, str]]:
        """What stands in braces, as (kind, name); the kind is blank where there is none."""
        words = (word for command, _ in self.commands for word in command)
        return [(kind, name or plain) for word in words for kind, name, plain in CALL.findall(word)]

    @property
    def needs(self) -> list[str]:
        """The cases that it builds on."""
        return sorted({name for kind, name in self.called if kind in ("in", "older")})


def read_cases(text: str) -> Iterator[Case]:
    """Read lines like those of CASES."""
    for line in text.replace("\\\n", " ").splitlines():
        name, *words = shlex.split(line) or [""]
        commands: list[tuple[tuple[str, ...], str]] = []
        while words:
            end = words.index("&&") if "&&" in words else len(words)
            command, words = words[:end], words[end + 1 :]
            told = "->" in command
            expected = command[-1] if told else "0"
            command = command[:-2] if told else command
            commands.append((tuple(word for word in command if word), expected))
        if name:
            yield Case(name, tuple(commands))


def small_cases(folder: Path) -> Iterator[Case]:
    """The small inputs beside the data, each with its own options; what is right of them is not asked here."""
    if not folder.exists():
        yield Case("small/all", ((("segment", "{small}"), EITHER),))  # is skipped
        return
    for number, case in enumerate(json.loads((folder / "cases.json").read_text("utf-8")), start=1):
        stem = re.sub(r"\W+", "_", case["file"].rpartition(".")[0])
        words = ["segment", f"{{small}}/{case['file']}", *SMALL.split(), *case["options"]]
        yield Case(f"small/{number:02}_{stem}", ((tuple(words), EITHER),))


def chosen(cases: list[Case], only: list[str]) -> tuple[list[Case], list[Case]]:
    """Return the cases that are asked for, by name, glob or group, and those that are to be run for them."""
    for name in only:
        if not any(_is_called(case, name) for case in cases):
            wrong_call(f"No case is called {name}. They are: {', '.join(case.name for case in cases)}.")
    asked = [case for case in cases if not only or any(_is_called(case, name) for name in only)]
    needed = {name for case in asked for name in case.needs} | {case.name for case in asked}
    return asked, [case for case in cases if case.name in needed]


def _is_called(case: Case, name: str) -> bool:
    return fnmatch.fnmatchcase(case.name, name) or case.name.startswith(f"{name}/")


# Inputs

SHOP = """
    SELECT 'kunde' || hash(i // 3) % 700 || '@example.org' AS email, 1000 + i // 3 AS order_id,
        DATE '2024-01-01' + (hash(i // 3 * 7) % 640)::INT AS day,
        ((hash(i * 11) % 20000)::INT / 100.0)::DECIMAL(12, 2) AS amount,
        ['paid', 'paid', 'paid', 'paid', 'refunded', 'cancelled'][1 + (hash(i // 3 * 13) % 6)::INT] AS status,
        ['DE', 'FR', 'IT'][1 + (hash(i // 3 * 17) % 3)::INT] AS country
    FROM range(6000) t(i) ORDER BY i
"""
HEADER = "customer,order,date,amount\n"
TEXTS = {
    "empty.csv": "",
    "header_only.csv": HEADER,
    "page.csv": "<!DOCTYPE html><html><body>Please log in.</body></html>\n",
    "few.csv": HEADER + "ann,1,2025-01-01,10.00\nbob,2,2025-01-02,20.00\n",
    "day_or_month.csv": HEADER + "".join(f"c{n},{n},0{n}/0{10 - n}/2025,{n}.50\n" for n in range(1, 10)),
    "newer.json": '{"format": "rfmeans-model", "version": 99}\n',
    "layouts.toml": """
[[layout]]
name = "Till export"
recognised_by = ["Receipt", "Card no"]
customer = { id = ["Card no"], email = ["Mail"] }
order = ["Receipt"]
date = ["Day"]
amount = ["Receipt total"]
amount_per = "order"
status = ["State"]
keep_status = ["paid", "refunded"]
""",
    "lexicon.toml": """
[[grid]]
recency_bands = ["lapsed", "recent"]
recency_cuts = [0.0]
value_bands = ["low", "high"]
value_cuts = [0.25]
[grid.names]
high.recent = "Stars"
high.lapsed = "Sleeping Stars"
low.recent = "Newcomers"
low.lapsed = "Gone"
[scores.cuts]
recency = [30, 60, 90, 180]
""",
    "playbook.toml": """
["Stars"]
aim = "Keep them."
offer = "The new catalogue, before everybody else."
channel = "A letter."
timing = "In March."
measure = "Share still buying after 90 days."
avoid = "No discounts."
""",
}


COPIED_AS = {".jsonl": " (FORMAT json)", ".parquet": " (FORMAT parquet)"}


def make_inputs(folder: Path) -> None:
    """Write what the cases read beside the data; the same each time."""
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    generate(folder / "all.parquet", 60_000)
    totals = (
        f"SELECT * REPLACE (max(amount) OVER (PARTITION BY order_id) AS amount) FROM ({SHOP}) ORDER BY ALL"
    )
    copies = {
        "customers.parquet": f"FROM '{folder}/all.parquet' WHERE customer_id > 0",  # 0 was a guest once
        "shop.csv": SHOP,
        "shop.jsonl": SHOP,
        "zoned.parquet": f"SELECT * REPLACE (day::TIMESTAMPTZ + to_hours(order_id % 24) AS day) FROM ({SHOP})",
        "mixed.csv": f"SELECT *, amount / 4 AS refund, if(order_id % 50 = 0, 'USD', 'EUR') AS currency FROM ({totals})",
        "till.csv": 'SELECT email AS "Card no", order_id AS "Receipt", day AS "Day", amount AS "Receipt total", '
        f'status AS "State" FROM ({totals})',
        "customers.csv": "SELECT customer_id AS id, recency AS r, frequency AS f, monetary AS m "
        f"FROM '{folder}/customers.parquet' ORDER BY id LIMIT 3000",
    }
    with duckdb.connect() as con:
        con.execute("SET threads = 1; SET TimeZone = 'UTC'")
        for name, query in copies.items():
            con.execute(f"COPY ({query}) TO '{folder / name}'" + COPIED_AS.get(Path(name).suffix, ""))
        rows = con.execute(SHOP).fetchall()
        con.execute(f"ATTACH '{folder}/shop.duckdb' AS kept; CREATE TABLE kept.orders AS {SHOP}")
        con.execute("CREATE TABLE kept.notes AS SELECT 1 AS note")
    _write_texts(folder, rows)


def _write_texts(folder: Path, rows: list[tuple[Any, ...]]) -> None:
    marks = str.maketrans(",.", ".,")
    european = [
        f"{email.replace('kunde', 'käufer')};{order};{day:%d.%m.%Y};{f'{amount:,}'.translate(marks)}\n"
        for email, order, day, amount, *_ in rows
    ]
    head = "Auszug vom 1. Oktober\n\nKunde;Bestellnummer;Datum;Betrag\n"
    (folder / "european.csv").write_bytes((head + "".join(european)).encode("cp1252"))
    plain = [f"{email}|{order}|{day:%m/%d/%Y}|{amount}\n" for email, order, day, amount, *_ in rows]
    (folder / "no_header.csv.gz").write_bytes(gzip.compress("".join(plain).encode(), mtime=0))
    for part, some in enumerate((plain[:4000], plain[3990:]), start=1):
        with zipfile.ZipFile(folder / f"part{part}.zip", "w") as packed:
            text = HEADER.replace(",", "|") + "".join(some)
            packed.writestr(zipfile.ZipInfo(f"part{part}.csv"), text)


# Runs


@dataclass(frozen=True)
class Side:
    """A checkout: the copy of its source, where its cases run, and its seed of Python's hashes."""

    name: str
    work: Path
    data: Path
    seed: int
    version: str = ""
    kept: Path | None = None

    @property
    def folder(self) -> Path:
        """Where its cases lie, each as `made`, in which it ran, and `said`, what it printed."""
        return self.work / self.name

    @property
    def environment(self) -> dict[str, str]:
        """All that its processes see of the environment."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        source = {"PYTHONPATH": str(self.folder / "src"), "PYTHONHASHSEED": str(self.seed)}
        return {**kept, **source, "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "xterm"}

    @property
    def places(self) -> list[tuple[str, str]]:
        """Paths, and what they are called where outputs are compared."""
        both = [(str(self.work / name), "<work>") for name in ("old", "new")]
        return [*both, (str(self.work / "inputs"), "<inputs>"), (str(self.data), "<data>")]

    def path_of(self, kind: str, name: str) -> str:
        """Return the path that stands for what is in braces."""
        if kind in ("in", "older"):
            return str((self.folder if kind == "in" else self.work / "old") / name / "made")
        inputs = self.work / "inputs"
        shared = {"inputs": inputs, "shop": inputs / "shop.csv"}
        return name if kind == "copy" else str(shared.get(name) or self.data / FILES[name])

    def words_of(self, command: tuple[str, ...]) -> list[str]:
        """Return a command with paths in place of braces."""
        return [
            CALL.sub(lambda found: self.path_of(found[1], found[2] or found[3]), word) for word in command
        ]


def set_up(name: str, checkout: Path, work: Path, options: argparse.Namespace) -> Side:
    """Copy a checkout's source, and check that it is what is imported."""
    shutil.copytree(checkout / "src", work / name / "src")
    side = Side(name, work, options.data, seed=1 if name == "old" else 2)
    command = [sys.executable, "-c", WHERE]
    asked = subprocess.run(
        command, env=side.environment, cwd=work, capture_output=True, text=True, check=False
    )
    if asked.returncode:
        wrong_call(f"rfmeans of {checkout} cannot be imported:\n{asked.stderr}")
    found, version = asked.stdout.split("\n")[:2]
    if not Path(found).is_relative_to(work / name / "src"):
        wrong_call(f"PYTHONPATH does not select {checkout}: rfmeans is imported from {found}.")
    kept = options.reuse / source_key(checkout, side) if options.reuse and name == "old" else None
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
    return replace(side, version=version, kept=kept)


def wrong_call(words: str) -> None:
    print(words, file=sys.stderr)
    sys.exit(2)


def source_key(checkout: Path, side: Side) -> str:
    """Return the commit, and a hash of the source as it lies there (edited, too), the packages and the seed."""
    git = ["git", "-C", str(checkout), "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip() or "no-commit"
    source = side.folder / "src"
    files = sorted(path for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc")
    named = [(str(path.relative_to(source)), content_hash(path)) for path in files]
    packages = sorted(f"{found.name} {found.version}" for found in distributions())
    return f"{commit}-{hashed(repr((named, packages, sys.version, side.seed)))[:12]}"


def case_key(case: Case, cases: dict[str, Case], side: Side) -> str:
    """Return a hash of the commands of a case and of those it needs, and of all that they read."""
    told: list[Any] = [case.commands, [case_key(cases[name], cases, side) for name in case.needs]]
    for command, _ in case.commands:
        told += [PYTHON[word] for word in command[1:2] if command[0] == "python"]
        words = map(
            Path, [*side.words_of(command), *(side.work / "inputs" / name for _, name in case.called)]
        )
        read = [word for word in words if any(map(word.is_relative_to, (side.data, side.work / "inputs")))]
        files = (path for word in read for path in sorted(word.parent.glob(word.name)))
        told += [content_hash(path) for path in files if path.is_file()]
    return hashed(repr(told))


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def content_hash(path: Path) -> str:
    """Return a hash of a file; of a DuckDB file, which is never twice the same, that of its tables."""
    content = text_of(path).encode() if path.suffix == ".duckdb" else path.read_bytes()
    return hashlib.sha256(content).hexdigest()


def run(case: Case, side: Side, key: str) -> float:
    """Run a case in its folder, or bring what it gave earlier; return its seconds of processor time, now or then."""
    folder = side.folder / case.name
    kept = side.kept / case.name if side.kept else None
    if kept and (kept / "run.json").exists():
        earlier = json.loads((kept / "run.json").read_text())
        if earlier["key"] == key:
            shutil.copytree(kept, folder)
            return float(earlier["seconds"])
    for part in ("made", "said"):
        (folder / part).mkdir(parents=True)
    seconds = sum(
        _run_one(command, side, folder, number) for number, (command, _) in enumerate(case.commands, 1)
    )
    found = {"key": key, "places": side.places, "version": side.version, "seconds": seconds}
    (folder / "run.json").write_text(json.dumps(found))
    if kept and not useless(case, folder):  # nor what Ctrl-C broke off
        partial = Path(tempfile.mkdtemp(dir=side.kept))
        shutil.copytree(folder, partial / "whole")
        shutil.rmtree(kept, ignore_errors=True)
        kept.parent.mkdir(exist_ok=True)
        (partial / "whole").rename(kept)
        partial.rmdir()
    return seconds


def _run_one(command: tuple[str, ...], side: Side, folder: Path, number: int) -> float:
    words = side.words_of(command)
    for name in (name for word in command for kind, name, _ in CALL.findall(word) if kind == "copy"):
        if not (folder / "made" / name).exists():
            shutil.copy(side.work / "inputs" / name, folder / "made")
    start = ["-c", PYTHON[words[1]], *words[2:]] if words[:1] == ["python"] else ["-m", "rfmeans", *words]
    said = folder / "said"
    with (said / f"{number}.out").open("wb") as out, (said / f"{number}.err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, *start],
            cwd=folder / "made",
            env=side.environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        stop = threading.Timer(TIMEOUT, process.kill)
        stop.start()
        _, status, usage = os.wait4(process.pid, 0)
        stop.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)  # a negative one is the signal that ended it
    (said / f"{number}.exit").write_text(str(process.returncode))
    return usage.ru_utime + usage.ru_stime


# Comparison


def text_of(path: Path, *, in_order: bool = True, without: Collection[str] = ()) -> str:
    """Return a file as text: a table as columns and rows, without some; what is no text as its size and hash."""
    if path.suffix == ".parquet":
        return table_text(pq.read_table(path), in_order=in_order, without=without)
    if path.suffix == ".duckdb":
        return database_text(path, without)
    content = path.read_bytes()
    if b"\0" in content:
        return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"
    text = content.decode("utf-8", errors="backslashreplace")
    return _csv_without(text, without) if path.suffix == ".csv" and without else text


def _csv_without(text: str, without: Collection[str]) -> str:
    """Return CSV without some columns, written alike whatever is left out."""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    kept = [place for place, name in enumerate(header) if name not in without]
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(
        [row[place] for place in kept] for row in [header, *rows]
    )
    return written.getvalue()


def columns_of(path: Path) -> set[str]:
    """Return the names of the columns of a table in a file; of a database those of all its tables."""
    if path.suffix == ".parquet":
        return {*pq.read_schema(path).names}
    if path.suffix == ".duckdb":
        return {*re.findall(r"^(\w+): ", database_text(path), re.MULTILINE)}
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            return {*next(csv.reader(file), [])}
    return set()


def as_old_has_it(new: Any, old: Any) -> Any:
    """Return a part of JSON without the keys of ADDED that its counterpart has not."""
    if isinstance(new, dict) and isinstance(old, dict):
        kept = {name: value for name, value in new.items() if name in old or name not in ADDED}
        return {name: as_old_has_it(value, old.get(name)) for name, value in kept.items()}
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [as_old_has_it(one, other) for one, other in zip(new, old, strict=True)]
    return new


def _alike(old: str, new: str) -> tuple[str, str]:
    """Return two texts, JSON in both without what was added since."""
    try:
        before, after = json.loads(old), json.loads(new)
    except ValueError:
        return old, new
    texts = [
        json.dumps(each, indent=1, ensure_ascii=False) for each in (before, as_old_has_it(after, before))
    ]
    return texts[0], texts[1]


def table_text(table: Any, *, in_order: bool = True, without: Collection[str] = ()) -> str:
    """Return the columns of an Arrow table and its rows, each value as Python writes it: to the last digit."""
    table = table.drop_columns([name for name in table.column_names if name in without])
    columns = [
        f"{field.name}: {field.type}{'' if field.nullable else ', never null'}" for field in table.schema
    ]
    rows = map(repr, zip(*(column.to_pylist() for column in table.columns), strict=True))
    return "\n".join([*columns, *(rows if in_order else sorted(rows))])


def database_text(path: Path, without: Collection[str] = ()) -> str:
    """Return the tables of a DuckDB file."""
    with duckdb.connect(str(path), read_only=True) as con:
        listed = con.execute(
            "SELECT schema_name, table_name, comment FROM duckdb_tables() ORDER BY ALL"
        ).fetchall()
        tables = [con.table(f'"{schema}"."{name}"').to_arrow_table() for schema, name, _ in listed]
        return "\n".join(
            f"{found}\n{table_text(table, without=without)}"
            for found, table in zip(listed, tables, strict=True)
        )


class Comparer:
    """Compares what two checkouts gave in a case, and keeps in mind which intended differences it met."""

    def __init__(self) -> None:
        self.met: set[Intended] = set()

    def differences(self, case: Case, old: Path, new: Path) -> list[str]:
        """Return a line for each file that differs: the file, and its first difference."""
        listed = [_listing(folder) for folder in (old, new)]
        texts = {FILE_LIST: tuple("\n".join(each.values()) for each in listed)}
        for name in (name for name in listed[0] if name in listed[1] and not name.endswith("/")):
            rules = [rule for rule in INTENDED if _meets(rule, case, name)]
            if rules or (old / name).read_bytes() != (new / name).read_bytes():
                since = {*ADDED} & (columns_of(new / name) - columns_of(old / name))
                texts[name] = tuple(_plain_text(case, folder, name, since) for folder in (old, new))
        found = []
        for name in sorted(texts, key=_importance):
            before, after = _alike(*self._as_intended(case, name, *texts[name]))
            if before != after:
                found.append(f"{name}, {first_difference(before, after)}")
        return found

    def _as_intended(self, case: Case, name: str, old: str, new: str) -> tuple[str, str]:
        """Return both texts with words replaced; what NEW alone is to have stays where OLD has it as well."""
        for rule in (rule for rule in INTENDED if _meets(rule, case, name)):
            if rule.side == "old":
                old, times = re.subn(rule.pattern, rule.replacement, old)
            elif re.search(rule.pattern, old):
                continue
            else:
                new, times = re.subn(rule.pattern, rule.replacement, new)
            self.met |= {rule} if times else set()
        return old, new


def _meets(rule: Intended, case: Case, name: str) -> bool:
    return fnmatch.fnmatchcase(case.name, rule.case) and fnmatch.fnmatchcase(name, rule.file)


def _importance(name: str) -> tuple[int, str]:
    """Order files by how much their difference tells: how the command ended, what it said, what there is, tables."""
    order = (".exit", ".err", FILE_LIST, ".out", ".json", ".parquet", ".csv", ".svg")
    ending = Path(name).suffix or name
    return (order.index(ending) if ending in order else len(order)), name


def _listing(folder: Path) -> dict[str, str]:
    """Return the files and folders of a case with their permissions; folders end with a stroke."""
    paths = sorted(path for part in ("made", "said") for path in (folder / part).rglob("*"))
    names = [(path, f"{path.relative_to(folder)}{'/' if path.is_dir() else ''}") for path in paths]
    return {name: f"{path.stat().st_mode & 0o777:o} {name}" for path, name in names}


def _plain_text(case: Case, folder: Path, name: str, without: Collection[str] = ()) -> str:
    """Return the text of a file with what must differ made equal."""
    ran = json.loads((folder / "run.json").read_text())
    alone = any("--threads 1" in " ".join(command) for command, _ in case.commands)
    text = text_of(folder / name, in_order=alone or not name.endswith("set_aside.parquet"), without=without)
    for path, word in ran["places"]:
        text = text.replace(path, word)
    text = re.sub(rf"(rfmeans[^\d\n]{{1,30}}){re.escape(ran['version'])}\b", r"\1<version>", text)
    return re.sub(r"(EXCEPT|EXCLUDE) \(([^()]+)\)", _with_names_in_order, text)


def _with_names_in_order(found: re.Match[str]) -> str:
    return f"{found[1]} ({', '.join(sorted(found[2].split(', ')))})"


def first_difference(old: str, new: str) -> str:
    """Return the first line that differs, of either text what stands around the place.

    >>> first_difference("a\\nb c", "a\\nb d")
    "line 2: 'b c' -> 'b d'"
    """
    lines = [text.split("\n") for text in (old, new)]
    at = _first_unequal(*lines)
    pair = [each[at] if at < len(each) else "" for each in lines]
    start = max(_first_unequal(*pair) - 30, 0)
    shown = [repr(line[start : start + 80]) for line in pair]
    ended = [word if at < len(each) else "the end" for each, word in zip(lines, shown, strict=True)]
    return f"line {at + 1}: {' -> '.join(ended)}"


def _first_unequal(old: Sequence[str], new: Sequence[str]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(old), len(new)))


def useless(case: Case, folder: Path) -> str:
    """Return why a case proves nothing: what OLD did is not what the list of cases says."""
    for number, (_, expected) in enumerate(case.commands, start=1):
        code = (folder / "said" / f"{number}.exit").read_text()
        told = (folder / "said" / f"{number}.err").read_text("utf-8", errors="replace").strip()
        if code not in expected.split(" or ") or "Traceback (most recent call last)" in told:
            return f"OLD ends command {number} with {code}, not {expected}: {' '.join(told.split())[-160:]}"
    return ""


# The whole


@contextmanager
def work_folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="same-results-") as name:
            yield Path(name).resolve()
    else:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            wrong_call(f"{keep} is not empty. Give another --keep.")
        yield keep.resolve()


@contextmanager
def processes(number: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads that wait for processes; what has not begun is dropped when something goes wrong."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def absent(case: Case, cases: dict[str, Case], side: Side) -> str:
    """Return the first file of the data that a case or one it needs would read, and that is not there."""
    for name in (name for kind, name in case.called if not kind and name in FILES):
        if not (side.data / FILES[name]).exists():
            return FILES[name]
    return next(filter(None, (absent(cases[name], cases, side) for name in case.needs)), "")


def start_all(
    cases: list[Case], every: dict[str, Case], sides: list[Side], pool: ThreadPoolExecutor
) -> dict[tuple[str, str], Future[float]]:
    """Start all cases of both sides; those that are needed were started before."""
    started: dict[tuple[str, str], Future[float]] = {}

    def after(case: Case, side: Side) -> float:
        for name in case.needs:
            for each in ("old", side.name):
                started[each, name].result()
        return run(case, side, case_key(case, every, side))

    for case in cases:
        for side in sides:
            started[side.name, case.name] = pool.submit(after, case, side)
    return started


def compare_all(options: argparse.Namespace) -> int:
    """Run and compare; print a line per case, and return the exit code."""
    began = time.perf_counter()
    listed = [*read_cases(CASES), *small_cases(options.data / FILES["small"])]
    every = {case.name: case for case in listed}
    asked, needed = chosen(listed, options.only)
    counts: Counter[str] = Counter()
    comparer = Comparer()
    with work_folder(options.keep) as work, processes(options.jobs) as pool:
        sides = [set_up(name, getattr(options, name), work, options) for name in SIDES]
        make_inputs(work / "inputs")
        there = [case for case in needed if not absent(case, every, sides[0])]
        started = start_all(there, every, sides, pool)
        for case in asked:
            if case in there:
                seconds = [started[side.name, case.name].result() for side in sides]
                verdict, words = judge(case, *(side.folder / case.name for side in sides), comparer)
                words = words or ", ".join(f"{each:.1f} s" for each in seconds)
            else:
                verdict, words = "skipped", f"no {absent(case, every, sides[0])} in {options.data}"
            counts[verdict] += 1
            print(f"{verdict:<8} {case.name:<22} {words}", flush=True)
    for rule in INTENDED:
        if rule not in comparer.met and any(fnmatch.fnmatchcase(case.name, rule.case) for case in asked):
            print(f"not met  {rule.case}, {rule.file}: {rule.why}")
    said = ", ".join(f"{number} {verdict}" for verdict, number in counts.items())
    print(f"{counts.total()} cases: {said}; {time.perf_counter() - began:.0f} s.")
    return 1 if counts["differs"] or counts["useless"] else 0


def judge(case: Case, old: Path, new: Path, comparer: Comparer) -> tuple[str, str]:
    """Return the verdict on a case, and what there is to say."""
    if why := useless(case, old):
        return "useless", why
    found = comparer.differences(case, old, new)
    more = f" (and {len(found) - 1} more: {', '.join(each.split(',')[0] for each in found[1:])})"
    return ("differs", found[0] + more * (len(found) > 1)) if found else ("equal", "")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path, help="checkout that is right")
    parser.add_argument("new", type=Path, help="checkout that must do the same")
    parser.add_argument("--data", type=Path, help="default: ../shared/data beside NEW")
    parser.add_argument(
        "--only", nargs="+", default=[], help="cases, by name, glob, or what stands before the stroke"
    )
    parser.add_argument("--keep", type=Path, help="empty folder in which all outputs of both are left")
    parser.add_argument(
        "--reuse", type=Path, help="folder in which OLD's outputs are kept, by commit and case"
    )
    parser.add_argument("--jobs", type=int, default=2, help="commands at a time")
    options = parser.parse_args()
    for checkout in (options.old, options.new):
        if not (checkout / "src" / "rfmeans").is_dir():
            parser.error(f"{checkout} has no src/rfmeans: it is no checkout of rfmeans")
    options.data = (options.data or options.new / ".." / "shared" / "data").resolve()
    sys.exit(compare_all(options))


if __name__ == "__main__":
    main()
