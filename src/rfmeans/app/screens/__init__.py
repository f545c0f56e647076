"""The screens of the page, by what they are called, in the order of a user's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rfmeans.app.screens import campaign, customers, orders, over_time, segments, take_along

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.app.room import Room
    from rfmeans.app.serving import Serving

SCREENS: dict[str, Callable[[Room, Serving], None]] = {
    "Open": orders.draw,
    "Segments": segments.draw,
    "Customers": customers.draw,
    "Over time": over_time.draw,
    "Campaign": campaign.draw,
    "Take along": take_along.draw,
}
