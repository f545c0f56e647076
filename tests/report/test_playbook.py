"""The playbook: a card for every name, one's own cards, and what is said of a wrong one."""

import html
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.pages import body_of
from rfmeans.cli.commands import app
from rfmeans.errors import SettingsError
from rfmeans.report.playbook import PARTS, built_in, load_playbook
from rfmeans.segments.lexicon import read_lexicon

RUNNER = CliRunner()


def card(**changed: str) -> str:
    texts = {part: f"My {part}." for part in PARTS} | changed
    return "\n".join(f'{part} = "{text}"' for part, text in texts.items() if text is not None)


def test_the_built_in_playbook_has_a_card_for_every_name_of_the_lexicon():
    lexicon = read_lexicon(None)
    names = {name for grid in lexicon.grids for band in grid.names.values() for name in band.values()}
    assert len(names) == 9
    assert built_in().missing([*names, *lexicon.said]) == ()
    assert built_in().missing(other for said in lexicon.said.values() for other in said.instead) == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("High-Value Loyal", ("Rewards", "exclusive offers")),
        ("At-Risk High-Value", ("win-back discount", "reminder")),
        ("New/Potential", ("Onboarding", "cross-sell")),
        ("Low-Value/Churned", ("Low-cost reactivation",)),
    ],
)
def test_what_the_built_in_playbook_offers(name, words):
    assert [word for word in words if word not in built_in().cards[name].offer] == []


def test_a_playbook_of_ones_own_replaces_the_cards(result, tmp_path):
    mine = tmp_path / "mine.toml"
    first, *others = [segment.region for segment in result.summary.segments]
    mine.write_text(f'["{first}"]\n{card(offer="A parrot & a <hat>.")}\n', encoding="utf-8")
    body = body_of(result.report(playbook=mine).html)
    assert "A parrot &amp; a &lt;hat&gt;." in body
    assert "Rewards and exclusive offers" not in body
    for name in others:
        assert html.escape(f"There is no card for {name} in {mine}.") in body
    assert "A parrot &amp; a &lt;hat&gt;." in result.to_markdown(playbook=mine)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", 'The playbook bad.toml has no card. Write one like ["High-Value Loyal"] aim = "…".'),
        ("[x\n", "The playbook 'bad.toml' is not TOML: "),
        ("x = 3", "In bad.toml 'x' is 3, not a card. A card has the texts aim, offer, channel, timing, "),
        (f"[x]\n{card()}\ncolour = 'red'", "In bad.toml the card 'x' has 'colour'."),
        (f"[x]\n{card(aim=' ')}", "In bad.toml the card 'x' has aim = ' ', which is no text."),
        (f"[x]\n{card(avoid=None)}", "In bad.toml the card 'x' lacks avoid."),
    ],
    ids=["empty", "no TOML", "no card", "unknown text", "blank text", "text missing"],
)
def test_a_bad_playbook_is_refused_in_words(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    Path("bad.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        load_playbook("bad.toml")
    assert str(raised.value).startswith(message)


def test_a_playbook_that_is_not_there_is_said_before_any_work(tmp_path):
    done = RUNNER.invoke(app, ["segment", "nope.csv", "--playbook", str(tmp_path / "no.toml")])
    assert isinstance(done.exception, SettingsError)
    assert str(done.exception).startswith("Cannot read the playbook ")
    assert str(done.exception).endswith("No such file or directory. Check the path.")
