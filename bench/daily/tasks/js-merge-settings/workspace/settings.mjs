import { DEFAULTS } from "./defaults.mjs";

/** The defaults with what a user's file (JSON) says instead. */
export function load(json) {
  return Object.assign({}, DEFAULTS, JSON.parse(json));
}

/** A setting by its dotted name; undefined when there is none. */
export function get(settings, name) {
  return name.split(".").reduce((value, key) => value?.[key], settings);
}
