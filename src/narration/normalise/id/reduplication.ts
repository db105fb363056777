import { glossary } from "./glossary.ts";
import { reader } from "./reader.ts";

/*
 * Informal writing has a 2 for a word said twice: buku2 is "buku-buku", mudah2an "mudah-mudahan". "Anak²" is left: in a
 * text about geometry the sign would be a power.
 */

// Of these only the root is said twice: bersama2 is "bersama-sama".
const prefixed = glossary(`
  bersama sama, berulang ulang, berjalan jalan, berlari lari, berbeda beda, berhari hari, bertahun tahun
  berbulan bulan, berminggu minggu, berjam jam, berkali kali, bermacam macam, berubah ubah, berturut turut
  bermain main, bertanya tanya, berpura pura, berangan angan, berbondong bondong, seolah olah, sehari hari, sewaktu waktu
  seakan akan, terburu buru, terus terus, sekali kali, menjadi jadi, sungguh sungguh
`);

// Words that have numbers of their own.
const numbered =
  /^(?:python|java|http|https|web|level|kelas|bab|versi|pasal|tipe|jilid|seri|grup|tim|ruang|lantai|nomor|test|file|foto|gambar|soal|bagian|vitamin|covid|omega)$/;

export const reduplication = reader(
  /(?<![\p{L}\p{N}_./@#])(\p{Lu}?\p{Ll}{2,20})2(nya|an|ku|mu|kan|i)?(?![\p{L}\p{N}_@²]|[./]\w)/gu,
  ([, word, suffix = ""]) => {
    const small = word!.toLowerCase();
    if (numbered.test(small) || !/[aeiou]/.test(small)) return null;
    return `${word}-${prefixed[small] ?? small}${suffix}`;
  },
);
