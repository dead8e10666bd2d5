import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULTS } from "./defaults.mjs";
import { get, load } from "./settings.mjs";

const before = JSON.stringify(DEFAULTS);

test("deep", () => {
  const settings = load('{"editor": {"tabSize": 2}, "files": {"exclude": {".git": false, "tmp": true}}}');
  assert.deepEqual(settings, {
    theme: "light",
    editor: { fontSize: 14, tabSize: 2, rulers: [80, 100] },
    files: { exclude: { node_modules: true, ".git": false, tmp: true }, autosave: false },
  });
});

test("arrays are replaced, null is the default", () => {
  const settings = load('{"editor": {"rulers": [120], "fontSize": null}, "files": null, "mine": {"a": 1}}');
  assert.deepEqual(get(settings, "editor.rulers"), [120]);
  assert.equal(get(settings, "editor.fontSize"), 14);
  assert.equal(get(settings, "files.autosave"), false);
  assert.equal(get(settings, "mine.a"), 1);
});

test("defaults stay", () => {
  const settings = load('{"editor": {"tabSize": 8}}');
  settings.editor.rulers.push(7);
  settings.files.exclude.x = true;
  assert.equal(JSON.stringify(DEFAULTS), before);
});

test("__proto__ is harmless", () => {
  const settings = load('{"__proto__": {"admin": true}, "editor": {"__proto__": {"bad": 1}}, "constructor": {"prototype": {"worse": 1}}}');
  assert.equal({}.admin, undefined);
  assert.equal({}.worse, undefined);
  assert.equal(settings.admin, undefined);
  assert.equal(settings.editor.bad, undefined);
  assert.equal(JSON.stringify(DEFAULTS), before);
});
