"""What every command with a result has in common: do the work, write the folder and the table, print."""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rfmeans.cli.consoles import escaped, stderr, stdout, watching
from rfmeans.errors import RFMeansError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rfmeans.between_dates import CustomerMovement
    from rfmeans.cli.options import PrintingOptions, TableOptions
    from rfmeans.report.playbook import Playbook
    from rfmeans.result import Segmentation
    from rfmeans.saved import Written


def run(
    work: Callable[..., Segmentation | CustomerMovement],
    output: TableOptions,
    printing: PrintingOptions,
    default: str,
    *,
    telling: bool = True,
) -> None:
    """Do the work, write the folder and the table, print: what every command with a result has in common."""
    from rfmeans.beside import beside, lend
    from rfmeans.output.folder import check_format, check_target, room_beside
    from rfmeans.report.charts.painter import ENGINE, load_painter
    from rfmeans.segments.settings import CLUSTERING

    printing.check()
    output.check_table()
    # These take as long to load as all that is loaded here, and so start first.
    with (
        beside(CLUSTERING),
        nullcontext() if output.no_report else beside(ENGINE, load_painter),
    ):
        # What lies in a database stays there, unless a file of it was asked for.
        audiences = output.audiences("plain" if output.write_table is None else "none")
        customers_format = output.format or ("parquet" if output.write_table is None else None)
        check_format(customers_format)
        playbook = output.cards()
        out = check_target(output.out or Path(default), force=output.force)
        with (
            watching(printing.quiet, out, output, telling=telling) as watch,
            room_beside(out) as room,
        ):
            result = work(listener=watch, temporary=room)
            watch.stage("writing")
            lend(CLUSTERING, ENGINE, load_painter)  # the groups are found: two draw in half the time
            written = result.write(
                out,
                audiences,
                None if output.no_report else playbook,
                force=output.force,
                customers_format=customers_format,
                table=output.wanted(),
            )
            watch.done()
            _finish(result, written, playbook, printing)


def _finish(
    result: Segmentation | CustomerMovement, written: Written, playbook: Playbook, printing: PrintingOptions
) -> None:
    try:
        if printing.as_json:
            found = {**result.summary.to_dict(), **written.to_dict()}
            typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        if printing.markdown:
            from rfmeans.report.markdown import markdown_of

            typer.echo(markdown_of(result.sections(playbook), *result.titles), nl=False)
        if not printing.quiet:
            from rfmeans.cli.print_result import print_told

            taken = printing.as_json or printing.markdown
            console = stderr() if taken else stdout()
            print_told(result.sections(), written, console, details=getattr(printing, "details", False))
        elif result.caution:
            from rfmeans.cli.prose import print_prose

            print_prose(stderr(), escaped(result.caution))
    finally:
        result.close()


@contextmanager
def options_called(names: Mapping[str, str]) -> Iterator[None]:
    """Say what the options of some arguments are called in a command where their names mean something else."""
    try:
        yield
    except RFMeansError as error:
        error.message = error.message.renamed(names)
        raise
