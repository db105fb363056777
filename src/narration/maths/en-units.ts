/** Symbols of units (SI brochure, 9th edition, and what is used beside it), one and many. */
export const enUnits: Record<string, [one: string, many: string]> = unitsOf(
  `
  m metre
  g gram
  s second
  A ampere
  K kelvin kelvins
  mol mole
  cd candela
  L litre
  l litre
  Hz hertz hertz
  N newton
  Pa pascal
  J joule
  W watt
  C coulomb
  V volt
  F farad
  Ω ohm
  S siemens siemens
  Wb weber
  T tesla
  H henry henries
  lm lumen
  lx lux lux
  Bq becquerel
  Gy gray
  Sv sievert
  eV electronvolt
  bar bar
  Wh watt-hour
  t tonne
  B byte
  bit bit`,
  {
    k: "kilo",
    M: "mega",
    G: "giga",
    T: "tera",
    m: "milli",
    c: "centi",
    d: "deci",
    μ: "micro",
    µ: "micro",
    n: "nano",
    p: "pico",
    h: "hecto",
  },
  `
  h hour
  min minute
  d day
  ha hectare
  a year
  u dalton
  Da dalton
  rad radian
  sr steradian
  rpm revolution_per_minute revolutions_per_minute
  ppm part_per_million parts_per_million
  dB decibel
  kph kilometre_per_hour kilometres_per_hour
  mph mile_per_hour miles_per_hour
  ft foot feet
  in inch inches
  mi mile
  lb pound
  oz ounce
  cal calorie
  kcal kilocalorie
  atm atmosphere
  mmHg millimetre_of_mercury millimetres_of_mercury
  ly light-year
  au astronomical_unit
  pc parsec
  Å ångström
  % percent percent`,
);

/** Lines of "symbol one many", many = one + s where it is left out; the first with each prefix too. */
export function unitsOf(
  prefixed: string,
  prefixes: Record<string, string>,
  others: string,
): Record<string, [string, string]> {
  const units: Record<string, [string, string]> = Object.create(null) as Record<string, [string, string]>;
  for (const line of others.trim().split("\n")) add(units, line, "", "");
  for (const [sign, prefix] of [["", ""], ...Object.entries(prefixes)] as [string, string][])
    for (const line of prefixed.trim().split("\n")) add(units, line, sign, prefix);
  return units;
}

// The plain symbols were first or are written over: "min" is a minute, "m" + "in" nothing; "cd" is a candela, no centiday.
function add(units: Record<string, [string, string]>, line: string, sign: string, prefix: string): void {
  const [symbol = "", one = "", many = `${one}s`] = line.trim().split(" ");
  const key = sign + symbol;
  if (sign !== "" && key in units) return;
  units[key] = [prefix + one.replaceAll("_", " "), prefix + many.replaceAll("_", " ")];
}
