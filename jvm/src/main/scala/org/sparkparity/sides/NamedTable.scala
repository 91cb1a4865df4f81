package org.sparkparity.sides

import java.util.Locale

import com.fasterxml.jackson.databind.JsonNode
import org.apache.hadoop.fs.Path
import org.apache.spark.sql.AnalysisException
import org.apache.spark.sql.catalyst.catalog.{CatalogTable, HiveTableRelation}
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, Project, SubqueryAlias, View}
import org.apache.spark.sql.catalyst.types.DataTypeUtils
import org.apache.spark.sql.execution.datasources.{HadoopFsRelation, LogicalRelation, PartitioningUtils}
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat
import org.apache.spark.sql.execution.datasources.v2.DataSourceV2Relation
import org.apache.spark.sql.internal.SQLConf
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.types.UTF8String
import org.sparkparity.{ErrorCode, ParityException, SparkLine}
import org.sparkparity.SparkLine.Session

/** A table that is nothing but its Parquet files, so that reading the files by the columns of the catalog is reading
  * the table. A table that is more, such as a view or one whose catalog knows other partitions than its folder has, is
  * refused.
  */
private[sparkparity] final case class NamedTable(name: String, schema: StructType, partitions: StructType) {

  /** The declared columns of the files. */
  def columns(conf: SQLConf): JsonNode = TableColumns.json(inFiles, conf)

  private def inFiles: StructType = StructType(schema.filterNot(field => partitions.exists(_.name == field.name)))

  private def check(conf: SQLConf): Unit = TableColumns.unsupported(inFiles, conf).foreach { why =>
    throw NamedTable.refused(name, why, NamedTable.WriteIt)
  }

  /** Files are read by the catalog's columns; files that have others would make that another question. */
  def checkSchema(files: StructType, caseSensitive: Boolean): Unit = {
    def fold(name: String) = if (caseSensitive) name else name.toLowerCase(Locale.ROOT)
    val inFiles = files.fields.map(field => fold(field.name) -> field.dataType).toMap
    val inCatalog = schema.fields.map(field => fold(field.name) -> field.dataType).toMap
    val differing = schema.fields.map(_.name).filterNot { name =>
      val expected = inCatalog(fold(name))
      inFiles.get(fold(name)) match {
        case Some(found) => DataTypeUtils.equalsIgnoreCaseAndNullability(found, SparkLine.shown(expected))
        // Frames leave out what cannot be read; where it is compared, steps refuse it by its type.
        case None => !TableColumns.isRead(expected)
      }
    } ++ files.fields.map(_.name).filterNot(name => inCatalog.contains(fold(name)))
    if (differing.nonEmpty) {
      def spelled(types: Map[String, DataType], name: String) =
        types.get(fold(name)).map(_.sql).getOrElse("absent")
      val shown = differing.take(5).map { name =>
        s"$name is ${spelled(inCatalog, name)} in the catalog and ${spelled(inFiles, name)} in the files"
      }
      throw NamedTable.refused(
        name,
        s"its files do not have the catalog's columns: ${shown.mkString("; ")}",
        "declare the columns as the files have them, or give the path of its Parquet files"
      )
    }
  }
}

private[sparkparity] object NamedTable {
  def find(session: Session, name: String): Side = {
    val plan =
      try session.table(name).queryExecution.analyzed
      catch {
        case e: AnalysisException if SparkLine.condition(e).endsWith("_NOT_FOUND") => throw unknown(session, name)
        case e: AnalysisException =>
          throw new ParityException(ErrorCode.BAD_OPTION, s"$name is not a table: ${e.getMessage}", null, e)
      }
    val relation = relationOf(plan)
    val paths = locations(session, name, relation).map(Sides.spelled)
    val table = NamedTable(name, declared(relation), partitions(relation))
    table.check(session.sessionState.conf)
    Side(paths, Some(table))
  }

  /** What a name stands for. Spark projects the columns of a table to pad those of type `char`. */
  private def relationOf(plan: LogicalPlan): LogicalPlan = plan match {
    case SubqueryAlias(_, child)                                         => relationOf(child)
    case Project(_, child @ (_: LogicalRelation | _: HiveTableRelation)) => child
    case other                                                           => other
  }

  /** The columns with all that the catalog says of them; Spark removes the mark of `char` columns that it pads. */
  private def declared(relation: LogicalPlan): StructType = relation match {
    case relation: LogicalRelation => relation.relation.schema
    case hive: HiveTableRelation   => hive.tableMeta.schema
    case other                     => other.schema
  }

  private def partitions(relation: LogicalPlan): StructType = relation match {
    case relation: LogicalRelation =>
      relation.relation match {
        case files: HadoopFsRelation => files.partitionSchema
        case _                       => new StructType()
      }
    case hive: HiveTableRelation => hive.tableMeta.partitionSchema
    case _                       => new StructType()
  }

  private def locations(session: Session, name: String, plan: LogicalPlan): Seq[Path] = plan match {
    case relation: LogicalRelation =>
      relation.relation match {
        // Formats of tables with a log of their own derive from Parquet's class.
        case files: HadoopFsRelation if files.fileFormat.getClass == classOf[ParquetFileFormat] =>
          val changing = files.options.keySet.map(_.toLowerCase(Locale.ROOT)).intersect(Changing)
          if (changing.nonEmpty) {
            throw refused(
              name,
              s"its option ${changing.min} changes which files it has or how Spark reads them",
              WriteIt
            )
          }
          relation.catalogTable
            .filter(table => table.partitionColumnNames.nonEmpty && table.tracksPartitionsInCatalog)
            .map(table => partitioned(session, name, table))
            .getOrElse(files.location.rootPaths)
        case other =>
          val format = relation.catalogTable
            .flatMap(_.provider)
            .getOrElse(other match {
              case files: HadoopFsRelation => files.fileFormat.toString
              case source                  => source.getClass.getSimpleName
            })
          throw isNot(name, s"a table of the format ${format.toUpperCase(Locale.ROOT)}")
      }
    case hive: HiveTableRelation if hive.tableMeta.storage.serde.exists(_.toLowerCase.contains("parquet")) =>
      if (hive.isPartitioned) partitioned(session, name, hive.tableMeta) else Seq(new Path(hive.tableMeta.location))
    case hive: HiveTableRelation =>
      throw isNot(name, s"a Hive table of the format ${hive.tableMeta.storage.serde.getOrElse("text")}")
    case view: View => throw isNot(name, if (view.isTempView) "a temporary view" else "a view")
    case relation: DataSourceV2Relation =>
      val provider = Option(relation.table.properties.get("provider")).map(_ + " ").getOrElse("")
      throw isNot(name, s"a ${provider}table that Spark reads through ${relation.table.getClass.getSimpleName}")
    // A temporary view in an older session, or what an extension made of the name.
    case other => throw isNot(name, s"a query (${other.nodeName})")
  }

  /** The folder of a partitioned table, if the partitions in it are those of the catalog. */
  private def partitioned(session: Session, name: String, table: CatalogTable): Seq[Path] = {
    val root = new Path(table.location)
    val fileSystem = root.getFileSystem(session.sessionState.newHadoopConf())
    val inCatalog = session.sessionState.catalog
      .listPartitions(table.identifier)
      .map { partition =>
        val expected = new Path(root, PartitioningUtils.getPathFragment(partition.spec, table.partitionSchema))
        val location = partition.storage.locationUri.map(new Path(_)).getOrElse(expected)
        fileSystem.makeQualified(location)
      }
      .toSet
    val pattern = table.partitionColumnNames.map(column => s"$column=*").mkString("/")
    val inFolder = Option(fileSystem.globStatus(new Path(root, pattern))).toSeq.flatten
      .filter(_.isDirectory)
      .map(found => fileSystem.makeQualified(found.getPath))
      .toSet
    // A partition without a folder has no rows.
    val others = (inFolder -- inCatalog) ++ (inCatalog -- inFolder).filter(fileSystem.exists(_))
    if (others.nonEmpty) {
      val example = Sides.spelled(others.minBy(_.toString))
      throw refused(
        name,
        s"its catalog and its folder hold different partitions: $example",
        s"MSCK REPAIR TABLE $name adds those that only the folder holds; else $WriteIt"
      )
    }
    Seq(root)
  }

  private def unknown(session: Session, name: String): ParityException = {
    val parts = name.split('.')
    val wanted = UTF8String.fromString(parts.last.toLowerCase)
    val catalog = session.sessionState.catalog
    val database = if (parts.length > 1) parts(parts.length - 2) else catalog.getCurrentDatabase
    val tables = if (catalog.databaseExists(database)) catalog.listTables(database).map(_.table) else Nil
    val near = tables
      .map(table => (wanted.levenshteinDistance(UTF8String.fromString(table.toLowerCase)), table))
      .filter { case (distance, table) => distance <= math.max(2, table.length / 3) }
      .sorted
      .take(3)
      .map(_._2)
    val hint =
      if (near.isEmpty) "a text with a slash or a scheme is a path, any other a table"
      else s"did you mean ${near.mkString(", ")}?"
    new ParityException(ErrorCode.PATH_NOT_FOUND, s"there is no table $name", hint)
  }

  private def isNot(name: String, what: String): ParityException = new ParityException(
    ErrorCode.UNSUPPORTED_TABLE,
    s"$name is $what; by name, only tables of plain Parquet files can be compared",
    WriteIt
  )

  private def refused(name: String, why: String, hint: String): ParityException =
    new ParityException(ErrorCode.UNSUPPORTED_TABLE, s"the table $name cannot be compared by name: $why", hint)

  /** What helps in every case. */
  private val WriteIt = "write it as Parquet (spark.table(…).write.parquet(path)) and compare that path"

  /** Options of Parquet tables that make them other files than those below their folder, or other values. */
  private val Changing = Set(
    "pathglobfilter",
    "recursivefilelookup",
    "modifiedbefore",
    "modifiedafter",
    "basepath",
    "datetimerebasemode",
    "int96rebasemode"
  )
}
