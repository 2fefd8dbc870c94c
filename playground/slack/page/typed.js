/** What people typed into views, by view, block and action: an update of the view must not lose it. */
const typed = new Map();

/** Ids may hold any character, so nothing can stand between them but what JSON puts there. */
const place = (view, block, part) => JSON.stringify([view.id, block.block_id, part.action_id]);

/** Reads and remembers the inputs of one view, for the renderer of its blocks. */
export function typedIn(view) {
  return {
    value: (block, part) => typed.get(place(view, block, part)),
    type: (block, part, value) => typed.set(place(view, block, part), value),
  };
}

/** Everything typed into a view, as block_id → action_id → value. */
export function valuesOf(view) {
  const values = new Map();
  for (const [key, value] of typed) {
    const [viewId, blockId, actionId] = JSON.parse(key);
    const known = view.blocks.some((block) => block.block_id === blockId && JSON.stringify(block).includes(JSON.stringify(actionId)));
    if (viewId === view.id && known) values.set(blockId, [...(values.get(blockId) ?? []), [actionId, value]]);
  }
  return Object.fromEntries([...values].map(([blockId, actions]) => [blockId, Object.fromEntries(actions)]));
}
