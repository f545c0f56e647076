"""What a name says in plain terms -> whether it holds for a segment's own figures.

A name follows from where a centre lies among all customers; whether its words are true of the people in it depends on
what they did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rfmeans.wording import counted, money, number, percent, share_of, within

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rfmeans.segments.facts import Facts, Grounds

HOLDS, PARTLY, FALSE, UNKNOWN = "holds", "partly", "false", "unknown"
FEW = 2  # purchases of a customer who may be called new
ALIKE = 0.1  # two figures that are nearer to each other, as a part of the second, tell nobody apart


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds.

    Attributes
    ----------
    claim
        Its name, a key of `CLAIMS`.
    found
        holds, partly, false, or unknown where nothing is there to check it on.
    says
        What it was checked on, as part of a sentence.
    """

    claim: str
    found: str
    says: str = ""

    @property
    def partly(self) -> str:
        """What is said of a claim that is a matter of degree."""
        return f"that they {CLAIMS[self.claim].means} is a matter of degree: {self.says}"


@dataclass(frozen=True)
class Claim:
    """One thing that names say.

    Attributes
    ----------
    means
        What it says of the customers of a segment.
    features
        Those that it tells customers apart by; where all of them are constant, it is false.
    check
        From facts and grounds to the verdict and what it rests on.
    """

    means: str
    features: tuple[str, ...]
    check: Callable[[Facts, Grounds], tuple[str, str]]


@dataclass(frozen=True)
class Pace:
    """What counts as usual and as late in a shop, in days, and how that is told."""

    usual: float
    late: float
    usual_told: str
    late_told: str

    @property
    def days(self) -> int:
        """What counts as usual in whole days, as it is told."""
        return math.ceil(self.usual)

    @classmethod
    def of(cls, grounds: Grounds) -> Pace | None:
        """Return the shop's rhythm; without one, a quarter and a half of the period; None without a period."""
        rhythm, period = grounds.rhythm, grounds.period_days
        if rhythm and rhythm.tells:
            usual, late = float(rhythm.median_days or 0), float(rhythm.nine_tenths_days or 0)
            return cls(usual, late, rhythm.half, rhythm.most)
        if not period:
            return None
        return cls(
            period / 4,
            period / 2,
            f"a quarter of the {counted(period, 'day')} of orders are {math.ceil(period / 4)}",
            f"half of the {counted(period, 'day')} of orders are {math.ceil(period / 2)}",
        )


def _still(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    pace = Pace.of(grounds)
    if pace is None:
        return UNKNOWN, ""
    if facts.recency > pace.late:
        return FALSE, _away(facts, pace.late_told)
    if facts.recency <= pace.usual:
        return HOLDS, _away(facts, pace.usual_told)
    if facts.recency < (1 - ALIKE) * grounds.everyone.recency:
        return PARTLY, _away(facts, pace.usual_told)
    return FALSE, f"{_away(facts, pace.usual_told)}; {_that_of_all(grounds)}"


def _recent(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    found, says = _still(facts, grounds)
    return _against_all(HOLDS, facts, grounds, later=True) if found == HOLDS else (found, says)


def _overdue(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    pace = Pace.of(grounds)
    if pace is None:
        return UNKNOWN, ""
    if facts.longest_away <= pace.usual:
        quarters = f"three quarters of the customers bought within {counted(facts.longest_away, 'day')}"
        return FALSE, f"{quarters}, and {pace.usual_told}"
    if facts.recency <= pace.usual:
        days, some = counted(facts.recency, "day"), number(facts.longest_away)
        return PARTLY, (
            f"half of them bought last within {days}, a quarter more than {some} ago, and {pace.usual_told}"
        )
    return _against_all(HOLDS, facts, grounds, later=False)


def _late(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    pace = Pace.of(grounds)
    if pace is None:
        return UNKNOWN, ""
    return HOLDS if facts.recency > pace.late else FALSE, _away(facts, pace.late_told)


def _cooling(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    found, says = _overdue(facts, grounds)
    return HOLDS if found == PARTLY else found, says


def _churned(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    pace = Pace.of(grounds)
    if pace is None:
        return UNKNOWN, ""
    if facts.recency <= pace.usual:
        return FALSE, _away(facts, pace.usual_told)
    if facts.recency <= pace.late:
        if facts.recency > (1 + ALIKE) * grounds.everyone.recency:
            return PARTLY, _away(facts, pace.late_told)
        return FALSE, f"{_away(facts, pace.late_told)}; {_that_of_all(grounds)}"
    return _against_all(HOLDS, facts, grounds, later=False)


def _away(facts: Facts, told: str) -> str:
    return f"their last purchase was {counted(facts.recency, 'day')} ago, and {told}"


def _that_of_all(grounds: Grounds) -> str:
    return f"that of half of all customers was {counted(grounds.everyone.recency, 'day')} ago or less"


def _against_all(found: str, facts: Facts, grounds: Grounds, *, later: bool) -> tuple[str, str]:
    """Return that it is a matter of degree where half of all customers bought earlier, or later."""
    days, all_days = facts.recency, grounds.everyone.recency
    if days > all_days if later else days < all_days:
        return PARTLY, f"their last purchase was {counted(days, 'day')} ago against {number(all_days)} of all"
    return found, f"last purchase {counted(days, 'day')} ago"


def _repeat(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    if facts.repeat_share <= 0.5:
        return FALSE, _share_again(facts, grounds)
    # The name is of all history, the figures beside it of the window: there they may look like people who came once.
    once = grounds.window is not None and facts.frequency <= 1
    return PARTLY if once else HOLDS, _share_again(facts, grounds)


def _one_time(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    return HOLDS if facts.repeat_share <= 0.5 else FALSE, _share_again(facts, grounds)


def _share_again(facts: Facts, grounds: Grounds) -> str:
    if facts.repeat_share in (0, 1):
        share = "all" if facts.repeat_share else "none"
    elif facts.customers:
        share = share_of(round(facts.repeat_share * facts.customers), facts.customers)
    else:
        share = percent(facts.repeat_share)
    said = f"{share} of them bought more than once"
    if grounds.window is None:
        return said
    return f"{said} in all history, half of them {counted(facts.frequency, 'time')} at most{within(grounds.window)}"


def _new(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    # In a window who bought often before it shows few purchases too.
    few = facts.frequency <= FEW and (grounds.window is None or facts.repeat_share <= 0.5)
    tenure, period = facts.tenure, grounds.period_days
    says = f"they made {counted(facts.frequency, 'purchase')}{within(grounds.window)}"
    if tenure is None or not period:
        return HOLDS if few else UNKNOWN, says
    first = "the first" if grounds.window is None else "the first of all"
    says += f", {first} {counted(tenure, 'day')} ago, of {number(period)} days of orders"
    if 4 * tenure <= period or (few and 2 * tenure <= period):
        return HOLDS, says
    return PARTLY if few else FALSE, says


def _high(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    return _worth(facts, grounds, 1)


def _low(facts: Facts, grounds: Grounds) -> tuple[str, str]:
    return _worth(facts, grounds, -1)


def _worth(facts: Facts, grounds: Grounds, sign: int) -> tuple[str, str]:
    """Hold the median against that of all, and where it is not clearly on its side the mean; ``sign`` is 1 for more."""
    everyone = grounds.everyone
    if math.isnan(facts.monetary):
        return UNKNOWN, ""
    spent = f"they spent {money(facts.monetary)}{within(grounds.window)} against {money(everyone.monetary)} of all"
    if sign * _side(facts.monetary, everyone.monetary) > 0:
        return HOLDS, spent
    mean, of_all = facts.mean_monetary, everyone.mean_monetary
    if mean is None or of_all is None:
        return PARTLY, spent
    found = PARTLY if sign * _side(mean, of_all) > 0 else FALSE
    return found, f"{spent}, on average {money(mean)} against {money(of_all)}"


def _side(one: float, of_all: float) -> int:
    """Return whether a figure is above that of all (1) or below it (-1), or about the same, within a tenth (0).

    A tenth itself is about the same in any unit of money, although 0.33 - 0.3 is more than 0.03 to a computer.

    >>> _side(111, 100), _side(110, 100), _side(0.33, 0.3), _side(89, 100), _side(0, 0)
    (1, 0, 0, -1, 0)
    """
    tenth = ALIKE * abs(of_all)
    if abs(one - of_all) <= tenth or math.isclose(abs(one - of_all), tenth):
        return 0
    return 1 if one > of_all else -1


def _by_place(_: Facts, __: Grounds) -> tuple[str, str]:
    return HOLDS, "by the place of the centre"


AWAY = "overdue"  # the claim of whoever is at risk
HERE = {"recent", "still"}  # a name of which one of these holds is of customers at no risk
GONE = {AWAY, "late", "churned"}  # a name that claims one of these is of customers at risk
CLAIMS = {
    "recent": Claim("bought recently", ("recency",), _recent),
    AWAY: Claim("are away longer than usual", ("recency",), _overdue),
    "late": Claim("are away longer than nine tenths are", ("recency",), _late),
    "cooling": Claim("begin to be away longer than usual", ("recency",), _cooling),
    "still": Claim("still come", ("recency",), _still),
    "churned": Claim("have left", ("recency",), _churned),
    "repeat": Claim("bought more than once", ("frequency",), _repeat),
    "one-time": Claim("bought once", ("frequency",), _one_time),
    "new": Claim("are new", ("frequency", "recency"), _new),
    "high": Claim("are worth more than others", ("monetary",), _high),
    "low": Claim("are worth less than others", ("monetary",), _low),
    "frequent": Claim("buy more often than others", ("frequency",), _by_place),
    "infrequent": Claim("buy less often than others", ("frequency",), _by_place),
    "later": Claim("bought later than others", ("recency",), _by_place),
    "earlier": Claim("bought earlier than others", ("recency",), _by_place),
}


def check_claims(claims: Sequence[str], facts: Facts, grounds: Grounds) -> tuple[Verdict, ...]:
    """Return a verdict for each claim.

    >>> from rfmeans.segments.facts import Facts, Grounds
    >>> from rfmeans.segments.rhythm import Rhythm
    >>> everyone = Facts(recency=51, frequency=2, monetary=658, tenure=210, repeat_share=0.66, longest_away=143)
    >>> grounds = Grounds((), everyone, Rhythm(2842, 53.5, 160.0), 374)
    >>> at_risk = Facts(recency=52, frequency=4, monetary=1331, tenure=278, repeat_share=0.98, longest_away=85)
    >>> for verdict in check_claims(["high", "overdue", "churned"], at_risk, grounds): print(verdict.found)
    holds
    partly
    false
    """
    return tuple(_checked(claim, facts, grounds) for claim in claims)


def _checked(claim: str, facts: Facts, grounds: Grounds) -> Verdict:
    known = CLAIMS[claim]
    if set(known.features) <= set(grounds.constant):
        alike = " and ".join(known.features)
        return Verdict(
            claim, FALSE, f"{alike} {'is' if len(known.features) == 1 else 'are'} the same for all customers"
        )
    return Verdict(claim, *known.check(facts, grounds))
