/*
 * What the text of an element tells of it: labels of advertisements and buttons, headings of lists that lead elsewhere. English and Indonesian.
 */

const labels = new RegExp(
  `^\\[?\\s*(?:${[
    "advertisements?|advertise(?: with us| here)?|sponsored(?: content| by .{1,40})?|promoted|ad|iklan|adv",
    "scroll to continue.*|scroll untuk .*|gulir untuk .*|lanjut(?:kan)? membaca.*|story continues below.*|article continues (?:below|after).*|continue reading.*|(?:read|show|load|see|view) (?:more|less|all)(?: .{1,30})?|baca (?:selengkapnya|selanjutnya)|selengkapnya|muat lebih banyak",
    "share|share (?:this|on|via|the)\\b.{0,40}|bagikan(?: (?:artikel|berita|ke|di|halaman|ini)\\b.{0,30})?|tweet|pin (?:it|(?:this )?recipe)|copy link|salin tautan|email this.{0,20}|print(?: this| page| recipe)?.{0,12}|cetak(?: halaman)?|save|simpan",
    "skip to .{1,30}|lompat ke .{1,30}|langsung ke .{1,30}|jump to .{1,30}|back to top|kembali ke atas|(?:previous|next)(?: (?:post|page|article|story))?|sebelumnya|berikutnya|table of contents|daftar isi|on this page|di halaman ini",
    "\\d{1,3} min(?:ute)?s? (?:read|baca)|(?:waktu baca|reading time):? ?\\d{1,3} .{1,10}|\\d[\\d.,]*[km]? (?:views?|shares?|comments?|likes?|claps|komentar|kali dilihat|dibaca)|(?:leave a|post a|add a) (?:comment|reply)|tulis komentar.{0,20}|beri komentar.{0,20}|reply|balas|follow(?: us)?(?: on .{1,30})?|ikuti kami.{0,30}|subscribe(?: now)?|sign up(?: .{1,30})?|log ?in|masuk|daftar",
    "last (?:updated|modified|edited|reviewed|changed)\\b.{0,50}|(?:updated|published|posted|modified)(?: on)?:? .{0,20}\\d{4}.{0,25}|(?:terakhir )?(?:diperbarui|diperbaharui|diubah|diterbitkan|dipublikasikan|terbit)(?: pada)?:? .{0,30}\\d{4}.{0,20}",
    "(?:was|is) this (?:page|article|topic|answer) (?:helpful|useful).{0,3}|apakah (?:halaman|artikel|jawaban) ini (?:membantu|berguna|bermanfaat).{0,3}|helpful|membantu",
    "edit(?: this page.{0,20})?|sunting(?: sumber)?|member-only story|open in app|listen to this article.{0,20}|press enter or click to view image in full size|loading.{0,3}|memuat.{0,3}|\\[edit\\]|\\[gambas:.{1,40}|\\([a-z]{2,4}(?:/[a-z]{2,4}){1,3}\\)",
  ].join("|")})[\\s:：!?…»→>\\]]*$`,
  "i",
);

/** Whether a short text is a label of the page, such as "Advertisement" or "Share this". */
export function isLabel(text: string): boolean {
  return text.length <= 70 && labels.test(text);
}

const leads =
  /^(?:read (?:more|next|also)|also read|see also|related(?: (?:article|story|reading))?|more(?: on this)?|recommended|don['’]t miss|watch|baca(?: juga)?|simak(?: juga)?|lihat juga|artikel terkait|berita terkait|tonton(?: juga)?)\s*[:：»>]/i;

/** Whether a text begins as one that leads to another page: "Read more:". */
export function isLead(text: string): boolean {
  return leads.test(text);
}

const invitations =
  /^(?:dapatkan|(?:cek|ikuti|simak|baca) (?:berita|informasi|artikel|update)|follow|get|join|download)\b.{0,160}\b(?:google news|whatsapp|telegram|in(?:to)? your inbox|app store|google play)\b/i;

/** Whether a text asks to read on by another channel: "Follow us on WhatsApp". */
export function isInvitation(text: string): boolean {
  return text.length <= 300 && invitations.test(text);
}

/** Headings of lists of links; they may also be headings of a text. */
const linked = new RegExp(
  `^(?:${[
    "related(?: (?:articles?|posts?|stories|topics|links|content|recipes|pages|questions|products|reading))?|recommended(?: .{1,30})?|similar .{1,30}|you (?:may|might) (?:also )?(?:like|be interested in).*",
    "more (?:stories|news|articles|posts|recipes|questions)(?: .{1,30})?|more (?:from|on|in|like) .{1,40}|most (?:read|popular|viewed)|popular(?: .{1,20})?|trending(?: now)?|latest(?: .{1,20})?|up next|read next|what to read next|recent (?:posts|comments)|customers also.*|hot network questions|browse other questions.*",
    "baca juga|(?:artikel|berita|resep|produk|topik) (?:terkait|lainnya|terbaru|populer|serupa)|terkait|terpopuler|terbaru|populer|rekomendasi.*|terkini(?: .{1,20})?|tags?|topics|categories|kategori|topik|see also|external links|further reading|lihat (?:pula|juga)|pranala luar|tautan (?:luar|terkait)|bacaan (?:lanjutan|lanjut)|resources|contents|daftar isi|on this page|di halaman ini|table of contents",
  ].join("|")})\\s*[:：?!]*$`,
  "i",
);

/** Headings of what is never part of a text. */
const apart = new RegExp(
  `^(?:${[
    "(?:leave a|post a|add a|join the) (?:comment|reply|conversation)|your answer|(?:\\d+ )?comments?(?: \\(?\\d+\\)?)?|(?:\\d+ )?komentar(?: \\(?\\d+\\)?)?|tulis komentar|tinggalkan (?:komentar|balasan)",
    "share this.*|bagikan.*|follow us.*|ikuti kami.*|newsletter|subscribe(?: to .{1,40}| now)?|sign up for .{1,40}|join (?:our|the) (?:newsletter|mailing list).*|(?:langganan|berlangganan)(?: .{1,30})?",
    "about the author|tentang penulis|advertisements?|was this (?:page|article)? ?helpful.*|is this page (?:useful|helpful).*|apakah (?:halaman|artikel) ini (?:membantu|berguna|bermanfaat).*|help us improve.*|navigation menu|menu navigasi|footer|main navigation",
    "references|bibliography|works cited|citations|referensi|rujukan|daftar pustaka",
  ].join("|")})\\s*[:：?!]*$`,
  "i",
);

const ofNotes =
  /^(?:(?:explanatory |foot|end)?notes|notes and references|references and notes|catatan(?: kaki)?|catatan dan referensi)$/i;

/** Whether a section under that heading is apart from the text: always, or where it holds links, or notes, in the main, or not. */
export function sectionApart(heading: string): "always" | "linked" | "notes" | null {
  if (heading.length > 80) return null;
  if (ofNotes.test(heading)) return "notes";
  return apart.test(heading) ? "always" : linked.test(heading) ? "linked" : null;
}
