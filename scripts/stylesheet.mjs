// What happens to a bundled style sheet: rules of components that no template uses go out, and of the theme's
// 2,600 tokens only those that the rest asks for come in.
import { readFileSync } from "node:fs";

/** Cut a style sheet (without comments) into blocks: {head, body} with body a list of blocks for @media and the like, else text. */
export function parse(css) {
  const blocks = [];
  let start = 0;
  for (let i = 0; i < css.length; i++) {
    if (css[i] === ";") {
      blocks.push({ head: css.slice(start, i).trim(), body: null });
      start = i + 1;
    } else if (css[i] === "{") {
      const head = css.slice(start, i).trim();
      let depth = 1;
      let end = i + 1;
      while (depth > 0) {
        if (css[end] === "{") depth++;
        if (css[end] === "}") depth--;
        end++;
      }
      const inside = css.slice(i + 1, end - 1);
      blocks.push({ head, body: inside.includes("{") ? parse(inside) : inside.trim() });
      i = end - 1;
      start = end;
    }
  }
  return blocks;
}

export function print(blocks) {
  return blocks
    .map(({ head, body }) =>
      body === null ? `${head};` : `${head}{${typeof body === "string" ? body : print(body)}}`,
    )
    .join("\n");
}

/** Split at commas (or another mark) that stand outside brackets and quotes. */
function splitOutside(text, mark) {
  const parts = [];
  let depth = 0;
  let quote = "";
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (quote) {
      if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "(" || char === "[") depth++;
    else if (char === ")" || char === "]") depth--;
    else if (char === mark && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Whether a selector colours what the browser finds wrong. Ours come back from the server with aria-invalid: an empty
    field that nobody has touched yet is no mistake. */
const judgesEarly = (selector) => /:(user-)?invalid\b/.test(selector);

/** Leave out selectors with a class beginning with 'utrecht-' that is not in `used`, and those that judge early. */
export function prune(blocks, used) {
  return blocks.flatMap(({ head, body }) => {
    if (Array.isArray(body)) {
      const inside = prune(body, used);
      return inside.length ? [{ head, body: inside }] : [];
    }
    if (body === null || head.startsWith("@")) return [{ head, body }];
    const kept = splitOutside(head, ",").filter(
      (selector) =>
        !judgesEarly(selector) && (selector.match(/\.utrecht-[\w-]+/g) ?? []).every((name) => used.has(name.slice(1))),
    );
    return kept.length && body ? [{ head: kept.join(","), body }] : [];
  });
}

/** The tokens of a theme file of one rule, as a map from name to value. */
export function readTokens(path) {
  const text = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return new Map([...text.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value.trim()]));
}

const namesIn = (text) => [...text.matchAll(/var\(\s*(--[\w-]+)/g)].map((match) => match[1]);

/** The theme as two rules, light and dark, with only the tokens that `css` needs, straight or through others. */
export function themeFor(css, light, dark, selector) {
  const needed = new Set();
  const queue = namesIn(css);
  while (queue.length) {
    const name = queue.pop();
    if (needed.has(name)) continue;
    needed.add(name);
    for (const theme of [light, dark]) if (theme.has(name)) queue.push(...namesIn(theme.get(name)));
  }
  const rule = (theme) =>
    `${selector}{${[...needed].filter((name) => theme.has(name)).sort().map((name) => `${name}:${theme.get(name)}`).join(";")}}`;
  return `${rule(light)}\n@media (prefers-color-scheme:dark){${rule(dark)}}\n`;
}

/** Put the values of tokens in their places, so that a page in one flight carries no chains of aliases. What differs
    between light and dark stays a variable with a short name. A declaration that nothing gives a value goes out. */
export function inlineTokens(blocks, light, dark, selector) {
  const own = new Map();
  const eachRule = (list, visit) =>
    list.forEach((block) => (Array.isArray(block.body) ? eachRule(block.body, visit) : block.body && visit(block)));
  // What our own sheet sets on the theme's class overrules the theme; what rules set elsewhere is theirs alone.
  const local = new Set();
  const rest = blocks.filter((block) => {
    if (block.head !== selector || typeof block.body !== "string") return true;
    for (const line of splitOutside(block.body, ";")) own.set(...splitAtColon(line));
    return false;
  });
  const darkOwn = new Map();
  const media = rest.filter((block) => {
    const isDark = Array.isArray(block.body) && /prefers-color-scheme:\s*dark/.test(block.head);
    if (isDark) {
      for (const inner of block.body)
        for (const line of splitOutside(inner.body, ";")) darkOwn.set(...splitAtColon(line));
    }
    return !isDark;
  });
  eachRule(media, ({ body }) => {
    for (const [, name] of body.matchAll(/(?:^|;)\s*(--[\w-]+)\s*:/g)) local.add(name);
  });
  const lightAll = new Map([...light, ...own]);
  const darkAll = new Map([...light, ...dark, ...own, ...darkOwn]);
  const short = new Map();
  const shared = [[], []];

  const value = (name, theme) => (theme.has(name) ? expand(theme.get(name), theme) : undefined);
  const expand = (text, theme, nameOf = null) => {
    const at = text.search(/var\(/);
    if (at < 0) return text;
    let end = at + 4;
    for (let depth = 1; depth > 0; end++) depth += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
    const [name, ...fallback] = splitOutside(text.slice(at + 4, end - 1), ",");
    let found;
    if (local.has(name)) {
      const otherwise = fallback.length ? expand(fallback.join(","), theme, nameOf) : undefined;
      found = otherwise === undefined ? `var(${name})` : `var(${name},${otherwise})`;
    } else if (theme.has(name)) found = nameOf ? nameOf(name) : value(name, theme);
    else if (fallback.length) found = expand(fallback.join(","), theme, nameOf);
    if (found === undefined) return undefined;
    const after = expand(text.slice(end), theme, nameOf);
    return after === undefined ? undefined : text.slice(0, at) + found + after;
  };
  const nameOf = (name) => {
    const pair = [value(name, lightAll), value(name, darkAll)];
    if (pair[0] === pair[1]) return pair[0];
    const key = pair.join("|");
    if (!short.has(key)) {
      short.set(key, `--t${short.size}`);
      shared[0].push(`${short.get(key)}:${pair[0]}`);
      shared[1].push(`${short.get(key)}:${pair[1]}`);
    }
    return `var(${short.get(key)})`;
  };
  eachRule(media, (block) => {
    if (block.head.startsWith("@")) return;
    block.body = splitOutside(block.body, ";")
      .map(splitAtColon)
      .map(([property, text]) => [property, expand(text, lightAll, nameOf)])
      .filter(([, text]) => text !== undefined)
      .map((pair) => pair.join(":"))
      .join(";");
  });
  const rules = print(media.filter(({ body }) => body !== ""));
  return `${selector}{${shared[0].join(";")}}\n@media (prefers-color-scheme:dark){${selector}{${shared[1].join(";")}}}\n${rules}`;
}

function splitAtColon(line) {
  const at = line.indexOf(":");
  return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
}
