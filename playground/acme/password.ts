import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Cheaper than a real application should choose, so that a demo's logins leave the two cores to the database. */
const COST = { N: 1024, r: 8, p: 1 };
const LENGTH = 32;

/** Everybody in the seeded data logs in with this one. */
export const SAMPLE_PASSWORD = 'offpeak-sample';

/** `scrypt$salt$hash`, both in hex. */
export async function hashPassword(password: string, salt: Buffer = randomBytes(16)): Promise<string> {
  return `scrypt$${salt.toString('hex')}$${(await derive(password, salt)).toString('hex')}`;
}

export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  const [, salt = '', hash = ''] = stored.split('$');
  const expected = Buffer.from(hash, 'hex');
  return expected.length === LENGTH && timingSafeEqual(expected, await derive(password, Buffer.from(salt, 'hex')));
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, LENGTH, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
