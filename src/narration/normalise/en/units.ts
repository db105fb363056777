import { after, before, match, type Rule } from "./place.ts";
import { isStreetAhead } from "./streets.ts";

/** A unit behind a number: `from` is where its sign begins, behind the space or hyphen. */
export type Unit = { from: number; to: number; one: string; many: string };

type Names = { one: string; many: string; apart: boolean };

// Sign=singular, with its plural behind a comma where that is not the singular with "s". `~`: only behind a space ("5 s") or decimals.
const table = `
km=kilometre|m=metre|dm=decimetre|cm=centimetre|mm=millimetre|µm=micrometre|nm=nanometre|mi=mile|yd=yard|yds=yard|nmi=nautical mile|ft=foot,feet|~ly=light year
kg=kilogram|g=gram|mg=milligram|µg=microgram|mcg=microgram|~t=tonne|lb=pound|lbs=pound|oz=ounce|kt=kilotonne|Mt=megatonne|ha=hectare
l=litre|L=litre|ml=millilitre|mL=millilitre|cl=centilitre|dl=decilitre|dL=decilitre|hl=hectolitre|~gal=gallon|~pt=pint|tsp=teaspoon|tbsp=tablespoon|cc=cubic centimetre
~s=second|sec=second|secs=second|ms=millisecond|µs=microsecond|ns=nanosecond|min=minute|mins=minute|h=hour|hr=hour|hrs=hour|yr=year|yrs=year|wks=week
Hz=hertz,hertz|kHz=kilohertz,kilohertz|MHz=megahertz,megahertz|GHz=gigahertz,gigahertz|THz=terahertz,terahertz
rpm=revolution per minute,revolutions per minute|bpm=beat per minute,beats per minute|fps=frame per second,frames per second
~W=watt|kW=kilowatt|MW=megawatt|GW=gigawatt|TW=terawatt|mW=milliwatt|Wh=watt-hour|kWh=kilowatt-hour|MWh=megawatt-hour|GWh=gigawatt-hour|TWh=terawatt-hour
mAh=milliamp-hour|~V=volt|kV=kilovolt|mV=millivolt|mA=milliamp|Ω=ohm|kΩ=kilohm|MΩ=megohm|~J=joule|kJ=kilojoule|MJ=megajoule|GJ=gigajoule
cal=calorie|kcal=kilocalorie|eV=electronvolt|keV=kiloelectronvolt|MeV=megaelectronvolt|GeV=gigaelectronvolt|TeV=teraelectronvolt
kN=kilonewton|Nm=newton metre|Pa=pascal|hPa=hectopascal|kPa=kilopascal|MPa=megapascal|mbar=millibar|~bar=bar|~atm=atmosphere|mSv=millisievert|µSv=microsievert
psi=pound per square inch,pounds per square inch|mmHg=millimetre of mercury,millimetres of mercury|dB=decibel|dBA=decibel|lm=lumen|lx=lux,lux|~mol=mole|mmol=millimole|µmol=micromole|nmol=nanomole|~IU=international unit|µF=microfarad|nF=nanofarad|pF=picofarad
mph=mile per hour,miles per hour|kmh=kilometre per hour,kilometres per hour|kph=kilometre per hour,kilometres per hour|mpg=mile per gallon,miles per gallon|~kn=knot
px=pixel|dpi=dot per inch,dots per inch|ppi=pixel per inch,pixels per inch|MP=megapixel|ppm=part per million,parts per million|ppb=part per billion,parts per billion|pts=point
kB=kilobyte|KB=kilobyte|MB=megabyte|GB=gigabyte|TB=terabyte|PB=petabyte|KiB=kibibyte|MiB=mebibyte|GiB=gibibyte|TiB=tebibyte|kbit=kilobit|Mbit=megabit|Gbit=gigabit
kbps=kilobit per second,kilobits per second|Mbps=megabit per second,megabits per second|Gbps=gigabit per second,gigabits per second|hp=horsepower,horsepower|bhp=brake horsepower,brake horsepower
°C=degree Celsius,degrees Celsius|°F=degree Fahrenheit,degrees Fahrenheit|℃=degree Celsius,degrees Celsius|℉=degree Fahrenheit,degrees Fahrenheit|°=degree|′=foot,feet|″=inch,inches
%=percent,percent|‰=per mille,per mille|sq ft=square foot,square feet|sq m=square metre|sq km=square kilometre|sq mi=square mile|cu ft=cubic foot,cubic feet|fl oz=fluid ounce
`;

const units = new Map<string, Names>();
for (const entry of table.trim().split(/[|\n]/)) {
  const [sign = "", names = ""] = entry.split("=");
  const [one = "", many = `${one}s`] = names.split(",");
  units.set(sign.replace("~", ""), { one, many, apart: sign.startsWith("~") });
}

const spans = new Set(["day", "week", "month", "year"]);
const lengths = /^(?:[kcmdnµ]?m|mi|yd|ft)$/;
// Of the signs that may be met without a number, those that are no words ("per MP", "per bar").
const lone = /^(?:[kcm]?m[²³23]|[kcm]m|[kmµ]g|[kMGT]Wh|[mcd][lL]|ha|[MGT]B|hr|min|sec|yr)(?![\p{L}\p{N}])/u;
// Behind a sum of money or a power.
const priced = /(?:\p{Sc}\s?\d[\d.,]*(?:[kmb]n?)?|[⁰¹²³⁴-⁹])\/$/u;
const divisors: Record<string, string> = { bbl: "barrel", mo: "month", wk: "week", yr: "year" };
const divisor =
  /(bbl|mo|wk|yr|hr?|min|gal|[kM]Wh|[km]?g|t|lb|oz|m?[lL]|k?m|GB|barrel|ounce|gallon|hour|night|day|week|month|year|person|share|head|unit|tonne|ton|pound)(?![\p{L}\p{N}²³])(?:(?<=bbl|mo|wk|yr|hr|min|gal|lb|oz)\.(?=[,;:)]|\s[\p{Ll}\d(]))?/uy;
const signs =
  /([ -]?)((?:sq|cu|fl)\.? \p{L}{1,2}|[°º]\s?[CF](?!\p{L})|[\p{L}Ω]{1,5}|[°º%‰℃℉′″])([²³]|[23](?!\p{N}))?(\/(\p{L}{1,5})([²³]|[23](?!\p{N}))?(?![\p{L}\p{N}]))?(?![\p{L}\p{N}])/uy;

/** The unit whose sign stands at `at`, where a number has ended; null where none does. */
export function unitAt(text: string, at: number): Unit | null {
  const found = match(signs, text, at);
  if (found === null) return null;
  const [all, gap = "", sign = "", power, divided = "", under = "", divisorPower] = found;
  const past = text.slice(Math.max(0, at - 12), at);
  // "1h 20m"
  const name = sign === "m" && /\dh(?:rs?)?\s\d{1,2}$/.test(past) ? "min" : sign.replace(".", "");
  const above = raised(
    name.replace("\u03BC", "µ").replace(/[°º]\s?/, "°"),
    power,
    gap === " " || /\.\d{1,3}$/.test(past),
  );
  // "221 W. 57th St."
  if (
    above === null ||
    (sign === "W" && isStreetAhead(text, at + all.length + (text[at + all.length] === "." ? 1 : 0)))
  )
    return null;
  // "10 km/person": a stroke before what is no unit is left to the engine.
  const below = spans.has(under) ? under : raised(under, divisorPower, true)?.one;
  const end = at + all.length - (below === undefined ? divided.length : 0);
  const span = below === undefined ? null : match(/\/(day|week|month|year)(?!\p{L})/uy, text, end);
  const per = (below === undefined ? "" : ` per ${below}`) + (span === null ? "" : ` per ${span[1]}`);
  const to = span === null ? end + abbreviating(text, end, name) : end + span[0].length;
  const one = above.one + per;
  // "the 10-km race": with a hyphen it describes what follows.
  return { from: at + gap.length, to, one, many: gap === "-" ? one : above.many + per };
}

/** "people per km²", "$15/hr", "10⁹/L": a unit without a number. */
export const perUnit: Rule = (place) => {
  const price = priced.test(before(place)) ? match(divisor, place.text, place.at) : null;
  if (price !== null) {
    const to = place.at + price[0].length;
    const one = divisors[price[1]!] ?? units.get(price[1]!)?.one ?? price[1]!;
    return { to, readings: [{ from: place.at - 1, to, spoken: `per ${one}` }] };
  }
  if (!/(?<!\p{L})per\s$/iu.test(before(place)) || !lone.test(place.text.slice(place.at, place.at + 6))) return null;
  const unit = unitAt(place.text, place.at);
  return unit && { to: unit.to, readings: [{ from: place.at, to: unit.to, spoken: unit.one }] };
};

function raised(name: string, power: string | undefined, apart: boolean): Names | null {
  const names = units.get(name);
  if (names === undefined || (names.apart && !apart)) return null;
  if (power === undefined) return names;
  if (!lengths.test(name)) return name === "s" && "²2".includes(power) ? { ...names, one: "second squared" } : null;
  const kind = "²2".includes(power) ? "square" : "cubic";
  return { one: `${kind} ${names.one}`, many: `${kind} ${names.many}`, apart };
}

/** 1 where a stop belongs to the sign ("5 lbs. of"), 0 where it ends the sentence, or may. */
function abbreviating(text: string, at: number, name: string): number {
  const shortened = /^(?:lbs?|oz|ft|yds?|mi|hrs?|secs?|mins?|yrs?|wks|gal|pt|tbsp|tsp|sq ft|sq mi|fl oz)$/.test(name);
  return shortened && /^\.(?:[,;:)]|\s[\p{Ll}\d(=])/u.test(after(text, at)) ? 1 : 0;
}
