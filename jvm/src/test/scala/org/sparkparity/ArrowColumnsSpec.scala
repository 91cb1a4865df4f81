package org.sparkparity

import java.math.BigDecimal
import java.nio.charset.StandardCharsets.UTF_8
import java.util.{Arrays, List => JList}

import scala.jdk.CollectionConverters._

import org.apache.arrow.c.{ArrowArray, ArrowSchema, Data}
import org.apache.arrow.memory.{ArrowBuf, BufferAllocator, RootAllocator}
import org.apache.arrow.vector._
import org.apache.arrow.vector.complex.{ListVector, MapVector, StructVector}
import org.apache.arrow.vector.types.{DateUnit, FloatingPointPrecision, TimeUnit}
import org.apache.arrow.vector.types.pojo.{ArrowType, Field, FieldType, Schema}
import org.apache.spark.sql.types._
import org.apache.spark.sql.vectorized.ColumnarBatch
import org.apache.spark.unsafe.Platform
import org.scalatest.funsuite.AnyFunSuite

/** Reads what Arrow's own implementation of the C data interface exports. Row 1 of each column is null. */
class ArrowColumnsSpec extends AnyFunSuite {
  private def field(name: String, arrow: ArrowType, children: Field*): Field =
    new Field(name, FieldType.nullable(arrow), children.asJava)

  private def required(arrow: ArrowType): FieldType = new FieldType(false, arrow, null)

  private val int32 = new ArrowType.Int(32, true)
  private def entry: Seq[Field] = Seq(
    new Field("key", required(int32), null),
    field("value", new ArrowType.List, field("element", new ArrowType.Utf8))
  )
  private val micros = TimeUnit.MICROSECOND

  private val fields: JList[Field] = Arrays.asList(
    field("bool", new ArrowType.Bool),
    field("int8", new ArrowType.Int(8, true)),
    field("int16", new ArrowType.Int(16, true)),
    field("int32", int32),
    field("int64", new ArrowType.Int(64, true)),
    field("float", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
    field("double", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
    field("date", new ArrowType.Date(DateUnit.DAY)),
    field("instant", new ArrowType.Timestamp(micros, "UTC")),
    field("local", new ArrowType.Timestamp(micros, null)),
    field("short", new ArrowType.Decimal(10, 2, 128)),
    field("wide", new ArrowType.Decimal(38, 3, 128)),
    field("text", new ArrowType.Utf8),
    field("text as bytes", new ArrowType.Binary),
    field("bytes", new ArrowType.Binary),
    field("list", new ArrowType.List, field("element", new ArrowType.Utf8)),
    field("struct", new ArrowType.Struct, field("a", int32), field("b", new ArrowType.Utf8)),
    field("map", new ArrowType.Map(false), new Field("entries", required(new ArrowType.Struct), entry.asJava))
  )

  private val types = new StructType()
    .add("bool", BooleanType)
    .add("int8", ByteType)
    .add("int16", ShortType)
    .add("int32", IntegerType)
    .add("int64", LongType)
    .add("float", FloatType)
    .add("double", DoubleType)
    .add("date", DateType)
    .add("instant", TimestampType)
    .add("local", TimestampNTZType)
    .add("short", DecimalType(10, 2))
    .add("wide", DecimalType(38, 3))
    .add("text", StringType)
    .add("text as bytes", StringType)
    .add("bytes", BinaryType)
    .add("list", ArrayType(StringType))
    .add("struct", new StructType().add("a", IntegerType).add("b", StringType))
    .add("map", MapType(IntegerType, ArrayType(StringType)))

  private val wide = new BigDecimal("-12345678901234567890123456789012345.678")

  /** Rows number themselves: row i holds i in some way. */
  private def filled(allocator: BufferAllocator, rows: Int): VectorSchemaRoot = {
    val root = VectorSchemaRoot.create(new Schema(fields), allocator)
    root.allocateNew()
    (0 until rows).filter(_ != 1).foreach { i =>
      root.getVector("bool").asInstanceOf[BitVector].setSafe(i, i % 2)
      root.getVector("int8").asInstanceOf[TinyIntVector].setSafe(i, -i)
      root.getVector("int16").asInstanceOf[SmallIntVector].setSafe(i, -i)
      root.getVector("int32").asInstanceOf[IntVector].setSafe(i, -i)
      root.getVector("int64").asInstanceOf[BigIntVector].setSafe(i, Long.MinValue + i)
      root.getVector("float").asInstanceOf[Float4Vector].setSafe(i, i + 0.5f)
      root.getVector("double").asInstanceOf[Float8Vector].setSafe(i, i + 0.25)
      root.getVector("date").asInstanceOf[DateDayVector].setSafe(i, -i)
      root.getVector("instant").asInstanceOf[TimeStampMicroTZVector].setSafe(i, i * 1000L)
      root.getVector("local").asInstanceOf[TimeStampMicroVector].setSafe(i, i * 2000L)
      root.getVector("short").asInstanceOf[DecimalVector].setSafe(i, new BigDecimal(s"-$i.25"))
      root.getVector("wide").asInstanceOf[DecimalVector].setSafe(i, wide.add(BigDecimal.valueOf(i.toLong)))
      root.getVector("text").asInstanceOf[VarCharVector].setSafe(i, ("é" * i).getBytes(UTF_8))
      root.getVector("text as bytes").asInstanceOf[VarBinaryVector].setSafe(i, Array[Byte](-1, i.toByte))
      root.getVector("bytes").asInstanceOf[VarBinaryVector].setSafe(i, Array.fill(i)(i.toByte))
    }
    val list = root.getVector("list").asInstanceOf[ListVector]
    val elements = list.getWriter
    val struct = root.getVector("struct").asInstanceOf[StructVector]
    val map = root.getVector("map").asInstanceOf[MapVector]
    val entries = map.getWriter
    def write(text: String)(to: (Int, ArrowBuf) => Unit): Unit = {
      val bytes = text.getBytes(UTF_8)
      val buffer = allocator.buffer(bytes.length.toLong)
      buffer.setBytes(0, bytes)
      to(bytes.length, buffer)
      buffer.close()
    }
    (0 until rows).foreach { i =>
      elements.setPosition(i)
      entries.setPosition(i)
      if (i == 1) {
        list.setNull(i)
        map.setNull(i)
      } else {
        elements.startList()
        (0 until i).foreach(n => write(s"$i-$n")(elements.varChar().writeVarChar(0, _, _)))
        elements.endList()
        entries.startMap()
        // The value of key 1 is null.
        (0 until i).foreach { key =>
          entries.startEntry()
          entries.key().integer().writeInt(key)
          if (key != 1) {
            entries.value().list().startList()
            (0 to key).foreach(n => write(s"$key=$n")(entries.value().list().varChar().writeVarChar(0, _, _)))
            entries.value().list().endList()
          }
          entries.endEntry()
        }
        entries.endMap()
        struct.setIndexDefined(i)
        struct.getChild("a").asInstanceOf[IntVector].setSafe(i, 10 * i)
        struct.getChild("b").asInstanceOf[VarCharVector].setSafe(i, s"b$i".getBytes(UTF_8))
      }
    }
    root.setRowCount(rows)
    root
  }

  /** Exports rows, lets `change` at the structs, and reads them. */
  private def exported(rows: Int, types: StructType = types)(
      change: ArrowColumns => Unit
  )(read: ColumnarBatch => Unit): Unit = {
    NativeLibrary.ensureLoaded()
    val allocator = new RootAllocator()
    val columns = new ArrowColumns()
    try {
      val root = filled(allocator, rows)
      Data.exportVectorSchemaRoot(
        allocator,
        root,
        null,
        ArrowArray.wrap(columns.arrayAddress()),
        ArrowSchema.wrap(columns.schemaAddress())
      )
      root.close()
      change(columns)
      read(columns.read(types))
    } finally {
      columns.close()
      // Fails when something that was exported was not released.
      allocator.close()
    }
  }

  /** Checks that the batch's row `at` is row `i`. */
  private def check(batch: ColumnarBatch, at: Int, i: Int): Unit = {
    def column(name: String) = batch.column(types.fieldIndex(name))
    types.fieldNames.foreach(name => assert(column(name).isNullAt(at) == (i == 1), s"$name of row $i"))
    if (i == 1) {
      assert(column("text").getUTF8String(at) == null && column("bytes").getBinary(at) == null)
      assert(column("list").getArray(at) == null && column("struct").getStruct(at) == null)
      assert(column("map").getMap(at) == null)
      assert(column("short").getDecimal(at, 10, 2) == null)
    } else {
      assert(column("bool").getBoolean(at) == (i % 2 == 1))
      assert(column("int8").getByte(at) == -i && column("int16").getShort(at) == -i && column("int32").getInt(at) == -i)
      assert(column("int64").getLong(at) == Long.MinValue + i)
      assert(column("float").getFloat(at) == i + 0.5f && column("double").getDouble(at) == i + 0.25)
      assert(column("date").getInt(at) == -i)
      assert(column("instant").getLong(at) == i * 1000L && column("local").getLong(at) == i * 2000L)
      assert(column("short").getDecimal(at, 10, 2).toJavaBigDecimal == new BigDecimal(s"-$i.25"))
      val decimal = column("wide").getDecimal(at, 38, 3).toJavaBigDecimal
      assert(decimal == wide.add(BigDecimal.valueOf(i.toLong)))
      assert(column("text").getUTF8String(at).toString == "é" * i)
      assert(column("text as bytes").getUTF8String(at).getBytes.toSeq == Seq(-1, i.toByte))
      assert(column("bytes").getBinary(at).toSeq == Seq.fill(i)(i.toByte))
      val list = column("list").getArray(at)
      assert((0 until list.numElements()).map(list.getUTF8String(_).toString) == (0 until i).map(n => s"$i-$n"))
      val struct = column("struct").getStruct(at)
      assert(struct.getInt(0) == 10 * i && struct.getUTF8String(1).toString == s"b$i")
      val map = column("map").getMap(at)
      assert(map.keyArray().toIntArray.toSeq == (0 until i))
      (0 until i).foreach { key =>
        assert(map.valueArray().isNullAt(key) == (key == 1))
        if (key != 1) {
          val value = map.valueArray().getArray(key)
          assert((0 until value.numElements()).map(value.getUTF8String(_).toString) == (0 to key).map(n => s"$key=$n"))
        }
      }
    }
  }

  test("every type reads as it was written, and all memory is released") {
    exported(20)(_ => ()) { batch =>
      assert(batch.numRows() == 20)
      (0 until 20).foreach(i => check(batch, i, i))
      (0 until types.length).foreach { c =>
        assert(batch.column(c).dataType() == types(c).dataType)
        assert(batch.column(c).hasNull && batch.column(c).numNulls() == 1)
      }
    }
  }

  test("rows that begin further on in their buffers are found") {
    // Struct ArrowArray: length, null count, offset. What moves the rows moves their fields too.
    def move(columns: ArrowColumns): Unit = {
      Platform.putLong(null, columns.arrayAddress(), 17L)
      Platform.putLong(null, columns.arrayAddress() + 16, 3L)
    }
    exported(20)(move) { batch =>
      assert(batch.numRows() == 17)
      (0 until 17).foreach(at => check(batch, at, at + 3))
    }
  }

  test("no rows are no rows") {
    exported(0)(_ => ())(batch => assert(batch.numRows() == 0))
  }

  test("a batch made into rows by Spark copies what it reads") {
    var rows = Seq.empty[org.apache.spark.sql.catalyst.InternalRow]
    val project = org.apache.spark.sql.catalyst.expressions.UnsafeProjection.create(types)
    exported(20)(_ => ())(batch => rows = batch.rowIterator().asScala.map(row => project(row).copy()).toList)
    assert(rows(5).getUTF8String(types.fieldIndex("text")).toString == "é" * 5)
    assert(rows(5).getArray(types.fieldIndex("list")).getUTF8String(4).toString == "5-4")
    assert(rows(5).getMap(types.fieldIndex("map")).valueArray().getArray(4).getUTF8String(4).toString == "4=4")
    assert(rows(1).anyNull && rows(1).isNullAt(16))
  }

  test("another type than the frame's is a defect that is told") {
    val other = StructType(types.updated(3, StructField("int32", StringType)))
    val error = intercept[ParityException](exported(2, other)(_ => ())(_ => ()))
    assert(error.code == "INTERNAL" && error.getMessage.contains("where Spark expects string"))
  }
}
