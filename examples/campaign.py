"""From lists to a verdict: a made shop sends a campaign to its segments, and its holdout tells what that did.

    python examples/campaign.py [FOLDER]

Here the truth is known: of the treated customers who would not have bought, one in eleven does. In a shop of your own
there is only the answer of the last step.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import rfmeans
from rfmeans.synthetic import make_orders

SENT, LAST = "2024-10-01", "2024-10-30"  # the day of the lists, and the last day of the campaign's time
WON = 1 / 11


def main(folder: Path) -> rfmeans.CampaignEffect:
    """Segment, send, ask; the output folder and the page of the answer are written into a folder."""
    shop = make_orders(6000, seed=1).drop(columns="kind")

    # 1. On the day, segment the customers and write the lists; a fifth of each is held out. Keep the folder.
    before = shop[shop.ordered_at < SENT]
    with rfmeans.segment(before, as_of=SENT, holdout=0.2) as result:
        result.save(folder / "segments", force=True)

    # 2. Send the campaign to the treatment groups alone. (Here: make up what it does.)
    customers = pd.read_parquet(folder / "segments" / "customers.parquet")
    treated = customers[customers.group == "treatment"].customer_id
    later = pd.concat([shop, bought_because_of_it(shop, treated)])

    # 3. When its time is over, ask what it did: the folder as it was then, and the orders of today.
    found = rfmeans.effect(
        folder / "segments", later, start=SENT, end=LAST, cost_per_customer=0.4, margin=0.35
    )
    found.report().save(folder / "effect.html")
    return found


def bought_because_of_it(shop: pd.DataFrame, treated: pd.Series) -> pd.DataFrame:
    """Return an order of two weeks later for some of the treated customers who do not buy in that time."""
    in_time = shop[(shop.ordered_at >= SENT) & (shop.ordered_at < pd.Timestamp(LAST) + pd.Timedelta(days=1))]
    others = treated[~treated.isin(in_time.customer_id)]
    drawn = np.random.default_rng(0).random(len(others)) < WON
    won = shop.sample(int(drawn.sum()), random_state=0)  # what they buy is what somebody once bought
    return won.assign(
        customer_id=others[drawn].to_numpy(),
        order_id=shop.order_id.max() + 1 + np.arange(len(won)),
        ordered_at=pd.Timestamp(SENT) + pd.Timedelta(days=14),
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        answer = main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            answer = main(Path(made))
    print(answer.to_markdown())
