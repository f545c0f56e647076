"""Effect: told from the ZIP of the lists and later orders, as the library tells it."""

import datetime as dt
import io
import re
import zipfile

import pytest

import rfmeans
from rfmeans.app.screens import effect
from rfmeans.app.screens.effect import _sent
from rfmeans.output.archive import archive
from rfmeans.output.audiences import AudienceSettings
from rfmeans.synthetic import make_orders

ORDERS = make_orders(600, seed=1).drop(columns="kind")
SENT_ON, LAST = dt.date(2024, 11, 1), dt.date(2024, 12, 30)


def test_what_was_dropped_is_not_written_anew_under_a_job_that_reads_it(tmp_path):
    packed = tmp_path / "campaign.zip"
    effect._keep(b"first", packed)
    with packed.open("rb") as read:
        begun = packed.stat()
        effect._keep(b"first", packed)
        assert packed.stat() == begun
        effect._keep(b"another one", packed)
        assert read.read() == b"first"
    assert packed.read_bytes() == b"another one"
    assert [path.name for path in tmp_path.iterdir()] == ["campaign.zip"]


@pytest.mark.slow
def test_it_is_that_of_the_library_for_the_lists_in_the_zip(shown, tmp_path):
    before = ORDERS[ORDERS["ordered_at"] < "2024-11-01"]
    with rfmeans.segment(before, n_init=2, segments=3, as_of=SENT_ON, holdout=0.3) as sent:
        written = sent.write(tmp_path / "sent", AudienceSettings("plain"), None)
        assert written.audiences is not None
        first = written.audiences.lists[0]
        packed = archive(
            written.folder, tmp_path / "c.zip", lambda name: "/" not in name or first.file in name
        )
        wanted = rfmeans.effect(tmp_path / "sent", ORDERS, start=SENT_ON, end=LAST, only=first.segment)
    shown.drop(("orders.csv", ORDERS.to_csv(index=False).encode())).go("Campaign").touch(
        "of_campaign", "What it did"
    )
    shown.drop(("campaign.zip", packed.read_bytes()))
    start, end = shown.test.date_input
    assert (start.label, start.value) == (
        "Purchases count from",
        SENT_ON,
    )  # the day that the lists were made as of
    assert end.label == "Purchases count to"
    shown.touch("effect_to", LAST).press("Tell the effect")
    verdict = wanted.summary.found.total
    assert verdict is not None
    assert f"{wanted.summary.customers:,}" in shown.said
    assert first.segment in shown.said


def test_the_zip_outlives_a_reload_of_the_page(shown, plain_shop):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("account.json", '{"as_of": "2031-02-03"}')
    shown.drop(("orders.csv", plain_shop)).go("Campaign").touch("of_campaign", "What it did")
    shown.drop(("campaign.zip", packed.getvalue()))
    again = type(shown)(shown.key)
    assert "The ZIP that was dropped before is still here" in again.said
    assert "made as of 2031-02-03" in again.said


@pytest.mark.slow
def test_a_file_that_is_no_zip_is_said(shown, plain_shop):
    shown.drop(("orders.csv", plain_shop)).go("Campaign").touch("of_campaign", "What it did")
    shown.drop(("campaign.zip", b"no zip")).press("Tell the effect")
    assert "campaign.zip cannot be read as a ZIP file" in shown.said


def test_newer_orders_are_asked_for_where_there_are_none_since_the_lists(shown, plain_shop):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("account.json", '{"as_of": "2031-02-03"}')
    shown.drop(("orders.csv", plain_shop)).go("Campaign").touch("of_campaign", "What it did")
    assert "Open the orders that came since the lists were made" in shown.said
    shown.drop(("campaign.zip", packed.getvalue()))
    assert re.search(r"made as of 2031-02-03, and the orders that are open end on 20\d\d-", shown.said)
    assert "Tell the effect" not in [button.label for button in shown.test.button]


def test_without_an_account_all_lists_were_sent(tmp_path):
    assert _sent(tmp_path) is None
