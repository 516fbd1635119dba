import js from "@eslint/js";
import globals from "globals";

const MODULES = "wagtail_helpdesk/static/wagtail_helpdesk/js/*.js";

export default [
  { ignores: ["build/"] },
  js.configs.recommended,
  {
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-shadow": "error",
      "no-unused-expressions": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: [MODULES],
    languageOptions: { globals: globals.browser },
    rules: {
      // The names of files change with their content, so a module cannot name another one.
      "no-restricted-syntax": [
        "error",
        ...["ImportDeclaration", "ImportExpression", "ExportAllDeclaration", "ExportNamedDeclaration[source]"].map(
          (selector) => ({ selector, message: "Modules are loaded by scripts.html; they talk by events." }),
        ),
      ],
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({ property })),
      ],
    },
  },
  {
    files: ["*.js", "tests/javascript/**/*.js"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
  { ignores: [".venv/**", ".nox/**", ".state/**", "htmlcov/**", "example_site/static/**"] },
];
