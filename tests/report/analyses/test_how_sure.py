"""How sure the segments are: the votes are the same wherever they are drawn."""

import html

from helpers.pages import body_of, said_in_terminal, tables_of
from rfmeans.wording import percent


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
