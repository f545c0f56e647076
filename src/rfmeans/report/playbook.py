"""The playbook: what to do with a segment, one card per name."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from rfmeans import toml_file
from rfmeans.errors import SettingsError, did_you_mean
from rfmeans.toml_file import read_toml

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Card:
    """What to do with one segment.

    Attributes
    ----------
    aim, offer, channel, timing
        What for, with what, over what and when.
    measure
        What shows whether it worked.
    avoid
        What not to do.
    """

    aim: str
    offer: str
    channel: str
    timing: str
    measure: str
    avoid: str


PARTS = tuple(field.name for field in fields(Card))


@dataclass(frozen=True)
class Playbook:
    """Cards by name of segment, a tier left out.

    Attributes
    ----------
    name
        What messages call it.
    cards
        Card by name.
    """

    name: str
    cards: dict[str, Card]

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names that have no card, each once.

        >>> built_in().missing(["Growing", "Whales", "Whales"])
        ('Whales',)
        """
        return tuple(dict.fromkeys(name for name in names if name not in self.cards))

    def renamed(self, names: Mapping[str, str]) -> Playbook:
        """Return it with the cards of some names under others.

        >>> built_in().renamed({"Growing": "Up"}).missing(["Growing", "Up"])
        ('Growing',)
        """
        return Playbook(self.name, {names.get(name, name): card for name, card in self.cards.items()})

    def to_dict(self) -> dict[str, dict[str, str]]:
        """Return it as plain values, as in its file; `make_playbook` takes them back."""
        return {name: asdict(card) for name, card in self.cards.items()}


@cache
def built_in() -> Playbook:
    """Return the playbook that comes with rfmeans."""
    return make_playbook(toml_file.built_in("report", "playbook.toml"), "the built-in playbook")


def load_playbook(path: str | os.PathLike[str] | None) -> Playbook:
    """Read a playbook; None gives the built-in one.

    Raises
    ------
    SettingsError
        If it cannot be read, or a card is not as it should be.
    """
    if path is None:
        return built_in()
    return make_playbook(read_toml(path, "playbook"), str(path))


def make_playbook(content: dict[str, Any], name: str) -> Playbook:
    """Return the playbook of a file's content; ``name`` is what messages call it.

    Raises
    ------
    SettingsError
        If a card lacks a text, has an empty one or one that is not known.
    """
    if not content:
        raise SettingsError(
            f'The playbook {name} has no card. Write one like ["High-Value Loyal"] aim = "…".'
        )
    return Playbook(name, {title: _card(title, card, name) for title, card in content.items()})


def _card(title: str, card: Any, name: str) -> Card:
    rule = f"A card has the texts {', '.join(PARTS)}."
    if not isinstance(card, dict):
        raise SettingsError(f"In {name} {title!r} is {card!r}, not a card. {rule}")
    for part, text in card.items():
        if part not in PARTS:
            raise SettingsError(
                f"In {name} the card {title!r} has {part!r}.{did_you_mean(part, PARTS)} {rule}"
            )
        if not isinstance(text, str) or not text.strip():
            raise SettingsError(
                f"In {name} the card {title!r} has {part} = {text!r}, which is no text. {rule}"
            )
    if missing := [part for part in PARTS if part not in card]:
        raise SettingsError(f"In {name} the card {title!r} lacks {', '.join(missing)}. {rule}")
    return Card(**card)
