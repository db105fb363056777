/** What a voice says when someone wants to hear it, by shipped locale, with the bundled voice that speaks it. */
export const SPEECH_SAMPLES: Record<string, { espeak: string; text: string }> = {
  en: {
    espeak: "en-us",
    text: "Good writing deserves a voice: this is how your articles will sound, one clear sentence after another.",
  },
  id: {
    espeak: "id",
    text: "Tulisan yang baik layak didengar: beginilah suara artikel Anda, kalimat demi kalimat, dengan jelas.",
  },
};
