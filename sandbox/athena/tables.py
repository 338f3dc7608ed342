"""External tables as CREATE TABLE defines them, over the objects of a trail's bucket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlglot import exp

from sandbox.athena.errors import QueryFailed

SERDES = ("org.apache.hive.hcatalog.data.JsonSerDe", "com.amazon.emr.hive.serde.CloudTrailSerde")
INPUT_FORMAT = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
_LOCATION = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.*)")
_PLACE = re.compile(r"\\\$\\\{(\w+)\\\}")


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition column with projection: *kind* is injected, enum or date."""

    name: str
    kind: str
    values: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        return r"\d{4}/\d{2}/\d{2}" if self.kind == "date" else "[^/]+"

    def holds(self, value: str, now: datetime) -> bool:
        match self.kind:
            case "enum":
                return value in self.values
            case "date":
                first, last = (f"{now:%Y/%m/%d}" if each == "NOW" else each for each in self.values)
                return first <= value <= last
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Table:
    database: str
    name: str
    columns: Mapping[str, exp.DataType]
    partitions: tuple[Partition, ...]
    bucket: str
    prefix: str
    keys: re.Pattern[str]
    """Matches the keys of the objects in it, its groups being the partitions' values."""

    @property
    def all_columns(self) -> dict[str, exp.DataType]:
        text = exp.DataType.build("text")
        return {**self.columns, **{partition.name: text for partition in self.partitions}}

    def partition_of(self, key: str) -> dict[str, str] | None:
        """The partition an object is in, None where the table does not see it."""
        found = self.keys.match(key)
        values = found.groupdict() if found else {}
        now = datetime.now(UTC)
        inside = all(each.holds(values.get(each.name, ""), now) for each in self.partitions)
        return values if found and inside else None


def define(create: exp.Create, database: str) -> Table:
    """The table that a CREATE EXTERNAL TABLE stands for; QueryFailed where Athena could not read it."""
    schema = create.this
    if not isinstance(schema, exp.Schema) or not create.find(exp.ExternalProperty):
        raise QueryFailed("FAILED: only CREATE EXTERNAL TABLE with columns is known here")
    named = schema.this
    if not isinstance(named, exp.Table) or not all(_is_column(each) for each in schema.expressions):
        raise QueryFailed("FAILED: ParseException: a column needs a name and a type")
    given = {str(each.this.this): str(each.args["value"].this) for each in create.find_all(exp.Property)
             if isinstance(each.this, exp.Literal) and each.args.get("value")}  # fmt: skip
    serde = create.find(exp.RowFormatSerdeProperty)
    if serde is None or serde.this.this not in SERDES:
        raise QueryFailed("FAILED: SemanticException Cannot validate serde")
    formats = create.find(exp.InputOutputFormat)
    if formats is None or formats.args["input_format"].this != INPUT_FORMAT:
        raise QueryFailed("FAILED: ClassNotFoundException: the input format is not CloudTrail's")
    place = create.find(exp.LocationProperty)
    location = _LOCATION.fullmatch(place.this.this if place else "")
    if location is None or not location[2].endswith("/"):
        raise QueryFailed("FAILED: the location must be a folder in S3 and end with a slash")
    by = create.find(exp.PartitionedByProperty)
    names = [_name(each) for each in by.this.expressions] if by else []
    return Table(
        database=named.db or database,
        name=named.name,
        columns={_name(each): each.args["kind"] for each in schema.expressions},
        partitions=tuple(_partition(name, given) for name in names),
        bucket=location[1],
        prefix=location[2],
        keys=_keys(given, names, location[1], {name: _partition(name, given) for name in names}),
    )


def rows(table: Table, document: bytes, partition: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The records of one object as the SerDe reads them."""
    for record in json.loads(document)["Records"]:
        lower = {key.lower(): value for key, value in record.items()}
        yield {name: _read(lower.get(name), kind) for name, kind in table.columns.items()} | dict(partition)


def _read(value: Any, kind: exp.DataType) -> Any:
    if value is None:
        return None
    if kind.is_type(exp.DType.STRUCT):
        if not isinstance(value, dict):
            return None
        lower = {key.lower(): inner for key, inner in value.items()}
        return {_name(each): _read(lower.get(_name(each)), each.args["kind"]) for each in kind.expressions}
    if kind.is_type(exp.DType.ARRAY):
        return [_read(each, kind.expressions[0]) for each in value] if isinstance(value, list) else None
    # A column of text takes whatever stands there, as it is written.
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _is_column(each: exp.Expr) -> bool:
    return isinstance(each, exp.ColumnDef) and isinstance(each.args.get("kind"), exp.DataType)


def _name(column: exp.Expr) -> str:
    return str(column.name).lower()


def _partition(name: str, given: Mapping[str, str]) -> Partition:
    kind = given.get(f"projection.{name}.type", "")
    match kind:
        case "injected":
            return Partition(name, kind)
        case "enum" if values := given.get(f"projection.{name}.values"):
            return Partition(name, kind, tuple(values.split(",")))
        case "date" if given.get(f"projection.{name}.format") == "yyyy/MM/dd":
            first, _, last = given.get(f"projection.{name}.range", "").partition(",")
            if re.fullmatch(r"\d{4}/\d{2}/\d{2}", first) and re.fullmatch(r"NOW|\d{4}/\d{2}/\d{2}", last):
                return Partition(name, kind, (first, last))
    raise QueryFailed(f"INVALID_TABLE_PROPERTY: the projection of {name} is not defined")


def _keys(
    given: Mapping[str, str], names: list[str], bucket: str, partitions: Mapping[str, Partition]
) -> re.Pattern[str]:
    if not names:
        return re.compile("")
    if given.get("projection.enabled") != "true":
        raise QueryFailed("FAILED: without projection no partition is known")
    template = given.get("storage.location.template", "")
    placed = sorted(re.findall(r"\$\{(\w+)\}", template))
    if not template.startswith(f"s3://{bucket}/") or placed != sorted(set(names)):
        raise QueryFailed("INVALID_TABLE_PROPERTY: storage.location.template must name every partition once")
    path = re.escape(template.removeprefix(f"s3://{bucket}/").rstrip("/"))
    pattern = _PLACE.sub(lambda place: f"(?P<{place[1]}>{partitions[place[1]].pattern})", path) + "/"
    try:
        return re.compile(pattern)
    except re.error:
        raise QueryFailed("INVALID_TABLE_PROPERTY: a partition's name is not valid") from None
