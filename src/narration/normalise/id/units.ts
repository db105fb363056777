import { glossary } from "./glossary.ts";

/** Symbols of units after a number, as Indonesian says them. Letters that are rather names (A, C, K, N) are left out. */
export const units = glossary(`
  mdpl meter di atas permukaan laut, km kilometer, hm hektometer, dam dekameter, m meter, dm desimeter, cm sentimeter, mm milimeter, µm mikrometer
  μm mikrometer, nm nanometer, inch inci, ft kaki, mil mil, km² kilometer persegi, km2 kilometer persegi
  m² meter persegi, m2 meter persegi, cm² sentimeter persegi, cm2 sentimeter persegi, mm² milimeter persegi, mm³ milimeter kubik
  m^2 meter persegi, cm^2 sentimeter persegi, km^2 kilometer persegi, m^3 meter kubik, cm^3 sentimeter kubik
  ha hektare, Ha hektare, km³ kilometer kubik, m³ meter kubik, m3 meter kubik, cm³ sentimeter kubik
  cm3 sentimeter kubik, dm³ desimeter kubik, dm3 desimeter kubik, kg kilogram, Kg kilogram, g gram, gr gram
  mg miligram, µg mikrogram, μg mikrogram, mcg mikrogram, ons ons, l liter, L liter, ltr liter, dl desiliter, dL desiliter
  ml mililiter, mL mililiter, µL mikroliter, μL mikroliter, cl sentiliter, cc ce ce, °C derajat Celsius, ℃ derajat Celsius
  °F derajat Fahrenheit, ° derajat, Wh watt jam, kWh kilowatt jam, KWH kilowatt jam, MWh megawatt jam
  GWh gigawatt jam, TWh terawatt jam, W watt, kW kilowatt, MW megawatt, GW gigawatt, MWp megawatt peak
  kWp kilowatt peak, kVA kilovolt ampere, VA volt ampere, V volt, kV kilovolt, mV milivolt, mA miliampere
  Ω ohm, Ω ohm, kΩ kiloohm, MΩ megaohm, mAh miliampere jam, Ah ampere jam, Hz hertz, kHz kilohertz, MHz megahertz, GHz gigahertz, THz terahertz
  dB desibel, rpm putaran per menit, kB kilobita, KB kilobita, MB megabita, GB gigabita, TB terabita, PB petabita
  kbps kilobit per detik, Kbps kilobit per detik, Mbps megabit per detik, Gbps gigabit per detik, bps basis poin, Pa pascal
  hPa hektopascal, kPa kilopascal, MPa megapascal, atm atmosfer, bar bar, psi pe es i, mmHg milimeter air raksa
  SR skala Richter, eV elektronvolt, MeV megaelektronvolt, J joule, kJ kilojoule, MJ megajoule, kal kalori, kkal kilokalori, kcal kilokalori, mol mol, mmol milimol
  ppm bagian per juta, hp tenaga kuda, PK pe ka, px piksel, MP megapiksel, dpi titik per inci, dtk detik
  det detik, s detik, ms milidetik, mnt menit, min menit, hr hari, mgg minggu, bln bulan, thn tahun
  sdm sendok makan, sdt sendok teh, btr butir, bh buah, bks bungkus, lbr lembar, btg batang, org orang, ekr ekor
  rb ribu, jt juta, % persen, ‰ per mil
`);

/** Symbols that are units only behind a stroke, km/j. */
const behindStroke = glossary("j jam, h jam, s² detik kuadrat, s2 detik kuadrat, s^2 detik kuadrat, th tahun");

/** Words that may follow a stroke, "3 kali/hari". */
const perWords =
  `jam hari minggu bulan tahun menit detik malam orang kapita jiwa keluarga pasien kilogram gram liter ons meter
  hektare ekor buah butir unit lembar porsi pak dus kali siswa anak kelas tim kamar saham barel ton kuintal
  kuartal semester lot gelas bungkus botol hektar sesi peserta pax pcs`.split(/\s+/);

/** Alone, without a number before them, only what can be nothing else: "dalam km²". */
export const unmistakable = "km cm kg km² m² m³ cm² cm³ kWh °C °F mAh Mbps GHz MHz %".split(" ");

/** Source of a pattern: any of the symbols, the longest first. */
export function anyOf(symbols: readonly string[]): string {
  return [...symbols]
    .sort((a, b) => b.length - a.length)
    .join("|")
    .replaceAll("^", "\\^");
}

/** "per jam", "per seratus kilometer", for what stands behind a stroke. */
export function per(symbol: string | undefined, many = ""): string {
  return symbol === undefined
    ? ""
    : ` per ${many}${many === "" ? "" : " "}${units[symbol] ?? behindStroke[symbol] ?? symbol}`;
}

export const unitPattern = anyOf(Object.keys(units)).replace("°C", "° ?C");
export const perPattern = anyOf([
  ...Object.keys(units).filter((symbol) => !/[%‰°]|^(?:rb|jt)$/.test(symbol)),
  ...Object.keys(behindStroke),
  ...perWords,
]);
