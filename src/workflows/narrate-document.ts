/** The document of a run, read again as its input says. */
import { readDocument, type SpeakableDocument } from "../narration/document.ts";
import type { NarrateInput } from "./narrate.ts";

/** The text of a run, read as its input says. */
export function documentOf({ body, body_format: format, locale, reading }: NarrateInput): SpeakableDocument {
  return readDocument(body, {
    format,
    locale,
    reading: reading && {
      tableColumns: reading.table_columns,
      tableRows: reading.table_rows,
      codeBlocks: reading.code_blocks,
    },
  });
}
