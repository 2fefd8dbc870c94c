import { chosen } from './choices.js';
import { el } from './dom.js';
import { act } from './store.js';

const mostBytes = 5_000_000;
/** Names of what was uploaded, by id: a modal that is drawn anew still knows them. */
const names = new Map();

/** Files for a modal. Each is uploaded when it is chosen and kept in memory; the input holds their ids. */
export function fileInput(part, block, surface, { label, ...attributes }) {
  const most = part.max_files ?? 10;
  const field = el('input', {
    class: 'field',
    type: 'file',
    multiple: most > 1,
    accept: part.filetypes?.map((kind) => `.${kind}`).join(','),
    'aria-label': attributes.id ? undefined : (label ?? 'File'),
    ...attributes,
  });
  const status = el('small', { role: 'status' });
  const holder = el('span', { class: 'press' }, field, status);
  const tell = (ids) => (status.textContent = ids.map((id) => names.get(id) ?? id).join(', '));
  tell(surface.value?.(block, part) ?? []);
  field.addEventListener('change', async () => {
    status.textContent = 'Uploading…';
    const outcomes = await Promise.all([...field.files].map(upload));
    const refused = outcomes.find(({ error }) => error);
    const ids = refused ? [] : outcomes.map(({ file }) => file.id);
    await chosen(holder, part, block, surface, ids);
    tell(ids);
    if (refused) status.textContent = refused.error;
  });
  return holder;
}

async function upload(file) {
  if (file.size === 0) return { error: `${file.name} is empty.` };
  if (file.size > mostBytes) return { error: `${file.name} is larger than the 5 MB the local stand-in takes.` };
  const outcome = await act('upload', { name: file.name, content: await base64(file) });
  if (outcome.file) names.set(outcome.file.id, file.name);
  return outcome;
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result.slice(reader.result.indexOf(',') + 1)));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
