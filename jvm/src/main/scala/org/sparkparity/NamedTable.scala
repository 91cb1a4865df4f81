package org.sparkparity

import org.apache.hadoop.fs.Path
import org.apache.spark.sql.AnalysisException
import org.apache.spark.sql.catalyst.catalog.{CatalogTable, HiveTableRelation}
import org.apache.spark.sql.catalyst.plans.logical.{LogicalPlan, SubqueryAlias}
import org.apache.spark.sql.catalyst.types.DataTypeUtils
import org.apache.spark.sql.execution.datasources.{HadoopFsRelation, LogicalRelation, PartitioningUtils}
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat
import org.apache.spark.sql.types._
import org.apache.spark.unsafe.types.UTF8String
import org.sparkparity.SparkLine.Session

/** A table that is nothing but its Parquet files, so that reading the files is reading the table. A table that is more,
  * such as a view or one whose catalog knows other partitions or columns than its files have, is refused.
  */
private[sparkparity] final case class NamedTable(name: String, schema: StructType, partitions: StructType) {

  /** Files are compared as they are; a catalog that sees them differently would make that another question. */
  def checkSchema(files: StructType, caseSensitive: Boolean): Unit = {
    def fold(name: String) = if (caseSensitive) name else name.toLowerCase(java.util.Locale.ROOT)
    val inFiles = files.fields.map(field => fold(field.name) -> field.dataType).toMap
    val inCatalog = schema.fields.map(field => fold(field.name) -> field.dataType).toMap
    val differing = schema.fields.map(_.name).filter { name =>
      val expected = inCatalog(fold(name))
      inFiles.get(fold(name)) match {
        case Some(found) => !DataTypeUtils.equalsIgnoreCaseAndNullability(found, expected)
        // Frames leave out what cannot be compared yet, so its absence says nothing.
        case None => NamedTable.isComparable(expected)
      }
    } ++ files.fields.map(_.name).filterNot(name => inCatalog.contains(fold(name)))
    if (differing.nonEmpty) {
      def spelled(types: Map[String, DataType], name: String) =
        types.get(fold(name)).map(_.sql).getOrElse("absent")
      val shown = differing.take(5).map { name =>
        s"$name is ${spelled(inCatalog, name)} in the catalog and ${spelled(inFiles, name)} in the files"
      }
      throw NamedTable.unsupported(name, s"its files do not have the catalog's columns: ${shown.mkString("; ")}")
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
          throw new ParityException("BAD_OPTION", s"$name is not a table: ${e.getMessage}", null, e)
      }
    Side(locations(session, name, plan).map(Sides.spelled), Some(NamedTable(name, plan.schema, partitions(plan))))
  }

  private def partitions(plan: LogicalPlan): StructType = plan match {
    case SubqueryAlias(_, child) => partitions(child)
    case relation: LogicalRelation =>
      relation.relation match {
        case files: HadoopFsRelation => files.partitionSchema
        case _                       => new StructType()
      }
    case hive: HiveTableRelation => hive.tableMeta.partitionSchema
    case _                       => new StructType()
  }

  private def locations(session: Session, name: String, plan: LogicalPlan): Seq[Path] = plan match {
    case SubqueryAlias(_, child) => locations(session, name, child)
    case relation: LogicalRelation =>
      relation.relation match {
        // Formats of tables with a log of their own derive from Parquet's class.
        case files: HadoopFsRelation if files.fileFormat.getClass == classOf[ParquetFileFormat] =>
          val narrowing = files.options.keySet.map(_.toLowerCase(java.util.Locale.ROOT)).intersect(Narrowing)
          if (narrowing.nonEmpty) {
            throw unsupported(name, s"its option ${narrowing.min} leaves files out")
          }
          relation.catalogTable
            .filter(table => table.partitionColumnNames.nonEmpty && table.tracksPartitionsInCatalog)
            .map(table => partitioned(session, name, table))
            .getOrElse(files.location.rootPaths)
        case files: HadoopFsRelation => throw unsupported(name, s"it is stored as ${files.fileFormat}")
        case _                       => throw unsupported(name, "it is not stored in files")
      }
    case hive: HiveTableRelation if hive.tableMeta.storage.serde.exists(_.toLowerCase.contains("parquet")) =>
      if (hive.isPartitioned) partitioned(session, name, hive.tableMeta) else Seq(new Path(hive.tableMeta.location))
    case _: HiveTableRelation => throw unsupported(name, "it is not stored as Parquet")
    case _ => throw unsupported(name, "it is a view, or a table that Spark reads in other ways than from plain files")
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
      throw unsupported(name, s"its catalog and its folder hold different partitions: $example")
    }
    Seq(root)
  }

  private def isComparable(kind: DataType): Boolean = kind match {
    case _: ArrayType | _: MapType | _: StructType => false
    case _                                         => true
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
    new ParityException("PATH_NOT_FOUND", s"there is no table $name", hint)
  }

  private def unsupported(name: String, why: String): ParityException =
    new ParityException(
      "UNSUPPORTED_TABLE",
      s"the table $name cannot be compared by name: $why",
      "give the path of its Parquet files"
    )

  /** Options of Parquet tables that make them other files than those below their folder. */
  private val Narrowing = Set("pathglobfilter", "recursivefilelookup", "modifiedbefore", "modifiedafter", "basepath")
}
