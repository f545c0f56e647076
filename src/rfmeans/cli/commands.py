"""The command line: parse, call the library, print. Results to standard output, all else to standard error."""

from __future__ import annotations

import atexit
import gc
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rfmeans.arguments import Message
from rfmeans.cli.ask import asking
from rfmeans.cli.consoles import escaped, stderr, stdout, watching
from rfmeans.cli.option_groups import grouped
from rfmeans.cli.options import (
    AskingOptions,
    AssigningOptions,
    CustomersOptions,
    DatesOptions,
    DatesReadingOptions,
    EffectOptions,
    EffectReadingOptions,
    EngineOptions,
    ExplainReadingOptions,
    HindsightOptions,
    OutputOptions,
    PrintingOptions,
    ReadingOptions,
    ResultPrintingOptions,
    SegmentingOptions,
    StatementOptions,
    TableOptions,
    how_to_read,
)
from rfmeans.cli.runs import options_called, run
from rfmeans.errors import RFMeansError

if TYPE_CHECKING:
    from rfmeans.between_dates import CustomerMovement
    from rfmeans.campaign import CampaignEffect
    from rfmeans.inspection.verdict import Inspection
    from rfmeans.listener import Listener
    from rfmeans.model.explanation import Explanation
    from rfmeans.result import Segmentation

app = typer.Typer(
    name="rfmeans",
    help="Turn orders into named customer segments (recency, frequency, monetary; K-Means).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Orders = Annotated[
    str,
    typer.Argument(
        help="Delimited text (also .gz, .zip, .zst), Excel, OpenDocument, JSON lines, Parquet or DuckDB file, or a "
        "quoted glob of them; or postgres://user@host/database. Which table of a database: --table."
    ),
]

Force = Annotated[bool, typer.Option("--force", help="Replace a file that rfmeans wrote.")]

Model = Annotated[Path, typer.Argument(help="model.json of an earlier run.")]


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
@grouped
def segment_command(
    orders: Orders,
    segmenting: SegmentingOptions,
    reading: ReadingOptions,
    customers: CustomersOptions,
    engine: EngineOptions,
    back: HindsightOptions,
    output: TableOptions,
    printing: ResultPrintingOptions,
    ask: AskingOptions,
) -> None:
    """Group the customers of ORDERS into named segments and write the output folder."""
    how = how_to_read(reading, customers, engine)

    def work(**watched: Any) -> Segmentation:
        from rfmeans.pipeline import segment

        return segment(orders, **asdict(segmenting), **asdict(back), **output.drawn(), **{**watched, **how})

    asking(lambda: run(work, output, printing, default="segments"), how, ask)


@app.command("assign")
@grouped
def assign_command(
    model: Model,
    orders: Orders,
    reading: ReadingOptions,
    customers: CustomersOptions,
    engine: EngineOptions,
    assigning: AssigningOptions,
    output: TableOptions,
    printing: ResultPrintingOptions,
    ask: AskingOptions,
) -> None:
    """Give the customers of ORDERS the segments of a fitted MODEL."""
    how = how_to_read(reading, customers, engine)
    found: list[tuple[Segmentation, float | None]] = []

    def work(**watched: Any) -> Segmentation:
        from rfmeans.model.segment_model import SegmentModel
        from rfmeans.over_time.drift import check_limit
        from rfmeans.pipeline import assign

        fitted = SegmentModel.load(model)
        limit = check_limit(assigning.max_drift, fitted.reference)
        result = assign(fitted, orders, hindsight=assigning.hindsight, **output.drawn(), **{**watched, **how})
        found.append((result, limit))
        return result

    asking(lambda: run(work, output, printing, default="assigned"), how, ask)
    for result, limit in found:
        if result.summary.drift is not None and limit is not None:
            result.summary.drift.check(limit)


@app.command("movement")
@grouped
def movement_command(
    model: Model,
    orders: Orders,
    dates: DatesOptions,
    reading: DatesReadingOptions,
    engine: EngineOptions,
    output: TableOptions,
    printing: PrintingOptions,
    ask: AskingOptions,
) -> None:
    """Say who of ORDERS moved between the segments of MODEL from one date to another, with lists."""
    output.check_no_cards()
    how = {**reading.given(), **engine.given()}

    def work(**watched: Any) -> CustomerMovement:
        from rfmeans.between_dates import movement
        from rfmeans.model.segment_model import SegmentModel

        return movement(
            SegmentModel.load(model),
            orders,
            since=dates.firsts,
            until=dates.until,
            every=dates.every,
            **output.drawn(),
            **{**watched, **how},
        )

    with options_called({"since": "from"}):
        asking(lambda: run(work, output, printing, default="movement"), how, ask)


@app.command("inspect")
@grouped
def inspect_command(
    orders: Orders,
    reading: ReadingOptions,
    engine: EngineOptions,
    printing: PrintingOptions,
    ask: AskingOptions,
) -> None:
    """Say what is in ORDERS and whether they are ready to be segmented; write nothing."""
    how = {**reading.given(), **engine.given()}

    def work() -> Inspection:
        with watching(printing.quiet) as watch:
            from rfmeans.inspection.inspect import inspect

            return inspect(orders, listener=watch, **how)

    found = asking(work, how, ask)
    if printing.as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    if not printing.quiet:
        from rfmeans.cli.print_inspection import print_inspection

        print_inspection(found, stderr() if printing.as_json else stdout())


@app.command("explain")
@grouped
def explain_command(
    model: Model,
    orders: Orders,
    customer_id: Annotated[str, typer.Option("--customer", help="The id of the customer to explain.")],
    reading: ExplainReadingOptions,
    customers: CustomersOptions,
    engine: EngineOptions,
    ask: AskingOptions,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the explanation as JSON on standard output.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the explanation and errors only.")] = False,
) -> None:
    """Say why a customer of ORDERS is in its segment under MODEL, and what would move it."""
    how = how_to_read(reading, customers, engine)
    called = {"customer": "customer_column"}

    def work() -> Explanation:
        with watching(quiet) as watch:
            from rfmeans.model.segment_model import SegmentModel

            return SegmentModel.load(model).explain(orders, customer_id, listener=watch, **how)

    with options_called(called):
        found = asking(work, how, ask, called)
    if as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        from rfmeans.cli.prose import print_prose

        print_prose(stdout(), escaped("\n".join(found.lines)), hanging=4)


@app.command("effect")
@grouped
def effect_command(
    segments: Annotated[
        str,
        typer.Argument(
            help="The output folder that the lists were sent from, or its customers: a file, or a database."
        ),
    ],
    orders: Orders,
    campaign: EffectOptions,
    reading: EffectReadingOptions,
    engine: EngineOptions,
    printing: PrintingOptions,
    ask: AskingOptions,
    out: Annotated[
        Path | None, typer.Option("--out", help="Page to write, like effect.html. Default: none.")
    ] = None,
    force: Force = False,
) -> None:
    """Say what a campaign did: what the treated customers of SEGMENTS bought against those held out."""
    from rfmeans.output.folder import check_file, check_html, write_whole
    from rfmeans.report.page import MADE

    printing.check()
    if out is not None:
        check_html(check_file(out, MADE, force=force))
    how = {**reading.given(), **engine.given()}

    def work() -> CampaignEffect:
        with watching(printing.quiet) as watch:
            from rfmeans.campaign import effect

            found = effect(segments, orders, listener=watch, **{**asdict(campaign), **how})
            if out is not None:
                write_whole(out, found.report().html, "the page")
            return found

    found = asking(work, how, ask)
    if printing.as_json:
        typer.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    if printing.markdown:
        typer.echo(found.to_markdown(), nl=False)
    if not printing.quiet:
        from rfmeans.cli.print_block import print_sections
        from rfmeans.report.analyses.effect import effect_sections

        taken = printing.as_json or printing.markdown
        console = stderr() if taken else stdout()
        print_sections(effect_sections(found.summary), console)
        if out is not None:
            console.print(f"Written to {escaped(str(out))}", soft_wrap=True)


@app.command("sql")
@grouped
def sql_command(
    model: Model,
    dialect: Annotated[
        str,
        typer.Option(
            "--dialect",
            help="duckdb, postgres, bigquery, snowflake, databricks, spark, trino or clickhouse.",
        ),
    ],
    reading: StatementOptions,
    table: Annotated[
        str,
        typer.Option("--table", help="Table of orders as the dialect writes it, or {{ ref('orders') }}."),
    ] = "orders",
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write. Default: standard output.")
    ] = None,
    force: Force = False,
) -> None:
    """Write the assignment by MODEL, from orders to segments, as one SQL statement."""
    from rfmeans.model.segment_model import SegmentModel
    from rfmeans.model.statement import HEAD
    from rfmeans.output.folder import check_file, write_whole

    if out is not None:
        check_file(out, HEAD, force=force)
    statement = SegmentModel.load(model).to_sql(dialect, orders=table, **reading.given())
    if out is None:
        typer.echo(statement, nl=False)
    else:
        write_whole(out, statement, "the statement")


@app.command("demo")
@grouped
def demo_command(
    output: OutputOptions,
    printing: PrintingOptions,
    customers: Annotated[int, typer.Option("--customers", help="Customers of the synthetic shop.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the shop and of K-Means.")] = 0,
) -> None:
    """Make a synthetic shop of four kinds of customers and segment it."""

    def work(listener: Listener, **watched: Any) -> Segmentation:
        listener.stage("making a synthetic shop")
        from rfmeans.pipeline import segment
        from rfmeans.synthetic import make_orders

        orders = make_orders(customers, seed=seed).drop(columns="kind")
        orders.attrs["name"] = "synthetic shop"
        return segment(orders, seed=seed, listener=listener, **output.drawn(), **watched)

    # Of a made shop there is nothing to understand, and it lies in no database.
    run(work, TableOptions(**asdict(output)), printing, default="demo", telling=False)


@app.command("app")
def app_command(
    host: Annotated[
        str,
        typer.Option(
            "--host", help="Address to listen on. Default: this machine alone; others are warned about."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option("--port", help="Default: the first free one from 8501 on.")
    ] = None,
    uploads_only: Annotated[
        bool, typer.Option("--uploads-only", help="Take uploads alone: no path, no address of a database.")
    ] = False,
    max_upload: Annotated[int, typer.Option("--max-upload", help="Megabytes of a file at most.")] = 1000,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser on it.")] = False,
) -> None:
    """Open the page in the browser: segments without a command line. Needs the extra app of rfmeans."""
    from rfmeans.app.serving import Serving, serve

    serving = Serving(host, port, uploads_only, max_upload)
    serve(
        serving, lambda text: stderr().print(escaped(Message(text)), soft_wrap=True), browser=not no_browser
    )


def main() -> None:
    """Run the command line; an error is one paragraph on standard error and an exit code."""
    # Expressions are very many small objects: looking through them as often as usual takes a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    try:
        app()
    except RFMeansError as error:
        stderr().print(f"[bold red]Error:[/] {escaped(error.message)}", soft_wrap=True)
        sys.exit(error.exit_code)
    finally:  # how it ends is decided, though the interpreter takes a while to do so
        for each in (signal.SIGINT, signal.SIGTERM):
            atexit.register(signal.signal, each, signal.SIG_IGN)


if __name__ == "__main__":
    main()
