"""Whether a price is that of one piece or of the whole line, told by what stands beside it."""

import json

import pandas as pd
import pytest

import rfmeans
from helpers.taken_in import taken_in

QUANTITIES = [1, 3, 5, 2, 1, 4, -2]
ARTICLES = ["mug", "mug", "mug", "pen", "pen", "pen", "mug"]
OF_ONE = {"mug": 10.0, "pen": 1.5}
AS_LINES = [10.0, 30.0, 50.0, 3.0, 1.5, 6.0, -20.0]  # what each line is worth
CUSTOMERS = ["a", "b", "b", "c", "c", "d", "b"]
MONEY = {"a": 10.0, "b": 60.0, "c": 4.5, "d": 6.0}


def lines(named="price", **changes):
    """Seven lines of two articles, with the price of the line."""
    day = [f"2025-01-{place:02}" for place in range(1, 8)]
    plain = {"customer": CUSTOMERS, "date": day, "quantity": QUANTITIES, named: AS_LINES, "sku": ARTICLES}
    return pd.DataFrame({**plain, **changes})


def of_pieces(**changes):
    return lines(price=[OF_ONE[name] for name in ARTICLES], **changes)


def refusal(orders, **options):
    with pytest.raises(rfmeans.SourceError) as refused:
        taken_in(orders, **options)
    return str(refused.value)


@pytest.mark.parametrize(
    "name", ["sku", "Artikel-Nr.", "product name", "Référence", "Descripción del artículo"]
)
def test_a_price_that_grows_with_the_quantity_of_an_article_is_the_line_s(name):
    found = taken_in(lines().rename(columns={"sku": name}))
    assert found.money == MONEY
    why = f"price as the price of the whole line, for within one {name} it grows with quantity"
    assert f"amount = price; {why}" in found.understood


def test_one_that_stays_is_that_of_a_piece():
    found = taken_in(of_pieces())
    assert found.money == MONEY
    assert "amount = quantity x price" in found.understood


def test_what_the_user_says_counts():
    as_said = {"a": 10.0, "b": 380.0, "c": 7.5, "d": 24.0}  # 3 x 30 + 5 x 50 + (-2) x (-20)
    assert taken_in(lines(), quantity="quantity", price="price").money == as_said
    assert taken_in(of_pieces(), amount="price").money["b"] == 30.0


def test_single_pieces_make_no_difference():
    assert taken_in(lines(quantity=[1] * 6 + [-1])).understood.count("quantity x price")


@pytest.mark.parametrize("factor", [1.0, 0.93])
def test_prices_that_change_over_time_and_discounts_decide_nothing(factor):
    """A third of the lines is cheaper; the rest tells."""
    changed = [price * (factor if place in (2, 5) else 1) for place, price in enumerate(AS_LINES)]
    assert "amount = price" in taken_in(lines(price=changed)).understood


def test_a_cheaper_price_for_many_is_still_that_of_a_piece():
    cheaper = [10.0, 9.0, 8.0, 1.5, 1.5, 1.4, 10.0]
    assert "quantity x price" in taken_in(lines(price=cheaper)).understood


def test_without_a_column_of_articles_it_is_asked():
    said = refusal(lines().drop(columns="sku"))
    assert said == (
        "Column 'price' could be the price of one piece or of the whole line: it grows with quantity, and no column of "
        "articles tells. If it is the whole line's, give amount='price'; if it is that of one piece, "
        "quantity='quantity' with price='price'."
    )
    assert taken_in(lines().drop(columns="sku"), amount="price").money == MONEY


def test_a_name_that_says_otherwise_is_asked_about():
    said = refusal(lines("unit_price"))
    assert said.startswith(
        "Column 'unit_price' could be the price of one piece or of the whole line: within one sku it grows with "
        "quantity. "
    )


def test_a_column_of_any_name_tells_it_where_several_of_its_values_do():
    two = pd.concat([lines(), lines().assign(sku=lambda rows: rows.sku + "2")])
    more = pd.concat([two, lines().assign(sku=lambda rows: rows.sku + "3")])
    assert taken_in(more.rename(columns={"sku": "what"})).money == {
        key: 3 * value for key, value in MONEY.items()
    }
    assert "no column of articles tells" in refusal(lines().rename(columns={"sku": "what"}))


def test_prices_without_any_pattern_are_those_of_a_piece():
    assert "quantity x price" in taken_in(lines(price=[7.0, 11.0, 4.0, 9.9, 2.0, 23.0, 5.5])).understood


def many(price_of):
    """Forty lines, each of an article of its own."""
    counts = [1 + place % 8 for place in range(40)]
    prices = [price_of(10 + (place * 7) % 40 * 1.37, count) for place, count in enumerate(counts)]
    plain = {"customer": [*range(1, 41)], "date": "2025-01-05", "quantity": counts, "price": prices}
    return pd.DataFrame(plain)


def test_prices_of_many_articles_that_grow_with_the_quantity_are_asked_about():
    assert "it grows with quantity, and no column of" in refusal(many(lambda price, count: price * count))
    assert "quantity x price" in taken_in(many(lambda price, count: price)).understood


# As shops write them


def test_amazon_s_report(tmp_path):
    path = tmp_path / "orders.txt"
    rows = ["purchase-date\tsku\tquantity\titem-price\tbuyer-email"]
    rows += [
        f"2025-01-0{count}T10:00:00+00:00\tS1\t{count}\t{count * 10}.00\tann@x.org" for count in (3, 1, 5)
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert taken_in(str(path), amount_per="line").money == {"ann@x.org": 90.0}


def test_a_german_list_with_decimal_commas(tmp_path):
    path = tmp_path / "verkauf.csv"
    rows = ["Kunde;Datum;Artikel;Menge;Preis"]
    rows += ["k1;01.02.2025;Tasse;1;9,90", "k1;13.02.2025;Tasse;2;19,80", "k2;14.02.2025;Tasse;10;99,00"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert taken_in(str(path)).money == {"k1": 29.7, "k2": 99.0}


def test_lines_of_json(tmp_path):
    path = tmp_path / "orders.jsonl"
    rows = lines().to_dict("records")
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    assert taken_in(str(path)).money == MONEY


@pytest.mark.slow
def test_a_workbook(tmp_path):
    path = tmp_path / "orders.xlsx"
    lines().to_excel(path, index=False)
    assert taken_in(str(path)).money == MONEY


def test_every_engine_tells_it(engine):
    orders = lines(date=pd.to_datetime(lines().date))
    assert taken_in(engine.table(orders, "line_totals")).money == MONEY
    assert taken_in(engine.table(of_pieces(date=orders.date), "of_pieces")).money == MONEY


@pytest.mark.slow
def test_a_model_remembers_it():
    """Newer orders of single pieces and few lines tell nothing: they are read as those of the fit."""
    assert "no column of articles" in refusal(lines().drop(columns="sku"))
    with rfmeans.segment(
        pd.concat([lines(customer=[f"{key}{copy}" for key in CUSTOMERS]) for copy in range(3)]), segments=2
    ) as result:
        assert result.model.fitted_columns.amount == "price"
        rows = result.model.assign(lines().iloc[:2]).to_pyarrow().to_pylist()
        assert {row["customer_id"]: float(row["monetary"]) for row in rows} == {"a": 10.0, "b": 30.0}
        without = result.model.assign(lines().drop(columns="sku")).to_pyarrow().to_pylist()
        assert {row["customer_id"]: float(row["monetary"]) for row in without} == MONEY
        assert "quantity" not in result.model.to_sql("duckdb")


def test_an_inspection_says_it():
    found = {finding.code: finding for finding in rfmeans.inspect(lines()).suspicious}["price-of-the-line"]
    assert (
        found.found
        == "'price' was taken as the price of the whole line: within one sku it grows with quantity."
    )
    assert found.advice == (
        "It counts as it stands, not times quantity. If it is the price of one piece, give quantity='quantity' with "
        "price='price'."
    )
    assert found.figures == {"price": "price", "quantity": "quantity", "article": "sku"}
