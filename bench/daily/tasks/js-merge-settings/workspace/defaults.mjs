export const DEFAULTS = {
  theme: "light",
  editor: { fontSize: 14, tabSize: 4, rulers: [80, 100] },
  files: { exclude: { "node_modules": true, ".git": true }, autosave: false },
};
