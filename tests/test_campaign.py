"""What a campaign did, from lists and later orders: counted by hand, refused in words, told alike everywhere."""

import html
import io
import json
import re
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner

import rfmeans
from helpers import moving_shop
from rfmeans import DataError, SettingsError, SourceError
from rfmeans.arguments import with_options
from rfmeans.cli.commands import app
from rfmeans.cli.print_block import print_sections
from rfmeans.columns import order_totals
from rfmeans.errors import RFMeansError
from rfmeans.output.audiences import FORMATS
from rfmeans.report.analyses.effect import effect_sections
from rfmeans.report.analyses.effect_checks import to_tell
from rfmeans.synthetic import make_orders
from rfmeans.wording import money as as_money

RUNNER = CliRunner()
TIME = {"start": "2024-03-01", "end": "2024-03-31"}
BEFORE = {"recency": 10, "frequency": 2}


def lists(rows) -> pd.DataFrame:
    """Customers of lists: id, segment id, group, money before."""
    frame = pd.DataFrame(rows, columns=["customer_id", "segment_id", "group", "monetary"])
    frame["segment"] = frame["segment_id"].map({1: "Loyal", 2: "New"})
    return frame.assign(**BEFORE)


def orders(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["customer_id", "order_id", "order_date", "amount"])


SENT = lists(
    [
        *[(one, 1, "treatment", 10.0 * one) for one in range(1, 7)],
        *[(one, 1, "holdout", 10.0 * one) for one in range(7, 10)],
        *[(one, 2, "treatment", 5.0) for one in range(10, 14)],
        *[(one, 2, "holdout", 7.0) for one in (14, 15)],
    ]
)
ORDERS = orders(
    [
        (1, "A", "2024-03-01", 20),  # the first day
        (1, "B", "2024-03-31", 5),  # and the last
        (2, "C", "2024-02-29", 99),  # before the campaign
        (2, "D", "2024-04-01", 99),  # and after
        (3, "E", "2024-03-05", 30),
        (3, "E", "2024-03-06", -30),  # returned: no purchase
        (4, "F", "2024-03-07", 0),  # free: no purchase
        (5, "OLD", "2024-02-01", 40),
        (5, "OLD", "2024-03-08", -15),  # a return of an old order: money, no purchase
        (7, "G", "2024-03-09", 12),
        (10, "H", "2024-03-10", 8),
        (10, "H", "2024-03-11", 4),  # one order of two lines
        (14, "I", "2024-03-12", 6),
        (99, "J", "2024-03-13", 50),  # in no list
        (98, "K", "2024-03-14", -1),  # in no list, but no buyer
    ]
)


def test_groups_counted_by_hand():
    found = rfmeans.effect(SENT, ORDERS, **TIME).summary
    loyal, new = found.found.segments
    assert (loyal.treatment.customers, loyal.treatment.buyers) == (6, 1)  # customer 1
    assert loyal.treatment.money_per_customer == pytest.approx((20 + 5 + 0 - 15) / 6)
    assert (loyal.holdout.customers, loyal.holdout.buyers) == (3, 1)
    assert loyal.holdout.money_per_customer == pytest.approx(12 / 3)
    assert (new.treatment.buyers, new.holdout.buyers) == (1, 1)
    assert new.treatment.money_per_customer == pytest.approx(12 / 4)
    assert loyal.share.value == pytest.approx(1 / 6 - 1 / 3)
    assert (found.customers, found.held_out, found.days) == (15, 5, 31)


def test_the_total_weighs_segments_with_their_treated_customers():
    found = rfmeans.effect(SENT, ORDERS, **TIME).summary.total
    assert found.share.value == pytest.approx((6 * (1 / 6 - 1 / 3) + 4 * (1 / 4 - 1 / 2)) / 10)
    assert found.extra_buyers.value == pytest.approx(6 * (1 / 6 - 1 / 3) + 4 * (1 / 4 - 1 / 2))


def test_who_is_in_no_list_is_said_and_not_counted():
    found = rfmeans.effect(SENT, ORDERS, **TIME).summary
    assert (found.buyers_in_no_list, found.money_in_no_list) == (1, 50.0)


@pytest.mark.slow
def test_sums_are_the_same_to_the_last_bit_whatever_the_order_of_rows():
    money = [(one, f"O{one}", f"2024-03-{1 + one % 2 * 30}", 0.1 * one**3) for one in range(1, 16)]
    found = [
        rfmeans.effect(
            SENT.sample(frac=1, random_state=seed), orders(money).sample(frac=1, random_state=seed), **TIME
        ).to_dict()
        for seed in (1, 2)
    ]
    assert found[0] == found[1]


@pytest.mark.slow
def test_ids_meet_whatever_their_type():
    as_text = rfmeans.effect(SENT.assign(customer_id=SENT.customer_id.astype(str)), ORDERS, **TIME).to_dict()
    as_float = rfmeans.effect(
        SENT, ORDERS.assign(customer_id=ORDERS.customer_id.astype(float)), **TIME
    ).to_dict()
    assert as_text == as_float == rfmeans.effect(SENT, ORDERS, **TIME).to_dict()


def test_customers_set_aside_when_the_lists_were_made_are_in_no_list():
    aside = pd.DataFrame([{"customer_id": 99, "reason": "no net spend", "monetary": -1.0, **BEFORE}])
    found = rfmeans.effect(pd.concat([SENT, aside]), ORDERS, **TIME).summary
    assert (found.customers, found.buyers_in_no_list) == (15, 1)


def test_costs_and_margin():
    row = rfmeans.effect(SENT, ORDERS, **TIME, cost_per_customer=0.5, margin=0.3).summary.found.segments[1]
    assert row.net_gain.value == pytest.approx(0.3 * row.extra_money.value - 0.5 * 4)


@pytest.mark.slow
def test_only_the_lists_that_were_sent_are_measured():
    whole = rfmeans.effect(SENT, ORDERS, **TIME, cost_per_customer=0.5)
    found = rfmeans.effect(SENT, ORDERS, **TIME, cost_per_customer=0.5, only=["New"])
    row = found.summary.found.segments[0]
    assert (found.summary.customers, found.summary.held_out, len(found.summary.found.segments)) == (6, 2, 1)
    assert (row.treatment.customers, row.treatment.buyers, row.holdout.buyers) == (4, 1, 1)
    assert row.net_gain.value == pytest.approx(row.extra_money.value - 0.5 * 4)
    assert found.summary.total == row
    assert found.summary.found.segment_level == 0.95  # one list: one question
    assert found.summary.buyers_in_no_list == whole.summary.buyers_in_no_list == 1  # lists not sent are lists
    told = found.to_dict()
    assert (told["only"], told["lists_there"]) == (["New"], 2)
    assert told["assumed"][0] == "Sent to: New (1 of 2 lists)."
    assert "Sent to: all 2 lists." in whole.to_markdown()
    assert (
        rfmeans.effect(SENT, ORDERS, **TIME, only="New").to_dict()["segments"]
        == (rfmeans.effect(SENT[SENT.segment_id == 2], ORDERS, **TIME).to_dict()["segments"])
    )


@pytest.mark.parametrize(
    ("only", "got"), [(["Loyl"], " Got 'Loyl'. Did you mean 'Loyal'?"), ("Other", " Got 'Other'."), ([], "")]
)
def test_a_list_that_is_not_there_is_refused(only, got):
    with pytest.raises(DataError) as refused:
        rfmeans.effect(SENT, ORDERS, **TIME, only=only)
    assert str(refused.value) == f"only must name segments of pandas table.{got} They are: Loyal, New."


@pytest.mark.parametrize("form", ["plain", "klaviyo", "meta-ads"])
def test_the_file_of_one_list_is_told_from_the_folder(form, tmp_path):
    wanted = FORMATS[form]
    headers = [*([wanted.email] if wanted.email else []), *wanted.columns]
    pd.DataFrame([["1"] * len(headers)], columns=headers).to_csv(tmp_path / "1-loyal.csv", index=False)
    with pytest.raises(SourceError) as refused:
        rfmeans.effect(tmp_path / "1-loyal.csv", ORDERS, **TIME)
    assert str(refused.value) == (
        "1-loyal.csv is one list of a campaign, which does not say of which segment. Give the output folder that it "
        "was written into, and the segment's name: only='NAME'."
    )


def test_a_list_that_cannot_be_compared_is_said():
    alone = lists([(20, 2, "treatment", 1.0), (21, 2, "treatment", 1.0)])
    found = rfmeans.effect(pd.concat([SENT[SENT.segment_id == 1], alone]), ORDERS, **TIME)
    assert "Not compared, and not in the total: New (0 of 2 held out)." in found.to_markdown()
    assert found.to_dict()["not_compared"] == [
        {"segment_id": 2, "segment": "New", "treatment": 2, "holdout": 0}
    ]


@pytest.mark.slow
def test_nobody_and_everybody_buying_are_said():
    both = ("2024-03-01", "2024-03-31")
    nobody = rfmeans.effect(SENT, orders([(99, day, day, -1) for day in both]), **TIME)
    assert "Nobody bought in that time." in nobody.to_markdown()
    assert nobody.summary.total.money.low is None
    everybody = rfmeans.effect(SENT, orders([(one, one, both[one % 2], 1) for one in range(1, 16)]), **TIME)
    assert "Everybody bought" in everybody.to_markdown()
    assert everybody.summary.total.verdict == "cannot tell"


# Files and engines


def saved(folder, called=int, **settings):
    frame = orders(
        [
            (
                called(one),
                f"{one}-{turn}",
                f"2024-0{1 + (one + turn) % 2}-{1 + one % 28:02d}",
                5 + (one * 37) % 90,
            )
            for one in range(1, 121)
            for turn in range(1 + one % 3)
        ]
    )
    with rfmeans.segment(frame, segments=2, n_init=2, as_of="2024-03-01", holdout=0.3) as result:
        return result.save(folder, report=False, **settings)


LATER = orders(
    [
        (None, "FIRST", "2024-02-29", 1),  # a line of nobody's: orders of these days are there
        *[(one, f"L{one}", "2024-03-31", 3 + one % 7) for one in range(1, 121, 2)],
    ]
)


@pytest.mark.slow
def test_a_folder_tells_when_and_how_the_lists_were_made(tmp_path):
    found = rfmeans.effect(saved(tmp_path / "sent"), LATER, **TIME).summary
    drawn = pd.read_parquet(tmp_path / "sent" / "customers.parquet")
    assert (found.customers, found.held_out) == (120, (drawn.group == "holdout").sum())
    assert (found.holdout, str(found.lists_as_of), found.lists) == (
        0.3,
        "2024-03-01",
        "sent/",
    )
    assert found.found.splits[0].expected == pytest.approx(36)
    by_hand = drawn[drawn.customer_id % 2 == 1].groupby(["segment_id", "group"]).size()
    for row in found.found.segments:
        assert row.treatment.buyers == by_hand[row.segment_id, "treatment"]
        assert row.holdout.buyers == by_hand[row.segment_id, "holdout"]


@pytest.mark.slow
def test_csv_and_parquet_and_table_say_the_same(tmp_path):
    as_parquet = rfmeans.effect(saved(tmp_path / "sent"), LATER, **TIME).to_dict()
    as_csv = rfmeans.effect(saved(tmp_path / "csv", format="csv"), LATER, **TIME).to_dict()
    assert {**as_csv, "lists": ""} == {**as_parquet, "lists": ""}
    table = pd.read_parquet(tmp_path / "sent" / "customers.parquet")
    as_table = rfmeans.effect(table, LATER, **TIME, holdout=0.3).to_dict()
    unknown = {
        "lists": "",
        "lists_as_of": None,
        "bought_before": None,
        "audience_format": None,
        "assumed": [],
    }
    assert {**as_table, **unknown} == {**as_parquet, **unknown}


@pytest.mark.slow
def test_who_has_no_address_is_in_no_list_of_a_format_that_needs_one(tmp_path):
    """120 customers, of whom 12 have no address and 2 share one: 107 stand in the lists."""

    same = {1: "sa.me@gmail.com", 2: "same@gmail.com"}  # to Google

    def address(one):
        return f"nobody {one}" if one % 10 == 0 else same.get(one, f"{one}@x.org")

    folder = saved(tmp_path / "sent", called=address, audience_format="google-ads")
    later = LATER.assign(customer_id=[None, *map(address, range(1, 121, 2))])
    found = rfmeans.effect(folder, later, **TIME)
    written = json.loads((folder / "account.json").read_text(encoding="utf-8"))["audiences"]["lists"]
    assert {
        (row.segment, row.treatment.customers, row.holdout.customers) for row in found.summary.found.segments
    } == {(each["segment"], each["treatment"], each["holdout"]) for each in written}
    assert (found.summary.customers, found.summary.in_no_list) == (107, 13)
    assert (
        "13 customers with a segment stood in no list, for want of an e-mail address of their own or of "
        "consent (format google-ads): "
        "not counted" in found.to_markdown()
    )
    assert not any("Every customer with a segment counts" in text for text in found.to_dict()["assumed"])


def test_who_was_left_out_for_want_of_consent_stands_in_no_list(tmp_path):
    """Of 15 customers two do not consent, and of one nothing is known: 12 are compared."""
    told = SENT.assign(consent=[False, True, None, *[True] * 11, False])
    told.to_parquet(tmp_path / "customers.parquet")
    for asked, compared in ((True, 12), (False, 15)):
        account = {"as_of": "2024-03-01", "audiences": {"format": "plain", "consenting": asked}}
        (tmp_path / "account.json").write_text(json.dumps(account), encoding="utf-8")
        found = rfmeans.effect(tmp_path, ORDERS, **TIME).summary
        assert (found.customers, found.in_no_list) == (compared, 15 - compared)


@pytest.mark.slow
def test_what_nothing_tells_of_the_lists_is_assumed(tmp_path):
    said = "Every customer with a segment counts as one of its list"
    assert said in rfmeans.effect(SENT, ORDERS, **TIME).to_markdown()
    without = rfmeans.effect(saved(tmp_path / "none", audience_format="none"), LATER, **TIME)
    assert said in without.to_markdown()
    assert without.summary.in_no_list == 0
    account = tmp_path / "none" / "account.json"
    account.write_text(json.dumps({"as_of": "2024-03-01", "audiences": {"format": "fax"}}), encoding="utf-8")
    with pytest.raises(SourceError, match=r"account.json is damaged"):
        rfmeans.effect(tmp_path / "none", LATER, **TIME)


@pytest.mark.slow
def test_an_id_that_csv_made_inert_is_found_again(tmp_path):
    ids = SENT.customer_id.map(lambda one: f"'=buyer {one}")  # as customers.csv holds "=buyer 1"
    SENT.assign(customer_id=ids).to_csv(tmp_path / "customers.csv", index=False)
    later = ORDERS.assign(customer_id=ORDERS.customer_id.map(lambda one: f"=buyer {one}"))
    found = rfmeans.effect(tmp_path / "customers.csv", later, **TIME).to_dict()
    expected = rfmeans.effect(SENT, ORDERS, **TIME).to_dict()
    assert found["segments"] == expected["segments"]


@pytest.mark.slow
def test_purchases_between_lists_and_campaign_are_said(tmp_path):
    folder = saved(tmp_path / "sent")
    more = orders([(1, "X", "2024-03-05", 5), (2, "Y", "2024-03-06", -5), (500, "Z", "2024-03-07", 5)])
    found = rfmeans.effect(folder, pd.concat([LATER, more]), start="2024-03-10", end="2024-03-31")
    assert found.summary.bought_before == 1
    assert (
        "1 customer of the lists bought after those were made (2024-03-01) and before" in found.to_markdown()
    )
    assert rfmeans.effect(folder, LATER, start="2024-03-10", end="2024-03-31").summary.bought_before == 0


@pytest.mark.slow
def test_purchases_before_the_campaign_that_nobody_can_know(tmp_path):
    time = {"start": "2024-03-10", "end": "2024-03-31"}
    folder, late = saved(tmp_path / "sent"), orders([(2, "M", "2024-03-02", 5)])
    found = rfmeans.effect(folder, pd.concat([LATER[LATER.customer_id.notna()], late]), **time)
    assert found.to_dict()["bought_before"] is None
    assert (
        "The orders begin after the lists were made (2024-03-01), so it is not known who bought between that and the "
        "campaign." in found.to_markdown()
    )
    as_table = rfmeans.effect(SENT, ORDERS, **TIME)
    assert as_table.to_dict()["bought_before"] is None
    assert "Nothing tells when the lists were made, so it is not known who bought" in as_table.to_markdown()
    same_day = rfmeans.effect(folder, ORDERS, **TIME)
    assert same_day.summary.bought_before == 0  # no day lies between


@pytest.mark.slow
def test_nothing_that_counts_between_lists_and_campaign_is_no_error(tmp_path):
    nobody = orders([(None, f"X{line}", "2024-03-05", 5) for line in range(40)])
    unread = orders([(1, f"Y{line}", "2024-03-05", None) for line in range(40)])
    given = pd.concat([LATER, nobody, unread])
    found = rfmeans.effect(saved(tmp_path / "sent"), given, start="2024-03-10", end="2024-03-31")
    assert found.summary.bought_before == 0


@pytest.mark.slow
def test_every_engine_counts_the_same(engine):
    expected = rfmeans.effect(SENT, ORDERS, **TIME).to_dict()
    typed = ORDERS.assign(order_date=pd.to_datetime(ORDERS.order_date), amount=ORDERS.amount.astype(float))
    sent, later = engine.table(SENT, "effect_lists"), engine.table(typed, "effect_orders")
    apart = {"lists": "", "orders": ""}
    for given in (sent, SENT):  # on one engine, and brought together
        assert {**rfmeans.effect(given, later, **TIME).to_dict(), **apart} == {**expected, **apart}


def test_no_customer_passes_through_python(monkeypatch):
    con, rows = ibis.duckdb.connect(), []
    backend, fetch = type(con), type(con).to_pyarrow

    def counting(self, *given, **options):
        found = fetch(self, *given, **options)
        rows.append(getattr(found, "num_rows", 1))
        return found

    monkeypatch.setattr(backend, "to_pyarrow", counting)
    monkeypatch.setattr(order_totals, "LOOKED_AT", 5)  # first rows, which tell what the amount is of
    sent, later = (
        con.create_table(name, frame) for name, frame in zip(("sent", "later"), campaign(), strict=True)
    )
    assert rfmeans.effect(sent, later, **TIME).summary.customers == 900
    con.disconnect()
    assert 0 < max(rows) <= 10


@pytest.mark.slow
def test_the_customer_0_of_the_lists_is_one_in_the_orders():
    """A whole shop's ids tell that 0 is a customer; those of a campaign's few buyers do not."""
    sent = SENT.assign(customer_id=SENT.customer_id - 1)
    later = orders([(0, "A", "2024-03-01", 10), (6, "B", "2024-03-31", 10)])
    found = rfmeans.effect(sent, later, **TIME).summary
    assert [row.treatment.buyers for row in found.found.segments] == [1, 0]
    assert found.buyers_in_no_list == 0
    guest = rfmeans.effect(SENT, later, **TIME).summary
    assert (guest.total.treatment.buyers, guest.buyers_in_no_list) == (1, 0)


@pytest.mark.slow
def test_the_last_day_that_there_is():
    with pytest.raises(DataError, match="The orders end on 2024-04-01, before end 9999-12-30"):
        rfmeans.effect(SENT, ORDERS, start="2024-03-01", end="9999-12-30")
    with pytest.raises(DataError, match="The orders end on 2024-04-01, before end 9999-12-30"):
        rfmeans.effect(SENT, ORDERS, start="0001-01-01", end="9999-12-30")


def test_orders_go_on_as_long_as_any_line_does():
    nobody = orders([(None, "Z", "2024-03-31", 5)])
    given = pd.concat([ORDERS[ORDERS.order_date < "2024-03-12"], nobody])
    assert rfmeans.effect(SENT, given, **TIME).summary.days == 31


# The lists of a movement


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A made shop that moved from October to the end of the year, and its orders with a campaign's time after that."""
    shop = make_orders(900, seed=2).drop(columns="kind")
    folder = tmp_path_factory.mktemp("moved")
    with (
        rfmeans.segment(shop, as_of="2024-10-01", n_init=3, holdout=0.3, hindsight=False) as result,
        rfmeans.movement(result.model, shop, since="2024-10-01", until="2024-12-01") as found,
    ):
        out = found.save(folder / "moved", report=False)
        found.save(folder / "csv", format="csv", report=False)
        return out, shop, found.customers.to_pandas(), found.summary


CAMPAIGN = {"start": "2024-12-01", "end": "2024-12-29"}


@pytest.mark.slow
def test_a_campaign_to_the_lists_of_a_movement_is_measured_by_hand(moved):
    folder, shop, customers, summary = moved
    found = rfmeans.effect(folder, shop, **CAMPAIGN).summary
    listed = customers[customers.list.notna()]
    assert (found.customers, str(found.lists_as_of), found.holdout) == (len(listed), "2024-12-01", 0.3)
    assert found.held_out == (listed.group == "holdout").sum()
    days = pd.to_datetime(shop.ordered_at).dt.date.astype(str)
    lines = shop[(days >= CAMPAIGN["start"]) & (days <= CAMPAIGN["end"])].assign(
        total=lambda line: line.quantity * line.unit_price
    )
    totals = lines.groupby(["customer_id", "order_id"]).total.sum().reset_index()
    bought = set(totals[totals.total > 0].customer_id)
    for row in found.found.segments:
        ours = listed[listed.list == row.segment]
        for name, group in (("treatment", row.treatment), ("holdout", row.holdout)):
            members = ours[ours.group == name].customer_id
            assert (group.customers, group.buyers) == (len(members), members.isin(bought).sum())
    assert {row.segment for row in found.found.segments} <= {"slipped", "recovered", "new", "lost"}
    assert found.customers == sum(flow.customers for flow in summary.movement.flows if flow.list)


def test_groups_of_a_movement_are_those_of_its_lists(moved):
    folder, _, customers, _ = moved
    for file in (folder / "audiences").glob("*.csv"):
        for row in pd.read_csv(file).itertuples():
            assert customers.set_index("customer_id").group[row.customer_id] == row.group
    assert customers[customers.list.isna()].group.isna().all()


@pytest.mark.slow
def test_folder_csv_file_and_table_of_a_movement_say_the_same(moved):
    folder, shop, customers, _ = moved
    expected = rfmeans.effect(folder, shop, **CAMPAIGN, only="recovered").to_dict()
    as_csv = rfmeans.effect(folder.parent / "csv", shop, **CAMPAIGN, only="recovered").to_dict()
    assert {**as_csv, "lists": ""} == {**expected, "lists": ""}
    for given in (folder / "movement.parquet", customers):
        found = rfmeans.effect(given, shop, **CAMPAIGN, only="recovered", holdout=0.3).to_dict()
        assert found["segments"] == expected["segments"]


@pytest.mark.slow
def test_who_lost_all_purchases_counts_on_its_list(tmp_path):
    """The eight customers: two are lost, one of whom has no purchase left, and so no last one."""
    with rfmeans.movement(
        replace(moving_shop.model(), settings={"seed": 0, "holdout": 0.5}),
        moving_shop.orders(),
        since=moving_shop.SINCE,
        until=moving_shop.UNTIL,
    ) as found:
        table = found.customers.to_pandas()
    both = table[table["list"] == "lost"]
    assert both.recency.isna().sum() == 1
    more = pd.concat(
        [
            both.assign(customer_id=both.customer_id + 100 * one, group=word)
            for one, word in enumerate(("treatment", "holdout", "treatment"))
        ]
    )
    later = orders([(one, one, "2024-07-01", 5) for one in more.customer_id])
    answer = rfmeans.effect(more, later, start="2024-07-01", end="2024-07-01").summary
    assert (answer.customers, answer.held_out, answer.total.segment) == (6, 2, "lost")


# What is to be looked at twice


def told_everywhere(found) -> list[str]:
    """Terminal, Markdown, page and JSON, each as plain text."""
    terminal = io.StringIO()
    print_sections(effect_sections(found.summary), Console(width=10_000, file=terminal))
    page = html.unescape(found.report().html.split("<script")[0])
    return [terminal.getvalue(), found.to_markdown(), page, "\n".join(found.to_dict()["cautions"])]


def test_nothing_is_cautioned_of_where_nothing_is_odd():
    assert rfmeans.effect(*campaign(), **TIME).to_dict()["cautions"] == []


def test_money_that_points_two_ways_is_explained_everywhere():
    """Treated 7 and 1, held out 6 and 2 in that time; before 10 and 0 against 2 and 0: adjusting turns the sign."""
    sent = lists(
        [(1, 1, "treatment", 10.0), (2, 1, "treatment", 0.0), (3, 1, "holdout", 2.0), (4, 1, "holdout", 0.0)]
    )
    later = orders(
        [
            (1, "A", "2024-03-01", 8),
            (2, "B", "2024-03-31", 1),
            (3, "C", "2024-03-02", 6),
            (4, "D", "2024-03-02", 2),
        ]
    )
    found = rfmeans.effect(sent, later, **TIME, currency_symbol="£")
    row = found.summary.total
    # slope: (7 * 10 / 2 + 4 * 2 / 2) / (10 ** 2 / 2 + 2 ** 2 / 2) = 39 / 52 = 0.75; 0.5 - 0.75 * (5 - 1) = -2.5
    assert (row.money_unadjusted.value, row.money.value, row.signs_differ) == (0.5, pytest.approx(-2.5), True)
    said = (
        "Loyal: money per customer differs by +£0.5 as it is and by -£2.5 adjusted. Before the campaign treated "
        "customers had brought £5 each, those held out £1, and what that alone makes is taken off: go by the adjusted "
        "one and its interval. The sign turns where few customers hold much of the money: one of them alone "
        "stands for £8 in that time."
    )
    assert [said in text for text in told_everywhere(found)] == [True] * 4


@pytest.mark.slow
def test_days_without_orders_are_cautioned_of_everywhere():
    daily = orders(
        [(1, f"{day:%d%b}", f"{day:%Y-%m-%d}", 5) for day in pd.date_range("2024-01-01", "2024-03-31")]
    )
    assert rfmeans.effect(SENT, daily, **TIME).summary.empty_days == ()
    there = daily[
        ~daily.order_date.between("2024-02-27", "2024-03-03")
        & ~daily.order_date.between("2024-03-10", "2024-03-15")
    ]
    begun = pd.concat(
        [there, orders([(None, "X", "2024-03-01", 5)])]
    )  # a line that does not count shows the day
    found = rfmeans.effect(SENT, there, **TIME)
    said = (
        "No order is dated 2024-03-10 to 2024-03-15; 2024-03-01 to 2024-03-03: 9 of 31 days, unlike the weeks around. "
        "If orders are missing, so are buyers of both groups, and the difference comes out too small."
    )
    assert [said in text for text in told_everywhere(found)] == [True] * 4
    assert found.to_dict()["empty_days"] == [
        {"from": "2024-03-10", "to": "2024-03-15", "days": 6},
        {"from": "2024-03-01", "to": "2024-03-03", "days": 3},
    ]
    assert [gap.days for gap in rfmeans.effect(SENT, begun, **TIME).summary.empty_days] == [6]


def history(seed: int, first: int, last: int) -> pd.DataFrame:
    """Orders of customers from one number to another in 2024, each on its own days."""
    rng = np.random.default_rng(seed)
    return orders(
        [
            (one, f"{one}-{turn}", f"2024-{month:02d}-{rng.integers(1, 28):02d}", 5 + int(rng.integers(90)))
            for one in range(first, last)
            for turn, month in enumerate(rng.integers(1, 4, 3))
        ]
        + [(first, "LAST", "2024-03-31", 1)]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shop", "cautioned"), [((1, 1, 121), False), ((2, 1, 121), True), ((2, 100, 400), True)]
)
def test_orders_of_another_shop_are_told_although_ids_are_alike(shop, cautioned, tmp_path):
    own = history(1, 1, 121)
    with rfmeans.segment(own, segments=2, n_init=2, as_of="2024-03-01", holdout=0.3) as result:
        folder = result.save(tmp_path / "sent", report=False)
    found = rfmeans.effect(folder, history(*shop), **TIME)
    known = found.summary.known
    assert (known.customers > 100, known.strange) == (True, cautioned)
    assert cautioned or known.known == known.customers
    said = (
        f"Lists and orders are probably not of the same shop: {known.customers} customers of the lists should "
        f"have a last purchase in these orders, before 2024-03-01, and {known.known} ("
    )
    assert [said in text for text in told_everywhere(found)] == [cautioned] * 4


@pytest.mark.slow
def test_orders_of_the_campaign_alone_tell_strangers_by_their_number():
    ours = [(1, "A", "2024-03-01", 5), (2, "B", "2024-03-31", 5)]
    many = [(100 + one, f"S{one}", "2024-03-09", 5) for one in range(20)]
    found = rfmeans.effect(SENT, orders(ours + many), **TIME)
    said = "20 customers who stand in no list bought in that time, and only 2 of the lists did anything."
    assert [said in text for text in told_everywhere(found)] == [True] * 4
    fewer = rfmeans.effect(SENT, orders(ours + many[1:]), **TIME)
    assert not any("who stand in no list" in text for text in fewer.to_dict()["cautions"])


# Refused


def test_what_is_asked_for_is_checked_before_anything_is_read():
    for options, words in (
        (
            {"start": "2024-04-01", "end": "2024-03-01"},
            "start 2024-04-01 is after end 2024-03-01. Give the first and the last day of the campaign's time.",
        ),
        (TIME | {"margin": 30}, "margin must be 0 to 1, a share of the money. Got 30. Did you mean 0.3?"),
        (TIME | {"cost_per_customer": -1}, "cost_per_customer must be 0 or more. Got -1."),
        (
            TIME | {"cost_per_customer": "0,50"},
            "cost_per_customer must be a number. Got '0,50'. Write cost_per_customer=0.5.",
        ),
        (
            TIME | {"cost_per_customer": "£0.50"},
            "cost_per_customer must be a number. Got '£0.50'. Write cost_per_customer=0.5.",
        ),
        (TIME | {"margin": "30%"}, "margin must be a number. Got '30%'. Write margin=0.3."),
        (
            TIME | {"margin": "a third"},
            "margin must be a number. Got 'a third'. Write digits, with a point before decimals.",
        ),
        (TIME | {"margin": float("nan")}, "margin must be a number. Got nan."),
        (TIME | {"verdict_on": "clicks"}, "verdict_on must be buyers or money. Got 'clicks'."),
        (
            TIME | {"as_of": "2024-04-01"},
            "The campaign's time is given with start= and end=. Leave as_of= out.",
        ),
        (TIME | {"holdout": 10}, "holdout must be a share from 0 to below 1, such as 0.1 for 10 %. Got 10."),
        (TIME | {"end": "9999-12-31"}, "end must be 9999-12-30 or earlier. Got 9999-12-31."),
        (TIME | {"start": "soon"}, "start must be a date like 2026-01-31. Got 'soon'."),
    ):
        with pytest.raises(SettingsError) as refused:
            rfmeans.effect("nowhere", "nowhere.csv", **options)
        assert str(refused.value) == words


REFUSED = {
    "no group": (
        SENT.drop(columns="group"),
        ORDERS,
        SourceError,
        "No column named 'group' in pandas table. It says who was held out, and rfmeans writes it: run segment or "
        "assign again with the same seed and holdout=, the groups are the same. The columns are: customer_id, "
        "segment_id, monetary, segment, recency, frequency.",
    ),
    "another column missing": (
        SENT.drop(columns="monetary"),
        ORDERS,
        SourceError,
        "No column named 'monetary' in pandas table. The columns are: customer_id, segment_id, group, segment, "
        "recency, frequency.",
    ),
    "another word": (
        SENT.replace({"group": {"holdout": "control"}}),
        ORDERS,
        DataError,
        "The column group of pandas table holds 'control' (5 customers with a segment); it must say treatment or "
        "holdout. Did you mean 'holdout'?",
    ),
    "no word": (
        SENT.assign(group=SENT.group.where(SENT.customer_id != 3)),
        ORDERS,
        DataError,
        "The column group of pandas table holds nothing (1 customer with a segment); it must say treatment or "
        "holdout.",
    ),
    "holdout 0": (
        SENT.assign(group="treatment"),
        ORDERS,
        DataError,
        "Nobody was held out: all 15 customers of pandas table are treatment, so nothing tells what they would have "
        "bought anyway. Hold out a share next time: holdout=0.1.",
    ),
    "everybody held out": (
        SENT.assign(group="holdout"),
        ORDERS,
        DataError,
        "No list of pandas table can be compared: Loyal (9 of 9 customers held out), New (6 of 6 customers held "
        "out). Each needs customers in both groups, four or more in all. Send larger lists, or hold out a larger "
        "share: holdout=0.2.",
    ),
    "a customer in both groups": (
        pd.concat([SENT, lists([(7, 1, "treatment", 1.0)])]),
        ORDERS,
        DataError,
        "1 customer stands in pandas table several times, 1 of them in both groups; the first is '7'. One customer "
        "counts once: leave one row of each.",
    ),
    "no customer": (
        SENT[SENT.segment_id == 3],
        ORDERS,
        DataError,
        "pandas table holds no customer with a segment. Give the customers that lists were made of.",
    ),
    "no order in the time": (
        SENT,
        ORDERS.assign(order_date="2023-05-06"),
        DataError,
        "No orders from 2024-03-01 to 2024-03-31: those of pandas table are from 2023-05-06 to 2023-05-06. Give orders "
        "of the campaign's time.",
    ),
    "orders that end early": (
        SENT,
        ORDERS[ORDERS.order_date < "2024-03-12"],
        DataError,
        "The orders end on 2024-03-11, before end 2024-03-31: 20 of 31 days are missing. Give later orders, or "
        "end='2024-03-11'.",
    ),
    "orders that begin late": (
        SENT,
        ORDERS[ORDERS.order_date > "2024-03-12"],
        DataError,
        "The orders begin on 2024-03-13, after start 2024-03-01: 12 of 31 days are missing. Give earlier orders as "
        "well, or start='2024-03-13'.",
    ),
    "another shop": (
        SENT,
        ORDERS.assign(customer_id=ORDERS.customer_id.map("buyer {}".format)),
        DataError,
        "None of the 15 customers of pandas table bought anything in pandas table in that time, but 5 others did "
        "(ids such as '1' against 'buyer 1'). Is it the same shop, and the same column customer=?",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_odd_input_is_refused_in_one_message(case):
    sent, later, kind, words = REFUSED[case]
    with pytest.raises(RFMeansError) as refused:
        rfmeans.effect(sent, later, **TIME)
    assert type(refused.value) is kind
    assert str(refused.value) == words


@pytest.mark.slow
def test_a_campaign_cannot_begin_before_its_lists(tmp_path):
    with pytest.raises(DataError) as refused:
        rfmeans.effect(saved(tmp_path / "sent"), LATER, start="2024-02-01", end="2024-03-31")
    assert str(refused.value) == (
        "The lists were made as of 2024-03-01, and start 2024-02-01 is before it: their own past would count as "
        "effect. Take start='2024-03-01' or later."
    )


def test_a_folder_without_customers_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        SourceError, match=r"empty holds no customers.parquet or customers.csv. Give the output"
    ):
        rfmeans.effect(tmp_path / "empty", ORDERS, **TIME)


def test_a_table_of_customers_is_no_orders():
    with pytest.raises(SettingsError, match="An effect is counted from order lines"):
        rfmeans.effect(SENT, ORDERS, **TIME, columns=rfmeans.CustomerColumns())


# Told


def campaign(lift: float = 0.3):
    """A shop of 900 in two lists, of which treated customers buy more often; a tenth held out."""
    rows, bought = [], []
    for one in range(900):
        held = one % 10 == 0
        rows.append((one + 1, 1 + one % 2, "holdout" if held else "treatment", 20.0 + one % 50))
        if (one * 7919 % 1000) / 1000 < 0.2 + (0 if held else lift):
            bought.append((one + 1, f"O{one}", f"2024-03-{1 + one % 2 * 30}", 10 + one % 13))
    return lists(rows), orders(bought)


@pytest.mark.slow
def test_a_planted_effect_is_told_and_its_absence_is_not():
    assert rfmeans.effect(*campaign(), **TIME).summary.total.verdict == "worked"
    assert rfmeans.effect(*campaign(lift=-0.19), **TIME).summary.total.verdict == "did harm"
    assert rfmeans.effect(*campaign(lift=0.0), **TIME).summary.total.verdict == "cannot tell"


@pytest.fixture(scope="module")
def told():
    return rfmeans.effect(
        *campaign(), **TIME, cost_per_customer=0.5, margin=0.3, holdout=0.1, currency_symbol="£"
    )


def figures_of(found) -> list[str]:
    """What is to be read of the JSON: each number as people read it."""
    said = []
    for row in [found["total"], *found["segments"]]:
        share = row["share"]
        said += [f"{100 * row[group]['share_weighted']:.1f} %" for group in ("treatment", "holdout")]
        said.append(f"{100 * share['value']:+.1f} ({100 * share['low']:+.1f} to {100 * share['high']:+.1f})")
        said += [as_money(abs(row["money"][end]), "£") for end in ("value", "low", "high")]
        said.append(row["verdict"])
    return said


def gains_of(row) -> list[str]:
    people = [f"{row['extra_buyers'][end]:+,.0f}" for end in ("value", "low", "high")]
    return people + [
        as_money(abs(row[name][end]), "£") for name in ("extra_money", "net_gain") for end in ("low", "high")
    ]


def test_every_number_is_told_alike_everywhere(told, capsys):
    print_sections(effect_sections(told.summary), Console(width=80))
    found = told.to_dict()
    terminal = capsys.readouterr().out
    assert max(map(len, terminal.split("All verdicts")[0].splitlines()[4:])) <= 80  # the tables
    page = re.sub(r"<[^>]*>", " ", told.report().html.split("<script")[0])
    everywhere = [*figures_of(found), *gains_of(found["total"])]
    of_lists = [number for row in found["segments"] for number in gains_of(row)]
    for place, numbers in (
        (terminal, everywhere),
        (told.to_markdown(), everywhere + of_lists),
        (page, everywhere + of_lists),
    ):
        assert [number for number in numbers if number not in place] == []


def test_foreign_text_is_cut_off_wherever_it_stands(tmp_path):
    sent, later = campaign()
    name = "Loyal \u202e" + "x" * 5000
    sent["segment"] = sent.segment.replace({"Loyal": name})
    file = tmp_path / f"{'y' * 200}.csv"
    later.to_csv(file, index=False)
    found = rfmeans.effect(sent, file, **TIME, holdout=0.1)
    page = found.report().html.split("<script")[0]
    for text, most in ((page, 121), (found.to_markdown(), 121)):
        assert "Loyal" in text
        assert "\u202e" not in text
        assert max(map(len, re.findall("x{3,}|y{3,}", text))) < most
    assert found.to_dict()["segments"][0]["segment"] == name


def test_the_verdict_is_the_interval(told):
    for row in (told.to_dict()["total"], *told.to_dict()["segments"]):
        assert (row["verdict"] == "worked") == (row["share"]["low"] > 0)


@pytest.mark.slow
def test_a_share_weighted_by_list_is_told_beside_the_one_counted():
    """Held out: 1 of 3 bought in one list, 1 of 2 in the other; treated there were 6 and 4."""
    found = rfmeans.effect(SENT, ORDERS, **TIME)
    held = found.to_dict()["total"]["holdout"]
    assert (held["share"], held["share_weighted"]) == (2 / 5, pytest.approx((6 * 1 / 3 + 4 * 1 / 2) / 10))
    assert held["money_per_customer"] == pytest.approx((12 + 6) / 5)
    assert held["money_weighted"] == pytest.approx((6 * 12 / 3 + 4 * 6 / 2) / 10)
    told = found.to_markdown()
    assert "of those held out 40.0 % (weighted by list)" in told
    assert "as they are, 2 of 5 held-out customers bought (40.0 %)." in told
    assert "weighted by list" not in rfmeans.effect(SENT, ORDERS, **TIME, only="New").to_markdown()
    assert "held out £3.6 (weighted by list)" in (
        rfmeans.effect(SENT, ORDERS, **TIME, verdict_on="money", currency_symbol="£").to_markdown()
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cost", "lift", "said"),
    [
        (0.01, 0.3, "WORKED. .* The net gain is \\+"),
        (100, 0.3, "WORKED. .* But the net gain is -"),
        (3.4, 0.3, "WORKED. .* But whether it paid cannot be told: the net gain is "),
        (100, 0.0, "CANNOT TELL. .* The net gain is -"),
    ],
)
def test_the_headline_says_what_it_earned(cost, lift, said):
    told = rfmeans.effect(*campaign(lift), **TIME, cost_per_customer=cost).to_markdown()
    assert re.search(said, told)
    assert "net gain" not in rfmeans.effect(*campaign(lift), **TIME).to_markdown()


@pytest.mark.slow
def test_what_a_difference_below_zero_would_be_told_as():
    worse = rfmeans.effect(*campaign(lift=-0.04), **TIME).summary
    items = to_tell(worse).terminal[1].items
    assert worse.total.share.value < 0
    assert items[0].text.endswith(" times as many (that it does harm)")
    better = rfmeans.effect(*campaign(lift=0.06), **TIME).summary
    assert better.total.share.value > 0
    assert not any("harm" in item.text for item in to_tell(better).terminal[1].items)


def test_the_one_list_is_called_by_its_name():
    found = rfmeans.effect(*campaign(lift=0.01), **TIME, only="Loyal").summary
    assert [item.name for item in to_tell(found).terminal[1].items] == ["Loyal"]


def test_verdicts_on_money_are_told_with_the_money():
    found = rfmeans.effect(*campaign(), **TIME, verdict_on="money")
    assert (
        "| Money per customer | Treated | Held out | Difference as it is | Adjusted for money before | Verdict |"
        in (found.to_markdown())
    )
    assert "WORKED. Treated customers spent" in found.to_markdown()


def test_a_split_that_was_not_drawn_is_a_warning():
    sent, later = campaign()
    found = rfmeans.effect(sent, later, **TIME, holdout=0.3)
    assert "Split: 90 of 900 customers of all lists are held out, 270.0 were to be" in found.to_markdown()


def test_groups_unlike_before_are_a_warning():
    sent, later = campaign()
    sent["recency"] = 10 + sent.customer_id % 7 + 20 * (sent.group == "holdout")
    assert "Before the campaign the held-out customers were other customers: recency" in (
        rfmeans.effect(sent, later, **TIME).to_markdown()
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Before the campaign the groups were as alike as draws go: recency"),
        (
            1,
            "Before the campaign the groups were less alike than most draws make them, though not so far that",
        ),
    ],
)
def test_how_alike_the_groups_were_is_said_by_its_numbers(days, said):
    sent, later = campaign()
    sent["monetary"] = 20.0
    sent["recency"] = (
        10 + sent.customer_id // 10 % 7 + days * (sent.group == "holdout") * (sent.customer_id % 3 > 0)
    )
    found = rfmeans.effect(sent, later, **TIME)
    row = found.summary.found.balance[0]
    assert (abs(row.difference) > row.by_chance, row.suspicious) == (days > 0, False)
    assert said in found.to_markdown()
    assert ("Money is adjusted for the money before; buyers are as they are." in found.to_markdown()) is (
        days > 0
    )


# The command line


@pytest.fixture
def files(tmp_path):
    sent, later = campaign()
    sent.to_parquet(tmp_path / "customers.parquet")
    later.to_csv(tmp_path / "orders.csv", index=False)
    return [str(tmp_path / "customers.parquet"), str(tmp_path / "orders.csv")]


def run(*options):
    return RUNNER.invoke(app, ["effect", *options])


def test_the_command_line_says_it_and_writes_the_page(files, tmp_path):
    page = tmp_path / "effect.html"
    done = run(*files, "--from", "2024-03-01", "--to", "2024-03-31", "--out", str(page))
    assert done.exit_code == 0, done.output
    assert "WORKED. Of the treated customers" in done.stdout
    assert f"Written to {page}" in done.stdout
    assert "Effect of a campaign" in page.read_text(encoding="utf-8")


def test_the_lists_sent_are_named_several_times(files):
    time = ["--from", "2024-03-01", "--to", "2024-03-31"]
    both = run(*files, *time, "--json", "--quiet", "--only", "New", "--only", "Loyal")
    assert json.loads(both.stdout)["only"] == ["Loyal", "New"]
    wrong = run(*files, *time, "--only", "Newer")
    assert with_options(wrong.exception.message).startswith(
        "--only must name segments of customers.parquet. Got 'Newer'"
    )


@pytest.mark.slow
def test_json_alone_is_on_standard_output(files):
    done = run(*files, "--from", "2024-03-01", "--to", "2024-03-31", "--json", "--quiet", "--margin", "0.4")
    sent, later = campaign()
    expected = rfmeans.effect(sent, later, **TIME, margin=0.4).to_dict()
    apart = {"lists": "", "orders": ""}
    assert {**json.loads(done.stdout), **apart} == {**json.loads(json.dumps(expected)), **apart}


def test_messages_name_the_options(files):
    done = run(*files, "--from", "2024-03-02", "--to", "2024-03-01")
    assert with_options(done.exception.message).startswith("--from 2024-03-02 is after --to 2024-03-01.")


def test_only_a_page_is_written(files, tmp_path):
    done = run(*files, "--from", "2024-03-01", "--to", "2024-03-31", "--out", str(tmp_path / "effect.pdf"))
    assert with_options(done.exception.message) == (
        f"The page is HTML, so its name ends in .html. Got {tmp_path / 'effect.pdf'}. Give --out effect.html; for "
        "another kind of file, print it from a browser."
    )


def test_a_cost_is_told_as_it_is_to_be_typed(files):
    done = run(*files, "--from", "2024-03-01", "--to", "2024-03-31", "--cost-per-customer", "0,50")
    assert with_options(done.exception.message) == (
        "--cost-per-customer must be a number. Got '0,50'. Write --cost-per-customer 0.5."
    )


@pytest.mark.slow
def test_a_page_is_not_overwritten(files, tmp_path):
    page, time = tmp_path / "effect.html", ["--from", "2024-03-01", "--to", "2024-03-31", "--quiet"]
    assert run(*files, *time, "--out", str(page)).exit_code == 0
    again = run(*files, *time, "--out", str(page))
    assert with_options(again.exception.message) == (
        f"The file {page} exists already. Give another --out, or --force to replace it."
    )
    assert run(*files, *time, "--out", str(page), "--force").exit_code == 0
    page.write_text("mine", encoding="utf-8")
    mine = run(*files, *time, "--out", str(page), "--force")
    assert with_options(mine.exception.message) == (
        f"rfmeans did not write {page}, so it is not replaced even with --force. Give another --out."
    )
    assert page.read_text(encoding="utf-8") == "mine"
    folder = run(*files, *time, "--out", str(tmp_path), "--force")
    assert (
        with_options(folder.exception.message) == f"{tmp_path} is a folder, not a file. Give another --out."
    )
