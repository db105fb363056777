import { match, whole, type Rule } from "./place.ts";

/** "AD 79": at the beginning of a phrase the engine reads "ad"; "et al.", which is two words. */
export const latin: Rule = ({ text, at }) => {
  const era = match(/A\.?D\.?(?=\s\d{1,4}(?!\d))/y, text, at);
  if (era !== null) return whole(era, "anno Domini");
  const others = match(/et\sal\.?(?!\p{L})/uy, text, at);
  return others && whole(others, "and others");
};
