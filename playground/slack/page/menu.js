/** Puts an open popover under what opened it, or above where there is no room below; never outside the window. */
export function placeMenu(menu, opener) {
  const { top, bottom, left } = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, bottom + 4 + height > innerHeight ? top - height - 4 : bottom + 4)}px`;
}

/** Arrows, Home, End and the first letter move through the items of a menu; answers whether the key was for it. */
export function stepThrough(event, items) {
  const at = items.indexOf(document.activeElement);
  const next = target(event, items, at);
  if (!next) return false;
  event.preventDefault();
  next.focus();
  return true;
}

function target({ key, ctrlKey, metaKey, altKey }, items, at) {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === 'ArrowDown') return items[(at + 1) % items.length];
  if (key === 'ArrowUp') return items[(Math.max(at, 0) - 1 + items.length) % items.length];
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return after.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
}
