"""The report: the same numbers on the page, in Markdown, as JSON, in the terminal and in the customers themselves."""

import csv
import html
import json
import re
from dataclasses import replace

import pytest

import rfmeans
from helpers.pages import FIGURES, body_of, markdown_tables, said_in_terminal, shown, tables_of
from rfmeans.report.charts import registry as drawing
from rfmeans.report.charts.colours import colour
from rfmeans.report.charts.frame import segment_labels
from rfmeans.report.page import render
from rfmeans.report.playbook import built_in
from rfmeans.segments.spread import MAP_COLUMNS, MAP_ROWS, MapCell
from rfmeans.synthetic import make_orders
from rfmeans.wording import money, number, percent

LIMIT = 2_000_000


CHARTS = ["averages", "shares", "customer_map", "distributions", "concentration"]


SECTIONS = ["segments", "charts", "actions", "scores", "method"]


# The same numbers everywhere


def test_the_page_holds_the_numbers_of_the_customers(page, counted):
    rows = tables_of(page)["Means per customer. Monetary is net of returns."]
    heads = [cell[0].strip() for cell in rows[0]]
    assert heads == [
        *("Segment", "Customers", "Share of customers", "Revenue", "Share of revenue", "Recency, days"),
        *("Frequency, purchases", "Monetary, each", "Average order"),
    ]
    found = {row[0][0].split("\n")[0].strip().removesuffix(" borderline"): row[1:] for row in rows[1:]}
    assert found.keys() == counted.keys()
    for name, figures in counted.items():
        assert [cell[0] for cell in found[name]] == shown(figures)
        if name != "All customers":  # what the table is sorted by
            assert [float(cell[1]) for cell in found[name]] == pytest.approx([figures[it] for it in FIGURES])


def test_the_crosstab_is_the_same_on_the_page_in_markdown_and_as_json(result, page):
    customers = result.customers.to_pandas().dropna(subset="segment_id")
    in_markdown = markdown_tables(result.to_markdown())[1]
    on_page = tables_of(page)["Customers by score segment and K-Means segment"]
    as_json = result.summary.to_dict()["crosstab"]
    assert [cell[0] for cell in on_page[0][1:]] == as_json["segments"] == list(result.profile["segment"])
    for name, *cells in ([cell[0] for cell in row] for row in on_page[1:]):
        mine = customers[customers["score_segment"] == name]
        wanted = [int((mine["segment"] == segment).sum()) for segment in as_json["segments"]]
        assert cells == in_markdown[name] == [number(count) for count in wanted]
        assert [row[as_json["score_segments"].index(name)] for row in as_json["customers"]] == wanted


def test_the_terminal_holds_the_same_numbers(result, counted):
    lines = [re.split(r"\s{2,}", line.strip()) for line in said_in_terminal(result).splitlines()]
    found = {line[0].removesuffix(" *"): line[1:] for line in lines if len(line) == 7}
    for name, figures in counted.items():
        customers, share, revenue, revenue_share, *means = shown(figures)
        if name == "All customers":
            assert found["All"] == [customers, revenue, *means]
        else:
            assert found[name] == [f"{customers} ({share})", f"{revenue} ({revenue_share})", *means]


def test_the_profile_file_holds_the_same_numbers(result, counted, tmp_path):
    folder = result.save(tmp_path / "out", report=False, audience_format="none")
    with (folder / "profile.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = {name: float(row[name]) for name in FIGURES}
            assert found == pytest.approx(counted[row["segment"]])


def test_the_headlines_are_the_same_sentences_everywhere(result, page, counted):
    best, risk = result.summary.most_valuable.segment, result.summary.most_at_risk.segment
    assert best == max(counted.keys() - {"All customers"}, key=lambda name: counted[name]["mean_monetary"])
    facts = re.findall(r"<h2><bdi>(.*?)</bdi></h2>(.*?)</section>", body_of(page), re.DOTALL)[:2]
    assert [name for name, _ in facts] == [best, risk]
    for name, text in facts:
        customers, share, revenue, revenue_share, days, _, each, _ = shown(counted[name])
        found = re.findall(r"<dt>(.*?)<small>(.*?)</small></dt><dd>(.*?)</dd>", text)
        assert [(value, note) for _, note, value in found[:3]] == [
            (customers, f"{share} of all"),
            (revenue_share, revenue),
            (each, f"{number(counted[name]['mean_frequency'])} purchases"),
        ]
        assert found[3][2] == f"{days} days"
        for renderer in (result.to_markdown(), said_in_terminal(result)):
            line = next(line for line in renderer.splitlines() if f": {name}: " in line)
            assert f"{customers} customers ({share}) with {revenue_share} of revenue, {each} each" in line
            assert f"last purchase {days} days ago on average" in line


def test_the_account_is_the_same_on_the_page_and_as_json(result, page):
    lines, customers = tables_of(page)["Order lines"], tables_of(page)["Customers"]
    account = result.summary.to_dict()["account"]
    said = {row[0][0]: row[1][0] for row in [*lines[1:], *customers[1:]]}
    assert said["Read"] == f"{account['lines']['read']['rows']:,}"
    assert said["Used"] == f"{account['lines']['used']['rows']:,}"
    assert said["Segmented"] == f"{account['customers']['segmented']['rows']:,}"


def test_quantiles_and_concentration_are_the_same_on_the_page_and_as_json(result, page):
    found, tables = result.summary.to_dict(), tables_of(page)
    rows = tables["Monetary, money spent"][1:]
    for row, quantiles in zip(rows, found["quantiles"]["segments"], strict=True):
        assert [cell[0] for cell in row[1:]] == [money(value, "£") for value in quantiles["monetary"]]
    held = {f"top {row[0][0].removeprefix('top ').replace(' %', '%')}": row[1][0]
            for row in tables["Concentration of revenue"][1:]}  # fmt: skip
    assert held == {top: percent(share) for top, share in found["concentration"].items()}


def test_the_votes_are_the_same_on_the_page_in_the_terminal_and_as_json(chosen):
    found = chosen.summary.to_dict()["choice"]
    tables = tables_of(chosen.report().html)
    recommended = found["recommended"]
    caption = f"The votes on the number of segments; {recommended} is recommended"
    rows = next(rows for name, rows in tables.items() if name.startswith(caption))
    terminal = said_in_terminal(chosen)
    for row, vote in zip(rows[1:], found["votes"], strict=True):
        shown = [cell[0] for cell in row]
        assert shown[:4] == [
            str(vote["segments"]),
            f"{vote['stability']:.2f}",
            f"{vote['weakest']:.2f}",
            percent(vote["smallest_share"]),
        ]
        star = " *" if vote["segments"] == recommended else ""
        line = next(line for line in terminal.splitlines() if line.lstrip().startswith(f"{shown[0]}{star}  "))
        assert line.split() == " ".join([f"{shown[0]}{star}", *shown[1:]]).split()
    assert chosen.summary.choice.sentence in html.unescape(body_of(chosen.report().html))


# What the page holds, and in which order


def test_the_sections_are_in_order(page):
    body = body_of(page)
    assert re.findall(r'<section id="(\w+)"', body) == SECTIONS
    assert re.findall(r'<a href="#(\w+)"', body) == SECTIONS
    places = [body.index(words) for words in (
        'class="lead"', "Most valuable", "Most at risk", "<h2>The segments</h2>", "How sure they are",
        "<h2>Charts</h2>", "<h2>What to do</h2>", "<h2>How it was made</h2>", "What the words mean",
        "The account of all rows", "Transform of each feature", "K-Means (scikit-learn)", "Versions",
    )]  # fmt: skip
    assert places == sorted(places)


def test_every_chart_is_on_the_page_twice_and_alive(result, page, chosen):
    for of, names in ((page, CHARTS), (chosen.report().html, [*CHARTS, "choice"])):
        assert re.findall(r'<figure id="(\w+)"', of) == names
        stills = re.findall(r'data-chart="(\w+)" data-size="(\w+)"><svg', of)
        assert stills == [(name, size) for name in names for size in ("wide", "narrow")]
        data = json.loads(re.search(r'id="specifications">(.*?)</script>', of)[1])
        assert {name: list(sizes) for name, sizes in data["charts"].items()} == {
            name: ["wide", "narrow"] for name in names
        }


def test_ids_are_unique_and_no_picture_points_to_one(page, chosen):
    """Pictures that shared the id of a clip path or a gradient would be drawn with each other's."""
    for of in (page, chosen.report().html):
        ids = re.findall(r'\sid="([^"]+)"', body_of(of))
        assert len(ids) == len(set(ids))
        assert "url(#" not in body_of(of)


def test_a_segment_has_its_colour_all_over_the_page(result, page):
    body = body_of(page)
    for segment in result.summary.segments:
        name, shade = html.escape(segment.segment), colour(segment.segment_id)
        assert f'<span class="dot" style="--segment: {shade}"></span><bdi>{name}</bdi>' in body
        assert f'<article style="--segment: {shade}">\n<h3><bdi>{name}</bdi></h3>' in body
    data = json.loads(re.search(r'id="specifications">(.*?)</script>', page)[1])
    domains = re.findall(r'"domain": (\[[^]]*\]), "range": (\[[^]]*\])', json.dumps(data["charts"]))
    labels = segment_labels(result.summary)
    wanted = {label: colour(place) for place, label in enumerate(labels, start=1)}
    seen = [dict(zip(*map(json.loads, pair), strict=True)) for pair in domains if labels[0] in pair[0]]
    assert len(seen) >= 8  # in four charts, wide and narrow
    for scale in seen:
        plain = {re.sub(r"^\d+ ", "", label): shade for label, shade in scale.items()}
        assert {label: plain[label] for label in wanted} == wanted


def test_enough_to_reproduce_it(result, page):
    text = html.unescape(re.sub(r"<[^>]+>", " ", body_of(page)))
    tables = tables_of(page)
    made = {row[0][0]: row[1][0] for name in ("K-Means (scikit-learn)", "How the source was read", "Versions")
            for row in tables[name][1:]}  # fmt: skip
    assert (made["Segments"], made["Seed"], made["Starts (k-means++)"]) == ("4", "0", "3")
    assert float(made["Inertia"]) == pytest.approx(result.summary.inertia, rel=1e-7)
    assert made["As-of date"] == str(result.summary.as_of)
    assert made["rfmeans"] == rfmeans.__version__
    for feature in result.summary.scaling.features:
        assert f"mean {feature.mean:.6g} and standard deviation {feature.sd:.6g}" in text
    assert "A purchase is an order whose total is above zero" in text


def test_what_was_understood_of_a_file_is_said_in_full(tmp_path):
    path = tmp_path / "export.csv"
    lines = [f"{i % 9},o{i},2024-01-{1 + i % 28:02d},GBP,{i % 7 + 1},{i % 5 + 2.5}" for i in range(90)]
    heads = "the number of the customer,the number of the order,the day of the order,the currency,quantity,unit price"
    path.write_text("\n".join([heads, *lines]))
    roles = {"customer": "the number of the customer", "order": "the number of the order"}
    with rfmeans.segment(path, **roles, date="the day of the order", currency_column="the currency") as found:
        said = found.summary.account.noticed.understood
        assert len(said) > 120
        assert said in html.unescape(found.report().html)


def test_no_id_of_a_customer_is_on_the_page(page):
    assert not re.search(r"customer-?\d", page)


# Its size


def test_it_stays_below_two_megabytes_with_all_that_can_be_in_it(result, chosen):
    """Twelve segments with long hostile names, every cell of the map filled, the votes on their number."""
    summary = result.summary
    long = "<&\"'>" * 2_000
    many = [summary.segments[place % 4] for place in range(12)]
    segments = tuple(
        replace(segment, segment_id=place, segment=f"{place} {long}", region=long, borderline=(long, long))
        for place, segment in enumerate(many, start=1)
    )
    cells = tuple(
        MapCell(
            (8.123456789 * column, 8.123456789 * (column + 1)),
            (1.23456789 * row**4, 1.23456789 * (row + 1) ** 4),
            *(123_456_789 + row, 1 + (column + row) % 12, 100_000_000),
        )
        for column in range(MAP_COLUMNS)
        for row in range(MAP_ROWS)
    )
    full = replace(
        summary,
        source=long,
        segments=segments,
        distributions=replace(summary.distributions, cells=cells),
        choice=chosen.summary.choice,
    )
    size = len(render(full, built_in()).html.encode())
    assert len(result.report().html.encode()) < size < LIMIT


def test_ten_times_the_customers_take_no_more_room(result, page):
    orders = make_orders(5_000, seed=3).drop(columns="kind")
    with rfmeans.segment(orders, n_init=2, currency_symbol="£") as large:
        again = large.report().html
    cell = 400  # bytes a cell of the map takes in all, with room
    more = len(large.summary.distributions.cells) - len(result.summary.distributions.cells)
    assert len(again.encode()) - len(page.encode()) < cell * max(more, 0) + 20_000


# In a notebook


def test_a_notebook_shows_it_in_a_frame_of_its_own(result):
    shown = result.report()._repr_html_()
    frame = re.fullmatch(r'<iframe title="Customer segments" sandbox="allow-scripts" srcdoc="([^"]*)" [^>]*>'
                         "</iframe>", shown)  # fmt: skip
    assert html.unescape(frame[1]) == result.report().html
    assert re.fullmatch(r"<Report, [\d.]+ MB of HTML>", repr(result.report()))


def test_it_can_be_saved_and_a_refusing_disk_is_an_error_in_words(result, tmp_path):
    saved = result.report().save(tmp_path / "mine.html")
    assert saved.read_text(encoding="utf-8") == result.report().html
    with pytest.raises(
        rfmeans.OutputError, match=r"Cannot write .*: No such file or directory\. Choose another"
    ):
        result.report().save(tmp_path / "no" / "mine.html")


def test_the_same_result_gives_the_same_page(result, page):
    assert result.report().html == page


def test_the_written_report_is_the_results(result, page, tmp_path):
    folder = result.save(tmp_path / "out", audience_format="none")
    assert (folder / "report.html").read_text(encoding="utf-8") == page
    stems = {path.stem for path in (folder / "charts").iterdir()}
    assert stems == set(CHARTS) == set(drawing.DRAWINGS) - {"choice"}


def test_a_borderline_name_is_marked_in_the_headline_and_on_the_card(tmp_path):
    """Two of four kinds about the cut: whoever reads only the headline or the card must see it."""
    with rfmeans.segment(make_orders(1000, seed=1).drop(columns="kind")) as result:
        summary = result.summary
        marked = replace(summary.segments[0], borderline=("its recency score of 0.05 is close to the cut",))
        page = render(replace(summary, segments=(marked, *summary.segments[1:])), built_in()).html
    headline = page[page.index('class="headlines"') : page.index("</header>")]
    cards = page[page.index('<section id="actions">') : page.index('<section id="scores">')]
    assert headline.count('<a class="mark" href="#segments">borderline</a>') == 1
    assert cards.count("Borderline: its recency score of 0.05 is close to the cut.") == 1
