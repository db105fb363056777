import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readId } from "../../../src/narration/normalise/id.ts";

/** The text with its readings in place, parted from letters and digits beside them. */
function said(text: string): string {
  let spoken = "";
  let at = 0;
  for (const { from, to, spoken: words } of readId(text)) {
    spoken += text.slice(at, from);
    spoken += /[\p{L}\p{N}]$/u.test(spoken) ? ` ${words}` : words;
    if (/^[\p{L}\p{N}]/u.test(text.slice(to, to + 2))) spoken += " ";
    at = to;
  }
  return spoken + text.slice(at);
}

// Written, and said.
const cases: Record<string, [written: string, spoken: string][]> = {
  news: [
    [
      "Presiden tiba di Jakarta, Senin (5/7), pukul 14.30 WIB.",
      "Presiden tiba di Jakarta, Senin (lima Juli), pukul empat belas tiga puluh we i be.",
    ],
    [
      "Gempa berkekuatan 6,2 mengguncang Palu pada Jumat malam (28/9).",
      "Gempa berkekuatan enam koma dua mengguncang Palu pada Jumat malam (dua puluh delapan September).",
    ],
    [
      "Sebanyak 1.250 warga mengungsi, 37 di antaranya anak-anak.",
      "Sebanyak seribu dua ratus lima puluh warga mengungsi, tiga puluh tujuh di antaranya anak-anak.",
    ],
    ["Kebakaran itu menghanguskan 2,5 ha lahan.", "Kebakaran itu menghanguskan dua koma lima hektare lahan."],
    [
      "Inflasi tercatat 2,61% pada Desember 2023.",
      "Inflasi tercatat dua koma enam satu persen pada Desember dua ribu dua puluh tiga.",
    ],
    ["KPK menahan 3 tersangka dari DPR.", "ka pe ka menahan tiga tersangka dari de pe er."],
    [
      "Jumlah penduduk Indonesia mencapai 278.696.200 jiwa.",
      "Jumlah penduduk Indonesia mencapai dua ratus tujuh puluh delapan juta enam ratus sembilan puluh enam ribu dua ratus jiwa.",
    ],
    [
      "Banjir setinggi 50–70 cm merendam 12 RT.",
      "Banjir setinggi lima puluh sampai tujuh puluh sentimeter merendam dua belas er te.",
    ],
    ["Korban berinisial A (34) dilarikan ke RSUD.", "Korban berinisial A (tiga puluh empat) dilarikan ke er es u de."],
    [
      "Ketua PBB menyebut ini krisis ke-2 dalam 10 tahun.",
      "Ketua pe be be menyebut ini krisis kedua dalam sepuluh tahun.",
    ],
    ["Pemerintah AS dan NATO sepakat.", "Pemerintah a es dan NATO sepakat."],
    [
      "BMKG mencatat suhu 36,5 °C di Semarang.",
      "be em ka ge mencatat suhu tiga puluh enam koma lima derajat Celsius di Semarang.",
    ],
    [
      "Sidang digelar 17-19 Agustus 2024 di Gedung MK.",
      "Sidang digelar tujuh belas sampai sembilan belas Agustus dua ribu dua puluh empat di Gedung em ka.",
    ],
    ["TNI AL mengerahkan KRI ke Laut Natuna.", "te en i a el mengerahkan ka er i ke Laut Natuna."],
    ["Harga BBM naik per 1/9/2022.", "Harga be be em naik per satu September dua ribu dua puluh dua."],
    [
      "Ia menjabat pada periode 2014–2019.",
      "Ia menjabat pada periode dua ribu empat belas sampai dua ribu sembilan belas.",
    ],
    [
      "Jalan tol sepanjang 24,3 km itu rampung 95 persen.",
      "Jalan tol sepanjang dua puluh empat koma tiga kilometer itu rampung sembilan puluh lima persen.",
    ],
    ["Yang hadir ±200 orang.", "Yang hadir kurang lebih dua ratus orang."],
    [
      "Polisi menyita 5 kg sabu senilai Rp7,5 miliar.",
      "Polisi menyita lima kilogram sabu senilai tujuh koma lima miliar rupiah.",
    ],
    ["HUT ke-79 RI dirayakan meriah.", "ha u te ketujuh puluh sembilan er i dirayakan meriah."],
    [
      "Gunung Semeru (3.676 mdpl) dan desa setinggi 1.200 m dpl.",
      "Gunung Semeru (tiga ribu enam ratus tujuh puluh enam meter di atas permukaan laut) dan desa setinggi seribu dua ratus meter di atas permukaan laut.",
    ],
    ["Suku bunga naik 25 bps.", "Suku bunga naik dua puluh lima basis poin."],
    [
      "Gempa M 5,6 dan gempa bumi M5,6 di 0.18 LS dan 119,85 BT.",
      "Gempa magnitudo lima koma enam dan gempa bumi magnitudo lima koma enam di nol koma satu delapan Lintang Selatan dan seratus sembilan belas koma delapan lima Bujur Timur.",
    ],
    [
      "Mobil hitam B 1234 XYZ menabrak truk L 9876 AB.",
      "Mobil hitam be satu dua tiga empat eks ye zet menabrak truk el sembilan delapan tujuh enam a be.",
    ],
    [
      "Kementerian ESDM, PLTU, PDAM, OECD, BPUPKI, DI/TII, UUD NRI, dan RCTI.",
      "Kementerian e es de em, pe el te u, pe de a em, o e ce de, be pe u pe ka i, de i te i i, u u de en er i, dan er ce te i.",
    ],
    [
      "Brigjen Pol. Ahmad dan Letjen TNI (Purn.) Prabowo.",
      "Brigjen Polisi Ahmad dan Letjen te en i (Purnawirawan) Prabowo.",
    ],
    [
      "Gempa 7,4 SR, A1–A3, dan hubungan AS–RI.",
      "Gempa tujuh koma empat skala Richter, a satu sampai a tiga, dan hubungan a es–er i.",
    ],
    [
      "Titik 3.51 LU dan 128.45 BT.",
      "Titik tiga koma lima satu Lintang Utara dan seratus dua puluh delapan koma empat lima Bujur Timur.",
    ],
    [
      "Naik 1,1 juta orang/hari; kematian ibu 189/100.000 kelahiran.",
      "Naik satu koma satu juta orang per hari; kematian ibu seratus delapan puluh sembilan per seratus ribu kelahiran.",
    ],
  ],
  recipes: [
    [
      "Campurkan 1/2 kg tepung dengan 3/4 cangkir gula.",
      "Campurkan setengah kilogram tepung dengan tiga per empat cangkir gula.",
    ],
    [
      "Tambahkan 2½ sdm minyak dan ½ sdt garam.",
      "Tambahkan dua setengah sendok makan minyak dan setengah sendok teh garam.",
    ],
    [
      "Panggang pada suhu 180°C selama 25–30 menit.",
      "Panggang pada suhu seratus delapan puluh derajat Celsius selama dua puluh lima sampai tiga puluh menit.",
    ],
    ["Rebus 1,5 liter air.", "Rebus satu koma lima liter air."],
    [
      "Untuk 4 porsi, siapkan 250 gr ayam dan 100 ml santan.",
      "Untuk empat porsi, siapkan dua ratus lima puluh gram ayam dan seratus mililiter santan.",
    ],
    ["Potong dadu 2 x 2 cm.", "Potong dadu dua kali dua sentimeter."],
    ["Aduk 1-1 1/2 menit.", "Aduk satu sampai satu setengah menit."],
    ["Haluskan 5 siung bawang, 1 ruas jahe, dsb.", "Haluskan lima siung bawang, satu ruas jahe, dan sebagainya."],
    ["Beri 3 btr telur dan 1/4 sdt merica.", "Beri tiga butir telur dan seperempat sendok teh merica."],
    ["Simpan di kulkas ±2 jam.", "Simpan di kulkas kurang lebih dua jam."],
    ["Dinginkan hingga -18 °C.", "Dinginkan hingga minus delapan belas derajat Celsius."],
    ["Gunakan oven 220 V, 800 W.", "Gunakan oven dua ratus dua puluh volt, delapan ratus watt."],
    [
      "Minum 8-10 gelas/hari, 3–4x sehari.",
      "Minum delapan sampai sepuluh gelas per hari, tiga sampai empat kali sehari.",
    ],
    [
      "Minyak 2 ltr @Rp14.000/ltr untuk anak usia 3 th.",
      "Minyak dua liter masing-masing empat belas ribu rupiah per liter untuk anak usia tiga tahun.",
    ],
    [
      "Oven 180 derajat C, perbandingan gula dan air 50:50.",
      "Oven seratus delapan puluh derajat Celsius, perbandingan gula dan air lima puluh banding lima puluh.",
    ],
  ],
  science: [
    [
      "Cahaya bergerak 299.792.458 m/s.",
      "Cahaya bergerak dua ratus sembilan puluh sembilan juta tujuh ratus sembilan puluh dua ribu empat ratus lima puluh delapan meter per detik.",
    ],
    ["Percepatan gravitasi 9,8 m/s².", "Percepatan gravitasi sembilan koma delapan meter per detik kuadrat."],
    ["Rumus kimia air ialah H2O.", "Rumus kimia air ialah ha dua o."],
    ["Kadar CO₂ mencapai 420 ppm.", "Kadar ce o dua mencapai empat ratus dua puluh bagian per juta."],
    ["Nilai pi kira-kira 3,14159.", "Nilai pi kira-kira tiga koma satu empat satu lima sembilan."],
    ["Jarak itu 1,5 × 10⁸ km.", "Jarak itu satu koma lima kali sepuluh pangkat delapan kilometer."],
    [
      "Massa elektron 9,1 × 10⁻³¹ kg.",
      "Massa elektron sembilan koma satu kali sepuluh pangkat minus tiga puluh satu kilogram.",
    ],
    [
      "Jika x² = 9 maka x = 3 atau x = -3.",
      "Jika x kuadrat sama dengan sembilan maka x sama dengan tiga atau x sama dengan minus tiga.",
    ],
    ["Luasnya 25 m² dan volumenya 3 m³.", "Luasnya dua puluh lima meter persegi dan volumenya tiga meter kubik."],
    ["Frekuensi 2,4 GHz dipakai Wi-Fi.", "Frekuensi dua koma empat gigahertz dipakai Wi-Fi."],
    ["Vitamin B12 dan omega-3 penting.", "Vitamin be dua belas dan omega-tiga penting."],
    [
      "Air mendidih pada 100 °C atau 212 °F.",
      "Air mendidih pada seratus derajat Celsius atau dua ratus dua belas derajat Fahrenheit.",
    ],
    ["Energi 1 kWh setara 3,6 MJ.", "Energi satu kilowatt jam setara tiga koma enam megajoule."],
    ["5 + 3 = 8 dan 5 - 3 = 2.", "lima ditambah tiga sama dengan delapan dan lima dikurangi tiga sama dengan dua."],
    ["Perbandingannya 3 : 2.", "Perbandingannya tiga banding dua."],
    ["Dua per tiga ditulis 2/3.", "Dua per tiga ditulis dua per tiga."],
    [
      "Posisinya 6°12′ LS dan 106°49′ BT.",
      "Posisinya enam derajat dua belas menit Lintang Selatan dan seratus enam derajat empat puluh sembilan menit Bujur Timur.",
    ],
    ["Tekanan darah 120/80 mmHg.", "Tekanan darah seratus dua puluh per delapan puluh milimeter air raksa."],
    ["Bakteri itu berukuran 2–5 µm.", "Bakteri itu berukuran dua sampai lima mikrometer."],
    ["Kepadatan 141 jiwa/km².", "Kepadatan seratus empat puluh satu jiwa per kilometer persegi."],
    ["Glukosa ialah C6H12O6.", "Glukosa ialah ce enam ha dua belas o enam."],
    ["PM2,5 berbahaya bagi paru-paru.", "pe em dua koma lima berbahaya bagi paru-paru."],
    [
      "3 × 4 = 12 dan 12 ÷ 4 = 3.",
      "tiga kali empat sama dengan dua belas dan dua belas dibagi empat sama dengan tiga.",
    ],
    ["Suhu berkisar -5–10 °C.", "Suhu berkisar minus lima sampai sepuluh derajat Celsius."],
    ["pH < 7 berarti asam.", "pH kurang dari tujuh berarti asam."],
    [
      "Nadi 88x/menit, dosis 10 mg/kg/hari, asupan 2.100 kkal/kapita/hari.",
      "Nadi delapan puluh delapan kali per menit, dosis sepuluh miligram per kilogram per hari, asupan dua ribu seratus kilokalori per kapita per hari.",
    ],
    [
      "Cahaya: 3×10^8 m/s. Tekanan: 1,01 × 10⁵ Pa. Massa: 9,11 × 10^-31 kg.",
      "Cahaya: tiga kali sepuluh pangkat delapan meter per detik. Tekanan: satu koma nol satu kali sepuluh pangkat lima pascal. Massa: sembilan koma satu satu kali sepuluh pangkat minus tiga puluh satu kilogram.",
    ],
    [
      "Leukosit 8.000/µL, trombosit 250.000/mm³, hambatan 6 Ω.",
      "Leukosit delapan ribu per mikroliter, trombosit dua ratus lima puluh ribu per milimeter kubik, hambatan enam ohm.",
    ],
    [
      "Volume balok V = p × l × t, dan luas = panjang × lebar ÷ 2.",
      "Volume balok V sama dengan p kali l kali t, dan luas sama dengan panjang kali lebar dibagi dua.",
    ],
    [
      "Syaratnya 2 ≤ x < 10, y ≥ z, a − b = 3, dan 60° < x < 90°.",
      "Syaratnya dua kurang dari atau sama dengan x kurang dari sepuluh, y lebih dari atau sama dengan z, a dikurangi b sama dengan tiga, dan enam puluh derajat kurang dari x kurang dari sembilan puluh derajat.",
    ],
    [
      "Jika 10 : 2 = 5 dan 7,5 : 2,5 = 3, maka 1 : 2 = 3 : 6.",
      "Jika sepuluh dibagi dua sama dengan lima dan tujuh koma lima dibagi dua koma lima sama dengan tiga, maka satu banding dua sama dengan tiga banding enam.",
    ],
    [
      "Rata-ratanya (70 + 80) : 2 = 75.",
      "Rata-ratanya (tujuh puluh ditambah delapan puluh) dibagi dua sama dengan tujuh puluh lima.",
    ],
    [
      "Laju dalam m/s, c = 3,0 x 10^8 m/s, energi 1 eV, sudut 30°–45°, suhu 36,5°-37,5°C.",
      "Laju dalam meter per detik, c sama dengan tiga koma nol kali sepuluh pangkat delapan meter per detik, energi satu elektronvolt, sudut tiga puluh derajat sampai empat puluh lima derajat, suhu tiga puluh enam koma lima sampai tiga puluh tujuh koma lima derajat Celsius.",
    ],
    [
      "L = p x l = 20 x 10 = 200 cm^2, luas = ½ x alas x tinggi, dan x = 60 – 20.",
      "L sama dengan p kali l sama dengan dua puluh kali sepuluh sama dengan dua ratus sentimeter persegi, luas sama dengan setengah kali alas kali tinggi, dan x sama dengan enam puluh dikurangi dua puluh.",
    ],
    [
      "Reaksi 2H₂ + O₂ → 2H₂O dan kenaikan (12 − 10) : 10 × 100% = 20%.",
      "Reaksi dua ha dua ditambah o dua ke dua ha dua o dan kenaikan (dua belas dikurangi sepuluh) dibagi sepuluh kali seratus persen sama dengan dua puluh persen.",
    ],
  ],
  sport: [
    ["Indonesia menang 3-2 atas Thailand.", "Indonesia menang tiga dua atas Thailand."],
    ["Skor akhir 0-0.", "Skor akhir nol nol."],
    [
      "Ginting menang 21-15, 18-21, 21-19.",
      "Ginting menang dua puluh satu lima belas, delapan belas dua puluh satu, dua puluh satu sembilan belas.",
    ],
    ["Timnas U-23 imbang 1-1 lawan Vietnam.", "Timnas u dua puluh tiga imbang satu satu lawan Vietnam."],
    ["Pelatih memakai formasi 4-3-3.", "Pelatih memakai formasi empat tiga tiga."],
    ["Ia finis ke-1 dengan waktu 2:05:11.", "Ia finis pertama dengan waktu dua jam lima menit sebelas detik."],
    ["Lari 100 m ditempuh dalam 9,58 detik.", "Lari seratus meter ditempuh dalam sembilan koma lima delapan detik."],
    ["Liga 1 pekan ke-34.", "Liga satu pekan ketiga puluh empat."],
    [
      "Persib vs Persija digelar pukul 15.30 WIB.",
      "Persib versus Persija digelar pukul lima belas tiga puluh we i be.",
    ],
    ["PON XX berlangsung di Papua.", "PON dua puluh berlangsung di Papua."],
    ["Unggul agregat 5-3.", "Unggul agregat lima tiga."],
    ["Rekornya 8-0-2.", "Rekornya delapan nol dua."],
    ["Menit 90+3.", "Menit sembilan puluh ditambah tiga."],
    ["Juara Piala Dunia 2022 ialah Argentina.", "Juara Piala Dunia dua ribu dua puluh dua ialah Argentina."],
    ["Kejuaraan F1 di GP Mandalika.", "Kejuaraan ef satu di ge pe Mandalika."],
    ["Lap tercepatnya 1:32.456.", "Lap tercepatnya satu menit tiga puluh dua koma empat lima enam detik."],
    ["Juara I, II, dan III, peringkat III.", "Juara satu, dua, dan tiga, peringkat tiga."],
    [
      "Indonesia vs. Jepang 0-4 (0-2), lalu 21-17 18-21 21-19.",
      "Indonesia versus Jepang nol empat (nol dua), lalu dua puluh satu tujuh belas delapan belas dua puluh satu dua puluh satu sembilan belas.",
    ],
    [
      "Menang pada 3-5 Mei, unggul 10-12 poin, kalah 0-2 hari ini, A vs Korea Selatan pada 6-7 Mei.",
      "Menang pada tiga sampai lima Mei, unggul sepuluh sampai dua belas poin, kalah nol dua hari ini, A versus Korea Selatan pada enam sampai tujuh Mei.",
    ],
    ["Greysia/Apriyani menang 21-19.", "Greysia Apriyani menang dua puluh satu sembilan belas."],
  ],
  finance: [
    ["Modalnya Rp1.500.000,50.", "Modalnya satu juta lima ratus ribu rupiah lima puluh sen."],
    ["Harga cabai Rp 50.000,-/kg.", "Harga cabai lima puluh ribu rupiah per kilogram."],
    ["Anggaran Rp 10–20 juta per desa.", "Anggaran sepuluh sampai dua puluh juta rupiah per desa."],
    [
      "Laba PT Telkom Tbk naik menjadi Rp24,56 triliun.",
      "Laba pe te Telkom te be ka naik menjadi dua puluh empat koma lima enam triliun rupiah.",
    ],
    ["Kurs Rp15.750 per US$1.", "Kurs lima belas ribu tujuh ratus lima puluh rupiah per satu dolar Amerika Serikat."],
    ["Ia menabung Rp50 ribu–Rp100 ribu sebulan.", "Ia menabung lima puluh ribu sampai seratus ribu rupiah sebulan."],
    [
      "Investasi US$ 1,5 miliar masuk tahun ini.",
      "Investasi satu koma lima miliar dolar Amerika Serikat masuk tahun ini.",
    ],
    ["Startup itu meraih $3.5m.", "Startup itu meraih tiga koma lima juta dolar."],
    [
      "Harganya €1,234.50 atau S$20.",
      "Harganya seribu dua ratus tiga puluh empat euro lima puluh sen atau dua puluh dolar Singapura.",
    ],
    ["Biaya admin $0.99.", "Biaya admin sembilan puluh sembilan sen."],
    ["Gaji Rp5 juta/bulan.", "Gaji lima juta rupiah per bulan."],
    ["Bunga 5,75% per tahun.", "Bunga lima koma tujuh lima persen per tahun."],
    [
      "IHSG ditutup di level 7.234,56.",
      "i ha es ge ditutup di level tujuh ribu dua ratus tiga puluh empat koma lima enam.",
    ],
    ["Saham naik 1,2%–1,5%.", "Saham naik satu koma dua sampai satu koma lima persen."],
    ["Utangnya -Rp2 miliar.", "Utangnya minus dua miliar rupiah."],
    ["Omzet Rp100 jt, modal 50rb.", "Omzet seratus juta rupiah, modal lima puluh ribu."],
    ["Tiket @Rp25.000.", "Tiket masing-masing dua puluh lima ribu rupiah."],
    ["Nilainya 100 USD.", "Nilainya seratus dolar Amerika Serikat."],
    [
      "PDB tumbuh 5,05% (yoy) pada kuartal III/2024.",
      "pe de be tumbuh lima koma nol lima persen (yoy) pada kuartal tiga tahun dua ribu dua puluh empat.",
    ],
    ["UMP DKI Rp5.067.381.", "u em pe de ka i lima juta enam puluh tujuh ribu tiga ratus delapan puluh satu rupiah."],
    ["Diskon s.d. 70%!", "Diskon sampai dengan tujuh puluh persen!"],
    ["Pajak PPh 21 dan PPN 11%.", "Pajak pe pe ha dua puluh satu dan pe pe en sebelas persen."],
    ["Tarifnya Rp 1.500,00.", "Tarifnya seribu lima ratus rupiah."],
    ["Uang Rp50,000 itu palsu.", "Uang lima puluh ribu rupiah itu palsu."],
    ["Rp0 biaya transfer.", "nol rupiah biaya transfer."],
    [
      "Laba Kuartal III 2024 Capai Rp 45,36 Triliun",
      "Laba Kuartal tiga dua ribu dua puluh empat Capai empat puluh lima koma tiga enam triliun rupiah",
    ],
    ["PEMPROV DKI SIAPKAN RP 2,3 MILIAR", "PEMPROV DKI SIAPKAN dua koma tiga miliar rupiah"],
    [
      "Utang Rp500 Ribu, Rp 12 JUTA, Rp 2-3 Milyar, atau 5 Juta USD.",
      "Utang lima ratus ribu rupiah, dua belas juta rupiah, dua sampai tiga miliar rupiah, atau lima juta dolar Amerika Serikat.",
    ],
    ["Rp/kg, US$/bulan.", "rupiah per kilogram, dolar Amerika Serikat per bulan."],
    [
      "Rp5.000 / kg, Rp 500rb-an, Rp20jt-an/bulan, 9600 bps.",
      "lima ribu rupiah per kilogram, lima ratus ribuan rupiah, dua puluh jutaan rupiah per bulan, sembilan ribu enam ratus bit per detik.",
    ],
  ],
  law: [
    ["Pasal 27 ayat (3) UU ITE.", "Pasal dua puluh tujuh ayat (tiga) u u i te e."],
    ["UU No. 11/2020 tentang Cipta Kerja.", "u u nomor sebelas tahun dua ribu dua puluh tentang Cipta Kerja."],
    ["Sesuai Pasal 28A UUD 1945.", "Sesuai Pasal dua puluh delapan a u u de seribu sembilan ratus empat puluh lima."],
    ["Putusan MK Nomor 90/PUU-XXI/2023.", "Putusan em ka Nomor sembilan puluh/pe u u-XXI/dua ribu dua puluh tiga."],
    ["Bab IV Pasal 5 huruf a.", "Bab empat Pasal lima huruf a."],
    ["Undang-Undang Nomor 5 Tahun 1960.", "Undang-Undang Nomor lima Tahun seribu sembilan ratus enam puluh."],
    ["Terdakwa divonis 4,5 tahun penjara.", "Terdakwa divonis empat koma lima tahun penjara."],
    ["Lihat Lampiran II dan Bab I–III.", "Lihat Lampiran dua dan Bab satu sampai tiga."],
    ["Golongan IV/a hingga IV/c.", "Golongan empat a hingga empat c."],
    ["Permohonan s/d tgl. 5 Mei 2024.", "Permohonan sampai dengan tanggal lima Mei dua ribu dua puluh empat."],
    ["Dan/atau denda paling banyak Rp1 miliar.", "Dan atau denda paling banyak satu miliar rupiah."],
    ["Perpres 12/2021 mengatur hal ini.", "Perpres dua belas tahun dua ribu dua puluh satu mengatur hal ini."],
    ["Surat kuasa a.n. Budi Santoso, S.H., M.H.", "Surat kuasa atas nama Budi Santoso, es ha, em ha."],
    ["Notaris Siti, S.H., M.Kn.", "Notaris Siti, es ha, em ka en."],
    [
      "Pasal 28A–28J, Pasal 28H dan 28J, kelas 7V.",
      "Pasal dua puluh delapan a sampai dua puluh delapan je, Pasal dua puluh delapan ha dan dua puluh delapan je, kelas tujuh ve.",
    ],
    [
      "Pasal 2 jo. Pasal 18 UU No. 31/1999 jo UU No. 20/2001.",
      "Pasal dua juncto Pasal delapan belas u u nomor tiga puluh satu tahun seribu sembilan ratus sembilan puluh sembilan juncto u u nomor dua puluh tahun dua ribu satu.",
    ],
    [
      "Terdakwa I, Saksi III, dan Para Pemohon I s.d. IV melawan Pihak II.",
      "Terdakwa satu, Saksi tiga, dan Para Pemohon satu sampai dengan empat melawan Pihak dua.",
    ],
    [
      "Saksi I Made Sudana dan terdakwa I Wayan Suarta, juara X Factor.",
      "Saksi I Made Sudana dan terdakwa I Wayan Suarta, juara X Factor.",
    ],
    ["Penguji I dan Pembimbing II.", "Penguji satu dan Pembimbing dua."],
    [
      "Pasal 114 Jo. Pasal 132, PNS Gol. III/a, Sidang II.",
      "Pasal seratus empat belas juncto Pasal seratus tiga puluh dua, pe en es golongan tiga a, Sidang dua.",
    ],
  ],
  timetables: [
    ["08.00–09.30 Sarapan bersama.", "delapan nol nol sampai sembilan tiga puluh Sarapan bersama."],
    [
      "Kereta berangkat pukul 07.00 dan tiba pukul 12.05.",
      "Kereta berangkat pukul tujuh dan tiba pukul dua belas nol lima.",
    ],
    ["Buka Senin–Jumat, 09.00-17.00.", "Buka Senin sampai Jumat, sembilan nol nol sampai tujuh belas nol nol."],
    ["Misa pukul 06.00, 08.00, dan 17.00.", "Misa pukul enam, delapan, dan tujuh belas."],
    ["Layanan 24 jam, buka 24/7.", "Layanan dua puluh empat jam, buka dua puluh empat tujuh."],
    [
      "Pendaftaran 1 Jan–28 Feb 2025.",
      "Pendaftaran satu Januari sampai dua puluh delapan Februari dua ribu dua puluh lima.",
    ],
    ["Acara mulai 19:00 WITA.", "Acara mulai sembilan belas nol nol WITA."],
    ["Rapat jam 9 pagi sampai jam 2.30 siang.", "Rapat jam sembilan pagi sampai jam dua tiga puluh siang."],
    ["Azan Subuh 04.35 WIB.", "Azan Subuh empat tiga puluh lima we i be."],
    ["Penerbangan GA 412 pukul 00.15.", "Penerbangan GA empat ratus dua belas pukul nol nol lima belas."],
    ["Waktu Jakarta ialah UTC+7.", "Waktu Jakarta ialah u te ce plus tujuh."],
    ["Pukul 08.00 s.d. 10.00 istirahat.", "Pukul delapan sampai dengan sepuluh istirahat."],
    ["Batas waktu 2024-03-14.", "Batas waktu empat belas Maret dua ribu dua puluh empat."],
    ["Libur 24 Des 2024.", "Libur dua puluh empat Desember dua ribu dua puluh empat."],
    ["Konser digelar 17/8/2024.", "Konser digelar tujuh belas Agustus dua ribu dua puluh empat."],
    ["Pkl. 19.00 tepat.", "Pukul sembilan belas tepat."],
    ["Ujian H-7 dimulai.", "Ujian ha minus tujuh dimulai."],
    [
      "Waktu: 08.00 s/d 12.00 WIB, atau 5 s/d 10 Mei.",
      "Waktu: delapan nol nol sampai dengan dua belas nol nol we i be, atau lima sampai dengan sepuluh Mei.",
    ],
    [
      "Dari 7.30 pagi hingga 4.15 sore, buka 7.30–16.00.",
      "Dari tujuh tiga puluh pagi hingga empat lima belas sore, buka tujuh tiga puluh sampai enam belas nol nol.",
    ],
    [
      "Acara pk. 19.00 WIB – selesai, 28 Feb. - 2 Mar. 2024.",
      "Acara pukul sembilan belas we i be sampai selesai, dua puluh delapan Februari sampai dua Maret dua ribu dua puluh empat.",
    ],
    [
      "Pukul 18.00 s.d 20.00 WIB, pk 08.00–15.00, Sen–Jum, Sen.-Jum. 08.00.",
      "Pukul delapan belas sampai dengan dua puluh we i be, pukul delapan sampai lima belas, Senin sampai Jumat, Senin sampai Jumat delapan nol nol.",
    ],
    [
      "Dibuka 20/08–06/09/2024, 1 Apr. s/d 30 Juni.",
      "Dibuka dua puluh Agustus sampai enam September dua ribu dua puluh empat, satu April sampai dengan tiga puluh Juni.",
    ],
  ],
  history: [
    [
      "Proklamasi dibacakan pada 17 Agustus 1945 pukul 10.00.",
      "Proklamasi dibacakan pada tujuh belas Agustus seribu sembilan ratus empat puluh lima pukul sepuluh.",
    ],
    ["Pada abad ke-7 M, Sriwijaya berjaya.", "Pada abad ketujuh Masehi, Sriwijaya berjaya."],
    ["Borobudur dibangun sekitar abad VIII dan IX.", "Borobudur dibangun sekitar abad kedelapan dan kesembilan."],
    ["Perang Dunia II berakhir pada 1945.", "Perang Dunia kedua berakhir pada seribu sembilan ratus empat puluh lima."],
    ["Raja Charles III dinobatkan.", "Raja Charles ketiga dinobatkan."],
    [
      "Sri Sultan Hamengkubuwono IX menjadi wakil presiden.",
      "Sri Sultan Hamengkubuwono kesembilan menjadi wakil presiden.",
    ],
    ["Ia hidup pada 500 SM.", "Ia hidup pada lima ratus sebelum Masehi."],
    [
      "Perang berlangsung 1939–1945.",
      "Perang berlangsung seribu sembilan ratus tiga puluh sembilan sampai seribu sembilan ratus empat puluh lima.",
    ],
    ["Musik tahun 1980-an kembali populer.", "Musik tahun seribu sembilan ratus delapan puluhan kembali populer."],
    ["Gerakan reformasi '98 mengubah segalanya.", "Gerakan reformasi sembilan delapan mengubah segalanya."],
    ["Paus Yohanes Paulus II berkunjung.", "Paus Yohanes Paulus kedua berkunjung."],
    ["Ratu Elizabeth I memerintah.", "Ratu Elizabeth pertama memerintah."],
    ["Sultan Mahmud Badaruddin II melawan Belanda.", "Sultan Mahmud Badaruddin kedua melawan Belanda."],
    ["Abad XXI penuh tantangan.", "Abad kedua puluh satu penuh tantangan."],
    ["Tahun 1990-an hingga 2000-an.", "Tahun seribu sembilan ratus sembilan puluhan hingga dua ribuan."],
    [
      "R.A. Kartini lahir 21 April 1879.",
      "Raden Ajeng Kartini lahir dua puluh satu April seribu delapan ratus tujuh puluh sembilan.",
    ],
    ["K.H. Ahmad Dahlan mendirikan Muhammadiyah.", "Kiai Haji Ahmad Dahlan mendirikan Muhammadiyah."],
    ["VOC bubar tahun 1799.", "ve o ce bubar tahun seribu tujuh ratus sembilan puluh sembilan."],
    [
      "Perang Diponegoro (1825–1830) merugikan Belanda.",
      "Perang Diponegoro (seribu delapan ratus dua puluh lima sampai seribu delapan ratus tiga puluh) merugikan Belanda.",
    ],
    ["Tahun 1445 H.", "Tahun seribu empat ratus empat puluh lima Hijriah."],
    ["Generasi 90-an.", "Generasi sembilan puluhan."],
    ["Sejak 1998–sekarang.", "Sejak seribu sembilan ratus sembilan puluh delapan sampai sekarang."],
    ["B.J. Habibie menggantikannya.", "be je Habibie menggantikannya."],
    [
      "Th. 1998, 1,5 juta tahun SM, 500 SM–500 M, dan 1 Ramadan 1445 H/12 Maret 2024 M.",
      "tahun seribu sembilan ratus sembilan puluh delapan, satu koma lima juta tahun sebelum Masehi, lima ratus sebelum Masehi sampai lima ratus Masehi, dan satu Ramadan seribu empat ratus empat puluh lima Hijriah/dua belas Maret dua ribu dua puluh empat Masehi.",
    ],
    ["Dr.(H.C.) Ir. Soekarno dan Drs. Moh. Hatta.", "Doktor(ha ce) Insinyur Soekarno dan Doktorandus Mohammad Hatta."],
    [
      "Agresi Militer Belanda I dan II, Kongres Pemuda II, Kabinet Ali Sastroamidjojo I.",
      "Agresi Militer Belanda pertama dan kedua, Kongres Pemuda kedua, Kabinet Ali Sastroamidjojo satu.",
    ],
    [
      "Purnawarman (395–434 M).",
      "Purnawarman (tiga ratus sembilan puluh lima sampai empat ratus tiga puluh empat Masehi).",
    ],
  ],
  manuals: [
    ["Unduh versi 2.1.0 atau v3.", "Unduh versi dua titik satu titik nol atau versi tiga."],
    ["Pasang Python 3.12 di Windows 11.", "Pasang Python tiga titik dua belas di Windows sebelas."],
    [
      "Buka 192.168.1.1 di peramban.",
      "Buka seratus sembilan puluh dua titik seratus enam puluh delapan titik satu titik satu di peramban.",
    ],
    ["Server di 10.0.0.5:8080.", "Server di sepuluh titik nol titik nol titik lima titik dua delapan nol delapan nol."],
    ["Lihat Gambar 2.3 dan Tabel 4.10.", "Lihat Gambar dua titik tiga dan Tabel empat titik sepuluh."],
    ["Tekan tombol #5.", "Tekan tombol nomor lima."],
    ["Kirim ke jane.doe@example.com.", "Kirim ke jane titik doe at example titik kom."],
    [
      "Kunjungi example.com atau www.kemkes.go.id.",
      "Kunjungi example titik kom atau we we we titik kemkes titik go titik i de.",
    ],
    [
      "Ikuti @lector_id dan #PemiluDamai2024.",
      "Ikuti at lector garis bawah id dan tagar Pemilu Damai dua ribu dua puluh empat.",
    ],
    [
      "Baterai 5.000 mAh, RAM 8 GB, layar 6,7 inci.",
      "Baterai lima ribu miliampere jam, RAM delapan gigabita, layar enam koma tujuh inci.",
    ],
    ["Kecepatan unduh 100 Mbps.", "Kecepatan unduh seratus megabit per detik."],
    ["Masukkan PIN 1234.", "Masukkan PIN satu dua tiga empat."],
    ["Kode OTP 048291.", "Kode o te pe nol empat delapan dua sembilan satu."],
    ["Resolusi 1920x1080.", "Resolusi seribu sembilan ratus dua puluh kali seribu delapan puluh."],
    ["Minum 3x sehari 1 tablet.", "Minum tiga kali sehari satu tablet."],
    ["Dosis 2 tablet/hari.", "Dosis dua tablet per hari."],
    ["Klik Menu → Pengaturan.", "Klik Menu ke Pengaturan."],
    ["Simpan & keluar.", "Simpan dan keluar."],
    ["Jaringan 5G di ponsel A54.", "Jaringan lima ge di ponsel a lima puluh empat."],
    ["Ketik *123# lalu OK.", "Ketik bintang satu dua tiga pagar lalu OK."],
    ["Halaman 10–12, hlm. 15.", "Halaman sepuluh sampai dua belas, halaman lima belas."],
    ["Langkah 1: nyalakan. Langkah 2: tunggu.", "Langkah satu: nyalakan. Langkah dua: tunggu."],
    ["Tensi maks. 140.", "Tensi maksimal seratus empat puluh."],
    ["Margin 4-3-3-3 cm.", "Margin empat tiga tiga tiga sentimeter."],
    [
      "Node >= 18, x <= 5, dan a == b, lalu klik File > Simpan.",
      "Node lebih dari atau sama dengan delapan belas, x kurang dari atau sama dengan lima, dan a sama dengan b, lalu klik File > Simpan.",
    ],
    [
      "PostgreSQL 16.2, ID: 812 3456 7890, passcode: 123456.",
      "PostgreSQL enam belas titik dua, ID: delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol, passcode: satu dua tiga empat lima enam.",
    ],
  ],
  letters: [
    ["Yth. Bpk. Ahmad di tempat.", "Yang terhormat Bapak Ahmad di tempat."],
    [
      "Jl. Merdeka No. 10, RT 03/RW 05, Kec. Menteng.",
      "Jalan Merdeka nomor sepuluh, er te nol tiga er we nol lima, Kecamatan Menteng.",
    ],
    ["Telp. (021) 555-1234.", "Telepon nol dua satu, lima lima lima, satu dua tiga empat."],
    ["HP 0812-3456-7890.", "ha pe nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol."],
    [
      "WA +62 812-3456-7890.",
      "we a plus enam dua, delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol.",
    ],
    [
      "NIK 3171234567890001.",
      "NIK tiga satu tujuh satu, dua tiga empat lima, enam tujuh delapan sembilan, nol nol nol satu.",
    ],
    ["Kode pos 12190.", "Kode pos satu dua satu sembilan nol."],
    ["Hubungi 112 bila darurat.", "Hubungi satu satu dua bila darurat."],
    [
      "Rekening 1234567890 a.n. Siti.",
      "Rekening satu dua tiga empat, lima enam tujuh delapan, sembilan nol atas nama Siti.",
    ],
    [
      "NPWP 01.234.567.8-901.000.",
      "en pe we pe nol satu, dua tiga empat, lima enam tujuh, delapan, sembilan nol satu, nol nol nol.",
    ],
    ["Prof. Dr. Ir. H. Budi, M.Sc.", "Profesor Doktor Insinyur Haji Budi, em es ce."],
    ["dr. Rahmi dan drg. Sari.", "dokter Rahmi dan dokter gigi Sari."],
    ["Tn. Ali dan Ny. Ani.", "Tuan Ali dan Nyonya Ani."],
    ["Jl. Kebon Jeruk Gg. 3 No.5.", "Jalan Kebon Jeruk Gang tiga nomor lima."],
    ["Hormat kami, dkk.", "Hormat kami, dan kawan-kawan."],
    ["Kel. Cikini, Kab. Bogor, Prov. Jabar.", "Kelurahan Cikini, Kabupaten Bogor, Provinsi Jabar."],
    ["Nomor surat 001/SK/2024.", "Nomor surat nol nol satu/es ka/dua ribu dua puluh empat."],
    ["Dari Sdr. Joko, S.Kom.", "Dari Saudara Joko, es kom."],
    ["ttd. Kepala Dinas", "tertanda Kepala Dinas"],
    ["Apt. Lt. 3 Blok B2.", "Apt. lantai tiga Blok be dua."],
    [
      "Jl. Merdeka No. 1, Jakarta Selatan 12190, Indonesia.",
      "Jalan Merdeka nomor satu, Jakarta Selatan satu dua satu sembilan nol, Indonesia.",
    ],
    [
      "NIP. 19800101 200501 1 001, No. Rek. 0123-01-012345, Fax. (0274) 563975.",
      "NIP. satu sembilan delapan nol, nol satu nol satu, dua nol nol lima nol satu, satu, nol nol satu, nomor Rekening nol satu dua tiga, nol satu, nol satu dua tiga empat lima, Faks nol dua tujuh empat, lima enam tiga sembilan tujuh lima.",
    ],
    [
      "No telp 0812-3456-7890 a/n Dr. Rina, dr., M.Sc.",
      "nomor telepon nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol atas nama Doktor Rina, dokter, em es ce.",
    ],
    [
      "Kepada Yth. Bpk./Ibu, Sdr/i, dan mahasiswa/i, tempat/Tanggal.",
      "Kepada Yang terhormat Bapak Ibu, Saudara Saudari, dan mahasiswa mahasiswi, tempat/Tanggal.",
    ],
    [
      "Prof. Dr. dr. Budi, tgl. 5 bln. 6 thn. 2024.",
      "Profesor Doktor dokter Budi, tanggal lima bulan enam tahun dua ribu dua puluh empat.",
    ],
  ],
  "everyday writing": [
    ["Buku2 dan teman2nya.", "Buku-buku dan teman-temannya."],
    ["Mudah2an lancar ya.", "Mudah-mudahan lancar ya."],
    ["Mereka pergi ber-3.", "Mereka pergi bertiga."],
    ["Aku yg pertama, dia yg ke-2.", "Aku yang pertama, dia yang kedua."],
    ["Jalan2 dgn keluarga.", "Jalan-jalan dengan keluarga."],
    ["Anak ke-3 dari 5 bersaudara.", "Anak ketiga dari lima bersaudara."],
    ["Umurnya 20-an.", "Umurnya dua puluhan."],
    ["Beli KTP-nya di mana?", "Beli ka te pe-nya di mana?"],
    ["Siswa/siswi kelas XII IPA 2.", "Siswa siswi kelas dua belas i pe a dua."],
    ["Nilainya 8/10.", "Nilainya delapan per sepuluh."],
    ["Kamar 007.", "Kamar nol nol tujuh."],
    ["Harganya ~50rb.", "Harganya sekitar lima puluh ribu."],
    ["Ada 2-3 orang.", "Ada dua sampai tiga orang."],
    ["Ayat Yohanes 3:16.", "Ayat Yohanes tiga ayat enam belas."],
    ["Skala 1:50.000.", "Skala satu banding lima puluh ribu."],
    ["Telepon 14045.", "Telepon satu empat nol empat lima."],
    ["Tipe 36/72.", "Tipe tiga puluh enam tujuh puluh dua."],
    ["Ukuran 3,5 x 2 m.", "Ukuran tiga koma lima kali dua meter."],
    ["Kelas 7A dan 3D.", "Kelas tujuh a dan tiga de."],
    ["Hari ke-1.000.", "Hari keseribu."],
    ["Ke-2 anak itu kembar.", "Kedua anak itu kembar."],
    ["Barang dibeli, dll.", "Barang dibeli, dan lain-lain."],
    [
      "Tagar #2024GantiPresiden, QS 2: 255, Kej. 1:1.",
      "Tagar tagar dua ribu dua puluh empat Ganti Presiden, ki es dua ayat dua ratus lima puluh lima, Kej. satu ayat satu.",
    ],
    [
      "Anak 2 th. dan 3 bln. membaca 1 Kor 13:4.",
      "Anak dua tahun dan tiga bulan membaca satu Kor tiga belas ayat empat.",
    ],
  ],
  "what is easily mistaken": [
    [
      '"1945", (1945), 1945; 1945!',
      '"seribu sembilan ratus empat puluh lima", (seribu sembilan ratus empat puluh lima), seribu sembilan ratus empat puluh lima; seribu sembilan ratus empat puluh lima!',
    ],
    [
      "Total 1,234,567.89 unit.",
      "Total satu juta dua ratus tiga puluh empat ribu lima ratus enam puluh tujuh koma delapan sembilan unit.",
    ],
    ["Nilai 3.14 atau 3,14.", "Nilai tiga koma satu empat atau tiga koma satu empat."],
    ["Suhu −3,5 °C, bukan 3,5 °C.", "Suhu minus tiga koma lima derajat Celsius, bukan tiga koma lima derajat Celsius."],
    ["Kode A01 dan X-9.", "Kode a nol satu dan eks sembilan."],
    [
      "Versi 3.12.1 dirilis 14.10.2024.",
      "Versi tiga titik dua belas titik satu dirilis empat belas Oktober dua ribu dua puluh empat.",
    ],
    ["Angka 0,05 dan 00.", "Angka nol koma nol lima dan nol nol."],
    ['Nomor 5 dan no. 6, bukan "no".', 'Nomor lima dan nomor enam, bukan "no".'],
    ["Data 1,2,3.", "Data satu, dua, tiga."],
    ["Sejumlah 1.000.000.000.000 bintang.", "Sejumlah satu triliun bintang."],
    ["Nomor seri 12-345.", "Nomor seri dua belas tiga ratus empat puluh lima."],
    ["Penduduk 10.000-an orang.", "Penduduk sepuluh ribuan orang."],
    ["Antara 10 - 20 orang.", "Antara sepuluh sampai dua puluh orang."],
    ["Jarak 5 km/10 menit.", "Jarak lima kilometer per sepuluh menit."],
    [
      "Sekitar tahun 1980–1990-an.",
      "Sekitar tahun seribu sembilan ratus delapan puluh sampai seribu sembilan ratus sembilan puluhan.",
    ],
    ["Setiap 2-nya rusak.", "Setiap duanya rusak."],
    ["Plat nomor B 1234 XYZ.", "Plat nomor be satu dua tiga empat eks ye zet."],
    [
      "Pesawat Boeing 737-800 dan MH370.",
      "Pesawat Boeing tujuh ratus tiga puluh tujuh delapan ratus dan em ha tiga tujuh nol.",
    ],
    ["KTT G20 dan COP28.", "ka te te ge dua puluh dan COP dua puluh delapan."],
    ["Pasien COVID-19 di P3K.", "Pasien COVID-sembilan belas di pe tiga ka."],
    ["IPv4 127.0.0.1/8.", "IPv4 seratus dua puluh tujuh titik nol titik nol titik satu garis miring delapan."],
    ["Kolom X-1 di kelas X-1.", "Kolom eks satu di kelas sepuluh-satu."],
    ["Sp.PD dan Sp.A.", "spesialis penyakit dalam dan spesialis anak."],
    ["Dr. A. Yani tinggal di sini.", "Doktor A. Yani tinggal di sini."],
    ["Susilo B. Yudhoyono berpidato.", "Susilo be Yudhoyono berpidato."],
    ["Nabi Muhammad SAW dan Allah SWT.", "Nabi Muhammad es a we dan Allah es we te."],
    ["CV Maju dan UD Jaya.", "ce ve Maju dan u de Jaya."],
    ["DIY DKI NTB.", "de i ye de ka i en te be."],
    ["Luas dalam km² dan m³.", "Luas dalam kilometer persegi dan meter kubik."],
    ["Lima puluh km/jam.", "Lima puluh kilometer per jam."],
    ["1.000 dolar AS.", "seribu dolar Amerika Serikat."],
    ["Jarak 20 l/100 km.", "Jarak dua puluh liter per seratus kilometer."],
    ["Telepon 0361 123456.", "Telepon nol tiga enam satu, satu dua tiga empat lima enam."],
    [
      "SMS ke +6281234567890.",
      "es em es ke plus enam dua, delapan satu dua tiga, empat lima enam tujuh, delapan sembilan nol.",
    ],
    ["Kontak 081234567890.", "Kontak nol delapan satu dua, tiga empat lima enam, tujuh delapan sembilan nol."],
    ["Tekan *123#.", "Tekan bintang satu dua tiga pagar."],
    ["Golongan darah A dan 2B.", "Golongan darah A dan dua be."],
    ["Bobot 3.500 gr, lalu 3.5 kg.", "Bobot tiga ribu lima ratus gram, lalu tiga koma lima kilogram."],
    ["Waktu 10:35:20 WIB.", "Waktu sepuluh tiga puluh lima lewat dua puluh detik we i be."],
    ["Diterima 2024-03-14T08:30:00Z.", "Diterima empat belas Maret dua ribu dua puluh empat pukul delapan tiga puluh."],
    ["Senin-Selasa (5-6/7) libur.", "Senin sampai Selasa (lima sampai enam Juli) libur."],
    [
      "Tanggal 31/12/99 dan 3/14/2024.",
      "Tanggal tiga puluh satu Desember sembilan sembilan dan empat belas Maret dua ribu dua puluh empat.",
    ],
    ["Terbit 17-Agu-2024.", "Terbit tujuh belas Agustus dua ribu dua puluh empat."],
    ["Tahun ajaran 2023/2024.", "Tahun ajaran dua ribu dua puluh tiga dua ribu dua puluh empat."],
    ["Panjang 1/2-1 m.", "Panjang setengah sampai satu meter."],
    [
      "RM5, ¥1000, £3.99, dan 50¢.",
      "lima ringgit, seribu yen, tiga pound sterling sembilan puluh sembilan pens, dan lima puluh sen.",
    ],
    ["Harga 20 € saja.", "Harga dua puluh euro saja."],
    ["Rp100-an ribu dan Rp5.000-an.", "seratusan ribu rupiah dan lima ribuan rupiah."],
    ["Dari Rp10 juta sampai Rp20 juta.", "Dari sepuluh juta sampai dua puluh juta rupiah."],
    ["Untuk 5 orang@Rp10.000.", "Untuk lima orang masing-masing sepuluh ribu rupiah."],
    ["Sabun 2x lipat, 3× lebih.", "Sabun dua kali lipat, tiga kali lebih."],
    ["Ukuran 30 cm x 40 cm.", "Ukuran tiga puluh sentimeter kali empat puluh sentimeter."],
    ["Sudut 90° dan 45°.", "Sudut sembilan puluh derajat dan empat puluh lima derajat."],
    ["10^3 dan 2³.", "sepuluh pangkat tiga dan dua pangkat tiga."],
    ["Daya 5 PK, 1.500 cc.", "Daya lima pe ka, seribu lima ratus ce ce."],
    ["Urutan ke-XX dan Ke-3nya.", "Urutan kedua puluh dan Ketiganya."],
    ["Ke-1 dan ke-100.", "Pertama dan keseratus."],
    ["Abad I dan abad ke-1.", "Abad pertama dan abad pertama."],
    ["Kongres XX dan Komisi III.", "Kongres kedua puluh dan Komisi tiga."],
    ["Henry VIII dan Louis XIV.", "Henry kedelapan dan Louis keempat belas."],
    ["Bersama2 dan sehari2.", "Bersama-sama dan sehari-hari."],
    ["Hubungi info@kemkes.go.id.", "Hubungi info at kemkes titik go titik i de."],
    ["Lihat https://www.example.com/a?b=1.", "Lihat we we we titik example titik kom."],
    ["Email jane_doe99@mail.co.id.", "Email jane garis bawah doe sembilan puluh sembilan at mail titik ko titik i de."],
    ["AC/DC dan TCP/IP.", "a ce de ce dan te ce pe i pe."],
    ["Lt. 2, hal. 3, vol. 4.", "lantai dua, halaman tiga, volume empat."],
    ["A.n. Siti, u.p. Bapak Ali.", "Atas nama Siti, untuk perhatian Bapak Ali."],
    ["Tom & Jerry.", "Tom dan Jerry."],
  ],
  "what testers try": [
    ["Bayar Rp5.000.000,- (lima juta rupiah) dalam 5 (lima) hari.", "Bayar lima juta rupiah dalam lima hari."],
    [
      "Rp1,5–2 miliar, USD1.5 billion, dan US$5-US$10.",
      "satu koma lima sampai dua miliar rupiah, satu koma lima miliar dolar Amerika Serikat, dan lima sampai sepuluh dolar Amerika Serikat.",
    ],
    ["Harga Rp 5.000,00/lembar.", "Harga lima ribu rupiah per lembar."],
    ["Modal IDR 10K dan Rp60-an juta.", "Modal sepuluh ribu rupiah dan enam puluhan juta rupiah."],
    ["Acara 19.30–selesai.", "Acara sembilan belas tiga puluh sampai selesai."],
    [
      "Musim 2019-20 dan 2023/24.",
      "Musim dua ribu sembilan belas sampai dua puluh dan dua ribu dua puluh tiga dua puluh empat.",
    ],
    ["Lulusan D-III, S1, dan SMAN 1.", "Lulusan de tiga, es satu, dan es em a en satu."],
    [
      "Kantor di Jl.Sudirman Kav. 52-53, No. 10A.",
      "Kantor di Jalan Sudirman Kaveling lima puluh dua sampai lima puluh tiga, nomor sepuluh a.",
    ],
    ["Menurut dr.Rahmi, No.: 12.", "Menurut dokter Rahmi, nomor: dua belas."],
    ["PT. Maju dan HR. Bukhari no. 52.", "pe te Maju dan ha er Bukhari nomor lima puluh dua."],
    ["Baca Detik.com dan bmkg.go.id.", "Baca detik titik kom dan be em ka ge titik go titik i de."],
    ["Zona 08:00 - 17:00.", "Zona delapan nol nol sampai tujuh belas nol nol."],
    ["Set 6-4, 3-6, 7-6.", "Set enam empat, tiga enam, tujuh enam."],
    ["Hasil 1–0.", "Hasil satu nol."],
    ["Ada 1 000 000 semut dan 10 000 lebah.", "Ada satu juta semut dan sepuluh ribu lebah."],
    ["Liga 1 250 orang.", "Liga satu dua ratus lima puluh orang."],
    ["QS. 2:183 dan Mat 5:3-10.", "ki es dua ayat seratus delapan puluh tiga dan Mat lima ayat tiga sampai sepuluh."],
    ["Kecelakaan di KM 57.", "Kecelakaan di kilometer lima puluh tujuh."],
    ["f(x) = 2x + 3.", "f(x) sama dengan 2x ditambah tiga."],
    [
      "Jaraknya ~5 km, usia ≥18 tahun, hasil ≈3.",
      "Jaraknya sekitar lima kilometer, usia lebih dari atau sama dengan delapan belas tahun, hasil kira-kira tiga.",
    ],
    ["Harga <5% atau >50%.", "Harga kurang dari lima persen atau lebih dari lima puluh persen."],
    ["Rasio itu 4:3 dan √16.", "Rasio itu empat banding tiga dan akar enam belas."],
    ["Kira-kira 3,5-4 persen.", "Kira-kira tiga koma lima sampai empat persen."],
    ["Sewa 50 rb/hari.", "Sewa lima puluh ribu per hari."],
    ["Anggota DPR-RI dan non-ASN.", "Anggota de pe er-er i dan non-a es en."],
    ["Es pada -10 sampai -5.", "Es pada minus sepuluh sampai minus lima."],
    ["Sebesar 50%-nya.", "Sebesar lima puluh persen-nya."],
    ["Beli 10km kabel.", "Beli sepuluh kilometer kabel."],
    ["Kopi 3/4, teh 1/10.", "Kopi tiga per empat, teh satu per sepuluh."],
    [
      "Dirilis 17/08/1945 14:00.",
      "Dirilis tujuh belas Agustus seribu sembilan ratus empat puluh lima empat belas nol nol.",
    ],
    ["Tanggal 5/7.", "Tanggal lima Juli."],
    ["Mulai 28 Feb–3 Mar.", "Mulai dua puluh delapan Februari sampai tiga Maret."],
    ["Jadwal Januari-Maret.", "Jadwal Januari sampai Maret."],
    ["Rumah tipe 36/72.", "Rumah tipe tiga puluh enam tujuh puluh dua."],
    ["Pukul 06.00, 08.00, dan 17.00.", "Pukul enam, delapan, dan tujuh belas."],
    ["Air 5m3 dan 10 cm².", "Air lima meter kubik dan sepuluh sentimeter persegi."],
    ["Panjang 0x1F bukan 1080x1920.", "Panjang 0x1F bukan seribu delapan puluh kali seribu sembilan ratus dua puluh."],
    ["Nilai 1/2024.", "Nilai satu/dua ribu dua puluh empat."],
    ["Tekanan 5 - 3.", "Tekanan lima - tiga."],
    ["Titik 12.5.3.", "Titik dua belas titik lima titik tiga."],
    ["Putaran 5 rpm.", "Putaran lima putaran per menit."],
  ],
  "near misses": [
    ["Grup SM tampil.", "Grup es em tampil."],
    ["Sebanyak 500 SMA ikut.", "Sebanyak lima ratus es em a ikut."],
    ["Tahun 732 Muharam.", "Tahun tujuh ratus tiga puluh dua Muharam."],
    [
      "Luas 12345 H, bukan 1445 Haji.",
      "Luas dua belas ribu tiga ratus empat puluh lima H, bukan seribu empat ratus empat puluh lima Haji.",
    ],
    ["Berat 5 M saja.", "Berat lima M saja."],
    ["Ia bekerja di PT.", "Ia bekerja di pe te."],
    ["Grup xAC/DC dan AC/DC-X.", "Grup xAC/de ce dan a ce/de ce-X."],
    ["Dolar ASEAN dan dolar AS.", "Dolar ASEAN dan dolar Amerika Serikat."],
    ["Pesantren AL Ghazali, TNI ALRI.", "Pesantren AL Ghazali, te en i ALRI."],
    ["Nomor 2024-03-14-5.", "Nomor dua ribu dua puluh empat nol tiga empat belas lima."],
    ["Nomor 5-17-08-1945.", "Nomor lima tujuh belas nol delapan seribu sembilan ratus empat puluh lima."],
    ["Gabung 10-12-18 itu.", "Gabung sepuluh dua belas delapan belas itu."],
    ["Jalur 17/8/1945/3.", "Jalur tujuh belas/delapan/seribu sembilan ratus empat puluh lima/tiga."],
    ["Senin (5/7/9).", "Senin (lima/tujuh/sembilan)."],
    ["Kota 123 Des itu.", "Kota seratus dua puluh tiga Des itu."],
    ["Desa 1,5 Des.", "Desa satu koma lima Des."],
    ["Kota Agu 20245.", "Kota Agu dua puluh ribu dua ratus empat puluh lima."],
    ["Kolom 5–3 Maret.", "Kolom lima tiga Maret."],
    ["Ia berkata: '98 benar.", "Ia berkata: 'sembilan puluh delapan benar."],
    ["NIP 199503 1 001 dan Cl₂.", "NIP satu sembilan sembilan lima nol tiga, satu, nol nol satu dan ce el dua."],
    [
      "Seri a-1234567890123.",
      "Seri a-satu triliun dua ratus tiga puluh empat miliar lima ratus enam puluh tujuh juta delapan ratus sembilan puluh ribu seratus dua puluh tiga.",
    ],
    ["Subversi 2.1 dan xversi 2.10.", "Subversi dua koma satu dan xversi dua koma satu nol."],
    ["Rilis xv2 dan v2x dan v2.x.", "Rilis xv2 dan v2x dan versi dua.x."],
    ["Urutan 1.2.3-4.", "Urutan 1.2.3-empat."],
    ["Tipe 36/72/5.", "Tipe tiga puluh enam/tujuh puluh dua/lima."],
    ["Kode xA5, A5x, dan A5-6.", "Kode xA5, A5x, dan A5-enam."],
    ["Nilai Rp5.000 rupiah dan Rp5.000 rupiahnya.", "Nilai lima ribu rupiah dan lima ribu rupiah rupiahnya."],
    ["Rp5.000/kgx.", "lima ribu rupiah/kgx."],
    ["Member-3 orang.", "Member-tiga orang."],
    ["Nilai 5-nyanyi.", "Nilai lima-nyanyi."],
    ["Posisi 5° LUx dan 5° Cx.", "Posisi lima derajat LUx dan lima derajat Cx."],
    ["Angka x = 2x lalu.", "Angka x sama dengan 2x lalu."],
    ["Mobil AKM 57 dan KM baru.", "Mobil AKM lima puluh tujuh dan ka em baru."],
    ["Kode 1.1.1-2.2.2.", "Kode 1.1.1-dua titik dua titik dua."],
    ["Seskor 1-4 dan skoring 1-4.", "Seskor satu sampai empat dan skoring satu sampai empat."],
    ["Kata –sekarang dan 5–sekarangan.", "Kata –sekarang dan lima–sekarangan."],
    ["Subno 5/2020 dan no 5/2020/7.", "Subno lima/dua ribu dua puluh dan nomor lima/dua ribu dua puluh/tujuh."],
    [
      "Jalur 3/2020/2021 dan 2020/2021/3.",
      "Jalur tiga/dua ribu dua puluh/dua ribu dua puluh satu dan dua ribu dua puluh/dua ribu dua puluh satu/tiga.",
    ],
    ["Cek @buku2, a.buku2, buku2x, buku2.x, dan buku2@.", "Cek at buku dua, a.buku2, buku2x, buku2.x, dan buku2@."],
    ["Kuartal III/20245.", "Kuartal tiga/dua puluh ribu dua ratus empat puluh lima."],
    ["Kata a = b dan c=d.", "Kata a sama dengan b dan c=d."],
    ["R&D dan x &y.", "R dan D dan x dan y."],
    ["Subpukul 14.30x.", "Subpukul empat belas koma tiga nol kali."],
    ["Pukul 8:30-5.", "Pukul delapan tiga puluh-lima."],
    ["Nilai 12.50 persen dan 12.50%.", "Nilai dua belas koma lima nol persen dan dua belas koma lima nol persen."],
    ["Nilai 12.50 persentase.", "Nilai dua belas lima puluh persentase."],
    ["SubYohanes 3:16.", "SubYohanes tiga enam belas."],
    ["Rasio 1:2:3 dan 4:5:6.", "Rasio satu banding dua banding tiga dan empat banding lima banding enam."],
    ["Kode &#tag dan a#tag dan #tag_.", "Kode &#tag dan a#tag dan tagar tag."],
    ["Kode KAPIN 1234 dan PIN 1234.", "Kode KAPIN seribu dua ratus tiga puluh empat dan PIN satu dua tiga empat."],
    ["Katanya, '98 orang hadir.", "Katanya, 'sembilan puluh delapan orang hadir."],
    ["Jam 2.30 jam lalu.", "Jam dua koma tiga nol jam lalu."],
    ["Nilai -3 dan +3.", "Nilai minus tiga dan plus tiga."],
    [
      "Campuran 1:2:3 dan 10:35:20.",
      "Campuran satu banding dua banding tiga dan sepuluh tiga puluh lima lewat dua puluh detik.",
    ],
    ["Waktu 9.30 WIB dan 9.30 WIBawa.", "Waktu sembilan tiga puluh we i be dan sembilan koma tiga nol WIBawa."],
    ["Suhu 5.5.5 km.", "Suhu lima titik lima titik lima kilometer."],
    ["Posisi XUTC+7.", "Posisi XUTC ditambah tujuh."],
    ["Kirim ke +62812345678.", "Kirim ke plus enam dua, delapan satu dua tiga, empat lima enam tujuh delapan."],
    ["Kurang dari +6281.", "Kurang dari plus enam ribu dua ratus delapan puluh satu."],
    ["Tanggal 5 Mei–7 Junior.", "Tanggal lima Mei–tujuh Junior."],
    ["Kode abc1990-an dan 90-ana.", "Kode abc1990-an dan sembilan puluh-ana."],
    ["Uang Rp5.000 rupiah, bukan Rp5.000 rupiahnya.", "Uang lima ribu rupiah, bukan lima ribu rupiah rupiahnya."],
    ["Biaya Rp5.000/kgx dan Rp5.5.5.", "Biaya lima ribu rupiah/kgx dan Rp5.5.5."],
    ["Bunke-3 dan Member-3 orang.", "Bunke-tiga dan Member-tiga orang."],
    ["Data -5-4-3 dan 1-2-3,5.", "Data minus lima-empat-tiga dan satu-dua-tiga koma lima."],
    ["Nilai 3-5- dan 3-5 = kosong.", "Nilai tiga sampai lima- dan tiga-lima sama dengan kosong."],
    [
      "Hitung 7-0812-3456-7890-1.",
      "Hitung tujuh nol delapan satu dua tiga ribu empat ratus lima puluh enam tujuh ribu delapan ratus sembilan puluh satu.",
    ],
    [
      "Alamat 10.0.0.1:123456 dan 10.0.0.1/123.",
      "Alamat sepuluh titik nol titik nol titik satu:seratus dua puluh tiga ribu empat ratus lima puluh enam dan sepuluh titik nol titik nol titik satu/seratus dua puluh tiga.",
    ],
    ["XRT 03/05.", "eks er te nol tiga per nol lima."],
    ["Acara XH-7 dan H-7,5.", "Acara eks ha tujuh dan ha tujuh koma lima."],
    ["Boeing 737-800-1.", "Boeing tujuh ratus tiga puluh tujuh delapan ratus satu."],
    ["Ada - 5 = 3 dan 2 - 5 = -3.", "Ada - lima sama dengan tiga dan dua dikurangi lima sama dengan minus tiga."],
    ["Kode A&B dan x &y.", "Kode A dan B dan x dan y."],
    ["Kota SubYohanes 3:16.", "Kota SubYohanes tiga enam belas."],
    ["Skala 1:2:3:4:5:6:7.", "Skala satu:dua:tiga:empat:lima:enam:tujuh."],
    ["Pukul 8:30-5.", "Pukul delapan tiga puluh-lima."],
    [
      "Lampu 10W, generasi 4th, kadar 10⁶ m⁻³, 5/m.",
      "Lampu sepuluh watt, generasi 4th, kadar sepuluh pangkat enam m pangkat minus tiga, lima/m.",
    ],
    [
      "Jalan Merdeka dihuni Suku Jawa 12190 orang, peta 1:25.500, lebar 100 M, 7.30–16.00 persen.",
      "Jalan Merdeka dihuni Suku Jawa dua belas ribu seratus sembilan puluh orang, peta satu banding dua puluh lima ribu lima ratus, lebar seratus M, tujuh koma tiga nol sampai enam belas koma nol nol persen.",
    ],
    ["Jo. pergi, si jo ikut.", "Jo. pergi, si jo ikut."],
    [
      "Generasi x dan y, jika y = x dan z, n = 5–10, 35 – 15, no wall, gain 0,5 LU.",
      "Generasi x dan y, jika y sama dengan x dan z, n sama dengan lima sampai sepuluh, tiga puluh lima – lima belas, no wall, gain nol koma lima LU.",
    ],
    [
      "Mencetak 2 gol, lebar (100 M), skor (akhir) : 10.",
      "Mencetak dua gol, lebar (seratus M), skor (akhir) : sepuluh.",
    ],
    ["Budi H., S.H. dan golongan H. (lihat bawah).", "Budi H., es ha dan golongan H. (lihat bawah)."],
  ],
};

describe.each(Object.entries(cases))("Indonesian in %s", (_kind, table) => {
  test.each(table)("%s", (written, spoken) => {
    expect(said(written)).toBe(spoken);
  });
});

const unchanged = [
  "Akun budi@dr. Ali dan a/yg dan x_yg.",
  "Ia menulis dsb.nya dan dst.ku.",
  "Kode xKPK, _KPK, dan KPK_.",
  "Pulau Mar dan Sep.",
  "SubSenin–Jumat dan Senin–Jumatan.",
  "Kelas 7Ab dan x7A.",
  "Kode xH2O dan H2Ox.",
  "Kode xD-III dan D-IIIx.",
  "Rp5.5.5.",
  "Subabad XX dan abad XXx.",
  "Rumus ax² dan 1.5.5².",
  "Alamat .a@b.com dan a@b.com9.",
  "Situs x@y.z/example.com dan example.com-x dan example.com.x.",
  "Cek a@budi dan @budi@x.",
  "KatS.H. hadir.",
  "Kawasan dolar ASEAN.",
  "Uang XRp5.000 dan Rp5.000x.",
  "Luas xkm² dan km²x.",
  "Anak-anak bermain layang-layang di lapangan.",
  "Assalamualaikum warahmatullahi wabarakatuh.",
  "NATO, ASEAN, UNESCO, dan BRIN ikut.",
  "DILARANG MERUSAK TANAMAN DI TAMAN.",
  'Kata "no" berarti tidak.',
  "Hal ini penting; min harga pun turun.",
  "Ia suka vitamin C.",
  "Alamatnya src/main.ts atau /usr/bin.",
  "Node.js dan iPhone.",
  "Ketiga anak itu pergi berdua.",
  "Kereta tiba terlambat...",
  "Siapa? Saya! Oh, begitu.",
  "In vivo dan in vitro, café, naïve.",
  "C++ dan budi@ saja.",
  "A320neo, abc123, python2.",
  "KERETA API DI JAWA.",
  "Apa itu a.b?",
  "Rapat Pelindo III dan Rocky IV.",
  "XL Axiata.",
  "Suku-suku di Nusa Tenggara.",
  "Kelas C dan tipe C.",
];

test.each(unchanged)("leaves alone: %s", (text) => {
  expect(readId(text)).toEqual([]);
});

// What texts are made of, so that random ones hold the signs that the readers look for.
const pieces = fc.constantFrom(
  ..."0 1 12 2024 1.000 3,14 14.30 . , - – / : ( ) ke- -an Rp $ % ° ½ ² x × km kg M XIV Bab abad pukul Senin WIB KPK".split(
    " ",
  ),
  ..."dr. dll. No. @ # a example.com buku2 +62 0812 🎉 é \uE000 ' = & ~ _ \ud800 \u00a0 menang H".split(" "),
  ...Array.from({ length: 10 }, () => " "),
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 60 }),
);

test("readings stand in order within the text, without overlap, and say no digits", () => {
  fc.assert(
    fc.property(texts, (text) => {
      let at = 0;
      for (const { from, to, spoken } of readId(text)) {
        expect(from).toBeGreaterThanOrEqual(at);
        expect(to).toBeGreaterThan(from);
        expect(to).toBeLessThanOrEqual(text.length);
        expect(spoken).toMatch(/\S/);
        expect(spoken).not.toMatch(/\d|undefined|null|\s{2}|^\s|\s$/);
        at = to;
      }
    }),
    { numRuns: 2000 },
  );
});

test("every whole number below a billion is said, and said otherwise than its neighbour", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_998 }), (number) => {
      const [one, next] = [said(String(number)), said(String(number + 1))];
      expect(one).toMatch(/^[a-z ]+$/);
      expect(one).not.toBe(next);
      expect(said(number.toLocaleString("id-ID"))).toBe(one);
    }),
  );
});

test.each(["1", "1-", "$", "1.", "Rp1 - ", "1/", "menang 1-0, ", "A.", "Bab I, ", "a@", "pukul 10.00, "])(
  "a long row of %j is read to its end",
  (piece) => {
    const text = `${piece.repeat(50_000)}; 5 km`;
    expect(readId(text).at(-1)).toEqual({ from: text.length - 4, to: text.length, spoken: "lima kilometer" });
  },
);

test("digits are counted up to 15, spelled up to 40, and left alone beyond", () => {
  expect(said("999.999.999.999.999")).toMatch(/^sembilan ratus sembilan puluh sembilan triliun /);
  expect(said("1.000.000.000.000.000")).toBe(`satu${" nol".repeat(15)}`);
  expect(said("1".repeat(40))).toBe(Array.from({ length: 10 }, () => "satu satu satu satu").join(", "));
  expect(readId("1".repeat(41))).toEqual([]);
});
