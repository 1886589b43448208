// As Odoo's own web/tooling has it, and the same for XML.
module.exports = {
    printWidth: 100,
    tabWidth: 4,
    semi: true,
    singleQuote: false,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "preserve",
    overrides: [{ files: "*.{yml,yaml,json}", options: { tabWidth: 2 } }],
    // Resolved here, since prettier itself would look for it beside the files.
    plugins: [require.resolve("@prettier/plugin-xml")],
};
