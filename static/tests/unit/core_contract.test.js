import { expect, test } from "@odoo/hoot";
import { CONTRACT } from "./core_contract.data";

/** Whatever a script of Odoo's registers when it is run a second time. */
const registered = new Proxy(function () {}, {
    get: (_target, name) => (name === Symbol.toPrimitive ? () => "" : registered),
    apply: () => registered,
});
const SIDE_EFFECTS = { "@web/core/registry": { registry: registered } };

/** The exports of a script of Odoo's as it wrote them: what is loaded was patched by all addons. */
function unpatched(module) {
    const { fn } = odoo.loader.factories.get(module);
    return fn((name) => SIDE_EFFECTS[name] || odoo.loader.modules.get(name));
}

/** One of a script's exports. */
function exportOf(exports, name) {
    return exports[name === "default" ? Symbol.for("default") : name];
}

/** How many arguments a function has before one with a default value. */
function arity(signature) {
    const names = signature.slice(1, -1).split(/,(?![^{]*\})/);
    const first = names.findIndex((name) => name.includes("=") || name.includes("..."));
    return (first < 0 ? names : names.slice(0, first)).filter((name) => name.trim()).length;
}

for (const [target, { module, export: exported, extended, called }] of Object.entries(
    CONTRACT.classes
)) {
    if (!exported) {
        // Not exported, or of a module that need not be installed: the Python test reads its text.
        continue;
    }
    test(`Odoo has what we extend and call of ${target}`, () => {
        const { prototype } = exportOf(unpatched(module), exported);
        for (const [name, [signature]] of Object.entries({ ...extended, ...called })) {
            const member = Object.getOwnPropertyDescriptor(prototype, name);
            if (signature === "get") {
                expect(typeof member?.get).toBe("function", { message: name });
            } else {
                expect(typeof member?.value).toBe("function", { message: name });
                expect(member?.value.length).toBe(arity(signature), { message: name });
            }
        }
        expect(typeof prototype).toBe("object");
    });
}

test("Odoo exports what we import", () => {
    for (const [module, names] of Object.entries(CONTRACT.imports)) {
        if (!odoo.loader.modules.has(module)) {
            // Of the backend, or of a bundle that this page has not.
            continue;
        }
        for (const name of Object.keys(names)) {
            const imported = exportOf(odoo.loader.modules.get(module), name);
            expect(imported).not.toBe(undefined, { message: `${module} ${name}` });
        }
    }
});
