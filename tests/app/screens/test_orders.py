"""Open: files, a path, the synthetic shop; questions; what was understood."""

import io
import re
import shlex
import threading
import zipfile

import pytest

import rfmeans
from helpers.tables import SECRET
from rfmeans.synthetic import make_orders

HOSTILE = "<img src=x onerror=\"window.hacked='img'\"><b>bold</b>"


def test_the_first_screen_says_what_to_give(shown):
    assert "One row per order line or per order" in shown.said
    assert [each.value for each in shown.test.button_group] == ["Files"]
    assert not shown.test.slider


@pytest.mark.slow
def test_a_file_is_read_at_once_and_told(opened):
    assert "Verdict: usable with care" in opened.said
    assert "customer = customer_id, order = order_id, date = ordered_at" in opened.said
    assert "Where every line went" in opened.said
    [rows] = opened.test.dataframe
    assert list(rows.value)[:2] == ["customer_id", "order_id"]
    assert len(rows.value) == 8


@pytest.mark.slow
def test_a_question_is_answered_by_a_choice_with_its_example(shown, shop):
    shown.drop(("orders.csv", shop))
    assert "can be read as day/month/year or as month/day/year" in shown.said
    [question] = [each for each in shown.test.radio if each.key == "answer"]
    assert len(question.options) == 2
    assert question.value is None
    [go_on] = [each for each in shown.test.button if each.label == "Go on"]
    assert go_on.disabled
    assert "Date format" in question.options[0]
    question.set_value("'01/03/2024' is 1 March 2024 (Date format: day/month/year)").run()
    shown.press("Go on")
    assert "Verdict:" in shown.said
    assert "dates as day/month/year" in shown.said
    shown.go("Take along")
    assert "--date-format %d/%m/%Y" in shown.test.code[0].value


def test_where_no_column_fits_nothing_is_picked_and_each_answer_can_be_taken_back(shown):
    def question():
        [found] = [each for each in shown.test.radio if each.key == "answer"]
        return found

    shown.drop(("orders.csv", b"date,total\n2024-01-02,10\n2024-02-03,20\n2024-03-04,5\n"))
    assert question().value is None
    assert "Export the orders again with an e-mail or an id of each customer" in shown.said
    assert "Back" not in [each.label for each in shown.test.button]
    question().set_value("date, such as '2024-01-02', '2024-02-03', '2024-03-04'")
    shown.test.run()
    shown.press("Go on")
    assert "No column was recognised as the date" in shown.said
    assert question().value is None
    shown.press("Back")
    assert "No column was recognised as the customer" in shown.said
    assert question().value is None
    assert len(question().options) == 2


def test_reading_that_was_stopped_is_said_and_can_be_taken_up(shown, plain_shop, monkeypatch):
    going, stopped = threading.Event(), threading.Event()

    def wait(source, how, listener):
        going.set()
        assert stopped.wait(60)
        listener.stage("on")

    with monkeypatch.context() as slow:
        slow.setattr("rfmeans.app.room.open_orders", wait)
        shown.test.file_uploader[0].set_value([("orders.csv", plain_shop, "text/csv")])
        shown.test.run()
        assert going.wait(60)
        shown.test.run()
        assert re.search(r"Reading orders: \d+ s<", shown.said)
        assert '<div class="going"><i class="unknown">' in shown.said
        threading.Timer(0.2, stopped.set).start()
        shown.press("Stop")
    assert "Stopped." in shown.said
    assert "One row per order line" not in shown.said
    shown.press("Read again")
    assert "Verdict:" in shown.said
    assert "Stopped." not in shown.said


def test_a_wrong_file_gives_the_paragraph_and_no_traceback(shown):
    shown.drop(("orders.csv", b"\x00\x01\x02garbage"))
    assert "warning" in shown.said
    assert "Traceback" not in shown.said
    assert "Verdict" not in shown.said


@pytest.mark.slow
def test_several_files_are_read_as_one(shown, plain_shop):
    lines = plain_shop.decode().splitlines()
    half = len(lines) // 2
    parts = ["\n".join([lines[0], *some]) for some in (lines[1:half], lines[half:])]
    shown.drop(("a.csv", parts[0].encode()), ("b.csv", parts[1].encode()))
    assert f">{len(lines) - 1:,}<" in shown.said  # lines read
    assert "<bdi>a.csv and 1 more</bdi>" in shown.said


@pytest.mark.slow
def test_a_path_and_the_synthetic_shop_are_read_too(shown, tmp_path, plain_shop):
    (tmp_path / "mine.csv").write_bytes(plain_shop)
    shown.touch("way", "Path or database")
    shown.widget("path").set_value(str(tmp_path / "mine.csv"))
    shown.press("Open")
    assert "Verdict:" in shown.said
    shown.touch("way", "Synthetic shop").press("Open the synthetic shop")
    assert "synthetic shop" in shown.said


def test_where_uploads_alone_are_taken_no_path_can_be_typed(served, shown):
    served(uploads_only=True)
    page = type(shown)()
    assert [*page.test.button_group[0].options] == ["Files", "Synthetic shop"]
    assert not page.test.text_input


def test_names_and_cells_of_the_data_are_text_and_never_markup(shown):
    rows = [f"c{n},2024-01-{1 + n % 28:02},{10 + n},{HOSTILE}" for n in range(40)]
    head = 'customer,date,amount,"<b>note</b>"'
    shown.drop((f"{HOSTILE[:20]}.csv", "\n".join([head, *rows]).encode()))
    assert "Verdict" in shown.said
    assert "<img src" not in shown.said
    assert "<b>" not in shown.said


@pytest.mark.slow
def test_it_is_read_otherwise_on_demand(opened):
    expander = opened.test.expander[0]
    [where] = [each for each in expander.text_input if each.label == "SQL condition"]
    where.set_value("product <> 'P001'")
    opened.press("Read again")
    assert "excluded by where" in opened.said


@pytest.mark.slow
def test_what_went_wrong_can_be_taken_back(opened):
    [where] = [each for each in opened.test.expander[0].text_input if each.label == "SQL condition"]
    where.set_value("no such column")
    opened.press("Read again")
    assert "cannot be used" in opened.said
    assert "Verdict" in opened.press("Back").said


@pytest.mark.slow
def test_any_other_setting_of_reading_can_be_given_and_taken_back(opened):
    def give(name, value):
        [setting] = [each for each in opened.test.selectbox if each.label == "Another setting"]
        [field] = [each for each in opened.test.text_input if each.label.startswith("Its value")]
        setting.set_value(name)
        field.set_value(value)
        return opened.press("Read again")

    assert "As you set it: Amount per: line." in give("amount_per", "line").said
    assert "As you set it" not in give("amount_per", "").said
    assert "“Header” must be yes or no. Got &#x27;maybe&#x27;." in give("header", "maybe").said
    assert "Verdict:" in opened.said
    assert "As you set it" not in opened.said
    assert "“Amount per” must be line or order. Got &#x27;basket&#x27;." in give("amount_per", "basket").said


@pytest.mark.slow
def test_a_column_called_no_can_be_given(shown):
    rows = [f"{n},r{n},c{n % 20},2024-01-{1 + n % 28:02},{10 + n}" for n in range(60)]
    page = shown.drop(("orders.csv", "\n".join(["No,receipt,customer,date,amount", *rows]).encode()))
    [setting] = [each for each in page.test.selectbox if each.label == "Another setting"]
    [field] = [each for each in page.test.text_input if each.label.startswith("Its value")]
    setting.set_value("order")
    field.set_value("No")
    page.press("Read again")
    assert "As you set it: Column of order: No." in page.said
    assert "order = No" in page.said


@pytest.mark.slow
def test_statuses_are_offered_and_advice_is_told_in_the_words_of_the_page(shown):
    rows = [
        f"c{n % 30},2024-{1 + n % 9:02}-{1 + n % 28:02},{10 + n % 7},{s}"
        for n in range(120)
        for s in ("wc-completed", "zorbed (50%)")
    ]
    shown.drop(("orders.csv", "\n".join(["customer,date,amount,status", *rows, *rows[:9]]).encode()))
    [statuses] = [each for each in shown.test.multiselect if each.label == "Statuses that count"]
    assert set(statuses.options) == {"wc-completed", "zorbed (50%)"}
    shown.go("Segments")
    told = ""
    for chapter in shown.widget("chapter").options:
        told += shown.touch("chapter", chapter).said
    assert "no sales of their own, “Set repeated lines aside” sets them aside" in told
    assert "“Statuses that count”" in told
    assert "--" not in re.sub(r"<svg.*?</svg>|src=\S+|style=\S+", "", told, flags=re.DOTALL)
    assert "=True" not in told


def test_what_other_tools_connect_by_is_told_as_an_address_without_its_password(shown):
    pytest.importorskip("psycopg")
    shown.touch("way", "Path or database").widget("path").set_value(f"host=h dbname=d password={SECRET}")
    shown.press("Open")
    assert "A database is opened by its address, like postgres://h/d," in shown.said
    assert shown.widget("path").value == "postgres://h/d"
    assert SECRET not in shown.said


@pytest.mark.slow
def test_where_uploads_alone_are_taken_no_condition_can_be_typed_for_it_could_read_a_file(
    served, shown, plain_shop
):
    served(uploads_only=True)
    page = type(shown)().drop(("orders.csv", plain_shop))
    assert "SQL condition" not in [each.label for each in page.test.text_input]
    assert "Sign of money" in [each.label for each in page.test.text_input]


@pytest.mark.slow
def test_a_status_with_a_comma_in_it_can_be_chosen(shown):
    rows = [f"c{n},2024-01-{1 + n % 28:02},{10 + n},{s}" for n in range(60) for s in ('"sent, late"', "paid")]
    shown.drop(("orders.csv", "\n".join(["customer,date,amount,status", *rows]).encode()))
    [statuses] = [each for each in shown.test.multiselect if each.label == "Statuses that count"]
    statuses.set_value(["sent, late"])
    shown.press("Read again")
    assert ">60<" in shown.said
    shown.go("Take along")
    assert shlex.split(shown.test.code[0].value)[-2:] == ["--keep-status", '"sent, late"']


@pytest.mark.parametrize("name", ["../../x.csv", "a*b?.csv", "..", ""])
def test_what_an_upload_is_called_cannot_lead_out_of_its_folder(name):
    from rfmeans.app.room import file_name

    found = file_name(name, [])
    assert "/" not in found
    assert not set(found) & set("*?[]")
    assert found not in ("", ".", "..")


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_database_is_opened_by_its_address_and_its_password_is_shown_nowhere(
    shown, postgres_engine, downloads
):
    orders = make_orders(200, seed=3).drop(columns="kind")
    postgres_engine.table(orders, "page_orders")
    shown.touch("way", "Path or database")
    shown.widget("path").set_value(
        f"postgres://rfmeans:{SECRET}@/postgres?host={postgres_engine.con.con.info.host}"
    )
    shown.widget("table").set_value("page_orders")
    shown.press("Open")
    assert "Verdict:" in shown.said
    assert SECRET not in shown.said + shown.widget("path").value
    with rfmeans.segment(orders) as alone:
        names = [each.segment for each in alone.summary.segments]
    assert all(f"<bdi>{name}</bdi>" in shown.go("Segments").said for name in names)
    shown.go("Take along").press("Make the folder")
    assert shlex.split(shown.test.code[0].value)[2].startswith("postgres://rfmeans@/postgres?host=")
    assert "The line has no password" in shown.said
    with zipfile.ZipFile(io.BytesIO(downloads["Download everything (ZIP)"])) as packed:
        assert not [name for name in packed.namelist() if SECRET.encode() in packed.read(name)]
    assert SECRET not in shown.said + shown.test.code[0].value


@pytest.mark.parametrize(
    "address",
    [
        f"postgres://me:{SECRET}@127.0.0.1:1/shop",
        f"postgres://127.0.0.1:1/shop?user=me&password=p@{SECRET}",
        f"postgres://me:p@{SECRET}@127.0.0.1:1/shop",
        f"postgres://me:1/{SECRET}@127.0.0.1:1/shop",
        f"mysql://me:{SECRET}@host/shop",
    ],
)
def test_a_database_that_cannot_be_reached_is_said_without_the_password(shown, address):
    shown.touch("way", "Path or database").widget("path").set_value(address)
    shown.press("Open")
    assert "warning" in shown.said
    assert SECRET not in shown.said + shown.widget("path").value
