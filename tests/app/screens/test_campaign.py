"""Campaign: lists of the segments that were chosen, and what their holdout can show."""

import io
import zipfile

import pytest


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
    assert "The column group of each list says who is held out" in campaign.said


@pytest.mark.slow
def test_what_the_holdout_can_show_is_said_before_and_that_none_shows_nothing(campaign):
    assert "What the holdout can show" in campaign.said
    assert "Nobody is held out" in campaign.touch("holdout", 0).said


@pytest.mark.slow
def test_without_e_mail_addresses_a_tool_gets_no_list_and_it_is_said(campaign):
    campaign.touch("format", "klaviyo").press("Make the lists")
    assert "e-mail" in campaign.said
