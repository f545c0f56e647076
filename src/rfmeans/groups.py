"""Treatment and holdout: who gets a campaign, and who is left out so that its effect can be measured.

A customer's group follows from the seed, the share held out and the customer's id alone: `group_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.arguments import named
from rfmeans.errors import SettingsError
from rfmeans.settings import is_number

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from rfmeans.engines.engine import Engine

TREATMENT, HOLDOUT = "treatment", "holdout"
USUAL_HOLDOUT = 0.1
HEX_DIGITS = 16  # of the hash: 64 bits, which hold a float's share exactly


def check_holdout(share: object) -> float:
    """Return the share held out if it is one.

    Raises
    ------
    SettingsError
        If it is not.

    >>> check_holdout(10)
    Traceback (most recent call last):
    rfmeans.errors.SettingsError: holdout must be a share from 0 to below 1, such as 0.1 for 10 %. Got 10.
    """
    if not is_number(share) or not 0 <= share < 1:
        raise SettingsError(
            f"{named('holdout')} must be a share from 0 to below 1, such as 0.1 for 10 %. Got {share!r}."
        )
    return float(share)


def group_of(customer_id: ir.Column, seed: int, holdout: float, engine: Engine) -> ir.StringColumn:
    """Return ``holdout`` or ``treatment`` for each customer id; null on an engine without SHA-256.

    SHA-256 of the UTF-8 text ``seed:customer_id``; held out are those whose first 64 bits, as a whole number,
    are below ``holdout`` x 2^64. So a larger share holds out the same customers and more.

    >>> import ibis
    >>> from rfmeans.engines.dispatch import engine_of
    >>> ids = ibis.memtable({"customer_id": [12346, 12347, 12348]}).customer_id
    >>> group_of(ids, seed=0, holdout=0.3, engine=engine_of(ids)).name("group").to_pyarrow().to_pylist()
    ['holdout', 'treatment', 'holdout']
    """
    import ibis

    digest = engine.sha256(ibis.literal(f"{seed}:") + customer_id.cast("string"))
    if digest is None:
        return ibis.null("string")
    # Hexadecimal texts compare as their numbers do, digit by digit: as far as the shorter one reaches.
    limit = format(int(holdout * 2**64), f"0{HEX_DIGITS}x")
    held: ir.StringColumn = ibis.ifelse(digest < limit, HOLDOUT, TREATMENT)
    return held
