import { months } from "./calendar.ts";
import { glossary } from "./glossary.ts";
import { spelled } from "./letters.ts";
import { done, reader, type Reader } from "./reader.ts";

/* Abbreviations with and without a stop. Where one ends the text, its stop is the sentence's too and stays. */

// With a stop, before a name or anything else.
const stopped = glossary(`
  dr dokter, drg dokter gigi, drh dokter hewan, Dr doktor, DR doktor, Drs doktorandus, Dra doktoranda
  Prof profesor, Ir insinyur, Hj hajah, KH Kiai Haji, K.H Kiai Haji, Tn tuan, Ny nyonya, Nn nona, Sdr saudara
  Sdri saudari, Bpk bapak, Yth yang terhormat, Jl jalan, Jln jalan, Gg gang, Ust ustaz, Kab kabupaten
  Kec kecamatan, Kel kelurahan, Prov provinsi, Ds desa, Dsn dusun, Kav kaveling, Jend jenderal
  Kol kolonel, Kapt kapten, Letkol Letnan Kolonel, Letjen Letnan Jenderal, Mayjen Mayor Jenderal
  Brigjen Brigadir Jenderal, Irjen Inspektur Jenderal, Kombes Komisaris Besar, Kompol Komisaris Polisi, Pol polisi
  Inf infanteri, purn purnawirawan, alm almarhum, almh almarhumah, Moh Mohammad, Muh Muhammad, Abd Abdul
  Kp kampung, Komp kompleks, lih lihat, mhs mahasiswa, psl pasal, lamp lampiran, rek rekening, fax faks, R.A Raden Ajeng, dll dan lain-lain
  dsb dan sebagainya, dst dan seterusnya, dkk dan kawan-kawan, tsb tersebut, a.n atas nama, d.a dengan alamat
  u.p untuk perhatian, u.b untuk beliau, s.d sampai dengan, a.l antara lain, d/a dengan alamat, mis misalnya
  maks maksimal, telp telepon, tlp telepon, tgl tanggal, pkl pukul, pk pukul, th tahun
  bln bulan, thn tahun, Yts yang tersayang, ttd tertanda, vs versus, no nomor, hlm halaman
  hal halaman, vol volume, Gbr gambar, Tbl tabel, cet cetakan, jil jilid, min minimal
  Lt lantai, Ps pasal, ps pasal, H haji, Rp rupiah, dlm dalam, c.q casu quo, s/d sampai dengan
  Gol golongan, dpl di atas permukaan laut, a/n atas nama
`);
// Words that are also said so without a stop.
const bare = new Set(
  "dll dsb dst dkk tsb vs tgl pkl hlm Jl Jln Rp Drs Dra Prof Hj KH Bpk Sdr Sdri telp Yth bln thn Kab Kec s/d s.d a/n dpl".split(
    " ",
  ),
);
// Only with a number behind them: "No. 5", and the noun "no".
const numbered = new Set("no hal vol Gbr Tbl cet jil min Lt Ps ps maks pk th psl lamp Gol".split(" "));
// Only before a capital: "dr. Rahmi", "Kel. Menteng".
const named = new Set("dr drg drh Dr DR Ir Tn Ny Nn Kel Ds Kol H Inf Moh Muh Abd Kp Komp".split(" "));

const informal = glossary(`
  yg yang, dgn dengan, utk untuk, kpd kepada, krn karena, tdk tidak, sdh sudah, blm belum, dr dari, bgt banget
  spt seperti, sbg sebagai, dlm dalam, jgn jangan, jg juga, tp tapi, sy saya, org orang, dg dengan, pd pada
  dpt dapat, hrs harus, sblm sebelum, stlh setelah, bhw bahwa, trs terus, klo kalau, kalo kalau, gmn bagaimana
  bnyk banyak, lg lagi, skrg sekarang
`);

// "Rina, dr., M.Sc.", "Dr. (H.C.) Soekarno"; the H. of "Budi H., S.H." is no title.
const beforeDoctor = /^(?:,| ?[(\p{Lu}]| dr)/u;
const beforeName = /^ ?\p{Lu}/u;
const beforeNumber = new RegExp(`^[ :]{0,3}[\\d${done}]`);
const lastStop = String.raw`\.(?![\s"'”’)\]»]{0,8}$)`;
const word = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}.@/_&-])(\p{L}{1,8}(?:[./]\p{L}{1,4})?)(?:${lastStop}(?![\p{Ll}\p{N}_@/])|(?![\p{L}\p{N}_@/]))`,
    "gu",
  ),
  (match) => {
    const [written, abbreviation] = match;
    const rest = match.input.slice(match.index + written.length, match.index + written.length + 7);
    const stop = written.endsWith(".") || rest.startsWith(".");
    return spokenWord(abbreviation!, stop, rest.replace(/^\./, ""));
  },
);

/** `next`: the first characters behind. */
function spokenWord(written: string, stop: boolean, next: string): string | null {
  const small = /^\p{Lu}\p{Ll}*(?:[./]\p{Ll}+)?$/u.test(written) ? written.toLowerCase() : written;
  const key = written in stopped ? written : small;
  const long = key in stopped && isMeant(key, stop, next) ? stopped[key]! : null;
  // "Nomor" begins no sentence in "Jalan Merdeka No. 10".
  if (long !== null) return numbered.has(key) || key === "Rp" ? long : likeWritten(written, long);
  const word = /^ ?\p{Lu}/u.test(next) ? undefined : informal[small];
  return word === undefined ? null : likeWritten(written, word);
}

function likeWritten(written: string, spoken: string): string {
  return /^\p{Lu}/u.test(written) ? spoken[0]!.toUpperCase() + spoken.slice(1) : spoken;
}

function isMeant(abbreviation: string, stop: boolean, next: string): boolean {
  if (abbreviation === "no" && /^ (?:rek|te?lp|hp|wa|pol|ktp|urut|seri)(?!\p{L})/iu.test(next)) return true;
  if (numbered.has(abbreviation)) return (stop || /^(?:no|pk|th)$/.test(abbreviation)) && beforeNumber.test(next);
  return named.has(abbreviation)
    ? (stop || abbreviation === "Dr") && (/^d/i.test(abbreviation) ? beforeDoctor : beforeName).test(next)
    : stop || bare.has(abbreviation);
}

const specialists = glossary(`
  Sp. spesialis, A anak, B bedah, M mata, P paru, S saraf, PD penyakit dalam, OG obstetri dan ginekologi, JP jantung
  KK kulit dan kelamin, KJ kedokteran jiwa, An anestesi
`);

function spokenDegree(part: string): string {
  return /^.+[aiueo]/.test(part) ? part.toLowerCase() : spelled(part);
}

/** "Bpk./Ibu", "Sdr/i", "siswa/i". */
const both = reader(
  /(?<![\p{L}\p{N}./])(?:(Bpk|Sdr)\.?\/(Ibu|i)|((?:maha)?siswa)\/i)(?![\p{L}\p{N}/])/giu,
  ([, short, , pupil]) => {
    if (pupil !== undefined) return `${pupil} ${pupil.slice(0, -1)}i`;
    return /^b/i.test(short!) ? "Bapak Ibu" : "Saudara Saudari";
  },
);

/** Pasal 2 jo. Pasal 18; elsewhere it may be a name. */
const together = reader(
  /(?<![\p{L}\p{N}.])[Jj]o\.?(?= (?:[Pp]asal|[Aa]yat|UU|Undang-|PP|Perp|Peraturan)(?![\p{Ll}]))/gu,
  () => "juncto",
);

/** S.Pd., M.Kes., Ph.D., B.J. (Habibie): what has a vowel is said as a word, single letters by their names. */
const dotted = reader(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}.@/_])((?:[A-Z]|Ph|Sp)(?:\.[A-Z]{1,3}[a-z]{0,5}){1,4})(${lastStop})?(?![\p{L}\p{N}_@])`,
    "gu",
  ),
  ([, parts]) =>
    parts!
      .split(".")
      .map((part, index, all) => specialists[index > 0 && all[0] === "Sp" ? part : `${part}.`] ?? spokenDegree(part))
      .join(" "),
);

/** The B. of "Susilo B. Yudhoyono". One at the beginning may number a heading. */
const initial = reader(/(?<=\p{L}\.? )([A-Z])\.(?= ?\p{Lu}\p{Ll})/gu, ([, letter]) => spelled(letter!));

const behind = `[\\d${done}]`;
const era = reader(
  new RegExp(
    String.raw`(?<=${behind} |tahun )SM(?![\p{L}\p{N}])|(?<=(?:(?:[Aa]bad|[Tt]ahun) [^.!?\p{Lu}]{0,24}${behind}|(?:${months.join("|")}|H ?\/|SM ?[-–${done}]) ?${done}{3,4}) )M(?![\p{L}\p{N}])|(?<=\(${done}{7,9} )M(?=\))|(?<=(?<!${done})${done}{4} )H(?![\p{L}\p{N}])`,
    "gu",
  ),
  ([written]) => ({ SM: "sebelum Masehi", M: "Masehi", H: "Hijriah" })[written]!,
);

export const abbreviations: readonly Reader[] = [era, together, both, word, dotted, initial];
