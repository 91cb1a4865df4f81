package org.sparkparity.output

import java.nio.charset.StandardCharsets.UTF_8

import org.scalatest.funsuite.AnyFunSuite

class OutputMarkerSpec extends AnyFunSuite {
  test("a run owns what it writes under its id, and nothing else") {
    val marker = OutputMarker.of("a-1")
    Seq(
      "result.json",
      "differences/part-00000-a-1-c000.snappy.parquet",
      "only_left/_SUCCESS",
      "only_right/_temporary"
    ).foreach(path => assert(marker.owns(path), path))
    Seq(
      "notes.txt",
      "differences/part-old.parquet",
      "differences/part-00000-b-1-c000.snappy.parquet",
      "differences/notes.txt",
      "more/part-00000-a-1-c000.snappy.parquet"
    ).foreach(path => assert(!marker.owns(path), path))
  }

  test("a marker is read as it was written, and other text is no marker") {
    val marker = OutputMarker.of("a-1")
    assert(OutputMarker.read(marker.bytes).contains(marker))
    Seq("", "{}", "[]", "{\"run\": \"a\"}", "text").foreach { text =>
      assert(OutputMarker.read(text.getBytes(UTF_8)).isEmpty, text)
    }
  }

  test("a list that names more than results is not believed") {
    val forged = OutputMarker("a", Seq("*", "data/*"), Writer("", ""))
    assert(!forged.owns("data/part-0.parquet") && !forged.owns("notes.txt"))
  }

  test("a process is alive while it runs, and unknown to other machines") {
    assert(Writer.here.isHere && Writer.here.isAlive.contains(true))
    assert(Writer.here.copy(process = "1@0").isAlive.contains(false))
    assert(Writer("another machine", "1@0").isAlive.isEmpty)
    assert(Writer("", "").isAlive.isEmpty && !Writer("", "").isHere)
  }
}
