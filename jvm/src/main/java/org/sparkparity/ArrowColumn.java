package org.sparkparity;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DayTimeIntervalType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.sql.types.YearMonthIntervalType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * An array of the C data interface as a Spark column that reads from its buffers.
 *
 * <p>An array may begin anywhere in its buffers. A struct's beginning also moves its fields; that of a list or a map
 * does not move its elements, whose places its offsets name. {@code first} is the sum of what applies. The memory
 * belongs to {@link ArrowColumns}.
 */
final class ArrowColumn extends ColumnVector {
  private final int length;
  private final long nullCount;
  private final long first;
  /** Addresses; 0 where the type has no such buffer, or nothing is null. */
  private final long validity;
  private final long values;
  private final long bytes;
  private final List<ArrowColumn> children;

  private ArrowColumn(DataType type, long array, long first, List<ArrowColumn> children) {
    super(type);
    this.length = Math.toIntExact(Platform.getLong(null, array));
    this.nullCount = Platform.getLong(null, array + 8);
    this.first = first;
    this.children = children;
    long count = Platform.getLong(null, array + 24);
    long buffers = Platform.getLong(null, array + 40);
    this.validity = count > 0 ? Platform.getLong(null, buffers) : 0;
    this.values = count > 1 ? Platform.getLong(null, buffers + 8) : 0;
    this.bytes = count > 2 ? Platform.getLong(null, buffers + 16) : 0;
  }

  /** The column of the structs at these addresses, {@code moved} rows further on than they say. */
  static ArrowColumn of(DataType type, long array, long schema, long moved) {
    String format = text(Platform.getLong(null, schema));
    List<DataType> parts = parts(type);
    long count = Platform.getLong(null, schema + 32);
    if (!fits(type, format) || count != parts.size() || Platform.getLong(null, schema + 48) != 0) {
      String message = "rows came with the Arrow type " + format + " where Spark expects " + type.catalogString();
      throw new ParityException(ErrorCode.INTERNAL, message, null);
    }
    long first = Platform.getLong(null, array + 16) + moved;
    List<ArrowColumn> children = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long childArray = Platform.getLong(null, Platform.getLong(null, array + 48) + 8L * i);
      long childSchema = Platform.getLong(null, Platform.getLong(null, schema + 40) + 8L * i);
      children.add(of(parts.get(i), childArray, childSchema, type instanceof StructType ? first : 0));
    }
    return new ArrowColumn(type, array, first, children);
  }

  private static List<DataType> parts(DataType type) {
    List<DataType> parts = new ArrayList<>();
    if (type instanceof ArrayType) {
      parts.add(((ArrayType) type).elementType());
    } else if (type instanceof MapType) {
      MapType map = (MapType) type;
      parts.add(new StructType().add("key", map.keyType(), false).add("value", map.valueType()));
    } else if (type instanceof StructType) {
      for (StructField field : ((StructType) type).fields()) {
        parts.add(field.dataType());
      }
    }
    return parts;
  }

  /** Whether an array of this format is laid out as a Spark column of this type is. */
  private static boolean fits(DataType type, String format) {
    switch (format) {
      case "n":
        return type instanceof NullType;
      case "b":
        return type instanceof BooleanType;
      case "c":
        return type instanceof ByteType;
      case "s":
        return type instanceof ShortType;
      case "i":
        return type instanceof IntegerType || type instanceof YearMonthIntervalType;
      case "l":
        return type instanceof LongType || type instanceof DayTimeIntervalType;
      case "f":
        return type instanceof FloatType;
      case "g":
        return type instanceof DoubleType;
      case "u":
        return type instanceof StringType;
      case "z":
        // Spark's strings may hold bytes that are not text, which an Arrow string may not.
        return type instanceof BinaryType || type instanceof StringType;
      case "tdD":
        return type instanceof DateType;
      case "+l":
        return type instanceof ArrayType;
      case "+m":
        return type instanceof MapType;
      case "+s":
        return type instanceof StructType;
      default:
        break;
    }
    if (type instanceof DecimalType) {
      DecimalType decimal = (DecimalType) type;
      return format.equals("d:" + decimal.precision() + "," + decimal.scale());
    }
    return format.startsWith("tsu:") && (type instanceof TimestampType || type instanceof TimestampNTZType);
  }

  private static String text(long address) {
    if (address == 0) {
      return "";
    }
    int length = 0;
    while (Platform.getByte(null, address + length) != 0) {
      length++;
    }
    return new String(copy(address, length), StandardCharsets.UTF_8);
  }

  private static byte[] copy(long address, int length) {
    byte[] result = new byte[length];
    Platform.copyMemory(null, address, result, Platform.BYTE_ARRAY_OFFSET, length);
    return result;
  }

  private static boolean bit(long bits, long index) {
    return (Platform.getByte(null, bits + (index >> 3)) >> (index & 7) & 1) != 0;
  }

  int length() {
    return length;
  }

  List<ArrowColumn> children() {
    return children;
  }

  private long value(int row, int width) {
    return values + (first + row) * width;
  }

  /** Where the text, bytes, list or map of a row begins. */
  private int begin(int row) {
    return Platform.getInt(null, value(row, 4));
  }

  @Override
  public void close() {
    // ArrowColumns frees the memory.
  }

  @Override
  public boolean hasNull() {
    return type instanceof NullType || validity != 0 && nullCount != 0;
  }

  @Override
  public int numNulls() {
    int nulls = 0;
    if (hasNull()) {
      for (int row = 0; row < length; row++) {
        nulls += isNullAt(row) ? 1 : 0;
      }
    }
    return nulls;
  }

  @Override
  public boolean isNullAt(int row) {
    return validity == 0 ? type instanceof NullType : !bit(validity, first + row);
  }

  @Override
  public boolean getBoolean(int row) {
    return bit(values, first + row);
  }

  @Override
  public byte getByte(int row) {
    return Platform.getByte(null, value(row, 1));
  }

  @Override
  public short getShort(int row) {
    return Platform.getShort(null, value(row, 2));
  }

  @Override
  public int getInt(int row) {
    return Platform.getInt(null, value(row, 4));
  }

  @Override
  public long getLong(int row) {
    return Platform.getLong(null, value(row, 8));
  }

  @Override
  public float getFloat(int row) {
    return Platform.getFloat(null, value(row, 4));
  }

  @Override
  public double getDouble(int row) {
    return Platform.getDouble(null, value(row, 8));
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    if (isNullAt(row)) {
      return null;
    }
    long address = value(row, 16);
    if (precision <= Decimal.MAX_LONG_DIGITS()) {
      return Decimal.createUnsafe(Platform.getLong(null, address), precision, scale);
    }
    byte[] bigEndian = new byte[16];
    for (int i = 0; i < 16; i++) {
      bigEndian[i] = Platform.getByte(null, address + 15 - i);
    }
    return Decimal.apply(new BigDecimal(new BigInteger(bigEndian), scale), precision, scale);
  }

  @Override
  public UTF8String getUTF8String(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int begin = begin(row);
    return UTF8String.fromAddress(null, bytes + begin, begin(row + 1) - begin);
  }

  @Override
  public byte[] getBinary(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int begin = begin(row);
    return copy(bytes + begin, begin(row + 1) - begin);
  }

  @Override
  public ColumnarArray getArray(int row) {
    if (isNullAt(row)) {
      return null;
    }
    int begin = begin(row);
    return new ColumnarArray(children.get(0), begin, begin(row + 1) - begin);
  }

  @Override
  public ColumnarMap getMap(int row) {
    if (isNullAt(row)) {
      return null;
    }
    ArrowColumn entries = children.get(0);
    int begin = begin(row);
    return new ColumnarMap(entries.getChild(0), entries.getChild(1), begin, begin(row + 1) - begin);
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    return children.get(ordinal);
  }
}
