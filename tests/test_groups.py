"""Treatment and holdout: the draw as it is documented, on every engine, and wherever a customer's group stands."""

import hashlib
import math

import ibis
import pandas as pd
import pytest

import rfmeans
from rfmeans import ModelError, SettingsError
from rfmeans.engines.dispatch import engine_of
from rfmeans.engines.duckdb import DUCKDB
from rfmeans.engines.engine import Engine
from rfmeans.groups import group_of
from rfmeans.segments.settings import Settings


def group_by_hand(customer: object, seed: int = 0, holdout: float = 0.1) -> str:
    """The draw as the docs tell it, without rfmeans."""
    first = int.from_bytes(hashlib.sha256(f"{seed}:{customer}".encode()).digest()[:8], "big")
    return "holdout" if first < holdout * 2**64 else "treatment"


def groups_of(ids, seed=0, holdout=0.1) -> list[str]:
    table = ibis.memtable({"place": list(range(len(ids))), "customer_id": ids})
    drawn = table.mutate(group=group_of(table.customer_id, seed, holdout, DUCKDB)).order_by("place")
    return drawn.group.to_pyarrow().to_pylist()


def test_the_draw_is_the_documented_one():
    """SHA-256 of "0:12346" begins with 3b, of "0:12347" with 65: 3b/100 = 0.23 and 65/100 = 0.39 in hexadecimal."""
    assert groups_of([12346, 12347], holdout=0.3) == ["holdout", "treatment"]
    ids = ["12347", "anna@example.com", "Zoë", "李", "", "a" * 10_000, "=1+1", "'quoted'"]
    for seed in (0, 7, 2**32 - 1):
        assert groups_of(ids, seed, 0.5) == [group_by_hand(one, seed, 0.5) for one in ids]


@pytest.mark.parametrize(
    "same",
    [
        ibis.memtable({"customer_id": [12346, 12347]}).customer_id,
        ibis.memtable({"customer_id": ["12346", "12347"]}).customer_id,
        ibis.memtable({"customer_id": [12346, 12347]}).customer_id.cast("decimal(38, 0)"),
        ibis.memtable({"customer_id": [12346, 12347]}).customer_id.cast("int16"),
    ],
    ids=["integer", "text", "decimal", "small integer"],
)
def test_an_id_is_in_the_same_group_whatever_its_type(same):
    drawn = group_of(same, 0, 0.3, engine_of(same)).name("group").to_pyarrow().to_pylist()
    assert drawn == ["holdout", "treatment"]


@pytest.mark.parametrize("holdout", [0.01, 0.1, 0.5, 0.999])
def test_the_share_is_what_was_asked_for(holdout):
    """Within five standard deviations of a binomial draw of 100,000."""
    ids = ibis.range(100_000).unnest().name("customer_id").as_table()
    held = (group_of(ids.customer_id, 3, holdout, DUCKDB) == "holdout").sum().to_pyarrow().as_py()
    assert abs(held - 100_000 * holdout) < 5 * math.sqrt(100_000 * holdout * (1 - holdout))


def test_a_larger_share_holds_out_the_same_customers_and_more():
    ids = list(range(5_000))
    small, large = groups_of(ids, holdout=0.1), groups_of(ids, holdout=0.2)
    assert small.count("holdout") < large.count("holdout")
    assert all(after == "holdout" for before, after in zip(small, large, strict=True) if before == "holdout")


def test_another_seed_is_another_draw():
    ids = list(range(5_000))
    both = [a == b == "holdout" for a, b in zip(groups_of(ids, 0, 0.5), groups_of(ids, 1, 0.5), strict=True)]
    assert 1_000 < sum(both) < 1_500  # a quarter of them, as independent draws have it


@pytest.mark.parametrize("holdout", [-0.1, 1, 1.5, float("nan"), "a tenth", True, None])
def test_a_share_out_of_range_is_refused(holdout):
    with pytest.raises(
        SettingsError, match=r"holdout must be a share from 0 to below 1, such as 0.1 for 10 %"
    ):
        Settings(holdout=holdout)


# Where it stands


IDS = ["12347", "anna@example.com", "Zoë", "李", "a" * 1000, "=1+1", "'quoted'", *map(str, range(40))]


def test_every_engine_draws_the_same(engine):
    ids = engine.table(pd.DataFrame({"customer_id": IDS, "place": range(len(IDS))}), "drawn")
    drawn = ids.mutate(group=group_of(ids.customer_id, 7, 0.4, engine_of(ids))).order_by("place")
    assert drawn.group.to_pyarrow().to_pylist() == [group_by_hand(one, 7, 0.4) for one in IDS]


def test_whole_numbers_are_drawn_by_their_digits(engine):
    ids = engine.table(pd.DataFrame({"customer_id": range(1, 40)}), "numbered")
    drawn = ids.mutate(group=group_of(ids.customer_id, 0, 0.4, engine_of(ids))).order_by("customer_id")
    assert drawn.group.to_pyarrow().to_pylist() == [group_by_hand(one, 0, 0.4) for one in range(1, 40)]


def test_an_engine_without_sha_256_has_no_groups():
    ids = ibis.memtable({"customer_id": [1, 2]}).customer_id
    assert group_of(ids, 0, 0.1, Engine("sqlite")).type().is_string()
    assert Engine("sqlite").sha256(ids.cast("string")) is None


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    rows = [
        (one, f"2026-01-{1 + (one * 7 + turn) % 28:02d}", 5 + (one * 37) % 90)
        for one in range(1, 81)
        for turn in range(1 + one % 3)
    ]
    return pd.DataFrame([*rows, (999, "2026-01-05", -4)], columns=["customer_id", "order_date", "amount"])


def groups_in(table) -> dict[int, str | None]:
    rows = table.select("customer_id", "group").to_pyarrow().to_pylist()
    return {row["customer_id"]: row["group"] for row in rows}


@pytest.mark.slow
def test_customers_have_the_group_of_their_list(orders, tmp_path):
    with rfmeans.segment(orders, n_init=2, seed=5, holdout=0.3) as result:
        found, folder = groups_in(result.customers), result.save(tmp_path / "out", report=False)
    assert found.pop(999) is None  # set aside: in no list
    assert found == {one: group_by_hand(one, 5, 0.3) for one in range(1, 81)}
    lists = pd.concat(pd.read_csv(path) for path in (folder / "audiences").iterdir())
    assert dict(zip(lists.customer_id, lists.group, strict=True)) == found
    stored = pd.read_parquet(folder / "customers.parquet").set_index("customer_id").group
    assert stored.drop(999).to_dict() == found


@pytest.mark.slow
def test_groups_stand_there_without_lists(orders, tmp_path):
    with rfmeans.segment(orders, n_init=2) as result:
        folder = result.save(tmp_path / "out", report=False, audience_format="none")
    assert set(pd.read_parquet(folder / "customers.parquet").group.dropna()) == {"treatment", "holdout"}


def test_nobody_is_held_out_at_zero(orders):
    with rfmeans.segment(orders, n_init=2, holdout=0) as result:
        assert set(result.customers.group.to_pyarrow().to_pylist()) == {"treatment", None}


@pytest.mark.slow
def test_a_model_remembers_seed_and_share(orders, tmp_path):
    with rfmeans.segment(orders, n_init=2, seed=5, holdout=0.3) as result:
        result.model.save(tmp_path / "model.json")
        before = groups_in(result.customers)
    model = rfmeans.SegmentModel.load(tmp_path / "model.json")
    assert groups_in(model.assign(orders)) == before
    with rfmeans.assign(model, orders) as again:
        assert groups_in(again.customers) == before
    with rfmeans.assign(model, orders, holdout=0.6) as more:
        assert more.model.holdout == 0.6
        after = groups_in(more.customers)
    assert all(after[one] == "holdout" for one, group in before.items() if group == "holdout")
    assert list(after.values()).count("holdout") > list(before.values()).count("holdout")


@pytest.mark.slow
def test_an_older_model_holds_out_a_tenth(orders):
    with rfmeans.segment(orders, n_init=2, holdout=0.3) as result:
        text = result.model.to_json()
    older = rfmeans.SegmentModel.from_json(text.replace('"holdout": 0.3,', ""))
    assert older.holdout == 0.1
    with pytest.raises(ModelError, match="holdout must be a share"):
        rfmeans.SegmentModel.from_json(text.replace('"holdout": 0.3', '"holdout": 3'))


@pytest.mark.slow
def test_a_statement_gives_the_same_groups(orders):
    con = ibis.duckdb.connect()
    table = con.create_table("orders", orders.assign(order_date=pd.to_datetime(orders.order_date)))
    with rfmeans.segment(table, n_init=2, holdout=0.3) as result:
        found = con.con.execute(
            f'SELECT customer_id, "group" FROM ({result.model.to_sql("duckdb")})'
        ).fetchall()
        assert dict(found) == groups_in(result.customers)
        assert "-- Treatment or holdout (30 %), drawn by SHA-256 of the seed and the customer's id." in (
            result.model.to_sql("duckdb")
        )
    con.disconnect()


HASHES = {
    "duckdb": "SHA256('0:' || CAST(customer_id AS TEXT))",
    "postgres": "ENCODE(SHA256(CONVERT_TO('0:' || CAST(customer_id AS VARCHAR), 'UTF8')), 'hex')",
    "bigquery": "TO_HEX(SHA256(CONCAT('0:', CAST(customer_id AS STRING))))",
    "snowflake": "SHA2(CONCAT('0:', CAST(customer_id AS VARCHAR)), 256)",
    "databricks": "SHA2(CONCAT('0:', CAST(customer_id AS STRING)), 256)",
    "spark": "SHA2(CONCAT('0:', CAST(customer_id AS STRING)), 256)",
    "trino": "LOWER(TO_HEX(SHA256(TO_UTF8(CONCAT('0:', CAST(customer_id AS VARCHAR))))))",
    "clickhouse": "LOWER(HEX(SHA256(CONCAT('0:', CAST(customer_id AS Nullable(String))))))",
}


@pytest.mark.slow
@pytest.mark.parametrize("dialect", HASHES)
def test_each_dialect_hashes_in_its_own_words(orders, dialect):
    with rfmeans.segment(orders, n_init=2) as result:
        assert f"{HASHES[dialect]} < '1999999999999a00'" in result.model.to_sql(dialect)
