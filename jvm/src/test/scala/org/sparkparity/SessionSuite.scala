package org.sparkparity

import org.apache.spark.sql.{Row, SparkSession}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite
import org.sparkparity.SparkLine.Session

/** A suite with a small session that the plugin has made ready, and a folder of its own. */
abstract class SessionSuite extends AnyFunSuite with BeforeAndAfterAll {
  protected lazy val folder: java.nio.file.Path = java.nio.file.Files.createTempDirectory("parity")

  protected lazy val session: Session = SparkSession
    .builder()
    .master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.plugins", classOf[ParityPlugin].getName)
    .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString)
    .getOrCreate()
    .asInstanceOf[Session]

  override protected def afterAll(): Unit = {
    session.stop()
    org.apache.commons.io.FileUtils.deleteDirectory(folder.toFile)
    super.afterAll()
  }

  /** Rows of a table function as a client asks for them. */
  protected def ask(function: String, texts: (String, Any)*): Seq[Row] = {
    val names = texts.map(":" + _._1).mkString(", ")
    session.sql(s"SELECT * FROM $function($names)", texts.toMap).collect().toSeq
  }
}
