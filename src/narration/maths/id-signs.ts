import { tableOf } from "./words.ts";

/** Each sign as it is read between or before other things. */
export const idSigns = tableOf(`
  + tambah
  − minus
  ± plus minus
  ∓ minus plus
  × kali
  · kali
  * kali
  ∗ kali
  ⋅ kali
  ÷ dibagi
  / per
  ∘ komposisi
  • titik
  ⊕ jumlah langsung
  ⊗ tensor
  ⊖ minus lingkaran
  ⊙ titik lingkaran
  ⊘ garis miring lingkaran
  = sama dengan
  ≠ tidak sama dengan
  < kurang dari
  > lebih dari
  ≤ kurang dari atau sama dengan
  ≥ lebih dari atau sama dengan
  ≦ kurang dari atau sama dengan
  ≧ lebih dari atau sama dengan
  ⩽ kurang dari atau sama dengan
  ⩾ lebih dari atau sama dengan
  ≪ jauh kurang dari
  ≫ jauh lebih dari
  ≲ kurang dari atau kira-kira
  ≳ lebih dari atau kira-kira
  ≮ tidak kurang dari
  ≯ tidak lebih dari
  ≰ tidak kurang dari atau sama dengan
  ≱ tidak lebih dari atau sama dengan
  ≈ kira-kira sama dengan
  ≃ asimtotik sama dengan
  ≅ kongruen dengan
  ∼ sebangun dengan
  ≡ ekuivalen dengan
  ≢ tidak ekuivalen dengan
  ≐ mendekati
  ≜ didefinisikan sebagai
  ≔ didefinisikan sebagai
  ∝ sebanding dengan
  ∈ anggota
  ∉ bukan anggota
  ∋ memuat
  ⊂ adalah himpunan bagian dari
  ⊆ adalah himpunan bagian dari atau sama dengan
  ⊊ adalah himpunan bagian sejati dari
  ⊄ bukan himpunan bagian dari
  ⊈ bukan himpunan bagian atau sama dengan
  ⊃ memuat himpunan
  ⊇ memuat atau sama dengan
  ⊋ memuat sejati
  ∪ gabungan
  ∩ irisan
  ∖ selisih
  \\ selisih
  △ segitiga
  ∅ himpunan kosong
  ∧ dan
  ∨ atau
  ¬ bukan
  ⊻ atau eksklusif
  ∀ untuk setiap
  ∃ terdapat
  ∄ tidak terdapat
  ⇒ maka
  ⟹ maka
  ⇐ diakibatkan oleh
  ⟸ diakibatkan oleh
  ⇔ jika dan hanya jika
  ⟺ jika dan hanya jika
  → ke
  ⟶ ke
  ← dari
  ⟵ dari
  ↔ bolak-balik
  ⟷ bolak-balik
  ↦ dipetakan ke
  ⟼ dipetakan ke
  ↪ disisipkan ke
  ↠ dipetakan pada
  ⇝ menuju
  ⇌ setimbang dengan
  ⇋ setimbang dengan
  ↑ naik
  ↓ turun
  ⊢ membuktikan
  ⊨ memodelkan
  ⊤ benar
  ⊥ tegak lurus
  ⟂ tegak lurus
  ∥ sejajar dengan
  ‖ sejajar dengan
  ∦ tidak sejajar dengan
  ∤ tidak membagi
  ≺ mendahului
  ≻ menyusul
  ⪯ mendahului atau sama dengan
  ⪰ menyusul atau sama dengan
  ⊲ subgrup normal dari
  ⊴ subgrup normal atau sama dengan
  ∴ jadi
  ∵ karena
  ∠ sudut
  ∡ sudut terukur
  ∟ sudut siku-siku
  ∞ tak hingga
  ∂ parsial
  ∇ nabla
  ∆ delta
  √ akar kuadrat
  □ kotak
  ■ bukti selesai
  ∎ bukti selesai
  † belati
  ‡ belati ganda
  ! faktorial
  ‼ faktorial ganda
  % persen
  ‰ per mil
  ° derajat
  $ dolar
  € euro
  £ pound
  # nomor
  & dan
  @ at
  … titik titik titik
  ⋯ titik titik titik
  ⋮ dan seterusnya
  ⋱ dan seterusnya
  ⋰ dan seterusnya
  ′ aksen
  ″ dua aksen
  ‴ tiga aksen
  α alpha
  β beta
  γ gama
  δ delta
  ε epsilon
  ϵ epsilon
  ζ zeta
  η eta
  θ teta
  ϑ teta
  ι iota
  κ kapa
  ϰ kapa
  λ lambda
  μ mu
  µ mu
  ν nu
  ξ ksi
  ο omikron
  π pi
  ϖ pi
  ρ rho
  ϱ rho
  σ sigma
  ς sigma
  τ tau
  υ upsilon
  φ fi
  ϕ fi
  χ khi
  ψ psi
  ω omega
  ℏ h bar
  ħ h bar
  ℓ l
  ℘ p
  ı i
  ȷ j
  ð eth
  ℜ bagian real
  ℑ bagian imajiner
  ℵ alef
  ℶ bet
  ℝ bilangan real
  ℕ bilangan asli
  ℤ bilangan bulat
  ℚ bilangan rasional
  ℂ bilangan kompleks
  ℍ kuaternion
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
  Å angstrom
`);

/** Names that apply to what follows them. */
export const idFunctions = tableOf(`
  sin sinus
  cos kosinus
  tan tangen
  cot kotangen
  sec sekan
  csc kosekan
  cosec kosekan
  arcsin arkus sinus
  arccos arkus kosinus
  arctan arkus tangen
  arccot arkus kotangen
  sinh sinus hiperbolik
  cosh kosinus hiperbolik
  tanh tangen hiperbolik
  coth kotangen hiperbolik
  sech sekan hiperbolik
  csch kosekan hiperbolik
  arsinh invers sinus hiperbolik
  arcosh invers kosinus hiperbolik
  artanh invers tangen hiperbolik
  tg tangen
  ctg kotangen
  ln logaritma natural
  log logaritma
  lg logaritma
  exp eksponensial
  det determinan
  dim dimensi
  ker kernel
  gcd faktor persekutuan terbesar
  lcm kelipatan persekutuan terkecil
  deg derajat
  FPB faktor persekutuan terbesar
  KPK kelipatan persekutuan terkecil
  arg argumen
  hom hom
  rank rank
  tr teras
  Tr teras
  span rentang
  sgn tanda
  sign tanda
  Pr peluang
  Var varians
  Cov kovarians
  Re bagian real
  ℜ bagian real
  Im bagian imajiner
  ℑ bagian imajiner
  lim limit
  limsup limit superior
  liminf limit inferior
  max maksimum
  min minimum
  sup supremum
  inf infimum
  argmax arg maks
  argmin arg min
  div divergensi
  curl curl
  grad gradien
  rot rotasi
`);
