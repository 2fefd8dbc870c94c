// A planted violation: the test of the import directions must find it.
import { Client } from 'pg';

export const impure = Client;
