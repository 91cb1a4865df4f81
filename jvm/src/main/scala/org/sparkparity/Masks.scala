package org.sparkparity

import java.security.SecureRandom
import java.util.Base64

/** What the steps of a run must know of masked columns: their names, and the secret with which blocks are sealed before
  * they leave a task. Drivers keep it, and give it to tasks in their partitions.
  */
private[sparkparity] final class Masks private (names: Seq[String], secret: String) extends Serializable {

  /** For the arguments of a step; none where nothing is masked. */
  def args: Seq[(String, Any)] = if (names.isEmpty) Nil else Seq("masked" -> Json.array(names), "secret" -> secret)
}

private[sparkparity] object Masks {
  private val SecretBytes = 32

  val none: Masks = new Masks(Nil, "")

  /** Of a run, with a secret of its own. */
  def of(names: Seq[String]): Masks = {
    if (names.isEmpty) none
    else {
      val secret = new Array[Byte](SecretBytes)
      new SecureRandom().nextBytes(secret)
      new Masks(names, Base64.getEncoder.encodeToString(secret))
    }
  }
}
