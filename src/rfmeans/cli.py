"""The command line: parse, call the library, print. Results to standard output, all else to standard error."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rfmeans.errors import RFMeansError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from rfmeans.result import Segmentation
    from rfmeans.settings import Columns, CustomerColumns

app = typer.Typer(
    name="rfmeans",
    help="Turn orders into named customer segments (recency, frequency, monetary; K-Means).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

INTERRUPTED = 130  # what shells expect after Ctrl-C

Orders = Annotated[str, typer.Argument(help="CSV (also .gz) or Parquet file, or a quoted glob of them.")]
Out = Annotated[Path, typer.Option("--out", help="Output folder.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an output folder that rfmeans wrote.")]
Format = Annotated[str, typer.Option("--format", help="Of the customers' file: parquet or csv.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Date recency is counted to. Default: the day after the last order."),
]
Since = Annotated[str | None, typer.Option("--since", help="First day of the window, like 2026-01-31.")]
Zone = Annotated[str | None, typer.Option("--timezone", help="Zone of aware timestamps' days. Default: UTC.")]
Where = Annotated[str | None, typer.Option("--where", help="SQL condition; other lines are set aside.")]
CustomerName = Annotated[str | None, typer.Option("--customer", help="Column of the customer's id.")]
DateName = Annotated[str | None, typer.Option("--date", help="Column of the order's date.")]
AmountName = Annotated[str | None, typer.Option("--amount", help="Column of the line's money.")]
OrderName = Annotated[str | None, typer.Option("--order", help="Column of the order's id.")]
QuantityName = Annotated[str | None, typer.Option("--quantity", help="Column of the quantity, with --price.")]
PriceName = Annotated[str | None, typer.Option("--price", help="Column of the unit price, with --quantity.")]
CustomersTable = Annotated[
    bool, typer.Option("--customers-table", help="The input has one row per customer, not order lines.")
]
RecencyName = Annotated[
    str | None, typer.Option("--recency", help="Column of the recency (customers table).")
]
FrequencyName = Annotated[str | None, typer.Option("--frequency", help="Column of the frequency (likewise).")]
MonetaryName = Annotated[str | None, typer.Option("--monetary", help="Column of the monetary (likewise).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print errors only.")]
Segments = Annotated[str, typer.Option("--segments", help="Number of segments, 2 to 12.")]
Transform = Annotated[
    str, typer.Option("--transform", help="auto (log1p where skewed), log, or none (plain standardising).")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of K-Means.")]
Starts = Annotated[int, typer.Option("--n-init", help="k-means++ starts; the best is kept.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from rfmeans import __version__

        typer.echo(f"rfmeans {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Turn orders into named customer segments (recency, frequency, monetary; K-Means)."""


@app.command("segment")
def segment_command(
    orders: Orders,
    out: Out = Path("segments"),
    segments: Segments = "4",
    transform: Transform = "auto",
    seed: Seed = 0,
    n_init: Starts = 50,
    as_of: AsOf = None,
    since: Since = None,
    timezone: Zone = None,
    where: Where = None,
    customer: CustomerName = None,
    date: DateName = None,
    amount: AmountName = None,
    order: OrderName = None,
    quantity: QuantityName = None,
    price: PriceName = None,
    customers_table: CustomersTable = False,
    recency: RecencyName = None,
    frequency: FrequencyName = None,
    monetary: MonetaryName = None,
    format: Format = "parquet",  # noqa: A002 - the option's name
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Group the customers of ORDERS into named segments and write the output folder."""
    columns = _columns(
        customers_table,
        {
            "customer": customer,
            "date": date,
            "amount": amount,
            "order": order,
            "quantity": quantity,
            "price": price,
        },
        {"customer": customer, "recency": recency, "frequency": frequency, "monetary": monetary},
    )
    from rfmeans.outputs import check_target

    check_target(out, force=force)
    with _progress(quiet) as tell:
        from rfmeans.pipeline import segment

        result = segment(
            orders,
            segments=segments,
            columns=columns,
            transform=transform,
            seed=seed,
            n_init=n_init,
            as_of=as_of,
            since=since,
            timezone=timezone,
            where=where,
            on_stage=tell,
        )
        tell("writing")
        target = result.save(out, force=force, format=format)
    _finish(result, target, as_json=as_json, quiet=quiet)


@app.command("assign")
def assign_command(
    model: Annotated[Path, typer.Argument(help="model.json of an earlier run.")],
    orders: Orders,
    out: Out = Path("assigned"),
    as_of: AsOf = None,
    since: Since = None,
    timezone: Zone = None,
    where: Where = None,
    customer: CustomerName = None,
    date: DateName = None,
    amount: AmountName = None,
    order: OrderName = None,
    quantity: QuantityName = None,
    price: PriceName = None,
    customers_table: CustomersTable = False,
    recency: RecencyName = None,
    frequency: FrequencyName = None,
    monetary: MonetaryName = None,
    format: Format = "parquet",  # noqa: A002 - the option's name
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Give the customers of ORDERS the segments of a fitted MODEL."""
    columns = _columns(
        customers_table,
        {
            "customer": customer,
            "date": date,
            "amount": amount,
            "order": order,
            "quantity": quantity,
            "price": price,
        },
        {"customer": customer, "recency": recency, "frequency": frequency, "monetary": monetary},
    )
    from rfmeans.outputs import check_target

    check_target(out, force=force)
    with _progress(quiet) as tell:
        from rfmeans.model import SegmentModel
        from rfmeans.pipeline import assign

        result = assign(
            SegmentModel.load(model),
            orders,
            columns=columns,
            as_of=as_of,
            since=since,
            timezone=timezone,
            where=where,
            on_stage=tell,
        )
        tell("writing")
        target = result.save(out, force=force, format=format)
    _finish(result, target, as_json=as_json, quiet=quiet)


@app.command("demo")
def demo_command(
    customers: Annotated[int, typer.Option("--customers", help="Customers of the synthetic shop.")] = 10_000,
    seed: Seed = 0,
    out: Out = Path("demo"),
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a synthetic shop of four kinds of customers and segment it."""
    from rfmeans.outputs import check_target

    check_target(out, force=force)
    with _progress(quiet) as tell:
        tell("making a synthetic shop")
        from rfmeans.pipeline import segment
        from rfmeans.synthetic import make_orders

        orders = make_orders(customers, seed=seed).drop(columns="kind")
        orders.attrs["name"] = "synthetic shop"
        result = segment(orders, seed=seed, on_stage=tell)
        tell("writing")
        target = result.save(out, force=force)
    _finish(result, target, as_json=as_json, quiet=quiet)


def main() -> None:
    """Run the command line; an error is one paragraph on standard error and an exit code."""
    try:
        app()
    except RFMeansError as error:
        _console().print(f"[bold red]Error:[/] {_escaped(str(error))}", soft_wrap=True)
        sys.exit(error.exit_code)


def _columns(
    customers_table: bool, orders: dict[str, str | None], customers: dict[str, str | None]
) -> Columns | CustomerColumns:
    from rfmeans.settings import Columns, CustomerColumns

    used, other = (customers, orders) if customers_table else (orders, customers)
    stray = [f"--{role}" for role, name in other.items() if name is not None and role not in used]
    if stray:
        need = "only without" if customers_table else "only with"
        raise SettingsError(f"{', '.join(stray)} can be given {need} --customers-table.")
    return CustomerColumns(**used) if customers_table else Columns(**used)


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show the stage and the elapsed time on standard error, where that is a terminal."""
    console = _console()
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    shown = console.is_terminal and not quiet
    try:
        with Progress(*columns, console=console, transient=True, disable=not shown) as bar:
            task = bar.add_task("starting", total=None)
            yield lambda stage: bar.update(task, description=stage)
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was written.")
        raise typer.Exit(INTERRUPTED) from None


def _finish(result: Segmentation, target: Path, *, as_json: bool, quiet: bool) -> None:
    try:
        if as_json:
            typer.echo(
                json.dumps({**result.summary.to_dict(), "out": str(target)}, indent=2, ensure_ascii=False)
            )
        if not quiet:
            from rfmeans.terminal import print_summary

            print_summary(result.summary, target, _console() if as_json else _stdout())
    finally:
        result.close()


def _stdout() -> Any:
    from rich.console import Console

    # Piped output has no width of its own; a manager's table needs this much.
    return Console(highlight=False, width=None if sys.stdout.isatty() else 110)


if __name__ == "__main__":
    main()
