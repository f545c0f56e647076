"""Known exports in a few rows each, written by hand, and how they are taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intakes import read
from rfmeans.engines.kept_tables import Workspace
from rfmeans.settings import make_reading

if TYPE_CHECKING:
    from decimal import Decimal

    from rfmeans.orders.intake import Intake


GERMAN = """\
Bestellnummer;Bestelldatum;Kundennummer;Gesamtbetrag;Währung;Bestellstatus
1;13.01.2024;K1;1.234,50 €;EUR;bezahlt
2;14.01.2024;K2;10,00 €;EUR;storniert
3;15.01.2024;K2;20,00 €;EUR;versendet
"""

WOOCOMMERCE = """\
Order Number,Order Status,Order Date,Customer User ID,Email (Billing),Order Total Amount,Order Refund Amount,Currency,No
1,Completed,2024-01-02 10:00,7,Ann@x.org,30.00,5.00,EUR,Cup
1,Completed,2024-01-02 10:00,7,Ann@x.org,30.00,5.00,EUR,Pot
2,Completed,2024-01-03 10:00,0,bob@x.org,20.00,0.00,EUR,Cup
3,Cancelled,2024-01-04 10:00,7,Ann@x.org,99.00,0.00,EUR,Cup
4,Processing,2024-01-05 10:00,0,BOB@x.org,15.00,0.00,EUR,Cup
"""


SQUARE = """\
Date,Time,Item,Qty,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Event Type,Customer ID,Customer Name
01/13/24,10:00:00,Cup,1.0,$10.00,$0.00,$10.00,$0.80,T1,Payment,C1,Ann
01/13/24,10:00:00,Pot,1.0,$20.00,-$2.00,$18.00,$0.80,T1,Payment,C1,Ann
01/14/24,10:00:00,Cup,-1.0,-$10.00,$0.00,-$10.00,-$0.80,T2,Refund,C1,Ann
01/15/24,10:00:00,Cup,1.0,$10.00,$0.00,$10.00,$0.80,T3,Payment,,Bob
"""


ETSY = """\
Sale Date,Order ID,Buyer User ID,Full Name,Currency,Order Value,Shipping,Order Total,Status
01/13/24,100,ann77,Ann A,USD,20.00,5.00,25.00,
01/15/24,101,bob88,Bob B,USD,10.00,5.00,15.00,
"""


ETSY_ITEMS = """\
Sale Date,Item Name,Buyer,Quantity,Price,Currency,Item Total,Order ID
01/13/24,Cup,ann77,2,10.00,USD,20.00,100
01/13/24,Pot,ann77,1,7.50,USD,7.50,100
01/15/24,Cup,bob88,1,10.00,USD,10.00,101
"""


SQUARESPACE = """\
Order ID,Email,Financial Status,Currency,Amount Refunded,Total,Created at,Lineitem quantity,Lineitem price,Billing Name
1,Ann@x.org,PAID,USD,5.00,25.00,2024-01-13 10:00:00 -0500,1,10,Ann A
1,,,,,,,1,10,
2,bob@x.org,PAID,USD,0.00,25.00,2024-01-15 10:00:00 -0500,1,25,Bob
"""


STRIPE_UNIFIED = """\
id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Customer Email
py_1,2024-01-13 10:00:00,"1,025.00",25.00,usd,Paid,cus_1,a@x.org
py_2,2024-01-14 10:00:00,25.00,25.00,usd,Refunded,,B@x.org
py_3,2024-01-15 10:00:00,25.00,0.00,usd,Failed,cus_1,a@x.org
"""


RETAIL_II = """\
Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
1,S,Cup,2,2010-01-13 10:00:00,10.05,7,UK
C2,S,Cup,-1,2010-01-14 10:00:00,10.05,7,UK
3,S,Pot,1,2010-01-15 10:00:00,3,8,UK
"""


def take_in(tmp_path, text: str, **options) -> tuple[Intake, dict[str, tuple[int, Decimal]]]:
    """Return what was read, and purchases and money by customer."""
    path = tmp_path / "export.csv"
    path.write_text(text, encoding="utf-8")
    with Workspace() as scratch:
        intake = read(str(path), make_reading(**options), scratch)
        rows = intake.customers.to_pyarrow().to_pylist()
    return intake, {row["customer_id"]: (row["frequency"], row["monetary"]) for row in rows}


PLAIN = """\
who,when,number,worth,back
a,2024-01-13,1,30,5
a,2024-01-13,1,30,5
b,2024-01-14,2,20,
"""


ROLES = {"customer": "who", "date": "when", "order": "number", "amount": "worth"}
