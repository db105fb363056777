/** Commands of the LaTeX package siunitx (version 3, its manual), as macros: `\SI{9.81}{\metre\per\second\squared}`. */
export const siunitx: Record<string, string> = {
  "\\num": "{#1}",
  "\\ang": "{#1}^\\circ ",
  "\\si": "\\mathrm{#1}",
  "\\unit": "\\mathrm{#1}",
  "\\SI": "{#1}\\,\\mathrm{#2}",
  "\\qty": "{#1}\\,\\mathrm{#2}",
  "\\per": "/",
  "\\squared": "^2",
  "\\cubed": "^3",
  "\\percent": "\\%",
  "\\celsius": "{}^\\circ C",
  "\\degreeCelsius": "{}^\\circ C",
  ...symbols(
    `metre m meter m gram g second s ampere A kelvin K mole mol candela cd litre L liter L hertz Hz newton N pascal Pa joule J
    watt W coulomb C volt V farad F ohm \\Omega siemens S weber Wb tesla T henry H lumen lm lux lx becquerel Bq gray Gy sievert Sv
    electronvolt eV hour h minute min day d hectare ha tonne t decibel dB byte B bit bit radian rad
    km km cm cm mm mm kg kg kHz kHz MHz MHz GHz GHz kPa kPa kJ kJ kW kW kWh kWh`,
  ),
};

const prefixes = symbols("kilo k mega M giga G tera T milli m centi c deci d micro μ nano n pico p hecto h");

/** `\kilo\metre` is one unit; and `1.5e3` is a power of ten. */
export function plainUnits(tex: string): string {
  return tex
    .replace(
      /(\\(?:kilo|mega|giga|tera|milli|centi|deci|micro|nano|pico|hecto))\s*(\\[a-z]+)/g,
      (found, prefix: string, unit: string) =>
        siunitx[unit] === undefined || prefixes[prefix] === undefined ? found : prefixes[prefix] + siunitx[unit],
    )
    .replace(/\\(num|SI|qty)(?:\[[^\]]*\])?\{([^{}]{1,60})\}/g, (_, command: string, number: string) => {
      const power = number.replace(/[eE]([+-]?\d{1,4})$/, "\\times 10^{$1}");
      return `\\${command}{${power}}`;
    });
}

function symbols(list: string): Record<string, string> {
  const words = list.trim().split(/\s+/);
  const macros: Record<string, string> = {};
  for (let at = 0; at + 1 < words.length; at += 2) macros[`\\${words[at]}`] = words[at + 1]!;
  return macros;
}
