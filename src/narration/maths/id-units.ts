import { unitsOf } from "./en-units.ts";

/** As in English; Indonesian has one form for one and many. */
export const idUnits: Record<string, [one: string, many: string]> = onlyOne(
  unitsOf(
    `
  m meter
  g gram
  s detik
  A ampere
  K kelvin
  mol mol
  cd kandela
  L liter
  l liter
  Hz hertz
  N newton
  Pa pascal
  J joule
  W watt
  C coulomb
  V volt
  F farad
  Ω ohm
  S siemens
  Wb weber
  T tesla
  H henry
  lm lumen
  lx luks
  Bq becquerel
  Gy gray
  Sv sievert
  eV elektronvolt
  bar bar
  Wh watt-jam
  t ton
  B bita
  bit bit`,
    {
      k: "kilo",
      M: "mega",
      G: "giga",
      T: "tera",
      m: "mili",
      c: "senti",
      d: "desi",
      μ: "mikro",
      µ: "mikro",
      n: "nano",
      p: "piko",
      h: "hekto",
    },
    `
  h jam
  jam jam
  min menit
  menit menit
  d hari
  hari hari
  detik detik
  ha hektare
  a tahun
  u dalton
  Da dalton
  rad radian
  sr steradian
  rpm putaran_per_menit
  ppm bagian_per_juta
  dB desibel
  kph kilometer_per_jam
  mph mil_per_jam
  ft kaki
  in inci
  mi mil
  lb pon
  oz ons
  cal kalori
  kcal kilokalori
  kal kalori
  kkal kilokalori
  atm atmosfer
  mmHg milimeter_raksa
  ly tahun_cahaya
  au satuan_astronomi
  pc parsec
  Å angstrom
  % persen`,
  ),
);

function onlyOne(units: Record<string, [string, string]>): Record<string, [string, string]> {
  for (const forms of Object.values(units)) forms[1] = forms[0];
  return units;
}
