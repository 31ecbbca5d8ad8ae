// Builds static/src into static/dist: hashed names, manifest.json, and a .gz and .br beside each file.
// `node scripts/build.mjs` does it once.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { Resvg, initWasm } from "@resvg/resvg-wasm";
import * as esbuild from "esbuild";
import { inlineTokens, parse, print, prune, readTokens, themeFor } from "./stylesheet.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const source = path.join(root, "static/src");
const dist = path.join(root, "static/dist");
const targets = ["es2022", "chrome110", "firefox115", "safari16"];

// Which municipality's tokens. Another theme is another package of the same shape and its class on <html>.
const theme = "node_modules/@nl-design-system-community/ma-design-tokens/dist";
const themeClass = ".ma-theme";
const light = readTokens(path.join(root, theme, "theme.css"));
const dark = readTokens(path.join(root, theme, "color-scheme-dark/theme.css"));

/** Name in the manifest -> how to make it. `inline` puts token values in their places (the form has to fit one flight). */
const styles = {
  "staff.css": { entry: "staff/staff.css" },
  "form.css": { entry: "form/form.css", inline: true },
  "field.css": { entry: "field/field.css" },
};
const scripts = {
  "staff.js": "staff/staff.ts",
  "push.js": "staff/push.ts",
  "push-worker.js": "staff/push-worker.ts",
  "rounds.js": "staff/rounds.ts",
  "report.js": "staff/report.ts",
  "charts.js": "staff/charts.ts",
  "field.js": "field/app.ts",
  "field-worker.js": "field/field-worker.ts",
  "scan.js": "field/scan.ts",
};
const icon = path.join(source, "shared/icon.svg");
const copies = {
  "icon.svg": icon,
  "zxing_reader.wasm": path.join(root, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm"),
};
// Home screens take no SVG: the same picture in pixels, on a ground that may be cut to any shape.
const pixels = { "icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512 };

function filesUnder(folder, ending) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(full, ending);
    return entry.name.endsWith(ending) ? [full] : [];
  });
}

/** Every Utrecht class that a template or script names. */
function usedClasses() {
  const files = [...filesUnder(path.join(root, "templates"), ".html"), ...filesUnder(source, ".ts")];
  const used = new Set();
  for (const file of files) for (const name of readFileSync(file, "utf8").match(/utrecht-[\w-]+/g) ?? []) used.add(name);
  return used;
}

async function buildStyle({ entry, inline = false }, used) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(source, entry)],
    bundle: true,
    write: false,
    target: targets,
    legalComments: "none",
  });
  const text = outputFiles[0].text.replace(/\/\*[\s\S]*?\*\//g, "");
  const blocks = prune(parse(text), used);
  const whole = inline
    ? inlineTokens(blocks, light, dark, themeClass)
    : themeFor(print(blocks), light, dark, themeClass) + print(blocks);
  const { code } = await esbuild.transform(whole, { loader: "css", minify: true, target: targets });
  return Buffer.from(code);
}

async function buildScript(entry) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(source, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: targets,
    legalComments: "none",
  });
  return Buffer.from(outputFiles[0].contents);
}

const manifest = {};
const sizes = [];

function put(name, content) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const hashed = `${stem}-${hash}${ext}`;
  const brotli = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  writeFileSync(path.join(dist, hashed), content);
  writeFileSync(path.join(dist, `${hashed}.br`), brotli);
  writeFileSync(path.join(dist, `${hashed}.gz`), gzipSync(content, { level: 9 }));
  manifest[name] = hashed;
  sizes.push(`${hashed.padEnd(28)} ${String(content.length).padStart(8)} ${String(brotli.length).padStart(7)} br`);
}

const used = usedClasses();
const built = new Map();
for (const [name, how] of Object.entries(styles)) built.set(name, await buildStyle(how, used));
for (const [name, entry] of Object.entries(scripts)) built.set(name, await buildScript(entry));
for (const [name, file] of Object.entries(copies)) built.set(name, readFileSync(file));

await initWasm(readFileSync(path.join(root, "node_modules/@resvg/resvg-wasm/index_bg.wasm")));
for (const [name, width] of Object.entries(pixels)) {
  const drawn = new Resvg(readFileSync(icon, "utf8"), { fitTo: { mode: "width", value: width } });
  built.set(name, Buffer.from(drawn.render().asPng()));
}

// Everything was built: only now does the old go.
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const [name, content] of built) put(name, content);
writeFileSync(path.join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(sizes.join("\n"));
