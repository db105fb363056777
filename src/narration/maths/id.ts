import { toCardinal } from "n2words/id-ID";
import { idFunctions, idSigns } from "./id-signs.ts";
import { idUnits } from "./id-units.ts";
import { bare, tableOf, type Words } from "./words.ts";

/*
 * Formulas in Indonesian, in the words of its schoolbooks: "x kuadrat", "a per b", "akar kuadrat dari", "turunan y terhadap x".
 */

export const id: Words = {
  cardinal,
  point: "koma",
  decimalMark: ",",
  repeating: (digits) => `${digits} berulang`,
  vulgar,
  mixed: (whole, fraction) => `${whole} ${fraction}`,
  ordinal: (position) => (position === 1 ? "pertama" : `ke${cardinal(String(position)).replaceAll(" ", "-")}`),
  capital: (letter) => `${letter} besar`,
  signs: idSigns,
  functions: idFunctions,
  of: "dari",
  applied: "",
  inverseOf: (name) => `invers ${name}`,
  logBase: (name, base) => `${name} basis ${base} dari`,
  units: idUnits,
  per: "per",
  unitPower: (unit, power) =>
    power === 2 ? `${unit} persegi` : power === 3 ? `${unit} kubik` : `${unit} ${raised(power)}`,
  perPower: (unit, power) =>
    `per ${power === 1 ? unit : unit === "detik" ? `${unit} ${raised(power)}` : id.unitPower(unit, power)}`,
  times: "kali",
  over: (top, bottom) => `${top} per ${bottom}`,
  allOver: (top, bottom) => `${top}, semuanya per ${bottom}`,
  fraction: (top, bottom) => `pecahan ${top} per ${bottom}, akhir pecahan,`,
  longFraction: (top, bottom) => `pecahan dengan pembilang ${top}, dan penyebut ${bottom}, akhir pecahan,`,
  root(body, index, marked) {
    return `akar ${index === null ? "kuadrat" : `pangkat ${index}`} dari ${body}${marked ? ", akhir akar," : ""}`;
  },
  squared: "kuadrat",
  cubed: "pangkat tiga",
  power: (exponent, marked) => `pangkat ${exponent}${marked ? ", akhir pangkat," : ""}`,
  inverse: "invers",
  transpose: "transpos",
  conjugate: "bintang",
  prime: (count) => (count === 1 ? "aksen" : `${cardinal(String(count))} aksen`),
  degrees: "derajat",
  arc: ["menit", "detik"],
  degreesOf: bare({ C: "derajat Celsius", F: "derajat Fahrenheit" }),
  sub: (index, marked) => `indeks ${index}${marked ? ", akhir indeks," : ""}`,
  accents: bare({
    "^": (base) => `${base} topi`,
    "‾": (base) => `${base} bar`,
    "~": (base) => `${base} tilde`,
    "→": (base) => `vektor ${base}`,
    "˙": (base) => `${base} titik`,
    "¨": (base) => `${base} dua titik`,
    "⃛": (base) => `${base} tiga titik`,
    ˇ: (base) => `${base} caron`,
    "˘": (base) => `${base} breve`,
    "˚": (base) => `${base} cincin`,
    _: (base) => `${base} garis bawah`,
  }),
  above: (base, sign) => `${base} dengan ${sign} di atasnya`,
  below: (base, sign) => `${base} dengan ${sign} di bawahnya`,
  bigOperators: tableOf(`
    ∑ jumlah
    ∏ hasil kali
    ∐ kohasil kali
    ∫ integral
    ∬ integral lipat dua
    ∭ integral lipat tiga
    ⨌ integral lipat empat
    ∮ integral kontur
    ∯ integral permukaan
    ∰ integral volume
    ⋃ gabungan
    ⋂ irisan
    ⨆ supremum
    ⋁ disjungsi
    ⋀ konjungsi
    ⨁ jumlah langsung
    ⨂ hasil kali tensor
    ⨀ hasil kali lingkaran
    ⨄ gabungan multihimpunan`),
  bounds({ from, to, integral }) {
    if (from === null) return to === null ? "" : `sampai ${to}`;
    if (to === null) return `${integral ? "pada" : "untuk"} ${from}`;
    return `${integral ? "dari" : "untuk"} ${from} sampai ${to}`;
  },
  limit: (name, under) => `${name} ${under}`,
  optimum: (name, under) => `${name} untuk ${under}`,
  approaches: "mendekati",
  fromAbove: "dari kanan",
  fromBelow: "dari kiri",
  derivative({ order, partial, what, by }) {
    const name = ["turunan", partial ? "parsial" : "", order ?? ""].filter(Boolean).join(" ");
    return what === null ? `${name} terhadap ${by}` : `${name} ${what} terhadap ${by}`;
  },
  and: "dan",
  binomial: (top, bottom) => `kombinasi ${bottom} dari ${top}`,
  evaluated: (body, from, to) =>
    to === null ? `${body}, dihitung di ${from ?? ""},` : `${body}, dihitung dari ${from ?? ""} sampai ${to},`,
  fences: tableOf(`
    ( buka kurung
    ) tutup kurung
    [ buka kurung siku
    ] tutup kurung siku
    { buka kurung kurawal
    } tutup kurung kurawal
    ⟨ buka kurung sudut
    ⟩ tutup kurung sudut
    〈 buka kurung sudut
    〉 tutup kurung sudut
    ⌊ buka lantai
    ⌋ tutup lantai
    ⌈ buka atap
    ⌉ tutup atap
    ⟦ buka kurung siku ganda
    ⟧ tutup kurung siku ganda`),
  absolute: (body, marked) => `nilai mutlak ${body}${marked ? ", akhir nilai mutlak," : ""}`,
  norm: (body, marked) => `norma ${body}${marked ? ", akhir norma," : ""}`,
  floor: (body) => `lantai dari ${body}`,
  ceiling: (body) => `atap dari ${body}`,
  inner: (left, right) => `hasil kali dalam ${left} dan ${right}`,
  set: (members) => `himpunan ${members}`,
  setOf: (member) => `himpunan semua ${member}`,
  emptySet: "himpunan kosong",
  interval(left, right, [leftIn, rightIn]) {
    if (leftIn === rightIn) return `selang ${leftIn ? "tertutup" : "terbuka"} dari ${left} sampai ${right}`;
    const side = (inside: boolean) => (inside ? "termasuk" : "tidak termasuk");
    return `selang dari ${left}, ${side(leftIn)}, sampai ${right}, ${side(rightIn)},`;
  },
  existsOne: "terdapat tepat satu",
  size: (body) => `banyaknya anggota ${body},`,
  bra: (body) => `bra ${body},`,
  ket: (body) => `ket ${body},`,
  given: "dengan syarat",
  suchThat: "sedemikian sehingga",
  divides: "membagi",
  modulo: "modulo",
  dot: "titik",
  cross: "silang",
  charges: bare({ "+": "plus", "−": "minus", "•": "radikal" }),
  moduloOf: (modulus) => `, modulo ${modulus}`,
  ratio: "banding",
  mapFrom: "dari",
  shortSigns: bare({ "∈": "anggota", "∉": "bukan anggota", "→": "ke" }),
  congruent: "kongruen dengan",
  if: "jika",
  matrix({ rows, columns, lines, determinant }) {
    const size = `matriks ${cardinal(String(rows))} kali ${cardinal(String(columns))}`;
    const each = lines.map((line, index) => `baris ${id.ordinal(index + 1)}: ${line}`).join("; ");
    return `${determinant ? `determinan ${size}` : size}: ${each}; akhir matriks,`;
  },
  vector: (entries) => `vektor kolom ${entries},`,
  cases: (lines) =>
    `${cardinal(String(lines.length))} kasus: ${lines.map((line, index) => `${id.ordinal(index + 1)}, ${line}`).join("; ")}; akhir kasus,`,
  orderOf: (order) => `ke-${order}`,
  derivativeOf: (name, order) => `turunan ke-${order} dari ${name}`,
  money: bare({ $: ["dolar", "dolar"], "€": ["euro", "euro"], "£": ["pound", "pound"], Rp: ["rupiah", "rupiah"] }),
  yields: "menghasilkan",
  states: bare({ s: "padat", l: "cair", g: "gas", aq: "larutan", "↑": "gas", "↓": "endapan" }),
  isotope(base, mass, atomic) {
    if (mass !== null && atomic !== null) return `${base}, nomor massa ${mass}, nomor atom ${atomic},`;
    return `${base} ${mass ?? atomic ?? ""}`;
  },
};

function cardinal(digits: string): string {
  return toCardinal(digits);
}

function raised(power: number): string {
  return power === 2 ? "kuadrat" : `pangkat ${cardinal(String(power))}`;
}

/** "setengah", "sepertiga", "tiga perempat"; long denominators stand apart from "per". */
function vulgar(top: number, bottom: number): string | null {
  if (top < 1 || top > 99 || bottom < 2 || bottom > 1000) return null;
  if (top === 1 && bottom === 2) return "setengah";
  const below = cardinal(String(bottom));
  const part = below.includes(" ") ? `per ${below}` : `per${below}`;
  if (top === 1) return below.includes(" ") ? `satu ${part}` : `se${part}`;
  return `${cardinal(String(top))} ${part}`;
}
