package org.sparkparity

import org.apache.spark.sql.SparkSessionExtensions
import org.apache.spark.sql.sparkparity.Spark
import org.sparkparity.SparkLine.Session
import org.sparkparity.functions.{ParityFunctions, ParityStrategy}

/** `spark.sql.extensions`: the table functions, for those who want no plugin. */
class ParityExtensions extends (SparkSessionExtensions => Unit) {
  override def apply(extensions: SparkSessionExtensions): Unit = if (BuiltFor.isThisSpark) Inject.into(extensions)
}

/** Apart from [[ParityExtensions]], whose own code must link in any Spark. */
private object Inject {
  def into(extensions: SparkSessionExtensions): Unit = {
    ParityFunctions.all.foreach(extensions.injectTableFunction)
    extensions.injectPlannerStrategy(_ => ParityStrategy)
  }
}

/** Adds to a session that is running already what [[ParityExtensions]] adds to new ones. Doing it again is harmless. */
object Attach {
  def attach(session: Session): Unit = synchronized {
    val registry = session.sessionState.tableFunctionRegistry
    val functions = ParityFunctions.all.map { case (name, info, builder) => (Spark.functionName(name), info, builder) }
    if (!registry.functionExists(functions.head._1)) {
      session.experimental.extraStrategies = session.experimental.extraStrategies :+ ParityStrategy
      functions.foreach { case (name, info, builder) => registry.registerFunction(name, info, builder) }
    }
  }
}
