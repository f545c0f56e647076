"""A user's own layouts: read before the built-in ones, and checked with messages that say what to mend."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files

import pytest

import rfmeans
import rfmeans.columns.layouts
import rfmeans.errors
from intakes import read
from rfmeans.columns.layout_files import check_layouts, own_layouts
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

OWN = """\
[[layout]]
name = "Kassensystem"
recognised_by = ["Bon", "Karte"]
customer = { id = ["Karte"], email = ["Mail"] }
order = ["Bon"]
date = ["Tag"]
amount = ["Summe des Bons"]
amount_per = "order"
refund = ["Zurück"]
status = ["Zustand"]
keep_status = ["bezahlt"]
"""
EXPORT = """\
Bon;Karte;Mail;Tag;Summe des Bons;Zurück;Zustand
1;K7;;13.01.2024;30,00;5,00;bezahlt
1;K7;;13.01.2024;30,00;5,00;bezahlt
2;;Ann@x.org;14.01.2024;20,00;;bezahlt
3;K7;;15.01.2024;99,00;;offen
"""


def test_a_layout_of_ones_own(tmp_path):
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(EXPORT, encoding="utf-8")
    with Workspace() as scratch:
        intake = read(tmp_path / "orders.csv", make_reading(layouts=tmp_path / "own.toml"), scratch)
        rows = intake.customers.to_pyarrow().to_pylist()
    assert intake.account.noticed.understood.startswith(
        "Kassensystem: customer = Karte, else Mail, order = Bon"
    )
    assert {row["customer_id"]: (row["frequency"], row["monetary"]) for row in rows} == {
        "K7": (1, Decimal(25)),
        "email:ann@x.org": (1, Decimal(20)),
    }
    assert intake.account.lines.set_aside["excluded status"].money == Decimal(99)


def test_it_comes_before_the_built_in_ones(tmp_path):
    own = OWN.replace('["Bon", "Karte"]', '["InvoiceNo"]')
    own = own.replace('"Bon"', '"InvoiceNo"').replace('"Karte"', '"CustomerID"')
    own = own.replace('"Tag"', '"InvoiceDate"').replace('"Summe des Bons"', '"UnitPrice"')
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    header = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"]
    assert rfmeans.columns.layouts.recognise(header).name == "UCI Online Retail"
    found = rfmeans.columns.layouts.recognise(header, make_reading(layouts=str(tmp_path / "own.toml")))
    assert (found.name, found.columns.amount) == ("Kassensystem", "UnitPrice")


def test_the_built_in_ones_pass_the_same_check():
    text = files("rfmeans.columns").joinpath("layouts.toml").read_text(encoding="utf-8")
    known = text[: text.index("# Any other table of orders")]
    assert check_layouts(tomllib.loads(known), "layouts.toml") == tomllib.loads(text)["layout"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (OWN, "", "own.toml must hold [[layout]] entries and nothing else. Found none."),
        (OWN, OWN + "[orders]\n", "own.toml must hold [[layout]] entries and nothing else. Found 'orders'."),
        (OWN, "layout = [1]", "own.toml, layout 1 must be a table. Got 1."),
        ('name = "Kassensystem"', "", "own.toml, layout 1 needs a name, one line of text. Got None."),
        ("refund =", "refunds =", "layout 'Kassensystem' has no place for 'refunds'. Did you mean 'refund'?"),
        (
            'recognised_by = ["Bon", "Karte"]',
            "",
            "layout 'Kassensystem' lacks recognised_by. Give it the names",
        ),
        (
            '["Tag"]',
            '"Tag"',
            "'Kassensystem': date must be a list of texts, like [\"Order date\"]. Got 'Tag'.",
        ),
        ("{ id", "{ number", "'Kassensystem': customer has no place for 'number'."),
        ('{ id = ["Karte"], email = ["Mail"] }', '"Karte"', "customer must be a table of columns by kind"),
        ('date = ["Tag"]', "", "'Kassensystem' needs date, and amount or both quantity and price."),
        ('"order"', '"basket"', 'amount_per must be "line" or "order". Got \'basket\'.'),
        ('order = ["Bon"]', "", "'Kassensystem': amount_per = \"order\" needs order and amount."),
        (OWN, OWN + 'order_level = "yes"\n', "order_level must be true or false. Got 'yes'."),
    ],
)
def test_what_is_wrong_with_it_is_said(old, new, message):
    with pytest.raises(rfmeans.errors.SettingsError) as raised:
        check_layouts(tomllib.loads(OWN.replace(old, new, 1)), "own.toml")
    assert message in str(raised.value)


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(rfmeans.errors.SettingsError, match=r"Cannot read the layouts .*: No such file"):
        own_layouts(str(tmp_path / "none.toml"))
    (tmp_path / "own.toml").write_bytes(OWN.encode("utf-16"))
    with pytest.raises(
        rfmeans.errors.SettingsError, match=r"own\.toml' is not UTF-8 text\. Save it as a TOML"
    ):
        own_layouts(str(tmp_path / "own.toml"))
    (tmp_path / "own.toml").write_text("[[layout]", encoding="utf-8")
    with pytest.raises(rfmeans.errors.SettingsError, match=r"The layouts file .*own\.toml' is not TOML: "):
        own_layouts(str(tmp_path / "own.toml"))
