/**
 * Mark again what a synchronisation took along and Odoo has not confirmed: core forgets it.
 *
 * @param {Object} record whose values were sent
 * @param {Object} vals what `serializeForORM` made of it
 */
export function markUnsynced(record, vals) {
    const { models, model } = record;
    record._dirty = true;
    for (const [name, commands] of Object.entries(vals)) {
        const child = models[model.fields[name]?.relation];
        if (!child || !Array.isArray(commands)) {
            continue;
        }
        const { delete: deleted, unlink: unlinked } = models.commands[model.name];
        for (const [command, id, childVals] of commands.filter(Array.isArray)) {
            const changed = command === 1 && child.get(id);
            if (changed) {
                markUnsynced(changed, childVals);
            } else if (command > 1) {
                const removed = command === 2 ? deleted : unlinked;
                removed.set(name, [...(removed.get(name) || []), { id, parentId: record.id }]);
            }
        }
    }
}
