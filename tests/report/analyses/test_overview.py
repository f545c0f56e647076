"""The overview: the same sentences everywhere."""

import re
from dataclasses import replace

import rfmeans
from helpers.pages import body_of, said_in_terminal, shown
from rfmeans.report.page import render
from rfmeans.report.playbook import built_in
from rfmeans.synthetic import make_orders
from rfmeans.wording import number


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
