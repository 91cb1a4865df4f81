"""The schema that Spark leaves in a file's metadata, which alone tells some types from others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from oracle.nested import Type, parsed

SPARK_METADATA = "org.apache.spark.sql.parquet.row.metadata"
_JSON_NAMES = {"tinyint": "byte", "smallint": "short", "int": "integer", "bigint": "long"}


def spark_schema(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Metadata with a schema of these fields, each with at least its type as Spark's JSON has it."""
    full = [{"name": name, "nullable": True, "metadata": {}, **field} for name, field in fields.items()]
    return {SPARK_METADATA: json.dumps({"type": "struct", "fields": full})}


def spark_types(types: Mapping[str, str]) -> dict[str, str]:
    """Metadata with a schema of columns of these types."""
    return spark_schema({name: {"type": json_type(parsed(each))} for name, each in types.items()})


def json_type(own: Type) -> Any:
    """A type as Spark's JSON has it."""
    inner = [json_type(part) for _, part in own.parts]
    match own.kind:
        case "array":
            return {"type": "array", "elementType": inner[0], "containsNull": True}
        case "map":
            return {"type": "map", "keyType": inner[0], "valueType": inner[1], "valueContainsNull": True}
        case "struct":
            names = [name for name, _ in own.parts]
            fields = [
                {"name": name, "type": part, "nullable": True, "metadata": {}}
                for name, part in zip(names, inner, strict=True)
            ]
            return {"type": "struct", "fields": fields}
    return _JSON_NAMES.get(own.text, own.text)


def write_table(path: Any, table: pa.Table, metadata: Mapping[str, str], **settings: Any) -> None:
    """Writes one file with this metadata."""
    with pq.ParquetWriter(path, table.schema, **settings) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata(dict(metadata))
