package org.sparkparity.output

import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.{Files, Paths}

import com.fasterxml.jackson.databind.JsonNode
import org.sparkparity.Json

import scala.util.Try

/** A process that writes an output folder.
  *
  * On its own machine it is known to be alive or dead: `machine` is the boot of a kernel and a space of process ids in
  * it, `process` an id in that space with the time at which it began, so that a later process with the same id is
  * another one.
  */
private[sparkparity] final case class Writer(machine: String, process: String) {
  def json: JsonNode = Json.obj("machine" -> machine, "process" -> process)

  /** Whether it is this process. */
  def isHere: Boolean = machine.nonEmpty && this == Writer.here

  /** Whether the process runs; `None` where this machine cannot tell. */
  def isAlive: Option[Boolean] =
    if (machine.isEmpty || machine != Writer.here.machine) None
    else Some(Writer.begun(process.takeWhile(_ != '@')).contains(process))
}

private[sparkparity] object Writer {

  /** This process. Empty texts where Linux does not say, and then nobody takes it for dead on that ground. */
  lazy val here: Writer = {
    val machine = for {
      boot <- text("/proc/sys/kernel/random/boot_id")
      space <- link("/proc/self/ns/pid")
    } yield s"${boot.trim} $space"
    val process = link("/proc/self").flatMap(begun)
    Writer(machine.filter(_ => process.isDefined).getOrElse(""), process.getOrElse(""))
  }

  def read(node: JsonNode): Writer = Writer(node.path("machine").asText(), node.path("process").asText())

  /** The id of a process that runs, with the time at which it began. */
  private def begun(id: String): Option[String] = for {
    stat <- text(s"/proc/$id/stat") if id.forall(_.isDigit)
    // The name before it, in parentheses, may hold anything.
    fields = stat.substring(stat.lastIndexOf(')') + 1).trim.split(' ')
    if !Set("Z", "X").contains(fields.head) // dead, and nobody has asked yet how it ended
    start <- fields.lift(19)
  } yield s"$id@$start"

  private def link(path: String): Option[String] = Try(Files.readSymbolicLink(Paths.get(path)).toString).toOption

  private def text(path: String): Option[String] =
    Try(new String(Files.readAllBytes(Paths.get(path)), UTF_8)).toOption
}
