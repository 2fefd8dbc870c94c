/** The text in the brackets behind a word, when the statement has that word once; null otherwise. */
export function bracketsBehind(sql: string, word: string): string | null {
  const found = [...sql.matchAll(new RegExp(`\\b${word}\\s*\\(`, 'gi'))];
  const [only] = found;
  if (only === undefined || found.length > 1) return null;
  const from = only.index + only[0].length;
  let [depth, inQuotes] = [1, ''];
  for (let at = from; at < sql.length; at += 1) {
    const character = sql.charAt(at);
    if (inQuotes !== '') {
      if (character === inQuotes) inQuotes = '';
    } else if (character === "'" || character === '"') inQuotes = character;
    else if (character === '(') depth += 1;
    else if (character === ')' && (depth -= 1) === 0) return sql.slice(from, at);
  }
  return null;
}
