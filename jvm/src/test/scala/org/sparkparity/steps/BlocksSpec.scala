package org.sparkparity.steps

import org.sparkparity.ParityException
import org.scalatest.funsuite.AnyFunSuite

class BlocksSpec extends AnyFunSuite {
  private def block(target: Int, order: Int, payload: Byte*): Array[Byte] = {
    val header = java.nio.ByteBuffer.allocate(Blocks.HeaderBytes).order(java.nio.ByteOrder.LITTLE_ENDIAN)
    header.putInt(target).putInt(order)
    header.array() ++ payload
  }

  test("keys sort by target, then by order, also where orders use all 32 bits") {
    val headers = Seq((0, 0), (0, 1), (0, Int.MaxValue), (0, Int.MinValue), (0, -1), (1, 0), (7, 3))
    val keys = headers.map { case (target, order) => Blocks.key(block(target, order)) }
    assert(keys == keys.sorted)
    assert(keys.map(Blocks.target) == headers.map(_._1))
  }

  test("a block for the driver is known by its target") {
    assert(Blocks.isForDriver(Blocks.key(block(-1, 5))))
    assert(!Blocks.isForDriver(Blocks.key(block(0, -1))))
  }

  test("a payload is what follows the header") {
    assert(Blocks.payload(block(1, 2, 3, 4)).toSeq == Seq[Byte](3, 4))
    assert(Blocks.text(block(1, 2, 'h', 'i')) == "hi")
    assert(Blocks.firstNumber(block(1, 2, 1, 1, 0, 0, 9)) == 257)
  }

  test("a target is a partition counted from the first, and any other is refused") {
    val partitioner = TargetPartitioner(10, 3)
    assert((10 to 12).map(target => partitioner.getPartition(Blocks.key(block(target, -1)))) == Seq(0, 1, 2))
    Seq(9, 13, -1).foreach { target =>
      val error = intercept[ParityException](partitioner.getPartition(Blocks.key(block(target, 0))))
      assert(error.code == "INTERNAL")
    }
  }
}
