"""Money as text: which mark is the decimal one, and how to read a value by it.

A value is a number, at most one sign of being negative, and a currency before or after it. What does not fit
from end to end is null: a value that contradicts the convention is never read by another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis

from rfmeans.typed_cells import SEPARATOR

if TYPE_CHECKING:
    import ibis.expr.types as ir

MONEY = "decimal(18, 4)"
BLANK = "[ \\t\\r\\n\u00a0\u2007\u2009\u202f]"
NOT_BLANK = "[^ \\t\\r\\n\u00a0\u2007\u2009\u202f]"
GAPS = " \u00a0\u2007\u2009\u202f"
APOSTROPHES = "'’"
MINUS = "-−–"
# One sign at most: a plus; or a minus, or parentheses.
_OTHER = f"[^{MINUS}+()]*"
NOT_NEGATIVE = f"^{_OTHER}[+]?{_OTHER}$"
NEGATIVE = f"^{_OTHER}(?:[{MINUS}]|[(]{_OTHER}[)]){_OTHER}$"
# Signs in text, longest first where one begins another; what they stand for where that is certain.
SIGNS = {
    "us$": "USD",
    "r$": "BRL",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "mx$": "MXN",
    "nt$": "TWD",
    "$": "$",
    "£": "GBP",
    "€": "EUR",
    "¥": "¥",
    "₹": "INR",
    "₺": "TRY",
    "₽": "RUB",
    "₩": "KRW",
    "₪": "ILS",
    "₴": "UAH",
    "₫": "VND",
    "₦": "NGN",
    "฿": "THB",
    "₱": "PHP",
    "kr": "kr",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "lei": "RON",
    "лв": "BGN",
    "fr": "CHF",
    "sfr": "CHF",
    "rs": "Rs",
    "rp": "IDR",
    "rm": "MYR",
}
DOTTED = ("kr", "fr", "sfr", "rs", "rp", "лв")  # abbreviations, which may end in a point
CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
    "LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR "
    "PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)


# As words in a column of currencies, in lower case.
NAMED = {
    **dict.fromkeys(("euro", "euros"), "EUR"),
    **dict.fromkeys(
        (
            "dollar",
            "dollars",
            "us dollar",
            "us dollars",
            "u.s. dollar",
            "dólar",
            "dólares",
            "dollaro",
            "us-dollar",
        ),
        "USD",
    ),
    **dict.fromkeys(
        ("pound", "pounds", "pound sterling", "british pound", "pfund", "livre sterling", "libra"), "GBP"
    ),
    **dict.fromkeys(
        ("swiss franc", "swiss francs", "schweizer franken", "franken", "franc suisse", "franco svizzero"),
        "CHF",
    ),
    **dict.fromkeys(("yen", "japanese yen"), "JPY"),
    **dict.fromkeys(("canadian dollar", "canadian dollars"), "CAD"),
    **dict.fromkeys(("australian dollar", "australian dollars"), "AUD"),
    **dict.fromkeys(("real", "reais"), "BRL"),
    **dict.fromkeys(("zloty", "złoty"), "PLN"),
}


# Where one sign is several currencies', its best known one is meant all the same once the code is given.
SIGN_OF = {**{code: sign for sign, code in SIGNS.items() if not sign[0].isalpha()}, "USD": "$", "JPY": "¥"}


def sign_of(currency: str | None) -> str:
    """Return the sign that money in a currency is shown with; blank where that is none.

    >>> sign_of("GBP"), sign_of("USD"), sign_of("CHF"), sign_of("kr"), sign_of("card"), sign_of(None)
    ('£', '$', 'CHF', 'kr', '', '')
    """
    known = currency in SIGNS.values() or currency in CODES.split()
    return SIGN_OF.get(currency, currency) if currency and known else ""


def _currency_pattern() -> str:
    signs = sorted(SIGNS, key=len, reverse=True)
    spelled = [_spelled(sign) + ("\\.?" if sign in DOTTED else "") for sign in signs]
    return "(?:" + "|".join([*CODES.split(), *spelled]) + ")"


def _spelled(sign: str) -> str:
    """Return the pattern of a sign; a blank may stand before its last character, as in ``AU $5``."""
    return sign.replace("$", " ?\\$") if len(sign) > 1 else sign.replace("$", "\\$")


CURRENCY = _currency_pattern()
SYMBOL = "[" + "".join(sign for sign in SIGNS if len(sign) == 1) + "]"


@dataclass(frozen=True)
class MoneyConvention:
    """How a text column writes its numbers.

    Attributes
    ----------
    decimal
        The decimal mark, ``.`` or ``,``; None: whole numbers, in which neither occurs.
    currency
        Whether values may name a currency; where they may not, one that does is unreadable.
    powers
        Whether digits may go on behind an e (1e5) or a low line (1_000): no money, but a cast would take it.
    typed
        Whether all values are numbers of a type, though they are kept as text: no mark then means anything.
    mixed
        Whether some are: see `rfmeans.typed_cells`.

    >>> import ibis
    >>> text = ibis.memtable({"x": ["£1,234.50", "(5)", "1.234,50"]}).x
    >>> MoneyConvention(".").parse(text).name("m").to_pyarrow().to_pylist()
    [Decimal('1234.5000'), Decimal('-5.0000'), None]
    """

    decimal: str | None
    currency: bool = True
    powers: bool = field(default=True, compare=False)
    typed: bool = False
    mixed: bool = False

    def parse(self, text: ir.StringColumn, kind: str = MONEY) -> ir.DecimalColumn:
        """Return the column as decimals of a kind, null where it does not fit; further places are rounded."""
        if self.typed:
            return text.try_cast(kind)
        if self.mixed:
            number = text.replace(SEPARATOR, ".").try_cast(kind)
            return ibis.ifelse(text.contains(SEPARATOR), number, self._of_text(text, kind))
        return self._of_text(text, kind)

    def _of_text(self, text: ir.StringColumn, kind: str) -> ir.DecimalColumn:
        slow = self._slow(text).try_cast(kind)
        plain = text.replace(",", ".") if self.decimal == "," else text
        quick = plain.try_cast(kind)
        # What a cast does not take may still be a number, such as 1,234.50. DuckDB's coalesce would cost more.
        return ibis.ifelse(ibis.or_(quick.isnull(), *self._odd(text)), slow, quick)

    def _odd(self, text: ir.StringColumn) -> list[ir.BooleanColumn]:
        """Return the signs of text that a cast would take for another number than it is."""
        odd = [] if self.decimal == "." else [text.contains(".")]
        if self.powers:  # to compare cases costs half of what a pattern does
            odd += [text.upper() != text.lower(), text.contains("_")]
        return odd

    def currency_of(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the currency that each value names, as `currencies` does."""
        return ibis.ifelse(self._is_plain(text), ibis.null("string"), currencies(text))

    def _is_plain(self, text: ir.StringColumn) -> ir.BooleanColumn:
        """Whether a value is a number and no more, which is quick to tell and to read."""
        point, comma = "^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)$", "^[+-]?([0-9]+,?[0-9]*|,[0-9]+)$"
        return text.re_search({".": point, ",": comma, None: "^[+-]?[0-9]+$"}[self.decimal])

    def describe(self) -> str:
        """Return a few words for it."""
        return {".": "decimal point", ",": "decimal comma", None: "whole numbers"}[self.decimal]

    def _slow(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the plain decimal number that the text stands for, as text; null where there is none."""
        kept = {".": "0-9.", ",": "0-9,", None: "0-9"}[self.decimal]
        number = text.re_replace(
            f"\\p{{L}}+\\.?|[^{kept}\\p{{L}}]+", ""
        )  # an abbreviation goes with its point
        number = number.replace(",", ".") if self.decimal == "," else number
        fits = text.re_search(self._pattern())
        return ibis.cases(
            (fits & text.re_search(NOT_NEGATIVE), number),
            (fits & text.re_search(NEGATIVE), "-" + number),
            else_=ibis.null("string"),
        )

    def _pattern(self) -> str:
        """Return what a value looks like from end to end, but for how many signs it has."""
        gap, front, back = f"{BLANK}*", f"[{MINUS}+(]?", f"[{MINUS})]"
        number, fraction = self._number()
        if not self.currency:
            start, end = f"{number}|{fraction}" if fraction else number, f"{gap}{back}?"
            return f"(?i)^{gap}{front}{gap}(?:{start})(?:{end}){gap}$"
        # After letters a number begins with a digit: the point in "Rs.5" ends the abbreviation.
        starts = [f"(?:{CURRENCY}{gap})?{front}{gap}{number}"]
        if fraction:
            starts.append(f"(?:{SYMBOL}{gap})?{front}{gap}{fraction}")
        start, end = "|".join(starts), f"(?:{gap}{CURRENCY})?{gap}{back}?|{gap}{back}{gap}{CURRENCY}"
        return f"(?i)^{gap}{front}{gap}(?:{start})(?:{end}){gap}$"

    def _number(self) -> tuple[str, str]:
        """Return what a number looks like that begins with a digit, and one that begins with the decimal mark."""
        thousands = [f"[{APOSTROPHES}]", f"[{GAPS}]"]
        if self.decimal:
            thousands.append("," if self.decimal == "." else "\\.")
        grouped = [f"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in thousands]
        if self.decimal == ".":
            grouped.append("[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")  # as in India: 1,00,000
        whole = "(?:" + "|".join([*grouped, "[0-9]+"]) + ")"
        if not self.decimal:
            return whole, ""
        fraction = f"[{self.decimal}][0-9]+"
        return f"{whole}(?:{fraction})?", fraction


def currencies(text: ir.StringColumn) -> ir.StringColumn:
    """Return the currency that a money text names; null where it names none.

    A code is given in capitals. A sign becomes the code of its currency where there is only one (£ is GBP, € is
    EUR); ``$``, ``¥``, ``kr`` and ``Rs`` stay as they are.

    >>> import ibis
    >>> text = ibis.memtable({"x": ["£5", "5 usd", "$5", "$5 CAD", "5"]}).x
    >>> currencies(text).name("c").to_pyarrow().to_pylist()
    ['GBP', 'USD', '$', 'CAD', None]
    """
    code = text.upper().re_extract(f"(?:^|[^A-Z])({'|'.join(CODES.split())})(?:[^A-Z]|$)", 1)
    spelled = "|".join(sign.replace("$", "\\$") for sign in sorted(SIGNS, key=len, reverse=True))
    sign = text.lower().replace(" $", "$").re_extract(f"({spelled})", 1)
    known = sign.substitute(SIGNS)
    return ibis.cases((code != "", code), (sign != "", known), else_=ibis.null("string"))
