"""The command `explain`: text, JSON, quiet, and the option that it names."""

from __future__ import annotations

import json
import sys

import pytest

from helpers import fitted_shop
from helpers.command import ended

shop, fitted = fitted_shop.shop, fitted_shop.fitted


@pytest.fixture
def files(fitted, shop, tmp_path):
    fitted.model.save(tmp_path / "model.json")
    shop.rename(columns={"customer_id": "who"}).to_csv(tmp_path / "orders.csv", index=False)
    return tmp_path / "model.json", tmp_path / "orders.csv"


def test_the_command_prints_the_text(monkeypatch, capsys, files, fitted, shop):
    customer = int(shop["customer_id"].min())
    code, out, err = ended(
        monkeypatch, capsys, "explain", *files, "--customer", customer, "--customer-column", "who"
    )
    assert code == 0
    assert err.startswith("Read as Orders: customer = who, ")
    assert err.count("\n") == 1
    assert out.splitlines() == list(fitted.explain(customer).lines)


@pytest.mark.slow
def test_the_command_is_quiet_when_asked(monkeypatch, capsys, files, fitted, shop):
    customer = int(shop["customer_id"].min())
    arguments = ("--customer", customer, "--customer-column", "who", "--quiet")
    code, out, err = ended(monkeypatch, capsys, "explain", *files, *arguments)
    assert (code, err) == (0, "")
    assert out.splitlines() == list(fitted.explain(customer).lines)


@pytest.mark.slow
def test_the_command_prints_json(monkeypatch, capsys, files, fitted, shop):
    customer = int(shop["customer_id"].min())
    arguments = ("--customer", customer, "--customer-column", "who", "--json")
    code, out, _ = ended(monkeypatch, capsys, "explain", *files, *arguments)
    found = json.loads(out)
    assert code == 0
    assert found == json.loads(json.dumps(fitted.explain(customer).to_dict()))
    assert [standing["feature"] for standing in found["standings"]] == ["recency", "frequency", "monetary"]


def test_the_command_names_similar_customers(monkeypatch, capsys, files, shop):
    arguments = ("--customer", f"{shop['customer_id'].max()}1", "--customer-column", "who")
    code, out, err = ended(monkeypatch, capsys, "explain", *files, *arguments)
    assert (code, out) == (1, "")
    assert f"'{shop['customer_id'].max()}'" in err
    assert "Traceback" not in err


def test_the_command_names_the_option_of_the_column(monkeypatch, capsys, files):
    code, _, err = ended(monkeypatch, capsys, "explain", *files, "--customer", "1")
    assert (code, err.split("Give ")[-1]) == (1, "--customer-column NAME.\n")


def test_on_a_terminal_lines_end_at_blanks(monkeypatch, capsys, files, fitted, shop):
    customer = int(shop["customer_id"].min())
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    _, out, _ = ended(
        monkeypatch, capsys, "explain", *files, "--customer", customer, "--customer-column", "who", "--quiet"
    )
    assert max(map(len, out.splitlines())) <= 60
    assert out.split() == " ".join(fitted.explain(customer).lines).split()
