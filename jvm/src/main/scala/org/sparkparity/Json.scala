package org.sparkparity

import java.nio.charset.StandardCharsets.UTF_8

import com.fasterxml.jackson.core.{JsonParser, JsonProcessingException, JsonToken}
import com.fasterxml.jackson.databind.{DeserializationFeature, JsonNode, ObjectMapper}
import com.fasterxml.jackson.databind.node.ObjectNode

/** The small JSON objects that steps take as arguments and give as answers. */
private[sparkparity] object Json {
  private val mapper = new ObjectMapper
  private val strict = mapper.reader
    .`with`(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
    .`with`(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)

  def obj(fields: (String, Any)*): ObjectNode = {
    val node = mapper.createObjectNode()
    fields.foreach { case (name, value) => node.set[JsonNode](name, mapper.valueToTree[JsonNode](value)) }
    node
  }

  /** Texts, or lists of such. */
  def array(values: Seq[Any]): JsonNode = {
    val node = mapper.createArrayNode()
    values.foreach {
      case several: Seq[_] => node.add(array(several))
      case value           => node.add(value.toString)
    }
    node
  }

  /** A list of what others wrote, null where there is nothing. */
  def nodes(values: Seq[Option[JsonNode]]): JsonNode = {
    val node = mapper.createArrayNode()
    values.foreach(value => node.add(value.orNull))
    node
  }

  def bytes(fields: (String, Any)*): Array[Byte] = mapper.writeValueAsBytes(obj(fields: _*))

  def read(text: String): JsonNode = mapper.readTree(text)

  def read(payload: Array[Byte]): JsonNode = read(new String(payload, UTF_8))

  /** Some members of an object; the others, which may be large, are passed over. */
  def members(text: String, names: String*): ObjectNode = {
    val parser = mapper.getFactory.createParser(text)
    try {
      val found = mapper.createObjectNode()
      parser.nextToken()
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        val name = parser.currentName
        parser.nextToken()
        if (names.contains(name)) found.set[JsonNode](name, parser.readValueAsTree[JsonNode]())
        else parser.skipChildren()
      }
      found
    } finally parser.close()
  }

  /** An object that somebody else wrote: nothing follows it, and no member stands in it twice, of which one would be
    * lost.
    */
  def parse(text: String, what: String): ObjectNode = {
    val node =
      try strict.readTree(text)
      catch {
        case e: JsonProcessingException =>
          throw new ParityException(ErrorCode.BAD_OPTION, s"$what is not JSON: ${e.getOriginalMessage}", null, e)
      }
    node match {
      case node: ObjectNode => node
      case _                => throw new ParityException(ErrorCode.BAD_OPTION, s"$what is not a JSON object", null)
    }
  }
}
