import { tableOf } from "./words.ts";

/**
 * Each sign as it is read between or before other things. "a" alone is an article, which espeak-ng says as /ə/, and "ay" as the letter i; "eigh" it
 * says as /eɪ/ in every English voice, before whatever word.
 */
export const enSigns = tableOf(`
  a eigh
  + plus
  − minus
  ± plus or minus
  ∓ minus or plus
  × times
  · times
  * times
  ∗ times
  ⋅ times
  ÷ divided by
  / over
  ∘ composed with
  • dot
  ⊕ direct sum
  ⊗ tensor
  ⊖ circled minus
  ⊙ circled dot
  ⊘ circled slash
  = equals
  ≠ is not equal to
  < is less than
  > is greater than
  ≤ is less than or equal to
  ≥ is greater than or equal to
  ≦ is less than or equal to
  ≧ is greater than or equal to
  ⩽ is less than or equal to
  ⩾ is greater than or equal to
  ≪ is much less than
  ≫ is much greater than
  ≲ is less than or about
  ≳ is greater than or about
  ≮ is not less than
  ≯ is not greater than
  ≰ is not less than or equal to
  ≱ is not greater than or equal to
  ≈ is approximately equal to
  ≃ is asymptotically equal to
  ≅ is congruent to
  ∼ is similar to
  ≡ is equivalent to
  ≢ is not equivalent to
  ≐ approaches
  ≜ is defined as
  ≔ is defined as
  ∝ is proportional to
  ∈ is in
  ∉ is not in
  ∋ contains
  ⊂ is a subset of
  ⊆ is a subset of or equal to
  ⊊ is a proper subset of
  ⊄ is not a subset of
  ⊈ is not a subset of or equal to
  ⊃ is a superset of
  ⊇ is a superset of or equal to
  ⊋ is a proper superset of
  ∪ union
  ∩ intersection
  ∖ minus
  \\ minus
  △ triangle
  ∅ the empty set
  ∧ and
  ∨ or
  ¬ not
  ⊻ exclusive or
  ∀ for all
  ∃ there exists
  ∄ there does not exist
  ⇒ implies
  ⟹ implies
  ⇐ is implied by
  ⟸ is implied by
  ⇔ if and only if
  ⟺ if and only if
  → to
  ⟶ to
  ← from
  ⟵ from
  ↔ to and from
  ⟷ to and from
  ↦ maps to
  ⟼ maps to
  ↪ embeds into
  ↠ maps onto
  ⇝ leads to
  ⇌ is in equilibrium with
  ⇋ is in equilibrium with
  ↑ up
  ↓ down
  ⊢ proves
  ⊨ models
  ⊤ true
  ⊥ is perpendicular to
  ⟂ is perpendicular to
  ∥ is parallel to
  ‖ is parallel to
  ∦ is not parallel to
  ∤ does not divide
  ≺ precedes
  ≻ succeeds
  ⪯ precedes or equals
  ⪰ succeeds or equals
  ⊲ is a normal subgroup of
  ⊴ is a normal subgroup of or equal to
  ∴ therefore
  ∵ because
  ∠ angle
  ∡ measured angle
  ∟ right angle
  ∞ infinity
  ∂ partial
  ∇ nabla
  ∆ delta
  √ square root
  □ box
  ■ end of proof
  ∎ end of proof
  † dagger
  ‡ double dagger
  ! factorial
  ‼ double factorial
  % percent
  ‰ per mille
  ° degrees
  $ dollars
  € euros
  £ pounds
  # number
  & and
  @ at
  … dot dot dot
  ⋯ dot dot dot
  ⋮ and so on
  ⋱ and so on
  ⋰ and so on
  ′ prime
  ″ double prime
  ‴ triple prime
  α alpha
  β beta
  γ gamma
  δ delta
  ε epsilon
  ϵ epsilon
  ζ zeta
  η eta
  θ theta
  ϑ theta
  ι iota
  κ kappa
  ϰ kappa
  λ lambda
  μ mu
  µ mu
  ν nu
  ξ Xi
  ο omicron
  π pi
  ϖ pi
  ρ rho
  ϱ rho
  σ sigma
  ς sigma
  τ tau
  υ upsilon
  φ phi
  ϕ phi
  χ chi
  ψ psi
  ω omega
  ℏ h bar
  ħ h bar
  ℓ l
  ℘ p
  ı i
  ȷ j
  ð eth
  ℜ the real part
  ℑ the imaginary part
  ℵ aleph
  ℶ beth
  ℝ the real numbers
  ℕ the natural numbers
  ℤ the integers
  ℚ the rational numbers
  ℂ the complex numbers
  ℍ the quaternions
  ℙ P
  𝔼 E
  ℒ L
  ℱ F
  ℋ H
  ℬ B
  ℰ E
  ℳ M
  ℛ R
  ℐ I
  Å ångström
`);

/** Names that apply to what follows them. */
export const enFunctions = tableOf(`
  sin sine
  cos cosine
  tan tangent
  cot cotangent
  sec secant
  csc cosecant
  cosec cosecant
  arcsin arc sine
  arccos arc cosine
  arctan arc tangent
  arccot arc cotangent
  sinh hyperbolic sine
  cosh hyperbolic cosine
  tanh hyperbolic tangent
  coth hyperbolic cotangent
  sech hyperbolic secant
  csch hyperbolic cosecant
  arsinh inverse hyperbolic sine
  arcosh inverse hyperbolic cosine
  artanh inverse hyperbolic tangent
  tg tangent
  ctg cotangent
  ln the natural log
  log the log
  lg the log
  exp the exponential
  det the determinant
  dim the dimension
  ker the kernel
  gcd the greatest common divisor
  lcm the least common multiple
  deg the degree
  arg the argument
  hom hom
  rank the rank
  tr the trace
  Tr trace
  span the span
  sgn the sign
  sign sign
  Pr the probability
  Var the variance
  Cov the covariance
  Re the real part
  ℜ the real part
  Im the imaginary part
  ℑ the imaginary part
  lim the limit
  limsup the limit superior
  liminf the limit inferior
  max the maximum
  min the minimum
  sup the supremum
  inf the infimum
  argmax the arg max
  argmin the arg min
  div the divergence
  curl the curl
  grad the gradient
  rot the curl
`);
