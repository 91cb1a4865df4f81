package org.sparkparity.steps

import java.security.SecureRandom
import java.util.Base64

/** What the steps of a run must know of masked columns: the secret with which plan and blocks are sealed before they
  * leave a step. Drivers keep it, and give it to tasks in their partitions.
  */
private[sparkparity] final class Masks private (secret: Option[String]) extends Serializable {

  /** For the arguments of a step; none where nothing is masked. */
  def args: Seq[(String, Any)] = secret.toSeq.flatMap(secret => Seq("masked" -> true, "secret" -> secret))
}

private[sparkparity] object Masks {
  private val SecretBytes = 32

  val none: Masks = new Masks(None)

  /** For a run with masked columns, with a secret of its own. */
  def some(): Masks = {
    val secret = new Array[Byte](SecretBytes)
    new SecureRandom().nextBytes(secret)
    new Masks(Some(Base64.getEncoder.encodeToString(secret)))
  }
}
