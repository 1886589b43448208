// Odoo's rules (web/tooling/_eslintrc.json) in eslint's current form, for OWL's ES modules.
const js = require("@eslint/js");
const globals = require("globals");

const rules = {
    "no-undef": "error",
    "no-restricted-globals": ["error", "event", "self"],
    "no-duplicate-imports": "error",
    "no-unused-vars": ["error", { vars: "all", args: "none", caughtErrors: "all" }],
    curly: ["error", "all"],
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-restricted-syntax": ["error", "PrivateIdentifier"],
    "prefer-const": ["error", { destructuring: "all", ignoreReadBeforeAssign: true }],
    "arrow-body-style": ["error", "as-needed"],
    "no-var": "error",
};

module.exports = [
    { ignores: ["static/lib/**", ".dev/**"] },
    js.configs.recommended,
    {
        files: ["static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, odoo: "readonly", luxon: "readonly" },
        },
        rules: { ...rules, complexity: ["error", 15] },
    },
    {
        // Pages that stand alone, such as the simulated reader's screen.
        files: ["dev/**/*.js", "benchmarks/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: globals.browser,
        },
        rules,
    },
    {
        files: ["**/*.cjs"],
        languageOptions: { sourceType: "commonjs", globals: globals.node },
    },
];
