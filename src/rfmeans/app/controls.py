"""What the page calls the control of an argument: on the control itself, and in messages that name the argument."""

from __future__ import annotations

from rfmeans.arguments import option_name, retold

LABELS = {
    "as_of": "Count recency to (the as-of date)",
    "since": "First day that counts",
    "window": "Days of frequency and monetary",
    "table": "Table",
    "where": "SQL condition",
    "keep_status": "Statuses that count",
    "drop_duplicates": "Set repeated lines aside",
    "currency_symbol": "Sign of money",
    "segments": "Number of segments",
    "transform": "Transform",
    "lexicon": "A lexicon of your own",
    "holdout": "Held out (%)",
    "audience_format": "Lists as this tool takes them",
    "start": "First day of the campaign's time",
    "end": "Last day of it",
    "until": "To",
}
# How orders are read has more to it than most need: each of these is one of the settings under "Another setting".
COLUMNS = ("customer", "date", "amount", "order", "quantity", "price", "status", "refund", "currency_column")
MORE = (
    *("date_format", "decimal", "timezone", "currency", "amount_per", "accept_loss"),
    *("sheet", "encoding", "delimiter", "header"),
)
SWITCHES = {"yes": True, "no": False}


def label(name: str) -> str:
    """Return what the control of an argument is called.

    >>> label("since"), label("date_format"), label("customer")
    ('First day that counts', 'Date format', 'Column of customer')
    """
    if name in COLUMNS:
        return f"Column of {name.removesuffix('_column')}"
    return LABELS.get(name, name.replace("_", " ").capitalize())


def with_controls(text: str) -> str:
    """Return a text as the page says it; what the page has no control for goes by its option.

    >>> from rfmeans.arguments import Message, argument
    >>> with_controls(Message(f"Give {argument('since', '2026-01-31')}, or {argument('header', False)}."))
    'Give “First day that counts” 2026-01-31, or “Header” no.'
    """
    return retold(text, _called)


def _called(name: str) -> str:
    plain = name.removeprefix("no-")
    if plain in LABELS or plain in COLUMNS or plain in MORE:
        return f"“{label(plain)}”{' no' if plain != name else ''}"
    return option_name(name)
