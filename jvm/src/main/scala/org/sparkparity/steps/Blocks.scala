package org.sparkparity.steps

import java.nio.{ByteBuffer, ByteOrder}
import java.nio.charset.StandardCharsets.UTF_8
import java.util.Arrays

import org.apache.spark.Partitioner
import org.apache.spark.sql.sparkparity.BlockSerializer
import org.sparkparity.{ErrorCode, ParityException}

/** Blocks: what native steps exchange. The JVM reads eight bytes of a block and moves the rest.
  *
  * The first four, little endian, are the block's target: the partition of the exchange that follows, or the driver.
  * The next four are its order within the target, where an exchange sorts. As the key of a pair RDD both make one
  * number that sorts by target and then by order.
  */
private[sparkparity] object Blocks {

  /** A block and its key. */
  type Keyed = (Long, Array[Byte])

  val HeaderBytes = 8

  /** The target of blocks for the driver, as a signed number. */
  val Driver: Int = -1

  def key(block: Array[Byte]): Long = {
    val header = ByteBuffer.wrap(block, 0, HeaderBytes).order(ByteOrder.LITTLE_ENDIAN)
    val target = header.getInt()
    target.toLong << 32 | header.getInt() & 0xffffffffL
  }

  /** What writes blocks into an exchange. */
  def serializer: BlockSerializer = new BlockSerializer(block => key(block))

  def target(key: Long): Int = (key >> 32).toInt

  def isForDriver(key: Long): Boolean = target(key) == Driver

  /** A block of this order for a step on the driver. */
  def forDriver(order: Int, payload: Array[Byte]): Array[Byte] = {
    val block = ByteBuffer.allocate(HeaderBytes + payload.length).order(ByteOrder.LITTLE_ENDIAN)
    block.putInt(Driver).putInt(order).put(payload).array()
  }

  def payload(block: Array[Byte]): Array[Byte] = Arrays.copyOfRange(block, HeaderBytes, block.length)

  def text(block: Array[Byte]): String = new String(block, HeaderBytes, block.length - HeaderBytes, UTF_8)

  /** The number that a payload starts with. */
  def firstNumber(block: Array[Byte]): Int =
    ByteBuffer.wrap(block, HeaderBytes, 4).order(ByteOrder.LITTLE_ENDIAN).getInt()
}

/** Sends a block to its target; the targets of an exchange are `numPartitions` numbers from `first` on. */
private[sparkparity] final case class TargetPartitioner(first: Int, numPartitions: Int) extends Partitioner {
  override def getPartition(key: Any): Int = {
    val target = Blocks.target(key.asInstanceOf[Long])
    val partition = target - first
    if (partition < 0 || partition >= numPartitions) {
      throw new ParityException(
        ErrorCode.INTERNAL,
        s"a block for target $target in an exchange from $first to ${first + numPartitions}",
        null
      )
    }
    partition
  }
}
