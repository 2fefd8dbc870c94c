export type TokenKind = 'bot' | 'app';

/** Which of the two tokens no longer counts, and the word a call with it is refused with. */
export type Tokens = {
  /** token_revoked, account_inactive, token_expired or invalid_auth; undefined while the token is good. */
  refusal(kind: TokenKind): string | undefined;
  spoil(kind: TokenKind, error: string): void;
  restore(kind: TokenKind): void;
};

export function openTokens(): Tokens {
  const spoilt = new Map<TokenKind, string>();
  return {
    refusal: (kind) => spoilt.get(kind),
    spoil: (kind, error) => void spoilt.set(kind, error),
    restore: (kind) => void spoilt.delete(kind),
  };
}
