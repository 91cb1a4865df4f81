package org.sparkparity

import java.util.Properties

import org.scalatest.funsuite.AnyFunSuite

class BuiltForSpec extends AnyFunSuite {
  private def check(line: (String, String), running: (String, String)): Unit = {
    val stated = new Properties()
    stated.setProperty("spark", line._1)
    stated.setProperty("scala", line._2)
    BuiltFor.check(stated, running._1, running._2)
  }

  test("the jar is for the Spark and the Scala that it was compiled with") {
    BuiltFor.check()
    assert(BuiltFor.isThisSpark)
  }

  test("a jar fits every version of its line, those of vendors too") {
    Seq("3.5.0", "3.5.9", "3.5.1-amzn-2", "3.5").foreach(spark => check("3.5" -> "2.12", spark -> "2.12.18"))
    Seq("4.0.0", "4.0.1-amzn-0", "4.3.0").foreach(spark => check("4" -> "2.13", spark -> "2.13.18"))
  }

  test("a jar in another Spark, or with another Scala, is told with the versions of both") {
    Seq("4.3.0" -> "2.13.18", "3.5.9" -> "2.13.8", "3.4.4" -> "2.12.17", "3.50.0" -> "2.12.18").foreach { running =>
      val error = intercept[ParityException](check("3.5" -> "2.12", running))
      assert(error.code == "NATIVE_UNAVAILABLE")
      assert(
        error.getMessage == "this jar of spark-parity is for Spark 3.5 with Scala 2.12, " +
          s"and this is Spark ${running._1} with Scala ${running._2}"
      )
    }
    assertThrows[ParityException](check("4" -> "2.13", "40.0.0" -> "2.13.18"))
  }
}
