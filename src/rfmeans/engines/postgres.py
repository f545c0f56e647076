"""PostgreSQL: connecting to a server, numbers that only it has, tables filled anew or replaced in one transaction."""

from __future__ import annotations

import re
import weakref
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import ibis

from rfmeans.arguments import argument
from rfmeans.engines.database import MARK, Check, Found, Home, Served, Target, is_doubtful, pick_table
from rfmeans.engines.engine import Engine, sql_function
from rfmeans.errors import OutputError, SourceError

if TYPE_CHECKING:
    import ibis.expr.types as ir

ADDRESSES = ("postgres", "postgresql")
SECONDS = 15  # to wait for a server, unless the address says otherwise
MONEY_OID = 790
MONEY_AS = "decimal(21, 4)"  # wider than what Ibis takes it for: a cast to that would be left out
NO_LIMIT = 2**63 - 1  # rows
SHOWN = 5  # changed columns in a message
TABLES = (
    "SELECT nspname, relname, obj_description(c.oid, 'pg_class') FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f') "
    "AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1, 2"
)
ENUMS = "SELECT oid FROM pg_type WHERE typtype = 'e' AND oid = ANY(%s)"
PRIVILEGES = (
    "SELECT has_schema_privilege(n.oid, 'USAGE'), has_schema_privilege(n.oid, 'CREATE'), "
    "has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'DELETE'), "
    "has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'), "
    "pg_has_role(relowner, 'USAGE') OR pg_has_role(nspowner, 'USAGE') FROM pg_namespace n "
    "LEFT JOIN pg_class c ON relnamespace = n.oid AND relname = %s WHERE nspname = %s"
)
OWN = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass"
RELATIONS = (
    "SELECT CASE WHEN relkind IN ('r', 'p') THEN 'table' WHEN relkind = 'v' THEN 'view' "
    "WHEN relkind = 'm' THEN 'materialized view' WHEN relkind = 'c' THEN 'type' "
    "ELSE 'relation of another kind' END, obj_description(c.oid, 'pg_class') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = %s AND relname = %s "
    # A table is a type too, and an array's type gives way to it.
    "UNION ALL SELECT 'type', NULL FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace "
    "WHERE typrelid = 0 AND typcategory <> 'A' AND nspname = %s AND typname = %s"
)
KINDS = (
    "SELECT CASE WHEN relkind = 'r' AND NOT EXISTS (SELECT FROM pg_inherits "
    "WHERE c.oid IN (inhrelid, inhparent)) THEN 'table' ELSE 'other' END FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = %s "
    "AND (nspname = %s OR n.oid = pg_my_temp_schema())"
)
_composed = sql_function("normalize", (str,), str)
_bytes = sql_function("octet_length", (str,), "int64")
_text = sql_function("text", (None,), str)  # the cast to text, written as a function
_utf8 = sql_function("convert_to", (str, str), "binary")
_sha256 = sql_function("sha256", ("binary",), "binary")
_encoded = sql_function("encode", ("binary", str), str)


class Postgres(Engine):
    """PostgreSQL."""

    backend = name = grammar = compiler = "postgres"
    title = "PostgreSQL"
    escapes = ("E", r"\x{:02x}", "''")
    materialized = "MATERIALIZED "
    client_errors = (("psycopg", "Error"),)
    composes = odd_numbers = writes_tables = True

    def serves(self, source: str, _asked: str) -> bool:
        """Whether a text is the address of a PostgreSQL database.

        >>> Postgres().serves("postgres://ann@localhost/shop", ""), Postgres().serves("s3a://shop/*.parquet", "")
        (True, False)
        """
        scheme, slashes, _ = source.partition("://")
        return bool(slashes) and scheme.casefold() in ADDRESSES

    def open(self, source: str, wanted: str | None) -> Served:
        """Open a table, which is read in place.

        Raises
        ------
        SourceError
            If nothing answers there, or there is no such table.
        """
        with ExitStack() as failing:
            connection = failing.enter_context(closing(_connect(source)))
            con = ibis.postgres.from_connection(connection)
            weakref.finalize(con, connection.close)
            info = con.con.info
            host = "" if info.host.startswith("/") else f"{info.host}:{info.port}"
            label = f"postgres://{host}/{info.dbname}"
            _, (schema, name) = pick_table(_rows(con, TABLES), label, wanted, con.current_database)
            table = con.table(name, database=schema)
            failing.pop_all()
        home = Home(con, label, origins=((schema, name),))
        return Served(table, f"{name} in {label}", home, con.disconnect)

    def with_plain_types(self, table: ir.Table) -> ir.Table:
        """Return the table with its enums as text, and `money` as numbers: Ibis says they are."""
        con = table.get_backend()
        doubtful = [name for name, kind in table.schema().items() if kind.is_string() or kind.is_decimal()]
        if not doubtful:
            return table
        con._run_pre_execute_hooks(table)
        with con.con.transaction(), con.con.cursor() as cursor:
            cursor.execute(con.compile(table.select(*doubtful).limit(0)))
            kinds = {column.name: column.type_code for column in cursor.description}
            enums = {oid for (oid,) in _rows(con, ENUMS, [*kinds.values()])}
        plain = {name: _text(table[name]) for name, oid in kinds.items() if oid in enums}
        plain |= {name: table[name].cast(MONEY_AS) for name, oid in kinds.items() if oid == MONEY_OID}
        return table.mutate(**plain) if plain else table

    def key_hash(self, key: ir.Column) -> ir.IntegerColumn:
        """Return the engine's own hash."""
        found: ir.IntegerColumn = key.cast("string").hash()
        return found

    def sha256(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return it, of the text in UTF-8 whatever the database's own encoding is."""
        digest: ir.StringColumn = _encoded(_sha256(_utf8(text, "UTF8")), "hex")
        return digest

    def composed(self, text: ir.StringColumn) -> ir.StringColumn:
        """Return the text in its composed form, which PostgreSQL finds in databases of UTF-8 alone.

        In the others no character has two bytes.
        """
        return ibis.ifelse(_bytes(text) != text.length(), _composed(text), text)

    def comparable(self, column: ir.Column) -> ir.Column:
        """Return a document or a shape as its text."""
        return column.cast("string") if is_doubtful(column.type()) else column

    def computed_once(self, table: ir.Table) -> ir.Table:
        """Return the table with a limit: PostgreSQL does not merge a query that has one.

        It would write a column's expression into each place that uses it, these again into those where they are used,
        and so on: hundreds of logarithms for one customer. In a statement `materialized` says the same.
        """
        return table if self.written else table.limit(NO_LIMIT)

    def unheld(self) -> tuple[type[Exception], ...]:
        """Return what is raised: infinity, days before Christ or after 9999, numbers of more than 38 digits."""
        import psycopg
        import pyarrow as pa

        return psycopg.DataError, pa.ArrowException

    def fold(self, name: str) -> str:
        """Return a name as it is compared: as it is written."""
        return name

    def schemas(self, home: Home) -> list[str]:
        """Return the schemas' names. Ibis would list only those that the user owns."""
        return [name for (name,) in _rows(home.con, "SELECT nspname FROM pg_namespace")]

    def check_target(self, home: Home, target: Target, found: Found | None) -> None:
        """Check that the user may write the table.

        Raises
        ------
        OutputError
            If a privilege is missing, or a table that rfmeans did not write is another user's.
        """
        ((sees, creates, fills, locks, owns),) = _rows(home.con, PRIVILEGES, target.name, target.schema)
        shown = f"{target.schema}.{target.name}"
        if found is None:
            needed = creates, f"create a table in the schema {target.schema} (GRANT CREATE ON SCHEMA)"
        elif found.marked:
            needed = fills, f"fill the table {shown} anew (GRANT INSERT, DELETE ON)"
        elif owns:  # the owners of a table and of its schema may drop it
            needed = locks, f"lock the table {shown} (GRANT DELETE ON)"
        else:
            needed = False, f"replace the table {shown}, which is another's (ALTER TABLE OWNER TO)"
        for granted, lacking in (needed, (sees, f"use the schema {target.schema} (GRANT USAGE ON SCHEMA)")):
            if not granted:
                raise OutputError(
                    f"You may not {lacking} in {home.label}. Have that granted, or give another {argument('name')}."
                )

    def find(self, home: Home, target: Target) -> Found | None:
        """Return what has the target's name."""
        rows = _rows(home.con, RELATIONS, *(target.schema, target.name) * 2)
        return Found(*rows[0]) if rows else None

    def kinds(self, home: Home, schema: str, name: str) -> list[str]:
        """Return the kinds of what has a name, also of what is temporary and so hides the other."""
        return [kind for (kind,) in _rows(home.con, KINDS, name, schema)]

    def write(self, home: Home, target: Target, customers: ir.Table, check: Check) -> None:
        """Fill the table anew where its columns are the same, so that grants, indexes and views stay; else replace it.

        One that another user owns and that has no comment is replaced, as only its owner may comment it.

        Raises
        ------
        OutputError
            If `check` says so of what is there by now, or views hang on a table that would get other columns.
        """
        con, query = home.con, home.con.compile(customers)
        with con.con.transaction(), con.con.cursor() as cursor:
            found = self.find(home, target)
            if found is not None and found.kind == "table":
                # Holds back other writers, never readers.
                cursor.execute(f"LOCK TABLE {target} IN SHARE ROW EXCLUSIVE MODE")
                found = self.find(home, target)
            check(found)
            now = _columns(customers.schema())
            before = _columns(con.get_schema(target.name, database=target.schema)) if found else None
            if found and before == now and (found.marked or _rows(con, OWN, str(target)) == [(True,)]):
                cursor.execute(f"DELETE FROM {target}")  # noqa: S608 - the name is quoted
                cursor.execute(f"INSERT INTO {target} {query}")
                marked = found.marked
            else:
                if before is not None:
                    _drop(home, target, (before, now))
                cursor.execute(f"CREATE TABLE {target} AS {query}")
                marked = False
            if not marked:
                cursor.execute(f"COMMENT ON TABLE {target} IS '{MARK}'")


def _rows(con: Any, query: str, *values: object) -> list[Any]:
    """Return what a query gives as tuples, whatever the connection makes of rows."""
    from psycopg.rows import tuple_row

    with con.con.cursor(row_factory=tuple_row) as cursor:
        cursor.execute(query, values)
        found: list[Any] = cursor.fetchall()
    return found


# Connecting


def _connect(address: str) -> Any:
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise SourceError("PostgreSQL needs psycopg. Install it: pip install 'rfmeans[postgres]'") from None
    try:
        found = conninfo_to_dict(address)
        # A password with a / in it is taken for a port and a database, one with an @ for a host.
        placed = [str(found.get(part) or "") for part in ("host", "dbname")]
        if not re.fullmatch("[0-9,]*", str(found.get("port") or "")) or any(
            "@" in part and part in address for part in placed
        ):
            raise ValueError("no port, no host")
    except (psycopg.Error, ValueError):  # its words may quote a password
        raise SourceError(
            "This is no PostgreSQL address. Give one like postgres://user@host:5432/database; a sign such as / or @ in "
            "a password is written as % and its code, or left to PGPASSWORD or ~/.pgpass."
        ) from None
    found.setdefault("connect_timeout", str(SECONDS))
    found.setdefault("application_name", "rfmeans")
    try:
        return psycopg.connect(autocommit=True, **found)
    except psycopg.Error as error:
        said = str(error).strip().splitlines()[0].removeprefix("connection failed: ")
        place = ":".join(filter(None, (str(found.get("host") or "this machine"), found.get("port"))))
        raise SourceError(
            f"Cannot connect to PostgreSQL on {place}: {without(said, found.get('password'))}. Check the address, and "
            "that the server runs and lets you in."
        ) from None


def without(text: str, secret: object) -> str:
    """Return a text without a secret.

    >>> without("no user ann with hunter2", "hunter2"), without("no user ann", None)
    ('no user ann with ***', 'no user ann')
    """
    return text.replace(str(secret), "***") if secret else text


# A table that is written


def _columns(schema: ibis.Schema) -> ibis.Schema:
    """Return names and types alone: NOT NULL, as of a primary key, makes no other column."""
    return ibis.schema({name: kind(nullable=True) for name, kind in schema.items()})


def _drop(home: Home, target: Target, columns: tuple[ibis.Schema, ibis.Schema]) -> None:
    from psycopg.errors import DependentObjectsStillExist

    try:
        home.con.con.execute(f"DROP TABLE {target}")
    except DependentObjectsStillExist as error:
        raise OutputError(
            f"The table {target.schema}.{target.name} would get other columns ({_changes(*columns)}). Views hang on "
            f"it, so it cannot be replaced. Drop them, or give another {argument('name')}."
        ) from error


def _changes(before: ibis.Schema, now: ibis.Schema) -> str:
    """Return in what the columns of two tables differ.

    >>> import ibis
    >>> _changes(ibis.schema({"id": "int64", "a": "date"}), ibis.schema({"id": "string", "b": "date"}))
    'id: int64, now string; a: no longer; b: new'
    """
    types = {name: (before.get(name), now.get(name)) for name in {**before, **now}}
    told = [
        f"{name}: {'new' if old is None else 'no longer' if new is None else f'{old}, now {new}'}"
        for name, (old, new) in types.items()
        if old != new
    ]
    more = f"; and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    return f"{'; '.join(told[:SHOWN])}{more}"
