"""Options of the command line, in groups that commands share: each option is declared once."""

from __future__ import annotations

from dataclasses import MISSING, dataclass
from pathlib import Path  # noqa: TC003 - the command line reads these hints as it starts
from typing import TYPE_CHECKING, Any

from rfmeans.arguments import argument
from rfmeans.cli.option_groups import OptionGroup, option
from rfmeans.errors import SettingsError

if TYPE_CHECKING:
    from rfmeans.output.audiences import AudienceSettings
    from rfmeans.reading.source import Source
    from rfmeans.report.playbook import Playbook
    from rfmeans.saved import WantedTable
    from rfmeans.settings import CustomerColumns

ORDER_ROLES = (
    *("date", "amount", "order", "quantity", "price", "status", "refund", "currency_column"),
    *("keep_status", "amount_per", "currency", "drop_duplicates", "accept_loss"),
    "layouts",
)
CUSTOMER_ROLES = ("recency", "frequency", "monetary")


@dataclass(frozen=True)
class OrdersOptions(OptionGroup):
    """How orders are read, wherever they are: of `rfmeans.settings.Reading`, and the roles of columns."""

    PANEL = "How the source is read"

    as_of: str | None = option("Date recency is counted to. Default: the day after the last order.")
    since: str | None = option("First day that counts, like 2026-01-31; earlier lines are set aside.")
    window: str | None = option("Days of frequency and monetary, like 365d; recency is over all history.")
    timezone: str | None = option("Zone of aware timestamps' days. Default: UTC.")
    where: str | None = option("SQL condition; other lines are set aside.")
    customer: str | None = option("Column of the customer's id.")
    date: str | None = option("Column of the order's date.")
    amount: str | None = option("Column of the line's money.")
    order: str | None = option("Column of the order's id.")
    quantity: str | None = option("Column of the quantity, with --price.")
    price: str | None = option("Column of the unit price, with --quantity.")
    status: str | None = option("Column of the order's status.")
    keep_status: list[str] | None = option("Statuses that count, like paid,refunded; or all.")
    refund: str | None = option("Column of the money refunded, to be subtracted.")
    layouts: str | None = option("TOML file with layouts of exports of your own.")
    amount_per: str | None = option("line, or order: the amount is the order's total, counted once.")
    currency: str | None = option("Keep this one, like GBP; set others aside.")
    currency_column: str | None = option("Column of the currency.")


@dataclass(frozen=True)
class ReadingOptions(OrdersOptions):
    """The same of a source that is a file or a frame: all fields of `rfmeans.settings.Reading`."""

    currency_symbol: str | None = option("Sign that money is shown with, like £ or EUR.")
    drop_duplicates: bool = option("Set repeated lines aside, but for the first of each.", False)
    accept_loss: bool = option("Go on although over half of the lines are set aside.", False)

    date_format: str | None = option("How dates are written: dmy, mdy, ymd, '%d/%m/%Y' ... Default: found.")
    decimal: str | None = option("Decimal mark of numbers, . or , Default: found.")

    encoding: str | None = option("Of a text file, like shift-jis. Default: found.")
    delimiter: str | None = option("Of a text file: , ; | tab or blanks. Default: found.")
    header: bool = option("Without: the columns are column1, column2 and so on.", True)
    sheet: str | None = option("Sheet of a workbook, or '*' for all. Default: the first with data.")
    table: str | None = option("Table of a database. Default: its only one.")


@dataclass(frozen=True)
class EngineOptions(OptionGroup):
    """Where the work is done, and what the embedded engine may use: the fields of `rfmeans.settings.Limits`."""

    PANEL = "The engine"

    engine: str = option("duckdb, the embedded one, or spark, for Parquet files.", "duckdb")
    memory_limit: str | None = option("Of the embedded engine, like 4GB; beyond it, it spills to disk.")
    threads: int | None = option("Of the embedded engine. Default: one per core.")
    temporary: Path | None = option("Folder to unpack and spill to. Default: one beside --out.")


@dataclass(frozen=True)
class ExplainReadingOptions(ReadingOptions):
    """The same where --customer is the customer to explain."""

    customer: str | None = option("Column of the customer's id.", name="customer-column")


@dataclass(frozen=True)
class AskingOptions:
    """Whether the terminal asks."""

    PANEL = "How the source is read"

    ask: bool = option("Where something is not clear, ask here instead of stopping with an error.", False)


@dataclass(frozen=True)
class EffectReadingOptions(ReadingOptions):
    """The same where the campaign's time says which days count; what would say otherwise is refused."""

    as_of: str | None = option("", hidden=True)
    since: str | None = option("", hidden=True)
    window: str | None = option("", hidden=True)


@dataclass(frozen=True)
class EffectOptions:
    """What `rfmeans.effect` is told of the campaign."""

    PANEL = "The campaign"

    start: str = option("First day of the campaign's time, like 2026-01-31.", MISSING, name="from")
    end: str = option("Last day of it.", MISSING, name="to")
    cost_per_customer: str | None = option("For each treated customer, in the orders' money.")
    margin: str | None = option("Share of the money that is margin, like 0.3, for the net gain.")
    only: list[str] | None = option("Segment whose list was sent; may be given several times. Default: all.")
    verdict_on: str = option("What verdicts rest on: buyers or money. Decide before you look.", "buyers")
    holdout: float | None = option("Share that was to be held out, 0 to 1. Default: as the folder tells.")
    segments_table: str | None = option("Table where SEGMENTS is a database.")


@dataclass(frozen=True)
class StatementOptions(OrdersOptions):
    """How a statement reads the table of orders."""

    PANEL = "How the table of orders is read"

    types: list[str] | None = option(
        "Type of a column, like customer_id=int64; may be given several times.", name="type"
    )

    def given(self) -> dict[str, Any]:
        """Return the options that were given, as `rfmeans.SegmentModel.to_sql` takes them."""
        found = super().given()
        if self.types:
            found["types"] = dict(_named_type(text) for text in self.types)
        return found


@dataclass(frozen=True)
class DatesReadingOptions(EffectReadingOptions):
    """The same where the dates are those of a movement; the window is the model's."""

    def given(self) -> dict[str, Any]:
        """Return the options that were given; ``since`` is the first of the dates, so that it is refused here."""
        if self.since is not None:
            raise SettingsError("The dates are given with --from and --to. Leave --since out.")
        return super().given()


@dataclass(frozen=True)
class DatesOptions:
    """The dates of a movement."""

    PANEL = "The dates"

    firsts: list[str] = option(
        "First date, like 2026-01-31: what was known before that day. Given several times: a series.",
        MISSING,
        name="from",
    )
    until: str | None = option("Second date. Default: the day after the last order.", name="to")
    every: str | None = option("A series from the first date on: week, month, quarter or year.")


def _named_type(text: str) -> tuple[str, str]:
    name, sign, kind = text.rpartition("=")
    if not (name and sign and kind):
        raise SettingsError(f"--type needs NAME=TYPE, like customer_id=int64. Got {text!r}.")
    return name, kind


@dataclass(frozen=True)
class CustomersOptions:
    """Columns of a table that has one row per customer already."""

    PANEL = "A table of customers"

    customers_table: bool = option("The input has one row per customer, not order lines.", False)
    recency: str | None = option("Column of the recency (customers table).")
    frequency: str | None = option("Column of the frequency (likewise).")
    monetary: str | None = option("Column of the monetary (likewise).")

    def columns(self, customer: str | None) -> CustomerColumns:
        """Return the columns by role."""
        from rfmeans.settings import CustomerColumns

        return CustomerColumns(customer, self.recency, self.frequency, self.monetary)


@dataclass(frozen=True)
class SegmentingOptions:
    """How customers are segmented: the fields of `rfmeans.segments.settings.Settings`."""

    PANEL = "How customers are segmented"

    segments: str = option("Number of segments, 2 to 12, or auto.", "4")
    transform: str = option("auto (log1p where skewed), log, or none (plain standardising).", "auto")
    seed: int = option("Seed of K-Means.", 0)
    n_init: int = option("k-means++ starts; the best is kept.", 50)
    method: str = option("kmeans, or scores: the segments are the names of the R, F, M scores.", "kmeans")
    score_bins: int = option("Number of scores, 2 to 10.", 5)
    lexicon: str | None = option("TOML file with your own names and cut points.")
    like: Path | None = option("model.json of an earlier run whose ids and colours the segments keep.")


@dataclass(frozen=True)
class HindsightOptions:
    """Whether a run looks back as well."""

    PANEL = "What is written"

    hindsight: bool = option("Without: do not look back at what earlier segments did since.", True)


@dataclass(frozen=True)
class AssigningOptions(HindsightOptions):
    """The same, and what a run of a model may find before it counts as failed."""

    max_drift: str | None = option(
        "Exit with code 1 if customers are further from those of the fit than this stability index, such as 0.25; the "
        "outputs are written all the same."
    )


@dataclass(frozen=True)
class OutputOptions:
    """What is written."""

    PANEL = "What is written"

    out: Path | None = option("Output folder. Default: segments, assigned or demo.")
    format: str | None = option("Of the customers' file: parquet (the default) or csv.")
    audience_format: str | None = option(
        "Of the audience lists: plain (the default), klaviyo, mailchimp, google-ads, meta-ads, or none "
        "for no lists."
    )
    consenting: bool = option(
        "Leave out of the audience lists who does not consent to marketing, as far as the orders tell.", False
    )
    holdout: float | None = option(
        "Share of customers to hold out of campaigns, to measure them; 0: none. Default: 0.1, or the model's."
    )
    no_report: bool = option("Leave out report.html and charts/.", False)
    playbook: Path | None = option("TOML file with a card per segment. Default: the built-in one.")
    force: bool = option("Replace an output folder that rfmeans wrote.", False)

    def audiences(self, usual: str = "plain") -> AudienceSettings:
        """Return how to write the audience lists, which are of the ``usual`` format unless another was given."""
        from rfmeans.output.audiences import AudienceSettings

        return AudienceSettings(self.audience_format or usual, self.consenting)

    def drawn(self) -> dict[str, Any]:
        """Return the share to hold out as `rfmeans.segment` takes it, if one was given."""
        return {} if self.holdout is None else {"holdout": self.holdout}

    def check_no_cards(self) -> None:
        """Refuse a playbook where nothing would be taken from it."""
        if self.playbook is not None:
            raise SettingsError(
                f"A playbook has cards for segments, none for moves between them. Leave {argument('playbook')} out."
            )

    def cards(self) -> Playbook:
        """Return the playbook that was asked for."""
        from rfmeans.report.playbook import load_playbook

        return load_playbook(self.playbook)


@dataclass(frozen=True)
class TableOptions(OutputOptions):
    """The same, and a table that is written back into the database."""

    write_table: str | None = option(
        "Table to write the customers into, in the database of ORDERS; --out then gets no customers' file "
        "and no lists, unless --format or --audience-format ask for them."
    )
    replace_table: bool = option("Replace that table although rfmeans did not write it.", False)

    def check_table(self) -> None:
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
        from rfmeans.saved import WantedTable

        return WantedTable(self.write_table, self.replace_table) if self.write_table is not None else None


@dataclass(frozen=True)
class PrintingOptions:
    """What is printed."""

    PANEL = "What is printed"

    as_json: bool = option("Print the summary as JSON on standard output.", False, name="json")
    markdown: bool = option("Print the summary as Markdown on standard output.", False)
    quiet: bool = option("Print errors only.", False)

    def check(self) -> None:
        """Refuse two results on one standard output."""
        if self.as_json and self.markdown:
            raise SettingsError("Give either --json or --markdown, not both: each takes standard output.")


@dataclass(frozen=True)
class ResultPrintingOptions(PrintingOptions):
    """What is printed of segments."""

    PANEL = "What is printed"

    details: bool = option(
        "Print also what each name rests on, the scores, and how sure all of it is.", False
    )


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
