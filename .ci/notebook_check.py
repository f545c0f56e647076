"""Run a notebook in a fresh kernel, from top to bottom, and compare its saved outputs with those of that run.

    python .ci/notebook_check.py NOTEBOOK            exit 1 and show a diff if a saved output is stale
    python .ci/notebook_check.py NOTEBOOK --write    save the outputs of the run in NOTEBOOK

It needs nbclient and a kernel named python3. Text is compared exactly: streams, plain text, HTML tables,
Markdown. Of a figure only its presence is compared, because its pixels depend on fonts.
"""

import argparse
import difflib
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

SECONDS_PER_CELL = 120
MEMORY_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+\b")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--write", action="store_true", help="save the outputs of the run in the notebook")
    options = parser.parse_args()

    if not options.notebook.is_file():
        parser.error(f"no file {options.notebook}")

    saved = nbformat.read(options.notebook, as_version=4)
    started = time.perf_counter()
    try:
        fresh = run(saved, folder=options.notebook.parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        print(f"{options.notebook}: does not run from top to bottom.\n{error}")
        return 1
    seconds = time.perf_counter() - started

    if options.write:
        nbformat.write(fresh, options.notebook)
        print(f"{options.notebook}: ran in {seconds:.1f} s, outputs saved.")
        return 0

    differences = list(stale_outputs(saved, fresh))
    if differences:
        print("\n".join(differences))
        print(f"\n{options.notebook}: stale outputs in {len(differences)} cell(s); --write renews them.")
        return 1
    print(f"{options.notebook}: ran in {seconds:.1f} s, saved outputs are those of this run.")
    return 0


def run(saved: NotebookNode, folder: Path) -> NotebookNode:
    """A copy of the notebook with the outputs of a clean run; sources, ids and metadata stay as they are."""
    executed = nbformat.from_dict(saved)
    client = NotebookClient(
        executed,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()

    fresh = nbformat.from_dict(saved)
    for cell, executed_cell in zip(fresh.cells, executed.cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs = join_streams(executed_cell.outputs)
            cell.execution_count = executed_cell.execution_count
    return fresh


def join_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs with neighbouring pieces of one stream joined: a kernel splits a stream at random."""
    joined: list[NotebookNode] = []
    for output in outputs:
        previous = joined[-1] if joined else None
        if previous and output.output_type == "stream" and previous.get("name") == output.name:
            joined[-1] = NotebookNode({**previous, "text": previous.text + output.text})
        else:
            joined.append(output)
    return joined


def stale_outputs(saved: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    """One diff for each code cell whose saved outputs differ from the fresh ones."""
    for number, (old, new) in enumerate(zip(saved.cells, fresh.cells, strict=True), start=1):
        if old.cell_type == "code" and output_lines(old) != output_lines(new):
            cell = f"cell {number} ({old.get('id', 'no id')})"
            names = (f"{cell}, saved", f"{cell}, fresh run")
            diff = difflib.unified_diff(output_lines(old), output_lines(new), *names, n=2, lineterm="")
            yield "\n".join(diff)


def output_lines(cell: NotebookNode) -> list[str]:
    """What a reader sees of a cell's outputs, as lines that can be compared."""
    lines = [f"[{cell.execution_count}]"]
    for output in join_streams(cell.outputs):
        for kind, text in contents(output):
            lines += [f"<{kind}>", *text.split("\n")]
    return lines


def contents(output: NotebookNode) -> Iterator[tuple[str, str]]:
    """The parts of one output, as (kind, text)."""
    if output.output_type == "stream":
        yield output.name, MEMORY_ADDRESS.sub("0x…", output.text)
    elif output.output_type == "error":
        yield "error", f"{output.ename}: {output.evalue}"
    else:
        is_figure = any(kind.startswith("image/") for kind in output.data)
        for kind in sorted(output.data):
            if kind.startswith("image/"):
                yield kind, "a figure"
            elif kind.startswith("text/") and not is_figure:
                yield kind, MEMORY_ADDRESS.sub("0x…", output.data[kind])


if __name__ == "__main__":
    sys.exit(main())
