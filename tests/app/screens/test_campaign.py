"""Campaign: lists of the segments that were chosen, and what their holdout can show."""

import csv
import io
import re
import zipfile

import pytest

import rfmeans
from rfmeans.over_time.effect_power import foresee


@pytest.fixture
def campaign(opened):
    return opened.go("Campaign")


def test_the_lists_of_what_was_chosen_come_as_one_zip(campaign, downloads):
    [sent] = campaign.test.multiselect
    names = sent.options
    sent.set_value(names[:2])
    campaign.test.run()
    campaign.press("Make the lists")
    with zipfile.ZipFile(io.BytesIO(downloads["Download the lists (ZIP)"])) as packed:
        listed = [name for name in packed.namelist() if name.startswith("audiences/")]
        lines = {name: packed.read(name).decode().splitlines()[1:] for name in listed}
        assert {"account.json", "model.json", "customers.parquet"} <= {*packed.namelist()}
    assert len(listed) == 2
    groups = {line.rsplit(",", 1)[-1] for some in lines.values() for line in some}
    assert groups == {"treatment", "holdout"}
    assert "send where its column group says treatment, and nothing where it says holdout" in campaign.said


@pytest.mark.slow
def test_what_the_holdout_can_show_is_said_before_and_that_none_shows_nothing(campaign):
    assert "What the holdout can show" in campaign.said
    assert "Nobody is held out" in campaign.touch("holdout", 0).said


def read_lists(packed: bytes) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        texts = [opened.read(name).decode() for name in opened.namelist() if name.startswith("audiences/")]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text))]


def test_what_the_holdout_can_show_is_that_of_the_split_that_was_made(campaign, downloads):
    """The lot holds out another number than a tenth to the customer: the figure must be for that one."""
    [sent], [field] = campaign.test.multiselect, campaign.test.number_input
    count = int(re.search(r"This is for ([\d,]+) of ([\d,]+) held out", campaign.said)[2])
    expected = foresee([("", count - round(count / 10), round(count / 10))], field.value / 100)
    campaign.press("Make the lists")
    groups = [row["group"] for row in read_lists(downloads["Download the lists (ZIP)"])]
    held = groups.count("holdout")
    assert held not in (0, round(count / 10))  # else this test could not fail
    real = foresee([(sent.value[0], count - held, held)], field.value / 100)
    assert f"10 % asked, {held} of {count} by lot" in campaign.said
    assert adds(real) in campaign.said
    assert adds(expected) not in campaign.said


def adds(found) -> str:
    return f"a campaign that adds {round(100 * found.total.smallest, 1):g} points or more"


def test_as_many_buy_anyway_as_bought_again_of_that_segment_unless_one_says_otherwise(
    campaign, tmp_path, plain_shop
):
    (tmp_path / "orders.csv").write_bytes(plain_shop)
    with rfmeans.segment(tmp_path / "orders.csv") as result:
        outcomes = {one.segment: one for one in result.summary.hindsight.outcomes}
    [sent], [field] = campaign.test.multiselect, campaign.test.number_input
    [name] = sent.value
    assert field.value == pytest.approx(100 * outcomes[name].buyers / outcomes[name].customers, abs=0.5)
    assert field.label == "Buy anyway (%), in 90 days"
    assert re.search(
        r"if \d+ % buy anyway, as many as bought again in the 90 days before: in all lists", campaign.said
    )
    field.set_value(20.0)
    campaign.test.run()
    assert "if 20 % buy anyway: in all lists" in campaign.said
    assert "as many as bought again" not in campaign.said


def test_it_says_with_which_segment_to_begin_and_why_and_has_chosen_it(campaign):
    [sent] = campaign.test.multiselect
    assert sent.value == ["At-Risk High-Value"]
    assert "of its customers stay away longer than usual. Half of its customers spent" in campaign.said


def test_who_does_not_consent_is_counted_and_left_out_where_that_is_chosen(shown, plain_shop, downloads):
    """Every second customer said no: all their rows end in it."""
    header, *lines = plain_shop.decode().splitlines()
    at = header.split(",").index("customer_id")
    said = [f"{line},{'no' if int(line.split(',')[at]) % 2 else 'yes'}" for line in lines]
    shown.drop(("orders.csv", "\n".join([f"{header},newsletter", *said]).encode()))
    page = shown.go("Campaign")
    refusing = int(re.search(r"([\d,]+) of these customers do not consent", page.said)[1])
    page.press("Make the lists")
    rows = read_lists(downloads["Download the lists (ZIP)"])
    assert [row["consent"] for row in rows].count("false") == refusing > 0
    assert "of these without consent" in page.said
    page.touch("consenting", True).press("Make the lists")
    assert {row["consent"] for row in read_lists(downloads["Download the lists (ZIP)"])} == {"true"}
    assert "who do not consent to marketing are in no list" in page.said
    assert "--consenting" in page.go("Take along").test.code[0].value


@pytest.mark.slow
def test_without_e_mail_addresses_a_tool_gets_no_list_and_it_is_said(campaign):
    campaign.touch("format", "klaviyo").press("Make the lists")
    assert "e-mail" in campaign.said
