package org.sparkparity.steps

import java.io.{ByteArrayInputStream, ByteArrayOutputStream, IOException}

import org.apache.spark.Partitioner
import org.apache.spark.rdd.ShuffledRDD
import org.sparkparity.SessionSuite
import org.sparkparity.steps.Blocks.Keyed

import scala.util.Random

class BlockSerializerSpec extends SessionSuite {
  private val random = new Random(7)

  private def block(target: Int, order: Int, payloadBytes: Int): Array[Byte] = {
    val block = Blocks.forDriver(order, Array.fill(payloadBytes)(random.nextInt().toByte))
    java.nio.ByteBuffer.wrap(block).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(target)
    block
  }

  private val blocks = Seq(0, 1, 7, 255, 256, 65536, 70000, 1 << 24).map(block(3, 1, _))

  private def written(blocks: Seq[Array[Byte]]): Array[Byte] = {
    val bytes = new ByteArrayOutputStream
    val stream = Blocks.serializer.newInstance().serializeStream(bytes)
    blocks.foreach(block => stream.writeKey(Blocks.key(block)).writeValue(block))
    stream.close()
    bytes.toByteArray
  }

  private def read(bytes: Array[Byte]): Seq[(Any, Any)] =
    Blocks.serializer.newInstance().deserializeStream(new ByteArrayInputStream(bytes)).asKeyValueIterator.toVector

  private def comparable(pairs: Seq[(Any, Any)]): Seq[(Any, Seq[Byte])] =
    pairs.map { case (key, block) => key -> block.asInstanceOf[Array[Byte]].toSeq }

  private def counted(blocks: Seq[Array[Byte]]): Map[Seq[Byte], Int] =
    blocks.map(_.toSeq).groupBy(identity).map { case (block, same) => block -> same.size }

  test("blocks and their keys come back") {
    assert(comparable(read(written(blocks))) == comparable(blocks.map(block => Blocks.key(block) -> block)))
    assert(read(written(Nil)).isEmpty)
  }

  test("what is written of several blocks is what is written of each, joined") {
    assert(written(blocks).toSeq == blocks.flatMap(block => written(Seq(block))).toSeq)
  }

  test("a block that ends early is an error, and not the end of the blocks") {
    val bytes = written(Seq(block(0, 0, 300), block(1, 0, 5)))
    val ends = Set(0, 312, bytes.length)
    bytes.indices.filterNot(ends).foreach { length =>
      intercept[IOException](read(bytes.take(length)))
    }
    assert(read(bytes.take(312)).size == 1)
  }

  Seq(3, 300).foreach { partitions =>
    test(s"an exchange into $partitions partitions gives every block to its target, sorted where that is asked for") {
      val all = for (n <- 0 until 2000) yield block(random.nextInt(partitions), random.nextInt(), n % 50)
      val keyed = session.sparkContext.parallelize(all.map(block => Blocks.key(block) -> block), 4)
      Seq(false, true).foreach { isSorted =>
        val partitioner: Partitioner = TargetPartitioner(0, partitions)
        val exchanged =
          new ShuffledRDD[Long, Array[Byte], Array[Byte]](keyed, partitioner).setSerializer(Blocks.serializer)
        if (isSorted) exchanged.setKeyOrdering(Ordering.Long)
        val found: Seq[Seq[Keyed]] = exchanged.glom().collect().toVector.map(_.toVector)
        found.zipWithIndex.foreach { case (blocks, target) =>
          assert(blocks.forall { case (key, block) => Blocks.target(key) == target && Blocks.key(block) == key })
          if (isSorted) assert(blocks.map(_._1) == blocks.map(_._1).sorted)
        }
        assert(counted(found.flatten.map(_._2)) == counted(all))
      }
    }
  }
}
