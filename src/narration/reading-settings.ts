/** What of a text is heard, where tastes differ. */
export type ReadingSettings = {
  /** A table with more columns, or more rows below its header, is announced and skipped. */
  tableColumns: number;
  tableRows: number;
  /** Whether the body of a code block is heard behind its announcement. */
  codeBlocks: "announce" | "read";
};

/** What nobody set otherwise. A content's hash is that of its text read so, whatever the settings. */
export const standardReading: ReadingSettings = { tableColumns: 6, tableRows: 30, codeBlocks: "announce" };
