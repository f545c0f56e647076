"""A shop's grounds, and figures of a segment to check claims on."""

from __future__ import annotations

from dataclasses import replace

from rfmeans.segments.claims import check_claims
from rfmeans.segments.facts import Facts, Grounds
from rfmeans.segments.rhythm import Rhythm

EVERYONE = Facts(
    recency=60, frequency=2, monetary=500, tenure=200, repeat_share=0.6, longest_away=140, mean_monetary=800
)
SHOP = Grounds((), EVERYONE, Rhythm(100, 50.0, 150.0), 360)
ONCE = replace(SHOP, rhythm=Rhythm(0))  # nobody comes back: the period counts, a quarter of it is 90 days


def facts(**changed: float | None) -> Facts:
    return replace(EVERYONE, **changed)


def found(claim: str, grounds: Grounds = SHOP, **changed: float | None) -> str:
    (verdict,) = check_claims([claim], facts(**changed), grounds)
    return verdict.found
