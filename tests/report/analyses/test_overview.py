"""The overview: the same sentences everywhere."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

import rfmeans
from helpers.pages import body_of, said_in_terminal, shown
from rfmeans.report.analyses.actions import actions
from rfmeans.report.analyses.overview import overview
from rfmeans.report.analyses.segments import segments as tables
from rfmeans.report.blocks import Tiles
from rfmeans.report.page import render
from rfmeans.report.playbook import built_in
from rfmeans.report.table import Table
from rfmeans.segments.claims import Pace
from rfmeans.segments.stability import Stability
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
        assert found[2][0] == ("each, the most" if name == best else "each")
        assert found[3][2] == f"{days} days"
        for renderer in (result.to_markdown(), said_in_terminal(result)):
            line = next(line for line in renderer.splitlines() if f": {name}: " in line)
            most = ", the most of all segments" if name == best else ""
            assert (
                f"{customers} customers ({share}) with {revenue_share} of revenue, {each} each{most}; "
                in line
            )
            assert f"last purchase {days} days ago on average" in line


def test_the_headline_of_those_at_risk_says_for_how_many_it_is_true(result):
    """Hand-worked: of 200 customers 98 bought last more than the usual 54 days ago; of 3 customers, 2."""
    summary = result.summary
    usual = Pace(53.5, 160.0, "half of the repeat customers come back within 54", "")

    def told(away, customers, pace=usual):
        risk = replace(summary.most_at_risk, away=away)
        risk = replace(risk, figures=replace(risk.figures, customers=customers))
        segments = [risk if each.segment_id == risk.segment_id else each for each in summary.segments]
        changed = replace(summary, segments=tuple(segments), pace=pace)
        return changed.headlines[1], overview(changed).page[1].tiles[1].facts[3]

    line, tile = told(98, 200)
    assert line.endswith(
        " days ago on average, for 49 % of them more than 54 days ago (half of the repeat customers come back "
        "within 54)."
    )
    assert tile[1:] == ("since the last purchase", "on average; 49 % of them beyond the usual 54")
    assert ", for 2 of 3 of them more than 54 days ago (" in told(2, 3)[0]
    assert ", for all of them more than 54 days ago (" in told(200, 200)[0]
    line, tile = told(None, 200, pace=None)
    assert line.endswith(" days ago on average.")
    assert tile[2] == "on average"


def test_of_segments_that_spent_the_same_each_none_is_the_most(result):
    """Hand-worked: all four spent 20 each; of two that spent 20 and two that spent 5, two are the most."""
    for each in ([20.0] * 4, [5.0, 20.0, 5.0, 20.0], [20.0, 20.01, 5.0, 20.0]):
        figures = zip(result.summary.segments, each, strict=True)
        segments = [replace(one, figures=replace(one.figures, mean_monetary=spent)) for one, spent in figures]
        summary = replace(result.summary, segments=tuple(segments))
        told = max(each) == 20.01
        assert (", the most of all segments;" in summary.headlines[0]) is told
        assert overview(summary).page[1].tiles[0].facts[2][1] == ("each, the most" if told else "each")


def test_under_a_model_what_was_of_its_fit_is_said_so(result):
    """The stability is the fit's, and a name stays although it does not hold of other customers."""
    corrected = tuple(replace(each, corrections=("it does not hold",)) for each in result.summary.segments)
    fitted = replace(result.summary, segments=corrected, stability=Stability(0.9, (0.9,) * 4, 50, 1000))
    assigned = replace(fitted, assigned=True)
    assert fitted.stability_line.startswith(
        "Stability 0.90: how far 50 refits on resamples of 1,000 customers"
    )
    assert assigned.stability_line == (
        f"Of the model, on the customers it was fitted on: {fitted.stability_line}"
    )
    for summary, told in ((fitted, True), (assigned, False)):
        assert ("another name takes its place" in overview(summary).page[0].text) is told


def test_a_borderline_name_is_said_so_in_both_headlines(result):
    marked = tuple(
        replace(each, borderline=("its score is close to the cut",)) for each in result.summary.segments
    )
    for name, line in zip(
        ("most_valuable", "most_at_risk"), replace(result.summary, segments=marked).headlines, strict=True
    ):
        assert f": {getattr(result.summary, name).segment} (borderline): " in line
    assert "borderline" not in "".join(
        replace(result.summary, segments=tuple(replace(each, borderline=()) for each in marked)).headlines
    )


@pytest.mark.parametrize(("overall", "warned"), [(0.79, True), (0.8, False)])
def test_unstable_segments_are_said_so_before_the_tiles(result, overall, warned):
    found = replace(result.summary, stability=Stability(overall, (0.9,) * 4, 50, 1000))
    first, *others = [block for block in overview(found).page if getattr(block, "kind", "") != "lead"]
    assert isinstance(first, Tiles) is not warned
    if warned:
        assert first.kind == "warning"
        assert first.text.startswith(
            f"Unstable: 50 refits on resamples of 1,000 customers agree with these segments only to {overall}"
        )
        assert isinstance(others[0], Tiles)


def test_with_a_window_the_tile_says_of_which_days_money_and_purchases_are(result):
    summary = replace(result.summary, settings={**result.summary.settings, "window": 365})
    _, (_, _, money), (_, _, purchases), _ = overview(summary).page[1].tiles[0].facts
    assert money.endswith(" in the last 365 days")
    assert purchases.endswith(" purchases in the last 365 days")
    (card, *_) = actions(summary, built_in()).page[1].cards
    assert card.lines[0].endswith(" of revenue in the last 365 days")


def test_where_the_lapsed_spent_nothing_those_away_in_other_segments_are_counted(result):
    """Hand-worked: the segments at risk have no money; of two others 300 and 51 customers are away."""
    usual = Pace(148.5, 287.0, "half of the repeat customers come back within 149", "")
    first, second, *others = result.summary.segments
    nothing = replace(first.figures, revenue=Decimal(0))
    lapsed = replace(first, segment="Low-Value/Churned", at_risk=True, figures=nothing, away=343)
    here = [
        replace(second, at_risk=False, away=300),
        *(replace(each, at_risk=False, away=0) for each in others),
    ]
    here[1] = replace(here[1], away=51)

    def told(*segments, pace=usual):
        return replace(result.summary, segments=segments, pace=pace).headlines[1]

    said = "Most at risk: no segment. Low-Value/Churned spent nothing"
    assert told(lapsed, *here) == (
        f"{said}; of the customers of other segments 351 bought last more than 149 days ago "
        "(half of the repeat customers come back within 149)."
    )
    assert told(lapsed, *(replace(each, away=0) for each in here)) == f"{said}."
    assert told(lapsed, *(replace(each, away=None) for each in here), pace=None) == f"{said}."


def test_nobody_is_at_risk_by_a_name_for_all():
    """Hand-written: one band holds everybody, so that no name says who is away."""
    everybody = {
        "recency_bands": ["any"],
        "recency_cuts": [],
        "value_bands": ["low", "high"],
        "value_cuts": [0],
        "names": {"low": {"any": "Small"}, "high": {"any": "Big"}},
    }
    with rfmeans.segment(
        make_orders(200, seed=1).drop(columns="kind"), n_init=1, lexicon={"grid": [everybody]}
    ) as found:
        assert found.headlines[1] == (
            "Most at risk: no segment with customers has a name that says they are away."
        )


MONEY = (0.6542, 0.2358, 0.06, 0.05)  # 65 + 24 + 6 + 5


def in_whole(share: float) -> str:
    return f"{100 * share:.0f} %" if share > 0.005 else "< 1 %"


@pytest.mark.parametrize(
    ("shares", "money", "note"),
    [
        ((0.1659, 0.2729, 0.2050, 0.3562), MONEY, ""),  # 17 + 27 + 20 + 36
        # 34 + 34 + 23 + 10
        ((0.336, 0.336, 0.228, 0.1), MONEY, " Shares are rounded: those of customers add up to 101 %."),
        (
            (0.336, 0.336, 0.228, 0.1),
            (0.336, 0.336, 0.228, 0.1),
            " Shares are rounded: those of customers and of revenue each add up to 101 %.",
        ),
        (
            (0.336, 0.336, 0.228, 0.1),
            (0.6643, 0.2447, 0.064, 0.027),  # 66 + 24 + 6 + 3
            " Shares are rounded: those of customers add up to 101 % and those of revenue add up to 99 %.",
        ),
        # 99 % and < 1 % thrice is from 99 to 102 %, which may well be 100.
        ((0.988, 0.004, 0.004, 0.004), MONEY, ""),
        # 34 + 45 + 23 = 102, and < 1 % is 1 at most.
        (
            (0.336, 0.4456, 0.2254, 0.004),
            MONEY,
            " Shares are rounded: those of customers add up to 102 to 103 %.",
        ),
    ],
)
def test_one_share_is_one_figure_and_a_column_that_does_not_add_up_says_so(result, shares, money, note):
    """In the table, in the headline, on the page and in the charts; rounded each by itself."""
    segments = zip(result.summary.segments, shares, money, strict=True)
    segments = tuple(replace(each, share=share, revenue_share=of) for each, share, of in segments)
    summary = replace(result.summary, segments=segments)
    table = tables(summary).page[1]
    assert [row[2].shown for row in table.table.rows] == [in_whole(share) for share in shares]
    assert [row[4].shown for row in table.table.rows] == [in_whole(share) for share in money]
    (short,) = (block for block in tables(summary).terminal if isinstance(block, Table))
    assert table.note.endswith(note or "on 2024-10-02.")
    assert ("Shares are rounded" in short.note) is bool(note)
    risk = summary.most_at_risk
    share, of_revenue = in_whole(risk.share), in_whole(risk.revenue_share)
    assert f"({share}) with {of_revenue} of revenue" in summary.headlines[1]
    tile = overview(summary).page[1].tiles[1]
    assert (tile.facts[0][2], tile.facts[1][0]) == (f"{share} of all", of_revenue)


def test_the_first_screen_says_that_names_do_not_foretell_who_buys_again(result):
    summary = result.summary
    pair = (summary.segments[0].segment, summary.segments[-1].segment)
    alike = replace(summary.hindsight, compared=5, surprises=(), alike=(pair,), unclear=())
    said = overview(replace(summary, hindsight=alike)).page[-1].text
    assert said == (
        f"The shares of {pair[0]} and {pair[1]} are alike: there the names do not foretell who buys again."
    )
    clear = replace(alike, alike=(), unclear=(pair,))
    assert overview(replace(summary, hindsight=clear)).page == overview(replace(summary, hindsight=None)).page


@pytest.mark.slow
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
