package org.sparkparity.functions

import java.nio.file.Files

import org.apache.spark.sql.{SparkSession, SparkSessionExtensions}
import org.sparkparity.{Attach, Json, ParityDriverPlugin, ParityException, ParityExtensions, SessionSuite}
import org.sparkparity.output.OutputMarker
import org.sparkparity.sides.{NamedTable, Sides}

class ParityFunctionsSpec extends SessionSuite {

  /** The error that a run reports. */
  private def errorOf(options: String): (String, String, String) = {
    val rows = ask("parity_run", "options" -> options)
    assert(rows.map(_.getString(0)).distinct == Seq("error"))
    val error = Json.parse(rows.map(_.getString(2)).mkString, "error")
    (error.path("code").asText, error.path("message").asText, error.path("hint").asText)
  }

  private def tables(left: String): String =
    s"""{"id": "t", "left": {"table": "$left"}, "right": {"table": "$left"}}"""

  test("bad options come as an error part and not as an exception") {
    assert(errorOf("{")._1 == "BAD_OPTION")
    assert(errorOf("[]")._1 == "BAD_OPTION")
    assert(errorOf("{}")._1 == "BAD_OPTION")
    assert(errorOf("""{"id": "a", "left": {}, "right": {}}""")._1 == "BAD_OPTION")
  }

  test("an unknown table is answered with the names of near ones") {
    session.range(3).write.saveAsTable("orders_today")
    val (code, message, hint) = errorOf(tables("order_today"))
    assert(code == "PATH_NOT_FOUND" && message == "there is no table order_today")
    assert(hint == "did you mean orders_today?")
    assert(errorOf(tables("nowhere.orders"))._1 == "PATH_NOT_FOUND")
    assert(errorOf(tables("a b c"))._1 == "BAD_OPTION")
  }

  test("a Parquet table is its folder") {
    session.range(3).write.saveAsTable("plain")
    val side = NamedTable.find(session, "plain")
    assert(side.paths == Seq(folder.resolve("warehouse").resolve("plain").toString))
    assert(side.table.get.schema == session.table("plain").schema)
  }

  test("a table that is more than its Parquet files is refused with a hint") {
    session.range(3).write.format("json").saveAsTable("as_json")
    session.range(3).createOrReplaceTempView("a_view")
    Seq("as_json", "a_view").foreach { name =>
      val (code, _, hint) = errorOf(tables(name))
      assert(code == "UNSUPPORTED_TABLE" && hint.startsWith("write it as Parquet"))
    }
  }

  test("a partitioned table is its folder as long as the catalog knows the same partitions") {
    val rows = session.range(6).selectExpr("id", "id % 2 as part")
    rows.write.partitionBy("part").saveAsTable("parted")
    val root = folder.resolve("warehouse").resolve("parted")
    assert(NamedTable.find(session, "parted").paths == Seq(root.toString))
    session.range(1).write.parquet(root.resolve("part=7").toString)
    val (code, message, _) = errorOf(tables("parted"))
    assert(code == "UNSUPPORTED_TABLE" && message.contains("part=7"))
  }

  test("columns that files have otherwise than the catalog are named") {
    val schema = session.range(1).selectExpr("id", "'a' as name").schema
    val table = NamedTable("t", schema, new org.apache.spark.sql.types.StructType())
    table.checkSchema(session.range(1).selectExpr("'b' as NAME", "id").schema, caseSensitive = false)
    val files = session.range(1).selectExpr("cast(id as int) as id", "1 as more").schema
    val error = intercept[ParityException](table.checkSchema(files, caseSensitive = false))
    Seq("id is BIGINT in the catalog and INT in the files", "name is STRING", "more is absent in the catalog").foreach {
      part =>
        assert(error.getMessage.contains(part))
    }
  }

  test("a pattern that matches nothing is a path that does not exist") {
    val (code, message, _) =
      errorOf(s"""{"id": "p", "left": {"paths": ["$folder/none-*"]}, "right": {"paths": ["$folder"]}}""")
    assert(code == "PATH_NOT_FOUND" && message.contains("none-*"))
    assert(
      errorOf("""{"id": "p", "left": {"paths": ["nofs://a/b"]}, "right": {"paths": ["x"]}}""")._1 == "PATH_UNREADABLE"
    )
  }

  test("a pattern is expanded as by Spark, and a folder that has that very name is found where nothing matches") {
    Seq("day=1", "day=2", "day=*", "[x]").foreach(name => Files.createDirectories(folder.resolve(s"days/$name")))
    Files.createFile(folder.resolve("days/_hidden"))
    val sides = new Sides(session, session.sessionState.newHadoopConf())
    def paths(text: String) = sides.resolve("left", Json.obj("paths" -> Json.array(Seq(text)))).paths
    assert(paths(s"$folder/days/day=?").toSet == Set("day=*", "day=1", "day=2").map(name => s"$folder/days/$name"))
    assert(paths(s"$folder/days/d*") == paths(s"$folder/days/day=?"))
    assert(paths(s"$folder/days/[x]") == Seq(s"$folder/days/[x]"))
    assert(!paths(s"$folder/days/*").exists(_.contains("hidden")))
    assert(paths("relative/path") == Seq("relative/path"))
  }

  test("an output folder that holds results, or cannot be written, is refused before any work") {
    val output = Files.createDirectories(folder.resolve("out"))
    Files.write(output.resolve("_SUCCESS"), OutputMarker.of("earlier").bytes)
    val file = Files.createFile(folder.resolve("file"))
    val nothing = s"""{"paths": ["$folder/nothing"]}"""
    def into(folder: String) =
      s"""{"id": "o", "output": "$folder", "left": $nothing, "right": $nothing, "keys": [["id", null]], "samples": 1}"""
    assert(errorOf(into(output.toString))._1 == "OUTPUT_EXISTS")
    assert(errorOf(into(file.toString))._1 == "OUTPUT_UNWRITABLE")
    assert(errorOf(into(s"$file/below"))._1 == "OUTPUT_UNWRITABLE")
    session.conf.set("spark.parity.output.overwrite", "true")
    try assert(errorOf(into(output.toString))._1 == "PATH_NOT_FOUND")
    finally session.conf.unset("spark.parity.output.overwrite")
    assert(!Files.exists(output.resolve("_SUCCESS")))
  }

  test("frames of a run that is not there are refused, and closing it says so") {
    val error = intercept[ParityException](ask("parity_frame", "run" -> "none", "frame" -> "changed"))
    assert(error.code == "BAD_OPTION")
    assert(
      intercept[ParityException](ask("parity_frame", "run" -> "none", "frame" -> "all")).getMessage.contains("all")
    )
    for (function <- Seq("parity_close", "parity_release"))
      assert(ask(function, "run" -> "none").map(_.getBoolean(0)) == Seq(false))
    assert(ask("parity_cancel", "run" -> "none").map(_.getBoolean(0)) == Seq(true))
    assert(intercept[ParityException](ask("parity_close")).code == "BAD_OPTION")
  }

  test("nothing runs before a query is executed") {
    val query = session.sql("SELECT part FROM parity_run(:options)", Map[String, Any]("options" -> "{"))
    query.explain()
    assert(query.where("part = 'error'").count() == 1)
  }

  test("texts are cut between characters") {
    val text = "ab\uD83D\uDE00" * 300001
    val chunks = TextParts.chunks(text)
    assert(chunks.mkString == text && chunks.forall(_.getBytes("UTF-8").length <= 1000000))
    assert(chunks.forall(chunk => !Character.isHighSurrogate(chunk.last)))
    assert(TextParts.chunks("") == Seq(""))
  }

  test("attaching gives a running session the functions, once") {
    val bare = session.newSession()
    bare.sessionState.tableFunctionRegistry.clear()
    val before = bare.experimental.extraStrategies.size
    Seq.fill(2)(Attach.attach(bare))
    assert(bare.experimental.extraStrategies.size == before + 1)
    assert(bare.sql("SELECT * FROM parity_close('none')").head().getBoolean(0) == false)
  }

  test("the extension adds to what is configured") {
    val conf = new org.apache.spark.SparkConf(false).set("spark.sql.extensions", "org.other.Extensions")
    Seq.fill(2)(ParityDriverPlugin.addExtensions(conf))
    assert(conf.get("spark.sql.extensions") == "org.other.Extensions,org.sparkparity.ParityExtensions")
    new ParityExtensions().apply(new SparkSessionExtensions)
    assert(SparkSession.active.conf.get("spark.sql.extensions") == classOf[ParityExtensions].getName)
  }

  test("memory beside the heap is asked for where containers are killed for it") {
    def warning(settings: (String, String)*) =
      ParityDriverPlugin.memoryWarning(new org.apache.spark.SparkConf(false).setAll(settings))
    assert(warning("spark.master" -> "local[64]").isEmpty)
    assert(warning("spark.master" -> "yarn").isEmpty)
    assert(warning("spark.master" -> "yarn", "spark.executor.cores" -> "4").get.contains("1024 MiB"))
    assert(warning("spark.master" -> "yarn", "spark.executor.cores" -> "4", "spark.executor.memory" -> "20g").isEmpty)
    assert(
      warning(
        "spark.master" -> "k8s://x",
        "spark.executor.cores" -> "4",
        "spark.memory.offHeap.enabled" -> "true"
      ).isEmpty
    )
  }
}
