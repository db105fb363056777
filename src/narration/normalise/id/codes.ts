import { romanOf } from "./romans.ts";
import { anyOf } from "./units.ts";
import { spelled } from "./letters.ts";
import { isSpelled } from "./acronyms.ts";
import { cardinal, digitByDigit, digitGroups, end, inFours, spokenNumber, start } from "./numbers.ts";
import { reader, type Reader } from "./reader.ts";

/* Numerals that count nothing: telephone numbers, identity numbers, addresses of machines, versions, names with digits. */

const groupsOf = (written: string) => written.match(/\d+/g) ?? [];

/** +62 812-3456-7890. Fewer than 8 digits are rather a sum. */
const abroad = reader(/(?<![\p{L}\p{N}+])\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){1,5}(?![\p{L}\p{N}])/gu, ([written]) => {
  const groups = groupsOf(written);
  const count = groups.join("").length;
  if (count < 8 || count > 15) return null;
  if (groups.length > 1) return `plus ${digitGroups(groups)}`;
  return `plus ${digitGroups([groups[0]!.slice(0, 2), ...inFours(groups[0]!.slice(2))])}`;
});

/** (021) 555-1234, 0812-3456-7890, 021 555 1234, 0800-1-500-500. */
const domestic = reader(
  new RegExp(
    String.raw`${start}(?<!-)(?:\(0\d{1,4}\) ?\d{3,8}(?:[ .-]\d{3,5}){0,2}|0\d{2,3}[ -]\d{5,8}|0\d{2,4}(?:[ .-]\d{1,5}){2,4})(?!-)${end}`,
    "gu",
  ),
  ([written]) => {
    const groups = groupsOf(written).flatMap(inFours);
    const count = groups.join("").length;
    return count >= 7 && count <= 14 ? digitGroups(groups) : null;
  },
);

const served =
  "[Tt]elepon|[Tt]elp\\.?|[Tt]lp\\.?|[Hh]otline|[Cc]all [Cc]enter|[Dd]arurat|[Ll]ayanan|[Hh]ubungi|WhatsApp|WA|SMS|Halo|[Ff]aks";
const service = reader(
  new RegExp(String.raw`(?<=(?<!\p{L})(?:${served}):? (?:nomor |di |ke |No\.? )?)(1\d{2,5}(?:-\d{3})?)${end}`, "gu"),
  ([written]) => digitGroups(groupsOf(written)),
);

const codeWords =
  "[Kk]ode [Pp]os|PIN|NIK|NIP\\.?|NISN|NIM|NPWP|NUPTK|NIB|ISBN|ISSN|[Rr]ekening|[Rr]ek\\.?|OTP|[Pp]asscode|[Rr]esi|[Nn]omor seri|[Kk]ode|KK|KTP|VA";
const code = reader(
  new RegExp(
    String.raw`(?<=(?<!\p{L})(?:${codeWords})(?: (?:nomor|No\.?|[A-Z]{2,4}))?:? )\d{3,30}(?:[.-]\d{1,30}){0,9}${end}`,
    "gu",
  ),
  ([written]) => digitGroups(groupsOf(written).flatMap(inFours)),
);
const spaced = reader(
  new RegExp(
    String.raw`(?<=(?<!\p{L})(?:NIP\.?|NIK|NPWP|ISBN|[Rr]ekening|[Rr]ek\.?|VA|ID):? )\d{3,20}(?: \d{1,20}){1,5}${end}`,
    "gu",
  ),
  ([written]) => digitGroups(groupsOf(written).flatMap(inFours)),
);
const dotted = reader(/(?<![\d.-])\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?![\d-]|\.\d)/g, ([written]) =>
  digitGroups(groupsOf(written)),
);

/** From ten digits on nobody counts any more: NIK, accounts, telephone numbers without groups. */
const long = reader(new RegExp(String.raw`${start}(?<!-)(?:\d{10,40}|0\d{6,39})${end}`, "gu"), ([digits]) =>
  digitGroups(inFours(digits)),
);

const ip = reader(
  new RegExp(String.raw`${start}(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{2,5})(?!\d)|/(\d{1,2})(?!\d))?${end}`, "gu"),
  ([, address, port, mask]) => {
    const parts = address!.split(".");
    if (parts.some((part) => Number(part) > 255 || /^0\d/.test(part))) return null;
    // 1.200.100.100 is a number, unless it begins as private networks do.
    if (parts.slice(1).every((part) => part.length === 3) && !/^(?:192\.168|172|10|127|255)\./.test(address!))
      return null;
    const more =
      port !== undefined
        ? ` titik dua ${digitByDigit(port)}`
        : mask !== undefined
          ? ` garis miring ${cardinal(mask)}`
          : "";
    return parts.map(cardinal).join(" titik ") + more;
  },
);

const dots = (written: string) => written.split(".").map(cardinal).join(" titik ");
const programs =
  "Python|Java|PHP|Node(?:\\.js)?|iOS|iPadOS|macOS|Android|Windows|Ubuntu|Debian|Linux|Fedora|[Kk]ernel|Postgre(?:s|SQL)|MySQL|MariaDB|Bluetooth|USB|HTTP|HTML|CSS|TLS|SSL|GPT|Gemini|Chrome|Firefox|Ruby|Rust|Swift|Kotlin|Laravel|Django|React|Vue|Angular|TypeScript|Go|MIUI|One UI|HDMI";
const parts =
  "Bab|Pasal|Tabel|Gambar|Bagian|Subbab|Butir|Lampiran|Grafik|Diagram|Persamaan|Teorema|Latihan|Soal|Modul|Kegiatan";
const version = reader(
  new RegExp(
    String.raw`(?<=(?<!\p{L})(?:[Vv]ersi |(?:${programs})[ -]|(?:${parts}|${parts.toLowerCase()}) ))\d+(?:\.\d{1,4})+${end}`,
    "gu",
  ),
  ([written]) => (/^[1-9]\d{0,2}(?:\.\d{3})+$/.test(written) ? null : dots(written)),
);
const shortVersion = reader(
  /(?<![\p{L}\p{N}])v(\d{1,4}(?:\.\d{1,5})*)(?![\p{L}\p{N}]|\.\d)/gu,
  ([, written]) => `versi ${dots(written!)}`,
);
const sections = reader(new RegExp(String.raw`${start}\d{1,9}(?:\.\d{1,9}){2,}${end}(?!-)`, "gu"), ([written]) =>
  /^[1-9]\d{0,2}(?:\.\d{3})+$/.test(written) ? null : dots(written),
);

/** "garis miring" is said in file numbers; not in "RT 03/RW 05". */
const neighbours = reader(
  /(?<![\p{L}\p{N}])RT(?: |\. ?)?(\d{1,3}) ?\/ ?(?:RW(?: |\. ?)?)?(\d{1,3})(?![\p{L}\p{N}])/gu,
  ([, rt, rw]) => `er te ${cardinal(rt!)} er we ${cardinal(rw!)}`,
);

/** Houses: tipe 36/72. */
const house = reader(/(?<=[Tt]ipe )(\d{2,3})\/(\d{2,3})(?![\p{L}\p{N}/])/gu, ([, built, ground]) => {
  return `${cardinal(built!)} ${cardinal(ground!)}`;
});

/** Codes that are dialled: *123#. */
const dialled = reader(/\*\d{2,6}(?:\*\d{1,6}){0,5}#/g, ([written]) =>
  written
    .replaceAll(/\*|#|\d+/g, (part) => (part === "*" ? " bintang " : part === "#" ? " pagar" : digitByDigit(part)))
    .trim(),
);

const plate = reader(
  /(?<=(?:(?:[Pp]olisi|[Pp]ol\.|[Pp]elat|[Pp]lat|[Nn]opol)(?: nomor)?:?|(?:[Mm]obil|[Mm]otor|[Tt]ruk|[Bb]us|[Kk]endaraan)(?: \p{L}{1,20}){0,3}) )([A-Z]{1,2}) (\d{1,4}) ([A-Z]{1,3})(?![\p{L}\p{N}])/gu,
  ([, area, number, series]) => `${spelled(area!)} ${digitByDigit(number!)} ${spelled(series!)}`,
);

/** Gempa M 5,6. */
const magnitude = reader(/(?<=[Gg]empa(?: \p{L}{1,20}){0,3} )M(?= ?\d[.,]\d)/gu, () => "magnitudo");

/** The end of an address: Jakarta Selatan 12190. */
const postcode = reader(
  /(?<=(?<!\p{L})(?:Jl|Jln|Jalan|RT|RW|Kelurahan|Kecamatan)[^!?]{1,160}\p{Lu}\p{Ll}{2,20},? )\d{5}(?= ?(?:[,;)]|\.?$|\.\s))/gu,
  ([digits]) => digitByDigit(digits),
);

/** Hari H-7, H+3. */
const dDay = reader(
  /(?<![\p{L}\p{N}])H ?([-−+])(\d{1,3})(?![\p{L}\p{N}]|[.,]\d)/gu,
  ([, sign, days]) => `ha ${sign === "+" ? "plus" : "minus"} ${cardinal(days!)}`,
);

/** G20, U-23, A320, MH370, PM2,5, COP28: names, said letter by letter where their letters are. */
const named = reader(
  /(?<![\p{L}\p{N}])([A-Z]{1,3})-?(\d{1,4}(?:[.,]\d)?)(?![\p{L}\p{N}]|[.,-]\d)/gu,
  ([, letters, digits]) => {
    const said = letters!.length < 3 || isSpelled(letters!) ? spelled(letters!) : letters!;
    const flight = letters!.length > 1 && /^\d{3,4}$/.test(digits!);
    return `${said} ${flight ? digitByDigit(digits!) : spokenNumber(digits!)}`;
  },
);

const aircraft = reader(/(?<=(?:Boeing|Airbus) )\d{3}-\d{1,3}(?![\p{L}\p{N}-])/gu, ([written]) =>
  groupsOf(written).map(cardinal).join(" "),
);

/** Diplomas: D-III, S-I. */
const diploma = reader(/(?<![\p{L}\p{N}])([DS])-(I{1,3}|IV)(?![\p{L}\p{N}])/gu, ([, letter, level]) => {
  return `${spelled(letter!)} ${cardinal(romanOf(level!)!)}`;
});

/** Pasal 28J, kelas 7A–7J: no joules there. */
const lettered = reader(
  /(?<=(?<!\p{L})(?:[Pp]asal|[Kk]elas|[Kk]ursi|[Bb]lok|[Nn]omor|[Nn]o\.?) (?:\d{1,3}[A-Z]?(?:, (?:dan )?| dan | atau |[-–])){0,9})(\d{1,3})([A-Z])(?: ?[-–] ?(\d{1,3})([A-Z]))?(?![\p{L}\p{N}])/gu,
  ([, from, letter, to, toLetter]) => {
    const until = to === undefined ? "" : ` sampai ${cardinal(to)} ${spelled(toLetter!)}`;
    return `${cardinal(from!)} ${spelled(letter!)}${until}`;
  },
);

/** 5G, 3D. */
const classes = reader(
  /(?<![\p{L}\p{N}]|\d[.,-])(\d{1,2})([A-Z])(?![\p{L}\p{N}])/gu,
  ([, digits, letter]) => `${cardinal(digits!)} ${spelled(letter!)}`,
);

const element = "H|He|Li|B|C|N|O|F|Na|Mg|Al|Si|P|S|Cl|K|Ca|Cr|Mn|Fe|Ni|Cu|Zn|Br|Ag|I|Ba|Au|Hg|Pb|U";
/** H2O, 6CO₂, C6H12O6, P3K: letter by letter. */
const formula = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}]|\d[.,])(?:\d{1,2})?(?=[A-Za-z]{1,12}[\d₀-₉])(?:(?:${anyOf(element.split("|"))})[\d₀-₉]{0,2}){2,8}(?![\p{L}\p{N}])`,
    "gu",
  ),
  ([written]) => chemical(written),
);
const subscripts = reader(
  /(?<![\p{L}\p{N}]|\d[.,])(\d{1,2})?([A-Z][a-z]?)([₀-₉]{1,2})(?![\p{L}\p{N}])/gu,
  ([written]) => chemical(written),
);

export const codes: readonly Reader[] = [
  abroad,
  domestic,
  dotted,
  spaced,
  code,
  service,
  long,
  plate,
  magnitude,
  postcode,
  neighbours,
  house,
  lettered,
  dialled,
];
export const versions: readonly Reader[] = [ip, shortVersion, version, sections];
export const names: readonly Reader[] = [dDay, aircraft, named, formula, subscripts, classes, diploma];

function chemical(written: string): string {
  const plain = written.replaceAll(/[₀-₉]/g, (digit) => String(digit.charCodeAt(0) - 0x2080));
  return (plain.match(/[A-Za-z]+|\d+/g) ?? [])
    .map((part) => (/\d/.test(part) ? cardinal(part) : spelled(part)))
    .join(" ");
}
