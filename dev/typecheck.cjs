/**
 * Check our use of Stripe's Terminal SDK, and its double, against the SDK's published types.
 *
 * What `tsc --checkJs --strict` does, with the packages where pre-commit has installed them.
 */
const path = require("path");
const ts = require("typescript");

const FOLDERS = ["static/src/browser_sdk", "static/tests/js_sdk"];
/** It uses Odoo's modules, which have no types; all that touches the SDK is elsewhere. */
const UNTYPED = ["static/src/browser_sdk/browser_driver.js"];

const packages = path.resolve(path.dirname(require.resolve("@stripe/terminal-js")), "../../..");
const root = path.resolve(__dirname, "..");
const files = FOLDERS.flatMap((folder) => ts.sys.readDirectory(path.join(root, folder), [".js"]))
    .map((file) => path.relative(root, file))
    .filter((file) => !UNTYPED.includes(file.split(path.sep).join("/")));

const program = ts.createProgram(
    files.map((file) => path.join(root, file)),
    {
        allowJs: true,
        checkJs: true,
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
        types: [],
        paths: { "@stripe/terminal-js": [path.join(packages, "@stripe/terminal-js/types")] },
    }
);
const problems = ts.getPreEmitDiagnostics(program);
const host = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => "\n",
};
process.stderr.write(ts.formatDiagnostics(problems, host));
process.exitCode = problems.length ? 1 : 0;
