package org.apache.spark.sql.sparkparity

import java.io.{DataInputStream, DataOutputStream, EOFException, IOException, InputStream, OutputStream}
import java.nio.ByteBuffer

import org.apache.spark.serializer.{DeserializationStream, SerializationStream, Serializer, SerializerInstance}

import scala.reflect.ClassTag

/** How an exchange writes blocks of bytes whose keys follow from them: the length, then the bytes.
  *
  * Spark's own choice for such pairs is Kryo, and a task makes a Kryo for each partition that it writes to. That took
  * longer than everything else that a task does.
  */
final class BlockSerializer(keyOf: Array[Byte] => Long) extends Serializer with Serializable {
  override def newInstance(): SerializerInstance = new BlockSerializerInstance(keyOf)

  /** Blocks follow each other with nothing in between, so Spark may sort and join what is written. */
  override private[spark] def supportsRelocationOfSerializedObjects: Boolean = true
}

private final class BlockSerializerInstance(keyOf: Array[Byte] => Long) extends SerializerInstance {
  override def serializeStream(out: OutputStream): SerializationStream = new BlockWriter(out)
  override def deserializeStream(in: InputStream): DeserializationStream = new BlockReader(in, keyOf)

  override def serialize[T: ClassTag](value: T): ByteBuffer = streamsOnly()
  override def deserialize[T: ClassTag](bytes: ByteBuffer): T = streamsOnly()
  override def deserialize[T: ClassTag](bytes: ByteBuffer, loader: ClassLoader): T = streamsOnly()

  private def streamsOnly(): Nothing = throw new UnsupportedOperationException("an exchange writes streams")
}

private final class BlockWriter(stream: OutputStream) extends SerializationStream {
  private val out = new DataOutputStream(stream)

  override def writeKey[T: ClassTag](key: T): SerializationStream = this

  override def writeValue[T: ClassTag](value: T): SerializationStream = writeObject(value)

  override def writeObject[T: ClassTag](value: T): SerializationStream = {
    val block = value.asInstanceOf[Array[Byte]]
    out.writeInt(block.length)
    out.write(block)
    this
  }

  override def flush(): Unit = out.flush()
  override def close(): Unit = out.close()
}

private final class BlockReader(stream: InputStream, keyOf: Array[Byte] => Long) extends DeserializationStream {
  private val in = new DataInputStream(stream)
  private var block: Array[Byte] = _

  override def readKey[T: ClassTag](): T = {
    block = next()
    keyOf(block).asInstanceOf[T]
  }

  override def readValue[T: ClassTag](): T = block.asInstanceOf[T]

  override def readObject[T: ClassTag](): T = next().asInstanceOf[T]

  /** The end of the stream where a block could begin tells Spark that there are no more. */
  private def next(): Array[Byte] = {
    val first = in.read()
    if (first < 0) throw new EOFException
    try {
      val block = new Array[Byte](first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort())
      in.readFully(block)
      block
    } catch { case cut: EOFException => throw new IOException("an exchanged block ends early", cut) }
  }

  override def close(): Unit = in.close()
}
