package org.sparkparity.sides

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.node.ObjectNode
import org.apache.spark.sql.catalyst.util.{CharVarcharUtils, ResolveDefaultColumns}
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.types.UTF8String
import org.sparkparity.Json

/** The columns that a catalog declares, partition columns apart, as steps read them: Spark's JSON of the schema, with
  * what Spark knows besides in members of its own. `default` is the value of rows that were written before the column
  * was added; `char` is the length to which Spark pads a column when it reads.
  */
private[sparkparity] object TableColumns {
  def json(columns: StructType, conf: SQLConf): JsonNode = {
    val schema = Json.read(columns.json)
    val defaults = ResolveDefaultColumns.existenceDefaultValues(columns)
    columns.fields.zipWithIndex.foreach { case (field, number) =>
      val node = schema.path("fields").get(number).asInstanceOf[ObjectNode]
      val char = padding(field).filter(_ => conf.readSideCharPadding && !conf.charVarcharAsString)
      char.foreach(length => node.put("char", length))
      Option(defaults(number)).foreach(value => node.put("default", text(field, value, char)))
    }
    schema
  }

  /** Columns that cannot be read as Spark reads them, with the reason. */
  def unsupported(columns: StructType, conf: SQLConf): Option[String] = {
    val inside = columns.fields.find(field => padding(field).isEmpty && holdsChar(rawType(field)))
    val ids = columns.fields.find(field => conf.parquetFieldIdReadEnabled && field.metadata.contains(FieldId))
    val defaults = ResolveDefaultColumns.existenceDefaultValues(columns)
    val default = columns.fields.indices.find(i => defaults(i) != null && !isSimple(columns(i).dataType))
    inside
      .map(field => s"its column ${field.name} has char fields, which Spark pads when it reads them")
      .orElse(
        ids.map(field => s"its column ${field.name} is matched by field id (spark.sql.parquet.fieldId.read.enabled)")
      )
      .orElse(default.map { i =>
        s"its column ${columns(i).name} was added with a default of the type ${columns(i).dataType.sql}"
      })
  }

  /** Whether columns of a type can be read at all. */
  def isRead(kind: DataType): Boolean = kind match {
    case ArrayType(element, _)  => isRead(element)
    case MapType(key, value, _) => isRead(key) && isRead(value)
    case StructType(fields)     => fields.forall(field => isRead(field.dataType))
    case _: NumericType | BooleanType | _: StringType | BinaryType | DateType | TimestampType | TimestampNTZType |
        NullType | _: CharType | _: VarcharType | _: YearMonthIntervalType | _: DayTimeIntervalType =>
      true
    case _ => false
  }

  private def rawType(field: StructField): DataType =
    CharVarcharUtils.getRawType(field.metadata).getOrElse(field.dataType)

  private def padding(field: StructField): Option[Int] = rawType(field) match {
    case CharType(length) => Some(length)
    case _                => None
  }

  private def holdsChar(kind: DataType): Boolean = kind match {
    case _: CharType            => true
    case ArrayType(element, _)  => holdsChar(element)
    case MapType(key, value, _) => holdsChar(key) || holdsChar(value)
    case StructType(fields)     => fields.exists(field => holdsChar(field.dataType))
    case _                      => false
  }

  private def isSimple(kind: DataType): Boolean = kind match {
    case _: NumericType | BooleanType | StringType | DateType | TimestampType | TimestampNTZType => true
    case _                                                                                       => false
  }

  /** Integers as they are, decimals without their point, dates in days and timestamps in microseconds. */
  private def text(field: StructField, value: Any, char: Option[Int]): String = (field.dataType, value) match {
    case (kind: DecimalType, decimal: Decimal) =>
      decimal.toJavaBigDecimal.setScale(kind.scale).unscaledValue.toString
    case (FloatType, float: Float) => float.toDouble.toString
    case (_, text: UTF8String) => char.fold(text)(length => text.rpad(math.max(length, text.numChars), Space)).toString
    case (_, other)            => other.toString
  }

  private val Space = UTF8String.fromString(" ")
  private val FieldId = "parquet.field.id"
}
