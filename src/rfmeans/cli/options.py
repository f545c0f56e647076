"""Options of the command line, in groups that commands share: each option is declared once."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, wraps
from pathlib import Path  # noqa: TC003 - the command line reads these hints as it starts
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rfmeans.output.audiences import AudienceSettings
    from rfmeans.reading.source import Source
    from rfmeans.report.playbook import Playbook
    from rfmeans.result import WantedTable
    from rfmeans.settings import CustomerColumns

ORDER_ROLES = (
    *("date", "amount", "order", "quantity", "price", "status", "refund", "currency_column"),
    *("keep_status", "amount_per", "currency", "drop_duplicates", "accept_loss"),
    "layouts",
)
CUSTOMER_ROLES = ("recency", "frequency", "monetary")


@dataclass(frozen=True)
class OrdersOptions:
    """How orders are read, wherever they are: of `rfmeans.settings.Reading`, and the roles of columns."""

    PANEL = "How the source is read"

    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Date recency is counted to. Default: the day after the last order."),
    ] = None
    since: Annotated[
        str | None, typer.Option("--since", help="First day of the window, like 2026-01-31.")
    ] = None
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="Zone of aware timestamps' days. Default: UTC.")
    ] = None
    where: Annotated[
        str | None, typer.Option("--where", help="SQL condition; other lines are set aside.")
    ] = None
    customer: Annotated[str | None, typer.Option("--customer", help="Column of the customer's id.")] = None
    date: Annotated[str | None, typer.Option("--date", help="Column of the order's date.")] = None
    amount: Annotated[str | None, typer.Option("--amount", help="Column of the line's money.")] = None
    order: Annotated[str | None, typer.Option("--order", help="Column of the order's id.")] = None
    quantity: Annotated[
        str | None, typer.Option("--quantity", help="Column of the quantity, with --price.")
    ] = None
    price: Annotated[
        str | None, typer.Option("--price", help="Column of the unit price, with --quantity.")
    ] = None
    status: Annotated[str | None, typer.Option("--status", help="Column of the order's status.")] = None
    keep_status: Annotated[
        list[str] | None,
        typer.Option("--keep-status", help="Statuses that count, like paid,refunded; or all."),
    ] = None
    refund: Annotated[
        str | None, typer.Option("--refund", help="Column of the money refunded, to be subtracted.")
    ] = None
    layouts: Annotated[
        str | None, typer.Option("--layouts", help="TOML file with layouts of exports of your own.")
    ] = None
    amount_per: Annotated[
        str | None,
        typer.Option("--amount-per", help="line, or order: the amount is the order's total, counted once."),
    ] = None
    currency: Annotated[
        str | None, typer.Option("--currency", help="Keep this one, like GBP; set others aside.")
    ] = None
    currency_column: Annotated[
        str | None, typer.Option("--currency-column", help="Column of the currency.")
    ] = None

    def given(self) -> dict[str, Any]:
        """Return the options that were given, as `rfmeans.segment` takes them."""
        return _given(self)


@dataclass(frozen=True)
class ReadingOptions(OrdersOptions):
    """The same of a source that is a file or a frame: all fields of `rfmeans.settings.Reading`."""

    currency_symbol: Annotated[
        str | None, typer.Option("--currency-symbol", help="Sign that money is shown with, like £ or EUR.")
    ] = None
    drop_duplicates: Annotated[
        bool, typer.Option("--drop-duplicates", help="Set repeated lines aside, but for the first of each.")
    ] = False
    accept_loss: Annotated[
        bool, typer.Option("--accept-loss", help="Go on although over half of the lines are set aside.")
    ] = False

    date_format: Annotated[
        str | None,
        typer.Option(
            "--date-format", help="How dates are written: dmy, mdy, ymd, '%d/%m/%Y' ... Default: found."
        ),
    ] = None
    decimal: Annotated[
        str | None, typer.Option("--decimal", help="Decimal mark of numbers, . or , Default: found.")
    ] = None

    encoding: Annotated[
        str | None, typer.Option("--encoding", help="Of a text file, like shift-jis. Default: found.")
    ] = None
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Of a text file: , ; | tab or blanks. Default: found.")
    ] = None
    header: Annotated[
        bool,
        typer.Option("--header/--no-header", help="Without: the columns are column1, column2 and so on."),
    ] = True
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", help="Sheet of a workbook, or '*' for all. Default: the first with data."),
    ] = None
    table: Annotated[
        str | None, typer.Option("--table", help="Table of a database. Default: its only one.")
    ] = None


def _given(group: OrdersOptions | EngineOptions) -> dict[str, Any]:
    options = [(option, getattr(group, option.name)) for option in fields(group)]
    return {option.name: value for option, value in options if value not in (option.default, [])}


@dataclass(frozen=True)
class EngineOptions:
    """Where the work is done, and what the embedded engine may use: the fields of `rfmeans.settings.Limits`."""

    PANEL = "The engine"

    engine: Annotated[
        str, typer.Option("--engine", help="duckdb, the embedded one, or spark, for Parquet files.")
    ] = "duckdb"
    memory_limit: Annotated[
        str | None,
        typer.Option(
            "--memory-limit", help="Of the embedded engine, like 4GB; beyond it, it spills to disk."
        ),
    ] = None
    threads: Annotated[
        int | None, typer.Option("--threads", help="Of the embedded engine. Default: one per core.")
    ] = None
    temporary: Annotated[
        Path | None,
        typer.Option("--temporary", help="Folder to unpack and spill to. Default: one beside --out."),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return the options that were given, as `rfmeans.segment` takes them."""
        return _given(self)


@dataclass(frozen=True)
class ExplainReadingOptions(ReadingOptions):
    """The same where --customer is the customer to explain."""

    customer: Annotated[
        str | None, typer.Option("--customer-column", help="Column of the customer's id.")
    ] = None


@dataclass(frozen=True)
class StatementOptions(OrdersOptions):
    """How a statement reads the table of orders."""

    PANEL = "How the table of orders is read"

    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="Type of a column, like customer_id=int64; may be given several times."),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return the options that were given, as `rfmeans.SegmentModel.to_sql` takes them."""
        found = super().given()
        if self.types:
            found["types"] = dict(_named_type(text) for text in self.types)
        return found


def _named_type(text: str) -> tuple[str, str]:
    name, sign, kind = text.rpartition("=")
    if not (name and sign and kind):
        raise SettingsError(f"--type needs NAME=TYPE, like customer_id=int64. Got {text!r}.")
    return name, kind


@dataclass(frozen=True)
class CustomersOptions:
    """Columns of a table that has one row per customer already."""

    PANEL = "A table of customers"

    customers_table: Annotated[
        bool, typer.Option("--customers-table", help="The input has one row per customer, not order lines.")
    ] = False
    recency: Annotated[
        str | None, typer.Option("--recency", help="Column of the recency (customers table).")
    ] = None
    frequency: Annotated[
        str | None, typer.Option("--frequency", help="Column of the frequency (likewise).")
    ] = None
    monetary: Annotated[str | None, typer.Option("--monetary", help="Column of the monetary (likewise).")] = (
        None
    )

    def columns(self, customer: str | None) -> CustomerColumns:
        """Return the columns by role."""
        from rfmeans.settings import CustomerColumns

        return CustomerColumns(customer, self.recency, self.frequency, self.monetary)


@dataclass(frozen=True)
class SegmentingOptions:
    """How customers are segmented: the fields of `rfmeans.segments.settings.Settings`."""

    PANEL = "How customers are segmented"

    segments: Annotated[str, typer.Option("--segments", help="Number of segments, 2 to 12, or auto.")] = "4"
    transform: Annotated[
        str,
        typer.Option("--transform", help="auto (log1p where skewed), log, or none (plain standardising)."),
    ] = "auto"
    seed: Annotated[int, typer.Option("--seed", help="Seed of K-Means.")] = 0
    n_init: Annotated[int, typer.Option("--n-init", help="k-means++ starts; the best is kept.")] = 50
    method: Annotated[
        str,
        typer.Option("--method", help="kmeans, or scores: the segments are the names of the R, F, M scores."),
    ] = "kmeans"
    score_bins: Annotated[int, typer.Option("--score-bins", help="Number of scores, 2 to 10.")] = 5
    lexicon: Annotated[
        str | None, typer.Option("--lexicon", help="TOML file with your own names and cut points.")
    ] = None


@dataclass(frozen=True)
class OutputOptions:
    """What is written."""

    PANEL = "What is written"

    out: Annotated[
        Path | None, typer.Option("--out", help="Output folder. Default: segments, assigned or demo.")
    ] = None
    format: Annotated[
        str | None, typer.Option("--format", help="Of the customers' file: parquet (the default) or csv.")
    ] = None
    audience_format: Annotated[
        str | None,
        typer.Option(
            "--audience-format",
            help="Of the audience lists: plain (the default), klaviyo, mailchimp, google-ads, meta-ads, or none "
            "for no lists.",
        ),
    ] = None
    holdout: Annotated[
        float,
        typer.Option(
            "--holdout", help="Share of customers to hold out of campaigns, to measure them; 0: none."
        ),
    ] = 0.1
    no_report: Annotated[bool, typer.Option("--no-report", help="Leave out report.html and charts/.")] = False
    playbook: Annotated[
        Path | None,
        typer.Option("--playbook", help="TOML file with a card per segment. Default: the built-in one."),
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Replace an output folder that rfmeans wrote.")] = (
        False
    )

    def audiences(self, usual: str = "plain") -> AudienceSettings:
        """Return how to write the audience lists, which are of the ``usual`` format unless another was given."""
        from rfmeans.output.audiences import AudienceSettings

        return AudienceSettings(self.audience_format or usual, self.holdout)

    def cards(self) -> Playbook:
        """Return the playbook that was asked for."""
        from rfmeans.report.playbook import load_playbook

        return load_playbook(self.playbook)


@dataclass(frozen=True)
class TableOptions:
    """A table that is written back into the database."""

    PANEL = "What is written"

    write_table: Annotated[
        str | None,
        typer.Option(
            "--write-table",
            help="Table to write the customers into, in the database of ORDERS; --out then gets no customers' file "
            "and no lists, unless --format or --audience-format ask for them.",
        ),
    ] = None
    replace_table: Annotated[
        bool, typer.Option("--replace-table", help="Replace that table although rfmeans did not write it.")
    ] = False

    def check(self) -> None:
        """Refuse a permission without a table."""
        if self.replace_table and self.write_table is None:
            raise SettingsError("--replace-table is for --write-table, which was not given. Leave it out.")

    def see(self, source: Source) -> None:
        """Check the table that is asked for as soon as the source is open."""
        if self.write_table is not None:
            from rfmeans.engines.write_table import check_table

            check_table(source.home, source.name, self.write_table, force=self.replace_table)

    def wanted(self) -> WantedTable | None:
        """Return the table to write; None where none is asked for."""
        from rfmeans.result import WantedTable

        return WantedTable(self.write_table, self.replace_table) if self.write_table is not None else None


@dataclass(frozen=True)
class PrintingOptions:
    """What is printed."""

    PANEL = "What is printed"

    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON on standard output.")] = (
        False
    )
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the summary as Markdown on standard output.")
    ] = False
    quiet: Annotated[bool, typer.Option("--quiet", help="Print errors only.")] = False

    def check(self) -> None:
        """Refuse two results on one standard output."""
        if self.as_json and self.markdown:
            raise SettingsError("Give either --json or --markdown, not both: each takes standard output.")


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options: each parameter that is a group becomes the group's own options."""
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        parameters += (
            _options(groups[name]) if name in groups else [parameter.replace(annotation=hints[name])]
        )

    @wraps(command)
    def run(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{option.name: given.pop(option.name) for option in fields(group)})
        command(**given)

    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    )
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


@cache
def _options(group: Any) -> list[inspect.Parameter]:
    """Return the options of a group, worked out once for all the commands that share it."""
    hints = get_type_hints(group, include_extras=True)
    for option in fields(group):
        hints[option.name].__metadata__[0].rich_help_panel = group.PANEL
    return [
        inspect.Parameter(
            option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=hints[option.name]
        )
        for option in fields(group)
    ]


def how_to_read(
    reading: ReadingOptions, customers: CustomersOptions, engine: EngineOptions
) -> dict[str, Any]:
    """Return what `rfmeans.segment` is told of the source, from all three groups.

    Raises
    ------
    SettingsError
        If options of order lines and of a table of customers are mixed.
    """
    given = {**reading.given(), **engine.given()}
    if customers.customers_table:
        _refuse([role for role in ORDER_ROLES if role in given], "only without")
        customer = given.pop("customer", None)
        return {"columns": customers.columns(customer), **given}
    _refuse([role for role in CUSTOMER_ROLES if getattr(customers, role) is not None], "only with")
    return given


def _refuse(strays: list[str], need: str) -> None:
    if strays:
        options = ", ".join(f"--{role}" for role in strays)
        raise SettingsError(f"{options} can be given {need} --customers-table.")
