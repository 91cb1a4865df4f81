package org.sparkparity.steps

import com.fasterxml.jackson.databind.JsonNode

import scala.collection.JavaConverters._

/** The graph of a run, as the native steps tell it (`native/steps/src/graph.rs`): which step feeds which. */
private[sparkparity] final class Graph(stages: JsonNode) {
  private val byName: Map[String, Stage] =
    stages.elements.asScala.map(stage => Stage.of(stage)).map(stage => stage.name -> stage).toMap

  def apply(name: String): Stage = byName(name)
}

/** A stage: a step, what its tasks stand for and what these are fed.
  *
  * @param label
  *   how users see it called
  * @param args
  *   arguments that all tasks have in common
  * @param known
  *   what tasks must be told of what became known before
  * @param kept
  *   what of it is there for all that need it: its blocks, what was exchanged of it, or nothing
  */
private[sparkparity] final case class Stage(
    name: String,
    label: String,
    step: String,
    tasks: Tasks,
    args: Map[String, Any],
    inputs: Seq[Input],
    known: Set[String],
    kept: String
)

/** The tasks of a stage: the name of a task's number, the first number, and how many there are, where that is known
  * before the step that feeds them says it.
  */
private[sparkparity] final case class Tasks(number: String, first: Int, count: Option[Int])

/** What a stage is fed: the blocks of these stages together, straight from task to task, exchanged, or sorted too. */
private[sparkparity] final case class Input(from: Seq[String], way: String)

private object Stage {

  def of(stage: JsonNode): Stage = Stage(
    stage.path("stage").asText,
    stage.path("label").asText,
    stage.path("step").asText,
    tasks(stage.path("tasks")),
    stage.path("args").fields.asScala.map(arg => arg.getKey -> value(arg.getValue)).toMap,
    stage.path("inputs").elements.asScala.map(input).toVector,
    texts(stage.path("known")).toSet,
    stage.path("kept").asText
  )

  private def tasks(tasks: JsonNode): Tasks = Tasks(
    tasks.path("number").asText,
    tasks.path("first").asInt,
    Some(tasks.path("count")).filter(_.isNumber).map(_.asInt)
  )

  private def value(value: JsonNode): Any = if (value.isBoolean) value.asBoolean else value.asText

  private def input(input: JsonNode): Input = Input(texts(input.path("from")), input.path("way").asText)

  private def texts(values: JsonNode): Seq[String] = values.elements.asScala.map(_.asText).toVector
}
