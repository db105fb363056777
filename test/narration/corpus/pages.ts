import { blog, news } from "./press.ts";
import { authority, forum, recipe, shop } from "./public.ts";
import { manual, wiki } from "./reference.ts";
import { writerFor, type Page } from "./writer.ts";

const shapes = { news, blog, manual, wiki, shop, forum, authority, recipe };
const variants = 5;

/** 40 pages of 8 kinds of sites, half of them English, half Indonesian; the same each time. */
export function corpus(): Page[] {
  return Object.entries(shapes).flatMap(([shape, write], kind) =>
    Array.from({ length: variants }, (_, variant) => {
      const tongue = (kind + variant) % 2 === 0 ? "en" : "id";
      const writer = writerFor(100 * kind + variant + 1, tongue, variant % 2 === 1);
      return { name: `${shape} ${variant + 1}, ${tongue}`, tongue, ...write(writer, variant) };
    }),
  );
}
