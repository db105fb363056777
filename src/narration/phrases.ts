/** GitHub's alerts. */
export type AlertKind = "note" | "tip" | "important" | "warning" | "caution";

/** The words that we add to a text. null: said by its content alone, because we have no word in that language. */
export type Phrases = {
  /** Which words these are; null: none. */
  language: "en" | "id" | null;
  image: string | null;
  video: string | null;
  audio: string | null;
  footnote: string | null;
  formula: string | null;
  /** What begins a callout. */
  alert(kind: AlertKind): string | null;
  code(language: string | null): string | null;
  /** A table that is too wide or too long to be heard. */
  table(columns: number, rows: number): string | null;
};

const silent: Phrases = {
  language: null,
  image: null,
  video: null,
  audio: null,
  footnote: null,
  formula: null,
  alert: () => null,
  code: () => null,
  table: () => null,
};

const indonesianAlerts: Record<AlertKind, string> = {
  note: "Catatan:",
  tip: "Kiat:",
  important: "Penting:",
  warning: "Peringatan:",
  caution: "Hati-hati:",
};

const byLanguage: Record<string, Phrases> = {
  en: {
    language: "en",
    image: "Image:",
    video: "Video:",
    audio: "Audio:",
    footnote: "Footnote:",
    formula: "formula",
    alert: (kind) => `${kind[0]!.toUpperCase()}${kind.slice(1)}:`,
    code: (language) => (language === null ? "Code example." : `Code example, in ${language}.`),
    table: (columns, rows) => `Table with ${count(columns, "column")} and ${count(rows, "row")}, not read out.`,
  },
  id: {
    language: "id",
    image: "Gambar:",
    video: "Video:",
    audio: "Audio:",
    footnote: "Catatan kaki:",
    formula: "rumus",
    alert: (kind) => indonesianAlerts[kind],
    code: (language) => (language === null ? "Contoh kode." : `Contoh kode, dalam ${language}.`),
    table: (columns, rows) => `Tabel dengan ${columns} kolom dan ${rows} baris, tidak dibacakan.`,
  },
};

/** `locale`: a BCP 47 tag, or null where the language is not known. */
export function phrasesFor(locale: string | null): Phrases {
  const language = locale?.split(/[-_]/, 1)[0]?.toLowerCase() ?? "";
  return byLanguage[language] ?? silent;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
