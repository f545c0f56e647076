"""A name and what a lexicon says of it -> the name that a segment has: another one where its claims do not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rfmeans.errors import SettingsError, did_you_mean
from rfmeans.segments.claims import CLAIMS, FALSE, PARTLY, check_claims
from rfmeans.toml_file import as_table, check_keys, check_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rfmeans.segments.claims import Verdict
    from rfmeans.segments.facts import Facts, Grounds

MOST_PARTLY = 1  # claims of a name that may be a matter of degree: with more of them it says nothing
NAME_KEYS = ("name", "claims", "instead")


@dataclass(frozen=True)
class Said:
    """What a name claims, and the names to take its place where a claim is false, the best first."""

    claims: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settled:
    """The name that a segment has once its claims were checked.

    Attributes
    ----------
    name
        The name.
    verdicts
        On its claims.
    corrections
        Sentences: why it is not called as its place would have it, or what about its name does not hold.
    """

    name: str
    verdicts: tuple[Verdict, ...] = ()
    corrections: tuple[str, ...] = ()


def settle(name: str, said: Mapping[str, Said], facts: Facts | None, grounds: Grounds) -> Settled:
    """Return the first of a name and those to take its place of whose claims none is false, and one at most in degree.

    Where there is none, the first of whose claims none is false; failing that the name stays, and what does not hold is
    said.
    """
    if facts is None:
        return Settled(name)
    own = check_claims(said.get(name, Said()).claims, facts, grounds)
    if _stands(own, MOST_PARTLY):
        return Settled(name, own)
    others = {
        other: check_claims(said.get(other, Said()).claims, facts, grounds)
        for other in said.get(name, Said()).instead
    }
    wrong = [verdict for verdict in own if verdict.found == FALSE]
    why = f"its place would make it {name}, but {_why(wrong) if wrong else _too_weak(own)}"
    for most in (MOST_PARTLY, len(CLAIMS)):
        if _stands(own, most):
            return Settled(name, own)
        for other, verdicts in others.items():
            if _stands(verdicts, most):
                return Settled(other, verdicts, (why,))
    return Settled(name, own, (does_not_hold(wrong),))


def _stands(verdicts: Sequence[Verdict], most_partly: int) -> bool:
    found = [verdict.found for verdict in verdicts]
    return FALSE not in found and found.count(PARTLY) <= most_partly


def _too_weak(verdicts: Sequence[Verdict]) -> str:
    """Return that more of what a name claims is a matter of degree than a name can bear."""
    partly = [verdict for verdict in verdicts if verdict.found == PARTLY]
    claimed = " and that they ".join(CLAIMS[verdict.claim].means for verdict in partly)
    return f"that they {claimed} are matters of degree: {_why(partly)}"


def does_not_hold(wrong: Sequence[Verdict]) -> str:
    """Return a sentence on false claims of a name that stays."""
    claimed = " and ".join(CLAIMS[verdict.claim].means for verdict in wrong)
    return f"that they {claimed} does not hold: {_why(wrong)}"


def _why(wrong: Sequence[Verdict]) -> str:
    return "; ".join(dict.fromkeys(verdict.says for verdict in wrong))


def read_said(entries: Any, where: str) -> dict[str, Said]:
    """Return what a lexicon says of its names: ``[[name]]`` entries of name, claims, instead.

    Raises
    ------
    SettingsError
        If a claim is not known, or a name stands there twice.

    >>> read_said([{"name": "Loyal", "claims": ["repaet"]}], "my.toml")
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: my.toml, name 'Loyal': there is no claim 'repaet'. Did you mean 'repeat'? \
Claims are: recent, overdue, late, cooling, still, churned, repeat, one-time, new, high, low, frequent, infrequent, \
later, earlier.
    """
    if not isinstance(entries, list):
        raise SettingsError(f"{where}: names are written as [[name]], one after another. Got {entries!r}.")
    found: dict[str, Said] = {}
    for place, entry in enumerate(entries, start=1):
        table = as_table(entry, f"{where}, name {place}")
        check_keys(table, NAME_KEYS, f"{where}, name {place}")
        name = table.get("name")
        check_line(name, f"{where}, name {place}: name")
        if name in found:
            raise SettingsError(f"{where}: the name {name!r} stands under [[name]] twice. Keep one of them.")
        at = f"{where}, name {name!r}"
        claims, instead = (_lines(table.get(key, []), f"{at}: {key}") for key in NAME_KEYS[1:])
        for claim in claims:
            if claim not in CLAIMS:
                known = f"{did_you_mean(claim, CLAIMS)} Claims are: {', '.join(CLAIMS)}."
                raise SettingsError(f"{at}: there is no claim {claim!r}.{known}")
        found[str(name)] = Said(claims, instead)
    return found


def _lines(texts: Any, what: str) -> tuple[str, ...]:
    if not isinstance(texts, list):
        raise SettingsError(f"{what} must be a list. Got {texts!r}.")
    for text in texts:
        check_line(text, f"{what}, an entry")
    return tuple(texts)


def said_to_list(said: Mapping[str, Said]) -> list[dict[str, Any]]:
    """Return it as plain values, as in a lexicon's file; `read_said` takes them back."""
    return [
        {"name": name, "claims": list(each.claims), "instead": list(each.instead)}
        for name, each in said.items()
    ]
