import { el } from './dom.js';
import { plainText } from './mrkdwn.js';
import { richText } from './rich-text.js';

/** `table` and `data_table`: the second has a caption and turns pages. */
export const tableBlocks = {
  table: (block) => frame(block, block.rows?.slice(1) ?? []),
  data_table: dataTable,
};

function dataTable(block) {
  const size = block.page_size ?? 5;
  const body = block.rows?.slice(1) ?? [];
  const pages = Math.max(1, Math.ceil(body.length / size));
  const holder = el('div', { class: 'block data-table' });
  const show = (page) => {
    const from = page * size;
    const where = el('span', { role: 'status' }, `${from + 1}–${Math.min(from + size, body.length)} of ${body.length}`);
    const turn = (label, to) =>
      el(
        'button',
        { type: 'button', class: 'bk small', disabled: to < 0 || to >= pages, 'aria-label': label, onclick: () => show(to) },
        to < page ? '‹' : '›',
      );
    const pager = pages > 1 ? [el('p', { class: 'pages' }, turn('Previous rows', page - 1), where, turn('Next rows', page + 1))] : [];
    holder.replaceChildren(el('p', { class: 'caption' }, block.caption), frame(block, body.slice(from, from + size)), ...pager);
  };
  show(0);
  return holder;
}

function frame(block, body) {
  const settings = block.column_settings ?? [];
  const named = block.row_header_column_index;
  const cell = (part, index, tag) => {
    const number = part.type === 'raw_number';
    const align = settings[index]?.align ?? (number ? 'right' : 'left');
    const wrap = settings[index]?.is_wrapped ? 'wrapped' : '';
    const content = part.type === 'rich_text' ? richText(part) : plainText(String(part.text ?? part.value ?? part.number ?? ''));
    const scope = tag === 'th' ? 'col' : index === named ? 'row' : undefined;
    return el(scope ? 'th' : tag, { class: `${align} ${wrap}`, scope }, content);
  };
  const row = (cells, tag) => el('tr', {}, ...cells.map((part, index) => cell(part, index, tag)));
  return el(
    'div',
    { class: 'block table', tabindex: 0, role: 'region', 'aria-label': block.caption ?? 'Table' },
    el('table', {}, el('thead', {}, row(block.rows?.[0] ?? [], 'th')), el('tbody', {}, ...body.map((cells) => row(cells, 'td')))),
  );
}
