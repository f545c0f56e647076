"""What --json prints, held against the schema in docs/: money is a number everywhere, whatever the command."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

import rfmeans
from helpers import planted_shops as shops
from rfmeans.synthetic import make_orders

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "json-schema.json").read_text(encoding="utf-8"))
MONEY = {"money", "revenue"}


@pytest.fixture(scope="module")
def printed():
    """By command: what it prints, of orders with a line set aside."""
    orders = make_orders(300, seed=1).drop(columns="kind")
    orders.loc[0, "customer_id"] = None
    with rfmeans.segment(orders, n_init=1) as result:
        found = {"segment": result.summary.to_dict()}
        with rfmeans.assign(result.model, orders) as again:
            found["assign"] = again.summary.to_dict()
    found["inspect"] = rfmeans.inspect(orders).to_dict()
    return {name: json.loads(json.dumps(each, allow_nan=False)) for name, each in found.items()}


@pytest.mark.parametrize("command", ["segment", "assign", "inspect"])
def test_what_is_printed_is_as_the_schema_says(printed, command):
    jsonschema.validate(printed[command], SCHEMA)


@pytest.mark.parametrize("command", ["segment", "assign", "inspect"])
def test_money_is_a_number(printed, command):
    values = list(of_money(printed[command]))
    assert len(values) >= 4
    assert {type(value) for value in values} <= {float, int}


def of_money(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from [item] if key in MONEY and not isinstance(item, dict) else of_money(item)
    elif isinstance(value, list):
        for item in value:
            yield from of_money(item)


def test_the_schema_refuses_money_as_text(printed):
    wrong = copy.deepcopy(printed["segment"])
    wrong["account"]["lines"]["read"]["money"] = "10.00"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


@pytest.mark.slow
def test_with_a_window_it_holds_and_the_account_adds_up():
    orders = make_orders(300, seed=1).drop(columns="kind")
    with rfmeans.segment(orders, n_init=1, window="90d") as result:
        printed = json.loads(json.dumps(result.summary.to_dict(), allow_nan=False))
    jsonschema.validate(printed, SCHEMA)
    lines = printed["account"]["lines"]
    assert lines["in_window"]["rows"] + lines["older"]["rows"] == lines["used"]["rows"]
    assert lines["in_window"]["money"] + lines["older"]["money"] == pytest.approx(
        lines["used"]["money"], rel=1e-12
    )
    assert printed["settings"]["window"] == 90


@pytest.mark.slow
def test_where_nobody_is_at_risk_and_nobody_came_back_it_holds_too():
    for orders in (shops.campaign_day(), shops.one_time_buyers()):
        with rfmeans.segment(orders, n_init=1, hindsight=False) as result:
            jsonschema.validate(json.loads(json.dumps(result.summary.to_dict())), SCHEMA)
