/*
 * What a full stop after these words means, by locale. Written from general knowledge of the languages; extend freely,
 * but raise `segmenterVersion` when you do: a moved border buys its two sentences again.
 *
 * An entry in lower case matches in any case ("dr", "Dr", "DR"); one with a capital only as written or in capitals
 * ("Dec" is not the end of a "dec"), because "He sat." and "Sat. 5 May" differ in that alone.
 */

export type StopRules = {
  /** Stands before what it belongs to: never ends a sentence ("Dr.", "Jl.", "e.g."). */
  before: Set<string>;
  /** Only before a number: "No. 5", but "No. I won't." */
  number: Set<string>;
  /** May end a sentence, and may stand before a name: ends it only before a word of `starters` ("Inc.", "U.S."). */
  inside: Set<string>;
  /** Ends a sentence whenever a capital follows ("etc.", "dsb."). */
  end: Set<string>;
  /** Words with a capital that begin sentences rather than names. */
  starters: Set<string>;
  /** Capitals that go on after an `end` word: "at 5 p.m. Monday". */
  after: Set<string>;
  /** "am 3. Oktober": a stop after a number of one or two digits makes it an ordinal. */
  ordinals: boolean;
  /** The lists are good enough to end a sentence before a small letter, as people who use no capitals write. */
  smallStarts: boolean;
  /** A semicolon asks (Greek). */
  semicolonAsks: boolean;
};

const words = (text: string) => text.trim().split(/\s+/u);

const general = {
  before:
    words(`dr prof mr mrs ms mme mlle messrs mx sra srta Hon Rev Fr Sr Capt capt cmdr Col col Maj Sgt sgt Cpl Pvt Gen
    Adm Gov Pres Sen Rep Supt Insp vs cf c.f e.g i.e viz z.b z.B d.h u.a bzw vgl evtl ggf sog bspw inkl exkl zzgl bzgl
    Abs p.ex p.e vd bijv m.b.t o.a d.w.z t.o.v resp usw.d dott avv Ing t.ex d.v.s bl.a tj tzn т.е г-н г-жа ул гр проф
    акад`),
  number:
    words(`no nos nr tel núm num vol vols bd ch chap cap sec sect fig figs tab eq art arts p pp pag pág pgs para ed
    eds v n° стр рис № ca approx max min Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs
    Fri Sat Sun`),
  inside:
    words(`st ste mt ft lt al jr sr inc ltd llc plc corp co bros esq ph.d m.d b.a m.a b.sc m.sc d.c u.s u.k u.n e.u u.s.a gmbh dept univ
    ave blvd rd hwy s.a s.l`),
  end: words(`etc usw a.m p.m et.al dgl ecc osv enz itd itp atd т.д т.п др m2`),
  after: words(`Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July
    August September October November December Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec ET EST EDT CT CST CDT MT
    MST MDT PT PST PDT GMT UTC BST CET CEST`),
  starters: words(`The A An It He She We They You This That These Those There Here In On At If When While But And Or So
    Then What Why How Who Where Did Do Does Is Are Was Were My Our His Her Their Its As For From With After Before
    Because Although However Not No Yes Some Many Most Each All Another Both To By Of One Now Since Once Until Also Yet
    I I'm I’m I've I’ve It's It’s He's He’s She's She’s We're We’re They're They’re That's That’s There's There’s Let
    Today Yesterday Tomorrow Der Die Das Ein Eine Er Sie Es Wir Und Aber Le La Les Un Une Il Elle Ils Nous Vous El Los
    Las Una Ella Y Pero O Os As Ele Ela De Het Een Hij Zij Ze Wij En Maar В И Но Он Она Они Мы Это`),
};

const english = {
  before: words(`wm geo thos chas jas asst gov't Msgr msgr Reps Sens Gens profs drs Comdr Ald Brig Bp n.b q.v`),
  number:
    words(`assoc assn atty dist esp est excl incl fwd hr hrs misc orig repr repl spec temp trans usu var approx appx
    apt bk ext ex lns pt pts ser suppl ver temp avg equiv op opp cl reg rm sch par eqs rte fl wk div lat Pop Alt Elev
    Gen Exod Lev Deut Josh Judg Ps Pss Prov Eccl Isa Jer Ezek Zech Matt Mk Lk Jn Rom Cor Gal Eph Phil Thess Heb`),
  inside: words(`bldg cir cres ct ctr hwy ln mfg natl pkwy sq tpke univ v.p c.e.o`),
  end: words(`a.d b.c b.c.e c.e`),
};

const indonesian = {
  before: words(`rp jl jln gg jend letjen mayjen brigjen letkol kapt tn ny nn sdr sdri bpk yth drs dra drg ir hj kh k.h
    h.m r.a r.m tgk ustz pdt akbp ipda iptu yg dgn utk kpd a.n u.b u.p d.a d/a c.q a.l Kec Kab Kel Kep Prov Dsn Kav Kom
    Kol Ust Blk Gd bdk lih spt mis mks telp tlp jml dlm krn no Pol irjen kombes kompol Inf Czi Cpn purn Moh Muh Abd alm almh
    mhs cth wr Ds Kp Komp Perum Prop`),
  number:
    words(`nomor hal hlm tgl pkl pk bln thn th rt rw lamp rek nip fax faks ext ekst ps psl jil cet gbr tbl hp maks lt s.d Jan Feb Mar Apr Jun Jul Agu Agt Ags
    Sep Sept Okt Nov Nop Des Sel Rab Kam Jum Sab Mgg Gol`),
  inside:
    words(`tbk pt cv ud rs jo s.pd s.h m.h s.e m.m m.si s.si s.t m.t s.kom m.kom s.sos m.sos s.ip m.ip s.ag m.ag s.psi
    m.psi s.ked s.farm s.kep s.hut s.s m.hum m.pd m.a m.sc b.sc ph.d a.md a.ma lc sp.a sp.og sp.pd sp.b m.kes swt saw
    s.w.t s.a.w a.s r.a`),
  end: words(`dsb dll dst dkk tsb ttd dlsb w.i.b`),
  after: words(`WIB WITA WIT Senin Selasa Rabu Kamis Jumat Sabtu Minggu Januari Februari Maret April Mei Juni Juli
    Agustus September Oktober November Desember`),
  starters: words(`Ia Dia Mereka Kami Kita Saya Aku Anda Kamu Ini Itu Inilah Itulah Di Ke Dari Pada Dalam Untuk Dengan
    Namun Tetapi Tapi Dan Atau Jika Kalau Bila Apabila Ketika Saat Waktu Karena Sebab Oleh Setelah Sesudah Sebelum Selain
    Adapun Akan Sudah Telah Semua Seluruh Setiap Tiap Para Sebuah Seorang Satu Hal Maka Lalu Kemudian Sementara Meski
    Meskipun Walau Walaupun Beliau Menurut Bukan Tidak Tak Ada Yang Apa Siapa Mengapa Kenapa Bagaimana Kapan Selama
    Hingga Sampai Berdasarkan Sejak Seperti Sebagai Jadi Nah Begitu Kini Sekarang Hari Besok Kemarin Bahkan Padahal
    Sedangkan Agar Supaya Juga Lagi Masih Hanya Banyak Beberapa Namanya Kata`),
};

// Subtags of languages that write ordinals as a number with a stop.
const ordinalLanguages = new Set(words("de da nb no nn fi et lv is cs sk pl hu tr hr sr bs sl lb fo eu"));

type List = Partial<Record<"before" | "number" | "inside" | "end" | "starters" | "after", string[]>>;
const ownLists: Record<string, List> = { en: english, id: indonesian, ms: indonesian };
const known = new Map<string, StopRules>();

/** The rules of a locale's language (BCP 47; only its first subtag counts). */
export function stopRules(locale: string): StopRules {
  const language = locale.toLowerCase().split(/[-_]/u)[0] ?? "";
  let rules = known.get(language);
  if (!rules) known.set(language, (rules = build(language)));
  return rules;
}

function build(language: string): StopRules {
  const own: List = ownLists[language] ?? {};
  const join = (name: keyof List) => new Set([...general[name], ...(own[name] ?? [])]);
  return {
    before: join("before"),
    number: join("number"),
    inside: join("inside"),
    end: join("end"),
    starters: join("starters"),
    after: join("after"),
    ordinals: ordinalLanguages.has(language),
    smallStarts: language in ownLists,
    semicolonAsks: language === "el",
  };
}

/** Whether `word` (without its stop) is in the list, by the rule on capitals above. */
export function listed(list: Set<string>, word: string): boolean {
  if (list.has(word)) return true;
  const small = word.toLowerCase();
  if (list.has(small)) return true;
  return word === word.toUpperCase() && list.has(word.slice(0, 1) + small.slice(1));
}
